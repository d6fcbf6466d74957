"""Pictures of learning: losses, activations and weights."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Value, grad
from nn.activations import ACTIVATIONS, TOGETHER
from nn.figures import INK, PALETTE, canvas, legend_beside, panels_of
from nn.module import Module, parts_of
from nn.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Array = NDArray[Any]
Losses = History | Sequence[float]
CURVE = 200  # points along a curve
FEW, TICKS = 5, 8  # columns of a heat map that have room for numbers, and names along its sides, at most
VALIDATION = "validation loss"


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

    >>> from nn import plot_losses
    >>> plot_losses({"lr 0.1": [1.0, 0.8, 0.7], "lr 0.5": [1.0, 0.4, 0.2]})
    <Figure size 750x400 with 1 Axes>
    """
    curves = [
        (name, kind, course)
        for name, run in (losses.items() if isinstance(losses, Mapping) else [("", losses)])
        for kind, course in _courses(name, run)
    ]
    if not curves:
        raise ValueError('there are no losses to draw: pass a History, or lists by name, e.g. {"lr 0.1": [1.0, 0.5]}')
    names = list(dict.fromkeys(name for name, _, _ in curves))
    several = len(curves) > 1 or names != [""]
    figure, ax = canvas(ax, 7.5 if several else 6.0)
    for name, kind, course in curves:
        colour = PALETTE[names.index(name) % len(PALETTE)]
        line = ("--" if kind == VALIDATION else "-") + ("o" if len(course) == 1 else "")
        label = f"{name}, {kind}" if name and kind == VALIDATION else name or kind
        ax.plot(range(1, len(course) + 1), course, line, color=colour, label=label)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.locator_params(axis="x", integer=True)
    if several:
        legend_beside(ax)
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
    >>> from nn import plot_activations
    >>> plot_activations({"relu": relu, "tanh": tanh})
    <Figure size 520x250 with 2 Axes>
    """
    if activations is None:
        activations = {name: function for name, function in ACTIVATIONS.items() if function not in TOGETHER}
    if not activations:
        raise ValueError('there are no activations to draw: pass functions by name, e.g. {"tanh": autograd.tanh}')
    columns = min(4, len(activations))
    rows = math.ceil(len(activations) / columns)
    figure, panels = panels_of(rows, columns, 2.6 * columns, 2.1 * rows + 0.4)
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
    >>> from nn import plot_weights
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
    figure, panels = panels_of(len(times), columns, 2.8 * columns + 0.4, 3.2 * len(times))
    for ax, (heat_map, when) in zip(panels, maps):
        image = _draw_heat_map(ax, heat_map, when, greatest or 1.0)
    figure.colorbar(image, ax=panels, label="weight, bias", shrink=0.8)
    return figure


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
        layer, neurons, row = f".{row}".rpartition(".neurons.")
        row = str(int(row) + 1) if neurons and row.isdigit() else row.lstrip(".")
        maps.setdefault(layer[1:], {}).setdefault(row, {})[column] = parameter.data
    titles = _titles(model, "", "")
    return [_heat_map(titles.get(layer, layer), rows) for layer, rows in maps.items()]


def _titles(module: Module, path: str, title: str) -> dict[str, str]:
    """What drawings call the modules inside, by their paths; one without a label is called by its place."""
    found = {}
    for inner, part in parts_of(vars(module), path):
        if isinstance(part, Module):
            own = part.label or inner.removeprefix(path).lstrip(".")
            found[inner] = f"{title}.{own}".lstrip(".")
            found.update(_titles(part, inner, found[inner]))
    return found


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
