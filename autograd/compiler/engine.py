"""A code through all passes and into a backend, when it is needed."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd.compiler import native
from autograd.compiler.code import Code
from autograd.compiler.differentiating import differentiate
from autograd.compiler.in_numpy import InNumPy
from autograd.compiler.passes import flatten, fold, prune, share

Array = NDArray[np.float64]

PASSES = {
    "dead code": prune,
    "constant folding": fold,
    "dots": flatten,
    "common subexpressions": share,
}
KEPT = 10**6  # instructions up to which an engine is kept, in case the same is compiled again


class Runner(Protocol):
    """What a backend makes of a code."""

    def run(self, columns: Array, theta: Array) -> tuple[Array, Array]: ...


class Stage(NamedTuple):
    """A code after a pass: how many instructions it has, and their memory in bytes."""

    name: str
    instructions: int
    nbytes: int


class Compiled:
    """A code after all passes, ready to run.

    Attributes:
        code: the code that comes of it.
        stages: what each pass left.
        runner: what the backend made of it.
        seconds: how long all of it took.
    """

    def __init__(self, code: Code, backend: str, fast_math: bool, gradients: bool) -> None:
        start = time.perf_counter()
        self.stages = [Stage("recorded", code.size, code.nbytes)]
        passes = {"gradients": differentiate, **PASSES} if gradients else PASSES
        for name, transform in passes.items():
            code = transform(code)
            self.stages.append(Stage(name, code.size, code.nbytes))
        self.code = code
        if gradients:  # of the output only the sum is needed
            code = replace(code, outputs=code.outputs[:0], gradients=np.append(code.gradients, code.outputs))
        self.runner: Runner = native.build(code, fast_math) if backend == "native" else InNumPy(code)
        self.run = self.runner.run
        self.seconds = time.perf_counter() - start


class Engine:
    """What programs of the same structure share, made when it is first needed."""

    def __init__(self, code: Code, backend: str, fast_math: bool) -> None:
        self._settings = code, backend, fast_math
        self.structure = code.digest.hex()

    @cached_property
    def forward(self) -> Compiled:
        return Compiled(*self._settings, gradients=False)

    @cached_property
    def both(self) -> Compiled:
        """The output and its gradients."""
        return Compiled(*self._settings, gradients=True)

    def report(self) -> Report:
        parts = {"value": "forward", "value and gradients": "both"}
        made = {name: vars(self)[part] for name, part in parts.items() if part in vars(self)}
        return Report(
            {name: part.stages for name, part in made.items()}, {name: part.seconds for name, part in made.items()}
        )


_kept = lru_cache(maxsize=32)(Engine)


def engine_of(code: Code, backend: str, fast_math: bool) -> Engine:
    """An engine, the same one for the same code."""
    return (_kept if code.size <= KEPT else Engine)(code, backend, fast_math)


class Report(NamedTuple):
    """What compiling did: `print` shows it as a table.

    Attributes:
        stages: the instructions and their bytes after each pass, for each of the two codes that were needed so far:
            "value" alone, and "value and gradients".
        seconds: how long compiling took for each of them.
    """

    stages: dict[str, list[Stage]]
    seconds: dict[str, float]

    def __str__(self) -> str:
        lines = []
        for name, stages in self.stages.items():
            lines.append(f"{name + ':':24}{'instructions':>14}{'bytes':>14}")
            lines += [f"  {stage.name:22}{stage.instructions:14,}{stage.nbytes:14,}" for stage in stages]
            lines.append(f"  compiled in {self.seconds[name]:.2f} s")
        return "\n".join(lines) or "nothing was needed so far: call the program"
