"""Optimizers, schedules and clipping: the numbers of PyTorch, states that restore them, clear errors."""

import json
import math

import numpy as np
import pytest

import nn
from autograd import Value, values
from nn import MLP, SGD, Adam, AdamW, Optimizer, RMSprop, mse_loss, schedules
from nn.clipping import clip_grad_norm_, clip_grad_value_
from nn.schedules import CosineAnnealingLR, ExponentialLR, LinearLR, LRScheduler, SequentialLR, StepLR
from tests.make_optimizer_references import (
    CASES,
    FILE,
    KEPT,
    OPTIMIZERS,
    SAMPLES,
    SCHEDULES,
    STARTS,
    STEPS,
    rosenbrock,
    torch_path,
)

REFERENCES = json.loads(FILE.read_text())
IDS = [schedule or optimizer for optimizer, schedule in CASES]


def our_path(problem: str, optimizer: str, schedule: str | None) -> tuple[list[list[float]], list[float]]:
    """The parameters and the learning rate after each step."""
    if problem == "rosenbrock":
        parameters = [Value(x) for x in STARTS[problem]]

        def loss() -> Value:
            return rosenbrock(*parameters)
    else:
        model = MLP(2, [3, 1], activation="tanh")
        parameters = model.parameters()
        for parameter, x in zip(parameters, STARTS[problem]):
            parameter.data = x

        def loss() -> Value:
            return mse_loss([model(x) for x, _ in SAMPLES], [y for _, y in SAMPLES])

    descent = OPTIMIZERS[optimizer](nn, parameters)
    rates = SCHEDULES[schedule](schedules, descent) if schedule else None
    path, lrs = [], []
    for _ in range(STEPS):
        descent.zero_grad()
        loss().backward()
        descent.step()
        if rates:
            rates.step()
        path.append([parameter.data for parameter in parameters])
        lrs.append(descent.lr)
    return path, lrs


def worst(ours, theirs) -> float:
    """The greatest relative difference."""
    return float(np.max(np.abs(np.subtract(ours, theirs)) / np.maximum(np.abs(theirs), 1e-300)))


@pytest.mark.parametrize("optimizer, schedule", CASES, ids=IDS)
@pytest.mark.parametrize("problem", STARTS)
def test_the_numbers_are_those_of_pytorch(problem: str, optimizer: str, schedule: str | None) -> None:
    reference = REFERENCES[f"{problem} {schedule or optimizer}"]
    path, lrs = our_path(problem, optimizer, schedule)
    assert worst([path[step - 1] for step in KEPT], [reference[str(step)] for step in KEPT]) < 1e-12
    if schedule:
        assert worst(lrs[::20], reference["lr"]) < 1e-12


@pytest.mark.parametrize("optimizer, schedule", CASES, ids=IDS)
@pytest.mark.parametrize("problem", STARTS)
def test_every_step_is_that_of_the_pytorch_that_is_installed(problem, optimizer, schedule) -> None:
    pytest.importorskip("torch")
    ours, theirs = our_path(problem, optimizer, schedule), torch_path(problem, optimizer, schedule)
    print(f"{problem} {schedule or optimizer}: {worst(ours[0], theirs[0]):.1e}")
    assert worst(ours[0], theirs[0]) < 1e-12 and worst(ours[1], theirs[1]) < 1e-12


