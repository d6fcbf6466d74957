"""Trees for a terminal."""

import re
import time

import pytest
from hypothesis import given, settings

from autograd import Value
from autograd.graph import topological
from autograd.notation import short
from autograd.trees import DEPTH, LINES, tree
from tests.graphs import graphs


def test_a_neuron() -> None:
    w1, x1, w2, x2, b = (
        Value(x, label=name) for x, name in ((-3.0, "w1"), (2.0, "x1"), (1.0, "w2"), (0.0, "x2"), (6.88, "b"))
    )
    L = (w1 * x1 + w2 * x2 + b).tanh()
    L.label = "L"
    L.backward()
    assert str(tree(L)).split("\n") == [
        "L = tanh(v4)          =  0.7064   grad  1.0",
        "└─ v4 = v3 + b        =  0.88     grad  0.5010",
        "   ├─ v3 = v1 + v2    = -6.0      grad  0.5010",
        "   │  ├─ v1 = w1·x1   = -6.0      grad  0.5010",
        "   │  │  ├─ w1        = -3.0      grad  1.002",
        "   │  │  └─ x1        =  2.0      grad -1.503",
        "   │  └─ v2 = w2·x2   =  0.0      grad  0.5010",
        "   │     ├─ w2        =  1.0      grad  0.0",
        "   │     └─ x2        =  0.0      grad  0.5010",
        "   └─ b               =  6.88     grad  0.5010",
    ]


def test_what_comes_again_is_above_and_plain_numbers_are_in_the_operations() -> None:
    x = Value(2.0, label="x")
    y = x * x
    y.label = "y"
    root = (y + 1) * (3 - y) + x.maximum(y)
    assert str(tree(root)).split("\n") == [
        "v5 = v3 + v4            = -1.0   grad 0.0",
        "├─ v3 = v1·v2           = -5.0   grad 0.0",
        "│  ├─ v1 = y + 1        =  5.0   grad 0.0",
        "│  │  └─ y = x·x        =  4.0   grad 0.0",
        "│  │     ├─ x           =  2.0   grad 0.0",
        "│  │     └─ x (above)",
        "│  └─ v2 = 3 - y        = -1.0   grad 0.0",
        "│     └─ y (above)",
        "└─ v4 = maximum(x, y)   =  4.0   grad 0.0",
        "   ├─ x (above)",
        "   └─ y (above)",
    ]


def test_a_leaf_and_a_plain_number() -> None:
    x = Value(2.0, label="x")
    assert str(tree(x)) == repr(tree(x)) == "x   = 2.0   grad 0.0"
    assert str(tree((x + 3).args[1])) == "3"


@settings(max_examples=100, deadline=None)
@given(graphs(max_operations=15))
def test_every_node_stands_there_once_with_its_numbers(root: Value) -> None:
    root.backward()
    lines = str(tree(root)).split("\n")
    if "…" in lines[-1]:
        return
    nodes = [node for node in topological(root) if not node.constant]
    numbers = [re.split(r"\s+=\s+(?=\S+\s+grad)|\s+grad\s+", line)[1:] for line in lines if " grad " in line]
    assert sorted(numbers) == sorted([short(node.data), short(node.grad)] for node in nodes)
    repeated = sum(len([arg for arg in node.args if not arg.constant]) for node in nodes) + 1 - len(nodes)
    assert sum(line.endswith(" (above)") for line in lines) == repeated


def test_a_long_chain_is_cut() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(50_000):
        y = y.tanh()
    start = time.perf_counter()
    lines = str(tree(y)).split("\n")
    assert time.perf_counter() - start < 20
    assert len(lines) == DEPTH + 3
    assert lines[-3].lstrip(" └─").startswith("v49980 = tanh(v49979)")
    assert lines[-2] == "   " * DEPTH + "└─ …"
    assert lines[-1] == f"… {50_001 - DEPTH - 1} more nodes: print(tree(root.args[0])) starts further down"


def test_a_leaf_as_deep_as_that_is_not_cut() -> None:
    y = Value(0.5, label="x")
    for _ in range(DEPTH):
        y = y + 1
    assert "…" not in str(tree(y))
    assert str(tree(y + 1)).endswith("\n… 1 more node: print(tree(root.args[0])) starts further down")


def test_a_wide_graph_is_cut() -> None:
    total = Value(0.0, label="start").maximum(*[Value(1.0, label=f"x{i}") for i in range(LINES + 50)])
    lines = str(tree(total)).split("\n")
    assert len(lines) == LINES + 1
    assert lines[-1] == "… 52 more nodes: print(tree(root.args[0])) starts further down"


def test_no_more_is_announced_than_there_is() -> None:
    x = Value(1.0, label="x")
    assert len(str(tree(x.maximum(*[x] * (LINES - 2)))).split("\n")) == LINES
    lines = str(tree(x.maximum(*[x] * 1000))).split("\n")
    assert len(lines) == LINES + 1 and lines[-2:] == ["├─ x (above)", "…"]


def test_labels_keep_to_their_line_and_their_columns() -> None:
    root = Value(1.0, label="中文") * Value(2.0, label="two\nlines\x1b[0m") + Value(3.0, label="x" * 40) + 1
    lines = str(tree(root)).split("\n")
    assert len(lines) == 6 and all(line.isprintable() for line in lines)
    (chinese,) = [line for line in lines if line.lstrip("│ ").startswith("├─ 中文")]
    (quoted,) = [line for line in lines if line.lstrip("│ ").startswith(r"└─ 'two\nlines\x1b[0m'")]
    assert chinese.index("= 1.0") == quoted.index("= 2.0") - 2  # two signs that are two columns wide
    assert max(map(len, lines)) < 120
    hat = Value(1.0, label="θ\N{COMBINING CIRCUMFLEX ACCENT}")
    _, first, second = str(tree(hat.maximum(Value(0.5, label="x")))).split("\n")
    assert first.index("= 1.0") == second.index("= 0.5") + 1  # a sign that takes no column


def test_what_is_no_value() -> None:
    with pytest.raises(TypeError, match=r"^tree needs a Value, got str 'x'$"):
        tree("x")  # type: ignore[arg-type]
