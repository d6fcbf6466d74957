"""Write tests/loss_references.json: what PyTorch makes of some batches, losses and gradients in float64.

python -m tests.make_loss_references
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

REFERENCES = Path(__file__).with_name("loss_references.json")
STORED = 6  # batches of each loss

ELEMENTWISE = [
    "mse_loss",
    "half_sum_of_squares",
    "l1_loss",
    "huber_loss",
    "hinge_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
]
OF_CLASSES = ["cross_entropy", "nll_loss", "softmax_cross_entropy_with_logits"]
LOSSES = ELEMENTWISE + OF_CLASSES


class Batch(NamedTuple):
    """Outputs (of classes: rows of them), targets, and what else the loss is given."""

    outputs: list[Any]
    targets: list[Any]
    options: dict[str, Any]


def batches(loss: str, count: int) -> Iterator[Batch]:
    """Random ones of one to five samples, of usual and of extreme sizes."""
    rng = random.Random(loss)
    for _ in range(count):
        n = rng.randint(1, 5)
        options: dict[str, Any] = {"reduction": rng.choice(["mean", "mean", "sum", "none"])}
        if loss == "huber_loss":
            options["delta"] = rng.choice([1.0, 0.1, 3.0])
        if loss.startswith("softmax"):
            options = {}
        if loss in OF_CLASSES:
            k = rng.randint(2, 5)
            size = rng.choice([1.0, 10.0, 1000.0])
            labels = loss == "nll_loss" or (loss == "cross_entropy" and rng.random() < 0.5)
            outputs = [[_number(rng, size) for _ in range(k)] for _ in range(n)]
            yield Batch(outputs, [rng.randrange(k) if labels else _probabilities(rng, k) for _ in range(n)], options)
            continue
        if loss == "binary_cross_entropy":
            outputs = [_probability(rng) for _ in range(n)]
        else:
            size = rng.choice([1.0, 10.0, 1000.0])
            outputs = [_number(rng, size) for _ in range(n)]
        if loss == "hinge_loss":
            targets = [rng.choice([-1.0, 1.0]) for _ in range(n)]
        elif loss.startswith("binary"):
            targets = [rng.choice([0.0, 1.0, 0.0, 1.0, rng.random()]) for _ in range(n)]
        else:
            targets = [rng.choice([y, y + rng.gauss(0, 1), _number(rng, size)]) for y in outputs]
        yield Batch(outputs, targets, options)


def _number(rng: random.Random, size: float) -> float:
    return rng.choice([rng.gauss(0, size), rng.gauss(0, size), rng.choice([0.0, 1.0, -1.0, size, -size])])


def _probability(rng: random.Random) -> float:
    tail = 2 ** -rng.uniform(1, 1074)
    return rng.choice([rng.random(), rng.random(), 1 / (1 + math.exp(rng.gauss(0, 10))), tail, 1 - tail, 0.0, 1.0])


def _probabilities(rng: random.Random, classes: int) -> list[float]:
    label = rng.randrange(classes)
    if rng.random() < 0.7:
        return [float(j == label) for j in range(classes)]
    parts = [1.0 if j == label else rng.choice([0.0, rng.random()]) for j in range(classes)]
    return [part / sum(parts) for part in parts]


def by_pytorch(loss: str, batch: Batch) -> tuple[Any, list[Any]]:
    """The loss, a list for "none", and the gradients of its sum."""
    import torch
    from torch.nn import functional

    outputs = torch.tensor(batch.outputs, dtype=torch.float64, requires_grad=True)
    labels = isinstance(batch.targets[0], int)
    targets = torch.tensor(batch.targets, dtype=torch.int64 if labels else torch.float64)
    if loss == "hinge_loss":
        result = _reduced(torch.relu(1 - targets * outputs), batch.options["reduction"])
    elif loss == "half_sum_of_squares":
        result = functional.mse_loss(outputs, targets, **batch.options) / 2
    elif loss == "softmax_cross_entropy_with_logits":
        result = functional.cross_entropy(outputs, targets, reduction="none")
    else:
        result = getattr(functional, loss)(outputs, targets, **batch.options)
    result.sum().backward()
    return result.tolist(), outputs.grad.tolist()


def _reduced(losses: Any, reduction: str) -> Any:
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


def main() -> None:
    references = []
    for loss in LOSSES:
        for batch in batches(loss, STORED):
            value, gradient = by_pytorch(loss, batch)
            references.append({"loss": loss, **batch._asdict(), "value": value, "gradient": gradient})
    lines = ",\n".join(json.dumps(reference, allow_nan=False) for reference in references)
    REFERENCES.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
