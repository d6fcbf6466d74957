"""A recorded graph as a function of CasADi's, operation by operation, with CasADi's own gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from autograd import Value
from autograd.graph import made
from benchmarks.compiling_timing import Array, Peer


def virtual_machine(loss: Value, inputs: Sequence[Value], numbers: Array, parameters: Sequence[Value]) -> Peer:
    """The loss and its gradient by `parameters` from CasADi's SX virtual machine, called through buffers.

    Args:
        loss: the graph.
        inputs: leaves of it, and `numbers` for them.
        parameters: the leaves to differentiate by.
    """
    import casadi

    operations: dict[str, Callable[..., Any]] = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "sqrt": casadi.sqrt,
        "exp": casadi.exp,
        "log": casadi.log,
        "log1p": casadi.log1p,
        "exp_difference": lambda x, y: casadi.exp(x - y),
        "relu": lambda x: casadi.fmax(x, 0),
        "maximum": lambda *xs: reduce(casadi.fmax, xs),
        "sum": lambda *xs: sum(xs),
        "mean": lambda *xs: sum(xs) / len(xs),
    }
    theta, x = casadi.SX.sym("theta", len(parameters)), casadi.SX.sym("x", len(inputs))
    symbols: dict[Value, Any] = dict(zip([*parameters, *inputs], [*theta.elements(), *x.elements()]))
    detached: list[Any] = []  # symbols, so that CasADi does not differentiate what they stand for
    for node in made(loss):
        assert node.op is not None
        args = [arg.data if arg.constant else symbols[arg] for arg in node.args]
        if node.op.name == "detach":
            symbols[node] = casadi.SX.sym("detached")
            detached.append((symbols[node], *args))
        else:
            symbols[node] = operations[node.op.name](*args)
    results = [symbols[loss], casadi.densify(casadi.gradient(symbols[loss], theta))]
    _, results = casadi.substitute_inplace(*map(list, zip(*detached)), results)
    function = casadi.Function("step", [theta, x], results)
    buffer, evaluate = function.buffer()
    given, value, gradient = np.empty(len(parameters)), np.empty(1), np.empty(len(parameters))
    buffer.set_arg(0, given.data)
    buffer.set_arg(1, numbers.data)
    buffer.set_res(0, value.data)
    buffer.set_res(1, gradient.data)
    held = buffer, numbers  # CasADi has only their addresses
    print(f"CasADi {casadi.__version__}: {function.n_instructions():,} instructions")

    def step() -> Any:
        evaluate()
        return held

    return Peer(partial(np.copyto, given), step, lambda _: (float(value[0]), gradient.copy()))
