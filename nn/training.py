"""Training: a model, data, a loss and an optimizer, epoch after epoch."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

import autograd
from autograd import data, no_grad
from nn.checkpoints import History as History
from nn.checkpoints import State
from nn.clipping import bound, clip_grad_norm_, length_and_factor
from nn.data import batches
from nn.module import Module
from nn.optimizers import Optimizer
from nn.preparing import Array, Loss, Metric, Part, at_least, check_belonging, check_functions, samples_of, try_out
from nn.programs import Programs, programs_of
from nn.schedules import LRScheduler


class Epoch(NamedTuple):
    """What a callback is told after an epoch."""

    number: int  # the first is 1
    loss: float
    model: Module
    history: History


def accuracy(outputs: ArrayLike, targets: ArrayLike, threshold: float = 0.0) -> float:
    """The share of samples that are classified right, a metric for `fit`.

    Args:
        outputs: of a network, shape (n,) or (n, 1), or (n, classes). Not the numbers of predicted classes: of those,
            as arrays, the share is `np.mean(predicted == targets)`.
        targets: of one output, two numbers, such as 1 and 0, or 1 and -1: the one above 0 for the class that is meant
            by outputs above the threshold; of several outputs, the number of the class whose output is to be the
            greatest, or rows that are one-hot.
        threshold: 0 for scores and logits, 0.5 for probabilities.

    Raises:
        ValueError: the shapes do not fit each other, or the targets are others than that.

    >>> from nn import accuracy
    >>> accuracy([2.0, -0.5, 0.1], [1, -1, -1]), accuracy([[0.1, 0.7], [2.0, 1.0]], [1, 1])
    (0.6666666666666666, 0.5)
    """
    given, wanted = np.asarray(outputs, dtype=float), np.asarray(targets, dtype=float)
    if given.ndim not in (1, 2) or wanted.shape not in (given.shape, given.shape[:1]):
        raise ValueError(
            "accuracy takes outputs of shape (n,) or (n, classes), and a target for each of the n; "
            f"got shapes {given.shape} and {wanted.shape}"
        )
    classes = given.shape[1] if given.ndim == 2 else 1
    if classes == 1:
        given, wanted = given.reshape(-1), wanted.reshape(-1)
        _check_two_classes(wanted)
        return float(np.mean((given > threshold) == (wanted > 0)))
    labels = wanted if wanted.ndim == 1 else wanted.argmax(axis=1)
    foreign = labels[~np.isin(labels, range(classes))]
    if foreign.size:
        raise ValueError(f"of {classes} outputs the targets are the numbers 0 to {classes - 1}, got {foreign[0]:g}")
    return float(np.mean(given.argmax(axis=1) == labels))


def _check_two_classes(targets: Array) -> None:
    found = np.unique(targets)
    if (found > 0).sum() > 1 or (found <= 0).sum() > 1:
        raise ValueError(
            "one output tells two classes apart: of their targets one is above 0, the other is not, such as 1 and 0; "
            f"got {', '.join(f'{x:g}' for x in found[:5])}{', …' * (len(found) > 5)}; for more classes pass a row of "
            "outputs for each sample; of predicted classes take np.mean(predicted == targets)"
        )


def fit(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int = 10,
    batch_size: int | None = None,
    *,
    validation: float | tuple[ArrayLike, ArrayLike] | None = None,
    metric: Metric | None = None,
    schedule: LRScheduler | None = None,
    clip_grad_norm: float | None = None,
    patience: int | None = None,
    callbacks: Sequence[Callable[[Epoch], Any]] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: bool = True,
    compiled: bool = True,
) -> History:
    """Train a model: for each batch compute outputs and loss, go backward, let the optimizer take a step.

    Ctrl-C ends the training and keeps what was learned up to the last whole step. Where an argument is wrong, the
    model stays as it was. For an L2 penalty of α·Σp² give the optimizer weight_decay=2α.

    Args:
        model: what is called with one row of X at a time.
        X: the samples, shape (n, inputs).
        y: their targets, shape (n,) or (n, outputs), as the loss takes them.
        loss: a function of a list of outputs and a list of targets that gives their mean loss, such as `mse_loss`.
        optimizer: made with parameters of the model: `SGD(model.parameters(), lr=0.1)`.
        epochs: how many times to go through the samples.
        batch_size: how many samples a step learns from: 1 for stochastic descent. Default: all, in their order.
            Fewer than all are taken in random order, another one in each epoch.
        validation: samples of X to hold out, a share such as 0.2 or a number of them; or others than X, as (X, y).
        metric: a function of an array of outputs and one of targets, such as `accuracy`.
        schedule: of the optimizer's learning rate, to be stepped after each epoch: `StepLR(optimizer, step_size=30)`.
        clip_grad_norm: the greatest length of a gradient; longer ones are shortened before each step, as by
            `clip_grad_norm_`.
        patience: stop when the validation loss (without validation, the loss) has been no less than the least one for
            so many epochs. In the end the model gets back the parameters with which the epoch of the least validation
            loss ended (without validation, with which the epoch of the least loss began).
        callbacks: functions to call with an `Epoch` after each one. If one returns True, the training stops.
        checkpoint: the path of a file to keep the state of the training in, after each epoch. If it is there, the
            training goes on where it was, and everything comes out as if it had never been interrupted, bit for bit.
        seed: of the order of samples, and of those held out; an integer of at least 0.
        progress: whether to show a bar in notebooks and terminals, if tqdm is installed.
        compiled: whether to run a program, compiled from one sample, if the model and the loss do the same for all
            samples: it is many times as fast, and rounds sums over samples otherwise. What was recorded is what is
            learned, so a model that branches on numbers (`if x > 0:`) in rare cases only is to be trained without.

    Returns:
        The `History`, of the epochs before a checkpoint, too.

    Raises:
        TypeError, ValueError: data are empty, not finite, of other shapes than expected, or not what the loss takes; a
            number is out of its range; the optimizer or the schedule belongs to something else; the checkpoint is
            damaged or of another training.

    >>> from nn import MLP, mse_loss
    >>> from nn import SGD
    >>> from nn import fit
    >>> model = MLP(1, [1], seed=0)
    >>> history = fit(model, [[0], [1], [2]], [1, 3, 5], mse_loss, SGD(model.parameters(), lr=0.2), epochs=100)
    >>> round(model([10.0]).data, 3)
    21.0
    """
    at_least(1, "epochs", epochs)
    at_least(0, "seed", seed)
    for name, number in {"batch_size": batch_size, "patience": patience}.items():
        if number is not None:
            at_least(1, name, number)
    longest = None if clip_grad_norm is None else bound("clip_grad_norm", clip_grad_norm)
    check_functions(loss, metric, callbacks)
    check_belonging(model, optimizer, schedule)
    samples, held_out = samples_of(X, y, validation, seed)
    for part in filter(None, [samples, held_out]):
        try_out(model, loss, metric, *part)
    state = State(model, optimizer, schedule)
    if checkpoint is not None:
        run = {
            "loss": _name(loss),
            "optimizer": _name(type(optimizer)),
            "schedule": None if schedule is None else _name(type(schedule)),
            "batch_size": batch_size,
            "clip_grad_norm": longest,
            "seed": seed,
            "data": _digest(samples, held_out),
        }
        if os.path.exists(checkpoint):
            state.read(checkpoint, run, epochs)
        else:
            state.write(checkpoint, run)
    history = state.history
    programs = programs_of(model, loss, optimizer, samples) if compiled else None
    with _bar(len(history.losses), epochs, progress) as bar:
        try:
            while len(history.losses) < epochs and not history.stopped:
                if patience is not None and len(history.losses) - state.best_epoch >= patience:
                    history.stopped = "patience"
                    break
                if programs is not None and state.held is None:
                    state.hold()
                _epoch(state, programs, loss, metric, samples, held_out, batch_size, longest, seed)
                if callbacks:
                    state.release()
                epoch = Epoch(len(history.losses), history.losses[-1], model, history)
                answers = [callback(epoch) for callback in callbacks]
                if any(answer for answer in answers if isinstance(answer, (bool, np.bool_))):
                    history.stopped = "callback"
                state.keep_step()
                if checkpoint is not None:
                    state.write(checkpoint, run)
                if bar is not None:
                    numbers = {name: f"{course[-1]:.4g}" for name, course in history.courses().items()}
                    bar.set_postfix(numbers, refresh=False)
                    bar.update()
            state.release()
            if patience is not None:
                state.load(state.best)
        except KeyboardInterrupt:
            state.load_step(state.last_step)
            history.stopped = "interrupted"
        finally:
            state.release()
    return history


def gradients(model: Module, loss: Loss, optimizer: Optimizer, X: Array, y: Array) -> tuple[float, Array]:
    """The loss of a batch, and its outputs; the gradients are in the optimizer's parameters then."""
    outputs = [model(x) for x in X.tolist()]
    total = loss(outputs, y.tolist())
    optimizer.zero_grad()
    total.backward()
    return total.data, data(outputs)


