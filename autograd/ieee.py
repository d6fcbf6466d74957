"""Elementary functions with IEEE 754 results: inf and nan where `math` and Python's operators raise.

All are right to a few units in the last place wherever the answer is a float64, also where a formula that
is right on paper would overflow, underflow or cancel.
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


def slope_of_pow(x: float, y: float) -> float:
    """y·x**(y - 1), where the rounding of y - 1, however small, would count hundredfold at a large x."""
    if y == 0:
        return 0.0
    exponent = y - 1
    power = pow(x, exponent)
    if not 0 < x < math.inf:
        return y * power
    if math.isinf(power):  # perhaps not if y, which is less than 1 then, comes first
        return y * pow(x, y) / x
    taken = exponent - y  # Knuth: exponent + lost is y - 1 exactly
    lost = (y - (exponent - taken)) - (1 + taken)
    return y * (power + power * lost * math.log(x))


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
        return math.fsum(x * 2**-64 for x in xs) * 2.0**64
    except ValueError:  # inf - inf
        return math.nan


def mean(*xs: float) -> float:
    try:
        return math.fsum(xs) / len(xs)
    except OverflowError:
        return math.fsum(x * 2**-64 for x in xs) / len(xs) * 2.0**64
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


# From here on: exp of something that must be known better than a float64 knows it, since its error counts
# as many times as it is large.

SPLIT = 2.0**27 + 1


def _high_bits(x: float) -> float:
    """x in its first 26 bits, whose square is exact (Veltkamp)."""
    scaled = SPLIT * x
    return scaled - (scaled - x)


def _product(x: float, y: float) -> tuple[float, float]:
    """x·y, and what rounding has taken from it (Dekker)."""
    xy = x * y
    x1, y1 = _high_bits(x), _high_bits(y)
    x2, y2 = x - x1, y - y1
    return xy, ((x1 * y1 - xy) + x1 * y2 + x2 * y1) + x2 * y2


def _quotient(x: float, y: float, lost: float) -> tuple[float, float]:
    """x/(y + lost), and what rounding has taken from it."""
    quotient = x / y
    product, rest = _product(quotient, y)
    return quotient, ((x - product) - rest - quotient * lost) / y


def tanh(x: float) -> float:
    """Rounded once, since 1 - tanh² doubles its error."""
    size = abs(x)
    if not size < 20:
        return math.copysign(1.0, x) if x == x else x
    if size < 0.55:  # x/(1 + x²/(3 + x²/(5 + x²/…))), by Lambert
        fraction = 0.0
        for k in range(17, 1, -2):
            fraction = x * x / (k + fraction)
        quotient, rest = _quotient(x, 1 + fraction, fraction - ((1 + fraction) - 1))
        return quotient + rest
    power = math.exp(2 * size)
    quotient, rest = _quotient(2.0, power + 1, power - ((power + 1) - 1))
    result = 1 - quotient
    return math.copysign(result + ((1 - result) - quotient - rest), x)


def sigmoid(x: float) -> float:
    power = math.exp(-abs(x))
    if not power > 1e-300:
        return 1.0 if x > 0 else power
    quotient, rest = _quotient(1.0 if x >= 0 else power, 1 + power, power - ((1 + power) - 1))
    return quotient + rest


def slope_of_asin(x: float) -> float:
    """1/√(1 - x²), rounded once."""
    square, rest = _product(x, x)
    squared = sum(1.0, -square, -rest)
    root = sqrt(squared)
    if not root > 0:
        return div(1.0, root)
    product, more = _product(root, root)
    lost = sum(squared, -product, -more, 1.0, -square, -rest, -squared) / (2 * root)
    quotient, rest = _quotient(1.0, root, lost)
    return quotient + rest


def silu(x: float) -> float:
    return _times_sigmoid(x, x)


def _times_sigmoid(factor: float, x: float, lost: float = 0.0) -> float:
    """factor·σ(x + lost), also where σ itself underflows."""
    if x >= 0:
        return factor / (1 + math.exp(-x) * (1 - lost))
    half = math.exp(x / 2)
    return factor * half * (half * (1 + lost)) / (1 + half * half)


def softplus(x: float) -> float:
    return (0.0 if x <= 0 else x) + math.log1p(math.exp(-abs(x)))


def log_sigmoid(x: float) -> float:
    return -softplus(-x)


def hardswish(x: float) -> float:
    return x * (x + 3) / 6 if -3 < x < 3 else maximum(x, -0.0)


def elu(x: float, alpha: float) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def gaussian(x: float) -> float:
    """exp(-x²/2), whose argument is split so that squaring it loses nothing."""
    if abs(x) > 39:
        return 0.0
    high = _high_bits(x)
    power = math.exp(-high * high / 2)
    return power + power * math.expm1(-(x - high) * (x + high) / 2)


SQRT_HALF, SQRT_HALF_REST = 0.7071067811865476, -4.833646656726457e-17
INV_SQRT_PI, INV_SQRT_2PI = 0.5641895835477563, 0.3989422804014327  # 1/√π, 1/√(2π)


def normal_cdf(x: float) -> float:
    """erfc(-x/√2)/2, by Taylor around the rounded argument."""
    if abs(x) > 39:
        return float(x > 0)
    z, lost = _product(-x, SQRT_HALF)
    return 0.5 * math.erfc(z) - gaussian(x) * (lost - x * SQRT_HALF_REST) * INV_SQRT_PI


def gelu(x: float) -> float:
    """x·Φ(x)"""
    if not -39 < x < -37:
        return x * normal_cdf(x) if abs(x) <= 39 or x != x else maximum(x, -0.0)
    mills = -x  # here Φ underflows before x·Φ does: Laplace's continued fraction for φ/Φ
    for k in range(12, 0, -1):
        mills = k / mills - x
    high = _high_bits(x)
    half = math.exp(-high * high / 4)
    return x * half * math.exp(-(x - high) * (x + high) / 2) * INV_SQRT_2PI / mills * half


GELU_SLOPE, GELU_SLOPE_REST = 1.5957691216057308, -9.96930880911092e-17
GELU_CUBE, GELU_CUBE_REST = 0.044715, 2.1960211427085595e-18


def gelu_tanh(x: float) -> float:
    """x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, as x·σ(2√(2/π)·(x + 0.044715·x³))."""
    if abs(x) > 39:
        return maximum(x, -0.0)
    square, lost_square = _product(x, x)
    bend, lost = _product(GELU_CUBE, square)
    lost += GELU_CUBE * lost_square + GELU_CUBE_REST * square
    stretch = 1 + bend
    lost += (1 - (stretch - (stretch - 1))) + (bend - (stretch - 1))
    inner, lost_inner = _product(x, stretch)
    lost_inner += x * lost
    outer, lost = _product(GELU_SLOPE, inner)
    return _times_sigmoid(x, outer, lost + GELU_SLOPE * lost_inner + GELU_SLOPE_REST * inner)
