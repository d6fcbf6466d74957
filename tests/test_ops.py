"""Every row of the table: its values and derivatives against mpmath, its IEEE edges, its writing."""

import math

import pytest

from autograd import Value, grad, maximum, minimum, op, steps
from autograd.backprop import local_derivative
from autograd.table import TABLE, Op, lookup
from tests.oracle import ORACLE, ROWS, arity, exact, points

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
EDGES = [0.0, -0.0, 1.0, -1.0, 1e-320, 1e308, -1e308, math.inf, -math.inf, math.nan]


def test_the_oracle_knows_every_row() -> None:
    assert [row.name for row in ROWS] == list(ORACLE)


@rows
def test_the_oracle_agrees_with_itself(row: Op) -> None:
    """Its derivatives, written down by hand, with mpmath's numerical ones."""
    value, partials = ORACLE[row.name]
    for args in points(row, 20):
        for position, partial in enumerate(partials):
            order = tuple(int(i == position) for i in range(len(partials)))
            numeric = exact(value, *args, order=order if len(partials) > 1 else 1)
            flat = row.name == "detach"  # whose very point is another derivative than its value has
            assert math.isclose(0.0 if flat else numeric, exact(partial, *args), rel_tol=1e-12, abs_tol=1e-12), args


@rows
@pytest.mark.parametrize("order", [2, 3])
def test_higher_derivatives_agree_with_mpmath(row: Op, order: int) -> None:
    """Along a line through the arguments, so that mixed derivatives count, too."""
    slopes = [1.0, 0.75, -0.5][: arity(row)]
    for args in points(row, 10, seed=order):
        t = Value(0.0)
        result = row(*(arg + slope * t for arg, slope in zip(args, slopes)))
        for _ in range(order):
            result = grad(result, t, create_graph=True)

        def along(t, args=args):
            return ORACLE[row.name].value(*(arg + slope * t for arg, slope in zip(args, slopes)))

        wanted = 0.0 if row.name == "detach" else exact(along, 0.0, order=order)
        assert math.isclose(result.data, wanted, rel_tol=1e-12, abs_tol=1e-12), args


@rows
def test_values_and_floats_give_the_same_bits(row: Op) -> None:
    for args in points(row, 50):
        assert row(*map(Value, args)).data == row(*args)


@rows
def test_no_edge_raises_in_value_or_partial(row: Op) -> None:
    for x in EDGES:
        for y in EDGES:
            node = row(*map(Value, (x, y, -x)[: arity(row)]))
            assert type(node.data) is float
            node.backward()
            for position in range(arity(row)):
                assert type(local_derivative(node, position)) is float


@pytest.mark.parametrize(
    "row, args, result",
    [
        ("exp", (1000.0,), math.inf),
        ("log", (0.0,), -math.inf),
        ("log", (-1.0,), math.nan),
        ("sqrt", (-1.0,), math.nan),
        ("sin", (math.inf,), math.nan),
        ("cos", (-math.inf,), math.nan),
        ("div", (1.0, 0.0), math.inf),
        ("div", (1.0, -0.0), -math.inf),
        ("div", (0.0, 0.0), math.nan),
        ("div", (math.nan, 0.0), math.nan),
        ("pow", (-8.0, 1 / 3), math.nan),
        ("pow", (0.0, -1.0), math.inf),
        ("pow", (-0.0, -1.0), -math.inf),
        ("pow", (-0.0, -2.0), math.inf),
        ("pow", (-10.0, 309.0), -math.inf),
        ("pow", (10.0, 309.0), math.inf),
        ("pow", (0.0, 0.0), 1.0),
        ("mul", (1e308, 10.0), math.inf),
        ("sigmoid", (-1000.0,), 0.0),
        ("sigmoid", (1000.0,), 1.0),
        ("relu", (math.nan,), math.nan),
        ("maximum", (math.nan, 1.0), math.nan),
        ("maximum", (1.0, math.nan), math.nan),
        ("minimum", (1.0, math.nan), math.nan),
        ("sign", (math.nan,), math.nan),
    ],
)
def test_ieee_754_results(row: str, args: tuple[float, ...], result: float) -> None:
    computed = TABLE[row](*args)
    assert math.isnan(computed) if math.isnan(result) else computed == result


