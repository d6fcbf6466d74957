"""What is composed of operations, and operations of any number of arguments."""

import math

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    clamp,
    dot,
    elu,
    gelu,
    grad,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    hypot,
    leaky_relu,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    norm,
    op,
    prod,
    relu6,
    selu,
    softmax,
    step,
    steps,
)
from autograd.table import TABLE, spread

OF_MANY = [autograd.sum, mean, prod, norm, logsumexp, softmax, log_softmax]


def test_sums_are_exact() -> None:
    xs = [Value(x) for x in (1e16, 1.0, -1e16, 1e-30)]
    assert autograd.sum(xs).data == math.fsum(x.data for x in xs) == 1.0
    assert autograd.sum([1e308, 1e308, -1e308]) == 1e308
    assert mean([1.7e308, 1.7e308]) == 1.7e308
    assert autograd.sum([1e308, 1e308]) == math.inf
    assert math.isnan(autograd.sum([math.inf, -math.inf])) and math.isnan(mean([math.inf, -math.inf]))
    assert grad(autograd.sum(xs), xs) == [1.0] * 4 and grad(mean(xs), xs) == [0.25] * 4


def test_products_overflow_at_the_end_only() -> None:
    assert prod([1e200, 1e200, 1e-300]) == pytest.approx(1e100, rel=1e-15)
    assert prod([1e-160, 1e-160, 1e160]) == pytest.approx(1e-160, rel=1e-15)
    assert prod([-1e200, 1e200]) == -math.inf and prod([5e-324, 0.5]) == 0.0
    xs = [Value(0.0), Value(3.0), Value(4.0)]
    assert grad(prod(xs), xs) == [12.0, 0.0, 0.0]
    x = Value(2.0)
    assert grad(prod([x]), x) == 1.0
    cubed = prod([x, x, x])
    assert grad(grad(cubed, x, create_graph=True), x) == 12.0


def test_dot_and_norm() -> None:
    w, x = [Value(1.0), Value(2.0)], np.array([3.0, 4.0])
    assert dot(w, x).data == 11.0 and grad(dot(w, x), w) == [3.0, 4.0]
    assert norm([3e-200, 4e-200]) == pytest.approx(5e-200, rel=1e-15)
    assert grad(norm(w), w) == pytest.approx([1 / math.sqrt(5), 2 / math.sqrt(5)], rel=1e-15)
    zeros = [Value(0.0), Value(0.0)]
    assert grad(norm(zeros), zeros) == [0.0, 0.0]
    tiny = [Value(5e-324), Value(5e-324)]
    assert grad(norm(tiny), tiny) == pytest.approx([math.sqrt(0.5)] * 2, rel=1e-15)


def test_the_greatest_share_its_gradient() -> None:
    xs = [Value(2.0), Value(5.0), Value(5.0), Value(1.0)]
    assert grad(maximum(*xs), xs) == [0.0, 0.5, 0.5, 0.0]
    assert grad(minimum(*xs), xs) == [0.0, 0.0, 0.0, 1.0]
    assert xs[0].maximum(1.0, 7.0).data == 7.0


def test_softmax_sums_up_to_one_and_its_gradients_to_zero() -> None:
    xs = [Value(x) for x in (1.0, -2.0, 0.5)]
    p = softmax(xs)
    assert autograd.sum(p).data == pytest.approx(1.0, abs=1e-16)
    for p_i, q_i in zip(p, log_softmax(xs)):
        assert sum(grad(p_i, xs)) == pytest.approx(0.0, abs=1e-16)
        assert q_i.data == pytest.approx(math.log(p_i.data), rel=1e-14)
    assert softmax(np.array([0.0, 0.0])) == [0.5, 0.5]
    assert logsumexp([-1000.0, -1000.0]) == pytest.approx(-1000 + math.log(2), rel=1e-15)


def test_a_detached_value_lets_nothing_through() -> None:
    x = Value(3.0)
    y = x.detach() * x
    assert y.data == 9.0 and grad(y, x) == 3.0 and grad(x.detach(), x) == 0.0


@pytest.mark.parametrize(
    "f, x, value, slope",
    [
        (step, 0.0, 0.0, 0.0),
        (step, 2.0, 1.0, 0.0),
        (leaky_relu, -2.0, -0.02, 0.01),
        (lambda x: leaky_relu(x, negative_slope=0.2), 0.0, 0.0, 0.2),
        (elu, -1.0, math.expm1(-1), math.exp(-1)),
        (lambda x: elu(x, alpha=2.0), 1.0, 1.0, 1.0),
        (selu, 2.0, 2.101401974710961, 1.0507009873554805),
        (lambda x: gelu(x, approximate="tanh"), 0.0, 0.0, 0.5),
        (relu6, 6.0, 6.0, 0.0),
        (relu6, 3.0, 3.0, 1.0),
        (hardtanh, 1.0, 1.0, 0.0),
        (hardsigmoid, 0.0, 0.5, 1 / 6),
        (hardswish, -3.0, -0.0, 0.0),
        (hardshrink, 0.5, 0.0, 0.0),
        (lambda x: clamp(x, min=0.0), 0.0, 0.0, 1.0),
        (lambda x: clamp(x, max=1.0), 3.0, 1.0, 0.0),
        (lambda x: x.clamp(min=0.0, max=2.0), 1.0, 1.0, 1.0),
        (lambda x: x.clamp(2.0, 1.0), 5.0, 1.0, 0.0),
    ],
)
def test_activations(f, x: float, value: float, slope: float) -> None:
    """Values and derivatives as PyTorch has them, also at kinks."""
    leaf = Value(x)
    out = f(leaf)
    assert out.data == pytest.approx(value, rel=1e-15)
    assert grad(out, leaf) == pytest.approx(slope, rel=1e-15)


