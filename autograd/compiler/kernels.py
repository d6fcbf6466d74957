"""What each operation computes, over whatever a namespace `xp` computes with: arrays, vectors, or names in a source.

A kernel never branches on numbers: `xp.where` does, so both its sides are always computed. A namespace has the
functions of `FUNCTIONS` under NumPy's names; what it computes with knows + - * / and the comparisons, which give masks,
and masks know & | ~.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd.precise import (
    EXP_MINUS_64,
    GELU_CUBE,
    GELU_CUBE_REST,
    GELU_SLOPE,
    GELU_SLOPE_REST,
    INV_SQRT_2PI,
    INV_SQRT_2PI_REST,
    MIDPOINTS,
    UPWARDS,
    high_bits,
    two_product,
    two_quotient,
    two_sum,
)

Kernel = Callable[..., Any]
MACLAURIN = [(-1) ** k / (2**k * math.factorial(k) * (2 * k + 1)) for k in range(14, 0, -1)]  # of Φ

# Operations that are operators of Python, and those that are functions of the namespace.
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
}
# fmt: off
DIRECT = {
    "abs": "abs", "sqrt": "sqrt", "pow": "power", "floor": "floor", "ceil": "ceil", "round": "rint",
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "log2": "log2", "log10": "log10", "erf": "erf",
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
    "sinh": "sinh", "cosh": "cosh", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}
# fmt: on
FUNCTIONS = {*DIRECT.values(), "where", "copysign", "frexp", "ldexp", "isfinite"}

# NumPy has all but erf.
NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in FUNCTIONS - {"erf"}}, erf=np.vectorize(math.erf, otypes=[float])
)


def cbrt(xp: Any, x: Any) -> Any:
    """By one step of Newton's method from the power, as in `autograd.ieee`: C libraries are less exact."""
    root = xp.copysign(xp.power(xp.abs(x), 1 / 3), x)
    return xp.where(xp.isfinite(x) & (x != 0), root - (root - x / (root * root)) / 3, x)


def exp_difference(xp: Any, x: Any, y: Any) -> Any:
    difference, lost = two_sum(x, -y)
    power = xp.exp(difference)
    return xp.where((power > 0) & (power < math.inf), power * (1 + lost), power)


def hypot(xp: Any, *xs: Any) -> Any:
    """Of numbers scaled so that their squares neither overflow nor underflow."""
    sizes = [xp.abs(x) for x in xs]
    if len(sizes) == 1:
        return sizes[0]
    greatest = 0.0
    for size in sizes:
        greatest = xp.where(size > greatest, size, greatest)
    scale = xp.where(greatest > 2.0**500, 2.0**-600, xp.where(greatest < 2.0**-500, 2.0**600, 1.0))
    scaled = [size * scale for size in sizes]
    total, lost = _total([x * x for x in scaled])
    return xp.where(greatest == math.inf, math.inf, xp.sqrt(total + lost) / scale)


def tanh(xp: Any, x: Any) -> Any:
    """Near 0 by Lambert's continued fraction, cut off at 15 and multiplied out; else 1 - 2/(exp(2x) + 1)."""
    size = xp.abs(x)
    square = x * x
    above = 675675 + square * (45045 + square * (594 + square))
    below = 2027025 + square * (945945 + square * (51975 + square * (630 + square)))
    near = size < 0.55
    bend = xp.where(near, size * square * above, 2.0) / xp.where(near, below, xp.exp(2 * size) + 1)
    return xp.copysign(xp.where(near, size, 1.0) - bend, x)


def gaussian(xp: Any, x: Any) -> Any:
    power, rest = _bell(xp, x)
    return xp.where(xp.abs(x) > 39, 0.0, power + rest)


def normal_cdf(xp: Any, x: Any) -> Any:
    size = xp.abs(x)
    below = _tail(xp, size) / UPWARDS
    far = xp.where(size > 39, xp.where(x > 0, 1.0, 0.0), xp.where(x > 0, 1 - below, below))
    return xp.where(size < 1, _middle(x), far)


