"""What other libraries reach on the rows of a comparison: scikit-learn, pytabkit's RealMLP, aeon's MiniRocket.

Reads JSON lines on standard input, one for each set, size and seed: {"kind": "table" | "series" | "sequences" | "images",
"task": "classification" | ..., "shape": [...], "outputs": n, "inputs": FILE, "targets": FILE, "out": PREFIX, "categories":
[[first, count]], "continued": [channels] | null, "splits": {"train": [rows], "validation": [rows], "test": [rows]}, "seed":
n, "peers": [name] | null}. The files hold 64-bit floats, row by row, NaN where a cell is missing. Predictions of the test
rows go to PREFIX-PEER, rows x outputs, scores of classes or values. Prints for each job a list with {"peer", "file",
"seconds"} or {"peer", "skipped": reason} of each peer that suits the kind of data, or of those that the job names.

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


class Job:
    """The rows of a job: x and y by part, as numbers."""

    def __init__(self, given):
        self.kind, self.seed, self.outputs = given["kind"], given["seed"], given["outputs"]
        self.classes = given["task"] == "classification"
        self.shape, self.categories, self.continued = given["shape"], given["categories"], given["continued"]
        self.inputs = np.fromfile(given["inputs"]).reshape(-1, *self.shape)
        y = np.fromfile(given["targets"])
        self.targets = y.astype(int) if self.classes else y.reshape(-1, self.outputs)
        self.rows = {name: np.array(rows, dtype=int) for name, rows in given["splits"].items()}

    def x(self, part):
        return self.inputs[self.rows[part]]

    def y(self, part):
        y = self.targets[self.rows[part]]
        return y[:, 0] if not self.classes and self.outputs == 1 else y

    def spread(self, scores, classes):
        """Scores of all classes, also of those that no row of train has."""
        full = np.full((len(scores), self.outputs), np.min(scores) - 1)
        full[:, classes.astype(int)] = scores
        return full

    def probabilities(self, model, x):
        return self.spread(np.log(np.maximum(model.predict_proba(x), 1e-12)), model.classes_)

    def predicted(self, model, x):
        return self.probabilities(model, x) if self.classes else model.predict(x)

    def wrong(self, predicted, part):
        y = self.y(part)
        if self.classes:
            return np.mean(predicted.argmax(axis=1) != y)
        return np.mean((predicted.reshape(y.shape) - y) ** 2)


def sklearn_mlp(job):
    """(64, 32), of two that stop early by rows of their own or not the better one on the validation rows."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def fitted(stop):
        of = MLPClassifier if job.classes else MLPRegressor
        network = of(hidden_layer_sizes=(64, 32), max_iter=500, early_stopping=stop, random_state=job.seed)
        pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), network)
        model = pipeline if job.classes else TransformedTargetRegressor(pipeline, transformer=StandardScaler())
        return model.fit(job.x("train"), job.y("train"))

    models = [fitted(stop) for stop in (False, True)]
    best = min(models, key=lambda model: job.wrong(job.predicted(model, job.x("validation")), "validation"))
    return job.predicted(best, job.x("test"))


def boosting(job):
    """Histogram gradient boosting; the validation rows choose how many of 500 trees."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    of = HistGradientBoostingClassifier if job.classes else HistGradientBoostingRegressor
    columns = []
    for output in [0] if job.classes else range(job.outputs):
        y = {part: job.y(part) if job.y(part).ndim == 1 else job.y(part)[:, output] for part in ("train", "validation")}
        model = of(max_iter=500, early_stopping=False, random_state=job.seed).fit(job.x("train"), y["train"])
        stages = model.staged_predict(job.x("validation"))
        wrong = lambda each: np.mean(each != y["validation"] if job.classes else (each - y["validation"]) ** 2)
        at = int(np.argmin([wrong(each) for each in stages]))
        staged = model.staged_predict_proba if job.classes else model.staged_predict
        found = next(each for i, each in enumerate(staged(job.x("test"))) if i == at)
        if job.classes:
            return job.spread(np.log(np.maximum(found, 1e-12)), model.classes_)
        columns.append(found)
    return np.stack(columns, axis=1)


def realmlp(simple):
    def run(job):
        """pytabkit's, with its defaults; missing numbers are filled by the median, categories are named."""
        import pandas as pd
        import pytabkit

        def frame(part):
            x, columns, ends = job.x(part), {}, dict(job.categories)
            column = 0
            while column < x.shape[1]:
                count = ends.get(column, 0)
                if count > 0:
                    known = ~np.isnan(x[:, column])
                    named = np.where(known, np.nan_to_num(x[:, column : column + count]).argmax(axis=1), -1)
                    columns[f"c{column}"] = pd.Categorical.from_codes(named, [str(i) for i in range(count)])
                else:
                    columns[f"x{column}"] = np.where(np.isnan(x[:, column]), middle[column], x[:, column])
                column += max(1, count)
            return pd.DataFrame(columns)

        middle = np.nanmedian(job.x("train"), axis=0)
        name = f"RealMLP_TD_{'S_' if simple else ''}{'Classifier' if job.classes else 'Regressor'}"
        model = getattr(pytabkit, name)(device="cpu", random_state=job.seed, n_cv=1, n_refit=0, n_threads=1)
        model.fit(frame("train"), job.y("train"), frame("validation"), job.y("validation"))
        return job.predicted(model, frame("test"))

    return run


