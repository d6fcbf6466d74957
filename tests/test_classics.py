"""The classic small systems of the textbooks, with the numbers that are known for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris, make_moons

from autograd import Parameter, Stepper, Value, formula, grad, gradcheck, no_grad, recompute
from autograd.expressions import parse
from autograd.stepping import ForwardStep
from nn import (
    MLP,
    SGD,
    Adam,
    Layer,
    LinearLR,
    Neuron,
    accuracy,
    cross_entropy,
    fit,
    half_sum_of_squares,
    hinge_loss,
    mse_loss,
    one_hot,
    split,
    standardize,
)

ROWS_OF_NINE = [[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]
ROWS_OF_TWO = [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]


@pytest.mark.parametrize(
    "activation, hidden, output",
    [("identity", [5.0, 1.0], 9.0), ("relu", [5.0, 1.0], 9.0), ("tanh", [np.tanh(5), np.tanh(1)], None)],
)
def test_forward_propagation_by_hand(activation: str, hidden: list[float], output: float | None) -> None:
    x = [Value(2.0, label="x1"), Value(3.0, label="x2")]
    first = Layer(2, 2, activation, init=[[1.0, 1.0], [-1.0, 1.0]], bias=False)
    last = Neuron(2, "identity", init=[2.0, -1.0], bias=False)
    middle = first(x)
    y = last(middle)
    assert [h.data for h in middle] == pytest.approx(hidden, rel=1e-15)
    assert y.data == pytest.approx(2 * hidden[0] - hidden[1] if output is None else output, rel=1e-15)
    if activation == "identity":
        steps = [str(step) for step in Stepper(y) if isinstance(step, ForwardStep)]
        assert [step.partition(" = ")[2] for step in steps] == [
            "w0·x1 = 1.0·2.0 = 2.0",
            "w1·x2 = 1.0·3.0 = 3.0",
            "v1 + v2 = 2.0 + 3.0 = 5.0",
            "w0_2·v3 = 2.0·5.0 = 10.0",
            "w0_3·x1 = (-1.0)·2.0 = -2.0",
            "w1_2·x2 = 1.0·3.0 = 3.0",
            "v5 + v6 = -2.0 + 3.0 = 1.0",
            "w1_3·v7 = (-1.0)·1.0 = -1.0",
            "v4 + v8 = 10.0 + (-1.0) = 9.0",
        ]


def test_one_weight_descends_to_the_minimum() -> None:
    X, y = np.array([0.5, 1.0, 1.5, 2.0]), np.array([1.1, 1.9, 3.2, 3.9])
    w = Parameter(-2.0, label="w")
    optimizer = SGD([w], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        mse_loss([w * x for x in X], y).backward()
        optimizer.step()
    assert w.data == pytest.approx(float(X @ y / (X @ X)), abs=1e-10)


@pytest.mark.parametrize(
    "expression, by, derivative",
    [
        ("(y - p)**2", "p", "-2·(y - p)"),
        ("sigmoid(l2)", "l2", "sigmoid(l2)·(1 - sigmoid(l2))"),
        ("w2*z1 + b2", "w2", "z1"),
        ("sigmoid(l1)", "l1", "sigmoid(l1)·(1 - sigmoid(l1))"),
        ("w1*x + b1", "w1", "x"),
    ],
)
def test_the_links_of_a_two_layer_network_as_formulas(expression: str, by: str, derivative: str) -> None:
    """As R's D() prints them."""
    links = {"x": 0.5, "w1": 0.8, "b1": -0.3, "l1": 0.1, "z1": 0.52, "w2": -1.2, "b2": 0.4, "l2": -0.23, "p": 0.4}
    names = {name: Value(x, label=name) for name, x in (links | {"y": 1.0}).items()}
    whole = parse(expression, names)
    slope = grad(whole, names[by], create_graph=True)
    assert formula(slope).text == derivative
    gradcheck(whole)  # or it raises


def test_the_nine_line_network() -> None:
    """Trask and Spencer-Harper: one sigmoid neuron without bias, and a generator that everybody seeds with 1."""
    targets = [0.0, 1.0, 1.0, 0.0]
    weights = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1
    neuron = Neuron(3, "sigmoid", init=weights[:, 0], bias=False)
    optimizer = SGD(neuron.parameters(), lr=1.0)
    loss = half_sum_of_squares([neuron(row) for row in ROWS_OF_NINE], targets)
    for _ in range(10_000):
        recompute(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert round(neuron([1.0, 0.0, 0.0]).data, 8) == 0.99993704


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_two_sigmoid_layers_without_biases(seed: int) -> None:
    draw = np.random.RandomState(seed).rand
    first, last = draw(3, 4), draw(4, 1)
    model = MLP(3, [4, 1], "sigmoid", "sigmoid", init=[first.T, last.T], bias=False)
    targets = [0.0, 1.0, 1.0, 0.0]
    loss = mse_loss([model(row) for row in ROWS_OF_TWO], targets, reduction="sum")
    optimizer = SGD(model.parameters(), lr=1.0)
    losses = []
    for _ in range(1500):
        recompute(loss)
        losses.append(loss.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    recompute(loss)
    assert all(after < before for before, after in pairwise(losses))
    assert loss.data < 0.005
    assert [model(row).data for row in ROWS_OF_TWO] == pytest.approx(targets, abs=0.1)


def test_descents_of_three_kinds_come_to_the_same_line() -> None:
    X = np.linspace(-1, 1, 20)[:, None]
    y = 3 * X[:, 0] - 1
    for batch_size in (None, 5, 1):
        model = Neuron(1, "identity", seed=0)
        history = fit(model, X, y, mse_loss, SGD(model.parameters(), lr=0.1), epochs=200, batch_size=batch_size)
        assert history.losses[-1] < 1e-8 < history.losses[0]
        assert [model.w[0].data, model.b.data] == pytest.approx([3, -1], abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("load, sizes, epochs, enough", [(load_iris, [8, 3], 60, 0.96), (load_digits, [10], 2, 0.93)])
def test_classes_are_told_apart(load: Callable[..., Any], sizes: list[int], epochs: int, enough: float) -> None:
    X, labels = load(return_X_y=True)
    X, y, X_test, y_test = split(X, labels, validation=0.3, seed=0)
    X, X_test = standardize(X, X_test)
    model = MLP(X.shape[1], sizes, "tanh", init="xavier", seed=0)
    optimizer = Adam(model.parameters(), lr=0.01)
    fit(model, X, one_hot(y), cross_entropy, optimizer, epochs=epochs, batch_size=16)
    with no_grad():
        outputs = [[logit.data for logit in model(row)] for row in X_test]
    reached = accuracy(outputs, y_test)
    print(f"{load.__name__}: {reached:.3f} of {len(y_test)} samples it has not seen")
    assert reached >= enough


@pytest.mark.slow
def test_micrograds_demo_with_its_penalty() -> None:
    X, moon = make_moons(n_samples=100, noise=0.1, random_state=1)
    y = 2 * moon - 1
    model = MLP(2, [16, 16, 1], seed=1)
    optimizer = SGD(model.parameters(), lr=0.5, weight_decay=2e-4)  # the penalty 1e-4·Σp²
    schedule = LinearLR(optimizer, start_factor=1.0, end_factor=0.1, total_iters=60)
    fit(model, X, y, hinge_loss, optimizer, epochs=60, schedule=schedule)
    with no_grad():
        assert accuracy([model(row).data for row in X], y) == 1.0