def gelu(xp: Any, x: Any) -> Any:
    size = xp.abs(x)
    tail = _tail(xp, size)
    far = xp.where(x > 0, x * (1 - tail / UPWARDS), xp.where(x < -39, -0.0, x * tail / UPWARDS))
    return xp.where(size < 1, x * _middle(x), far)


def sigmoid(xp: Any, x: Any) -> Any:
    power = xp.exp(-xp.abs(x))
    quotient, rest = two_quotient(xp.where(x >= 0, 1.0, power), *two_sum(1.0, power))
    return xp.where(power > 1e-300, quotient + rest, xp.where(x >= 0, 1.0, power))


def log_sigmoid(xp: Any, x: Any) -> Any:
    return -softplus(xp, -x)


def softplus(xp: Any, x: Any) -> Any:
    return relu(xp, x) + xp.log1p(xp.exp(-xp.abs(x)))


def silu(xp: Any, x: Any) -> Any:
    return _times_sigmoid(xp, x, x, 0.0)


def gelu_tanh(xp: Any, x: Any) -> Any:
    square, lost_square = two_product(x, x)
    bend, lost = two_product(GELU_CUBE, square)
    lost = lost + (GELU_CUBE * lost_square + GELU_CUBE_REST * square)
    stretch, lost_stretch = two_sum(1.0, bend)
    inner, lost_inner = two_product(x, stretch)
    lost_inner = lost_inner + x * (lost + lost_stretch)
    outer, lost = two_product(GELU_SLOPE, inner)
    lost = lost + GELU_SLOPE * lost_inner + GELU_SLOPE_REST * inner
    return xp.where(xp.abs(x) > 39, xp.where(x > 0, x, -0.0), _times_sigmoid(xp, x, outer, lost))


def relu(xp: Any, x: Any) -> Any:
    return xp.where(x <= 0, 0.0, x)


def leaky_relu(xp: Any, x: Any, slope: Any) -> Any:
    return xp.where(x > 0, x, slope * x)


def elu(xp: Any, x: Any, alpha: Any) -> Any:
    return xp.where(x > 0, x, alpha * xp.expm1(x))


def hardswish(xp: Any, x: Any) -> Any:
    return xp.where((x > -3) & (x < 3), x * (x + 3) / 6, xp.where(x <= -3, -0.0, x))


def sum(xp: Any, *xs: Any) -> Any:
    """With what rounding takes from it."""
    return _sum_over(xp, xs, 1)


def mean(xp: Any, *xs: Any) -> Any:
    return _sum_over(xp, xs, len(xs))


def prod(xp: Any, *xs: Any) -> Any:
    """With the exponents apart, so that only the result may overflow or underflow."""
    mantissa, exponent = xp.frexp(xs[0])
    for x in xs[1:]:
        fraction, shift = xp.frexp(x)
        mantissa, carry = xp.frexp(mantissa * fraction)
        exponent = exponent + shift + carry
    return xp.ldexp(mantissa, exponent)


def maximum(xp: Any, *xs: Any) -> Any:
    result = xs[0]
    for x in xs[1:]:
        result = xp.where((x > result) | (x != x), x, result)
    return result


def minimum(xp: Any, *xs: Any) -> Any:
    result = xs[0]
    for x in xs[1:]:
        result = xp.where((x < result) | (x != x), x, result)
    return result


def sign(xp: Any, x: Any) -> Any:
    return xp.where(x > 0, 1.0, xp.where(x < 0, -1.0, xp.where(x == 0, 0.0, x)))


def detach(xp: Any, x: Any) -> Any:
    return x


def gt(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x > y, 1.0, 0.0)


def ge(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x >= y, 1.0, 0.0)


def lt(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x < y, 1.0, 0.0)


def le(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x <= y, 1.0, 0.0)


def eq(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x == y, 1.0, 0.0)


def ne(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x != y, 1.0, 0.0)


def where(xp: Any, condition: Any, x: Any, y: Any) -> Any:
    return xp.where(condition != 0, x, y)


