"""A graph as people look at it: groups inside groups, some open, some closed, so that it fits on a page."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from autograd.graph import topological
from autograd.notation import kind, name_nodes
from autograd.recording import Scope
from autograd.value import Value

ALIKE = 3  # so many groups that are alike become one
MANY_LEAVES = 8  # more of one kind, which feed whole groups, become one
LIMIT = 300  # boxes in a picture, unless more are asked for

Item: TypeAlias = "Group | Value"
Flow: TypeAlias = "dict[Group, dict[tuple[Item, Item], None]]"  # in each group, which item rests on which
Homes: TypeAlias = "dict[Value, Group]"


class Group:
    """Nodes that a picture shows inside a frame or, when closed, as one box."""

    __slots__ = ("items", "kind", "name", "open", "outputs", "parent")

    def __init__(self, name: str, kind: Literal["scope", "function", "repeats"], parent: Group | None) -> None:
        self.name = name
        self.kind = kind
        self.parent = parent
        self.items: list[Item] = []
        self.outputs: dict[Value, None] = {}  # the nodes inside on which something outside rests
        self.open = parent is None

    def around(self) -> list[Group]:
        """This group and those around it, from the inside outwards, but for the one of everything."""
        groups, group = [], self
        while group.parent is not None:
            groups.append(group)
            group = group.parent
        return groups

    def path(self) -> str:
        """The names of the scopes from the outermost to this one."""
        return ".".join(group.name for group in reversed(self.around()) if group.kind != "repeats")

    def groups(self) -> list[Group]:
        """The groups inside, each before those inside of it."""
        found = [item for item in self.items if isinstance(item, Group)]
        for group in found:  # which grows
            found += [item for item in group.items if isinstance(item, Group)]
        return found

    def of_leaves(self) -> bool:
        return isinstance(self.items[0], Value) and self.kind == "repeats"

    def nodes(self) -> Iterator[Value]:
        """The nodes inside, at any depth."""
        for group in (self, *self.groups()):
            yield from (item for item in group.items if isinstance(item, Value))


class Inside(NamedTuple):
    """What a group holds, directly and in the groups in it."""

    constants: int
    nodes: int  # but for constants
    parameters: int
    data: list[float]  # the least, the greatest, and nan if it is there
    grad: list[float]


class Edge(NamedTuple):
    """A line of a picture: `end`, or a node inside, was made from `start`, or from a node inside."""

    start: Item
    end: Item
    position: int | None  # which argument it is, where both are nodes


class Outline:
    """The graph of a Value in groups.

    Attributes:
        root: the Value.
        nodes: all nodes, each after its arguments.
        names: what they are called; labels differ inside a group only.
        top: the group of everything.
        homes: the innermost group of each node.
        insides: what is inside each group.
        data, grad: the numbers of each node, as they were.
    """

    def __init__(self, root: Value, depth: int | None, expand: Sequence[str] | Literal["all"], fold: bool) -> None:
        self.root = root
        self.nodes = topological(root)
        self.data = {node: node.data for node in self.nodes}
        self.grad = {node: node.grad for node in self.nodes}
        self.top = Group("", "scope", None)
        self.homes = _homes(self.nodes, self.top)
        self._arrange(depth, expand, fold)
        self.insides = self._insides()

    def _arrange(self, depth: int | None, expand: Sequence[str] | Literal["all"], fold: bool) -> None:
        """Gather what is alike or too much, and open what is to be seen."""
        _number_namesakes(self.top)
        self.names = _names(self.root, self.homes)
        for group in self.homes[self.root].around():
            group.outputs[self.root] = None
        flow = _flow(self.nodes, self.homes)
        if expand == "all":
            for group in self.top.groups():
                group.open = True
            return
        wanted = {around for name in expand for around in _find(name, self.top).around()}
        if fold:
            shapes = _shapes(self.top, flow)
            for group in (self.top, *self.top.groups()):
                _fold(group, flow[group], shapes, wanted)
            for group in (self.top, *self.top.groups()):
                _gather_leaves(group, flow[group], self.homes)
        for group in (self.top, *self.top.groups()):
            if len(group.items) > LIMIT:
                _hide_the_distant(group, flow[group], self.homes)
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
        """The lines of the picture, none of them twice."""
        visible = self.visible()
        edges: dict[Edge, None] = {}
        for node in self.nodes:
            end = visible[node]
            for position, arg in enumerate(node.args):
                start = visible[arg]
                if start is not end:
                    edges[Edge(start, end, position if start is arg and end is node else None)] = None
        return list(edges)


def _homes(nodes: list[Value], top: Group) -> Homes:
    """Put every node into the group of its scope.

    Parameters and constants were made anywhere: they go where they are used, parameters not into functions.
    """
    scopes: dict[Value, Scope | None] = {}
    for node in nodes:
        if node.args:
            scopes[node] = node.scope
            for arg in node.args:
                if arg.constant or (arg.parameter and not arg.args):
                    around = node.scope if arg.constant else _outside_functions(node.scope)
                    scopes[arg] = _common(scopes[arg], around) if arg in scopes else around
    groups: dict[Scope | None, Group] = {None: top}
    homes = {}
    for node in nodes:
        home = homes[node] = _group(scopes.get(node, node.scope), groups)
        home.items.append(node)
    return homes


def _outside_functions(inner: Scope | None) -> Scope | None:
    while inner is not None and inner.closed:
        inner = inner.parent
    return inner


def _common(one: Scope | None, other: Scope | None) -> Scope | None:
    """The innermost scope around both."""
    if one is other:
        return one
    around = set()
    while one is not None:
        around.add(one)
        one = one.parent
    while other is not None and other not in around:
        other = other.parent
    return other


def _group(inner: Scope | None, groups: dict[Scope | None, Group]) -> Group:
    missing = []
    while inner not in groups:
        assert inner is not None
        missing.append(inner)
        inner = inner.parent
    group = groups[inner]
    for new in reversed(missing):
        inside = groups[new] = Group(new.name, "function" if new.closed else "scope", group)
        group.items.append(inside)
        group = inside
    return group


def _number_namesakes(top: Group) -> None:
    for group in (top, *top.groups()):
        inside = [item for item in group.items if isinstance(item, Group)]
        count = Counter(item.name for item in inside)
        number: Counter[str] = Counter()
        for item in inside:
            if count[item.name] > 1:
                number[item.name] += 1
                item.name = f"{item.name} {number[item.name]}"


def _names(root: Value, homes: Homes) -> dict[Value, str]:
    names = name_nodes(root)
    count = Counter((homes[node], node.label) for node in names)
    return {node: node.label if node.label and count[homes[node], node.label] == 1 else names[node] for node in names}


def _find(name: str, top: Group) -> Group:
    groups = top.groups()
    for group in groups:
        if f".{group.path()}".endswith(f".{name}"):
            return group
    known = ", ".join(dict.fromkeys(repr(group.path()) for group in groups[:12])) or "none"
    raise ValueError(f"there is no scope {name!r:.60} in this graph to expand; there are: {known}")


def _flow(nodes: list[Value], homes: Homes) -> Flow:
    """In each group, which item rests on which; and the outputs of every group."""
    flow: Flow = defaultdict(dict)
    meetings: dict[tuple[Group, Group], tuple[Group, list[Group], list[Group]]] = {}
    for node in nodes:
        for arg in node.args:
            pair = (homes[arg], homes[node])
            if pair not in meetings:
                meetings[pair] = _meeting(*pair)
            group, left, entered = meetings[pair]
            flow[group][left[-1] if left else arg, entered[-1] if entered else node] = None
            for inner in left:
                inner.outputs[arg] = None
    return flow


def _meeting(start: Group, end: Group) -> tuple[Group, list[Group], list[Group]]:
    """The innermost group around both; the groups left, and those entered, on the way from one to the other."""
    left, entered = start.around(), end.around()
    while left and entered and left[-1] is entered[-1]:
        left.pop()
        entered.pop()
    outermost = left or entered
    common = outermost[-1].parent if outermost else start
    assert common is not None
    return common, left, entered


def _shapes(top: Group, flow: Flow) -> dict[Group, int]:
    """A number for each group; those of equal number have like names and are made of the same in the same way."""
    numbers: dict[object, int] = {}
    shapes: dict[Item, int] = {}
    for group in reversed(top.groups()):  # from the inside outwards
        place = {item: index for index, item in enumerate(group.items)}
        parts = [
            shapes[item] if isinstance(item, Group) else (kind(item, None), item.op and item.op.name, len(item.args))
            for item in group.items
        ]
        joints = [(place[start], place[end]) for start, end in flow[group]]
        shape = (group.kind, _base(group.name), tuple(parts), tuple(joints))
        shapes[group] = numbers.setdefault(shape, len(numbers))
    return {group: shape for group, shape in shapes.items() if isinstance(group, Group)}


def _base(name: str) -> str:
    """A name without its number."""
    return re.sub(r"[ _]*\d+$", "", name) or name


def _fold(group: Group, flow: Iterable[tuple[Item, Item]], shapes: dict[Group, int], wanted: set[Group]) -> None:
    """Make one of many groups that are alike and side by side, none resting on another."""
    inside = [item for item in group.items if isinstance(item, Group) and item in shapes and item not in wanted]
    if len(inside) < ALIKE:
        return
    ranks = _ranks(group.items, flow)
    families = defaultdict(list)
    for item in inside:
        families[shapes[item], ranks[item]].append(item)
    for family in families.values():
        if len(family) >= ALIKE:
            first, *others = family
            repeats = _gather(group, family, _base(first.name))
            _gather(repeats, others, _base(first.name))


def _gather(group: Group, members: Sequence[Item], name: str) -> Group:
    """Put some items of a group into a new one in their place."""
    repeats = Group(f"{name} × {len(members)}", "repeats", group)
    repeats.items = list(members)
    for member in members:
        if isinstance(member, Group):
            member.parent = repeats
    gathered = set(members)
    place = group.items.index(members[0])
    group.items[place] = repeats
    group.items = [item for item in group.items if item not in gathered]
    return repeats


def _ranks(items: list[Item], flow: Iterable[tuple[Item, Item]]) -> dict[Item, int]:
    """How many steps each item is from the beginning; what is in a circle gets a rank of its own."""
    ends: defaultdict[Item, list[Item]] = defaultdict(list)
    waiting: Counter[Item] = Counter()
    for start, end in flow:
        ends[start].append(end)
        waiting[end] += 1
    ranks = {item: 0 for item in items if not waiting[item]}
    ready = list(ranks)
    for item in ready:  # which grows
        for end in ends[item]:
            ranks[end] = max(ranks.get(end, 0), ranks[item] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    return {item: -index if waiting[item] else ranks[item] for index, item in enumerate(items, 1)}


def _gather_leaves(group: Group, flow: Iterable[tuple[Item, Item]], homes: Homes) -> None:
    """Make one of many leaves that feed nothing but whole groups."""
    direct = {start for start, end in flow if isinstance(end, Value)}
    leaves = defaultdict(list)
    for item in group.items:
        if isinstance(item, Value) and not item.args and item not in direct:
            leaves[kind(item, None)].append(item)
    for name, members in leaves.items():
        if len(members) > MANY_LEAVES:
            repeats = _gather(group, members, f"{name}s")
            homes.update(dict.fromkeys(members, repeats))


def _hide_the_distant(group: Group, flow: Iterable[tuple[Item, Item]], homes: Homes) -> None:
    """Of too many items keep those nearest the output, and put the others into groups, one inside the other."""
    ways = dict.fromkeys((_standing(group, start, homes), _standing(group, end, homes)) for start, end in flow)
    ranks = _ranks(group.items, [(end, start) for start, end in ways if start is not end])
    for start, end in ways:
        if isinstance(start, Value) and not start.args:
            ranks[start] = min(ranks[start], ranks[end] + 1)  # a leaf is near where anything near needs it
    place = {item: index for index, item in enumerate(group.items)}
    order = sorted(group.items, key=lambda item: ranks[item])
    for start_of_rest in range(LIMIT - 1, len(order), LIMIT - 1):
        rest = len(order) - start_of_rest
        near = order[start_of_rest - LIMIT + 1 : start_of_rest]
        distant = Group(f"{rest:,} more distant", "repeats", group)
        group.items = [distant, *sorted(near, key=place.__getitem__)]
        group = distant
        group.items = sorted(order[start_of_rest : start_of_rest + LIMIT - 1], key=place.__getitem__)
        for item in group.items:
            if isinstance(item, Group):
                item.parent = group
            else:
                homes[item] = group


def _standing(group: Group, item: Item, homes: Homes) -> Item:
    """What stands for an item among those of a group around it."""
    around = item.parent if isinstance(item, Group) else homes[item]
    while around is not group:
        assert around is not None
        item, around = around, around.parent
    return item


def _open(top: Group, depth: int | None, wanted: set[Group]) -> None:
    """Open what is wanted, and from the outside inwards what is open by itself and fits."""
    visible = len(top.items) + sum(len(group.items) - 1 for group in wanted)
    wholes = [
        item for item in top.items if isinstance(item, Group) and item.kind != "function" and not item.of_leaves()
    ]
    nested = len(wholes) == 1 and any(group.kind == "scope" for group in wholes[0].groups())
    level = {top: -1 if nested else 0}  # what stands around everything, such as a whole model, is not counted
    for group in top.groups():
        around = group.parent
        assert around is not None
        level[group] = level[around] + (group.kind != "repeats")
        by_itself = group.kind == "scope" or (around is top and group.kind == "repeats" and not group.of_leaves())
        fits = visible + len(group.items) - 1 <= LIMIT and (depth is None or level[group] < depth)
        if group in wanted:
            group.open = True
        elif around.open and by_itself and fits:
            group.open = True
            visible += len(group.items) - 1


def _extremes(xs: list[float]) -> list[float]:
    ordered = [x for x in xs if not math.isnan(x)]
    return ([min(ordered), max(ordered)] if ordered else []) + ([math.nan] if len(ordered) < len(xs) else [])
