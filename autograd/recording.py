"""What becomes of an operation on Values: whether it is recorded and watched, and to which scope it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Mode = tuple[
    bool, bool, "scope | None"
]  # whether to record, whether to watch, and the scope; unpacked at each operation

mode: ContextVar[Mode] = ContextVar("mode", default=(True, False, None))  # of this thread


def watching() -> bool:
    return mode.get()[1]


@contextmanager
def switched(record: bool | None = None, watch: bool | None = None) -> Iterator[None]:
    """Another mode inside the `with`; None leaves things as they are."""
    recording, watching, here = mode.get()
    token = mode.set((recording if record is None else record, watching if watch is None else watch, here))
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
    with switched(record=False):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record inside the `with`, also within `no_grad()`."""
    with switched(record=True):
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
    with switched(watch=True):
        yield


class scope:
    """Group what is computed inside the `with` under a name: drawings show a frame around it, or one box.

    Scopes may stand inside each other. They concern the current thread only.

    Args:
        name: what to call the group.
        closed: whether drawings show it as one box unless asked to expand it.

    Attributes:
        parent: the scope around it, or None.

    Raises:
        TypeError, ValueError: the name is no text, or empty.

    >>> from autograd import Value, scope
    >>> x = Value(3.0)
    >>> with scope("layer 1"), scope("square"):
    ...     y = x * x
    >>> y.scope
    <scope layer 1.square>
    """

    __slots__ = ("closed", "name", "parent")

    def __init__(self, name: str, closed: bool = False) -> None:
        if not isinstance(name, str):
            raise TypeError(f"a scope's name is a text such as 'layer 1', got {type(name).__name__} {name!r:.60}")
        if not name:
            raise ValueError("a scope's name is empty; give it one such as 'layer 1'")
        self.name = name
        self.closed = closed
        self.parent = mode.get()[2]

    def __enter__(self) -> scope:
        record, watch, _ = mode.get()
        mode.set((record, watch, self))
        return self

    def __exit__(self, *error: object) -> None:
        record, watch, _ = mode.get()
        mode.set((record, watch, self.parent))

    def __repr__(self) -> str:
        return f"<scope {'.'.join(self.path())}>"

    def path(self) -> list[str]:
        """Its name, after the names of the scopes around it from the outermost on."""
        names: list[str] = []
        around: scope | None = self
        while around is not None:
            names.append(around.name)
            around = around.parent
        return names[::-1]
