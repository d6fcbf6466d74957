"""Neurons, layers and multi-layer perceptrons made of `autograd` Values, with PyTorch's names.

>>> from nn import MLP
>>> model = MLP(2, [16, 16, 1], seed=0)
>>> model
MLP(2, [16, 16, 1], activation='relu')  # 337 parameters
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd import Parameter
from nn.layers import MLP, Layer, Neuron
from nn.losses import hinge_loss, mse_loss
from nn.module import Module
from nn.optim import SGD

if TYPE_CHECKING:
    from nn.network_drawing import NetworkDrawing, draw_network

__all__ = [
    "MLP",
    "SGD",
    "Layer",
    "Module",
    "NetworkDrawing",
    "Neuron",
    "Parameter",
    "draw_network",
    "hinge_loss",
    "mse_loss",
]

# Imported at first use: they need the rooms that draw graphs, and not every program draws.
_LAZY = dict.fromkeys(["NetworkDrawing", "draw_network"], "nn.network_drawing")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
