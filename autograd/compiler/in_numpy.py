"""Instructions run by NumPy: group by group, for many samples at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.code import DOT, ONE, Code, Slots
from autograd.compiler.grouping import Group, grouped
from autograd.compiler.kernels import KERNELS, NUMPY

Array = NDArray[np.float64]
Run = Callable[[Array], None]  # on an array with a row for each slot

AT_ONCE = 2**23  # numbers in memory: what needs more is done in parts
SHORT = 512  # results of a group up to which many of its terms are computed in one go


class InNumPy:
    """A code to be run by NumPy."""

    def __init__(self, code: Code) -> None:
        self._code, groups = grouped(code)
        self._total = code.leaves + code.size + len(code.constants)
        self._steps = [self._step(group) for group in groups]
        self._own = threading.local()

    def run(self, columns: Array, theta: Array) -> tuple[Array, Array]:
        """The outputs for each sample, and the sums of the gradients over all samples.

        Args:
            columns: the inputs, shape (inputs, samples).
            theta: the parameters.

        Returns:
            Arrays of the shapes (outputs, samples) and (gradients,).
        """
        code, samples = self._code, columns.shape[1]
        outputs, gradients = np.empty((len(code.outputs), samples)), np.zeros(len(code.gradients))
        part = max(1, min(samples, AT_ONCE // self._total))
        values = self._memory(part)
        values[code.leaves + code.size :] = code.constants[::-1, None]
        values[code.inputs : code.leaves] = theta[:, None]
        with np.errstate(all="ignore"):
            for begin in range(0, samples, part):
                mine = values[:, : min(part, samples - begin)]
                mine[: code.inputs] = columns[:, begin : begin + part]
                for step in self._steps:
                    step(mine)
                outputs[:, begin : begin + part] = mine[code.outputs]
                gradients += mine[code.gradients].sum(axis=1)
        return outputs, gradients

    def _memory(self, samples: int) -> Array:
        """An array for all slots. Each thread keeps its own, as new memory takes longer than what is done with it."""
        if getattr(self._own, "shape", None) != (self._total, samples):
            self._own.shape = (self._total, samples)
            self._own.values = np.empty(self._own.shape)
        values: Array = self._own.values
        return values

    def _step(self, group: Group) -> Run:
        results = slice(group.first, group.first + len(group.arguments))
        if group.operation is DOT:
            return self._dots(results, group.arguments)
        kernel = KERNELS[group.operation.name]
        columns = [self._rows(column) for column in group.arguments.T]

        def step(values: Array) -> None:
            values[results] = kernel(NUMPY, *[values[column] for column in columns])

        return step

    def _dots(self, results: slice, arguments: Slots) -> Run:
        xs, ys = arguments[:, ::2], arguments[:, 1::2]

        @cache
        def terms() -> list[tuple[Any, Any, bool]]:
            plain = (ys == ONE).all(axis=0).tolist()
            return [(self._rows(x), self._rows(y), alone) for x, y, alone in zip(xs.T, ys.T, plain)]

        def one_by_one(values: Array) -> None:
            total = values[results]
            for number, (x, y, alone) in enumerate(terms()):
                term = values[x] if alone else values[x] * values[y]
                total[...] = total + term if number else term

        def many_at_once(values: Array) -> None:
            many = AT_ONCE // (len(arguments) * values.shape[1])
            total: Any = -0.0  # to which everything is added unchanged, as to no other number
            for begin in range(0, xs.shape[1], many):
                products = values[xs[:, begin : begin + many]] * values[ys[:, begin : begin + many]]
                products[:, 0] += total
                total = np.add.accumulate(products, axis=1)[:, -1]
            values[results] = total

        def step(values: Array) -> None:
            (many_at_once if len(arguments) * values.shape[1] < SHORT else one_by_one)(values)

        return step

    def _rows(self, slots: Slots) -> Any:
        """Slots as what NumPy finds fastest: a slice if their distances are the same."""
        rows = slots.astype(np.intp) + self._total * (slots < 0)
        steps = np.diff(rows)
        if not len(steps) or not steps.any():
            return slice(rows[0], rows[0] + 1)
        if (steps == steps[0]).all():
            end = rows[-1] + np.sign(steps[0])
            return slice(rows[0], end if end >= 0 else None, steps[0])
        return rows
