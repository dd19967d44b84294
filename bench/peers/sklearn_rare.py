"""scikit-learn on two classes of which one is rare: histogram gradient boosting and balanced logistic regression.

Reads the line of JSON that comparison.py reads, with "positive": the rare class's index. Prints {PEER: {"average
precision": x, "f1": x}} of the test rows. Needs numpy and scikit-learn.

Both choose by the average precision of the validation rows (boosting its number of trees and whether classes are
weighed, logistic regression its C), and the threshold of F1 on them.
"""

import json
import sys
import warnings

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
job = json.loads(sys.stdin.readline())
inputs = np.fromfile(job["inputs"])
x = inputs.reshape(-1, *job["shape"])
y = (np.fromfile(job["targets"]).astype(int) == job["positive"]).astype(int)
train, validation, test = (np.array(job["splits"][name], dtype=int) for name in ("train", "validation", "test"))


def worth(scores):
    return average_precision_score(y[validation], scores)


def figures(found):
    """Of scores of the validation and test rows: the threshold of the greatest F1 on validation decides."""
    on_validation, on_test = found
    precision, recall, thresholds = precision_recall_curve(y[validation], on_validation)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    at = thresholds[min(int(np.argmax(f1[:-1])), len(thresholds) - 1)]
    return {
        "average precision": average_precision_score(y[test], on_test),
        "f1": f1_score(y[test], on_test >= at),
    }


def boosting():
    best = None
    for weight in (None, "balanced"):
        model = HistGradientBoostingClassifier(
            max_iter=500, early_stopping=False, class_weight=weight, random_state=job["seed"]
        ).fit(x[train], y[train])
        stages = [each[:, 1] for each in model.staged_predict_proba(x[validation])]
        judged = [worth(each) for each in stages]
        at = int(np.argmax(judged))
        if best is None or judged[at] > best[0]:
            tested = next(each for i, each in enumerate(model.staged_predict_proba(x[test])) if i == at)
            best = judged[at], (stages[at], tested[:, 1])
    return best[1]


def logistic():
    def fitted(c):
        model = LogisticRegression(C=c, class_weight="balanced", max_iter=2000)
        return make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), model).fit(x[train], y[train])

    models = [fitted(c) for c in (0.001, 0.01, 0.1, 1, 10)]
    scores = [[model.decision_function(x[rows]) for rows in (validation, test)] for model in models]
    return max(scores, key=lambda each: worth(each[0]))


print(json.dumps({"boosting": figures(boosting()), "logistic regression": figures(logistic())}))
