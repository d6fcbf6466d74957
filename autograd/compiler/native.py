"""Instructions as machine code, made by LLVM: straight on for small programs, in loops over tables for large ones."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.code import DOT, Code
from autograd.compiler.grouping import grouped
from autograd.compiler.lines import Module
from autograd.compiler.loops import Loop, Round, loops
from autograd.compiler.straight import Straight
from autograd.compiler.vectors import LANES
from autograd.table import TABLE

Array = NDArray[np.float64]

STRAIGHT = 12_000  # arguments of a program that is written out; compiling it takes about a second
WIDE = 256  # arguments of an instruction up to which its kernel is written out; beyond, Python computes it
FEW = 3  # samples that loops take one by one
LARGE = 100_000  # slots of a program that does so for any number of samples: several at once would take too much memory
LINE = 8  # numbers in a line of the processor's cache

LOOP = [ctypes.c_void_p, *[ctypes.c_int64] * 3, ctypes.c_void_p]  # the parameters of a loop
CALLBACKS: list[Any] = []  # functions of Python that machine code may call


def build(code: Code, fast_math: bool = False) -> Native:
    """A code as machine code.

    Args:
        code: the instructions.
        fast_math: whether sums and products may be computed in another order, and at once.
    """
    dots = code.rows.index(DOT) if DOT in code.rows else -1
    wide = (np.diff(code.starts) > WIDE) & (code.operations != dots)
    if len(code.arguments) > STRAIGHT or wide.any():
        return InLoops(code, fast_math)
    return StraightOn(code, fast_math)


class Native:
    """A code to be run as machine code, by several threads if need be: each has a workspace of its own."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._own = threading.local()

    def run(self, columns: Array, theta: Array) -> tuple[Array, Array]:
        """The outputs for each sample, and the sums of the gradients over all samples.

        Args:
            columns: the inputs, shape (inputs, samples).
            theta: the parameters.

        Returns:
            Arrays of the shapes (outputs, samples) and (gradients,).
        """
        space = getattr(self._own, "space", None)
        if space is None or space.samples != columns.shape[1]:
            space = self._own.space = self._workspace(columns.shape[1])
        space.columns[...] = columns
        space.theta[...] = theta
        space.run()
        return space.outputs.copy(), space.gradients.copy()

    def source(self) -> str:
        """The functions in LLVM's language."""
        raise NotImplementedError

    def _workspace(self, samples: int) -> Workspace:
        raise NotImplementedError


class StraightOn(Native):
    """A code as a program without loops but that over the samples."""

    def __init__(self, code: Code, fast_math: bool) -> None:
        super().__init__(code)
        self._settings = host().lanes, fast_math
        straight = Straight(code, *self._settings)
        self._handed_on = straight.handed_on
        self._machine = assemble(straight.module, effort=1)

    def source(self) -> str:
        return str(Straight(self._code, *self._settings).module)

    def _workspace(self, samples: int) -> Workspace:
        function, lanes = self._machine.get_function_address("run"), self._settings[0]
        return Workspace(self._code, samples, lanes, function, aligned(self._handed_on * lanes))


class InLoops(Native):
    """A code as tables for loops, which are compiled once for all programs."""

    def __init__(self, code: Code, fast_math: bool) -> None:
        code, groups = grouped(code)
        self._groups = [(group.operation, group.first, *group.arguments.shape) for group in groups]
        widest = max((arity for *_, arity in self._groups), default=0)
        beyond = np.zeros(LANES * widest, np.int32)  # is read, though nothing comes of it
        super().__init__(replace(code, arguments=np.append(code.arguments, beyond)))
        self._fast_math = fast_math
        self._tables: dict[int, NDArray[np.int64]] = {}

    def source(self) -> str:
        module = Module()
        Round(LANES).write(module)
        for loop in dict.fromkeys(row[0] for row in self._rows(LANES)):
            if loop.arity <= WIDE:
                loop.write(module)
        return str(module)

    def _rows(self, at_once: int) -> Iterator[tuple[Loop, int, int, int, int]]:
        """The loops, each with the slot of its first result, how many results and arguments, and where these are."""
        slots = self._code.arguments
        start, address = 0, slots.ctypes.data
        for operation, first, count, arity in self._groups:
            arguments = slots[start : start + count * arity].reshape(count, arity)
            for loop, begin, end in loops(operation, arguments, at_once, self._fast_math):
                yield loop, first + begin, end - begin, arity, address + 4 * (start + arity * begin)
            start += count * arity

    def _workspace(self, samples: int) -> Workspace:
        code = self._code
        at_once = 1 if samples <= FEW or code.leaves + code.size > LARGE else LANES
        if at_once not in self._tables:
            rows = list(self._rows(at_once))
            addresses = LIBRARY.addresses([row[0] for row in rows])
            numbered = [(address, *row[1:]) for address, row in zip(addresses, rows)]
            self._tables[at_once] = np.array(numbered, np.int64).reshape(-1, 5)
        table = self._tables[at_once]
        (function,) = LIBRARY.addresses([Round(at_once)])
        zero = LANES + len(code.constants)  # before and after what has a slot, something is read
        values = aligned((zero + code.leaves + code.size + LANES) * at_once).reshape(-1, at_once)
        values[LANES:zero] = code.constants[::-1, None]
        tables: list[NDArray[Any]] = [table, code.outputs, code.gradients]
        counts = [code.inputs, code.parameters, *map(len, tables)]
        return Workspace(code, samples, at_once, function, values[zero:], tables, counts)


