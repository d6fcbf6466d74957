"""The picture of a network in SVG: columns of circles, with a line for each weight."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import chain
from typing import NamedTuple

from autograd.drawing.dot import EDGE, INK, NEGATIVE, POSITIVE, STYLES
from autograd.notation import exact, printable

MANY, ENDS = 12, 4  # of more neurons than MANY in a layer, so many at either end are shown
RADIUS, ROW, WIDEST = 18, 48, 5.0
NARROWEST = 330  # of a picture, because of the legend
FAINT, PLAIN = "#767e86", "#f4f6f8"
PALE, DEEP_BLUE, DEEP_RED = (250, 251, 252), (140, 200, 236), (243, 168, 138)


class Column(NamedTuple):
    """The inputs, or a layer of neurons."""

    title: str
    activation: str  # nothing for inputs, or where it differs from neuron to neuron
    note: str
    names: list[str]
    outputs: list[float]
    weights: list[list[float]]  # of each neuron; nothing for inputs
    biases: list[float]


class Scale(NamedTuple):
    """The numbers that get the widest line and the deepest shade."""

    parameter: float
    output: float | None  # None where circles stay plain


def sketch(networks: Mapping[str, Sequence[Column]], shaded: bool, label: str) -> str:
    """Networks of the same sizes side by side, on one scale, each with its title above it.

    Circles show their outputs where they are to be shaded. Each group of class "neuron" bears its key, the
    numbers of its network, its column and its row, as data-neuron.
    """
    every = [column for columns in networks.values() for column in columns]
    scale = Scale(
        _largest([x for column in every for x in chain(column.biases, *column.weights)]),
        _largest([x for column in every if column.biases for x in column.outputs]) if shaded else None,
    )
    gap, side = (150, 70) if len(networks) == 1 else (112, 64)  # between columns, and beside them
    first, *_ = networks.values()
    each = 2 * side + gap * (len(first) - 1)
    width = max(each * len(networks), NARROWEST)
    top = 36 if any(networks) else 10
    bottom = top + ROW * max(len(slots(len(column.names))) for column in first)
    parts = []
    for number, (title, columns) in enumerate(networks.items()):
        left = width / 2 + each * (number - len(networks) / 2)
        places = [_places(left + side + gap * i, (top + bottom) / 2, column) for i, column in enumerate(columns)]
        parts += [_text(left + each / 2, 18, title, size=14, weight="bold")] if title else []
        parts += [
            line for i in range(1, len(columns)) for line in _edges(columns[i - 1 : i + 1], places[i - 1 :], scale)
        ]
        for i, column in enumerate(columns):
            parts += _column(column, places[i], f"{number}.{i}", scale)
            parts += _caption(column, left + side + gap * i, bottom + 14, gap - 4)
    cut_short = any(len(column.names) > MANY for column in first)
    parts += _legend(width / 2 - NARROWEST / 2 + 8, bottom + 58, scale, cut_short)
    return _element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=(height := bottom + (122 if cut_short else 106)),
        viewBox=f"0 0 {width} {height}",
        font_family="Helvetica, Arial, sans-serif",
        role="img",
        aria_label=label,
    )


def slots(size: int) -> list[int | None]:
    """What stands in a column from top to bottom: numbers of neurons, and None for those between that are not shown."""
    return [*range(size)] if size <= MANY else [*range(ENDS), None, *range(size - ENDS, size)]


Places = dict[int | None, tuple[float, float]]


def _places(x: float, middle: float, column: Column) -> Places:
    rows = slots(len(column.names))
    return {index: (x, middle + ROW * (row - (len(rows) - 1) / 2)) for row, index in enumerate(rows)}


def _edges(columns: Sequence[Column], places: Sequence[Places], scale: Scale) -> Iterator[str]:
    """The weights between two columns, the least first so that none hides a greater one."""
    before, after = columns
    edges = [(after.weights[j][i], i, j) for j in places[1] if j is not None for i in places[0] if i is not None]
    for weight, i, j in sorted(edges, key=lambda edge: abs(edge[0])):
        (x1, y1), (x2, y2) = places[0][i], places[1][j]
        title = f"weight {exact(weight)}\n{before.names[i]} → {after.names[j]}"
        ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        yield _element("line", _title(title), class_="weight", **ends, **_pen(weight, scale))


def _column(column: Column, places: Places, key: str, scale: Scale) -> Iterator[str]:
    for index, (x, y) in places.items():
        if index is None:
            words = f"⋮ {len(column.names) - 2 * ENDS:,} more"
            half = 3.2 * len(words) + 4
            yield _element("rect", x=x - half, y=y - 10, width=2 * half, height=20, rx=10, fill=PLAIN, stroke=EDGE)
            yield _text(x, y + 4, words, INK)
        elif column.biases:
            yield _neuron(column, index, x, y, f"{key}.{index}", scale)
        else:
            yield _input(column, index, x, y, scale)


def _input(column: Column, index: int, x: float, y: float, scale: Scale) -> str:
    name, number = column.names[index], column.outputs[index]
    box = {"x": x - RADIUS - 2, "y": y - 13, "width": 2 * RADIUS + 4, "height": 26, "rx": 3}
    shape = _element("rect", class_="body", **box, fill=STYLES["input"]["fillcolor"], stroke=POSITIVE)
    if scale.output is None:
        return _element("g", _title(name), shape, _text(x, y + 4, name, INK), class_="input")
    beside = _text(x - RADIUS - 7, y + 4, name, anchor="end")
    title = _title(f"{name} = {exact(number)}")
    return _element("g", title, shape, _text(x, y + 3.5, _brief(number), INK, 10), beside, class_="input")


def _neuron(column: Column, index: int, x: float, y: float, key: str, scale: Scale) -> str:
    bias, output = column.biases[index], column.outputs[index]
    lines = [column.names[index], f"bias {exact(bias)}"]
    pen = _pen(bias, scale)
    ring = _element("circle", class_="bias", cx=x, cy=y, r=RADIUS + float(pen["stroke-width"]) / 2, fill="none", **pen)
    fill, words = PLAIN, []
    if scale.output is not None:
        lines.append(f"output {exact(output)}")
        fill, words = _shade(output, scale.output), [_text(x, y + 3.5, _brief(output), INK, 10)]
    body = _element("circle", class_="body", cx=x, cy=y, r=RADIUS, fill=fill, stroke=EDGE)
    return _element("g", _title("\n".join(lines)), body, ring, *words, class_="neuron", data_neuron=key)


def _caption(column: Column, x: float, y: float, room: float) -> Iterator[str]:
    yield _text(x, y, _fitted(" · ".join(filter(None, [column.title, column.activation])), room), weight="bold")
    if column.note:
        yield _text(x, y + 15, column.note)


def _legend(x: float, y: float, scale: Scale, cut_short: bool) -> Iterator[str]:
    """Lines with round numbers about a quarter, a half and all of the greatest, and what else means what."""
    for row, (word, sign) in enumerate([("positive", 1), ("negative", -1)]):
        height = y + 17 * row
        yield _text(x, height + 4, word, anchor="start")
        for place, share in enumerate([0.25, 0.5, 1.0]):
            start, number = x + 60 + 88 * place, sign * float(f"{share * scale.parameter:.1g}")
            ends = {"x1": start, "y1": height, "x2": start + 36, "y2": height}
            yield _element("line", class_="sample", **ends, **_pen(number, scale))
            yield _text(start + 42, height + 4, _brief(number), anchor="start")
    fills = "" if scale.output is None else "; fill and number: output"
    yield _text(x, y + 38, f"line: weight; ring: bias{fills}", anchor="start")
    if cut_short:
        yield _text(x, y + 54, "⋮ stands for neurons whose lines are left out", anchor="start")


def _pen(number: float, scale: Scale) -> dict[str, str]:
    """How a line shows a number: the sign by colour and dashes, the magnitude by its width."""
    width = abs(number) / scale.parameter * WIDEST if math.isfinite(number) else WIDEST
    colour = POSITIVE if number > 0 else NEGATIVE if number < 0 else FAINT
    return {"stroke": colour, "stroke-width": f"{width:.5g}"} | ({"stroke-dasharray": "6 4"} if number < 0 else {})


def _shade(output: float, largest: float) -> str:
    share = abs(output) / largest if math.isfinite(output) else 1.0
    deep = DEEP_BLUE if output > 0 else DEEP_RED if output < 0 else PALE
    return "#" + "".join(f"{round(light + share * (dark - light)):02x}" for light, dark in zip(PALE, deep))


def _largest(numbers: Iterable[float]) -> float:
    return max((abs(x) for x in numbers if math.isfinite(x)), default=0.0) or 1.0


def _brief(x: float) -> str:
    """A number in at most six characters, or seven: what fits into a circle.

    >>> _brief(-0.33041), _brief(2.0), _brief(1234567.0), _brief(-1.25e-7)
    ('-0.330', '2.0', '1.23e6', '-1e-7')
    """
    candidates = [repr(x), f"{x:#.3g}".rstrip("."), f"{x:#.2g}", f"{x:.1e}", f"{x:.0e}"]
    shorter = [re.sub(r"e\+?(-?)0*(\d)", r"e\1\2", text) for text in candidates]
    return next((text for text in shorter if len(text) <= 6), shorter[-1])


def _fitted(text: str, room: float) -> str:
    """A text of 11 pixels' height, cut to some width; letters of other scripts are wide."""
    widths = [11 if c > "\u2000" else 9 if c.isupper() or c in "mw@" else 6 for c in text]
    if sum(widths) <= room:
        return text
    return text[: next(n for n in range(len(text)) if sum(widths[: n + 1]) > room - 11)] + "…"


def _text(
    x: float, y: float, text: str, fill: str = FAINT, size: int = 11, anchor: str = "middle", weight: str = "normal"
) -> str:
    look = {"font-size": size, "fill": fill, "text-anchor": anchor}
    look |= {} if weight == "normal" else {"font-weight": weight}
    return _element("text", escape(printable(text)), class_="word" if fill == FAINT else "", x=x, y=y, **look)


def _title(text: str) -> str:
    """What is shown to whoever points at it."""
    return _element("title", "\n".join(escape(printable(line)) for line in text.split("\n")))


def _element(tag: str, *inside: str, **attributes: object) -> str:
    """An element; in names of attributes _ stands for -."""
    written = [
        f' {name.rstrip("_").replace("_", "-")}="{escape(f"{value:g}" if isinstance(value, float) else str(value))}"'
        for name, value in attributes.items()
        if value != ""
    ]
    return f"<{tag}{''.join(written)}>{''.join(inside)}</{tag}>"
