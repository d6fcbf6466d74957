"""Elementary functions with IEEE 754 results: inf and nan where `math` and Python's operators raise.

Formulas that are right on paper but would overflow, underflow or cancel on the way are written in another form.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

Unary = Callable[[float], float]
NO_POLES: Mapping[float, float] = MappingProxyType({})


def total(function: Unary, poles: Mapping[float, float] = NO_POLES) -> Unary:
    """A function of `math` everywhere: ±inf where it overflows, what is given at its poles, nan outside its domain."""

    def everywhere(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(math.inf, x)
        except ValueError:
            return poles.get(x, math.nan)

    return everywhere


exp = total(math.exp)
expm1 = total(math.expm1)
log = total(math.log, {0.0: -math.inf})
log1p = total(math.log1p, {-1.0: -math.inf})
log2 = total(math.log2, {0.0: -math.inf})
log10 = total(math.log10, {0.0: -math.inf})
sqrt = total(math.sqrt)
sin, cos, tan = total(math.sin), total(math.cos), total(math.tan)
asin, acos = total(math.asin), total(math.acos)
sinh = total(math.sinh)
acosh = total(math.acosh)
atanh = total(math.atanh, {1.0: math.inf, -1.0: -math.inf})


def cosh(x: float) -> float:
    try:
        return math.cosh(x)
    except OverflowError:
        return math.inf


def div(x: float, y: float) -> float:
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0 or math.isnan(x):
            return math.nan
        return math.copysign(math.inf, x) * math.copysign(1.0, y)


def pow(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and _is_odd(y) else math.inf
    except ValueError:  # 0 to a negative power, or a negative number to a fractional one
        if x == 0:
            return math.copysign(math.inf, x) if _is_odd(y) else math.inf
        return math.nan


def _is_odd(y: float) -> bool:
    return y % 2 == 1


def cbrt(x: float) -> float:
    """By one step of Newton's method from the power; `math` has it from Python 3.11 on only."""
    if x == 0 or not math.isfinite(x):
        return x
    root = math.copysign(math.pow(abs(x), 1 / 3), x)
    return root - (root - x / (root * root)) / 3


def _rounded(function: Callable[[float], int]) -> Unary:
    return lambda x: math.copysign(function(x), x) if math.isfinite(x) else x


floor, ceil, round = _rounded(math.floor), _rounded(math.ceil), _rounded(builtins.round)


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def clamp(x: float, low: float, high: float) -> float:
    return minimum(maximum(x, low), high)


def maximum(*xs: float) -> float:
    return math.nan if any(map(math.isnan, xs)) else max(xs)


def minimum(*xs: float) -> float:
    return math.nan if any(map(math.isnan, xs)) else min(xs)


def sum(*xs: float) -> float:
    """Shewchuk's exact sum, rounded once."""
    try:
        return math.fsum(xs)
    except OverflowError:  # perhaps only on the way
        return sum(*[x * 2**-64 for x in xs]) * 2.0**64
    except ValueError:  # inf - inf
        return math.nan


def mean(*xs: float) -> float:
    try:
        return math.fsum(xs) / len(xs)
    except OverflowError:
        return mean(*[x * 2**-64 for x in xs]) * 2.0**64
    except ValueError:
        return math.nan


def prod(*xs: float) -> float:
    """With the exponents apart, so that only the result may overflow or underflow."""
    mantissa, exponent = 1.0, 0
    for x in xs:
        fraction, shift = math.frexp(x)
        mantissa, carry = math.frexp(mantissa * fraction)
        exponent += shift + carry
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)


def softplus(x: float) -> float:
    return (0.0 if x <= 0 else x) + math.log1p(math.exp(-abs(x)))


def log_sigmoid(x: float) -> float:
    return -softplus(-x)


def hardswish(x: float) -> float:
    return x * (x + 3) / 6 if -3 < x < 3 else maximum(x, -0.0)


def elu(x: float, alpha: float) -> float:
    return x if x > 0 else alpha * math.expm1(x)
