"""Formulas of whole graphs: what they say computes the same number again."""

import re
import xml.etree.ElementTree as ET

import latex2mathml.converter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, logsumexp, mean, op, softmax
from autograd.expressions import parse
from autograd.formulas import LINE, LINES, ONE_LINE, formula
from autograd.graph import topological
from autograd.notation import name_nodes
from autograd.table import Op
from tests.graphs import graphs
from tests.oracle import ROWS, arity, points
from tests.test_drawing import EVIL

# Of a, b and c; with MathJax and other typesetters to be checked, too.
FORMULAS = [
    "a",
    "2*a",
    "-a**2",
    "(-a)**2",
    "a - (b - c)",
    "a/(b*c)/2",
    "a**b**c",
    "(a**b)**c",
    "a*-2 - -b",
    "1e-9*a + 1e30",
    "tanh(a*b + c)",
    "exp(-a)/(1 + exp(-a))",
    "sqrt(a*a + b*b)",
    "log(a)/log(b) + log2(c)*log10(a)",
    "log1p(a - b) - log1p(-a)",
    "cbrt(a)*expm1(b + c)",
    "sin(a)**2 + cos(a)**2 - tan(b)",
    "asin(a)*acos(a) + atan2(b, c)",
    "sinh(a) + cosh(b) + asinh(c) + acosh(c) + atanh(a)",
    "hypot(a, b, c) + hypot(a - b)",
    "sigmoid(a + b) - log_sigmoid(c)",
    "relu(a - b) + leaky_relu(-c, 0.1) + elu(a, 1)",
    "gelu(a) + silu(b) + softplus(c)",
    "erf(a) + normal_cdf(b) + gaussian(c - 1)",
    "where(a > b, a, b) + where(a <= c, 1, 0)",
    "(a == b) + (a != b)*(b >= c) - (b < c)",
    "maximum(a, b, c) - minimum(a, b) + clamp(c, -1, 1)",
    "sum(a, b, c)*prod(a, b + 1, c)/mean(a, b)",
    "floor(a) + ceil(b) + round(c)*sign(a) + abs(b - c)",
    "exp_difference(a, b)*detach(c)",
    "2.5*tanh(tanh(a*b + c)*b + tanh(a*c + b)*c + 0.25)*a + tanh(tanh(a*b + c)*a + tanh(a*c + b)*b - 0.75)*c",
    "(a + b + c)**2/(1 + (a - b)**2) + (a - c)**2/(1 + (b + c)**2) - sqrt(a*b*c)/(exp(a*b) + exp(b*c) + exp(a*c))",
    "(((((((a*b + c)*a + b)*c + a)/b + c)*a + b)*c + a)*b + c)*a + (((((b*a + c)*b + a)*c + b)*a + c)*b + a)*c + 1",
]


def leaves() -> dict[str, Value]:
    return {name: Value(x, label=name) for name, x in (("a", 0.7), ("b", 0.3), ("c", 2.1))}


def read_back(text: str, names: dict[str, Value]) -> Value:
    """What the lines compute, from the last up to the first."""
    first, *others = text.split("\n")
    if not others:
        return parse(first, names)
    assert others[0] == "where"
    names = dict(names)
    for line in reversed([first, *others[1:]]):
        name, side = line.strip().split(" = ", 1)
        assert name not in names
        names[name] = parse(side, names)
    return names[name]


def check_typesets(latex: str) -> None:
    mathml = latex2mathml.converter.convert(latex)
    ET.fromstring(mathml)
    assert "\\" not in re.sub("<[^>]*>", "", mathml)


@pytest.mark.parametrize("source", FORMULAS)
def test_formulas_compute_the_same_number_again(source: str) -> None:
    names = leaves()
    root = parse(source, names)
    written = formula(root)
    assert read_back(written.text, names).data.hex() == root.data.hex()
    check_typesets(written.latex)


