"""The way down: gradient descent on a cost of one weight and of two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value, no_grad, value_and_grad
from nn.figures import FAINT, INK, MARKERS, PALETTE, canvas, legend_beside, panels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]
MakeOptimizer = Callable[[list[Value]], Any]
CURVE, SURFACE = 200, 60  # points along a curve, and along a side of a surface


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

    >>> from nn import plot_descent_1d
    >>> plot_descent_1d(lambda w: (w - 1) ** 2, start=3.0, lr=0.1)
    <Figure size 600x400 with 1 Axes>
    """
    path = _slide(cost, start, lr, steps)
    figure, ax = canvas(ax)
    _draw_slide(ax, cost, lr, path, _spans([path], beyond=1.0)[0])
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

    >>> from nn import plot_learning_rates
    >>> plot_learning_rates(lambda w: w**2, start=2.0, lrs=[0.02, 0.3, 1.05])
    <Figure size 1050x380 with 3 Axes>
    """
    if not len(lrs):
        raise ValueError("there are no learning rates to compare: pass some, e.g. lrs=[0.01, 0.1, 1.0]")
    paths = [_slide(cost, start, lr, steps) for lr in lrs]
    (span,) = _spans(paths, beyond=1.0)
    figure, panels = panels_of(1, len(lrs), 3.5 * len(lrs), 3.8)
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
        The figure; None if it is drawn on `ax`. Its weights get other names than w1 and w2 by
        `figure.axes[0].set(xlabel="slope", ylabel="intercept")`.

    Raises:
        ValueError: `start` is not two numbers, there are no optimizers, `steps` is negative, or the cost at the
            start is not finite.

    >>> from nn import SGD
    >>> from nn import plot_descent_2d
    >>> plot_descent_2d(lambda a, b: a**2 + 10 * b**2, (4.0, 1.0), lambda parameters: SGD(parameters, lr=0.09))
    <Figure size 700x400 with 1 Axes>
    """
    if len(start) != 2:
        raise ValueError(f"start is two weights, e.g. (1.0, 2.0); got {len(start)}")
    races = [_race(cost, start, name, make, steps) for name, make in _named(optimizers)]
    if not races:
        raise ValueError("there are no optimizers: pass functions that make them, e.g. lambda ps: SGD(ps, lr=0.1)")
    figure, ax = canvas(ax, 7.0)
    xs, ys = (np.linspace(*span, SURFACE) for span in _spans([path for _, path in races], beyond=0.4))
    with no_grad():
        _draw_surface(ax, xs, ys, np.array([[float(cost(Value(x), Value(y))) for x in xs] for y in ys]))
    for (name, path), colour, marker in zip(races, cycle(PALETTE), cycle(MARKERS)):
        ax.plot(path[:, 0], path[:, 1], color=colour, marker=marker, markersize=3.5, label=_course(name, path))
    ax.plot(*start, "*", color=INK, markersize=13, label="start")
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), xlabel="w1", ylabel="w2", title="darker: greater cost")
    legend_beside(ax)
    return figure


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


def _spans(paths: Sequence[Array], beyond: float) -> list[tuple[float, float]]:
    """For each weight from where to where to draw: the paths, but only the beginning of what diverges.

    On either side of the best point there is room for `beyond` times the way there.
    """
    points = np.concatenate(paths)
    weights, best = points[:, :-1], np.argmin(points[:, -1])
    moved = np.abs(weights - weights[0])
    first = [np.abs(path[1, :-1] - path[0, :-1]) for path in paths if len(path) > 1]
    reach = moved[best] if moved[best].any() else min(first, key=max, default=moved[best])
    reach = 1.2 * np.maximum(reach, 0.5 * np.max(reach) or 1.0)
    low = np.clip(weights.min(axis=0) - 0.2 * reach, weights[best] - 1.6 * reach, weights[best] - beyond * reach)
    high = np.clip(weights.max(axis=0) + 0.2 * reach, weights[best] + beyond * reach, weights[best] + 1.6 * reach)
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
