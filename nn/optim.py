"""How parameters learn from their gradients."""

from __future__ import annotations

from collections.abc import Iterable

from autograd import Value


class SGD:
    """Plain gradient descent: parameter ← parameter - lr · gradient.

    Args:
        parameters: the Values to change.
        lr: the learning rate, at least 0. It may be changed between steps.

    Raises:
        ValueError: there are no parameters, or `lr` is negative or not a number.

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

    def __init__(self, parameters: Iterable[Value], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr
        if not self.parameters:
            raise ValueError("there are no parameters to optimize: pass model.parameters()")
        if not lr >= 0:
            raise ValueError(f"lr is a rate of at least 0, such as 0.1; got {lr}")

    def zero_grad(self) -> None:
        """Set the `.grad` of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Move every parameter against its gradient."""
        for parameter in self.parameters:
            parameter.data -= self.lr * parameter.grad
