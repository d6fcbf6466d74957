"""Elementary functions with IEEE 754 results: inf and nan where `math` and Python's operators raise."""

from __future__ import annotations

import math


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


def exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def sqrt(x: float) -> float:
    return math.nan if x < 0 else math.sqrt(x)


def sin(x: float) -> float:
    return math.nan if math.isinf(x) else math.sin(x)


def cos(x: float) -> float:
    return math.nan if math.isinf(x) else math.cos(x)


def sigmoid(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def maximum(x: float, y: float) -> float:
    return x if x > y or x != x else y


def minimum(x: float, y: float) -> float:
    return x if x < y or x != x else y


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))
