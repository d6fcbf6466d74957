"""The derivation of one gradient: its words, its numbers, and how many paths there are."""

import math
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, grad, no_grad, op, prod, relu
from autograd.graph import leading_to, made, topological
from autograd.notation import exact, name_nodes, short
from autograd.stepping.explaining import NODES, PATHS, Explanation, explain
from tests.graphs import graphs
from tests.test_drawing import EVIL
from tests.test_formulas import check_typesets


def section(explanation: Explanation, title: str) -> list[str]:
    """The lines below a title that begins like this."""
    (found,) = [part for part in explanation.text.split("\n\n") if part.startswith(title)]
    return [line[2:] for line in found.split("\n")[1:]]


def doubled(times: int) -> tuple[Value, Value]:
    x = y = Value(1.0, label="x")
    for _ in range(times):
        y = y + y
    return y, x


def test_one_path() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    L = c**2
    L.label = "L"
    explanation = explain(L, a)
    assert str(explanation) == repr(explanation) == explanation.text
    assert explanation.text == (
        "wanted\n"
        "  ∂L/∂a, along 1 path from a to L\n"
        "\n"
        "forward\n"
        "  a = 2.0\n"
        "  c = a·b = 2.0·(-3.0) = -6.0\n"
        "  L = c**2 = (-6.0)**2 = 36.0\n"
        "\n"
        "backward, one term for each edge\n"
        "  ∂L/∂L = 1.0\n"
        "  ∂L/∂c = ∂L/∂L · ∂L/∂c = 1.0 · (-12.0) = -12.0\n"
        "    because ∂(c**2)/∂c = 2·c = -12.0\n"
        "  ∂L/∂a = ∂L/∂c · ∂c/∂a = -12.0 · (-3.0) = 36.0\n"
        "    because ∂(a·b)/∂a = b = -3.0\n"
        "\n"
        "path by path, products that add up to the same\n"
        "  a → c → L: -3.0 · (-12.0) = 36.0\n"
        "\n"
        "result\n"
        "  ∂L/∂a = 36"
    )
    assert (explanation.gradient, explanation.paths) == (36.0, 1)


def test_several_paths_and_an_argument_used_twice() -> None:
    x = Value(3.0, label="x")
    y = x * x
    L = y - 0.5 * x
    L.label = "L"
    explanation = explain(L, x)
    assert section(explanation, "backward") == [
        "∂L/∂L = 1.0",
        "∂L/∂v2 = ∂L/∂L · ∂L/∂v2 = 1.0 · (-1.0) = -1.0",
        "  because ∂(v1 - v2)/∂v2 = -1",
        "∂L/∂v1 = ∂L/∂L · ∂L/∂v1 = 1.0 · 1.0 = 1.0",
        "  because ∂(v1 - v2)/∂v1 = 1",
        "∂L/∂x = ∂L/∂v2 · ∂v2/∂x + ∂L/∂v1 · ∂v1/∂x + ∂L/∂v1 · ∂v1/∂x",
        "  = -1.0 · 0.5 + 1.0 · 3.0 + 1.0 · 3.0",
        "  = 5.5",
        "  because ∂(0.5·x)/∂x = 0.5",
        "  because ∂(x·x)/∂x = x = 3.0, through argument 1",
        "  because ∂(x·x)/∂x = x = 3.0, through argument 2",
    ]
    assert section(explanation, "path") == [
        "x → v2 → L: 0.5 · (-1.0) = -0.5",
        "x → v1 (argument 1) → L: 3.0 · 1.0 = 3.0",
        "x → v1 (argument 2) → L: 3.0 · 1.0 = 3.0",
        "-0.5 + 3.0 + 3.0 = 5.5, as by edges",
    ]
    assert explanation.paths == 3


