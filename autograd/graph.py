"""Order and walk a graph, without recursion: a chain of a million nodes is an ordinary graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar


class Node(Protocol):
    """Whatever is made from `args`."""

    @property
    def args(self) -> Sequence[Node]: ...


NodeT = TypeVar("NodeT", bound=Node)


def made(*roots: NodeT) -> list[NodeT]:
    """The nodes behind `roots`, and these, that were made from others, each after those; one root comes last.

    The order is that of a depth-first walk over the arguments from left to right. It depends on how the
    graph was written and on nothing else.
    """
    order: list[NodeT] = []
    seen: set[NodeT] = set()
    todo: list[Any] = [root for root in reversed(roots) if root.args]
    while todo:
        node = todo.pop()
        if node is None:  # all that the next one was made from is in order by now
            order.append(todo.pop())
        elif node not in seen:
            seen.add(node)
            todo.append(node)
            todo.append(None)
            for arg in reversed(node.args):
                if arg.args and arg not in seen:
                    todo.append(arg)
    return order


def topological(*roots: NodeT) -> list[NodeT]:
    """All nodes of the graph, each after its arguments: as `made`, with each leaf before its first use."""
    order: dict[Any, None] = {}
    for node in made(*roots):
        for arg in node.args:
            order.setdefault(arg)
        order[node] = None
    return list(order | dict.fromkeys(roots))


def leading_to(targets: Iterable[NodeT], root: NodeT) -> set[NodeT]:
    """The nodes of the graph of `root` that are made from one of `targets`, and these themselves."""
    leading = set(targets)
    for node in made(root):
        if not leading.isdisjoint(node.args):
            leading.add(node)
    return leading
