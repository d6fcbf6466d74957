"""Gradients checked against numbers alone, and whoever is to blame named."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.backprop import local_derivative
from autograd.derivatives import Output, grad, one_output
from autograd.differences import Slope, slope
from autograd.graph import leading_to, made, topological
from autograd.notation import TEXT, Names, name_nodes
from autograd.value import Value


class GradcheckError(RuntimeError):
    """A gradient is not what the numbers say."""


@dataclass(frozen=True)
class LeafCheck:
    """What `gradcheck` found out about one leaf.

    Attributes:
        name: what the leaf is called.
        gradient: what backprop gives.
        numerical: what finite differences of the whole graph give; nan where they can't tell.
        verdict: "ok"; "at a kink", where any number between the slopes of both sides is right; or "ok by parts",
            where the differences of the whole are too rough, but every local derivative is right by itself.
    """

    name: str
    gradient: float
    numerical: float
    verdict: str


@dataclass(frozen=True, repr=False)
class GradcheckReport:
    """That the gradients are right, leaf by leaf. It counts as true, and shows the numbers."""

    leaves: list[LeafCheck]

    def __str__(self) -> str:
        width = max((len(leaf.name) for leaf in self.leaves), default=0)
        return "\n".join(
            f"{leaf.name:{width}}  gradient {leaf.gradient:<24.17g} numerical {leaf.numerical:<18.12g} {leaf.verdict}"
            for leaf in self.leaves
        )

    __repr__ = __str__


def gradcheck(output: Output, inputs: Any = None, rtol: float = 1e-6, atol: float = 1e-9) -> GradcheckReport:
    """Compare the gradients that backprop gives with numerical ones, and name the operation that is wrong.

    First every local derivative is checked by itself, then each leaf by recomputing the whole graph some hundred
    times: meant for graphs of up to some thousand nodes.

    Args:
        output: a recorded Value, or a function that gives one.
        inputs: for a function, what it is called with, as for `grad`; for a Value, the leaves to check. Default:
            all of them.
        rtol, atol: how far the two may be apart, relative and absolute; numerical errors are added.

    Returns:
        A report that counts as true.

    Raises:
        GradcheckError: a gradient is wrong. The message names the first node whose local derivative is.
        TypeError, ValueError: as for `grad`; a tolerance is not a number of at least 0.

    >>> from autograd import Value, gradcheck
    >>> x, y = Value(2.0, label="x"), Value(0.0, label="y")
    >>> gradcheck(x**3 + y.relu())
    x  gradient 12                       numerical 12                 ok
    y  gradient 0                        numerical 0.5                at a kink
    """
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not 0 <= tolerance < math.inf:
            raise ValueError(f"gradcheck needs an {name} of at least 0, such as 1e-6; got {tolerance!r}")
    if inputs is None and isinstance(output, Value):
        root, leaves = output, [node for node in topological(output) if not node.args and not node.constant]
    else:
        root, bundle = one_output("gradcheck", output, inputs)
        leaves = bundle.items
    names = {leaf: leaf.label for leaf in leaves} | name_nodes(root)
    kinks = _kinks(root, names, rtol, atol)
    return GradcheckReport([_check(root, leaf, names[leaf], kinks, rtol, atol) for leaf in leaves])


def _check(root: Value, leaf: Value, name: str, kinks: set[Value], rtol: float, atol: float) -> LeafCheck:
    gradient = grad(root, leaf)
    nodes = _on_the_way(leaf, root)
    found = slope(partial(_recomputed, root, leaf, nodes), leaf.data)
    verdict = "at a kink" if kinks.intersection(nodes) else "ok by parts"
    if found and found.tells(gradient) and found.allows(gradient, rtol, atol):
        verdict = "ok"
    return LeafCheck(name, gradient, found.middle if found else math.nan, verdict)


def _on_the_way(leaf: Value, root: Value) -> list[Value]:
    """What is made from `leaf`, each after its arguments."""
    leading = leading_to([leaf], root)
    return [node for node in made(root) if node in leading and node is not leaf]


def _recomputed(root: Value, leaf: Value, nodes: Iterable[Value], x: float) -> float:
    """What `root` would be if `leaf` were x."""
    numbers = {leaf: x}
    for node in nodes:
        assert node.op is not None
        held = node.op.held
        numbers[node] = node.op.forward(
            *[arg.data if i in held else numbers.get(arg, arg.data) for i, arg in enumerate(node.args)]
        )
    return numbers.get(root, root.data)


def _kinks(root: Value, names: Names, rtol: float, atol: float) -> set[Value]:
    """The nodes that are at a kink; an error at the first one whose local derivative is wrong."""
    kinks = set()
    for node in made(root):
        for position, arg in enumerate(node.args):
            if arg.constant or (node.op and position in node.op.held):
                continue
            found = slope(partial(_with_argument, node, position), arg.data)
            if found is None:
                continue
            computed = local_derivative(node, position)
            if not found.allows(computed, rtol, atol):
                raise GradcheckError(_blame(node, position, computed, found, names))
            if not (found.smooth and found.settled):
                kinks.add(node)
    return kinks


def _with_argument(node: Value, position: int, x: float) -> float:
    """What `node` would be if its argument number `position` were x."""
    assert node.op is not None
    numbers = [arg.data for arg in node.args]
    numbers[position] = x
    return node.op.forward(*numbers)


def _blame(node: Value, position: int, computed: float, found: Slope, names: Names) -> str:
    op, arg = node.op, node.args[position]
    assert op is not None
    made = TEXT.operation(node, names)
    where = ", ".join(f"{names[arg]} = {arg.data!r}" for arg in dict.fromkeys(node.args) if not arg.constant)
    numerical = (
        f"{found.middle:.10g}" if found.smooth else f"between {found.left.slope:.10g} and {found.right.slope:.10g}"
    )
    derivative = TEXT.derivative(made, TEXT.node(arg, names))
    return (
        f"the operation {op.name!r} has a wrong partial for argument {position + 1}: at {where},\n"
        f"  {derivative} = {TEXT.partial(node, position, names)} = {computed!r}, numerically {numerical}\n"
        f"{names[node]} = {made} is the first node with a wrong local derivative"
    )
