"""Pictures of learning: losses, decision boundaries, activations, descents, weights, and a training as it goes."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from io import BytesIO
from itertools import cycle
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value, grad, no_grad, value_and_grad
from nn.activations import ACTIVATIONS, TOGETHER
from nn.data import check_data
from nn.module import Module
from nn.training import Epoch, History

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Array = NDArray[Any]
Losses = History | Sequence[float]
MakeOptimizer = Callable[[list[Value]], Any]

# Okabe and Ito's colours, safe for colour-blind people; classes and paths differ by their markers as well.
PALETTE = ["#0072b2", "#d55e00", "#009e73", "#a8447f", "#c98a00"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
INK, FAINT = "#1f2328", "#5c6670"
CURVE, PLANE, FRAME, SURFACE = 200, 40, 24, 60  # points along a curve, and along a side of each kind of grid
FRAMES, FRAMES_A_SECOND = 30, 5  # of an animation, at most so many
FEW, TICKS = 5, 8  # columns of a heat map that have room for numbers, and names along its sides, at most
VALIDATION = "validation loss"
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


def plot_losses(losses: Losses | Mapping[str, Losses], ax: Axes | None = None) -> Figure | None:
    """Draw how the loss falls from epoch to epoch; the loss of validation data is dashed.

    Args:
        losses: a `History` or a list of losses, or several by name: `{"batch": history, "stochastic": other}`.
        ax: where to draw. Default: in a figure of its own.

    Returns:
        The figure; None if it is drawn on `ax`, which is shown with its own figure.

    Raises:
        TypeError: it is neither.
        ValueError: there is no loss in it.
        ModuleNotFoundError: matplotlib is not installed, as in all functions here.

    >>> from nn.plots import plot_losses
    >>> plot_losses({"lr 0.1": [1.0, 0.8, 0.7], "lr 0.5": [1.0, 0.4, 0.2]})
    <Figure size 600x400 with 1 Axes>
    """
    curves = [
        (name, kind, course)
        for name, run in (losses.items() if isinstance(losses, Mapping) else [("", losses)])
        for kind, course in _courses(name, run)
    ]
    if not curves:
        raise ValueError('there are no losses to draw: pass a History, or lists by name, e.g. {"lr 0.1": [1.0, 0.5]}')
    figure, ax = _canvas(ax)
    names = list(dict.fromkeys(name for name, _, _ in curves))
    for name, kind, course in curves:
        colour = PALETTE[names.index(name) % len(PALETTE)]
        line = ("--" if kind == VALIDATION else "-") + ("o" if len(course) == 1 else "")
        label = f"{name}, {kind}" if name and kind == VALIDATION else name or kind
        ax.plot(range(1, len(course) + 1), course, line, color=colour, label=label)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.locator_params(axis="x", integer=True)
    if len(curves) > 1 or names != [""]:
        ax.legend()
    return figure


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
    >>> from nn.data import AND
    >>> from nn.plots import plot_decision_boundary
    >>> plot_decision_boundary(Neuron(2, "identity", seed=0), *AND)
    <Figure size 550x400 with 1 Axes>
    """
    samples = _Samples.checked(X, y)
    figure, ax = _canvas(ax, 5.5)
    _draw_plane(ax, samples, predict or _one_by_one(model), threshold, PLANE)
    return figure