class Workspace:
    """The memory in which a thread runs a program for so many samples.

    Args:
        code: the program.
        samples: how many.
        at_once: how many of them at once.
        function: the address of the function that runs it.
        values: memory for that function.
        tables, counts: what else it is told.

    Attributes:
        samples: how many.
        columns, theta: what is given.
        outputs, gradients: what comes out.
    """

    def __init__(
        self,
        code: Code,
        samples: int,
        at_once: int,
        function: int,
        values: Array,
        tables: Sequence[NDArray[Any]] = (),
        counts: Sequence[int] = (),
    ) -> None:
        stride = -(-samples // at_once) * at_once
        columns, outputs = aligned(code.inputs * stride), aligned(len(code.outputs) * stride)
        totals = aligned(len(code.gradients) * at_once)
        self.samples = samples
        self.columns = columns.reshape(code.inputs, stride)[:, :samples]
        self.theta = aligned(code.parameters)
        self.outputs = outputs.reshape(len(code.outputs), stride)[:, :samples]
        self.gradients = aligned(len(code.gradients))
        self._arrays = [columns, self.theta, outputs, totals, self.gradients, values, *tables]
        addresses = [array.ctypes.data for array in self._arrays]
        self._arguments = np.array([*addresses, stride, samples, *counts], np.int64)
        self._address = self._arguments.ctypes.data
        self._function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(function)

    def run(self) -> None:
        self._function(self._address)


def aligned(count: int) -> Array:
    """So many zeros, from the beginning of a line of the processor's cache."""
    memory = np.zeros(count + LINE)
    return memory[-(memory.ctypes.data // memory.itemsize) % LINE :][:count]


class Library:
    """The functions that all programs share, compiled when they are first needed."""

    def __init__(self) -> None:
        self._addresses: dict[Loop | Round, int] = {}
        self._machines: list[Any] = []
        self._lock = threading.Lock()

    def addresses(self, wanted: Collection[Loop | Round]) -> list[int]:
        """Where the functions are."""
        with self._lock:
            missing = [function for function in dict.fromkeys(wanted) if function not in self._addresses]
            wide = [function for function in missing if isinstance(function, Loop) and function.arity > WIDE]
            self._addresses |= {loop: called_back(in_python(loop), None, LOOP) for loop in wide}
            compiled = [function for function in missing if function not in self._addresses]
            if compiled:
                module = Module()
                for function in compiled:
                    function.write(module)
                machine = assemble(module, effort=2)
                self._machines.append(machine)
                self._addresses |= {function: machine.get_function_address(function.name) for function in compiled}
            return [self._addresses[function] for function in wanted]


LIBRARY = Library()


def in_python(loop: Loop) -> Callable[..., None]:
    """A loop that calls the operation for each result and sample."""

    def run(values: int, first: int, count: int, arity: int, table: int) -> None:
        slots = np.ctypeslib.as_array((ctypes.c_int32 * (count * arity)).from_address(table)).reshape(count, arity)
        low = min(int(slots.min()), first)
        size = (first + count - low) * loop.samples
        memory = (ctypes.c_double * size).from_address(values + 8 * low * loop.samples)
        numbers = np.ctypeslib.as_array(memory).reshape(-1, loop.samples)
        for result, row in zip(numbers[first - low :], slots - low):
            result[:] = [loop.operation.forward(*xs) for xs in numbers[row].T.tolist()]

    return run


def called_back(function: Callable[..., Any], result: Any, parameters: Sequence[Any]) -> int:
    """The address of a function of Python, from now on."""
    callback = ctypes.CFUNCTYPE(result, *parameters)(function)
    CALLBACKS.append(callback)
    address = ctypes.cast(callback, ctypes.c_void_p).value
    assert address is not None
    return address


class Host(NamedTuple):
    """This computer, as LLVM calls it, and how many numbers one of its vectors holds."""

    cpu: str
    features: str
    lanes: int


@cache
def host() -> Host:
    import llvmlite.binding as llvm

    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # LLVM cannot tell on every system
        return Host("", "", 2)
    lanes = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
    return Host(llvm.get_host_cpu_name(), features.flatten(), lanes)


def assemble(module: Module, effort: int) -> Any:
    """Machine code, which can be asked for functions by name.

    Args:
        module: the functions.
        effort: how hard LLVM tries to make them fast, from 0 to 3.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in module.libm:
        if not llvm.address_of_symbol(name):
            operation = TABLE[name]
            parameters = [ctypes.c_double] * len(operation.domain)
            llvm.add_symbol(name, called_back(operation.forward, ctypes.c_double, parameters))
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=host().cpu, features=host().features, opt=effort)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), machine)
    engine.finalize_object()
    return engine
