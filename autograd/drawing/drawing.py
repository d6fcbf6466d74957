"""`draw`: a graph as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from autograd.drawing.dot import to_dot
from autograd.drawing.engine import DrawingError, render
from autograd.drawing.flows import Flows
from autograd.drawing.labels import caption
from autograd.drawing.mermaid import to_mermaid
from autograd.drawing.outline import Outline
from autograd.drawing.page import NOTEBOOK_NODES, cell, graph_data, page, still
from autograd.value import Value


class Drawing:
    """A picture of a graph as it was when drawn; a notebook shows it by itself, to be explored with the mouse.

    Attributes:
        caption: how big the graph is, and how to see more of it.
        source: the picture in the DOT language.
        mermaid: the picture in Mermaid's language, for Markdown.
        svg: the picture in SVG.
        html: a page to explore the graph in; it needs no network.

    Made by `draw`.
    """

    def __init__(self, outline: Outline, direction: str, edges: str | None) -> None:
        self._outline = outline
        self._direction = direction
        self._edges = edges
        self._flows = None if edges is None else Flows(outline, edges)

    @cached_property
    def caption(self) -> str:
        return caption(self._outline)

    @cached_property
    def source(self) -> str:
        return to_dot(self._outline, self._direction, self._flows)

    @cached_property
    def mermaid(self) -> str:
        return to_mermaid(self._outline, self._direction, self._flows)

    @cached_property
    def svg(self) -> str:
        return render(self.source, "svg").decode()

    @property
    def html(self) -> str:
        return page(graph_data(self._outline, self._direction, self._edges, self._flows), self.caption)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file.

        Args:
            path: where to; its suffix says in which format: .svg, .png, .pdf, .html, .mmd (Mermaid), .dot or .gv.

        Returns:
            The path.

        Raises:
            ValueError: the suffix is another one.
            DrawingError: no layout engine is installed, or it failed.
            OSError: the file cannot be written.
        """
        formats: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg.encode(),
            ".png": lambda: render(self.source, "png"),
            ".pdf": lambda: render(self.source, "pdf"),
            ".html": lambda: self.html.encode(),
            ".mmd": lambda: self.mermaid.encode(),
            ".dot": lambda: self.source.encode(),
            ".gv": lambda: self.source.encode(),
        }
        path = Path(path)
        if path.suffix.lower() not in formats:
            raise ValueError(f"cannot save as {path.suffix or 'a file without suffix'!r}: use {', '.join(formats)}")
        contents = formats[path.suffix.lower()]()  # before the file is touched
        path.write_bytes(contents)
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        data = graph_data(self._outline, self._direction, self._edges, self._flows, limit=NOTEBOOK_NODES)
        plain = {"text/plain": repr(self)}
        try:
            picture = {"image/svg+xml": self.svg}
        except DrawingError as error:  # the view to explore needs no engine
            return {"text/html": cell(data, f"<pre>{escape(str(error))}</pre>")} | plain
        return {"text/html": cell(data, still(self.svg, self.caption))} | picture | plain

    def __repr__(self) -> str:
        return f"<drawing of {self.caption}>"


def draw(
    root: Value | Iterable[Value],
    direction: Literal["LR", "TB"] = "LR",
    edges: Literal["partial", "gradient"] | None = None,
    depth: int | None = None,
    expand: Sequence[str] | Literal["all"] = (),
    fold: bool = True,
) -> Drawing:
    """Draw the graph of a Value: every node with its name, how it was made, data and gradient.

    Values made by hand are boxes with sharp corners, parameters have corners cut or turned down, operations are
    rounded, plain numbers dashed, and outputs have a thick border. Scopes are frames around their nodes. To
    keep the picture readable, functions such as softmax and the weighted sum of a neuron are one box, and so are
    three or more scopes that are alike; of more than 300 boxes, the innermost scopes are closed. In a notebook, and
    in a page saved as .html, a click opens what is closed.

    Args:
        root: the Value whose graph to draw; or a list, tuple or NumPy array of them, such as the outputs of a model.
        direction: "LR" for left to right, "TB" for top to bottom.
        edges: what to write on the edges: "partial", the local derivative, or "gradient", the gradient that flows
            back through it, with a width by its size, dashed where it is negative; from several outputs, that of
            their sum. The edge from a node to a closed box has the sum of what flows back from there to the node.
        depth: how many levels of scopes to show; 1 for one box for each of the outermost, such as the layers of a
            model. Default: as many as fit.
        expand: names of scopes to open, such as ["layer 2.neuron 3"]; or "all" for every node of the graph.
        fold: whether scopes that are alike, and many leaves that feed whole scopes, become one box.

    Returns:
        A `Drawing`: shown by a notebook, saved with `.save("graph.svg")`.

    Raises:
        TypeError: `root` is not a Value, nor are they in `root`.
        ValueError: an argument is none of those above, `root` is empty, or no scope has a name that is to be expanded.
        DrawingError: (when shown or saved) no layout engine is installed, or it failed.

    >>> from autograd import Value, draw
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b)
    <drawing of a graph of 3 nodes>
    >>> draw([a + b, a - b])
    <drawing of a graph of 4 nodes>
    """
    roots = _roots(root)
    if direction not in ("LR", "TB"):
        raise ValueError(f"direction is 'LR' (left to right) or 'TB' (top to bottom), got {direction!r}")
    if edges not in (None, "partial", "gradient"):
        raise ValueError(f"edges is 'partial' (local derivatives), 'gradient' or None, got {edges!r}")
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise ValueError(f"depth is a number of levels from 1 on, got {depth!r}")
    if isinstance(expand, str) and expand != "all":
        raise ValueError(f"expand is a list of names of scopes, such as [{expand!r}], or 'all'; got {expand!r}")
    return Drawing(Outline(roots, depth, expand, fold), direction, edges)


def _roots(root: Any) -> list[Value]:
    given = [root] if isinstance(root, Value) else root.flat if hasattr(root, "flat") else root
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"draw needs a Value or a list of them, got {type(root).__name__} {root!r:.60}")
    roots = list(given)
    if not roots:
        raise ValueError(f"draw needs at least one Value, got an empty {type(root).__name__}")
    for other in roots:
        if not isinstance(other, Value):
            raise TypeError(f"draw needs a list of nothing but Values, got {type(other).__name__} {other!r:.60} in it")
    return roots