def test_the_first_example_of_pytorch_users() -> None:
    """A variable [1, 2], its target [3, 4], the mean squared error, SGD at 0.1: torch gives these numbers."""
    x = list(values([1.0, 2.0]))
    optimizer = SGD(x, lr=0.1)
    path = []
    for _ in range(10):
        optimizer.zero_grad()
        mse_loss(x, [3.0, 4.0]).backward()
        optimizer.step()
        path.append([v.data for v in x])
    assert worst(path, REFERENCES["first example"]) <= 1e-15


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parameters_without_gradient_move_as_for_a_gradient_of_0(name: str) -> None:
    """As in PyTorch, where a gradient of zeros still decays weights and lets the velocity run on."""
    x = Value(2.0)
    optimizer = OPTIMIZERS[name](nn, [x])
    decay = getattr(optimizer, "weight_decay", 0.0)
    optimizer.step()
    assert x.data < 2.0 if decay else x.data == 2.0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_is_the_step_on_plain_numbers(name: str) -> None:
    parameters = [Value(1.0), Value(-2.0)]
    stepping, updating = (OPTIMIZERS[name](nn, parameters) for _ in range(2))
    theta = np.array([1.0, -2.0])
    for gradient in ([0.5, -1.0], [0.25, 3.0], [0.0, 1.0]):
        for parameter, g in zip(parameters, gradient):
            parameter.grad = g
        stepping.step()
        before = theta.copy()
        moved = updating.update(theta, gradient)
        assert (theta == before).all() and moved is not theta
        theta = moved
        assert theta.tolist() == [parameter.data for parameter in parameters]
    assert stepping.steps == updating.steps == 3


@pytest.mark.parametrize("how", ["as it is", "through JSON", "through npz"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_restores_every_bit(name: str, how: str, tmp_path) -> None:
    rng = np.random.default_rng(1)
    gradients = rng.normal(size=(20, 3))
    parameters = [Value(x) for x in (1.0, -2.0, 0.5)]
    whole = OPTIMIZERS[name](nn, parameters)
    theta = np.array([1.0, -2.0, 0.5])
    for gradient in gradients[:10]:
        theta = whole.update(theta, gradient)
    state = whole.state_dict()
    kept = {key: np.copy(value) for key, value in state.items()}
    if how == "through JSON":
        state = json.loads(json.dumps({key: np.asarray(value).tolist() for key, value in state.items()}))
    if how == "through npz":
        np.savez(tmp_path / "state.npz", **state)
        state = np.load(tmp_path / "state.npz")
    resumed = getattr(nn, type(whole).__name__)(parameters, lr=7.0)
    resumed.load_state_dict(state)
    assert {type(value) for value in resumed.state_dict().values()} <= {int, float, bool, np.ndarray}
    resumed_theta = theta
    for gradient in gradients[10:]:
        theta, resumed_theta = whole.update(theta, gradient), resumed.update(resumed_theta, gradient)
        assert theta.tolist() == resumed_theta.tolist()
    assert all(np.array_equal(kept[key], state[key]) for key in kept), "a state is a copy"


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"lr": "0.1"}, ValueError, r"lr has shape \(\) and type float64; got shape \(\) and type <U3"),
        ({"steps": 1.5}, ValueError, "steps has .* type int64; got .* float64"),
        ({"amsgrad": 1}, ValueError, "amsgrad has .* type bool; got .* int64"),
        ({"m": [1.0]}, ValueError, r"m has shape \(2,\) .* got shape \(1,\)"),
        ({"m": [1.0, None]}, ValueError, "got .* type object"),
        ({"more": 1.0}, ValueError, r"no state of Adam: missing \[\], unexpected \['more'\]"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message: str) -> None:
    optimizer = Adam([Value(1.0), Value(2.0)])
    optimizer.update([1.0, 2.0], [1.0, 2.0])
    before = repr(optimizer.state_dict())
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(optimizer.state_dict() | {"beta1": 0.5} | change)
    assert repr(optimizer.state_dict()) == before


def test_what_diverges_becomes_infinite_without_a_warning() -> None:
    optimizer = SGD([Value(1.0)], lr=1e300)
    theta = np.array([1.0])
    for _ in range(3):
        theta = optimizer.update(theta, theta)
    assert math.isnan(theta[0]) or math.isinf(theta[0])


def test_a_gradient_that_never_changes_has_no_negative_variance() -> None:
    optimizer = RMSprop([Value(0.0)], alpha=0.5, centered=True)
    theta = np.zeros(1)
    for _ in range(200):
        theta = optimizer.update(theta, [1 / 3])
    assert math.isfinite(theta[0])


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_from_its_state(name: str) -> None:
    def made(lr: float) -> tuple[SGD, LRScheduler]:
        optimizer = SGD([Value(1.0)], lr=lr)
        return optimizer, SCHEDULES[name](schedules, optimizer)

    whole, resumed = made(0.3), made(0.001)
    for _ in range(25):
        whole[1].step()
    resumed[1].load_state_dict(json.loads(json.dumps(whole[1].state_dict())))
    for _ in range(100):
        assert whole[0].lr == resumed[0].lr == whole[1].rate(whole[1].last_epoch)
        whole[1].step()
        resumed[1].step()


