"""Modules that are kept and shown, activations, first weights, modules in a row, and the perceptron."""

import copy
import itertools
import json
import math
import pickle
import random
import statistics

import numpy as np
import pytest
from sklearn.datasets import load_iris

import autograd
from autograd import Value, softmax, tanh
from nn.activations import ACTIVATIONS
from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.network_drawing import draw_network
from nn.perceptron import Perceptron, PerceptronResult
from nn.sequential import Sequential


class Net(Module):
    def __init__(self) -> None:
        self.scale = Value(2.0)
        self.body = MLP(2, [3, 1], seed=0)
        self.heads = [Layer(1, 2, seed=1), Neuron(1, seed=2)]

    def forward(self, x):
        return [head(self.body(x) * self.scale) for head in self.heads]


# Forward propagation by hand: inputs (2, 3), hidden weights (1, 1) and (-1, 1), output weights (2, -1).


@pytest.mark.parametrize(
    "activation, hidden, output",
    [
        ("identity", [5.0, 1.0], 9.0),
        ("relu", [5.0, 1.0], 9.0),
        ("tanh", [math.tanh(5), math.tanh(1)], 2 * math.tanh(5) - math.tanh(1)),
    ],
)
def test_forward_propagation_by_hand(activation: str, hidden: list[float], output: float) -> None:
    model = MLP(2, [2, 1], activation, init=[[[1, 1], [-1, 1]], [[2, -1]]], bias=False)
    assert [h.data for h in model.layers[0]([2, 3])] == pytest.approx(hidden, rel=1e-15)
    assert model([2, 3]).data == pytest.approx(output, rel=1e-15)
    assert len(model.parameters()) == 6


def test_without_a_bias_the_sum_begins_with_the_first_product() -> None:
    assert autograd.formula(Neuron(2, "identity", bias=False)([2.0, 3.0])).text == "w0·2 + w1·3"
    assert Neuron(1, "identity", bias=False)([2.0]).op.name == "mul"
    assert autograd.formula(Neuron(2, "identity")([2.0, 3.0])).text == "b + w0·2 + w1·3"


def test_a_single_input_needs_no_list() -> None:
    x = Value(0.5)
    assert MLP(1, [3, 1], seed=0)(x).data == MLP(1, [3, 1], seed=0)([0.5]).data
    with pytest.raises(ValueError, match="takes 2 inputs, got 1"):
        Layer(2, 1)(x)


# PyTorch 2.13, float64: hidden layer 2 → 3 with each activation, then 3 → 2 and softmax; the first probability,
# and its derivative with respect to hidden weight (1, 0).
TORCH = {
    "identity": (0.23889449086305142, -0.29091826095733575),
    "relu": (0.2776296352055195, -0.3208822733778715),
    "sigmoid": (0.30290434350492274, -0.0828843874259829),
    "tanh": (0.1835039139054699, -0.22247525096298154),
    "elu": (0.24050646609586906, -0.2922609693791131),
    "gelu": (0.3015269999450724, -0.24059240247590596),
    "leaky_relu": (0.27722370150892983, -0.3205931533289882),
    "silu": (0.2960768015220062, -0.2120122068702874),
    "softmax": (0.302086704809445, -0.03699219187304591),
    "softplus": (0.3535323974237218, -0.2078207431262758),
}


@pytest.mark.parametrize("activation", TORCH)
def test_activations_are_those_of_pytorch(activation: str) -> None:
    weights = [[[0.5, -1.25], [2.0, 0.75], [-0.3, 0.1]], np.array([[1.0, -0.5, 0.25], [0.75, 1.5, -2.0]])]
    biases = [[0.1, -0.2, 0.3], np.array([-0.4, 0.6])]
    for kind in (activation, ACTIVATIONS[activation]):
        model = MLP(2, [3, 2], kind, "softmax", weights, biases)
        first, second = model([0.8, -1.5])
        first.backward()
        assert first.data + second.data == pytest.approx(1.0)
        found = first.data, model.layers[0].neurons[1].w[0].grad
        assert found == pytest.approx(TORCH[activation], rel=1e-13)


