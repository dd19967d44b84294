"""What the peers share: gates, their sums, and the optimizers of Sentei's step."""

import functools
import operator

import torch


def added(terms):
    """The sum of tensors. Python's own begins with 0, which costs one pass more over the first."""
    return functools.reduce(operator.add, terms)


def normalised(gates, total):
    """Free gates (src/supernet/relaxations/gates.ts) of groups along the last axis, each with a given sum."""
    return gates * (total / gates.sum(dim=-1, keepdim=True))


def fused(optimizer, parameters, **options):
    """Steps all arrays in one kernel where this PyTorch has that kernel for the CPU, else one after another."""
    try:
        return optimizer(parameters, fused=True, **options)
    except (TypeError, RuntimeError):
        return optimizer(parameters, **options)


def sgd_for_weights(weights):
    """Sentei's default for images."""
    return fused(torch.optim.SGD, weights, lr=0.025, momentum=0.9, weight_decay=3e-4)


def adam_for_weights(weights):
    """Sentei's default for tables and series."""
    return fused(torch.optim.Adam, weights, lr=0.003, betas=(0.9, 0.95), weight_decay=3e-4)


def sgd_for_gates(gates):
    return fused(torch.optim.SGD, gates, lr=0.025)


def adam_for_gates(gates):
    return fused(torch.optim.Adam, gates, lr=3e-4, betas=(0.5, 0.999), weight_decay=1e-3)
