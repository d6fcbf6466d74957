"""A picture to explore: what the script of a page needs to know, and the page around it."""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from autograd.drawing import labels
from autograd.drawing.flows import Flows
from autograd.drawing.groups import Group
from autograd.drawing.outline import Edge, Outline
from autograd.notation import kind
from autograd.value import Value

NOTEBOOK_NODES = 1_500  # a notebook keeps hardly more than these with each picture
VIEW, STYLE = ("autograd.drawing/layout.js", "autograd.drawing/view.js"), "autograd.drawing/view.css"
SEALED = 'too much to keep in a notebook: draw(...).save("graph.html") keeps everything'

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>body {{ background: Canvas; color: CanvasText; {style} }}</style>
</head>
<body>
{content}
</body>
</html>
"""


def graph_data(
    outline: Outline, direction: str, edges: str | None, flows: Flows | None, limit: float = math.inf
) -> dict[str, Any]:
    """All of a graph, also what is hidden in closed groups, as plain data.

    So that closed groups hold no more nodes than the limit, the largest are sealed: only their outputs are kept, the
    last as if made from all that goes in.
    """
    groups, sealed = _kept(outline, limit)
    place = {group: index for index, group in enumerate(groups)} | {outline.top: -1}
    around = {node: _outermost(outline.homes[node], sealed) for node in outline.nodes}
    outputs = {arg for node in outline.nodes for arg in node.args if around[arg] is not around[node]}
    outputs |= outline.roots.keys()
    nodes = [node for node in outline.nodes if around[node] is None or node in outputs]
    number = {node: index for index, node in enumerate(nodes)}
    inputs: defaultdict[Group, dict[Value, list[tuple[Value, int]]]] = defaultdict(dict)  # and where they are used
    for node in outline.nodes:
        seal = around[node]
        if seal is not None:
            for position, arg in enumerate(node.args):
                if around[arg] is not seal:
                    inputs[seal].setdefault(arg, []).append((node, position))
    last = {seal: node for node, seal in around.items() if node in number and seal is not None}
    entries = []
    for node in nodes:
        seal = around[node]
        if seal is None:
            args = [(arg, [(node, position)]) for position, arg in enumerate(node.args)]
        else:
            args = list(inputs[seal].items()) if node is last[seal] else []
        entry: dict[str, Any] = {
            "name": outline.names[node],
            "kind": kind(node, outline.roots),
            "made": labels.made(node, outline.names),
            "data": json_number(outline.data[node]),
            "grad": json_number(outline.grad[node]),
            "group": place[seal or outline.homes[node]],
            "args": [number[arg] for arg, _ in args],
        }
        if flows is not None:
            entry["flow"] = [json_number(flows.along(Edge(arg, seal or node, uses))) for arg, uses in args]
        entries.append(entry)
    return {
        "caption": labels.caption(outline),
        "direction": direction,
        "edges": edges,
        "nodes": entries,
        "outputs": [number[root] for root in outline.roots],
        "groups": [
            {
                "name": group.name,
                "title": labels.group_title(group, outline),
                "kind": group.kind,
                "output": bool(outline.ends[group]),
                "parent": place[group.parent] if group.parent else -1,
                "open": group.open,
                "lines": [f"{word} {text}".strip() for word, text in labels.group_lines(group, outline)],
            }
            | ({"sealed": SEALED} if group in sealed else {})
            for group in groups
        ],
    }


def _kept(outline: Outline, limit: float) -> tuple[list[Group], set[Group]]:
    """The groups that are kept, from the outside inwards, and those of them that are sealed: the largest."""
    boxes = dict.fromkeys(item for item in outline.visible().values() if isinstance(item, Group))
    sealed = set()
    for size, group in sorted(((len(list(group.nodes())), group) for group in boxes), key=lambda pair: pair[0]):
        limit -= size
        if limit < 0:
            sealed.add(group)
    return [group for group in outline.top.groups() if sealed.isdisjoint(group.around()[1:])], sealed


def _outermost(home: Group, sealed: set[Group]) -> Group | None:
    return next((group for group in reversed(home.around()) if group in sealed), None)


def json_number(x: float | None) -> float | str | None:
    """A number as JSON can hold it: inf and nan as texts."""
    return x if x is None or math.isfinite(x) else {math.inf: "inf", -math.inf: "-inf"}.get(x, "nan")


def page(data: dict[str, Any], title: str) -> str:
    """A page of its own, which asks nothing of the network."""
    script = f"mountGraph(host, {in_script(data | {'wheel': True})}, {in_script(source(STYLE))});"
    return document(title, embedded("", VIEW, script), "margin: 0")


def cell(data: dict[str, Any], instead: str) -> str:
    """The same for the output of a notebook's cell, with something to show instead where scripts do not run."""
    return embedded(instead, VIEW, f"mountGraph(host, {in_script(data)}, {in_script(source(STYLE))});")


def document(title: str, content: str, style: str) -> str:
    """A page that asks nothing of the network."""
    return PAGE.format(title=escape(title), content=content, style=style)


def embedded(instead: str, sources: Iterable[str], script: str) -> str:
    """An element, `host`, that a script fills; where scripts do not run, it shows something instead."""
    find = "let host = document.currentScript; while (!host.matches('div')) host = host.previousElementSibling;"
    programs = "".join(map(source, sources))
    return (
        f"<div>{instead}</div>\n<script>(() => {{\n{find}\n{programs}host.replaceChildren();\n{script}\n}})()</script>"
    )


def still(svg: str, description: str) -> str:
    """A picture that needs no script."""
    return f'<img alt="{escape(description)}" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'


def in_script(data: Any) -> str:
    """Data as a script has it; "<" is written so that no label can end the script."""
    return json.dumps(data).replace("<", "\\u003c")


@cache
def source(path: str) -> str:
    """A file that comes along, package/name, without what only its readers need: indentation and lines of comment."""
    package, name = path.split("/")
    text = re.sub(r"^ */\*\*.*?\*/$", "", files(package).joinpath(name).read_text(encoding="utf-8"), flags=re.M | re.S)
    lines = [line.strip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))
