"""Sentei's temporal-conv (supernets/temporal-conv.ts): windows of several lengths, then mixed dilations, for series.

A series is an image of height 1: channels last, PyTorch computes these convolutions in half of the time that
it takes for series.
"""

import torch
from torch import nn

from torch_common import adam_for_weights as weight_optimizer  # noqa: F401
from torch_common import added, normalised
from torch_common import sgd_for_gates as gate_optimizer  # noqa: F401

SIZES = {"length": 128, "features": 8, "channels": 24, "layers": 2}
WINDOWS = (9, 19, 39)
KERNEL = 9
DILATIONS = (1, 2, 4)


def input_shape(sizes):
    return sizes.features, 1, sizes.length


def norm(channels):
    return nn.BatchNorm2d(channels, affine=False)


def convolution(inputs, outputs, kernel, dilation=1, groups=1):
    padding = (0, dilation * (kernel // 2))
    return nn.Conv2d(inputs, outputs, (1, kernel), 1, padding, (1, dilation), groups, bias=False)


def separable(channels, dilation):
    depthwise = convolution(channels, channels, KERNEL, dilation, groups=channels)
    return nn.Sequential(depthwise, convolution(channels, channels, 1), norm(channels))


class Layer(nn.ModuleList):
    """The sum of a skip and separable convolutions of several dilations, all behind one ReLU."""

    def __init__(self, channels):
        super().__init__(separable(channels, dilation) for dilation in DILATIONS)

    def forward(self, x, gates):
        skip, *others = gates
        positive = torch.relu(x)
        return skip * x + added(gate * operation(positive) for gate, operation in zip(others, self))


class Supernet(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        channels = sizes.channels
        windows = [kernel for kernel in WINDOWS if kernel <= max(sizes.length, min(WINDOWS))]
        self.windows = nn.ModuleList(
            nn.Sequential(convolution(sizes.features, channels, kernel), norm(channels)) for kernel in windows
        )
        self.layers = nn.ModuleList(Layer(channels) for _ in range(sizes.layers))
        self.norm = nn.BatchNorm2d(channels)
        # The classifier reads the mean over time and the last step.
        self.classifier = nn.Linear(2 * channels, classes)
        # Any number of windows and of a layer's operations may stay, so that their gates' sum is their number.
        members = 1 + len(DILATIONS)
        self.gates = nn.ParameterList([torch.ones(len(windows)), torch.ones(sizes.layers, members)])

    def forward(self, x):
        windows, layers = (normalised(gates, gates.shape[-1]) for gates in self.gates)
        x = added(gate * window(x) for gate, window in zip(windows, self.windows))
        for layer, gates in zip(self.layers, layers):
            x = layer(x, gates)
        features = torch.relu(self.norm(x))
        return self.classifier(torch.cat([features.mean(dim=(2, 3)), features[:, :, 0, -1]], dim=1))
