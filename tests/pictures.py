"""How many pictures the cells of a notebook have, and how many of them a browser shows."""

from __future__ import annotations

import nbformat
from playwright.sync_api import Locator

IN_SIGHT = """pictures => pictures.filter(picture => {
    const box = picture.getBoundingClientRect()
    return picture.naturalWidth !== 0 && picture.checkVisibility() && box.width > 50 && box.height > 50
}).length"""


def pictures(cell: nbformat.NotebookNode) -> int:
    """How many outputs of a cell are pictures: all that is more than text and formulas."""
    kinds = [set(output.get("data", {})) for output in cell.get("outputs", [])]
    return sum(any(kind == "text/html" or kind.startswith("image/") for kind in each) for each in kinds)


def shown_pictures(cell: Locator) -> int:
    """How many pictures a cell shows that are loaded, in sight and more than an icon."""
    return int(cell.locator(".jp-OutputArea-output").locator("svg, img").evaluate_all(IN_SIGHT))
