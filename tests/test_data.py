"""Data: checked, in batches, split, scaled; spirals and truth tables."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from nn.data import AND, NAND, OR, XOR, batches, check_data, one_hot, spirals, split, standardize

X, y = np.arange(20.0).reshape(10, 2), np.arange(10)


def test_data_become_arrays_of_numbers() -> None:
    inputs, targets = check_data([[1, 2], [3, 4]], [[0.5], [1]])
    assert inputs.dtype == targets.dtype == np.float64 and targets.shape == (2, 1)
    assert check_data(X.astype(np.float32), [True, False] * 5)[1].dtype == np.int64
    assert check_data(X, y.astype(np.uint8))[1].dtype == np.int64


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(1, 40), st.one_of(st.none(), st.integers(1, 50)), st.booleans(), st.integers(0, 2**64))
def test_batches_hold_every_sample_once(rows: int, size: int | None, shuffle: bool, seed: int) -> None:
    data, targets = np.arange(2.0 * rows).reshape(rows, 2), np.arange(rows)
    pieces = list(batches(data, targets, size, shuffle, seed))
    assert all((piece == data[rows]).all() for piece, rows in pieces)
    order = np.concatenate([rows for _, rows in pieces])
    assert sorted(order) == list(targets)
    sizes = [len(rows) for _, rows in pieces]
    assert set(sizes[:-1]) <= {size} and 0 < sizes[-1] <= (size or rows)
    if not shuffle or len(pieces) == 1:
        assert list(order) == list(targets)


def test_batches_are_shuffled_by_seed() -> None:
    def order(seed) -> list[int]:
        return [int(row) for _, rows in batches(X, y, 3, seed=seed) for row in rows]

    assert order(0) == order(0) == order(np.random.default_rng(0)) != order(1)
    assert order([0, 1]) != order([0, 2])
    assert order(0) == [4, 6, 2, 7, 3, 5, 9, 0, 8, 1]
    assert order(None) != order(None) or order(None) != order(None)


def test_what_is_handed_out_may_be_changed() -> None:
    before = X.copy()
    for size in (None, 4):
        for inputs, targets in batches(X, y, size, shuffle=False):
            inputs *= 0
            targets *= 0
    for part in split(X, y):
        part *= 0
    assert (before == X).all() and list(y) == list(range(10))


@pytest.mark.parametrize("validation, count", [(0.2, 2), (0.01, 1), (0.94, 9), (3, 3), (np.int64(9), 9)])
def test_split(validation: float, count: int) -> None:
    kept, kept_y, apart, apart_y = split(X, y, validation, seed=4)
    assert len(apart_y) == count and sorted([*kept_y, *apart_y]) == list(range(10))
    assert (kept == X[kept_y]).all() and (apart == X[apart_y]).all()
    assert list(split(X, y, validation, seed=4)[3]) == list(apart_y)


def test_one_hot() -> None:
    assert one_hot([1, 0], classes=3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert one_hot([2.0, 0.0]).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_standardize() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(3, 7, (50, 4))
    data[:, 2] = 0.1  # whose mean as rounded is not 0.1
    scaled, other = standardize(data, data[:5] + 1)
    assert np.allclose(scaled.mean(axis=0), 0) and np.allclose(scaled.std(axis=0), [1, 1, 0, 1])
    assert (scaled[:, 2] == 0).all() and (other[:, 2] == 1).all()
    assert np.allclose(other[:, 0], (data[:5, 0] + 1 - data[:, 0].mean()) / data[:, 0].std(), rtol=1e-12)
    assert (standardize(data) == scaled).all()
    assert standardize([1, 3]).tolist() == [-1, 1]


@pytest.mark.parametrize("classes", [1, 2, 3, 5])
def test_spirals(classes: int) -> None:
    points, labels = spirals(61, classes, noise=0, seed=0)
    assert points.shape == (61, 2) and sorted(set(labels)) == list(range(classes))
    assert max(np.bincount(labels)) - min(np.bincount(labels)) <= 1
    radius = np.hypot(*points.T)
    assert radius.min() > 0 and np.isclose(radius.max(), 1)
    turned = np.arctan2(points[:, 1], points[:, 0]) - 4 * radius - 2 * np.pi * labels / classes
    assert np.allclose(np.exp(1j * turned), 1)


def test_spirals_are_told_apart_by_their_neighbours_and_not_by_a_line() -> None:
    points, labels = spirals(200, seed=1)
    distance = np.hypot(*(points[:, None] - points[None]).T) + 9 * np.eye(200)
    assert (labels[distance.argmin(axis=0)] == labels).mean() > 0.95
    weights, *_ = np.linalg.lstsq(np.column_stack([points, np.ones(200)]), 2 * labels - 1, rcond=None)
    assert (((points @ weights[:2] + weights[2]) > 0) == labels).mean() < 0.8


def test_the_same_seed_gives_the_same_spirals() -> None:
    assert np.allclose(spirals(2, seed=0)[0], [[-0.634408, -0.772998], [0.673409, 0.739270]], atol=1e-6)
    assert (spirals(9, seed=3)[0] == spirals(9, seed=3)[0]).all()
    assert (spirals(9, seed=3)[0] != spirals(9, seed=4)[0]).any()


def test_truth_tables() -> None:
    for table, truth in [(AND, int.__and__), (OR, int.__or__), (XOR, int.__xor__), (NAND, lambda a, b: 1 - (a & b))]:
        inputs, outputs = check_data(*table)
        assert inputs.shape == (4, 2) and len({tuple(row) for row in inputs}) == 4
        assert [truth(int(a), int(b)) for a, b in inputs] == list(outputs)


def test_truth_tables_cannot_be_spoilt() -> None:
    inputs, outputs = XOR
    for change in (lambda: inputs.__imul__(2), lambda: outputs.__setitem__(0, 1), lambda: setattr(XOR, "y", outputs)):
        with pytest.raises((ValueError, AttributeError)):
            change()
    for pieces in (batches(*XOR), [split(*XOR)[:2]]):
        for changed, _ in pieces:
            changed[:] = 7
    assert XOR.X.max() == 1


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: check_data([], []), ValueError, r"X: shape \(samples, inputs\) is expected with .*, got shape \(0,\)"),
        (lambda: check_data(np.empty((0, 2)), []), ValueError, r"at least one number, got shape \(0, 2\)"),
        (
            lambda: check_data([1.0, 2.0], [0, 1]),
            ValueError,
            r"got \(2,\); for a single column use X\.reshape\(-1, 1\)",
        ),
        (
            lambda: check_data(np.ones((2, 2, 2)), [0, 1]),
            ValueError,
            r"\(samples, inputs\) is expected, got \(2, 2, 2\)",
        ),
        (lambda: check_data(1.0, 1.0), ValueError, r"X: shape \(samples, inputs\) is expected, got \(\)"),
        (lambda: check_data(X, np.ones((10, 1, 1))), ValueError, r"y: shape \(samples,\) or \(samples, outputs\) is"),
        (lambda: check_data(X, y[:9]), ValueError, r"X has 10 rows, y has 9: their shapes are \(10, 2\) and \(9,\)"),
        (lambda: check_data([[1.0, 2.0], [3.0]], [0, 1]), ValueError, "needs rows that are equally long"),
        (lambda: check_data([[1.0, np.nan]], [0]), ValueError, "X: .* got nan in row 0, column 1, 1 such in all"),
        (lambda: check_data(X, [0.0] * 8 + [-np.inf] * 2), ValueError, "y: .* got -inf in row 8, 2 such in all"),
        (lambda: check_data([["a"]], [0]), TypeError, r"X: numbers are expected, got <U1 \[\['a'\]\]; np\.asarray"),
        (lambda: check_data([[None]], [0]), TypeError, r"X: numbers are expected, got object \[\[None\]\]"),
        (lambda: check_data([[Value(1.0)]], [0]), TypeError, "X: numbers are expected, got object"),
        (lambda: check_data([[Fraction(1, 2)]], [0]), TypeError, "X: numbers are expected, got object"),
        (lambda: check_data([[1j]], [0]), TypeError, "X: numbers are expected, got complex128"),
        (lambda: batches(X, y, 0), ValueError, "batch_size is at least 1, got 0"),
        (lambda: batches(X, y, 2.5), TypeError, r"batch_size is an integer, got float 2\.5"),
        (lambda: batches(X, y, True), TypeError, "batch_size is an integer, got bool True"),
        (lambda: batches(X, y[:3]), ValueError, "y has 3"),
        (lambda: split(X, y, 11), ValueError, "leaves at least 1; 11 takes 11 of 10"),
        (lambda: split(X, y, 0.99), ValueError, r"0\.99 takes 10 of 10"),
        (lambda: split(X, y, 10), ValueError, "10 takes 10 of 10"),
        (lambda: split(X, y, 0), ValueError, "at least 1 sample apart"),
        (lambda: split(X, y, 1.0), ValueError, r"between 0 and 1 or a whole number of samples, got 1\.0"),
        (lambda: split(X, y, -0.5), ValueError, r"got -0\.5"),
        (lambda: split(X, y, float("nan")), ValueError, "got nan"),
        (lambda: one_hot([0, 3], classes=3), ValueError, "where classes is 3; in row 1 is 3"),
        (lambda: one_hot([0, -1]), ValueError, "in row 1 is -1"),
        (lambda: one_hot([0, 0.5]), ValueError, r"in row 1 is 0\.5"),
        (lambda: one_hot([]), ValueError, "at least one number"),
        (lambda: one_hot([[0, 1]]), ValueError, r"labels: shape \(samples,\) is expected, got \(1, 2\)"),
        (lambda: one_hot([0], classes=0), ValueError, "classes is at least 1, got 0"),
        (lambda: standardize(X, X[:, :1]), ValueError, r"X has shape \(10, 2\), another \(10, 1\)"),
        (lambda: standardize([[1e308], [-1e308]]), ValueError, "deviation of column 0 comes out as inf"),
        (lambda: standardize([[0.0, 5e-324], [1.0, 0.0]]), ValueError, r"column 1 comes out as 0\.0 .*: multiply"),
        (lambda: spirals(2, classes=3), ValueError, "got 2 points for 3 classes"),
        (lambda: spirals(0), ValueError, "n is at least 1, got 0"),
        (lambda: spirals(9, noise=-1.0), ValueError, r"noise is a number of at least 0, such as 0\.2; got -1\.0"),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
