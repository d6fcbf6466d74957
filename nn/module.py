"""`Module`: what has parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd import Value, scope


class Module:
    """The base of neurons, layers and networks: it finds the parameters that are kept in its attributes.

    Parameters are the Values in attributes, and in lists, tuples, dictionaries, arrays and Modules there.
    A module defines `forward`; calling the module runs it in a scope of the module's label, so that drawings
    show a frame around what it computes.

    Attributes:
        label: what to call the module in drawings; if empty, by its class.

    >>> from nn import Module, Parameter
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0), Parameter(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [name for name, _ in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    """

    label = ""
    forward: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What `forward` gives.

        Raises:
            TypeError: the module defines no `forward`.
        """
        forward = getattr(self, "forward", None)
        if forward is None:
            raise TypeError(f"{type(self).__name__} defines no forward(self, ...), which calling a module runs")
        with scope(self.label or type(self).__name__):
            return forward(*args, **kwargs)

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Every parameter once, with the path to it, such as `layers.0.neurons.3.w.1`."""
        found: dict[Value, str] = {}
        for path, value in _values(vars(self), ""):
            found.setdefault(value, path)
        return [(path, value) for value, path in found.items()]

    def parameters(self) -> list[Value]:
        """Every parameter once, in the order of `named_parameters`."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the `.grad` of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0


def _values(item: Any, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(item, Value):
        yield path, item
    elif isinstance(item, Module):
        yield from _values(vars(item), path)
    elif hasattr(item, "tolist"):  # a NumPy array
        yield from _values(item.tolist(), path)
    elif isinstance(item, (list, tuple, dict)):
        for key, part in item.items() if isinstance(item, dict) else enumerate(item):
            yield from _values(part, f"{path}.{key}" if path else str(key))
