"""`draw_network`: a network as people sketch it, columns of circles with the weights as lines between them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.drawing.labels import cut
from autograd.drawing.outline import Outline
from autograd.drawing.page import NOTEBOOK_NODES, STYLE, VIEW, document, embedded, graph_data, in_script, source, still
from autograd.recording import switched
from nn.layers import Layer, Neuron, Number
from nn.module import Module
from nn.network_sketch import Column, sketch, slots

MANY_INPUTS = 20  # of a neuron; of more, what is alike in its graph is a closed box


class Network:
    """A copy of a model's layers and what they make of some inputs; the model itself is not touched.

    Attributes:
        sizes: how many inputs there are, and how many neurons in each layer.
        columns: the inputs, then each layer.
    """

    def __init__(self, model: Any, inputs: Sequence[Number] | None) -> None:
        layers = copy.deepcopy(_layers(model))
        self._layers = [layer.neurons for layer in layers]
        size = len(self._layers[0][0].w)
        names = [f"x{number}" for number in range(1, size + 1)]
        self.columns = [Column("inputs", "", "", names, _numbers(inputs, size), [], [])]
        for number, layer in enumerate(layers, 1):
            self.columns.append(_column(cut(layer.label) or f"layer {number}", layer, self.columns[-1]))
        self.sizes = [len(column.names) for column in self.columns]

    def graph(self, layer: int, index: int) -> dict[str, Any]:
        """The graph of a neuron's output on fresh inputs of the same numbers, with its gradients.

        Layers count from 1 here, since column 0 is that of the inputs.
        """
        before = self.columns[layer - 1]
        neuron = self._layers[layer - 1][index]
        neuron.zero_grad()
        with switched(record=True, watch=False):
            out = neuron([Value(x, label=name) for x, name in zip(before.outputs, before.names)])
        out.backward()
        out.label = "out"
        outline = Outline([out], None, "all" if len(before.names) <= MANY_INPUTS else (), fold=True)
        caption = f"a graph of {_count(len(outline.nodes), 'node')}"
        return graph_data(outline, "LR", None, None, NOTEBOOK_NODES) | {"caption": caption}

    def __str__(self) -> str:
        inputs, *neurons = self.sizes
        listed = " and ".join(filter(None, [", ".join(map(str, neurons[:-1])), str(neurons[-1])]))
        layers = "a layer" if len(neurons) == 1 else "layers"
        return f"{_count(inputs, 'input')}, {layers} of {listed} neuron{'s' * (neurons != [1])}"


def _layers(model: Any) -> list[Layer]:
    """The layers of a model; a neuron is one by itself."""
    if isinstance(model, Neuron):
        layer = Layer(len(model.w), 1, model.activation, seed=0)
        layer.neurons = [model]
        return [layer]
    layers = (
        [model] if isinstance(model, Layer) else getattr(model, "layers", None) if isinstance(model, Module) else model
    )
    if not isinstance(layers, (list, tuple)) or not layers or not all(isinstance(layer, Layer) for layer in layers):
        raise TypeError(
            "draw_network takes an MLP, a Layer, a Neuron, a list of Layers, or a Module that has such a list as its "
            f"`layers`; got {type(model).__name__} {model!r:.60}; of another model pass a list of its Layers"
        )
    return list(layers)


def _numbers(inputs: Sequence[Number] | None, size: int) -> list[float]:
    """The inputs as floats; zeros if none are given."""
    if inputs is None:
        return [0.0] * size
    given = inputs.tolist() if hasattr(inputs, "tolist") else inputs  # of a NumPy array
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"inputs are a list of numbers, e.g. [1.0, 2.0]; got {type(inputs).__name__} {inputs!r:.60}")
    if len(given) != size:
        raise ValueError(f"this network has {_count(size, 'input')}, got {len(given)}; pass one number for each input")
    return [Value(x.data if isinstance(x, Value) else x).data for x in given]


def _column(title: str, layer: Layer, before: Column) -> Column:
    """A layer, run on the outputs of the one before."""
    neurons = layer.neurons
    names = [f"{title}.{cut(neuron.label) or f'neuron {number}'}" for number, neuron in enumerate(neurons, 1)]
    for name, neuron in zip(names, neurons):
        if len(neuron.w) != len(before.names):
            takes = _count(len(neuron.w), "input")
            raise ValueError(f"these layers do not fit: {name} takes {takes}, {before.title} gives {len(before.names)}")
    with switched(record=False, watch=False):
        outputs = layer(before.outputs)
    used = {layer.activation} if layer.together else {neuron.activation for neuron in neurons}
    activations = {getattr(activation, "__name__", str(activation)) for activation in used}
    parameters = {parameter for neuron in neurons for parameter in neuron.parameters()}
    return Column(
        title=title,
        activation=cut(min(activations)) if len(activations) == 1 else "",
        note=_count(len(parameters), "parameter"),
        names=names,
        outputs=[float(output) for output in (outputs if len(neurons) > 1 else [outputs])],
        weights=[[w.data for w in neuron.w] for neuron in neurons],
        biases=[0.0 if neuron.b is None else neuron.b.data for neuron in neurons],
    )


class NetworkDrawing:
    """A picture of a network as it was when drawn; in a notebook, a click on a neuron shows its graph.

    Attributes:
        svg: the picture in SVG.
        html: a page in which a click on a neuron shows its computation graph; it needs no network.

    Made by `draw_network`.
    """

    def __init__(self, networks: dict[str, Network], given: bool) -> None:
        self._networks = networks
        self._given = given  # whether the user gave inputs

    @cached_property
    def svg(self) -> str:
        pictures = {title: network.columns for title, network in self._networks.items()}
        return sketch(pictures, self._given, repr(self)[1:-1])

    @property
    def html(self) -> str:
        return document(repr(self)[1:-1], self._cell(), "margin: 16px")

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file.

        Args:
            path: where to; its suffix says in which format: .svg or .html.

        Returns:
            The path.

        Raises:
            ValueError: the suffix is another one.
            OSError: the file cannot be written.
        """
        formats: dict[str, Callable[[], str]] = {".svg": lambda: self.svg, ".html": lambda: self.html}
        path = Path(path)
        if path.suffix.lower() not in formats:
            given = path.suffix or "a file without suffix"
            raise ValueError(f"cannot save a network as {given!r}: use .svg, which browsers and editors open, or .html")
        contents = formats[path.suffix.lower()]().encode()  # before the file is touched
        path.write_bytes(contents)
        return path

    def _cell(self) -> str:
        """The picture, and a script by which its neurons open their graphs where scripts run."""
        network = {"svg": self.svg, "neurons": self._neurons()}
        script = f"mountNetwork(host, {in_script(network)}, {in_script(source(STYLE))});"
        return embedded(still(self.svg, repr(self)[1:-1]), (*VIEW, "nn/network_drawing.js"), script)

    def _neurons(self) -> dict[str, dict[str, Any]]:
        """Of each neuron in the picture, what to say about it and its graph."""
        neurons = {}
        for number, (title, network) in enumerate(self._networks.items()):
            for layer, column in enumerate(network.columns[1:], 1):
                source = "the inputs" if layer == 1 else f"the outputs of {network.columns[layer - 1].title}"
                for index in slots(len(column.names)):
                    if index is not None:
                        says = f"{title and title + ': '}{column.names[index]}, made from {source}"
                        says += "; the gradients are those of its output."
                        says += "" if self._given else " No inputs were given, so all inputs of the network are 0 here."
                        graph = network.graph(layer, index)
                        neurons[f"{number}.{layer}.{index}"] = {"says": says, "graph": graph}
        return neurons

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._cell(), "image/svg+xml": self.svg, "text/plain": repr(self)}

    def __repr__(self) -> str:
        *_, network = self._networks.values()
        return f"<network of {network}{', before and after' * (len(self._networks) > 1)}>"


