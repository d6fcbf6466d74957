"""A scalar autograd engine to learn with: numbers that remember how they were made.

Build an expression of `Value`s, call `backward()`, draw the graph, read the chain rule step by step.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b + a**2
>>> c.backward()
>>> c.data, a.grad, b.grad
(-2.0, 1.0, 2.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.derivatives import grad
from autograd.ops import abs as abs  # not in __all__: a star import leaves Python's own alone
from autograd.ops import (
    cos,
    eq,
    exp,
    gt,
    log,
    maximum,
    minimum,
    ne,
    op,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    tanh,
    where,
)
from autograd.stepping import Step, steps
from autograd.value import Value, no_grad

if TYPE_CHECKING:
    from autograd.drawing import Drawing, DrawingError, draw

__all__ = [
    "Drawing",
    "DrawingError",
    "Step",
    "Value",
    "cos",
    "draw",
    "eq",
    "exp",
    "grad",
    "gt",
    "log",
    "maximum",
    "minimum",
    "ne",
    "no_grad",
    "op",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "steps",
    "tanh",
    "where",
]


# Imported at first use, since these rooms need more than the standard library.
_LAZY = {"Drawing": "autograd.drawing", "DrawingError": "autograd.drawing", "draw": "autograd.drawing"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