def test_some_of_them_are_long() -> None:
    assert sum("\n" in formula(parse(source, leaves())).text for source in FORMULAS) == 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_operation_reads_back(row: Op) -> None:
    (point,) = points(row, 1)
    args = [Value(x, label=f"x{i}") for i, x in enumerate(point)]
    root = row(*args)
    root = row(*[root * arg for arg in args[: arity(row)]])
    names = {arg.label: arg for arg in args}
    again = read_back(formula(root).text, names)
    assert again.data.hex() == root.data.hex()
    check_typesets(formula(root).latex)


@settings(max_examples=150, deadline=None)
@given(graphs(max_operations=60))
def test_random_graphs_read_back(root: Value) -> None:
    names = {name: node for node, name in name_nodes(root).items() if not node.args and not node.constant}
    written = formula(root)
    assert read_back(written.text, names).data.hex() == root.data.hex()
    assert all(len(line) <= 2 * ONE_LINE for line in written.text.split("\n"))
    check_typesets(written.latex)


def test_a_short_formula_is_one_expression() -> None:
    w, x, b = Value(1.0, label="w"), Value(2.0, label="x"), Value(3.0, label="b")
    u = w * x + b
    u.label = "u"
    L = u.tanh()
    L.label = "L"
    assert str(formula(L)) == repr(formula(L)) == "tanh(w·x + b)"
    assert formula(L).latex == r"\tanh \left(w \cdot x + b\right)"
    assert formula(L)._repr_latex_() == r"$\displaystyle \tanh \left(w \cdot x + b\right)$"
    assert str(formula(x)) == "x" and str(formula((x * 3).args[1])) == "3" and str(formula(Value(1.0))) == "v1"


def test_a_long_formula_names_what_is_labelled_shared_or_long() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    u = a * b
    u.label = "u"
    shared = (a - b).tanh()
    long = a * b
    for _ in range(12):
        long = long + a * b
    L = (u + shared) * (shared + long)
    L.label = "L"
    assert str(formula(L)) == (
        "L = (u + v2)·(v2 + (v26 + a·b))\n"
        "where\n"
        "  u = a·b\n"
        "  v2 = tanh(a - b)\n"
        "  v26 = a·b + a·b + a·b + a·b + a·b + a·b + a·b + a·b + a·b + a·b + a·b + a·b"
    )
    assert formula(L).latex == (
        r"\begin{array}{l} \displaystyle L = \left(u + v_{2}\right) \cdot \left(v_{2} + \left(v_{26} + a \cdot b"
        r"\right)\right) \\ \displaystyle \text{where} \\ \displaystyle \quad u = a \cdot b \\ "
        r"\displaystyle \quad v_{2} = \tanh \left(a - b\right) \\ \displaystyle \quad v_{26} = "
        + " + ".join([r"a \cdot b"] * 12)
        + r" \end{array}"
    )


def test_at_most_so_many_characters_stand_alone() -> None:
    y = Value(1.0, label="y" * 50)
    for length, lines in ((41, 1), (42, 3)):
        text = str(formula((Value(1.0, label="x" * length) + y).tanh()))
        assert len(text.split("\n")) == lines
        assert lines > 1 or len(text) == ONE_LINE


def test_definitions_stand_below_all_that_need_them() -> None:
    x = Value(0.5, label="x")
    for _ in range(40):
        x = x * x.tanh() + x
    first, where, *others = str(formula(x)).split("\n")
    assert where == "where"
    defined = [line.split(" = ")[0].strip() for line in [first, *others]]
    for i, line in enumerate([first, *others]):
        for name in re.findall(r"v\d+", line.split(" = ")[1]):
            assert defined.index(name) > i


def test_what_doubles_and_doubles_stays_short() -> None:
    x = Value(1.0, label="x")
    for _ in range(40):
        x = x * x
    written = formula(x)
    assert written.text.startswith("v40 = v39·v39\nwhere\n  v39 = v38·v38\n") and len(written.text) < 1000
    assert read_back(written.text, {"x": Value(1.0)}).data == 1.0


