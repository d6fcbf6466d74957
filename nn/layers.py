"""Neuron, layer, multi-layer perceptron."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from autograd import Parameter, Value, scope
from nn.activations import TOGETHER, Activation, activation_function, identity, shown
from nn.initialisation import Bias, Init, Seed, for_each, generator, initial_weights
from nn.module import Module, size

Number = float | Value


class Neuron(Module):
    """A weighted sum of the inputs and a bias, through an activation: activation(b + Σ wᵢ·xᵢ).

    Args:
        nin: how many inputs it has.
        activation: "identity", "relu", "sigmoid", "tanh", "elu", "gelu", "leaky_relu", "silu", "softplus", "step",
            or a function of a Value.
        init: how the weights begin: "uniform" between -1 and 1, "normal", "xavier", "he", or a list of `nin` numbers.
        bias: True for a bias that begins at 0, False for none, or the number it begins at.
        seed: a number or a `random.Random` for the weights. Default: Python's `random`.

    Attributes:
        w: the weights.
        b: the bias, or None.

    Raises:
        TypeError, ValueError: `nin` is not a positive integer, the activation or the initialisation is unknown or
            there are not `nin` weights.

    >>> from nn import Neuron
    >>> n = Neuron(2, activation="tanh", seed=0)
    >>> n([1.0, -2.0])
    Value(data=-0.330..., grad=0.0)
    >>> Neuron(2, "identity", init=[1, 1], bias=False)([2.0, 3.0]).data
    5.0
    """

    def __init__(
        self,
        nin: int,
        activation: Activation = "relu",
        init: Init = "uniform",
        bias: bool | float = True,
        seed: Seed = None,
    ) -> None:
        _positive(nin, "a Neuron's number of inputs")
        self.activation = activation
        self._activate = activation_function(activation)
        if self._activate in TOGETHER:
            raise ValueError(
                f"{shown(activation)} weighs all outputs of a layer against each other, but a Neuron has one: "
                "give it to a Layer, or use sigmoid"
            )
        weights = initial_weights(init, nin, 1, generator(seed))
        self.w = [Parameter(weight, label=f"w{i}") for i, weight in enumerate(weights)]
        self.b: Parameter | None = None if bias is False else Parameter(0.0 if bias is True else bias, label="b")

    def forward(self, x: Sequence[Number] | Value) -> Value:
        """The output for the inputs `x`, numbers or Values; a single input may be a Value that is in no list.

        Raises:
            ValueError: `x` has not `nin` items.
        """
        inputs = _inputs(x)
        if len(inputs) != len(self.w):
            raise ValueError(
                f"{self!r} takes {len(self.w)} inputs, got {len(inputs)}; for rows of inputs call it once for each"
            )
        with scope("weighted sum", closed=True):
            products = map(operator.mul, self.w, inputs)
            first = next(products) if self.b is None else self.b
            total = sum(products, first)
        return self._activate(total)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={shown(self.activation)}{', bias=False' * (self.b is None)})"


class Layer(Module):
    """Neurons side by side on the same inputs.

    Args:
        nin, nout: how many inputs each neuron has, and how many neurons there are.
        activation: as for a `Neuron`, or "softmax", which takes all outputs together.
        init: a name as for a `Neuron`, or the weights, an array of shape (nout, nin).
        bias: True, False, or an array of the `nout` biases.
        seed: as for a `Neuron`.

    Attributes:
        neurons: the neurons.
        together: whether the activation takes all outputs together.

    Raises:
        TypeError, ValueError: as for a `Neuron`, or an array has another shape.

    >>> from nn import Layer
    >>> len(Layer(3, 4, seed=0)([1.0, 2.0, 3.0]))
    4
    >>> Layer(2, 2, "softmax", init=[[1, 1], [1, 1]], bias=False)([2.0, 3.0])
    [Value(data=0.5, grad=0.0), Value(data=0.5, grad=0.0)]
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        init: Init = "uniform",
        bias: Bias = True,
        seed: Seed = None,
    ) -> None:
        _positive(nout, "a Layer's number of neurons")
        _positive(nin, "a Neuron's number of inputs")
        self.activation = activation
        activate = activation_function(activation)
        self.together = activate in TOGETHER
        self._activate = activate if self.together else identity
        rng = generator(seed)
        weights = [
            initial_weights(row, nin, nout, rng)
            for row in for_each(init, (nout, nin), "the init of a Layer, if no name,")
        ]
        biases = for_each(bias, (nout,), "the bias of a Layer, if not True or False,")
        self.neurons = [
            Neuron(nin, "identity" if self.together else activation, row, offset)
            for row, offset in zip(weights, biases)
        ]
        for number, neuron in enumerate(self.neurons, 1):
            neuron.label = f"neuron {number}"

    def forward(self, x: Sequence[Number] | Value) -> Any:
        """The outputs: a list of Values, or the one Value of a layer of one neuron.

        Raises:
            ValueError: `x` has not `nin` items.
        """
        out = self._activate([neuron(x) for neuron in self.neurons])
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        first = self.neurons[0]
        without = ", bias=False" * (first.b is None)
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={shown(self.activation)}{without})"


