"""All that lies between a node and the output: nodes, edges, gradients and paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd.backprop import chain_rule, is_flat, is_several, local_derivative
from autograd.graph import leading_to, made
from autograd.value import Value


class Edge(NamedTuple):
    """From a node to one that is made from it, as its argument number `position`."""

    arg: Value
    node: Value
    position: int
    partial: float

    @property
    def flat(self) -> bool:
        """Whether nothing flows here, whatever the numbers are."""
        return is_flat(self.node, self.position)

    @property
    def several(self) -> bool:
        """Whether there are others between the same two nodes."""
        return is_several(self.node, self.arg)


class Between:
    """All that lies between `node` and `root`.

    Attributes:
        nodes: from `node` to `root`, each after those it is made from.
        edges: those out of each node, in the order in which `backward()` goes.
        gradients: by the nodes that a gradient flows to.
        paths: how many there are.
    """

    def __init__(self, root: Value, node: Value) -> None:
        leading = leading_to([node], root)
        steps = {(step.node, step.position): step for step in chain_rule(root, toward=[node])}
        self.root, self.node = root, node
        self.nodes = [node, *(other for other in made(root) if other in leading and other is not node)]
        self.edges: dict[Value, list[Edge]] = {other: [] for other in self.nodes}
        self.gradients: dict[Value, float] = {root: 1.0}
        self.gradients |= {step.arg: step.after for step in steps.values() if not is_flat(step.node, step.position)}
        paths = {root: 1}
        for user in reversed(self.nodes[1:]):
            count = paths.pop(user)  # and not kept: numbers this long fill the memory
            for position, arg in enumerate(user.args):
                if arg in leading:
                    step = steps.get((user, position))
                    partial = step.partial if step else local_derivative(user, position)
                    self.edges[arg].append(Edge(arg, user, position, partial))
                    paths[arg] = paths.get(arg, 0) + count
        self.paths = paths[node]

    @property
    def gradient(self) -> float:
        gradient = self.gradients.get(self.node, 0.0)
        return gradient if self.node.args else 0.0 + gradient  # the .grad of a leaf is added to: -0.0 becomes 0.0

    def each_path(self) -> Iterator[list[Edge]]:
        """The edges of each path, from `node` to `root`."""
        todo: list[tuple[Value, Any]] = [(self.node, None)]
        while todo:
            end, way = todo.pop()
            if end is self.root:
                yield _unrolled(way)
            todo += [(edge.node, (edge, way)) for edge in reversed(self.edges[end])]


def _unrolled(way: Any) -> list[Edge]:
    path = []
    while way:
        edge, way = way
        path.append(edge)
    return path[::-1]
