"""Programs written down: the Python is run and the C compiled, and both give the numbers of the table's operations."""

from __future__ import annotations

import ast
import ctypes
import itertools
import math
import operator
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from autograd import Value, maximum
from autograd import sum as exact_sum
from autograd.compiler.code import DOT, Code
from autograd.compiler.differentiating import differentiate
from autograd.compiler.lowering import lower
from autograd.compiler.passes import flatten, fold, prune, share
from autograd.compiler.sources import LARGE, TERMS, c_source, python_source, text_source
from autograd.graph import made
from autograd.table import TABLE
from autograd.value import Constant
from tests.graphs import large_graph
from tests.oracle import ROWS, arity
from tests.test_kernels import EDGES, tolerance, ulps

Array = NDArray[np.float64]
Run = Callable[[Array, Array], tuple[Array, Array]]


def run_python(code: Code, labels: list[str], tmp_path: Path) -> Run:
    scope: dict[str, Any] = {}
    exec(python_source(code, labels), scope)
    program = scope["program"]
    return lambda inputs, theta: (
        program(inputs, theta) if len(code.gradients) else (program(inputs, theta), np.empty(0))
    )


def run_c(code: Code, labels: list[str], tmp_path: Path) -> Run:
    compiler = shutil.which("gcc")
    if not compiler:
        pytest.skip("there is no gcc")
    source, library = tmp_path / "program.c", tmp_path / "program.so"
    source.write_text(c_source(code, labels))
    options = ["-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wno-unknown-pragmas", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *options, str(source), "-o", str(library), "-lm"], check=True, timeout=100)
    program = ctypes.CDLL(str(library)).program

    def run(inputs: Array, theta: Array) -> tuple[Array, Array]:
        inputs, theta = np.ascontiguousarray(inputs), np.ascontiguousarray(theta)
        outputs, gradients = np.empty((len(code.outputs), inputs.shape[1])), np.empty(len(code.gradients))
        addresses = [ctypes.c_void_p(array.ctypes.data) for array in (inputs, theta, outputs, gradients)]
        program(*addresses, ctypes.c_size_t(inputs.shape[1]))
        return outputs, gradients

    return run


languages = pytest.mark.parametrize("make", [run_python, run_c], ids=["python", "c"])


def with_gradients(root: Value, inputs: list[Value]) -> tuple[Code, list[Value]]:
    code, parameters = lower([root], inputs)
    for transform in (differentiate, prune, fold, flatten, share):
        code = transform(code)
    return code, parameters


def every_slot(code: Code) -> Code:
    """The same with all that is computed for each sample as outputs."""
    return replace(code, outputs=np.arange(code.leaves + code.size, dtype=np.int32))


def check(code: Code, slots: Array) -> None:
    """Complain unless each instruction has given what its operation makes of the same arguments."""
    known = [*slots, *np.repeat(code.constants[::-1, None], slots.shape[1], axis=1)]
    for instruction, number in enumerate(code.operations.tolist()):
        row, args = code.rows[number], np.array([known[slot] for slot in code.arguments_of(instruction).tolist()])
        expected = np.array([row.forward(*column) for column in args.T.tolist()])
        apart = ulps(slots[code.leaves + instruction] + 0.0, expected + 0.0)  # without the signs of zeros
        assert apart.max() <= (0 if row is DOT else tolerance(row)), (row, args[:, apart.argmax()].tolist())


@languages
def test_every_operation(make: Callable[..., Run], tmp_path: Path) -> None:
    """At all combinations of edges, among them nan and inf; some operations of any number of arguments at many."""
    leaves = [Value(0.0, label=name) for name in "xyz"]
    outputs = [row(*leaves[: arity(row)]) for row in ROWS]
    outputs += [row(leaves[0]) for row in ROWS if row.arity is None]
    code, _ = lower(outputs, leaves)
    inputs = np.array(list(itertools.product(EDGES, repeat=3))).T.copy()
    check(code, make(every_slot(code), list("xyz"), tmp_path)(inputs, np.empty(0))[0])


@languages
@pytest.mark.parametrize("seed", [1, 2])
def test_random_graphs(make: Callable[..., Run], seed: int, tmp_path: Path) -> None:
    root = large_graph(seed, 150)
    leaves = {arg.label: arg for node in made(root) for arg in node.args if not arg.args and not arg.constant}
    inputs = np.random.default_rng(seed).uniform(-2, 2, (2, 5))
    code, parameters = with_gradients(root, [leaves["a"]])
    code = every_slot(code)
    labels = ["a", "seed", *[parameter.label for parameter in parameters]]
    slots, gradients = make(code, labels, tmp_path)(inputs, np.array([0.75, -0.5][: len(parameters)]))
    check(code, slots)
    known = [*slots, *np.repeat(code.constants[::-1, None], 5, axis=1)]
    wanted = np.array([known[slot].sum() for slot in code.gradients.tolist()])
    assert np.allclose(gradients, wanted, rtol=1e-13, atol=0.0, equal_nan=True)


