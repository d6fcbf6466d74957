"""Large programs: tables of slots, and loops over such tables, one for each operation, which all programs share.

In the memory of a program the numbers of a slot are side by side, one for each sample. If there is but one sample,
the results of a group are, so that a vector holds several of them. What is computed beyond the last one lies where
later results will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from autograd.compiler.code import DOT, Slots
from autograd.compiler.kernels import OPERATORS
from autograd.compiler.lines import Carried, Lines, Module
from autograd.compiler.straight import ADDRESSES, NUMBERS, tiles, unpack
from autograd.compiler.vectors import LANES, Vector, Vectors, kernel
from autograd.table import Op

TABLES = ["groups", "output_slots", "gradient_slots"]
COUNTS = ["inputs", "parameters", "group_count", "output_count", "gradient_count"]
PARAMETERS = "ptr %values, i64 %first, i64 %count, i64 %arity, ptr %table"
FAR = 2  # a step other than -1, 0 and 1


class Loop(NamedTuple):
    """A function that computes the results of a group.

    Attributes:
        operation: the operation.
        arity: of how many arguments; 0 for dots, which take any number.
        samples: how many there are at once.
        fast: whether sums and products may be computed in another order, and at once.
        steps: of dots whose slots are evenly spaced from one dot to the next, how far those of the two factors are.
    """

    operation: Op
    arity: int
    samples: int
    fast: bool
    steps: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """In ASCII, as llvmlite asks for it."""
        steps = "" if self.steps is None else ".by.{}.{}".format(*self.steps)
        return f"{quote(self.operation.name)}.{self.arity}.{self.samples}{'.fast' * self.fast}{steps}"

    def write(self, module: Module) -> None:
        with module.function(self.name, PARAMETERS) as lines:
            if self.steps is not None:
                _even_dots(Vectors(lines, LANES, self.fast), self.steps)
            elif self.operation is DOT:
                _dots(Vectors(lines, self.samples, self.fast))
            elif self.samples == 1:
                _results_at_once(Vectors(lines, LANES, self.fast), self)
            else:
                _results(Vectors(lines, self.samples, self.fast), self)
            lines.do("ret void")


class Round(NamedTuple):
    """A function that runs all loops of a program.

    Attributes:
        samples: for how many samples at once.
    """

    samples: int

    @property
    def name(self) -> str:
        return f"run.{self.samples}"

    def write(self, module: Module) -> None:
        with module.function(self.name, "ptr %arguments") as lines:
            _run(lines, self.samples)
            lines.do("ret void")


def loops(operation: Op, arguments: Slots, samples: int, fast_math: bool) -> Iterator[tuple[Loop, int, int]]:
    """The loops for a group, each with the numbers of the first instruction and of the first that is not in it."""
    fast = fast_math and (operation is DOT or operation.name in OPERATORS)
    count, arity = arguments.shape
    if operation is not DOT:
        yield Loop(operation, arity, samples, fast), 0, count
        return
    done = 0
    for begin, end, steps in _even_runs(arguments) if samples == 1 else ():
        if done < begin:
            yield Loop(DOT, 0, 1, fast), done, begin
        yield Loop(DOT, 0, 1, fast, steps), begin, end
        done = end
    if done < count:
        yield Loop(DOT, 0, samples, fast), done, count


def _even_runs(arguments: Slots) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Where the slots of many dots are evenly spaced from one dot to the next: begin, end, steps of the factors.

    Those who go by far steps end with a vector, so that nothing is read beyond.
    """
    steps = np.diff(arguments, axis=0)
    even = (steps[:, ::2] == steps[:, :1]).all(axis=1) & (steps[:, 1::2] == steps[:, 1:2]).all(axis=1)
    goes_on = np.append(False, (steps[1:, :2] == steps[:-1, :2]).all(axis=1) & even[1:] & even[:-1])[: len(steps)]
    begins = np.flatnonzero(even & ~goes_on)
    breaks = np.append(np.flatnonzero(~goes_on), len(steps))
    ends = breaks[np.searchsorted(breaks, begins, side="right")] + 1
    long = ends - begins >= LANES
    for begin, end in zip(begins[long].tolist(), ends[long].tolist()):
        x, y = (step if abs(step) <= 1 else FAR for step in steps[begin, :2].tolist())
        yield begin, end - (end - begin) % LANES if FAR in (x, y) else end, (x, y)


def _results(xp: Vectors, loop: Loop) -> None:
    lines = xp.lines
    with lines.repeat("%count") as k:
        row = lines.element("%table", k, loop.arity, kind="i32")
        xs = [_held(xp, lines.slot(row, position)) for position in range(loop.arity)]
        _hold(xp, lines.new(f"add i64 %first, {k}"), kernel(loop.operation)(xp, *xs))


def _results_at_once(xp: Vectors, loop: Loop) -> None:
    lines = xp.lines
    with _blocks(lines) as k:
        row = lines.element("%table", k, loop.arity, kind="i32")
        xs = [
            _gathered(xp, [lines.slot(row, lane * loop.arity + position) for lane in range(LANES)])
            for position in range(loop.arity)
        ]
        _hold(xp, lines.new(f"add i64 %first, {k}"), kernel(loop.operation)(xp, *xs), apart=1)


