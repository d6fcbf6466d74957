"""What is composed of operations: sums over many numbers, softmax and its kin, activations with parameters.

All take Values and plain numbers alike; of plain numbers only, the result is a plain number. Functions of single
numbers take NumPy arrays element by element.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from autograd import ops
from autograd.recording import scope
from autograd.value import Number, Value

Numbers = Iterable[Number]


def sum(xs: Numbers) -> Any:
    """The sum as one node, rounded only once: `Σ xᵢ`.

    Args:
        xs: Values or numbers, at least one; of an array, all elements.

    Raises:
        TypeError, ValueError: `xs` is no collection, or an empty one, as in all functions of many numbers here.

    >>> import autograd
    >>> autograd.sum([1e16, 1.0, -1e16])
    1.0
    """
    return ops.sum(*_items("sum", xs))


def mean(xs: Numbers) -> Any:
    """The arithmetic mean as one node: `Σ xᵢ / n`.

    >>> import autograd
    >>> autograd.mean([1e308, 1.5e308])
    1.25e+308
    """
    return ops.mean(*_items("mean", xs))


def prod(xs: Numbers) -> Any:
    """The product as one node, which only its result can overflow: `Π xᵢ`.

    >>> import autograd
    >>> autograd.prod([1e200, 1e200, 1e-300])
    1e+100
    """
    return ops.prod(*_items("prod", xs))


def dot(xs: Numbers, ys: Numbers) -> Any:
    """The products of what stands side by side, summed up and rounded once: `Σ xᵢ·yᵢ`.

    Args:
        xs, ys: as many Values or numbers in the one as in the other.

    Raises:
        TypeError, ValueError: as for `sum`, or the two are not equally long.

    >>> from autograd import Value, dot
    >>> w = [Value(1.0), Value(2.0)]
    >>> dot(w, [3.0, 4.0]).data
    11.0
    """
    left, right = _items("dot", xs), _items("dot", ys)
    if len(left) != len(right):
        raise ValueError(f"dot takes two lists of the same length, got {len(left)} and {len(right)} numbers")
    with scope("dot", closed=True):
        return ops.sum(*map(ops.mul, left, right))


def norm(xs: Numbers) -> Any:
    """The Euclidean length, which only its result can overflow: `√Σ xᵢ²`. Its derivative at the origin is 0.

    >>> from autograd import norm
    >>> norm([3e300, 4e300])
    5e+300
    """
    return ops.hypot(*_items("norm", xs))


def logsumexp(xs: Numbers) -> Any:
    """`log Σ exp(xᵢ)`, a smooth maximum, without overflow: the greatest is taken out first.

    >>> from autograd import logsumexp
    >>> logsumexp([1000.0, 1000.0]), logsumexp([0.0, -40.0])
    (1000.6931471805599, 4.248354255291589e-18)
    """
    with scope("logsumexp", closed=True):
        greatest, powers = _scaled_powers(_items("logsumexp", xs))
        return greatest + _log_of_sum(powers)


def softmax(xs: Numbers) -> list[Any]:
    """Probabilities in proportion to the exponentials: `exp(xᵢ) / Σ exp(xⱼ)`.

    Returns:
        A list with one probability for each of `xs`.

    >>> from autograd import softmax
    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    with scope("softmax", closed=True):
        _, powers = _scaled_powers(_items("softmax", xs))
        total = ops.sum(*powers)
        return [ops.div(power, total) for power in powers]


