"""Data to learn from: checked, split, scaled, in batches; truth tables and spirals. scikit-learn has the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[Any]
Seed: TypeAlias = "int | Sequence[int] | np.random.Generator | None"


class TruthTable(NamedTuple):
    """A function of two truths, all four rows of it, in arrays that cannot be written to.

    Attributes:
        X: the inputs, of shape (4, 2), each 0.0 or 1.0.
        y: the four outputs, each 0 or 1.

    >>> from nn import XOR
    >>> X, y = XOR
    >>> X.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """

    X: Floats
    y: Numbers


def _truth_table(*outputs: int) -> TruthTable:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array(outputs)
    for array in (X, y):
        array.flags.writeable = False
    return TruthTable(X, y)


AND = _truth_table(0, 0, 0, 1)
OR = _truth_table(0, 1, 1, 1)
XOR = _truth_table(0, 1, 1, 0)
NAND = _truth_table(1, 1, 1, 0)


def check_data(X: ArrayLike, y: ArrayLike) -> tuple[Floats, Numbers]:
    """Inputs and targets as arrays, once it is sure that a model can learn from them.

    Args:
        X: a row of numbers for each sample, of shape (samples, inputs).
        y: a target for each sample, of shape (samples,), or (samples, outputs) if there are several.

    Returns:
        `X` as float64, and `y`, whose integers remain integers.

    Raises:
        TypeError: something in them is not a number.
        ValueError: they are empty, of another shape, not equally long, or a number is nan or infinite.

    >>> from nn.data import check_data
    >>> check_data([[1, 2], [3, 4]], [0, 1])
    (array([[1., 2.],
           [3., 4.]]), array([0, 1]))
    """
    inputs = _numbers("X", X, "(samples, inputs)", [2])
    targets = _numbers("y", y, "(samples,) or (samples, outputs)", [1, 2])
    if len(inputs) != len(targets):
        raise ValueError(
            f"y has one target for each row of X; X has {len(inputs)} rows, y has {len(targets)}: "
            f"their shapes are {inputs.shape} and {targets.shape}"
        )
    return inputs.astype(np.float64, copy=False), targets


def batches(
    X: ArrayLike, y: ArrayLike, batch_size: int | None = None, shuffle: bool = True, seed: Seed = None
) -> Iterator[tuple[Floats, Numbers]]:
    """The samples in pieces, each sample once; what is left over makes the last, smaller piece.

    Args:
        X, y: inputs and targets, as for `check_data`.
        batch_size: how many samples a piece has: 1 for stochastic descent. Default: all, which stay in their order.
        shuffle: whether to take them in random order.
        seed: a number, several, or a `numpy.random.Generator`. The same seed gives the same order.

    Returns:
        An iterator over pairs (X, y) of arrays, copies that may be changed.

    Raises:
        TypeError, ValueError: the data are as `check_data` refuses them, or `batch_size` is not a positive integer.

    >>> from nn import batches
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0]], [0, 1, 2, 3, 4]
    >>> [len(targets) for _, targets in batches(X, y, batch_size=2, seed=0)]
    [2, 2, 1]
    """
    inputs, targets = check_data(X, y)
    size = len(inputs) if batch_size is None else _positive(batch_size, "batch_size")
    order = np.arange(len(inputs))
    if shuffle and size < len(inputs):  # the order of a sum would change its rounding, and nothing else
        np.random.default_rng(seed).shuffle(order)
    pieces = (order[start : start + size] for start in range(0, len(inputs), size))
    return ((inputs[piece], targets[piece]) for piece in pieces)


def split(
    X: ArrayLike, y: ArrayLike, validation: float = 0.2, seed: Seed = None
) -> tuple[Floats, Numbers, Floats, Numbers]:
    """Set samples apart, at random, to see how a model does on those it has not learned from.

    Args:
        X, y: inputs and targets, as for `check_data`.
        validation: how many to set apart: a share between 0 and 1 of them, or a whole number of samples.
        seed: as for `batches`.

    Returns:
        X, y, X_validation, y_validation.

    Raises:
        TypeError, ValueError: the data are as `check_data` refuses them, or one of the two parts would be empty.

    >>> from nn import split
    >>> X, y, X_validation, y_validation = split([[1.0], [2.0], [3.0], [4.0], [5.0]], [1, 2, 3, 4, 5], seed=0)
    >>> len(y), len(y_validation)
    (4, 1)
    """
    inputs, targets = check_data(X, y)
    rows = len(inputs)
    if isinstance(validation, Integral):
        count = int(validation)
    elif 0 < validation < 1:
        count = max(1, round(validation * rows))
    else:
        raise ValueError(f"validation is a share between 0 and 1 or a whole number of samples, got {validation!r}")
    if not 0 < count < rows:
        raise ValueError(
            f"validation sets at least 1 sample apart and leaves at least 1; {validation!r} takes {count} of {rows}"
        )
    order = np.random.default_rng(seed).permutation(rows)
    apart, kept = order[:count], order[count:]
    return inputs[kept], targets[kept], inputs[apart], targets[apart]


def one_hot(labels: ArrayLike, classes: int | None = None) -> Floats:
    """For each label a row of zeros with a 1 in the column of its class.

    Args:
        labels: the class of each sample, whole numbers from 0.
        classes: how many there are. Default: as many as the greatest label asks for.

    Returns:
        An array of shape (samples, classes).

    Raises:
        TypeError, ValueError: there are no labels, or one is not a whole number from 0 to `classes` - 1.

    >>> from nn import one_hot
    >>> one_hot([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    given = _numbers("labels", labels, "(samples,)", [1])
    count = int(given.max()) + 1 if classes is None else _positive(classes, "classes")
    for row, label in enumerate(given):
        if not (0 <= label < count and label == int(label)):
            raise ValueError(
                f"labels are whole numbers from 0 to classes - 1, where classes is {count}; in row {row} is {label}"
            )
    hot = np.zeros((len(given), count))
    hot[np.arange(len(given)), given.astype(int)] = 1
    return hot


@overload
def standardize(X: ArrayLike) -> Floats: ...
@overload
def standardize(X: ArrayLike, *others: ArrayLike) -> tuple[Floats, ...]: ...
def standardize(X: ArrayLike, *others: ArrayLike) -> Any:
    """Columns of mean 0 and standard deviation 1: (x - mean) / √mean((x - mean)²).

    What is to be told apart later must be scaled as the training data were, not by itself: give it as `others`.

    Args:
        X: numbers of shape (samples, columns) or (samples,). A column of equal numbers becomes 0.
        others: more of the same columns, which are scaled by mean and deviation of `X`.

    Returns:
        `X` scaled; with `others` a tuple of all.

    Raises:
        TypeError, ValueError: something is empty, not a finite number, or has other columns; or the deviation of a
            column is beyond float64.

    >>> from nn import standardize
    >>> standardize([[1.0, 5.0], [3.0, 5.0]], [[2.0, 6.0]])
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([[0., 1.]]))
    """
    shape, dimensions = "(samples, columns) or (samples,)", [1, 2]
    first, *rest = [_numbers("data to standardize", data, shape, dimensions) for data in (X, *others)]
    for other in rest:
        if other.shape[1:] != first.shape[1:]:
            raise ValueError(
                f"standardize takes others with the columns of X; X has shape {first.shape}, another {other.shape}"
            )
    constant = (first == first[0]).all(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.where(constant, first[0], first.mean(axis=0))
        deviation = np.where(constant, 1.0, first.std(axis=0))
    for column, number in enumerate(np.atleast_1d(deviation)):
        if not 0 < number < np.inf:
            raise ValueError(
                f"the standard deviation of column {column} comes out as {number} in float64: "
                "multiply the column so that its numbers are nearer to 1"
            )
    scaled = tuple((data - mean) / deviation for data in (first, *rest))
    return scaled if others else scaled[0]


def spirals(n: int, classes: int = 2, noise: float = 0.2, seed: Seed = None) -> tuple[Floats, Numbers]:
    """Points on spiral arms that turn about each other, one arm a class, which no line tells apart.

    The i-th of m points of arm k of K is at radius r = i/m and angle 4·r + 2π·k/K + noise, much as in the notes of
    Stanford's CS231n, https://cs231n.github.io/neural-networks-case-study.

    Args:
        n: how many points there are in all. They come in turn from each class.
        classes: how many arms.
        noise: the standard deviation of the angle, in radians.
        seed: as for `batches`.

    Returns:
        The points, of shape (n, 2), and the class of each, from 0.

    Raises:
        TypeError, ValueError: `n` or `classes` is not a positive integer, there are more classes than points, or
            `noise` is not a number of at least 0.

    >>> from nn import spirals
    >>> X, y = spirals(6, classes=3, seed=0)
    >>> X.shape, y
    ((6, 2), array([0, 1, 2, 0, 1, 2]))
    """
    count, arms = _positive(n, "n"), _positive(classes, "classes")
    if arms > count:
        raise ValueError(f"spirals need a point for each class, got {count} points for {arms} classes")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is a number of at least 0, such as 0.2; got {noise}")
    index = np.arange(count)
    y = index % arms
    radius = (index // arms + 1) / -(-count // arms)
    angle = 4 * radius + 2 * np.pi * y / arms + noise * np.random.default_rng(seed).standard_normal(count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def _numbers(name: str, given: ArrayLike, shape: str, dimensions: Sequence[int]) -> Numbers:
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name}: shape {shape} needs rows that are equally long; NumPy says: {error}") from None
    if not array.size:
        raise ValueError(f"{name}: shape {shape} is expected with at least one number, got shape {array.shape}")
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name}: numbers are expected, got {array.dtype} {given!r:.60}; "
            "np.asarray(..., dtype=float) makes numbers of what can be read as such"
        )
    if array.ndim not in dimensions:
        hint = f"; for a single column use {name}.reshape(-1, 1)" if array.ndim == 1 else ""
        raise ValueError(f"{name}: shape {shape} is expected, got {array.shape}{hint}")
    faults = np.argwhere(~np.isfinite(array))
    if len(faults):
        where = ", ".join(f"{axis} {index}" for axis, index in zip(("row", "column"), faults[0]))
        raise ValueError(
            f"{name}: finite numbers are expected, got {array[tuple(faults[0])]} in {where}, "
            f"{len(faults)} such in all; leave such rows out, or fill them in"
        )
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64, copy=False)


def _positive(n: Any, what: str) -> int:
    if isinstance(n, bool) or not isinstance(n, Integral):
        raise TypeError(f"{what} is an integer, got {type(n).__name__} {n!r:.60}")
    if n < 1:
        raise ValueError(f"{what} is at least 1, got {n}")
    return int(n)
