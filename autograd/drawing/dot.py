"""A graph in the DOT language: what each kind of node looks like and says."""

from __future__ import annotations

from html import escape

import graphviz

from autograd.notation import TEXT, Names, short
from autograd.value import Value

FONT = "Helvetica"
INK, FAINT, EDGE = "#1f2328", "#5c6670", "#7d8790"
LABEL_LENGTH = 28

# Kinds differ by shape as well as by colour; the colours are Okabe and Ito's, safe for colour-blind people.
STYLES = {
    "leaf": {"style": "filled", "fillcolor": "#e1effa", "color": "#0072b2", "penwidth": "1.5"},
    "constant": {"style": "rounded,filled,dashed", "fillcolor": "#f1f3f5", "color": EDGE, "width": "0", "height": "0"},
    "operation": {"style": "rounded,filled", "fillcolor": "#fdf3dc", "color": "#c98a00"},
    "output": {"style": "rounded,filled", "fillcolor": "#ddf2ea", "color": "#007a5a", "penwidth": "2.5"},
}


def to_dot(root: Value, names: Names, direction: str) -> str:
    """The graph of `root`, whose nodes are those in `names`."""
    dot = graphviz.Digraph(
        graph_attr={
            "rankdir": direction,
            "bgcolor": "transparent",
            "ranksep": "0.3",
            "nodesep": "0.15",
            "ordering": "in",
        },
        node_attr={"shape": "box", "fontname": FONT, "fontsize": "11", "fontcolor": INK, "margin": "0.1,0.05"},
        edge_attr={"color": EDGE, "arrowsize": "0.6"},
    )
    keys = {node: f"n{index}" for index, node in enumerate(names)}
    for node in names:
        kind = "output" if node is root else _kind(node)
        dot.node(keys[node], _label(node, names), tooltip=_tooltip(node, names), **{"class": kind}, **STYLES[kind])
        for arg in node.args:
            dot.edge(keys[arg], keys[node])
    return str(dot.source)


def _kind(node: Value) -> str:
    if node.args:
        return "operation"
    return "constant" if node.constant else "leaf"


def _label(node: Value, names: Names) -> str:
    if node.constant:
        return f"<{_text(names[node])}>"
    title = f"<b>{_text(names[node])}</b>"
    if node.args:
        title += f" = {_text(str(TEXT.operation(node, _shortened(node, names))), 2 * LABEL_LENGTH)}"
    rows = "".join(
        f'<tr><td align="left"><font color="{FAINT}">{word}</font></td><td align="right">&#160;{short(x)}</td></tr>'
        for word, x in (("data", node.data), ("grad", node.grad))
    )
    return (
        '<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">'
        f'<tr><td colspan="2">{title}</td></tr>{rows}</table>>'
    )


def _tooltip(node: Value, names: Names) -> str:
    made = f" = {TEXT.operation(node, names)}" if node.args else ""
    numbers = "" if node.constant else f"\ndata = {float(node.data)!r}\ngrad = {float(node.grad)!r}"
    text = _printable(f"{names[node]}{made}{numbers}")
    text = text.replace("&", "&amp;").replace("\\", "\\\\")  # Graphviz reads entities, and backslashes twice
    return str(graphviz.escape(text))


def _shortened(node: Value, names: Names) -> Names:
    return {arg: _cut(names[arg], LABEL_LENGTH) for arg in node.args}


def _text(text: str, length: int = LABEL_LENGTH) -> str:
    line = _printable(text.replace("\n", " "))
    return escape(_cut(line, length)).replace("\\", "\\\\")  # Graphviz reads \N and the like in labels


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