def _dots(xp: Vectors) -> None:
    lines = xp.lines
    with lines.repeat("%count") as k:
        row = lines.element("%table", k, "%arity", kind="i32")
        total = _sum_of_products(xp, row, lambda slot, _: _held(xp, slot))
        _hold(xp, lines.new(f"add i64 %first, {k}"), total)


def _even_dots(xp: Vectors, steps: tuple[int, int]) -> None:
    lines = xp.lines
    second = lines.element("%table", "%arity", kind="i32")
    apart = [lines.new(f"sub i64 {lines.slot(second, x)}, {lines.slot('%table', x)}") for x in (0, 1)]

    def factors(slot: str, position: int) -> Vector:
        step = steps[position]
        if step == 0:
            return xp.broadcast(lines.load("double", lines.element("%values", slot)))
        slot = lines.new(f"add i64 {slot}, {lines.new(f'mul i64 {k}, {apart[position]}')}")
        if step == 1:
            return _held(xp, slot, apart=1)
        if step == -1:
            return xp.reversed(_held(xp, lines.new(f"sub i64 {slot}, {LANES - 1}"), apart=1))
        slots = [slot]
        for _ in range(1, LANES):
            slots.append(lines.new(f"add i64 {slots[-1]}, {apart[position]}"))
        return _gathered(xp, slots)

    with _blocks(lines) as k:
        total = _sum_of_products(xp, "%table", factors)
        _hold(xp, lines.new(f"add i64 %first, {k}"), total, apart=1)


def _sum_of_products(xp: Vectors, row: str, factor: Callable[[str, int], Vector]) -> Vector:
    """From left to right. A sum that begins with -0 is the same as one that begins with its first term."""
    lines = xp.lines
    pairs = lines.new("lshr i64 %arity, 1")
    total = Carried(xp.numbers, xp.named(-0.0))
    with lines.repeat(pairs, total) as pair:
        place = lines.new(f"shl i64 {pair}, 1")
        x = factor(lines.slot(row, place), 0)
        y = factor(lines.slot(row, lines.new(f"or i64 {place}, 1")), 1)
        total.next = (Vector(xp, total.name) + x * y).name
    return Vector(xp, total.name)


@contextmanager
def _blocks(lines: Lines) -> Iterator[str]:
    """A loop over the instructions of a group, as many at once as a vector has lanes."""
    count = lines.new(f"udiv i64 {lines.new(f'add i64 %count, {LANES - 1}')}, {LANES}")
    with lines.repeat(count) as k:
        yield lines.new(f"mul i64 {k}, {LANES}")


def _held(xp: Vectors, slot: str, apart: int | None = None) -> Vector:
    """What a slot, and perhaps those after it, holds."""
    return Vector(xp, xp.lines.load(xp.numbers, xp.lines.element("%values", slot, apart or xp.lanes)))


def _hold(xp: Vectors, slot: str, result: Vector, apart: int | None = None) -> None:
    xp.lines.store(xp.numbers, result.name, xp.lines.element("%values", slot, apart or xp.lanes))


def _gathered(xp: Vectors, slots: list[str]) -> Vector:
    """The numbers of several slots."""
    name = "undef"
    for lane, slot in enumerate(slots):
        number = xp.lines.load("double", xp.lines.element("%values", slot))
        name = xp.lines.new(f"insertelement {xp.numbers} {name}, double {number}, i32 {lane}")
    return Vector(xp, name)


def _run(lines: Lines, samples: int) -> None:
    xp = Vectors(lines, samples)
    unpack(lines, ADDRESSES + TABLES, NUMBERS + COUNTS)
    with lines.repeat("%parameters") as k:
        number = lines.load("double", lines.element("%theta", k))
        _hold(xp, lines.new(f"add i64 %inputs, {k}"), xp.broadcast(number))
    with tiles(lines, samples, "%gradient_count") as start:
        with lines.repeat("%inputs") as k:
            row = lines.new(f"add i64 {start}, {lines.new(f'mul i64 {k}, %stride')}")
            _hold(xp, k, Vector(xp, lines.load(xp.numbers, lines.element("%columns", row))))
        with lines.repeat("%group_count") as k:
            group = lines.element("%groups", k, 5, kind="i64")
            function, table = (lines.load("ptr", lines.element(group, x, kind="i64")) for x in (0, 4))
            numbers = [lines.load("i64", lines.element(group, x, kind="i64")) for x in (1, 2, 3)]
            lines.do(f"call void {function}(ptr %values, {', '.join(f'i64 {x}' for x in numbers)}, ptr {table})")
        with lines.repeat("%output_count") as k:
            row = lines.new(f"add i64 {start}, {lines.new(f'mul i64 {k}, %stride')}")
            value = _held(xp, lines.slot("%output_slots", k))
            lines.store(xp.numbers, value.name, lines.element("%outputs", row))
        with lines.repeat("%gradient_count") as k:
            place = lines.element("%totals", k, samples)
            total = Vector(xp, lines.load(xp.numbers, place)) + _held(xp, lines.slot("%gradient_slots", k))
            lines.store(xp.numbers, total.name, place)
