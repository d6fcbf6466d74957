"""Recording and differentiating, one node at a time: stepgrad beside micrograd.

The work is an epoch of micrograd's demo, written once for both: MLP(2, [16, 16, 1]) on 100 points of two
moons, hinge loss, forward and backward, the garbage collector on.
"""

from __future__ import annotations

import gc
import platform
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import autograd
import nn

Rows = list[list[float]]
ROUNDS, EPOCHS = 5, 5


def moons(count: int = 100) -> tuple[Rows, list[int]]:
    from sklearn.datasets import make_moons

    X, y = make_moons(count, noise=0.1, random_state=1)
    return X.tolist(), (2 * y - 1).tolist()


def forward(value: type, model: Any, X: Rows, labels: list[int]) -> Any:
    """The loss as in micrograd's demo notebook."""
    scores = [model(list(map(value, row))) for row in X]
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
    return sum(losses) * (1.0 / len(losses))


def epoch_times(value: type, model: Any, X: Rows, labels: list[int]) -> list[float]:
    """Seconds of epochs in a row, as in training; each frees the graph of the one before."""
    times = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        loss = forward(value, model, X, labels)
        loss.backward()
        times.append(time.perf_counter() - start)
    return times


def count(root: Any, args: Callable[[Any], Any]) -> int:
    seen, todo = {root}, [root]
    while todo:
        for arg in args(todo.pop()):
            if arg not in seen:
                seen.add(arg)
                todo.append(arg)
    return len(seen)


def bytes_per_node(value: type, model: Any, X: Rows, labels: list[int], args: Callable[[Any], Any]) -> float:
    gc.collect()
    tracemalloc.start()
    loss = forward(value, model, X, labels)
    loss.backward()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / count(loss, args)


def chain_seconds(length: int) -> float:
    x = autograd.Value(1.0)
    y = x
    for _ in range(length):
        y = y + x
    start = time.perf_counter()
    y.backward()
    return time.perf_counter() - start


def import_seconds(statement: str) -> float:
    def once() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(21))


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}, garbage collector on\n")
    print(
        f"import autograd, beyond bare Python: {1e3 * (import_seconds('import autograd') - import_seconds('')):.0f} ms"
    )
    ratios = [chain_seconds(1_000_000) / chain_seconds(100_000) for _ in range(5)]
    print(f"backward through 1,000,000 additions: {statistics.median(ratios):.1f} times as long as through 100,000\n")
    try:
        from micrograd.engine import Value
        from micrograd.nn import MLP
    except ImportError:
        print("micrograd is not installed: python -m pip install micrograd==0.1.0")
        return
    X, labels = moons()
    random.seed(1337)
    theirs = (Value, MLP(2, [16, 16, 1]), X, labels)
    random.seed(1337)
    ours = (autograd.Value, nn.MLP(2, [16, 16, 1]), X, labels)
    ours_loss, theirs_loss = forward(*ours), forward(*theirs)
    nodes, their_nodes = count(ours_loss, lambda v: v.args), count(theirs_loss, lambda v: v._prev)
    print(f"one epoch: {nodes:,} nodes, {their_nodes:,} in micrograd {version('micrograd')}")
    print(f"the loss: {ours_loss.data!r}, micrograd's {theirs_loss.data!r}\n")
    del ours_loss, theirs_loss

    times: tuple[list[list[float]], list[list[float]]] = ([], [])
    for _ in range(ROUNDS):
        for runs, work in zip(times, (theirs, ours)):
            gc.collect()
            runs.append(epoch_times(*work))
    milliseconds = {
        "a first epoch, best, ms": lambda runs: 1e3 * min(run[0] for run in runs),
        "epochs in a row, median, ms": lambda runs: 1e3 * statistics.median(t for run in runs for t in run),
    }
    rows = {title: [figure(runs) for runs in times] for title, figure in milliseconds.items()}
    rows["memory of a node, bytes"] = [
        bytes_per_node(*theirs, lambda v: v._prev),
        bytes_per_node(*ours, lambda v: v.args),
    ]
    print(f"{'':30}{'micrograd':>12}{'stepgrad':>12}{'micrograd / stepgrad':>24}")
    for title, (micro, step) in rows.items():
        print(f"{title:30}{micro:12.0f}{step:12.0f}{micro / step:24.2f}")


if __name__ == "__main__":
    main()
