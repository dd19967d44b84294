"""Ridge regression and scikit-learn's MLP (64, 32) on a split that Sentei made.

Reads JSON {"file": ..., "train": [rows], "validation": [rows], "test": [rows]} on standard input (the
output of bench/concrete.ts --split) and prints one JSON line of test RMSEs. Needs Debian's python3-sklearn.
"""

import json
import sys
import warnings

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
split = json.load(sys.stdin)
table = np.genfromtxt(split["file"], delimiter=",", skip_header=1)
x, y = table[:, :-1], table[:, -1]
# Both may use the validation rows as well: Sentei uses them to choose the epoch.
fit = np.array(split["train"] + split["validation"])
test = np.array(split["test"])


def rmse(model):
    model.fit(x[fit], y[fit])
    return float(np.sqrt(np.mean((model.predict(x[test]) - y[test]) ** 2)))


seeds = split.get("seeds", [0, 1, 2, 3, 4])
mlp = lambda seed: make_pipeline(
    StandardScaler(), MLPRegressor((64, 32), max_iter=2000, random_state=seed)
)
print(
    json.dumps(
        {
            "ridge": rmse(make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))),
            "mlp": [rmse(mlp(seed)) for seed in seeds],
        }
    )
)
