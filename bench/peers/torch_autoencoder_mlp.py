"""Sentei's autoencoder-mlp (supernets/autoencoder-mlp.ts): an autoencoder and dense layers on its code, units gated."""

import torch
from torch import nn

from torch_common import adam_for_weights as weight_optimizer  # noqa: F401
from torch_common import normalised
from torch_common import sgd_for_gates as gate_optimizer  # noqa: F401

SIZES = {"features": 8}
ENCODER = (64,)
CODE = 32
HEAD = (64, 32)
# Of the reconstruction's loss, while gates move under the space's schedule (schedules/autoencoder-first.json).
RECONSTRUCTION = 0.1


def input_shape(sizes):
    return (sizes.features,)


def loss(outputs, inputs, labels):
    task, reconstruction = outputs
    reconstructed = nn.functional.mse_loss(reconstruction, inputs)
    return nn.functional.cross_entropy(task, labels) + RECONSTRUCTION * reconstructed


def dense_layers(widths):
    return nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in zip(widths, widths[1:]))


class Decoder(nn.Module):
    """The encoder's mirror image, without gates."""

    def __init__(self, features):
        super().__init__()
        widths = (CODE, *reversed(ENCODER))
        self.hidden = dense_layers(widths)
        self.output = nn.Linear(widths[-1], features)

    def forward(self, x):
        for dense in self.hidden:
            x = torch.relu(dense(x))
        return self.output(x)


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        widths = (*ENCODER, CODE, *HEAD)
        self.hidden = dense_layers((sizes.features, *widths))
        self.classifier = nn.Linear(widths[-1], classes)
        self.decoder = Decoder(sizes.features)
        # A gate for every unit; as many as there are units are their sum.
        self.gates = nn.ParameterList([torch.ones(width) for width in widths])

    def forward(self, x):
        for index, (dense, gates) in enumerate(zip(self.hidden, self.gates)):
            x = normalised(gates, len(gates)) * torch.relu(dense(x))
            if index == len(ENCODER):
                code = x
        return self.classifier(x), self.decoder(code)
