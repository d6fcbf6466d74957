"""The operations of a graph in JavaScript: a page can compute it anew, where no Python runs.

What an operation computes stands in operations.js; its partials are written down from those of the table.
"""

from __future__ import annotations

import re
from importlib.resources import files

from autograd.graph import made
from autograd.notation import Phrase, Text
from autograd.recording import switched
from autograd.table import BUILT_IN, Op
from autograd.value import Value

ARGUMENTS = "xyz"  # by position: no label may become code
SIGNS = {" + ", " - ", "·", " / ", "-"}
SOURCE = files("autograd.stepping").joinpath("operations.js").read_text(encoding="utf-8")
BY_HAND = frozenset(re.findall(r"^ *partial_of_(\w+):", SOURCE, re.MULTILINE))


class JavaScript(Text):
    """Formulas in JavaScript: with its signs where these mean the same, else as calls."""

    def template(self, op: Op) -> str:
        if re.sub(r"\{.*?\}", "", op.text) in SIGNS:
            return op.text.replace("·", " * ")
        slots = ", ".join(["{}"] * op.arity) if op.arity else "{}, ..."
        return f"OPERATIONS.{op.name}({slots})"

    def apply(self, op: Op, args: list[Phrase]) -> Phrase:
        phrase = super().apply(op, args)
        call = self.template(op).startswith("OPERATIONS")
        return Phrase(phrase.text, "atom", self.brackets) if call else phrase


JAVASCRIPT = JavaScript()


def rule(node: Value) -> str:
    """The key in `rules` of the operation that made a node.

    Args:
        node: a node that was made from others.

    Raises:
        ValueError: it is a leaf.

    >>> from autograd import Value
    >>> rule(Value(2.0).tanh())
    'tanh'
    """
    if node.op is None:
        raise ValueError(f"a leaf such as {node!r:.60} has no rule; rule needs a node made by an operation")
    return node.op.name


def missing(root: Value) -> list[str]:
    """The operations in a graph that JavaScript has no row for: those that `op` has added to the table.

    Args:
        root: the Value whose graph to look through.

    Returns:
        Their names, each once.

    >>> from autograd import Value, op
    >>> twice = op("twice", lambda x: 2 * x, 2)
    >>> missing(twice(Value(1.0)).exp())
    ['twice']
    """
    return [name for name in _operations(root) if name not in BUILT_IN]


def rules(root: Value) -> str:
    """What the operations in a graph compute, and their partials, as a JavaScript object.

    Args:
        root: the Value whose graph is to be computed.

    Returns:
        The code of the object. It needs `OPERATIONS` of operations.js around it; the operations that are `missing`
        are left out. Of its entry for a node, `forward(...xs)` gives the number, and `partial(position, xs, out)` the
        derivative with respect to one argument.

    >>> from autograd import Value
    >>> x = Value(2.0, label="x")
    >>> print(rules((x / 3).tanh()))
    {
      "div": {
        forward: OPERATIONS.div,
        partial: (position, [x, y], out) => [
          () => 1 / y,
          () => (-out) / y,
        ][position](),
      },
      "tanh": {
        forward: OPERATIONS.tanh,
        partial: (position, [x], out) => [
          () => 1 - out * out,
        ][position](),
      },
    }
    """
    entries = [
        f'  "{name}": {{\n    forward: OPERATIONS.{name},\n    partial: {_partial(op)},\n  }},\n'
        for name, op in _operations(root).items()
        if name in BUILT_IN
    ]
    return f"{{\n{''.join(entries)}}}"


def _operations(root: Value) -> dict[str, Op]:
    return {rule(node): node.op for node in made(root) if node.op}


def _partial(op: Op) -> str:
    """All partials of an operation as one function of the position, the arguments and the output."""
    if op.name in BY_HAND:
        return f"OPERATIONS.partial_of_{op.name}"
    if op.arity is None:
        return f"() => {_written(op, 0)}"
    choices = "".join(f"      () => {_written(op, position)},\n" for position in range(op.arity))
    return f"(position, [{', '.join(ARGUMENTS[: op.arity])}], out) => [\n{choices}    ][position]()"


def _written(op: Op, position: int) -> Phrase:
    """One partial, as the table has it for Values."""
    xs, out = [Value(1.0) for _ in ARGUMENTS[: op.arity or 0]], Value(1.0)
    with switched(record=True, watch=False):
        derivative = op.derivative(position, xs, out)
    return JAVASCRIPT.formula(derivative, {out: "out", **dict(zip(xs, ARGUMENTS))})
