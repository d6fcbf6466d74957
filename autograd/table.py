"""What an operation is: a row that says what it computes, its derivative, and how it is written.

A partial is the derivative with respect to one argument, given the arguments *and the output*; a number
stands for a derivative that is the same everywhere. Partials are run on floats to get gradients, and on
Values to get gradients that are graphs themselves, so they never branch on these: `where` and the
comparisons do.

Templates name how tightly each argument must bind to stand without parentheses: `{:product}` takes
a product or anything tighter, `{}` takes everything. `{}, ...` repeats it for any number of arguments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from numbers import Real
from string import Formatter
from typing import Any

Partial = float | Callable[..., Any] | None
Each = float | Callable[[int, Sequence[Any], Any], Any]
Interval = tuple[float, float]

LEVELS = {"": 0, "sum": 1, "product": 2, "power": 3, "atom": 4}
EVERYWHERE: Interval = (-math.inf, math.inf)
TABLE: dict[str, Op] = {}
BUILT_IN: set[str] = set()  # the names that are taken


class EachPartial:
    """The partials of an operation that takes any number of arguments, by position."""

    __slots__ = ("rule",)

    def __init__(self, rule: Each) -> None:
        self.rule = rule if callable(rule) else float(rule)

    def __getitem__(self, position: int) -> float | Callable[..., Any]:
        rule = self.rule
        return (lambda *xs: rule(position, xs[:-1], xs[-1])) if callable(rule) else rule


class Op:
    """One row of the table, made by `op`. Call it with Values to record a node, with numbers to get a number.

    NumPy arrays are taken element by element.
    """

    __slots__ = ("domain", "forward", "held", "latex", "level", "name", "partials", "symbol", "text")

    def __init__(
        self,
        name: str,
        forward: Callable[..., float],
        partials: tuple[float | Callable[..., Any], ...] | EachPartial,
        text: str,
        latex: str,
        level: str,
        symbol: str,
        domain: tuple[Interval, ...],
        held: frozenset[int],
    ) -> None:
        self.name = name
        self.forward = forward
        self.partials = partials
        self.text = text
        self.latex = latex
        self.level = level
        self.symbol = symbol
        self.domain = domain
        self.held = held

    @property
    def arity(self) -> int | None:
        """How many arguments it takes; None for any number."""
        return None if isinstance(self.partials, EachPartial) else len(self.partials)

    def derivative(self, position: int, xs: Sequence[Any], out: Any) -> Any:
        """The partial for one argument, at all arguments and the output."""
        if isinstance(self.partials, EachPartial):  # without spreading out what may be very many
            rule = self.partials.rule
            return rule(position, xs, out) if callable(rule) else rule
        partial = self.partials[position]
        return partial(*xs, out) if callable(partial) else partial

    def accept(self, count: int) -> None:
        """Complain unless it takes so many arguments."""
        if self.arity is None and not count:
            raise TypeError(f"{self.name} takes one argument or more, got none")
        if self.arity not in (None, count):
            raise TypeError(f"{self.name} takes {_count(self.arity, 'argument')}, got {count}")

    def __call__(self, *args: Any) -> Any:
        self.accept(len(args))
        try:
            for arg in args:
                apply = getattr(type(arg), "__apply_op__", None)
                if apply is not None:
                    return apply(self, args)
            return self.forward(*map(as_float, args))
        except TypeError:  # nodes are made too often to look for arrays before
            if not any(hasattr(arg, "__array_ufunc__") and not isinstance(arg, Real) for arg in args):
                raise
        return self._of_arrays(args)

    def _of_arrays(self, args: tuple[Any, ...]) -> Any:
        """The results of arrays, element by element; plain numbers in an array of floats."""
        import numpy as np

        if self.arity is None and len(args) == 1:
            raise TypeError(f"{self.name} takes its arguments one by one, {self.name}(*array.flat); got one array")
        found = np.frompyfunc(self, len(args), 1)(*args)
        plain = isinstance(found, np.ndarray) and all(isinstance(x, float) for x in found.flat)
        return found.astype(float) if plain else found

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Op], tuple[str]]:
        return lookup, (self.name,)


def op(
    name: str,
    forward: Callable[..., float],
    *partials: Partial,
    each: Each | None = None,
    text: str | None = None,
    latex: str | None = None,
    level: str = "atom",
    symbol: str | None = None,
    domain: tuple[Interval, ...] | None = None,
) -> Op:
    r"""Add an operation to the table and return it.

    Args:
        name: what it is called; also how expressions and pickles find it.
        forward: floats to float; inf and nan where IEEE 754 has them, never an exception.
        partials: one for each argument: a function of the arguments and the output, or a number. None lets no
            gradient flow through an argument whatever the derivative is, as `detach` does.
        each: instead of them, for an operation of any number of arguments: a function of the position, the
            tuple of arguments and the output, or a number.
        text: how it is written, with a `{}` for each argument, or with `{:atom}` to put one that is more than
            a word in parentheses; `{}, ...` stands for any number. Default `name({}, …)`.
        latex: the same in LaTeX.
        level: how tightly what `text` gives binds: "sum", "product", "power" or "atom".
        symbol: its short sign, as in `Value._op`. Default the name.
        domain: the open interval each argument may come from. Default everywhere.

    Returns:
        The operation, to be called with Values or with numbers.

    Raises:
        ValueError: the name is taken by a built-in operation, there are no partials, or `text`, `latex` or
            `level` does not fit them.

    >>> from autograd import Value, op
    >>> square = op("square", lambda x: x * x, lambda x, out: 2 * x, text="{:atom}²")
    >>> v = Value(3.0)
    >>> square(v).backward()
    >>> v.grad
    6.0
    """
    if not name.isidentifier():
        raise ValueError(f"an operation is named like a Python function, e.g. 'softclip'; got {name!r}")
    if name in BUILT_IN:
        raise ValueError(f"{name!r} is a built-in operation; choose another name")
    if bool(partials) == (each is not None):
        raise ValueError(
            f"{name} needs a partial for each argument, e.g. lambda x, out: 1 - out * out, "
            "or `each` if it takes any number of them"
        )
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(filter(None, LEVELS))}; got {level!r}")
    for template in filter(None, (text, latex)):
        holes = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
        if len(holes) != (len(partials) or 1):
            wanted = _count(len(partials), "argument") if partials else "what repeats"
            raise ValueError(f"{template!r} has {_count(len(holes), 'place')} for {wanted}")
        if each is not None and not REPEATED.search(template):
            raise ValueError(f"{template!r} lacks the dots of any number of arguments, as in '{name}({{}}, ...)'")
    slots = ", ".join(["{}"] * len(partials)) or "{}, ..."
    fixed = tuple(p if callable(p) else float(p or 0) for p in partials)
    row = Op(
        name=name,
        forward=forward,
        partials=fixed if each is None else EachPartial(each),
        text=text or f"{name}({slots})",
        latex=latex or rf"\mathrm{{{{{name}}}}}\left({slots}\right)".replace("_", r"\_"),
        level=level,
        symbol=symbol or name,
        domain=domain or (EVERYWHERE,) * (len(partials) or 1),
        held=frozenset(position for position, partial in enumerate(partials) if partial is None),
    )
    TABLE[name] = row
    return row


REPEATED = re.compile(r"(?P<item>\{[^{}]*\}[^\s{}]*?)(?P<join>, | \S+ )\.\.\.")


def spread(template: str, count: int) -> str:
    """The template of an operation of any number of arguments, for that many.

    >>> spread("sum({}, ...)", 3)
    'sum({}, {}, {})'
    """
    return REPEATED.sub(lambda found: found["join"].join([found["item"]] * count), template)


def lookup(name: str) -> Op:
    """The operation of that name or symbol."""
    if name in TABLE:
        return TABLE[name]
    for row in TABLE.values():
        if row.symbol == name:
            return row
    raise ValueError(f"no operation {name!r}: known are {', '.join(TABLE)}; add one with autograd.op(...)")


def as_float(x: Any) -> float:
    """A real number of any kind as a float; a clear error for anything else."""
    if not isinstance(x, (float, Real)):  # float first, because that is quick
        raise TypeError(f"a real number such as 2.0 is accepted, got {type(x).__name__} {x!r:.60}{_hint(x)}")
    try:
        return float(x)
    except OverflowError:
        raise ValueError(
            f"this {type(x).__name__} is too large for a float64, whose largest number is 1.8e308"
        ) from None


def _hint(x: Any) -> str:
    if hasattr(x, "__apply_op__"):
        return "; for a new Value of the same number use its .data"
    if isinstance(x, str):
        return "; float(...) reads a number from a text"
    if isinstance(x, complex):
        return "; for a complex number use two Values"
    if isinstance(x, (list, tuple)):
        return "; for several numbers use a list of Values, [Value(x) for x in ...]"
    return ""


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
