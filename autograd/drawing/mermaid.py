"""A picture in the language of Mermaid, which Markdown shows on GitHub and elsewhere."""

from __future__ import annotations

from html import escape

from autograd.drawing import labels
from autograd.drawing.dot import FRAME, INK, STYLES
from autograd.drawing.flows import Flows
from autograd.drawing.groups import Group, Item
from autograd.drawing.outline import Outline
from autograd.notation import kind, short

SHAPES = {
    "input": "[{}]",
    "parameter": "[/{}\\]",
    "constant": "({})",
    "operation": "({})",
    "output": "([{}])",
    "scope": "[{}]",
    "function": "[[{}]]",
    "repeats": "[[{}]]",
}
MORE = {"constant": ",stroke-dasharray:4 2", "output": ",stroke-width:3px"}


def to_mermaid(outline: Outline, direction: str, flows: Flows | None) -> str:
    """The picture of a graph, with `flows` on its edges."""
    keys: dict[Item, str] = {node: f"n{index}" for index, node in enumerate(outline.nodes)}
    keys |= {group: f"g{index}" for index, group in enumerate(outline.top.groups())}
    lines, frames = [f"flowchart {direction}"], []
    todo: list[Item | None] = [*reversed(outline.top.items)]
    while todo:
        item = todo.pop()
        if item is None:
            lines.append("end")
        elif isinstance(item, Group) and item.open:
            lines.append(f"subgraph {keys[item]} [{_quoted(labels.cut(item.name))}]")
            frames.append(keys[item])
            todo += [None, *reversed(item.items)]
        else:
            sort = item.kind if isinstance(item, Group) else kind(item, outline.roots)
            look = "output" if isinstance(item, Group) and outline.ends[item] else sort
            lines.append(f"{keys[item]}{SHAPES[sort].format(_quoted(_text(item, outline)))}:::{look}")
    for edge in outline.edges():
        flow = flows.along(edge) if flows else None
        lines.append(f"{keys[edge.start]} -->{'' if flow is None else f'|{_quoted(short(flow))}|'} {keys[edge.end]}")
    lines += [f"class {key} frame" for key in frames]
    for sort, style in (STYLES | {"frame": FRAME}).items():
        ink = style.get("fontcolor", INK)
        look = f"fill:{style['fillcolor']},stroke:{style['color']},color:{ink}{MORE.get(sort, '')}"
        lines.append(f"classDef {sort} {look}")
    return "\n".join(lines) + "\n"


def _text(item: Item, outline: Outline) -> str:
    if isinstance(item, Group):
        title, lines = labels.group_title(item, outline), labels.group_lines(item, outline)
    else:
        title, lines = labels.title(item, outline.names), labels.node_lines(item, outline)
    return "\n".join([title, *(f"{word} {text}".strip() for word, text in lines)])


def _quoted(text: str) -> str:
    """A text that Mermaid takes literally: entities with # instead of &."""
    literal = "".join(c if c.isalnum() or c in " .,=+-·…×\n" else f"#{ord(c)};" for c in text)
    return '"' + escape(literal).replace("\n", "<br>") + '"'
