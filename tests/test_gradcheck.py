"""`gradcheck` finds the wrong row, whichever it is, and never cries wolf."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from autograd import GradcheckError, Value, gradcheck, op
from autograd.differences import slope
from autograd.table import EachPartial, Op
from tests.graphs import graphs
from tests.oracle import ROWS, arity, points


def wrong_in(row: Op, position: int) -> Op:
    """The row with at least 2 % too much in one partial."""

    def spoiled(i: int, xs, out):
        right = row.derivative(i, xs, out)
        return right + 0.02 * (1 + right * right) if i == position else right

    fields = {name: getattr(row, name) for name in Op.__slots__}
    return Op(**fields | {"partials": EachPartial(spoiled)})


@pytest.mark.parametrize("row", [row for row in ROWS if not row.held], ids=lambda row: row.name)
def test_every_wrong_partial_is_found_and_named(row: Op) -> None:
    """In the middle of a graph of right operations."""
    for position in range(arity(row)):
        for args in points(row, 3, seed=1):
            leaves = [Value(x, label=name) for x, name in zip(args, "xyz")]
            inner = [leaf * 1.0 for leaf in leaves]
            node = wrong_in(row, position)(*inner)
            node.label = "suspect"
            root = (node * 0.5 + leaves[0].tanh()).sin() if math.isfinite(node.data) and abs(node.data) < 20 else node
            with pytest.raises(GradcheckError) as error:
                gradcheck(root)
            assert f"the operation '{row.name}' has a wrong partial for argument {position + 1}:" in str(error.value)
            assert "suspect = " in str(error.value) and "is the first node" in str(error.value)
            gradcheck(row(*inner))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(graphs(max_operations=12))
def test_no_false_alarm(root: Value) -> None:
    report = gradcheck(root)
    assert report and all(leaf.verdict in ("ok", "at a kink", "ok by parts") for leaf in report.leaves)


def test_most_random_graphs_are_ok_as_a_whole() -> None:
    verdicts = []

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(graphs(max_operations=6))
    def collect(root: Value) -> None:
        verdicts.extend(leaf.verdict for leaf in gradcheck(root).leaves)

    collect()
    assert verdicts.count("ok") > 0.8 * len(verdicts)


def test_the_message_leads_to_the_row() -> None:
    cube = op("test_wrong_cube", lambda x: x**3, lambda x, out: 2 * x * x)
    x = Value(2.0, label="x")
    y = cube(x * 1.5)
    with pytest.raises(GradcheckError) as error:
        gradcheck(y.tanh() + x)
    assert str(error.value) == (
        "the operation 'test_wrong_cube' has a wrong partial for argument 1: at v1 = 3.0,\n"
        "  ∂test_wrong_cube(v1)/∂v1 = 2·v1·v1 = 18.0, numerically 27\n"
        "v2 = test_wrong_cube(v1) is the first node with a wrong local derivative"
    )


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda x: x.relu(), 0.0),
        (abs, 0.0),
        (lambda x: x.maximum(1.0), 1.0),
        (lambda x: x.minimum(x * x), 1.0),
        (lambda x: x.clamp(0.0, 1.0), 1.0),
        (lambda x: x.floor(), 2.0),
        (lambda x: x.gt(3.0) * x, 3.0),
        (lambda x: (x * 2).relu().tanh(), 0.0),
        (lambda x: x.hypot(0.0), 0.0),
    ],
)
def test_kinks_are_no_failures(f, x: float) -> None:
    (leaf,) = gradcheck(f, x).leaves
    assert leaf.verdict == "at a kink"


def test_next_to_a_kink_all_is_well() -> None:
    for x in (1e-3, 1e-9, -1e-15):
        (leaf,) = gradcheck(lambda x: x.relu() * 3, x).leaves
        assert (leaf.verdict, leaf.gradient) == ("ok", 3.0 if x > 0 else 0.0)


def test_a_wrong_slope_at_a_kink_is_still_wrong() -> None:
    steep = op("test_steep_relu", lambda x: max(x, 0.0), lambda x, out: 2)
    with pytest.raises(GradcheckError, match="numerically between 0 and 1"):
        gradcheck(steep(Value(0.0)))


def test_where_the_whole_is_too_rough_its_parts_are_checked() -> None:
    (leaf,) = gradcheck(lambda x: (x + 1e16) - 1e16, 1.0).leaves
    assert (leaf.verdict, leaf.gradient) == ("ok by parts", 1.0)


def test_functions_lists_and_arrays() -> None:
    assert gradcheck(lambda x, y: x * y + y.exp(), [0.5, 2.0])
    assert gradcheck(lambda x: np.tanh(x).sum(), np.array([[0.1, 0.2], [0.3, 0.4]]))
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    (leaf,) = gradcheck(x * y, y).leaves
    assert (leaf.name, leaf.gradient) == ("y", 0.5)
    assert (x.grad, y.grad) == (0.0, 0.0)
    (leaf,) = gradcheck(x * 2, y).leaves
    assert (leaf.gradient, leaf.numerical, leaf.verdict) == (0.0, 0.0, "ok")
    assert gradcheck(Value(3.0))


def test_detached_parts_are_held() -> None:
    (leaf,) = gradcheck(lambda x: x.detach() * x, 3.0).leaves
    assert (leaf.gradient, leaf.verdict) == (3.0, "ok")


def test_one_argument_may_be_held_and_the_other_checked() -> None:
    x = Value(3.0)
    right = op("test_half_held", lambda x, y: x * y, None, lambda x, y, out: x)
    (leaf,) = gradcheck(right(x, x)).leaves
    assert (leaf.gradient, leaf.verdict) == (3.0, "ok")
    wrong = op("test_half_held", lambda x, y: x * y, None, lambda x, y, out: y + 1)
    with pytest.raises(GradcheckError, match="'test_half_held' has a wrong partial for argument 2"):
        gradcheck(wrong(x, x))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="gradcheck needs an rtol of at least 0, such as 1e-6; got nan"):
        gradcheck(Value(1.0), rtol=math.nan)
    with pytest.raises(ValueError, match="gradcheck needs an atol of at least 0"):
        gradcheck(Value(1.0), atol=-1.0)
    with pytest.raises(TypeError, match=r"gradcheck needs Values: the output is float 1\.0"):
        gradcheck(1.0, [Value(1.0)])
    with pytest.raises(ValueError, match="at least one input"):
        gradcheck(lambda: Value(1.0), [])


@pytest.mark.parametrize(
    "f, x, derivative",
    [
        (math.sin, 1.0, math.cos(1.0)),
        (math.exp, 700.0, math.exp(700.0)),
        (math.log, 1e-8, 1e8),
        (lambda x: 1 / x, -1e-5, -1e10),
        (lambda x: x * x, 0.0, 0.0),
        (math.sqrt, 1e4, 5e-3),
    ],
)
def test_differences_have_many_digits(f, x: float, derivative: float) -> None:
    found = slope(f, x)
    assert found is not None and found.smooth
    assert abs(found.middle - derivative) <= 1e-7 * abs(derivative) + 1e-12
    assert abs(found.middle - derivative) <= found.error


def test_no_slope_where_there_is_no_function() -> None:
    assert slope(math.log, 0.0) is None
    assert slope(lambda x: math.nan, 1.0) is None
