"""What a network is to make small: how far the outputs of a batch are from their targets.

As in PyTorch, `reduction` says whether the losses of a batch make a "mean", a "sum", or with "none" a list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import Any, NamedTuple

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
    relu,
    scope,
    where,
)

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
    pairs = _pairs("mse_loss", outputs, targets)
    with scope("mse_loss", closed=True):
        return _added_up([(output - target) ** 2 for _, output, target in pairs], reduction)


def half_sum_of_squares(outputs: Numbers, targets: Numbers, reduction: str = "sum") -> Any:
    """Half the sum of the squared errors: ½ Σ (outputᵢ - targetᵢ)², whose gradients are the errors themselves.

    PyTorch has no name for it. Arguments and errors are those of `mse_loss`, but the losses are summed up unless
    `reduction` says otherwise.

    >>> from autograd import Value
    >>> from nn.losses import half_sum_of_squares
    >>> output = Value(1.0)
    >>> half_sum_of_squares([output], [4.0]).backward()
    >>> output.grad
    -3.0
    """
    pairs = _pairs("half_sum_of_squares", outputs, targets)
    with scope("half_sum_of_squares", closed=True):
        return _reduced([(output - target) ** 2 / 2 for _, output, target in pairs], reduction)


def l1_loss(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """The mean absolute error: (1/n) Σ |outputᵢ - targetᵢ|.

    Arguments and errors are those of `mse_loss`. Where output and target are equal, the gradient is 0.

    >>> from autograd import Value
    >>> from nn.losses import l1_loss
    >>> l1_loss([Value(1.0), Value(2.0)], [3.0, 2.0]).data
    1.0
    """
    pairs = _pairs("l1_loss", outputs, targets)
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
    >>> from nn.losses import huber_loss
    >>> huber_loss([Value(0.5), Value(3.0)], [0.0, 0.0], reduction="none")
    [Value(data=0.125, grad=0.0), Value(data=2.5, grad=0.0)]
    """
    if not delta > 0:
        raise ValueError(f"delta is the size up to which errors are squared, greater than 0; got {delta}")
    pairs = _pairs("huber_loss", outputs, targets)
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
    pairs = _pairs("hinge_loss", outputs, targets)
    for place, _, label in pairs:
        if float(label) not in (-1.0, 1.0):
            raise ValueError(f"hinge_loss takes labels -1 and 1; label {place} is {label}")
    with scope("hinge_loss", closed=True):
        return _added_up([relu(1 - label * score) for _, score, label in pairs], reduction)


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
    >>> from nn.losses import binary_cross_entropy
    >>> binary_cross_entropy([Value(0.5), Value(1.0)], [1, 0], reduction="none")
    [Value(data=0.693..., grad=0.0), Value(data=100.0, grad=0.0)]
    """
    pairs = _pairs("binary_cross_entropy", outputs, targets)
    for place, p, target in pairs:
        if not 0 <= float(p) <= 1:
            raise ValueError(
                f"binary_cross_entropy takes probabilities from 0 to 1; output {place} is {float(p)}: "
                "put a sigmoid before it, or use binary_cross_entropy_with_logits"
            )
        _check_yes_or_no("binary_cross_entropy", place, target)
    with scope("binary_cross_entropy", closed=True):
        return _reduced([-(t * _log(p) + (1 - t) * _log_of_rest(p)) for _, p, t in pairs], reduction)


def binary_cross_entropy_with_logits(outputs: Numbers, targets: Numbers, reduction: str = "mean") -> Any:
    """`binary_cross_entropy` of σ(x), exact for any x: -(1/n) Σ (tᵢ·log σ(xᵢ) + (1 - tᵢ)·log σ(-xᵢ)).

    Args:
        outputs: the n logits x, outputs before any sigmoid.
        targets, reduction: as for `binary_cross_entropy`, as are the errors.

    >>> from autograd import Value
    >>> from nn.losses import binary_cross_entropy_with_logits
    >>> binary_cross_entropy_with_logits([Value(-1000.0)], [1]).data
    1000.0
    """
    pairs = _pairs("binary_cross_entropy_with_logits", outputs, targets)
    for place, _, target in pairs:
        _check_yes_or_no("binary_cross_entropy_with_logits", place, target)
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
    >>> from nn.losses import cross_entropy
    >>> logits = [[Value(1000.0), Value(0.0)], [Value(2.0), Value(2.0)]]
    >>> cross_entropy(logits, [1, 0], reduction="none")
    [Value(data=1000.0, grad=0.0), Value(data=0.693..., grad=0.0)]
    """
    rows = _rows("cross_entropy", outputs, targets)
    with scope("cross_entropy", closed=True):
        return _reduced([_cross_entropy(logits, target) for logits, target in rows], reduction)


