"""Small programs: a line for each operation, computed for as many samples at once as a vector has lanes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import numpy as np

from autograd.compiler.code import DOT, MINUS_ONE, ONE, Code
from autograd.compiler.kernels import OPERATORS
from autograd.compiler.lines import Lines, Module
from autograd.compiler.vectors import Vector, Vectors, hexadecimal, kernel
from autograd.table import Op

PART = 500  # arguments of the instructions in one function; for longer ones, LLVM takes more time in all
SHORT = 16  # lines of a kernel up to which it is written out wherever it is used

# What a program is told: addresses, and numbers.
ADDRESSES = ["columns", "theta", "outputs", "totals", "gradients", "values"]
NUMBERS = ["stride", "samples"]
PARAMETERS = "ptr noalias %columns, i64 %stride, ptr noalias %theta, ptr noalias %outputs, ptr noalias %totals"


class Straight:
    """A code as LLVM's functions: `run`, and what it calls, part after part, for the samples of a vector.

    Args:
        code: the instructions.
        lanes: how many samples there are at once.
        fast_math: whether sums and products may be computed in another order, and at once.

    Attributes:
        module: the functions.
        handed_on: how many results one part hands on to others.
    """

    def __init__(self, code: Code, lanes: int, fast_math: bool) -> None:
        self.module = Module()
        part = code.starts[1:] // PART
        owner = np.repeat(part, np.diff(code.starts))
        made = code.arguments >= code.leaves
        handed_on = np.unique(code.arguments[made][part[code.arguments[made] - code.leaves] < owner[made]])
        self.handed_on = len(handed_on)
        places = {slot: place for place, slot in enumerate(handed_on.tolist())}
        ends = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), code.size]
        for number, (begin, end) in enumerate(pairwise(ends)):
            with self.module.function(f"part.{number}", f"{PARAMETERS}, ptr noalias %values", internal=True) as lines:
                Part(code, lines, lanes, fast_math, places).write(range(begin, end))
        with self.module.function("run", "ptr %arguments") as lines:
            unpack(lines, ADDRESSES, NUMBERS)
            with tiles(lines, lanes, len(code.gradients)) as start:
                columns, outputs = lines.element("%columns", start), lines.element("%outputs", start)
                given = f"ptr {columns}, i64 %stride, ptr %theta, ptr {outputs}, ptr %totals, ptr %values"
                for number in range(len(ends) - 1):
                    lines.do(f"call void @part.{number}({given})")
            lines.do("ret void")


class Part:
    """Writes a function that runs some of the instructions for the samples of a vector.

    Args:
        code: all instructions.
        lines: the function.
        lanes, fast_math: as for `Straight`.
        places: for the slots that are handed on from one part to others, where in `values`.
    """

    def __init__(self, code: Code, lines: Lines, lanes: int, fast_math: bool, places: dict[int, int]) -> None:
        self._code = code
        self._lines = lines
        self._places = places
        self._exact = Vectors(lines, lanes)
        self._fast = Vectors(lines, lanes, fast_math)
        self._names: dict[int, str] = {}
        self._outputs, self._gradients = _positions(code.outputs.tolist()), _positions(code.gradients.tolist())

    def write(self, instructions: range) -> None:
        code = self._code
        if instructions.start == 0:
            for slot in range(-len(code.constants), code.leaves):
                self._hand_out(slot)
        for instruction in instructions:
            operation, xs = code.rows[code.operations[instruction]], code.arguments_of(instruction).tolist()
            slot = code.leaves + instruction
            self._names[slot] = (self._dot(xs) if operation is DOT else self._apply(operation, xs)).name
            if slot in self._places:
                place = self._lines.element("%values", self._places[slot], self._exact.lanes)
                self._lines.store(self._exact.numbers, self._names[slot], place)
            self._hand_out(slot)
        self._lines.do("ret void")

    def _name(self, slot: int) -> str:
        """The name of what a slot holds. Parameters are read again for each use, which takes no register."""
        code, lines = self._code, self._lines
        if slot < 0:
            return self._exact.named(code.constants[-1 - slot])
        if code.inputs <= slot < code.leaves:
            return self._exact.broadcast(lines.load("double", lines.element("%theta", slot - code.inputs))).name
        if slot not in self._names:
            if slot < code.inputs:
                address = lines.element("%columns", lines.new(f"mul i64 %stride, {slot}"))
            else:
                address = lines.element("%values", self._places[slot], self._exact.lanes)
            self._names[slot] = lines.load(self._exact.numbers, address)
        return self._names[slot]

    def _dot(self, slots: list[int]) -> Vector:
        total = None
        for x, y in zip(slots[::2], slots[1::2]):
            x, y = (y, x) if x in (ONE, MINUS_ONE) else (x, y)
            term = Vector(self._fast, self._name(x))
            if y == MINUS_ONE:
                total = -term if total is None else total - term
                continue
            if y != ONE:
                term = term * Vector(self._fast, self._name(y))
            total = term if total is None else total + term
        assert total is not None
        return total

    def _apply(self, operation: Op, slots: list[int]) -> Vector:
        xp = self._fast if operation.name in OPERATORS else self._exact
        xs = [Vector(xp, self._name(slot)) for slot in slots]
        if is_short(operation, len(xs)):
            result: Vector = kernel(operation)(xp, *xs)
            return result
        return xp.through(f"{operation.name}.{len(xs)}", kernel(operation), *xs)

    def _hand_out(self, slot: int) -> None:
        """Write a result to the outputs and add it to the gradients which it is."""
        lines, numbers = self._lines, self._exact.numbers
        for position in self._outputs.get(slot, []):
            row = lines.new(f"mul i64 %stride, {position}")
            lines.store(numbers, self._name(slot), lines.element("%outputs", row))
        for position in self._gradients.get(slot, []):
            place = lines.element("%totals", position, self._exact.lanes)
            total = Vector(self._exact, lines.load(numbers, place)) + Vector(self._exact, self._name(slot))
            lines.store(numbers, total.name, place)


def _positions(slots: list[int]) -> dict[int, list[int]]:
    """Where each slot stands."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for position, slot in enumerate(slots):
        found[slot].append(position)
    return found


