"""What other libraries predict for series: functions of a job that give scores of classes, or values."""

import numpy as np


def minirocket(job):
    """MiniRocket with ridge."""
    from aeon.transformations.collection.convolution_based import MiniRocket

    return ridge_on(job, [MiniRocket(random_state=job.seed)])


def multirocket_hydra(job):
    """MultiRocket's and Hydra's features side by side, as aeon's MultiRocketHydra has them, with ridge."""
    from aeon.transformations.collection.convolution_based import HydraTransformer, MultiRocket

    class Hydra:
        """Hydra's counts as its authors scale them: square roots, by their deviation, and 0 where a kernel never wins."""

        def __init__(self):
            self.of = HydraTransformer(random_state=job.seed, output_type="numpy")

        def fit_transform(self, x):
            self.of.fit(x)
            counts = self.roots(x)
            self.seldom = (counts == 0).mean(axis=0) ** 4 + 1e-8
            self.mean, self.std = counts.mean(axis=0), counts.std(axis=0) + self.seldom
            return self.scaled(counts)

        def transform(self, x):
            return self.scaled(self.roots(x))

        def roots(self, x):
            return np.sqrt(np.maximum(np.asarray(self.of.transform(x)), 0))

        def scaled(self, counts):
            return (counts - self.mean) * (counts != 0) / self.std

    return ridge_on(job, [Hydra(), Scaled(MultiRocket(random_state=job.seed))], scale=False)


def quant(job):
    """QUANT's quantiles of intervals with 200 extremely randomized trees, by its authors' settings."""
    from aeon.transformations.collection.interval_based import QUANTTransformer
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    x, tested, last = series(job)
    quantiles = QUANTTransformer()
    features = np.asarray(quantiles.fit_transform(x))
    of = ExtraTreesClassifier if job.classes else ExtraTreesRegressor
    criterion = {"criterion": "entropy"} if job.classes else {}
    model = of(n_estimators=200, max_features=0.1, random_state=job.seed, **criterion)
    model.fit(features, job.y("train") - last("train"))
    found = job.predicted(model, np.asarray(quantiles.transform(tested)))
    return found if job.classes else found + last("test")


class Scaled:
    """Features of a transformer, each by its mean and deviation in training."""

    def __init__(self, of):
        from sklearn.preprocessing import StandardScaler

        self.of, self.scaler = of, StandardScaler()

    def fit_transform(self, x):
        return self.scaler.fit_transform(np.asarray(self.of.fit_transform(x)))

    def transform(self, x):
        return self.scaler.transform(np.asarray(self.of.transform(x)))


def series(job):
    """Windows of training and test as [rows, channels, steps], scaled by channel, and what a forecast begins from."""
    channels_first = lambda part: job.x(part).transpose(0, 2, 1)
    x = channels_first("train")
    mean, std = x.mean(axis=(0, 2), keepdims=True), x.std(axis=(0, 2), keepdims=True) + 1e-12
    # A forecast is the change from the last value of its column.
    last = lambda part: 0 if job.continued is None else last_values(job, part)
    return (x - mean) / std, (channels_first("test") - mean) / std, last


def ridge_on(job, transformers, scale=True):
    """Ridge on the features of transformers, of which λ is chosen by the leave-one-out error."""
    from sklearn.linear_model import RidgeClassifierCV, RidgeCV

    x, tested, last = series(job)
    used = [Scaled(each) for each in transformers] if scale else transformers
    features = np.hstack([each.fit_transform(x) for each in used])
    alphas = np.logspace(-3, 3, 10)
    ridge = RidgeClassifierCV(alphas) if job.classes else RidgeCV(alphas)
    ridge.fit(features, job.y("train") - last("train"))
    features = np.hstack([each.transform(tested) for each in used])
    if not job.classes:
        return ridge.predict(features) + last("test")
    scores = ridge.decision_function(features)
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
