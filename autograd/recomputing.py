"""A recorded graph with other numbers."""

from __future__ import annotations

from autograd.graph import made
from autograd.value import Value


def recompute(root: Value) -> None:
    """Compute a recorded graph again, in place, after `.data` of some of its leaves has changed.

    What was recorded stays as it is, so Python's own branches (`if x > 0:`) go the way they went. Gradients
    are left alone; `backward()` brings them up to date.

    Args:
        root: the Value up to which to compute.

    Raises:
        TypeError: `root` is not a Value.

    >>> from autograd import Value, recompute
    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b
    >>> a.data = 5.0
    >>> recompute(c)
    >>> c.data
    -15.0
    """
    if not isinstance(root, Value):
        raise TypeError(f"recompute needs a Value, got {type(root).__name__} {root!r:.60}")
    numbers: dict[Value, float] = {}
    for node in made(root):
        assert node.op is not None
        numbers[node] = node.op.forward(*[numbers.get(arg, arg.data) for arg in node.args])
    for node, data in numbers.items():  # only now, so that an operation that fails changes nothing
        node.data = data
