"""The right gradients of a graph, with all that is said about them to somebody who looks for them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from decimal import Decimal

from autograd.backprop import LocalStep, chain_rule, is_several, local_derivative
from autograd.graph import made, topological
from autograd.notation import QUOTED, name_nodes, short
from autograd.value import Value

FEW = 5  # words in a list
NOISE = 1e-12  # what binary rounding may leave, relative to the numbers that were added up


def matches(answer: float, wanted: float, slack: float) -> bool:
    """Whether a number is `wanted`, to three significant digits or more.

    Args:
        answer: the number given.
        wanted: the number it should be.
        slack: how much binary rounding may have changed it, so that 0 is as good as 5.6e-17.

    Returns:
        Whether they are at most half a unit of the third digit of `wanted` apart, and `slack`. 0 has no digits; inf
        and nan match themselves only.

    >>> matches(0.667, 2 / 3, 0.0), matches(0.6667, 2 / 3, 0.0), matches(0.67, 2 / 3, 0.0)
    (True, True, False)
    """
    if not math.isfinite(wanted):
        return repr(answer) == repr(wanted)
    return abs(answer - wanted) <= half_a_unit(wanted) + slack


def half_a_unit(x: float) -> float:
    """That of its third significant digit; 0 has none."""
    return float(f"5e{Decimal(repr(x)).adjusted() - 3}") if x else 0.0


class Solution:
    """The right gradients of a graph, and the edges they come back through.

    Attributes:
        root: what is differentiated.
        names: what the nodes are called.
        edges: for each node that takes a gradient, from the root backwards, the local steps that lead to it.
        gradient: ∂root/∂node for each of them.
        slack: how much binary rounding may have changed it.
    """

    def __init__(self, root: Value) -> None:
        self.root = root
        self.names = name_nodes(root)
        taken = {(step.node, step.position): step for step in chain_rule(root)}
        self.edges: dict[Value, list[LocalStep]] = {
            node: [] for node in reversed(topological(root)) if not node.constant
        }
        size = dict.fromkeys(self.edges, 0.0) | {root: 1.0}
        for node in reversed(made(root)):
            for position, arg in enumerate(node.args):
                if not arg.constant:
                    step = taken.get((node, position)) or _nothing_arrives(node, position)
                    self.edges[arg].append(step)
                    size[arg] += size[node] * abs(step.partial)
        after = {step.arg: step.after for step in taken.values()}
        self.gradient: dict[Value, float] = dict.fromkeys(self.edges, 0.0) | after | {root: 1.0}
        self.slack = {
            node: max(NOISE * x if x < math.inf else 0.0, sys.float_info.min)  # below, numbers lack digits
            for node, x in size.items()
        }

    def name(self, node: Value) -> str:
        return str(QUOTED.node(node, self.names))

    def wanted(self, node: Value) -> str:
        """`∂L/∂a`."""
        return QUOTED.derivative(QUOTED.node(self.root, self.names), QUOTED.node(node, self.names))

    def arriving(self, step: LocalStep) -> str:
        """`∂L/∂c = 2.0`."""
        return f"{self.wanted(step.node)} = {short(step.upstream)}"

    def local(self, step: LocalStep) -> str:
        """`∂c/∂a`, but `∂(a·b)/∂a` if c is the root, since there may be more to ∂L/∂a than that."""
        if step.node is self.root:
            return self.rule(step)
        return QUOTED.derivative(QUOTED.node(step.node, self.names), QUOTED.node(step.arg, self.names))

    def operation(self, node: Value) -> str:
        """`a·b`."""
        return str(QUOTED.operation(node, self.names))

    def rule(self, step: LocalStep) -> str:
        """`∂(a·b)/∂a`."""
        return QUOTED.derivative(QUOTED.operation(step.node, self.names), QUOTED.node(step.arg, self.names))

    def way(self, step: LocalStep) -> str:
        """Where an edge leads: `c`, or `argument 1 of c` where several arguments are the same node."""
        name = self.name(step.node)
        return f"argument {step.position + 1} of {name}" if is_several(step.node, step.arg) else name

    def through(self, step: LocalStep) -> str:
        """Which argument is meant, in brackets, where several are the same node."""
        return f" (through argument {step.position + 1})" if is_several(step.node, step.arg) else ""


def _nothing_arrives(node: Value, position: int) -> LocalStep:
    """The step from a node that backprop never comes to, since all that is made from it is flat."""
    return LocalStep(node, node.args[position], position, 0.0, local_derivative(node, position), 0.0, 0.0, 0.0)


def listed(words: Sequence[str], most: int = FEW) -> str:
    """Words in a sentence; of many, the first.

    >>> listed("abc"), listed("abcdefg")
    ('a, b and c', 'a, b, c, d and 3 more')
    """
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