def plot_activations(activations: Mapping[str, Callable[[Value], Value]] | None = None) -> Figure:
    """Draw activations and their derivatives, which autograd computes.

    Args:
        activations: functions of a Value by name. Default: all that layers know by name and that take one Value.

    Returns:
        The figure, with a panel for each.

    Raises:
        ValueError: there are none.

    >>> from autograd import relu, tanh
    >>> from nn.plots import plot_activations
    >>> plot_activations({"relu": relu, "tanh": tanh})
    <Figure size 520x250 with 2 Axes>
    """
    if activations is None:
        activations = {name: function for name, function in ACTIVATIONS.items() if function not in TOGETHER}
    if not activations:
        raise ValueError('there are no activations to draw: pass functions by name, e.g. {"tanh": autograd.tanh}')
    columns = min(4, len(activations))
    rows = math.ceil(len(activations) / columns)
    figure, panels = _panels(rows, columns, 2.6 * columns, 2.1 * rows + 0.4)
    numbers = np.linspace(-4.0, 4.0, CURVE)  # an even number of them, so that none is at a kink
    for ax, (name, activation) in zip(panels, activations.items()):
        inputs = [Value(x) for x in numbers]
        outputs = [activation(x) for x in inputs]
        ax.plot(numbers, [out.data for out in outputs], color=PALETTE[0], label="f(x)")
        ax.plot(numbers, [grad(out, x) for x, out in zip(inputs, outputs)], "--", color=PALETTE[1], label="f′(x)")
        ax.set_title(name)
        ax.margins(y=0.1)
    for ax in panels[len(activations) :]:
        ax.remove()
    figure.supxlabel("x")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def plot_descent_1d(
    cost: Callable[[Value], Value], start: float, lr: float, steps: int = 10, ax: Axes | None = None
) -> Figure | None:
    """Draw gradient descent on the curve of a cost of one weight: w ← w - lr · ∂cost/∂w.

    Args:
        cost: a function of a Value.
        start: the first weight.
        lr: the learning rate.
        steps: how many to take. The path ends earlier where a number is no longer finite.
        ax: where to draw. Default: in a figure of its own.

    Returns:
        The figure; None if it is drawn on `ax`.

    Raises:
        ValueError: `steps` is negative, or the cost at the start is not finite.

    >>> from nn.plots import plot_descent_1d
    >>> plot_descent_1d(lambda w: (w - 1) ** 2, start=3.0, lr=0.1)
    <Figure size 600x400 with 1 Axes>
    """
    path = _slide(cost, start, lr, steps)
    figure, ax = _canvas(ax)
    _draw_slide(ax, cost, lr, path, _spans([path])[0])
    ax.legend()
    return figure


def plot_learning_rates(cost: Callable[[Value], Value], start: float, lrs: Sequence[float], steps: int = 10) -> Figure:
    """Draw the same descent with several learning rates side by side: too small, right, too large.

    Args:
        cost, start, steps: as for `plot_descent_1d`.
        lrs: the learning rates.

    Returns:
        The figure, with a panel for each.

    Raises:
        ValueError: as for `plot_descent_1d`, or there are no learning rates.

    >>> from nn.plots import plot_learning_rates
    >>> plot_learning_rates(lambda w: w**2, start=2.0, lrs=[0.02, 0.3, 1.05])
    <Figure size 1050x380 with 3 Axes>
    """
    if not len(lrs):
        raise ValueError("there are no learning rates to compare: pass some, e.g. lrs=[0.01, 0.1, 1.0]")
    paths = [_slide(cost, start, lr, steps) for lr in lrs]
    (span,) = _spans(paths)
    figure, panels = _panels(1, len(lrs), 3.5 * len(lrs), 3.8)
    for ax, lr, path in zip(panels, lrs, paths):
        _draw_slide(ax, cost, lr, path, span)
        ax.label_outer()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def plot_descent_2d(
    cost: Callable[[Value, Value], Value],
    start: Sequence[float],
    optimizers: MakeOptimizer | Sequence[MakeOptimizer] | Mapping[str, MakeOptimizer],
    steps: int = 50,
    ax: Axes | None = None,
) -> Figure | None:
    """Draw the paths of optimizers that begin at the same point of a cost of two weights.

    Args:
        cost: a function of two Values.
        start: the first two weights.
        optimizers: a function that makes an optimizer for a list of parameters, such as
            `lambda parameters: SGD(parameters, lr=0.1)`; or several, in a list or by name.
        steps: how many each one takes. A path ends earlier where a number is no longer finite.
        ax: where to draw. Default: in a figure of its own.

    Returns:
        The figure; None if it is drawn on `ax`.

    Raises:
        ValueError: `start` is not two numbers, there are no optimizers, `steps` is negative, or the cost at the
            start is not finite.

    >>> from nn.optimizers import SGD
    >>> from nn.plots import plot_descent_2d
    >>> plot_descent_2d(lambda a, b: a**2 + 10 * b**2, (4.0, 1.0), lambda parameters: SGD(parameters, lr=0.09))
    <Figure size 700x400 with 1 Axes>
    """
    if len(start) != 2:
        raise ValueError(f"start is two weights, e.g. (1.0, 2.0); got {len(start)}")
    races = [_race(cost, start, name, make, steps) for name, make in _named(optimizers)]
    if not races:
        raise ValueError("there are no optimizers: pass functions that make them, e.g. lambda ps: SGD(ps, lr=0.1)")
    figure, ax = _canvas(ax, 7.0)
    xs, ys = (np.linspace(*span, SURFACE) for span in _spans([path for _, path in races]))
    with no_grad():
        _draw_surface(ax, xs, ys, np.array([[float(cost(Value(x), Value(y))) for x in xs] for y in ys]))
    for (name, path), colour, marker in zip(races, cycle(PALETTE), cycle(MARKERS)):
        ax.plot(path[:, 0], path[:, 1], color=colour, marker=marker, markersize=3.5, label=_course(name, path))
    ax.plot(*start, "*", color=INK, markersize=13, label="start")
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), xlabel="w1", ylabel="w2", title="darker: greater cost")
    _legend_beside(ax)
    return figure


