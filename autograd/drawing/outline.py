"""A graph as people look at it: groups inside groups, some open, some closed, so that it fits on a page."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from autograd.drawing.folding import LIMIT, fold_alike, gather_leaves, hide_the_distant, shapes_of
from autograd.drawing.groups import Group, Homes, Item, flow_of, group_by_scope, number_namesakes
from autograd.graph import topological
from autograd.notation import name_nodes
from autograd.value import Value


class Inside(NamedTuple):
    """What a group holds, directly and in the groups in it."""

    constants: int
    nodes: int  # but for constants
    parameters: int
    data: list[float]  # the least, the greatest, and nan if it is there
    grad: list[float]


class Edge(NamedTuple):
    """A line of a picture: `end`, or nodes inside, were made from `start`, or from nodes inside."""

    start: Item
    end: Item
    uses: list[tuple[Value, int]]  # what was made, and which argument of it is at the start


class Outline:
    """The graph of some Values in groups.

    Attributes:
        roots: the Values, each of them once.
        nodes: all nodes, each after its arguments.
        names: what they are called; labels differ inside a group only.
        top: the group of everything.
        homes: the innermost group of each node.
        insides: what is inside each group.
        ends: those of the roots that are inside a group.
        data, grad: the numbers of each node, as they were.
    """

    def __init__(
        self, roots: Iterable[Value], depth: int | None, expand: Sequence[str] | Literal["all"], fold: bool
    ) -> None:
        self.roots = dict.fromkeys(roots)
        self.nodes = topological(*self.roots)
        self.data = {node: float(node.data) for node in self.nodes}
        self.grad = {node: float(node.grad) for node in self.nodes}
        self.top = Group("", "scope", None)
        self.homes = group_by_scope(self.nodes, self.top)
        self._arrange(depth, expand, fold)
        self.insides = self._insides()
        self.ends: defaultdict[Group, list[Value]] = defaultdict(list)
        for root in self.roots:
            for group in self.homes[root].around():
                self.ends[group].append(root)

    def _arrange(self, depth: int | None, expand: Sequence[str] | Literal["all"], fold: bool) -> None:
        """Gather what is alike or too much, and open what is to be seen."""
        number_namesakes(self.top)
        self.names = _names(name_nodes(*self.roots), self.homes)
        flow = flow_of(self.nodes, self.homes)
        if expand == "all":
            for group in self.top.groups():
                group.open = True
            return
        wanted = {around for name in expand for around in _find(name, self.top).around()}
        if fold:
            shapes = shapes_of(self.top, flow)
            for group in (self.top, *self.top.groups()):
                fold_alike(group, flow[group], shapes, wanted)
            for group in (self.top, *self.top.groups()):
                gather_leaves(group, flow[group], self.homes)
        for group in (self.top, *self.top.groups()):
            if len(group.items) > LIMIT:
                hide_the_distant(group, flow[group], self.homes)
        _open(self.top, depth, {around for group in wanted for around in group.around()})

    def _insides(self) -> dict[Group, Inside]:
        insides: dict[Group, Inside] = {}
        for group in reversed(self.top.groups()):  # from the inside outwards
            constants = sum(isinstance(item, Value) and item.constant for item in group.items)
            nodes = [item for item in group.items if isinstance(item, Value) and not item.constant]
            parts = [insides[item] for item in group.items if isinstance(item, Group)]
            insides[group] = Inside(
                constants + sum(part.constants for part in parts),
                len(nodes) + sum(part.nodes for part in parts),
                sum(node.parameter for node in nodes) + sum(part.parameters for part in parts),
                _extremes([self.data[node] for node in nodes] + [x for part in parts for x in part.data]),
                _extremes([self.grad[node] for node in nodes] + [x for part in parts for x in part.grad]),
            )
        return insides

    def visible(self) -> dict[Value, Item]:
        """What stands for each node in the picture: itself, or the outermost closed group around it."""
        standing: dict[Group, Group | None] = {self.top: None}
        for group in self.top.groups():
            assert group.parent is not None
            standing[group] = standing[group.parent] or (None if group.open else group)
        return {node: standing[self.homes[node]] or node for node in self.nodes}

    def edges(self) -> list[Edge]:
        """The lines of the picture: between two nodes one for each argument, else one."""
        visible = self.visible()
        edges: dict[tuple[Item, Item, int | None], Edge] = {}
        for node in self.nodes:
            end = visible[node]
            for position, arg in enumerate(node.args):
                start = visible[arg]
                if start is not end:
                    key = (start, end, position if start is arg and end is node else None)
                    edges.setdefault(key, Edge(start, end, [])).uses.append((node, position))
        return list(edges.values())


def _names(names: dict[Value, str], homes: Homes) -> dict[Value, str]:
    count = Counter((homes[node], node.label) for node in names)
    return {node: node.label if node.label and count[homes[node], node.label] == 1 else names[node] for node in names}


def _find(name: str, top: Group) -> Group:
    groups = top.groups()
    for group in groups:
        if f".{group.path()}".endswith(f".{name}"):
            return group
    known = ", ".join(dict.fromkeys(repr(group.path()) for group in groups[:12])) or "none"
    raise ValueError(f"there is no scope {name!r:.60} in this graph to expand; there are: {known}")


def _open(top: Group, depth: int | None, wanted: set[Group]) -> None:
    """Open what is wanted, and from the outside inwards what is open by itself and fits."""
    visible = len(top.items) + sum(len(group.items) - 1 for group in wanted)
    wholes = [item for item in top.items if isinstance(item, Group) and item.kind != "function" and not item.of_nodes()]
    nested = len(wholes) == 1 and any(group.kind == "scope" for group in wholes[0].groups())
    level = {top: -1 if nested else 0}  # what stands around everything, such as a whole model, is not counted
    for group in top.groups():
        around = group.parent
        assert around is not None
        level[group] = level[around] + (group.kind != "repeats")
        by_itself = group.kind == "scope" or (around is top and group.kind == "repeats" and not group.of_nodes())
        fits = visible + len(group.items) - 1 <= LIMIT and (depth is None or level[group] < depth)
        if group in wanted:
            group.open = True
        elif around.open and by_itself and fits:
            group.open = True
            visible += len(group.items) - 1


def _extremes(xs: list[float]) -> list[float]:
    ordered = [x for x in xs if not math.isnan(x)]
    return ([min(ordered), max(ordered)] if ordered else []) + ([math.nan] if len(ordered) < len(xs) else [])
