"""`Stepper`: a cursor over the steps of a graph, forward and then backward."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd.drawing.labels import cut
from autograd.graph import topological
from autograd.notation import name_nodes, short
from autograd.recomputing import recompute
from autograd.stepping.lessons import lesson, numbers
from autograd.stepping.listing import AnyStep, ForwardStep, SeedStep, Step, backward_steps, forward_steps
from autograd.stepping.pages import stepper_script
from autograd.stepping.shown import Shown
from autograd.table import as_float
from autograd.value import Value


class Moment(NamedTuple):
    """What is known of a node between two steps.

    Attributes:
        data: its number, or None while it is not computed.
        grad: its gradient as far as it is summed up, or None while nothing has arrived.
        arrived: how many terms of that sum have arrived.
        expected: how many there are.
    """

    data: float | None
    grad: float | None
    arrived: int
    expected: int

    @property
    def complete(self) -> bool:
        """Whether the gradient is complete."""
        return self.grad is not None and self.arrived == self.expected

    def __str__(self) -> str:
        data = "not computed yet" if self.data is None else f"data = {short(self.data)}"
        if self.grad is None:
            return f"{data}, no gradient yet"
        terms = "" if self.complete else f", {self.arrived} of {self.expected} terms"
        return f"{data}, grad = {short(self.grad)}{terms}"


class Stepper(Shown):
    """Walk through a graph by hand: forward from node to node, then backward along the chain rule.

    The first steps compute each node from its arguments, one starts the way back with ∂L/∂L = 1, and each of the
    others hands a gradient on from a node to one of its arguments, in the order in which `backward()` goes. What
    is known between two steps depends on `position` only, so going back is exact. No `.grad` is read or changed.

    Args:
        root: the Value to compute and to differentiate.

    Attributes:
        root: that Value.
        steps: all steps, in order.
        names: what the nodes are called.

    Raises:
        TypeError: `root` is not a Value.

    >>> from autograd import Stepper, Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b; c.label = "c"
    >>> stepper = Stepper(c)
    >>> for step in stepper: print(step)
    c = a·b = 2.0·(-3.0) = -6.0
    ∂c/∂c = 1.0
    ∂c/∂a += ∂c/∂c · ∂c/∂a = 1.0 · (-3.0) = -3.0   because ∂(a·b)/∂a = b
    ∂c/∂b += ∂c/∂c · ∂c/∂b = 1.0 · 2.0 = 2.0   because ∂(a·b)/∂b = a
    >>> stepper.back()
    >>> print(stepper[a], "|", stepper["b"])
    data = 2.0, grad = -3.0 | data = -3.0, no gradient yet
    """

    def __init__(self, root: Value) -> None:
        if not isinstance(root, Value):
            raise TypeError(f"Stepper needs a Value, got {type(root).__name__} {root!r:.60}")
        self.root = root
        self.names: dict[Value, str] = name_nodes(root)
        self._title = f"backprop through {cut(self.names[root])}"
        self._script = stepper_script(root)
        self._position = 0
        self._read()

    def _read(self) -> None:
        """Take the graph as it is now."""
        self._numbers = {node: node.data for node in topological(self.root)}
        forward = forward_steps(self.root, self.names)
        self._seed = len(forward)
        self.steps: list[AnyStep] = [
            *forward,
            SeedStep(self.root, self.names),
            *backward_steps(self.root, self.names),
        ]
        self._expected = Counter(step.arg for step in self.steps if isinstance(step, Step) and not step.flat)
        self._expected[self.root] = 1

    def _reread(self) -> None:
        """Take it again if someone, perhaps another stepper, has changed a number."""
        if any(node.data is not data for node, data in self._numbers.items()):
            self._read()

    @property
    def position(self) -> int:
        """How many steps have been taken."""
        return self._position

    @property
    def done(self) -> bool:
        """Whether all have."""
        return self._position == len(self.steps)

    @property
    def step(self) -> AnyStep | None:
        """The step taken last; None at the beginning."""
        return self.steps[self._position - 1] if self._position else None

    def next(self) -> AnyStep:
        """Take a step.

        Returns:
            The step.

        Raises:
            IndexError: all steps are taken.
        """
        if self.done:
            raise IndexError(f"all {len(self)} steps are taken; back() takes one back, reset() begins again")
        return self._moved_to(self._position + 1)

    def back(self) -> None:
        """Take the last step back.

        Raises:
            IndexError: no step is taken.
        """
        if not self._position:
            raise IndexError("this is the beginning, there is no step to take back; next() takes the first")
        self.seek(self._position - 1)

    def seek(self, position: int) -> None:
        """Go to a position, forward or back.

        Args:
            position: how many steps are to be taken: 0 for none, len(stepper) for all.

        Raises:
            IndexError: there is no such position.
        """
        if position not in range(len(self) + 1):
            raise IndexError(
                f"a position is from 0, before the first step, to {len(self)}, after the last; got {position}"
            )
        self._position = position
        self._reread()
        self._tell_widget()

    def reset(self) -> None:
        """Go back to the beginning."""
        self.seek(0)

    def run_to(self, node: Value | str) -> AnyStep:
        """Take steps until a node has its data, or if it has, until its gradient is complete.

        Args:
            node: the Value, or its name.

        Returns:
            The step taken last.

        Raises:
            ValueError: there is no such node, its gradient is complete already, or it is a plain number.
        """
        value = self.find(node)
        self._reread()
        for position in range(self._position + 1, len(self) + 1):
            step = self.steps[position - 1]
            if isinstance(step, ForwardStep):
                reached = step.node is value
            else:
                arrived = step.root if isinstance(step, SeedStep) else step.arg
                reached = arrived is value and self.at(position)[value].complete
            if reached:
                return self._moved_to(position)
        why = "is a plain number" if value.constant else "has its gradient already; reset() begins again"
        raise ValueError(f"{self.names[value]} {why}")

    def _moved_to(self, position: int) -> AnyStep:
        self.seek(position)
        return self.steps[position - 1]

    def find(self, node: Value | str) -> Value:
        """The node of that name.

        Raises:
            ValueError: there is none.
        """
        if isinstance(node, str):
            for value, name in self.names.items():
                if name == node and not value.constant:
                    return value
        elif isinstance(node, Value) and node in self.names:
            return node
        known = ", ".join([name for value, name in self.names.items() if not value.constant][:12])
        raise ValueError(f"no node {node!r:.60} in this graph; there are {known}")

    def edit(self, leaf: Value | str, data: float) -> None:
        """Give a leaf another number and compute the graph again, at the same position.

        Args:
            leaf: a Value of the graph that was made by hand, or its name.
            data: its new `.data`.

        Raises:
            ValueError: there is no such leaf.
            TypeError: `data` is not a number.
        """
        value = self.find(leaf)
        if value.args or value.constant:
            editable = ", ".join(name for node, name in self.names.items() if not node.args and not node.constant)
            what = "a plain number" if value.constant else "computed from others"
            raise ValueError(f"{self.names[value]} is {what}; what can be edited: {editable or 'nothing'}")
        before, value.data = value.data, as_float(data)
        try:
            recompute(self.root)
        except BaseException:
            value.data = before
            raise
        self._read()
        self._tell_widget()

    def __getitem__(self, node: Value | str) -> Moment:
        """What is known of a node at this moment."""
        return self.at(self._position)[self.find(node)]

    def at(self, position: int) -> dict[Value, Moment]:
        """What is known of each node after so many steps."""
        grad: dict[Value, float] = {}
        arrived: Counter[Value] = Counter()
        if position > self._seed:
            grad = {node: 0.0 for node in self.names if not self._expected[node] and not node.constant}
        for step in self.steps[self._seed : position]:
            if isinstance(step, SeedStep):
                grad[self.root] = 1.0
                arrived[self.root] = 1
            elif isinstance(step, Step) and not step.flat:
                grad[step.arg] = step.after
                arrived[step.arg] += 1
        computed = {step.node for step in self.steps[:position] if isinstance(step, ForwardStep)}
        return {
            node: Moment(
                data if node in computed or not node.args else None, grad.get(node), arrived[node], self._expected[node]
            )
            for node, data in self._numbers.items()
        }

    def __iter__(self) -> Iterator[AnyStep]:
        """The steps from here to the last, each taken as it comes."""
        while not self.done:
            yield self.next()

    def __len__(self) -> int:
        return len(self.steps)

    def _data(self) -> dict[str, Any]:
        return lesson(self.root, self.steps, self._position)

    def _shared(self) -> tuple[str, ...]:
        return "numbers", "position"

    def _listen(self, widget: Any) -> None:
        widget.on_msg(lambda _, message, __: self._heard(message))
        widget.observe(lambda change: self.seek(change["new"]), "position")

    def _heard(self, message: dict[str, Any]) -> None:
        """Someone has typed a number into the widget."""
        index, text = message["edit"]
        try:
            self.edit(list(self._numbers)[index], float(text))
        except Exception as error:  # what an operation of the user's raises is shown where it was caused
            self._widget.send({"complaint": f"{type(error).__name__}: {error}"})

    def _tell_widget(self) -> None:
        if self._widget is not None:
            self._widget.numbers = numbers(list(self._numbers), self.steps)
            self._widget.position = self._position

    def __repr__(self) -> str:
        return f"<stepper at {self._position} of {len(self)} steps: {self.step or 'at the beginning'}>"
