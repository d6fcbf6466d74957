"""Which class a model gives to each point of the plane, and how that changes while it learns."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
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
from nn.programs import at_once
from nn.training import Epoch

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]
FINE = 200  # points along a side of the grid, if many are computed at once
COARSE, FRAME = 40, 24  # and one by one, of a picture and of a frame of an animation
FRAMES, FRAMES_A_SECOND = 40, 5  # of an animation, at most so many
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
    names: Sequence[str] | None = None,
) -> Figure | None:
    """Draw which class a model of two inputs gives to every point of the plane, and the samples.

    Args:
        model: a Module, or another function of a point. One output is greater than `threshold` for the greater one of
            two labels; of several outputs the greatest one is that of the class. A Module is compiled, if it does the
            same for all points.
        X: the samples, shape (n, 2).
        y: the n labels: two different numbers, or for several outputs the numbers 0, 1, 2, … of the classes.
        threshold: 0 for scores, 0.5 for probabilities.
        predict: the model for many points at once, if that is faster: from an array of shape (m, 2) to m outputs.
        ax: where to draw. Default: in a figure of its own.
        names: of the classes, the one of the least label first: `iris.target_names`. Default: "class 0" and so on.

    Returns:
        The figure; None if it is drawn on `ax`. Its inputs get other names than x1 and x2 by
        `figure.axes[0].set(xlabel="petal length", ylabel="petal width")`.

    Raises:
        TypeError, ValueError: the samples are not pairs of finite numbers, or the labels or names are not as said.

    >>> from nn import Neuron
    >>> from nn import AND
    >>> from nn import plot_decision_boundary
    >>> plot_decision_boundary(Neuron(2, "identity", seed=0), *AND, names=["false", "true"])
    <Figure size 550x400 with 1 Axes>
    """
    samples = _Samples.checked(X, y, names)
    figure, ax = canvas(ax, 5.5)
    _draw_plane(ax, samples, _Answers(model, predict, COARSE), threshold)
    return figure


class TrainingAnimation:
    """How the decision boundary moves while a model learns: a callback of `fit`, to be looked at after the training.

    A notebook shows it with buttons and a slider; `save` makes a page that does the same offline, or a GIF.
    It begins with the model as it is when the animation is made, and ends with the last epoch. Of more than 40 epochs
    it shows every second one, or every fourth one, and so on.

    Args:
        model: a Module of two inputs.
        X, y, threshold, names: as for `plot_decision_boundary`.
        inputs: names of the two inputs.

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

    def __init__(
        self,
        model: Module,
        X: ArrayLike,
        y: ArrayLike,
        threshold: float = 0.0,
        names: Sequence[str] | None = None,
        inputs: tuple[str, str] = ("x1", "x2"),
    ) -> None:
        self._model = model
        self._samples = _Samples.checked(X, y, names)
        self._threshold = threshold
        self._inputs = inputs
        self._last = _Moment(0, "before training", [p.data for p in model.parameters()])
        self._kept = [self._last]
        self._epochs, self._every = 0, 1  # how many there were, and which ones are kept

    def __call__(self, epoch: Epoch) -> None:
        """What `fit` calls after each epoch."""
        self._record(epoch.number, epoch.loss)

    def record(self, loss: float | Value) -> None:
        """Keep the model as it is now; in a loop of your own, to be called after each epoch.

        Args:
            loss: the loss of the epoch, to be shown with it.
        """
        self._record(self._last.epoch + 1, loss)

    def _record(self, epoch: int, loss: float | Value) -> None:
        numbers = [p.data for p in self._model.parameters()]
        self._last = _Moment(epoch, f"epoch {epoch}, loss {float(loss):.3g}", numbers)
        self._epochs += 1
        if self._epochs % self._every == 0:
            self._kept.append(self._last)
        if len(self._kept) > FRAMES + 1:
            self._kept, self._every = self._kept[::2], 2 * self._every

    @property
    def html(self) -> str:
        """Buttons, a slider and the pictures in HTML; it needs no network. Without scripts, the last picture."""
        page = self._animation().to_jshtml(fps=FRAMES_A_SECOND, default_mode="once")
        page = re.sub(r"<link[^>]*>", "", page)  # an icon font on the internet
        page = re.sub(r'<i class="fa fa-([^"]+)"></i>', lambda icon: ICONS.get(icon[1], icon[1]), page)
        *_, last = re.findall(r'"(data:image/png;base64,[^"]+)"', page)
        last = last.replace("\\\n", "")  # this is how a text of JavaScript goes on in the next line
        return page.replace("<img ", f'<img alt="{self._last.title}" src="{last}" ', 1)

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
        answers = _Answers(model, None, FRAME)
        moments = self._kept if self._kept[-1] is self._last else [*self._kept, self._last]

        def draw(moment: _Moment) -> list[Any]:
            for parameter, number in zip(model.parameters(), moment.numbers):
                parameter.data = number
            ax.clear()
            _draw_plane(ax, self._samples, answers, self._threshold)
            ax.set(title=moment.title, xlabel=self._inputs[0], ylabel=self._inputs[1])
            return []

        draw(self._last)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # it is the same for all frames, and takes longer than to draw one
        return FuncAnimation(figure, draw, moments, cache_frame_data=False)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<animation of {self._epochs} epoch{'s' * (self._epochs != 1)}>"


