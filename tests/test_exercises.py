"""Exercises: their numbers can be worked out by hand, and a seed gives the same one everywhere."""

from collections import Counter
from typing import Any

import pytest

from autograd import Value, detect_anomaly, formula, no_grad, steps
from autograd.graph import topological
from autograd.notation import name_nodes, short
from autograd.stepping.exercises import KINDS, exercise

CHOICES = [(kind, difficulty) for kind in KINDS for difficulty in (1, 2, 3)]
NODES = {
    ("neuron", 1): (14, 14),
    ("neuron", 2): (14, 14),
    ("neuron", 3): (18, 19),
    ("shared", 1): (5, 7),
    ("shared", 2): (8, 10),
    ("shared", 3): (11, 14),
    ("softmax", 1): (11, 11),
    ("softmax", 2): (11, 11),
    ("softmax", 3): (21, 21),
    ("network", 1): (16, 16),
    ("network", 2): (22, 22),
    ("network", 3): (29, 31),
}


def numbers(root: Value) -> list[float]:
    return [node.data for node in topological(root)]


@pytest.mark.parametrize("kind, difficulty", CHOICES)
def test_every_exercise_can_be_worked_out_by_hand(kind: Any, difficulty: int) -> None:
    for seed in range(200):
        root = exercise(kind, difficulty, seed)
        nodes = topological(root)
        least, most = NODES[kind, difficulty]
        assert root.label == "L" and least <= len(nodes) <= most
        asked = [node for node in nodes if not node.constant]
        names = name_nodes(root)
        assert len({names[node] for node in asked}) == len(asked)
        labels = [node.label for node in asked if node.label]
        assert len(set(labels)) == len(labels) and all(node.label for node in asked if not node.args)
        assert all(node.grad == 0 for node in nodes)
        root.backward()
        assert all(x == 0 or 1e-3 <= abs(x) <= 1e3 for node in asked for x in (node.data, node.grad))
        assert all(short(x) != "-0.0" for node in asked for x in (node.data, node.grad))
        gradients = [node.grad for node in asked]
        assert gradients.count(0.0) <= len(asked) / 4 and set(map(abs, gradients)) - {0.0, 1.0}
        for step in steps(root):
            assert step.partial == 0 or abs(step.partial) > 0.01


@pytest.mark.parametrize("kind, difficulty", CHOICES)
def test_seeds_give_different_exercises(kind: Any, difficulty: int) -> None:
    different = {(str(formula(root)), *numbers(root)) for root in (exercise(kind, difficulty, s) for s in range(200))}
    assert len(different) > 100


@pytest.mark.parametrize("kind, difficulty", CHOICES)
def test_given_numbers_are_short(kind: Any, difficulty: int) -> None:
    if (kind, difficulty) == ("softmax", 1):
        return  # see below
    given = [node for seed in range(50) for node in topological(exercise(kind, difficulty, seed)) if not node.args]
    assert all((node.data * {1: 1, 2: 2, 3: 10}[difficulty]).is_integer() and abs(node.data) <= 3 for node in given)


def test_at_first_softmax_has_whole_powers_that_are_easy_to_divide() -> None:
    for seed in range(50):
        powers = {node.label: node.data for node in topological(exercise("softmax", seed=seed))}
        assert all(short(powers[name]) == f"{round(powers[name])}.0" for name in ("e1", "e2", "e3"))
        assert round(powers["S"]) in (4, 5, 8, 10)


@pytest.mark.parametrize("kind", ["neuron", "shared", "network"])
def test_at_first_everything_is_whole(kind: Any) -> None:
    for seed in range(200):
        root = exercise(kind, seed=seed)
        root.backward()
        assert all(x.is_integer() and abs(x) <= 100 for node in topological(root) for x in (node.data, node.grad))


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_the_shared_node_sums_up_contributions(difficulty: int) -> None:
    for seed in range(50):
        root = exercise("shared", difficulty, seed)
        (u,) = (node for node in topological(root) if node.label == "u")
        assert sum(step.arg is u for step in steps(root)) > 1


def test_some_rectifiers_are_closed_and_most_are_not() -> None:
    closed = [any(node.data == 0 for node in topological(exercise("network", seed=seed))) for seed in range(200)]
    assert 40 < sum(closed) < 120


def test_a_seed_gives_the_same_exercise_on_every_python() -> None:
    assert str(formula(exercise("shared", seed=4))) == "(a + b)·(a + b + a)"
    assert numbers(exercise("shared", seed=4)) == [-2.0, -3.0, -5.0, -7.0, 35.0]
    leaves = [node.data for node in topological(exercise("network", 3, seed=1)) if not node.args]
    assert leaves == [-1.3, -0.1, 0.7, 1.8, 0.1, 0.8, 1.6, 0.8, 0.8, 0.8, 1.0, 0.1, 2.0]


def test_without_a_seed_each_is_new() -> None:
    assert len({tuple(numbers(exercise("neuron", 3))) for _ in range(20)}) > 15


def test_parameters_are_to_be_learned_and_inputs_are_not() -> None:
    nodes = topological(exercise("neuron", 2, seed=0))
    leaves = Counter(node.parameter for node in nodes if node.label and not node.args)
    assert leaves == {True: 3, False: 2}


def test_an_exercise_is_recorded_whatever_the_mode() -> None:
    with no_grad(), detect_anomaly():
        assert all(len(topological(exercise("shared", 3, seed))) > 10 for seed in range(50))


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (("neutron",), ValueError, "kind is one of 'neuron', 'shared', 'softmax', 'network'; got 'neutron'"),
        ((["neuron"],), ValueError, "kind is one of 'neuron', 'shared', 'softmax', 'network'; got ['neuron']"),
        (("neuron", 4), ValueError, "difficulty is 1, 2 or 3, got 4"),
        (("neuron", "hard"), ValueError, "difficulty is 1, 2 or 3, got 'hard'"),
        (("neuron", 1, 0.5), TypeError, "seed is a whole number such as 1, or None; got float 0.5"),
    ],
)
def test_what_is_not_accepted(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        exercise(*arguments)
    assert str(raised.value) == message
