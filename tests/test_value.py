"""What a Value means: recording, numbers, copies, and how it answers what it cannot take."""

import copy
import math
import pickle
import threading

import numpy as np
import pytest

from autograd import Value, no_grad, op, tanh
from autograd.graph import topological


def test_it_remembers_how_it_was_made() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a - b
    assert (c.data, c.op.symbol, c.args) == (5.0, "-", (a, b))
    assert (a.op, a.args, a.label) == (None, (), "a")


def test_subtraction_and_division_are_nodes_of_their_own() -> None:
    a, b = Value(2.0), Value(4.0)
    assert [len(topological(v)) for v in (a - b, a / b, -a)] == [3, 3, 2]


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x + 2,
        lambda x: 2 + x,
        lambda x: x - 2,
        lambda x: 2 - x,
        lambda x: x * 2,
        lambda x: 2 * x,
        lambda x: x / 2,
        lambda x: 2 / x,
        lambda x: x**2,
        lambda x: 2**x,
        lambda x: -x,
        lambda x: +x,
        lambda x: abs(x),
        lambda x: sum([x, x, 3]),
    ],
)
def test_arithmetic_with_numbers_on_either_side(compute) -> None:
    assert compute(Value(3.0)).data == float(compute(3.0))


def test_numbers_become_constants_without_gradient() -> None:
    x = Value(3.0)
    y = 2 * x
    constant = y.args[0]
    y.backward()
    assert constant.constant and constant.grad == 0.0 and repr(constant) == "Constant(2.0)"


def test_it_behaves_as_a_number() -> None:
    v = Value(2.5, label="v")
    assert f"{v:.4f}" == "2.5000"
    assert f"{v}" == str(v) == "Value(data=2.5, grad=0.0, label='v')"
    assert float(v) == 2.5 and bool(v) and not bool(Value(0.0))
    assert v < 3 and v <= 2.5 and v > Value(2.0) and v >= 2.5
    assert v == v and v != Value(2.5) and len({v, Value(2.5)}) == 2


def test_every_real_number_is_accepted() -> None:
    from fractions import Fraction

    for x in (2, True, Fraction(1, 2), np.float32(0.5), np.int64(3), np.float64(1.5)):
        assert Value(x).data == float(x) and type(Value(x).data) is float


def test_numpy_arrays_of_values() -> None:
    W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x, b = np.array([Value(5.0), Value(6.0)]), np.array([0.5, -0.5])
    z = W @ x + b
    assert [v.data for v in z] == [17.5, 38.5]
    assert np.tanh(z)[0].data == math.tanh(17.5)
    assert z.sum().data == 56.0
    assert type(np.float64(2) * x[0]) is Value
    assert [v.data for v in x[0] * np.array([1.0, 2.0])] == [5.0, 10.0]


def test_backward_twice_doubles_the_leaves_exactly_and_leaves_the_rest() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a * b + b**3
    d = (c * 0.1).tanh() + c * a / 3
    between = [node for node in topological(d) if node.args]
    d.backward()
    leaves, inner = [a.grad, b.grad], [node.grad for node in between]
    d.backward()
    assert [a.grad, b.grad] == [2 * g for g in leaves]
    assert [node.grad for node in between] == inner


def test_leaves_double_exactly_even_where_partial_sums_round() -> None:
    x = Value(0.1)
    y = x * 0.1 + x * 0.2 + x * 0.3 + x * 1e16 + x * -1e16
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == 2 * once


def test_gradients_accumulate_over_graphs_that_share_a_leaf() -> None:
    x = Value(3.0)
    (x * 2).backward()
    (x * 5).backward()
    assert x.grad == 7.0


def test_zero_grad_clears_the_graph() -> None:
    x = Value(3.0)
    y = (x * x).tanh()
    y.backward()
    y.zero_grad()
    assert [node.grad for node in topological(y)] == [0.0] * 3


def test_backward_on_a_leaf_is_one() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0


def test_a_failing_operation_changes_no_gradient() -> None:
    def fail(x, out):
        raise RuntimeError("no derivative today")

    broken = op("test_broken", lambda x: x, fail)
    x = Value(3.0)
    y = broken(x) * x
    x.grad = y.grad = 7.0
    with pytest.raises(RuntimeError, match="no derivative today"):
        y.backward()
    assert (x.grad, y.grad) == (7.0, 7.0)


