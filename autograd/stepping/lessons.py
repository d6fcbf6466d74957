"""What a page needs to know of a graph to step through it, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.drawing.outline import Outline
from autograd.drawing.page import graph_data, json_number
from autograd.notation import Latex, Phrase
from autograd.stepping.javascript import missing, rule
from autograd.stepping.listing import AnyStep, ForwardStep, SeedStep, Step
from autograd.value import Value

EXPANDED = 300  # nodes, of which each has a box from the beginning
MOST = 3_000  # nodes that a page holds


class TooLargeError(ValueError):
    """A graph is too large for a page."""


class Places(Latex):
    """Formulas in which places stand for nodes: @0 for the first argument, @out for the result."""

    def name(self, name: str) -> Phrase:
        return Phrase(rf"\text{{@{name}}}", "atom", self.brackets)


PLACES = Places()


class Formulas:
    """Formulas as MathML, each of them once."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def add(self, latex: Any) -> int:
        return self.index.setdefault(str(latex), len(self.index))

    def mathml(self) -> list[str]:
        try:
            from latex2mathml.converter import convert
        except ImportError:
            raise ImportError(
                'typeset formulas need the package latex2mathml: python -m pip install "stepgrad[draw]"'
            ) from None
        return [convert(latex) for latex in self.index]


def lesson(root: Value, steps: Sequence[AnyStep], position: int) -> dict[str, Any]:
    """A graph and its steps, at a position."""
    outline = _outline(root)
    number = {node: index for index, node in enumerate(outline.nodes)}
    formulas = Formulas()
    entries = [_entry(step, number, formulas) for step in steps]
    unknown = set(missing(root))
    return {
        "graph": _picture(outline, ["data", "grad"]),
        "steps": entries,
        "rules": [rule(node) if node.op and node.op.name not in unknown else None for node in outline.nodes],
        "formulas": formulas.mathml(),
        "numbers": numbers(outline.nodes, steps),
        "position": position,
    }


def numbers(nodes: Sequence[Value], steps: Sequence[AnyStep]) -> dict[str, Any]:
    """All that changes with the leaves: the data of all nodes, and the local derivatives of all steps."""
    return {
        "data": [json_number(node.data) for node in nodes],
        "partials": [json_number(step.partial) for step in steps if isinstance(step, Step)],
    }


def task(root: Value, cards: dict[Value, dict[str, Any]]) -> dict[str, Any]:
    """A graph and the blanks in it."""
    outline = _outline(root)
    number = {node: index for index, node in enumerate(outline.nodes)}
    for card in cards.values():
        card["answer"] = json_number(card["answer"])
        card["edges"] = [(name, json_number(partial)) for name, partial in card["edges"]]
    return {
        "graph": _picture(outline, ["grad"]),
        "cards": [{"node": number[node], **card} for node, card in cards.items()],
    }


def _outline(root: Value) -> Outline:
    outline = Outline([root], None, "all", fold=False)
    count = len(outline.nodes)
    if count > MOST:
        raise TooLargeError(
            f"this graph has {count:,} nodes, a page to step through holds {MOST:,}; "
            "take a part of it, such as the loss of one sample"
        )
    return outline if count <= EXPANDED else Outline([root], None, (), fold=True)


def _entry(step: AnyStep, number: dict[Value, int], formulas: Formulas) -> dict[str, Any]:
    if isinstance(step, SeedStep):
        return {"kind": "seed", "node": number[step.root]}
    names = {arg: str(position) for position, arg in reversed(list(enumerate(step.node.args)))} | {step.node: "out"}
    made = PLACES.operation(step.node, names)
    if isinstance(step, ForwardStep):
        return {"kind": "forward", "node": number[step.node], "made": formulas.add(made)}
    return {
        "kind": "backward",
        "node": number[step.node],
        "arg": number[step.arg],
        "position": step.position,
        "flat": step.flat,
        "slope": formulas.add(PLACES.derivative(made, PLACES.node(step.arg, names))),
        "because": formulas.add(PLACES.partial(step.node, step.position, names)),
    }


def _picture(outline: Outline, blank: Sequence[str]) -> dict[str, Any]:
    """A graph whose numbers are still to come; what closed groups say of theirs would not stay true."""
    graph = graph_data(outline, "LR", None, None)
    for word in blank:
        for node in graph["nodes"]:
            node[word] = None
        for group in graph["groups"]:
            group["lines"] = [line for line in group["lines"] if not line.startswith(f"{word} ")]
    return graph