def test_every_activation_is_tested() -> None:
    assert set(ACTIVATIONS) == {*TORCH, "step"}
    assert [Neuron(1, "step", [1])([x]).data for x in (-1.0, 0.0, 1e-300)] == [0.0, 0.0, 1.0]


def test_softmax_and_log_softmax_take_all_outputs_of_a_layer() -> None:
    plain = [out.data for out in Layer(2, 3, "identity", seed=0)([1.0, 2.0])]
    assert [out.data for out in Layer(2, 3, "softmax", seed=0)([1.0, 2.0])] == softmax(plain)
    logs = [out.data for out in Layer(2, 3, autograd.log_softmax, seed=0)([1.0, 2.0])]
    assert logs == autograd.log_softmax(plain)


def test_uniform_weights_are_those_of_before() -> None:
    rng = random.Random(7)
    expected = [rng.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    assert [p.data for p in MLP(2, [3, 1], seed=7).parameters() if p.label != "b"] == expected


@pytest.mark.parametrize(
    "init, deviation, greatest",
    [
        ("uniform", 1 / math.sqrt(3), 1.0),
        ("normal", 1.0, math.inf),
        ("xavier", math.sqrt(2 / (50 + 150)), math.sqrt(6 / (50 + 150))),
        ("he", math.sqrt(2 / 50), math.inf),
    ],
)
def test_first_weights_have_the_spread_of_the_formula(init: str, deviation: float, greatest: float) -> None:
    layer = Layer(50, 150, init=init, seed=0)
    weights = [w.data for neuron in layer.neurons for w in neuron.w]
    assert statistics.pstdev(weights) == pytest.approx(deviation, rel=0.02)
    assert abs(statistics.fmean(weights)) < 0.03 * deviation
    assert max(map(abs, weights)) <= greatest
    assert math.isinf(greatest) or max(map(abs, weights)) > 0.99 * greatest
    again = [p.data for p in Layer(50, 150, init=init, seed=random.Random(0)).parameters() if p.label != "b"]
    assert again == weights and all(neuron.b.data == 0.0 for neuron in layer.neurons)


def test_weights_and_biases_may_be_given() -> None:
    assert Neuron(2, init=np.array([1.5, 2.0]), bias=-1).state_dict() == {"w.0": 1.5, "w.1": 2.0, "b": -1.0}
    assert Neuron(1, init=[0], bias=0).state_dict() == {"w.0": 0.0, "b": 0.0}
    layer = Layer(2, 2, init=[np.array([1, 2]), (3, 4)], bias=(5, np.float64(6)))
    assert [p.data for p in layer.parameters()] == [1.0, 2.0, 5.0, 3.0, 4.0, 6.0]
    assert all(type(p.data) is float for p in layer.parameters())
    model = MLP(1, [2, 1], init=["he", [[1, 2]]], bias=[False, [3]], seed=0)
    assert [p.data for p in model.parameters()][2:] == [1.0, 2.0, 3.0]
    assert len(MLP(1, [2, 1], bias=[True, False]).parameters()) == 6


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: Neuron(2, "softmax"), ValueError, "'softmax' weighs all outputs .* a Neuron has one: give it to a L"),
        (lambda: Neuron(2, softmax), ValueError, "softmax weighs all outputs"),
        (lambda: Neuron(2, ["relu"]), ValueError, r"unknown activation \['relu'\]: use identity, relu"),
        (lambda: MLP(2, [2], output_activation="softmin"), ValueError, "'softmin': use .*softmax, softplus, step, or"),
        (lambda: Layer(2, 2, init="kaiming"), ValueError, "unknown init 'kaiming': use uniform, normal, xavier, he, o"),
        (lambda: Layer(2, 3, init=[[1, 2], [3, 4]]), ValueError, r"init of a Layer.* shape \(3, 2\), got shape \(2, 2"),
        (lambda: Layer(2, 2, init=[[1, 2], [3]]), ValueError, r"shape \(2, 2\), got shape \(2,\): \[\[1, 2\], \[3\]\]"),
        (lambda: Layer(2, 1, init=[1, 2]), ValueError, r"shape \(1, 2\), got shape \(2,\): \[1, 2\]"),
        (lambda: Layer(2, 1, init=[["a", "b"]]), TypeError, "a real number such as 2.0 is accepted, got str 'a'"),
        (lambda: Layer(2, 1, init=3), TypeError, r"init of a Layer, if no name, is an array .*\(1, 2\), got int 3"),
        (lambda: Layer(2, 1, init=True), TypeError, r"init of a Neuron.* got bool True"),
        (lambda: Neuron(2, init=[1, 2, 3]), ValueError, r"init of a Neuron.* shape \(2,\), got shape \(3,\)"),
        (lambda: MLP(2, [2, 1], init=[[[1, 2], [3, 4]]]), ValueError, r"an item for each layer.*\(2,\), got shape \(1"),
        (lambda: Layer(2, 2, bias=[1.0]), ValueError, r"bias of a Layer.*shape \(2,\), got shape \(1,\): \[1\.0\]"),
        (lambda: Layer(2, 2, bias=0), TypeError, r"bias of a Layer, if not True or False, .*got int 0"),
        (lambda: MLP(2, [1], bias=[0.5]), TypeError, r"bias of a Layer.*got float 0\.5"),
        (lambda: Neuron(1, bias="no"), TypeError, "a real number such as 2.0 is accepted, got str 'no'"),
        (lambda: Layer(2.5, 1), TypeError, "a Neuron's number of inputs is an integer, got float 2.5"),
        (lambda: Sequential([Layer(1, 1)]), TypeError, r"one after the other.*argument 1 is list \[Layer\(1, 1"),
        (lambda: Sequential(tanh, "relu"), TypeError, "argument 2 is str 'relu'"),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# Keeping and showing


