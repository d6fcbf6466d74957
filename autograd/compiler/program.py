"""`compile`: a recorded graph as a program, to be run again and again for other numbers."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.bundles import Bundle
from autograd.compiler.arguments import Arguments
from autograd.compiler.engine import Engine, Report, engine_of
from autograd.compiler.in_jax import in_jax
from autograd.compiler.kernels import KERNELS
from autograd.compiler.lowering import lower
from autograd.compiler.native import Native
from autograd.compiler.sources import c_source, python_source, text_source
from autograd.recording import watching
from autograd.value import Value

Array = NDArray[np.float64]

SOURCES = {"text": text_source, "python": python_source, "c": c_source}
LINES = 1000  # of a program, when it is printed


class Program:
    """A recorded graph that runs for many samples at once; made by `compile`.

    Attributes:
        inputs: what its arguments stand for: Values, or lists of them.
        parameters: the other leaves of the graph, in the order of all gradients.
        backend: "native" or "numpy".
        structure: a text that is the same for graphs of the same structure, whatever the numbers of their leaves are.

    A program has no memory but `theta`, so several threads may run it at the same time.

    >>> import autograd
    >>> from autograd import Value
    >>> w, x = Value(3.0, label="w"), Value(0.0, label="x")
    >>> program = autograd.compile(w * x * x, inputs=[x])
    >>> program([1.0, 2.0])
    array([ 3., 12.])
    >>> program.value_and_grad([1.0, 2.0])
    (7.5, array([2.5]))
    """

    def __init__(self, engine: Engine, outputs: Bundle, inputs: list[Bundle], parameters: list[Value], backend: str):
        self.inputs = [bundle.like(bundle.items) for bundle in inputs]
        self.parameters = parameters
        self.backend = backend
        self.structure = engine.structure
        self._engine, self._outputs, self._arguments = engine, outputs, Arguments(inputs)
        self._labels = [leaf.label for bundle in inputs for leaf in bundle.items]
        self._theta: Array | None = None

    @property
    def theta(self) -> Array:
        """The numbers of the parameters, in one array that may be changed.

        From the first use on, the program computes with this array and no longer looks at the Values, until `sync()`.
        """
        if self._theta is None:
            self._theta = self._numbers()
        return self._theta

    @theta.setter
    def theta(self, numbers: ArrayLike) -> None:
        self.theta[...] = numbers

    def sync(self) -> None:
        """Write `theta` to the parameters; from now on their `.data` is read again at each call."""
        if self._theta is not None:
            for parameter, number in zip(self.parameters, self._theta.tolist()):
                parameter.data = number
            self._theta = None

    def _numbers(self) -> Array:
        if self._theta is not None:
            return self._theta
        return np.fromiter([parameter.data for parameter in self.parameters], np.float64, len(self.parameters))

    def __call__(self, *arguments: ArrayLike) -> Any:
        """The outputs for each sample.

        Args:
            arguments: for each input a number or an array of n numbers; for a list of k Values an array of shape
                (n, k), or k numbers. Numbers are the same for all samples.

        Returns:
            An array of n numbers, or one number if no argument is an array; for several outputs a list of them, for an
            array of outputs an array whose last axis are the samples.

        Raises:
            TypeError, ValueError: the arguments do not fit the inputs or each other.
        """
        columns, alone = self._arguments.columns(arguments, 0)
        if columns.shape[1]:
            results, _ = self._engine.forward.run(columns, self._numbers())
        else:
            results = np.empty((len(self._outputs.items), 0))
        return self._outputs.like([float(row[0]) for row in results] if alone else list(results))

    def value_and_grad(self, *arguments: ArrayLike, reduce: str = "mean") -> tuple[float, Array]:
        """The mean of the output over all samples, and its derivatives by the parameters.

        Reading the parameters from their Values may take as long as computing: `theta` spares a loop that.

        Args:
            arguments: as for a call.
            reduce: "mean" or "sum".

        Returns:
            The value, and an array with a number for each of `parameters`. Of no samples, the gradients are 0.

        Raises:
            ValueError: the program has several outputs, or `reduce` is something else.
            TypeError, ValueError: as for a call.
        """
        if reduce not in ("mean", "sum"):
            raise ValueError(f"reduce is 'mean' or 'sum', got {reduce!r:.60}")
        if not self._outputs.alone:
            raise ValueError(
                f"gradients are those of one output, and this program has {len(self._outputs.items)}: "
                "compile their sum, or each by itself"
            )
        columns, _ = self._arguments.columns(arguments, 1)
        count = 1 if reduce == "sum" else columns.shape[1]
        if not columns.shape[1]:
            return 0.0 if count else np.nan, np.zeros(len(self.parameters))
        columns[-1] = 1 / count
        _, sums = self._engine.both.run(columns, self._numbers())
        return float(sums[-1]) / count, sums[:-1]

    def backward(self, *arguments: ArrayLike, reduce: str = "mean") -> float:
        """Add the derivatives of `value_and_grad` to the `.grad` of the parameters, and return the value.

        Args, Raises: as for `value_and_grad`.
        """
        value, gradients = self.value_and_grad(*arguments, reduce=reduce)
        for parameter, gradient in zip(self.parameters, gradients.tolist()):
            parameter.grad += gradient
        return value

    def source(self, language: str = "text") -> str:
        """The program written down: its value and gradients, or its outputs if there are several or no parameters.

        Where there are gradients, there is one more input: the seed, which scales them, 1 for those of each sample or
        1/n for those of the mean.

        Args:
            language: "text" to be read; "python" or "c" for a complete function that gives the same numbers, with
                the numbers of `theta` and of all inputs as arguments; "llvm" for what native code is made of.

        Raises:
            ValueError: it is another language, or "llvm" of a program that is not native.
        """
        if language not in (*SOURCES, "llvm"):
            raise ValueError(f"language is {', '.join(map(repr, SOURCES))} or 'llvm', got {language!r:.60}")
        gradients = self._outputs.alone and bool(self.parameters)
        compiled = self._engine.both if gradients else self._engine.forward
        if language == "llvm":
            if not isinstance(compiled.runner, Native):
                raise ValueError("a NumPy program has no LLVM; compile it with backend='native'")
            return compiled.runner.source()
        labels = self._labels + ["seed"] * gradients
        return SOURCES[language](compiled.code, [*labels, *[parameter.label for parameter in self.parameters]])

    def __str__(self) -> str:
        lines = self.source().splitlines()
        more = [f"… {len(lines) - LINES:,} more lines: see program.source()"] * (len(lines) > LINES)
        return "\n".join(lines[:LINES] + more)

    def to_jax(self) -> Callable[..., Any]:
        """The outputs as a function that JAX can trace: to be jitted, vectorised, differentiated, spread over devices.

        Returns:
            A function `f(theta, *arguments)` of the numbers of the parameters and of the inputs of one sample:
            `jax.vmap(f, in_axes=(None, 0, 0))` makes it one of many samples. It computes with the precision of its
            arguments; without `jax.config.update("jax_enable_x64", True)` that is float32. JAX adds in another order,
            so the last bits differ.

        Raises:
            ImportError: JAX is not installed.
        """
        traced = in_jax(self._engine.forward.code)
        return lambda theta, *arguments: self._outputs.like(list(traced(theta, *arguments)))

    def report(self) -> Report:
        """How many instructions each pass left, their memory, and how long compiling took."""
        return self._engine.report()

    def __repr__(self) -> str:
        sizes = [len(self.inputs), len(self.parameters), len(self._outputs.items)]
        words = [f"{size} {word}{'s' * (size != 1)}" for size, word in zip(sizes, ("input", "parameter", "output"))]
        return f"<{self.backend} program: {', '.join(words)}>"


def compile(
    outputs: Any,
    inputs: Sequence[Any] = (),
    backend: str = "auto",
    fast_math: bool = False,
) -> Program:
    """Make a program of a recorded graph: it computes the same numbers, for many samples at once and much faster.

    What was recorded is what is computed: where Python branched on a number (`if x > 0:`), the program always goes the
    way that was recorded; `where` and `maximum` choose anew. It is compiled when it is first run, and only once for all
    graphs of the same structure. A program of a derivative's graph, as `grad(..., create_graph=True)` records it,
    computes further derivatives.

    Args:
        outputs: a Value, or a list or an array of them.
        inputs: the leaves that get other numbers in each call: Values, and lists of Values, which get an array of shape
            (samples, Values). All other leaves are parameters, whose `.data` is read in each call; plain numbers of the
            graph are constants.
        backend: "native" for machine code by llvmlite, "numpy", or "auto" for native if llvmlite is installed.
        fast_math: whether native code may multiply and add at once and in another order, which changes the last bits.

    Returns:
        The `Program`.

    Raises:
        TypeError, ValueError: an output or an input is not a Value of the right kind, an operation has no kernel, or
            anomalies are to be detected, which programs do not do.
        ImportError: llvmlite is not installed, and the backend is to be native.

    >>> import autograd
    >>> from autograd import Value
    >>> w, x, y = Value(0.5, label="w"), Value(0.0, label="x"), Value(0.0, label="y")
    >>> program = autograd.compile((w * x - y) ** 2, inputs=[x, y])
    >>> program([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    array([ 2.25,  9.  , 20.25])
    >>> program.backward([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    10.5
    >>> w.grad
    -14.0
    """
    if watching():
        raise ValueError(
            "inside detect_anomaly() every number is watched, and those of a program are not: compile outside of it, "
            "or look for the anomaly with the Values that are compiled"
        )
    wanted = Bundle("compile", "output", outputs)
    given = [Bundle("compile", "input", item) for item in _listed(inputs)]
    leaves = [leaf for bundle in given for leaf in bundle.items]
    _check(wanted.items, leaves)
    if backend not in ("auto", "native", "numpy"):
        raise ValueError(f"backend is 'auto', 'native' or 'numpy', got {backend!r:.60}")
    if backend == "auto":
        backend = "native" if has_llvmlite() else "numpy"
    elif backend == "native" and not has_llvmlite():
        raise ImportError(
            'native programs need llvmlite: python -m pip install llvmlite; backend="numpy" needs nothing more'
        )
    code, parameters = lower(wanted.items, leaves)
    strange = [row.name for row in code.rows if row.name not in KERNELS]
    if strange:
        raise ValueError(
            f"{', '.join(strange)} cannot be compiled without a kernel, which computes it for arrays by NumPy's names: "
            f"autograd.compiler.KERNELS[{strange[0]!r}] = lambda xp, x: x / (1 + xp.abs(x))"
        )
    slots = np.concatenate([code.arguments, code.outputs])
    unused = np.setdiff1d(np.arange(code.inputs), slots)
    if len(unused):
        names = ", ".join(leaves[slot].label or f"number {slot}" for slot in unused.tolist()[:5])
        words = ("input is", "it changes") if len(unused) == 1 else ("inputs are", "they change")
        warnings.warn(f"{len(unused)} {words[0]} not in the graph ({names}): {words[1]} nothing", stacklevel=2)
    return Program(engine_of(code, backend, fast_math), wanted, given, parameters, backend)


def has_llvmlite() -> bool:
    return importlib.util.find_spec("llvmlite") is not None


def _listed(inputs: Any) -> list[Any]:
    if isinstance(inputs, Value) or not hasattr(inputs, "__iter__"):
        raise TypeError(f"inputs is a list of Values such as [x, y], got {type(inputs).__name__} {inputs!r:.60}")
    return list(inputs)


def _check(outputs: list[Value], inputs: list[Value]) -> None:
    if all(output.constant for output in outputs):
        raise ValueError(f"the output is the constant {outputs[0].data}: there is nothing to compile")
    for number, leaf in enumerate(inputs):
        if leaf.constant or leaf.args:
            kind = "a constant" if leaf.constant else "computed"
            raise ValueError(f"inputs are Values made by hand, such as Value(0.0, label='x'); input {number} is {kind}")
    if len(set(inputs)) < len(inputs):
        raise ValueError("an input stands twice in inputs: name each once")
