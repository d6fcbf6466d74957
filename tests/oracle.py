"""What each built-in operation is, once more, in mpmath: the independent word on values and derivatives."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
from mpmath import mp

from autograd.ops import _BUILT_IN, TABLE, Op

DIGITS = 50
ROWS = [TABLE[name] for name in TABLE if name in _BUILT_IN]

ORACLE: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": mpmath.power,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: x if x > 0 else x * 0,
    "abs": abs,
    "maximum": lambda x, y: x if x > y else y,
    "minimum": lambda x, y: x if x < y else y,
    "sign": mpmath.sign,
    "gt": lambda x, y: mpmath.mpf(x > y),
    "eq": lambda x, y: mpmath.mpf(x == y),
    "ne": lambda x, y: mpmath.mpf(x != y),
    "where": lambda condition, x, y: x if condition else y,
}


def points(op: Op, count: int, seed: int = 0) -> Iterator[list[float]]:
    """Arguments from the operation's domain, of all sizes between 1/16 and 16."""
    rng = random.Random(f"{op.name} {seed}")
    for _ in range(count):
        yield [_point(rng, *interval) for interval in op.domain]


def _point(rng: random.Random, low: float, high: float) -> float:
    while True:
        x = math.copysign(2 ** rng.uniform(-4, 4), rng.uniform(-1, 1))
        if low < x < high:
            return x


def exact(f: Callable[..., Any], *args: float, order: int | tuple[int, ...] = 0) -> float:
    """f, or a derivative of it, at 50 digits."""
    with mp.workdps(DIGITS):
        numbers = tuple(map(mpmath.mpf, args))
        if not order or order == (0,) * len(numbers):
            return float(f(*numbers))
        return float(mpmath.diff(f, numbers if len(numbers) > 1 else numbers[0], order))


def ulps(computed: float, wanted: float) -> float:
    """How many units in the last place of `wanted` the two are apart."""
    return abs(computed - wanted) / math.ulp(wanted)
