"""1-NN and MiniRocket with a ridge head on labelled series that bench/labelled-series.ts wrote.

Reads JSON lines {"train": file, "test": file, "steps": T, "channels": C, "task": ...} on standard input, CSV files with
T × C columns step by step and the target behind them, and prints a JSON line for each: accuracies, or RMSE for regression.
Needs numpy, scikit-learn and aeon.
"""

import json
import sys
import warnings

import numpy as np
from aeon.transformations.collection.convolution_based import MiniRocket
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def read(file, steps, channels):
    table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(len(table), steps, channels).transpose(0, 2, 1), table[:, -1]


def scores(job, seed=0):
    (x, y), (x_test, y_test) = (read(job[part], job["steps"], job["channels"]) for part in ("train", "test"))
    # As Sentei does: each channel over all rows and steps.
    mean, std = x.mean(axis=(0, 2), keepdims=True), x.std(axis=(0, 2), keepdims=True) + 1e-12
    x, x_test = (x - mean) / std, (x_test - mean) / std
    classes = job["task"] == "classification"

    def judged(model, a, b):
        predicted = model.fit(a, y).predict(b)
        return float(np.mean(predicted == y_test) if classes else np.sqrt(np.mean((predicted - y_test) ** 2)))

    flat = lambda values: values.reshape(len(values), -1)
    nearest = KNeighborsClassifier(1) if classes else KNeighborsRegressor(1)
    rocket = MiniRocket(random_state=seed)
    features, features_test = rocket.fit_transform(x), rocket.transform(x_test)
    alphas = np.logspace(-3, 3, 10)
    ridge = make_pipeline(StandardScaler(), RidgeClassifierCV(alphas) if classes else RidgeCV(alphas))
    return {"nearest": judged(nearest, flat(x), flat(x_test)), "rocket": judged(ridge, features, features_test)}


for line in sys.stdin:
    print(json.dumps(scores(json.loads(line))), flush=True)
