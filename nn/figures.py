"""What the pictures of learning share: colours, and figures that a notebook shows by itself."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, safe for colour-blind people; classes and paths differ by their markers as well.
PALETTE = ["#0072b2", "#d55e00", "#009e73", "#a8447f", "#c98a00"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
INK, FAINT = "#1f2328", "#5c6670"


def canvas(ax: Axes | None, width: float = 6.0) -> tuple[Figure | None, Axes]:
    """A figure of its own and its axes, or no figure and the axes that are given."""
    if ax is not None:
        return None, ax
    figure, (ax,) = panels_of(1, 1, width, 4.0)
    return figure, ax


def panels_of(rows: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of so many inches with its axes, row by row. It is no figure of pyplot: only its user keeps it."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "plots need matplotlib: python -m pip install matplotlib", name="matplotlib"
        ) from None
    figure = Figure((width, height), layout="constrained")
    figure._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]  # notebooks know figures of pyplot only
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _png(figure: Figure) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def legend_beside(ax: Axes) -> None:
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
