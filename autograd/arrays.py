"""NumPy arrays of Values: made of numbers, and back to numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.table import as_float
from autograd.value import Value


def values(array: ArrayLike, label: str = "") -> NDArray[np.object_]:
    """An array of new Values of the same shape, with which NumPy's `@`, `+`, `np.tanh`, `.sum()`, … work.

    Args:
        array: numbers of any shape.
        label: named after it, the Values are called `W[0,1]` and so on. Default: no names.

    Raises:
        TypeError, ValueError: an element is not a real number.

    >>> import numpy as np
    >>> from autograd import data, values
    >>> W, x = values([[1.0, 2.0], [3.0, 4.0]], label="W"), np.array([1.0, -1.0])
    >>> data(np.tanh(W @ x))
    array([-0.76159416, -0.76159416])
    >>> W[0, 1]
    Value(data=2.0, grad=0.0, label='W[0,1]')
    """
    numbers = np.asarray(array)
    made = np.empty(numbers.shape, dtype=object)
    for index, x in np.ndenumerate(numbers):
        made[index] = Value(x, label=f"{label}[{','.join(map(str, index))}]" if label and index else label)
    return made


def data(array: Any) -> NDArray[np.float64]:
    """The numbers of an array of Values, or of a list of them, as float64 of the same shape.

    Raises:
        TypeError: an element is neither a Value nor a number.

    >>> from autograd import Value, data
    >>> data([Value(1.0), Value(2.0) * 3])
    array([1., 6.])
    """
    return _numbers(array, lambda x: x.data if isinstance(x, Value) else as_float(x))


def grads(array: Any) -> NDArray[np.float64]:
    """The gradients of an array of Values, or of a list of them, as float64 of the same shape.

    Raises:
        TypeError: an element is not a Value.

    >>> import autograd
    >>> w = autograd.values([1.0, 2.0])
    >>> autograd.dot(w, [3.0, 4.0]).backward()
    >>> autograd.grads(w)
    array([3., 4.])
    """
    return _numbers(array, _grad)


def _grad(x: Any) -> float:
    if not isinstance(x, Value):
        raise TypeError(f"grads needs an array of Values: an element is {type(x).__name__} {x!r:.60}")
    return x.grad


def _numbers(array: Any, number: Callable[[Any], float]) -> NDArray[np.float64]:
    elements = np.asarray(array, dtype=object)
    result = np.empty(elements.shape)
    for index, x in np.ndenumerate(elements):
        result[index] = number(x)
    return result
