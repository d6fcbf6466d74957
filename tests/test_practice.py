"""Practice: right answers are never called wrong, and typical mistakes are called by their names."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, exp, grad, log, relu, sin, sqrt, tanh, where
from autograd.graph import topological
from autograd.stepping.mistakes import KINDS, matches
from autograd.stepping.practising import Practice, Verdict, practice
from tests.graphs import graphs


def task(a: float = 2.0, b: float = -3.0) -> Practice:
    """L = (a·b)·5 + a, which a reaches on two paths."""
    A, B = Value(a, label="a"), Value(b, label="b")
    c = A * B
    c.label = "c"
    L = c * 5 + A
    L.label = "L"
    return practice(L)


# What a learner does who makes a mistake, by hand and without the table: for each operation the number it gives, the
# local derivatives, those with the arguments swapped, and those with the output for the input or the other way round.


@dataclass(frozen=True)
class ByHand:
    forward: Callable[..., Any]
    slopes: Callable[..., tuple[float, ...]]
    swapped: Callable[..., tuple[float, ...]] | None = None
    mixed_up: Callable[..., tuple[float, ...]] | None = None

    @property
    def arity(self) -> int:
        return self.slopes.__code__.co_argcount - 1


BY_HAND = [
    ByHand(lambda x, y: x + y, lambda x, y, out: (1.0, 1.0)),
    ByHand(lambda x, y: x - y, lambda x, y, out: (1.0, -1.0), lambda x, y, out: (-1.0, 1.0)),
    ByHand(lambda x, y: x * y, lambda x, y, out: (y, x), lambda x, y, out: (x, y)),
    ByHand(
        lambda x, y: x / y,
        lambda x, y, out: (1 / y, -x / y**2),
        lambda x, y, out: (-x / y**2, 1 / y),
        lambda x, y, out: (1 / out, -x / y),
    ),
    ByHand(tanh, lambda x, out: (1 - out**2,), None, lambda x, out: (1 - x**2,)),
    ByHand(exp, lambda x, out: (out,), None, lambda x, out: (x,)),
    ByHand(sin, lambda x, out: (math.cos(x),), None, lambda x, out: (math.cos(out),)),
    ByHand(lambda x: x**2, lambda x, out: (2 * x,), None, lambda x, out: (2 * out,)),
    ByHand(log, lambda x, out: (1 / x,), None, lambda x, out: (1 / out,)),
    ByHand(sqrt, lambda x, out: (0.5 / out,), None, lambda x, out: (0.5 / x,)),
]


@dataclass
class Edge:
    node: int
    position: int
    slope: float


@dataclass
class Exercise:
    """A random graph, once more as plain numbers."""

    values: list[Value]
    made: dict[int, tuple[ByHand, list[int]]] = field(default_factory=dict)

    def numbers(self, node: int) -> tuple[float, ...]:
        return (*(self.values[arg].data for arg in self.made[node][1]), self.values[node].data)

    def edges(self, arg: int) -> list[Edge]:
        return [
            Edge(node, position, by_hand.slopes(*self.numbers(node))[position])
            for node, (by_hand, args) in self.made.items()
            for position, other in enumerate(args)
            if other == arg
        ]

    def gradients(self) -> list[float]:
        gradient = [0.0] * len(self.values)
        gradient[-1] = 1.0
        for node in range(len(self.values) - 2, -1, -1):
            gradient[node] = sum(gradient[edge.node] * edge.slope for edge in self.edges(node))
        return gradient


def exercise(rng: random.Random) -> Exercise:
    """Leaves of one decimal, and four to eight operations, of which the last one uses what was left over."""
    while True:
        drawn = Exercise([Value(rng.randint(-30, 30) / 10, label=name) for name in "abc"[: rng.randint(2, 3)]])
        for _ in range(rng.randint(4, 8)):
            by_hand = rng.choice(BY_HAND)
            used = {arg for _, args in drawn.made.values() for arg in args}
            unused = [i for i in range(len(drawn.values)) if i not in used]
            args = [rng.choice(unused or range(len(drawn.values))), rng.randrange(len(drawn.values))][: by_hand.arity]
            rng.shuffle(args)
            drawn.made[len(drawn.values)] = (by_hand, args)
            drawn.values.append(by_hand.forward(*[drawn.values[arg] for arg in args]))
        try:
            numbers = [value.data for value in drawn.values] + drawn.gradients()
        except (ArithmeticError, ValueError):
            continue
        if set(topological(drawn.values[-1])) >= set(drawn.values) and all(abs(x) < 1000 for x in numbers):
            return drawn


Slips = Iterator[float]


def forget_what_arrives(drawn: Exercise, arg: int) -> Slips:
    yield sum(edge.slope for edge in drawn.edges(arg))


def take_some_paths(drawn: Exercise, arg: int) -> Slips:
    gradient, edges = drawn.gradients(), drawn.edges(arg)
    for chosen in range(1, 2 ** len(edges) - 1):
        yield sum(gradient[edge.node] * edge.slope for i, edge in enumerate(edges) if chosen >> i & 1)


def miss_a_sign(drawn: Exercise, arg: int) -> Slips:
    gradient, edges = drawn.gradients(), drawn.edges(arg)
    yield -gradient[arg]
    for wrong in edges:
        yield sum((-1 if edge is wrong else 1) * gradient[edge.node] * edge.slope for edge in edges)


def take_other_slopes(drawn: Exercise, arg: int, which: str) -> Slips:
    gradient, edges = drawn.gradients(), drawn.edges(arg)
    for wrong in edges:
        others = getattr(drawn.made[wrong.node][0], which)
        if others:
            slope = others(*drawn.numbers(wrong.node))[wrong.position]
            yield sum(gradient[edge.node] * (slope if edge is wrong else edge.slope) for edge in edges)


def swap(drawn: Exercise, arg: int) -> Slips:
    return take_other_slopes(drawn, arg, "swapped")


def mix_up_input_and_output(drawn: Exercise, arg: int) -> Slips:
    return take_other_slopes(drawn, arg, "mixed_up")


def forget_an_outer_slope(drawn: Exercise, arg: int) -> Slips:
    gradient, edges = drawn.gradients(), drawn.edges(arg)
    for wrong in edges:
        yield sum(gradient[edge.node] * (1.0 if edge is wrong else edge.slope) for edge in edges)
    for user in {edge.node for edge in edges}:
        for missing in drawn.edges(user):
            upstream = list(gradient)
            upstream[user] = sum(gradient[e.node] * (1.0 if e == missing else e.slope) for e in drawn.edges(user))
            yield sum(upstream[edge.node] * edge.slope for edge in edges)


def begin_with_something_else(drawn: Exercise, arg: int) -> Slips:
    yield drawn.gradients()[arg] * drawn.values[-1].data
    yield 0.0


def round_too_far(drawn: Exercise, arg: int) -> Slips:
    right = drawn.gradients()[arg]
    if abs(right) < 1000 and round(right, 9).is_integer():  # nothing to round
        return
    yield float(f"{right:.2g}")
    yield float(f"{right:.1g}")
    yield float(round(right))


SLIPS: dict[str, Callable[[Exercise, int], Slips]] = {
    "upstream": forget_what_arrives,
    "path": take_some_paths,
    "negated": miss_a_sign,
    "outer": forget_an_outer_slope,
    "swapped": swap,
    "output": mix_up_input_and_output,
    "seed": begin_with_something_else,
    "rounded": round_too_far,
}


def slips(drawn: Exercise, arg: int, kind: str) -> list[float]:
    """The wrong answers of a learner who makes such a mistake, with three digits of what a calculator shows."""
    try:
        return [float(f"{round(x, 12):.3g}") for x in SLIPS[kind](drawn, arg)]
    except ArithmeticError:  # where it cannot be computed, something else is answered
        return []


def alike(x: float, y: float) -> bool:
    """As far as three digits can tell."""
    return abs(x - y) <= 0.005 * abs(y)


def injections(kind: str, count: int) -> Iterator[tuple[Practice, Value, float]]:
    """Answers that are wrong in one way only."""
    rng = random.Random(kind)
    while count:
        drawn = exercise(rng)
        arg = rng.randrange(len(drawn.values) - 1)
        wrong = slips(drawn, arg, kind)
        if not wrong:
            continue
        answer = rng.choice(wrong)
        others = [
            round(drawn.gradients()[arg], 12),
            *(x for other in SLIPS if other != kind for x in slips(drawn, arg, other)),
        ]
        if not any(alike(answer, x) for x in others):
            count -= 1
            yield practice(drawn.values[-1]), drawn.values[arg], answer


def test_every_kind_of_mistake_is_made_here() -> None:
    assert list(SLIPS) == list(KINDS)


@pytest.mark.parametrize("kind", SLIPS)
def test_mistakes_are_named(kind: str) -> None:
    named = [task.answer(node, answer).kind for task, node, answer in injections(kind, 100)]
    print(f"{kind}: {named.count(kind)} of 100")
    assert named.count(kind) >= 95, named


def test_exercises_done_by_hand_agree() -> None:
    rng = random.Random(0)
    for _ in range(100):
        drawn = exercise(rng)
        task = practice(drawn.values[-1])
        for value, gradient in zip(drawn.values, drawn.gradients()):
            assert task.answer(value, gradient).right


# Mistakes that are carried on.


def go_on_from(drawn: Exercise, wrong: int, answer: float) -> dict[Value, str]:
    """All answers of somebody who makes one mistake and no other, with three digits of what a calculator shows."""
    gradient = drawn.gradients()
    for node in range(len(drawn.values) - 2, -1, -1):
        right = sum(gradient[edge.node] * edge.slope for edge in drawn.edges(node))
        gradient[node] = answer if node == wrong else right
    return {value: f"{x:.3g}" for value, x in zip(drawn.values, gradient)}


@pytest.mark.parametrize("digits", [3, 12])
def test_a_mistake_is_blamed_once(digits: int) -> None:
    """Whether it is gone on with as it was typed, or as the calculator has it."""
    rng = random.Random(digits)
    kinds: list[str] = []
    for _ in range(200):
        drawn = exercise(rng)
        wrong = rng.randrange(1, len(drawn.values) - 1)
        answer = rng.choice([-1, 2, 0.5]) * drawn.gradients()[wrong] + rng.choice([0, 1])
        task = practice(drawn.values[-1])
        report = task.check(go_on_from(drawn, wrong, float(f"{answer:.{digits}g}")))
        mistaken = task.cards[drawn.values[wrong]].name
        if mistaken in report.wrong:
            kinds += [verdict.kind for name, verdict in report.wrong.items() if name != mistaken]
    assert set(kinds) == {"follows"} and len(kinds) > 300


def test_what_follows_from_a_mistake_in_words() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    d = c + a
    L = c * d * 5
    c.label, d.label, L.label = "c", "the d", "L"
    t = practice(L)
    right = {card.name: card.answer for card in t.cards.values()}
    assert right == {"L": 1.0, "v1": 5.0, "the d": -30.0, "c": -50.0, "b": -100.0, "a": 120.0}
    assert t.answer("the d", 30).kind == "negated"
    follows = t.answer("c", -20 + 30)
    assert (follows.kind, follows.right) == ("follows", False) and str(follows) == (
        "c: 10.0 is wrong. That follows from your 30.0 at 'the d'. The mistake is there, not here: mend it first."
    )
    assert t.answer("a", 30 - 30).message == (
        "That follows from your 30.0 at 'the d' and 10.0 at c. The mistake is there, not here: mend it first."
    )
    t.answer("the d", -30)
    assert t.answer("b", 20).message.startswith("That follows from your 10.0 at c.")
    t.answer("c", -50)
    assert t.answer("b", 20).kind == "unknown"
    report = practice(L).check({"a": -3 * -20 + 30, "the d": 30, "c": -20, "v1": 5})
    kinds = {name: verdict.kind for name, verdict in report.wrong.items()}
    assert kinds == {"the d": "negated", "c": "path", "a": "follows"}
    assert practice(L).check({"v1": "1", "b": -20}).wrong["b"].message.startswith("That follows from your 1.0 at v1.")
    assert practice(L).check({"v1": "nan", "b": "nan"}).wrong["b"].kind == "follows"
    assert not practice(L).check({"v1": 1, "b": -100}).wrong.keys() & {"b"}


# Right answers.


@settings(max_examples=150, deadline=None)
@given(graphs(max_operations=15), st.integers(3, 17))
def test_a_right_answer_is_never_called_wrong(root: Value, digits: int) -> None:
    task = practice(root)
    nodes = list(task.cards)
    for node, right in zip(nodes, grad(root, nodes)):
        for answer in (right, f"{right:.3g}", f"{right:.{digits}g}", repr(right)):
            assert task.check({node: float(answer)}).right, (right, answer)
            assert task.check({node: str(answer)}).right, (right, answer)


@settings(max_examples=150, deadline=None)
@given(graphs(max_operations=15))
def test_cards_are_plain_data_and_no_mistake_is_right(root: Value) -> None:
    cards = practice(root).cards.values()
    assert len({card.name for card in cards}) == len(cards)
    for card in cards:
        assert json.loads(json.dumps(asdict(card)))["name"] == card.name
        answers = [mistake.answer for mistake in card.mistakes]
        assert len(set(answers)) == len(answers) and all(map(math.isfinite, answers))
        assert not any(card.judge(answer).right for answer in answers)
        assert all(mistake.message.endswith(".") and mistake.kind in KINDS for mistake in card.mistakes)


@pytest.mark.parametrize(
    "answer, wanted, right",
    [
        (2.0, 2.0, True),
        (2.35, 2.345, True),
        (2.34, 2.345, True),
        (2.3401, 2.345, True),
        (2.339, 2.345, False),
        (2.3, 2.345, False),
        (10.0, 9.999, True),
        (9.99, 9.999, False),
        (1000, 999.6, True),
        (1e23, 1e23, True),
        (1.23e-30, 1.234e-30, True),
        (-1.23, 1.23, False),
        (0.0, 0.0, True),
        (1e-9, 0.0, False),
        (0.0, 1e-9, False),
        (math.inf, math.inf, True),
        (-math.inf, math.inf, False),
        (math.nan, math.nan, True),
        (1.0, math.nan, False),
        (math.nan, 1.0, False),
        (math.inf, 1.0, False),
    ],
)
def test_three_digits_are_enough(answer: float, wanted: float, right: bool) -> None:
    assert matches(answer, wanted, 1e-12 * abs(wanted) if math.isfinite(wanted) else 0.0) is right


def test_what_rounding_leaves_of_0_is_0() -> None:
    x, y = Value(0.1, label="x"), Value(0.3, label="y")
    u = x * y
    L = (u * 0.1 + u * 0.2 - u * 0.3) * 7
    right = grad(L, [u, x])
    assert all(0 < abs(slope) < 1e-15 for slope in right)
    task = practice(L)
    assert all(task.check({x: answer}).right for answer in (0, right[1], "0.0"))
    assert task.check({x: 1e-9}).wrong
    tiny = practice(1e-20 * x)
    assert tiny.check({x: 1e-20}).right and tiny.check({x: -1e-20, "v1": 1}).wrong["x"].kind == "negated"
    assert tiny.check({x: 0}).wrong


@pytest.mark.parametrize("answer", [4, 4.0, "4", " 4.0 ", "2*2", "2·2", "2**2", "-4 * -1", "sqrt(16)", "4.004"])
def test_an_answer_is_a_number_or_arithmetic(answer: float | str) -> None:
    x = Value(2.0, label="x")
    assert practice(x**2).answer(x, answer).right


def test_infinite_answers_and_those_that_are_no_number() -> None:
    x = Value(0.0, label="x")
    assert practice(1 / x).answer("x", "-inf").right
    assert practice(log(x)).answer("x", "1/0").right
    assert practice(log(Value(-1.0, label="x")) * x * 0).answer(x, "nan").right


# What is said.


def test_verdicts_in_words() -> None:
    t = task()
    wrong = t.answer("a", -15)
    assert (
        str(wrong)
        == repr(wrong)
        == (
            "a: -15.0 is wrong. That is only what comes back through c, as if it had overwritten the rest. "
            "Add what comes back through L."
        )
    )
    assert t.answer("a", "-14") == Verdict("a", True, "", "Right.", -14.0)
    assert str(t.answer("a", -14)) == "a: -14.0 is right"
    assert str(t.answer("b", 1234)) == (
        "b: 1234.0 is wrong. That is not it, and it is no mistake known here. Take a hint."
    )


@pytest.mark.parametrize(
    "node, answer, kind, message",
    [
        (
            "b",
            2,
            "upstream",
            "That is the local derivative ∂c/∂b alone. Multiply it by the gradient that arrives at c, ∂L/∂c = 5.0.",
        ),
        (
            "a",
            -2,
            "upstream",
            "That is the sum of the local derivatives alone. Before you add them up, multiply each by the gradient "
            "that arrives at its node: ∂L/∂L = 1.0 and ∂L/∂c = 5.0.",
        ),
        (
            "a",
            1,
            "path",
            "That is only what comes back through L. a goes into c as well: add what comes back from there.",
        ),
        (
            "a",
            14,
            "negated",
            "The size is right, the sign is not. Go through the signs of all factors, and count the minuses.",
        ),
        (
            "a",
            16,
            "negated",
            "What comes back through c seems to have the wrong sign. "
            "Look at the signs of ∂L/∂c = 5.0 and of ∂(a·b)/∂a.",
        ),
        (
            "c",
            1,
            "outer",
            "That hands on ∂L/∂v1 = 1.0 as it is: the derivative ∂(c·5)/∂c is missing. Multiply by it.",
        ),
        (
            "b",
            -15,
            "swapped",
            "The two arguments of a·b seem to be swapped. In ∂(a·b)/∂b, b varies and the other one stays as it is.",
        ),
        (
            "b",
            -30,
            "output",
            "That takes the output c where ∂(a·b)/∂b needs the input a. Write the rule down before you put numbers in.",
        ),
        ("b", -280, "seed", "That is as if backprop began with the value of L. It begins with ∂L/∂L = 1."),
        (
            "b",
            0,
            "seed",
            "0 would mean that L does not depend on b, or that backprop began with 0. It begins with ∂L/∂L = 1; "
            "follow it back to b.",
        ),
        (
            "L",
            -28,
            "seed",
            "That is the value of L, not its gradient. ∂L/∂L asks how much L changes if L itself changes.",
        ),
    ],
)
def test_diagnoses_in_words(node: str, answer: float, kind: str, message: str) -> None:
    verdict = task().answer(node, answer)
    assert (verdict.kind, verdict.message) == (kind, message)


def test_more_diagnoses() -> None:
    x = Value(0.35, label="x")
    u = x.tanh()
    u.label = "u"
    L = u**2 * 3
    L.label = "L"
    t = practice(L)
    local, upstream = 1 - u.data**2, 6 * u.data
    assert t.answer(x, 3 * local).message == (
        "Further out, the derivative ∂(u**2)/∂u seems to be missing. Find ∂L/∂u first, and multiply by it."
    )
    assert t.answer(x, upstream * (1 - 0.35**2)).message == (
        "That takes the input x where ∂tanh(x)/∂x needs the output u. Write the rule down before you put numbers in."
    )
    right = upstream * local
    for cut in (f"{right:.2g}", f"{right:.1g}", round(right), math.floor(right * 100) / 100):
        assert t.answer(x, cut).kind == "rounded"
    assert t.answer(x, round(right)).message == (
        "That seems right, but cut off or rounded too far. Round to three digits, or give more."
    )


def test_short_whole_numbers_are_not_rounded() -> None:
    x = Value(1.0, label="x")
    assert (0.1 + 0.7) * 5 == 3.9999999999999996
    for slope, answers in ((4.0, [3, 5]), ((0.1 + 0.7) * 5, [3, 3.99]), (17.0, [20, 10]), (-138.0, [-140, -130, -100])):
        t = practice(x * slope * 1)
        assert {t.answer(x, answer).kind for answer in answers} == {"unknown"}, slope
    assert [practice(x * 1238).answer(x, answer).kind for answer in (1200, 1000)] == ["rounded", "rounded"]


def test_plain_numbers_are_not_mistaken_for_arguments() -> None:
    x = Value(3.0, label="x")
    squared, halved = practice(x**2 * 1).cards[x], practice(x / 2).cards[x]
    for card in (squared, halved):
        assert "swapped" not in [mistake.kind for mistake in card.mistakes]
    assert [mistake.message for mistake in squared.mistakes if mistake.kind == "output"] == [
        "That takes the output v1 where ∂(x**2)/∂x needs the input x. Write the rule down before you put numbers in.",
    ]
    assert not any("the input 2" in mistake.message for card in (squared, halved) for mistake in card.mistakes)


def test_the_same_argument_twice() -> None:
    x = Value(3.0, label="x")
    t = practice(x * x)
    assert t.answer("x", 3).message == (
        "That is only what comes back through argument 1 of v1. "
        "x goes into argument 2 of v1 as well: add what comes back from there."
    )
    assert [t.hint("x", degree) for degree in (1, 2, 3)] == [
        "x goes into v1 twice: look at these 2 edges, and add up what comes back through them.",
        "∂v1/∂x = ∂v1/∂v1 · ∂(x·x)/∂x + ∂v1/∂v1 · ∂(x·x)/∂x, "
        "where ∂(x·x)/∂x = x (through argument 1) and ∂(x·x)/∂x = x (through argument 2).",
        "∂v1/∂v1 = 1.0, ∂(x·x)/∂x = x = 3.0 (through argument 1) and ∂(x·x)/∂x = x = 3.0 (through argument 2), "
        "so ∂v1/∂x = 1.0 · 3.0 + 1.0 · 3.0 = ?",
    ]


def test_hints_in_words() -> None:
    t = task()
    assert [t.hint("b", degree) for degree in (1, 2, 3)] == [
        "b goes into c only: look at the edge from b to c.",
        "∂L/∂b = ∂L/∂c · ∂c/∂b, where ∂(a·b)/∂b = a.",
        "∂L/∂c = 5.0 and ∂c/∂b = a = 2.0, so ∂L/∂b = 5.0 · 2.0 = ?",
    ]
    assert [t.hint("a", degree) for degree in (1, 2, 3)] == [
        "a goes into L and c: look at these 2 edges, and add up what comes back through them.",
        "∂L/∂a = ∂L/∂L · ∂(v1 + a)/∂a + ∂L/∂c · ∂c/∂a, where ∂(v1 + a)/∂a = 1 and ∂(a·b)/∂a = b.",
        "∂L/∂L = 1.0, ∂(v1 + a)/∂a = 1.0, ∂L/∂c = 5.0 and ∂c/∂a = b = -3.0, so ∂L/∂a = 1.0 · 1.0 + 5.0 · (-3.0) = ?",
    ]
    assert [t.hint("L", degree) for degree in (1, 2, 3)] == [
        "L is where backprop begins: no edge leads to its gradient.",
        "∂L/∂L says how much L changes if L itself changes.",
        "If L grows by 0.1, L grows by 0.1: ∂L/∂L = 0.1 / 0.1 = ?",
    ]
    assert t.hint("b") == t.hint("b", 1)


def test_only_the_first_factor_of_a_hint_goes_without_brackets() -> None:
    x = Value(2.0, label="x")
    y = x * x * -3
    assert practice(y).hint(x, 3).endswith(", so ∂v2/∂x = -3.0 · 2.0 + (-3.0) · 2.0 = ?")


def test_where_nothing_flows() -> None:
    x = Value(2.5, label="x")
    y = x * 2
    t = practice(y.floor() + where(y > 1, 0.0, y) + relu(-y))
    for node, gradient in zip((x, y), (0, 0)):
        assert t.answer(node, gradient).right
    assert t.hint(x, 3) == "∂v7/∂v1 = 0.0 and ∂v1/∂x = 2.0, so ∂v7/∂x = 0.0 · 2.0 = ?"
    assert t.answer(x, 2.0).kind == "upstream"
    behind = practice((x * 2).floor())
    assert behind.answer(x, 0).right
    assert behind.answer(x, 2).message == (
        "That is the local derivative ∂v1/∂x alone. Multiply it by the gradient that arrives at v1, ∂v2/∂v1 = 0.0."
    )


# Keeping a record.


def test_a_wrong_answer_may_be_mended_and_a_right_one_stays() -> None:
    t = task()
    assert t.blanks == ["L", "v1", "c", "b", "a"] and t.score == 0
    t.answer("a", 3)
    t.answer("a", -14)
    assert not t.answer("a", 5).right
    t.answer("b", 2)
    t.hint("b")
    t.hint("b", 3)
    t.hint("b", 3)
    t.hint("c", 2)
    t.answer("L", "1")
    assert t.blanks == ["v1", "c", "b"] and t.score == 2 / 5
    report = t.report()
    assert list(report.right) == ["L", "a"] and list(report.wrong) == ["b"] and report.missing == ["v1", "c"]
    assert report.tries == {"a": 2, "b": 1, "L": 1} and report.hints == {"b": 2, "c": 1}
    assert (
        str(report)
        == repr(report)
        == repr(t)
        == (
            "2 of 5 right\n"
            "L: 1.0 is right\n"
            "v1: missing\n"
            "c: missing (1 hint)\n"
            "b: 2.0 is wrong. That is the local derivative ∂c/∂b alone. "
            "Multiply it by the gradient that arrives at c, ∂L/∂c = 5.0. (2 hints)\n"
            "a: -14.0 is right (2 tries)"
        )
    )
    t.answer("b", 10)
    assert str(report).startswith("2 of 5") and str(t).startswith("3 of 5")


def test_checking_records_nothing() -> None:
    t = task()
    node = next(node for node, card in t.cards.items() if card.name == "a")
    report = t.check({node: "-14", "b": 2})
    assert list(report.right) == ["a"] and report.wrong["b"].kind == "upstream"
    assert report.missing == ["L", "v1", "c"] and report.score == 1 / 5
    assert len(str(report).split("\n")) == 6
    assert t.blanks == ["L", "v1", "c", "b", "a"] and t.report().tries == {}
    assert t.check({}).score == 0 and t.check({card.name: card.answer for card in t.cards.values()}).score == 1


def test_gradients_are_neither_read_nor_changed_and_numbers_stay_as_they_were() -> None:
    x = Value(3.0, label="x")
    y = x * x
    x.grad, y.grad = 17.0, 18.0
    t = practice(y)
    x.data = 5.0
    assert t.answer(x, 6).right and "x = 3.0" in t.hint(x, 3)
    assert (x.grad, y.grad) == (17.0, 18.0)


def test_names_that_could_be_mistaken() -> None:
    one, other = Value(2.0, label="the\nweight"), Value(3.0, label="2")
    twin = Value(4.0, label="2")
    t = practice(2 * one * other * twin)
    assert {"the\nweight", "2", "2_2"} < set(t.blanks)
    assert t.hint(one) == r"'the\nweight' goes into v1 only: look at the edge from 'the\nweight' to v1."
    assert str(t.answer("2", 16)) == "'2': 16.0 is right"
    assert len(str(t).split("\n")) == 7


# Bad input.


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "the answer for a: the expression is empty"),
        ("two", "the answer for a: unknown name 'two'; known: none"),
        ("__import__('os').system('true')", "the answer for a: unknown function|the answer for a: Call is not allowed"),
        ("(1).__class__", "the answer for a: Attribute is not allowed here"),
        ("2^3", r"the answer for a: a power is written \*\*, not \^"),
        ("2 *", "the answer for a: cannot read this"),
        ("1e400j", "the answer for a: infj is not a real number"),
        ("(" * 5000, "the answer for a: "),
        ("1" * 20000, "the answer for a: an expression has at most 10000 characters"),
        ("infinity", "the answer for a: unknown name 'infinity'"),
        ("\0", "the answer for a: "),
    ],
)
def test_a_text_that_is_no_number(text: str, message: str) -> None:
    t = task()
    with pytest.raises(ValueError, match=message):
        t.answer("a", text)
    with pytest.raises(ValueError, match=message):
        t.check({"b": 10, "a": text})
    assert t.report().tries == {}


@pytest.mark.parametrize("answer", [None, [1.0], 1j, Value(1.0)])
def test_what_is_no_answer(answer: Any) -> None:
    with pytest.raises(TypeError, match=r"^the answer for a: a real number such as 2\.0 is accepted, got "):
        task().answer("a", answer)


def test_blanks_that_are_not_there() -> None:
    t = task()
    for ask in (lambda: t.answer("w", 1), lambda: t.hint("w"), lambda: t.check({"w": 1})):
        with pytest.raises(ValueError, match=r"^no blank for 'w'; there are L, v1, c, b and a$"):
            ask()
    with pytest.raises(ValueError, match=r"^no blank for '5'; "):
        t.answer("5", 1)
    with pytest.raises(ValueError, match=r"^no blank for Value\(data=1\.0, grad=0\.0\); "):
        t.answer(Value(1.0), 1)
    with pytest.raises(TypeError, match=r"^a blank is named by its node or its name, got int 3$"):
        t.answer(3, 1)  # type: ignore[arg-type]
    many = practice(sum(Value(i) for i in range(50)))
    with pytest.raises(ValueError, match=r"^no blank for 'w'; there are (\w+, ){10}\w+ and \d+ more$"):
        many.answer("w", 1)


def test_other_bad_input() -> None:
    t = task()
    node = next(iter(t.cards))
    with pytest.raises(ValueError, match=r"^two answers for L; give one$"):
        t.check({node: 1, "L": 1})
    with pytest.raises(TypeError, match=r"^check needs a dictionary such as {'a': 2\.0}, got list$"):
        t.check([1.0])  # type: ignore[arg-type]
    for degree in (0, 4, "2", None):
        with pytest.raises(ValueError, match=r"^a hint has the degree 1, 2 or 3, which says most; got "):
            t.hint("a", degree)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^practice needs a Value, got float 1\.0$"):
        practice(1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^practice needs something that takes a gradient; Constant\(2\.0\) is a "):
        practice((node * 2).args[1])


# Any graph.


def test_a_leaf_alone() -> None:
    x = Value(2.0)
    t = practice(x)
    assert t.blanks == ["v1"] and t.answer(x, 1).right and t.score == 1


def test_a_deep_graph() -> None:
    y = x = Value(0.5, label="x")
    for _ in range(3000):
        y = 1 - y
    t = practice(y)
    assert len(t.cards) == 3001 and t.answer(x, 1).right and t.answer("v1", 1).kind == "negated"


def test_a_node_used_many_times() -> None:
    w = Value(0.5, label="w")
    t = practice(sum((w * i - 1) ** 2 for i in range(1, 11)))
    parts = [2 * (0.5 * i - 1) * i for i in range(10, 0, -1)]
    right = sum(parts)
    assert t.answer(w, parts[0]).message == (
        "That is only what comes back through v37. "
        "w goes into v33, v29, v25, v21 and 5 more as well: add what comes back from there."
    )
    assert t.answer(w, parts[-1]).message == (
        "That is only what comes back through v1, as if it had overwritten the rest. "
        "Add what comes back through v37, v33, v29, v25 and 5 more."
    )
    assert t.answer(w, right - parts[1]).kind == "path"
    assert t.answer(w, right - 2 * parts[1]).kind == "negated"
    assert t.answer(w, right).right
    assert t.hint(w, 3).endswith(
        " and 11 more, so ∂v40/∂w = 8.0 · 10.0 + 7.0 · 9.0 + 6.0 · 8.0 + 5.0 · 7.0 + … + (-1.0) · 1.0 = ?"
    )
