"""The table of operations: a row says what an operation computes, its derivative, and how it is written.

A partial is the derivative with respect to one argument, given the arguments *and the output*; a number
stands for a derivative that is the same everywhere. Partials are run on floats to get gradients, and on
Values to get gradients that are graphs themselves, so they never branch: `where` and the comparisons do.

Templates name how tightly each argument must bind to stand without parentheses: `{:product}` takes
a product or anything tighter, `{}` takes everything. `{}, ...` repeats it for any number of arguments.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from string import Formatter
from typing import Any

from autograd import ieee

Partial = float | Callable[..., Any] | None
Each = float | Callable[[int, Sequence[Any], Any], Any]
Interval = tuple[float, float]

LEVELS = {"": 0, "sum": 1, "product": 2, "power": 3, "atom": 4}
EVERYWHERE: Interval = (-math.inf, math.inf)
POSITIVE: Interval = (0.0, math.inf)
UNIT: Interval = (-1.0, 1.0)
LOG2_E, LOG10_E = math.log2(math.e), math.log10(math.e)
TABLE: dict[str, Op] = {}


class EachPartial:
    """The partials of an operation that takes any number of arguments, by position."""

    __slots__ = ("rule",)

    def __init__(self, rule: Each) -> None:
        self.rule = rule

    def __getitem__(self, position: int) -> Partial:
        rule = self.rule
        return (lambda *xs: rule(position, xs[:-1], xs[-1])) if callable(rule) else float(rule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Op:
    """One row of the table, made by `op`. Call it with Values to record a node, with numbers to get a number."""

    name: str
    forward: Callable[..., float]
    partials: tuple[float | Callable[..., Any], ...] | EachPartial
    text: str
    latex: str
    level: str
    symbol: str
    domain: tuple[Interval, ...]
    held: bool

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
    if name in _BUILT_IN:
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
    row = Op(
        name=name,
        forward=forward,
        partials=EachPartial(each)
        if each is not None
        else tuple(p if callable(p) else float(p or 0) for p in partials),
        text=text or f"{name}({slots})",
        latex=latex or rf"\mathrm{{{{{name}}}}}\left({slots}\right)".replace("_", r"\_"),
        level=level,
        symbol=symbol or name,
        domain=domain or (EVERYWHERE,) * (len(partials) or 1),
        held=None in partials,
    )
    TABLE[name] = row
    return row


_BUILT_IN: frozenset[str] = frozenset()  # the whole table, once this page is read


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


def _slope_of_power(x: Any, y: Any) -> Any:
    """y·x**(y - 1); not by Python's **, which is complex for (-8.0) ** (1/3).

    Each choice here gives the derivative: a plain first power needs no node, and numbers can be told more exactly.
    """
    if isinstance(y, float):
        if y == 2:
            return y * x
        if isinstance(x, float):
            return ieee.slope_of_pow(x, y)
    return y * pow(x, y - ne(y, 0))  # x**0 at a y of 0, since 0·x**-1 is nan at x = 0


def _slope_of_asin(x: Any) -> Any:
    """1/√(1 - x²), told more exactly among numbers."""
    return ieee.slope_of_asin(x) if isinstance(x, float) else 1 / sqrt((1 - x) * (1 + x))


def _product_without(position: int, xs: Sequence[Any]) -> Any:
    others = [*xs[:position], *xs[position + 1 :]]
    return prod(*others) if len(others) > 1 else others[0] if others else 1.0


def _cosine(x: Any, xs: Sequence[Any], out: Any) -> Any:
    """x/out, which is 0 at the origin; among numbers so small that their length has lost its digits, scaled up."""
    if isinstance(out, float) and 0 < out < 2**-1000:
        x, out = x * 2**100, hypot(*[x * 2**100 for x in xs])
    return x / (out + eq(out, 0))


def _between(x: Any, low: Any, high: Any) -> Any:
    """Whether x is from low to high, unless these leave no room."""
    inside = ge(x, low) * le(x, high)
    room = lt(low, high)
    return inside if isinstance(room, float) and room else inside * room


def _slope_of_gelu_tanh(x: Any) -> Any:
    if isinstance(x, float):
        x = clamp(x, -40, 40)  # beyond, it is 0 or 1 to the last bit, and x³ might overflow
    u = ieee.GELU_SLOPE * (x + ieee.GELU_CUBE * x * x * x)
    return sigmoid(u) * (1 + x * sigmoid(-u) * ieee.GELU_SLOPE * (1 + 3 * ieee.GELU_CUBE * x * x))


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

# The log of 1 instead of 0 keeps the derivatives of x**0, x**1, x**2, … finite at x = 0 to any order.
pow: Op = op("pow", ieee.pow,
             lambda x, y, out: _slope_of_power(x, y),
             lambda x, y, out: out * log(where(eq(x, 0), 1, x)),
             text="{:atom}**{:power}", latex="{:atom}^{{{}}}", level="power", symbol="**",
             domain=(POSITIVE, EVERYWHERE))
sqrt: Op = op("sqrt", ieee.sqrt, lambda x, out: 0.5 / out, latex=r"\sqrt{{{}}}", domain=(POSITIVE,))
cbrt: Op = op("cbrt", ieee.cbrt, lambda x, out: 1 / (3 * out * out), latex=r"\sqrt[3]{{{}}}")

exp: Op = op("exp", ieee.exp, lambda x, out: out, latex="e^{{{}}}", level="power")
expm1: Op = op("expm1", ieee.expm1, lambda x, out: exp(x), latex=r"\left(e^{{{}}} - 1\right)")
log: Op = op("log", ieee.log, lambda x, out: 1 / x, latex=r"\log {:atom}", domain=(POSITIVE,))
log1p: Op = op("log1p", ieee.log1p, lambda x, out: 1 / (1 + x),
               latex=r"\log\left(1 + {:product}\right)", domain=((-1.0, math.inf),))
log2: Op = op("log2", ieee.log2, lambda x, out: LOG2_E / x, latex=r"\log_2 {:atom}", domain=(POSITIVE,))
log10: Op = op("log10", ieee.log10, lambda x, out: LOG10_E / x, latex=r"\log_{{10}} {:atom}", domain=(POSITIVE,))

# Trigonometry. (1 - x)·(1 + x) is 1 - x² without losing the digits of an x near 1.
sin: Op = op("sin", ieee.sin, lambda x, out: cos(x), latex=r"\sin {:atom}")
cos: Op = op("cos", ieee.cos, lambda x, out: -sin(x), latex=r"\cos {:atom}")
tan: Op = op("tan", ieee.tan, lambda x, out: 1 + out * out, latex=r"\tan {:atom}")
asin: Op = op("asin", ieee.asin, lambda x, out: _slope_of_asin(x), latex=r"\arcsin {:atom}", domain=(UNIT,))
acos: Op = op("acos", ieee.acos, lambda x, out: -_slope_of_asin(x), latex=r"\arccos {:atom}", domain=(UNIT,))
atan: Op = op("atan", math.atan, lambda x, out: 1 / (1 + x * x), latex=r"\arctan {:atom}")
atan2: Op = op("atan2", math.atan2,
               lambda y, x, out: x / hypot(x, y) / hypot(x, y),
               lambda y, x, out: -y / hypot(x, y) / hypot(x, y))
hypot: Op = op("hypot", math.hypot, each=lambda i, xs, out: _cosine(xs[i], xs, out),
               latex=r"\sqrt{{{:atom}^2 + ...}}")
sinh: Op = op("sinh", ieee.sinh, lambda x, out: cosh(x), latex=r"\sinh {:atom}")
cosh: Op = op("cosh", ieee.cosh, lambda x, out: sinh(x), latex=r"\cosh {:atom}")
tanh: Op = op("tanh", ieee.tanh, lambda x, out: 1 - out * out, latex=r"\tanh {:atom}")
asinh: Op = op("asinh", math.asinh, lambda x, out: 1 / hypot(1, x), latex=r"\mathrm{{arsinh}} {:atom}")
acosh: Op = op("acosh", ieee.acosh, lambda x, out: 1 / (sqrt(x - 1) * sqrt(x + 1)),
               latex=r"\mathrm{{arcosh}} {:atom}", domain=((1.0, math.inf),))
atanh: Op = op("atanh", ieee.atanh, lambda x, out: 1 / ((1 - x) * (1 + x)),
               latex=r"\mathrm{{artanh}} {:atom}", domain=(UNIT,))

# The bell curve e^(-x²/2) and its integrals.
gaussian: Op = op("gaussian", ieee.gaussian, lambda x, out: -x * out, latex="e^{{-{:atom}^2 / 2}}", level="power")
normal_cdf: Op = op("normal_cdf", ieee.normal_cdf, lambda x, out: ieee.INV_SQRT_2PI * gaussian(x),
                    latex=r"\Phi\left({}\right)")
erf: Op = op("erf", math.erf, lambda x, out: 2 * ieee.INV_SQRT_PI * gaussian(x) ** 2, latex=r"\mathrm{{erf}} {:atom}")

# Activations. Kinks: the derivative of relu and of abs at 0 is 0.
sigmoid: Op = op("sigmoid", ieee.sigmoid, lambda x, out: out * (1 - out), latex=r"\sigma\left({}\right)")
log_sigmoid: Op = op("log_sigmoid", ieee.log_sigmoid, lambda x, out: sigmoid(-x), latex=r"\log \sigma\left({}\right)")
softplus: Op = op("softplus", ieee.softplus, lambda x, out: sigmoid(x))
silu: Op = op("silu", ieee.silu, lambda x, out: sigmoid(x) * (1 + x * sigmoid(-x)))
gelu: Op = op("gelu", ieee.gelu, lambda x, out: normal_cdf(x) + ieee.INV_SQRT_2PI * x * gaussian(x))
gelu_tanh: Op = op("gelu_tanh", ieee.gelu_tanh, lambda x, out: _slope_of_gelu_tanh(x))
relu: Op = op("relu", lambda x: 0.0 if x <= 0 else x, lambda x, out: gt(x, 0), symbol="ReLU")
leaky_relu: Op = op("leaky_relu", lambda x, slope: x if x > 0 else slope * x,
                    lambda x, slope, out: where(gt(x, 0), 1, slope),
                    lambda x, slope, out: minimum(x, 0))
elu: Op = op("elu", ieee.elu,
             lambda x, alpha, out: where(gt(x, 0), 1, alpha * exp(minimum(x, 0))),
             lambda x, alpha, out: expm1(minimum(x, 0)),
             domain=(EVERYWHERE, (0.0, 1e300)))
hardswish: Op = op("hardswish", ieee.hardswish,
                   lambda x, out: where(gt(x, -3), where(lt(x, 3), (2 * x + 3) / 6, 1), 0))
abs: Op = op("abs", operator.abs, lambda x, out: sign(x), latex=r"\left|{}\right|")

# Of any number of arguments. The equal greatest ones of maximum share its gradient evenly.
sum: Op = op("sum", ieee.sum, each=1, latex="{:product} + ...", level="sum", symbol="Σ")
mean: Op = op("mean", ieee.mean, each=lambda i, xs, out: 1 / len(xs))
prod: Op = op("prod", ieee.prod, each=lambda i, xs, out: _product_without(i, xs),
              latex=r"{:product} \cdot ...", level="product", symbol="Π")
maximum: Op = op("maximum", ieee.maximum, each=lambda i, xs, out: eq(xs[i], out) / sum(*[eq(x, out) for x in xs]),
                 latex=r"\max\left({}, ...\right)")
minimum: Op = op("minimum", ieee.minimum, each=lambda i, xs, out: eq(xs[i], out) / sum(*[eq(x, out) for x in xs]),
                 latex=r"\min\left({}, ...\right)")

# Steps and choices are flat wherever they have a derivative; a comparison is 1 where it holds, else 0.
sign: Op = op("sign", ieee.sign, 0, latex=r"\mathrm{{sign}} {:atom}")
floor: Op = op("floor", ieee.floor, 0, latex=r"\lfloor {} \rfloor")
ceil: Op = op("ceil", ieee.ceil, 0, latex=r"\lceil {} \rceil")
round: Op = op("round", ieee.round, 0)
detach: Op = op("detach", lambda x: x, None)
gt: Op = op("gt", lambda x, y: float(x > y), 0, 0,
            text="({} > {})", latex=r"\left[{} > {}\right]", symbol=">")
ge: Op = op("ge", lambda x, y: float(x >= y), 0, 0,
            text="({} >= {})", latex=r"\left[{} \geq {}\right]", symbol=">=")
lt: Op = op("lt", lambda x, y: float(x < y), 0, 0,
            text="({} < {})", latex=r"\left[{} \lt {}\right]", symbol="<")
le: Op = op("le", lambda x, y: float(x <= y), 0, 0,
            text="({} <= {})", latex=r"\left[{} \leq {}\right]", symbol="<=")
eq: Op = op("eq", lambda x, y: float(x == y), 0, 0,
            text="({} == {})", latex=r"\left[{} = {}\right]", symbol="==")
ne: Op = op("ne", lambda x, y: float(x != y), 0, 0,
            text="({} != {})", latex=r"\left[{} \neq {}\right]", symbol="!=")
where: Op = op("where", lambda condition, x, y: x if condition else y,
               0,
               lambda condition, x, y, out: ne(condition, 0),
               lambda condition, x, y, out: eq(condition, 0))

# At its bounds, the derivative of clamp is 1, that of hardtanh 0.
clamp: Op = op("clamp", ieee.clamp,
               lambda x, low, high, out: _between(x, low, high),
               lambda x, low, high, out: lt(x, low) * le(low, high),
               lambda x, low, high, out: gt(maximum(x, low), high))
hardtanh: Op = op("hardtanh", ieee.clamp,
                  lambda x, low, high, out: gt(x, low) * lt(x, high),
                  lambda x, low, high, out: lt(x, low) * le(low, high),
                  lambda x, low, high, out: gt(maximum(x, low), high))
# fmt: on

_BUILT_IN = frozenset(TABLE)