def test_a_sequence_starts_from_the_rate_before_its_parts_were_made() -> None:
    optimizer = SGD([Value(1.0)], lr=1.0)
    decay = LinearLR(optimizer, 0.5, 0.0, total_iters=2)
    warm_up = LinearLR(optimizer, 0.25, total_iters=2)
    whole = SequentialLR(optimizer, [SequentialLR(optimizer, [warm_up], []), decay], [2])
    assert [whole.rate(epoch) for epoch in range(5)] == [0.25, 0.625, 0.5, 0.25, 0.0]


def test_clipping_the_norm() -> None:
    x, y = Value(1.0), Value(1.0)
    x.grad, y.grad = 3e200, -4e200
    assert clip_grad_norm_([x, y], math.inf) == pytest.approx(5e200, rel=1e-15) and x.grad == 3e200
    assert clip_grad_norm_([x, y], 0.5) == pytest.approx(5e200, rel=1e-15)
    assert (x.grad, y.grad) == pytest.approx((0.3, -0.4), rel=1e-15)
    assert clip_grad_norm_([x, y], 0.6) == pytest.approx(0.5) and x.grad == pytest.approx(0.3)
    x.grad = math.nan
    assert math.isnan(clip_grad_norm_([x, y], 1.0)) and math.isnan(y.grad)


def test_clipping_values() -> None:
    xs = [Value(1.0) for _ in range(4)]
    for x, g in zip(xs, (-7.0, 0.5, math.inf, math.nan)):
        x.grad = g
    clip_grad_value_(xs, 2.0)
    assert [x.grad for x in xs[:3]] == [-2.0, 0.5, 2.0] and math.isnan(xs[3].grad)


def test_clipping_as_pytorch_does() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    for max_norm in (0.1, 1.0, 100.0):
        theirs = torch.tensor(rng.normal(size=5), requires_grad=True)
        theirs.grad = torch.tensor(rng.normal(size=5))
        ours = [Value(0.0) for _ in range(5)]
        for x, g in zip(ours, theirs.grad.tolist()):
            x.grad = g
        norm = torch.nn.utils.clip_grad_norm_([theirs], max_norm).item()
        assert clip_grad_norm_(ours, max_norm) == pytest.approx(norm, rel=1e-15)
        assert worst([x.grad for x in ours], theirs.grad.tolist()) < 1e-15


def one(make=SGD, **settings) -> Optimizer:
    return make([Value(1.0)], **settings)


