"""The rows of a job that comparison.py reads."""

import numpy as np


class Job:
    """The rows of a job: x and y by part, as numbers. `budget` is what a network may spend: see comparison.py."""

    def __init__(self, given):
        self.kind, self.seed, self.outputs = given["kind"], given["seed"], given["outputs"]
        self.classes = given["task"] == "classification"
        self.shape, self.categories, self.continued = given["shape"], given["categories"], given["continued"]
        self.budget = given["budget"]
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
        full[:, np.asarray(classes).astype(int)] = scores
        return full

    def probabilities(self, model, x):
        return self.spread(np.log(np.maximum(model.predict_proba(x), 1e-12)), model.classes_)

    def predicted(self, model, x):
        return self.probabilities(model, x) if self.classes else model.predict(x)

    def wrong(self, predicted, part):
        """What choices are made by: the share of wrong classes, of equals the one of less cross-entropy; or the squared error."""
        y = self.y(part)
        if not self.classes:
            return np.mean((predicted.reshape(y.shape) - y) ** 2)
        return np.mean(predicted.argmax(axis=1) != y), self.surprise(predicted, part)

    def surprise(self, scores, part):
        """The cross-entropy of scores, which are logarithms of probabilities but for a constant of each row."""
        logs = scores - scores.max(axis=1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return -np.mean(logs[np.arange(len(logs)), self.y(part)])

    def chosen(self, settings, fitted):
        """What the model predicts for the test rows that the validation rows prefer. `fitted` gives both of them."""
        found = [fitted(each) for each in settings]
        return min(found, key=lambda each: self.wrong(each[0], "validation"))[1]

    def each_output(self, run):
        """For models of one output: the predictions of each, side by side. `run` gets a function of a part's targets."""
        if self.classes:
            return run(self.y)
        column = lambda i: lambda part: self.targets[self.rows[part]][:, i]
        return np.stack([run(column(i)) for i in range(self.outputs)], axis=1)
