"""`to_networkx`: a graph for those who work with graphs."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from autograd.backprop import local_derivative
from autograd.notation import QUOTED, Names, kind, name_nodes, printable
from autograd.value import Value

if TYPE_CHECKING:
    from networkx import MultiDiGraph


def to_networkx(root: Value) -> MultiDiGraph:
    """The graph of a Value as a NetworkX graph, to analyse it, draw it otherwise or write it to a file.

    The nodes, each after its arguments, are the names they have in drawings; a constant's name is its number,
    followed by _2, _3, … where it comes again. Each has the attributes `label`, what is written on it; `kind`, one of
    "input", "parameter", "constant", "operation" and "output"; `op`, the operation that made it, and `made`, the
    formula of that, both "" for a leaf; `data` and `grad`.

    An edge leads from an argument to what was made from it. Its key is the position of the argument, from 0, and its
    attribute `partial` the local derivative. Constants take no gradient: their edges have none.

    Args:
        root: the Value whose graph to translate.

    Returns:
        A `networkx.MultiDiGraph`.

    Raises:
        TypeError: `root` is not a Value.
        ModuleNotFoundError: networkx is not installed.

    >>> from autograd import Value, to_networkx
    >>> x = Value(3.0, label="x")
    >>> graph = to_networkx(x * x + 1)
    >>> list(graph)
    ['x', 'v1', '1', 'v2']
    >>> list(graph.edges(data="partial", keys=True))
    [('x', 'v1', 0, 3.0), ('x', 'v1', 1, 3.0), ('v1', 'v2', 0, 1.0), ('1', 'v2', 1, None)]
    """
    if not isinstance(root, Value):
        raise TypeError(f"to_networkx needs a Value, got {type(root).__name__} {root!r:.60}")
    try:
        import networkx
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "to_networkx needs networkx: python -m pip install networkx", name="networkx"
        ) from None
    names = {node: printable(name) for node, name in name_nodes(root).items()}
    keys = _keys(names)
    graph = networkx.MultiDiGraph()
    for node, name in names.items():
        graph.add_node(
            keys[node],
            label=name,
            kind=kind(node, [root]),
            op=node.op.name if node.op else "",
            data=float(node.data),
            grad=float(node.grad),
            made=str(QUOTED.operation(node, names)) if node.args else "",
        )
        for position, arg in enumerate(node.args):
            partial = {} if arg.constant else {"partial": local_derivative(node, position)}
            graph.add_edge(keys[arg], keys[node], key=position, **partial)
    return graph


def _keys(names: Names) -> dict[Value, str]:
    """A name for each node that no other has: constants, which may share theirs, give way."""
    keys: dict[Value, str] = {}
    taken: set[str] = set()
    again: defaultdict[str, count[int]] = defaultdict(lambda: count(2))
    for node in sorted(names, key=lambda node: bool(node.constant)):
        key = name = names[node]
        while key in taken:
            key = f"{name}_{next(again[name])}"
        taken.add(key)
        keys[node] = key
    return keys
