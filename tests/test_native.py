"""Machine code, straight on and in loops, against the operations themselves."""

from __future__ import annotations

import itertools
import math
import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import nn
from autograd import Value, data, grad, recompute
from autograd.compiler import native
from autograd.compiler.code import DOT, Code
from autograd.compiler.differentiating import differentiate
from autograd.compiler.kernels import KERNELS
from autograd.compiler.loops import FAR, loops
from autograd.compiler.lowering import lower
from autograd.compiler.native import InLoops, Native, StraightOn
from autograd.compiler.passes import flatten, fold, prune, share
from autograd.compiler.vectors import LANES
from autograd.table import EVERYWHERE, TABLE, Op
from tests.graphs import large_graph
from tests.oracle import ROWS, arity, points_everywhere
from tests.test_kernels import EDGES, tolerance, ulps

llvm = pytest.importorskip("llvmlite.binding")

Array = NDArray[np.float64]
Way = type[StraightOn] | type[InLoops]
ways = pytest.mark.parametrize("way", [StraightOn, InLoops])


def code(
    rows: Sequence[tuple[Op, Sequence[int]]],
    inputs: int = 0,
    parameters: int = 0,
    constants: Sequence[float] = (),
    outputs: Sequence[int] | None = None,
    gradients: Sequence[int] = (),
) -> Code:
    """Instructions by their operations and arguments; the outputs are all results, unless told otherwise."""
    operations = tuple(dict.fromkeys(operation for operation, _ in rows))
    leaves = inputs + parameters
    return Code(
        inputs=inputs,
        parameters=parameters,
        rows=operations,
        operations=np.array([operations.index(operation) for operation, _ in rows], np.int16),
        starts=np.cumsum([0, *[len(slots) for _, slots in rows]], dtype=np.int32),
        arguments=np.array([slot for _, slots in rows for slot in slots], np.int32),
        constants=np.array([1.0, -1.0, *constants]),
        outputs=np.array(range(leaves, leaves + len(rows)) if outputs is None else outputs, np.int32),
        gradients=np.array(gradients, np.int32),
    )


def interpreted(code: Code, columns: Array, theta: Array) -> tuple[Array, Array]:
    """What a code computes, by the operations themselves."""
    outputs, gradients = np.empty((len(code.outputs), columns.shape[1])), np.zeros(len(code.gradients))
    for sample, xs in enumerate(columns.T.tolist()):
        values = [*xs, *theta.tolist(), *[0.0] * code.size, *code.constants[::-1].tolist()]
        for instruction in range(code.size):
            arguments = [values[slot] for slot in code.arguments_of(instruction).tolist()]
            values[code.leaves + instruction] = code.rows[code.operations[instruction]].forward(*arguments)
        outputs[:, sample] = [values[slot] for slot in code.outputs.tolist()]
        gradients += [values[slot] for slot in code.gradients.tolist()]
    return outputs, gradients


def optimized(loss: Value, inputs: Sequence[Value]) -> tuple[Code, list[Value]]:
    """The code of a loss and its gradients, and the parameters."""
    lowered, parameters = lower([loss], inputs)
    code = differentiate(lowered)
    for transform in (prune, fold, flatten, share):
        code = transform(code)
    return code, parameters


