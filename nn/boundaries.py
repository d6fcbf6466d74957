"""Which class a model gives to each point of the plane, and how that changes while it learns."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from itertools import cycle
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value, no_grad
from nn.data import check_data
from nn.figures import INK, MARKERS, PALETTE, canvas, legend_beside, panels_of
from nn.module import Module
from nn.training import Epoch

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]
PLANE, FRAME = 40, 24  # points along a side of the grid, of a picture and of a frame of an animation
FRAMES, FRAMES_A_SECOND = 30, 5  # of an animation, at most so many
ICONS = {
    "minus": "−",
    "fast-backward": "«",
    "step-backward": "‹",
    "play fa-flip-horizontal": "◂",
    "pause": "❚❚",
    "play": "▸",
    "step-forward": "›",
    "fast-forward": "»",
    "plus": "+",
}


def plot_decision_boundary(
    model: Callable[[Any], Any],
    X: ArrayLike,
    y: ArrayLike,
    threshold: float = 0.0,
    predict: Callable[[Array], Any] | None = None,
    ax: Axes | None = None,
) -> Figure | None:
    """Draw which class a model of two inputs gives to every point of the plane, and the samples.

    Args:
        model: a Module, or another function of a point. One output is greater than `threshold` for the greater one of
            two labels; of several outputs the greatest one is that of the class.
        X: the samples, shape (n, 2).
        y: the n labels: two different numbers, or for several outputs the numbers 0, 1, 2, … of the classes.
        threshold: 0 for scores, 0.5 for probabilities.
        predict: the model for many points at once, if that is faster: from an array of shape (m, 2) to m outputs.
        ax: where to draw. Default: in a figure of its own.

    Returns:
        The figure; None if it is drawn on `ax`.

    Raises:
        TypeError, ValueError: the samples are not pairs of finite numbers, or the labels are not as said above.

    >>> from nn import Neuron
    >>> from nn import AND
    >>> from nn import plot_decision_boundary
    >>> plot_decision_boundary(Neuron(2, "identity", seed=0), *AND)
    <Figure size 550x400 with 1 Axes>
    """
    samples = _Samples.checked(X, y)
    figure, ax = canvas(ax, 5.5)
    _draw_plane(ax, samples, predict or _one_by_one(model), threshold, PLANE)
    return figure


class TrainingAnimation:
    """How the decision boundary moves while a model learns: a callback of `fit`, to be looked at after the training.

    A notebook shows it with buttons and a slider; `save` makes a page that does the same offline, or a GIF.
    Of more than 30 epochs, so many are shown. It begins with the model as it is when the animation is made.

    Args:
        model: a Module of two inputs.
        X, y, threshold: as for `plot_decision_boundary`.

    Raises:
        TypeError, ValueError: as for `plot_decision_boundary`.

    >>> from nn import Neuron, mse_loss
    >>> from nn import AND
    >>> from nn import SGD
    >>> from nn import TrainingAnimation
    >>> from nn import fit
    >>> model = Neuron(2, "sigmoid", seed=0)
    >>> animation = TrainingAnimation(model, *AND, threshold=0.5)
    >>> history = fit(model, *AND, mse_loss, SGD(model.parameters(), lr=5.0), epochs=20, callbacks=[animation])
    >>> animation
    <animation of 20 epochs>
    """

    def __init__(self, model: Module, X: ArrayLike, y: ArrayLike, threshold: float = 0.0) -> None:
        self._model = model
        self._samples = _Samples.checked(X, y)
        self._threshold = threshold
        self._epochs = [("before training", [p.data for p in model.parameters()])]

    def __call__(self, epoch: Epoch) -> None:
        """What `fit` calls after each epoch."""
        self.record(epoch.loss)

    def record(self, loss: float | Value) -> None:
        """Keep the model as it is now; in a loop of your own, to be called after each epoch.

        Args:
            loss: the loss of the epoch, to be shown with it.
        """
        title = f"epoch {len(self._epochs)}, loss {float(loss):.3g}"
        self._epochs.append((title, [p.data for p in self._model.parameters()]))

    @property
    def html(self) -> str:
        """Buttons, a slider and at most 30 pictures in HTML; it needs no network."""
        page = self._animation().to_jshtml(fps=FRAMES_A_SECOND, default_mode="once")
        page = re.sub(r"<link[^>]*>", "", page)  # an icon font on the internet
        return re.sub(r'<i class="fa fa-([^"]+)"></i>', lambda icon: ICONS.get(icon[1], icon[1]), page)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the animation to a file.

        Args:
            path: where to; its suffix says in which format: .html or .gif.

        Returns:
            The path.

        Raises:
            ValueError: the suffix is another one.
            OSError: the file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() == ".html":
            head = '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Training</title>\n'
            path.write_text(head + self.html, encoding="utf-8")
        elif path.suffix.lower() == ".gif":
            self._animation().save(path, writer="pillow", fps=FRAMES_A_SECOND)
        else:
            given = path.suffix or "a file without suffix"
            raise ValueError(f"cannot save an animation as {given!r}: use .html, which has buttons, or .gif")
        return path

    def _animation(self) -> FuncAnimation:
        from matplotlib.animation import FuncAnimation

        figure, (ax,) = panels_of(1, 1, 4.8, 3.6)
        model = copy.deepcopy(self._model)  # which is given the parameters of each epoch
        frames = np.linspace(0, len(self._epochs) - 1, min(FRAMES, len(self._epochs))).round().astype(int).tolist()

        def draw(frame: int) -> list[Any]:
            title, numbers = self._epochs[frame]
            for parameter, number in zip(model.parameters(), numbers):
                parameter.data = number
            ax.clear()
            _draw_plane(ax, self._samples, _one_by_one(model), self._threshold, FRAME)
            ax.set_title(title)
            return []

        return FuncAnimation(figure, draw, frames, cache_frame_data=False)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        epochs = len(self._epochs) - 1
        return f"<animation of {epochs} epoch{'s' * (epochs != 1)}>"


class _Samples(NamedTuple):
    """Points of the plane and their labels."""

    points: Array
    labels: Array

    @classmethod
    def checked(cls, X: ArrayLike, y: ArrayLike) -> _Samples:
        points, labels = check_data(X, y)
        if points.shape[1] != 2:
            raise ValueError(
                f"a plane has two inputs, got {points.shape[1]}: choose two columns, X[:, [0, 1]], "
                "and a model that takes those"
            )
        if labels.ndim != 1:
            raise ValueError(
                f"y has one label for each point, got shape {labels.shape}; of one-hot rows take y.argmax(axis=1)"
            )
        return cls(points, labels)


def _one_by_one(model: Callable[[Any], Any]) -> Callable[[Array], Any]:
    return lambda points: [model(point) for point in points.tolist()]


def _draw_plane(ax: Axes, samples: _Samples, predict: Callable[[Array], Any], threshold: float, grid: int) -> None:
    """The regions of the classes, on a grid of so many points a side, and the samples in it."""
    points, labels = samples
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, 0.15 * (high - low), 1.0)
    xs, ys = np.linspace(low - room, high + room, grid).T
    with no_grad():
        outputs = np.array(predict(np.array([(x, y) for y in ys for x in xs])), dtype=float)
    if len(outputs) != grid * grid:
        raise ValueError(f"predict gives an output for each point: of {grid * grid} points it gave {len(outputs)}")
    classes, margins = _classes(outputs.reshape(grid, grid, -1), labels, threshold)
    for number, margin, colour, marker in zip(classes, margins, cycle(PALETTE), cycle(MARKERS)):
        if (margin > 0).any():
            ax.contourf(xs, ys, margin, [0.0, np.nanmax(margin)], colors=[colour], alpha=0.22)
            if (margin < 0).any():
                ax.contour(xs, ys, margin, [0.0], colors=[INK], linewidths=1.0)
        xy, label = points[labels == number].T, f"class {number:g}"
        ax.scatter(xy[0], xy[1], c=colour, marker=marker, edgecolors="white", linewidths=0.7, zorder=3, label=label)
    ax.set(xlabel="x1", ylabel="x2")
    legend_beside(ax)


def _classes(outputs: Array, labels: Array, threshold: float) -> tuple[list[float], list[Array]]:
    """The classes, and for each of them by how much it wins at each point of the grid."""
    outputs = np.where(np.isfinite(outputs), outputs, np.nan)
    found, count = sorted(set(labels.tolist())), outputs.shape[-1]
    if count == 1:
        if len(found) != 2:
            raise ValueError(
                f"one output tells two classes apart, and y has {len(found)}: {', '.join(f'{x:g}' for x in found)}"
                "; for more, let the model have an output for each class"
            )
        above = outputs[..., 0] - threshold
        above = np.where(above == 0.0, -1e-9, above)  # of a step all outputs may be 0: they are not greater
        return found, [-above, above]
    if not set(found) <= set(range(count)):
        raise ValueError(f"for {count} outputs the labels are 0 to {count - 1}, got {found[0]:g} to {found[-1]:g}")
    others = [np.delete(outputs, index, axis=-1).max(axis=-1) for index in range(count)]
    return list(range(count)), [outputs[..., index] - other for index, other in enumerate(others)]
