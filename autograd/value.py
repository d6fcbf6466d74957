"""`Value`: a number that remembers how it was made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from traceback import FrameSummary
from typing import Any, TypeAlias, TypeVar

from autograd import ops
from autograd.anomaly import check_made, line_of_user, watched
from autograd.backprop import chain_rule, gradients, local_derivative
from autograd.copying import Reduced, reduce
from autograd.graph import topological
from autograd.recording import Scope, mode, watching
from autograd.table import Op, as_float, lookup

Number: TypeAlias = "float | Value"
Method = TypeVar("Method", bound=Callable[..., Any])

_new = object.__new__


def _record(op: Op, args: tuple[Value, ...], data: float) -> Value:
    record, watch, here = mode.get()
    if watch:
        return _watched(op, args, data, record)
    out = _new(Value)
    out.data = data
    out.grad = 0.0
    out.label = ""
    out._scope = here
    if record:
        out.op = op
        out.args = args
    else:
        out.op = None
        out.args = ()
    return out


def _watched(op: Op, args: tuple[Value, ...], data: float, record: bool) -> Value:
    """The same where anomalies are to be detected."""
    out = Watched(data)
    out.op, out.args = op, args
    out.line = line_of_user()
    check_made(out)
    if not record:
        out.op, out.args = None, ()
    return out


def _unary(op: Op) -> Callable[[Value], Value]:
    forward = op.forward

    def method(x: Value) -> Value:
        return _record(op, (x,), forward(x.data))

    return _named(method, op)


def _binary(op: Op) -> Callable[[Value, Number], Value]:
    forward = op.forward

    def method(x: Value, y: Any) -> Any:
        if type(y) is not Value:
            y = _operand(y, op)
            if y is NotImplemented:
                return NotImplemented
        return _record(op, (x, y), forward(x.data, y.data))

    return _named(method, op)


def _reflected(op: Op) -> Callable[[Value, float], Value]:
    """The binary operation where the Value stands on the right."""
    forward = op.forward

    def method(y: Value, x: float) -> Any:
        left = _operand(x, op)
        if left is NotImplemented:
            return NotImplemented
        return _record(op, (left, y), forward(left.data, y.data))

    return _named(method, op)


def _method(op: Op) -> Callable[..., Value]:
    """The operation on a Value and the arguments that follow, of which each may be a plain number."""

    def method(x: Value, *others: Number) -> Value:
        op.accept(1 + len(others))
        return x.__apply_op__(op, (x, *others))

    return _named(method, op)


def _named(method: Method, op: Op) -> Method:
    method.__name__ = op.name
    method.__doc__ = f"The operation {op.name}, recorded as a new node."
    return method


def _operand(x: Any, op: Op) -> Any:
    """The other side of an operator as a Value; NotImplemented leaves it to that side (NumPy arrays do)."""
    if isinstance(x, Value):
        return x
    try:
        return Constant(x)
    except TypeError as error:
        if type(x).__module__ != "builtins":
            return NotImplemented
        raise TypeError(f"no {op.name} of a Value and a {type(x).__name__}: {error}") from None


class Value:
    """A number that remembers how it was made, so that it can be differentiated.

    Args:
        data: the number, anything real; kept as a float.
        label: its name in steps and drawings. It may also stand second, `Value(2.0, "a")`.
        _children, _op: what it was made from and by which operation, as in Karpathy's lecture; only
            arithmetic needs them.

    Raises:
        TypeError: `data` is not a real number.
        ValueError: it is beyond float64, or the children do not fit the operation.

    Attributes:
        data: the number.
        grad: the gradient, 0.0 until `backward()` is called.
        op: the operation that made it; None for a Value made by hand.
        args: the Values it was made from.
        label: its name.
        scope: the innermost `with scope(...)` it was made in, or None.

    Arithmetic and the methods below record new Values; comparisons compare the numbers and give a bool.
    Values are equal only to themselves, so that they can be kept in sets and dictionaries.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = (a * b).tanh() + a**2
    >>> c.backward()
    >>> c.data, a.grad
    (3.000012288..., 3.99992...)
    """

    __slots__ = ("_scope", "args", "data", "grad", "label", "op")

    constant = False  # whether it was made from a plain number and takes no gradient
    parameter = False  # whether it is to be learned

    data: float
    grad: float
    op: Op | None
    args: tuple[Value, ...]
    label: str
    _scope: str

    def __init__(self, data: float, _children: Iterable[Value] | str = (), _op: str = "", label: str = "") -> None:
        if isinstance(_children, str):
            label = label or _children
            _children = ()
        self.data = as_float(data)
        self.grad = 0.0
        self.args = tuple(_children)
        self.op = lookup(_op) if _op else None
        self.label = label
        self._scope = mode.get()[2]
        wanted = self.op.arity if self.op else 0
        if wanted not in (None, len(self.args)) or not all(isinstance(arg, Value) for arg in self.args):
            number = "any number of" if wanted is None else wanted
            raise ValueError(
                f"the operation {_op!r} takes {number} Values as children, got {self.args!r:.60}; "
                "Value(data, label='a') needs none, and arithmetic records its own"
            )

    __add__, __radd__ = _binary(ops.add), _reflected(ops.add)
    __sub__, __rsub__ = _binary(ops.sub), _reflected(ops.sub)
    __mul__, __rmul__ = _binary(ops.mul), _reflected(ops.mul)
    __truediv__, __rtruediv__ = _binary(ops.div), _reflected(ops.div)
    __pow__, __rpow__ = _binary(ops.pow), _reflected(ops.pow)
    __neg__ = _unary(ops.neg)
    __abs__ = abs = _unary(ops.abs)

    # The same under the names of PyTorch; NumPy looks for its own on the elements of an array.
    exp, expm1 = _unary(ops.exp), _unary(ops.expm1)
    log, log1p, log2, log10 = _unary(ops.log), _unary(ops.log1p), _unary(ops.log2), _unary(ops.log10)
    sqrt, cbrt = _unary(ops.sqrt), _unary(ops.cbrt)
    sin, cos, tan = _unary(ops.sin), _unary(ops.cos), _unary(ops.tan)
    asin = arcsin = _unary(ops.asin)
    acos = arccos = _unary(ops.acos)
    atan = arctan = _unary(ops.atan)
    sinh, cosh, tanh = _unary(ops.sinh), _unary(ops.cosh), _unary(ops.tanh)
    asinh = arcsinh = _unary(ops.asinh)
    acosh = arccosh = _unary(ops.acosh)
    atanh = arctanh = _unary(ops.atanh)
    erf, sigmoid, relu = _unary(ops.erf), _unary(ops.sigmoid), _unary(ops.relu)
    sign, floor, ceil, detach = _unary(ops.sign), _unary(ops.floor), _unary(ops.ceil), _unary(ops.detach)
    round = rint = _unary(ops.round)
    atan2 = arctan2 = _method(ops.atan2)
    hypot, maximum, minimum = _method(ops.hypot), _method(ops.maximum), _method(ops.minimum)
    gt, ge, lt, le, eq, ne = map(_method, (ops.gt, ops.ge, ops.lt, ops.le, ops.eq, ops.ne))

    def clamp(self, min: Number = -math.inf, max: Number = math.inf) -> Value:
        """This, but at least `min` and at most `max`; the derivative is 1 from bound to bound, else 0."""
        return self.__apply_op__(ops.clamp, (self, min, max))

    def where(self, condition: Number, other: Number) -> Value:
        """This where the condition is not 0, else `other`."""
        return self.__apply_op__(ops.where, (condition, self, other))

    @property
    def scope(self) -> Scope | None:
        return Scope(self._scope) if self._scope else None

    def __pos__(self) -> Value:
        return self

    @staticmethod
    def __apply_op__(op: Op, args: tuple[Number, ...]) -> Value:
        """What calling an operation with Values does: record it."""
        values = tuple(arg if isinstance(arg, Value) else Constant(arg) for arg in args)
        return _record(op, values, op.forward(*[value.data for value in values]))

    def __lt__(self, other: Number) -> bool:
        return self.data < _data(other)

    def __le__(self, other: Number) -> bool:
        return self.data <= _data(other)

    def __gt__(self, other: Number) -> bool:
        return self.data > _data(other)

    def __ge__(self, other: Number) -> bool:
        return self.data >= _data(other)

    def __float__(self) -> float:
        return self.data

    def __bool__(self) -> bool:
        return self.data != 0

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    def backward(self) -> None:
        """Add ∂self/∂leaf to the `.grad` of every leaf, and set `.grad` of every node between.

        As in PyTorch, leaves accumulate over calls until `zero_grad()`; the nodes between show the last
        call. A Value made from nothing gets the gradient 1. If an operation fails, no `.grad` changes.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        if watching():
            for _ in watched(chain_rule(self), self):
                pass
        made, leaves = gradients(self)
        for node, gradient in made:
            node.grad = gradient
        for leaf, gradient in leaves.items():
            leaf.grad += gradient

    def zero_grad(self) -> None:
        """Set `.grad` to 0.0 here and in everything this Value was made from."""
        for node in topological(self):
            node.grad = 0.0

    # Names of Karpathy's lecture.

    @property
    def _prev(self) -> set[Value]:
        return set(self.args)

    @property
    def _op(self) -> str:
        return self.op.symbol if self.op else ""

    def _backward(self) -> None:
        """Hand this node's `.grad` on to its arguments, once."""
        for position, arg in enumerate(self.args):
            if not arg.constant:
                arg.grad += self.grad * local_derivative(self, position)

    def __reduce__(self) -> Reduced:
        return reduce(self, {name: getattr(self, name) for name in Value.__slots__})


class Constant(Value):
    """A plain number in a graph: it is drawn, but takes no gradient."""

    __slots__ = ()
    constant = True

    def __init__(self, data: float) -> None:
        self.data = as_float(data)
        self.grad = 0.0
        self.args = ()
        self.op = None
        self.label = ""
        self._scope = ""

    def __repr__(self) -> str:
        return f"Constant({self.data})"


class Parameter(Value):
    """A Value that is to be learned; drawings tell it from inputs, and show it where it is used.

    It takes the arguments of a `Value`.

    >>> from autograd import Parameter
    >>> Parameter(0.5, label="w")
    Parameter(data=0.5, grad=0.0, label='w')
    """

    __slots__ = ()
    parameter = True

    def __repr__(self) -> str:
        return super().__repr__().replace("Value", "Parameter", 1)


class Watched(Value):
    """A node made inside `detect_anomaly()`."""

    __slots__ = ("line",)

    line: FrameSummary  # of the user's code that made it


def _data(x: Number) -> float:
    return x.data if isinstance(x, Value) else as_float(x)
