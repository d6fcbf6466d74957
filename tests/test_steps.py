"""Steps and formulas: what a person reads."""

import math
import re

import latex2mathml.converter
import pytest
from hypothesis import given, settings

from autograd import Value, grad, log, no_grad, op, relu, steps, where
from autograd.expressions import parse
from autograd.graph import topological
from autograd.notation import LATEX, TEXT, exact, name_nodes, short
from tests.graphs import graphs


def test_a_step_in_words() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    L = c * 2
    L.label = "L"
    assert [str(step) for step in steps(L)] == [
        "∂L/∂c += ∂L/∂L · ∂L/∂c = 1.0 · 2.0 = 2.0   because ∂(c·2)/∂c = 2",
        "∂L/∂a += ∂L/∂c · ∂c/∂a = 2.0 · (-3.0) = -6.0   because ∂(a·b)/∂a = b",
        "∂L/∂b += ∂L/∂c · ∂c/∂b = 2.0 · 2.0 = 4.0   because ∂(a·b)/∂b = a",
    ]


def test_a_step_in_latex() -> None:
    w1, x = Value(2.0, label="w1"), Value(-3.0, label="x")
    step = steps(w1 * x)[0]
    assert step.latex == (
        r"\frac{\partial v_{1}}{\partial w_{1}} \mathrel{+}= "
        r"\frac{\partial v_{1}}{\partial v_{1}} \cdot \frac{\partial v_{1}}{\partial w_{1}} = "
        r"1.0 \cdot \left(-3.0\right) = -3.0 \qquad \text{because }"
        r"\frac{\partial \left(w_{1} \cdot x\right)}{\partial w_{1}} = x"
    )
    assert step._repr_latex_() == rf"$\displaystyle {step.latex}$"


def test_the_fields_of_a_step() -> None:
    x = Value(3.0, label="x")
    y = x * x
    first, second = steps(y)
    assert (first.index, first.node, first.arg, first.position, first.root) == (1, y, x, 0, y)
    assert (second.upstream, second.partial, second.contribution) == (1.0, 3.0, 3.0)
    assert (second.before, second.after, second.position) == (3.0, 6.0, 1)
    assert str(second).endswith("because ∂(x·x)/∂x = x, through argument 2")


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_steps_sum_up_to_backward(root: Value) -> None:
    before = [node.grad for node in topological(root)]
    taken = steps(root)
    assert [node.grad for node in topological(root)] == before
    root.backward()
    last = {step.arg: step for step in taken}
    for node, step in last.items():
        assert (0.0 + step.after).hex() == (0.0 + node.grad).hex()
    for step in taken:
        assert str(step) and step.latex.count("{") == step.latex.count("}")


def test_no_steps_for_a_leaf_and_none_toward_constants() -> None:
    x = Value(1.0)
    assert steps(x) == []
    root = 2 * x + 3
    assert [step.arg for step in steps(root)] == [root.args[0], x]
    with pytest.raises(TypeError, match=r"steps needs a Value, got float 1\.0"):
        steps(1.0)


def test_flat_operations_pass_nothing_on() -> None:
    x = Value(2.0, label="x")
    step = steps(where(x > 1, x, 0.0) * 1.0)[-1]
    assert step.contribution == 1.0
    step = steps(relu(x) * 0.0)[-1]
    assert step.contribution == 0.0
    (step,) = steps(parse("x > 1", {"x": x}))
    assert (step.partial, step.contribution, step.after) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("x", [0.0, math.inf, -math.inf, math.nan])
def test_steps_at_the_edges(x: float) -> None:
    v = Value(x, label="x")
    for step in steps(1 / v + log(v) + v / 0):
        assert str(step) and step.latex


def test_steps_are_readable_without_recording() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    (step, _) = steps(a * b)
    with no_grad():
        assert str(step).endswith("because ∂(a·b)/∂a = b")


def test_names() -> None:
    a = Value(1.0, label="a")
    twin = Value(2.0, label="a")
    root = (a * twin) + 3 * Value(4.0, label="v1")
    names = list(name_nodes(root).values())
    assert names == ["a", "a_2", "v2", "3", "v1", "v3", "v4"]
    assert names == list(name_nodes(root).values())


@pytest.mark.parametrize(
    "x, text",
    [
        (2.0, "2.0"),
        (-0.5, "-0.5"),
        (math.sqrt(0.5), "0.7071"),
        (24.704081632653061, "24.70"),
        (1.2e-9, "1.2e-9"),
        (-1.23456e-9, "-1.235e-9"),
        (6.02214076e23, "6.022e23"),
        (123456.7, "1.235e5"),
        (-1234.56, "-1235"),
        (1e300, "1e300"),
        (math.exp(math.log(5)), "5.0"),
        (0.1 + 0.2, "0.3"),
        (-1.3599999999999999, "-1.36"),
        (999.9999999999999, "1000.0"),
        (0.30000001, "0.3000"),
        (40320.0, "4.032e4"),
        (1.7976931348623157e308, "1.798e308"),
        (math.inf, "inf"),
        (-0.0, "-0.0"),
    ],
)
def test_short_numbers(x: float, text: str) -> None:
    assert short(x) == text