@cache
def is_short(operation: Op, arity: int) -> bool:
    """Whether a kernel takes but a few lines."""
    lines = Lines(Module())
    kernel(operation)(Vectors(lines), *[Vector(Vectors(lines), f"%x{k}") for k in range(arity)])
    return len(lines) <= SHORT


def unpack(lines: Lines, addresses: list[str], numbers: list[str]) -> None:
    """Name the addresses and numbers of which the argument of a function consists."""
    for position, name in enumerate([*addresses, *numbers]):
        place = lines.element("%arguments", position, kind="i64")
        lines.do(f"%{name} = load {'ptr' if name in addresses else 'i64'}, ptr {place}, align 8")


@contextmanager
def tiles(lines: Lines, lanes: int, gradients: object) -> Iterator[str]:
    """A loop over all samples, as many at once as a vector has lanes; its body adds their gradients to `totals`.

    The last samples come first, since something is computed in lanes without a sample, too: their totals are cleared.
    """
    xp = Vectors(lines, lanes)
    with lines.repeat(gradients) as k:
        lines.store(xp.numbers, xp.named(0.0), lines.element("%totals", k, lanes))
    count = lines.new(f"udiv i64 {lines.new(f'add i64 %samples, {lanes - 1}')}, {lanes}")
    with lines.repeat(count) as k:
        end = lines.new(f"mul i64 {lines.new(f'sub i64 {count}, {k}')}, {lanes}")
        yield lines.new(f"sub i64 {end}, {lanes}")
        first = lines.new(f"icmp eq i64 {k}, 0")
        padding = lines.new(f"sub i64 {end}, %samples")
        with lines.repeat(lines.new(f"select i1 {first}, i64 {gradients}, i64 0")) as row:
            beyond = lines.element("%totals", lines.new(f"add i64 {row}, 1"), lanes)
            with lines.repeat(padding) as lane:
                lines.store("double", hexadecimal(0.0), lines.element(beyond, lines.new(f"xor i64 {lane}, -1")))
    add = lines.module.declare(f"llvm.vector.reduce.fadd.v{lanes}f64", "double", "double", xp.numbers)
    with lines.repeat(gradients) as k:
        total = lines.load(xp.numbers, lines.element("%totals", k, lanes))
        whole = lines.new(f"call reassoc {add}(double {hexadecimal(-0.0)}, {xp.numbers} {total})")
        lines.store("double", whole, lines.element("%gradients", k))
