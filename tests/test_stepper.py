"""The cursor over the steps: what it shows is what `backward()` does, wherever it came from."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Stepper, Value, floor, op, recompute
from autograd.graph import topological
from autograd.stepping import ForwardStep, Moment, SeedStep, Step
from tests.graphs import large_graph


def bits(x: float | None) -> str | None:
    return None if x is None else x.hex()


def state(stepper: Stepper) -> list[tuple[str | None, str | None, int, int]]:
    moments = stepper.at(stepper.position).values()
    return [(bits(m.data), bits(m.grad), m.arrived, m.expected) for m in moments]


def neuron() -> Stepper:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    L = c + a
    L.label = "L"
    return Stepper(L)


def test_plain_numbers_are_written_as_they_were_typed() -> None:
    x = Value(-0.5, label="x")
    forward = [step for step in Stepper((x - 1) ** 2 * -3).steps if isinstance(step, ForwardStep)]
    assert [str(step) for step in forward] == [
        "v1 = x - 1 = -0.5 - 1 = -1.5",
        "v2 = v1**2 = (-1.5)**2 = 2.25",
        "v3 = v2·(-3) = 2.25·(-3) = -6.75",
    ]
    assert forward[1].latex == r"v_{2} = v_{1}^{2} = \left(-1.5\right)^{2} = 2.25"


@settings(max_examples=500, deadline=None)
@given(st.integers(), st.integers(0, 300), st.data())
def test_the_stepper_ends_where_backward_does_and_any_seek_is_exact(seed: int, size: int, data: st.DataObject) -> None:
    root = large_graph(seed, size)
    before = [bits(node.grad) for node in topological(root)]
    stepper = Stepper(root)
    onward = [state(stepper)] + [state(stepper) for _ in stepper]
    assert stepper.done and len(onward) == len(stepper) + 1
    assert [bits(node.grad) for node in topological(root)] == before

    for position in data.draw(st.lists(st.integers(0, len(stepper)), max_size=5)):
        stepper.seek(position)
        assert state(stepper) == onward[position]
        if position:
            stepper.back()
            assert state(stepper) == onward[position - 1]
            stepper.next()
            assert state(stepper) == onward[position]

    stepper.seek(len(stepper))
    root.backward()
    for node, moment in stepper.at(stepper.position).items():
        assert bits(moment.data) == bits(node.data)
        if not node.constant:
            assert moment.grad is not None and bits(0.0 + moment.grad) == bits(0.0 + node.grad)
            assert moment.complete


def test_forward_then_backward() -> None:
    stepper = neuron()
    assert [type(step) for step in stepper.steps] == [ForwardStep, ForwardStep, SeedStep, *[Step] * 4]
    assert [str(step) for step in stepper] == [
        "c = a·b = 2.0·(-3.0) = -6.0",
        "L = c + a = -6.0 + 2.0 = -4.0",
        "∂L/∂L = 1.0",
        "∂L/∂c += ∂L/∂L · ∂L/∂c = 1.0 · 1.0 = 1.0   because ∂(c + a)/∂c = 1",
        "∂L/∂a += ∂L/∂L · ∂L/∂a = 1.0 · 1.0 = 1.0   because ∂(c + a)/∂a = 1",
        "∂L/∂a += ∂L/∂c · ∂c/∂a = 1.0 · (-3.0) = -3.0   because ∂(a·b)/∂a = b",
        "∂L/∂b += ∂L/∂c · ∂c/∂b = 1.0 · 2.0 = 2.0   because ∂(a·b)/∂b = a",
    ]
    assert stepper.steps[0].latex == r"c = a \cdot b = 2.0 \cdot \left(-3.0\right) = -6.0"
    assert stepper.steps[2].latex == r"\frac{\partial L}{\partial L} = 1.0"


def test_what_is_known_at_a_moment() -> None:
    stepper = neuron()
    assert stepper["a"] == Moment(2.0, None, 0, 2) and str(stepper["a"]) == "data = 2.0, no gradient yet"
    assert str(stepper["c"]) == "not computed yet, no gradient yet"
    stepper.seek(3)
    assert stepper["L"] == Moment(-4.0, 1.0, 1, 1) and stepper["L"].complete
    assert not stepper["c"].complete
    stepper.seek(5)
    assert str(stepper["a"]) == "data = 2.0, grad = 1.0, 1 of 2 terms"
    stepper.next()
    assert str(stepper["a"]) == "data = 2.0, grad = -2.0"


def test_run_to_a_node() -> None:
    stepper = neuron()
    assert str(stepper.run_to("c")).startswith("c = a·b")
    assert stepper.position == 1
    assert str(stepper.run_to("a")).startswith("∂L/∂a += ∂L/∂c")
    assert stepper["a"].complete and stepper.position == 6
    with pytest.raises(ValueError, match="c has its gradient already"):
        stepper.run_to("c")
    with pytest.raises(ValueError, match="no node 'x' in this graph; there are a, b, c, L"):
        stepper.run_to("x")
    assert stepper.position == 6

    x = Value(2.5, label="x")
    flat = Stepper(floor(x) * 2)
    flat.run_to(flat.root)
    assert flat.run_to(x).flat
    assert flat[x] == Moment(2.5, 0.0, 0, 0)
    with pytest.raises(ValueError, match="2 is a plain number"):
        flat.run_to(flat.root.args[1])


def test_neither_end_can_be_passed() -> None:
    stepper = neuron()
    with pytest.raises(IndexError, match=r"this is the beginning, .* next\(\) takes the first"):
        stepper.back()
    stepper.seek(7)
    with pytest.raises(IndexError, match=r"all 7 steps are taken; back\(\) takes one back, reset\(\) begins again"):
        stepper.next()
    for position in (8, -1, 2.5):
        with pytest.raises(IndexError, match="a position is from 0, before the first step, to 7, after the last"):
            stepper.seek(position)
    assert stepper.done and stepper.position == 7
    stepper.reset()
    assert stepper.position == 0 and stepper.step is None
    assert repr(stepper) == "<stepper at 0 of 7 steps: at the beginning>"


def test_an_edit_keeps_the_position_and_touches_no_gradient() -> None:
    stepper = neuron()
    stepper.root.backward()
    stepper.seek(6)
    stepper.edit("b", 10)
    assert stepper.position == 6
    assert stepper.root.data == 22.0
    assert stepper["a"] == Moment(2.0, 11.0, 2, 2)
    assert stepper.find("a").grad == -2.0
    assert str(stepper.step).startswith("∂L/∂a += ∂L/∂c · ∂c/∂a = 1.0 · 10.0")


@pytest.mark.parametrize("x", [math.inf, math.nan, -1.0])
def test_an_edit_may_leave_the_domain(x: float) -> None:
    a = Value(2.0, label="a")
    stepper = Stepper(a.log() * a)
    stepper.edit(a, x)
    stepper.seek(len(stepper))
    stepper.root.backward()
    assert bits(stepper[a].grad) == bits(a.grad)
    stepper.edit(a, 2.0)
    assert stepper.root.data == math.log(2) * 2


def test_edits_that_cannot_be() -> None:
    stepper = neuron()
    with pytest.raises(ValueError, match="c is computed from others; what can be edited: a, b"):
        stepper.edit("c", 1.0)
    with pytest.raises(TypeError, match=r"a real number such as 2\.0 is accepted, got str '1'"):
        stepper.edit("a", "1")
    constant = Stepper(Value(1.0, label="x") * 2)
    with pytest.raises(ValueError, match="2 is a plain number; what can be edited: x"):
        constant.edit(constant.root.args[1], 1.0)
    with pytest.raises(ValueError, match="no node 'y' in this graph"):
        stepper.edit("y", 1.0)
    assert stepper.root.data == -4.0


def test_an_operation_that_fails_changes_nothing() -> None:
    def fussy(x: float) -> float:
        if x > 3:
            raise ArithmeticError("too much")
        return x

    x = Value(1.0, label="x")
    y = op("test_fussy", fussy, 1)(x * 2)
    stepper = Stepper(y)
    with pytest.raises(ArithmeticError, match="too much"):
        stepper.edit(x, 2.0)
    assert (x.data, y.args[0].data, y.data) == (1.0, 2.0, 2.0)
    x.data = 2.0
    with pytest.raises(ArithmeticError, match="too much"):
        recompute(y)
    assert (x.data, y.args[0].data, y.data) == (2.0, 2.0, 2.0)


def test_two_steppers_on_one_graph() -> None:
    one = neuron()
    two = Stepper(one.root)
    one.seek(7)
    two.next()
    one.edit("a", 5.0)
    assert two.position == 1 and one.position == 7
    two.next()
    assert two["L"].data == one["L"].data == -10.0


def test_the_whole_graph_may_be_one_leaf() -> None:
    x = Value(3.0, label="x")
    stepper = Stepper(x)
    assert [str(step) for step in stepper] == ["∂x/∂x = 1.0"]
    assert stepper[x] == Moment(3.0, 1.0, 1, 1)


def test_only_values() -> None:
    with pytest.raises(TypeError, match=r"Stepper needs a Value, got float 1\.0"):
        Stepper(1.0)
    with pytest.raises(TypeError, match=r"recompute needs a Value, got int 1"):
        recompute(1)


@settings(max_examples=50, deadline=None)
@given(st.integers(), st.integers(0, 60), st.floats(-4, 4))
def test_recompute_gives_what_recording_anew_gives(seed: int, size: int, x: float) -> None:
    root = large_graph(seed, size)
    fresh = large_graph(seed, size)
    for graph in (root, fresh):
        for node in topological(graph):
            if node.label == "a":
                node.data = x
    recompute(root)
    again: dict[Value, Value] = {}
    for node in topological(fresh):
        again[node] = node.op(*[again[arg] for arg in node.args]) if node.op else node
    assert bits(root.data) == bits(again[fresh].data)