class _Moment(NamedTuple):
    """The parameters of a model after an epoch."""

    epoch: int
    title: str
    numbers: list[float]


class _Samples(NamedTuple):
    """Points of the plane, their labels, and names of the classes."""

    points: Array
    labels: Array
    names: Sequence[str] | None

    @classmethod
    def checked(cls, X: ArrayLike, y: ArrayLike, names: Sequence[str] | None) -> _Samples:
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
        return cls(points, labels, names)


class _Answers:
    """What a model says of the points of a plane: many at once on a fine grid, or one by one on a coarse one."""

    def __init__(self, model: Callable[[Any], Any], predict: Callable[[Array], Any] | None, coarse: int) -> None:
        self._predict = predict or (at_once(model, inputs=2) if isinstance(model, Module) else lambda points: None)
        self._model, self._coarse = model, coarse

    def on(self, low: Array, high: Array) -> tuple[Array, Array, Array]:
        """The places of a grid along both axes, and the outputs, shape (places, places, outputs)."""
        xs, ys, points = _grid(low, high, FINE)
        with no_grad():
            outputs = self._predict(points)
            if outputs is None:
                xs, ys, points = _grid(low, high, self._coarse)
                outputs = [self._model(point) for point in points.tolist()]
            outputs = np.array(outputs, dtype=float)
        if len(outputs) != len(points):
            raise ValueError(f"predict gives an output for each point: of {len(points)} points it gave {len(outputs)}")
        return xs, ys, outputs.reshape(len(ys), len(xs), -1)


def _grid(low: Array, high: Array, count: int) -> tuple[Array, Array, Array]:
    """So many places along both axes, and all points of the grid, row by row."""
    xs, ys = np.linspace(low, high, count).T
    return xs, ys, np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _draw_plane(ax: Axes, samples: _Samples, answers: _Answers, threshold: float) -> None:
    """The regions of the classes, and the samples in them."""
    points, labels, names = samples
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, 0.15 * (high - low), 1.0)
    xs, ys, outputs = answers.on(low - room, high + room)
    classes, margins = _classes(outputs, labels, threshold)
    names = [f"class {number:g}" for number in classes] if names is None else names
    if isinstance(names, str) or len(names) != len(classes):
        raise ValueError(f"names has one for each of the {len(classes)} classes, got {names!r:.60}")
    for number, name, margin, colour, marker in zip(classes, names, margins, cycle(PALETTE), cycle(MARKERS)):
        if (margin > 0).any():
            ax.contourf(xs, ys, margin, [0.0, np.nanmax(margin)], colors=[colour], alpha=0.22)
            if (margin < 0).any():
                ax.contour(xs, ys, margin, [0.0], colors=[INK], linewidths=1.0)
        x1, x2 = points[labels == number].T
        ax.scatter(x1, x2, c=colour, marker=marker, edgecolors="white", linewidths=0.7, zorder=3, label=name)
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
