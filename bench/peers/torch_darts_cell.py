"""Sentei's darts-cell (supernets/darts-cell.ts): two small cells, their operations and their nodes' inputs gated.

For images of at most 32 pixels a side: larger ones are halved before the first cell there.
"""

import torch
from torch import nn

from torch_common import added, normalised
from torch_common import sgd_for_gates as gate_optimizer  # noqa: F401
from torch_common import sgd_for_weights as weight_optimizer  # noqa: F401
from torch_darts import FactorizedReduce, MixedOperation, norm, pointwise, relu_conv_norm, separable

SIZES = {"channels": 16, "cells": 2, "image": 32}
NODES = 2
REDUCTIONS = (1,)
# Edges that a node keeps: the sum of the gates of a node that has more.
INPUTS = 2
EDGES = tuple(2 + node for node in range(NODES))


def input_shape(sizes):
    return 3, sizes.image, sizes.image


def candidates(channels, stride):
    """skip, avg-pool-3x3, conv-1x1, sep-conv-3x3, dil-conv-3x3."""
    average = nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
    return [
        nn.Identity() if stride == 1 else FactorizedReduce(channels, channels),
        nn.Sequential(average, norm(channels)),
        nn.Sequential(nn.ReLU(), pointwise(channels, channels, stride), norm(channels)),
        separable(channels, 3, stride),
        relu_conv_norm(channels, 3, stride, dilation=2),
    ]


OPERATIONS = len(candidates(2, 1))


class Cell(nn.Module):
    def __init__(self, inputs, channels, reduction, after_reduction):
        super().__init__()
        older, newer = inputs

        def preprocess(width):
            return nn.Sequential(nn.ReLU(), pointwise(width, channels), nn.BatchNorm2d(channels))

        self.older = FactorizedReduce(older, channels, affine=True) if after_reduction else preprocess(older)
        self.newer = preprocess(newer)
        self.edges = nn.ModuleList(
            MixedOperation(candidates(channels, stride=2 if reduction and source < 2 else 1))
            for edges in EDGES
            for source in range(edges)
        )

    def forward(self, older, newer, gates):
        states = [self.older(older), self.newer(newer)]
        edges = zip(self.edges, gates)
        for _ in EDGES:
            # zip's shorter argument comes first, so that it takes no edge too many.
            states.append(added(edge(x, gate) for x, (edge, gate) in zip(states, edges)))
        return torch.cat(states[2:], dim=1)


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        channels, cells = sizes.channels, sizes.cells
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )
        self.cells = nn.ModuleList()
        inputs, reduced = (channels, channels), False
        for index in range(cells):
            reduction = index in REDUCTIONS
            channels *= 2 if reduction else 1
            self.cells.append(Cell(inputs, channels, reduction, after_reduction=reduced))
            inputs, reduced = (inputs[1], NODES * channels), reduction
        self.classifier = nn.Linear(inputs[1], classes)
        # Each cell's own: of the operations of its edges, and of the inputs of its nodes that must choose.
        choosing = [edges for edges in EDGES if edges > INPUTS]
        self.gates = nn.ParameterList(
            [torch.ones(cells, sum(EDGES), OPERATIONS), *(torch.ones(cells, edges) for edges in choosing)]
        )

    def forward(self, x):
        operations, *choices = self.gates
        # An input's gate is a factor of the gates of its operations: the sum is the same, over fewer images.
        kept = operations.new_ones(len(operations), sum(EDGES) - sum(gates.shape[1] for gates in choices))
        inputs = torch.cat([kept, *(normalised(gates, INPUTS) for gates in choices)], dim=1)
        gates = normalised(operations, 1) * inputs.unsqueeze(-1)
        older = newer = self.stem(x)
        for cell, own in zip(self.cells, gates):
            older, newer = newer, cell(older, newer, own)
        return self.classifier(newer.mean(dim=(2, 3)))
