"""What a network is to make small: how far the outputs of a batch are from their targets.

As in PyTorch, `reduction` says whether the losses of a batch make a "mean", a "sum", or with "none" a list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import (
    Value,
    clamp,
    detach,
    dot,
    eq,
    exp_difference,
    expm1,
    log,
    log1p,
    log_sigmoid,
    log_softmax,
    maximum,
    mean,
    ne,
    relu,
    scope,
    where,
)
from nn.pairs import check_yes_or_no, pairs_of, rows_of

Number = float | Value
Row = Sequence[Number]
Numbers = Sequence[Number] | Sequence[Row]

REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {"mean": mean, "sum": autograd.sum, "none": list}
LEAST_LOG = -100.0  # as in PyTorch, where log 0 would be -inf
BELOW_1 = 1 - 2**-53  # the greatest float64 there is


def mse_loss(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """The mean squared error: (1/n) Σ (outputᵢ - targetᵢ)².

    Args:
        outputs: the n outputs of a network, one for each sample; or a row of them for each, which all count alike.
        targets: the numbers they should be.
        reduction: "mean", "sum", or "none".

    Returns:
        The loss; a list of n losses if the reduction is "none".

    Raises:
        TypeError: something is not a list, or not a number.
        ValueError: there are none, not as many outputs as targets, a target is nan, or the reduction is unknown.

    >>> from autograd import Value
    >>> from nn import mse_loss
    >>> mse_loss([Value(1.0), Value(2.0)], [3.0, 2.0]).data
    2.0
    """
    pairs = pairs_of("mse_loss", outputs, targets)
    with scope("mse_loss", closed=True):
        return _reduced([(output - target) ** 2 for _, output, target in pairs], reduction)


def half_sum_of_squares(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Half the sum of the squared errors: ½ Σ (outputᵢ - targetᵢ)², whose gradients are the errors themselves.

    PyTorch has no name for it. Arguments and errors are those of `mse_loss`, but the losses are summed up unless
    `reduction` says otherwise.

    >>> from autograd import Value
    >>> from nn import half_sum_of_squares
    >>> output = Value(1.0)
    >>> half_sum_of_squares([output], [4.0]).backward()
    >>> output.grad
    -3.0
    """
    pairs = pairs_of("half_sum_of_squares", outputs, targets)
    with scope("half_sum_of_squares", closed=True):
        return _reduced([(output - target) ** 2 / 2 for _, output, target in pairs], reduction)


