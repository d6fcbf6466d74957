"""`fit` with programs: it learns what the Values learn, and leaves alone what one recording cannot stand for."""

import random

import numpy as np
import pytest

from autograd import AnomalyError, Parameter, detect_anomaly, log_softmax, maximum, op, relu
from nn import (
    MLP,
    SGD,
    Adam,
    Module,
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    fit,
    half_sum_of_squares,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
)
from nn.programs import programs_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
SIGNS, LABELS = np.sign(X[:, 0]), RNG.integers(0, 4, size=20)
ONE_HOT = np.eye(4)[LABELS]
SOFT = np.abs(X[:, :1]) / 4 @ [[1, -1, 0, 0]] * 0.1 + 0.25

TASKS = {
    "mse": (1, "identity", mse_loss, X[:, 1]),
    "mse of rows": (4, "identity", mse_loss, ONE_HOT),
    "half": (1, "identity", half_sum_of_squares, X[:, 1]),
    "l1": (1, "identity", l1_loss, X[:, 1]),
    "huber": (1, "identity", huber_loss, 3 * X[:, 1]),
    "hinge": (1, "identity", hinge_loss, SIGNS),
    "bce": (1, "sigmoid", binary_cross_entropy, (SIGNS > 0).astype(int)),
    "bce with logits": (1, "identity", binary_cross_entropy_with_logits, (SIGNS > 0).astype(int)),
    "labels": (4, "identity", cross_entropy, LABELS),
    "one-hot": (4, "identity", cross_entropy, ONE_HOT),
    "probabilities": (4, "identity", cross_entropy, SOFT),
    "nll": (4, "log_softmax", nll_loss, LABELS),
}


class LogSoftmax(Module):
    def __init__(self) -> None:
        self.body = network(4)

    def forward(self, x):
        return log_softmax(self.body(x))


def network(outputs: int = 1, activation: str = "identity") -> Module:
    if activation == "log_softmax":
        return LogSoftmax()
    return MLP(3, [5, outputs], activation="tanh", output_activation=activation, seed=1)


@pytest.mark.parametrize("name", TASKS)
def test_all_losses_are_compiled_and_learn_the_same(name: str) -> None:
    outputs, activation, loss, y = TASKS[name]
    models, histories = [], []
    for compiled in (True, False):
        model = network(outputs, activation)
        optimizer = Adam(model.parameters(), lr=0.02)
        assert programs_of(model, loss, optimizer, (X, y)) is not None
        history = fit(
            model, X, y, loss, optimizer, 10, batch_size=6, validation=(X, y), metric=scale, compiled=compiled
        )
        models.append(model.state_dict())
        histories.append(history.courses())
    assert models[0] == pytest.approx(models[1], rel=1e-9, abs=1e-12)
    for course in histories[0]:
        assert histories[0][course] == pytest.approx(histories[1][course], rel=1e-9)


def scale(outputs, targets) -> float:
    return float(np.abs(outputs).sum())


def learn(model: Module, loss, y=SIGNS, **arguments) -> bool:
    """Whether a training is compiled."""
    return programs_of(model, loss, SGD(model.parameters(), lr=0.1), (X, y)) is not None


@pytest.mark.parametrize(
    "activation",
    [
        lambda z: z if z.data > 0 else 0.01 * z,
        lambda z: z * z if abs(z) > 1 else z,
        lambda z: relu(z) * random.random(),
    ],
    ids=["branch on data", "branch on a comparison", "chance"],
)
def test_a_model_that_branches_is_not_compiled(activation) -> None:
    assert not learn(MLP(3, [5, 1], activation=activation, seed=0), mse_loss)


def test_a_model_that_takes_numbers_only_is_not_compiled() -> None:
    class Table(Module):
        def __init__(self) -> None:
            self.w = [Parameter(0.5) for _ in range(9)]

        def forward(self, x):
            return self.w[round(x[0]) % 9]

    assert not learn(Table(), mse_loss)


def test_a_loss_that_is_no_mean_over_samples_is_not_compiled() -> None:
    def worst(outputs, targets):
        return maximum(*[abs(y - t) for y, t in zip(outputs, targets)])

    assert learn(network(), lambda outputs, targets: mse_loss(outputs, targets) + 1.0)
    assert not learn(network(), worst)
    assert not learn(network(), lambda outputs, targets: (mse_loss if len(targets) < 3 else worst)(outputs, targets))


