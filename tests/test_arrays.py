"""Values in NumPy arrays."""

import math

import numpy as np
import pytest

import autograd
from autograd import Value, data, grads, steps, values
from autograd.table import TABLE

UNARY = [
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
    *("arcsin", "arccos", "arctan", "arcsinh", "arctanh", "floor", "ceil", "rint", "abs", "sign", "square", "negative"),
]


def test_a_layer_in_one_line() -> None:
    W = values([[0.5, -1.0], [2.0, 0.25]], label="W")
    x, b = np.array([1.0, 2.0]), values([0.1, -0.1], label="b")
    out = np.tanh(W @ x + b)
    np.testing.assert_allclose(data(out), np.tanh(data(W) @ x + data(b)), rtol=1e-15)
    out.sum(axis=0).backward()
    slope = 1 - data(out) ** 2
    np.testing.assert_allclose(grads(W), np.outer(slope, x), rtol=1e-15)
    np.testing.assert_allclose(grads(b), slope, rtol=1e-15)


def test_names_are_indices() -> None:
    assert [v.label for v in values([[1.0, 2.0]], label="W").flat] == ["W[0,0]", "W[0,1]"]
    assert [v.label for v in values([1.0, 2.0], label="b")] == ["b[0]", "b[1]"]
    assert [v.label for v in values([1.0])] == [""]
    assert values(3.0, label="c").item().label == "c"
    assert str(steps(values([2.0], label="w")[0] * 3)[0]).endswith("because ∂(w[0]·3)/∂w[0] = 3")
    assert r"\partial W_{0,0}" in steps(values([[2.0]], label="W")[0, 0] * 3)[0].latex


@pytest.mark.parametrize("name", UNARY)
def test_ufuncs_find_our_operations(name: str) -> None:
    x = np.array([[0.3, 0.7], [0.1, 0.9]])
    ufunc = getattr(np, name)
    np.testing.assert_allclose(data(ufunc(values(x))), ufunc(x), rtol=1e-14)


def test_ufuncs_of_two_arrays() -> None:
    x, y = np.array([0.5, 2.0]), np.array([1.5, -1.0])
    for ufunc in (np.add, np.subtract, np.multiply, np.divide, np.arctan2, np.hypot, np.maximum, np.minimum):
        np.testing.assert_allclose(data(ufunc(values(x), values(y))), ufunc(x, y), rtol=1e-14)
        np.testing.assert_allclose(data(ufunc(values(x), y)), ufunc(x, y), rtol=1e-14)
    np.testing.assert_allclose(data(values(x) ** y), x**y, rtol=1e-14)


def test_numpy_numbers_mix_with_values() -> None:
    v = Value(3.0)
    for number in (np.float64(2), np.float32(2), np.int64(2)):
        assert (number * v).data == (v * number).data == 6.0
        assert type(number * v) is Value and type(number**v) is Value
    assert np.tanh(v).data == math.tanh(3.0) and type(np.tanh(v)) is Value


def test_an_array_of_values_keeps_them() -> None:
    """`np.array(v)` does not silently lose how v was made; `data`, or a dtype, asks for the numbers."""
    a, b = Value(1.0), Value(2.0)
    assert np.array([a, b])[1] is b
    assert np.array([a, b], dtype=float).tolist() == data([a, b]).tolist() == [1.0, 2.0]
    assert data(a).shape == () and float(np.array(a)) == 1.0


def test_shapes() -> None:
    assert values(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert grads(values(np.ones((2, 3)))).shape == (2, 3)
    assert data([[Value(1.0), 2.0]]).tolist() == [[1.0, 2.0]]


X = np.array([[-1.5, 0.25], [0.75, 3.0]])


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gelu", "selu", "softplus", "step", "hardshrink", "clamp"])
def test_functions_take_arrays_element_by_element(name: str) -> None:
    function = getattr(autograd, name)
    found = function(X)
    assert found.dtype == float and found.tolist() == [[function(x) for x in row] for row in X.tolist()]
    assert data(function(values(X))).tolist() == found.tolist()


def test_functions_of_two_arrays() -> None:
    x = values(X)
    assert data(autograd.maximum(x, 0.5)).tolist() == np.maximum(X, 0.5).tolist()
    assert data(autograd.where(autograd.gt(x, 0), x, np.zeros((2, 1)))).tolist() == [[0, 0.25], [0.75, 3]]
    autograd.sum(autograd.maximum(Value(1.0), x) * autograd.atan2(X, 1.0)).backward()
    assert grads(x).tolist() == [[0.0, 0.0], [0.0, math.atan(3.0)]]
    assert autograd.tanh(np.array(0.5)) == math.tanh(0.5) and autograd.relu(np.zeros((0, 2))).shape == (0, 2)


def test_arrays_that_are_refused() -> None:
    with pytest.raises(
        TypeError, match=r"maximum takes its arguments one by one, maximum\(\*array\.flat\); got one array"
    ):
        autograd.maximum(values(X))
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted, got str 'x'"):
        autograd.tanh(np.array([1.0, "x"], dtype=object))
    with pytest.raises(ValueError, match="broadcast"):
        autograd.atan2(np.zeros(2), np.zeros(3))


def test_bad_input() -> None:
    with pytest.raises(TypeError, match=r"grads needs an array of Values: an element is float 1\.0"):
        grads([Value(1.0), 1.0])
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted, got str_"):
        values(["x"])
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted, got NoneType None"):
        data([Value(1.0), None])


def test_sums_of_arrays_count_every_element() -> None:
    W = values([[1.0, 2.0], [3.0, 4.0]])
    assert autograd.sum(W).data == 10.0 and autograd.mean(W).data == 2.5
    assert autograd.norm(W).data == math.sqrt(30)
    assert len(autograd.sum(W).args) == 4 and TABLE["sum"] is autograd.sum(W).op
