"""How weights and biases begin."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

Init = str | Sequence[Any]
Bias = bool | Sequence[Any]
Seed = int | random.Random | None


def uniform(rng: random.Random, nin: int, nout: int) -> float:
    """Evenly between -1 and 1, as in micrograd.

    >>> import random
    >>> from nn.initialisation import uniform
    >>> uniform(random.Random(0), 2, 3)
    0.688...
    """
    return rng.uniform(-1, 1)


def normal(rng: random.Random, nin: int, nout: int) -> float:
    """From the bell curve around 0, of standard deviation 1.

    >>> import random
    >>> from nn.initialisation import normal
    >>> normal(random.Random(0), 2, 3)
    0.941...
    """
    return rng.gauss(0, 1)


def xavier(rng: random.Random, nin: int, nout: int) -> float:
    """Evenly between -a and a, where a = √(6 / (nin + nout)): it keeps signals and gradients as large as they are.

    For tanh and sigmoid (Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks", equation 16).

    >>> import random
    >>> from nn.initialisation import xavier
    >>> xavier(random.Random(0), 2, 4)
    0.688...
    """
    a = math.sqrt(6 / (nin + nout))
    return rng.uniform(-a, a)


def he(rng: random.Random, nin: int, nout: int) -> float:
    """From the bell curve around 0, of standard deviation √(2 / nin): twice the variance, since relu halves it.

    For relu (He et al. 2015, "Delving deep into rectifiers", equation 10).

    >>> import random
    >>> from nn.initialisation import he
    >>> he(random.Random(0), 2, 3)
    0.941...
    """
    return rng.gauss(0, math.sqrt(2 / nin))


# Each draws one weight of a layer of `nout` neurons with `nin` inputs.
INITIALISATIONS: dict[str, Callable[[random.Random, int, int], float]] = {
    "uniform": uniform,
    "normal": normal,
    "xavier": xavier,
    "he": he,
}


def initial_weights(init: Init, nin: int, nout: int, rng: random.Random) -> list[float]:
    """The first weights of a neuron.

    Args:
        init: a key of `INITIALISATIONS`, or the `nin` weights themselves.
        nin, nout: how many inputs there are, and how many neurons in the layer.
        rng: where random numbers come from.

    Raises:
        ValueError: the name is unknown, or there are not `nin` weights.
        TypeError: `init` is neither a name nor an array.

    >>> import random
    >>> from nn.initialisation import initial_weights
    >>> initial_weights("uniform", 2, 1, random.Random(0))
    [0.688..., 0.515...]
    """
    if not isinstance(init, str):
        return _array(init, (nin,), "the init of a Neuron, if no name,")
    if init not in INITIALISATIONS:
        raise ValueError(f"unknown init {init!r}: use {', '.join(INITIALISATIONS)}, or an array of weights")
    return [INITIALISATIONS[init](rng, nin, nout) for _ in range(nin)]


def for_each(option: Any, shape: tuple[int, ...], what: str) -> list[Any]:
    """A setting of each of several neurons or layers: the same for all, or a list of theirs.

    Args:
        option: a name, True or False for all, or an array or lists that begin with this shape.
        shape: how many there are, and what follows.
        what: what it is, for errors.

    Raises:
        TypeError: the option is something else.
        ValueError: it has another shape.

    >>> from nn.initialisation import for_each
    >>> for_each(True, (2,), "bias"), for_each([1.0, -1.0], (2,), "bias")
    ([True, True], [1.0, -1.0])
    """
    if isinstance(option, (str, bool)):
        return [option] * shape[0]
    return _array(option, shape, what)


def generator(seed: Any) -> Any:
    """Where random numbers come from.

    Args:
        seed: an integer, a `random.Random`, or None for Python's own `random`.

    Raises:
        TypeError: it is something else.

    >>> from nn.initialisation import generator
    >>> generator(0).random()
    0.844...
    """
    if seed is None:
        return random
    if isinstance(seed, random.Random) or seed is random:
        return seed
    if isinstance(seed, int):
        return random.Random(seed)
    raise TypeError(f"seed is an integer or a random.Random, got {type(seed).__name__} {seed!r:.60}")


def _array(given: Any, shape: tuple[int, ...], what: str) -> list[Any]:
    items = _lists(given)
    if not isinstance(items, list):
        raise TypeError(f"{what} is an array of shape {shape}, got {type(given).__name__} {given!r:.60}")
    if _shape(items)[: len(shape)] != shape:
        raise ValueError(f"{what} is an array of shape {shape}, got shape {_shape(items)}: {items!r:.60}")
    return items


def _lists(item: Any) -> Any:
    """Arrays and tuples as lists."""
    if hasattr(item, "tolist"):
        return item.tolist()
    return [_lists(part) for part in item] if isinstance(item, (list, tuple)) else item


def _shape(item: Any) -> tuple[int, ...]:
    """The shape of lists in lists, down to where their lengths differ."""
    if not isinstance(item, list):
        return ()
    inner = {_shape(part) for part in item}
    return (len(item), *(inner.pop() if len(inner) == 1 else ()))
