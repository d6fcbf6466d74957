"""What a program is called with: checked, and side by side in one array."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.bundles import Bundle


class Arguments:
    """The form of a program's arguments.

    Args:
        inputs: for each argument, the Value that it stands for, or the list of Values.
    """

    def __init__(self, inputs: Sequence[Bundle]) -> None:
        self._inputs = inputs
        self._sizes = [None if bundle.alone else len(bundle.items) for bundle in inputs]
        ends = list(accumulate((len(bundle.items) for bundle in inputs), initial=0))
        self._rows = [
            begin if bundle.alone else slice(begin, end) for bundle, begin, end in zip(inputs, ends, ends[1:])
        ]
        self._width = ends[-1]

    def columns(self, arguments: tuple[ArrayLike, ...], more: int) -> tuple[NDArray[np.float64], bool]:
        """All arguments in one array, with a row for each Value and so many rows more; and whether none has samples.

        Raises:
            TypeError, ValueError: they do not fit the inputs, or each other.
        """
        if len(arguments) != len(self._inputs):
            names = ", ".join(map(self._name, range(len(self._inputs)))) or "none"
            raise TypeError(f"this program takes {len(self._inputs)} inputs ({names}), got {len(arguments)}")
        given, samples = [], None
        for number, (argument, size) in enumerate(zip(arguments, self._sizes)):
            array = np.asarray(argument)
            several = array.ndim if size is None else array.ndim - 1
            fits = size is None or (array.ndim > 0 and array.shape[-1] == size)
            if array.dtype.kind not in "fiub" or not fits or several > 1:
                self._refuse(number, argument, array)
            if several:
                if samples not in (None, len(array)):
                    raise ValueError(
                        f"all arrays have as many samples: {self._name(number)} has {len(array)}, "
                        f"and those before it {samples}"
                    )
                samples = len(array)
            given.append(array if size is None else array.T if several else array[:, None])
        columns = np.empty((self._width + more, 1 if samples is None else samples))
        for rows, array in zip(self._rows, given):
            columns[rows] = array
        return columns, samples is None

    def _name(self, number: int) -> str:
        bundle = self._inputs[number]
        return (bundle.alone and bundle.items[0].label) or f"input {number}"

    def _refuse(self, number: int, argument: ArrayLike, array: NDArray[Any]) -> NoReturn:
        name, size = self._name(number), self._sizes[number]
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{name} takes real numbers, got {type(argument).__name__} of {array.dtype}; "
                "for Values use autograd.data(...)"
            )
        if size is None:
            raise ValueError(
                f"{name} takes a number or one of each sample, shape (n,), got shape {array.shape}; "
                "columns of an array are X[:, 0], X[:, 1], …"
            )
        raise ValueError(f"{name} takes shape (n, {size}) or ({size},), got {array.shape}")