def l1_loss(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """The mean absolute error: (1/n) Σ |outputᵢ - targetᵢ|.

    Arguments and errors are those of `mse_loss`. Where output and target are equal, the gradient is 0.

    >>> from autograd import Value
    >>> from nn import l1_loss
    >>> l1_loss([Value(1.0), Value(2.0)], [3.0, 2.0]).data
    1.0
    """
    pairs = pairs_of("l1_loss", outputs, targets)
    with scope("l1_loss", closed=True):
        return _reduced([abs(output - target) for _, output, target in pairs], reduction)


def huber_loss(outputs: Numbers, targets: Numbers, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Squares of small errors, magnitudes of large ones, so that outliers pull less (Huber 1964).

    With eᵢ = outputᵢ - targetᵢ it is the mean of ½·eᵢ² where |eᵢ| ≤ δ, else of δ·(|eᵢ| - ½·δ). Either is
    cᵢ·(eᵢ - ½·cᵢ), where cᵢ is eᵢ kept between -δ and δ; and cᵢ is the slope.

    Args:
        outputs, targets, reduction: as for `mse_loss`.
        delta: up to which size an error is small; greater than 0.

    >>> from autograd import Value
    >>> from nn import huber_loss
    >>> huber_loss([Value(0.5), Value(3.0)], [0.0, 0.0], reduction="none")
    [Value(data=0.125, grad=0.0), Value(data=2.5, grad=0.0)]
    """
    if not delta > 0:
        raise ValueError(f"delta is the size up to which errors are squared, greater than 0; got {delta}")
    pairs = pairs_of("huber_loss", outputs, targets)
    with scope("huber_loss", closed=True):
        errors = [output - target for _, output, target in pairs]
        kept = [clamp(error, -delta, delta) for error in errors]
        return _reduced([c * (error - c / 2) for c, error in zip(kept, errors)], reduction)


def hinge_loss(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """The maximum-margin loss of two classes: (1/n) Σ max(0, 1 - targetᵢ·outputᵢ).

    It is 0 when every output has its target's sign and is at least 1 away from 0.

    Args:
        outputs: the n outputs of a network, as for `mse_loss`.
        targets: the n classes, each -1 or 1.
        reduction: "mean", "sum", or "none".

    Returns:
        The loss; a list of n losses if the reduction is "none".

    Raises:
        TypeError, ValueError: as for `mse_loss`, or a target is neither -1 nor 1.

    >>> from autograd import Value
    >>> from nn import hinge_loss
    >>> hinge_loss([Value(0.5), Value(-3.0)], [1, -1]).data
    0.25
    """
    pairs = pairs_of("hinge_loss", outputs, targets)
    for place, _, label in pairs:
        if float(label) not in (-1.0, 1.0):
            raise ValueError(f"hinge_loss takes labels -1 and 1; label {place} is {label}")
    with scope("hinge_loss", closed=True):
        return _reduced([relu(1 - label * score) for _, score, label in pairs], reduction)


def binary_cross_entropy(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """How surprising the targets are to predicted probabilities: -(1/n) Σ (tᵢ·log pᵢ + (1 - tᵢ)·log(1 - pᵢ)).

    As in PyTorch, no logarithm counts less than -100, so that the loss is finite at a p of 0 and 1. Beyond that
    bound the loss is flat: `binary_cross_entropy_with_logits` goes on learning there.

    Args:
        outputs: the n probabilities that the answer is yes, such as a sigmoid gives, from 0 to 1.
        targets: 1 for yes and 0 for no, or a probability.
        reduction: "mean", "sum", or "none".

    Returns:
        The loss; a list of n losses if the reduction is "none".

    Raises:
        TypeError, ValueError: as for `mse_loss`, or an output or a target is not from 0 to 1.

    >>> from autograd import Value
    >>> from nn import binary_cross_entropy
    >>> binary_cross_entropy([Value(0.5), Value(1.0)], [1, 0], reduction="none")
    [Value(data=0.693..., grad=0.0), Value(data=100.0, grad=0.0)]
    """
    pairs = pairs_of("binary_cross_entropy", outputs, targets)
    for place, p, target in pairs:
        if not 0 <= float(p) <= 1:
            raise ValueError(
                f"binary_cross_entropy takes probabilities from 0 to 1; output {place} is {float(p)}: "
                "put a sigmoid before it, or use binary_cross_entropy_with_logits"
            )
        check_yes_or_no("binary_cross_entropy", place, target)
    with scope("binary_cross_entropy", closed=True):
        return _reduced([-(t * _log(p) + (1 - t) * _log_of_rest(p)) for _, p, t in pairs], reduction)


def binary_cross_entropy_with_logits(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """`binary_cross_entropy` of σ(x), exact for any x: -(1/n) Σ (tᵢ·log σ(xᵢ) + (1 - tᵢ)·log σ(-xᵢ)).

    Args:
        outputs: the n logits x, outputs before any sigmoid.
        targets, reduction: as for `binary_cross_entropy`, as are the errors.

    >>> from autograd import Value
    >>> from nn import binary_cross_entropy_with_logits
    >>> binary_cross_entropy_with_logits([Value(-1000.0)], [1]).data
    1000.0
    """
    pairs = pairs_of("binary_cross_entropy_with_logits", outputs, targets)
    for place, _, target in pairs:
        check_yes_or_no("binary_cross_entropy_with_logits", place, target)
    with scope("binary_cross_entropy_with_logits", closed=True):
        return _reduced([-(t * log_sigmoid(x) + (1 - t) * log_sigmoid(-x)) for _, x, t in pairs], reduction)


def cross_entropy(outputs: Sequence[Row], targets: Numbers, reduction: str = "mean") -> Any:
    """How surprising the targets are to the softmax of the logits: the mean of -log softmax(x)[label].

    With probabilities t in place of a label it is -Σ tⱼ·log softmax(x)ⱼ.

    Args:
        outputs: for each of n samples a row of logits, one for each class: outputs before any softmax.
        targets: for each sample its label, an integer from 0 on, or a row of probabilities, as of one-hot labels.
        reduction: "mean", "sum", or "none".

    Returns:
        The loss; a list of n losses if the reduction is "none".

    Raises:
        TypeError: something is not a list of rows, or not a number.
        ValueError: there are none, not as many outputs as targets, a label is none of the classes, a target row is
            not as long as that of the logits or not made of probabilities, or the reduction is unknown.

    >>> from autograd import Value
    >>> from nn import cross_entropy
    >>> logits = [[Value(1000.0), Value(0.0)], [Value(2.0), Value(2.0)]]
    >>> cross_entropy(logits, [1, 0], reduction="none")
    [Value(data=1000.0, grad=0.0), Value(data=0.693..., grad=0.0)]
    """
    rows = rows_of("cross_entropy", outputs, targets)
    with scope("cross_entropy", closed=True):
        return _reduced([_cross_entropy(logits, target) for logits, target in rows], reduction)


def nll_loss(outputs: Sequence[Row], targets: Numbers, reduction: str = "mean") -> Any:
    """The negative log-likelihood of the labels: the mean of -xᵢ[labelᵢ]. After `log_softmax` it is `cross_entropy`.

    Args:
        outputs: for each of n samples a row of log-probabilities, one for each class.
        targets: for each sample its label, an integer from 0 on, or a one-hot row.
        reduction: as for `cross_entropy`, as are the errors.

    >>> from autograd import Value, log_softmax
    >>> from nn import nll_loss
    >>> nll_loss([log_softmax([Value(0.0), Value(0.0)])], [1]).data
    0.693...
    """
    rows = rows_of("nll_loss", outputs, targets)
    for row, (_, target) in enumerate(rows):
        if isinstance(target, list):
            raise ValueError(
                f"nll_loss takes labels such as 2, or one-hot rows; target {row} is {target!r:.60}: "
                "for probabilities use cross_entropy of logits"
            )
    with scope("nll_loss", closed=True):
        return _reduced([-_chosen(log_probabilities, label) for log_probabilities, label in rows], reduction)


def softmax_cross_entropy_with_logits(labels: Numbers, logits: Sequence[Row]) -> list[Any]:
    """`cross_entropy` under TensorFlow's name: labels first, and one loss for each sample.

    Args:
        labels: for each sample a row of probabilities, as of one-hot labels; a label will do, too.
        logits: for each sample a row of logits, one for each class.

    Returns:
        A list of losses.

    Raises:
        TypeError, ValueError: as for `cross_entropy`.

    >>> from autograd import Value
    >>> from nn import softmax_cross_entropy_with_logits
    >>> softmax_cross_entropy_with_logits(labels=[[1, 0]], logits=[[Value(2.0), Value(2.0)]])
    [Value(data=0.693..., grad=0.0)]
    """
    rows = rows_of("softmax_cross_entropy_with_logits", logits, labels)
    with scope("softmax_cross_entropy_with_logits", closed=True):
        return [_cross_entropy(row, target) for row, target in rows]


def _log(p: Number) -> Any:
    return log(clamp(p, min=math.exp(LEAST_LOG)))


def _log_of_rest(p: Number) -> Any:
    """log(1 - p), with a slope that is finite also at 1."""
    return where(eq(p, 1.0), LEAST_LOG, log1p(-clamp(p, max=BELOW_1)))


def _cross_entropy(logits: list[Any], target: int | Value | list[Any]) -> Any:
    return -dot(target, log_softmax(logits)) if isinstance(target, list) else _surprise(logits, target)


def _surprise(logits: list[Any], label: int | Value) -> Any:
    """-log softmax(x)[label] as log(1 + Σ exp(xⱼ - x)) over the others, x being the logit of the label.

    So its slope is a sum of probabilities, not 1 minus one that is almost 1. The constant `lead` prevents overflow.
    """
    x = _chosen(logits, label)
    lead = detach(maximum(*logits) - x)
    greatest = x + lead
    if isinstance(label, Value):
        powers = [ne(label, k) * exp_difference(logit, greatest) for k, logit in enumerate(logits)]
    else:
        powers = [exp_difference(other, greatest) for k, other in enumerate(logits) if k != label]
    return lead + log1p(autograd.sum([expm1(-lead), *powers]))


def _chosen(row: list[Any], label: int | Value) -> Any:
    """What stands at a label. One that is a Value, such as an input of a program, may change after this is recorded."""
    if isinstance(label, int):
        return row[label]
    return autograd.sum([where(eq(label, k), x, 0.0) for k, x in enumerate(row)])


def _reduced(losses: list[Any], reduction: str) -> Any:
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {', '.join(map(repr, REDUCTIONS))}; got {reduction!r:.60}")
    return REDUCTIONS[reduction](losses)
