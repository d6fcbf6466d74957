"""Random graphs over the whole table: passes keep every bit, backends compute what the operations of the table do."""

import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from autograd import Value, ops
from autograd.compiler.code import DOT, Code
from autograd.compiler.differentiating import differentiate
from autograd.compiler.grouping import grouped
from autograd.compiler.in_numpy import InNumPy
from autograd.compiler.lowering import lower
from autograd.compiler.native import InLoops, StraightOn
from autograd.compiler.passes import flatten, fold, prune, share
from tests.graphs import large_graph

FEW, MANY = 40, 500
SIZES = [1, 7, 64]
EXACT = {DOT.name, "add", "sub", "mul", "div", "neg", "sqrt", "abs", "relu", "leaky_relu", "hardswish", "sign", "floor"}
EXACT |= {"ceil", "round", "detach", "gt", "ge", "lt", "le", "eq", "ne", "where", "clamp", "hardtanh", "maximum"}
EXACT |= {"minimum"}
BACKENDS = {
    "numpy": InNumPy,
    "loops": lambda code: InLoops(code, fast_math=False),
    "straight": lambda code: StraightOn(code, fast_math=False),
}


def graph(seed: int) -> Value:
    return large_graph(seed, random.Random(seed).randint(1, 100))


def interpreted(code: Code, leaves: list[float]) -> list[float]:
    """All slots, constants last, by the functions of the table."""
    slots = leaves + [0.0] * code.size + code.constants[::-1].tolist()
    for instruction in range(code.size):
        xs = [slots[slot] for slot in code.arguments_of(instruction).tolist()]
        slots[code.leaves + instruction] = code.rows[code.operations[instruction]].forward(*xs)
    return slots


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


def test_passes_keep_every_bit() -> None:
    counted = np.zeros(6, int)
    for seed in range(MANY):
        code, parameters = lower([graph(seed)], [])
        leaves = [1.0, *[parameter.data for parameter in parameters]]
        code = differentiate(code)
        expected, counts = None, []
        for transform in (None, prune, fold, flatten, share, lambda code: grouped(code)[0]):
            code = code if transform is None else transform(code)
            slots = interpreted(code, leaves)
            found = [slots[slot] for slot in (*code.outputs, *code.gradients)]
            expected = expected or found
            assert all(map(same, found, expected)), (seed, transform)
            counts.append(code.size)
        counted += counts
    assert all(later <= earlier for earlier, later in pairwise(counted)) and counted[-1] < 0.7 * counted[0]


def test_gradients_are_those_of_backward() -> None:
    """But for partials that the table tells more exactly among floats than among Values: pow, asin, acos, hypot."""
    others = {ops.pow, ops.asin, ops.acos, ops.hypot}
    compared = 0
    for seed in range(MANY):
        root = graph(seed)
        code, parameters = lower([root], [])
        code = differentiate(code)
        slots = interpreted(code, [1.0, *[parameter.data for parameter in parameters]])
        for parameter in parameters:
            parameter.grad = 0.0
        root.backward()
        found, expected = [slots[slot] for slot in code.gradients], [parameter.grad for parameter in parameters]
        assert slots[code.outputs[0]] == root.data or math.isnan(root.data)
        if not others & set(code.rows):
            assert all(map(same, found, expected)), seed
            compared += 1
        assert [math.isfinite(x) for x in found] == [math.isfinite(x) for x in expected], seed
    assert compared > MANY / 4


def optimised(seed: int) -> Code:
    """The code of a random graph and its gradients, every slot of which is an output."""
    code = differentiate(lower([graph(seed)], [])[0])
    for transform in (prune, fold, flatten, share):
        code = transform(code)
    return replace(code, outputs=np.arange(code.leaves + code.size, dtype=np.int32))


def distance(x: float, y: float) -> float:
    """In units of the last place; nan, inf and their like differ from all others by inf."""
    if same(x, y):
        return 0.0
    return abs(x - y) / math.ulp(y) if math.isfinite(x) and math.isfinite(y) else math.inf


def check(backend: str, seeds: range) -> dict[str, float]:
    """The greatest distance of each operation from what the table's function makes of the same arguments."""
    worst: dict[str, float] = {}
    for seed in seeds:
        code = optimised(seed)
        run = BACKENDS[backend](code).run
        rng = np.random.default_rng(seed)
        theta = rng.uniform(-4, 4, code.parameters)
        for samples in SIZES:
            slots, gradients = run(np.ones((1, samples)) if samples < 9 else rng.uniform(-2, 2, (1, samples)), theta)
            of_parameters = dict(zip(code.gradients.tolist(), gradients.tolist()))
            for slot, total in of_parameters.items():
                terms = slots[slot] if slot >= 0 else np.full(samples, code.constants[-1 - slot])
                with np.errstate(all="ignore"):
                    size = np.abs(terms).sum()
                    assert same(terms.sum(), total) or abs(terms.sum() - total) <= 1e-14 * size or not size < 1e308
            columns = {0, samples - 1, *rng.integers(samples, size=2).tolist()}
            for column in columns:
                found = [*slots[:, column].tolist(), *code.constants[::-1].tolist()]
                for instruction in range(code.size):
                    operation = code.rows[code.operations[instruction]]
                    expected = operation.forward(*[found[slot] for slot in code.arguments_of(instruction).tolist()])
                    apart = distance(found[code.leaves + instruction], expected)
                    worst[operation.name] = max(apart, worst.get(operation.name, 0.0))
    return worst


def verdict(worst: dict[str, float]) -> None:
    assert {name for name, apart in worst.items() if apart > (0 if name in EXACT else 2)} == set(), worst


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_computes_what_the_table_says(backend: str) -> None:
    verdict(check(backend, range(FEW)))


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_500_graphs(backend: str) -> None:
    worst = check(backend, range(FEW, MANY))
    print(backend, {name: round(apart, 2) for name, apart in sorted(worst.items()) if apart})
    verdict(worst)
    assert len(worst) > 60
