"""Neurons, layers, losses and descent; and that networks learn."""

import copy
import pickle
import random

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_moons

from autograd import Value
from nn import MLP, SGD, Layer, Module, Neuron, hinge_loss, mse_loss


def test_a_neuron_is_a_weighted_sum_through_an_activation() -> None:
    neuron = Neuron(2, activation="tanh", seed=0)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = -3.0, 1.0, 6.881373587
    assert neuron([2.0, 0.0]).data == (Value(-3.0) * 2 + 6.881373587).tanh().data
    assert [p.label for p in neuron.parameters()] == ["w0", "w1", "b"]


@pytest.mark.parametrize(
    "activation, result",
    [("identity", -1.5), ("relu", 0.0), ("tanh", Value(-1.5).tanh().data), (lambda x: x * 2, -3.0)],
)
def test_activations(activation, result: float) -> None:
    neuron = Neuron(1, activation)
    neuron.w[0].data = -1.5
    assert neuron([1.0]).data == result


def test_shapes() -> None:
    assert len(Layer(3, 4)([1, 2, 3])) == 4
    assert isinstance(Layer(3, 1)([1, 2, 3]), Value)
    assert isinstance(MLP(3, [4, 4, 1])([1, 2, 3]), Value)
    assert len(MLP(3, [1, 2])([1, 2, 3])) == 2
    assert len(MLP(2, [16, 16, 1]).parameters()) == 337


def test_the_last_layer_has_no_activation() -> None:
    model = MLP(1, [1, 1], activation="relu")
    model.layers[1].neurons[0].b.data = -5.0
    model.layers[1].neurons[0].w[0].data = 0.0
    assert model([1.0]).data == -5.0


def test_the_same_seed_gives_the_same_network() -> None:
    def weights(seed):
        return [p.data for p in MLP(2, [3, 1], seed=seed).parameters()]

    assert weights(1) == weights(1) == weights(random.Random(1)) != weights(2)
    random.seed(5)
    first = weights(None)
    random.seed(5)
    assert weights(None) == first != weights(None)


def test_parameters_are_found_wherever_they_are_kept() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.scale = Value(1.0)
            self.body = MLP(1, [2, 1])
            self.table = {"a": (Value(2.0), [Value(3.0)])}
            self.matrix = np.array([[Value(1.0), Value(2.0)]])
            self.data = np.array([1.0, 2.0])
            self.same = self.scale
            self.name = "net"

    names = [name for name, _ in Net().named_parameters()]
    assert names[:2] == ["scale", "body.layers.0.neurons.0.w.0"]
    assert names[-4:] == ["table.a.0", "table.a.1.0", "matrix.0.0", "matrix.0.1"] and len(names) == 12
    net = Net()
    net.scale.grad = 3.0
    net.zero_grad()
    assert net.scale.grad == 0.0


def test_networks_are_copied_and_pickled() -> None:
    model = MLP(2, [3, 1], seed=0)
    for duplicate in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert duplicate([1.0, 2.0]).data == model([1.0, 2.0]).data
        assert not set(duplicate.parameters()) & set(model.parameters())


def test_reprs() -> None:
    assert repr(MLP(2, [16, 16, 1])) == "MLP(2, [16, 16, 1], activation='relu')  # 337 parameters"
    assert repr(Layer(2, 3, "tanh")) == "Layer(2, 3, activation='tanh')"
    assert repr(Neuron(2, abs)) == "Neuron(2, activation=abs)"


def test_losses() -> None:
    assert mse_loss([Value(1.0), Value(4.0)], [2.0, 2.0]).data == 2.5
    assert hinge_loss([Value(2.0), Value(0.5), Value(1.0)], [1, 1, -1]).data == 2.5 / 3
    x = Value(1.0)
    mse_loss([x], [3.0]).backward()
    assert x.grad == -4.0


def test_gradient_descent() -> None:
    x = Value(3.0)
    optimizer = SGD([x], lr=0.25)
    x.grad = 2.0
    optimizer.step()
    assert x.data == 2.5
    optimizer.zero_grad()
    assert x.grad == 0.0


def train(model: MLP, X, labels, epochs: int, rate: float) -> list[int]:
    """Rows right after each epoch, until all are."""
    optimizer = SGD(model.parameters(), lr=rate)
    right = []
    for epoch in range(epochs):
        scores = [model(x) for x in X]
        right.append(sum((score.data > 0) == (label > 0) for score, label in zip(scores, labels)))
        if right[-1] == len(labels):
            break
        optimizer.zero_grad()
        (hinge_loss(scores, labels) + 1e-4 * sum(p * p for p in model.parameters())).backward()
        optimizer.lr = rate * (1 - 0.9 * epoch / epochs)
        optimizer.step()
    return right


@pytest.mark.slow
def test_two_moons_are_learned_completely() -> None:
    X, y = make_moons(n_samples=100, noise=0.1, random_state=1)
    right = train(MLP(2, [16, 16, 1], seed=0), X, 2 * y - 1, epochs=100, rate=1.0)
    assert right[0] < 90 and right[-1] == 100


@pytest.mark.slow
def test_real_data_it_has_not_seen_are_told_apart() -> None:
    """Wisconsin breast cancer: train on 100 patients, then ask about the other 469."""
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = MLP(30, [4, 1], seed=0)
    train(model, X[:100], 2 * y[:100] - 1, epochs=40, rate=0.5)
    right = sum((model(x).data > 0) == (label > 0) for x, label in zip(X[100:], y[100:]))
    assert right / 469 > 0.93


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: MLP(0, []),
            ValueError,
            r"an MLP has at least one layer, e\.g\. MLP\(2, \[16, 1\]\); got MLP\(0, \[\]\)",
        ),
        (lambda: MLP(0, [1]), ValueError, "a Neuron's number of inputs is at least 1, got 0"),
        (lambda: MLP(2, [3, -1]), ValueError, "a Layer's number of neurons is at least 1, got -1"),
        (lambda: MLP(2, [2.5]), TypeError, r"a Layer's number of neurons is an integer, got float 2\.5"),
        (lambda: MLP(2, 3), TypeError, "a list of layer sizes"),
        (lambda: MLP(2, [3, 1])([1.0]), ValueError, r"takes 2 inputs, got 1"),
        (lambda: MLP(2, [3, 1])(1.0), TypeError, r"inputs come as a list of numbers or Values, e\.g\. \[1\.0, 2\.0\]"),
        (lambda: Neuron(1, "swoosh"), ValueError, "unknown activation 'swoosh': use identity, relu, sigmoid, tanh"),
        (lambda: Neuron(1, seed="x"), TypeError, r"seed is an integer or a random\.Random, got str 'x'"),
        (lambda: mse_loss([Value(1.0)], [1.0, 2.0]), ValueError, "one target for each output.*: got 1 and 2"),
        (lambda: hinge_loss([], []), ValueError, "at least one: got 0 and 0"),
        (lambda: hinge_loss([Value(1.0)], [0]), ValueError, "labels -1 and 1; label 0 is 0"),
        (lambda: SGD([], lr=1.0), ValueError, "no parameters to optimize"),
        (lambda: SGD([Value(1.0)], lr=-1.0), ValueError, r"at least 0, such as 0\.1; got -1\.0"),
        (lambda: SGD([Value(1.0)], lr=float("nan")), ValueError, "got nan"),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
