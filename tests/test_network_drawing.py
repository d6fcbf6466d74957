"""Pictures of networks: every weight a line, every neuron a circle, and the model as it was."""

import copy
import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, no_grad
from nn import MLP, Layer, Module, Neuron, draw_network
from nn.network_drawing import Network
from tests.test_drawing import EVIL

SVG = "{http://www.w3.org/2000/svg}"


def elements(svg: str, kind: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(svg).iter() if element.get("class") == kind]


def weights(svg: str) -> list[tuple[float, float, bool]]:
    """Of each line, the weight in its tooltip, its width, and whether it is blue and not dashed."""
    lines = []
    for line in elements(svg, "weight"):
        blue, dashed = line.get("stroke") == "#0072b2", line.get("stroke-dasharray") is not None
        assert blue != dashed
        number = re.match(r"weight (\S+)", line.find(f"{SVG}title").text)[1]
        lines.append((float(number), float(line.get("stroke-width")), blue))
    return lines


def words(svg: str) -> list[str]:
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def state(model: Module) -> list[tuple]:
    return [(p.data, p.grad, p.label, p.op, p.args) for p in model.parameters()]


def trained() -> MLP:
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    model([1.0, -2.0]).backward()
    return model


def test_every_neuron_is_a_circle_and_every_weight_a_line() -> None:
    svg = draw_network(MLP(2, [4, 3, 1], activation="tanh", seed=0)).svg
    assert len(elements(svg, "neuron")) == 8 and len(elements(svg, "input")) == 2
    assert len(elements(svg, "weight")) == 2 * 4 + 4 * 3 + 3
    expected = ["inputs", "layer 1 · tanh", "12 parameters", "layer 2 · tanh", "15 parameters", "layer 3 · identity"]
    assert [word for word in words(svg) if "layer" in word or "parameter" in word or word == "inputs"] == [
        *expected,
        "4 parameters",
    ]


def test_lines_are_as_wide_as_weights_are_great_and_dashed_where_they_are_negative() -> None:
    model = MLP(3, [5, 2], seed=0)
    lines = weights(draw_network(model).svg)
    assert sorted(w for w, _, _ in lines) == sorted(p.data for p in model.parameters() if p.label != "b")
    largest, widest, _ = max(lines, key=lambda line: abs(line[0]))
    for weight, width, blue in lines:
        assert width == pytest.approx(abs(weight / largest) * widest, rel=1e-4)
        assert blue == (weight > 0)


def test_the_ring_is_the_bias_on_the_same_scale() -> None:
    neuron = Neuron(1)
    neuron.w[0].data, neuron.b.data = 1.0, -2.0
    svg = draw_network(neuron).svg
    (ring,), ((_, width, _),) = elements(svg, "bias"), weights(svg)
    assert float(ring.get("stroke-width")) == 2 * width
    assert ring.get("stroke") == "#b4451f" and ring.get("stroke-dasharray")


def test_the_samples_of_the_legend_have_the_widths_of_their_numbers() -> None:
    svg = draw_network(MLP(2, [4, 1], seed=3)).svg
    weight, width, _ = weights(svg)[0]
    numbers = words(svg)[-8:-5] + words(svg)[-4:-1]
    assert [number.startswith("-") for number in numbers] == [False] * 3 + [True] * 3
    for sample, number in zip(elements(svg, "sample"), numbers):
        assert float(sample.get("stroke-width")) == pytest.approx(width * abs(float(number) / weight), rel=1e-3)


def test_before_and_after_stand_side_by_side_on_one_scale() -> None:
    before = MLP(2, [3, 1], seed=0)
    model = copy.deepcopy(before)
    for parameter in model.parameters():
        parameter.data *= 4
    picture = draw_network(model, before=before)
    assert repr(picture) == "<network of 2 inputs, layers of 3 and 1 neurons, before and after>"
    lines = weights(picture.svg)
    assert len(lines) == 18
    assert all(4 * one[1] == pytest.approx(two[1], rel=1e-3) for one, two in zip(lines[:6], lines[9:15]))
    assert [word for word in words(picture.svg) if word in ("before", "after")] == ["before", "after"]


