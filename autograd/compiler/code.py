"""A recorded graph as instructions in arrays: what the passes rewrite, and what the backends run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.table import EVERYWHERE, EachPartial, Op

Slots: TypeAlias = NDArray[np.int32]

ONE, MINUS_ONE = -1, -2  # the first two constants of every code, by their slots
CHUNK = 2**12  # instructions that are looked at one by one in lists, which take more memory than arrays


def _dot(*pairs: float) -> float:
    total = pairs[0] * pairs[1]
    for x, y in zip(pairs[2::2], pairs[3::2]):
        total += x * y
    return total


# What passes make of sums of products: x₁·y₁ + x₂·y₂ + …, from left to right. It is recorded by no one.
DOT = Op("dot", _dot, EachPartial(0.0), "", "", "sum", "dot", (EVERYWHERE,), frozenset())


@dataclass(frozen=True, eq=False)
class Code:
    """Instructions, each after those whose results it uses.

    A slot stands for a number: first the inputs, then the parameters, then the results of the instructions, one
    each. Constants are counted from the end: constant k is slot -1 - k.

    Attributes:
        inputs, parameters: how many of them.
        rows: the operations that occur.
        operations: for each instruction, the position of its operation in `rows`.
        starts: for each instruction, where its arguments begin; at the end, where the last ones end.
        arguments: the arguments of all instructions, one after the other, as slots.
        constants: the numbers of the constants; the first two are 1 and -1.
        outputs: the slots that are wanted for each sample.
        gradients: the slots that are wanted as sums over all samples.
    """

    inputs: int
    parameters: int
    rows: tuple[Op, ...]
    operations: NDArray[np.int16]
    starts: NDArray[np.int32]
    arguments: Slots
    constants: NDArray[np.float64]
    outputs: Slots
    gradients: Slots

    @property
    def leaves(self) -> int:
        """The slot of the first instruction."""
        return self.inputs + self.parameters

    @property
    def size(self) -> int:
        """How many instructions there are."""
        return len(self.operations)

    @property
    def nbytes(self) -> int:
        """The memory of the instructions."""
        return self.operations.nbytes + self.starts.nbytes + self.arguments.nbytes + self.constants.nbytes

    def itself(self) -> Slots:
        """A table that has for each slot the slot itself, also for constants, which find their place from the end."""
        constants = np.arange(-len(self.constants), 0, dtype=np.int32)
        return np.concatenate([np.arange(self.leaves + self.size, dtype=np.int32), constants])

    def renamed(self, table: Slots) -> Code:
        """The code with other slots in place of those it uses."""
        arguments, outputs, gradients = (table[slots] for slots in (self.arguments, self.outputs, self.gradients))
        return replace(self, arguments=arguments, outputs=outputs, gradients=gradients)

    def arguments_of(self, instruction: int) -> Slots:
        return self.arguments[self.starts[instruction] : self.starts[instruction + 1]]

    @cached_property
    def digest(self) -> bytes:
        """The same for codes that are the same."""
        arrays: list[NDArray[Any]] = [
            self.operations,
            self.starts,
            self.arguments,
            self.constants,
            self.outputs,
            self.gradients,
        ]
        names = [row.name for row in self.rows]
        text = repr((self.inputs, self.parameters, names, [len(array) for array in arrays]))
        hashed = blake2b(text.encode())
        for array in arrays:
            hashed.update(array.tobytes())
        return hashed.digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Code) and self.digest == other.digest and self.rows == other.rows


def leading_to(code: Code, wanted: Slots, arguments: Slots) -> NDArray[np.bool_]:
    """The instructions that lead to the wanted slots, when they use these arguments."""
    leading = bytearray(code.leaves + code.size + len(code.constants))  # constants, too, find their place from the end
    for slot in wanted.tolist():
        leading[slot] = True
    for end in range(code.size, 0, -CHUNK):
        begin = max(end - CHUNK, 0)
        starts = code.starts[begin : end + 1]
        used = arguments[starts[0] : starts[-1]].tolist()
        places = (starts - starts[0]).tolist()
        slots = range(code.leaves + end - 1, code.leaves + begin - 1, -1)
        for slot, first, last in zip(slots, places[-2::-1], places[:0:-1]):
            if leading[slot]:
                for arg in used[first:last]:
                    leading[arg] = True
    return np.frombuffer(leading, np.bool_)[code.leaves : code.leaves + code.size]


def numbered(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], Slots]:
    """The different ones of some constants in the order in which they come, and the slots of all; 0 is not -0.

    >>> numbered(np.array([1.0, -1.0, 0.5, -1.0]))
    (array([ 1. , -1. ,  0.5]), array([-1, -2, -3, -2], dtype=int32))
    """
    _, first, inverse = np.unique(numbers.view(np.int64), return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return numbers[first[order]], -1 - rank[inverse]
