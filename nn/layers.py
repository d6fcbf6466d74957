"""Neuron, layer, multi-layer perceptron."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Parameter, Value, scope
from nn.module import Module

Number = float | Value
Activation = str | Callable[[Value], Value]
Seed = int | random.Random | None


def _identity(x: Any) -> Any:
    return x


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": _identity,
    "relu": autograd.relu,
    "sigmoid": autograd.sigmoid,
    "tanh": autograd.tanh,
}


class Neuron(Module):
    """A weighted sum of the inputs and a bias, through an activation: activation(b + Σ wᵢ·xᵢ).

    Args:
        nin: how many inputs it has.
        activation: "relu", "tanh", "sigmoid", "identity", or a function of a Value.
        seed: a number or a `random.Random` for the weights. Default: Python's `random`.

    Weights start uniformly between -1 and 1, the bias at 0, as in micrograd.

    Raises:
        TypeError, ValueError: `nin` is not a positive integer, or the activation is unknown.

    >>> from nn import Neuron
    >>> n = Neuron(2, activation="tanh", seed=0)
    >>> n([1.0, -2.0])
    Value(data=-0.330..., grad=0.0)
    """

    def __init__(self, nin: int, activation: Activation = "relu", seed: Seed = None) -> None:
        _positive(nin, "a Neuron's number of inputs")
        self.activation = activation
        self._activate = _activation(activation)
        uniform = _random(seed).uniform
        self.w = [Parameter(uniform(-1, 1), label=f"w{i}") for i in range(nin)]
        self.b = Parameter(0.0, label="b")

    def forward(self, x: Sequence[Number]) -> Value:
        """The output for the inputs `x`, numbers or Values.

        Raises:
            ValueError: `x` has not `nin` items.
        """
        if len(_inputs(x)) != len(self.w):
            raise ValueError(
                f"{self!r} takes {len(self.w)} inputs, got {len(x)}; for rows of inputs call it once for each"
            )
        with scope("weighted sum", closed=True):
            total = sum(map(operator.mul, self.w, x), self.b)
        return self._activate(total)

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={_shown(self.activation)})"


class Layer(Module):
    """Neurons side by side on the same inputs.

    Args:
        nin, nout: how many inputs each neuron has, and how many neurons there are.
        activation, seed: as for a `Neuron`.

    >>> from nn import Layer
    >>> len(Layer(3, 4, seed=0)([1.0, 2.0, 3.0]))
    4
    """

    def __init__(self, nin: int, nout: int, activation: Activation = "relu", seed: Seed = None) -> None:
        _positive(nout, "a Layer's number of neurons")
        rng = _random(seed)
        self.neurons = [Neuron(nin, activation, rng) for _ in range(nout)]
        for number, neuron in enumerate(self.neurons, 1):
            neuron.label = f"neuron {number}"

    def forward(self, x: Sequence[Number]) -> Any:
        """The outputs: a list of Values, or the one Value of a layer of one neuron."""
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={_shown(first.activation)})"


class MLP(Module):
    """A multi-layer perceptron: layers in a row, the last one without activation.

    Args:
        nin: how many inputs it has.
        nouts: how many neurons each layer has, the last number being that of the outputs.
        activation, seed: as for a `Neuron`. The same seed gives the same network.

    Raises:
        TypeError, ValueError: a size is not a positive integer, or the activation is unknown.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> model([0.5, -1.0])
    Value(data=-0.256..., grad=0.0)
    >>> len(model.parameters())
    13
    """

    def __init__(self, nin: int, nouts: Sequence[int], activation: Activation = "relu", seed: Seed = None) -> None:
        if not isinstance(nouts, Sequence):
            raise TypeError(f"an MLP takes a list of layer sizes, e.g. MLP(2, [16, 1]); got {nouts!r:.60}")
        if not nouts:
            raise ValueError(f"an MLP has at least one layer, e.g. MLP(2, [16, 1]); got MLP({nin}, [])")
        rng = _random(seed)
        sizes = [nin, *nouts]
        activations = [*[activation] * (len(nouts) - 1), "identity"]
        self.layers = [Layer(*shape, rng) for shape in zip(sizes, sizes[1:], activations)]
        for number, layer in enumerate(self.layers, 1):
            layer.label = f"layer {number}"
        self.activation = activation

    def forward(self, x: Sequence[Number]) -> Any:
        """The outputs: a list of Values, or one Value if there is one output.

        Raises:
            ValueError: `x` has not `nin` items.
        """
        out: Any = x
        for layer in self.layers:
            out = layer([out] if isinstance(out, Value) else out)
        return out

    def __repr__(self) -> str:
        nouts = [len(layer.neurons) for layer in self.layers]
        nin = len(self.layers[0].neurons[0].w)
        count = len(self.parameters())
        return f"MLP({nin}, {nouts}, activation={_shown(self.activation)})  # {count} parameters"


def _positive(n: Any, what: str) -> None:
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"{what} is an integer, got {type(n).__name__} {n!r:.60}")
    if n < 1:
        raise ValueError(f"{what} is at least 1, got {n}")


def _activation(activation: Activation) -> Callable[[Any], Value]:
    if callable(activation):
        return activation
    if activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {activation!r}: use {', '.join(ACTIVATIONS)}, or a function of a Value")
    return ACTIVATIONS[activation]


def _random(seed: Any) -> Any:
    if seed is None:
        return random
    if isinstance(seed, random.Random) or seed is random:
        return seed
    if isinstance(seed, int):
        return random.Random(seed)
    raise TypeError(f"seed is an integer or a random.Random, got {type(seed).__name__} {seed!r:.60}")


def _inputs(x: Any) -> Sequence[Number]:
    if isinstance(x, (Value, float, int, str)):
        raise TypeError(f"inputs come as a list of numbers or Values, e.g. [1.0, 2.0]; got {x!r:.60}")
    return x  # type: ignore[no-any-return]


def _shown(activation: Activation) -> str:
    return repr(activation) if isinstance(activation, str) else getattr(activation, "__name__", repr(activation))
