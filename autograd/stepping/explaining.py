"""`explain`: one gradient, derived with every number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from autograd import ieee
from autograd.notation import LATEX, QUOTED, Names, Phrase, Text, exact, name_nodes, short
from autograd.stepping.listing import argument
from autograd.stepping.paths import Between, Edge
from autograd.value import Value

NODES, TERMS, PATHS, STATIONS = 20, 8, 8, 8  # written out: in all, in a sum, from the node to the root, on one path
ARGUMENTS = 8  # of an operation whose local derivative is written as a formula
NAMES = 12  # in an error

T = TypeVar("T")
Row = tuple[int, str]  # how far it is indented, and what stands there
Section = tuple[str, list[Row]]


@dataclass(frozen=True, repr=False)
class Explanation:
    """The derivation of one gradient, as it was when `explain` was called; a notebook shows it typeset.

    Attributes:
        text: in plain text, as `str` gives it.
        markdown: for a notebook or a Markdown file, the formulas typeset.
        latex: as one block of LaTeX.
        gradient: ∂root/∂node, to the last bit what `backward()` gives.
        paths: how many paths lead from the node to the root.
    """

    text: str
    markdown: str
    latex: str
    gradient: float
    paths: int

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.markdown


def explain(root: Value, node: Value | str) -> Explanation:
    """Derive ∂root/∂node, every step in symbols and in numbers.

    First come the formulas from the node up to the root. Then, backwards from the root, each gradient is the sum of one
    term for each edge. Up to 8 paths are also written out one by one: the products along them have the same sum.

    No `.grad` is read or changed. Numbers are shortened; the result is exact.

    Args:
        root: the Value to differentiate.
        node: by which; a Value of the graph of `root`, or its name as in steps and drawings, such as "a" or "v3".

    Returns:
        An `Explanation`: `str()` gives text, `.markdown` and `.latex` typeset formulas. Of more than 20 nodes on
        the way, the first and the last 10; of a sum of more than 8 terms, the first and the last 4.

    Raises:
        TypeError: `root` is not a Value, or `node` neither a Value nor a text.
        ValueError: `node` is not in the graph of `root`, or a plain number.

    >>> from autograd import Value
    >>> from autograd import explain
    >>> a, b = Value(3.0, label="a"), Value(2.0, label="b")
    >>> c = a * b; c.label = "c"
    >>> L = c + a; L.label = "L"
    >>> explain(L, a)
    wanted
      ∂L/∂a, along 2 paths from a to L
    <BLANKLINE>
    forward
      a = 3.0
      c = a·b = 3.0·2.0 = 6.0
      L = c + a = 6.0 + 3.0 = 9.0
    <BLANKLINE>
    backward, one term for each edge
      ∂L/∂L = 1.0
      ∂L/∂c = ∂L/∂L · ∂L/∂c = 1.0 · 1.0 = 1.0
        because ∂(c + a)/∂c = 1
      ∂L/∂a = ∂L/∂L · ∂L/∂a + ∂L/∂c · ∂c/∂a
        = 1.0 · 1.0 + 1.0 · 2.0
        = 3.0
        because ∂(c + a)/∂a = 1
        because ∂(a·b)/∂a = b = 2.0
    <BLANKLINE>
    path by path, products that add up to the same
      a → L: 1.0
      a → c → L: 2.0 · 1.0 = 2.0
      1.0 + 2.0 = 3.0, as by edges
    <BLANKLINE>
    result
      ∂L/∂a = 3
    """
    if not isinstance(root, Value):
        raise TypeError(f"explain needs a Value to differentiate, got {type(root).__name__} {root!r:.60}")
    names = name_nodes(root)
    between = Between(root, _wanted(root, node, names))
    text, latex = ([*_Derivation(between, names, manner).sections()] for manner in (IN_TEXT, IN_LATEX))
    return Explanation(
        text="\n\n".join("\n".join([title, *("  " * depth + line for depth, line in rows)]) for title, rows in text),
        markdown="\n\n".join(f"**{title}**\n\n${_array(rows)}$" for title, rows in latex),
        latex=_array([row for title, rows in latex for row in [(0, IN_LATEX.say(title)), *rows]]),
        gradient=between.gradient,
        paths=between.paths,
    )


def _wanted(root: Value, node: Any, names: Names) -> Value:
    """The Value meant, if it can be differentiated by."""
    if not isinstance(node, (Value, str)):
        raise TypeError(
            "explain needs a Value to differentiate by, or its name, such as 'a'; "
            f"got {type(node).__name__} {node!r:.60}"
        )
    called: dict[str, Value] = {name: value for value, name in names.items() if not value.constant}
    if isinstance(node, Value) and node in names:
        if node.constant:
            raise ValueError(
                f"{names[node]} is a plain number in this graph and takes no gradient; "
                f"to differentiate by it, make it a Value({node.data!r}) before it is used"
            )
        return node
    if isinstance(node, str) and node in called:
        return called[node]
    known = ", ".join(QUOTED.name(name).text for name in islice(called, NAMES))
    more = f" and {len(called) - NAMES:,} more" if len(called) > NAMES else ""
    raise ValueError(f"{node!r:.60} is not in the graph of {QUOTED.node(root, names)}; choose one of {known}{more}")


class _Manner(NamedTuple):
    """What differs between text and LaTeX."""

    style: Text
    arrow: str

    def say(self, words: str) -> str:
        return self.style.prose(words)

    def product(self, factors: Sequence[float | None], level: str = "") -> str:
        """A product of numbers; the first is in brackets if it must bind as tightly as `level`."""
        first, *others = [self.style.dots if x is None else self.style.number(short(x)) for x in factors]
        return self.style.times.join([f"{first:{level}}", *(f"{x:product}" for x in others)])

    def sum(self, terms: Sequence[Sequence[float | None] | None]) -> str:
        """A sum of products of numbers."""
        dots = self.style.dots.text
        return " + ".join(
            dots if term is None else self.product(term, "product" if i else "") for i, term in enumerate(terms)
        )


IN_TEXT = _Manner(QUOTED, " → ")
IN_LATEX = _Manner(LATEX, r" \to ")


class _Derivation:
    """A derivation in text or in LaTeX."""

    def __init__(self, between: Between, names: Names, manner: _Manner) -> None:
        self.between, self.names, self.manner = between, names, manner

    def sections(self) -> Iterator[Section]:
        between, gradient = self.between, self.derivative(self.between.node)
        yield "wanted", [(1, gradient + self.along())]
        yield "forward", [*self.each(between.nodes, self.forward)]
        yield "backward, one term for each edge", [*self.each(between.nodes[::-1], self.backward)]
        if between.node is not between.root:
            yield "path by path, products that add up to the same", [*self.path_by_path()]
        yield "result", [(1, f"{gradient} = {self.manner.style.number(exact(between.gradient))}")]

    def name(self, node: Value) -> Phrase:
        return self.manner.style.node(node, self.names)

    def derivative(self, by: Value) -> str:
        return self.manner.style.derivative(self.name(self.between.root), self.name(by))

    def along(self) -> str:
        between, say = self.between, self.manner.say
        if between.node is between.root:
            return ""
        start, end = self.name(between.node), self.name(between.root)
        return f"{say(f', along {_paths(between.paths)} from ')}{start}{say(' to ')}{end}"

    def each(self, nodes: Sequence[Value], write: Callable[[Value], Iterator[Row]]) -> Iterator[Row]:
        for node in _shortened(nodes, NODES):
            if node is None:
                yield 1, self.manner.say(f"… and {len(nodes) - NODES:,} more")
            else:
                yield from write(node)

    def forward(self, node: Value) -> Iterator[Row]:
        """A node, how it is made, and from which numbers."""
        style = self.manner.style
        sides = [self.name(node), style.number(short(node.data))]
        if node.op:
            numbers = [style.number(argument(arg, arg.data)) for arg in node.args]
            sides[1:1] = style.operation(node, self.names), style.briefly(node.op, numbers)
        yield 1, " = ".join(map(str, sides))

    def backward(self, node: Value) -> Iterator[Row]:
        """The gradient of a node as a sum over its edges, in symbols and in numbers, and why."""
        manner, gradients = self.manner, self.between.gradients
        if node is self.between.root:
            yield 1, f"{self.derivative(node)} = {manner.product([1.0])}"
            return
        edges = self.between.edges[node]
        shown = _shortened(edges, TERMS)
        symbols = " + ".join(self.term(edge) if edge else manner.style.dots.text for edge in shown)
        numbers = manner.sum([edge and (gradients.get(edge.node, 0.0), edge.partial) for edge in shown])
        first, *others = f"{self.derivative(node)} = {symbols}", numbers, manner.product([gradients.get(node, 0.0)])
        if len(edges) == 1:
            yield 1, " = ".join([first, *others])
        else:
            yield 1, first
            yield from ((2, f"= {side}") for side in others)
        for edge in shown:
            yield 2, self.because(edge) if edge else manner.say(f"… and {len(edges) - TERMS:,} more")

    def term(self, edge: Edge) -> str:
        local = self.manner.style.derivative(self.name(edge.node), self.name(edge.arg))
        return self.derivative(edge.node) + self.manner.style.times + local

    def because(self, edge: Edge) -> str:
        say = self.manner.say
        if edge.node not in self.between.gradients:
            return f"{say('because nothing flows to ')}{self.name(edge.node)}"
        through = say(f", through argument {edge.position + 1}") if edge.several else ""
        return say("because ") + self.local(edge) + through

    def local(self, edge: Edge) -> str:
        """The derivative along an edge: as a formula, if that is short, and its number."""
        style = self.manner.style
        sides = [style.derivative(style.operation(edge.node, self.names), self.name(edge.arg))]
        if len(edge.node.args) <= ARGUMENTS:
            sides.append(style.partial(edge.node, edge.position, self.names).text)
        if sides[-1] != style.number(exact(edge.partial)).text:
            sides.append(style.number(short(edge.partial)).text)
        return " = ".join(sides) + (self.manner.say(", flat: nothing flows") if edge.flat else "")

    def path_by_path(self) -> Iterator[Row]:
        between, manner = self.between, self.manner
        if between.paths > PATHS:
            count = _paths(between.paths)
            yield 1, manner.say(f"{count} are too many to write out; the sum by edges, as above, counts them all")
            return
        products = []
        for path in between.each_path():
            flat = next((edge for edge in reversed(path) if edge.flat), None)
            products.append(0.0 if flat else math.prod(edge.partial for edge in reversed(path)))
            shown = _shortened(path, STATIONS)
            numbers = manner.product(products[-1:])
            if flat:
                numbers += manner.say(", because ") + self.local(flat)
            elif len(path) > 1:
                numbers = f"{manner.product([edge and edge.partial for edge in shown])} = {numbers}"
            yield 1, f"{self.route(shown)}: {numbers}"
        if len(products) > 1:
            total = ieee.sum(*products)
            same = short(0.0 + total) == short(0.0 + between.gradient)
            as_by_edges = ", as by edges" if same else ", apart from the sum by edges only because floats round"
            yield 1, f"{manner.sum([[x] for x in products])} = {manner.product([total])}{manner.say(as_by_edges)}"

    def route(self, path: list[Edge | None]) -> str:
        stations = [self.name(self.between.node).text]
        for edge in path:
            which = self.manner.say(f" (argument {edge.position + 1})") if edge and edge.several else ""
            stations.append(f"{self.name(edge.node)}{which}" if edge else self.manner.style.dots.text)
        return self.manner.arrow.join(stations)


def _array(rows: Sequence[Row]) -> str:
    # Not aligned or split: not everything that typesets formulas in notebooks and pages knows them there.
    lines = (r"\displaystyle " + r"\quad " * depth + line for depth, line in rows)
    return r"\begin{array}{l} " + r" \\ ".join(lines) + r" \end{array}"


def _paths(count: int) -> str:
    if count >= 10**15:  # nor does Python write a number of thousands of digits
        return f"about 1e{round(math.log10(count))} paths"
    return f"{count:,} path{'s' if count > 1 else ''}"


def _shortened(items: Sequence[T], most: int) -> list[T | None]:
    """All of them; if there are more, as many from both ends, and None for the rest."""
    return [*items] if len(items) <= most else [*items[: most // 2], None, *items[-(most // 2) :]]
