"""`worksheet`: backpropagation to be done with pen and paper, and its answers."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path

from autograd.backprop import LocalStep, chain_rule, is_several
from autograd.drawing.dot import to_dot
from autograd.drawing.engine import render
from autograd.drawing.labels import cut
from autograd.drawing.outline import Outline
from autograd.drawing.page import source, still
from autograd.graph import topological
from autograd.notation import Names, Phrase, Text, exact, name_nodes, printable, short
from autograd.table import Op
from autograd.value import Value

NODES = 40  # of more, no picture can be read on a page
WIDTH, HEIGHT = 178 / 25.4 * 72, 205 / 25.4 * 72  # of a picture on A4 or Letter, in points

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ margin: 16mm; }}
:root {{ color-scheme: only light; background: white; }}
body {{ margin: 0; }}
@media print {{ .worksheet {{ padding: 0 !important; }} }}
</style>
</head>
<body>
{content}
</body>
</html>
"""
CONTENT = """\
<div class="worksheet">
<style>{style}</style>
<header><h1>{title}</h1>{fields}</header>
{task}<figure>{picture}</figure>
<table>
<thead><tr><th></th><th>Node</th><th>Local derivatives</th><th>Gradient</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
</div>
"""
FIELDS = '<span>Name <span class="line"></span></span><span>Date <span class="line date"></span></span>'
TASK = """\
<p>Work backwards from {root}. Write down the local derivatives of each node and then its gradient: for every node that
uses it, the gradient there times the local derivative, all summed up. Plain numbers (dashed) need none.</p>
"""
ANSWERS = "<span>Answers</span>"
BLANK = '<span class="blank"></span>'
MINUS = "\N{MINUS SIGN}"


class Markup(Text):
    """Formulas in HTML, with derivatives as fractions."""

    quotient = '<span class="quotient"><span>∂{:atom}</span><span>/</span><span>∂{:atom}</span></span>'

    def template(self, op: Op) -> str:
        return re.sub(r"\*\*(\{.*?\})", r"<sup>\1</sup>", escape(op.text).replace("-", MINUS))

    def write_name(self, name: str) -> str:
        return f"<i>{escape(cut(name))}</i>"

    def number(self, digits: str) -> Phrase:
        return Phrase(digits.replace("-", MINUS), super().number(digits).level, self.brackets)


MARKUP = Markup()


@dataclass(frozen=True)
class Line:
    """A row of the table, in HTML: a node, and what is to be filled in, each blank with its answer."""

    node: str
    partials: list[tuple[str, str]]
    gradient: tuple[str, str]


class Page(str):
    """A page to be printed, as HTML; a notebook shows what stands on it."""

    _title: str
    _content: str

    @classmethod
    def of(cls, title: str, content: str) -> Page:
        page = cls(PAGE.format(title=escape(title), content=content))
        page._title, page._content = title, content
        return page

    def _repr_html_(self) -> str:
        return self._content

    def __repr__(self) -> str:
        return f"<page {self._title!r}>"


