"""How a GPT learns names, and makes up new ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd
from autograd import Value, grads, no_grad, softmax
from nn.adaptive import Adam
from nn.data import one_hot
from nn.gpt import GPT, Row
from nn.initialisation import Seed, generator
from nn.preparing import at_least
from nn.schedules import LinearLR
from nn.text import Tokenizer

Array: TypeAlias = NDArray[np.float64]
Gradients: TypeAlias = Callable[[Array, Sequence[int]], tuple[float, Array]]


def train_gpt(
    model: GPT,
    names: Iterable[str],
    steps: int = 1000,
    lr: float = 0.01,
    betas: tuple[float, float] = (0.85, 0.99),
    seed: int = 42,
    compiled: bool = True,
    callback: Callable[[int, float], Any] | None = None,
) -> list[float]:
    """Train a GPT as microgpt does: Adam learns from a name at each step, its rate falling in a straight line to 0.

    Ctrl-C ends the training and keeps what was learned so far.

    Args:
        model: a GPT of as many tokens as `Tokenizer(names)` has.
        names: what to learn from. They are shuffled; after the last one the first comes again.
        steps: how many steps to make.
        lr: the learning rate at the first step.
        betas: those of `Adam`.
        seed: of the order of names.
        compiled: whether to compile a program for each length of names, else Values are recorded at each step.
        callback: a function to call after each step, with its number, from 0 on, and its loss: `print` will do. The
            parameters of the model are set when the training ends.

    Returns:
        The loss of each step.

    Raises:
        TypeError, ValueError: names or numbers are out of their range, a name is too long for the model's context, or
            the model has another number of tokens. The model stays as it was then.

    >>> from nn import GPT, train_gpt
    >>> model = GPT(3, width=4, heads=2, context=4)
    >>> losses = train_gpt(model, ["ab", "abb"], steps=20, compiled=False)
    >>> losses[0] > 1 > losses[-1]
    True
    """
    at_least(1, "steps", steps)
    at_least(0, "seed", seed)
    order = list(names)
    tokenizer = Tokenizer(order)
    _check_vocabulary(model, tokenizer)
    longest = max(order, key=len)
    if len(longest) >= model.context:
        raise ValueError(
            f"a GPT of context {model.context} learns names of up to {model.context - 1} characters; {longest!r} has "
            f"{len(longest)}: leave it out, or make the GPT with context={len(longest) + 1}"
        )
    random.Random(seed).shuffle(order)
    parameters = model.parameters()
    optimizer = Adam(parameters, lr, betas)
    schedule = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=steps)
    gradients = (_replayed if compiled else _recorded)(model, parameters)
    theta = np.array([parameter.data for parameter in parameters])
    losses: list[float] = []
    with suppress(KeyboardInterrupt):
        for step in range(steps):
            loss, gradient = gradients(theta, tokenizer.encode(order[step % len(order)]))
            theta = optimizer.update(theta, gradient)
            schedule.step()
            losses.append(loss)
            if callback is not None:
                callback(step, loss)
    _set(parameters, theta)
    return losses


def generate(model: GPT, tokenizer: Tokenizer, temperature: float = 0.5, seed: Seed = None) -> str:
    """A text made up by the model, token by token, until it ends it or its context is full.

    Args:
        model: a GPT of as many tokens as the tokenizer has.
        tokenizer: the one of its training.
        temperature: above 0; below 1 likely tokens become likelier still, above 1 less so.
        seed: a number or a `random.Random`, from which several texts can be drawn. Default: Python's `random`.

    Raises:
        ValueError: the temperature is not above 0, or the two have different numbers of tokens.

    >>> from nn import GPT, Tokenizer, generate, train_gpt
    >>> model = GPT(3, width=4, heads=2, context=4)
    >>> losses = train_gpt(model, ["ab"], steps=20, compiled=False)
    >>> generate(model, Tokenizer(["ab"]), temperature=0.1)
    'ab'
    """
    _check_vocabulary(model, tokenizer)
    if not temperature > 0:
        raise ValueError(f"temperature is a number above 0, such as 0.5; got {temperature}")
    rng = generator(seed)
    keys: list[list[Row]] = [[] for _ in model.blocks]
    values: list[list[Row]] = [[] for _ in model.blocks]
    tokens = [tokenizer.bos]
    with no_grad():
        for position in range(model.context):
            logits = model(tokens[-1], position, keys, values)
            likely = softmax([logit.data / temperature for logit in logits])
            tokens += rng.choices(range(model.vocabulary), likely)
            if tokens[-1] == tokenizer.bos:
                break
    return tokenizer.decode(tokens)


def _recorded(model: GPT, parameters: list[Value]) -> Gradients:
    """The loss of a name and its gradient, from Values."""

    def gradients(theta: Array, tokens: Sequence[int]) -> tuple[float, Array]:
        _set(parameters, theta)
        model.zero_grad()
        loss = model.loss(tokens)
        loss.backward()
        return loss.data, grads(parameters)

    return gradients


def _replayed(model: GPT, parameters: list[Value]) -> Gradients:
    """The same from a program for each length of names, whose inputs are the tokens as one-hot rows."""
    places = {parameter: place for place, parameter in enumerate(parameters)}
    programs: dict[int, tuple[autograd.Program, NDArray[np.intp]]] = {}

    def gradients(theta: Array, tokens: Sequence[int]) -> tuple[float, Array]:
        if len(tokens) not in programs:
            rows = [[Value(0.0) for _ in range(model.vocabulary)] for _ in tokens]
            program = autograd.compile(model.loss(rows), inputs=[[number for row in rows for number in row]])
            programs[len(tokens)] = program, np.array([places[parameter] for parameter in program.parameters])
        program, used = programs[len(tokens)]
        program.theta = theta[used]
        gradient = np.zeros_like(theta)
        loss, gradient[used] = program.value_and_grad(one_hot(tokens, model.vocabulary).ravel())
        return loss, gradient

    return gradients


def _set(parameters: list[Value], theta: Array) -> None:
    for parameter, number in zip(parameters, theta.tolist()):
        parameter.data = number


def _check_vocabulary(model: GPT, tokenizer: Tokenizer) -> None:
    if model.vocabulary != tokenizer.vocabulary:
        raise ValueError(
            f"this GPT has {model.vocabulary} tokens, but {tokenizer!r:.80}; make it with "
            f"GPT({tokenizer.vocabulary}), as many as there are characters and one more"
        )
