"""The worst error of every function and partial derivative: stepgrad beside PyTorch and JAX, all in float64.

The functions are the rows of the table of operations and what is composed of them: of one number, titled like
`elu(x)`, with its parameters left at their defaults; of three numbers between ±10,000, `logsumexp` and the first
output of `softmax` and of `log_softmax`. `norm` is the row `hypot`.

All are given the same points, of usual and of extreme sizes, PyTorch and JAX all at once as they are meant to
be used; a dash stands where they have no public function for it. Errors are in units in the last place of what
mpmath gives at 50 digits; inf is an inf or nan, or a number of another size altogether, where a float64 can
hold the answer. JAX takes numbers below 2.2e-308 for 0, which is most of its large errors.

Partials are judged where the value is finite, no two arguments are equal and none is among KINKS: on a kink they
are a convention.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from mpmath import mp, mpf

import autograd
from autograd import Value, grad
from autograd.table import TABLE
from tests.oracle import (
    COMPOSED,
    DIGITS,
    OF_THREE,
    ORACLE,
    ROWS,
    Truth,
    error_in_ulps,
    points_everywhere,
    points_of_three,
)


class Subject(NamedTuple):
    """A function to be judged, and the title under which `pytorch` and `jax` find theirs."""

    title: str
    ours: Callable[..., Any]
    truth: Truth
    points: list[list[float]]


Column = Sequence[float] | None  # a number for each point; None if there is no such function or derivative
Answers = Callable[[Subject], list[Column]]  # the values, and the derivatives for each argument
Functions = dict[str, Callable[..., Any]]

POINTS = 2000
KINKS = {
    "hardtanh(x)": (-1.0, 1.0),
    "relu6(x)": (0.0, 6.0),
    "hardsigmoid(x)": (-3.0, 3.0),
    "hardswish": (-3.0, 3.0),
    "hardshrink(x)": (-0.5, 0.5),
}
NAMED_ALIKE = (
    *("add", "pow", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "abs", "sign", "floor", "ceil", "round"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)


def subjects() -> list[Subject]:
    numbers = list(points_everywhere(TABLE["relu"], POINTS))
    threes = list(points_of_three(POINTS))
    return [
        *[Subject(row.name, row, ORACLE[row.name], list(points_everywhere(row, POINTS))) for row in ROWS],
        *[Subject(f"{name}(x)", getattr(autograd, name), COMPOSED[name], numbers) for name in COMPOSED],
        *[Subject(title, *OF_THREE[title], threes) for title in OF_THREE],
    ]


def no_answers(subject: Subject) -> list[Column]:
    return [None] * (1 + len(subject.truth.partials))


def stepgrad() -> Answers:
    def answers(subject: Subject) -> list[Column]:
        arguments = [list(map(Value, point)) for point in subject.points]
        outputs = [subject.ours(*args) for args in arguments]
        gradients = [grad(output, args) for output, args in zip(outputs, arguments)]
        return [[output.data for output in outputs], *zip(*gradients)]

    return answers


def pytorch() -> Answers:
    import torch
    from torch.nn import functional

    def over(reduction: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *xs: reduction(torch.stack(xs), dim=0)

    functions: Functions = {name: getattr(torch, name) for name in NAMED_ALIKE} | {
        "sub": torch.sub,
        "mul": torch.mul,
        "div": torch.div,
        "neg": torch.neg,
        "hypot": over(torch.linalg.vector_norm),
        "normal_cdf": torch.special.ndtr,
        "erf": torch.special.erf,
        "sigmoid": torch.sigmoid,
        "log_sigmoid": functional.logsigmoid,
        "softplus": functional.softplus,
        "silu": functional.silu,
        "gelu": functional.gelu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
        "relu": functional.relu,
        "leaky_relu": lambda x, slope: functional.prelu(x[None], slope)[0],  # a slope for each x
        "elu": lambda x, alpha: torch.stack([functional.elu(*pair) for pair in zip(x, alpha.tolist())]),
        "sum": over(torch.sum),
        "mean": over(torch.mean),
        "prod": over(torch.prod),
        "maximum": over(torch.amax),
        "minimum": over(torch.amin),
        "detach": torch.detach,
        "gt": torch.gt,
        "ge": torch.ge,
        "lt": torch.lt,
        "le": torch.le,
        "eq": torch.eq,
        "ne": torch.ne,
        "where": lambda condition, x, y: torch.where(condition.bool(), x, y),
        "clamp": torch.clamp,
        "step(x)": lambda x: torch.heaviside(x.detach(), torch.zeros_like(x)),  # it has no derivative
        "leaky_relu(x)": functional.leaky_relu,
        "elu(x)": functional.elu,
        "selu(x)": functional.selu,
        "hardtanh(x)": functional.hardtanh,
        "relu6(x)": functional.relu6,
        "hardsigmoid(x)": functional.hardsigmoid,
        "hardswish": functional.hardswish,
        "hardshrink(x)": functional.hardshrink,
        "logsumexp": over(torch.logsumexp),
        "softmax[0]": lambda *xs: over(torch.softmax)(*xs)[0],
        "log_softmax[0]": lambda *xs: over(torch.log_softmax)(*xs)[0],
    }

    def answers(subject: Subject) -> list[Column]:
        if subject.title not in functions:
            return no_answers(subject)
        args = [torch.tensor(column, dtype=torch.float64, requires_grad=True) for column in zip(*subject.points)]
        values = functions[subject.title](*args)
        if values.requires_grad:
            values.sum().backward()
        return [values.tolist(), *[None if arg.grad is None else arg.grad.tolist() for arg in args]]

    return answers


def jax() -> Answers:
    import jax
    from jax import nn
    from jax import numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)

    def over(reduction: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *xs: reduction(jnp.stack(xs), axis=0)

    functions: Functions = {name: getattr(jnp, name) for name in NAMED_ALIKE} | {
        "sub": jnp.subtract,
        "mul": jnp.multiply,
        "div": jnp.divide,
        "neg": jnp.negative,
        "cbrt": jnp.cbrt,
        "hypot": over(jnp.linalg.norm),
        "normal_cdf": special.ndtr,
        "erf": special.erf,
        "sigmoid": nn.sigmoid,
        "log_sigmoid": nn.log_sigmoid,
        "softplus": nn.softplus,
        "silu": nn.silu,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True),
        "relu": nn.relu,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "sum": over(jnp.sum),
        "mean": over(jnp.mean),
        "prod": over(jnp.prod),
        "maximum": over(jnp.max),
        "minimum": over(jnp.min),
        "detach": jax.lax.stop_gradient,
        "gt": jnp.greater,
        "ge": jnp.greater_equal,
        "lt": jnp.less,
        "le": jnp.less_equal,
        "eq": jnp.equal,
        "ne": jnp.not_equal,
        "where": jnp.where,
        "clamp": jnp.clip,
        "step(x)": lambda x: jnp.heaviside(x, 0.0),
        "leaky_relu(x)": nn.leaky_relu,
        "elu(x)": nn.elu,
        "selu(x)": nn.selu,
        "hardtanh(x)": nn.hard_tanh,
        "relu6(x)": nn.relu6,
        "hardsigmoid(x)": nn.hard_sigmoid,
        "hardswish": nn.hard_silu,
        "logsumexp": over(special.logsumexp),
        "softmax[0]": lambda *xs: over(nn.softmax)(*xs)[0],
        "log_softmax[0]": lambda *xs: over(nn.log_softmax)(*xs)[0],
    }

    def answers(subject: Subject) -> list[Column]:
        if subject.title not in functions:
            return no_answers(subject)
        args = [jnp.array(column, dtype=jnp.float64) for column in zip(*subject.points)]
        values, gradients = jax.vjp(functions[subject.title], *args)
        if values.dtype == bool:  # comparisons
            return [values.tolist(), *[None] * len(args)]
        return [values.tolist(), *[gradient.tolist() for gradient in gradients(jnp.ones_like(values))]]

    return answers


LIBRARIES = {"stepgrad": stepgrad, "torch": pytorch, "jax": jax}


def answers_of(library: Callable[[], Answers]) -> Answers:
    try:
        return library()
    except ImportError:
        return no_answers


def exact_answers(subject: Subject, point: list[float]) -> list[Any]:
    """The value, and the derivative for each argument; None what is not judged."""
    value, *partials = [off_poles(function, point) for function in (subject.truth.value, *subject.truth.partials)]
    on_a_kink = len(set(point)) < len(point) or not set(point).isdisjoint(KINKS.get(subject.title, ()))
    judged = value is not None and math.isfinite(float(value)) and not on_a_kink
    return [value, *[partial if judged else None for partial in partials]]


def off_poles(function: Callable[..., Any], point: list[float]) -> Any:
    try:
        return function(*map(mpf, point))
    except ZeroDivisionError:
        return None


def worst_error(column: Column, exact: Sequence[Any]) -> float:
    if column is None:
        return math.nan
    return max(error_in_ulps(computed, wanted) for computed, wanted in zip(column, exact) if wanted is not None)


def worst_errors(subject: Subject, libraries: Sequence[Answers]) -> dict[str, list[float]]:
    """A row for the value and for each partial, with an error for each library; nan where it has no answer."""
    with mp.workdps(DIGITS):
        exact = list(zip(*[exact_answers(subject, point) for point in subject.points]))
        columns = zip(*[answers(subject) for answers in libraries])
        return {
            f"{subject.title} ∂{i}" if i else subject.title: [worst_error(column, exact[i]) for column in row]
            for i, row in enumerate(columns)
        }


def line(title: str, errors: Sequence[float]) -> str:
    return f"{title:18}" + "".join(f"{'-' if math.isnan(error) else f'{error:.3g}':>12}" for error in errors)


def main() -> None:
    libraries = {name: answers_of(library) for name, library in LIBRARIES.items()}
    missing = [name for name, answers in libraries.items() if answers is no_answers]
    versions = [f"{name} {version(name)}" for name in libraries if name not in missing]
    print(", ".join([f"Python {platform.python_version()}", platform.machine(), *versions]))
    if missing:
        print(f"not installed: python -m pip install {' '.join(missing)}")
    print(f"\nworst error of {POINTS:,} points, in units in the last place\n")
    print(f"{'':18}" + "".join(f"{name:>12}" for name in libraries))
    compared, worse = 0, []
    for subject in subjects():
        for title, (ours, *theirs) in worst_errors(subject, list(libraries.values())).items():
            row = line(title, [ours, *theirs])
            print(row, flush=True)
            known = [error for error in theirs if not math.isnan(error)]
            compared += bool(known)
            if known and ours > min(known):
                worse.append(row)
    if compared:
        kept = compared - len(worse)
        print(f"\nstepgrad no worse than the better of the others: {kept} of {compared} rows, {kept / compared:.0%}")
        print("worse:", *(worse or ["none"]), sep="\n")


if __name__ == "__main__":
    main()
