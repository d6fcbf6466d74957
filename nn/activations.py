"""What a neuron makes of its weighted sum: activations by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value

Activation = str | Callable[[Value], Value] | Callable[[list[Value]], list[Value]]


def identity(x: Any) -> Any:
    """x as it is: no activation.

    >>> from nn.activations import identity
    >>> identity(-2.0)
    -2.0
    """
    return x


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": identity,  # x
    "relu": autograd.relu,  # max(0, x)
    "sigmoid": autograd.sigmoid,  # 1 / (1 + exp(-x))
    "tanh": autograd.tanh,  # (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    "elu": autograd.elu,  # x where x > 0, else exp(x) - 1
    "gelu": autograd.gelu,  # x·Φ(x)
    "leaky_relu": autograd.leaky_relu,  # x where x > 0, else 0.01·x
    "silu": autograd.silu,  # x·sigmoid(x)
    "softmax": autograd.softmax,  # exp(xᵢ) / Σ exp(xⱼ)
    "softplus": autograd.softplus,  # log(1 + exp(x))
    "step": autograd.step,  # 1 where x > 0, else 0
}

TOGETHER = (autograd.softmax, autograd.log_softmax)  # these take all outputs of a layer, the others one by one


def activation_function(activation: Activation) -> Callable[[Any], Any]:
    """The function of an activation that is given by its name or as a function.

    Args:
        activation: a key of `ACTIVATIONS`, or a function of a Value.

    Returns:
        The function. It takes one Value, or if it is in `TOGETHER`, the list of all outputs of a layer.

    Raises:
        ValueError: the name is unknown.

    >>> from nn.activations import activation_function
    >>> activation_function("leaky_relu")(-2.0)
    -0.02
    """
    if callable(activation):
        return activation
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {activation!r}: use {', '.join(ACTIVATIONS)}, or a function of a Value")
    return ACTIVATIONS[activation]


def shown(activation: Activation) -> str:
    """An activation as representations show it.

    >>> from autograd import tanh
    >>> from nn.activations import shown
    >>> shown("relu"), shown(tanh), shown(abs)
    ("'relu'", 'tanh', 'abs')
    """
    if isinstance(activation, str):
        return repr(activation)
    return str(getattr(activation, "__name__", getattr(activation, "name", repr(activation))))
