"""What becomes of an operation on Values: whether it is recorded and watched, and to which scope it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

# Whether to record, whether to watch, and the path of the scope: of this thread, unpacked at each operation.
mode: ContextVar[tuple[bool, bool, str]] = ContextVar("mode", default=(True, False, ""))


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


class Scope:
    """A named group of nodes, inside another one or not. Each `with scope(...)` makes a new one.

    Attributes:
        name: what it is called.
        number: the greater, the later it was made.
        closed: whether drawings show it as one box unless asked to expand it.
        parent: the scope around it, or None.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def name(self) -> str:
        return _name(self._path.rpartition(INSIDE)[2])

    @property
    def number(self) -> int:
        return int(self._path.rpartition(INSIDE)[2].partition(" ")[0].removesuffix(CLOSED))

    @property
    def closed(self) -> bool:
        return CLOSED in self._path.rpartition(INSIDE)[2].partition(" ")[0]

    @property
    def parent(self) -> Scope | None:
        around = self._path.rpartition(INSIDE)[0]
        return Scope(around) if around else None

    def path(self) -> list[str]:
        """Its name, after the names of the scopes around it from the outermost on."""
        return [_name(part) for part in self._path.split(INSIDE)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._path == other._path

    def __hash__(self) -> int:
        return hash(self._path)

    def __repr__(self) -> str:
        return f"<scope {'.'.join(self.path())}>"


# A node holds its scope as a text, "17 layer 1" and below it "18- softmax": the garbage collector passes over texts.
INSIDE, CLOSED = "\n", "-"
_numbers = count(1)


def _name(part: str) -> str:
    return part.partition(" ")[2]


class scope:
    """Group what is computed inside the `with` under a name: drawings show a frame around it, or one box.

    Scopes may stand inside each other. They concern the current thread only.

    Args:
        name: what to call the group.
        closed: whether drawings show it as one box unless asked to expand it.

    Raises:
        TypeError, ValueError: the name is no text, or empty.

    >>> from autograd import Value, scope
    >>> x = Value(3.0)
    >>> with scope("layer 1"), scope("square"):
    ...     y = x * x
    >>> y.scope
    <scope layer 1.square>
    """

    __slots__ = ("mark", "name")

    def __init__(self, name: str, closed: bool = False) -> None:
        if not isinstance(name, str):
            raise TypeError(f"a scope's name is a text such as 'layer 1', got {type(name).__name__} {name!r:.60}")
        if not name:
            raise ValueError("a scope's name is empty; give it one such as 'layer 1'")
        self.name = name.replace(INSIDE, " ")
        self.mark = CLOSED if closed else ""

    def __enter__(self) -> None:
        record, watch, here = mode.get()
        inner = f"{next(_numbers)}{self.mark} {self.name}"
        mode.set((record, watch, f"{here}{INSIDE}{inner}" if here else inner))

    def __exit__(self, *error: object) -> None:
        record, watch, here = mode.get()
        mode.set((record, watch, here.rpartition(INSIDE)[0]))
