"""A blank to fill in: its answer, what to say about wrong ones, and hints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autograd.backprop import LocalStep, is_flat
from autograd.notation import QUOTED, exact, short
from autograd.stepping.mistakes import Mistake, typical_mistakes
from autograd.stepping.solutions import FEW, Solution, half_a_unit, listed, matches
from autograd.value import Value

RIGHT = "Right."
FOLLOWS = "That follows from your {}. The mistake is there, not here: mend it first."
UNKNOWN = "That is not it, and it is no mistake known here. Take a hint."


@dataclass(frozen=True, repr=False)
class Verdict:
    """What there is to say about an answer.

    Attributes:
        name: the node whose gradient was asked for.
        right: whether the answer is right.
        kind: the kind of mistake, as in `Mistake`; "follows" if it was made before, or "unknown"; "" if the answer is
            right.
        message: what was probably done and what to do.
        answer: the number given.
    """

    name: str
    right: bool
    kind: str
    message: str
    answer: float

    def __str__(self) -> str:
        said = "right" if self.right else f"wrong. {self.message}"
        return f"{QUOTED.name(self.name)}: {short(self.answer)} is {said}"

    __repr__ = __str__


class Carried(NamedTuple):
    """A gradient as it is for somebody who goes on from wrong answers.

    Attributes:
        gradient: what comes out; the right one, if nothing was wrong.
        slack: how much rounding those answers to three digits may have changed it.
        sources: the answers that it comes from, such as "4.0 at u".
    """

    gradient: float
    slack: float = 0.0
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A blank, with all that is needed to grade what is filled in, as plain data.

    Attributes:
        name: the node whose gradient is asked for.
        answer: the gradient.
        slack: how much binary rounding may have changed it; see `matches`.
        edges: those its gradient comes back through: the name of the node it comes from, and the local derivative.
        mistakes: the wrong answers that can be explained, the likeliest first.
        hints: where to look, the formula, and the numbers in it.
    """

    name: str
    answer: float
    slack: float
    edges: list[tuple[str, float]]
    mistakes: list[Mistake]
    hints: list[str]

    def carried(self, earlier: Mapping[str, Carried]) -> Carried:
        """The gradient for somebody who has these at the nodes it comes from."""
        parts = [(earlier[name], partial) for name, partial in self.edges]
        sources = tuple(dict.fromkeys(source for part, _ in parts for source in part.sources))
        if not sources:
            return Carried(self.answer)
        return Carried(
            sum(part.gradient * partial for part, partial in parts),
            sum(part.slack * abs(partial) for part, partial in parts),
            sources,
        )

    def taken(self, verdict: Verdict) -> Carried:
        """The gradient for somebody who has answered so."""
        if verdict.right:
            return Carried(self.answer)
        source = f"{short(verdict.answer)} at {QUOTED.name(self.name)}"
        return Carried(verdict.answer, half_a_unit(verdict.answer), (source,))

    def judge(self, answer: float, carried: Carried | None = None) -> Verdict:
        """Whether an answer is right, and if not, what was probably done.

        Args:
            answer: the number given.
            carried: what comes out if wrong answers before this one are gone on from.

        >>> from autograd import Value, practice
        >>> x = Value(3.0, label="x")
        >>> practice(x * x).cards[x].judge(3.0)
        x: 3.0 is wrong. That is only what comes back through argument 1 of v1. ...
        """
        if matches(answer, self.answer, self.slack):
            return Verdict(self.name, True, "", RIGHT, answer)
        if carried and carried.sources and matches(answer, carried.gradient, self.slack + carried.slack):
            return Verdict(self.name, False, "follows", FOLLOWS.format(listed(carried.sources)), answer)
        for mistake in self.mistakes:
            if matches(answer, mistake.answer, self.slack):
                return Verdict(self.name, False, mistake.kind, mistake.message, answer)
        return Verdict(self.name, False, "unknown", UNKNOWN, answer)


def judged(cards: Iterable[Card], answers: Mapping[str, float]) -> dict[str, Verdict]:
    """The verdicts on answers, by the names of the blanks. No mistake is blamed twice.

    Args:
        cards: all blanks, from the root backwards.
        answers: the numbers given.
    """
    verdicts = {}
    known: dict[str, Carried] = {}
    for card in cards:
        name, carried = card.name, card.carried(known)
        if name in answers:
            verdicts[name] = card.judge(answers[name], carried)
            carried = card.taken(verdicts[name])
        known[name] = carried
    return verdicts


def card(solution: Solution, node: Value) -> Card:
    """The blank of a node."""
    return Card(
        name=solution.names[node],
        answer=solution.gradient[node],
        slack=solution.slack[node],
        edges=[
            (solution.names[step.node], step.partial)
            for step in solution.edges[node]
            if not is_flat(step.node, step.position)
        ],
        mistakes=typical_mistakes(solution, node),
        hints=_hints(solution, node),
    )


def _hints(solution: Solution, node: Value) -> list[str]:
    edges, name, wanted = solution.edges[node], solution.name(node), solution.wanted(node)
    if node is solution.root:
        return [
            f"{name} is where backprop begins: no edge leads to its gradient.",
            f"{wanted} says how much {name} changes if {name} itself changes.",
            f"If {name} grows by 0.1, {name} grows by 0.1: {wanted} = 0.1 / 0.1 = ?",
        ]
    partials = [str(QUOTED.partial(step.node, step.position, solution.names)) for step in edges]
    return [
        _where_to_look(solution, name, edges),
        f"{wanted} = {_formula(solution, edges)}, where {_rules(solution, edges, partials)}.",
        f"{_factors(solution, edges, partials)}, so {wanted} = {_products(edges)} = ?",
    ]


def _where_to_look(solution: Solution, name: str, edges: list[LocalStep]) -> str:
    users = Counter(solution.name(step.node) for step in edges)
    into = listed([user if count == 1 else f"{user} {_times(count)}" for user, count in users.items()])
    if len(edges) == 1:
        return f"{name} goes into {into} only: look at the edge from {name} to {into}."
    return f"{name} goes into {into}: look at these {len(edges)} edges, and add up what comes back through them."


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _formula(solution: Solution, edges: list[LocalStep]) -> str:
    return _added([f"{solution.wanted(step.node)} · {solution.local(step)}" for step in edges])


def _rules(solution: Solution, edges: list[LocalStep], partials: list[str]) -> str:
    return listed([f"{solution.rule(step)} = {text}{solution.through(step)}" for step, text in zip(edges, partials)])


def _factors(solution: Solution, edges: list[LocalStep], partials: list[str]) -> str:
    """What is multiplied: the gradients that arrive, and the local derivatives."""
    texts = []
    for step, partial in zip(edges, partials):
        formula = "" if partial == exact(step.partial) else f"{partial} = "
        texts += [
            solution.arriving(step),
            f"{solution.local(step)} = {formula}{short(step.partial)}{solution.through(step)}",
        ]
    return listed(list(dict.fromkeys(texts)), most=2 * FEW)


def _products(edges: list[LocalStep]) -> str:
    terms: list[str] = []
    for step in edges:
        upstream, partial = (QUOTED.number(short(x)) for x in (step.upstream, step.partial))
        terms.append(f"{upstream:{'product' if terms else ''}} · {partial:product}")
    return _added(terms)


def _added(terms: list[str]) -> str:
    return " + ".join(terms if len(terms) <= FEW else [*terms[: FEW - 1], "…", terms[-1]])
