"""Wrong gradients that people come to, and what they probably did.

For each kind of mistake a function recomputes a gradient as somebody does who makes it, from the local steps of the
chain rule. None of them knows an operation: the table says what the derivatives are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from itertools import combinations

from autograd.backprop import LocalStep, is_several
from autograd.stepping.solutions import FEW, Solution, listed, matches
from autograd.value import Value

TRIED = 20  # edges of a node through which each mistake is tried
WHOLE = 1000  # below it, whole numbers have too few digits to be rounded


@dataclass(frozen=True)
class Mistake:
    """A wrong gradient, and what was probably done to get it.

    Attributes:
        kind: "upstream", "path", "negated", "outer", "swapped", "output", "seed" or "rounded".
        answer: the wrong gradient.
        message: what was probably done and what to do, in the names of the graph.
    """

    kind: str
    answer: float
    message: str


def typical_mistakes(solution: Solution, node: Value) -> list[Mistake]:
    """The wrong gradients of a node that typical mistakes lead to.

    Args:
        solution: the right gradients.
        node: a node that takes a gradient.

    Returns:
        The mistakes, the likeliest first; each number comes once, and none is right or not finite.

    >>> from autograd import Value
    >>> a, b = Value(3.0, label="a"), Value(2.0, label="b")
    >>> for mistake in typical_mistakes(Solution(a * b), a): print(mistake.kind, mistake.answer)
    negated -2.0
    outer 1.0
    swapped 3.0
    output 6.0
    seed 12.0
    seed 0.0
    """
    right, slack = solution.gradient[node], solution.slack[node]
    found: dict[str, Mistake] = {}
    for kind, wrong_answers in KINDS.items():
        for answer, message in wrong_answers(solution, node):
            if math.isfinite(answer) and not matches(answer, right, slack):
                found.setdefault(_digits(answer + 0.0), Mistake(kind, answer + 0.0, message))
    return list(found.values())


_Wrong = Iterator[tuple[float, str]]


def _without_upstream(solution: Solution, node: Value) -> _Wrong:
    edges = solution.edges[node]
    answer = sum(step.partial for step in edges)
    if len(edges) == 1:
        (step,) = edges
        yield (
            answer,
            f"That is the local derivative {solution.local(step)} alone. "
            f"Multiply it by the gradient that arrives at {solution.name(step.node)}, {solution.arriving(step)}.",
        )
    elif edges:
        arriving = list(dict.fromkeys(solution.arriving(step) for step in edges))
        yield (
            answer,
            "That is the sum of the local derivatives alone. "
            f"Before you add them up, multiply each by the gradient that arrives at its node: {listed(arriving)}.",
        )


def _some_paths(solution: Solution, node: Value) -> _Wrong:
    edges = solution.edges[node]
    count = len(edges)
    if count > TRIED:  # a learner would hardly miss just one
        return
    for size in range(1, count) if count <= FEW else (1, count - 1):
        for chosen in combinations(range(count), size):
            answer = sum(edges[i].contribution for i in chosen)
            missing = sorted(set(range(count)) - set(chosen))
            through, others = (listed([solution.way(edges[i]) for i in indices]) for indices in (chosen, missing))
            if chosen == (count - 1,):
                yield (
                    answer,
                    f"That is only what comes back through {through}, as if it had overwritten the rest. "
                    f"Add what comes back through {others}.",
                )
            else:
                yield (
                    answer,
                    f"That is only what comes back through {through}. "
                    f"{solution.name(node)} goes into {others} as well: add what comes back from there.",
                )


def _negated(solution: Solution, node: Value) -> _Wrong:
    edges, right = solution.edges[node], solution.gradient[node]
    yield -right, "The size is right, the sign is not. Go through the signs of all factors, and count the minuses."
    if len(edges) > 1:
        for step in edges[:TRIED]:
            yield (
                right - 2 * step.contribution,
                f"What comes back through {solution.way(step)} seems to have the wrong sign. "
                f"Look at the signs of {solution.arriving(step)} and of {solution.rule(step)}.",
            )


def _swapped(solution: Solution, node: Value) -> _Wrong:
    for step in solution.edges[node][:TRIED]:
        xs, out = _numbers(step)
        if len(xs) == 2 and not any(arg.constant for arg in step.node.args):
            message = (
                f"The two arguments of {solution.operation(step.node)} seem to be swapped. "
                f"In {solution.rule(step)}, {_argument(solution, step)} varies and the other one stays as it is."
            )
            yield _with_partial(solution, step, _partial(step.node, 1 - step.position, xs, out)), message
            there = xs[::-1]
            yield (
                _with_partial(solution, step, _partial(step.node, step.position, there, _forward(step.node, there))),
                message,
            )


def _argument(solution: Solution, step: LocalStep) -> str:
    return f"argument {step.position + 1}" if is_several(step.node, step.arg) else solution.name(step.arg)


def _output(solution: Solution, node: Value) -> _Wrong:
    for step in solution.edges[node][:TRIED]:
        xs, out = _numbers(step)
        if len(xs) > FEW:
            continue
        result, rule = f"the output {solution.name(step.node)}", solution.rule(step)
        for i, x in enumerate(xs):
            if step.node.args[i].constant:  # nobody takes the 2 of x**2 for x
                continue
            given = f"the input {solution.name(step.node.args[i])}"
            for partial, used, needed in (
                (_partial(step.node, step.position, xs, x), given, result),
                (_partial(step.node, step.position, [*xs[:i], out, *xs[i + 1 :]], out), result, given),
            ):
                yield (
                    _with_partial(solution, step, partial),
                    f"That takes {used} where {rule} needs {needed}. Write the rule down before you put numbers in.",
                )


def _outer(solution: Solution, node: Value) -> _Wrong:
    edges, right = solution.edges[node], solution.gradient[node]
    for step in edges[:TRIED]:
        yield (
            _with_partial(solution, step, 1.0),
            f"That hands on {solution.arriving(step)} as it is: the derivative {solution.rule(step)} is missing. "
            "Multiply by it.",
        )
    if len(edges) > 1:
        yield (
            sum(step.upstream for step in edges),
            "That adds up the gradients as they arrive. Multiply each by its local derivative: "
            f"{listed([solution.local(step) for step in edges])}.",
        )
    for user in dict.fromkeys(step.node for step in edges[:TRIED]):
        partial = sum(step.partial for step in edges if step.node is user)
        for outer in solution.edges[user][:TRIED]:
            yield (
                right + (outer.upstream - outer.contribution) * partial,
                f"Further out, the derivative {solution.rule(outer)} seems to be missing. "
                f"Find {solution.wanted(user)} first, and multiply by it.",
            )


def _seed(solution: Solution, node: Value) -> _Wrong:
    root, right = solution.root, solution.gradient[node]
    name, start = solution.name(root), solution.wanted(root)
    if node is root:
        ask = f"{start} asks how much {name} changes if {name} itself changes."
        yield root.data, f"That is the value of {name}, not its gradient. {ask}"
        yield 0.0, f"0 would mean that {name} stays as it is, whatever happens to it. {ask}"
        return
    yield right * root.data, f"That is as if backprop began with the value of {name}. It begins with {start} = 1."
    yield (
        0.0,
        f"0 would mean that {name} does not depend on {solution.name(node)}, or that backprop began with 0. "
        f"It begins with {start} = 1; follow it back to {solution.name(node)}.",
    )


def _rounded(solution: Solution, node: Value) -> _Wrong:
    right = solution.gradient[node]
    if math.isfinite(right):
        digits = Decimal(_digits(right))
        if abs(digits) < WHOLE and digits == digits.to_integral_value():
            return
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN):
            for answer in (
                *(Context(prec=count, rounding=rounding).plus(digits) for count in (3, 2, 1)),
                digits.to_integral_value(rounding),
            ):
                yield (
                    float(answer),
                    "That seems right, but cut off or rounded too far. Round to three digits, or give more.",
                )


KINDS: dict[str, Callable[[Solution, Value], _Wrong]] = {
    "upstream": _without_upstream,
    "path": _some_paths,
    "negated": _negated,
    "outer": _outer,
    "swapped": _swapped,
    "output": _output,
    "seed": _seed,
    "rounded": _rounded,
}


def _digits(x: float) -> str:
    """Those before the last ones, in which the same sums may differ."""
    return f"{x:.12g}"


def _numbers(step: LocalStep) -> tuple[list[float], float]:
    return [arg.data for arg in step.node.args], step.node.data


def _forward(node: Value, xs: list[float]) -> float:
    """What the operation of a node gives for other numbers; nan where it cannot."""
    assert node.op is not None
    try:
        return float(node.op.forward(*xs))
    except (ArithmeticError, TypeError, ValueError):
        return math.nan


def _partial(node: Value, position: int, xs: list[float], out: float) -> float:
    """The partial at numbers that need not belong together; nan where it has none."""
    assert node.op is not None
    try:
        return float(node.op.derivative(position, xs, out))
    except (ArithmeticError, TypeError, ValueError):
        return math.nan


def _with_partial(solution: Solution, step: LocalStep, partial: float) -> float:
    """The gradient with another local derivative on one edge."""
    changed: float = solution.gradient[step.arg] - step.contribution + step.upstream * partial
    return changed