class Worksheet:
    """Backpropagation with pen and paper through a graph as it was; a notebook shows the sheet.

    Attributes:
        title: what stands at the top.
        html: the sheet, a page to be printed.
        answers: the same with everything filled in; a notebook shows it, too.

    Made by `worksheet`.
    """

    def __init__(self, root: Value, title: str) -> None:
        self.title = printable(title)
        names = name_nodes(root)
        taken = list(chain_rule(root))
        gradients = dict.fromkeys(names, 0.0) | {root: 1.0} | {step.arg: step.after for step in taken}
        self._root = str(MARKUP.node(root, names))
        self._sheet, self._key = _outline(root, names, {}), _outline(root, names, gradients)
        self._lines = _lines(root, names, taken, gradients)

    @cached_property
    def html(self) -> Page:
        return Page.of(self.title, self._repr_html_())

    @cached_property
    def answers(self) -> Page:
        return Page.of(f"{self.title}: answers", self._content(self._key))

    @cached_property
    def _direction(self) -> str:
        """The one in which the picture can be larger; of two alike, the one that leaves more of the page."""
        return max(("LR", "TB"), key=lambda direction: _scale(_picture(self._sheet, direction)))

    def _content(self, outline: Outline) -> str:
        blank = outline is self._sheet
        return CONTENT.format(
            style=source("autograd.stepping/worksheet.css"),
            title=escape(self.title),
            fields=FIELDS if blank else ANSWERS,
            task=TASK.format(root=self._root) if blank else "",
            picture=still(_picture(outline, self._direction), f"the graph of {cut(outline.names[outline.nodes[-1]])}"),
            rows="".join(_row(number, line, blank) for number, line in enumerate(self._lines, 1)),
        )

    def save(self, path: str | PathLike[str]) -> tuple[Path, Path]:
        """Write the sheet and its answers, to be opened in a browser and printed.

        Args:
            path: where to, such as "sheet.html"; the answers go beside it, to "sheet_answers.html".

        Returns:
            Both paths.

        Raises:
            ValueError: the suffix is not .html.
            DrawingError: no layout engine is installed, or it failed.
            OSError: a file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".html":
            raise ValueError(
                f"cannot save as {path.suffix or 'a file without suffix'!r}: use .html, and print it to PDF"
            )
        sheet, answers = self.html.encode(), self.answers.encode()  # before a file is touched
        beside = path.with_name(f"{path.stem}_answers{path.suffix}")
        path.write_bytes(sheet)
        beside.write_bytes(answers)
        return path, beside

    def _repr_html_(self) -> str:
        return self._content(self._sheet)

    def __repr__(self) -> str:
        count = len(self._lines)
        return f"<worksheet {self.title!r} of {count} node{'s' * (count != 1)}>"


def worksheet(root: Value, title: str = "Backpropagation") -> Worksheet:
    """A graph to be printed, whose gradients are to be worked out by hand, and its answers.

    No `.grad` is read or changed.

    Args:
        root: the output of the graph; it may come from `exercise`.
        title: what to write at the top.

    Returns:
        A `Worksheet`: shown by a notebook, written by `.save("sheet.html")`, with its answers beside it.

    Raises:
        TypeError: `root` is not a Value, or `title` is not a text.
        ValueError: the graph is too large to be worked out by hand.
        DrawingError: (when shown or saved) no layout engine is installed, or it failed.

    >>> from autograd import Value
    >>> from autograd import worksheet
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> worksheet(a * b + a, title="Sums and products")
    <worksheet 'Sums and products' of 4 nodes>
    """
    if not isinstance(root, Value):
        raise TypeError(f"worksheet needs a Value, got {type(root).__name__} {root!r:.60}")
    if not isinstance(title, str):
        raise TypeError(f"title is a text such as 'Backpropagation', got {type(title).__name__} {title!r:.60}")
    count = len(topological(root))
    if count > NODES:
        raise ValueError(
            f"a worksheet has room for {NODES} nodes, this graph has {count:,}: take that of a node inside, "
            "as worksheet(root.args[0]) does, or that of an exercise"
        )
    return Worksheet(root, title)


def _outline(root: Value, names: Names, gradients: dict[Value, float]) -> Outline:
    """What the picture shows: every node, under the names of the table, with these gradients."""
    outline = Outline([root], None, "all", True)
    outline.names = dict(names)
    outline.grad = gradients
    return outline


def _picture(outline: Outline, direction: str) -> str:
    return render(to_dot(outline, direction, None), "svg").decode()


def _scale(svg: str) -> float:
    """How much of its size a picture keeps on paper."""
    width, height = (float(x) for x in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    return min(WIDTH / width, HEIGHT / height, 1.0)


def _lines(root: Value, names: Names, taken: list[LocalStep], gradients: dict[Value, float]) -> list[Line]:
    """A line for each node, in the order in which `backward()` knows the gradients."""
    received, passed = defaultdict(list), defaultdict(list)
    for step in taken:
        received[step.arg].append(step)
        passed[step.node].append(step)
    return [
        Line(
            _made(node, names),
            [_partial(step, names) for step in passed[node]],
            _gradient(root, node, received[node], names, gradients),
        )
        for node in reversed(topological(root))
        if not node.constant
    ]


def _made(node: Value, names: Names) -> str:
    operation = [str(MARKUP.operation(node, names))] if node.args else []
    return f"{MARKUP.node(node, names)}{_equals(*operation, _number(node.data))}"


def _partial(step: LocalStep, names: Names) -> tuple[str, str]:
    """A local derivative, and what it is in symbols and in numbers."""
    sides = [str(MARKUP.partial(step.node, step.position, names))]
    if sides != [str(MARKUP.number(exact(step.partial)))]:
        sides.append(_number(step.partial))
    which = f" (argument {step.position + 1})" if is_several(step.node, step.arg) else ""
    return _derivative(step.node, step.arg, names) + which, _equals(*sides)


def _gradient(
    root: Value, node: Value, steps: list[LocalStep], names: Names, gradients: dict[Value, float]
) -> tuple[str, str]:
    """A gradient, and the chain rule in symbols and in numbers."""
    symbols: list[str] = []
    numbers: list[str] = []
    for step in steps:
        symbols.append(_derivative(root, step.node, names) + MARKUP.times + _derivative(step.node, node, names))
        upstream, partial = (MARKUP.number(short(x)) for x in (step.upstream, step.partial))
        numbers.append(f"{upstream:{'product' if numbers else ''}}{MARKUP.times}{partial:product}")
    sums = [" + ".join(terms) for terms in (symbols, numbers) if terms]
    return _derivative(root, node, names), _equals(*sums, f"<b>{_number(gradients[node])}</b>")


def _derivative(of: Value, by: Value, names: Names) -> str:
    return MARKUP.derivative(MARKUP.node(of, names), MARKUP.node(by, names))


def _number(x: float) -> str:
    return str(MARKUP.number(short(x)))


def _equals(*sides: str) -> str:
    """What an equation goes on with; a line ends between the sides rather than inside."""
    return "".join(f' <span class="side">= {side}</span>' for side in sides)


def _row(number: int, line: Line, blank: bool) -> str:
    partials = "".join(_filled(*partial, blank) for partial in line.partials)
    return (
        f"<tr><td><div>{number}</div></td><td><div><span>{line.node}</span></div></td><td>{partials}</td>"
        f"<td>{_filled(*line.gradient, blank)}</td></tr>\n"
    )


def _filled(left: str, right: str, blank: bool) -> str:
    return f"<div><span>{left} =</span>{BLANK}</div>" if blank else f"<div><span>{left}{right}</span></div>"