@pytest.mark.parametrize("x", [3.0, 0.1, -0.0, 1e16, 1e22, 1e-9, 5e-324, 1 / 3])
def test_exact_numbers(x: float) -> None:
    assert float(exact(x)).hex() == x.hex()


FORMULAS = [
    ("a + b + c", "a + b + c"),
    ("a + (b + c)", "a + (b + c)"),
    ("a - (b - c)", "a - (b - c)"),
    ("a - b - c", "a - b - c"),
    ("a*b*c", "a·b·c"),
    ("a*(b*c)", "a·(b·c)"),
    ("a/(b*c)", "a / (b·c)"),
    ("a/b/c", "a / b / c"),
    ("(a + b)*c", "(a + b)·c"),
    ("a**b**c", "a**b**c"),
    ("(a**b)**c", "(a**b)**c"),
    ("-a**2", "-a**2"),
    ("(-a)**2", "(-a)**2"),
    ("a*-b", "a·(-b)"),
    ("a - -b", "a - (-b)"),
    ("-(a + b)", "-(a + b)"),
    ("a*-2", "a·(-2)"),
    ("a**-2", "a**(-2)"),
    ("2**-a", "2**(-a)"),
    ("1e-9*a", "1e-9·a"),
    ("tanh(a + b)*exp(c)", "tanh(a + b)·exp(c)"),
    ("maximum(a, b) + where(a > b, a, c)", "maximum(a, b) + where((a > b), a, c)"),
    ("sqrt(a)/sigmoid(b)", "sqrt(a) / sigmoid(b)"),
]


@pytest.mark.parametrize("source, text", FORMULAS)
def test_formulas_have_just_the_parentheses_they_need(source: str, text: str) -> None:
    names = {name: Value(x, label=name) for name, x in (("a", 0.7), ("b", 1.3), ("c", 2.1))}
    root = parse(source, names)
    leaves = {value: name for name, value in names.items()}
    written = str(TEXT.formula(root, leaves))
    assert written == text
    assert parse(written, names).data.hex() == root.data.hex()


@settings(max_examples=200, deadline=None)
@given(graphs(max_operations=8))
def test_formulas_read_back_to_the_same_number(root: Value) -> None:
    leaves = {node.label: node for node in topological(root) if node.label}
    formula = str(TEXT.formula(root, {node: name for name, node in leaves.items()}))
    if "inf" not in formula and "nan" not in formula:
        again = parse(formula, leaves)
        assert again.data.hex() == root.data.hex()


@pytest.mark.parametrize("source, _", FORMULAS)
def test_latex_is_understood_by_a_converter(source: str, _: str) -> None:
    names = {
        name: Value(x, label=label) for name, x, label in (("a", 0.7, "α"), ("b", 1.3, "w12"), ("c", 2.1, "x_1 & {y}"))
    }
    for step in steps(parse(source, names)):
        mathml = latex2mathml.converter.convert(step.latex)
        assert "\\" not in re.sub("<[^>]*>", "", mathml)
    assert latex2mathml.converter.convert(str(LATEX.formula(Value(1e-9), {})))


def test_the_derivative_of_a_square_has_no_first_power() -> None:
    x = Value(3.0, label="x")
    (step,) = steps(x**2)
    assert str(step).endswith("= 1.0 · 6.0 = 6.0   because ∂(x**2)/∂x = 2·x")


def test_numbers_in_latex() -> None:
    x = Value(1e-9, label="x")
    assert str(LATEX.formula(x, {})) == r"1 \cdot 10^{-9}"
    assert str(LATEX.formula(1e-9**x, {x: "x"})) == r"\left(1 \cdot 10^{-9}\right)^{x}"
    assert str(LATEX.formula(x + math.inf, {x: "x"})) == r"x + \infty"


def test_an_operation_whose_partial_gives_an_integer() -> None:
    shift = op("test_shift", lambda x: x + 1, lambda x, out: 1)
    x = Value(2.0, label="x")
    (step,) = steps(shift(x))
    assert str(step).endswith("= 1.0 · 1.0 = 1.0   because ∂test_shift(x)/∂x = 1")
    assert type(step.partial) is type(step.contribution) is float
    assert grad(shift(x), x, create_graph=True).data == 1.0


def test_a_second_derivative_in_words() -> None:
    x = Value(0.5, label="x")
    slope = grad(x**3, x, create_graph=True)
    assert str(TEXT.formula(slope, {x: "x"})) == "3·x**2"
