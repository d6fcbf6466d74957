"""`draw`: a graph as a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from autograd.drawing.dot import to_dot
from autograd.drawing.engine import render
from autograd.notation import name_nodes
from autograd.value import Value


class Drawing:
    """A picture of a graph as it was when drawn; a notebook shows it by itself.

    Attributes:
        source: the picture in the DOT language.
        svg: the picture in SVG.

    Made by `draw`.
    """

    def __init__(self, source: str, caption: str) -> None:
        self.source = source
        self._caption = caption

    @cached_property
    def svg(self) -> str:
        return render(self.source, "svg").decode()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file.

        Args:
            path: where to; its suffix says in which format: .svg, .png, .pdf, .dot or .gv.

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
        return {"image/svg+xml": self.svg, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<drawing of {self._caption}>"


def draw(root: Value, direction: Literal["LR", "TB"] = "LR") -> Drawing:
    """Draw the graph of a Value: every node with its name, how it was made, data and gradient.

    Values made by hand are boxes with sharp corners, operations rounded, plain numbers dashed, and the
    output has a thick border. Numbers are shortened; where a browser opens the SVG itself, a tooltip gives
    every digit.

    Args:
        root: the Value whose graph to draw.
        direction: "LR" for left to right, "TB" for top to bottom.

    Returns:
        A `Drawing`: shown by a notebook, saved with `.save("graph.svg")`.

    Raises:
        TypeError: `root` is not a Value.
        ValueError: the direction is another one.
        DrawingError: (when shown or saved) no layout engine is installed, or it failed.

    >>> from autograd import Value, draw
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b)
    <drawing of a graph of 3 nodes>
    """
    if not isinstance(root, Value):
        raise TypeError(f"draw needs a Value, got {type(root).__name__} {root!r:.60}")
    if direction not in ("LR", "TB"):
        raise ValueError(f"direction is 'LR' (left to right) or 'TB' (top to bottom), got {direction!r}")
    names = name_nodes(root)
    caption = f"a graph of {len(names)} node{'s' if len(names) > 1 else ''}"
    return Drawing(to_dot(root, names, direction), caption)