def plot_weights(model: Module, before: Module | None = None) -> Figure:
    """Draw the parameters of a model as heat maps, one for each layer: a row for each neuron, its bias at the end.

    Args:
        model: a Module.
        before: the same model as it once was, to be drawn above: `copy.deepcopy(model)` before training.

    Returns:
        The figure. Blue is positive and red negative, on one scale for all.

    Raises:
        ValueError: the model has no parameters, or `before` has others.

    >>> from nn import MLP
    >>> from nn.plots import plot_weights
    >>> plot_weights(MLP(2, [3, 1], seed=0))
    <Figure size 600x320 with 3 Axes>
    """
    if not model.parameters():
        raise ValueError(f"there is nothing to draw: {model!r:.60} has no parameters")
    times = {"": model} if before is None else {"before": before, "after": model}
    if before is not None and _names(before) != _names(model):
        raise ValueError("before has other parameters than the model: pass copy.deepcopy(model), made before training")
    maps = [(heat_map, when) for when, each in times.items() for heat_map in _heat_maps(each)]
    greatest = max((abs(x) for heat_map, _ in maps for x in heat_map.numbers.flat if math.isfinite(x)), default=0.0)
    columns = len(maps) // len(times)
    figure, panels = _panels(len(times), columns, 2.8 * columns + 0.4, 3.2 * len(times))
    for ax, (heat_map, when) in zip(panels, maps):
        image = _draw_heat_map(ax, heat_map, when, greatest or 1.0)
    figure.colorbar(image, ax=panels, label="weight, bias", shrink=0.8)
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
    >>> from nn.data import AND
    >>> from nn.optimizers import SGD
    >>> from nn.plots import TrainingAnimation
    >>> from nn.training import fit
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
        self._epochs = [("before training", _parameters(model))]

    def __call__(self, epoch: Epoch) -> None:
        """What `fit` calls after each epoch."""
        self.record(epoch.loss)

    def record(self, loss: float | Value) -> None:
        """Keep the model as it is now; in a loop of your own, to be called after each epoch.

        Args:
            loss: the loss of the epoch, to be shown with it.
        """
        title = f"epoch {len(self._epochs)}, loss {float(loss):.3g}"
        self._epochs.append((title, _parameters(self._model)))

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

        figure, (ax,) = _panels(1, 1, 4.8, 3.6)
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


