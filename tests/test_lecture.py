"""Code written for micrograd, and in Karpathy's lecture on it, runs after changing the import."""

import importlib
import random

import pytest
from graphviz import Digraph

from autograd import Value
from nn import MLP, Layer, Neuron


def readme(Value):
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return a, b, g


def neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1
    x1w1.label = "x1*w1"
    x2w2 = x2 * w2
    x2w2.label = "x2*w2"
    x1w1x2w2 = x1w1 + x2w2
    x1w1x2w2.label = "x1*w1 + x2*w2"
    n = x1w1x2w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return (x1, x2, w1, w2), (x1w1, x2w2, x1w1x2w2, n, o)


def gradients_of_the_lecture(leaves) -> bool:
    return [round(v.grad, 6) for v in leaves] == [-1.5, 0.5, 1.0, 0.0]


def test_the_example_of_micrograds_readme() -> None:
    a, b, g = readme(Value)
    assert (f"{g.data:.4f}", f"{a.grad:.4f}", f"{b.grad:.4f}") == ("24.7041", "138.8338", "645.5773")


def test_backward_by_hand_node_by_node() -> None:
    leaves, (x1w1, x2w2, x1w1x2w2, n, o) = neuron()
    o.grad = 1.0
    o._backward()
    n._backward()
    x1w1x2w2._backward()
    x2w2._backward()
    x1w1._backward()
    assert gradients_of_the_lecture(leaves)


def test_backward_by_hand_in_the_lectures_own_order() -> None:
    leaves, (*_, o) = neuron()
    topo, visited = [], set()

    def build_topo(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(o)
    o.grad = 1.0
    for node in reversed(topo):
        node._backward()
    assert gradients_of_the_lecture(leaves)


def test_the_lectures_own_drawing_function() -> None:
    def trace(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    (*_,), (*_, o) = neuron()
    dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = trace(o)
    for n in nodes:
        uid = str(id(n))
        dot.node(name=uid, label=f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    assert len(nodes) == 10 and {n._op for n in nodes} == {"", "+", "*", "tanh"}


def test_tanh_taken_apart() -> None:
    leaves, (*_, n, _) = neuron()
    e = (2 * n).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert gradients_of_the_lecture(leaves)


def test_the_constructor_of_the_lecture() -> None:
    a, b = Value(2.0), Value(3.0)
    c = Value(a.data * b.data, (a, b), "*", label="c")
    assert c._prev == {a, b} and c._op == "*"
    c.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    assert Value(1.0, (), "").args == () and Value(1.0, {a}, "tanh").args == (a,)
    for children in ((a,), (a, 3.0)):
        with pytest.raises(ValueError, match=r"the operation '\*' takes 2 Values as children, got \(Value\(data=2"):
            Value(1.0, children, "*")
    with pytest.raises(ValueError, match="no operation 'swirl': known are add"):
        Value(1.0, (a,), "swirl")


def test_the_training_loop_of_the_lecture() -> None:
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    random.seed(1337)
    n = MLP(3, [4, 4, 1])
    losses = []
    for _ in range(150):
        ypred = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.02 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.05 and losses[0] > 1
    assert isinstance(Neuron(2)([1.0, 2.0]), Value) and len(Layer(2, 3)([1.0, 2.0])) == 3


def test_the_numbers_are_micrograds() -> None:
    engine = pytest.importorskip("micrograd.engine")
    micro = importlib.import_module("micrograd.nn")
    assert [v.grad for v in readme(engine.Value)] == pytest.approx([v.grad for v in readme(Value)], rel=1e-12)
    random.seed(3)
    theirs = micro.MLP(3, [4, 4, 1])
    random.seed(3)
    ours = MLP(3, [4, 4, 1])
    for model in (theirs, ours):
        model([1.0, -2.0, 3.0]).backward()
    assert [p.data for p in ours.parameters()] == [float(p.data) for p in theirs.parameters()]
    assert [p.grad for p in ours.parameters()] == [float(p.grad) for p in theirs.parameters()]
