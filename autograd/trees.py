"""`tree`: a graph as an indented tree, for a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from autograd.columns import width_of
from autograd.notation import QUOTED, Names, name_nodes, short
from autograd.value import Value

LINES, DEPTH = 200, 20
LABEL_LENGTH = 28


@dataclass(frozen=True, repr=False)
class Tree:
    """A graph as an indented tree, as it was when `tree` was called: print it.

    Attributes:
        text: the tree, as `str` gives it.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def tree(root: Value) -> Tree:
    """The graph of a Value as a tree to print: below each node, one step to the right, what it was made from.

    Plain numbers stand only in the operations. What a node was made from is shown where the node comes first; where
    it comes again, the line says so.

    Args:
        root: the Value to stand at the top.

    Returns:
        A `Tree`, to be printed. Of more than 200 lines it shows the first, and of each branch 20 steps, and then says
        how many nodes are left out.

    Raises:
        TypeError: `root` is not a Value.

    >>> from autograd import Value, tree
    >>> w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(7.0, label="b")
    >>> L = (w * x + b) ** 2; L.label = "L"
    >>> L.backward()
    >>> print(tree(L))
    L = v2**2        =  1.0   grad  1.0
    └─ v2 = v1 + b   =  1.0   grad  2.0
       ├─ v1 = w·x   = -6.0   grad  2.0
       │  ├─ w       = -3.0   grad  4.0
       │  └─ x       =  2.0   grad -6.0
       └─ b          =  7.0   grad  2.0
    """
    if not isinstance(root, Value):
        raise TypeError(f"tree needs a Value, got {type(root).__name__} {root!r:.60}")
    names = {node: _cut(name) for node, name in name_nodes(root).items()}
    lines = _lines(root, names)
    text = _in_columns(lines[:LINES])
    left = sum(not node.constant for node in names.keys() - {node for _, node in lines[:LINES]})
    if left:
        text += f"\n… {left} more node{'s' if left > 1 else ''}: print(tree(root.args[0])) starts further down"
    elif len(lines) > LINES:
        text += "\n…"
    return Tree(text)


def _lines(root: Value, names: Names) -> list[tuple[str, Value | None]]:
    """Each line down to its name and operation, and the node whose numbers belong there; one more than are shown."""
    lines: list[tuple[str, Value | None]] = []
    seen: set[Value] = set()
    todo = [(root, 0, "", "")]
    while todo and len(lines) <= LINES:
        node, depth, branch, indent = todo.pop()
        name = f"{branch}{QUOTED.node(node, names)}"
        if node in seen:
            lines.append((f"{name} (above)", None))
            continue
        seen.add(node)
        lines.append((f"{name} = {QUOTED.operation(node, names)}" if node.args else name, node))
        below = [arg for arg in node.args if not arg.constant]
        if below and depth == DEPTH:
            lines.append((f"{indent}└─ …", None))
        elif below:
            last = (below[-1], depth + 1, f"{indent}└─ ", f"{indent}   ")
            others = [(arg, depth + 1, f"{indent}├─ ", f"{indent}│  ") for arg in below[:-1]]
            todo += [last, *reversed(others)]
    return lines


def _in_columns(lines: list[tuple[str, Value | None]]) -> str:
    nodes = [node for _, node in lines if node is not None]
    numbers = dict(zip(nodes, zip(_column([node.data for node in nodes]), _column([node.grad for node in nodes]))))
    width = max(width_of(left) for left, node in lines if node is not None)
    rows = []
    for left, node in lines:
        row = left
        if node is not None and not node.constant:
            data, grad = numbers[node]
            row += f"{' ' * (width - width_of(left))}   = {data}   grad {grad}"
        rows.append(row.rstrip())
    return "\n".join(rows)


def _column(numbers: list[float]) -> list[str]:
    """Numbers shortened, signs below each other, and equally wide."""
    texts = [short(x) for x in numbers]
    if any(text.startswith("-") for text in texts):
        texts = [text if text.startswith("-") else f" {text}" for text in texts]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _cut(name: str) -> str:
    return name if len(name) <= LABEL_LENGTH else f"{name[: LABEL_LENGTH - 1]}…"