def _courses(name: str, run: Any) -> Iterable[tuple[str, list[float]]]:
    """The curves of a run that are not empty, each with what it shows."""
    if isinstance(run, History):
        courses = {"loss": run.losses, VALIDATION: run.validation_losses}
    elif isinstance(run, str) or not hasattr(run, "__len__"):
        of = f" of {name!r}" * bool(name)
        raise TypeError(f"losses{of} are a History or a list of numbers, got {type(run).__name__} {run!r:.60}")
    else:
        courses = {"loss": [float(loss) for loss in run]}
    return [(kind, course) for kind, course in courses.items() if course]


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
    _legend_beside(ax)


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


def _slide(cost: Callable[[Value], Value], start: float, lr: float, steps: int) -> Array:
    """Each weight on the way, with its cost: shape (steps + 1, 2), or less if numbers are no longer finite."""
    path, weight = [], float(start)
    for _ in range(steps + 1):
        height, slope = value_and_grad(cost, weight)
        path.append((weight, height))
        weight = weight - lr * slope
    return _finite(path, steps)


def _race(
    cost: Callable[[Value, Value], Value], start: Sequence[float], name: str, make: MakeOptimizer, steps: int
) -> tuple[str, Array]:
    """What the optimizer is called, and each pair of weights on its way, with its cost: shape (steps + 1, 3)."""
    x, y = (Value(weight) for weight in start)
    optimizer = make([x, y])
    height = cost(x, y)
    path = [(x.data, y.data, height.data)]
    for _ in range(steps):
        optimizer.zero_grad()
        height.backward()
        optimizer.step()
        height = cost(x, y)
        path.append((x.data, y.data, height.data))
    return name or f"{type(optimizer).__name__}, lr {optimizer.lr:g}", _finite(path, steps)


def _named(optimizers: Any) -> list[tuple[str, MakeOptimizer]]:
    if isinstance(optimizers, Mapping):
        return list(optimizers.items())
    return [("", make) for make in ([optimizers] if callable(optimizers) else optimizers)]


def _finite(path: Sequence[tuple[float, ...]], steps: int) -> Array:
    """The path up to where a number is not finite."""
    if steps < 0:
        raise ValueError(f"steps is at least 0, got {steps}")
    points = np.array(path)
    faults = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(faults) and faults[0] == 0:
        raise ValueError(f"the descent cannot begin where the cost is {path[0][-1]}: choose another start")
    return points[: faults[0]] if len(faults) else points


def _spans(paths: Sequence[Array]) -> list[tuple[float, float]]:
    """For each weight from where to where to draw: about the best point, and only the beginning of what diverges."""
    points = np.concatenate(paths)
    weights, best = points[:, :-1], np.argmin(points[:, -1])
    moved = np.abs(weights - weights[0])
    first = [np.abs(path[1, :-1] - path[0, :-1]) for path in paths if len(path) > 1]
    reach = moved[best] if moved[best].any() else min(first, key=max, default=moved[best])
    reach = 1.2 * np.maximum(reach, 0.5 * np.max(reach) or 1.0)
    low = np.clip(weights.min(axis=0) - 0.2 * reach, weights[best] - 1.6 * reach, weights[best] - reach)
    high = np.clip(weights.max(axis=0) + 0.2 * reach, weights[best] + reach, weights[best] + 1.6 * reach)
    return list(zip(low.tolist(), high.tolist()))


def _draw_slide(ax: Axes, cost: Callable[[Value], Value], lr: float, path: Array, span: tuple[float, float]) -> None:
    weights = np.linspace(*span, CURVE)
    with no_grad():
        ax.plot(weights, [float(cost(Value(w))) for w in weights], color=FAINT, label="cost")
    low, high = ax.get_ylim()
    ax.plot(path[:, 0], path[:, 1], "o-", color=PALETTE[1], markersize=5, linewidth=1.2, label="descent")
    ax.plot(*path[0], "*", color=INK, markersize=13, label="start")
    ax.set(xlim=span, ylim=(low, high), xlabel="weight", ylabel="cost", title=_course(f"learning rate {lr:g}", path))


