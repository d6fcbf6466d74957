"""Instructions in groups that can be computed at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd.compiler.code import CHUNK, Code, Slots
from autograd.table import Op


class Group(NamedTuple):
    """Instructions of one operation that do not need each other.

    Attributes:
        operation: the operation.
        first: the slot of the first result; the others follow.
        arguments: the slots of the arguments, shape (instructions, arguments of each).
    """

    operation: Op
    first: int
    arguments: Slots


def grouped(code: Code) -> tuple[Code, list[Group]]:
    """The same instructions in another order, in which those of a group follow each other; and the groups.

    A group is what has the same level, the same operation and as many arguments. The level of an instruction is how
    many others have to come before it, one after the other.
    """
    counts = np.diff(code.starts)
    levels = _levels(code)
    order = np.lexsort((counts, code.operations, levels)).astype(np.int32)
    table = code.itself()
    table[code.leaves + order] = code.leaves + np.arange(code.size, dtype=np.int32)
    levels, operations, counts = levels[order], code.operations[order], counts[order]
    starts = np.append(np.int32(0), np.cumsum(counts, dtype=np.int32))
    edges = np.repeat(code.starts[:-1][order] - starts[:-1], counts) + np.arange(starts[-1], dtype=np.int32)

    code = replace(code, operations=operations, starts=starts, arguments=code.arguments[edges]).renamed(table)
    new = np.append(True, (np.diff(levels) != 0) | (np.diff(operations) != 0) | (np.diff(counts) != 0))[: code.size]
    begins = np.append(np.flatnonzero(new), code.size).tolist()
    groups = [
        Group(
            code.rows[operations[begin]],
            code.leaves + begin,
            code.arguments[starts[begin] : starts[end]].reshape(end - begin, -1),
        )
        for begin, end in pairwise(begins)
    ]
    return code, groups


def _levels(code: Code) -> Slots:
    level = np.zeros(code.leaves + code.size + len(code.constants), np.int32)
    found = memoryview(level)  # type: ignore[arg-type]
    for begin in range(0, code.size, CHUNK):
        starts = code.starts[begin : begin + CHUNK + 1].tolist()
        used = code.arguments[starts[0] : starts[-1]].tolist()
        slot = code.leaves + begin
        start = 0
        for end in starts[1:]:
            end -= starts[0]
            found[slot] = 1 + max([found[arg] for arg in used[start:end]])
            slot, start = slot + 1, end
    return level[code.leaves : code.leaves + code.size]
