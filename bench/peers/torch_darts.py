"""One joint training step of the DARTS search supernet (Liu et al., arXiv:1806.09055) in PyTorch, timed.

    /usr/bin/python3 bench/peers/torch_darts.py --threads 1 2 --layouts nchw channels-last

A joint step: forward, backward for the weights and alpha together, the weights' gradient clipped to
norm 5, both updates. Random data, eager mode, CPU. Each threads and layout setting runs in a child
process, one after the other, and prints one JSON line; `parameters` counts the weights, without alpha.
Needs Debian's python3-torch.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

NODES = 4
EDGES = sum(2 + node for node in range(NODES))


def norm(channels):
    return nn.BatchNorm2d(channels, affine=False)


def pointwise(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 1, stride, bias=False)


def relu_conv_norm(channels, kernel, stride=1, dilation=1):
    """ReLU, depthwise convolution, 1x1 convolution, batch norm."""
    padding = dilation * (kernel // 2)
    depthwise = nn.Conv2d(channels, channels, kernel, stride, padding, dilation, channels, bias=False)
    return nn.Sequential(nn.ReLU(), depthwise, pointwise(channels, channels), norm(channels))


def separable(channels, kernel, stride):
    return nn.Sequential(relu_conv_norm(channels, kernel, stride), relu_conv_norm(channels, kernel))


class Zero(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return x[:, :, :: self.stride, :: self.stride] * 0.0


class FactorizedReduce(nn.Module):
    """Halves the image: half of the channels from the even pixels, half from the odd ones."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.even = pointwise(inputs, outputs // 2, stride=2)
        self.odd = pointwise(inputs, outputs - outputs // 2, stride=2)
        self.norm = norm(outputs)

    def forward(self, x):
        x = torch.relu(x)
        return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], dim=1))


def candidates(channels, stride):
    """none, max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv 3x3 and 5x5, dil_conv 3x3 and 5x5."""
    average = nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
    return [
        Zero(stride),
        nn.Sequential(nn.MaxPool2d(3, stride, padding=1), norm(channels)),
        nn.Sequential(average, norm(channels)),
        nn.Identity() if stride == 1 else FactorizedReduce(channels, channels),
        separable(channels, 3, stride),
        separable(channels, 5, stride),
        relu_conv_norm(channels, 3, stride, dilation=2),
        relu_conv_norm(channels, 5, stride, dilation=2),
    ]


OPERATIONS = len(candidates(1, 1))


class MixedOperation(nn.ModuleList):
    def __init__(self, channels, stride):
        super().__init__(candidates(channels, stride))

    def forward(self, x, gates):
        return sum(gate * operation(x) for gate, operation in zip(gates, self))


class Cell(nn.Module):
    def __init__(self, inputs, channels, reduction, after_reduction):
        super().__init__()
        older, newer = inputs

        def preprocess(width):
            return nn.Sequential(nn.ReLU(), pointwise(width, channels), norm(channels))

        self.reduction = reduction
        self.older = FactorizedReduce(older, channels) if after_reduction else preprocess(older)
        self.newer = preprocess(newer)
        self.edges = nn.ModuleList(
            MixedOperation(channels, stride=2 if reduction and source < 2 else 1)
            for node in range(NODES)
            for source in range(2 + node)
        )

    def forward(self, older, newer, gates):
        states = [self.older(older), self.newer(newer)]
        edges = zip(self.edges, gates)
        for _ in range(NODES):
            # zip's shorter argument comes first, so that it takes no edge too many.
            states.append(sum(edge(x, gate) for x, (edge, gate) in zip(states, edges)))
        return torch.cat(states[2:], dim=1)


class Darts(nn.Module):
    def __init__(self, channels, cells, classes=10):
        super().__init__()
        stem = 3 * channels
        self.stem = nn.Sequential(nn.Conv2d(3, stem, 3, padding=1, bias=False), nn.BatchNorm2d(stem))
        self.cells = nn.ModuleList()
        inputs, reduced = (stem, stem), False
        for index in range(cells):
            reduction = index in (cells // 3, 2 * cells // 3)
            channels *= 2 if reduction else 1
            self.cells.append(Cell(inputs, channels, reduction, after_reduction=reduced))
            inputs, reduced = (inputs[1], NODES * channels), reduction
        self.classifier = nn.Linear(inputs[1], classes)
        # One alpha for all normal cells, one for all reduction cells.
        self.alpha = nn.Parameter(1e-3 * torch.randn(2, EDGES, OPERATIONS))

    def weights(self):
        return [p for p in self.parameters() if p is not self.alpha]

    def forward(self, x):
        gates = self.alpha.softmax(dim=-1)
        older = newer = self.stem(x)
        for cell in self.cells:
            older, newer = newer, cell(older, newer, gates[int(cell.reduction)])
        return self.classifier(newer.mean(dim=(2, 3)))


SUPERNETS = {"darts": Darts}


def measure(options, threads, layout):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    memory = torch.channels_last if layout == "channels-last" else torch.contiguous_format
    model = SUPERNETS[options.supernet](options.channels, options.cells).to(memory_format=memory)
    images = torch.randn(options.batch, 3, options.image, options.image).to(memory_format=memory)
    labels = torch.randint(10, (options.batch,))
    weights = model.weights()
    sgd = torch.optim.SGD(weights, lr=0.025, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam([model.alpha], lr=3e-4, betas=(0.5, 0.999), weight_decay=1e-3)

    def step():
        start = time.perf_counter()
        model.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 5)
        sgd.step()
        adam.step()
        elapsed = 1000 * (time.perf_counter() - start)
        if not loss.isfinite():
            sys.exit("error: the loss is not finite")
        return elapsed

    for _ in range(options.warmup):
        step()
    times = [step() for _ in range(options.steps)]
    return {
        "framework": "torch",
        "version": torch.__version__,
        "supernet": options.supernet,
        "threads": threads,
        "layout": layout,
        **{name: getattr(options, name) for name in ("channels", "cells", "batch", "image")},
        "medianMs": round(statistics.median(times), 2),
        "minMs": round(min(times), 2),
        "steps": options.steps,
        "parameters": sum(p.numel() for p in weights),
    }


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
    layouts = ["nchw", "channels-last"]
    sizes = {"channels": 16, "cells": 8, "batch": 64, "image": 32, "steps": 5, "warmup": 1}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supernet", choices=SUPERNETS, default="darts")
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--layouts", choices=layouts, nargs="+", default=layouts)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in sizes:
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    if min(options.threads) < 1:
        parser.error("--threads must be at least 1")
    if options.image % 4:
        parser.error("--image must be a multiple of 4: two reduction cells halve it")
    return options


if __name__ == "__main__":
    options = parse_options()
    if options.child:
        print(json.dumps(measure(options, *options.threads, *options.layouts)))
    else:
        for setting in itertools.product(options.threads, options.layouts):
            measure_in_child(*setting)