class MLP(Module):
    """A multi-layer perceptron: layers in a row.

    Args:
        nin: how many inputs it has.
        nouts: how many neurons each layer has, the last number being that of the outputs.
        activation: of all layers but the last, as for a `Layer`.
        output_activation: of the last layer.
        init: a name as for a `Neuron`, or a list with a name or an array for each layer.
        bias: True, False, or a list with True, False or an array for each layer.
        seed: as for a `Neuron`. The same seed gives the same network.

    Raises:
        TypeError, ValueError: a size is not a positive integer, an activation or the initialisation is unknown, or
            an array has another shape.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> model([0.5, -1.0])
    Value(data=-0.256..., grad=0.0)
    >>> len(model.parameters())
    13
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output_activation: Activation = "identity",
        init: Init = "uniform",
        bias: Bias = True,
        seed: Seed = None,
    ) -> None:
        if not isinstance(nouts, Sequence):
            raise TypeError(f"an MLP takes a list of layer sizes, e.g. MLP(2, [16, 1]); got {nouts!r:.60}")
        if not nouts:
            raise ValueError(f"an MLP has at least one layer, e.g. MLP(2, [16, 1]); got MLP({nin}, [])")
        rng = generator(seed)
        sizes = [nin, *nouts]
        activations = [*[activation] * (len(nouts) - 1), output_activation]
        inits = for_each(init, (len(nouts),), "the init of an MLP, if no name, an item for each layer,")
        biases = for_each(bias, (len(nouts),), "the bias of an MLP, if not True or False, an item for each layer,")
        self.layers = [Layer(*each, rng) for each in zip(sizes, sizes[1:], activations, inits, biases)]
        for number, layer in enumerate(self.layers, 1):
            layer.label = f"layer {number}"
        self.activation = activation
        self.output_activation = output_activation

    def forward(self, x: Sequence[Number] | Value) -> Any:
        """The outputs: a list of Values, or one Value if there is one output.

        Raises:
            ValueError: `x` has not `nin` items.
        """
        out: Any = x
        for layer in self.layers:
            out = layer(out)
        return out

    def __repr__(self) -> str:
        nouts = [len(layer.neurons) for layer in self.layers]
        nin = len(self.layers[0].neurons[0].w)
        activations = f"activation={shown(self.activation)}"
        if self.output_activation != "identity":
            activations += f", output_activation={shown(self.output_activation)}"
        return f"MLP({nin}, {nouts}, {activations})  # {size(self)}"


def _positive(n: Any, what: str) -> None:
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"{what} is an integer, got {type(n).__name__} {n!r:.60}")
    if n < 1:
        raise ValueError(f"{what} is at least 1, got {n}")


def _inputs(x: Any) -> Sequence[Number]:
    if isinstance(x, Value):
        return [x]
    if isinstance(x, (float, int, str)):
        raise TypeError(f"inputs come as a list of numbers or Values, e.g. [1.0, 2.0]; got {x!r:.60}")
    return x  # type: ignore[no-any-return]