def log_softmax(xs: Numbers) -> list[Any]:
    """The logarithms of `softmax`, also of those that are almost 0 or 1: `xᵢ - log Σ exp(xⱼ)`.

    >>> from autograd import log_softmax
    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    items = _items("log_softmax", xs)
    with scope("log_softmax", closed=True):
        greatest, powers = _scaled_powers(items)
        log_of_sum = _log_of_sum(powers)
        return [x - greatest - log_of_sum for x in items]


def _scaled_powers(items: list[Number]) -> tuple[Any, list[Any]]:
    """The greatest, through which no gradient flows since it cancels, and every exp(xᵢ - greatest)."""
    greatest = ops.detach(ops.maximum(*items))
    return greatest, [ops.exp_difference(x, greatest) for x in items]


def _log_of_sum(powers: list[Any]) -> Any:
    """The greatest power is 1. Without it the sum is exact however small, as is log1p of it."""
    return ops.log1p(ops.sum(*powers, -1.0))


def clamp(x: Number, min: Number = -math.inf, max: Number = math.inf) -> Any:
    """x, but at least `min` and at most `max`; the derivative is 1 from bound to bound, else 0.

    Args:
        x, min, max: Values or numbers. A bound that is not given does not bind.

    >>> from autograd import clamp
    >>> clamp(7.0, max=5.0)
    5.0
    """
    return ops.clamp(x, min, max)


def step(x: Number) -> Any:
    """The threshold of McCulloch and Pitts: 1 where x > 0, else 0. Its derivative is 0.

    >>> from autograd import step
    >>> step(0.3), step(0.0)
    (1.0, 0.0)
    """
    return ops.gt(x, 0.0)


def leaky_relu(x: Number, negative_slope: Number = 0.01) -> Any:
    """x where x > 0, else `negative_slope`·x (Maas et al. 2013).

    Args:
        x, negative_slope: Values or numbers; a slope that is a Value can be learned.

    >>> from autograd import leaky_relu
    >>> leaky_relu(-2.0)
    -0.02
    """
    return ops.leaky_relu(x, negative_slope)


def elu(x: Number, alpha: Number = 1.0) -> Any:
    """x where x > 0, else `alpha`·(exp(x) - 1) (Clevert et al. 2015).

    Args:
        x, alpha: Values or numbers.

    >>> from autograd import elu
    >>> elu(-1e-20)
    -1e-20
    """
    return ops.elu(x, alpha)


def selu(x: Number) -> Any:
    """A scaled `elu` that keeps mean and variance from layer to layer (Klambauer et al. 2017).

    >>> from autograd import selu
    >>> selu(1.0)
    1.0507009873554805
    """
    with scope("selu", closed=True):
        return ops.mul(1.0507009873554805, ops.elu(x, 1.6732632423543772))


def gelu(x: Number, approximate: str = "none") -> Any:
    """x·Φ(x), where Φ is the cumulative normal distribution (Hendrycks and Gimpel 2016).

    Args:
        x: a Value or a number.
        approximate: "none", or "tanh" for x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2.

    >>> from autograd import gelu
    >>> gelu(1.0), gelu(1.0, approximate="tanh")
    (0.8413447460685429, 0.8411919906082768)
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"approximate is 'none' or 'tanh', got {approximate!r}")
    return ops.gelu(x) if approximate == "none" else ops.gelu_tanh(x)


def hardtanh(x: Number, min_val: Number = -1.0, max_val: Number = 1.0) -> Any:
    """x, but at least `min_val` and at most `max_val`; the derivative is 1 between the bounds, else 0.

    Args:
        x, min_val, max_val: Values or numbers.

    >>> from autograd import hardtanh
    >>> hardtanh(3.0)
    1.0
    """
    return ops.hardtanh(x, min_val, max_val)


def relu6(x: Number) -> Any:
    """`relu`, but at most 6.

    >>> from autograd import relu6
    >>> relu6(7.0)
    6.0
    """
    return ops.hardtanh(x, 0.0, 6.0)


def hardsigmoid(x: Number) -> Any:
    """Three straight pieces in place of `sigmoid`: 0 up to -3, 1 from 3 on, (x + 3)/6 between.

    >>> from autograd import hardsigmoid
    >>> hardsigmoid(0.0)
    0.5
    """
    with scope("hardsigmoid", closed=True):
        return ops.div(ops.add(ops.hardtanh(x, -3.0, 3.0), 3.0), 6.0)


def hardshrink(x: Number, lambd: Number = 0.5) -> Any:
    """x where it is beyond ±`lambd`, else 0.

    Args:
        x, lambd: Values or numbers.

    >>> from autograd import hardshrink
    >>> hardshrink(0.4), hardshrink(-0.6)
    (0.0, -0.6)
    """
    with scope("hardshrink", closed=True):
        return ops.where(ops.gt(ops.abs(x), lambd), x, 0.0)


# Those that take single numbers, for typed expressions.
SCALAR: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (clamp, step, leaky_relu, elu, selu, hardtanh, relu6, hardsigmoid, hardshrink)
}


def _items(name: str, xs: Any) -> list[Any]:
    if isinstance(xs, (Value, str)) or not isinstance(xs, Iterable):
        raise TypeError(f"{name} takes a list of Values or numbers, got {type(xs).__name__} {xs!r:.60}")
    items = list(xs.flat) if hasattr(xs, "flat") else list(xs)
    if not items:
        raise ValueError(f"{name} needs at least one Value or number, got an empty {type(xs).__name__}")
    return items
