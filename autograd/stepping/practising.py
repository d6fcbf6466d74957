"""`practice`: gradients to be found by hand, graded and diagnosed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from autograd.drawing import Drawing
from autograd.drawing.labels import cut
from autograd.drawing.outline import Outline
from autograd.expressions import parse
from autograd.notation import QUOTED, exact
from autograd.stepping.cards import FOLLOWS, RIGHT, UNKNOWN, Card, Verdict, card, judged
from autograd.stepping.lessons import task
from autograd.stepping.pages import practice_script
from autograd.stepping.shown import Shown
from autograd.stepping.solutions import Solution, listed
from autograd.table import as_float
from autograd.value import Value

NOT_FINITE = ("inf", "-inf", "nan")
DEGREES = (1, 2, 3)


@dataclass(frozen=True, repr=False)
class Report:
    """How somebody does.

    Attributes:
        verdicts: for each blank by its name, what there is to say about its answer; None without one.
        tries: how many answers were given, up to the right one.
        hints: how many hints were taken.
    """

    verdicts: dict[str, Verdict | None]
    tries: dict[str, int]
    hints: dict[str, int]

    @property
    def right(self) -> dict[str, Verdict]:
        """The verdicts on right answers."""
        return {name: verdict for name, verdict in self.verdicts.items() if verdict and verdict.right}

    @property
    def wrong(self) -> dict[str, Verdict]:
        """The verdicts on wrong answers."""
        return {name: verdict for name, verdict in self.verdicts.items() if verdict and not verdict.right}

    @property
    def missing(self) -> list[str]:
        """The blanks without an answer."""
        return [name for name, verdict in self.verdicts.items() if verdict is None]

    @property
    def score(self) -> float:
        """The right answers as a fraction of all blanks."""
        return len(self.right) / len(self.verdicts)

    def __str__(self) -> str:
        lines = [f"{len(self.right)} of {len(self.verdicts)} right"]
        for name, verdict in self.verdicts.items():
            lines.append(str(verdict or f"{QUOTED.name(name)}: missing") + self._effort(name))
        return "\n".join(lines)

    __repr__ = __str__

    def _effort(self, name: str) -> str:
        tries, hints = self.tries.get(name, 0), self.hints.get(name, 0)
        counts = [f"{tries} tries"] * (tries > 1) + [f"{hints} hint{'s' if hints > 1 else ''}"] * (hints > 0)
        return f" ({', '.join(counts)})" if counts else ""


class Practice(Shown):
    """A graph whose gradients are to be found by hand, made by `practice`.

    A notebook shows it as a sheet to fill in; `.save("sheet.html")` makes a page of a fresh one. Who looks into that
    file finds the answers, as in the back of a book.

    Attributes:
        root: what is differentiated.
        cards: the blank of each node that takes a gradient, from the root backwards.
    """

    def __init__(self, root: Value) -> None:
        solution = Solution(root)
        self.root = root
        self._title = f"backprop through {cut(solution.names[root])}"
        self._script = practice_script()
        self.cards = {node: card(solution, node) for node in solution.edges}
        self._history: list[list[Any]] = []  # all that was answered and all hints, in order
        self._nodes = {card.name: node for node, card in self.cards.items()}
        self._verdicts: dict[str, Verdict | None] = dict.fromkeys(self._nodes)
        self._tries: Counter[str] = Counter()
        self._hints: dict[str, set[int]] = {name: set() for name in self._nodes}

    def _drawing(self) -> Drawing:
        outline = Outline([self.root], None, "all", fold=True)
        outline.grad = {self._nodes[name]: self.cards[self._nodes[name]].answer for name in self.report().right}
        return Drawing(outline, "LR", None)

    def answer(self, node: Value | str, answer: float | str) -> Verdict:
        """Fill in a blank and hear whether that is right.

        A wrong answer may be followed by another one; a right one stays.

        Args:
            node: the node, or its name.
            answer: its gradient, as a number or as arithmetic in a text, such as "2*3" or "1 - 0.7**2". Three
                significant digits are enough.

        Returns:
            The verdict: whether it is right, and if not, what was probably done. What follows from an earlier wrong
            answer is a mistake of the kind "follows".

        Raises:
            TypeError, ValueError: there is no such blank, or the answer is not a number.

        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> L = 5 * (a * b); L.label = "L"
        >>> task = practice(L)
        >>> task.answer("a", -3)
        a: -3.0 is wrong. That is the local derivative ∂v1/∂a alone. Multiply it by the gradient that arrives at ...
        >>> task.answer("a", "5 * -3")
        a: -15.0 is right
        """
        card = self._card(node)
        verdict = self._answered(card, _number(card.name, answer), str(answer))
        self._tell_widget()
        return verdict

    def _answered(self, card: Card, number: float, text: str) -> Verdict:
        answers = {name: verdict.answer for name, verdict in self._verdicts.items() if verdict}
        verdict = judged(self.cards.values(), answers | {card.name: number})[card.name]
        earlier = self._verdicts[card.name]
        if earlier is None or not earlier.right:
            self._verdicts[card.name] = verdict
            self._tries[card.name] += 1
            self._history = [*self._history, ["answer", self._place(card), text, exact(number)]]
        return verdict

    def check(self, answers: Mapping[Any, float | str]) -> Report:
        """Grade many answers at once. Nothing is recorded, and nothing graded if one of them cannot be read.

        Args:
            answers: the gradients, each as for `answer`, by nodes or by names.

        Returns:
            A report: `.right`, `.wrong` and `.missing` blanks and the `.score`.

        Raises:
            TypeError, ValueError: as for `answer`; two answers are for the same blank.

        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> practice(a * b).check({"a": -3, "b": "4 / 2", "v1": 6})
        2 of 3 right
        v1: 6.0 is wrong. That is not it, and it is no mistake known here. Take a hint.
        b: 2.0 is right
        a: -3.0 is right
        """
        if not isinstance(answers, Mapping):
            raise TypeError(f"check needs a dictionary such as {{'a': 2.0}}, got {type(answers).__name__}")
        numbers: dict[str, float] = {}
        for node, answer in answers.items():
            name = self._card(node).name
            if name in numbers:
                raise ValueError(f"two answers for {name}; give one")
            numbers[name] = _number(name, answer)
        verdicts = judged(self.cards.values(), numbers)
        return Report({name: verdicts.get(name) for name in self._nodes}, {}, {})

    def hint(self, node: Value | str, degree: int = 1) -> str:
        """A hint for a blank; `report` counts how many were taken.

        Args:
            node: the node, or its name.
            degree: 1 says which edges to look at, 2 the formula, 3 the numbers in it.

        Raises:
            TypeError, ValueError: there is no such blank or no such degree.

        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> c = a * b; c.label = "c"
        >>> L = c.tanh(); L.label = "L"
        >>> for degree in (1, 2, 3): print(practice(L).hint("a", degree))
        a goes into c only: look at the edge from a to c.
        ∂L/∂a = ∂L/∂c · ∂c/∂a, where ∂(a·b)/∂a = b.
        ∂L/∂c = 2.458e-5 and ∂c/∂a = b = -3.0, so ∂L/∂a = 2.458e-5 · (-3.0) = ?
        """
        card = self._card(node)
        if degree not in DEGREES:
            raise ValueError(f"a hint has the degree 1, 2 or 3, which says most; got {degree!r}")
        self._hinted(card, degree)
        self._tell_widget()
        return card.hints[degree - 1]

    def _hinted(self, card: Card, degree: int) -> None:
        self._hints[card.name].add(degree)
        self._history = [*self._history, ["hint", self._place(card), degree]]

    @property
    def blanks(self) -> list[str]:
        """The names of the nodes whose gradients are still to be found."""
        return [name for name, verdict in self._verdicts.items() if verdict is None or not verdict.right]

    @property
    def score(self) -> float:
        """The right answers so far as a fraction of all blanks."""
        return self.report().score

    def report(self) -> Report:
        """How it went so far, with how many tries and hints each blank took."""
        return Report(
            dict(self._verdicts), dict(self._tries), {name: len(taken) for name, taken in self._hints.items() if taken}
        )

    def _data(self) -> dict[str, Any]:
        cards = {node: asdict(card) | {"quoted": str(QUOTED.name(card.name))} for node, card in self.cards.items()}
        words = {"right": RIGHT, "follows": FOLLOWS, "unknown": UNKNOWN}
        return task(self.root, cards) | {"words": words, "history": self._history}

    def _fresh(self) -> dict[str, Any]:
        return self._data() | {"history": []}

    def _shared(self) -> tuple[str, ...]:
        return ("history",)

    def _listen(self, widget: Any) -> None:
        widget.observe(lambda change: self._follow(change["new"]), "history")

    def _follow(self, history: list[list[Any]]) -> None:
        """Do what was done in the widget."""
        cards = list(self.cards.values())
        for what, place, *given in history[len(self._history) :]:
            if what == "hint":
                self._hinted(cards[place], *given)
            else:
                text, digits = given
                self._answered(cards[place], float(digits), text)

    def _tell_widget(self) -> None:
        if self._widget is not None:
            self._widget.history = self._history

    def _place(self, card: Card) -> int:
        return list(self._nodes).index(card.name)

    def __repr__(self) -> str:
        return str(self.report())

    def _card(self, node: Value | str) -> Card:
        if not isinstance(node, (Value, str)):
            raise TypeError(f"a blank is named by its node or its name, got {type(node).__name__} {node!r:.60}")
        found = self._nodes.get(node) if isinstance(node, str) else node
        if found is None or found not in self.cards:
            given = repr(node) if isinstance(node, str) else f"{node!r:.60}"
            raise ValueError(f"no blank for {given}; there are {listed(list(self._nodes), most=12)}")
        return self.cards[found]


def practice(root: Value) -> Practice:
    """The gradients of a graph as blanks to be filled in by hand.

    All numbers are taken as they are now; no `.grad` is read or changed.

    Args:
        root: the Value to differentiate.

    Returns:
        A `Practice`: `answer` fills in a blank, `hint` helps, `check` grades many answers at once.

    Raises:
        TypeError: `root` is not a Value.
        ValueError: `root` is a plain number in a graph, which takes no gradient.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> task = practice(a * b)
    >>> task.answer("a", 2.0)
    a: 2.0 is wrong. The two arguments of a·b seem to be swapped. ...
    >>> task.answer("v1", 1.0), task.blanks
    (v1: 1.0 is right, ['b', 'a'])
    """
    if not isinstance(root, Value):
        raise TypeError(f"practice needs a Value, got {type(root).__name__} {root!r:.60}")
    if root.constant:
        raise ValueError(f"practice needs something that takes a gradient; {root!r} is a plain number in a graph")
    return Practice(root)


def _number(name: str, answer: float | str) -> float:
    """An answer as a number; an error names the blank."""
    try:
        if not isinstance(answer, str):
            return as_float(answer)
        return float(answer) if answer.strip() in NOT_FINITE else parse(answer, {}).data
    except (TypeError, ValueError) as error:
        raise type(error)(f"the answer for {name}: {error}") from None