def nll_loss(outputs: Sequence[Row], targets: Numbers, reduction: str = "mean") -> Any:
    """The negative log-likelihood of the labels: the mean of -xᵢ[labelᵢ]. After `log_softmax` it is `cross_entropy`.

    Args:
        outputs: for each of n samples a row of log-probabilities, one for each class.
        targets: for each sample its label, an integer from 0 on, or a one-hot row.
        reduction: as for `cross_entropy`, as are the errors.

    >>> from autograd import Value, log_softmax
    >>> from nn.losses import nll_loss
    >>> nll_loss([log_softmax([Value(0.0), Value(0.0)])], [1]).data
    0.693...
    """
    rows = _rows("nll_loss", outputs, targets)
    for row, (_, target) in enumerate(rows):
        if not isinstance(target, int):
            raise ValueError(
                f"nll_loss takes labels such as 2, or one-hot rows; target {row} is {target!r:.60}: "
                "for probabilities use cross_entropy of logits"
            )
    with scope("nll_loss", closed=True):
        return _reduced([-log_probabilities[label] for log_probabilities, label in rows], reduction)


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
    >>> from nn.losses import softmax_cross_entropy_with_logits
    >>> softmax_cross_entropy_with_logits(labels=[[1, 0]], logits=[[Value(2.0), Value(2.0)]])
    [Value(data=0.693..., grad=0.0)]
    """
    rows = _rows("softmax_cross_entropy_with_logits", logits, labels)
    with scope("softmax_cross_entropy_with_logits", closed=True):
        return [_cross_entropy(row, target) for row, target in rows]


def _log(p: Number) -> Any:
    return log(clamp(p, min=math.exp(LEAST_LOG)))


def _log_of_rest(p: Number) -> Any:
    """log(1 - p), with a slope that is finite also at 1."""
    return where(eq(p, 1.0), LEAST_LOG, log1p(-clamp(p, max=BELOW_1)))


def _cross_entropy(logits: list[Any], target: int | list[Any]) -> Any:
    return _surprise(logits, target) if isinstance(target, int) else -dot(target, log_softmax(logits))


def _surprise(logits: list[Any], label: int) -> Any:
    """-log softmax(x)[label] as log(1 + Σ exp(xⱼ - x)) over the others, x being the logit of the label.

    So its slope is a sum of probabilities, not 1 minus one that is almost 1. The constant `lead` prevents overflow.
    """
    x, others = logits[label], logits[:label] + logits[label + 1 :]
    lead = detach(maximum(*logits) - x)
    greatest = x + lead
    return lead + log1p(autograd.sum([expm1(-lead), *[exp_difference(other, greatest) for other in others]]))


def _reduced(losses: list[Any], reduction: str) -> Any:
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {', '.join(map(repr, REDUCTIONS))}; got {reduction!r:.60}")
    return REDUCTIONS[reduction](losses)


def _added_up(losses: list[Any], reduction: str) -> Any:
    """As `_reduced`, but with a node for every addition, as one would write it by hand."""
    if reduction not in ("mean", "sum"):
        return _reduced(losses, reduction)
    first, *rest = losses
    total = sum(rest, first)
    return total / len(losses) if reduction == "mean" else total


class Pair(NamedTuple):
    """An output and its target, and where they stand: "3", or "3[1]" in a row."""

    place: str
    output: Any
    target: Any


def _pairs(loss: str, outputs: Any, targets: Any) -> list[Pair]:
    """What stands side by side; rows of it in one list."""
    pairs = []
    for row, (output, target) in enumerate(_zipped(loss, _items(loss, "outputs", outputs), targets)):
        several = isinstance(output, list)
        ys, ts = (x if isinstance(x, list) else [x] for x in (output, target))
        if len(ys) != len(ts) or not ys:
            raise ValueError(
                f"{loss} takes one target for each output and at least one: row {row} has {len(ys)} and {len(ts)}"
            )
        for column, (y, t) in enumerate(zip(ys, ts)):
            place = f"{row}[{column}]" if several else f"{row}"
            _check_number(loss, f"output {place}", y)
            _check_number(loss, f"target {place}", t)
            if math.isnan(t):
                raise ValueError(f"{loss} takes a number for each target; target {place} is nan: leave that sample out")
            pairs.append(Pair(place, y, t))
    return pairs


def _rows(loss: str, outputs: Any, targets: Any) -> list[tuple[list[Any], Any]]:
    """The logits of each sample, and its label or the probabilities of all classes."""
    rows = _items(loss, "rows of outputs", outputs)
    for row, logits in enumerate(rows):
        if not isinstance(logits, list) or not logits:
            raise TypeError(
                f"{loss} takes a row of outputs for each sample, one for each class; output {row} is {logits!r:.60}: "
                "put the outputs of a single sample into a list, [outputs]"
            )
        for column, x in enumerate(logits):
            _check_number(loss, f"output {row}[{column}]", x)
    return [
        (logits, (_probabilities if isinstance(target, list) else _label)(loss, row, target, len(logits)))
        for row, (logits, target) in enumerate(_zipped(loss, rows, targets))
    ]


def _label(loss: str, row: int, label: Any, classes: int) -> int:
    if not isinstance(label, (int, float)) or not float(label).is_integer() or not 0 <= label < classes:
        raise ValueError(
            f"{loss} takes labels from 0 to {classes - 1}, since row {row} has {classes} classes; "
            f"label {row} is {label!r:.60}"
        )
    return int(label)


def _probabilities(loss: str, row: int, target: list[Any], classes: int) -> int | list[Any]:
    """The probabilities, checked; of one-hot ones the label."""
    if len(target) != classes:
        raise ValueError(f"{loss} takes as many probabilities as classes: row {row} has {len(target)} and {classes}")
    for column, t in enumerate(target):
        _check_number(loss, f"target {row}[{column}]", t)
    numbers = list(map(float, target))
    if not all(0 <= t <= 1 for t in numbers) or abs(math.fsum(numbers) - 1) > 1e-6:
        raise ValueError(f"{loss} takes probabilities from 0 to 1 that sum up to 1; target {row} is {numbers!r:.60}")
    fixed = not any(isinstance(t, Value) for t in target)
    return numbers.index(1) if fixed and sorted(numbers) == [0] * (classes - 1) + [1] else target


def _zipped(loss: str, outputs: list[Any], targets: Any) -> Iterable[tuple[Any, Any]]:
    wanted = _items(loss, "targets", targets)
    if len(outputs) != len(wanted) or not outputs:
        raise ValueError(
            f"{loss} takes one target for each output and at least one: got {len(outputs)} and {len(wanted)}"
        )
    return zip(outputs, wanted)


def _items(loss: str, what: str, given: Any) -> list[Any]:
    """For each sample a number or a list of them."""
    items = _plain(given)
    if isinstance(items, str) or not isinstance(items, Iterable):
        raise TypeError(
            f"{loss} takes a list of {what}, one for each sample, got {type(given).__name__} {given!r:.60}; "
            "put a single one into a list, [...]"
        )
    return [list(item) if isinstance(item, tuple) else item for item in map(_plain, items)]


def _plain(x: Any) -> Any:
    """A NumPy array as lists, its numbers as Python's."""
    return x.tolist() if hasattr(x, "tolist") else x


def _check_number(loss: str, what: str, x: Any) -> None:
    if not isinstance(x, (Real, Value)):
        raise TypeError(f"{loss} takes numbers and Values; {what} is {type(x).__name__} {x!r:.60}")


def _check_yes_or_no(loss: str, place: str, target: Any) -> None:
    if not 0 <= float(target) <= 1:
        hint = ": write 0 for -1" if float(target) == -1 else ""
        raise ValueError(f"{loss} takes targets from 0 to 1; target {place} is {float(target)}{hint}")
