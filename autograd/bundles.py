"""One number, a list or a NumPy array of them: told apart once, and given back in the same form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.value import Constant, Value


class Bundle:
    """Values that stand alone, in a list or tuple, or in a NumPy array.

    Args:
        name, role: of which function, and what they are to it, for messages.
        values: the Values.
        make: makes a Value of a plain number. Without it, plain numbers are refused.

    Attributes:
        items: the Values in a row.
        alone: whether there is one that stands alone.
    """

    def __init__(self, name: str, role: str, values: Any, make: Callable[[float], Value] | None = None) -> None:
        self.shape: tuple[int, ...] | None = getattr(values, "shape", None) or None
        self.alone = self.shape is None and not isinstance(values, Sequence)
        given = list(values.flat) if self.shape else [values] if self.alone else list(values)
        self.name, self.role = name, role
        self.items: list[Any] = [self._value(x, make) for x in given]
        if not self.items:
            raise ValueError(f"{name} needs at least one {role}, e.g. {name}(y, [x])")

    def _value(self, x: Any, make: Callable[[float], Value] | None) -> Value:
        if isinstance(x, Value):
            return x
        try:
            if make is not None:
                return make(x)
        except TypeError:
            pass
        raise TypeError(f"{self.name} needs Values: the {self.role} is {type(x).__name__} {x!r:.60}")

    def call(self, f: Callable[..., Any]) -> Any:
        """f of these: of an array as one argument, of the items of a list one by one."""
        return f(self.like(self.items)) if self.shape or self.alone else f(*self.items)

    def like(self, items: list[Any]) -> Any:
        """As many results in the same form: alone, in a list or in an array."""
        if self.alone:
            return items[0]
        if self.shape is None:
            return items
        import numpy as np

        array = np.array(items)
        return array.reshape(self.shape + array.shape[1:])

    def matching(self, role: str, numbers: Any) -> list[Any]:
        """Numbers or Values for each item, alone, in lists or in an array of the same shape."""
        shape, given = _flattened(numbers)
        found = Bundle(self.name, role, given, make=Constant).items
        wanted = self.shape or (() if self.alone else (len(self.items),))
        if shape != wanted:
            form = f"an array of shape {wanted}" if self.shape else _form(wanted)
            raise ValueError(f"{self.name} needs {role} in the form of its inputs, {form}; got {_form(shape)}")
        if not all(math.isfinite(x.data) for x in found):
            raise ValueError(f"{self.name} needs a finite {role}, got {numbers!r:.60}")
        return [x.data if x.constant else x for x in found]


def _flattened(numbers: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of a number, of lists in lists or of an array, and what is in it, in a row."""
    if hasattr(numbers, "flat"):
        return numbers.shape, list(numbers.flat)
    if isinstance(numbers, str) or not isinstance(numbers, Sequence):
        return (), [numbers]
    rows = [_flattened(row) for row in numbers]
    shapes = {shape for shape, _ in rows}
    if len(shapes) != 1:  # there are none, or they differ
        return (len(rows),), list(numbers)
    return (len(rows), *shapes.pop()), [x for _, items in rows for x in items]


def _form(shape: tuple[int, ...]) -> str:
    return "one number" if not shape else f"a list of {shape[0]}" if len(shape) == 1 else f"an array of shape {shape}"
