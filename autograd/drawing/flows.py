"""What flows through the edges of a picture: local derivatives, or gradients on their way back."""

from __future__ import annotations

import math
from functools import reduce
from operator import add

from autograd.backprop import chain_rule
from autograd.drawing.outline import Edge, Outline
from autograd.functions import sum
from autograd.recording import switched
from autograd.value import Value


class Flows:
    """The numbers on the edges of a picture; those of several roots on the way to their sum.

    Attributes:
        by_size: whether the edges are to show how large the numbers are.
    """

    def __init__(self, outline: Outline, edges: str) -> None:
        self.by_size = edges == "gradient"
        with switched(record=True, watch=False):
            total = sum(list(outline.roots))
        self._flow = {
            (step.node, step.position): step.contribution if self.by_size else step.partial
            for step in chain_rule(total)
            if step.node is not total
        }
        flows = [abs(flow) for edge in outline.edges() if (flow := self.along(edge)) is not None]
        self._largest = max(filter(math.isfinite, flows), default=0.0)

    def along(self, edge: Edge) -> float | None:
        """The number of an edge, or the sum of those that it stands for, if that is what flows to one node.

        None where no gradient flows. Local derivatives of different nodes have no sum that means anything.
        """
        flows = [self._flow[use] for use in edge.uses if use in self._flow]
        alone = len({node.args[position] for node, position in edge.uses}) == 1
        return reduce(add, flows) if flows and alone and (self.by_size or isinstance(edge.end, Value)) else None

    def share(self, flow: float) -> float:
        """The size of a number beside the largest, from 0 to 1."""
        return min(1.0, abs(flow) / self._largest) if self._largest and not math.isnan(flow) else 0.0
