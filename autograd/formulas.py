"""`formula`: how a Value is computed from its leaves, as people write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograd.graph import topological
from autograd.notation import LATEX, QUOTED, Names, Phrase, Text, name_nodes
from autograd.value import Value

ONE_LINE, LINE = 100, 72  # characters of a formula that stands alone, and of one among others
MANY = 20  # arguments of one operation; of more, the first and the last are shown
LINES = 100

_Phrases = dict[Value, Phrase]


@dataclass(frozen=True, repr=False)
class Formula:
    """How a Value is computed, as it was when `formula` was called; a notebook shows it typeset.

    Attributes:
        text: in plain text, as `str` gives it.
        latex: in LaTeX.
    """

    text: str
    latex: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


def formula(root: Value) -> Formula:
    """How a Value is computed from its leaves, in one formula.

    A short one is a single expression. In a long one, what is used more than once, bears a label or is long itself
    stands on a line of its own, below all that use it, under the name it has in drawings and steps. Read from the
    bottom upwards, the lines compute the Value.

    Args:
        root: the Value whose formula to write.

    Returns:
        A `Formula`: `str()` gives text, `.latex` LaTeX. Of more than 100 lines, the first; of an operation of more
        than 20 arguments, the first two and the last. Labels that are not plain names stand in quotes in the text.

    Raises:
        TypeError: `root` is not a Value.

    >>> from autograd import Value, formula
    >>> w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(1.0, label="b")
    >>> formula((w * x + b).tanh())
    tanh(w·x + b)
    >>> for _ in range(6): x = x * x
    >>> formula(x)
    v6 = v5·v5
    where
      v5 = v4·v4
      v4 = v3·v3
      v3 = v2·v2
      v2 = v1·v1
      v1 = x·x
    """
    if not isinstance(root, Value):
        raise TypeError(f"formula needs a Value, got {type(root).__name__} {root!r:.60}")
    names = name_nodes(root)
    nodes = _shown_nodes(root)
    if _fits_one_line(nodes, names):
        named, lines = set[Value](), [root]
    else:
        uses = Counter(arg for node in nodes for arg in _shown(node))
        named = _apart(nodes, names, uses)
        lines = _in_order_of_need(root, named, uses)
    shown, hidden = lines[:LINES], len(lines) - LINES
    text, latex = (_sides(style, nodes, shown, names, named) for style in (QUOTED, LATEX))
    if len(lines) == 1:
        return Formula(*text, *latex)
    more = [f"… and {hidden} more line{'s' if hidden > 1 else ''}"] if hidden > 0 else []
    first, *others = _equations(QUOTED, shown, names, text)
    first_latex, *others_latex = _equations(LATEX, shown, names, latex)
    below = [rf"\quad {line}" for line in (*others_latex, *(rf"\text{{{line}}}" for line in more))]
    rows = [first_latex, r"\text{where}", *below]
    return Formula(
        "\n  ".join([f"{first}\nwhere", *others, *more]),
        # Not aligned or split: not everything that typesets formulas in notebooks and pages knows them there.
        r"\begin{array}{l} " + r" \\ ".join(rf"\displaystyle {row}" for row in rows) + r" \end{array}",
    )


def _shown(node: Value) -> tuple[Value, ...]:
    """The arguments that are written out."""
    return node.args if len(node.args) <= MANY else (*node.args[:2], node.args[-1])


def _shown_nodes(root: Value) -> list[Value]:
    """All nodes that are written out, each after its arguments."""
    seen, order = {root}, []
    for node in reversed(topological(root)):
        if node in seen:
            seen.update(_shown(node))
            order.append(node)
    return order[::-1]


def _write(style: Text, node: Value, names: Names, phrases: _Phrases) -> Phrase:
    """A node in the phrases of its arguments."""
    if node.op is None:
        return style.node(node, names)
    args = [phrases[arg] for arg in _shown(node)]
    if len(args) < len(node.args):
        args.insert(-1, style.dots)
    return style.apply(node.op, args)


def _fits_one_line(nodes: list[Value], names: Names) -> bool:
    phrases: _Phrases = {}
    for node in nodes:
        phrases[node] = _write(QUOTED, node, names, phrases)
        if len(str(phrases[node])) > ONE_LINE:  # and so is all that it is part of: never write what doubles and doubles
            return False
    return True


def _apart(nodes: list[Value], names: Names, uses: Counter[Value]) -> set[Value]:
    """The nodes that get a line of their own, so that no line is long."""
    named: set[Value] = set()
    phrases: _Phrases = {}
    for node in nodes:
        phrase = _write(QUOTED, node, names, phrases)
        for arg in sorted(set(_shown(node)) - named, key=lambda arg: -len(str(phrases[arg]))):
            if len(str(phrase)) <= LINE or not arg.args:
                break
            named.add(arg)
            phrases[arg] = QUOTED.node(arg, names)
            phrase = _write(QUOTED, node, names, phrases)
        if node.args and (node.label or uses[node] > 1):
            named.add(node)
            phrase = QUOTED.node(node, names)
        phrases[node] = phrase
    return named


def _in_order_of_need(root: Value, named: set[Value], uses: Counter[Value]) -> list[Value]:
    """The root, and what has a name after all that mention it."""
    waiting = Counter(uses)
    lines = [root]
    for line in lines:  # which grows
        for node in _mentioned(line, named):
            waiting[node] -= 1
            if not waiting[node]:
                lines.append(node)
    return lines


def _mentioned(line: Value, named: set[Value]) -> Iterator[Value]:
    """The names on the line of a node, from left to right."""
    todo = [*reversed(_shown(line))]
    while todo:
        node = todo.pop()
        if node in named:
            yield node
        else:
            todo += reversed(_shown(node))


def _sides(style: Text, nodes: list[Value], lines: list[Value], names: Names, named: set[Value]) -> list[str]:
    """The right side of the equation of each line."""
    sides: dict[Value, str] = dict.fromkeys(lines, "")
    phrases: _Phrases = {}
    for node in nodes:
        phrases[node] = _write(style, node, names, phrases)
        if node in sides:
            sides[node] = str(phrases[node])
        if node in named:
            phrases[node] = style.node(node, names)
    return list(sides.values())


def _equations(style: Text, lines: Iterable[Value], names: Names, sides: Iterable[str]) -> list[str]:
    return [f"{style.node(node, names)} = {side}" for node, side in zip(lines, sides)]