def test_a_notebook_is_not_flooded() -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(20_000):
        y = (y * x).tanh() + x
    written = formula(y)
    lines = written.text.split("\n")
    assert len(lines) == LINES + 2 and re.fullmatch(r"  … and \d+ more lines", lines[-1])
    assert all(len(line) <= LINE + 12 for line in lines)
    check_typesets(written.latex)
    assert r"more lines} \end{array}" in written.latex


def test_one_line_more() -> None:
    x = Value(1.0, label="x")
    for _ in range(LINES + 1):
        x = x * x
    assert str(formula(x)).endswith("\n  … and 1 more line")
    assert str(formula(x.args[0])).endswith("\n  v1 = x·x")


def test_many_arguments_are_not_all_written() -> None:
    w, x = ([Value(i, label=f"{name}{i}") for i in range(1000)] for name in "wx")
    assert str(formula(dot(w, x))) == "sum(w0·x0, w1·x1, …, w999·x999)"
    check_typesets(formula(dot(w, x)).latex)
    assert str(formula(mean(w[:20]))) == f"mean({', '.join(f'w{i}' for i in range(20))})"
    text = str(formula(softmax(x)[500] + logsumexp(w)))
    assert len(text) < 600 and "x3 " not in text


@pytest.mark.parametrize(
    "label, text",
    [
        ("the weight", "2·'the weight'"),
        ("<script>", "2·'<script>'"),
        ("中文", "2·中文"),
        ("W[0,1]", "2·W[0,1]"),
        ("θ\N{COMBINING CIRCUMFLEX ACCENT}", "2·θ\N{COMBINING CIRCUMFLEX ACCENT}"),
        ("a|b", "2·'a|b'"),
        ("a + b", "2·'a + b'"),
        ("it's", '2·"it\'s"'),
        ("3", "2·'3'"),
        ("inf", "2·'inf'"),
        ("two\nlines \x1b[0m", r"2·'two\nlines \x1b[0m'"),
    ],
)
def test_labels_that_could_be_mistaken_stand_in_quotes(label: str, text: str) -> None:
    assert str(formula(2 * Value(1.0, label=label))) == text


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_different_labels_are_written_differently(one: str, other: str) -> None:
    texts = {str(formula(2 * Value(1.0, label=label))) for label in (one, other)}
    assert len(texts) == len({one, other})
    assert all(len(text.splitlines()) == 1 for text in texts)


@pytest.mark.parametrize("label", [label for label in EVIL if label.isprintable()])
def test_any_label_can_be_typeset(label: str) -> None:
    x = Value(1.0, label=label)
    mathml = latex2mathml.converter.convert(formula(x * 2 + x.tanh()).latex)
    words = "".join(ET.fromstring(mathml).itertext()).replace("\xa0", " ")
    assert words.count("\\") == 2 * label.count("\\")


def test_labels_names_of_operations_and_numbers_are_told_apart() -> None:
    tanh, v1, inf = Value(1.0, label="tanh"), Value(2.0, label="v1"), Value(3.0, label="inf")
    root = (tanh * 2).tanh() + v1 * inf + float("inf")
    assert str(formula(root)) == "tanh(tanh·2) + v1·'inf' + inf"


def test_an_operation_of_ones_own() -> None:
    square = op("test_formula_square", lambda x: x * x, lambda x, out: 2 * x, text="{:atom}²", latex="{:atom}^2")
    x = Value(3.0, label="x")
    assert str(formula(square(x + 1))) == "(x + 1)²"
    assert formula(square(x + 1)).latex == r"\left(x + 1\right)^2"


def test_a_formula_stays_as_it_was_and_changes_nothing() -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    written = formula(y)
    x.label = "z"
    assert str(written) == "x·x" and written.latex == r"x \cdot x"
    assert [node.grad for node in topological(y)] == [6.0, 1.0]


def test_what_is_no_value() -> None:
    with pytest.raises(TypeError, match=r"^formula needs a Value, got float 1\.0$"):
        formula(1.0)  # type: ignore[arg-type]
