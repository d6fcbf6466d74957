"""The perceptron, which learned before there were gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from autograd import Parameter, Value, no_grad
from nn.layers import Neuron

PATIENCE = 1_000_000  # numbers to be computed for a proof, a second or a few


class PerceptronResult(NamedTuple):
    """How learning went.

    Attributes:
        converged: whether a whole epoch went by without a mistake.
        epochs: how many there were, with that one.
        separable: whether the data are linearly separable, proven in exact arithmetic; None if that would take too
            long, for hundreds of rows of dozens of numbers.
    """

    converged: bool
    epochs: int
    separable: bool | None

    def __repr__(self) -> str:
        epochs = f"{self.epochs} epoch{'s' * (self.epochs != 1)}"
        if self.converged:
            return f"<converged after {epochs}>"
        if self.separable is None:
            return f"<not converged after {epochs}; whether the data are linearly separable is not known>"
        if self.separable:
            return f"<not converged after {epochs}, but the data are linearly separable: fit for more epochs>"
        return f"<not converged after {epochs}: the data are not linearly separable, no weights get them all right>"


class Perceptron(Neuron):
    """A threshold unit that learns from its mistakes: output = 1 where b + Σ wᵢ·xᵢ > 0, else 0.

    The unit is McCulloch and Pitts' (1943), the rule Rosenblatt's (1958): wᵢ ← wᵢ + lr·(target - output)·xᵢ, and the
    same for b with 1 in place of xᵢ. The weights begin at 0.

    Args:
        nin: how many inputs it has.
        lr: the learning rate, above 0.

    Raises:
        TypeError, ValueError: `nin` is not a positive integer, or `lr` not a number above 0.

    >>> from nn import Perceptron
    >>> corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> unit = Perceptron(2)
    >>> unit.fit(corners, [0, 0, 0, 1])
    <converged after 6 epochs>
    >>> [unit(corner).data for corner in corners]
    [0.0, 0.0, 0.0, 1.0]
    >>> Perceptron(2).fit(corners, [0, 1, 1, 0]).separable
    False
    """

    b: Parameter

    def __init__(self, nin: int, lr: float = 1.0) -> None:
        super().__init__(nin, "step", seed=0)  # a seed, so that Python's own random goes on as it was
        self.lr = Value(lr).data
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr is a number above 0, such as 1.0; got {lr}")
        for weight in self.w:
            weight.data = 0.0

    def fit(self, X: Sequence[Sequence[float]], y: Sequence[float], epochs: int = 100) -> PerceptronResult:
        """Learn from examples, one after the other, until an epoch goes by without a mistake.

        If the data are linearly separable, there are finitely many mistakes (Novikoff 1962). It goes on from the
        weights that are there, and stops early where those of an earlier epoch come back.

        Args:
            X: rows of `nin` numbers.
            y: the target of each row, 0 or 1.
            epochs: how often to go through the data at most.

        Returns:
            A `PerceptronResult`: whether and when it converged, and whether the data are linearly separable.

        Raises:
            TypeError, ValueError: there are no rows, not as many targets, a row has not `nin` finite numbers, a target
                is neither 0 nor 1, or `epochs` is not at least 1.
        """
        rows, targets = self._examples(X, y)
        if epochs < 1:
            raise ValueError(f"epochs is at least 1, got {epochs}")
        seen = set()
        for epoch in range(1, epochs + 1):
            seen.add(self._state())
            mistakes = [self._learn(row, target) for row, target in zip(rows, targets)]
            if not any(mistakes):
                return PerceptronResult(True, epoch, True)
            if self._state() in seen:  # from here on everything would happen again
                break
        return PerceptronResult(False, epoch, _separable(rows, targets))

    def _learn(self, x: list[float], target: float) -> bool:
        """Rosenblatt's rule on one example; whether there was a mistake."""
        with no_grad():
            error: float = target - self(x).data
        for weight, number in zip(self.w, x):
            weight.data += self.lr * error * number
        self.b.data += self.lr * error
        return error != 0

    def _state(self) -> tuple[float, ...]:
        return tuple(parameter.data for parameter in self.parameters())

    def _examples(self, X: Sequence[Sequence[float]], y: Sequence[float]) -> tuple[list[list[float]], list[float]]:
        rows = [[Value(number).data for number in row] for row in X]
        targets = [float(target) for target in y]
        if len(rows) != len(targets) or not rows:
            raise ValueError(f"fit takes one target for each row and at least one: got {len(targets)} and {len(rows)}")
        for index, (row, target) in enumerate(zip(rows, targets)):
            if len(row) != len(self.w) or not all(map(math.isfinite, row)):
                raise ValueError(f"{self!r} takes rows of {len(self.w)} finite numbers; row {index} is {row!r:.60}")
            if target not in (0.0, 1.0):
                raise ValueError(f"a Perceptron's targets are 0 and 1; target {index} is {target}")
        return rows, targets

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)}, lr={self.lr})"


def _separable(rows: list[list[float]], targets: list[float]) -> bool | None:
    """Whether some weights get all rows right; None if that takes too long to tell.

    There are none where the rows, with 1 for the bias and turned round where the target is 0, balance each other:
    Σ λᵢ·rowᵢ = 0 for some λ ≥ 0 that sum up to 1 (Gordan 1873). Such λ are looked for by the simplex method, which
    Bland's rule (1977) keeps from going round in circles, in whole numbers, so that nothing is rounded.
    """
    turned = [[Fraction(x) if target else -Fraction(x) for x in [*row, 1.0]] for row, target in zip(rows, targets)]
    scale = math.lcm(*[x.denominator for row in turned for x in row])
    columns = [[*[int(x * scale) for x in row], 1] for row in turned]
    table = [[*equation, 0] for equation in zip(*columns)]
    table[-1][-1] = 1
    table.append([-sum(column) for column in zip(*table)])  # how far the equations are from being fulfilled
    basis = [len(rows) + number for number in range(len(table) - 1)]
    divisor = 1
    for _ in range(PATIENCE // (len(rows) * len(table))):
        *goal, distance = table[-1]
        entering = next((j for j, slope in enumerate(goal) if slope < 0), None)
        if entering is None:
            return bool(distance < 0)
        ratios = [
            (Fraction(table[i][-1], table[i][entering]), basic, i)
            for i, basic in enumerate(basis)
            if table[i][entering] > 0
        ]
        *_, leaving = min(ratios)
        basis[leaving], pivot = entering, table[leaving]
        table = [
            row if row is pivot else [(x * pivot[entering] - y * row[entering]) // divisor for x, y in zip(row, pivot)]
            for row in table
        ]
        divisor = pivot[entering]  # by which all that follows can be divided (Bareiss 1968)
    return None
