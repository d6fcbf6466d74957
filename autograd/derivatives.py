"""Derivatives as results of functions, without touching any `.grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from autograd.backprop import chain_rule
from autograd.value import Constant, Value


@overload
def grad(output: Value, inputs: Value, create_graph: Literal[False] = False) -> float: ...
@overload
def grad(output: Value, inputs: Value, create_graph: Literal[True]) -> Value: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: Literal[False] = False) -> list[float]: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: Literal[True]) -> list[Value]: ...


def grad(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """The derivatives of `output` with respect to `inputs`; no `.grad` is read or changed.

    Args:
        output: the Value to differentiate.
        inputs: a Value, or a list of them. They may lie anywhere in the graph of `output`.
        create_graph: give Values that can be drawn, stepped and differentiated again, not floats.

    Returns:
        ∂output/∂input for each input: a float, or a Value with `create_graph`; in a list if `inputs` is one.
        It is 0 for an input that `output` does not depend on.

    Raises:
        TypeError: `output` or an input is not a Value.
        ValueError: there are no inputs.

    >>> from autograd import Value, grad
    >>> x = Value(2.0)
    >>> y = x**3
    >>> dy = grad(y, x, create_graph=True)
    >>> dy.data, grad(dy, x)
    (12.0, 12.0)
    """
    single = not isinstance(inputs, Sequence)
    targets: list[Any] = [inputs] if single else list(inputs)  # type: ignore[arg-type]
    for role, value in [("output", output), *(("input", target) for target in targets)]:
        if not isinstance(value, Value):
            raise TypeError(f"grad needs Values: the {role} is {type(value).__name__} {value!r:.60}")
    if not targets:
        raise ValueError("grad needs at least one input, e.g. grad(y, [x])")
    gradient: dict[Value, Any] = {output: 1.0}
    for step in chain_rule(output, toward=targets, create_graph=create_graph):
        gradient[step.arg] = step.after
    results = [gradient.get(target, 0.0) for target in targets]
    if create_graph:
        results = [result if isinstance(result, Value) else Constant(result) for result in results]
    return results[0] if single else results
