"""A Value and its derivatives as people write them: in text and in LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from autograd.backprop import local_derivative
from autograd.graph import topological
from autograd.recording import switched
from autograd.table import LEVELS, Op, spread

Names = Mapping[Any, str]
MANY = 5
TAIL = 1e-14  # relative, of what rounding leaves: exp(log(5)) is 4.999999999999999
ONE_NAME = r"[^\W\d]\w*(\[[\d,]+\])?"  # such as w1 or W[0,1]


def short(x: float) -> str:
    """A number in a few characters: if it is that short, but for what rounding has left, else to four digits.

    >>> short(2.0), short(24.704081632653061), short(1.2e-9), short(-3e300), short(0.1 + 0.2)
    ('2.0', '24.70', '1.2e-9', '-3e300', '0.3')
    """
    four = f"{x:#.4g}".rstrip(".")
    near = float(four) if math.isclose(x, float(four), rel_tol=TAIL) else float(x)
    digits = _plain_exponent(repr(near))
    return digits if len(digits.lstrip("-")) <= 6 else _plain_exponent(four)


def exact(x: float) -> str:
    """A number with all its digits, and without a decimal point that says nothing.

    >>> exact(3.0), exact(0.1), exact(1e-9)
    ('3', '0.1', '1e-9')
    """
    return _plain_exponent(repr(float(x)).removesuffix(".0"))


def _plain_exponent(text: str) -> str:
    return re.sub(r"e\+?(-?)0*(\d)", r"e\1\2", text)


def name_nodes(*roots: Any) -> dict[Any, str]:
    """What each node of a graph is called: its label, its number if it is a constant, or v1, v2, …

    Only constants share a name: a label that comes again is followed by _2, _3, …
    """
    nodes = topological(*roots)
    labels = {node.label for node in nodes}
    fresh = (name for name in _numbered("v", 1) if name not in labels)
    names: dict[Any, str] = {}
    taken: set[str] = set()
    for node in nodes:
        if node.constant:
            names[node] = exact(node.data)
            continue
        name = node.label or next(fresh)
        if name in taken:
            name = next(n for n in _numbered(f"{name}_", 2) if n not in taken and n not in labels)
        taken.add(name)
        names[node] = name
    return names


def _numbered(prefix: str, start: int) -> Iterator[str]:
    while True:
        yield f"{prefix}{start}"
        start += 1


def kind(node: Any, roots: Container[Any] = ()) -> str:
    """What part a node plays in the graph of `roots`."""
    if node.args:
        return "output" if node in roots else "operation"
    if node.constant:
        return "constant"
    return "parameter" if node.parameter else "input"


def printable(text: str) -> str:
    """Without what XML cannot hold, and on one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


class Phrase:
    """A piece of a formula that puts itself in brackets where a template needs it to bind more tightly."""

    __slots__ = ("brackets", "level", "text")

    def __init__(self, text: str, level: str, brackets: str) -> None:
        self.text = text
        self.level = level
        self.brackets = brackets

    def __format__(self, needed: str) -> str:
        return self.text if LEVELS[self.level] >= LEVELS[needed] else self.brackets.format(self.text)

    def __str__(self) -> str:
        return self.text