def test_short_numbers_and_an_exact_result() -> None:
    x = Value(0.5, label="x")
    y = x.tanh()
    explanation = explain(y, x)
    assert section(explanation, "forward") == ["x = 0.5", "v1 = tanh(x) = tanh(0.5) = 0.4621"]
    assert section(explanation, "backward")[1:] == [
        "∂v1/∂x = ∂v1/∂v1 · ∂v1/∂x = 1.0 · 0.7864 = 0.7864",
        "  because ∂tanh(x)/∂x = 1 - v1·v1 = 0.7864",
    ]
    assert section(explanation, "path") == ["x → v1: 0.7864"]
    assert section(explanation, "result") == [f"∂v1/∂x = {grad(y, x)!r}"]


def test_toward_a_node_in_the_middle() -> None:
    a, b = Value(2.0, label="a"), Value(5.0, label="b")
    c = a * b
    root = c * a
    explanation = explain(root, c)
    assert section(explanation, "wanted") == ["∂v2/∂v1, along 1 path from v1 to v2"]
    assert section(explanation, "forward") == ["v1 = a·b = 2.0·5.0 = 10.0", "v2 = v1·a = 10.0·2.0 = 20.0"]
    assert explanation.gradient == 2.0


def test_the_root_itself() -> None:
    x = Value(3.0, label="x")
    for root, formula in ((x * 2, "v1 = x·2 = 3.0·2 = 6.0"), (x, "x = 3.0")):
        explanation = explain(root, root)
        name = formula.split()[0]
        assert explanation.text == (
            f"wanted\n  ∂{name}/∂{name}\n\nforward\n  {formula}\n\n"
            f"backward, one term for each edge\n  ∂{name}/∂{name} = 1.0\n\nresult\n  ∂{name}/∂{name} = 1"
        )
        assert (explanation.gradient, explanation.paths) == (1.0, 1)


def test_flat_edges() -> None:
    a, b = Value(2.5, label="a"), Value(-3.0, label="b")
    root = (a * b).floor() * math.inf + a
    root.label = "L"
    explanation = explain(root, a)
    assert section(explanation, "backward")[3:] == [
        "∂L/∂v2 = ∂L/∂v3 · ∂v3/∂v2 = 1.0 · inf = inf",
        "  because ∂(v2·inf)/∂v2 = inf",
        "∂L/∂v1 = ∂L/∂v2 · ∂v2/∂v1 = inf · 0.0 = 0.0",
        "  because ∂floor(v1)/∂v1 = 0, flat: nothing flows",
        "∂L/∂a = ∂L/∂L · ∂L/∂a + ∂L/∂v1 · ∂v1/∂a",
        "  = 1.0 · 1.0 + 0.0 · (-3.0)",
        "  = 1.0",
        "  because ∂(v3 + a)/∂a = 1",
        "  because nothing flows to v1",
    ]
    assert section(explanation, "path") == [
        "a → L: 1.0",
        "a → v1 → v2 → v3 → L: 0.0, because ∂floor(v1)/∂v1 = 0, flat: nothing flows",
        "1.0 + 0.0 = 1.0, as by edges",
    ]
    assert (explanation.gradient, explanation.paths) == (1.0, 2)
    assert explain(root, b).gradient == 0.0


def test_an_edge_through_which_nothing_happens_to_flow_is_not_flat() -> None:
    x = Value(-1.0, label="x")
    assert section(explain(relu(x), x), "backward")[2] == "  because ∂relu(x)/∂x = (x > 0) = 0.0"
    assert section(explain(x.detach() * x, x), "path")[1] == (
        "x → v1 → v2: 0.0, because ∂detach(x)/∂x = 0, flat: nothing flows"
    )


@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, math.nan])
def test_the_edges_of_the_numbers(x: float) -> None:
    v = Value(x, label="x")
    root = 1 / v + v.log() * v - v * 0.0
    root.backward()
    explanation = explain(root, v)
    assert explanation.gradient.hex() == v.grad.hex()
    assert section(explanation, "result")[0].endswith(f" = {exact(v.grad)}")
    check_typesets(explanation.latex)


