"""What each built-in operation is, once more, in mpmath: the independent word on values and derivatives.

The formulas here are chosen to keep their digits at 50 digits: sech² rather than 1 - tanh².
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import mpmath
from mpmath import mp, mpf

from autograd import log_softmax, logsumexp, softmax
from autograd.table import BUILT_IN, TABLE, Op

DIGITS = 50
ROWS = [TABLE[name] for name in TABLE if name in BUILT_IN]


class Truth(NamedTuple):
    """A function, and its derivative for each argument; for any number of arguments, of three."""

    value: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...]


def truth(value: Callable[..., Any], *partials: Callable[..., Any]) -> Truth:
    return Truth(value, partials)


def _zero(*_: Any) -> Any:
    return mpf(0)


def _one(*_: Any) -> Any:
    return mpf(1)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x)) if x >= 0 else mpmath.exp(x) / (1 + mpmath.exp(x))


def _softplus(x: Any) -> Any:
    return max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x)))


def _normal_cdf(x: Any) -> Any:
    return mpmath.ncdf(_clamp(x, -1000, 1000))  # beyond, mpmath's own arithmetic gives up


def _gelu_tanh_inner(x: Any) -> Any:
    return 2 * mpmath.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)


def _gelu_tanh_slope(x: Any) -> Any:
    s, slope = _sigmoid(_gelu_tanh_inner(x)), 2 * mpmath.sqrt(2 / mp.pi) * (1 + 3 * mpf("0.044715") * x**2)
    return s + x * s * _sigmoid(-_gelu_tanh_inner(x)) * slope


def _clamp(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


def _slope_of_pow(x: Any, y: Any) -> Any:
    return y * mpmath.power(x, y - 1) if y else mpf(0)


def _share(pick: Callable[..., Any]) -> Callable[[int], Callable[..., Any]]:
    """The derivative of the greatest, or the smallest, with respect to one."""
    return lambda i: lambda *xs: mpf(xs[i] == pick(xs)) / xs.count(pick(xs))


def _length(*xs: Any) -> Any:
    return mpmath.sqrt(sum(x * x for x in xs))


def _sum(*xs: Any) -> Any:
    with mp.workprec(2200):  # from the greatest float64 down to the least
        return mpmath.fsum(xs)


def _truncated(function: Callable[[float], int]) -> Callable[[Any], Any]:
    return lambda x: mpf(function(float(x)))  # of a float64, exactly


ORACLE: dict[str, Truth] = {
    "add": truth(lambda x, y: x + y, _one, _one),
    "sub": truth(lambda x, y: x - y, _one, lambda x, y: mpf(-1)),
    "mul": truth(lambda x, y: x * y, lambda x, y: y, lambda x, y: x),
    "div": truth(lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "neg": truth(lambda x: -x, lambda x: mpf(-1)),
    "pow": truth(mpmath.power, _slope_of_pow, lambda x, y: mpmath.power(x, y) * mpmath.log(x)),
    "sqrt": truth(mpmath.sqrt, lambda x: 1 / (2 * mpmath.sqrt(x))),
    "cbrt": truth(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), lambda x: 1 / (3 * mpmath.cbrt(abs(x)) ** 2)),
    "exp": truth(mpmath.exp, mpmath.exp),
    "expm1": truth(mpmath.expm1, mpmath.exp),
    "exp_difference": truth(
        lambda x, y: mpmath.exp(_sum(x, -y)),
        lambda x, y: mpmath.exp(_sum(x, -y)),
        lambda x, y: -mpmath.exp(_sum(x, -y)),
    ),
    "log": truth(mpmath.log, lambda x: 1 / x),
    "log1p": truth(mpmath.log1p, lambda x: 1 / (1 + x)),
    "log2": truth(lambda x: mpmath.log(x, 2), lambda x: 1 / (x * mpmath.log(2))),
    "log10": truth(mpmath.log10, lambda x: 1 / (x * mpmath.log(10))),
    "sin": truth(mpmath.sin, mpmath.cos),
    "cos": truth(mpmath.cos, lambda x: -mpmath.sin(x)),
    "tan": truth(mpmath.tan, lambda x: 1 / mpmath.cos(x) ** 2),
    "asin": truth(mpmath.asin, lambda x: 1 / mpmath.sqrt(1 - x * x)),
    "acos": truth(mpmath.acos, lambda x: -1 / mpmath.sqrt(1 - x * x)),
    "atan": truth(mpmath.atan, lambda x: 1 / (1 + x * x)),
    "atan2": truth(mpmath.atan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
    "hypot": truth(_length, *[lambda *xs, i=i: xs[i] / _length(*xs) for i in range(3)]),
    "sinh": truth(mpmath.sinh, mpmath.cosh),
    "cosh": truth(mpmath.cosh, mpmath.sinh),
    "tanh": truth(mpmath.tanh, lambda x: mpmath.sech(x) ** 2),
    "asinh": truth(mpmath.asinh, lambda x: 1 / mpmath.sqrt(1 + x * x)),
    "acosh": truth(mpmath.acosh, lambda x: 1 / mpmath.sqrt(x * x - 1)),
    "atanh": truth(mpmath.atanh, lambda x: 1 / (1 - x * x)),
    "gaussian": truth(lambda x: mpmath.exp(-x * x / 2), lambda x: -x * mpmath.exp(-x * x / 2)),
    "normal_cdf": truth(_normal_cdf, mpmath.npdf),
    "erf": truth(mpmath.erf, lambda x: 2 / mpmath.sqrt(mp.pi) * mpmath.exp(-x * x)),
    "sigmoid": truth(_sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x)),
    "log_sigmoid": truth(lambda x: -_softplus(-x), lambda x: _sigmoid(-x)),
    "softplus": truth(_softplus, _sigmoid),
    "silu": truth(lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) * (1 + x * _sigmoid(-x))),
    "gelu": truth(lambda x: x * _normal_cdf(x), lambda x: _normal_cdf(x) + x * mpmath.npdf(x)),
    "gelu_tanh": truth(lambda x: x * _sigmoid(_gelu_tanh_inner(x)), _gelu_tanh_slope),
    "relu": truth(lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
    "leaky_relu": truth(
        lambda x, slope: x if x > 0 else slope * x,
        lambda x, slope: mpf(1) if x > 0 else slope,
        lambda x, slope: min(x, mpf(0)),
    ),
    "elu": truth(
        lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x),
        lambda x, alpha: mpf(1) if x > 0 else alpha * mpmath.exp(x),
        lambda x, alpha: mpmath.expm1(min(x, mpf(0))),
    ),
    "hardswish": truth(
        lambda x: x * _clamp(x + 3, 0, 6) / 6, lambda x: (_clamp(x + 3, 0, 6) + (x if -3 < x < 3 else 0)) / 6
    ),
    "abs": truth(abs, mpmath.sign),
    "sum": truth(_sum, _one, _one, _one),
    "mean": truth(lambda *xs: _sum(*xs) / len(xs), *[lambda *xs: mpf(1) / len(xs)] * 3),
    "prod": truth(lambda x, y, z: x * y * z, lambda x, y, z: y * z, lambda x, y, z: x * z, lambda x, y, z: x * y),
    "maximum": truth(lambda *xs: max(xs), *map(_share(max), range(3))),
    "minimum": truth(lambda *xs: min(xs), *map(_share(min), range(3))),
    "sign": truth(mpmath.sign, _zero),
    "floor": truth(_truncated(math.floor), _zero),
    "ceil": truth(_truncated(math.ceil), _zero),
    "round": truth(_truncated(round), _zero),
    "detach": truth(lambda x: x, _zero),
    "gt": truth(lambda x, y: mpf(x > y), _zero, _zero),
    "ge": truth(lambda x, y: mpf(x >= y), _zero, _zero),
    "lt": truth(lambda x, y: mpf(x < y), _zero, _zero),
    "le": truth(lambda x, y: mpf(x <= y), _zero, _zero),
    "eq": truth(lambda x, y: mpf(x == y), _zero, _zero),
    "ne": truth(lambda x, y: mpf(x != y), _zero, _zero),
    "where": truth(
        lambda condition, x, y: x if condition else y,
        _zero,
        lambda condition, x, y: mpf(condition != 0),
        lambda condition, x, y: mpf(condition == 0),
    ),
    "clamp": truth(
        _clamp,
        lambda x, low, high: mpf(low <= x <= high and low < high),
        lambda x, low, high: mpf(x < low <= high),
        lambda x, low, high: mpf(max(x, low) > high),
    ),
    "hardtanh": truth(
        _clamp,
        lambda x, low, high: mpf(low < x < high),
        lambda x, low, high: mpf(x < low <= high),
        lambda x, low, high: mpf(max(x, low) > high),
    ),
}


# Functions of one number that are composed of rows.
COMPOSED: dict[str, Truth] = {
    "step": truth(lambda x: mpf(x > 0), _zero),
    "leaky_relu": truth(lambda x: x if x > 0 else mpf(0.01) * x, lambda x: mpf(1 if x > 0 else 0.01)),
    "elu": truth(lambda x: x if x > 0 else mpmath.expm1(x), lambda x: mpmath.exp(min(x, 0))),
    "selu": truth(
        lambda x: mpf(1.0507009873554805) * (x if x > 0 else mpf(1.6732632423543772) * mpmath.expm1(x)),
        lambda x: mpf(1.0507009873554805) * (1 if x > 0 else mpf(1.6732632423543772) * mpmath.exp(x)),
    ),
    "hardtanh": truth(lambda x: _clamp(x, -1, 1), lambda x: mpf(-1 < x < 1)),
    "relu6": truth(lambda x: _clamp(x, 0, 6), lambda x: mpf(0 < x < 6)),
    "hardsigmoid": truth(lambda x: _clamp(x + 3, 0, 6) / 6, lambda x: mpf(-3 < x < 3) / 6),
    "hardshrink": truth(lambda x: x if abs(x) > 0.5 else mpf(0), lambda x: mpf(abs(x) > 0.5)),
}


def share(i: int, *xs: Any) -> Any:
    """What exp(xs[i]) is of the sum of all exponentials. 1 minus it is the sum of the other shares, without loss."""
    return 1 / mpmath.fsum(mpmath.exp(x - xs[i]) for x in xs)


def log_share(first: Any, *others: Any) -> Any:
    return -mpmath.log1p(mpmath.fsum(mpmath.exp(x - first) for x in others))


def log_of_sum(*xs: Any) -> Any:
    return max(xs) - log_share(*sorted(xs, reverse=True))


# Functions of many numbers that are composed of rows, of three.
OF_THREE: dict[str, tuple[Callable[..., Any], Truth]] = {
    "logsumexp": (
        lambda *xs: logsumexp(xs),
        truth(log_of_sum, *[lambda *xs, i=i: share(i, *xs) for i in range(3)]),
    ),
    "softmax[0]": (
        lambda *xs: softmax(xs)[0],
        truth(
            lambda *xs: share(0, *xs),
            lambda *xs: share(0, *xs) * (share(1, *xs) + share(2, *xs)),
            lambda *xs: -share(0, *xs) * share(1, *xs),
            lambda *xs: -share(0, *xs) * share(2, *xs),
        ),
    ),
    "log_softmax[0]": (
        lambda *xs: log_softmax(xs)[0],
        truth(
            log_share,
            lambda *xs: share(1, *xs) + share(2, *xs),
            lambda *xs: -share(1, *xs),
            lambda *xs: -share(2, *xs),
        ),
    ),
}


def arity(op: Op) -> int:
    """How many arguments the tests give it."""
    return len(ORACLE[op.name].partials)


def domain(op: Op) -> tuple[tuple[float, float], ...]:
    return op.domain if op.arity else op.domain * arity(op)


def points(op: Op, count: int, seed: int = 0) -> Iterator[list[float]]:
    """Arguments from the operation's domain, of all sizes between 1/16 and 16."""
    rng = random.Random(f"{op.name} {seed}")
    for _ in range(count):
        yield [_inside(interval, lambda: _size(rng, -4, 4)) for interval in domain(op)]


