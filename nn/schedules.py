"""How the learning rate changes from epoch to epoch.

Names, defaults and numbers are PyTorch's. Every schedule is a formula of the epoch, `rate(epoch)`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from nn.optimizers import Optimizer, at_least_zero


class LRScheduler:
    """The base of all schedules: it sets the learning rate of an optimizer to the `rate` that a subclass defines.

    Call `step()` once after each epoch. Whatever else changes `optimizer.lr` lasts until then; to have one
    schedule follow another, use `SequentialLR`.

    Args:
        optimizer: the optimizer whose `lr` is to change; the schedule starts from what it is now.

    Attributes:
        base_lr: the rate it started from.
        last_epoch: how many steps were made.

    Raises:
        TypeError, ValueError: a setting is not what the schedule accepts.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import LRScheduler
    >>> class OneOverEpoch(LRScheduler):
    ...     def rate(self, epoch):
    ...         return self.base_lr / (1 + epoch)
    >>> optimizer = SGD([Value(1.0)], lr=0.5)
    >>> schedule = OneOverEpoch(optimizer)
    >>> schedule.step()
    >>> optimizer.lr
    0.25
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = _optimizer(optimizer)
        self._set(optimizer.lr, 0)

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch; the first one is 0."""
        raise NotImplementedError(f"{type(self).__name__} defines no rate(self, epoch), the formula of its rates")

    def step(self) -> None:
        """Set the learning rate of the next epoch."""
        self._set(self.base_lr, self.last_epoch + 1)

    def state_dict(self) -> dict[str, Any]:
        """The rate it started from and how far it is; its settings are those that it is made with."""
        return {"base_lr": self.base_lr, "last_epoch": self.last_epoch}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another schedule of the same settings was, and set the learning rate.

        Raises:
            TypeError, ValueError: `state` is not what `state_dict` gives. Nothing has changed then.
        """
        if not isinstance(state, Mapping) or state.keys() != {"base_lr", "last_epoch"}:
            raise ValueError(f"a schedule's state is base_lr and last_epoch, from state_dict(); got {state!r:.60}")
        base_lr, last_epoch = at_least_zero("base_lr", state["base_lr"]), state["last_epoch"]
        self._set(base_lr, last_epoch if last_epoch == 0 else positive("last_epoch", last_epoch))

    def _set(self, base_lr: float, epoch: int) -> None:
        self.base_lr, self.last_epoch = base_lr, epoch
        self.optimizer.lr = self.rate(epoch)


