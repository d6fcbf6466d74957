"""Vectors of LLVM as what kernels compute with: each operation on them is a line in LLVM's language.

exp, expm1, log, log1p, tanh and sigmoid are computed in all lanes at once, and off by less than 1.5 units in the last
place; `fma`, which rounds once, tells what rounding has taken away. The other elementary functions are those of the C
library, lane by lane, as in Python's `math`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.kernels import DIRECT, KERNELS, Kernel
from autograd.compiler.lines import Lines
from autograd.table import Op

LANES = 8

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.6931471805592082, 7.371002565167799e-13  # the first is exact times any exponent
SQRT_HALF = 0.7071067811865476
MAGIC = 1.5 * 2.0**52  # what is added to it becomes an integer, in its last bits

# (exp(x) - 1 - x)/x² for |x| <= log(2)/2, and (log((1 + s)/(1 - s))/s - 2)/s² in s² for 1/√2 <= (1 + s)/(1 - s) <= √2:
# Chebyshev approximations, from the highest power down.
EXP = [
    *(2.0914686968086876e-09, 2.5105217004720745e-08, 2.75572736431103e-07, 2.7557255400206422e-06),
    *(2.4801587325547743e-05, 0.00019841269874820627, 0.0013888888888883748, 0.008333333333326136),
    *(0.04166666666666667, 0.1666666666666667, 0.5),
]
LOG = [
    *(0.14616721179861816, 0.15331699633543858, 0.18182889786191042, 0.2222221112572281),
    *(0.28571428626031065, 0.3999999999989938, 0.666666666666667),
]

# Functions of the C library, which bear the names of operations, by NumPy's names.
LIBM = {function: name for name, function in DIRECT.items()}


class Vector:
    """So many numbers, or masks, by the name they have in the text."""

    __slots__ = ("name", "xp")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, xp: Vectors, name: str) -> None:
        self.xp = xp
        self.name = name

    def __add__(self, other: Any) -> Vector:
        return self.xp.compute("fadd", self, other)

    def __radd__(self, other: Any) -> Vector:
        return self.xp.compute("fadd", other, self)

    def __sub__(self, other: Any) -> Vector:
        return self.xp.compute("fsub", self, other)

    def __rsub__(self, other: Any) -> Vector:
        return self.xp.compute("fsub", other, self)

    def __mul__(self, other: Any) -> Vector:
        return self.xp.compute("fmul", self, other)

    def __rmul__(self, other: Any) -> Vector:
        return self.xp.compute("fmul", other, self)

    def __truediv__(self, other: Any) -> Vector:
        return self.xp.compute("fdiv", self, other)

    def __rtruediv__(self, other: Any) -> Vector:
        return self.xp.compute("fdiv", other, self)

    def __neg__(self) -> Vector:
        return self.xp.compute("fneg", self)

    def __lt__(self, other: Any) -> Vector:
        return self.xp.compare("olt", self, other)

    def __le__(self, other: Any) -> Vector:
        return self.xp.compare("ole", self, other)

    def __gt__(self, other: Any) -> Vector:
        return self.xp.compare("ogt", self, other)

    def __ge__(self, other: Any) -> Vector:
        return self.xp.compare("oge", self, other)

    def __eq__(self, other: Any) -> Vector:  # type: ignore[override]
        return self.xp.compare("oeq", self, other)

    def __ne__(self, other: Any) -> Vector:  # type: ignore[override]
        return self.xp.compare("une", self, other)

    def __and__(self, other: Vector) -> Vector:
        return self.xp.combine("and", self, other.name)

    def __or__(self, other: Vector) -> Vector:
        return self.xp.combine("or", self, other.name)

    def __invert__(self) -> Vector:
        return self.xp.combine("xor", self, self.xp.repeated("i1", "true"))


class Vectors:
    """The namespace for kernels: it writes what they compute into a function.

    Args:
        lines: the function.
        lanes: how many numbers a vector has.
        fast: whether sums and products may be computed in another order, and at once.
    """

    def __init__(self, lines: Lines, lanes: int = LANES, fast: bool = False) -> None:
        self.lines = lines
        self.lanes = lanes
        self.numbers = f"<{lanes} x double>"
        self._flags = "reassoc nsz contract " if fast else ""
        self._bits = f"<{lanes} x i64>"
        self._masks = f"<{lanes} x i1>"

    def repeated(self, kind: str, value: object) -> str:
        """A constant with the same in each lane."""
        return f"<{', '.join([f'{kind} {value}'] * self.lanes)}>"

    def named(self, x: Any) -> str:
        """The name of a vector, or how a number is written."""
        return x.name if isinstance(x, Vector) else self.repeated("double", hexadecimal(x))

    def vector(self, line: str) -> Vector:
        """What the line gives."""
        return Vector(self, self.lines.new(line))

    def compute(self, operation: str, *xs: Any) -> Vector:
        return self.vector(f"{operation} {self._flags}{self.numbers} {', '.join(map(self.named, xs))}")

    def compare(self, relation: str, x: Any, y: Any) -> Vector:
        return self.vector(f"fcmp {relation} {self.numbers} {self.named(x)}, {self.named(y)}")

    def combine(self, operation: str, x: Vector, y: str) -> Vector:
        return self.vector(f"{operation} {self._masks} {x.name}, {y}")

    def where(self, condition: Vector, x: Any, y: Any) -> Vector:
        sides = ", ".join(f"{self.numbers} {self.named(side)}" for side in (x, y))
        return self.vector(f"select {self._masks} {condition.name}, {sides}")

    def call(self, function: str, *xs: Any) -> Vector:
        """What a function of vectors gives."""
        return self.vector(f"call {function}({', '.join(f'{self.numbers} {self.named(x)}' for x in xs)})")

    def broadcast(self, number: str) -> Vector:
        """The same number in each lane."""
        one = self.lines.new(f"insertelement {self.numbers} undef, double {number}, i32 0")
        return self.vector(
            f"shufflevector {self.numbers} {one}, {self.numbers} undef, <{self.lanes} x i32> zeroinitializer"
        )

    def reversed(self, x: Vector) -> Vector:
        """The last lane first."""
        lanes = ", ".join(f"i32 {lane}" for lane in range(self.lanes - 1, -1, -1))
        return self.vector(
            f"shufflevector {self.numbers} {x.name}, {self.numbers} undef, <{self.lanes} x i32> <{lanes}>"
        )

    def _intrinsic(self, name: str, *xs: Any) -> Vector:
        kinds = [self.numbers] * len(xs)
        return self.call(self.lines.module.declare(f"llvm.{name}.v{self.lanes}f64", self.numbers, *kinds), *xs)

    def abs(self, x: Any) -> Vector:
        return self._intrinsic("fabs", x)

    def sqrt(self, x: Any) -> Vector:
        return self._intrinsic("sqrt", x)

    def floor(self, x: Any) -> Vector:
        return self._intrinsic("floor", x)

    def ceil(self, x: Any) -> Vector:
        return self._intrinsic("ceil", x)

    def rint(self, x: Any) -> Vector:
        return self._intrinsic("rint", x)

    def copysign(self, x: Any, y: Any) -> Vector:
        return self._intrinsic("copysign", x, y)

    def fma(self, x: Any, y: Any, z: Any) -> Vector:
        """x·y + z, rounded once."""
        return self._intrinsic("fma", x, y, z)

    def isfinite(self, x: Any) -> Vector:
        return self.abs(x) < np.inf

    def through(self, name: str, body: Kernel, *xs: Any) -> Vector:
        """What a function of the module gives, which is written if it is not there yet."""
        module, name = self.lines.module, f"{name}.{self.lanes}"
        if name not in module.functions:
            names = [f"%x{k}" for k in range(len(xs))]
            with module.function(name, ", ".join(f"{self.numbers} {x}" for x in names), self.numbers, True) as lines:
                inside = Vectors(lines, self.lanes)
                result = body(inside, *[Vector(inside, x) for x in names])
                lines.do(f"ret {self.numbers} {result.name}")
        return self.call(f'{self.numbers} @"{name}"', *xs)

    def __getattr__(self, name: str) -> Callable[..., Vector]:
        """A function of the C library."""
        if name not in LIBM:
            raise AttributeError(f"kernels may not use {name}")
        symbol = LIBM[name]
        return lambda *xs: self.through(symbol, lambda inside, *ys: inside.lane_by_lane(symbol, *ys), *xs)

    def lane_by_lane(self, symbol: str, *xs: Vector) -> Vector:
        """What a function of the C library gives for each lane."""
        self.lines.module.libm.add(symbol)
        function = self.lines.module.declare(symbol, "double", *["double"] * len(xs))
        result = "undef"
        for lane in range(self.lanes):
            args = [self.lines.new(f"extractelement {self.numbers} {x.name}, i32 {lane}") for x in xs]
            one = self.lines.new(f"call {function}({', '.join(f'double {arg}' for arg in args)})")
            result = self.lines.new(f"insertelement {self.numbers} {result}, double {one}, i32 {lane}")
        return Vector(self, result)

    def power(self, x: Any, y: Any) -> Vector:
        """By the C library, but for squares."""
        return self.through("power", Vectors._power, x, y)

    def _power(self, x: Vector, y: Vector) -> Vector:
        lines = self.lines
        squared, square = y == 2, x * x
        every = lines.module.declare(f"llvm.vector.reduce.and.v{self.lanes}i1", "i1", self._masks)
        lines.do(f"br i1 {lines.new(f'call {every}({self._masks} {squared.name})')}, label %done, label %other")
        lines.block("other")
        power = self.where(squared, square, self.lane_by_lane("pow", x, y))
        lines.do("br label %done")
        lines.block("done")
        return self.vector(f"phi {self.numbers} [ {square.name}, %start ], [ {power.name}, %other ]")

    def _as_bits(self, x: Any) -> str:
        return self.lines.new(f"bitcast {self.numbers} {self.named(x)} to {self._bits}")

    def _as_numbers(self, bits: str) -> Vector:
        return self.vector(f"bitcast {self._bits} {bits} to {self.numbers}")

    def _on_bits(self, operation: str, bits: str, constant: int) -> str:
        return self.lines.new(f"{operation} {self._bits} {bits}, {self.repeated('i64', constant)}")

    def _power_of_two(self, k: Vector) -> Vector:
        """2**k for an integer k from -1022 to 1023."""
        shifted = self._on_bits("shl", self._as_bits(k + MAGIC), 52)
        return self._as_numbers(self._on_bits("add", shifted, 1023 << 52))

    def ldexp(self, x: Vector, k: Vector) -> Vector:
        """In three steps, since a float64 cannot hold all powers of 2 that matter; no more than the last one rounds."""
        k = self.where(k > 2100, 2100.0, self.where(k < -2100, -2100.0, k))
        third = self.rint(k / 3)
        scale = self._power_of_two(third)
        return x * scale * scale * self._power_of_two(k - third - third)

    def frexp(self, x: Vector) -> tuple[Vector, Vector]:
        small = self.abs(x) < 2.0**-1022
        bits = self._as_bits(self.where(small, x * 2.0**54, x))
        exponent = self._on_bits("and", self._on_bits("lshr", bits, 52), 0x7FF)
        exponent = self._on_bits("or", exponent, (1023 + 52) << 52)
        shift = self._as_numbers(exponent) - (2.0**52 + 1022)
        fraction = self._on_bits("or", self._on_bits("and", bits, ~(0x7FF << 52)), 1022 << 52)
        ordinary = self.isfinite(x) & (x != 0)
        return (
            self.where(ordinary, self._as_numbers(fraction), x),
            self.where(ordinary, self.where(small, shift - 54, shift), 0.0),
        )

    def _polynomial(self, coefficients: list[float], x: Any) -> Any:
        result: Any = coefficients[0]
        for coefficient in coefficients[1:]:
            result = self.fma(result, x, coefficient)
        return result

    def _reduced(self, x: Vector) -> tuple[Vector, Vector, Vector]:
        """k, r and rest with exp(x) = 2**k·(1 + r + rest), where k is an integer and |r| < 0.35."""
        k = self.fma(x, LOG2_E, MAGIC) - MAGIC
        near = self.fma(k, -LN2_HIGH, x)
        r = self.fma(k, -LN2_LOW, near)
        lost = self.fma(k, -LN2_LOW, near - r)
        return k, r, self.fma(r * r, self._polynomial(EXP, r), lost)

    def exp(self, x: Vector) -> Vector:
        return self._exp(*self._reduced(self.where(x > 710, 710.0, self.where(x < -750, -750.0, x))))

    def _exp(self, k: Vector, r: Vector, rest: Vector) -> Vector:
        power = 1 + r
        power = power + ((1 - power) + r + rest)
        half = self.rint(k * 0.5)
        return power * self._power_of_two(half) * self._power_of_two(k - half)

    def _expm1(self, k: Vector, r: Vector, rest: Vector) -> tuple[Vector, Vector]:
        """exp(x) - 1 and what rounding has taken from it, if |k| < 1000."""
        scale = self._power_of_two(k)
        whole, part = scale - 1, scale * r
        high = whole + part
        low = (whole - high) + part + scale * rest
        result = high + low
        return result, (high - result) + low

    def expm1(self, x: Vector) -> Vector:
        k, r, rest = self._reduced(self.where(x > 710, 710.0, self.where(x < -750, -750.0, x)))
        near, lost = self._expm1(k, r, rest)
        far = self.where(x > 40, self._exp(k, r, rest), self.where(x < -40, -1.0, near + lost))
        return self.where(self.abs(x) < 2.0**-54, x, far)

    def log(self, x: Vector) -> Vector:
        """From log((1 + s)/(1 - s)), where s is less than 0.18."""
        m, k = self.frexp(x)
        low = m < SQRT_HALF
        f = self.where(low, m + m, m) - 1
        k = self.where(low, k - 1, k)
        s = f / (2 + f)
        half = 0.5 * f * f
        rest = s * self.fma(s * s, self._polynomial(LOG, s * s), half)
        result = self.fma(k, LN2_HIGH, f - (half - self.fma(k, LN2_LOW, rest)))
        pole = self.where(x == 0, -np.inf, self.where(x > 0, x, np.nan))
        return self.where((x > 0) & (x < np.inf), result, pole)

    def log1p(self, x: Vector) -> Vector:
        above = 1 + x
        before = above - 1
        lost = (1 - (above - before)) + (x - before)
        log = self.log(above)
        near = self.where((above > 0) & (above < np.inf), log + lost / above, log)
        return self.where(x == 0, x, near)

    def tanh(self, x: Vector) -> Vector:
        """-e/(2 + e) with e = exp(-2|x|) - 1, rounded once."""
        size = self.abs(x)
        e, lost = self._expm1(*self._reduced(-2 * self.where(size > 22, 22.0, size)))
        below = 2 + e
        inverse = 1 / below
        quotient = -e * inverse
        rest = self.fma(-quotient, below, -e) - lost - quotient * ((2 - below) + e + lost)
        return self.copysign(quotient + rest * inverse, x)

    def sigmoid(self, x: Vector) -> Vector:
        """1/(1 + exp(-x)), rounded once but for exp."""
        power = self.exp(-self.abs(x))
        above = self.where(x >= 0, 1.0, power)
        below = 1 + power
        inverse = 1 / below
        quotient = above * inverse
        rest = self.fma(-quotient, below, above) - quotient * ((1 - below) + power)
        return quotient + rest * inverse


# What vectors compute otherwise than the common kernels do.
OWN: dict[str, Kernel] = {"tanh": Vectors.tanh, "sigmoid": Vectors.sigmoid}


def kernel(operation: Op) -> Kernel:
    """How an operation is computed with vectors."""
    return OWN.get(operation.name) or KERNELS[operation.name]


def hexadecimal(x: float) -> str:
    """A number as LLVM reads it, to the last bit."""
    return f"0x{np.float64(x).view(np.uint64):016X}"
