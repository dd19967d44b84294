"""The search supernet of NAS-Bench-201 (Dong & Yang, arXiv:2001.00326): five operations mixed on each of six edges."""

import torch
from torch import nn

from torch_common import added
from torch_common import adam_for_gates as gate_optimizer  # noqa: F401
from torch_common import sgd_for_weights as weight_optimizer  # noqa: F401

SIZES = {"channels": 16, "cells": 5, "image": 32}
STAGES = 3
NODES = 4
EDGES = [(source, node) for node in range(1, NODES) for source in range(node)]


def input_shape(sizes):
    return 3, sizes.image, sizes.image


def relu_conv_norm(inputs, outputs, kernel, stride=1, affine=True):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    return nn.Sequential(nn.ReLU(), conv, nn.BatchNorm2d(outputs, affine=affine))


class Zero(nn.Module):
    def forward(self, x):
        return x * 0.0


def candidates(channels):
    """none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3."""
    average = nn.AvgPool2d(3, 1, padding=1, count_include_pad=False)
    return nn.ModuleList(
        [
            Zero(),
            nn.Identity(),
            relu_conv_norm(channels, channels, 1, affine=False),
            relu_conv_norm(channels, channels, 3, affine=False),
            average,
        ]
    )


class Cell(nn.Module):
    """Each node sums a mixed operation of every node before it; the last one is the output."""

    def __init__(self, channels):
        super().__init__()
        self.edges = nn.ModuleList(candidates(channels) for _ in EDGES)

    def forward(self, x, gates):
        states = [x]
        mixed = {edge: (operations, gate) for edge, operations, gate in zip(EDGES, self.edges, gates)}
        for node in range(1, NODES):
            terms = []
            for source in range(node):
                operations, gate = mixed[source, node]
                terms += [weight * operation(states[source]) for weight, operation in zip(gate, operations)]
            states.append(added(terms))
        return states[-1]


class Reduction(nn.Module):
    """A basic residual block that halves the image; its shortcut pools and has no norm."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(
            relu_conv_norm(inputs, outputs, 3, stride=2), relu_conv_norm(outputs, outputs, 3)
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x, _gates):
        return self.body(x) + self.shortcut(x)


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        width = sizes.channels
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))
        self.blocks = nn.ModuleList()
        for stage in range(STAGES):
            if stage > 0:
                self.blocks.append(Reduction(width, 2 * width))
                width *= 2
            self.blocks.extend(Cell(width) for _ in range(sizes.cells))
        self.norm = nn.BatchNorm2d(width)
        self.classifier = nn.Linear(width, classes)
        # One alpha for all cells.
        self.gates = nn.ParameterList([1e-3 * torch.randn(len(EDGES), len(candidates(1)))])

    def forward(self, x):
        gates = self.gates[0].softmax(dim=-1)
        x = self.stem(x)
        for block in self.blocks:
            x = block(x, gates)
        return self.classifier(torch.relu(self.norm(x)).mean(dim=(2, 3)))
