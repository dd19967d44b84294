"""Sentei's mlp-cell (supernets/mlp-cell.ts): residual dense blocks for tables, activation, units and paths gated."""

import torch
from torch import nn

from torch_common import adam_for_weights as weight_optimizer  # noqa: F401
from torch_common import added, normalised
from torch_common import sgd_for_gates as gate_optimizer  # noqa: F401

SIZES = {"features": 8, "blocks": 3, "width": 32, "hidden": 64}
ACTIVATIONS = (torch.relu, torch.tanh, nn.functional.elu)


def input_shape(sizes):
    return (sizes.features,)


class Block(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.hidden = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden, width)

    def forward(self, x, activations, units, paths):
        hidden = self.hidden(self.norm(x))
        mixed = added(gate * activation(hidden) for gate, activation in zip(activations, ACTIVATIONS))
        return paths[0] * x + paths[1] * self.out(units * mixed)


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        self.stem = nn.Linear(sizes.features, sizes.width)
        self.blocks = nn.ModuleList(Block(sizes.width, sizes.hidden) for _ in range(sizes.blocks))
        self.norm = nn.BatchNorm1d(sizes.width)
        self.classifier = nn.Linear(sizes.width, classes)
        # Free gates of each kind for all blocks; a block's have a given sum: one activation, all units, both paths.
        self.totals = (1, sizes.hidden, 2)
        members = (len(ACTIVATIONS), sizes.hidden, 2)
        self.gates = nn.ParameterList(torch.ones(sizes.blocks, count) for count in members)

    def forward(self, x):
        x = self.stem(x)
        for block, *gates in zip(self.blocks, *map(normalised, self.gates, self.totals)):
            x = block(x, *gates)
        return self.classifier(torch.relu(self.norm(x)))
