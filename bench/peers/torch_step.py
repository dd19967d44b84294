"""One joint training step of a search supernet in PyTorch, timed: what bench/steps.ts holds Sentei against.

    python bench/peers/torch_step.py --supernet darts --threads 1 2 --layouts nchw channels-last [--compile]

A joint step: forward, backward for the weights and the gates together, the weights' gradient clipped to
norm 5, both updates. Random data, CPU, eager; with --compile, the forward pass and the losses, and so the
backward pass, go through torch.compile with its default backend. Each threads and layout setting runs in a
child process, one after the other, and prints one JSON line. Where torch.compile does not run, for want of a
C++ compiler or of a newer PyTorch, the line has the reason, `skipped`, instead of times. `parameters` counts
the weights without gates and without a decoder, as Sentei does, and `trained` counts the decoder's as well.

PyTorch should come from the Python registry (`pip install torch` in a virtual environment). Debian's
python3-torch runs too, but its BLAS is slow.

A supernet is a file torch_NAME.py with

    SIZES                          its options and their defaults, whole numbers above 0
    input_shape(sizes)             the shape of one example
    Supernet(sizes, classes)       a module whose `gates` is a ParameterList; it may have a `decoder`
    loss(outputs, inputs, labels)  needed only where it is not the cross-entropy of outputs and labels
    weight_optimizer(weights)      what updates the weights
    gate_optimizer(gates)          what updates the gates
"""

import argparse
import importlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

CLASSES = 10
SUPERNETS = {
    name: importlib.import_module("torch_" + name.replace("-", "_"))
    for name in ("darts", "nas-bench-201", "mlp-cell", "autoencoder-mlp", "temporal-conv", "darts-cell")
}
LAYOUTS = {"nchw": torch.contiguous_format, "channels-last": torch.channels_last, "table": None}


def cross_entropy(outputs, _inputs, labels):
    return nn.functional.cross_entropy(outputs, labels)


def count(parameters):
    return sum(p.numel() for p in parameters)


def measure(options, threads, layout):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    supernet = SUPERNETS[options.supernet]
    model = supernet.Supernet(options, CLASSES)
    inputs = torch.randn(options.batch, *supernet.input_shape(options))
    if memory := LAYOUTS[layout]:
        model, inputs = model.to(memory_format=memory), inputs.to(memory_format=memory)
    labels = torch.randint(CLASSES, (options.batch,))
    gates = list(model.gates)
    weights = [p for p in model.parameters() if all(p is not gate for gate in gates)]
    decoder = model.decoder.parameters() if hasattr(model, "decoder") else ()
    weight_optimizer = supernet.weight_optimizer(weights)
    gate_optimizer = supernet.gate_optimizer(gates)
    loss_of = getattr(supernet, "loss", cross_entropy)

    def forward(inputs, labels):
        return loss_of(model(inputs), inputs, labels)

    def step(forward):
        start = time.perf_counter()
        model.zero_grad()
        loss = forward(inputs, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 5)
        weight_optimizer.step()
        gate_optimizer.step()
        elapsed = 1000 * (time.perf_counter() - start)
        if not loss.isfinite():
            sys.exit("error: the loss is not finite")
        return elapsed

    figures = {
        "framework": "torch",
        "version": torch.__version__,
        "supernet": options.supernet,
        "threads": threads,
        "layout": layout,
        "compiled": options.compile,
        **{name: getattr(options, name) for name in ("batch", *supernet.SIZES)},
        "steps": options.steps,
        "parameters": count(weights) - count(decoder),
        "trained": count(weights),
    }
    if options.compile:
        try:
            forward = torch.compile(forward)
            step(forward)
        except Exception as error:
            return figures | {"skipped": f"{type(error).__name__}: {error}".splitlines()[0]}
    for _ in range(options.warmup):
        step(forward)
    times = [step(forward) for _ in range(options.steps)]
    return figures | {"medianMs": round(statistics.median(times), 3), "minMs": round(min(times), 3)}


def measure_in_child(threads, layout):
    # Later options win over earlier ones, so the child sees this one setting only.
    setting = ["--threads", str(threads), "--layouts", layout, "--child"]
    # Some machines set these for other programs; a BLAS that obeys them may be slow.
    unset = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, os.path.abspath(__file__), *sys.argv[1:], *setting]
    if code := subprocess.run(command, env=environment).returncode:
        sys.exit(f"error: the child for {threads} threads, {layout} failed with code {code}")


def parse_options():
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--supernet", choices=SUPERNETS, default="darts")
    supernet = SUPERNETS[first.parse_known_args()[0].supernet]
    images = len(supernet.input_shape(argparse.Namespace(**supernet.SIZES))) == 3
    layouts = ["nchw", "channels-last"] if images else ["table"]
    sizes = {"batch": 64, **supernet.SIZES, "steps": 5, "warmup": 1}
    parser = argparse.ArgumentParser(parents=[first], description=__doc__.splitlines()[0])
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--layouts", choices=layouts, nargs="+", default=layouts)
    parser.add_argument("--compile", action="store_true", help="time torch.compile instead of eager mode")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in sizes:
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    if min(options.threads) < 1:
        parser.error("--threads must be at least 1")
    if hasattr(options, "image") and options.image % 4:
        parser.error("--image must be a multiple of 4: it may be halved twice")
    return options


if __name__ == "__main__":
    options = parse_options()
    if options.child:
        print(json.dumps(measure(options, *options.threads, *options.layouts)))
    else:
        for setting in itertools.product(options.threads, options.layouts):
            measure_in_child(*setting)
