"""What a network is to make small."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value, relu, scope

Number = float | Value


def mse_loss(predictions: Sequence[Value], targets: Sequence[Number]) -> Value:
    """The mean squared error: (1/n) Σ (predictionᵢ - targetᵢ)².

    Args:
        predictions: n outputs of a network.
        targets: the n numbers they should be.

    Returns:
        The loss.

    Raises:
        ValueError: there are none, or not as many predictions as targets.

    >>> from autograd import Value
    >>> from nn import mse_loss
    >>> mse_loss([Value(1.0), Value(2.0)], [3.0, 2.0]).data
    2.0
    """
    _matching(predictions, targets)
    with scope("mse_loss", closed=True):
        return _mean([(prediction - target) ** 2 for prediction, target in zip(predictions, targets)])


def hinge_loss(scores: Sequence[Value], labels: Sequence[Number]) -> Value:
    """The maximum-margin loss of two classes: (1/n) Σ max(0, 1 - labelᵢ·scoreᵢ).

    It is 0 when every score has its label's sign and is at least 1 away from 0.

    Args:
        scores: n outputs of a network.
        labels: the n classes, each -1 or 1.

    Returns:
        The loss.

    Raises:
        ValueError: there are none, not as many scores as labels, or a label is neither -1 nor 1.

    >>> from autograd import Value
    >>> from nn import hinge_loss
    >>> hinge_loss([Value(0.5), Value(-3.0)], [1, -1]).data
    0.25
    """
    _matching(scores, labels)
    for index, label in enumerate(labels):
        if float(label) not in (-1.0, 1.0):
            raise ValueError(f"hinge_loss takes labels -1 and 1; label {index} is {label}")
    with scope("hinge_loss", closed=True):
        return _mean([relu(1 - label * score) for score, label in zip(scores, labels)])


def _mean(terms: Sequence[Value]) -> Value:
    first, *rest = terms
    return sum(rest, first) / len(terms)


def _matching(outputs: Sequence[Value], targets: Sequence[Number]) -> None:
    if len(outputs) != len(targets) or not len(outputs):
        raise ValueError(
            f"a loss takes one target for each output and at least one: got {len(outputs)} and {len(targets)}"
        )
