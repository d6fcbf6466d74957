"""Every operation and every partial over all of float64, against mpmath at 50 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import autograd
from autograd import (
    Value,
    grad,
    hessian,
    hvp,
    log_sigmoid,
    log_softmax,
    logsumexp,
    norm,
    relu,
    sigmoid,
    softmax,
    softplus,
    value_and_grad,
)
from autograd.precise import INV_SQRT_2PI, INV_SQRT_2PI_REST
from autograd.table import TABLE, Op
from tests.oracle import (
    COMPOSED,
    DIGITS,
    OF_THREE,
    ORACLE,
    ROWS,
    Truth,
    error_in_ulps,
    points_everywhere,
    points_of_three,
    share,
)

POINTS = 2000
CANCELS = "the textbook form cancels"
UNDERFLOWS = "a subnormal number on the way has lost digits"

# Partials that are not within 4 ulp everywhere, why, and where for example. Their absolute error is 2**-52 at most.
LISTED: dict[str, tuple[str, list[float]]] = {
    "div": (UNDERFLOWS, [5e-324, -0.06847241266026699]),  # -out / y
    "pow": (UNDERFLOWS, [1.6e-228, 1.38]),  # y·x**(y - 1) and out·log x
    "atan": (UNDERFLOWS, [1.4e154]),  # 1 / (1 + x·x) where x·x is beyond float64
    "atan2": (UNDERFLOWS, [1.3e308, 1.7e308]),  # x / hypot / hypot where the hypotenuse is beyond float64
    "elu": (UNDERFLOWS, [-745.13, 1e177]),  # alpha·exp(x)
    "gaussian": (UNDERFLOWS, [38.50001606700009]),  # -x·out
    "tanh": (CANCELS, [20.0]),  # 1 - out·out, where it saturates
    "sigmoid": (CANCELS, [40.0]),  # out·(1 - out), where it saturates
    "silu": (CANCELS, [-1.2785]),  # these three around their minimum, where the derivative is 0
    "gelu": (CANCELS, [-0.7518]),
    "gelu_tanh": (CANCELS, [-0.7524]),
    "softmax[0]": (CANCELS, [40.0, 1.0, 0.0]),  # p·(1 - p) where p is almost 1
    "log_softmax[0]": (CANCELS, [40.0, 1.0, 0.0]),  # 1 - p, likewise
}

# The only value that is not: where the greatest and the logarithm of the rest cancel almost to 0.
LISTED_VALUES: dict[str, list[float]] = {"logsumexp": [-1.000000003450363, -1.278499999892053, -1.0]}


SUBJECTS = [
    *[(row.name, row, partial(points_everywhere, row), ORACLE[row.name]) for row in ROWS],
    *[(f"{name}(x)", getattr(autograd, name), partial(points_everywhere, relu), COMPOSED[name]) for name in COMPOSED],
    *[(name, function, points_of_three, expected) for name, (function, expected) in OF_THREE.items()],
]


@pytest.mark.parametrize("name, function, points, expected", SUBJECTS, ids=[name for name, *_ in SUBJECTS])
def test_values_and_partials_everywhere(name: str, function: Any, points: Callable[..., Any], expected: Truth) -> None:
    """Within 4 ulp; a partial is judged where the value itself is not beyond float64."""
    examples = [LISTED[name][1]] if name in LISTED else [LISTED_VALUES[name]] if name in LISTED_VALUES else []
    excused = set()
    with mp.workdps(DIGITS):
        for point in [*points(POINTS), *examples]:
            numbers, args = list(map(mpf, point)), list(map(Value, point))
            try:
                value, *slopes = [f(*numbers) for f in (expected.value, *expected.partials)]
            except ZeroDivisionError:  # at a pole: see the IEEE results in test_ops.py
                continue
            out = function(*args)
            if error_in_ulps(out.data, value) > 4:
                assert name in LISTED_VALUES and abs(out.data - value) <= 2**-52, (point, out.data, float(value))
                excused.add("value")
            if math.isinf(float(value)):
                continue
            for computed, slope in zip(grad(out, args), slopes):
                if error_in_ulps(computed, slope) > 4:
                    assert name in LISTED and abs(computed - slope) <= 2**-52, (point, computed, float(slope))
                    excused.add("partial")
    assert ("value" in excused, "partial" in excused) == (name in LISTED_VALUES, name in LISTED), "only what needs it"


@pytest.mark.parametrize("name, bound", [("normal_cdf", 2.0), ("gelu", 2.5)])
def test_the_integral_of_the_bell_curve_down_to_the_least_float64(name: str, bound: float) -> None:
    """Also where the formulas change, at 1, 10 and 37, and where the rounding of exp counts most, at 1.16."""
    around = [1.0, 1.16, 10.0, 37.0, 37.5, 38.4]
    points = [
        *[k / 99 for k in range(-3900, 900)],
        *[s * (x + k / 999) for s in (-1, 1) for x in around for k in range(-99, 99)],
    ]
    with mp.workdps(DIGITS):
        assert max(error_in_ulps(TABLE[name](x), ORACLE[name].value(mpf(x))) for x in points) <= bound


def test_what_rounding_takes_from_a_constant_is_known() -> None:
    with mp.workdps(DIGITS):
        missing = 1 / mpmath.sqrt(2 * mp.pi) - INV_SQRT_2PI
        assert float(missing) == INV_SQRT_2PI_REST


def same(i: int, j: int) -> int:
    return int(i == j)


class Softmax(NamedTuple):
    """The exact value, gradient and hessian of softmax(xs)[k]; likewise below."""

    k: int

    def exact(self, xs: list[Any]) -> tuple[Any, Any, Any]:
        k, p = self.k, probabilities(xs)
        slope = [same(k, i) - p_i for i, p_i in enumerate(p)]
        return (
            p[k],
            lambda i: p[k] * slope[i],
            lambda i, j: p[k] * (slope[i] * slope[j] - p[i] * (same(i, j) - p[j])),
        )

    def ours(self, *xs: Value) -> Value:
        return softmax(xs)[self.k]


class LogSoftmax(NamedTuple):
    k: int

    def exact(self, xs: list[Any]) -> tuple[Any, Any, Any]:
        k, p = self.k, probabilities(xs)
        value = -mpmath.log1p(sum(mpmath.exp(x - xs[k]) for i, x in enumerate(xs) if i != k))
        return value, lambda i: same(k, i) - p[i], lambda i, j: -p[i] * (same(i, j) - p[j])

    def ours(self, *xs: Value) -> Value:
        return log_softmax(xs)[self.k]


class LogSumExp(NamedTuple):
    def exact(self, xs: list[Any]) -> tuple[Any, Any, Any]:
        p = probabilities(xs)
        return mpmath.log(sum(map(mpmath.exp, xs))), lambda i: p[i], lambda i, j: p[i] * (same(i, j) - p[j])

    def ours(self, *xs: Value) -> Value:
        return logsumexp(xs)


class Norm(NamedTuple):
    def exact(self, xs: list[Any]) -> tuple[Any, Any, Any]:
        r = mpmath.sqrt(sum(x * x for x in xs))
        return r, lambda i: xs[i] / r, lambda i, j: (same(i, j) - xs[i] * xs[j] / r**2) / r

    def ours(self, *xs: Value) -> Value:
        return norm(xs)


class Single(NamedTuple):
    row: Op

    def exact(self, xs: list[Any]) -> tuple[Any, Any, Any]:
        value, slope = ORACLE[self.row.name].value, ORACLE[self.row.name].partials[0]
        return value(*xs), lambda i: slope(*xs), lambda i, j: mpmath.diff(slope, *xs)

    def ours(self, x: Value) -> Value:
        return self.row(x)


def probabilities(xs: list[Any]) -> list[Any]:
    return [share(i, *xs) for i in range(len(xs))]


@pytest.mark.parametrize(
    "subject, point",
    [
        *[(Softmax(k), (1000, 0, -1000)) for k in range(3)],
        *[(LogSoftmax(k), (1000, 0, -1000)) for k in range(3)],
        (LogSumExp(), (1000, 0, -1000)),
        (LogSumExp(), (-1000, -1000)),
        (Norm(), (1e-300, 1e-300, -1e-300)),
        (Norm(), (1e300, 1e300, -1e300)),
        *[(Single(sigmoid), (x,)) for x in (745, -745)],
        *[(Single(softplus), (x,)) for x in (800, -800)],
        *[(Single(log_sigmoid), (x,)) for x in (1000, -1000)],
        *[(Single(row), (x,)) for row in (TABLE["gelu"], TABLE["gelu_tanh"]) for x in (40, -40)],
    ],
)
def test_composites_at_extremes(subject: Any, point: tuple[float, ...]) -> None:
    """Value, gradient and hessian are finite, and within 8 ulp."""
    inputs = list(map(float, point))
    value, gradient = value_and_grad(subject.ours, inputs)
    second = hessian(subject.ours, inputs)
    with mp.workdps(1200):  # for 1 - exp(-2000)
        exact_value, exact_slope, exact_second = subject.exact(list(map(mpf, inputs)))
        close(value, exact_value)
        for i in range(len(inputs)):
            close(gradient[i], exact_slope(i))
            for j in range(len(inputs)):
                close(second[i][j], exact_second(i, j))


def test_probabilities_next_to_1_keep_their_logarithm() -> None:
    with mp.workdps(DIGITS):
        close(log_softmax([0.0, -40.0])[0], -mpmath.log1p(mpmath.exp(-40)))


def close(computed: float, wanted: Any) -> None:
    assert math.isfinite(computed) and error_in_ulps(computed, wanted) <= 8, (computed, float(wanted))


def test_logsumexp_of_very_many_equal_terms() -> None:
    n = 100_000
    xs = [Value(1000.0) for _ in range(n)]
    out = logsumexp(xs)
    _, second = hvp(out, xs, [1.0] + [0.0] * (n - 1))
    with mp.workdps(DIGITS):
        p = mpf(1) / n
        close(out.data, 1000 + mpmath.log(n))
        for slope in set(grad(out, xs)):
            close(slope, p)
        close(second[0], p * (1 - p))
        for other in set(second[1:]):
            close(other, -p * p)


SMOOTH_ONE = ["sin", "cos", "tanh", "sigmoid", "exp", "atan", "asinh", "softplus", "erf", "gaussian", "silu", "gelu"]
SMOOTH_TWO = ["add", "sub", "mul", "div", "hypot", "atan2", "pow"]

formulas = st.recursive(
    st.sampled_from(["t", 0.5, 1.5, 2.0]),
    lambda parts: st.tuples(st.sampled_from(SMOOTH_ONE), parts) | st.tuples(st.sampled_from(SMOOTH_TWO), parts, parts),
    max_leaves=6,
)


def evaluate(
    formula: Any, t: Any, functions: Callable[[str], Callable[..., Any]], number: Callable[[float], Any]
) -> Any:
    if formula == "t":
        return t
    if isinstance(formula, float):
        return number(formula)
    name, *parts = formula
    return functions(name)(*[evaluate(part, t, functions, number) for part in parts])


@settings(max_examples=50, deadline=None, derandomize=True)
@given(formulas, st.floats(0.3, 1.7))
def test_derivatives_of_random_expressions_to_the_fourth_order(formula: Any, at: float) -> None:
    """To a relative error of 1e-9; where the exact derivative is 0, to an absolute one."""
    x = Value(at)
    y = evaluate(formula, x, TABLE.__getitem__, float)
    assume(isinstance(y, Value))
    with mp.workdps(60):
        for n in range(5):
            wanted = mpmath.diff(lambda t: evaluate(formula, t, lambda name: ORACLE[name].value, mpf), mpf(at), n)
            assert abs(y.data - wanted) <= 1e-9 * max(abs(wanted), 1e-3 * (abs(wanted) < 1e-30)), (n, y.data, wanted)
            y = grad(y, x, create_graph=True)
