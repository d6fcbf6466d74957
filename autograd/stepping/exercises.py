"""`exercise`: graphs to practise backpropagation on."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Literal

from autograd.backprop import chain_rule
from autograd.graph import topological
from autograd.recording import switched
from autograd.value import Parameter, Value

# Of each difficulty: how finely numbers are divided, and how many such parts they have at most.
NUMBERS = {1: (1, 3), 2: (2, 5), 3: (10, 20)}
LEAST, MOST = 0.015, 100.0  # of what a person computes with
EASY_TOTALS = (4, 5, 8, 10)  # to divide by

Join = Callable[[Value, Value, Value], Value]
Use = Callable[[Value, Value, Value, Value], Value]


def exercise(
    kind: Literal["neuron", "shared", "softmax", "network"], difficulty: int = 1, seed: int | None = None
) -> Value:
    """A new graph to practise on, with numbers that can be worked out by hand.

    At difficulty 1 this takes no more than whole numbers and easy fractions, else a calculator.

    Args:
        kind: "neuron", a weighted sum through an activation and its squared error; "shared", a node that is used
            more than once, so that its gradient is a sum; "softmax", the cross-entropy of probabilities, written
            out; "network", two layers and their squared error.
        difficulty: 1 for whole numbers, 2 for halves and 3 for tenths, with more nodes and harder operations.
        seed: a number for the same exercise each time. Default: a new one each time.

    Returns:
        The output, with the label "L".

    Raises:
        TypeError: `seed` is not a whole number.
        ValueError: the kind or the difficulty is none of those above.

    >>> from autograd import tree
    >>> from autograd import exercise
    >>> L = exercise("shared", seed=4)
    >>> L.backward()
    >>> print(tree(L))
    L = u·v1        =  35.0   grad  1.0
    ├─ u = a + b    = -5.0    grad -12.0
    │  ├─ a         = -2.0    grad -17.0
    │  └─ b         = -3.0    grad -12.0
    └─ v1 = u + a   = -7.0    grad -5.0
       ├─ u (above)
       └─ a (above)
    """
    if kind not in list(KINDS):
        raise ValueError(f"kind is one of {', '.join(map(repr, KINDS))}; got {kind!r:.60}")
    if difficulty not in list(NUMBERS):
        raise ValueError(f"difficulty is 1, 2 or 3, got {difficulty!r:.60}")
    if seed is not None and not isinstance(seed, int):
        raise TypeError(f"seed is a whole number such as 1, or None; got {type(seed).__name__} {seed!r:.60}")
    author = _Author(difficulty, Random(seed))
    while True:
        with switched(record=True, watch=False):
            root = _named("L", KINDS[kind](author))
        if _workable(root):
            return root


class _Author:
    """Draws what exercises of one difficulty are made from."""

    def __init__(self, difficulty: int, random: Random) -> None:
        self.difficulty = difficulty
        self.pick = random.randrange

    def size(self) -> float:
        parts, most = NUMBERS[self.difficulty]
        return self.pick(1, most + 1) / parts

    def number(self) -> float:
        return self.size() if self.pick(3) else -self.size()

    def input(self, label: str) -> Value:
        return Value(self.number(), label=label)

    def parameter(self, label: str) -> Value:
        return Parameter(self.number(), label=label)

    def activation(self) -> Callable[[Value], Value]:
        known = ACTIVATIONS[self.difficulty]
        return known[self.pick(len(known))]


def _named(label: str, node: Value) -> Value:
    node.label = label
    return node


def _sum(first: Value, *others: Value) -> Value:
    """The sum in nodes of two, as it is done by hand."""
    return sum(others, first)


ACTIVATIONS: dict[int, list[Callable[[Value], Value]]] = {
    1: [Value.relu],
    2: [Value.tanh, Value.sigmoid],
    3: [Value.tanh, Value.sigmoid, lambda z: z * z.sigmoid()],
}


def _neuron(author: _Author) -> Value:
    numbers = range(1, 4 if author.difficulty == 3 else 3)
    products = [author.parameter(f"w{i}") * author.input(f"x{i}") for i in numbers]
    z = _named("z", _sum(*products, author.parameter("b")))
    y = _named("y", author.activation()(z))
    return (y - (1 if author.difficulty > 1 else author.size())) ** 2


# How the shared node u is made from a, b and c, and how it is used, more than once.
JOINS: dict[int, list[Join]] = {
    1: [lambda a, b, c: a + b, lambda a, b, c: a - b, lambda a, b, c: a * b],
    2: [lambda a, b, c: a * b + c, lambda a, b, c: (a - b) * c, lambda a, b, c: a * (b + c)],
    3: [lambda a, b, c: (a * b + c).tanh(), lambda a, b, c: (a - b * c).sigmoid(), lambda a, b, c: (a * b).exp() * c],
}
USES: dict[int, list[Use]] = {
    1: [
        lambda u, a, b, c: u * (u + a),
        lambda u, a, b, c: (u + a) * (u - b),
        lambda u, a, b, c: u * a + u,
        lambda u, a, b, c: u**2 - u * b,
    ],
    2: [
        lambda u, a, b, c: (u + a) * (u * b - c),
        lambda u, a, b, c: u**2 * c - u * a,
        lambda u, a, b, c: u * u.tanh() + a * c,
        lambda u, a, b, c: (u + b) / (u - c),
    ],
    3: [
        lambda u, a, b, c: u * a / (u**2 + b**2),
        lambda u, a, b, c: (u**2 + a**2).log() * (u - c),
        lambda u, a, b, c: (u * b).exp() / (u - c * a),
        lambda u, a, b, c: (u + a).tanh() * (u * b - c),
    ],
}


def _shared(author: _Author) -> Value:
    joins, uses = JOINS[author.difficulty], USES[author.difficulty]
    a, b, c = map(author.input, "abc")
    u = _named("u", joins[author.pick(len(joins))](a, b, c))
    return uses[author.pick(len(uses))](u, a, b, c)


def _softmax(author: _Author) -> Value:
    logits = _logits(author)
    powers = [_named(f"e{i}", logit.exp()) for i, logit in enumerate(logits, 1)]
    total = _named("S", _sum(*powers))
    right = author.pick(3)
    return -_named(f"p{right + 1}", powers[right] / total).log()


def _logits(author: _Author) -> list[Value]:
    if author.difficulty == 3:
        x = author.input("x")
        return [_named(f"z{i}", author.parameter(f"w{i}") * x + author.parameter(f"b{i}")) for i in (1, 2, 3)]
    if author.difficulty == 2:
        return [author.input(f"z{i}") for i in (1, 2, 3)]
    powers = [0]  # whole, so that they can be added up and divided in the head
    while sum(powers) not in EASY_TOTALS:
        powers = [author.pick(1, 7) for _ in range(3)]
    return [Value(math.log(power), label=f"z{i}") for i, power in enumerate(powers, 1)]


def _network(author: _Author) -> Value:
    activation = author.activation()
    xs = [author.input("x1"), author.input("x2")] if author.difficulty == 3 else [author.input("x")]
    terms = []
    for i in (1, 2):
        weights = [author.parameter(f"w{i}{j}" if len(xs) > 1 else f"w{i}") for j in range(1, len(xs) + 1)]
        z = [w * x for w, x in zip(weights, xs)]
        if author.difficulty > 1:
            z.append(author.parameter(f"b{i}"))
        hidden = _named(f"h{i}", activation(_named(f"z{i}", _sum(*z))))
        terms.append(author.parameter(f"u{i}") * hidden)
    if author.difficulty > 1:
        terms.append(author.parameter("c"))
    return (_named("y", _sum(*terms)) - author.size()) ** 2


KINDS = {"neuron": _neuron, "shared": _shared, "softmax": _softmax, "network": _network}


def _workable(root: Value) -> bool:
    """Whether the numbers are neither tiny nor huge nor -0.0, few gradients are 0, and they differ."""
    taken = list(chain_rule(root))
    gradients = {step.arg: step.after for step in taken}
    numbers = [*(node.data for node in topological(root)), *(step.partial for step in taken), *gradients.values()]
    sizes = {abs(gradient) for gradient in gradients.values()}
    zeros = sum(gradient == 0 for gradient in gradients.values())
    return (
        all(str(x) == "0.0" or LEAST <= abs(x) <= MOST for x in numbers)
        and 4 * zeros <= len(gradients)
        and len(sizes) > 2
    )