def random_points(row: Op) -> Array:
    """At usual numbers, at all exponents, at landmarks, and at edges."""
    rng = random.Random(row.name)
    edges = list(itertools.product(EDGES, repeat=arity(row)))
    if len(edges) > 400:
        edges = rng.sample(edges, 400)
    usual = [[rng.gauss(0, 3) for _ in range(arity(row))] for _ in range(400)]
    return np.array([*points_everywhere(row, 800), *usual, *edges]).T


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_operations(row: Op) -> None:
    """For many samples, and for one sample many times."""
    points = random_points(row)
    count, samples = points.shape
    wanted = np.array([row.forward(*column) for column in points.T.tolist()])
    across = code([(row, range(count))], inputs=count)
    along = code([(row, range(k, count * samples, samples)) for k in range(samples)], parameters=count * samples)
    runs: list[tuple[Native, Array, Array]] = [
        (StraightOn(across, fast_math=False), points, np.empty(0)),
        (InLoops(across, fast_math=False), points, np.empty(0)),
        (InLoops(along, fast_math=False), np.empty((0, 1)), points.ravel()),
    ]
    for program, columns, theta in runs:
        computed = program.run(columns, theta)[0].ravel()
        distance = ulps(computed, wanted)
        worst = distance.argmax()
        print(f"{row.name}, {type(program).__name__}: {distance[worst]:.0f} of at most {tolerance(row)}")
        assert distance[worst] <= tolerance(row), (points[:, worst], computed[worst], wanted[worst])


@pytest.mark.parametrize("seed", range(8))
def test_random_graphs(seed: int) -> None:
    """The samples of a batch do not depend on each other, nor on how they are computed, to the last bit."""
    lowered, parameters = lower([large_graph(seed, 60)], [])
    inputs = len(parameters)
    across = replace(
        lowered, inputs=inputs, parameters=0, outputs=np.arange(inputs, inputs + lowered.size, dtype=np.int32)
    )
    columns = np.random.default_rng(seed).normal(0, 2, (inputs, 21))
    wanted = interpreted(across, columns, np.empty(0))[0]
    computed = [way(across, False).run(columns, np.empty(0))[0] for way in (StraightOn, InLoops)]
    single = InLoops(across, False)
    computed.append(np.hstack([single.run(column[:, None], np.empty(0))[0] for column in columns.T]))
    for other in computed[1:]:
        assert (bits(other) == bits(computed[0])).all()
    np.testing.assert_array_equal(np.isfinite(computed[0]), np.isfinite(wanted))


def bits(array: Array) -> NDArray[np.int64]:
    """To compare all but what kind of nan it is."""
    return np.where(np.isnan(array), np.nan, array).view(np.int64)


