"""Compiled graphs beside NumPy, JAX, PyTorch, micrograd and CasADi, all in float64 on one thread.

`python -m benchmarks compiling` prints all rows, `python -m benchmarks compiling demo gpt` some of them. With `--full`
all eager training steps are made that are compared with, not the first only.

Each row has a process of its own, so that what is compiled there is compiled for the first time. A step is the loss and
its gradient by all parameters. It is timed by itself, the garbage collector off, and gets parameters that differ from
those of the step before.
"""

from __future__ import annotations

import gc
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from string import ascii_lowercase
from typing import Any

import numpy as np

import autograd
from autograd import Value
from autograd.graph import made
from benchmarks.compiling_casadi import virtual_machine
from benchmarks.compiling_graphs import graphs
from benchmarks.compiling_networks import Task, jax, micrograd, numpy_plain, numpy_tuned, pytorch
from benchmarks.compiling_timing import Array, Peer, agree, how_to_install, installed, measure, report, verdict
from benchmarks.eager import moons
from nn import MLP, Adam, LinearLR, cross_entropy, one_hot
from nn.gpt import GPT
from nn.gpt_training import train_gpt
from nn.text import Tokenizer, first_names

ONE_THREAD = {
    **dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
PACKAGES = ["numpy", "llvmlite", "jax", "torch", "micrograd", "casadi"]
NATIVE, NUMPY, CASADI = "stepgrad, native", "stepgrad, NumPy", "CasADi's SX virtual machine"
BY_HAND = ["NumPy by hand, preallocated", "NumPy by hand, plain"]
TOKENIZER = Tokenizer([ascii_lowercase])
NAME, OTHER_NAMES = "emilia", ["ida", "florence", "christopher"]
STEPS = 1000  # of training
FIRST_STEPS = 50  # of them, that are made eagerly
FASTER, SAME = 20, 1e-9  # wanted of training


def compiled(
    backend: str,
    loss: Value,
    inputs: Sequence[Any],
    arguments: Sequence[Array],
    parameters: Sequence[Value],
    limit: float,
) -> Peer:
    """A program as a peer; the seconds of compiling it are printed."""
    start = time.perf_counter()
    program = autograd.compile(loss, inputs, backend)
    program.value_and_grad(*arguments)
    seconds = time.perf_counter() - start
    print(f"{backend}: compiled and run once in {seconds:.2f} s; wanted at most {limit:.0f}{verdict(seconds, limit)}")
    place = {parameter: index for index, parameter in enumerate(parameters)}
    used = [place[parameter] for parameter in program.parameters]
    theta = program.theta

    def load(numbers: Array) -> None:
        theta[:] = numbers[used]

    def answer(result: tuple[float, Array]) -> tuple[float, Array]:
        gradient = np.zeros(len(parameters))
        gradient[used] = result[1]
        return result[0], gradient

    return Peer(load, lambda: program.value_and_grad(*arguments), answer)


def network(task: Task, seconds: float, limits: dict[str, dict[str, float]]) -> None:
    model = MLP(task.sizes[0], task.sizes[1:], task.activation, seed=1337)
    parameters = model.parameters()
    xs = [Value(0.0) for _ in range(task.sizes[0])]
    if task.labels.ndim == 1:
        labels: Any = Value(1.0)
        loss = (1 - labels * model(xs)).relu()
    else:
        labels = [Value(float(label == 0)) for label in range(task.sizes[-1])]
        loss = cross_entropy([model(xs)], [labels])
    print(f"MLP({task.sizes[0]}, {task.sizes[1:]}), {task.activation}: {len(parameters):,} parameters", end=", ")
    print(f"{len(made(loss)):,} nodes a sample, {len(task.X)} samples")
    program = partial(
        compiled,
        loss=loss,
        inputs=[xs, labels],
        arguments=[task.X, task.labels],
        parameters=parameters,
        limit=seconds,
    )
    makers = {
        NATIVE: partial(program, "native"),
        NUMPY: partial(program, "numpy"),
        BY_HAND[0]: partial(numpy_tuned, task),
        BY_HAND[1]: partial(numpy_plain, task),
        "jax.jit": partial(jax, task),
        "PyTorch": partial(pytorch, task),
    }
    if task.labels.ndim == 1 and task.activation == "relu":  # all that micrograd has
        makers["micrograd"] = partial(micrograd, task, collecting=True)
        makers["micrograd, nothing collected"] = partial(micrograd, task, collecting=False)
    peers = installed(makers)
    theta = np.array([parameter.data for parameter in parameters])
    agree(peers, theta)
    report(measure(peers, theta), limits)


def moons_task(activation: str) -> Task:
    X, labels = moons()
    return Task([2, 16, 16, 1], activation, np.array(X), np.array(labels, float))


def demo() -> None:
    """micrograd's demo."""
    eager = ["micrograd", "micrograd, nothing collected"]
    limits = {
        NATIVE: {**dict.fromkeys(BY_HAND, 0.75), "jax.jit": 0.4, "PyTorch": 0.15, **dict.fromkeys(eager, 1e-4)},
        NUMPY: dict.fromkeys(eager, 1 / 200),
    }
    network(moons_task("relu"), 1, limits)


def tanh() -> None:
    """micrograd's demo with tanh."""
    network(moons_task("tanh"), 1, {NATIVE: dict.fromkeys(BY_HAND, 1)})


def digits() -> None:
    """Digits: softmax and cross-entropy, a batch of 64."""
    from sklearn.datasets import load_digits

    X, labels = load_digits(return_X_y=True)
    task = Task([64, 32, 10], "relu", X[:64] / 16, np.array(one_hot(labels[:64].tolist(), 10)))
    network(task, 5, {NATIVE: dict.fromkeys(BY_HAND, 3)})


def gpt() -> None:
    """A step of the GPT on a name, and compiling for names of other lengths."""
    model = GPT()
    parameters = model.parameters()

    def program(name: str, backend: str) -> Peer:
        loss, rows, arguments = graph_of(model, name)
        return compiled(backend, loss, rows, arguments, parameters, limit=3)

    def casadi() -> Peer:
        loss, rows, arguments = graph_of(model, NAME)
        return virtual_machine(loss, list(chain.from_iterable(rows)), np.concatenate(arguments), parameters)

    def load(theta: Array) -> None:
        for parameter, number in zip(parameters, theta.tolist()):
            parameter.data = number

    def step() -> Value:
        loss = model.loss(TOKENIZER.encode(NAME))
        for parameter in parameters:
            parameter.grad = 0.0
        loss.backward()
        return loss

    print(f"{model!r}, {NAME!r}: {len(made(graph_of(model, NAME)[0])):,} nodes")
    peers = installed(
        {NATIVE: partial(program, NAME, "native"), NUMPY: partial(program, NAME, "numpy"), CASADI: casadi}
    )
    peers["eager"] = Peer(load, step, lambda loss: (loss.data, np.array([each.grad for each in parameters])))
    theta = np.array([parameter.data for parameter in parameters])
    agree(peers, theta)
    report(measure(peers, theta), {NATIVE: {CASADI: 0.2, "eager": 1e-3}})
    load(theta)
    if NATIVE in peers:
        for name in OTHER_NAMES:
            print(f"{len(name)} letters, ", end="")
            program(name, "native")


def graph_of(model: GPT, name: str) -> tuple[Value, list[list[Value]], list[Array]]:
    """The loss of a name of so many letters, its inputs, and the numbers they have for this name."""
    tokens = TOKENIZER.encode(name)
    rows = [[Value(0.0) for _ in range(model.vocabulary)] for _ in tokens]
    return model.loss(rows), rows, list(one_hot(tokens, model.vocabulary))


def training() -> None:
    """A thousand steps of the GPT, each on another name."""
    names = first_names()
    gc.disable()  # it would slow eager steps down, and finds nothing to collect
    start = time.perf_counter()
    losses = train_gpt(GPT(), names, STEPS)
    seconds = time.perf_counter() - start
    print(f"{STEPS:,} steps, compilation included: {seconds:.2f} s; the last loss {losses[-1]:.4f}")
    count = STEPS if "--full" in sys.argv else FIRST_STEPS
    start = time.perf_counter()
    eager = eager_losses(names, count)
    taken = time.perf_counter() - start
    scaled = taken / count * STEPS
    if count == STEPS:
        print(f"eager: {taken:.1f} s")
    else:
        print(f"eager: {taken:.1f} s for the first {count} of them, from which follow {scaled:.0f} s for all")
    ratio = scaled / seconds
    print(f"compiled is {ratio:.1f} times as fast; wanted at least {FASTER}{verdict(FASTER, ratio)}")
    difference = np.abs(np.subtract(losses[:count], eager)).max()
    print(f"losses of {count:,} steps agree to {difference:.1e}; wanted {SAME:.0e}{verdict(difference, SAME)}")


def eager_losses(names: list[str], count: int) -> list[float]:
    """Those of the first steps, with Values, written as for PyTorch."""
    tokenizer, model = Tokenizer(names), GPT()
    optimizer = Adam(model.parameters(), 0.01, (0.85, 0.99))
    schedule = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=STEPS)
    order = list(names)
    random.Random(42).shuffle(order)
    losses = []
    for name in order[:count]:
        loss = model.loss(tokenizer.encode(name))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.data)
    return losses


def main() -> None:
    options = [argument for argument in sys.argv[2:] if argument.startswith("--")]
    rows = [argument for argument in sys.argv[2:] if argument not in options] or list(ROWS)
    if not ROWS.keys() >= set(rows) or not {"--full"} >= set(options):
        sys.exit(f"usage: python -m benchmarks compiling [{' | '.join(ROWS)}]... [--full]")
    print(", ".join([f"Python {platform.python_version()}", platform.machine(), *versions()]))
    for row in rows:
        print(f"\n{ROWS[row].__doc__}", flush=True)
        command = [sys.executable, "-m", "benchmarks.compiling", row, *options]
        subprocess.run(command, env={**os.environ, **ONE_THREAD})


def versions() -> list[str]:
    found = []
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return found


ROWS: dict[str, Callable[[], None]] = {
    "demo": demo,
    "tanh": tanh,
    "digits": digits,
    "gpt": gpt,
    "training": training,
    "graphs": graphs,
}

if __name__ == "__main__":
    try:
        ROWS[sys.argv[1]]()
    except ImportError as error:
        sys.exit(f"left out: {how_to_install(error)}")
