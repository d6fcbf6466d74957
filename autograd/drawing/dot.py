"""A picture in the DOT language: what each kind of box looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import graphviz

from autograd.drawing import labels
from autograd.drawing.flows import Flows
from autograd.drawing.groups import Group, Item
from autograd.drawing.outline import Edge, Outline
from autograd.notation import Names, kind, printable, short
from autograd.value import Value

FONT = "Helvetica"
INK, FAINT, EDGE = "#1f2328", "#5c6670", "#7d8790"
POSITIVE, NEGATIVE = "#0072b2", "#b4451f"

# Kinds differ by shape as well as by colour; the colours are Okabe and Ito's, safe for colour-blind people.
STYLES = {
    "input": {"style": "filled", "fillcolor": "#e1effa", "color": "#0072b2", "penwidth": "1.5"},
    "parameter": {"shape": "note", "style": "filled", "fillcolor": "#f9e8f2", "color": "#a8447f", "penwidth": "1.2"},
    "constant": {"style": "rounded,filled,dashed", "fillcolor": "#f1f3f5", "color": EDGE, "width": "0", "height": "0"},
    "operation": {"style": "rounded,filled", "fillcolor": "#fdf3dc", "color": "#c98a00"},
    "output": {"style": "rounded,filled", "fillcolor": "#ddf2ea", "color": "#007a5a", "penwidth": "2.5"},
    "scope": {"shape": "folder", "style": "filled", "fillcolor": "#eef0f2", "color": FAINT},
    "function": {"style": "rounded,filled", "fillcolor": "#fdf3dc", "color": "#c98a00", "peripheries": "2"},
    "repeats": {"shape": "box3d", "style": "filled", "fillcolor": "#eef0f2", "color": FAINT},
}
FRAME = {
    "style": "rounded,filled",
    "color": "#a9b1b9",
    "fillcolor": "#7d879014",
    "fontcolor": "#767e86",
    "margin": "10",
}


def to_dot(outline: Outline, direction: str, flows: Flows | None) -> str:
    """The picture of a graph, with `flows` on its edges."""
    dot = graphviz.Digraph(
        graph_attr={
            "rankdir": direction,
            "bgcolor": "transparent",
            "ranksep": "0.3",
            "nodesep": "0.15",
            "ordering": "in",
            "nslimit": "2",  # some graphs would otherwise take minutes
            "fontname": FONT,
            "fontsize": "10",
            "fontcolor": "#767e86",
            "labelloc": "b",
            "labeljust": "l",
        },
        node_attr={"shape": "box", "fontname": FONT, "fontsize": "11", "fontcolor": INK, "margin": "0.1,0.05"},
        edge_attr={"color": EDGE, "arrowsize": "0.6", "fontname": FONT, "fontsize": "9", "fontcolor": INK},
    )
    keys: dict[Item, str] = {node: f"n{index}" for index, node in enumerate(outline.nodes)}
    keys |= {group: f"g{index}" for index, group in enumerate(outline.top.groups())}
    _draw_items(dot, outline, keys)
    for edge in outline.edges():
        dot.edge(keys[edge.start], keys[edge.end], **_line(edge, flows))
    boxes = outline.visible().values()
    if any(isinstance(item, Group) for item in boxes):
        dot.attr(label=f"<{_markup(labels.caption(outline), 1000)}>")
    return str(dot.source)


def _draw_items(dot: graphviz.Digraph, outline: Outline, keys: dict[Item, str]) -> None:
    """All boxes and frames, without recursion: groups may be deep."""
    open_frames: list[tuple[graphviz.Digraph, Iterator[Item], graphviz.Digraph | None]]
    open_frames = [(dot, iter(outline.top.items), None)]
    while open_frames:
        graph, items, around = open_frames[-1]
        for item in items:
            if isinstance(item, Value):
                _draw_node(graph, keys[item], item, outline)
            elif not item.open:
                _draw_closed(graph, keys[item], item, outline)
            else:
                frame = graphviz.Digraph(name=f"cluster_{keys[item]}")
                title = f"<{_markup(item.name)}>"
                frame.attr(
                    label=title,
                    labelloc="t",
                    labeljust="l",
                    tooltip=_plain(printable(item.path() or item.name)),
                    **FRAME,
                )
                open_frames.append((frame, iter(item.items), graph))
                break
        else:
            open_frames.pop()
            if around is not None:
                around.subgraph(graph)


def _draw_node(dot: graphviz.Digraph, key: str, node: Value, outline: Outline) -> None:
    names = outline.names
    sort = kind(node, outline.roots)
    rows = labels.node_lines(node, outline)
    label = _table(_equation(node, names), rows) if rows else f"<{_markup(names[node])}>"
    tooltip = _plain("\n".join(labels.exact_lines(node, outline)))
    dot.node(key, label, tooltip=tooltip, **{"class": sort}, **STYLES[sort])


def _draw_closed(dot: graphviz.Digraph, key: str, group: Group, outline: Outline) -> None:
    style = STYLES[group.kind]
    if outline.ends[group]:
        style = style | {name: STYLES["output"][name] for name in ("fillcolor", "color", "penwidth")}
    title = f"<b>{_markup(labels.group_title(group, outline), 2 * labels.LENGTH)}</b>"
    label = _table(title, labels.group_lines(group, outline), above=8 if group.kind == "repeats" else 0)
    dot.node(key, label, tooltip=_plain(printable(group.path() or group.name)), **{"class": group.kind}, **style)


def _line(edge: Edge, flows: Flows | None) -> dict[str, str]:
    flow = flows.along(edge) if flows else None
    if flows is None or flow is None:
        return {}
    chip = f'<<table border="0" cellborder="0" cellpadding="1" bgcolor="white"><tr><td>{short(flow)}</td></tr></table>>'
    if not flows.by_size:
        return {"label": chip}
    look = {"label": chip, "penwidth": f"{1 + 4 * flows.share(flow):.2f}", "color": POSITIVE if flow >= 0 else NEGATIVE}
    return look | ({"style": "dashed"} if flow < 0 else {})


def _equation(node: Value, names: Names) -> str:
    made = labels.made(node, names)
    return f"<b>{_markup(names[node])}</b>" + (f" = {_markup(made, len(made))}" if made else "")


def _table(title: str, rows: Iterable[tuple[str, str]], above: int = 0) -> str:
    lines = ""
    for word, text in rows:
        left = f'align="left"><font color="{FAINT}">{_markup(word or text, 60)}</font></td>'
        lines += f"<tr><td {left}" if word else f'<tr><td colspan="2" {left}'
        lines += f'<td align="right">&#160;{_markup(text, 2 * labels.LENGTH)}</td></tr>' if word else "</tr>"
    room = f'<tr><td colspan="2" height="{above}"></td></tr>' if above else ""  # for the upper side of a solid box
    return (
        '<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">'
        f'{room}<tr><td colspan="2">{title}</td></tr>{lines}</table>>'
    )


def _markup(text: str, length: int = labels.LENGTH) -> str:
    return escape(labels.cut(text, length)).replace("\\", "\\\\")  # Graphviz reads \N and the like in labels


def _plain(text: str) -> str:
    text = text.replace("&", "&amp;").replace("\\", "\\\\")  # Graphviz reads entities, and backslashes twice
    escaped: str = graphviz.escape(text)  # marked as plain, also if it looks like <markup>
    return escaped