def points_everywhere(op: Op, count: int) -> Iterator[list[float]]:
    """Arguments from all of the operation's domain.

    Of usual sizes, of every exponent a float64 has, and at and around the landmarks: where something
    branches, saturates, overflows or underflows.
    """
    rng = random.Random(op.name)
    kinds = [lambda: _size(rng, -4, 4), lambda: _size(rng, -1074, 1024), lambda: _near_landmark(rng)]
    for _ in range(count):
        args = [_inside(interval, rng.choice(kinds)) for interval in domain(op)]
        alike = [args[0] * _size(rng, -1, 1) for _ in args]
        if rng.random() < 0.2 and all(low < x < high for x, (low, high) in zip(alike, domain(op))):
            args = alike
        if op.name == "pow" and rng.random() < 0.8 and args[0] != 1:  # seldom in range by chance
            args[1] = rng.uniform(-1074, 1024) / math.log2(args[0])
        yield args


def points_of_three(count: int) -> Iterator[list[float]]:
    """Points for `OF_THREE`, whose exponentials mpmath can hold at 50 digits."""
    everywhere = points_everywhere(TABLE["sum"], 6 * count)
    return islice((point for point in everywhere if max(map(abs, point)) <= 1e4), count)


def _inside(interval: tuple[float, float], pick: Callable[[], float]) -> float:
    while True:
        x = pick()
        if interval[0] < x < interval[1]:
            return x


