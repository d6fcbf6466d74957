"""What stands in the boxes of a picture, the same in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from autograd.drawing.groups import Group
from autograd.drawing.outline import Outline
from autograd.notation import MANY, TEXT, Names, printable, short
from autograd.value import Value

LENGTH = 28  # of a name
BLANK = "_" * 8  # to write a gradient on


def title(node: Value, names: Names) -> str:
    """A node's name, and how it was made."""
    return cut(names[node]) + (f" = {made(node, names)}" if node.args else "")


def made(node: Value, names: Names) -> str:
    """How a node was made, in a few words; nothing for a leaf."""
    return cut(str(TEXT.operation(node, {arg: cut(names[arg]) for arg in node.args})), 2 * LENGTH) if node.args else ""


def node_lines(node: Value, outline: Outline) -> list[tuple[str, str]]:
    """A node's numbers, in short; none for a constant, whose name is its number."""
    return [] if node.constant else [("data", short(outline.data[node])), ("grad", _gradient(node, outline, short))]


def group_title(group: Group, outline: Outline) -> str:
    """A group's name; that of a function, or of what outputs lie in, with the names of what it computes."""
    results = cut(_listed([outline.names[node] for node in _results(group, outline)]))
    return f"{results} = {cut(group.name)}" if results else cut(group.name)


def group_lines(group: Group, outline: Outline) -> list[tuple[str, str]]:
    """What a closed group says of what is inside: how much it is, and its results or else ranges of numbers."""
    inside, results = outline.insides[group], _results(group, outline)
    if not inside.nodes:
        return [("", _count(inside.constants, "number"))]
    counts = [_count(inside.nodes, "node")] if inside.nodes > inside.parameters else []
    counts += [_count(inside.parameters, "parameter")] if inside.parameters else []
    size = ("", ", ".join(counts))
    if not results:
        return [size, ("data", _range(inside.data)), ("grad", _range(inside.grad))]
    data = ("data", _listed([short(outline.data[node]) for node in results]))
    grad = ("grad", _listed([_gradient(node, outline, short) for node in results]))
    return [data, grad] if group.kind == "function" else [size, data, grad]


def exact_lines(node: Value, outline: Outline) -> list[str]:
    """A node with its whole name and all digits."""
    made = f" = {TEXT.operation(node, outline.names)}" if node.args else ""
    numbers = [] if node.constant else [f"data = {outline.data[node]!r}", f"grad = {_gradient(node, outline, repr)}"]
    return [printable(f"{outline.names[node]}{made}"), *numbers]


def caption(outline: Outline) -> str:
    """How big the graph is, and what to do to see what is hidden."""
    nodes = _count(len(outline.nodes), "node")
    boxes = Counter(item for item in outline.visible().values() if isinstance(item, Group))
    if not boxes:
        return f"a graph of {nodes}"
    scopes = (scope for box in boxes for scope in (box, *box.groups()) if scope.kind != "repeats")
    named = next(scopes, None)
    one = f"expand=[{named.path()!r}] opens one, " if named else ""
    where = f"{boxes.total():,} of them in {_count(len(boxes), 'closed box', 'closed boxes')}"
    return f'a graph of {nodes}, {where}; in draw, {one}expand="all" opens everything'


def cut(text: str, length: int = LENGTH) -> str:
    line = printable(text)
    return line if len(line) <= length else line[: length - 1] + "…"


def _gradient(node: Value, outline: Outline, write: Callable[[float], str]) -> str:
    gradient = outline.grad.get(node)
    return BLANK if gradient is None else write(gradient)


def _results(group: Group, outline: Outline) -> list[Value]:
    """The outputs of the picture that lie in a group, or else the one node that a function computes."""
    single = group.kind == "function" and len(group.outputs) == 1
    return outline.ends[group] or ([*group.outputs] if single else [])


def _listed(texts: list[str]) -> str:
    return ", ".join(texts if len(texts) <= MANY else [*texts[:2], "…", texts[-1]])


def _range(extremes: list[float]) -> str:
    texts = [short(x) for x in extremes]
    if len(texts) > 1 and texts[0] == texts[1]:
        del texts[0]
    return " … ".join(texts[:2]) + (", nan" if len(texts) > 2 else "")


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
