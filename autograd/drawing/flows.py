"""What flows through the edges of a picture: local derivatives, or gradients on their way back."""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd.backprop import chain_rule
from autograd.drawing.outline import Edge
from autograd.functions import sum
from autograd.recording import switched
from autograd.value import Value


class Flows:
    """A number for each argument of each node; of several roots, on the way to their sum.

    Attributes:
        by_size: whether the edges are to show how large the numbers are.
    """

    def __init__(self, roots: Iterable[Value], edges: str) -> None:
        self.by_size = edges == "gradient"
        with switched(record=True, watch=False):
            total = sum(list(roots))
        self._flow = {
            (step.node, step.position): step.contribution if self.by_size else step.partial
            for step in chain_rule(total)
            if step.node is not total
        }
        self._largest = max((abs(flow) for flow in self._flow.values() if math.isfinite(flow)), default=0.0)

    def into(self, node: Value, position: int) -> float | None:
        """The number between a node and one of its arguments; None where no gradient flows."""
        return self._flow.get((node, position))

    def along(self, edge: Edge) -> float | None:
        """The number of a line between nodes."""
        return self.into(edge.end, edge.position) if isinstance(edge.end, Value) and edge.position is not None else None

    def share(self, flow: float) -> float:
        """The size of a number beside the largest, from 0 to 1."""
        return min(1.0, abs(flow) / self._largest) if self._largest and not math.isnan(flow) else 0.0
