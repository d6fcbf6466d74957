"""`grad`: derivatives of any order, without touching gradients."""

import math

import mpmath
import pytest

from autograd import Value, draw, grad, steps
from tests.oracle import exact


def third(f, at: float) -> float:
    x = Value(at)
    y = f(x)
    for _ in range(3):
        y = grad(y, x, create_graph=True)
    return y.data


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 1.3, 2.0])
@pytest.mark.parametrize(
    "ours, theirs",
    [(lambda x: (x**2).tanh(), lambda x: mpmath.tanh(x**2)), (lambda x: x**x, lambda x: x**x)],
    ids=["tanh(x**2)", "x**x"],
)
def test_third_derivatives_to_twelve_digits(ours, theirs, at: float) -> None:
    assert math.isclose(third(ours, at), exact(theirs, at, order=3), rel_tol=1e-12)


def test_several_inputs_and_one() -> None:
    x, y = Value(2.0), Value(3.0)
    z = x * y + x**2
    assert grad(z, [x, y]) == [7.0, 2.0]
    assert grad(z, (y,)) == [2.0]
    assert grad(z, x) == 7.0
    assert type(grad(z, x, create_graph=True)) is Value


def test_inputs_may_lie_inside_the_graph() -> None:
    x = Value(2.0)
    y = x * 3
    z = y**2
    assert grad(z, [y, x, z]) == [12.0, 36.0, 1.0]


def test_no_gradient_is_touched() -> None:
    x = Value(2.0)
    y = x * x
    x.grad, y.grad = 5.0, 6.0
    grad(y, x)
    grad(y, x, create_graph=True)
    steps(y)
    assert (x.grad, y.grad) == (5.0, 6.0)


def test_zero_where_nothing_depends() -> None:
    x, other = Value(2.0), Value(3.0)
    assert grad(x * 2, [other]) == [0.0]
    zero = grad(x * 2, other, create_graph=True)
    assert zero.data == 0.0 and grad(zero, x) == 0.0
    assert grad(grad(x * 2, x, create_graph=True), x) == 0.0


def test_a_gradient_is_a_graph_like_any_other() -> None:
    x = Value(0.5, label="x")
    slope = grad(x.tanh(), x, create_graph=True)
    assert str(steps(slope)[0]).startswith("∂v3/∂v2 +=")
    assert draw(slope).source.count("->") == 5
    slope.backward()
    assert math.isclose(x.grad, exact(mpmath.tanh, 0.5, order=2), rel_tol=1e-15)


def test_only_the_paths_to_the_inputs_are_evaluated() -> None:
    base, exponent = Value(-2.0), Value(3.0)
    assert grad(base**exponent, base) == 12.0
    assert math.isnan(grad(base**exponent, exponent))


def test_bad_input() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"grad needs Values: the output is float 1\.0"):
        grad(1.0, [x])
    with pytest.raises(TypeError, match="the input is str 'x'"):
        grad(x, ["x"])
    with pytest.raises(ValueError, match="at least one input"):
        grad(x, [])
    with pytest.raises(TypeError, match="the input is int 3"):
        grad(x, 3)