def clamp(xp: Any, x: Any, low: Any, high: Any) -> Any:
    return minimum(xp, maximum(xp, x, low), high)


def hardtanh(xp: Any, x: Any, low: Any, high: Any) -> Any:
    return clamp(xp, x, low, high)


def _total(xs: Sequence[Any]) -> tuple[Any, Any]:
    """The sum from left to right, and what rounding has taken from it."""
    total, lost = xs[0], 0.0
    for x in xs[1:]:
        total, rest = two_sum(total, x)
        lost = lost + rest
    return total, lost


def _sum_over(xp: Any, xs: Sequence[Any], count: int) -> Any:
    """The sum over the count: of scaled numbers where the sum overflows, perhaps only on the way."""
    total, lost = _total([0.0, *xs])
    small_total, small_lost = _total([x * 2.0**-64 for x in xs])
    small = xp.where(xp.isfinite(small_total), small_total + small_lost, small_total)
    return xp.where(xp.isfinite(total), (total + lost) / count, small / count * 2.0**64)


def _bell(xp: Any, x: Any) -> tuple[Any, Any]:
    """exp(-x²/2), and what to add to it: its argument is split so that squaring it loses nothing."""
    high = high_bits(x)
    power = xp.exp(-high * high / 2)
    lost = -(x - high) * (x + high) / 2
    return power, power * (lost * (1 + lost / 2 * (1 + lost / 3)))


def _middle(x: Any) -> Any:
    """Φ(x) from -1 to 1, by Maclaurin."""
    square, bend = x * x, 0.0
    for coefficient in MACLAURIN:
        bend = square * (coefficient + bend)
    line, lost = two_product(INV_SQRT_2PI, x)
    result, more = two_sum(0.5, line)
    return result + (more + (lost + INV_SQRT_2PI_REST * x + line * bend))


def _tail(xp: Any, x: Any) -> Any:
    """2**64·Φ(-x) for x from 1 to 39, as in `autograd.precise`; beyond, what it is there."""
    x = xp.where(x < 1, 1.0, xp.where(x > 39, 39.0, x))
    parts = [INV_SQRT_2PI, INV_SQRT_2PI_REST, *[-weight / (x * x + s2) for s2, weight in MIDPOINTS]]
    whole, lost = two_sum(*_total(parts))
    mills, rest = two_quotient(whole, x, 0.0)
    lost = rest + lost / x
    bell, more = _bell(xp, x)
    power, more = UPWARDS * bell, UPWARDS * more
    tail, rest = two_product(power, mills)
    rest = rest + (power * lost + more * mills)
    pole = xp.where(x < 10, UPWARDS / (1 + xp.exp(10 * x)), 0.0)  # of the integrand, out of reach of the steps beyond
    return tail + (rest + pole)


def _times_sigmoid(xp: Any, factor: Any, x: Any, lost: Any) -> Any:
    """factor·σ(x + lost), also where σ itself underflows."""
    far = x < -700
    power = xp.exp(xp.where(far, x + 64, 0.0))
    share = sigmoid(xp, x)
    near = factor * (share + share * (1 - share) * lost)
    return xp.where(far, factor * (power * (1 + lost)) * EXP_MINUS_64, near)


def _operator(function: Callable[..., Any]) -> Kernel:
    return lambda xp, *xs: function(*xs)


def _direct(name: str) -> Kernel:
    return lambda xp, *xs: getattr(xp, name)(*xs)


# fmt: off
COMPOSED: list[Kernel] = [
    cbrt, exp_difference, hypot, tanh, gaussian, normal_cdf, gelu, sigmoid, log_sigmoid, softplus, silu, gelu_tanh,
    relu, leaky_relu, elu, hardswish, sum, mean, prod, maximum, minimum, sign, detach,
    gt, ge, lt, le, eq, ne, where, clamp, hardtanh,
]
# fmt: on

KERNELS: dict[str, Kernel] = {
    **{name: _operator(function) for name, function in OPERATORS.items()},
    **{name: _direct(function) for name, function in DIRECT.items()},
    **{kernel.__name__: kernel for kernel in COMPOSED},
}