def test_rounding_is_named_where_it_shows() -> None:
    x = Value(1.0, label="x")
    apart = "apart from the sum by edges only because floats round"
    y = x * 1e200
    root = y * 1e200 - y * 1e200
    assert section(explain(root, x), "path")[-1] == f"-inf + inf = nan, {apart}"
    assert explain(root, x).gradient == grad(root, x) == 0.0
    root = x * 1e16 + x - x * 1e16
    assert section(explain(root, x), "path")[-1] == f"-1e16 + 1.0 + 1e16 = 1.0, {apart}"
    assert explain(root, x).gradient == grad(root, x) == 0.0


@settings(max_examples=150, deadline=None)
@given(graphs(), st.data())
def test_gradients_are_those_of_backward_and_paths_are_counted(root: Value, data: st.DataObject) -> None:
    nodes = [node for node in topological(root) if not node.constant]
    node = data.draw(st.sampled_from(nodes))
    grads = [each.grad for each in nodes]
    explanation = explain(root, node)
    assert [each.grad for each in nodes] == grads
    assert explanation.paths == counted(root, node)
    root.backward()
    assert explanation.gradient.hex() == node.grad.hex()
    check_typesets(explanation.latex)
    for formula in re.findall(r"^\$(.*)\$$", explanation.markdown, re.MULTILINE):
        check_typesets(formula)


def counted(root: Value, node: Value) -> int:
    """The paths of each length, from the root down, one length after the other."""
    count, ends = 0, {root: 1}
    while ends:
        count += ends.get(node, 0)
        further: dict[Value, int] = {}
        for end, ways in ends.items():
            for arg in end.args:
                further[arg] = further.get(arg, 0) + ways
        ends = further
    return count


@settings(max_examples=100, deadline=None)
@given(graphs(max_operations=8))
def test_few_paths_are_all_written(root: Value) -> None:
    for node in leading_to(topological(root)[:1], root):
        if node is root or node.constant:
            continue
        explanation = explain(root, node)
        lines = section(explanation, "path")
        arrows = [line for line in lines if "→" in line]
        if explanation.paths <= PATHS:
            assert len(arrows) == explanation.paths
        else:
            assert arrows == [] and len(lines) == 1


def test_eight_paths_are_written_and_nine_are_not() -> None:
    y, x = doubled(3)
    lines = section(explain(y, x), "path")
    assert len(lines) == 9
    assert lines[1] == "x → v1 (argument 1) → v2 (argument 1) → v3 (argument 2): 1.0 · 1.0 · 1.0 = 1.0"
    explanation = explain(y + x, x)
    assert explanation.paths == 9
    assert section(explanation, "path") == [
        "9 paths are too many to write out; the sum by edges, as above, counts them all"
    ]


def test_paths_without_number_are_counted_exactly() -> None:
    y, x = doubled(40)
    explanation = explain(y, x)
    assert explanation.paths == 2**40
    assert section(explanation, "wanted") == ["∂v40/∂x, along 1,099,511,627,776 paths from x to v40"]
    assert section(explanation, "result") == ["∂v40/∂x = 1099511627776"]
    y, x = doubled(20_000)
    explanation = explain(y, x)
    assert explanation.paths == 2**20_000
    assert section(explanation, "wanted") == ["∂v20000/∂x, along about 1e6021 paths from x to v20000"]
    check_typesets(explanation.latex)


def test_a_deep_chain_is_shown_from_both_ends() -> None:
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = -y
    began = time.perf_counter()
    explanation = explain(y, x)
    assert time.perf_counter() - began < 20  # a second or two; a busy machine may take longer
    assert (explanation.gradient, explanation.paths) == (1.0, 1)
    forward, backward = section(explanation, "forward"), section(explanation, "backward")
    assert len(forward) == NODES + 1 and len(backward) == 2 * NODES
    assert forward[9:12] == ["v9 = -v8 = -1.0 = -1.0", "… and 99,981 more", "v99991 = -v99990 = -1.0 = -1.0"]
    assert backward[-2:] == ["∂v100000/∂x = ∂v100000/∂v1 · ∂v1/∂x = -1.0 · (-1.0) = 1.0", "  because ∂(-x)/∂x = -1"]
    assert section(explanation, "path") == [
        "x → v1 → v2 → v3 → v4 → … → v99997 → v99998 → v99999 → v100000: "
        "-1.0 · (-1.0) · (-1.0) · (-1.0) · … · (-1.0) · (-1.0) · (-1.0) · (-1.0) = 1.0"
    ]


