"""The operations in JavaScript, in a real browser: the same numbers as in Python, node by node and step by step."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page

from autograd import Value, op
from autograd.backprop import LocalStep, chain_rule, local_derivative
from autograd.drawing.page import source
from autograd.graph import topological
from autograd.stepping.javascript import missing, rule, rules
from autograd.table import TABLE, Op
from tests.oracle import ROWS, arity, points, points_everywhere
from tests.test_drawing import EVIL

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.0, -3.0, 5e-324, -1e-320, 1e308, -1e308, math.inf, -math.inf, math.nan]
OPERATIONS = source("autograd.stepping/operations.js")

PRELUDE = """
    const rules = new Function(`${operations}; return ${code}`)()
    const written = x => Object.is(x, -0) ? "-0" : String(x)
"""
EACH_POINT = f"""([operations, code, points]) => {{
    {PRELUDE}
    return points.map(([key, args, out]) => {{
        const xs = args.map(Number)
        const partials = xs.map((_, position) => rules[key].partial(position, xs, Number(out)))
        return [rules[key].forward(...xs), ...partials].map(written)
    }})
}}"""
EACH_GRAPH = f"""([operations, code, graphs]) => {{
    {PRELUDE}
    return graphs.map(([nodes, steps]) => {{
        const data = []
        const numbers = node => nodes[node][1].map(arg => data[arg])
        nodes.forEach(([key, args, leaf], i) => data.push(key ? rules[key].forward(...numbers(i)) : Number(leaf)))
        const gradient = {{ [nodes.length - 1]: 1 }}
        const taken = steps.map(([node, position, arg, flat]) => {{
            const partial = rules[nodes[node][0]].partial(position, numbers(node), data[node])
            const contribution = gradient[node] * partial
            if (!flat) gradient[arg] = arg in gradient ? gradient[arg] + contribution : contribution
            return [partial, gradient[arg] ?? 0]
        }})
        return [data.map(written), taken.map(numbers => numbers.map(written))]
    }})
}}"""

# A browser whose elementary functions are wrong in the last bit.
ANOTHER_BROWSER = """
    for (const name of ["exp", "log", "log2", "pow", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "tanh"]) {
        const right = Math[name]
        Math[name] = (...xs) => right(...xs) * (1 + 2 ** -52)
    }
"""

Point = tuple[str, list[float], float]


def written(x: float) -> str:
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")


def at_points(page: Page, code: str, points: Iterable[Point]) -> list[list[float]]:
    """For each point, of a key, arguments and output: what the arguments make, and all partials."""
    sent = [(key, [*map(written, xs)], written(out)) for key, xs, out in points]
    return [[*map(float, numbers)] for numbers in page.evaluate(EACH_POINT, [OPERATIONS, code, sent])]


def recomputed(page: Page, roots: list[Value]) -> list[tuple[dict[Value, float], list[tuple[float, float]]]]:
    """For each graph, from its leaves alone: the data of all nodes; of all local steps, the partial and the sum."""
    graphs, code = [plain(root) for root in roots], rules(TABLE["sum"](*roots))
    return [
        (
            dict(zip(topological(root), map(float, data))),
            [(float(partial), float(after)) for partial, after in taken],
        )
        for root, (data, taken) in zip(roots, page.evaluate(EACH_GRAPH, [OPERATIONS, code, graphs]))
    ]


def plain(root: Value) -> list[Any]:
    index = {node: i for i, node in enumerate(topological(root))}
    return [
        [[rule(node) if node.op else "", [index[arg] for arg in node.args], written(node.data)] for node in index],
        [[index[step.node], step.position, index[step.arg], flat(step)] for step in chain_rule(root)],
    ]


def flat(step: LocalStep) -> bool:
    return step.node.op.partials[step.position] == 0


def ulps(computed: float, wanted: float) -> float:
    """How far apart they are; the zeros, and all that is not finite, are to be the same."""
    if written(computed) == written(wanted):
        return 0.0
    if computed == wanted or not (math.isfinite(computed) and math.isfinite(wanted)):
        return math.inf
    return abs(computed - wanted) / math.ulp(wanted)


def close(computed: float, wanted: float) -> bool:
    return ulps(computed, wanted) <= 2


def sample(row: Op, count: int) -> list[list[float]]:
    """Points in the operation's domain, points of all sizes, and edges; with one to six arguments if it takes any."""
    rng = random.Random(row.name)
    found = [*points(row, count), *points_everywhere(row, count)]
    found += [[rng.choice(EDGES) for _ in range(arity(row))] for _ in range(count)]
    if row.arity is None:
        found += [[rng.choice([-1, 0, 1, 2, rng.gauss(0, 9)]) for _ in range(i % 6 + 1)] for i in range(count)]
    return found


def random_graph(seed: int) -> Value:
    """Of 5 to 40 nodes that are made, each from arguments that its operation is defined for and that are not huge."""
    rng = random.Random(seed)
    made = [Value(rng.uniform(-2, 2)) for _ in range(3)]
    loose: dict[Value, None] = {}
    for _ in range(rng.randint(4, 39)):
        row = rng.choice(ROWS)
        args = []
        for interval in row.domain * (1 if row.arity else rng.randint(1, 4)):
            low, high = max(interval[0], -8.0), min(interval[1], 8.0)
            fitting = [node for node in made if low < node.data < high]
            args.append(rng.choice(fitting) if fitting and rng.random() < 0.9 else Value(rng.uniform(low, high)))
            loose.pop(args[-1], None)
        made.append(row(*args))
        loose[made[-1]] = None
    return TABLE["sum"](*loose)


