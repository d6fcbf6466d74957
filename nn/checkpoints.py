"""How far a training is: what it measured and what it changed, and a file that keeps both."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from os import PathLike
from typing import Any

import numpy as np

from autograd import data
from nn.files import write_atomically
from nn.module import Module
from nn.optimizers import Array, Optimizer
from nn.schedules import LRScheduler

FORMAT = "stepgrad checkpoint 1"
STOPPED = {"patience": "stopped early", "callback": "stopped by a callback", "interrupted": "interrupted"}


@dataclass(repr=False)
class History:
    """What a training measured, epoch by epoch.

    Attributes:
        losses: the mean over all samples, each as it was just before the step that learned from it.
        validation_losses: the loss of the validation data after each epoch; empty without such data.
        metrics, validation_metrics: the metric of the same outputs; empty without a metric.
        stopped: why the training ended before its last epoch: "patience", "callback" or "interrupted"; else "".

    >>> from nn import History
    >>> History([2.0, 0.5], metrics=[0.75, 1.0])
    <history of 2 epochs: loss 2 → 0.5, metric 0.75 → 1>
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    metrics: list[float] = field(default_factory=list)
    validation_metrics: list[float] = field(default_factory=list)
    stopped: str = ""

    def courses(self) -> dict[str, list[float]]:
        """The lists that are not empty, by what is in them."""
        lists = {
            "loss": self.losses,
            "validation loss": self.validation_losses,
            "metric": self.metrics,
            "validation metric": self.validation_metrics,
        }
        return {name: course for name, course in lists.items() if course}

    def watched(self) -> list[float]:
        """The losses that tell which epoch was the best: those of the validation data, if there are such."""
        return self.validation_losses or self.losses

    def __repr__(self) -> str:
        courses = ", ".join(f"{name} {course[0]:.4g} → {course[-1]:.4g}" for name, course in self.courses().items())
        epochs = f"{len(self.losses)} epoch{'s' * (len(self.losses) != 1)}"
        return f"<history of {epochs}{courses and ': ' + courses}{self.stopped and '; ' + STOPPED[self.stopped]}>"