def neuron() -> tuple[Value, list[Value]]:
    x, y = Value(0.0, label="x"), Value(0.0, label="y")
    w, b = Value(0.5, label="w[0,1]"), Value(0.1, label="bias of it")
    return (w * x + b - y).tanh() * 2.5, [x, y]


def test_text() -> None:
    root, inputs = neuron()
    listing = text_source(with_gradients(root, inputs)[0], ["x", "", "seed", "w[0,1]", "bias of it"]).splitlines()
    assert listing[:5] == [
        "inputs: x, x2, seed",
        "parameters: w[0,1], 'bias of it'",
        "v1 = w[0,1]·x + 'bias of it' - x2",
        "v2 = tanh(v1)",
        "v3 = v2·2.5",
    ]
    assert listing[-3:] == ["outputs: v3", "gradient by w[0,1]: v8", "gradient by 'bias of it': v7"]


def test_python() -> None:
    """It imports nothing but NumPy, and takes numbers as well as arrays."""
    root, inputs = neuron()
    source = python_source(with_gradients(root, inputs)[0], ["x", "y", "seed", "w", "b"])
    assert "    v1 = w*x + b - y\n    v2 = tanh(v1)\n    v3 = v2*2.5\n" in source
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    scope: dict[str, Any] = {}
    exec(source, scope)
    outputs, gradients = scope["program"]([2.0, 0.25, 1.0], [0.5, 0.1])
    assert outputs.shape == (1,) and math.isclose(outputs[0], 2.5 * math.tanh(0.85), rel_tol=1e-15)
    several, sums = scope["program"]([np.full(4, 2.0), 0.25, 1.0], [0.5, 0.1])
    assert np.array_equal(several, np.full((1, 4), outputs[0])) and np.allclose(sums, 4 * gradients, rtol=1e-15)


STRANGE = ["for", "int", "np", "theta", "x", "x", "x_2", "v1", "2nd", "α", "", "sum3", "M_PI", "linux", "s", "a\nb"]
STRANGE += [
    '"; exit(1); "',
    "*/ #error",
    "__import__",
    "__FILE__",
    "tanh1",
    "y1",
    "n",
    "i",
    "exp",
    "NAN",
    "n",
    "lambda",
]


@languages
def test_strange_labels(make: Callable[..., Run], tmp_path: Path) -> None:
    leaves = [Value(0.0) for _ in STRANGE]
    code, _ = lower([exact_sum(leaves[:3]).tanh(), *[leaf.exp() for leaf in leaves]], leaves)
    numbers = np.linspace(-1, 1, len(leaves))
    outputs, _ = make(code, STRANGE, tmp_path)(numbers[:, None], np.empty(0))
    assert np.allclose(outputs[1:, 0], np.exp(numbers), rtol=1e-15)
    assert "a\nb" not in python_source(code, STRANGE) and "'a\\nb'" in text_source(code, STRANGE)


CONSTANTS = [0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, 1e22, -2.5, 2.0**53 + 2]


@languages
def test_constants_are_exact(make: Callable[..., Run], tmp_path: Path) -> None:
    x = Value(1.0, label="x")
    code, _ = lower([maximum(x * 0.0 + 1.0, x) * constant for constant in CONSTANTS], [x])
    outputs, _ = make(code, ["x"], tmp_path)(np.ones((1, 1)), np.empty(0))
    assert not ulps(outputs[:, 0], np.array(CONSTANTS)).any()


@languages
def test_operations_on_constants(make: Callable[..., Run], tmp_path: Path) -> None:
    """Some of which Python's own numbers would not compute, or not as IEEE 754 does."""
    cases = {"div": (1.0, -0.0), "pow": (-8.0, 1 / 3), "log": (0.0,), "ne": (math.nan, 1.0), "neg": (-1.0,)}
    nodes = [TABLE[name](*[Constant(x) for x in args]) for name, args in cases.items()]
    code, _ = lower(nodes, [])
    outputs, _ = make(code, [], tmp_path)(np.empty((0, 1)), np.empty(0))
    check(code, outputs.reshape(len(cases), 1))


@languages
def test_long_sums_in_large_programs(make: Callable[..., Run], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights, x = [Value(w, label="w") for w in rng.normal(size=300)], [Value(0.0, label="x") for _ in range(20)]
    hidden = [sum(map(operator.mul, weights[k:], x), weights[-1]).relu() for k in range(50)]
    total = sum(map(operator.mul, weights * 5, hidden * 30), Value(0.0, label="b")) + exact_sum(weights)
    code, parameters = with_gradients(total, x)
    code = every_slot(code)
    assert code.size + len(code.arguments) // TERMS > LARGE
    inputs, theta = rng.normal(size=(21, 3)), np.array([parameter.data for parameter in parameters])
    slots, _ = make(code, ["x"] * 20 + ["seed"] + ["w"] * code.parameters, tmp_path)(inputs, theta)
    check(code, slots)


def test_without_gradients_python_gives_outputs_alone() -> None:
    scope: dict[str, Any] = {}
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    exec(python_source(lower([x * y, y], [x])[0], ["x", "y"]), scope)
    assert scope["program"]([[3.0, 4.0]], [2.0]).tolist() == [[6.0, 8.0], [2.0, 2.0]]