class StepLR(LRScheduler):
    """A stair: every `step_size` epochs the rate is multiplied by `gamma`: lr·gamma^⌊epoch / step_size⌋.

    Args:
        optimizer: as for an `LRScheduler`.
        step_size: how many epochs a stair is wide.
        gamma: the factor, at least 0.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import StepLR
    >>> schedule = StepLR(SGD([Value(1.0)], lr=1.0), step_size=2, gamma=0.5)
    >>> [schedule.rate(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = positive("step_size", step_size)
        self.gamma = at_least_zero("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        """lr·gamma^⌊epoch / step_size⌋"""
        return self.base_lr * self.gamma ** (epoch // self.step_size)


class ExponentialLR(LRScheduler):
    """Every epoch the rate is multiplied by `gamma`: lr·gamma^epoch.

    Args:
        optimizer: as for an `LRScheduler`.
        gamma: the factor, at least 0.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import ExponentialLR
    >>> schedule = ExponentialLR(SGD([Value(1.0)], lr=1.0), gamma=0.5)
    >>> [schedule.rate(epoch) for epoch in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = at_least_zero("gamma", gamma, 0.9)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        """lr·gamma^epoch"""
        return self.base_lr * self.gamma**epoch


class CosineAnnealingLR(LRScheduler):
    """Half a cosine wave from `lr` down to `eta_min`: eta_min + (lr - eta_min)·(1 + cos(π·epoch / T_max)) / 2.

    After `T_max` epochs it rises again, as in PyTorch. (Loshchilov, Hutter 2017, SGDR: stochastic gradient descent
    with warm restarts; without the restarts.)

    Args:
        optimizer: as for an `LRScheduler`.
        T_max: how many epochs it takes to `eta_min`.
        eta_min: the smallest rate, at least 0.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import CosineAnnealingLR
    >>> schedule = CosineAnnealingLR(SGD([Value(1.0)], lr=1.0), T_max=3)
    >>> [round(schedule.rate(epoch), 6) for epoch in range(4)]
    [1.0, 0.75, 0.25, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = positive("T_max", T_max)
        self.eta_min = at_least_zero("eta_min", eta_min, 0.001)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        """eta_min + (lr - eta_min)·(1 + cos(π·epoch / T_max)) / 2"""
        return self.eta_min + (self.base_lr - self.eta_min) * (1 + math.cos(math.pi * epoch / self.T_max)) / 2


class LinearLR(LRScheduler):
    """A ramp, to warm up: the rate's factor goes from `start_factor` straight to `end_factor` and stays there.

    lr·(start_factor + (end_factor - start_factor)·min(epoch, total_iters) / total_iters)

    Args:
        optimizer: as for an `LRScheduler`.
        start_factor: above 0 and at most 1.
        end_factor: from 0 to 1.
        total_iters: how many epochs the ramp is long.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import LinearLR
    >>> schedule = LinearLR(SGD([Value(1.0)], lr=1.0), start_factor=0.5, total_iters=2)
    >>> [schedule.rate(epoch) for epoch in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start_factor = at_least_zero("start_factor", start_factor)
        self.end_factor = at_least_zero("end_factor", end_factor)
        self.total_iters = positive("total_iters", total_iters)
        if not 0 < start_factor <= 1 or end_factor > 1:
            raise ValueError(
                "start_factor is above 0 and at most 1, end_factor from 0 to 1: give the optimizer the greatest rate "
                f"as its lr; got start_factor={start_factor}, end_factor={end_factor}"
            )
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        """lr·(start_factor + (end_factor - start_factor)·min(epoch, total_iters) / total_iters)"""
        done = min(epoch, self.total_iters) / self.total_iters
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * done)


class SequentialLR(LRScheduler):
    """One schedule after the other, such as a warm-up before a decay; each counts its epochs from its own start.

    Args:
        optimizer: as for an `LRScheduler`.
        schedulers: the schedules, made for the same optimizer. Their own `step()` is not called any more.
        milestones: the epochs at which the second, third, … schedule begins.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> from nn import ExponentialLR, LinearLR, SequentialLR
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> schedule = SequentialLR(optimizer, [warm_up, ExponentialLR(optimizer, gamma=0.5)], milestones=[2])
    >>> [schedule.rate(epoch) for epoch in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int]) -> None:
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        if not self.schedulers or len(self.milestones) != len(self.schedulers) - 1:
            raise ValueError(
                "SequentialLR takes at least one schedule, and one milestone less than schedules; "
                f"got {len(self.schedulers)} schedules and milestones {self.milestones}"
            )
        for index, schedule in enumerate(self.schedulers):
            if not isinstance(schedule, LRScheduler) or schedule.optimizer is not optimizer:
                raise ValueError(
                    "SequentialLR takes schedules of its own optimizer, e.g. StepLR(optimizer, step_size=10); "
                    f"schedule {index} is {schedule!r:.60}"
                )
        if any(start >= end for start, end in pairwise([0, *(positive("a milestone", m) for m in self.milestones)])):
            raise ValueError(f"milestones are epochs in rising order, e.g. [5, 20]; got {self.milestones}")
        # Making a schedule can only lower the rate: the greatest is the one that the optimizer was given.
        _optimizer(optimizer).lr = max(schedule.base_lr for schedule in self.schedulers)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        """The rate of the schedule whose turn it is."""
        index = bisect_right(self.milestones, epoch)
        return self.schedulers[index].rate(epoch - [0, *self.milestones][index])

    def _set(self, base_lr: float, epoch: int) -> None:
        for schedule in self.schedulers:
            schedule._set(base_lr, 0)
        super()._set(base_lr, epoch)


def positive(name: str, n: Any) -> int:
    """The setting, a whole number.

    Raises:
        TypeError, ValueError: it is not an integer, or less than 1.
    """
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"{name} is a whole number of epochs, such as 10; got {type(n).__name__} {n!r:.60}")
    if n < 1:
        raise ValueError(f"{name} is a number of epochs of at least 1, such as 10; got {n}")
    return n


def _optimizer(optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            "a schedule takes the optimizer first, e.g. StepLR(SGD(model.parameters(), lr=0.1), step_size=10); "
            f"got {type(optimizer).__name__} {optimizer!r:.60}"
        )
    return optimizer