def test_a_state_goes_through_json_into_another_module() -> None:
    model, other = Net(), Net()
    for parameter in model.parameters():
        parameter.data += 1 / 3
    other.scale.grad = 5.0
    other.load_state_dict(json.loads(json.dumps(model.state_dict())))
    assert other.state_dict() == model.state_dict()
    assert list(model.state_dict())[:2] == ["scale", "body.layers.0.neurons.0.w.0"]
    assert other.scale.grad == 5.0, "as in PyTorch"


def test_numbers_of_any_kind_become_floats() -> None:
    neuron = Neuron(1)
    neuron.load_state_dict({"b": np.float32(0.5), "w.0": 3})
    assert neuron.state_dict() == {"w.0": 3.0, "b": 0.5}
    assert all(type(p.data) is float for p in neuron.parameters())


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"scale": None}, TypeError, "scale in this state: a real number such as 2.0 is accepted, got NoneType"),
        ({"scale": "2"}, TypeError, "scale in this state: .* got str '2'"),
        ({"scale": Value(2.0)}, TypeError, "scale in this state: .*use its .data"),
        ({"scales": 1.0, "x": 2.0}, ValueError, "not one of Net: missing nothing; unexpected 'scales', 'x'; load it"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change: dict, error, message: str) -> None:
    model = Net()
    before = model.state_dict()
    with pytest.raises(error, match=message):
        model.load_state_dict({path: number + 1 for path, number in before.items()} | change)
    assert model.state_dict() == before


def test_missing_and_unexpected_paths_are_said_at_once() -> None:
    state = Neuron(3).state_dict()
    with pytest.raises(ValueError, match=r"one of Neuron: missing nothing; unexpected 'w\.2'; load"):
        Neuron(2).load_state_dict(state)
    state["v"] = state.pop("w.0")
    with pytest.raises(ValueError, match=r"missing 'w\.0', 'w\.3'; unexpected 'v'; load"):
        Neuron(4).load_state_dict(state)
    with pytest.raises(ValueError, match=r"'layers\.0\.neurons\.6\.w\.1' and 10 more; unexpected nothing"):
        MLP(2, [10]).load_state_dict({})
    with pytest.raises(TypeError, match=r"a dictionary as state_dict\(\) gives it, got Neuron"):
        Neuron(3).load_state_dict(Neuron(3))


