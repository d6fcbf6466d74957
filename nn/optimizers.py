"""How parameters learn from their gradients: gradient descent and its kin.

Every rule is written once, on NumPy arrays with one number for each parameter. Names, defaults and results are
PyTorch's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value

Array: TypeAlias = NDArray[np.float64]


class Optimizer:
    """The base of all optimizers: it keeps the parameters and moves them by the `rule` that a subclass defines.

    Args:
        parameters: the Values to change, such as `model.parameters()`.
        lr: the learning rate, at least 0.

    Attributes:
        lr: the learning rate; it may be changed between steps.
        steps: how many steps were made.

    Raises:
        TypeError: a parameter is not a Value, or a setting is not a number.
        ValueError: there are no parameters, one stands twice or was computed, or a setting is out of its range.

    >>> import numpy as np
    >>> from autograd import Value
    >>> from nn import Optimizer
    >>> class SignDescent(Optimizer):
    ...     def rule(self, theta, gradient):
    ...         return theta - self.lr * np.sign(gradient)
    >>> x = Value(3.0)
    >>> optimizer = SignDescent([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> x.data
    2.75
    """

    def __init__(self, parameters: Iterable[Value], lr: float) -> None:
        self.parameters = checked_parameters(parameters)
        self.lr = at_least_zero("lr", lr)
        self.steps = 0

    def zero_grad(self) -> None:
        """Set the `.grad` of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Move every parameter by its gradient."""
        theta = np.array([parameter.data for parameter in self.parameters], dtype=np.float64)
        gradient = np.array([parameter.grad for parameter in self.parameters], dtype=np.float64)
        for parameter, number in zip(self.parameters, self.update(theta, gradient).tolist()):
            parameter.data = number

    def update(self, theta: ArrayLike, gradient: ArrayLike) -> Array:
        """One step on plain numbers: where it leads from `theta`. The parameters themselves stay as they are.

        Args:
            theta: the n numbers of the n parameters.
            gradient: the n derivatives by them.

        Returns:
            A new array of n numbers.

        Raises:
            ValueError: there are not n of them.
        """
        numbers, gradients = np.asarray(theta, np.float64), np.asarray(gradient, np.float64)
        expected = (len(self.parameters),)
        if not numbers.shape == gradients.shape == expected:
            raise ValueError(
                f"this {type(self).__name__} updates arrays of shape {expected}, one number for each parameter; "
                f"got {numbers.shape} and a gradient of {gradients.shape}"
            )
        self.steps += 1
        with np.errstate(all="ignore"):  # what diverges becomes inf or nan, as it does in Values
            return self.rule(numbers, gradients)

    def rule(self, theta: Array, gradient: Array) -> Array:
        """The formula: the new parameters, as a new array. `self.steps` is 1 at the first step."""
        raise NotImplementedError(
            f"{type(self).__name__} defines no rule(self, theta, gradient), the formula of a step"
        )

    def state_dict(self) -> dict[str, Any]:
        """All that the next steps depend on but the parameters: settings and memory, as numbers and arrays."""
        return {
            name: value.copy() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
            if name != "parameters"
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another optimizer was, of the same kind and for as many parameters.

        Args:
            state: what its `state_dict` gave. Lists in place of arrays will do.

        Raises:
            TypeError, ValueError: it is not such a state. Nothing has changed then.
        """
        vars(self).update(_fitting(state, self.state_dict(), type(self).__name__))

    def _zeros(self) -> Array:
        return np.zeros(len(self.parameters))


class SGD(Optimizer):
    """Gradient descent, plain or with momentum: θ ← θ - lr·g, where g is the gradient.

    With momentum a velocity takes the place of the gradient: v ← momentum·v + (1 - dampening)·g; the first one
    is g. With `nesterov` it is g + momentum·v. (Sutskever et al. 2013, On the importance of initialization and
    momentum in deep learning; the learning rate stands outside the velocity, as in PyTorch.)

    Args:
        parameters, lr: as for an `Optimizer`.
        momentum, dampening: how much of the velocity is kept, and of the gradient is left out.
        weight_decay: as much of θ is added to the gradient, as by the penalty weight_decay/2 · Σ θ².
        nesterov: whether to look ahead; it needs a momentum and no dampening.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> x = Value(3.0)
    >>> optimizer = SGD([x], lr=0.25)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (x**2).backward()
    ...     optimizer.step()
    >>> x.data
    0.75
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = at_least_zero("momentum", momentum, 0.9)
        self.dampening = at_least_zero("dampening", dampening)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.nesterov = nesterov
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError(
                "nesterov needs a momentum above 0 and no dampening, e.g. momentum=0.9, nesterov=True; "
                f"got momentum={momentum}, dampening={dampening}"
            )
        self.velocity = self._zeros()

    def rule(self, theta: Array, gradient: Array) -> Array:
        """θ - lr·g, or the velocity instead of g."""
        g = gradient + self.weight_decay * theta
        if self.momentum:
            first = self.steps == 1
            self.velocity = g if first else self.momentum * self.velocity + (1 - self.dampening) * g
            g = g + self.momentum * self.velocity if self.nesterov else self.velocity
        return theta - self.lr * g


def checked_parameters(parameters: Iterable[Value]) -> list[Value]:
    """The parameters as a list.

    Raises:
        TypeError, ValueError: there are none, one is no Value, stands twice, or was computed.
    """
    if not isinstance(parameters, Iterable):
        raise TypeError(f"parameters come as a list of Values: pass model.parameters(); got {parameters!r:.60}")
    found = list(parameters)
    if not found:
        raise ValueError("there are no parameters to optimize: pass model.parameters()")
    for index, parameter in enumerate(found):
        if not isinstance(parameter, Value):
            raise TypeError(
                "parameters are Values: pass model.parameters(); "
                f"parameter {index} is {type(parameter).__name__} {parameter!r:.60}"
            )
        if parameter.op is not None:
            raise ValueError(
                f"parameters are Values made by hand; parameter {index} was computed by {parameter.op.name}: "
                "pass what it was computed from"
            )
    if len(set(found)) < len(found):
        twice = next(index for index, parameter in enumerate(found) if parameter in found[:index])
        raise ValueError(f"every parameter may stand once; parameter {twice} is there before: {found[twice]!r:.60}")
    return found


def at_least_zero(name: str, x: Any, such_as: float = 0.1) -> float:
    """The setting as a float.

    Raises:
        TypeError, ValueError: it is no number, negative, infinite or nan.
    """
    if not 0 <= _number(name, x, such_as) < math.inf:
        raise ValueError(f"{name} is a number of at least 0, such as {such_as}; got {x}")
    return float(x)


def below_one(name: str, x: Any) -> float:
    """The setting as a float.

    Raises:
        TypeError, ValueError: it is no number, or not from 0 up to, but without, 1.
    """
    if not 0 <= _number(name, x, 0.9) < 1:
        raise ValueError(f"{name} is a number of at least 0 and below 1, such as 0.9; got {x}")
    return float(x)


def _number(name: str, x: Any, such_as: float) -> float:
    if not isinstance(x, Real):
        raise TypeError(f"{name} is a number, such as {such_as}; got {type(x).__name__} {x!r:.60}")
    return float(x)


def _fitting(state: Any, own: dict[str, Any], kind: str) -> dict[str, Any]:
    """The numbers and arrays of `state`, in the types and shapes of `own`."""
    if not isinstance(state, Mapping):
        raise TypeError(f"a state is what state_dict() of the same kind gave; got {type(state).__name__} {state!r:.60}")
    if state.keys() != own.keys():
        raise ValueError(
            f"this is no state of {kind}: missing {sorted(own.keys() - state.keys())}, "
            f"unexpected {sorted(map(str, state.keys() - own.keys()))}"
        )
    return {name: _alike(name, state[name], value, kind) for name, value in own.items()}


def _alike(name: str, given: Any, own: Any, kind: str) -> Any:
    expected, found = np.asarray(own), np.asarray(given)
    if found.shape != expected.shape or not np.can_cast(found.dtype, expected.dtype, "same_kind"):
        raise ValueError(
            f"this is no state of this {kind}: {name} has shape {expected.shape} and type {expected.dtype}; "
            f"got shape {found.shape} and type {found.dtype}"
        )
    return found.astype(expected.dtype) if isinstance(own, np.ndarray) else type(own)(found.item())