def _epoch(
    state: State,
    programs: Programs | None,
    loss: Loss,
    metric: Metric | None,
    samples: Part,
    held_out: Part | None,
    batch_size: int | None,
    longest: float | None,
    seed: int,
) -> None:
    """Learn from every sample once, and measure."""
    model, history, began = state.model, state.history, state.numbers()
    losses, targets = [], []
    outputs: list[Any] = []
    for X, y in batches(*samples, batch_size, seed=[seed, len(history.losses)]):
        if programs is None:
            loss_of_batch, given = gradients(model, loss, state.optimizer, X, y)
            if longest is not None:
                clip_grad_norm_(state.optimizer.parameters, longest)
            state.optimizer.step()
        else:
            numbers = state.numbers()
            given = np.empty(0) if metric is None else programs.outputs(numbers, X)
            loss_of_batch, gradient = programs.gradients(numbers, X, y)
            if longest is not None:
                gradient *= length_and_factor(gradient, longest)[1]
            state.step(gradient)
        state.keep_step()
        losses.append(loss_of_batch * (len(y) / len(samples[1])))
        outputs.append(given)
        targets.append(y)
    if state.schedule is not None:
        state.schedule.step()
        state.keep_step()
    whole = autograd.sum(losses)
    learned = [whole] if metric is None else [whole, float(metric(np.concatenate(outputs), np.concatenate(targets)))]
    validated = [] if held_out is None else _validated(state, programs, loss, metric, *held_out)
    for course, number in zip([history.losses, history.metrics], learned):
        course.append(number)
    for course, number in zip([history.validation_losses, history.validation_metrics], validated):
        course.append(number)
    state.keep_best(began if held_out is None else state.numbers())


def _validated(
    state: State, programs: Programs | None, loss: Loss, metric: Metric | None, X: Array, y: Array
) -> list[float]:
    if programs is not None:
        numbers = state.numbers()
        found = programs.loss(numbers, X, y)
        return [found] if metric is None else [found, float(metric(programs.outputs(numbers, X), y))]
    with no_grad():
        outputs = [state.model(x) for x in X.tolist()]
        found = loss(outputs, y.tolist()).data
        return [found] if metric is None else [found, float(metric(data(outputs), y))]


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _digest(*parts: Part | None) -> str:
    numbers = [[array.tolist() for array in part or ()] for part in parts]
    return hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]


def _bar(done: int, epochs: int, progress: bool) -> AbstractContextManager[Any]:
    """A bar of tqdm's, or None where it is not wanted or no one would see it."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if not progress or not (hasattr(shell, "kernel") or (sys.stderr is not None and sys.stderr.isatty())):
        return nullcontext()
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped]
    except ImportError:
        return nullcontext()
    bar: AbstractContextManager[Any] = tqdm(initial=done, total=epochs, unit="epoch")
    return bar