class State:
    """What a training changes: the parameters, the optimizer, the schedule, the history; and the best parameters.

    Args:
        model, optimizer, schedule: those of the training.

    Attributes:
        history: the epochs so far.
        held: the numbers of all parameters while they are kept in an array, between `hold` and `release`; else None.
        last_step: what the next step depends on, as it was when `keep_step` was called.
        best: the parameters of the epoch with the least loss.
        best_epoch: which one that was; 0 at the beginning.
    """

    def __init__(self, model: Module, optimizer: Optimizer, schedule: LRScheduler | None) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.parameters = dict(model.named_parameters())
        place = {parameter: number for number, parameter in enumerate(self.parameters.values())}
        self._learning = np.array([place[parameter] for parameter in optimizer.parameters])
        self.held: Array | None = None
        self.history = History()
        self.least, self.best_epoch, self.best = math.inf, 0, self.numbers()
        self.last_step: dict[str, Any] = {}
        self.keep_step()

    def numbers(self) -> Array:
        """Those of all parameters of the model."""
        return data(list(self.parameters.values())) if self.held is None else self.held.copy()

    def hold(self) -> None:
        """Keep the parameters in an array; their Values stay behind until `release`."""
        self.held = self.numbers()

    def release(self) -> None:
        """Write the parameters to their Values, if they are held."""
        if self.held is not None:
            self.load(self.held)
            self.held = None

    def load(self, numbers: Array) -> None:
        """Set the Values of all parameters."""
        for parameter, number in zip(self.parameters.values(), numbers.tolist()):
            parameter.data = number

    def step(self, gradient: Array) -> None:
        """A step of the optimizer on the parameters that are held."""
        assert self.held is not None
        self.held[self._learning] = self.optimizer.update(self.held[self._learning], gradient)

    def keep_step(self) -> None:
        """Keep what can be returned to if the next step is interrupted in its middle."""
        schedule = None if self.schedule is None else self.schedule.state_dict()
        self.last_step = {"model": self.numbers(), "optimizer": self.optimizer.state_dict(), "schedule": schedule}

    def load_step(self, step: Mapping[str, Any]) -> None:
        """Return to a step that was kept; nothing is held then."""
        self.held = None
        self.load(step["model"])
        if self.schedule is not None:
            self.schedule.load_state_dict(step["schedule"])
        self.optimizer.load_state_dict(step["optimizer"])  # the last: the schedule has set its learning rate

    def keep_best(self, numbers: Array) -> None:
        """Keep the parameters of the last epoch if no other was as good."""
        watched = self.history.watched()
        if watched[-1] < self.least:
            self.least, self.best_epoch, self.best = watched[-1], len(watched), numbers

    def write(self, path: str | PathLike[str], run: Mapping[str, Any]) -> None:
        """Write all this, as it was at the last step, to a file of JSON, which keeps every float exactly.

        Args:
            path: where to.
            run: what tells this training from others: texts and numbers by name.

        Raises:
            OSError: it cannot be written.
        """
        best = {"epoch": self.best_epoch, "model": self._by_path(self.best)}
        model = self._by_path(self.last_step["model"])
        state = {**self.last_step, "model": model, "history": asdict(self.history), "best": best}
        text = json.dumps({"format": FORMAT, "run": run, "state": state}, default=lambda array: array.tolist())
        write_atomically(path, text.encode())

    def read(self, path: str | PathLike[str], run: Mapping[str, Any], epochs: int) -> None:
        """Go on where the training in a file was. On an error nothing changes.

        Args:
            path: the file.
            run: as for `write`.
            epochs: how many the training is to have.

        Raises:
            ValueError: the file is no checkpoint, is damaged, or is one of another model, optimizer, schedule or `run`,
                or of more epochs.
            OSError: it cannot be read.
        """
        with open(path, "rb") as file:
            contents = file.read()
        try:
            found = json.loads(contents)
            if not isinstance(found, dict) or found.get("format") != FORMAT:
                raise ValueError("it is some other file")
            _same(found["run"], run)
            state, history = found["state"], _history(found["state"]["history"])
            if len(history.losses) > epochs:
                raise ValueError(f"it has {len(history.losses)} epochs, and epochs is {epochs}")
            best_epoch = state["best"]["epoch"]
            least = history.watched()[best_epoch - 1] if best_epoch else math.inf
            self.model.load_state_dict(state["best"]["model"])
            best = self.numbers()
            self.model.load_state_dict(state["model"])
            self.load_step({**state, "model": self.numbers()})
        except Exception as error:  # anything may go wrong with a file that anyone may have written
            self.load_step(self.last_step)
            reason = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            raise ValueError(
                f"{path} is no checkpoint that this training can go on from: {reason}; "
                "give fit the arguments of the first time, or another file"
            ) from error
        self.history, self.least, self.best_epoch, self.best = history, least, best_epoch, best
        self.keep_step()

    def _by_path(self, numbers: Array) -> dict[str, float]:
        """What `model.state_dict()` gives if the parameters are these."""
        return dict(zip(self.parameters, numbers.tolist()))


def _same(earlier: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    changes = [
        f"{name} was {earlier.get(name)!r:.60} and is {now!r:.60}"
        for name, now in run.items()
        if earlier.get(name) != now
    ]
    if changes:
        raise ValueError(", ".join(changes))


def _history(state: Any) -> History:
    history = History(**state)
    courses = list(history.courses().values())
    if any(len(course) != len(history.losses) for course in courses):
        raise ValueError("its history has courses of different lengths")
    if not all(isinstance(number, float) for number in chain(*courses)) or history.stopped not in ("", "callback"):
        raise ValueError("its history is none")
    return history
