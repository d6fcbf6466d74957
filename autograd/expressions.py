"""Expressions typed by people as graphs: parsed, never run as code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import partial

from autograd import ops
from autograd.functions import SCALAR
from autograd.table import TABLE, Op, as_float
from autograd.value import Value

_OPERATORS: dict[type[ast.AST], Op] = {
    ast.Add: ops.add,
    ast.Sub: ops.sub,
    ast.Mult: ops.mul,
    ast.Div: ops.div,
    ast.Pow: ops.pow,
    ast.USub: ops.neg,
    ast.Gt: ops.gt,
    ast.GtE: ops.ge,
    ast.Lt: ops.lt,
    ast.LtE: ops.le,
    ast.Eq: ops.eq,
    ast.NotEq: ops.ne,
}
_MAX_LENGTH = 10_000


def parse(text: str, names: Mapping[str, Value]) -> Value:
    """The graph of an expression in Python's notation.

    Args:
        text: numbers, the given names, + - * / **, parentheses, comparisons such as >, and calls of operations by name.
            The product may be written · as well.
        names: what each name stands for.

    Returns:
        The expression's Value. Arithmetic between plain numbers is done at once, as Python does it.

    Raises:
        ValueError: the text holds anything else. The message shows where and says what is accepted.

    >>> from autograd import Value
    >>> parse("2*tanh(x) + x**2", {"x": Value(0.5)}).data
    1.174...
    """
    return _Reader(text, names).read()


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Value]) -> None:
        self.text = " ".join(text.replace("·", "*").split())
        self.names = names

    def read(self) -> Value:
        if len(self.text) > _MAX_LENGTH:
            raise ValueError(f"an expression has at most {_MAX_LENGTH} characters, this one {len(self.text)}")
        if not self.text:
            raise ValueError("the expression is empty; write one such as tanh(w*x + b)")
        try:
            root = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            raise self._error(f"cannot read this: {error.msg}", (error.offset or len(self.text) + 1) - 1) from None
        except (ValueError, RecursionError, MemoryError):  # a null character; nested beyond Python's own limit
            raise ValueError("Python cannot read this expression; give its parts in several steps") from None
        return self._value(root)

    def _value(self, root: ast.expr) -> Value:
        """The expression from the innermost parts outwards, without recursion."""
        order, todo = [], [root]
        while todo:
            node = todo.pop()
            op, parts = self._parts(node)
            order.append((node, op, parts))
            todo += parts
        values: dict[ast.expr, Value | float] = {}
        for node, op, parts in reversed(order):
            try:
                values[node] = op(*[values[part] for part in parts])
            except (TypeError, ValueError) as error:
                raise self._error_at(node, str(error)) from None
        result = values[root]
        return result if isinstance(result, Value) else Value(result)

    def _parts(self, node: ast.expr) -> tuple[Callable[..., Value | float], list[ast.expr]]:
        """What makes the value of a piece of syntax, and from which others."""
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return partial(as_float, node.value), []
        if isinstance(node, ast.Name):
            return partial(self.names.__getitem__, self._known(node)), []
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)], [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            return operator.pos, [node.operand]
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)], [node.operand]
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
            return _OPERATORS[type(node.ops[0])], [node.left, node.comparators[0]]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            functions = TABLE | SCALAR
            if node.func.id in functions:
                return functions[node.func.id], node.args
            raise self._error_at(node, f"unknown function {node.func.id!r}; known: {', '.join(functions)}")
        raise self._error_at(node, _hint(node))

    def _known(self, node: ast.Name) -> str:
        if node.id in self.names:
            return node.id
        if node.id in TABLE | SCALAR:
            raise self._error_at(node, f"{node.id} is an operation: write {node.id}(...)")
        known = ", ".join(self.names) or "none"
        raise self._error_at(node, f"unknown name {node.id!r}; known: {known}")

    def _error_at(self, node: ast.expr, message: str) -> ValueError:
        before = self.text.encode()[: node.col_offset].decode()  # col_offset counts bytes
        return self._error(message, len(before))

    def _error(self, message: str, column: int) -> ValueError:
        return ValueError(f"{message}\n  {self.text}\n  {' ' * column}^")


def _hint(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return f"{node.value!r:.40} is not a real number"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
        return "a power is written **, not ^"
    accepted = "numbers, names, + - * / **, comparisons and calls of operations"
    return f"{type(node).__name__} is not allowed here: only {accepted}"
