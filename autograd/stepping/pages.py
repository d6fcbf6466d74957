"""What is to be stepped through or practised on as a page of its own, and as a widget of a notebook."""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd.drawing import Drawing, DrawingError
from autograd.drawing.page import STYLE, VIEW, document, embedded, in_script, source, still
from autograd.stepping.javascript import missing, rules
from autograd.value import Value

HERE = "autograd.stepping"
BASE = (*VIEW, f"{HERE}/mathematics.js")
STEPPER = (*BASE, f"{HERE}/replaying.js", f"{HERE}/telling.js", f"{HERE}/stepper.js")


class Script(NamedTuple):
    """What runs in a page or a widget.

    Attributes:
        name: of the script that is started.
        sources: the files it consists of.
        operations: a JavaScript object with what operations compute, or "null".
    """

    name: str
    sources: tuple[str, ...]
    operations: str


def stepper_script(root: Value) -> Script:
    """What steps through a graph; it cannot compute it anew if JavaScript lacks one of its operations."""
    if missing(root):
        return Script("Stepper", STEPPER, "null")
    return Script("Stepper", (f"{HERE}/operations.js", *STEPPER), rules(root))


def practice_script() -> Script:
    scripts = (f"{HERE}/operations.js", f"{HERE}/arithmetic.js", f"{HERE}/practice.js")
    return Script("Practice", (*BASE, *scripts), "OPERATIONS")


def page(script: Script, data: dict[str, Any], title: str) -> str:
    """A page that needs no network and no Python."""
    data["graph"]["wheel"] = True
    return document(title, cell(script, data), "margin: 0")


def cell(script: Script, data: dict[str, Any], instead: str = "") -> str:
    """The same as the output of a notebook's cell, where there are no widgets."""
    start = f"mount{script.name}(host, {in_script(data)}, {_style()}, {script.operations});"
    return embedded(instead, script.sources, start)


def module(script: Script) -> str:
    """The same as the script of a widget: a module of JavaScript."""
    programs = "".join(map(source, script.sources))
    start = f"render{script.name}(model, el, {_style()}, {script.operations})"
    return f"{programs}\nexport default {{ render: ({{ model, el }}) => {start} }};\n"


def still_picture(drawing: Drawing) -> dict[str, str]:
    """What is shown where no script runs, by its types; nothing, if no layout engine is installed."""
    try:
        # An untrusted notebook in JupyterLab shows no SVG, other viewers show no picture inside of HTML.
        return {"text/html": still(drawing.svg, drawing.caption), "image/svg+xml": drawing.svg}
    except DrawingError:
        return {}


def _style() -> str:
    return in_script(source(STYLE) + source(f"{HERE}/stepper.css"))
