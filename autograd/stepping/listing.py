"""Backprop as a list of steps that a person can read."""

from __future__ import annotations

from dataclasses import dataclass

from autograd.backprop import chain_rule
from autograd.notation import LATEX, TEXT, Names, Text, name_nodes, short
from autograd.value import Value


@dataclass(frozen=True, repr=False)
class Step:
    """One application of the chain rule: a node hands its gradient on to one of its arguments.

    Attributes:
        index: its place in the order in which `backward()` goes, from 1.
        root: what is differentiated, L.
        node, arg: from where to where the gradient flows.
        position: which argument of `node` it is, from 0.
        upstream: ∂L/∂node.
        partial: ∂node/∂arg, as far as it goes through this argument.
        contribution: their product.
        before, after: ∂L/∂arg, as far as it is summed up.
        names: what the nodes are called.

    `str(step)` is the step in words, `step.latex` in LaTeX; a notebook shows it typeset.
    """

    index: int
    root: Value
    node: Value
    arg: Value
    position: int
    upstream: float
    partial: float
    contribution: float
    before: float
    after: float
    names: Names

    def __str__(self) -> str:
        rule, because = self._sides(TEXT, " · ", " += ")
        return f"{rule}   because {because}{self._through()}"

    __repr__ = __str__

    @property
    def latex(self) -> str:
        rule, because = self._sides(LATEX, r" \cdot ", r" \mathrel{+}= ")
        return rf"{rule} \qquad \text{{because }} {because}" + (
            rf"\text{{{self._through()}}}" if self._through() else ""
        )

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"

    def _sides(self, style: Text, times: str, plus_equals: str) -> tuple[str, str]:
        """The step's equation in symbols and numbers, and the derivative that it rests on."""
        root, node, arg = (style.node(value, self.names) for value in (self.root, self.node, self.arg))
        upstream, partial, contribution = (
            style.number(short(x)) for x in (self.upstream, self.partial, self.contribution)
        )
        symbols = style.derivative(root, node) + times + style.derivative(node, arg)
        numbers = f"{upstream}{times}{partial:product} = {contribution}"
        rule = f"{style.derivative(root, arg)}{plus_equals}{symbols} = {numbers}"
        derivative = style.derivative(style.operation(self.node, self.names), arg)
        return rule, f"{derivative} = {style.partial(self.node, self.position, self.names)}"

    def _through(self) -> str:
        """Which argument is meant where the same node is several."""
        several = sum(arg is self.arg for arg in self.node.args) > 1
        return f", through argument {self.position + 1}" if several else ""


def steps(root: Value) -> list[Step]:
    """Every local chain-rule application of backprop from `root`, in the order `backward()` goes.

    No `.grad` is read or changed: gradients start at 0.

    Args:
        root: the Value to differentiate.

    Returns:
        The steps, one for each argument of each node; none for constants.

    Raises:
        TypeError: `root` is not a Value.

    >>> from autograd import Value, steps
    >>> a, b = Value(-3.0, label="a"), Value(2.0, label="b")
    >>> c = a * b; c.label = "c"
    >>> L = c * 2; L.label = "L"
    >>> for step in steps(L): print(step)
    ∂L/∂c += ∂L/∂L · ∂L/∂c = 1.0 · 2.0 = 2.0   because ∂(c·2)/∂c = 2
    ∂L/∂a += ∂L/∂c · ∂c/∂a = 2.0 · 2.0 = 4.0   because ∂(a·b)/∂a = b
    ∂L/∂b += ∂L/∂c · ∂c/∂b = 2.0 · (-3.0) = -6.0   because ∂(a·b)/∂b = a
    """
    if not isinstance(root, Value):
        raise TypeError(f"steps needs a Value, got {type(root).__name__} {root!r:.60}")
    names = name_nodes(root)
    return [
        Step(index=index, root=root, names=names, **local._asdict())
        for index, local in enumerate(chain_rule(root), start=1)
    ]