def _course(name: str, path: Array) -> str:
    """What a descent is called and where it led."""
    return f"{name}\ncost {path[0, -1]:.3g} → {path[-1, -1]:.3g} in {len(path) - 1} steps"


def _draw_surface(ax: Axes, xs: Array, ys: Array, heights: Array) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shares = np.linspace(0.0, 1.0, 14) ** 2  # of the area that lies lower: lines are closer where the cost is least
    levels = np.unique(np.quantile(heights[np.isfinite(heights)], shares))
    if len(levels) > 1:
        shades = LinearSegmentedColormap.from_list("cost", ["#f8f9fa", "#b9c3cd"])(np.linspace(0, 1, len(levels) - 1))
        ax.contourf(xs, ys, heights, levels, colors=shades)
        ax.contour(xs, ys, heights, levels, colors="white", linewidths=0.8)


def _parameters(model: Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


def _names(model: Module) -> list[str]:
    return [name for name, _ in model.named_parameters()]


class _HeatMap(NamedTuple):
    """The parameters of a layer, or others that are kept together."""

    title: str
    rows: list[str]
    columns: list[str]
    numbers: Array  # nan where a row is shorter than another


def _heat_maps(model: Module) -> list[_HeatMap]:
    """One for each list of neurons; of other parameters those in the same list are a row."""
    maps: dict[str, dict[str, dict[str, float]]] = {}
    for path, parameter in model.named_parameters():
        row, _, column = re.sub(r"\bw\.(\d+)$", r"w\1", path).rpartition(".")
        title, _, row = f".{row}".rpartition(".neurons.")
        maps.setdefault(title[1:], {}).setdefault(row.lstrip("."), {})[column] = parameter.data
    return [_heat_map(title, rows) for title, rows in maps.items()]


def _heat_map(title: str, rows: Mapping[str, Mapping[str, float]]) -> _HeatMap:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    numbers = np.array([[row.get(column, math.nan) for column in columns] for row in rows.values()])
    return _HeatMap(title, list(rows), columns, numbers)


def _draw_heat_map(ax: Axes, heat_map: _HeatMap, when: str, greatest: float) -> AxesImage:
    from matplotlib.colors import LinearSegmentedColormap

    title, rows, columns, numbers = heat_map
    colours = LinearSegmentedColormap.from_list("weights", [PALETTE[1], "white", PALETTE[0]])
    image = ax.imshow(numbers, colours, vmin=-greatest, vmax=greatest, aspect="auto", interpolation="nearest")
    for axis, names in [(ax.xaxis, columns), (ax.yaxis, rows)]:
        every, last = math.ceil(len(names) / TICKS), len(names) - 1
        places = [*range(0, last - every + 1, every), last]
        axis.set_ticks(places, [names[place] for place in places])
    if len(columns) <= FEW:
        for (row, column), number in np.ndenumerate(numbers):
            colour = "white" if abs(number) > 0.6 * greatest else INK
            ax.text(column, row, _number(number), ha="center", va="center", fontsize=8, color=colour)
    ax.tick_params(length=0, labelsize=8)
    ax.set(title=", ".join(filter(None, [title, when])), ylabel="neuron" if rows[0].isdigit() else "")
    return image


def _number(x: float) -> str:
    return "" if math.isnan(x) else f"{x:.2f}" if abs(x) < 100 else f"{x:.0e}"


def _canvas(ax: Axes | None, width: float = 6.0) -> tuple[Figure | None, Axes]:
    """A figure of its own and its axes, or no figure and the axes that are given."""
    if ax is not None:
        return None, ax
    figure, (ax,) = _panels(1, 1, width, 4.0)
    return figure, ax


def _panels(rows: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
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


def _legend_beside(ax: Axes) -> None:
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
