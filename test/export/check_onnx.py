"""Checks every NAME.onnx of a folder, and runs it on the feeds of NAME.json. Prints what it predicts as JSON."""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

types = {"float": np.float32, "double": np.float64, "uint8": np.uint8, "string": np.object_}


def array(feed):
    values = [np.nan if value is None else value for value in feed["values"]]
    return np.array(values, types[feed["type"]]).reshape(feed["dims"])


def predicted(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    case = json.loads(path.with_suffix(".json").read_text())
    session = onnxruntime.InferenceSession(path)
    *labels, outputs = session.run(None, {feed["name"]: array(feed) for feed in case["feeds"]})
    return {
        "outputs": outputs.ravel().tolist(),
        "labels": labels[0].tolist() if labels else None,
    }


models = sorted(Path(sys.argv[1]).glob("*.onnx"))
print(json.dumps({path.stem: predicted(path) for path in models}))
