"""Backprop as a list of steps that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from autograd.backprop import chain_rule, is_flat, is_several
from autograd.graph import made
from autograd.notation import LATEX, TEXT, Names, Text, name_nodes, short
from autograd.value import Value


class Readable:
    """`str(...)` is it in words, `.latex` in LaTeX; a notebook shows it typeset."""

    def _write(self, style: Text) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self._write(TEXT)

    __repr__ = __str__

    @property
    def latex(self) -> str:
        return self._write(LATEX)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


def argument(node: Value, data: float) -> str:
    """The data of a node in a formula: a plain number as it was typed, such as the 2 of x**2."""
    return short(data).removesuffix(".0") if node.constant else short(data)


@dataclass(frozen=True, repr=False)
class ForwardStep(Readable):
    """The data of one node is computed from its arguments.

    Attributes:
        node: what is computed.
        inputs: the numbers of its arguments.
        data: its own number.
        names: what the nodes are called.

    `str(step)` is the step in words, `step.latex` in LaTeX; a notebook shows it typeset.
    """

    node: Value
    inputs: tuple[float, ...]
    data: float
    names: Names

    def _write(self, style: Text) -> str:
        assert self.node.op is not None
        inputs = [style.number(argument(arg, x)) for arg, x in zip(self.node.args, self.inputs)]
        numbers = style.briefly(self.node.op, inputs)
        sides = [style.node(self.node, self.names), style.operation(self.node, self.names), numbers]
        return " = ".join(map(str, [*sides, style.number(short(self.data))]))


@dataclass(frozen=True, repr=False)
class SeedStep(Readable):
    """Where the way back begins: the output changes exactly as much as itself.

    Attributes:
        root: the output, L.
        names: what the nodes are called.
    """

    root: Value
    names: Names

    def _write(self, style: Text) -> str:
        root = style.node(self.root, self.names)
        return f"{style.derivative(root, root)} = {short(1.0)}"


@dataclass(frozen=True, repr=False)
class Step(Readable):
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

    @property
    def flat(self) -> bool:
        """Whether nothing ever flows here, whatever the numbers are."""
        return is_flat(self.node, self.position)

    def _write(self, style: Text) -> str:
        root, node, arg = (style.node(value, self.names) for value in (self.root, self.node, self.arg))
        upstream, partial, contribution = (
            style.number(short(x)) for x in (self.upstream, self.partial, self.contribution)
        )
        symbols = style.derivative(root, node) + style.times + style.derivative(node, arg)
        numbers = f"{upstream}{style.times}{partial:product} = {contribution}"
        derivative = style.derivative(style.operation(self.node, self.names), arg)
        because = f"{derivative} = {style.partial(self.node, self.position, self.names)}"
        rule = f"{style.derivative(root, arg)}{style.grows}{symbols} = {numbers}"
        return f"{rule}{style.space}{style.prose('because ')}{because}{self._through(style)}"

    def _through(self, style: Text) -> str:
        """Which argument is meant where the same node is several."""
        which = f", through argument {self.position + 1}"
        return style.prose(which) if is_several(self.node, self.arg) else ""


AnyStep: TypeAlias = ForwardStep | SeedStep | Step


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
    return backward_steps(root, name_nodes(root))


def backward_steps(root: Value, names: Names) -> list[Step]:
    return [
        Step(index=index, root=root, names=names, **local._asdict())
        for index, local in enumerate(chain_rule(root), start=1)
    ]


def forward_steps(root: Value, names: Names) -> list[ForwardStep]:
    """The nodes that are computed, each after those it is computed from."""
    return [ForwardStep(node, tuple(arg.data for arg in node.args), node.data, names) for node in made(root)]