def test_an_optimizer_with_a_step_of_its_own_is_not_bypassed() -> None:
    class Counting(SGD):
        def step(self) -> None:
            super().step()
            counted.append(self.steps)

    counted: list[int] = []
    model = network()
    fit(model, X, SIGNS, mse_loss, Counting(model.parameters(), lr=0.1), 3)
    assert counted == [1, 2, 3]


def test_trying_leaves_the_parameters_alone() -> None:
    model = network()
    before = model.state_dict()
    assert learn(model, hinge_loss) and model.state_dict() == before
    assert all(parameter.grad == 0 for parameter in model.parameters())


def test_a_part_of_a_model_learns_and_a_value_of_the_loss_stays() -> None:
    scale_of_loss = Parameter(3.0)

    def loss(outputs, targets):
        return scale_of_loss * mse_loss(outputs, targets)

    models = []
    for compiled in (True, False):
        model = network()
        head = model.layers[1].parameters()
        fit(model, X, SIGNS, loss, SGD(head, lr=0.1), 5, compiled=compiled)
        models.append(model)
    assert models[0].state_dict() == pytest.approx(models[1].state_dict(), rel=1e-12)
    assert models[0].layers[0].state_dict() == network().layers[0].state_dict()
    assert scale_of_loss.data == 3


def test_callbacks_see_and_may_change_the_parameters() -> None:
    seen: dict[bool, list[float]] = {True: [], False: []}
    for compiled in (True, False):
        model = network()
        weight = model.layers[0].neurons[0].w[0]

        def look(epoch, weight=weight, compiled=compiled) -> None:
            seen[compiled].append(weight.data)
            weight.data += 0.1

        fit(model, X, SIGNS, mse_loss, SGD(model.parameters(), lr=0.1), 4, callbacks=[look], compiled=compiled)
        seen[compiled].append(weight.data)
    assert seen[True] == pytest.approx(seen[False], rel=1e-12) and len(set(seen[True])) == 5


def test_what_a_callback_raises_leaves_the_parameters_of_that_epoch() -> None:
    model, other = network(), network()

    def stop(epoch) -> None:
        if epoch.number == 3:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        fit(model, X, SIGNS, mse_loss, SGD(model.parameters(), lr=0.1), 5, callbacks=[stop])
    fit(other, X, SIGNS, mse_loss, SGD(other.parameters(), lr=0.1), 3)
    assert model.state_dict() == other.state_dict()


def test_accuracy_while_learning() -> None:
    model = network()
    history = fit(model, X, SIGNS, hinge_loss, Adam(model.parameters(), lr=0.1), 30, metric=accuracy)
    assert history.metrics[-1] == 1.0


def test_an_operation_of_ones_own_is_learned_with_values() -> None:
    softclip = op("softclip_of_fit", lambda x: x / (1 + abs(x)), lambda x, out: (1 - abs(out)) ** 2)
    model = MLP(3, [4, 1], activation=softclip, seed=0)
    assert not learn(model, mse_loss)
    history = fit(model, X, SIGNS, mse_loss, SGD(model.parameters(), lr=0.1), 5)
    assert history.losses[-1] < history.losses[0]


def test_a_sum_is_told_from_a_mean_where_most_losses_are_0() -> None:
    def total(outputs, targets):
        return hinge_loss(outputs, targets, reduction="sum")

    models = []
    for compiled in (True, False):
        model = network()
        fit(model, X, SIGNS, hinge_loss, Adam(model.parameters(), lr=0.1), 60)
        assert learn(model, total)
        fit(model, X, SIGNS, total, SGD(model.parameters(), lr=0.01), 5, compiled=compiled)
        models.append(model.state_dict())
    assert models[0] == pytest.approx(models[1], rel=1e-9)


def test_a_loss_that_is_always_0_tells_nothing() -> None:
    assert not learn(network(), lambda outputs, targets: 0 * mse_loss(outputs, targets))


def test_anomalies_are_detected_in_a_training() -> None:
    model = network()
    model.layers[1].neurons[0].b.data = float("inf")
    with pytest.raises(AnomalyError), detect_anomaly():
        fit(model, X, SIGNS, mse_loss, SGD(model.parameters(), lr=0.1), 1)