def _size(rng: random.Random, low: float, high: float) -> float:
    exponent = rng.uniform(low, high)
    size = math.ldexp(2 ** (exponent % 1), math.floor(exponent))
    return rng.choice([size, -size])


LANDMARKS = [
    *(1.0, 0.5, 2.0, 3.0, 6.0, math.pi / 2, math.pi, 10.0, 20.0, 36.7, 38.5, 354.9, 708.4, 709.78, 745.13, 2.0**53),
    *(1.2533, 1.2785, 0.7518),  # at about -1.2785 and -0.7518 the derivatives of silu and gelu are 0
    *(sys.float_info.max, sys.float_info.min, 5e-324, 2.0**512, 2.0**-512),
]


def _near_landmark(rng: random.Random) -> float:
    x = rng.choice(LANDMARKS) * rng.choice([1, -1])
    near = rng.choice([x, x * (1 + _size(rng, -60, -1)), x + rng.randint(-3, 3) * math.ulp(x)])
    return near if near and math.isfinite(near) else x


def exact(f: Callable[..., Any], *args: float, order: int | tuple[int, ...] = 0) -> float:
    """f, or a derivative of it, at 50 digits."""
    with mp.workdps(DIGITS):
        numbers = tuple(map(mpf, args))
        if not order or order == (0,) * len(numbers):
            return float(f(*numbers))
        return float(mpmath.diff(f, numbers if len(numbers) > 1 else numbers[0], order))


def error_in_ulps(computed: float, wanted: Any) -> float:
    """How many units in the last place of `wanted`, an mpmath number, the two are apart."""
    nearest = float(wanted)
    if math.isinf(nearest):  # too large to be represented
        return 0.0 if computed == nearest else math.inf
    if not math.isfinite(computed):
        return math.inf
    return float(abs(computed - wanted) / math.ulp(nearest))