@cache
def network(activation: str) -> tuple[Code, Array, Array, Array, Array]:
    """The code of a loss, samples and parameters for it, and the losses and gradients by Values."""
    model = nn.MLP(2, [8, 8, 1], activation=activation, seed=0)
    inputs = [Value(0.0) for _ in range(3)]
    loss = (1 - inputs[2] * model(inputs[:2])).relu()
    code, parameters = optimized(loss, inputs)
    columns = np.random.default_rng(0).normal(0, 1, (4, 100))
    columns[3] = 1 / 4  # the gradient of the loss itself
    losses, gradients = [], []
    for sample in columns[:3].T.tolist():
        for leaf, number in zip(inputs, sample):
            leaf.data = number
        recompute(loss)
        losses.append(loss.data)
        gradients.append(grad(loss, parameters))
    return code, columns, data(parameters), np.array(losses), np.array(gradients) / 4


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@ways
def test_networks(way: Way, activation: str) -> None:
    """As Values compute them, for batches of all sizes, one after the other."""
    code, columns, theta, losses, gradients = network(activation)
    program = way(code, fast_math=False)
    for samples in (100, 0, 1, 7, 8, 9, 64, 2):
        computed, slopes = program.run(columns[:, :samples], theta)
        assert computed.shape == (1, samples)
        assert ulps(computed[0], losses[:samples]).max(initial=0) <= (0 if activation == "relu" else 64)
        np.testing.assert_allclose(slopes, gradients[:samples].sum(axis=0), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_vectors_as_long_as_the_processor_has_them(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    code, columns, theta, losses, gradients = network("relu")
    host = native.host()
    monkeypatch.setattr(native, "host", lambda: host._replace(lanes=lanes))
    computed, slopes = StraightOn(code, fast_math=False).run(columns[:, :99], theta)
    assert (computed[0] == losses[:99]).all()
    np.testing.assert_allclose(slopes, gradients[:99].sum(axis=0), rtol=1e-12, atol=1e-13)


@ways
def test_lanes_without_a_sample_are_not_felt(way: Way) -> None:
    """Where all inputs are 0, this gradient is nan."""
    x, w = Value(0.0), Value(2.0)
    code, _ = optimized(w * x.log() * x, [x])
    for samples in (1, 5, 8, 11):
        columns = np.vstack([np.linspace(1, 2, samples), np.ones(samples)])
        slope = way(code, fast_math=False).run(columns, np.array([2.0]))[1]
        np.testing.assert_allclose(slope, [(columns[0] * np.log(columns[0])).sum()], rtol=1e-14, atol=1e-15)


@ways
def test_outputs_and_gradients_may_be_anything(way: Way) -> None:
    """Inputs, parameters, constants, and the same twice; and there may be no instructions at all."""
    slots = [0, 1, 2, 3, -3, -1, 3, 0]
    for rows in ([(TABLE["mul"], [0, 2])], []):
        outputs = [slot for slot in slots if slot < 3 or rows]
        program = code(rows, inputs=2, parameters=1, constants=[7.0], outputs=outputs, gradients=outputs)
        for samples in (1, 13):
            columns = np.arange(2.0 * samples).reshape(2, samples) + 1
            computed = way(program, fast_math=False).run(columns, np.array([3.0]))
            for ours, wanted in zip(computed, interpreted(program, columns, np.array([3.0]))):
                np.testing.assert_array_equal(ours, wanted)


@ways
def test_several_threads_at_once(way: Way) -> None:
    code, columns, theta, *_ = network("tanh")
    program = way(code, fast_math=False)
    wrong: list[int] = []

    def work(samples: int) -> None:
        wanted = program.run(columns[:, :samples], theta)
        for _ in range(200):
            computed = program.run(columns[:, :samples], theta)
            wrong.extend(samples for x, y in zip(computed, wanted) if not np.array_equal(x, y))

    threads = [threading.Thread(target=work, args=[samples]) for samples in (1, 17, 64, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# How far the slots of the factors are from one dot to the next, and from one product to the next within a dot.
STEPS = [
    (0, 1, 1, 20),
    (0, -1, 1, -20),
    (1, 1, 20, 20),
    (-1, 1, 1, 1),
    (7, 0, 1, 1),
    (0, -5, 3, 1),
    (3, 4, 1, 1),
    (0, 0, 1, 1),
]


@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("count", [1, 7, 8, 9, 30])
def test_dots_whose_slots_are_evenly_spaced(steps: tuple[int, int, int, int], count: int) -> None:
    """They are read as vectors, also those before and after which there are others."""
    rng = np.random.default_rng(count)
    x_step, y_step, x_next, y_next = steps
    pair = np.arange(5)
    even = [
        np.stack([500 + x_step * k + x_next * pair, 500 + y_step * k + y_next * pair], axis=1).ravel()
        for k in range(count)
    ]
    others = [rng.integers(-3, 1000, 10) for _ in range(4)]
    rows = [(DOT, row.tolist()) for row in [*others[:2], *even, *others[2:]]]
    program = code(rows, parameters=1000, constants=[0.5])
    theta = rng.normal(size=1000)
    computed = InLoops(program, fast_math=False).run(np.empty((0, 1)), theta)[0]
    np.testing.assert_array_equal(computed, interpreted(program, np.empty((0, 1)), theta)[0])
    table = program.arguments.reshape(-1, 10)
    evenly = [end - begin for loop, begin, end in loops(DOT, table, samples=1, fast_math=False) if loop.steps]
    assert bool(evenly) == (count >= LANES)


def test_far_steps_end_with_a_vector() -> None:
    """Else slots that are not there would be read."""
    table = np.stack([np.arange(0, 30_000, 1000), np.full(30, 5)], axis=1).astype(np.int32)
    found = [(loop.steps, begin, end) for loop, begin, end in loops(DOT, table, samples=1, fast_math=False)]
    assert found == [((FAR, 0), 0, 24), (None, 24, 30)]


@ways
def test_an_operation_of_the_user(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a name that LLVM would not take as it is, and too long to be written out each time."""
    monkeypatch.setitem(KERNELS, "größe", lambda xp, x: xp.log(1 + xp.exp(x)))
    row = Op("größe", lambda x: math.log(1 + math.exp(x)), (1.0,), "", "", "atom", "", (EVERYWHERE,), frozenset())
    program = code([(row, [k]) for k in range(10)], inputs=10)
    columns = np.linspace(-3, 3, 30).reshape(10, 3)
    computed = way(program, fast_math=False).run(columns, np.empty(0))[0]
    np.testing.assert_allclose(computed, np.log(1 + np.exp(columns)), rtol=1e-14)


@pytest.mark.parametrize("samples", [1, 3, 9])
def test_operations_of_very_many_arguments(samples: int) -> None:
    """Python computes them."""
    rows = [(TABLE[name], range(-2, 300)) for name in ("sum", "mean", "prod", "maximum", "minimum", "hypot")]
    program = code(rows, inputs=300)
    columns = np.random.default_rng(0).normal(size=(300, samples))
    computed = native.build(program).run(columns, np.empty(0))[0]
    np.testing.assert_array_equal(computed, interpreted(program, columns, np.empty(0))[0])


def test_small_programs_run_straight_on_and_large_ones_in_loops() -> None:
    add = TABLE["add"]
    small = code([(add, [k, k]) for k in range(100)], parameters=1)
    large = code([(add, [k, k]) for k in range(native.STRAIGHT)], parameters=1)
    assert isinstance(native.build(small), StraightOn)
    assert isinstance(native.build(large), InLoops)


@pytest.mark.parametrize("samples", [1, 20])
def test_a_deep_program(samples: int) -> None:
    """Each instruction after the one before."""
    depth = 20_000
    program = code([(TABLE["add"], [k, 0]) for k in range(depth)], inputs=1, outputs=[depth])
    columns = np.arange(1.0, samples + 1)[None]
    assert (native.build(program).run(columns, np.empty(0))[0] == columns * (depth + 1)).all()


def test_a_large_program() -> None:
    """So large that samples are taken one by one."""
    count = native.LARGE
    program = code(
        [(TABLE["mul"], [0, k % 3]) for k in range(count)], inputs=1, parameters=2, outputs=[], gradients=[count]
    )
    columns = np.arange(20.0)[None]
    computed = native.build(program).run(columns, np.array([2.0, 3.0]))[1]
    factor = [None, 2.0, 3.0][(count - 3) % 3]
    np.testing.assert_array_equal(computed, [190 * factor if factor else (columns**2).sum()])


@ways
def test_fast_math(way: Way) -> None:
    code, columns, theta, losses, _ = network("tanh")
    program = way(code, fast_math=True)
    np.testing.assert_allclose(program.run(columns, theta)[0][0], losses, rtol=1e-12, atol=1e-14)
    assert "fmul reassoc nsz contract" in program.source()
    assert "contract" not in way(code, fast_math=False).source()


@ways
def test_the_source_is_what_llvm_reads(way: Way) -> None:
    module = llvm.parse_assembly(way(network("tanh")[0], fast_math=False).source())
    module.verify()
    assert any(function.name.startswith("run") for function in module.functions)


def test_functions_that_the_c_library_lacks_are_those_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm, "address_of_symbol", lambda name: None)
    program = StraightOn(code([(TABLE["acosh"], [0])], inputs=1), fast_math=False)
    columns = np.array([[0.5, 1.0, 2.0, np.inf, np.nan]])
    computed, wanted = program.run(columns, np.empty(0))[0], interpreted(program._code, columns, np.empty(0))[0]
    np.testing.assert_array_equal(computed, wanted)