def test_of_large_layers_the_first_and_the_last_are_shown() -> None:
    svg = draw_network(MLP(2, [12, 16, 1234, 1], seed=0)).svg
    assert [word for word in words(svg) if "more" in word] == ["⋮ 8 more", "⋮ 1,226 more"]
    assert len(elements(svg, "neuron")) == 12 + 8 + 8 + 1
    assert len(elements(svg, "weight")) == 2 * 12 + 12 * 8 + 8 * 8 + 8
    keys = [neuron.get("data-neuron") for neuron in elements(svg, "neuron")]
    assert [key for key in keys if key.startswith("0.2.")] == [f"0.2.{i}" for i in (0, 1, 2, 3, 12, 13, 14, 15)]
    assert "⋮ stands for neurons whose lines are left out" in words(svg)
    assert "left out" not in draw_network(MLP(2, [12, 1], seed=0)).svg


def test_outputs_stand_in_the_circles() -> None:
    model = trained()
    svg = draw_network(model, inputs=[0.5, -1.25]).svg
    hidden = model.layers[0]([0.5, -1.25])
    titles = [neuron.find(f"{SVG}title").text for neuron in elements(svg, "neuron")]
    assert titles[1] == f"layer 1.neuron 2\nbias 0\noutput {hidden[1].data!r}"
    assert [neuron.find(f"{SVG}text").text for neuron in elements(svg, "neuron")][1] == f"{hidden[1].data:.3f}"
    fills = {body.get("fill") for body in elements(svg, "body")}
    assert len(fills) == 5, "one for the inputs, and a shade for each output"
    assert {"x1", "0.5", "x2", "-1.25"} <= set(words(svg))


def test_without_inputs_circles_are_plain() -> None:
    svg = draw_network(trained()).svg
    assert all(neuron.find(f"{SVG}text") is None for neuron in elements(svg, "neuron"))
    assert "output" not in svg


@pytest.mark.parametrize("inputs", [None, [0.5, 1.0], (1, True), np.array([0.5, 1.0]), [Value(0.5), Value(1.0)]])
def test_the_model_stays_as_it_was(inputs) -> None:
    model = trained()
    was = state(model)
    picture = draw_network(model, before=model, inputs=inputs)
    picture._repr_mimebundle_()
    assert state(model) == was and picture.html
    if inputs is not None and isinstance(inputs[0], Value):
        assert inputs[0].grad == 0.0 and inputs[0].label == ""


def test_the_picture_stays_as_it_was_drawn() -> None:
    model = trained()
    picture = draw_network(model, inputs=[1.0, 1.0])
    for parameter in model.parameters():
        parameter.data = 99.0
    assert "99" not in "".join(words(picture.svg)) and "99.0" not in json.dumps(picture._neurons())


def test_each_neuron_has_the_graph_of_its_output() -> None:
    model = trained()
    with no_grad():
        neurons = draw_network(model, inputs=[0.5, 1.0])._neurons()
    assert list(neurons) == ["0.1.0", "0.1.1", "0.1.2", "0.2.0"]
    last = neurons["0.2.0"]
    assert last["says"] == "layer 2.neuron 1, made from the outputs of layer 1; the gradients are those of its output."
    leaves = {node["name"]: node for node in last["graph"]["nodes"] if node["kind"] == "input"}
    assert list(leaves) == ["layer 1.neuron 1", "layer 1.neuron 2", "layer 1.neuron 3"]
    assert leaves["layer 1.neuron 2"]["data"] == model.layers[0]([0.5, 1.0])[1].data
    assert leaves["layer 1.neuron 2"]["grad"] == model.layers[1].neurons[0].w[1].data
    assert last["graph"]["nodes"][-1]["data"] == model([0.5, 1.0]).data
    first = draw_network(model)._neurons()["0.1.0"]
    assert "No inputs were given, so all inputs of the network are 0 here." in first["says"]
    assert [node["data"] for node in first["graph"]["nodes"] if node["name"] in ("x1", "x2")] == [0.0, 0.0]


def test_graphs_of_neurons_with_many_inputs_are_kept_short() -> None:
    assert len(draw_network(MLP(784, [16, 1], seed=0)).html) < 2_000_000


def test_what_can_be_drawn() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.layers = (Layer(2, 3), Layer(3, 1))

    layers = [Layer(2, 3), Layer(3, 2, "sigmoid")]
    assert repr(draw_network(Net())) == "<network of 2 inputs, layers of 3 and 1 neurons>"
    assert repr(draw_network(layers)) == "<network of 2 inputs, layers of 3 and 2 neurons>"
    assert repr(draw_network(layers[1])) == "<network of 3 inputs, a layer of 2 neurons>"
    assert repr(draw_network(Neuron(1))) == "<network of 1 input, a layer of 1 neuron>"
    assert repr(draw_network(MLP(2, [3, 4, 1]))) == "<network of 2 inputs, layers of 3, 4 and 1 neurons>"
    assert "layer 2 · sigmoid" in words(draw_network(layers).svg)