def test_ieee_754_results_are_those_of_numpy() -> None:
    import numpy as np

    ufuncs = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power}
    ufuncs |= {"maximum": np.maximum, "minimum": np.minimum}
    with np.errstate(all="ignore"):
        for name, ufunc in ufuncs.items():
            for x in EDGES:
                for y in EDGES:
                    ours, theirs = TABLE[name](x, y), float(ufunc(x, y))
                    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs)), (name, x, y)


@pytest.mark.parametrize("name, derivative", [("relu", 0.0), ("abs", 0.0), ("sign", 0.0)])
def test_kinks_at_zero(name: str, derivative: float) -> None:
    x = Value(0.0)
    TABLE[name](x).backward()
    assert x.grad == derivative


@pytest.mark.parametrize("pick", [maximum, minimum])
def test_ties_halve(pick: Op) -> None:
    x, y = Value(2.0), Value(2.0)
    pick(x, y).backward()
    assert (x.grad, y.grad) == (0.5, 0.5)


@pytest.mark.parametrize("power", [0, 1, 2, 3, 4])
def test_every_derivative_of_a_power_at_zero(power: int) -> None:
    x = Value(0.0)
    y = x**power
    for order in range(1, 6):
        y = grad(y, x, create_graph=True)
        assert y.data == (math.factorial(power) if order == power else 0.0)


def test_a_constant_exponent_never_touches_the_logarithm() -> None:
    x = Value(-2.0)
    (x**3).backward()
    assert x.grad == 12.0
    assert grad(x**3, [x]) == [12.0]


def test_a_partial_that_divides_by_zero_follows_ieee() -> None:
    x, zero = Value(1.0), Value(0.0)
    (x / zero).backward()
    assert x.grad == math.inf and zero.grad == -math.inf
    assert grad(Value(0.0).log(), Value(1.0)) == 0.0
    y = Value(0.0)
    assert grad(y.log(), y) == math.inf
    assert grad(x / 0, x, create_graph=True).data == math.inf


@rows
def test_text_of_a_derivative_names_the_arguments(row: Op) -> None:
    args = [Value(x, label=name) for x, name in zip(next(points(row, 1)), "xyz")]
    node = row(*args)
    node.label = "out"
    for step in steps(node):
        assert "v1" not in str(step) and "because" in str(step)
        assert step.latex.count("{") == step.latex.count("}")


def test_a_user_defined_operation_works_everywhere() -> None:
    cube = op(
        "test_cube", lambda x: x * x * x, lambda x, out: 3 * x * x, text="{:atom}³", latex="{:atom}^3", level="power"
    )
    x = Value(2.0, label="x")
    y = cube(x)
    assert y.data == 8.0
    assert grad(y, x) == 12.0
    assert grad(grad(y, x, create_graph=True), x) == 12.0
    assert "∂(x³)/∂x = 3·x·x" in str(steps(y)[0])
    again = op("test_cube", lambda x: x**3, lambda x, out: 3 * x * x)  # a notebook cell run twice
    assert lookup("test_cube") is again


def test_bad_operations_are_refused() -> None:
    with pytest.raises(ValueError, match="'tanh' is a built-in operation; choose another name"):
        op("tanh", math.tanh, lambda x, out: 1)
    with pytest.raises(ValueError, match=r"named like a Python function, e\.g\. 'softclip'; got 'soft clip'"):
        op("soft clip", math.tanh, lambda x, out: 1)
    with pytest.raises(ValueError, match="needs a partial for each argument"):
        op("softclip", math.tanh)
    with pytest.raises(ValueError, match="has 1 place for 2 arguments"):
        op("softclip", max, 1, 0, text="{} clipped")
    with pytest.raises(ValueError, match="level is one of sum, product, power, atom; got 'loose'"):
        op("softclip", abs, 1, level="loose")
    assert "softclip" not in TABLE
    with pytest.raises(TypeError, match="tanh takes 1 argument, got 2"):
        TABLE["tanh"](Value(1.0), 2.0)
    with pytest.raises(ValueError, match="no operation 'nope': known are add, sub,"):
        lookup("nope")
