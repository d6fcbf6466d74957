"""Elementary functions whose formulas lose digits, with what rounding takes away carried along.

The errors of an argument of exp count as many times as it is large; those of tanh double in 1 - tanh².
"""

from __future__ import annotations

import math

from autograd.ieee import div, exp, maximum, pow, sqrt, sum

SPLIT = 2.0**27 + 1


def high_bits(x: float) -> float:
    """x in its first 26 bits, whose square is exact (Veltkamp)."""
    scaled = SPLIT * x
    return scaled - (scaled - x)


def two_product(x: float, y: float) -> tuple[float, float]:
    """x·y, and what rounding has taken from it (Dekker)."""
    xy = x * y
    x1, y1 = high_bits(x), high_bits(y)
    x2, y2 = x - x1, y - y1
    return xy, ((x1 * y1 - xy) + x1 * y2 + x2 * y1) + x2 * y2


def two_sum(x: float, y: float) -> tuple[float, float]:
    """x + y, and what rounding has taken from it (Knuth)."""
    added = x + y
    y1 = added - x
    return added, (x - (added - y1)) + (y - y1)


def two_quotient(x: float, y: float, lost: float) -> tuple[float, float]:
    """x/(y + lost), and what rounding has taken from it."""
    quotient = x / y
    product, rest = two_product(quotient, y)
    return quotient, ((x - product) - rest - quotient * lost) / y


def exp_difference(x: float, y: float) -> float:
    """exp(x - y), with what rounding takes from the difference."""
    difference, lost = two_sum(x, -y)
    power = exp(difference)
    return power * (1 + lost) if 0 < power < math.inf else power


def slope_of_pow(x: float, y: float) -> float:
    """y·x**(y - 1), where the rounding of y - 1, however small, would count hundredfold at a large x."""
    if y == 0:
        return 0.0
    exponent, lost = two_sum(y, -1.0)
    power = pow(x, exponent)
    if not 0 < x < math.inf:
        return y * power
    if math.isinf(power):  # perhaps not if y, which is less than 1 then, comes first
        return y * pow(x, y) / x
    return y * (power + power * lost * math.log(x))


def tanh(x: float) -> float:
    """Rounded once, since 1 - tanh² doubles its error."""
    size = abs(x)
    if not size < 20:
        return math.copysign(1.0, x) if x == x else x
    if size < 0.55:  # x/(1 + x²/(3 + x²/(5 + x²/…))), by Lambert
        fraction = 0.0
        for k in range(17, 1, -2):
            fraction = x * x / (k + fraction)
        quotient, rest = two_quotient(x, *two_sum(1.0, fraction))
        return math.copysign(quotient + rest, x)
    power = math.exp(2 * size)
    quotient, rest = two_quotient(2.0, *two_sum(power, 1.0))
    result, lost = two_sum(1.0, -quotient)
    return math.copysign(result + (lost - rest), x)


def sigmoid(x: float) -> float:
    power = math.exp(-abs(x))
    if not power > 1e-300:
        return 1.0 if x > 0 else power
    quotient, rest = two_quotient(1.0 if x >= 0 else power, *two_sum(1.0, power))
    return quotient + rest


def slope_of_asin(x: float) -> float:
    """1/√(1 - x²), rounded once."""
    square, rest = two_product(x, x)
    squared = sum(1.0, -square, -rest)
    root = sqrt(squared)
    if not root > 0:
        return div(1.0, root)
    product, more = two_product(root, root)
    lost = sum(squared, -product, -more, 1.0, -square, -rest, -squared) / (2 * root)
    quotient, rest = two_quotient(1.0, root, lost)
    return quotient + rest


def silu(x: float) -> float:
    return _times_sigmoid(x, x)


EXP_MINUS_64 = math.exp(-64)


def _times_sigmoid(factor: float, x: float, lost: float = 0.0) -> float:
    """factor·σ(x + lost), also where σ itself underflows."""
    if x < -700:
        return factor * (math.exp(x + 64) * (1 + lost)) * EXP_MINUS_64
    share = sigmoid(x)
    return factor * (share + share * (1 - share) * lost)