def test_no_grad_records_nothing() -> None:
    x = Value(3.0)
    with no_grad():
        y = (x * 2).tanh()
        z = tanh(x)
    assert y.args == z.args == () and y.op is None and not y.constant
    (y * x).backward()
    assert x.grad == y.data and y.grad == 3.0
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (x * 2).args


def test_no_grad_is_per_thread() -> None:
    inside, checked = threading.Event(), threading.Event()
    recorded = []

    def other() -> None:
        inside.wait(10)
        recorded.append(bool((Value(1.0) * 2).args))
        checked.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        checked.wait(10)
    thread.join()
    assert recorded == [True]


def test_copies_and_pickles_keep_who_is_who() -> None:
    a = Value(2.0, label="a")
    hidden = a * 3 + a
    loss = (hidden * hidden).tanh()
    loss.backward()
    for duplicate in (copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), lambda x: pickle.loads(pickle._dumps(x))):
        a2, loss2, hidden2 = duplicate([a, loss, hidden])
        assert a2 is not a and topological(loss2)[0] is a2 and hidden2 in topological(loss2)
        assert [repr(n) for n in topological(loss2)] == [repr(n) for n in topological(loss)]
        assert [n.op for n in topological(loss2)] == [n.op for n in topological(loss)]
        a2.grad = 0.0
        loss2.backward()
        assert a2.grad == a.grad
    assert copy.copy(loss).args == loss.args


def test_a_failed_pickle_does_not_spoil_the_next_one() -> None:
    x = Value(1.0)
    x.label = lambda: 0  # cannot be pickled
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(x * 2 + 1)
    x.label = ""
    assert pickle.loads(pickle.dumps(x * 2 + 1)).data == 3.0


def test_a_hundred_thousand_nodes_are_copied_and_pickled() -> None:
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    for duplicate in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert duplicate.data == 100_001.0 and len(topological(duplicate)) == 200_001


def test_a_million_additions() -> None:
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert x.grad == 1_000_001.0
    del y


@pytest.mark.parametrize(
    "data, message",
    [
        ("2", "got str '2'; float(...) reads a number from a text"),
        (None, "got NoneType None"),
        (1j, "got complex 1j; for a complex number use two Values"),
        ([1], "got list [1]; for several numbers use a list of Values"),
        (Value(1.0), "for a new Value of the same number use its .data"),
        (np.array([1.0]), "got ndarray array([1.])"),
    ],
)
def test_what_a_value_cannot_be_made_from(data, message: str) -> None:
    with pytest.raises(TypeError) as error:
        Value(data)
    assert "a real number such as 2.0 is accepted" in str(error.value) and message in str(error.value)


@pytest.mark.parametrize(
    "compute, message",
    [
        (lambda a: a + "x", "no add of a Value and a str: a real number such as 2.0 is accepted, got str 'x'"),
        (lambda a: a ** [], "no pow of a Value and a list"),
        (lambda a: [] * a, "no mul of a Value and a list"),
        (lambda a: a - None, "no sub of a Value and a NoneType"),
        (lambda a: 1j / a, "no div of a Value and a complex"),
        (lambda a: a.maximum("x"), "a real number such as 2.0 is accepted, got str 'x'"),
        (lambda a: a.minimum(np.array([1.0])), "a real number such as 2.0 is accepted, got ndarray"),
        (lambda a: a < "x", "a real number such as 2.0 is accepted, got str 'x'"),
        (lambda a: tanh("x"), "a real number such as 2.0 is accepted, got str 'x'"),
        (lambda a: a + threading.Event(), "unsupported operand type(s) for +: 'Value' and 'Event'"),
    ],
)
def test_what_a_value_cannot_be_combined_with(compute, message: str) -> None:
    with pytest.raises(TypeError) as error:
        compute(Value(1.0))
    assert message in str(error.value)


def test_an_integer_beyond_float64_is_named() -> None:
    with pytest.raises(ValueError, match="this int is too large for a float64"):
        Value(10**400)


def test_other_classes_may_take_over_an_operator() -> None:
    class Other:
        def __radd__(self, value):
            return "theirs"

    assert Value(1.0) + Other() == "theirs"
