"""Large graphs: how long lowering, the passes and one run of the NumPy backend take, and how much memory.

Each graph has a process of its own. It is the mean hinge loss of MLP(2, [16, 16, 1]) on as many points as it takes.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc

import autograd
from autograd import Value
from autograd.graph import made
from benchmarks.compiling_timing import verdict
from benchmarks.eager import moons
from nn import MLP, hinge_loss

NODES = [10**5, 10**6, 10**7]
BYTES = 100  # wanted at most, at the peak


def loss_of(samples: int) -> Value:
    X, labels = moons(samples)
    model = MLP(2, [16, 16, 1], seed=1337)
    return hinge_loss([model(x) for x in X], labels)  # type: ignore[no-any-return]


def graphs() -> None:
    """Large graphs: compiling for the NumPy backend and one run. ns and bytes each are wanted to stay within 30 %."""
    columns = ["nodes", "instructions", "recorded s", "compile, run s", "ns each", "bytes each"]
    for what in ("value", "gradient"):
        print(f"{what:10}" + "".join(f"{column:>16}" for column in columns), flush=True)
        for nodes in NODES:
            for measured in ("time", "memory"):
                command = [sys.executable, "-m", "benchmarks.compiling_graphs", str(nodes), what, measured]
                subprocess.run(command, check=True)


def replay(wanted: int, what: str, measured: str) -> None:
    """Print one half of a line of the table; an instruction is one of the largest code that there was on the way."""
    small = loss_of(2)
    autograd.compile(small, backend="numpy").value_and_grad()  # so that all imports are done
    gc.disable()
    start = time.perf_counter()
    loss = loss_of(wanted * 2 // len(made(small)))
    recorded = time.perf_counter() - start
    if measured == "memory":  # of what is allocated from now on: the graph is there
        tracemalloc.start()
    start = time.perf_counter()
    program = autograd.compile(loss, backend="numpy")
    value = program.value_and_grad()[0] if what == "gradient" else program()
    taken = time.perf_counter() - start
    if value != loss.data:
        sys.exit(f"the program gives {value}, eager {loss.data}")
    [stages] = program.report().stages.values()
    count = max(stage.instructions for stage in stages)
    if measured == "memory":
        size = tracemalloc.get_traced_memory()[1] / count
        print(f"{size:16.1f}{verdict(size, BYTES)}")
    else:
        print(f"{'':10}{stages[0].instructions:16,}{count:16,}{recorded:16.2f}{taken:16.2f}", end="")
        print(f"{1e9 * taken / count:16.0f}", end="", flush=True)


if __name__ == "__main__":
    replay(int(sys.argv[1]), *sys.argv[2:])
