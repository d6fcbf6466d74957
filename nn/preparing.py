"""What `fit` needs, checked before anything is learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from numpy.typing import ArrayLike, NDArray

from autograd import Value, data, no_grad
from nn.data import check_data, split
from nn.module import Module
from nn.optimizers import Optimizer
from nn.schedules import LRScheduler

Array: TypeAlias = NDArray[Any]
Part: TypeAlias = tuple[Array, Array]
Loss: TypeAlias = Callable[[Sequence[Any], Sequence[Any]], Value]
Metric: TypeAlias = Callable[[Array, Array], float]


def at_least(least: int, name: str, number: Any) -> None:
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError(f"{name} is an integer, got {type(number).__name__} {number!r:.60}")
    if number < least:
        raise ValueError(f"{name} is at least {least}, got {number}")


def check_functions(loss: Any, metric: Any, callbacks: Any) -> None:
    if not callable(loss) or not (metric is None or callable(metric)):
        raise TypeError(
            "the loss and the metric are functions of outputs and targets, such as mse_loss and accuracy; "
            f"got {loss!r:.60} and {metric!r:.60}"
        )
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks is a list of functions of an Epoch, got {callbacks!r:.60}")


def check_belonging(model: Any, optimizer: Any, schedule: Any) -> None:
    if not isinstance(model, Module):
        raise TypeError(f"the model is a Module such as MLP(2, [16, 1]), got {type(model).__name__} {model!r:.60}")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "the optimizer is one that holds the model's parameters, such as SGD(model.parameters(), lr=0.1); "
            f"got {type(optimizer).__name__} {optimizer!r:.60}"
        )
    foreign = set(optimizer.parameters) - set(model.parameters())
    if foreign:
        raise ValueError(
            f"{len(foreign)} of the optimizer's {len(optimizer.parameters)} parameters are not of this model; "
            f"once the model is made, make {type(optimizer).__name__}(model.parameters(), ...)"
        )
    if schedule is not None and not (isinstance(schedule, LRScheduler) and schedule.optimizer is optimizer):
        raise ValueError(
            f"the schedule is one of this optimizer, such as StepLR(optimizer, step_size=10); got {schedule!r:.60}"
        )


def samples_of(X: ArrayLike, y: ArrayLike, validation: Any, seed: int) -> tuple[Part, Part | None]:
    """The samples to learn from, and those to validate with."""
    if validation is None:
        return check_data(X, y), None
    if isinstance(validation, (int, float)) and not isinstance(validation, bool):
        parts = split(X, y, validation, seed)
        return parts[:2], parts[2:]
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(
            "validation is a share such as 0.2, a number of samples such as 50, or samples (X, y); "
            f"got {type(validation).__name__} {validation!r:.60}"
        )
    samples, held_out = check_data(X, y), check_data(*validation)
    for name, mine, others in zip("Xy", samples, held_out):
        if mine.shape[1:] != others.shape[1:]:
            raise ValueError(
                "the validation data have the columns of X and y; "
                f"the shapes of {name} are {mine.shape} and {others.shape}"
            )
    return samples, held_out


def try_out(model: Module, loss: Loss, metric: Metric | None, X: Array, y: Array) -> None:
    """Ask the model for one output, and the loss for all targets, since a wrong one is to be found before learning."""
    with no_grad():
        output = model(X[0].tolist())
        if isinstance(output, Value) and y.ndim > 1:
            raise ValueError(f"the model has one output, so y has shape {(len(y),)}; got {y.shape}: pass one column")
        outputs = [output] * len(y)
        total = loss(outputs, y.tolist())
    if not isinstance(total, Value):
        raise TypeError(f'the loss gives one Value, with reduction="mean"; got {type(total).__name__} {total!r:.60}')
    if metric is not None:
        float(metric(data(outputs), y))
