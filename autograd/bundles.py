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
        """Numbers or Values given in the same form, one for each item."""
        form = Bundle(self.name, role, numbers, make=Constant)
        if (form.shape, form.alone, len(form.items)) != (self.shape, self.alone, len(self.items)):
            raise ValueError(f"{self.name} needs {role} in the form of its inputs, {self._form()}; got {form._form()}")
        if not all(math.isfinite(x.data) for x in form.items):
            raise ValueError(f"{self.name} needs a finite {role}, got {numbers!r:.60}")
        return [x.data if x.constant else x for x in form.items]

    def _form(self) -> str:
        if self.alone:
            return "one number"
        return f"an array of shape {self.shape}" if self.shape else f"a list of {len(self.items)}"
