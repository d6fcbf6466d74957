"""Instructions as a function that JAX can trace."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd.compiler.code import DOT, Code, Slots
from autograd.compiler.grouping import grouped
from autograd.compiler.kernels import FUNCTIONS, KERNELS


def in_jax(code: Code) -> Callable[..., Any]:
    """The function of the parameters, an array, and of one sample's inputs that gives an array of the outputs."""
    try:
        import jax.numpy as jnp
        from jax.scipy.special import erf
    except ImportError:
        raise ImportError("to_jax needs JAX: python -m pip install jax") from None

    xp = SimpleNamespace(**{name: getattr(jnp, name) for name in FUNCTIONS - {"erf"}}, erf=erf)
    code, groups = grouped(code)
    total = code.leaves + code.size + len(code.constants)

    def rows(slots: Slots) -> Any:
        return np.where(slots < 0, slots + total, slots)

    def traced(theta: Any, *inputs: Any) -> Any:
        given = jnp.concatenate([*(jnp.ravel(jnp.asarray(x)) for x in inputs), jnp.asarray(theta)])
        constants = jnp.asarray(code.constants[::-1], given.dtype)
        values = jnp.concatenate([given, jnp.zeros(code.size, given.dtype), constants])
        for operation, first, arguments in groups:
            if operation is DOT:
                results = (values[rows(arguments[:, ::2])] * values[rows(arguments[:, 1::2])]).sum(axis=1)
            else:
                results = KERNELS[operation.name](xp, *[values[rows(column)] for column in arguments.T])
            values = values.at[first : first + len(arguments)].set(results)
        return values[rows(code.outputs)]

    return traced