class Text:
    """Formulas as plain text, in Python's notation but for the · of a product."""

    brackets = "({})"
    quotient = "∂{:atom}/∂{:atom}"
    times, grows, space = " · ", " += ", "   "
    dots = Phrase("…", "atom", brackets)

    def template(self, op: Op) -> str:
        return op.text

    def write_name(self, name: str) -> str:
        return name

    def name(self, name: str) -> Phrase:
        return Phrase(self.write_name(name), "atom" if re.fullmatch(ONE_NAME, name) else "", self.brackets)

    def number(self, digits: str) -> Phrase:
        """A number, which other code has turned into digits, as short or as exact as it wants."""
        return Phrase(digits, "sum" if digits.startswith("-") else "atom", self.brackets)

    def node(self, node: Any, names: Names) -> Phrase:
        """A node by its name, or by its number if it has none."""
        return self.name(names[node]) if node in names and not node.constant else self.number(exact(node.data))

    def operation(self, node: Any, names: Names) -> Phrase:
        """How a node is made from its arguments: `a·b`; of many arguments, the first and the last."""
        return self.briefly(node.op, [self.node(arg, names) for arg in node.args])

    def partial(self, node: Any, position: int, names: Names) -> Phrase:
        """The derivative of a node with respect to one argument, in the names around it: `b`."""
        stand_in = type(node)(node.data)  # not the node itself: behind it lies the whole graph
        stand_in.op = node.op
        stand_in.args = tuple(arg if arg.constant else type(node)(arg.data) for arg in node.args)
        around = zip((*stand_in.args, stand_in), (*node.args, node))
        with switched(record=True, watch=False):
            derivative = local_derivative(stand_in, position, create_graph=True)
        return self.formula(derivative, {new: names[old] for new, old in around})

    def formula(self, root: Any, names: Names) -> Phrase:
        """All that a node is made from in one formula, down to the nodes that have names."""
        if isinstance(root, (float, int)):
            return self.number(exact(root))
        phrases: dict[Any, Phrase] = {}
        for node in topological(root):
            made = node.args and node not in names
            phrases[node] = self.apply(node.op, [phrases[arg] for arg in node.args]) if made else self.node(node, names)
        return phrases[root]

    def derivative(self, of: Phrase, by: Phrase) -> str:
        return self.quotient.format(of, by)

    def briefly(self, op: Op, args: list[Phrase]) -> Phrase:
        """An operation on what has been written already; of much, on the first and the last."""
        return self.apply(op, args if len(args) <= MANY else [*args[:2], self.dots, args[-1]])

    def prose(self, words: str) -> str:
        """Words among formulas."""
        return words

    def apply(self, op: Op, args: list[Phrase]) -> Phrase:
        """An operation on what has been written already."""
        template = self.template(op)
        level = "atom" if template.startswith(f"{op.name}(") else op.level  # a call needs no brackets around it
        return Phrase(spread(template, len(args)).format(*args), level, self.brackets)


class Quoted(Text):
    """Plain text in which a label that could be mistaken for something else stands in quotes: `2·'a + b'`."""

    def name(self, name: str) -> Phrase:
        one = (name.isidentifier() or re.fullmatch(ONE_NAME, name)) and name not in ("inf", "nan")
        return Phrase(name if one else repr(name), "atom", self.brackets)


class Latex(Text):
    """Formulas in LaTeX's mathematics mode."""

    brackets = r"\left({}\right)"
    quotient = r"\frac{{\partial {:atom}}}{{\partial {:atom}}}"
    times, grows, space = r" \cdot ", r" \mathrel{+}= ", r" \qquad "
    dots = Phrase(r"\dots", "atom", brackets)

    def template(self, op: Op) -> str:
        return op.latex

    def write_name(self, name: str) -> str:
        indexed = re.fullmatch(r"([^\W\d_])(?:_?(\d*)|\[([\d,]+)\])", name)
        if indexed:
            index = indexed[2] or indexed[3]
            return f"{indexed[1]}_{{{index}}}" if index else name
        return r"\mathrm{" + "".join(_LATEX_ESCAPES.get(c, c) for c in printable(name)) + "}"

    def prose(self, words: str) -> str:
        return rf"\text{{{words}}}"

    def number(self, digits: str) -> Phrase:
        mantissa, e, exponent = digits.partition("e")
        if e:
            level = "sum" if digits.startswith("-") else "product"
            return Phrase(rf"{mantissa} \cdot 10^{{{exponent}}}", level, self.brackets)
        return super().number(digits.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}"))


# Not \text{...}: MathJax shows the backslashes of escapes in it.
_LATEX_ESCAPES = {c: "\\" + c for c in "#$%&_{} "} | {
    "\\": r"\backslash ",
    "~": r"\sim ",
    "^": r"\wedge ",
    "<": r"\lt ",
    ">": r"\gt ",
}

TEXT = Text()
QUOTED = Quoted()
LATEX = Latex()