def test_reprs() -> None:
    assert repr(Net()) == (
        "Net(\n"
        "  (body): MLP(2, [3, 1], activation='relu')  # 13 parameters\n"
        "  (heads.0): Layer(1, 2, activation='relu')\n"
        "  (heads.1): Neuron(1, activation='relu')\n"
        ")  # 20 parameters"
    )
    assert repr(Module()) == "Module()  # 0 parameters"
    outer = Module()
    outer.net = Sequential(Neuron(1, "step", bias=False))
    assert repr(outer) == (
        "Module(\n"
        "  (net): Sequential(\n"
        "    (0): Neuron(1, activation='step', bias=False)\n"
        "  )  # 1 parameter\n"
        ")  # 1 parameter"
    )
    assert repr(Layer(2, 3, tanh, bias=False)) == "Layer(2, 3, activation=tanh, bias=False)"
    model = MLP(2, [4, 3], "tanh", "softmax")
    assert repr(model) == "MLP(2, [4, 3], activation='tanh', output_activation='softmax')  # 27 parameters"


# Modules in a row


def test_sequential_is_what_it_is_made_of() -> None:
    first, second = Layer(2, 3, "identity", seed=0), Layer(3, 1, "identity", seed=1)
    model = Sequential(first, tanh, second)
    assert model([0.5, -1.0]).data == second([h.tanh() for h in first([0.5, -1.0])]).data
    assert len(model) == 3 and list(model) == [first, tanh, second]
    assert model[0] is first and model[-1] is second and len(model[1:]) == 2
    assert model[:1].parameters() == first.parameters()
    assert next(iter(model.state_dict())) == "layers.0.neurons.0.w.0"
    assert Sequential(model, autograd.exp)([0.5, -1.0]).data == math.exp(model([0.5, -1.0]).data)
    assert Sequential()([1.0]) == [1.0]
    for duplicate in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert duplicate([1.0, 2.0]).data == model([1.0, 2.0]).data


def test_sequential_takes_modules_of_users_and_functions_of_lists() -> None:
    class Twice(Module):
        def forward(self, x):
            return 2 * x

    assert Sequential(Twice(), tanh, Twice())(3.0) == 2 * math.tanh(6)
    probabilities = Sequential(Layer(2, 3), softmax)([1.0, 2.0])
    assert sum(p.data for p in probabilities) == pytest.approx(1.0)


def test_layers_in_a_row_are_numbered_in_drawings_unless_they_have_a_name() -> None:
    named = Layer(3, 1, seed=1)
    named.label = "head"
    model = Sequential(Layer(2, 3, seed=0), named)
    assert model([1.0, 2.0]).scope.path() == ["Sequential", "head", "neuron 1"]
    assert [layer.label for layer in model] == ["layer 1", "head"]
    assert repr(draw_network(model)) == "<network of 2 inputs, layers of 3 and 1 neurons>"


