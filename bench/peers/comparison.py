"""What other libraries reach on the rows of a comparison.

Reads JSON lines on standard input, one for each set, size and seed: {"kind": "table" | "series" | "sequences" | "images",
"task": "classification" | ..., "shape": [...], "outputs": n, "inputs": FILE, "targets": FILE, "out": PREFIX, "categories":
[[first, count]], "continued": [channels] | null, "splits": {"train": [rows], "validation": [rows], "test": [rows]}, "seed":
n, "budget": {"flops": n | null, "steps": n, "batch": n, "augment": {...} | null}, "peers": [name] | null}. The files hold
64-bit floats, row by row, NaN where a cell is missing. Predictions of the test rows go to PREFIX-PEER, rows x outputs, scores
of classes or values. Prints for each job a list with {"peer", "file", "seconds"} or {"peer", "skipped": reason} of each peer
that suits the kind of data, or of those that the job names. `budget` is what Sentei's network needs to predict a row, and how
it was trained: networks for images keep to it.

Every peer learns from the same rows as Sentei's methods, and chooses by the validation rows where it chooses.
"""

import importlib
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
except ImportError:
    for line in sys.stdin:
        print(json.dumps([{"peer": "all", "skipped": "needs the Python package numpy"}]), flush=True)
    sys.exit()

from image_peers import resnet
from rows import Job
from series_peers import lagged_boosting, minirocket, multirocket_hydra, persistence, quant
from table_peers import boosting, catboost, extra_trees, pytabkit, random_forest, sklearn_mlp, tuned_boosting

PEERS = {
    "scikit-learn mlp": (sklearn_mlp, ("table",), ("sklearn",)),
    "scikit-learn boosting": (boosting, ("table",), ("sklearn",)),
    "scikit-learn tuned boosting": (tuned_boosting, ("table",), ("sklearn",)),
    "scikit-learn ExtraTrees": (extra_trees, ("table",), ("sklearn",)),
    "scikit-learn RandomForest": (random_forest, ("table",), ("sklearn",)),
    "CatBoost": (catboost, ("table",), ("catboost", "pandas")),
    "pytabkit RealMLP-TD-S": (pytabkit("RealMLP_TD_S"), ("table",), ("pytabkit", "pandas")),
    "pytabkit RealMLP-TD": (pytabkit("RealMLP_TD"), ("table",), ("pytabkit", "pandas")),
    "pytabkit TabM-D": (pytabkit("TabM_D", together=False), ("table",), ("pytabkit", "pandas")),
    "aeon MiniRocket": (minirocket, ("series", "sequences"), ("aeon", "sklearn")),
    "aeon MultiRocket-Hydra": (multirocket_hydra, ("series", "sequences"), ("aeon", "sklearn", "torch")),
    "aeon QUANT": (quant, ("series", "sequences"), ("aeon", "sklearn", "torch")),
    "scikit-learn lagged boosting": (lagged_boosting, ("series", "sequences"), ("sklearn",)),
    "persistence": (persistence, ("series",), ()),
    "PyTorch ResNet": (resnet(False), ("images",), ("torch",)),
    "PyTorch ResNet of equal FLOPs": (resnet(True), ("images",), ("torch",)),
}
reasons = {}


def missing(package):
    if package not in reasons:
        try:
            importlib.import_module(package)
            reasons[package] = None
        except Exception as error:
            reasons[package] = f"needs the Python package {package} ({type(error).__name__}: {error})"
    return reasons[package]


def result(job, prefix, name):
    run, _, packages = PEERS[name]
    reason = next((why for why in map(missing, packages) if why), None)
    if reason:
        return {"peer": name, "skipped": reason}
    start = time.perf_counter()
    try:
        predicted = np.asarray(run(job), dtype=np.float64)
    except Exception as error:
        return {"peer": name, "skipped": f"failed: {type(error).__name__}: {error}"}
    file = f"{prefix}-{name.replace(' ', '-')}"
    predicted.tofile(file)
    return {"peer": name, "file": file, "seconds": time.perf_counter() - start}


# What a library prints must not stand among the results.
results, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    given = json.loads(line)
    job = Job(given)
    asked = given["peers"] or PEERS
    suited = [name for name, (_, kinds, _) in PEERS.items() if job.kind in kinds and name in asked]
    print(json.dumps([result(job, given["out"], name) for name in suited]), file=results, flush=True)
