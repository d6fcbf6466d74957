"""Groups of nodes, made from their scopes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Literal, TypeAlias

from autograd.recording import Scope
from autograd.value import Value

Item: TypeAlias = "Group | Value"
Flow: TypeAlias = "dict[Group, dict[tuple[Item, Item], None]]"  # in each group, which item rests on which
Homes: TypeAlias = "dict[Value, Group]"


class Group:
    """Nodes that a picture shows inside a frame or, when closed, as one box."""

    __slots__ = ("items", "kind", "name", "number", "open", "outputs", "parent")

    def __init__(
        self, name: str, kind: Literal["scope", "function", "repeats"], parent: Group | None, number: int = 0
    ) -> None:
        self.name = name
        self.kind = kind
        self.parent = parent
        self.number = number  # of its scope
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

    def of_nodes(self) -> bool:
        """Whether it stands for many nodes, rather than for groups that are alike."""
        return self.kind == "repeats" and isinstance(self.items[-1], Value)

    def nodes(self) -> Iterator[Value]:
        """The nodes inside, at any depth."""
        for group in (self, *self.groups()):
            yield from (item for item in group.items if isinstance(item, Value))


def group_by_scope(nodes: list[Value], top: Group) -> Homes:
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
        inside = groups[new] = Group(new.name, "function" if new.closed else "scope", group, new.number)
        group.items.append(inside)
        group = inside
    return group


def number_namesakes(top: Group) -> None:
    """Tell groups of one name apart, in the order in which they were made."""
    for group in (top, *top.groups()):
        inside = sorted((item for item in group.items if isinstance(item, Group)), key=lambda item: item.number)
        count = Counter(item.name for item in inside)
        number: Counter[str] = Counter()
        for item in inside:
            if count[item.name] > 1:
                number[item.name] += 1
                item.name = f"{item.name} {number[item.name]}"


def flow_of(nodes: list[Value], homes: Homes) -> Flow:
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
