"""One fit of himalaya in a process of its own; prints one line of JSON.

python3 peer.py SOURCE FOLDER CASE-AS-JSON BACKEND THREADS TARGETS-BATCH ALPHAS-BATCH whole|scout
(a batch of 0 is himalaya's default). "scout" fits one weighting on a few folds without a refit, to compare batch sizes.
"""
import ctypes
import json
import os
import re
import resource
import sys
import time

source, folder, case, name, threads, targets_batch, alphas_batch, mode = sys.argv[1:]
case = json.loads(case)
threads = int(threads)
sys.path.insert(0, source)

import numpy as np  # noqa: E402
import scipy  # noqa: E402
import himalaya  # noqa: E402
from himalaya.backend import set_backend  # noqa: E402
from himalaya.kernel_ridge import solve_kernel_ridge_cv_eigenvalues  # noqa: E402
from himalaya.kernel_ridge import solve_multiple_kernel_ridge_random_search  # noqa: E402
from himalaya.ridge import solve_group_ridge_random_search, solve_ridge_cv_svd  # noqa: E402
from himalaya.scoring import l2_neg_loss  # noqa: E402

backend = set_backend(name)
versions = ["Python " + sys.version.split()[0], "numpy " + np.__version__, "scipy " + scipy.__version__]
if name == "torch":
    import torch
    torch.set_num_threads(threads)
    versions += ["torch %s on %d threads" % (torch.__version__, torch.get_num_threads())]


def peak_memory():
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s*(\d+)", status.read()).group(1)) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def blas():
    """What OpenBLAS says of itself."""
    with open("/proc/self/maps") as maps:
        paths = sorted({line.split()[-1] for line in maps if "libopenblas" in line})
    for path in paths:
        library = ctypes.CDLL(path)
        library.openblas_get_config.restype = ctypes.c_char_p
        library.openblas_set_num_threads(threads)
        yield "%s on %d threads" % (library.openblas_get_config().decode().strip(),
                                    library.openblas_get_num_threads())


def load(key):
    return np.load(os.path.join(folder, key + ".npy"))


versions += list(blas()) if os.path.exists("/proc/self/maps") else []
dtype = case["dtype"]
bands = range(len(case["bands"]))
alphas = load("alphas").astype(dtype)
gammas = load("weightings").astype(dtype)
fold_of = load("foldOf")
Y = load("Y")
given = [load(("K%d" if case["model"] == "kernels" else "X%d") % b) for b in bands]
splits = [(np.flatnonzero(fold_of != f), np.flatnonzero(fold_of == f)) for f in range(case["folds"])]
scout = mode == "scout"
if scout:
    splits = splits[:case["scout"]["folds"]]
    gammas = gammas[len(gammas) // 2:][:1]
single = len(bands) == 1 and not scout

given = [backend.asarray(one) for one in given]
if case["model"] == "kernels" and not single:
    given = backend.stack(given)
Y, alphas, gammas = backend.asarray(Y), backend.asarray(alphas), backend.asarray(gammas)
batches = dict(n_targets_batch=int(targets_batch) or None, n_alphas_batch=int(alphas_batch) or None)
common = dict(alphas=alphas, score_func=l2_neg_loss, cv=splits, **batches)


def fit():
    """(choices per target as exp(deltas) and alphas, scores)"""
    if case["model"] == "ridge":
        if scout:
            solve_group_ridge_random_search(given, Y, n_iter=gammas, progress_bar=False, return_weights=False,
                                            warn=False, **common)
            return None
        return solve_ridge_cv_svd(given[0], Y, **common)
    if single:
        return solve_kernel_ridge_cv_eigenvalues(given[0], Y, **common)
    kernels = given
    if case["model"] == "features":
        kernels = backend.stack([backend.matmul(X, X.T) for X in given])
    return solve_multiple_kernel_ridge_random_search(
        kernels, Y, n_iter=gammas, progress_bar=False, return_alphas=True,
        return_weights=None if scout else "dual", **common)


warm = backend.asarray(np.ones((500, 500), dtype))
backend.matmul(warm, warm)
loaded, load_average = peak_memory(), os.getloadavg()[0]
seconds = []
for _ in range(case["scout"]["tries"] if scout else 1):
    cpu, start = time.process_time(), time.perf_counter()
    result = fit()
    seconds.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
peak = peak_memory()

if not scout:
    to_numpy = lambda one: np.asarray(backend.to_numpy(one), "float64")  # noqa: E731
    if single or case["model"] == "ridge":
        best, scores = to_numpy(result[0]), to_numpy(result[2])[None]
        weighting = np.zeros(len(best), "int32")
    else:
        deltas, _, scores, best = (None if one is None else to_numpy(one) for one in result)
        chosen = (np.exp(deltas) * best).T  # (targets, bands)
        distance = np.abs(chosen[:, None] - to_numpy(gammas)[None]).sum(2)
        weighting = distance.argmin(1).astype("int32")
    alpha = np.abs(np.log(best)[:, None] - np.log(to_numpy(alphas))[None]).argmin(1).astype("int32")
    for key, values in dict(cvScores=scores.reshape(-1, Y.shape[1]), alphaIndex=alpha,
                            weightingIndex=weighting).items():
        np.save(os.path.join(folder, key + ".peer.npy"), np.ascontiguousarray(values))

print(json.dumps(dict(seconds=min(seconds), cpuSeconds=cpu, peak=peak, loaded=loaded, load=load_average,
                      version="himalaya %s; %s" % (himalaya.__version__, "; ".join(versions)))))
