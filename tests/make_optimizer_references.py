"""Write optimizer_references.json: where PyTorch's optimizers and schedules lead on two problems.

It needs torch; the numbers in the repository are those of PyTorch 2.13: `python -m tests.make_optimizer_references`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("optimizer_references.json")
STEPS = 200
KEPT = [1, 2, 20, 200]  # steps whose parameters are written

STARTS = {
    "rosenbrock": [-1.2, 1.0],
    "network": [0.43, -0.71, 0.17, -0.94, 0.36, -0.25, 0.61, 0.83, 0.38, 0.74, -0.52, 0.96, 0.21],
}
# Targets so far away that no rule reaches them: near a minimum steps swing, and rounding grows until paths part.
SAMPLES = [((0.5, 1.0), 30.0), ((0.8, 0.3), 20.0), ((1.0, 1.2), 25.0)]

# Each makes the same of PyTorch's modules and of ours.
OPTIMIZERS: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda optim, p: optim.SGD(p),
    "SGD momentum": lambda optim, p: optim.SGD(p, lr=1e-4, momentum=0.9),
    "SGD dampening": lambda optim, p: optim.SGD(p, lr=1e-3, momentum=0.8, dampening=0.5, weight_decay=0.1),
    "SGD nesterov": lambda optim, p: optim.SGD(p, lr=1e-4, momentum=0.9, weight_decay=0.01, nesterov=True),
    "Adagrad": lambda optim, p: optim.Adagrad(p),
    "Adagrad decay": lambda optim, p: optim.Adagrad(p, 0.5, 0.01, 0.1, 0.2, 1e-6),
    "RMSprop": lambda optim, p: optim.RMSprop(p),
    "RMSprop momentum": lambda optim, p: optim.RMSprop(p, 2e-4, 0.9, 1e-6, 0.1, 0.5),
    "RMSprop centered": lambda optim, p: optim.RMSprop(p, lr=1e-3, momentum=0.3, centered=True),
    "Adadelta": lambda optim, p: optim.Adadelta(p),
    "Adadelta rho": lambda optim, p: optim.Adadelta(p, 0.5, 0.8, 1e-5, 0.1),
    "Adam": lambda optim, p: optim.Adam(p),
    "Adam betas": lambda optim, p: optim.Adam(p, 0.02, (0.8, 0.95), 1e-6, 0.1),
    "Adam amsgrad": lambda optim, p: optim.Adam(p, lr=0.05, betas=(0.9, 0.9), amsgrad=True),
    "AdamW": lambda optim, p: optim.AdamW(p),
    "AdamW decay": lambda optim, p: optim.AdamW(p, 0.02, (0.8, 0.95), 1e-6, 0.5, True),
    "Adamax": lambda optim, p: optim.Adamax(p),
    "Adamax betas": lambda optim, p: optim.Adamax(p, 0.01, (0.7, 0.99), 1e-4, 0.1),
    "NAdam": lambda optim, p: optim.NAdam(p),
    "NAdam decay": lambda optim, p: optim.NAdam(p, 0.01, (0.8, 0.99), 1e-6, 0.1, 0.05),
}
SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda schedules, o: schedules.StepLR(o, 30),
    "StepLR gamma": lambda schedules, o: schedules.StepLR(o, step_size=7, gamma=0.9),
    "ExponentialLR": lambda schedules, o: schedules.ExponentialLR(o, 0.98),
    "CosineAnnealingLR": lambda schedules, o: schedules.CosineAnnealingLR(o, 60),
    "CosineAnnealingLR eta_min": lambda schedules, o: schedules.CosineAnnealingLR(o, T_max=70, eta_min=1e-4),
    "LinearLR": lambda schedules, o: schedules.LinearLR(o),
    "LinearLR factors": lambda schedules, o: schedules.LinearLR(o, 0.8, 0.1, 150),
    "SequentialLR": lambda schedules, o: schedules.SequentialLR(
        o,
        [
            schedules.LinearLR(o, 0.1, total_iters=10),
            schedules.CosineAnnealingLR(o, 80, 1e-3),
            schedules.ExponentialLR(o, 0.95),
        ],
        milestones=[10, 90],
    ),
}
# Schedules are tried on an optimizer whose every step depends on all rates before.
CASES = [(name, None) for name in OPTIMIZERS] + [("Adam betas", name) for name in SCHEDULES]


def rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def torch_path(problem: str, optimizer: str, schedule: str | None) -> tuple[list[list[float]], list[float]]:
    """The parameters and the learning rate after each step of PyTorch."""
    import torch

    theta = torch.tensor(STARTS[problem], dtype=torch.float64, requires_grad=True)
    x, y = (torch.tensor(column, dtype=torch.float64) for column in zip(*SAMPLES))

    def loss() -> Any:
        if problem == "rosenbrock":
            return rosenbrock(*theta)
        hidden, output = theta[:9].reshape(3, 3), theta[9:]
        outputs = torch.tanh(x @ hidden[:, :2].T + hidden[:, 2]) @ output[:3] + output[3]
        return torch.nn.functional.mse_loss(outputs, y)

    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in the default type
    try:
        return _path(theta, loss, optimizer, schedule, torch)
    finally:
        torch.set_default_dtype(usual)


def _path(
    theta: Any, loss: Callable[[], Any], optimizer: str, schedule: str | None, torch: Any
) -> tuple[list[list[float]], list[float]]:
    descent = OPTIMIZERS[optimizer](torch.optim, [theta])
    rates = SCHEDULES[schedule](torch.optim.lr_scheduler, descent) if schedule else None
    path, lrs = [], []
    for _ in range(STEPS):
        descent.zero_grad()
        loss().backward()
        descent.step()
        if rates:
            rates.step()
        path.append(theta.tolist())
        lrs.append(descent.param_groups[0]["lr"])
    return path, lrs


def torch_first_example() -> list[list[float]]:
    """A variable [1, 2], its target [3, 4], the mean squared error, SGD at 0.1: where each of ten steps leads."""
    import torch

    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([3.0, 4.0], dtype=torch.float64)
    optimizer = torch.optim.SGD([x], lr=0.1)
    path = []
    for _ in range(10):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(x, target).backward()
        optimizer.step()
        path.append(x.tolist())
    return path


def main() -> None:
    lines = [f'"first example": {json.dumps(torch_first_example())}']
    for problem in STARTS:
        for optimizer, schedule in CASES:
            path, lrs = torch_path(problem, optimizer, schedule)
            kept: dict[str, Any] = {str(step): path[step - 1] for step in KEPT}
            if schedule:
                kept["lr"] = lrs[::20]
            lines.append(f"{json.dumps(f'{problem} {schedule or optimizer}')}: {json.dumps(kept)}")
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
