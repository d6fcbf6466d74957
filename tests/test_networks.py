"""Graphs for NetworkX."""

import io
import json
import math
import sys

import networkx
import pytest
from hypothesis import given, settings

from autograd import Value, log, steps
from autograd.backprop import local_derivative
from autograd.graph import topological
from autograd.networks import to_networkx
from tests.graphs import graphs
from tests.test_drawing import EVIL


def test_nodes_and_edges() -> None:
    a = Value(2.0, label="a")
    b = a * a
    b.label = "b"
    L = (b + 3).tanh()
    L.label = "L"
    L.backward()
    graph = to_networkx(L)
    assert isinstance(graph, networkx.MultiDiGraph)
    assert list(graph) == ["a", "b", "3", "v1", "L"]
    assert [graph.nodes[name]["kind"] for name in graph] == ["input", "operation", "constant", "operation", "output"]
    assert graph.nodes["b"] == {
        "label": "b",
        "kind": "operation",
        "op": "mul",
        "data": 4.0,
        "grad": b.grad,
        "made": "a·a",
    }
    assert graph.nodes["3"] == {"label": "3", "kind": "constant", "op": "", "data": 3.0, "grad": 0.0, "made": ""}
    assert list(graph.edges(keys=True)) == [
        ("a", "b", 0),
        ("a", "b", 1),
        ("b", "v1", 0),
        ("3", "v1", 1),
        ("v1", "L", 0),
    ]
    assert graph.edges["a", "b", 1] == {"partial": 2.0}
    assert graph.edges["3", "v1", 1] == {}
    assert graph.edges["v1", "L", 0]["partial"] == local_derivative(L, 0)


def test_a_parameter_is_told_from_an_input() -> None:
    class Learned(Value):
        parameter = True

    graph = to_networkx(Learned(1.0, label="w") * Value(2.0, label="x"))
    assert [graph.nodes[name]["kind"] for name in graph] == ["parameter", "input", "output"]


def test_one_node_alone() -> None:
    graph = to_networkx(Value(1.0, label="x"))
    assert list(graph.nodes(data="kind")) == [("x", "input")] and not graph.edges


def test_every_node_has_a_key_of_its_own() -> None:
    x, two, again = Value(1.0, label="x"), Value(5.0, label="2"), Value(6.0, label="2_2")
    root = 2 * x + 2 * two + 2 * again + 2 * Value(7.0, label="x")
    graph = to_networkx(root)
    assert len(graph) == len(topological(root))
    assert {name for name, kind in graph.nodes(data="kind") if kind == "constant"} == {"2_3", "2_4", "2_5", "2_6"}
    assert [graph.nodes[name]["data"] for name in ("2", "2_2", "x", "x_2")] == [5.0, 6.0, 1.0, 7.0]
    assert {graph.nodes[name]["label"] for name in ("2_3", "2_6")} == {"2"}


def test_many_equal_constants_take_no_time() -> None:
    x = Value(1.0, label="x")
    for _ in range(20_000):
        x = x + 1
    assert "1_20000" in to_networkx(x)


@settings(max_examples=100, deadline=None)
@given(graphs(max_operations=15))
def test_gradients_are_sums_over_paths(root: Value) -> None:
    """The chain rule, in NetworkX: the partials times the gradients behind them, summed up over the edges."""
    graph = to_networkx(root)
    names = list(graph)
    gradient = dict.fromkeys(graph, 0.0) | {names[-1]: 1.0}
    for name in reversed(list(networkx.topological_sort(graph))):
        for _, after, partial in graph.out_edges(name, data="partial"):
            if partial:
                gradient[name] += partial * gradient[after]
    wanted = dict(zip(names, topological(root)))
    root.backward()
    for name, node in wanted.items():
        if math.isfinite(node.grad) and math.isfinite(gradient[name]) and not node.constant:
            assert gradient[name] == pytest.approx(node.grad, rel=1e-9, abs=1e-300)


def test_partials_are_those_of_the_steps() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    root = (a * b + b**3).tanh() / a
    graph = to_networkx(root)
    for step in steps(root):
        edge = graph.edges[step.names[step.arg], step.names[step.node], step.position]
        assert edge["partial"] == step.partial


def test_a_constant_is_not_differentiated() -> None:
    assert to_networkx(Value(-2.0, label="x") ** 3).edges["3", "v1", 1] == {}  # where it would take the log of -2


def everything() -> Value:
    total = log(Value(0.0, label="zero")) + math.inf
    for label in EVIL:
        total = total + Value(1.0, label=label) * 2
    total.data = 1  # type: ignore[assignment]
    return total


def test_it_can_be_written_as_graphml_and_read_again() -> None:
    for root in (everything(), Value(2.0, label="x") * 2):
        graph, file = to_networkx(root), io.BytesIO()
        networkx.write_graphml(graph, file)
        file.seek(0)
        again = networkx.read_graphml(file, edge_key_type=int, force_multigraph=True)
        assert repr(again.nodes(data=True)) == repr(graph.nodes(data=True))  # nan is not nan
        assert repr(sorted(again.edges(keys=True, data="partial"))) == repr(
            sorted(graph.edges(keys=True, data="partial"))
        )


def test_it_can_be_written_as_json_and_read_again() -> None:
    graph = to_networkx(everything())
    assert all(type(x) is float for name in ("data", "grad") for _, x in graph.nodes(data=name))
    again = networkx.node_link_graph(
        json.loads(json.dumps(networkx.node_link_data(graph, edges="edges"))), edges="edges"
    )
    assert repr(again.nodes(data=True)) == repr(graph.nodes(data=True))  # nan is not nan
    assert repr(again.edges(keys=True, data=True)) == repr(graph.edges(keys=True, data=True))


def test_labels_that_files_cannot_hold_are_replaced() -> None:
    graph = to_networkx(Value(1.0, label="a\x00\nb") * Value(2.0, label="a\x01\nb"))
    assert list(graph) == ["a\N{REPLACEMENT CHARACTER} b", "a\N{REPLACEMENT CHARACTER} b_2", "v1"]


def test_without_networkx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(ModuleNotFoundError, match=r"^to_networkx needs networkx: python -m pip install networkx$"):
        to_networkx(Value(1.0))


def test_what_is_no_value() -> None:
    with pytest.raises(TypeError, match=r"^to_networkx needs a Value, got list \[1\.0\]$"):
        to_networkx([1.0])  # type: ignore[arg-type]