def draw_network(model: Any, before: Any = None, inputs: Sequence[Number] | None = None) -> NetworkDrawing:
    """Draw a network: its neurons as circles in columns, its weights as lines between them.

    Lines of positive weights are blue, of negative ones red and dashed, all as wide as the weights are great; the
    ring around a neuron shows its bias in the same way. Of more than 12 neurons in a layer, the first and the last
    are shown. In a notebook, and in a page saved as .html, a click on a neuron shows its computation graph.

    Args:
        model: an `MLP`, a `Layer`, a `Neuron`, a list of Layers, or a Module that has one as its `layers`.
        before: the same model as it once was, to be drawn beside it: `copy.deepcopy(model)` before training.
        inputs: numbers to run the layers on; every circle shows its output and is shaded by it. The model and
            its gradients stay as they are.

    Returns:
        A `NetworkDrawing`: shown by a notebook, saved with `.save("network.svg")` or `.save("network.html")`.

    Raises:
        TypeError: the model has no layers that are known here, or the inputs are no list of numbers.
        ValueError: `before` has other sizes, layers do not fit each other, or there are not as many inputs as needed.

    >>> from nn import MLP, draw_network
    >>> draw_network(MLP(2, [3, 1], seed=0))
    <network of 2 inputs, layers of 3 and 1 neurons>
    """
    network = Network(model, inputs)
    if before is None:
        return NetworkDrawing({"": network}, inputs is not None)
    earlier = Network(before, inputs)
    if earlier.sizes != network.sizes:
        raise ValueError(
            f"before is a network of {earlier}, the model one of {network}; "
            "for before pass copy.deepcopy(model), made before the training"
        )
    return NetworkDrawing({"before": earlier, "after": network}, inputs is not None)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun if n == 1 else noun + 's'}"
