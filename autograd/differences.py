"""Derivatives from values alone: finite differences, extrapolated to a step of 0.

Richardson's method, with the error estimate of Ridders (1982). Each side is looked at for itself, so that a kink
or a jump shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

HALVINGS = 8  # of the step, at each scale
SCALES = (-4, -12, -22, -30)  # of the first step, as powers of 2
AGREE = 1e-4  # how well at least the two sides of a smooth function agree

Function = Callable[[float], float]


class Side(NamedTuple):
    """A derivative to one side, how far off it may be, and how far by the rounding of f alone."""

    slope: float
    error: float
    noise: float


class Slope(NamedTuple):
    """A derivative from the left and from the right."""

    left: Side
    right: Side

    @property
    def middle(self) -> float:
        return (self.left.slope + self.right.slope) / 2

    @property
    def error(self) -> float:
        return max(self.left.error, self.right.error)

    @property
    def size(self) -> float:
        return abs(self.left.slope) + abs(self.right.slope)

    @property
    def smooth(self) -> bool:
        """Whether both sides agree: there is no kink here, nor so near that it would be stepped over."""
        apart = abs(self.left.slope - self.right.slope)
        return apart <= AGREE * self.size + 4 * (self.left.noise + self.right.noise)

    @property
    def settled(self) -> bool:
        """Whether the differences tend to a number: not so at a jump, where they grow beyond all bounds."""
        return all(side.error <= 0.01 * abs(side.slope) + 3 * side.noise + 1e-6 for side in self)

    def tells(self, derivative: float) -> bool:
        """Whether it is exact enough to confirm a derivative of that size."""
        return self.smooth and self.error <= AGREE * max(abs(derivative), AGREE)

    def allows(self, derivative: float, rtol: float, atol: float) -> bool:
        """Whether a derivative may be right: at a kink all between the two sides may, at a jump any."""
        if not self.settled:
            return True
        slack = atol + rtol * max(abs(derivative), self.size) + 10 * self.error
        low, high = sorted((self.left.slope, self.right.slope))
        return low - slack <= derivative <= high + slack


def slope(f: Function, x: float) -> Slope | None:
    """The derivative of f at x, at the scale at which it can be told best; None where it cannot be told.

    >>> import math
    >>> found = slope(math.sin, 1.0)
    >>> found.smooth, found.middle
    (True, 0.5403023058...)
    >>> slope(abs, 0.0).smooth
    False
    """
    sizes = [1.0, abs(x)] if 0 < abs(x) < 1 else [1.0]
    slopes = [_at_scale(f, x, math.ldexp(size, scale)) for size in sizes for scale in SCALES]
    finite = [found for found in slopes if found is not None]
    smooth = [found for found in finite if found.smooth]
    return min(smooth or finite, key=_uncertainty, default=None)


def _uncertainty(found: Slope) -> tuple[float, float]:
    return found.error / (found.size + found.error or 1.0), found.error


def _at_scale(f: Function, x: float, step: float) -> Slope | None:
    try:
        found = Slope(_one_sided(f, x, -step), _one_sided(f, x, step))
    except (ArithmeticError, ValueError):  # f is not defined here
        return None
    return found if all(math.isfinite(number) for side in found for number in side) else None


def _one_sided(f: Function, x: float, step: float) -> Side:
    here = f(x)
    best = Side(math.nan, math.inf, math.inf)
    previous: list[float] = []
    for _ in range(HALVINGS):
        there = f(x + step)
        exact_step = (x + step) - x
        noise = 4 * math.ulp(max(abs(here), abs(there))) / abs(exact_step)
        row = [(there - here) / exact_step]
        for order, coarser in enumerate(previous, start=1):
            row.append(row[-1] + (row[-1] - coarser) / (2**order - 1))
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - coarser)) + noise
            if error < best.error:
                best = Side(row[-1], error, noise)
        previous = row
        step /= 2
    return best