@pytest.mark.parametrize("model", [3.0, [], [1, 2], "MLP", [Neuron(2)], Value(1.0), Module(), None, MLP])
def test_what_cannot_be_drawn(model) -> None:
    accepted = "draw_network takes an MLP, a Layer, a Neuron, a list of Layers, or a Module that has such a list"
    with pytest.raises(TypeError, match=f"{accepted} .* got {type(model).__name__} .*pass a list of its Layers"):
        draw_network(model)


def test_what_does_not_fit() -> None:
    model = MLP(2, [3, 1])
    with pytest.raises(ValueError, match=r"before is a network of 2 inputs, layers of 4 and 1 neurons.*copy\.deepcopy"):
        draw_network(model, before=MLP(2, [4, 1]))
    with pytest.raises(TypeError, match="draw_network takes an MLP"):
        draw_network(model, before=3)
    with pytest.raises(ValueError, match="this network has 2 inputs, got 3; pass one number for each input"):
        draw_network(model, inputs=[1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match=r"inputs are a list of numbers, e\.g\. \[1\.0, 2\.0\]; got float 1\.0"):
        draw_network(model, inputs=1.0)
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted, got str 'a'"):
        draw_network(model, inputs=["a", "b"])
    with pytest.raises(ValueError, match=r"these layers do not fit: layer 2\.neuron 1 takes 2 inputs, layer 1 gives 3"):
        draw_network([Layer(2, 3), Layer(2, 1)])


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_drawn_literally(label: str) -> None:
    def activation(x: Value) -> Value:
        return x * 2

    activation.__name__ = label
    layer = Layer(1, 2, activation, seed=0)
    layer.label = layer.neurons[0].label = layer.neurons[0].w[0].label = label
    picture = draw_network([layer, Layer(2, 1, seed=0)], inputs=[1.0])
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in label)
    (title, *_) = [neuron.find(f"{SVG}title").text for neuron in elements(picture.svg, "neuron")]
    assert title.startswith(f"{shown}.{shown}\n")
    assert "<script" not in picture.svg
    assert picture.html.count("<script") == picture.html.count("</script") == 1


@pytest.mark.parametrize("number", [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, -1.7e308])
def test_all_numbers_can_be_drawn(number: float) -> None:
    layer = Layer(2, 2, "identity", seed=0)
    layer.neurons[0].w[0].data = layer.neurons[1].b.data = number
    for picture in (draw_network(layer), draw_network(layer, inputs=[number, 1.0])):
        widths = [float(line.get("stroke-width")) for line in elements(picture.svg, "weight")]
        assert all(0 <= width <= 5 for width in widths)
        assert "NaN" not in json.dumps(picture._neurons()) and "Infinity" not in json.dumps(picture._neurons())


def test_a_network_of_zeros() -> None:
    layer = Layer(2, 2, seed=0)
    for parameter in layer.parameters():
        parameter.data = 0.0
    svg = draw_network(layer, inputs=[0.0, 0.0]).svg
    assert {line.get("stroke-width") for line in elements(svg, "weight")} == {"0"}


def test_formats(tmp_path: Path) -> None:
    picture = draw_network(trained())
    assert picture.save(tmp_path / "n.svg").read_text() == picture.svg
    assert picture.save(str(tmp_path / "n.HTML")).read_text() == picture.html
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/html", "image/svg+xml", "text/plain"]
    assert bundle["text/html"].startswith('<div><img alt="network of 2 inputs')
    assert bundle["text/plain"] == repr(picture)
    for name in ("n.png", "n"):
        with pytest.raises(ValueError, match=r"cannot save a network as .*: use \.svg.*\.html"):
            picture.save(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.HTML", "n.svg"]


def test_a_layer_without_biases_and_one_whose_outputs_weigh_against_each_other() -> None:
    model = MLP(2, [3, 2], "tanh", "softmax", bias=False, seed=0)
    network = Network(model, [0.5, -1.0])
    assert network.columns[-1].outputs == [p.data for p in model([0.5, -1.0])]
    assert sum(network.columns[-1].outputs) == pytest.approx(1)
    assert network.columns[-1].activation == "softmax" and network.columns[-1].biases == [0.0, 0.0]
    assert "softmax" in draw_network(model).svg
