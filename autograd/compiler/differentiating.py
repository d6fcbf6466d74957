"""The chain rule on instructions: from a code to one that computes gradients, too.

`chain_rule` sends ∂root/∂node · ∂node/∂arg along every edge of the graph, and what arrives at an argument is added
up. Here the same edges are columns: where from, by which partial, where to. Sorted by where they lead to, in the
order in which backprop takes them, they are sums of products: the gradients. The partials are those of the table,
recorded as Values once for an operation and then written down for all its nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.backprop import is_flat, local_derivative
from autograd.compiler.code import DOT, ONE, Code, Slots, leading_to
from autograd.graph import made
from autograd.recording import switched
from autograd.table import Op
from autograd.value import Constant, Value

FEW = 16  # so many different constants of an operation get partials of their own, as if looked at
NOTHING = np.iinfo(np.int32).min  # the partial of an edge along which nothing flows


def differentiate(code: Code) -> Code:
    """The code that computes its one output and the output's derivatives by all parameters.

    Its last input is one more, the seed: the gradient of the output itself, which scales all others. There are no
    derivatives by inputs.
    """
    code = _with_seed(code)
    writer = Writer(code)
    pairs, counts, gradient = _sums(code, _partials(code, writer), writer.next, writer.constant(0.0))
    writer.append(DOT, pairs, counts)
    return writer.code(gradient)


def _sums(code: Code, partials: Slots, begin: int, zero: int) -> tuple[Slots, Slots, Slots]:
    """What is to be multiplied and added up for all gradients.

    Args:
        code: the code.
        partials: for each argument the slot of its partial.
        begin: the slot of the first sum.
        zero: the slot of 0.

    Returns:
        The upstream gradients and the partials of all sums, by turns; how many of both each sum has; and the slots of
        the gradients of the parameters.
    """
    edges = _backwards(code.starts)
    edges = edges[partials[edges] != NOTHING]
    edges = edges[np.argsort(-code.arguments[edges], kind="stable")]  # later nodes first, for these hand on to earlier
    target, partial = code.arguments[edges], partials[edges]
    upstream = np.repeat(np.arange(code.leaves, code.leaves + code.size, dtype=np.int32), np.diff(code.starts))[edges]
    del edges, partials
    first = np.flatnonzero(np.diff(target, prepend=NOTHING)).astype(np.int32)
    counts = np.diff(first, append=np.int32(len(target)))
    unchanged = (counts == 1) & (partial[first] == ONE)
    source = code.itself()  # whose gradient a slot has
    source[target[first[unchanged]]] = upstream[first[unchanged]]
    while not np.array_equal(source, further := source[source]):
        source = further
    gradient = np.full(len(source), zero, np.int32)
    gradient[code.outputs[0]] = code.inputs - 1
    computed = first[~unchanged]
    gradient[target[computed]] = np.arange(begin, begin + len(computed), dtype=np.int32)
    gradient = gradient[source]
    kept = np.repeat(~unchanged, counts)
    pairs = np.stack([gradient[upstream[kept]], partial[kept]], axis=1)
    return pairs.ravel(), 2 * counts[~unchanged], gradient[code.inputs : code.leaves].copy()


def _with_seed(code: Code) -> Code:
    """The same with one more input."""
    arguments, outputs = (slots + (slots >= code.inputs).astype(np.int32) for slots in (code.arguments, code.outputs))
    return replace(code, inputs=code.inputs + 1, arguments=arguments, outputs=outputs)


def _backwards(starts: Slots) -> Slots:
    """The positions of all arguments: those of the last instruction first, in their order."""
    counts = np.diff(starts)[::-1]
    ends = np.cumsum(counts, dtype=np.int32)
    return np.repeat(starts[:-1][::-1] - (ends - counts), counts) + np.arange(starts[-1], dtype=np.int32)


def _partials(code: Code, writer: Writer) -> Slots:
    """For each argument the slot of the derivative by it, where a gradient flows to it."""
    partials = np.full(len(code.arguments), NOTHING, np.int32)
    for op, nodes, xs in _groups(code, _reached(code)):
        with switched(record=True, watch=False):
            node = op(*[Constant(x) if isinstance(x, float) else Value(1.0) for x in xs])
        slots = [writer.constant(x) if isinstance(x, float) else x for x in xs]
        known = dict(zip([*node.args, node], [*slots, nodes + code.leaves]))
        for position, x in enumerate(xs):
            if isinstance(x, float) or is_flat(node, position):
                continue
            with switched(record=True, watch=False):
                derivative = local_derivative(node, position, create_graph=True)
            partials[code.starts[nodes] + position] = writer.write(derivative, known, len(nodes))
    partials[code.arguments < code.inputs] = NOTHING  # inputs and constants
    return partials


def _reached(code: Code) -> NDArray[np.bool_]:
    """The instructions to which a gradient flows."""
    flat = np.zeros(len(code.arguments), np.bool_)
    for number, op in enumerate(code.rows):
        if op.arity is not None:
            for position in range(op.arity):
                if op.partials[position] == 0:
                    flat[code.starts[:-1][code.operations == number] + position] = True
    if not flat.any():
        return np.ones(code.size, np.bool_)
    return leading_to(code, code.outputs, np.where(flat, np.int32(ONE), code.arguments))


def _groups(code: Code, chosen: NDArray[np.bool_]) -> Iterator[tuple[Op, Slots, list[Any]]]:
    """The chosen instructions by operation: their numbers, and the columns of their arguments.

    Partials are free to look at constants. So those with the same constants are together, if these are few.
    """
    counts = np.diff(code.starts)
    for number, op in enumerate(code.rows):
        of_row = np.flatnonzero(chosen & (code.operations == number)).astype(np.int32)
        for arity in np.flatnonzero(np.bincount(counts[of_row])).tolist():
            nodes = of_row[counts[of_row] == arity]
            table = code.arguments[code.starts[nodes][:, None] + np.arange(arity, dtype=np.int32)]
            constants = np.minimum(table, 0)  # as slots, which are negative
            occurs = np.zeros(1 + len(code.constants), np.bool_)
            occurs[constants] = True
            if occurs[1:].sum() in range(1, FEW + 1):
                patterns, pattern = np.unique(constants, axis=0, return_inverse=True)
            else:
                patterns, pattern = np.zeros((1, arity), np.int32), np.zeros(len(nodes), np.int32)
            for index, slots in enumerate(patterns.tolist()):
                mine = pattern.ravel() == index
                columns = zip(slots, table[mine].T)
                yield op, nodes[mine], [float(code.constants[-1 - s]) if s < 0 else column for s, column in columns]


class Writer:
    """New instructions behind those of a code."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._rows = list(code.rows)
        self._operations, self._counts, self._arguments = [code.operations], [np.diff(code.starts)], [code.arguments]
        self._constants = {x.hex(): -1 - k for k, x in enumerate(code.constants.tolist())}
        self.next = code.leaves + code.size

    def constant(self, x: float) -> int:
        """The slot of a number."""
        return self._constants.setdefault(float(x).hex(), -1 - len(self._constants))

    def append(self, op: Op, arguments: Slots, counts: NDArray[Any]) -> Slots:
        """New instructions of one operation, and so many arguments for each. Returns the slots of the results."""
        if op not in self._rows:
            self._rows.append(op)
        self._operations.append(np.full(len(counts), self._rows.index(op), np.int16))
        self._arguments.append(arguments)
        self._counts.append(counts.astype(np.int32))
        self.next += len(counts)
        return np.arange(self.next - len(counts), self.next, dtype=np.int32)

    def write(self, root: Any, known: dict[Value, Any], count: int) -> Any:
        """The instructions that compute a Value, each so many times. Returns the slots of the results.

        Args:
            root: the Value, or a number.
            known: the slots of those it is made from; what is written is added.
            count: how many results there are.
        """
        if not isinstance(root, Value):
            return self.constant(root)
        for node in made(root):
            if node not in known:
                assert node.op is not None
                table = np.empty((count, len(node.args)), np.int32)
                for position, arg in enumerate(node.args):
                    table[:, position] = known[arg] if arg in known else self.constant(arg.data)
                known[node] = self.append(node.op, table.ravel(), np.full(count, len(node.args)))
        return known[root] if root in known else self.constant(root.data)

    def code(self, gradients: Slots) -> Code:
        """The code with all that was written."""
        starts = np.zeros(self.next - self._code.leaves + 1, np.int32)
        np.cumsum(np.concatenate(self._counts), out=starts[1:])
        return replace(
            self._code,
            rows=tuple(self._rows),
            operations=np.concatenate(self._operations),
            starts=starts,
            arguments=np.concatenate(self._arguments),
            constants=np.array([float.fromhex(x) for x in self._constants]),
            gradients=gradients,
        )