X = Value(1.0)
OPTIMIZER = one(lr=1.0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: SGD([]), ValueError, r"no parameters to optimize: pass model\.parameters\(\)"),
        (lambda: SGD(MLP(1, [1])), TypeError, r"a list of Values: pass model\.parameters\(\); got MLP"),
        (lambda: SGD([1.0]), TypeError, r"parameters are Values: .* parameter 0 is float 1\.0"),
        (lambda: SGD([X, X]), ValueError, "may stand once; parameter 1 is there before: Value"),
        (lambda: SGD([X, X * 2]), ValueError, "made by hand; parameter 1 was computed by mul: pass what"),
        (lambda: one(lr=-1.0), ValueError, r"lr is a number of at least 0, such as 0\.1; got -1\.0"),
        (lambda: one(lr=math.nan), ValueError, "lr is a number of at least 0.*; got nan"),
        (lambda: one(lr=math.inf), ValueError, "lr .*; got inf"),
        (lambda: one(lr="fast"), TypeError, r"lr is a number, such as 0\.1; got str 'fast'"),
        (lambda: one(momentum=-0.1), ValueError, r"momentum .* such as 0\.9; got -0\.1"),
        (lambda: one(weight_decay=math.nan), ValueError, "weight_decay .* got nan"),
        (lambda: one(nesterov=True), ValueError, r"needs a momentum above 0 and no .* got momentum=0\.0, dampening"),
        (lambda: one(momentum=0.9, dampening=0.1, nesterov=True), ValueError, r"got momentum=0\.9, dampening=0\.1"),
        (lambda: one(Adam, betas=(1.0, 0.9)), ValueError, r"betas\[0\] is .* at least 0 and below 1.*; got 1\.0"),
        (lambda: one(AdamW, betas=(0.9, -0.1)), ValueError, r"betas\[1\] is .* got -0\.1"),
        (lambda: one(Adam, betas=0.9), TypeError, r"betas are two numbers, such as \(0\.9, 0\.999\); got 0\.9"),
        (lambda: one(Adam, eps=-1e-8), ValueError, "eps .* such as 1e-08; got -1e-08"),
        (lambda: one(RMSprop, alpha=1.5), ValueError, r"alpha .* below 1.*; got 1\.5"),
        (lambda: one(Optimizer, lr=0.1).step(), NotImplementedError, "Optimizer defines no rule"),
        (
            lambda: OPTIMIZER.update([1.0, 2.0], [1.0, 2.0]),
            ValueError,
            r"shape \(1,\), one .*; got \(2,\) and .* \(2,\)",
        ),
        (lambda: OPTIMIZER.load_state_dict(3), TypeError, r"state_dict\(\) of the same kind gave; got int 3"),
        (lambda: LRScheduler(OPTIMIZER), NotImplementedError, "LRScheduler defines no rate"),
        (lambda: StepLR(0.1, 10), TypeError, r"takes the optimizer first, e\.g\. StepLR.*; got float 0\.1"),
        (lambda: StepLR(OPTIMIZER, 0), ValueError, "step_size is a number of epochs of at least 1.*; got 0"),
        (lambda: StepLR(OPTIMIZER, 2.5), TypeError, r"step_size is a whole number of epochs.*; got float 2\.5"),
        (lambda: ExponentialLR(OPTIMIZER, -0.5), ValueError, r"gamma .* got -0\.5"),
        (lambda: CosineAnnealingLR(OPTIMIZER, 10, math.nan), ValueError, "eta_min .* got nan"),
        (lambda: LinearLR(OPTIMIZER, 0.0), ValueError, r"start_factor is above 0.*; got start_factor=0\.0"),
        (lambda: LinearLR(OPTIMIZER, end_factor=2.0), ValueError, r"end_factor=2\.0"),
        (lambda: StepLR(OPTIMIZER, 9).load_state_dict({}), ValueError, r"base_lr and last_epoch.*; got \{\}"),
        (
            lambda: StepLR(OPTIMIZER, 9).load_state_dict({"base_lr": 1.0, "last_epoch": -2}),
            ValueError,
            "last_epoch .* got -2",
        ),
        (lambda: SequentialLR(OPTIMIZER, [], []), ValueError, "at least one schedule.*; got 0 schedules"),
        (lambda: SequentialLR(OPTIMIZER, [StepLR(OPTIMIZER, 9)], [5]), ValueError, r"got 1 schedules and .* \[5\]"),
        (lambda: SequentialLR(OPTIMIZER, [StepLR(one(), 9)], []), ValueError, "of its own optimizer.* schedule 0 is"),
        (
            lambda: SequentialLR(OPTIMIZER, [StepLR(OPTIMIZER, 9)] * 3, [5, 5]),
            ValueError,
            r"rising order, e\.g\. \[5, 20\]; got \[5, 5\]",
        ),
        (lambda: clip_grad_norm_([], 1.0), ValueError, "no parameters"),
        (lambda: clip_grad_norm_([X], -1.0), ValueError, r"max_norm .* at least 0.*; got -1\.0"),
        (lambda: clip_grad_norm_([X], math.nan), ValueError, "max_norm .* got nan"),
        (lambda: clip_grad_value_([X], None), TypeError, "clip_value is a number.*; got NoneType"),
        (lambda: clip_grad_value_(3, 1.0), TypeError, "a list of Values"),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
