"""What other libraries predict for tables: functions of a job that give scores of classes, or values, of the test rows."""

import itertools

import numpy as np


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
        model.fit(job.x("train"), job.y("train"))
        return tuple(job.predicted(model, job.x(part)) for part in ("validation", "test"))

    return job.chosen((False, True), fitted)


def boosting(job):
    """Histogram gradient boosting as it comes; the validation rows choose how many of 500 trees."""
    return boosted(job, [{"max_iter": 500}])


def tuned_boosting(job):
    """
    Histogram gradient boosting of 15, 31 or 127 leaves at a rate of 0.03 or 0.1, and leaves of at least 20 or 5 rows. The
    validation rows choose among these and how many of up to 1,500 trees.
    """
    grid = itertools.product((15, 31, 127), (0.03, 0.1), (20, 5))
    return boosted(
        job,
        [
            {"max_iter": 1500, "max_leaf_nodes": leaves, "learning_rate": rate, "min_samples_leaf": rows}
            for leaves, rate, rows in grid
        ],
    )


def boosted(job, settings, patience=100):
    """The best of some settings, each with as many trees as the validation rows choose."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    of = HistGradientBoostingClassifier if job.classes else HistGradientBoostingRegressor

    def fitted(setting, y):
        """Predictions for the validation and the test rows. It goes on by 100 trees while these still help."""
        most = setting["max_iter"]
        model = of(**{**setting, "max_iter": min(most, 2 * patience)}, early_stopping=False, warm_start=True, random_state=job.seed)
        best = None
        while True:
            model.fit(job.x("train"), y("train"))
            staged = model.staged_predict_proba if job.classes else model.staged_predict
            scored = lambda each: job.spread(np.log(np.maximum(each, 1e-12)), model.classes_) if job.classes else each
            stages = [scored(each) for each in staged(job.x("validation"))]
            errors = [job.surprise(each, "validation") if job.classes else np.mean((each - y("validation")) ** 2) for each in stages]
            at = int(np.argmin(errors))
            if at < len(stages) - patience or len(stages) >= most:
                tested = next(scored(each) for i, each in enumerate(staged(job.x("test"))) if i == at)
                return stages[at], tested
            model.set_params(max_iter=min(most, len(stages) + patience))

    def run(y):
        found = [fitted(each, y) for each in settings]
        wrong = lambda each: job.wrong(each, "validation") if job.classes else np.mean((each - y("validation")) ** 2)
        return min(found, key=lambda each: wrong(each[0]))[1]

    return job.each_output(run)


def extra_trees(job):
    """500 extremely randomized trees; the validation rows choose the rows of a leaf and the columns that a split looks at."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    return forest(job, ExtraTreesClassifier if job.classes else ExtraTreesRegressor)


def random_forest(job):
    """500 trees of a random forest, chosen among as `extra_trees`."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    return forest(job, RandomForestClassifier if job.classes else RandomForestRegressor)


def forest(job, of):
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    def fitted(setting, trees=150):
        rows, columns = setting
        trained = of(n_estimators=trees, min_samples_leaf=rows, max_features=columns, random_state=job.seed)
        return make_pipeline(SimpleImputer(strategy="median"), trained).fit(job.x("train"), job.y("train"))

    grid = itertools.product((1, 2, 5), ("sqrt", 0.5, 1.0))
    wrong = lambda each: job.wrong(job.predicted(fitted(each), job.x("validation")), "validation")
    return job.predicted(fitted(min(grid, key=wrong), trees=500), job.x("test"))


def catboost(job):
    """CatBoost with named categories, of depth 4, 6 or 8 at a rate of 0.03 or 0.1; up to 3,000 trees by the validation rows."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    frame = frames(job)
    named = [name for name in frame("train").columns if name.startswith("c")]
    frames_of = {part: frame(part).astype({name: str for name in named}) for part in ("train", "validation", "test")}

    def fitted(setting, y):
        depth, rate = setting
        of = CatBoostClassifier if job.classes else CatBoostRegressor
        model = of(
            iterations=3000, depth=depth, learning_rate=rate, od_type="Iter", od_wait=100, random_seed=job.seed,
            thread_count=1, verbose=False, allow_writing_files=False, cat_features=named,
        )
        model.fit(frames_of["train"], y("train"), eval_set=(frames_of["validation"], y("validation")))
        return [job.predicted(model, frames_of[part]) for part in ("validation", "test")]

    def run(y):
        found = [fitted(each, y) for each in itertools.product((4, 6, 8), (0.03, 0.1))]
        wrong = lambda each: job.wrong(each, "validation") if job.classes else np.mean((each - y("validation")) ** 2)
        return min(found, key=lambda each: wrong(each[0]))[1]

    return job.each_output(run)


def pytabkit(method, together=True):
    """A method of pytabkit with its defaults, of several outputs `together` if it has them."""

    def run(job):
        """Missing numbers are filled by the median, categories are named."""
        import pytabkit

        frame = frames(job)
        name = f"{method}_{'Classifier' if job.classes else 'Regressor'}"

        def fitted(y):
            model = getattr(pytabkit, name)(device="cpu", random_state=job.seed, n_cv=1, n_refit=0, n_threads=1)
            model.fit(frame("train"), y("train"), frame("validation"), y("validation"))
            return job.predicted(model, frame("test"))

        return fitted(job.y) if together else job.each_output(fitted)

    return run


def frames(job):
    """A function of a part that gives its rows with a named category where columns of the job say one."""
    import pandas as pd

    middle = np.nanmedian(job.x("train"), axis=0)

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

    return frame