def _bell(x: float) -> tuple[float, float]:
    """exp(-x²/2), and what to add to it: its argument is split so that squaring it loses nothing."""
    high = high_bits(x)
    power = math.exp(-high * high / 2)
    return power, power * math.expm1(-(x - high) * (x + high) / 2)


def gaussian(x: float) -> float:
    if abs(x) > 39:
        return 0.0
    power, rest = _bell(x)
    return power + rest


INV_SQRT_PI = 0.5641895835477563  # 1/√π
INV_SQRT_2PI, INV_SQRT_2PI_REST = 0.3989422804014327, -2.49232720227773e-17  # 1/√(2π)

# s² and s²·exp(-s²/2)/5 at the midpoints s of steps of π/5
MIDPOINTS = [(s2, s2 * math.exp(-s2 / 2) / 5) for s2 in [k * k * math.pi**2 / 100 for k in range(1, 28, 2)]]
UPWARDS = 2.0**64


def _tail(x: float) -> float:
    """2**64·Φ(-x) for x >= 1, far from underflow, by the midpoint rule (Hunter and Regan).

    Φ(-x) = exp(-x²/2)·x/π·∫exp(-s²/2)/(x² + s²) ds over all s > 0, and x²/(x² + s²) = 1 - s²/(x² + s²).
    """
    parts = [INV_SQRT_2PI, INV_SQRT_2PI_REST, *[-weight / (x * x + s2) for s2, weight in MIDPOINTS]]
    whole = sum(*parts)
    mills, lost = two_quotient(whole, x, 0.0)
    lost += sum(*parts, -whole) / x
    power, more = [UPWARDS * part for part in _bell(x)]
    tail, rest = two_product(power, mills)
    rest += power * lost + more * mills
    if x < 10:  # else the pole at s = ix is out of reach of the steps
        rest += UPWARDS / (1 + math.exp(10 * x))
    return tail + rest


def normal_cdf(x: float) -> float:
    """Φ(x), near 0 by Maclaurin."""
    if abs(x) > 39:
        return float(x > 0)
    if abs(x) >= 1:
        tail = _tail(abs(x)) / UPWARDS
        return 1 - tail if x > 0 else tail
    bend = 0.0  # -x²/6·(1 - 3·x²/20·(1 - 5·x²/42·(1 - …)))
    for k in range(14, 0, -1):
        bend = -x * x * (2 * k - 1) / (2 * k * (2 * k + 1)) * (1 + bend)
    line, lost = two_product(INV_SQRT_2PI, x)
    result, more = two_sum(0.5, line)
    return result + (more + (lost + INV_SQRT_2PI_REST * x + line * bend))


def gelu(x: float) -> float:
    """x·Φ(x), also where Φ itself underflows."""
    if x < -39:
        return -0.0
    return x * _tail(-x) / UPWARDS if x < -37 else x * normal_cdf(x)


GELU_SLOPE, GELU_SLOPE_REST = 1.5957691216057308, -9.96930880911092e-17
GELU_CUBE, GELU_CUBE_REST = 0.044715, 2.1960211427085595e-18


def gelu_tanh(x: float) -> float:
    """x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, as x·σ(2√(2/π)·(x + 0.044715·x³))."""
    if abs(x) > 39:
        return maximum(x, -0.0)
    square, lost_square = two_product(x, x)
    bend, lost = two_product(GELU_CUBE, square)
    lost += GELU_CUBE * lost_square + GELU_CUBE_REST * square
    stretch, lost_stretch = two_sum(1.0, bend)
    inner, lost_inner = two_product(x, stretch)
    lost_inner += x * (lost + lost_stretch)
    outer, lost = two_product(GELU_SLOPE, inner)
    return _times_sigmoid(x, outer, lost + GELU_SLOPE * lost_inner + GELU_SLOPE_REST * inner)
