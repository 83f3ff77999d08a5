"""One contrastive training step of two small towers in PyTorch, for bench/train.ts, which starts it.

Reads FOLDER/settings.json and the raw arrays beside it; then for each line on standard input does that many steps and answers with
one line {"seconds": ..., "cpu": ..., "losses": [...]}.
"""
import json
import os
import sys
import time

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../src/graph/fixtures"))
from towers import ContrastiveStep  # noqa: E402

folder = sys.argv[1]
with open(f"{folder}/settings.json") as file:
    settings = json.load(file)
torch.set_num_threads(settings["threads"])


def load(info):
    return torch.from_numpy(np.fromfile(f"{folder}/{info['file']}", dtype=info["type"]).reshape(info["shape"]).copy())


states = {name: load(info) for name, info in settings["arrays"].items()}
training = ContrastiveStep(states, states["images"], states["tokens"], states["mask"], settings)
print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    start, used = time.perf_counter(), time.process_time()
    losses = [training.step()[0] for _ in range(int(line))]
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - used}
    print(json.dumps({**spent, "losses": losses}), flush=True)
