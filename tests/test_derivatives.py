"""`grad` and its kin: derivatives of any order, without touching gradients."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings

from autograd import (
    Value,
    draw,
    enable_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    steps,
    value_and_grad,
    values,
)
from autograd.graph import topological
from tests.graphs import graphs
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


@pytest.mark.parametrize("form", [list, tuple, np.array, values], ids=["list", "tuple", "array", "Values"])
def test_directions_in_lists_and_arrays(form) -> None:
    assert jvp(lambda x, y: x * y, [2.0, 3.0], form([1.0, 0.5])) == (6.0, 4.0)
    assert hvp(lambda x, y: x**2 * y, [2.0, 3.0], form([1.0, 0.0])) == (12.0, [6.0, 4.0])
    assert jvp(lambda x: x[0] * x[1], np.array([2.0, 3.0]), form([1.0, 0.5])) == (6.0, 4.0)
    value, slopes = hvp(lambda x: (x**3).sum(), np.array([[2.0, 3.0]]), [form([1.0, 0.5])])
    assert value == 35.0 and slopes.tolist() == [[12.0, 9.0]]
    assert jvp(lambda x: x * x, 3.0, np.array(0.5)) == (9.0, 3.0)


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
    with pytest.raises(TypeError, match="grad needs Values: the output of the function is NoneType None"):
        grad(lambda x: None, 1.0)
    with pytest.raises(TypeError, match="grad needs one output, got 2; for several there is jacobian"):
        grad([x, x * 2], x)
    with pytest.raises(ValueError, match=r"does not depend on input 1, Value\(data=5.0, grad=0.0\); allow_unused=True"):
        grad(x * 2, [x, Value(5.0)], allow_unused=False)
    with pytest.raises(ValueError, match="jvp needs v in the form of its inputs, a list of 2; got a list of 1"):
        jvp(lambda x, y: x * y, [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="hvp needs v in the form of its inputs, one number; got a list of 1"):
        hvp(lambda x: x * x, 1.0, [1.0])
    with pytest.raises(ValueError, match=r"an array of shape \(2,\); got an array of shape \(2, 1\)"):
        jvp(lambda x: x.sum(), np.zeros(2), np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"a list of 2; got an array of shape \(1, 2\)"):
        jvp(lambda x, y: x * y, [1.0, 2.0], [[1.0, 2.0]])
    with pytest.raises(TypeError, match=r"jvp needs Values: the v is list \[1\.0\]"):
        jvp(lambda x: x.sum(), np.zeros((2, 2)), [[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"jvp needs a finite v, got \[nan\]"):
        jvp(lambda x: x, [1.0], [math.nan])
    with pytest.raises(TypeError, match="jvp needs Values: the v is str 'up'"):
        jvp(x, x, ["up"])
    with pytest.raises(ValueError, match="jacobian needs at least one output"):
        jacobian([], x)


def test_a_failed_call_changes_nothing() -> None:
    x = Value(2.0)
    (x * x).backward()
    for call in (lambda: grad(x * x, []), lambda: jvp(x * x, x, math.inf), lambda: hessian("x", x)):
        with pytest.raises((TypeError, ValueError)):
            call()
    assert x.grad == 4.0


def rosenbrock(*x):
    return sum(100 * (after - before**2) ** 2 + (1 - before) ** 2 for before, after in pairwise(x))


def rosenbrock_hessian(x: list[float]) -> np.ndarray:
    """Its second derivatives as one works them out by hand."""
    n = len(x)
    H = np.zeros((n, n))
    for i in range(n - 1):
        H[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        H[i + 1, i + 1] += 200
        H[i, i + 1] = H[i + 1, i] = -400 * x[i]
    return H


POINT = [0.3 * (-1) ** i + 0.1 * i for i in range(10)]


def test_the_hessian_of_rosenbrock() -> None:
    H = np.array(hessian(rosenbrock, POINT))
    np.testing.assert_allclose(H, rosenbrock_hessian(POINT), rtol=1e-12, atol=1e-12)
    assert (np.count_nonzero(H, axis=1) <= 3).all()


def test_the_derivatives_agree_with_each_other() -> None:
    v = [math.sin(i) for i in range(10)]
    value, gradient = value_and_grad(rosenbrock, POINT)
    assert math.isclose(value, rosenbrock(*POINT), rel_tol=1e-14)
    H = rosenbrock_hessian(POINT)
    np.testing.assert_allclose(hvp(rosenbrock, POINT, v)[1], H @ v, rtol=1e-12)
    assert hvp(rosenbrock, POINT, v)[0] == value
    along, slope = jvp(rosenbrock, POINT, v)
    assert along == value and math.isclose(slope, np.dot(gradient, v), rel_tol=1e-12)
    slopes = lambda *x: grad(rosenbrock(*x), list(x), create_graph=True)  # noqa: E731
    np.testing.assert_allclose(jacobian(slopes, POINT), H, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(jvp(slopes, POINT, v)[1], H @ v, rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(graphs(max_operations=15))
def test_forward_mode_is_backward_mode_times_a_vector(root: Value) -> None:
    leaves = [node for node in topological(root) if not node.args and not node.constant]
    if leaves:
        v = [1.0, -0.5, 0.25][: len(leaves)]
        gradient = grad(root, leaves)
        wanted = sum(g * x for g, x in zip(gradient, v))
        scale = sum(abs(g * x) for g, x in zip(gradient, v))
        value, slope = jvp(root, leaves, v)
        assert value == root.data or math.isnan(value)
        if math.isfinite(scale) and math.isfinite(slope):
            assert abs(slope - wanted) <= 1e-6 * scale + 1e-300


def test_what_is_recorded_already_can_be_differentiated_too() -> None:
    x, y = Value(2.0), Value(3.0)
    outputs = [x * y, x + y, Value(7.0)]
    assert jacobian(outputs, [x, y]) == [[3.0, 2.0], [1.0, 1.0], [0.0, 0.0]]
    assert jacobian(outputs, x) == [3.0, 1.0, 0.0]
    assert hessian(x * x * y, [x, y]) == [[6.0, 4.0], [4.0, 0.0]]
    assert jvp(outputs, [x, y], [1.0, 10.0]) == ([6.0, 5.0, 7.0], [23.0, 11.0, 0.0])
    assert value_and_grad(x * y, x) == (6.0, 3.0)
    inner = x * y
    assert jvp(inner * x, [x, inner], [1.0, 1.0])[1] == grad(inner * x, x) + grad(inner * x, inner)


def test_arrays_in_arrays_out() -> None:
    W = np.array([[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]])
    x = np.array([0.1, 0.2, 0.3])
    f = lambda x: np.tanh(W @ x)  # noqa: E731
    slope = 1 - np.tanh(W @ x) ** 2
    J = jacobian(f, x)
    assert J.dtype == float and J.shape == (2, 3)
    np.testing.assert_allclose(J, slope[:, None] * W, rtol=1e-14)
    values, along = jvp(f, x, np.ones(3))
    np.testing.assert_allclose(values, np.tanh(W @ x), rtol=1e-14)
    np.testing.assert_allclose(along, J.sum(axis=1), rtol=1e-14)
    total = lambda x: f(x).sum()  # noqa: E731
    assert hessian(total, x).shape == (3, 3)
    np.testing.assert_allclose(hvp(total, x, np.ones(3))[1], hessian(total, x).sum(axis=1), rtol=1e-13)
    assert jacobian(lambda M: M.T @ M, W).shape == (3, 3, 2, 3)
    gradient = grad(total, x, create_graph=True)
    assert gradient.shape == (3,) and all(isinstance(g, Value) for g in gradient)
    assert grad(lambda x: x[0, 0] * 2, np.array([[3.0]])).tolist() == [[2.0]]


def test_results_as_graphs() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    value, (dx, dy) = value_and_grad(x**2 * y, [x, y], create_graph=True)
    assert (value.data, dx.data, dy.data) == (12.0, 12.0, 4.0)
    H = hessian(x**2 * y, [x, y], create_graph=True)
    assert H[0][0].data == 6.0 and grad(H[0][0], y) == 2.0 and grad(H[1][1], y) == 0.0
    v = Value(0.5)
    out, along = jvp(x**2 * y, [x, y], [v, 1.0], create_graph=True)
    assert (out.data, along.data, grad(along, v)) == (12.0, 10.0, 12.0)
    _, (first, _) = hvp(x**2 * y, [x, y], [1.0, 0.0], create_graph=True)
    assert first.data == 6.0 and grad(first, y) == 2.0


def test_a_function_may_give_plain_numbers() -> None:
    assert grad(lambda x: 3.0, 2.0) == 0.0
    assert jacobian(lambda x: [x, 1.0], 2.0) == [1.0, 0.0]
    assert value_and_grad(lambda x: 3, Value(2.0)) == (3.0, 0.0)


def test_no_grad_outside_does_not_matter() -> None:
    """As in PyTorch: who asks for a derivative wants it recorded."""
    x = Value(2.0)
    y = x**3
    with no_grad():
        assert grad(grad(y, x, create_graph=True), x) == 12.0
        assert hessian(lambda x: x**3, 2.0) == 12.0
        assert not (x * 2).args
        with enable_grad():
            assert (x * 2).args


@pytest.mark.parametrize("order", range(1, 7))
def test_every_order(order: int) -> None:
    x = Value(0.7)
    y = x.sin() * x.exp()
    for _ in range(order):
        y = grad(y, x, create_graph=True)
    assert math.isclose(y.data, exact(lambda x: mpmath.sin(x) * mpmath.exp(x), 0.7, order=order), rel_tol=1e-12)
