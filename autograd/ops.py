"""The table of operations: each derivative is written here, once.

A row is a name, what it computes, and a partial for each argument; `autograd/table.py` says what else.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from autograd import ieee, precise
from autograd.table import BUILT_IN, EVERYWHERE, TABLE, Interval, Op, op

POSITIVE: Interval = (0.0, math.inf)
UNIT: Interval = (-1.0, 1.0)
LOG2_E, LOG10_E = math.log2(math.e), math.log10(math.e)


def _slope_of_power(x: Any, y: Any) -> Any:
    """y·x**(y - 1); not by Python's **, which is complex for (-8.0) ** (1/3).

    Each choice here gives the derivative: a plain first power needs no node, and numbers can be told more exactly.
    """
    if isinstance(y, float):
        if y == 2:
            return y * x
        if isinstance(x, float):
            return precise.slope_of_pow(x, y)
    return y * pow(x, y - ne(y, 0))  # x**0 at a y of 0, since 0·x**-1 is nan at x = 0


def _slope_of_asin(x: Any) -> Any:
    """1/√(1 - x²), told more exactly among numbers."""
    return precise.slope_of_asin(x) if isinstance(x, float) else 1 / sqrt((1 - x) * (1 + x))


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
    u = precise.GELU_SLOPE * (x + precise.GELU_CUBE * x * x * x)
    return sigmoid(u) * (1 + x * sigmoid(-u) * precise.GELU_SLOPE * (1 + 3 * precise.GELU_CUBE * x * x))


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
exp_difference: Op = op("exp_difference", precise.exp_difference,
                        lambda x, y, out: out,
                        lambda x, y, out: -out,
                        latex="e^{{{:sum} - {:product}}}", level="power")
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
tanh: Op = op("tanh", precise.tanh, lambda x, out: 1 - out * out, latex=r"\tanh {:atom}")
asinh: Op = op("asinh", math.asinh, lambda x, out: 1 / hypot(1, x), latex=r"\mathrm{{arsinh}} {:atom}")
acosh: Op = op("acosh", ieee.acosh, lambda x, out: 1 / (sqrt(x - 1) * sqrt(x + 1)),
               latex=r"\mathrm{{arcosh}} {:atom}", domain=((1.0, math.inf),))
atanh: Op = op("atanh", ieee.atanh, lambda x, out: 1 / ((1 - x) * (1 + x)),
               latex=r"\mathrm{{artanh}} {:atom}", domain=(UNIT,))

# The bell curve e^(-x²/2) and its integrals.
gaussian: Op = op("gaussian", precise.gaussian, lambda x, out: -x * out, latex="e^{{-{:atom}^2 / 2}}", level="power")
normal_cdf: Op = op("normal_cdf", precise.normal_cdf, lambda x, out: precise.INV_SQRT_2PI * gaussian(x),
                    latex=r"\Phi\left({}\right)")
erf: Op = op("erf", math.erf, lambda x, out: 2 * precise.INV_SQRT_PI * gaussian(x) ** 2,
             latex=r"\mathrm{{erf}} {:atom}")

# Activations. Kinks: the derivative of relu and of abs at 0 is 0.
sigmoid: Op = op("sigmoid", precise.sigmoid, lambda x, out: out * (1 - out), latex=r"\sigma\left({}\right)")
log_sigmoid: Op = op("log_sigmoid", ieee.log_sigmoid, lambda x, out: sigmoid(-x), latex=r"\log \sigma\left({}\right)")
softplus: Op = op("softplus", ieee.softplus, lambda x, out: sigmoid(x))
silu: Op = op("silu", precise.silu, lambda x, out: sigmoid(x) * (1 + x * sigmoid(-x)))
gelu: Op = op("gelu", precise.gelu, lambda x, out: normal_cdf(x) + precise.INV_SQRT_2PI * x * gaussian(x))
gelu_tanh: Op = op("gelu_tanh", precise.gelu_tanh, lambda x, out: _slope_of_gelu_tanh(x))
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

BUILT_IN.update(TABLE)