def test_many_terms_are_shown_from_both_ends() -> None:
    w = Value(2.0, label="w")
    xs = [Value(i, label=f"x{i}") for i in range(100)]
    explanation = explain(dot([w] * 100, xs), w)
    symbols, numbers, _, *because = section(explanation, "backward")[-12:]
    assert symbols.count(" + ") == numbers.count(" + ") == 8 and " + … + " in symbols and " + … + " in numbers
    assert because[3:6] == [
        "  because ∂(w·x96)/∂w = x96 = 96.0",
        "  … and 92 more",
        "  because ∂(w·x3)/∂w = x3 = 3.0",
    ]
    check_typesets(explanation.latex)


def test_an_operation_of_many_arguments() -> None:
    xs = [Value(i + 1, label=f"x{i}") for i in range(9)]
    explanation = explain(prod(xs), "x8")
    assert section(explanation, "forward")[1] == "v1 = prod(x0, x1, …, x8) = prod(1.0, 2.0, …, 9.0) = 3.629e5"
    assert section(explanation, "backward")[2] == "  because ∂prod(x0, x1, …, x8)/∂x8 = 4.032e4"
    assert section(explain(prod(xs[:3]), "x2"), "backward")[2] == "  because ∂prod(x0, x1, x2)/∂x2 = prod(x0, x1) = 2.0"


def test_latex_is_one_array_and_markdown_one_for_each_section() -> None:
    w1 = Value(2.0, label="w1")
    explanation = explain(w1 * 3, w1)
    assert explanation.latex == (
        r"\begin{array}{l} \displaystyle \text{wanted} \\ "
        r"\displaystyle \quad \frac{\partial v_{1}}{\partial w_{1}}"
        r"\text{, along 1 path from }w_{1}\text{ to }v_{1} \\ "
        r"\displaystyle \text{forward} \\ "
        r"\displaystyle \quad w_{1} = 2.0 \\ "
        r"\displaystyle \quad v_{1} = w_{1} \cdot 3 = 2.0 \cdot 3 = 6.0 \\ "
        r"\displaystyle \text{backward, one term for each edge} \\ "
        r"\displaystyle \quad \frac{\partial v_{1}}{\partial v_{1}} = 1.0 \\ "
        r"\displaystyle \quad \frac{\partial v_{1}}{\partial w_{1}} = \frac{\partial v_{1}}{\partial v_{1}} \cdot "
        r"\frac{\partial v_{1}}{\partial w_{1}} = 1.0 \cdot 3.0 = 3.0 \\ "
        r"\displaystyle \quad \quad \text{because }\frac{\partial \left(w_{1} \cdot 3\right)}{\partial w_{1}} = 3 \\ "
        r"\displaystyle \text{path by path, products that add up to the same} \\ "
        r"\displaystyle \quad w_{1} \to v_{1}: 3.0 \\ "
        r"\displaystyle \text{result} \\ "
        r"\displaystyle \quad \frac{\partial v_{1}}{\partial w_{1}} = 3 \end{array}"
    )
    assert explanation._repr_markdown_() == explanation.markdown
    sections = explanation.markdown.split("\n\n")
    assert sections[:2] == [
        "**wanted**",
        r"$\begin{array}{l} \displaystyle \quad \frac{\partial v_{1}}{\partial w_{1}}"
        r"\text{, along 1 path from }w_{1}\text{ to }v_{1} \end{array}$",
    ]
    assert sections[::2] == [f"**{part.splitlines()[0]}**" for part in explanation.text.split("\n\n")]


