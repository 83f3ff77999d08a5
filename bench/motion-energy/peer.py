"""Motion energy of a film by pymoten, in a process of its own; prints one line of JSON.

python3 peer.py SOURCE FILM.npy RATE FREQUENCIES plain|batched THREADS OUT
FILM: lightness, frames × height × width, float64. OUT.npy is given the amplitudes without its mask, OUT-masked.npy its logarithms."""
import json
import os
import sys
import time

source, path, rate, frequencies, way, threads, out = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads
sys.path.insert(0, source)

import numpy as np  # noqa: E402
from moten import core, utils  # noqa: E402
from moten.pyramids import MotionEnergyPyramid  # noqa: E402

film = np.load(path)
size = film.shape[1:]
pyramid = MotionEnergyPyramid(stimulus_vhsize=size, stimulus_fps=int(rate), spatial_frequencies=json.loads(frequencies))
project = pyramid.project_stimulus if way == "plain" else pyramid.project_stimulus_batched
single = film.astype("float32")
start = time.perf_counter()
project(single)
seconds = time.perf_counter() - start
if out != "-":
    exact = core.project_stimulus_batched(film, pyramid.filters, output_nonlinearity=lambda x: x, vhsize=size, dtype="float64", masklimit=-1)
    np.save(out + ".npy", exact)
    masked = core.project_stimulus_batched(film, pyramid.filters, output_nonlinearity=utils.log_compress, vhsize=size, dtype="float64")
    np.save(out + "-masked.npy", masked)
with open("/proc/self/maps") as maps:
    blas = sorted({os.path.basename(line.split()[-1]) for line in maps if "blas" in line.split()[-1].lower()})
print(
    json.dumps(
        {
            "seconds": seconds,
            "filters": [[float(f[key]) for key in ("centerh", "centerv", "direction", "spatial_freq", "spatial_env", "temporal_freq")] for f in pyramid.filters],
            "versions": "Python %s, numpy %s, %s" % (sys.version.split()[0], np.__version__, " ".join(blas)),
        }
    )
)
