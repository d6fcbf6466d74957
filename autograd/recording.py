"""What becomes of an operation on Values: whether it is recorded, and whether its result is watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

RECORD, WATCH = 1, 2

mode: ContextVar[int] = ContextVar("mode", default=RECORD)  # of this thread


@contextmanager
def switched(to: int) -> Iterator[None]:
    token = mode.set(to)
    try:
        yield
    finally:
        mode.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside the `with`: results are plain new Values, as if their numbers were typed in.

    Use it for arithmetic that is not to be differentiated, such as an update of parameters. It concerns
    the current thread only.

    >>> from autograd import Value, no_grad
    >>> a = Value(2.0)
    >>> with no_grad():
    ...     b = a * 3
    >>> b, b.args
    (Value(data=6.0, grad=0.0), ())
    """
    with switched(mode.get() & ~RECORD):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record inside the `with`, also within `no_grad()`."""
    with switched(mode.get() | RECORD):
        yield


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside the `with`, raise an `AnomalyError` at the first operation that makes a nan or an infinity.

    It names the node, its inputs, and the line of your code that made it, in the forward computation and in
    `backward()` and `grad` alike; for the latter, build the graph inside the `with` as well. It takes some
    time at each operation, and concerns the current thread only.

    Raises:
        AnomalyError: inside the `with`.

    >>> from autograd import Value, detect_anomaly
    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     y = x * 2
    ...     y.log()
    Traceback (most recent call last):
    autograd.anomaly.AnomalyError: log(v1) = -inf is the first number here that is not finite
    where v1 = x·2 = 0.0
    ...
    """
    with switched(mode.get() | WATCH):
        yield
