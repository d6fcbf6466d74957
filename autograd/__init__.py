"""A scalar autograd engine to learn with: numbers that remember how they were made.

Build an expression of `Value`s, call `backward()`, draw the graph, read the chain rule step by step.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b + a**2
>>> c.backward()
>>> c.data, a.grad, b.grad
(-2.0, 1.0, 2.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.anomaly import AnomalyError
from autograd.derivatives import grad, hessian, hvp, jacobian, jvp, value_and_grad
from autograd.functions import (
    clamp,
    dot,
    elu,
    gelu,
    hardshrink,
    hardsigmoid,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsumexp,
    mean,
    norm,
    prod,
    relu6,
    selu,
    softmax,
    step,
)
from autograd.functions import sum as sum  # these are not in __all__: a star import leaves Python's own alone
from autograd.ops import abs as abs
from autograd.ops import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    cos,
    cosh,
    detach,
    eq,
    erf,
    exp,
    exp_difference,
    expm1,
    floor,
    gaussian,
    ge,
    gt,
    hardswish,
    hypot,
    le,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    lt,
    maximum,
    minimum,
    ne,
    normal_cdf,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
)
from autograd.ops import round as round
from autograd.recomputing import recompute
from autograd.recording import detect_anomaly, enable_grad, no_grad, scope
from autograd.table import op
from autograd.value import Parameter, Value

if TYPE_CHECKING:
    from autograd.arrays import data, grads, values
    from autograd.checking import GradcheckError, GradcheckReport, LeafCheck, gradcheck
    from autograd.compiler import Program
    from autograd.compiler import compile as compile  # not in __all__, either
    from autograd.drawing import Drawing, DrawingError, draw
    from autograd.formulas import Formula, formula
    from autograd.networks import to_networkx
    from autograd.stepping import (
        Card,
        Explanation,
        ForwardStep,
        Mistake,
        Moment,
        Practice,
        Report,
        SeedStep,
        Step,
        Stepper,
        Verdict,
        Worksheet,
        exercise,
        explain,
        practice,
        steps,
        worksheet,
    )
    from autograd.trees import Tree, tree

__all__ = [
    "AnomalyError",
    "Card",
    "Drawing",
    "DrawingError",
    "Explanation",
    "Formula",
    "ForwardStep",
    "GradcheckError",
    "GradcheckReport",
    "LeafCheck",
    "Mistake",
    "Moment",
    "Parameter",
    "Practice",
    "Program",
    "Report",
    "SeedStep",
    "Step",
    "Stepper",
    "Tree",
    "Value",
    "Verdict",
    "Worksheet",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "clamp",
    "cos",
    "cosh",
    "data",
    "detach",
    "detect_anomaly",
    "dot",
    "draw",
    "elu",
    "enable_grad",
    "eq",
    "erf",
    "exercise",
    "exp",
    "exp_difference",
    "explain",
    "expm1",
    "floor",
    "formula",
    "gaussian",
    "ge",
    "gelu",
    "grad",
    "gradcheck",
    "grads",
    "gt",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "le",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "lt",
    "maximum",
    "mean",
    "minimum",
    "ne",
    "no_grad",
    "norm",
    "normal_cdf",
    "op",
    "practice",
    "prod",
    "recompute",
    "relu",
    "relu6",
    "scope",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "step",
    "steps",
    "tan",
    "tanh",
    "to_networkx",
    "tree",
    "value_and_grad",
    "values",
    "where",
    "worksheet",
]


# Imported at first use: these rooms need NumPy or Graphviz, or time, and not every program needs them.
_LAZY = dict.fromkeys(["data", "grads", "values"], "autograd.arrays")
_LAZY |= dict.fromkeys(["GradcheckError", "GradcheckReport", "LeafCheck", "gradcheck"], "autograd.checking")
_LAZY |= dict.fromkeys(["Program", "compile"], "autograd.compiler")
_LAZY |= dict.fromkeys(["ForwardStep", "Moment", "SeedStep", "Step", "Stepper", "steps"], "autograd.stepping")
_LAZY |= dict.fromkeys(["Card", "Mistake", "Practice", "Report", "Verdict", "practice"], "autograd.stepping")
_LAZY |= dict.fromkeys(["Explanation", "Worksheet", "exercise", "explain", "worksheet"], "autograd.stepping")
_LAZY |= dict.fromkeys(["Drawing", "DrawingError", "draw"], "autograd.drawing")
_LAZY |= dict.fromkeys(["Formula", "formula"], "autograd.formulas")
_LAZY |= dict.fromkeys(["Tree", "tree"], "autograd.trees")
_LAZY["to_networkx"] = "autograd.networks"


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
