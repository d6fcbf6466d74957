"""Drawing: how long beside the layout engine alone, and graphs of thousands of nodes."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from autograd import Value, draw
from autograd.drawing.engine import render
from autograd.drawing.outline import Outline
from benchmarks.eager import moons
from nn import MLP, hinge_loss

ROUNDS = 15


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def small() -> Value:
    """A neuron of 15 nodes."""
    ws, xs = ([Value(0.5 + i, label=f"{name}{i}") for i in range(3)] for name in "wx")
    total = Value(0.1, label="b")
    for w, x in zip(ws, xs):
        total = total + w * x
    root = total.tanh().exp()
    root.backward()
    return root


def beside_the_engine(root: Value) -> float:
    """The whole of `draw(root).svg` over the engine's own time for the same picture."""
    source = draw(root).source
    pairs = [(seconds(lambda: draw(root).svg), seconds(lambda: render(source, "svg"))) for _ in range(ROUNDS)]
    return statistics.median(whole / engine for whole, engine in pairs)


def batch(sizes: list[int], count: int) -> Value:
    X, labels = moons(count)
    model = MLP(2, sizes, seed=1)
    loss = hinge_loss([model(list(map(Value, row))) for row in X], labels)
    loss.backward()
    return loss


def large(which: str) -> str:
    """One large picture, in a process of its own."""
    if which == "expanded":
        root, expand = batch([8, 8, 1], 10), "all"
    else:
        root, expand = batch([16, 16, 1], 100), ()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = seconds(lambda: draw(root, expand=expand).svg)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outline = Outline([root], None, expand, True)
    boxes = len(set(outline.visible().values()))
    return (
        f"{len(outline.nodes):,} nodes in {boxes:,} boxes: {took:.2f} s to SVG; "
        f"at most {after:.0f} MB, {before:.0f} MB of them before drawing"
    )


def main() -> None:
    if len(sys.argv) > 2:
        print(large(sys.argv[2]))
        return
    root = small()
    print(
        f"{len(Outline([root], None, (), True).nodes)} nodes: {beside_the_engine(root):.2f} times the engine's own time"
    )
    for which in ("expanded", "closed"):
        subprocess.run([sys.executable, "-m", "benchmarks", "drawing", which], check=True)
