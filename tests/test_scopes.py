"""Scopes: which group of nodes a Value belongs to."""

import copy
import pickle
import threading

import pytest

from autograd import Value, detect_anomaly, no_grad, scope, softmax
from autograd.graph import topological
from nn import MLP, Module, Parameter, mse_loss


def path(value: Value) -> list[str]:
    return value.scope.path() if value.scope else []


def test_nodes_belong_to_the_innermost_scope() -> None:
    x = Value(2.0)
    with scope("outer"):
        y = x * 3
        with scope("inner", closed=True):
            z = Value(1.0) + y
        w = z * 2
    assert [path(v) for v in (x, y, z, w, x * 2)] == [[], ["outer"], ["outer", "inner"], ["outer"], []]
    outer, inner = y.scope, z.scope
    assert w.scope == outer == inner.parent != inner == z.args[0].scope and outer.parent is None
    assert (outer.name, outer.closed, inner.name, inner.closed) == ("outer", False, "inner", True)
    assert repr(inner) == "<scope outer.inner>" and len({inner, z.scope, outer}) == 2


def test_each_entry_is_a_group_of_its_own() -> None:
    x, scopes = Value(2.0), []
    for _ in range(2):
        with scope("step"):
            x = x * x
            scopes.append(x.scope)
    assert scopes[0] != scopes[1] and [scope.name for scope in scopes] == ["step", "step"]


def test_a_scope_may_be_entered_again_and_within_itself() -> None:
    again = scope("again")
    with again:
        with again:
            x = Value(1.0)
        y = Value(1.0)
    with again:
        z = Value(1.0)
    assert [path(v) for v in (x, y, z, Value(1.0))] == [["again", "again"], ["again"], ["again"], []]
    assert y.scope == x.scope.parent != z.scope
    assert y.scope.number < x.scope.number < z.scope.number


def test_a_scope_ends_with_an_error_and_concerns_its_thread_only() -> None:
    seen = []
    with pytest.raises(ZeroDivisionError), scope("failing"):
        raise ZeroDivisionError
    with scope("here"):
        thread = threading.Thread(target=lambda: seen.append(Value(1.0).scope))
        thread.start()
        thread.join()
    assert seen == [None] and Value(1.0).scope is None


def test_scopes_and_other_modes_do_not_disturb_each_other() -> None:
    x = Value(2.0)
    with no_grad():
        with scope("a"):
            y = x * 2
        z = x * 2
    with scope("b"):
        with no_grad():
            pass
        u = x * 2
        with detect_anomaly():
            v = x * 2
    assert (y.args, path(y), z.args, path(z)) == ((), ["a"], (), [])
    assert (len(u.args), path(u), len(v.args), path(v)) == (2, ["b"], 2, ["b"])


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_keep_their_scopes(clone) -> None:
    with scope("outer"), scope("inner", closed=True):
        y = Value(2.0) * 3
        z = y + 1
    again = clone(z)
    assert path(again) == ["outer", "inner"] and again.scope == again.args[0].scope == z.scope and again.scope.closed


@pytest.mark.parametrize("name, error", [(3, TypeError), (None, TypeError), ("", ValueError)])
def test_names_are_texts(name, error: type[Exception]) -> None:
    with pytest.raises(error, match="'layer 1'"):
        scope(name)


def test_functions_and_losses_are_closed_scopes() -> None:
    p = softmax([Value(1.0), Value(2.0)])
    assert [path(node) for node in topological(p[0]) if node.args] == [["softmax"]] * 6
    assert p[0].scope == p[1].scope and p[0].scope.closed
    loss = mse_loss(p, [0.0, 1.0])
    assert path(loss) == ["mse_loss"] and loss.scope.closed


def test_modules_are_scopes() -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    out = model([1.0, 2.0])
    paths = {".".join(path(node)) for node in topological(out) if node.args}
    assert paths == {
        "MLP.layer 1.neuron 1",
        "MLP.layer 1.neuron 1.weighted sum",
        "MLP.layer 1.neuron 2",
        "MLP.layer 1.neuron 2.weighted sum",
        "MLP.layer 2.neuron 1.weighted sum",
    }
    assert all(parameter.scope is None and parameter.parameter for parameter in model.parameters())


def test_a_module_of_ones_own() -> None:
    class Line(Module):
        def __init__(self, label: str = "") -> None:
            self.slope = Parameter(2.0)
            self.label = label

        def forward(self, x, offset=0.0):
            return self.slope * x + offset

    assert path(Line()(3.0)) == ["Line"]
    y = Line("my line")(3.0, offset=1.0)
    assert path(y) == ["my line"] and y.data == 7.0
    with pytest.raises(TypeError, match=r"Module defines no forward\(self, ...\), which calling a module runs"):
        Module()(1.0)


def test_a_module_as_in_micrograd() -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.slope = Value(2.0)

        def __call__(self, x):
            return self.slope * x

    y = Line()(3.0)
    assert y.data == 6.0 and y.scope is None and len(Line().parameters()) == 1


def test_parameters() -> None:
    w = Parameter(2.0, label="w")
    assert repr(w) == "Parameter(data=2.0, grad=0.0, label='w')"
    assert type(w * 2) is Value and not (w * 2).parameter
    assert type(copy.deepcopy(w)) is Parameter


@pytest.mark.parametrize("name", ["a\nb", "- x", "3 y", " "])
def test_names_may_hold_anything(name: str) -> None:
    with scope(name), scope("inner"):
        y = Value(1.0) * 2
    assert path(y) == [name.replace("\n", " "), "inner"] and y.scope.parent.closed is False
