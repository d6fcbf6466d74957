"""The chain rule, written once: backprop as a sequence of local steps.

Walking a graph backwards from its root, each node hands on to each argument its own gradient times the
local derivative:

    ∂root/∂arg  +=  ∂root/∂node · ∂node/∂arg

Gradients live in a dictionary of the pass; the graph is only read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from autograd.graph import leading_to, made
from autograd.recording import switched


class LocalStep(NamedTuple):
    """One application of the chain rule, from `node` to its argument number `position`."""

    node: Any
    arg: Any
    position: int
    upstream: Any
    partial: Any
    contribution: Any
    before: Any
    after: Any


def chain_rule(root: Any, toward: Collection[Any] | None = None, create_graph: bool = False) -> Iterator[LocalStep]:
    """Every local step of backprop from `root`, in the order in which it is taken.

    Args:
        root: the node whose gradients are wanted; its own is 1.
        toward: only the steps on the way to these nodes. Default: to everything but constants.
        create_graph: compute with nodes instead of numbers, so that gradients are nodes, too.
    """
    wanted = None if toward is None else leading_to(toward, root)
    gradient: dict[Any, Any] = {root: 1.0}
    for node in reversed(made(root)):
        if node not in gradient:
            continue
        upstream = gradient[node]
        xs = _arguments(node, create_graph)
        for position, arg in enumerate(node.args):
            if arg.constant if wanted is None else arg not in wanted:
                continue
            partial = _local_derivative(node, position, xs, create_graph)
            before = gradient.get(arg, 0.0)
            if is_flat(node, position):  # nothing flows, not even inf · 0
                contribution, after = 0.0, before
            else:
                contribution = _times(upstream, partial)
                after = gradient[arg] = before + contribution if arg in gradient else contribution
            yield LocalStep(node, arg, position, upstream, partial, contribution, before, after)


def is_flat(node: Any, position: int) -> bool:
    """Whether nothing ever flows from a node to that argument, whatever the numbers are."""
    return bool(node.op.partials[position] == 0)


def is_several(node: Any, arg: Any) -> bool:
    """Whether more than one argument of a node is this one."""
    return sum(other is arg for other in node.args) > 1


def local_derivative(node: Any, position: int, create_graph: bool = False) -> Any:
    """The derivative of `node` with respect to its argument number `position`."""
    return _local_derivative(node, position, _arguments(node, create_graph), create_graph)


def _arguments(node: Any, create_graph: bool) -> list[Any]:
    """What the partials of a node get: constants as numbers, which they are free to look at."""
    return [arg if create_graph and not arg.constant else arg.data for arg in node.args]


def _local_derivative(node: Any, position: int, xs: list[Any], create_graph: bool) -> Any:
    try:
        derivative = node.op.derivative(position, xs, node if create_graph else node.data)
    except ArithmeticError:  # Python's / and ** of floats raise where IEEE 754, and nodes, have inf or nan
        if create_graph:
            return node.op.derivative(position, node.args, node)
        with switched(record=False, watch=False):
            derivative = node.op.derivative(position, node.args, node)
    return derivative if create_graph else float(derivative)


def push_forward(roots: Collection[Any], tangent: dict[Any, Any], create_graph: bool = False) -> dict[Any, Any]:
    """Forward mode: the derivative of each node along a direction, from those of its arguments.

    Args:
        roots: how far to go.
        tangent: the direction, as the derivatives of some nodes; of the others it is 0.
        create_graph: compute with nodes instead of numbers.

    Returns:
        The derivatives that may differ from 0.
    """
    tangent = dict(tangent)
    order = made(*roots)
    felt = set(roots)  # by the roots, where they are not flat
    for node in reversed(order):
        if node in felt:
            felt.update(arg for arg, partial in zip(node.args, node.op.partials) if partial != 0)
    for node in order:
        if node not in felt or tangent.keys().isdisjoint(node.args):
            continue
        xs = _arguments(node, create_graph)
        for position, arg in enumerate(node.args):
            if arg in tangent and not is_flat(node, position):
                term = _times(tangent[arg], _local_derivative(node, position, xs, create_graph))
                tangent[node] = tangent[node] + term if node in tangent else term
    return tangent


def _times(upstream: Any, partial: Any) -> Any:
    """The product, without a node for a factor of 1 or -1."""
    if isinstance(upstream, float) and upstream == 1:
        return partial
    if isinstance(partial, (float, int)) and partial in (1, -1):
        return upstream if partial == 1 else -upstream
    return upstream * partial


def gradients(root: Any) -> tuple[Iterable[tuple[Any, float]], dict[Any, float]]:
    """The gradients of all made nodes, `root` first, and those of the leaves that anything flows to.

    The same numbers as draining `chain_rule`, in a plain loop.
    """
    order = made(root)
    order.reverse()
    try:
        return _plain_loop(root, order)
    except ArithmeticError:  # a partial divides by 0: `local_derivative` knows what to do
        gradient = {root: 1.0} | {step.arg: step.after for step in chain_rule(root)}
        return [(node, gradient.pop(node, 0.0)) for node in order], gradient


def _plain_loop(root: Any, order: list[Any]) -> tuple[Iterable[tuple[Any, float]], dict[Any, float]]:
    waiting: dict[Any, float] = {root: 1.0}  # gradients of nodes not visited yet, in the end of leaves
    finished: list[float] = []
    for node in order:
        upstream = waiting.pop(node, None)
        if upstream is None:  # all paths from here to the root are flat
            finished.append(0.0)
            continue
        finished.append(upstream)
        if len(node.args) == 2:  # most nodes by far, so without an inner loop
            x, y = node.args
            partials = node.op.partials
            dx, dy = partials[0], partials[1]
            if dx and not x.constant:
                term = upstream * (dx if type(dx) is float else dx(x.data, y.data, node.data))
                waiting[x] = waiting[x] + term if x in waiting else term
            if dy and not y.constant:
                term = upstream * (dy if type(dy) is float else dy(x.data, y.data, node.data))
                waiting[y] = waiting[y] + term if y in waiting else term
        else:
            numbers = [arg.data for arg in node.args]
            for position, arg in enumerate(node.args):
                if node.op.partials[position] and not arg.constant:
                    term = upstream * node.op.derivative(position, numbers, node.data)
                    waiting[arg] = waiting[arg] + term if arg in waiting else term
    return zip(order, finished), waiting