# The perceptron

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("lr", [1.0, 0.1, 3])
@pytest.mark.parametrize("targets", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
def test_a_perceptron_learns_what_is_linearly_separable(targets: list[int], lr: float) -> None:
    unit = Perceptron(2, lr)
    result = unit.fit(CORNERS, targets)
    assert [unit(corner).data for corner in CORNERS] == targets
    assert result.converged and result.separable and result.epochs <= 10
    assert unit.fit(CORNERS, targets) == (True, 1, True), "it goes on from the weights it has"


def test_rosenblatts_rule_step_by_step() -> None:
    unit = Perceptron(2, lr=0.5)
    assert unit.fit([[2, 3], [4, 1]], [1, 0], epochs=1) == PerceptronResult(False, 1, True)
    assert unit.state_dict() == {"w.0": -1.0, "w.1": 1.0, "b": 0.0}


@pytest.mark.parametrize("lr", [1.0, 0.1, 1e-3])
@pytest.mark.parametrize("targets", [[0, 1, 1, 0], [1, 0, 0, 1]])
def test_xor_is_proven_not_to_be_separable(targets: list[int], lr: float) -> None:
    result = Perceptron(2, lr).fit(CORNERS, targets, epochs=1000)
    assert result == (False, 3, False), "it stops where weights come back"
    assert Perceptron(2, lr).fit(CORNERS, targets, epochs=1).separable is False


def test_as_many_functions_are_separable_as_is_known() -> None:
    """104 of the 256 Boolean functions of 3 inputs (Muroga 1971)."""
    corners = list(itertools.product([0, 1], repeat=3))
    found = [Perceptron(3).fit(corners, [k >> i & 1 for i in range(8)], epochs=2).separable for k in range(256)]
    assert (found.count(True), found.count(False)) == (104, 152)


def test_separability_is_decided_to_the_last_bit() -> None:
    for targets, separable in (([0, 1, 0], False), ([0, 1, 1], True)):
        rows = [[0.1], [math.nextafter(0.1, 1)], [math.nextafter(math.nextafter(0.1, 1), 1)]]
        assert Perceptron(1).fit(rows, targets, epochs=1).separable is separable
    assert Perceptron(1).fit([[0.1], [0.1]], [0, 1]).separable is False
    assert Perceptron(1).fit([[1e300], [1e-300]], [0, 1], epochs=1).separable is True


def test_irises() -> None:
    X, y = load_iris(return_X_y=True)
    assert Perceptron(4).fit(X, y == 0).converged
    assert Perceptron(4).fit(X, y == 1, epochs=5) == (False, 5, False)


def test_what_takes_too_long_to_prove_is_not_known() -> None:
    rng = random.Random(0)
    rows = [[rng.gauss(0, 1) for _ in range(30)] for _ in range(2000)]
    result = Perceptron(30).fit(rows, [i % 2 for i in range(2000)], epochs=1)
    assert result == (False, 1, None)


def test_results_say_what_happened() -> None:
    assert repr(PerceptronResult(True, 1, True)) == "<converged after 1 epoch>"
    assert "3 epochs: the data are not linearly separable, no weights" in repr(PerceptronResult(False, 3, False))
    assert "9 epochs, but the data are linearly separable: fit for more" in repr(PerceptronResult(False, 9, True))
    assert "whether the data are linearly separable is not known" in repr(PerceptronResult(False, 9, None))


def test_a_perceptron_is_drawn_as_a_neuron() -> None:
    unit = Perceptron(2)
    unit.fit(CORNERS, [0, 0, 0, 1])
    assert repr(draw_network(unit)) == "<network of 2 inputs, a layer of 1 neuron>"
    assert autograd.formula(unit([1.0, 1.0])).text == "(b + w0·1 + w1·1 > 0)"
    assert repr(unit) == "Perceptron(2, lr=1.0)"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Perceptron(2, lr=0), "lr is a number above 0, such as 1.0; got 0"),
        (lambda: Perceptron(2, lr=math.nan), "got nan"),
        (lambda: Perceptron(2).fit([], []), "one target for each row and at least one: got 0 and 0"),
        (lambda: Perceptron(2).fit([[0, 1]], [0, 1]), "got 2 and 1"),
        (lambda: Perceptron(2).fit([[0, 1], [1]], [0, 1]), r"rows of 2 finite numbers; row 1 is \[1\.0\]"),
        (lambda: Perceptron(1).fit([[math.inf]], [1]), r"finite numbers; row 0 is \[inf\]"),
        (lambda: Perceptron(1).fit([[1], [2]], [1, -1]), "targets are 0 and 1; target 1 is -1"),
        (lambda: Perceptron(1).fit([[1]], [1], epochs=0), "epochs is at least 1, got 0"),
    ],
)
def test_bad_input_of_a_perceptron(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