def test_the_bounds_of_a_clamp_can_learn() -> None:
    x, low, high = Value(5.0), Value(-1.0), Value(2.0)
    assert grad(clamp(x, low, high), [x, low, high]) == [0.0, 0.0, 1.0]
    x.data = -3.0
    assert grad(clamp(x, low, high), [x, low, high]) == [0.0, 1.0, 0.0]


def test_every_method_is_its_function() -> None:
    x = Value(0.6)
    names = [name for name in TABLE if hasattr(Value, name) and name not in ("where", "clamp")]
    assert len(names) > 35
    for name in names:
        args = [x, 0.25, 2.0][: TABLE[name].arity or 3]
        out = getattr(x, name)(*args[1:])
        assert out.op is TABLE[name]
        assert repr(out.data) == repr(TABLE[name](*map(float, args)))  # also nan
    assert x.where(x.gt(1.0), 5.0).data == 5.0 and x.where(1.0, 5.0).data == 0.6


def test_plain_numbers_give_plain_numbers() -> None:
    for f in (*OF_MANY[:5], maximum):
        result = f(2.0, 1.0) if f is maximum else f([2.0, 1.0])
        assert type(result) is float
    assert [type(p) for p in softmax([1, 2])] == [float, float]
    assert type(gelu(1)) is type(hardswish(1.0)) is type(selu(-1)) is float


@pytest.mark.parametrize("f", OF_MANY, ids=lambda f: f.__name__)
def test_bad_lists(f) -> None:
    name = f.__name__
    with pytest.raises(ValueError, match=f"{name} needs at least one Value or number, got an empty list"):
        f([])
    with pytest.raises(TypeError, match=f"{name} takes a list of Values or numbers, got Value Value"):
        f(Value(1.0))
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted|unsupported operand"):
        f([Value(1.0), "x"])


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="dot takes two lists of the same length, got 2 and 1 numbers"):
        dot([1.0, 2.0], [3.0])
    with pytest.raises(ValueError, match="approximate is 'none' or 'tanh', got 'erf'"):
        gelu(1.0, approximate="erf")
    with pytest.raises(TypeError, match="hypot takes one argument or more, got none"):
        hypot()
    with pytest.raises(TypeError, match="atan2 takes 2 arguments, got 1"):
        Value(1.0).atan2()


def test_an_operation_of_any_number_of_arguments_from_outside() -> None:
    squares = op(
        "test_squares",
        lambda *xs: math.fsum(x * x for x in xs),
        each=lambda i, xs, out: 2 * xs[i],
        text="{:atom}² + ...",
        latex="{:atom}^2 + ...",
        level="sum",
    )
    x, y = Value(3.0, label="x"), Value(4.0, label="y")
    z = squares(x, y, 1.0)
    assert z.data == 26.0 and grad(z, [x, y]) == [6.0, 8.0]
    assert grad(grad(z, x, create_graph=True), x) == 2.0
    assert str(steps(z)[0]).endswith("because ∂(x² + y² + 1²)/∂x = 2·x")
    assert r"\partial \left(x^2 + y^2 + 1^2\right)" in steps(z)[0].latex
    with pytest.raises(ValueError, match=r"lacks the dots of any number of arguments, as in 'test_bad\({}, ...\)'"):
        op("test_bad", max, each=1, text="max({})")
    with pytest.raises(ValueError, match="or `each` if it takes any number of them"):
        op("test_bad", max, 1, each=1)
    assert "test_bad" not in TABLE


def test_templates_spread() -> None:
    assert spread(r"\sqrt{{{:atom}^2 + ...}}", 2) == r"\sqrt{{{:atom}^2 + {:atom}^2}}"
    assert spread(r"{:product} \cdot ...", 1) == "{:product}"
    assert spread("{:sum} + {:product}", 2) == "{:sum} + {:product}"


def test_many_arguments_are_written_with_dots() -> None:
    xs = [Value(float(i), label=f"x{i}") for i in range(9)]
    first = steps(autograd.sum(xs))[0]
    assert str(first).endswith("because ∂sum(x0, x1, …, x8)/∂x0 = 1")
    assert r"x_{0} + x_{1} + \dots + x_{8}" in first.latex


@pytest.mark.parametrize("f", [autograd.sum, autograd.mean])
def test_opposite_infinities_beside_an_overflow_are_nan(f) -> None:
    assert math.isnan(f([1e308, 1e308, math.inf, -math.inf]))
    assert f([1e308, 1e308, math.inf]) == math.inf