def minirocket(job):
    """MiniRocket with ridge, of which λ is chosen by the leave-one-out error; a forecast is a change from its last value."""
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifierCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    channels_first = lambda part: job.x(part).transpose(0, 2, 1)
    x = channels_first("train")
    mean, std = x.mean(axis=(0, 2), keepdims=True), x.std(axis=(0, 2), keepdims=True) + 1e-12
    last = lambda part: 0 if job.continued is None else job.x(part)[:, -1, job.continued].reshape(job.y(part).shape)
    rocket = MiniRocket(random_state=job.seed)
    features = rocket.fit_transform((x - mean) / std)
    alphas = np.logspace(-3, 3, 10)
    ridge = make_pipeline(StandardScaler(), RidgeClassifierCV(alphas) if job.classes else RidgeCV(alphas))
    ridge.fit(features, job.y("train") - last("train"))
    tested = rocket.transform((channels_first("test") - mean) / std)
    if not job.classes:
        return ridge.predict(tested) + last("test")
    scores = ridge.decision_function(tested)
    return job.spread(np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores, ridge.classes_)


def last_values(job, part):
    """The last value of each forecast column in a window; None where the target is no column of the window."""
    return None if job.continued is None else job.x(part)[:, -1, job.continued].reshape(job.y(part).shape)


def lagged_boosting(job):
    """Histogram gradient boosting on all values of a window; a forecast is a change from its last value, or the value itself."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    flat = {part: job.x(part).reshape(len(job.x(part)), -1) for part in ("train", "validation", "test")}
    if job.classes:
        model = HistGradientBoostingClassifier(max_iter=300, early_stopping=False, random_state=job.seed)
        model.fit(flat["train"], job.y("train"))
        stages = [np.mean(each != job.y("validation")) for each in model.staged_predict(flat["validation"])]
        at = int(np.argmin(stages))
        found = next(each for i, each in enumerate(model.staged_predict_proba(flat["test"])) if i == at)
        return job.spread(np.log(np.maximum(found, 1e-12)), model.classes_)

    def column(y, start):
        """The best of two bases and of 500 rounds on the validation rows, for one output."""
        best = None
        for base in [None, start] if start else [None]:
            less = lambda part: 0 if base is None else base[part]
            model = HistGradientBoostingRegressor(max_iter=500, early_stopping=False, random_state=job.seed)
            model.fit(flat["train"], y["train"] - less("train"))
            stages = model.staged_predict(flat["validation"])
            errors = [np.mean((each + less("validation") - y["validation"]) ** 2) for each in stages]
            if best is None or min(errors) < best[0]:
                at = int(np.argmin(errors))
                tested = next(each for i, each in enumerate(model.staged_predict(flat["test"])) if i == at)
                best = min(errors), tested + less("test")
        return best[1]

    parts = ("train", "validation", "test")
    of = lambda values, output: values if values.ndim == 1 else values[:, output]
    columns = []
    for output in range(job.outputs):
        y = {part: of(job.y(part), output) for part in parts}
        start = None if job.continued is None else {part: of(last_values(job, part), output) for part in parts}
        columns.append(column(y, start))
    return np.stack(columns, axis=1)


def persistence(job):
    """The last value of the window."""
    found = last_values(job, "test")
    if found is None:
        raise ValueError("the target is no column of the window")
    return found


PEERS = {
    "scikit-learn mlp": (sklearn_mlp, ("table",), ("sklearn",)),
    "scikit-learn boosting": (boosting, ("table",), ("sklearn",)),
    "pytabkit RealMLP-TD-S": (realmlp(True), ("table",), ("pytabkit", "pandas")),
    "pytabkit RealMLP-TD": (realmlp(False), ("table",), ("pytabkit", "pandas")),
    "aeon MiniRocket": (minirocket, ("series", "sequences"), ("aeon", "sklearn")),
    "scikit-learn lagged boosting": (lagged_boosting, ("series", "sequences"), ("sklearn",)),
    "persistence": (persistence, ("series",), ()),
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
