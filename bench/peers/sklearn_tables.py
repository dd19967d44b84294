"""scikit-learn's MLP and histogram gradient boosting on the splits that Sentei made.

Reads JSON {"task": "classification" | "regression", "features": n, "inputs": FILE, "targets": FILE, "splits": {"train":
[rows], "validation": [rows], "test": [rows]}, "seed": n} on standard input; the files hold 64-bit floats, row by row,
NaN where a cell is missing. Prints {"mlp": error, "boosting": error} of the test rows: RMSE, or 1 - accuracy. Needs
numpy and scikit-learn.

Both choose by the validation rows as Sentei does: the MLP whether it stops early, boosting its number of trees.
"""

import json
import sys
import warnings

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
job = json.load(sys.stdin)
x = np.fromfile(job["inputs"]).reshape(-1, job["features"])
y = np.fromfile(job["targets"])
train, validation, test = (np.array(job["splits"][name]) for name in ("train", "validation", "test"))
classes = job["task"] == "classification"


def error(predicted, rows):
    wrong = predicted != y[rows] if classes else predicted - y[rows]
    return float(np.mean(wrong)) if classes else float(np.sqrt(np.mean(wrong**2)))


def mlp(stop):
    settings = {"hidden_layer_sizes": (64, 32), "max_iter": 500, "early_stopping": stop, "random_state": job["seed"]}
    network = MLPClassifier(**settings) if classes else MLPRegressor(**settings)
    pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), network)
    return pipeline if classes else TransformedTargetRegressor(pipeline, transformer=StandardScaler())


networks = [mlp(stop).fit(x[train], y[train]) for stop in (False, True)]
best = min(networks, key=lambda each: error(each.predict(x[validation]), validation))

Boosting = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
boosting = Boosting(max_iter=500, early_stopping=False, random_state=job["seed"]).fit(x[train], y[train])
judged = [error(each, validation) for each in boosting.staged_predict(x[validation])]
at = int(np.argmin(judged))
boosted = next(each for i, each in enumerate(boosting.staged_predict(x[test])) if i == at)

print(json.dumps({"mlp": error(best.predict(x[test]), test), "boosting": error(boosted, test)}))