@pytest.mark.parametrize("label", ["a_b%", "<b>", "$x$", "a & b", "{}", *(x for x in EVIL if "\\" not in x)])
def test_any_label_can_be_typeset(label: str) -> None:
    x = Value(2.0, label=label)
    root = x * x.floor() + x.tanh()
    root.label = label
    explanation = explain(root, x)
    check_typesets(explanation.latex)
    for formula in explanation.markdown.split("\n\n")[1::2]:
        check_typesets(formula[1:-1])
    assert explanation.text.replace("\n", "").isprintable()


def test_labels_stand_in_quotes_where_they_could_be_mistaken() -> None:
    x = Value(2.0, label="a + b")
    assert section(explain(x * x, x), "wanted") == ["∂v1/∂'a + b', along 2 paths from 'a + b' to v1"]


def test_a_node_by_its_name() -> None:
    a, twin = Value(1.0, label="a"), Value(2.0, label="a")
    root = (a * twin).exp() * 3
    for node, name in name_nodes(root).items():
        if not node.constant:
            assert explain(root, name).text == explain(root, node).text
    assert explain(root, "a_2").gradient == grad(root, twin)
    assert explain(root, "v3").gradient == 1.0


def test_a_node_that_is_not_in_the_graph() -> None:
    xs = [Value(i, label=f"x{i}") for i in range(7)]
    root = dot(xs, xs)
    root.label = "the loss"
    known = "is not in the graph of 'the loss'; choose one of x0, v1, x1, v2, x2, v3, x3, v4, x4, v5, x5, v6 and 3 more"
    with pytest.raises(ValueError, match=f"^'y' {known}$"):
        explain(root, "y")
    with pytest.raises(ValueError, match=rf"^Value\(data=1\.0, grad=0\.0, label='y'\) {known}$"):
        explain(root, Value(1.0, label="y"))
    a = Value(1.0, label="a b")
    with pytest.raises(ValueError, match=r"^'' is not in the graph of v1; choose one of 'a b', v1$"):
        explain(a * 2, "")
    with pytest.raises(ValueError, match=r"^'2' is not in the graph of v1; choose one of 'a b', v1$"):
        explain(a * 2, "2")


def test_a_plain_number_takes_no_gradient() -> None:
    root = Value(1.0, label="a") * 2
    with pytest.raises(
        ValueError,
        match=r"^2 is a plain number in this graph and takes no gradient; "
        r"to differentiate by it, make it a Value\(2\.0\) before it is used$",
    ):
        explain(root, root.args[1])


CALLS: list[tuple[Callable[[], Explanation], str]] = [
    (lambda: explain(1.0, "a"), "explain needs a Value to differentiate, got float 1.0"),  # type: ignore[arg-type]
    (
        lambda: explain(Value(1.0), 3),  # type: ignore[arg-type]
        "explain needs a Value to differentiate by, or its name, such as 'a'; got int 3",
    ),
]


@pytest.mark.parametrize("call, message", CALLS)
def test_what_is_no_value(call: Callable[[], Explanation], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call()


def test_an_operation_of_ones_own() -> None:
    cube = op("test_explain_cube", lambda x: x**3, lambda x, out: 3 * x * x, text="{:atom}³", latex="{:atom}^3")
    x = Value(-2.0, label="x")
    explanation = explain(cube(x), x)
    assert section(explanation, "forward")[1] == "v1 = x³ = (-2.0)³ = -8.0"
    assert section(explanation, "backward")[2] == "  because ∂x³/∂x = 3·x·x = 12.0"


def test_an_explanation_stays_as_it_was_and_needs_no_recording() -> None:
    x = Value(3.0, label="x")
    y = x * x
    with no_grad():
        explanation = explain(y, x)
    text = explanation.text
    x.label, x.data = "z", 5.0
    assert str(explanation) == text and "because ∂(x·x)/∂x = x = 3.0" in text
    assert [node.grad for node in made(y)] == [0.0] and short(explanation.gradient) == "6.0"
