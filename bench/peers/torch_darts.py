"""The search supernet of DARTS (Liu et al., arXiv:1806.09055): eight operations mixed on each edge of a cell."""

import torch
from torch import nn

from torch_common import added
from torch_common import adam_for_gates as gate_optimizer  # noqa: F401
from torch_common import sgd_for_weights as weight_optimizer  # noqa: F401

SIZES = {"channels": 16, "cells": 8, "image": 32}
NODES = 4
EDGES = sum(2 + node for node in range(NODES))


def input_shape(sizes):
    return 3, sizes.image, sizes.image


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

    def __init__(self, inputs, outputs, affine=False):
        super().__init__()
        self.even = pointwise(inputs, outputs // 2, stride=2)
        self.odd = pointwise(inputs, outputs - outputs // 2, stride=2)
        self.norm = nn.BatchNorm2d(outputs, affine=affine)

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
    def forward(self, x, gates):
        return added(gate * operation(x) for gate, operation in zip(gates, self))


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
            MixedOperation(candidates(channels, stride=2 if reduction and source < 2 else 1))
            for node in range(NODES)
            for source in range(2 + node)
        )

    def forward(self, older, newer, gates):
        states = [self.older(older), self.newer(newer)]
        edges = zip(self.edges, gates)
        for _ in range(NODES):
            # zip's shorter argument comes first, so that it takes no edge too many.
            states.append(added(edge(x, gate) for x, (edge, gate) in zip(states, edges)))
        return torch.cat(states[2:], dim=1)


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        channels, cells = sizes.channels, sizes.cells
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
        self.gates = nn.ParameterList([1e-3 * torch.randn(2, EDGES, OPERATIONS)])

    def forward(self, x):
        gates = self.gates[0].softmax(dim=-1)
        older = newer = self.stem(x)
        for cell in self.cells:
            older, newer = newer, cell(older, newer, gates[int(cell.reduction)])
        return self.classifier(newer.mean(dim=(2, 3)))
