"""Gradients that are not to be too large."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd import Value, norm
from nn.optimizers import at_least_zero, checked_parameters


def clip_grad_norm_(parameters: Iterable[Value], max_norm: float) -> float:
    """Shorten the gradient where it is too long, and keep its direction: g ← g·min(1, max_norm / (‖g‖ + 10⁻⁶)).

    Call it between `backward()` and `step()`. (Pascanu, Mikolov, Bengio 2013, On the difficulty of training
    recurrent neural networks.)

    Args:
        parameters: the Values whose `.grad` together are the gradient g.
        max_norm: the greatest length ‖g‖ = √Σ gᵢ² that is left as it is, at least 0; infinity only measures.

    Returns:
        The length that it had.

    Raises:
        TypeError, ValueError: `parameters` are not Values, or there are none; `max_norm` is negative or no number.

    >>> from autograd import Value
    >>> from nn import clip_grad_norm_
    >>> x, y = Value(0.0), Value(0.0)
    >>> (3 * x + 4 * y).backward()
    >>> clip_grad_norm_([x, y], max_norm=1.0)
    5.0
    >>> round(x.grad, 6), round(y.grad, 6)
    (0.6, 0.8)
    """
    found, longest = checked_parameters(parameters), bound("max_norm", max_norm)
    length, factor = length_and_factor([parameter.grad for parameter in found], longest)
    for parameter in found:
        parameter.grad *= factor
    return length


def clip_grad_value_(parameters: Iterable[Value], clip_value: float) -> None:
    """Limit every derivative by itself: gᵢ ← max(-clip_value, min(gᵢ, clip_value)).

    Args:
        parameters: the Values whose `.grad` to limit.
        clip_value: the limit, at least 0.

    Raises:
        TypeError, ValueError: as for `clip_grad_norm_`.

    >>> from autograd import Value
    >>> from nn import clip_grad_value_
    >>> x, y = Value(0.0), Value(0.0)
    >>> (3 * x - 0.5 * y).backward()
    >>> clip_grad_value_([x, y], clip_value=1.0)
    >>> x.grad, y.grad
    (1.0, -0.5)
    """
    found, limit = checked_parameters(parameters), bound("clip_value", clip_value)
    for parameter in found:
        parameter.grad = min(max(parameter.grad, -limit), limit)


def length_and_factor(gradient: Iterable[float], longest: float) -> tuple[float, float]:
    """How long a gradient is, and by what to multiply it so that it is not too long."""
    length = float(norm(gradient))
    return length, min(longest / (length + 1e-6), 1.0)  # nan stays nan


def bound(name: str, x: Any) -> float:
    """A limit, checked."""
    return math.inf if x == math.inf else at_least_zero(name, x, 1.0)
