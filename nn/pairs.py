"""The outputs of a batch and their targets, side by side and checked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any, NamedTuple

from autograd import Value


class Pair(NamedTuple):
    """An output and its target, and where they stand: "3", or "3[1]" in a row."""

    place: str
    output: Any
    target: Any


def pairs_of(loss: str, outputs: Any, targets: Any) -> list[Pair]:
    """What stands side by side; rows of it in one list."""
    pairs = []
    for row, (output, target) in enumerate(_zipped(loss, _items(loss, "outputs", outputs), targets)):
        several = isinstance(output, list)
        ys, ts = (x if isinstance(x, list) else [x] for x in (output, target))
        if len(ys) != len(ts) or not ys:
            raise ValueError(
                f"{loss} takes one target for each output and at least one: row {row} has {len(ys)} and {len(ts)}"
            )
        for column, (y, t) in enumerate(zip(ys, ts)):
            place = f"{row}[{column}]" if several else f"{row}"
            _check_number(loss, f"output {place}", y)
            _check_number(loss, f"target {place}", t)
            if math.isnan(t):
                raise ValueError(f"{loss} takes a number for each target; target {place} is nan: leave that sample out")
            pairs.append(Pair(place, y, t))
    return pairs


def rows_of(loss: str, outputs: Any, targets: Any) -> list[tuple[list[Any], Any]]:
    """The logits of each sample, and its label or the probabilities of all classes."""
    rows = _items(loss, "rows of outputs", outputs)
    for row, logits in enumerate(rows):
        if not isinstance(logits, list) or not logits:
            raise TypeError(
                f"{loss} takes a row of outputs for each sample, one for each class; output {row} is {logits!r:.60}: "
                "put the outputs of a single sample into a list, [outputs]"
            )
        for column, x in enumerate(logits):
            _check_number(loss, f"output {row}[{column}]", x)
    return [
        (logits, (_probabilities if isinstance(target, list) else _label)(loss, row, target, len(logits)))
        for row, (logits, target) in enumerate(_zipped(loss, rows, targets))
    ]


def _label(loss: str, row: int, label: Any, classes: int) -> int | Value:
    if not isinstance(label, (int, float, Value)) or not float(label).is_integer() or not 0 <= label < classes:
        raise ValueError(
            f"{loss} takes labels from 0 to {classes - 1}, since row {row} has {classes} classes; "
            f"label {row} is {label!r:.60}"
        )
    return label if isinstance(label, Value) else int(label)


def _probabilities(loss: str, row: int, target: list[Any], classes: int) -> int | list[Any]:
    """The probabilities, checked; of one-hot ones the label."""
    if len(target) != classes:
        raise ValueError(f"{loss} takes as many probabilities as classes: row {row} has {len(target)} and {classes}")
    for column, t in enumerate(target):
        _check_number(loss, f"target {row}[{column}]", t)
    numbers = list(map(float, target))
    if not all(0 <= t <= 1 for t in numbers) or abs(math.fsum(numbers) - 1) > 1e-6:
        raise ValueError(f"{loss} takes probabilities from 0 to 1 that sum up to 1; target {row} is {numbers!r:.60}")
    fixed = not any(isinstance(t, Value) for t in target)
    return numbers.index(1) if fixed and sorted(numbers) == [0] * (classes - 1) + [1] else target


def _zipped(loss: str, outputs: list[Any], targets: Any) -> Iterable[tuple[Any, Any]]:
    wanted = _items(loss, "targets", targets)
    if len(outputs) != len(wanted) or not outputs:
        raise ValueError(
            f"{loss} takes one target for each output and at least one: got {len(outputs)} and {len(wanted)}"
        )
    return zip(outputs, wanted)


def _items(loss: str, what: str, given: Any) -> list[Any]:
    """For each sample a number or a list of them."""
    items = _plain(given)
    if isinstance(items, str) or not isinstance(items, Iterable):
        raise TypeError(
            f"{loss} takes a list of {what}, one for each sample, got {type(given).__name__} {given!r:.60}; "
            "put a single one into a list, [...]"
        )
    return [list(item) if isinstance(item, tuple) else item for item in map(_plain, items)]


def _plain(x: Any) -> Any:
    """A NumPy array as lists, its numbers as Python's."""
    return x.tolist() if hasattr(x, "tolist") else x


def _check_number(loss: str, what: str, x: Any) -> None:
    if not isinstance(x, (Real, Value)):
        raise TypeError(f"{loss} takes numbers and Values; {what} is {type(x).__name__} {x!r:.60}")


def check_yes_or_no(loss: str, place: str, target: Any) -> None:
    if not 0 <= float(target) <= 1:
        hint = ": write 0 for -1" if float(target) == -1 else ""
        raise ValueError(f"{loss} takes targets from 0 to 1; target {place} is {float(target)}{hint}")