def operations(root: Value) -> set[str]:
    return {node.op.name for node in topological(root) if node.op}


GRAPHS = [random_graph(seed) for seed in range(200)]


@pytest.mark.browser
def test_there_is_a_row_for_every_operation(page: Page) -> None:
    known = page.evaluate("operations => Object.keys(new Function(`${operations}; return OPERATIONS`)())", OPERATIONS)
    assert {row.name for row in ROWS} <= set(known)
    assert {f"partial_of_{row.name}" for row in ROWS} >= set(known) - {row.name for row in ROWS}


@pytest.mark.browser
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_values_and_partials_are_those_of_python(page: Page, row: Op) -> None:
    nodes = [row(*map(Value, point)) for point in sample(row, 200)]
    computed = at_points(
        page, rules(nodes[0]), [(row.name, [arg.data for arg in node.args], node.data) for node in nodes]
    )
    for node, numbers in zip(nodes, computed):
        wanted = [node.data, *[local_derivative(node, position) for position in range(len(node.args))]]
        for x, y in zip(numbers, wanted):
            assert close(x, y), (node.args, numbers, wanted)


@pytest.mark.browser
def test_they_do_not_depend_on_the_browser(page: Page) -> None:
    code = rules(TABLE["sum"](*[row(*[Value(0.5)] * arity(row)) for row in ROWS]))
    samples = [(row.name, point, row(*point)) for row in ROWS for point in points(row, 20)]
    here = at_points(page, code, samples)
    page.evaluate(ANOTHER_BROWSER)
    assert at_points(page, code, samples) == here


@pytest.mark.browser
def test_a_graph_computed_anew_is_right_at_each_node_and_each_step(page: Page) -> None:
    """Given the numbers of the browser that they are made from; sums and products are the same to the last bit."""
    for root, (data, taken) in zip(GRAPHS, recomputed(page, GRAPHS)):
        again: dict[Value, Value] = {}
        for node in topological(root):
            again[node] = node.op(*[Value(data[arg]) for arg in node.args]) if node.op else Value(node.data)
            assert close(data[node], again[node].data)
            again[node].data = data[node]
        gradient = {root: 1.0}
        for step, (partial, after) in zip(chain_rule(root), taken):
            assert close(partial, local_derivative(again[step.node], step.position))
            if not flat(step):
                term = gradient[step.node] * partial
                gradient[step.arg] = gradient[step.arg] + term if step.arg in gradient else term
            assert ulps(after, gradient.get(step.arg, 0.0)) == 0


@pytest.mark.browser
def test_a_graph_computed_anew_has_the_numbers_of_python(page: Page) -> None:
    """Within 2 ulp; but a graph may make more of a last bit, where an exp or erf of C is not rounded right."""
    assert {row.name for row in ROWS} == set.union(*map(operations, GRAPHS))
    distances: Counter[float] = Counter()
    for root, (data, taken) in zip(GRAPHS, recomputed(page, GRAPHS)):
        steps = list(chain_rule(root))
        sums = {step.arg: (after, step.after) for step, (_, after) in zip(steps, taken)}
        pairs = [*((x, node.data) for node, x in data.items()), *sums.values()]
        distances.update(ulps(x, y) for x, y in pairs)
    counted, apart = distances.total(), sum(n for distance, n in distances.items() if distance > 2)
    print(f"{counted} numbers, ulp apart: {dict(sorted(distances.items()))}")
    assert counted > 9_000 and apart <= 0.0002 * counted and max(distances) <= 3


def test_the_partials_are_written_from_the_table() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    assert rules(x / y) == (
        '{\n  "div": {\n    forward: OPERATIONS.div,\n    partial: (position, [x, y], out) => [\n'
        "      () => 1 / y,\n      () => (-out) / y,\n    ][position](),\n  },\n}"
    )
    assert "() => 1 / (OPERATIONS.sqrt(x - 1) * OPERATIONS.sqrt(x + 1))," in rules(TABLE["acosh"](x))
    assert "partial: () => 1," in rules(TABLE["sum"](x, y))
    assert rules(x) == "{\n}"


def test_an_operation_has_one_rule_wherever_it_stands() -> None:
    x, y = Value(2.0), Value(3.0)
    assert rules(TABLE["maximum"](x, y, 2) * x * 7) == rules(TABLE["maximum"](*[y] * 900) * y)


def test_nothing_of_the_users_becomes_code() -> None:
    x, *others = [Value(2.0, label=label) for label in EVIL]
    root = x
    for other in others:
        root = (root * other).tanh()
    root.label = "alert(1)"
    assert rules(root) == rules((Value(1.0) * 2).tanh())


def test_operations_of_the_users_are_missing() -> None:
    mine = op("test_javascript_mine", lambda x: x, 1)
    hidden = op("partial_of_pow", lambda x: x, 1)
    x = Value(2.0)
    root = hidden(mine(mine(x).tanh())) + 1
    assert missing(root) == ["test_javascript_mine", "partial_of_pow"]
    assert rules(root) == rules(x.tanh() + 1)
    assert missing(x) == missing(x + 1) == []


def test_a_leaf_has_no_rule() -> None:
    assert rule(Value(2.0).tanh()) == "tanh"
    with pytest.raises(
        ValueError, match=r"a leaf such as Value\(data=2\.0, grad=0\.0\) has no rule; rule needs a node"
    ):
        rule(Value(2.0))
