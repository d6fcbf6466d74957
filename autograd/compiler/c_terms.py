"""Kernels as functions in C: run once on terms, which write down what is computed with them."""

from __future__ import annotations

import inspect
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from autograd.compiler.kernels import FUNCTIONS, Kernel
from autograd.notation import Phrase

LINE = 80  # characters of an expression that needs no variable of its own

RENAMED = {
    "abs": "fabs",
    "power": "pow",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
}
C_NAMES = {name: RENAMED.get(name, name) for name in sorted(FUNCTIONS - {"where"})}


def c_number(x: float) -> Phrase:
    """A number in C, to the last bit.

    >>> [str(c_number(x)) for x in (2.0, 0.1, -math.inf)]
    ['2.0', '0x1.999999999999ap-4', '-INFINITY']
    """
    size = abs(float(x))
    if math.isnan(x):
        return Phrase("NAN", "atom", "({})")
    if math.isinf(x):
        digits = "INFINITY"
    elif size < 2**53 and (8 * size).is_integer():
        digits = repr(size)
    else:
        digits = re.sub(r"\.?0+p", "p", size.hex())
    return Phrase(f"-{digits}", "sum", "({})") if math.copysign(1.0, x) < 0 else Phrase(digits, "atom", "({})")


def c_function(name: str, kernel: Kernel, count: int) -> str:
    """A function in C that computes what a kernel does with so many arguments."""
    _, *parameters = inspect.signature(kernel).parameters.values()
    names = [parameter.name for parameter in parameters]
    if parameters[-1].kind is parameters[-1].VAR_POSITIONAL:
        names = [f"x{position}" for position in range(1, count + 1)]
    body = Body()
    result = kernel(body, *[Term(body, name) for name in names])
    arguments = ", ".join(f"double {name}" for name in names)
    return "\n".join([f"static double {name}({arguments}) {{", *body.lines(result), "}"])


def _infix(template: str, level: str = "", kind: str = "int") -> Callable[[Term, Any], Term]:
    return lambda x, y: Term(x.body, template, x, y, level=level, kind=kind or x.kind)


class Term:
    """What a kernel computes with: a variable or an expression in C.

    Templates and levels are those of `autograd.table`; the kind is the type, double or int.
    """

    def __init__(self, body: Body, template: str, *args: Any, level: str = "atom", kind: str = "double") -> None:
        self.body = body
        self.template = template
        self.args = args
        self.level = level
        self.kind = kind
        body.terms.append(self)

    def __neg__(self) -> Term:
        return Term(self.body, "-{:product}", self, level="sum", kind=self.kind)

    def __invert__(self) -> Term:
        return Term(self.body, "!{:atom}", self, kind="int")

    __add__ = _infix("{:sum} + {:product}", "sum", "")
    __radd__ = _infix("{1:sum} + {0:product}", "sum", "")
    __sub__ = _infix("{:sum} - {:product}", "sum", "")
    __rsub__ = _infix("{1:sum} - {0:product}", "sum", "")
    __mul__ = _infix("{:product} * {:power}", "product", "")
    __rmul__ = _infix("{1:product} * {0:power}", "product", "")
    __truediv__ = _infix("{:product} / {:power}", "product", "")
    __rtruediv__ = _infix("{1:product} / {0:power}", "product", "")
    __lt__ = _infix("{:sum} < {:sum}")
    __le__ = _infix("{:sum} <= {:sum}")
    __gt__ = _infix("{:sum} > {:sum}")
    __ge__ = _infix("{:sum} >= {:sum}")
    __eq__ = _infix("{:sum} == {:sum}")  # type: ignore[assignment]
    __ne__ = _infix("{:sum} != {:sum}")  # type: ignore[assignment]
    __and__ = _infix("{:atom} && {:atom}")
    __or__ = _infix("{:atom} || {:atom}")
    __hash__ = object.__hash__


class Body:
    """The namespace on which a kernel is run, and what it has written down."""

    def __init__(self) -> None:
        self.terms: list[Term] = []

    def __getattr__(self, name: str) -> Callable[..., Term]:
        called = C_NAMES[name]
        kind = "int" if name == "isfinite" else "double"
        return lambda *xs: Term(self, f"{called}({', '.join(['{}'] * len(xs))})", *xs, kind=kind)

    def where(self, condition: Any, x: Any, y: Any) -> Term:
        return Term(self, "{} ? {:sum} : {:sum}", condition, x, y, level="")

    def frexp(self, x: Any) -> tuple[Term, Term]:
        exponent = Term(self, "", kind="int")
        return Term(self, "frexp({}, &{})", x, exponent), exponent

    def lines(self, result: Term) -> list[str]:
        """The statements that compute a result; what is used once and short stands where it is used."""
        uses = Counter(id(arg) for term in self.terms for arg in term.args)
        phrases: dict[int, Phrase] = {}
        lines: list[str] = []
        for term in self.terms:
            args = [phrases[id(arg)] if isinstance(arg, Term) else c_number(arg) for arg in term.args]
            text = term.template.format(*args)
            if term is result:
                return [*lines, f"    return {text};"]
            level = term.level
            before_others = not text or text.startswith("frexp")  # which sets a variable that they use
            if before_others or (term.args and (uses[id(term)] > 1 or len(text) > LINE)):
                variable = f"t{len(lines) + 1}"
                lines.append(f"    {term.kind} {variable} = {text};" if text else f"    int {variable};")
                text, level = variable, "atom"
            phrases[id(term)] = Phrase(text, level, "({})")
        raise AssertionError(f"{result} was not computed here")
