"""What is alike, and what is too much: groups that make a picture small enough to look at."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from autograd.drawing.groups import Flow, Group, Homes, Item
from autograd.notation import kind
from autograd.value import Value

ALIKE = 3  # so many groups that are alike become one
MANY_LEAVES = 8  # more of one kind, which feed whole groups, become one
LIMIT = 300  # boxes in a picture, unless more are asked for


def shapes_of(top: Group, flow: Flow) -> dict[Group, int]:
    """A number for each group; those of equal number have like names and are made of the same in the same way."""
    numbers: dict[object, int] = {}
    shapes: dict[Item, int] = {}
    for group in reversed(top.groups()):  # from the inside outwards
        place = {item: index for index, item in enumerate(group.items)}
        parts = [
            shapes[item] if isinstance(item, Group) else (kind(item), item.op and item.op.name, len(item.args))
            for item in group.items
        ]
        joints = [(place[start], place[end]) for start, end in flow[group]]
        shape = (group.kind, _base(group.name), tuple(parts), tuple(joints))
        shapes[group] = numbers.setdefault(shape, len(numbers))
    return {group: shape for group, shape in shapes.items() if isinstance(group, Group)}


def _base(name: str) -> str:
    """A name without its number."""
    return re.sub(r"[ _]*\d+$", "", name) or name


def fold_alike(group: Group, flow: Iterable[tuple[Item, Item]], shapes: dict[Group, int], wanted: set[Group]) -> None:
    """Make one of many groups that are alike and side by side, none resting on another."""
    inside = [item for item in group.items if isinstance(item, Group) and item in shapes and item not in wanted]
    if len(inside) < ALIKE:
        return
    ranks = _ranks(group.items, flow)
    families = defaultdict(list)
    for item in sorted(inside, key=lambda item: item.number):
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


def gather_leaves(group: Group, flow: Iterable[tuple[Item, Item]], homes: Homes) -> None:
    """Make one of many leaves that feed nothing but whole groups."""
    direct = {start for start, end in flow if isinstance(end, Value)}
    leaves = defaultdict(list)
    for item in group.items:
        if isinstance(item, Value) and not item.args and item not in direct:
            leaves[kind(item)].append(item)
    for name, members in leaves.items():
        if len(members) > MANY_LEAVES:
            repeats = _gather(group, members, f"{name}s")
            homes.update(dict.fromkeys(members, repeats))


def hide_the_distant(group: Group, flow: Iterable[tuple[Item, Item]], homes: Homes) -> None:
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
