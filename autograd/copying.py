"""Copies and pickles of graphs, without recursion and with every shared node shared again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograd.graph import topological

Reduced = tuple[Callable[..., Any], tuple[Any, ...]]

_this_thread = threading.local()


def reduce(node: Any, state: Mapping[str, Any]) -> Reduced:
    """What `copy` and `pickle` ask of a node: a function and its arguments that make it again."""
    return _rebuild, (_Ancestors(node), type(node), state)


def _rebuild(_: Any, kind: type, state: Mapping[str, Any]) -> Any:
    node: Any = object.__new__(kind)
    for name, value in state.items():
        setattr(node, name, value)
    return node


class _Ancestors:
    """All that a node is made from, copied one by one, arguments first.

    By the time a node comes, its arguments have been copied, so nothing recurses however deep the graph.
    """

    def __init__(self, node: Any) -> None:
        self.node = node

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._in_order()

    def _in_order(self) -> Iterator[Any]:
        if getattr(_this_thread, "copying", False):  # for a node that this very loop has come to
            return
        _this_thread.copying = True
        try:
            yield from topological(self.node)[:-1]
        finally:
            _this_thread.copying = False
