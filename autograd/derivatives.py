"""Derivatives as results of functions, without touching any `.grad`.

What is differentiated is a recorded Value, or a function that is called with Values. A function gets what
stands as `inputs`: f(x) of a number or a Value, f(x, y) of a list [x, y], f(array) of a NumPy array. Results
come in the same form: a float, a list or an array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, overload

from autograd.anomaly import watched
from autograd.backprop import chain_rule, push_forward
from autograd.bundles import Bundle
from autograd.recording import enable_grad
from autograd.value import Constant, Number, Value

Output = Value | Callable[..., Any]


@overload
def grad(output: Output, inputs: Number, create_graph: Literal[False] = False, allow_unused: bool = True) -> float: ...
@overload
def grad(output: Output, inputs: Number, create_graph: Literal[True], allow_unused: bool = True) -> Value: ...
@overload
def grad(
    output: Output, inputs: Sequence[Number], create_graph: Literal[False] = False, allow_unused: bool = True
) -> list[float]: ...
@overload
def grad(
    output: Output, inputs: Sequence[Number], create_graph: Literal[True], allow_unused: bool = True
) -> list[Value]: ...
@overload
def grad(output: Output, inputs: Any, create_graph: bool = False, allow_unused: bool = True) -> Any: ...


def grad(output: Output, inputs: Any, create_graph: bool = False, allow_unused: bool = True) -> Any:
    """The derivatives of `output` with respect to `inputs`; no `.grad` is read or changed.

    Args:
        output: the Value to differentiate, or a function that gives it.
        inputs: a Value, or a list or NumPy array of them. They may lie anywhere in the graph of `output`. For
            a function they are what it is called with, and numbers will do.
        create_graph: give Values that can be drawn, stepped and differentiated again, not floats.
        allow_unused: give 0 for an input that `output` does not depend on. False makes that an error.

    Returns:
        ∂output/∂input for each input: a float, or a Value with `create_graph`; in a list or an array if
        `inputs` is one.

    Raises:
        TypeError: `output` or an input is not a Value.
        ValueError: there are no inputs, or one is unused and `allow_unused` is False.

    >>> from autograd import Value, grad
    >>> x = Value(2.0)
    >>> y = x**3
    >>> dy = grad(y, x, create_graph=True)
    >>> dy.data, grad(dy, x)
    (12.0, 12.0)
    >>> grad(lambda x, y: x * y, [2.0, 3.0])
    [3.0, 2.0]
    """
    root, xs = one_output("grad", output, inputs)
    gradients = _gradients(root, xs.items, create_graph, allow_unused)
    return xs.like(gradients)


def value_and_grad(output: Output, inputs: Any, create_graph: bool = False) -> tuple[Any, Any]:
    """The value and, as from `grad`, the derivatives.

    Returns:
        Both as floats, or as Values with `create_graph`.

    >>> from autograd import value_and_grad
    >>> value_and_grad(lambda x: x**2, 3.0)
    (9.0, 6.0)
    """
    root, xs = one_output("value_and_grad", output, inputs)
    return root if create_graph else root.data, xs.like(_gradients(root, xs.items, create_graph))


def jacobian(outputs: Any, inputs: Any, create_graph: bool = False) -> Any:
    """The derivatives of each output with respect to each input, by one backward pass for each output.

    Args:
        outputs: a list or NumPy array of Values, or a function that gives one.
        inputs, create_graph: as for `grad`.

    Returns:
        For each output what `grad` gives, ∂outputᵢ/∂inputⱼ in row i and column j: a list of lists, or an array
        of shape `outputs.shape + inputs.shape`.

    Raises:
        TypeError, ValueError: as for `grad`.

    >>> from autograd import jacobian
    >>> jacobian(lambda x, y: [x * y, x + y], [2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    ys, xs = _outputs("jacobian", outputs, inputs)
    return ys.like([xs.like(_gradients(y, xs.items, create_graph)) for y in ys.items])


def hessian(output: Output, inputs: Any, create_graph: bool = False) -> Any:
    """The second derivatives of `output`: the `jacobian` of its gradient.

    Args:
        output, inputs, create_graph: as for `grad`.

    Returns:
        ∂²output/∂inputᵢ∂inputⱼ in row i and column j, in the form `jacobian` gives.

    Raises:
        TypeError, ValueError: as for `grad`.

    >>> from autograd import hessian
    >>> hessian(lambda x, y: x**2 * y, [2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    root, xs = one_output("hessian", output, inputs)
    slopes = _gradients(root, xs.items, create_graph=True)
    return xs.like([xs.like(_gradients(slope, xs.items, create_graph)) for slope in slopes])


def jvp(outputs: Any, inputs: Any, v: Any, create_graph: bool = False) -> tuple[Any, Any]:
    """The derivative of `outputs` along the direction `v`, in forward mode: jacobian times v in one pass.

    Args:
        outputs: as for `jacobian`; a single Value, or a function that gives one, will do.
        inputs, create_graph: as for `grad`.
        v: the direction, numbers or Values in the shape of `inputs`, in lists or in an array.

    Returns:
        The outputs, and for each its derivative Σⱼ vⱼ·∂output/∂inputⱼ: floats, or Values with `create_graph`.

    Raises:
        TypeError, ValueError: as for `grad`; `v` has another shape than `inputs`, or is not finite.

    >>> from autograd import jvp
    >>> jvp(lambda x, y: x * y, [2.0, 3.0], [1.0, 0.5])
    (6.0, 4.0)
    """
    ys, xs = _outputs("jvp", outputs, inputs)
    slopes = _along(ys.items, xs, xs.matching("v", v), create_graph)
    return ys.like(ys.items if create_graph else [y.data for y in ys.items]), ys.like(slopes)


def hvp(output: Output, inputs: Any, v: Any, create_graph: bool = False) -> tuple[Any, Any]:
    """The hessian of `output` times the vector `v`, without making the hessian: `jvp` of the gradient.

    Args:
        output, inputs, create_graph: as for `grad`.
        v: the vector, numbers or Values in the shape of `inputs`, in lists or in an array.

    Returns:
        The output, and for each input Σⱼ vⱼ·∂²output/∂inputᵢ∂inputⱼ: floats, or Values with `create_graph`.

    Raises:
        TypeError, ValueError: as for `jvp`.

    >>> from autograd import hvp
    >>> hvp(lambda x, y: x**2 * y, [2.0, 3.0], [1.0, 0.0])
    (12.0, [6.0, 4.0])
    """
    root, xs = one_output("hvp", output, inputs)
    direction = xs.matching("v", v)
    slopes = _gradients(root, xs.items, create_graph=True)
    return root if create_graph else root.data, xs.like(_along(slopes, xs, direction, create_graph))


def _gradients(root: Value, targets: list[Value], create_graph: bool, allow_unused: bool = True) -> list[Any]:
    """∂root/∂target for each target."""
    gradient: dict[Value, Any] = {root: 1.0}
    with enable_grad():
        for step in watched(chain_rule(root, toward=targets, create_graph=create_graph), root):
            gradient[step.arg] = step.after
    unused = [index for index, target in enumerate(targets) if target not in gradient]
    if unused and not allow_unused:
        raise ValueError(
            f"the output does not depend on input {unused[0]}, {targets[unused[0]]!r}; allow_unused=True gives 0 for it"
        )
    return _as_asked([gradient.get(target, 0.0) for target in targets], create_graph)


def _along(roots: list[Value], xs: Bundle, direction: list[Any], create_graph: bool) -> list[Any]:
    """The derivative of each root along a direction of the inputs."""
    numbers = direction if create_graph else list(map(float, direction))
    with enable_grad():
        tangent = push_forward(roots, dict(zip(xs.items, numbers)), create_graph)
    return _as_asked([tangent.get(root, 0.0) for root in roots], create_graph)


def _as_asked(results: Iterable[Any], create_graph: bool) -> list[Any]:
    if not create_graph:
        return list(map(float, results))
    return [result if isinstance(result, Value) else Constant(result) for result in results]


def one_output(name: str, output: Any, inputs: Any) -> tuple[Value, Bundle]:
    ys, xs = _outputs(name, output, inputs)
    if not ys.alone:
        raise TypeError(f"{name} needs one output, got {len(ys.items)}; for several there is jacobian")
    return ys.items[0], xs


def _outputs(name: str, outputs: Any, inputs: Any) -> tuple[Bundle, Bundle]:
    """What is to be differentiated, and with respect to what; a function is called first."""
    if isinstance(outputs, Value) or not callable(outputs):
        return Bundle(name, "output", outputs), Bundle(name, "input", inputs)
    xs = Bundle(name, "input", inputs, make=Value)
    with enable_grad():
        result = xs.call(outputs)
    return Bundle(name, "output of the function", result, make=Constant), xs
