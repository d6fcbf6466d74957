"""The table of operations: a row says what an operation computes, its derivative, and how it is written.

A partial is the derivative with respect to one argument, given the arguments *and the output*; a number
stands for a derivative that is the same everywhere. Partials are run on floats to get gradients, and on
Values to get gradients that are graphs themselves, so they never branch: `where` and the comparisons do.

Templates name how tightly each argument must bind to stand without parentheses: `{:product}` takes
a product or anything tighter, `{}` takes everything.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from string import Formatter
from typing import Any

from autograd import ieee

Partial = float | Callable[..., Any]
Interval = tuple[float, float]

LEVELS = {"": 0, "sum": 1, "product": 2, "power": 3, "atom": 4}
EVERYWHERE: Interval = (-math.inf, math.inf)
POSITIVE: Interval = (0.0, math.inf)
TABLE: dict[str, Op] = {}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Op:
    """One row of the table, made by `op`. Call it with Values to record a node, with numbers to get a number."""

    name: str
    forward: Callable[..., float]
    partials: tuple[Partial, ...]
    text: str
    latex: str
    level: str
    symbol: str
    domain: tuple[Interval, ...]

    @property
    def arity(self) -> int:
        return len(self.partials)

    def __call__(self, *args: Any) -> Any:
        if len(args) != self.arity:
            raise TypeError(f"{self.name} takes {_count(self.arity, 'argument')}, got {len(args)}")
        for arg in args:
            apply = getattr(type(arg), "__apply_op__", None)
            if apply is not None:
                return apply(self, args)
        return self.forward(*map(as_float, args))

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Op], tuple[str]]:
        return lookup, (self.name,)


def op(
    name: str,
    forward: Callable[..., float],
    *partials: Partial,
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
        partials: one for each argument: a function of the arguments and the output, or a number.
        text: how it is written, with a `{}` for each argument, or with `{:atom}` to put one that is more than
            a word in parentheses. Default `name({}, …)`.
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
    if name in _BUILT_IN:
        raise ValueError(f"{name!r} is a built-in operation; choose another name")
    if not partials:
        raise ValueError(f"{name} needs a partial for each argument, e.g. lambda x, out: 1 - out * out")
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(filter(None, LEVELS))}; got {level!r}")
    for template in filter(None, (text, latex)):
        holes = sum(field is not None for _, field, _, _ in Formatter().parse(template))
        if holes != len(partials):
            raise ValueError(f"{template!r} has {_count(holes, 'place')} for {_count(len(partials), 'argument')}")
    slots = ", ".join(["{}"] * len(partials))
    row = Op(
        name=name,
        forward=forward,
        partials=tuple(p if callable(p) else float(p) for p in partials),
        text=text or f"{name}({slots})",
        latex=latex or rf"\mathrm{{{{{name}}}}}\left({slots}\right)".replace("_", r"\_"),
        level=level,
        symbol=symbol or name,
        domain=domain or (EVERYWHERE,) * len(partials),
    )
    TABLE[name] = row
    return row


_BUILT_IN: frozenset[str] = frozenset()  # the whole table, once this page is read


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


def _power(x: Any, y: Any) -> Any:
    """x**y; not by Python's **, which is complex for (-8.0) ** (1/3).

    A plain first power needs no node. That is no choice a derivative could miss: both ways give the same bits.
    """
    return x if isinstance(y, float) and y == 1 else pow(x, y)


# fmt: off
add: Op = op("add", operator.add, 1, 1,
             text="{:sum} + {:product}", latex="{:sum} + {:product}", level="sum", symbol="+")
sub: Op = op("sub", operator.sub, 1, -1,
             text="{:sum} - {:product}", latex="{:sum} - {:product}", level="sum", symbol="-")
mul: Op = op("mul", operator.mul,
             lambda x, y, out: y,
             lambda x, y, out: x,
             text="{:product}·{:power}", latex=r"{:product} \cdot {:product}", level="product", symbol="*")
div: Op = op("div", ieee.div,
             lambda x, y, out: 1 / y,
             lambda x, y, out: -out / y,
             text="{:product} / {:power}", latex=r"\frac{{{}}}{{{}}}", level="product", symbol="/")
neg: Op = op("neg", operator.neg, -1, text="-{:product}", latex="-{:product}", level="sum")

# y - (y != 0), and the log of 1 instead of 0, keep the derivatives of x**0, x**1, x**2, … finite at x = 0 to any
# order.
pow: Op = op("pow", ieee.pow,
             lambda x, y, out: y * _power(x, y - ne(y, 0)),
             lambda x, y, out: out * log(where(eq(x, 0), 1, x)),
             text="{:atom}**{:power}", latex="{:atom}^{{{}}}", level="power", symbol="**",
             domain=(POSITIVE, EVERYWHERE))

exp: Op = op("exp", ieee.exp, lambda x, out: out, latex="e^{{{}}}", level="power")
log: Op = op("log", ieee.log, lambda x, out: 1 / x, latex=r"\log {:atom}", domain=(POSITIVE,))
sqrt: Op = op("sqrt", ieee.sqrt, lambda x, out: 0.5 / out, latex=r"\sqrt{{{}}}", domain=(POSITIVE,))
sin: Op = op("sin", ieee.sin, lambda x, out: cos(x), latex=r"\sin {:atom}")
cos: Op = op("cos", ieee.cos, lambda x, out: -sin(x), latex=r"\cos {:atom}")
tanh: Op = op("tanh", math.tanh, lambda x, out: 1 - out * out, latex=r"\tanh {:atom}")
sigmoid: Op = op("sigmoid", ieee.sigmoid, lambda x, out: out * (1 - out), latex=r"\sigma\left({}\right)")

# Kinks: the derivative of relu and of abs at 0 is 0; maximum and minimum share a tie half and half.
relu: Op = op("relu", lambda x: 0.0 if x <= 0 else x, lambda x, out: gt(x, 0), symbol="ReLU")
abs: Op = op("abs", operator.abs, lambda x, out: sign(x), latex=r"\left|{}\right|")
maximum: Op = op("maximum", ieee.maximum,
                 lambda x, y, out: gt(x, y) + 0.5 * eq(x, y),
                 lambda x, y, out: gt(y, x) + 0.5 * eq(x, y),
                 latex=r"\max\left({}, {}\right)")
minimum: Op = op("minimum", ieee.minimum,
                 lambda x, y, out: gt(y, x) + 0.5 * eq(x, y),
                 lambda x, y, out: gt(x, y) + 0.5 * eq(x, y),
                 latex=r"\min\left({}, {}\right)")

# Steps and choices are flat wherever they have a derivative; a comparison is 1 where it holds, else 0.
sign: Op = op("sign", ieee.sign, 0, latex=r"\mathrm{{sign}} {:atom}")
gt: Op = op("gt", lambda x, y: float(x > y), 0, 0,
            text="({} > {})", latex=r"\left[{} > {}\right]", symbol=">")
eq: Op = op("eq", lambda x, y: float(x == y), 0, 0,
            text="({} == {})", latex=r"\left[{} = {}\right]", symbol="==")
ne: Op = op("ne", lambda x, y: float(x != y), 0, 0,
            text="({} != {})", latex=r"\left[{} \neq {}\right]", symbol="!=")
where: Op = op("where", lambda condition, x, y: x if condition else y,
               0,
               lambda condition, x, y, out: ne(condition, 0),
               lambda condition, x, y, out: eq(condition, 0))
# fmt: on

_BUILT_IN = frozenset(TABLE)
