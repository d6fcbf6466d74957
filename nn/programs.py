"""A model and its loss as programs: recorded for one sample, run for all."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Program, Value, data, no_grad, value_and_grad
from nn.module import Module
from nn.optimizers import Array, Optimizer
from nn.preparing import Loss, Part

TRIALS = 32  # recordings with other numbers, to see whether these change what is recorded
CHECKS, MANY = 4, 5  # how often so many samples tell how the loss of a batch comes from theirs


class Programs:
    """What computes the losses and gradients of batches, and the outputs.

    Args:
        model: what is called with one sample.
        loss: a function of a list of outputs and a list of targets.
        optimizer: by whose parameters to differentiate.
        samples: what the model learns from.
        reduce: whether the loss of a batch is the "mean" or the "sum" of those of its samples.
    """

    def __init__(self, model: Module, loss: Loss, optimizer: Optimizer, samples: Part, reduce: str) -> None:
        places = {parameter: place for place, parameter in enumerate(model.parameters())}
        sample = _recorded(model, loss, samples, 0)
        self._several = isinstance(sample.output, list)
        self._reduce = reduce
        self._loss, self._loss_places = _compiled(sample.loss, [sample.inputs, sample.targets], places)
        self._output, self._output_places = _compiled(sample.output, [sample.inputs], places)
        self._learned = np.array([places[parameter] for parameter in optimizer.parameters])

    def gradients(self, numbers: Array, X: Array, y: Array) -> tuple[float, Array]:
        """The loss of a batch, and its derivatives by the optimizer's parameters.

        Args:
            numbers: those of all parameters of the model.
            X, y: the samples of the batch.
        """
        gradient = np.zeros(len(numbers))
        known = self._loss_places
        _set(self._loss, known, numbers)
        loss, by_place = self._loss.value_and_grad(X, y, reduce=self._reduce)
        gradient[known[known >= 0]] = by_place[known >= 0]
        return loss, gradient[self._learned]

    def outputs(self, numbers: Array, X: Array) -> Array:
        """The outputs of the model, of shape (n,), or (n, outputs) if it gives a list."""
        _set(self._output, self._output_places, numbers)
        outputs = self._output(X)
        return np.stack(outputs, axis=1) if self._several else outputs

    def loss(self, numbers: Array, X: Array, y: Array) -> float:
        """The loss of a batch."""
        _set(self._loss, self._loss_places, numbers)
        losses = self._loss(X, y)
        return float(losses.mean() if self._reduce == "mean" else losses.sum())


def programs_of(model: Module, loss: Loss, optimizer: Optimizer, samples: Part) -> Programs | None:
    """The programs of a training, or None where a recording of one sample does not stand for all.

    This is found out by trying: samples are recorded with other parameters each time, and the loss of a few and its
    gradients are compared with those of the programs. Afterwards the parameters are what they were.
    """
    if type(optimizer).step is not Optimizer.step:
        return None
    parameters = model.parameters()
    before = data(parameters)
    rng = np.random.default_rng(0)

    def change() -> None:
        with np.errstate(invalid="ignore"):
            _set_values(parameters, before + rng.normal(size=len(before)) * (np.abs(before) + 0.1))

    try:
        structures = set()
        for _ in range(TRIALS):
            change()
            structures.add(_structures(model, loss, samples, int(rng.integers(len(samples[0])))))
            if len(structures) > 1:
                return None
        candidates = [Programs(model, loss, optimizer, samples, reduce) for reduce in ("mean", "sum")]
        for _ in range(CHECKS):
            change()
            chosen = rng.permutation(len(samples[0]))[:MANY]
            few = samples[0][chosen], samples[1][chosen]
            candidates = [found for found in candidates if _agree(found, model, loss, optimizer, few)]
        return candidates[0] if len(candidates) == 1 else None  # both, if the loss was always 0
    except REFUSALS:
        return None
    finally:
        _set_values(parameters, before)


def at_once(model: Module, inputs: int) -> Callable[[Array], Array | None]:
    """A function of many samples that gives the outputs of the model as it is then, by a program.

    It gives None where the program, recorded for one sample, does not say what the model says of a few of them.
    """
    x = [Value(0.0) for _ in range(inputs)]
    try:
        program, _ = _compiled(model(x), [x], {})
    except REFUSALS:
        return lambda samples: None

    def outputs(samples: Array) -> Array | None:
        few = np.random.default_rng(0).choice(len(samples), TRIALS)
        with no_grad():
            expected = data([model(sample) for sample in samples[few].tolist()])
        found: Array = np.transpose(program(samples))
        agree = np.allclose(found[few], expected, rtol=1e-9, equal_nan=True)
        return found if agree else None

    return outputs


# Of models and losses that take numbers only, and of `compile`: an operation of one's own may have no kernel.
REFUSALS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class Sample(NamedTuple):
    """A sample as Values, and what the model and the loss make of it."""

    inputs: list[Value]
    targets: Any
    output: Any
    loss: Value


def _agree(programs: Programs, model: Module, loss: Loss, optimizer: Optimizer, samples: Part) -> bool:
    """Whether the programs give what the model itself gives."""
    X, y = samples
    outputs = [model(x) for x in X.tolist()]
    expected, gradient = value_and_grad(loss(outputs, y.tolist()), optimizer.parameters)
    found, by_program = programs.gradients(data(model.parameters()), X, y)
    size = np.abs(gradient).max()
    return bool(np.isclose(found, expected, rtol=1e-9) and np.abs(by_program - gradient).max() <= 1e-9 * size)


def _recorded(model: Module, loss: Loss, samples: Part, place: int) -> Sample:
    x, y = (part[place].tolist() for part in samples)
    inputs = [Value(number) for number in x]
    targets = [Value(number) for number in y] if isinstance(y, list) else Value(y)
    output = model(inputs)
    return Sample(inputs, targets, output, loss([output], [targets]))


def _structures(model: Module, loss: Loss, samples: Part, place: int) -> tuple[str, str]:
    """Those of the programs that compute the loss and the output."""
    sample = _recorded(model, loss, samples, place)
    total, _ = _compiled(sample.loss, [sample.inputs, sample.targets], {})
    output, _ = _compiled(sample.output, [sample.inputs], {})
    return total.structure, output.structure


def _compiled(outputs: Any, inputs: list[Any], places: dict[Value, int]) -> tuple[Program, Array]:
    """A program, and the places of its parameters among those of the model; -1 for others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of inputs that nothing depends on
        program = autograd.compile(outputs, inputs)
    return program, np.array([places.get(parameter, -1) for parameter in program.parameters], np.intp)


def _set(program: Program, places: Array, numbers: Array) -> None:
    known = places >= 0
    program.theta[known] = numbers[places[known]]


def _set_values(parameters: list[Value], numbers: Array) -> None:
    for parameter, number in zip(parameters, numbers.tolist()):
        parameter.data = number
