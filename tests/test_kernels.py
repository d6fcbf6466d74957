"""What each operation computes for whole arrays, against what it computes for one number."""

from __future__ import annotations

import itertools
import math
import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograd.compiler.kernels import FUNCTIONS, KERNELS, NUMPY, Kernel
from autograd.table import TABLE, Op
from tests.oracle import ROWS, arity, points_everywhere

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 3.0, 5e-324, -1e-310, 40.0, -750.0, 1e308, math.inf, -math.inf, math.nan]

# fmt: off
EXACT = {
    "add", "sub", "mul", "div", "neg", "sqrt", "relu", "leaky_relu", "hardswish", "abs", "prod", "maximum", "minimum",
    "sign", "floor", "ceil", "round", "detach", "gt", "ge", "lt", "le", "eq", "ne", "where", "clamp", "hardtanh",
}
# fmt: on

# Where the formula doubles an error of the last bit of exp, or rounds a few times more.
LOOSE = {"silu": 3, "gelu": 3}


def ulps(computed: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many numbers lie between; inf where only one of them is nan, or where two zeros differ in sign."""
    x, y = _place(computed), _place(wanted)
    between = np.where(x > y, x - y, y - x).astype(np.float64)
    nan = np.isnan(computed), np.isnan(wanted)
    signs = (wanted == 0) & (computed == 0) & (np.signbit(wanted) != np.signbit(computed))
    return np.where(nan[0] & nan[1], 0, np.where((nan[0] != nan[1]) | signs, math.inf, between))


def _place(x: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Where a number stands among all, from the least to the greatest; the same for both zeros."""
    bits = np.ascontiguousarray(x).view(np.uint64)
    middle = np.uint64(2**63)
    return np.where(np.signbit(x), middle - (bits & (middle - np.uint64(1))), middle + bits)


def tolerance(row: Op) -> int:
    return 0 if row.name in EXACT else LOOSE.get(row.name, 2)


def worst(row: Op, args: NDArray[np.float64]) -> tuple[float, list[float]]:
    """The greatest distance of the kernel from the operation, and where."""
    with np.errstate(all="ignore"):
        computed = np.broadcast_to(KERNELS[row.name](NUMPY, *args), args.shape[1:])
    assert computed.dtype == np.float64
    distances = ulps(computed, np.array([row.forward(*column) for column in args.T.tolist()]))
    print(f"{row.name}, NumPy: {distances.max():.0f} of at most {tolerance(row)}")
    return float(distances.max()), args[:, distances.argmax()].tolist()


def test_every_row_has_a_kernel() -> None:
    assert set(KERNELS) == {row.name for row in ROWS}


@rows
def test_kernels_agree_with_operations(row: Op) -> None:
    """At usual numbers, at all exponents, at landmarks, and at every pair or triple of edges."""
    rng = random.Random(row.name)
    usual = [[rng.gauss(0, 1) * rng.choice([0.1, 1, 10]) for _ in range(arity(row))] for _ in range(1500)]
    args = np.array([*points_everywhere(row, 1500), *usual]).T
    distance, where = worst(row, args)
    assert distance <= tolerance(row), where
    combined = np.array(list(itertools.product(EDGES, repeat=arity(row)))).T
    distance, where = worst(row, combined)
    assert distance <= tolerance(row), where


@pytest.mark.parametrize("count", [1, 2, 5, 50])
@pytest.mark.parametrize("row", [row for row in ROWS if row.arity is None], ids=lambda row: row.name)
def test_kernels_of_any_number_of_arguments(row: Op, count: int) -> None:
    rng = random.Random(f"{row.name} {count}")
    args = np.array([[rng.gauss(0, 1) * 10 ** rng.uniform(-3, 3) for _ in range(300)] for _ in range(count)])
    args[0, :10] = EDGES[:10]
    distance, where = worst(row, args)
    assert distance <= tolerance(row), where


@pytest.mark.parametrize(
    "name, args, result",
    [
        ("sum", (1e16, 1.0, -1e16), 1.0),
        ("sum", (1e308, 1e308, -1e308), 1e308),
        ("sum", (1e308, 5e-324, -1e308), 5e-324),
        ("sum", (1e308, 1e308, math.inf), math.inf),
        ("mean", (1.5e308, 1.5e308), 1.5e308),
        ("mean", (math.inf, -math.inf), math.nan),
        ("prod", (2.0**1000, 2.0**1000, 2.0**-1000), 2.0**1000),
        ("prod", (2.0**-1000, 2.0**-1000, 2.0**1000), 2.0**-1000),
        ("hypot", (3e300, 4e300), 5e300),
        ("hypot", (3e-320, 4e-320, 0.0), 5e-320),
        ("hypot", (math.nan, -math.inf), math.inf),
        ("maximum", (1.0, math.nan, 2.0), math.nan),
        ("exp_difference", (math.inf, math.inf), math.nan),
        ("silu", (-710.0,), TABLE["silu"](-710.0)),
        ("gelu", (-38.5,), TABLE["gelu"](-38.5)),
    ],
)
def test_what_overflows_or_cancels_only_on_the_way(name: str, args: tuple[float, ...], result: float) -> None:
    assert ulps(_alone(name, *args), np.array(result)) <= tolerance(TABLE[name])


def _alone(name: str, *args: float) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        return np.asarray(KERNELS[name](NUMPY, *map(np.float64, args)))


@rows
def test_kernels_take_numbers_among_arrays(row: Op) -> None:
    first, *others = next(points_everywhere(row, 1))
    with np.errstate(all="ignore"):
        computed = KERNELS[row.name](NUMPY, np.full(3, first), *others)
    assert np.array_equal(computed, np.full(3, _alone(row.name, first, *others)), equal_nan=True)


def test_kernels_need_only_these_functions_of_a_namespace() -> None:
    """Each of which some kernel needs, with no Python branch that hides one."""
    used: set[str] = set()

    def watched(name: str) -> Kernel:
        def function(*args: Any) -> Any:
            used.add(name)
            return getattr(NUMPY, name)(*args)

        return function

    watching = SimpleNamespace(**{name: watched(name) for name in FUNCTIONS})
    with np.errstate(all="ignore"):
        for row in ROWS:
            KERNELS[row.name](watching, *np.full((arity(row), 2), 0.5))
    assert used == FUNCTIONS
