"""Training: what `fit` does is what a loop written by hand does; it stops, resumes and says what is wrong."""

import fcntl
import json
import math
import os
import subprocess
import sys
import termios
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_moons

from autograd import Parameter, Value
from nn import SGD, Adam
from nn.clipping import clip_grad_norm_
from nn.layers import MLP
from nn.losses import cross_entropy, hinge_loss, mse_loss
from nn.module import Module
from nn.schedules import CosineAnnealingLR, StepLR
from nn.training import Epoch, History, accuracy, fit

X = [[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0], [0.5, -1.0], [2.0, 2.0]]
Y = [1.0, -0.5, 2.0, 0.0, 1.5]
OPTIMIZERS = {
    "momentum": lambda model: SGD(model.parameters(), lr=0.05, momentum=0.9),
    "adam": lambda model: Adam(model.parameters(), lr=0.05),
}


def network(seed: int = 0) -> MLP:
    return MLP(2, [3, 1], activation="tanh", seed=seed)


def trained(make="momentum", epochs=8, X=X, Y=Y, model=None, **arguments) -> tuple[History, dict[str, float]]:
    """The history and the parameters after a training of a small network."""
    model = model or network()
    optimizer = OPTIMIZERS[make](model)
    return fit(model, X, Y, mse_loss, optimizer, epochs, **arguments), model.state_dict()


def test_two_moons_are_learned() -> None:
    points, moon = make_moons(n_samples=60, noise=0.1, random_state=1)
    model = MLP(2, [8, 1], seed=1)
    history = fit(
        model, points, 2 * moon - 1, hinge_loss, Adam(model.parameters(), lr=0.1), 20, batch_size=10, metric=accuracy
    )
    assert accuracy([model(point).data for point in points], moon) > 0.98
    assert history.losses[-1] < 0.1 < 0.3 < history.losses[0] and history.metrics[-1] > 0.95
    assert len(history.losses) == len(history.metrics) == 20 and history.validation_losses == []


@pytest.mark.parametrize("targets", [[0, 2, 1, 0, 2], np.eye(3)[[0, 2, 1, 0, 2]]], ids=["classes", "one-hot"])
def test_several_classes_are_learned(targets) -> None:
    model = MLP(2, [6, 3], activation="tanh", seed=0)
    optimizer = Adam(model.parameters(), lr=0.1)
    history = fit(model, X, targets, cross_entropy, optimizer, epochs=60, metric=accuracy, validation=(X, targets))
    assert history.metrics[-1] == history.validation_metrics[-1] == 1.0 and history.losses[-1] < 0.1


def test_weight_decay_is_the_l2_penalty() -> None:
    model, other = network(), network()
    fit(model, X, Y, mse_loss, SGD(model.parameters(), lr=0.1, weight_decay=2e-3), epochs=5)

    def penalized(outputs, targets):
        return mse_loss(outputs, targets) + 1e-3 * sum(p * p for p in other.parameters())

    fit(other, X, Y, penalized, SGD(other.parameters(), lr=0.1), epochs=5)
    assert model.state_dict() == pytest.approx(other.state_dict(), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("batch_size", [None, 5, 7, 2, 1], ids="batch_size={}".format)
@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("compiled", [False, True])
def test_a_loop_by_hand_gives_the_same(make: str, batch_size: int | None, compiled: bool) -> None:
    """To the last bit; but a program adds up the gradients of samples in another order."""
    model = network()
    optimizer = OPTIMIZERS[make](model)
    schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    losses = []
    for epoch in range(4):
        order = list(range(5))
        if batch_size in (1, 2):
            np.random.default_rng([3, epoch]).shuffle(order)
        size, total = min(batch_size or 5, 5), 0.0
        for start in range(0, 5, size):
            batch = order[start : start + size]
            loss = mse_loss([model(X[i]) for i in batch], [Y[i] for i in batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.data * len(batch) / 5
        losses.append(total)
        schedule.step()

    other = network()
    optimizer = OPTIMIZERS[make](other)
    schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    history = fit(other, X, Y, mse_loss, optimizer, 4, batch_size, schedule=schedule, seed=3, compiled=compiled)
    same = compiled is False and batch_size in (None, 5, 7)
    assert history.losses == (losses if same else pytest.approx(losses, rel=1e-14))
    expected = model.state_dict()
    assert other.state_dict() == (pytest.approx(expected, rel=1e-12) if compiled else expected)


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_are_clipped_as_by_hand(compiled: bool) -> None:
    model = network()
    optimizer = OPTIMIZERS["momentum"](model)
    lengths = []
    for _ in range(4):
        loss = mse_loss([model(x) for x in X], Y)
        optimizer.zero_grad()
        loss.backward()
        lengths.append(clip_grad_norm_(model.parameters(), 1.2))
        optimizer.step()
    assert min(lengths) < 1.2 < max(lengths), "some are clipped, and some are not"

    _, found = trained(epochs=4, clip_grad_norm=1.2, compiled=compiled)
    assert found == (pytest.approx(model.state_dict(), rel=1e-12) if compiled else model.state_dict())
    assert trained(clip_grad_norm=math.inf, compiled=compiled) == trained(compiled=compiled)


def test_the_seed_decides_about_the_order() -> None:
    def run(seed):
        return trained(batch_size=2, seed=seed)

    assert run(1) == run(1) != run(2)


class TestValidation:
    def test_a_share_or_a_number_is_held_out(self) -> None:
        seen = []

        def loss(outputs, targets):
            seen.append(sorted(targets))
            return mse_loss(outputs, targets)

        for validation in (0.4, 2):
            seen.clear()
            model = network()
            optimizer = SGD(model.parameters(), lr=0.1)
            history = fit(model, X, Y, loss, optimizer, epochs=3, validation=validation, compiled=False)
            learned, held_out = seen[-2:]
            assert (len(learned), len(held_out)) == (3, 2) and sorted(learned + held_out) == sorted(Y)
            assert len(history.validation_losses) == 3

    def test_other_samples_are_measured_after_each_epoch(self) -> None:
        model = network()
        history = fit(
            model,
            X,
            Y,
            mse_loss,
            SGD(model.parameters(), lr=0.1),
            epochs=3,
            validation=([[1.0, 1.0]], [0.5]),
            metric=lambda outputs, targets: np.abs(outputs - targets).max(),
        )
        error = model([1.0, 1.0]).data - 0.5
        assert history.validation_losses[-1] == error**2 and history.validation_metrics[-1] == abs(error)
        assert len(history.metrics) == 3

    def test_it_changes_nothing_in_what_is_learned(self) -> None:
        assert trained()[1] == trained(validation=([[1.0, 1.0]], [0.5]))[1]


def test_accuracy() -> None:
    assert accuracy([2.0, -1.0, 0.5, -0.5], [1, -1, -1, -1]) == 0.75
    assert accuracy([0.9, 0.2], [1, 0], threshold=0.5) == 1.0
    assert accuracy([[0.1, 2.0, 0.0], [3.0, 1.0, 0.0]], [1, 2]) == 0.5
    assert accuracy([[0.1, 2.0], [3.0, 1.0]], [[0, 1], [1, 0]]) == 1.0
    with pytest.raises(ValueError, match=r"a target for each of the n; got shapes \(2,\) and \(2, 1\)"):
        accuracy([1.0, -1.0], [[1], [0]])


def test_accuracy_of_one_output_in_a_row() -> None:
    assert accuracy([[2.0], [-1.0], [0.5]], [1, 0, 0]) == accuracy([[2.0], [-1.0], [0.5]], [[1], [0], [0]]) == 2 / 3
    assert accuracy([Value(2.0), Value(-1.0)], [Value(1.0), Value(1.0)]) == 0.5


@pytest.mark.parametrize(
    "outputs, targets, message",
    [
        ([0, 2, 1], [0, 1, 2], r"got 0, 1, 2; for more .* of predicted classes take np\.mean\(predicted == "),
        ([0.1, 2.0], [1, 2], "such as 1 and 0; got 1, 2; for more"),
        ([0.2, 0.4, 0.1], [0.3, 0.7, 0.0], "got 0, 0.3, 0.7;"),
        (range(7), range(7), "got 0, 1, 2, 3, 4, …;"),
        ([[1.0, 2.0, 0.0]], [3], "of 3 outputs the targets are the numbers 0 to 2, got 3"),
        ([[1.0, 2.0], [2.0, 1.0]], [1, -1], "of 2 outputs the targets are the numbers 0 to 1, got -1"),
        ([[1.0, 2.0]], [0.5], "got 0.5"),
    ],
)
def test_accuracy_of_other_targets(outputs, targets, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        accuracy(outputs, targets)


class TestStopping:
    def test_patience_returns_to_the_parameters_of_the_least_validation_loss(self) -> None:
        kept = []
        model = network()
        history = fit(
            model,
            X,
            Y,
            mse_loss,
            SGD(model.parameters(), lr=0.1, momentum=0.9),
            epochs=100,
            validation=([[3.0, -3.0]], [-0.3]),
            patience=3,
            callbacks=[lambda epoch: kept.append(epoch.model.state_dict())],
        )
        best = int(np.argmin(history.validation_losses))
        assert history.stopped == "patience" and len(history.losses) == best + 1 + 3 < 100
        assert model.state_dict() == kept[best]

    def test_without_validation_data_the_loss_is_watched(self) -> None:
        """A rate that is too large: the loss of a full batch is that of the parameters the epoch began with."""
        model = network()
        before = model.state_dict()
        history = fit(model, X, Y, mse_loss, SGD(model.parameters(), lr=100.0), epochs=50, patience=2)
        assert history.losses[0] == min(history.losses) and len(history.losses) == 3
        assert model.state_dict() == before

    def test_nan_is_no_improvement(self) -> None:
        class Line(Module):
            def __init__(self) -> None:
                self.slope = Parameter(1.0)

            def forward(self, x):
                return self.slope * x[0]

        model = Line()
        history = fit(model, [[1.0]], [0.0], mse_loss, SGD(model.parameters(), lr=1e200), epochs=20, patience=4)
        assert math.isnan(history.losses[-1]) and len(history.losses) == 5 and model.slope.data == 1.0

    def test_improving_all_along_it_ends_by_itself(self) -> None:
        assert trained("adam", epochs=5, patience=1)[0].stopped == ""

    @pytest.mark.parametrize("answer", [True, np.True_])
    def test_a_callback_that_returns_true(self, answer) -> None:
        history, _ = trained(callbacks=[lambda epoch: answer if epoch.number == 3 else None])
        assert history.stopped == "callback" and len(history.losses) == 3

    def test_other_answers_do_not_stop(self) -> None:
        history, _ = trained(callbacks=[lambda epoch: "a picture", lambda epoch: np.ones(3), lambda epoch: False])
        assert history.stopped == "" and len(history.losses) == 8

    def test_what_callbacks_are_told(self) -> None:
        told: list[Epoch] = []
        model = network()
        history, _ = trained(model=model, callbacks=[told.append])
        assert [epoch.number for epoch in told] == [*range(1, 9)]
        assert [epoch.loss for epoch in told] == history.losses
        assert told[0].model is model and told[0].history is history


class TestInterruption:
    def test_in_a_callback(self) -> None:
        def interrupt(epoch: Epoch) -> None:
            if epoch.number == 3:
                raise KeyboardInterrupt

        history, parameters = trained(callbacks=[interrupt])
        assert history.stopped == "interrupted" and len(history.losses) == 3
        assert parameters == trained(epochs=3)[1]

    @pytest.mark.parametrize("steps", range(1, 7))
    def test_in_the_middle_of_a_step(self, steps: int) -> None:
        """Where some parameters have moved and others have not, all go back to the last whole step."""

        class Interrupted(SGD):
            def step(self) -> None:
                before = self.parameters[0].data
                super().step()
                if self.steps == steps:
                    self.parameters[0].data = before
                    raise KeyboardInterrupt

        model, other = network(), network()
        optimizer = Interrupted(model.parameters(), lr=0.1, momentum=0.9)
        history = fit(model, X, Y, mse_loss, optimizer, epochs=3, batch_size=2)
        assert history.stopped == "interrupted" and len(history.losses) == (steps - 1) // 3
        assert optimizer.steps == steps - 1

        class Enough(SGD):
            def step(self) -> None:
                if self.steps == steps - 1:
                    raise KeyboardInterrupt
                super().step()

        fit(other, X, Y, mse_loss, Enough(other.parameters(), lr=0.1, momentum=0.9), epochs=3, batch_size=2)
        assert model.state_dict() == other.state_dict()

    def test_by_ctrl_c(self, tmp_path: Path) -> None:
        program = f"""
import os, signal, sys
from nn.layers import MLP
from nn.losses import mse_loss
from nn.optimizers import SGD
from nn.training import fit
model = MLP(2, [3, 1], seed=0)
optimizer = SGD(model.parameters(), lr=0.1)
press = lambda epoch: os.kill(os.getpid(), signal.SIGINT) if epoch.number == 5 else None
print(fit(model, {X}, {Y}, mse_loss, optimizer, epochs=10**9, callbacks=[press]))
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert done.stdout.startswith("<history of 5 epochs: loss ") and done.stdout.endswith("; interrupted>\n")
        assert done.stderr == ""


class Killed(Exception):
    """Stands for a power cut."""


class TestCheckpoints:
    @pytest.mark.parametrize("make", OPTIMIZERS)
    def test_resuming_at_every_tenth_step_gives_the_same_bits(self, make: str, tmp_path: Path) -> None:
        """100 steps, one an epoch, and the process begins anew after every tenth one."""

        def run(epochs: int, checkpoint: Path | None) -> tuple[History, dict[str, float], float]:
            model = network()
            optimizer = OPTIMIZERS[make](model)
            schedule = CosineAnnealingLR(optimizer, T_max=100)
            arguments = {"schedule": schedule, "validation": 1, "patience": 200, "seed": 5}
            history = fit(
                model, X, Y, mse_loss, optimizer, epochs, metric=max_error, checkpoint=checkpoint, **arguments
            )
            return history, model.state_dict(), optimizer.lr

        path = tmp_path / "run.json"
        for epochs in range(10, 101, 10):
            assert run(epochs, path) == run(epochs, None)
        assert run(100, path) == run(100, None)

    @pytest.mark.parametrize("make", OPTIMIZERS)
    def test_resuming_after_a_kill_in_the_middle_of_an_epoch(self, make: str, tmp_path: Path) -> None:
        """In an epoch there are 3 steps; at every tenth the process dies."""

        def run(dies_at: int | None) -> tuple[History, dict[str, float]]:
            model = network()
            optimizer = OPTIMIZERS[make](model)
            batches = 0

            def loss(outputs, targets):
                nonlocal batches
                batches += outputs[0].args != ()  # those that are recorded
                if batches == dies_at:
                    raise Killed
                return mse_loss(outputs, targets)

            checkpoint = tmp_path / "run.json" if dies_at else None
            history = fit(model, X, Y, loss, optimizer, 17, batch_size=2, seed=1, checkpoint=checkpoint)
            return history, model.state_dict()

        for _ in range(5):
            with pytest.raises(Killed):
                run(10)
        assert run(10**6) == run(None)

    def test_nothing_is_learned_twice(self, tmp_path: Path) -> None:
        called: list[int] = []
        arguments = {"checkpoint": tmp_path / "run.json", "callbacks": [lambda epoch: called.append(epoch.number)]}
        first = trained(epochs=4, **arguments)
        assert trained(epochs=4, **arguments) == first and called == [1, 2, 3, 4]
        trained(epochs=6, **arguments)
        assert called == [1, 2, 3, 4, 5, 6]

    def test_what_has_stopped_stays_so(self, tmp_path: Path) -> None:
        for name, arguments in {
            "callback": {"callbacks": [lambda epoch: epoch.number == 2]},
            "patience": {"patience": 2, "validation": ([[3.0, -3.0]], [-0.3]), "epochs": 100},
        }.items():
            first = trained(checkpoint=tmp_path / name, **arguments)
            assert first[0].stopped == name and trained(checkpoint=tmp_path / name, **arguments) == first

    def test_interrupted_training_goes_on_in_the_same_session(self, tmp_path: Path) -> None:
        def interrupt(epoch: Epoch) -> None:
            if epoch.number == 3 and not interrupted:
                interrupted.append(True)
                raise KeyboardInterrupt

        interrupted: list[bool] = []
        model = network()
        optimizer = OPTIMIZERS["adam"](model)
        arguments = {"batch_size": 2, "callbacks": [interrupt], "checkpoint": tmp_path / "run.json"}
        assert fit(model, X, Y, mse_loss, optimizer, 8, **arguments).stopped == "interrupted"
        history = fit(model, X, Y, mse_loss, optimizer, 8, **arguments)
        assert (history, model.state_dict()) == trained("adam", batch_size=2)

    def test_infinite_and_undefined_numbers_are_kept(self, tmp_path: Path) -> None:
        def run(checkpoint):
            model = network()
            optimizer = SGD(model.parameters(), lr=1e300)
            for epochs in (1, 2, 4):
                history = fit(model, X, Y, mse_loss, optimizer, epochs, checkpoint=checkpoint)
            return repr((history.losses, model.state_dict()))

        assert "nan" in run(tmp_path / "run.json")

    def test_files_that_are_something_else(self, tmp_path: Path) -> None:
        path = tmp_path / "run.json"
        trained(epochs=2, checkpoint=path)
        text = path.read_text()
        model = network(seed=4)
        optimizer = OPTIMIZERS["momentum"](model)

        def changed(*keys, to) -> str:
            content = json.loads(text)
            item = content
            for key in keys[:-1]:
                item = item[key]
            item[keys[-1]] = to
            return json.dumps(content)

        number = "layers.0.neurons.0.w.0"
        for contents in [
            "",
            "{}",
            "null",
            "\x80\x04cos\nsystem\n",
            "[" * 100_000,
            *(text[: len(text) * part // 20] for part in range(20)),
            changed("format", to="stepgrad checkpoint 99"),
            changed("run", to=[]),
            changed("run", "batch_size", to=3),
            changed("state", to={}),
            changed("state", "model", number, to="1.0"),
            changed("state", "model", number, to=None),
            changed("state", "model", "another", to=1.0),
            changed("state", "optimizer", "velocity", to=[0.0]),
            changed("state", "optimizer", "velocity", to={}),
            changed("state", "optimizer", "lr", to="0.1"),
            changed("state", "optimizer", "step", to=1),
            changed("state", "history", "losses", to=[0.1]),
            changed("state", "history", "losses", to=[0.1] * 1000),
            changed("state", "history", "losses", to=["0.1", "0.2"]),
            changed("state", "history", "metrics", to=[0.1]),
            changed("state", "history", "validation_losses", to="ab"),
            changed("state", "history", "stopped", to="__class__"),
            changed("state", "best", to=[]),
            changed("state", "best", to={"epoch": 1, "model": {}}),
            changed("state", "best", "epoch", to="1"),
            changed("state", "best", "epoch", to=3),
        ]:
            path.write_text(contents)
            before, settings = model.state_dict(), repr(optimizer.state_dict())
            with pytest.raises(ValueError, match=r"run\.json is no checkpoint that this training can go on from: "):
                fit(model, X, Y, mse_loss, optimizer, 8, checkpoint=path)
            assert (model.state_dict(), repr(optimizer.state_dict())) == (before, settings), contents
            assert path.read_text() == contents

    @pytest.mark.parametrize(
        "arguments, message",
        [
            ({"batch_size": 2}, "batch_size was None and is 2"),
            ({"clip_grad_norm": 1.0}, r"clip_grad_norm was None and is 1\.0"),
            ({"seed": 1}, "seed was 0 and is 1"),
            ({"make": "adam"}, "optimizer was 'SGD' and is 'Adam'"),
            ({"Y": [0.0, 1.0, 2.0, 3.0, 4.0]}, "data was '[0-9a-f]*' and is '[0-9a-f]*'"),
            ({"validation": 2}, "data was"),
            ({"epochs": 1}, "it has 2 epochs, and epochs is 1"),
            ({"model": MLP(2, [2, 1])}, "unexpected 'layers.0.neurons.2.w.0'"),
        ],
    )
    def test_a_checkpoint_of_another_training(self, arguments, message: str, tmp_path: Path) -> None:
        trained(epochs=2, checkpoint=tmp_path / "run.json")
        with pytest.raises(ValueError, match=message):
            trained(checkpoint=tmp_path / "run.json", **arguments)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        model = network()
        before = model.state_dict()
        with pytest.raises(FileNotFoundError):
            trained(model=model, checkpoint=tmp_path / "nowhere" / "run.json")
        assert model.state_dict() == before


def max_error(outputs, targets) -> float:
    return float(np.abs(outputs - targets).max())


PROGRAM = f"""
from nn.layers import MLP
from nn.losses import mse_loss
from nn.optimizers import SGD
from nn.training import fit
model = MLP(2, [3, 1], seed=0)
fit(model, {X}, {Y}, mse_loss, SGD(model.parameters(), lr=0.1), epochs=3, validation=1)
"""


class TestProgress:
    def test_in_a_pipe_it_is_silent(self) -> None:
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("", "")

    @pytest.mark.parametrize(
        "before, after, shown",
        [
            ("", "", True),
            ("import sys; sys.modules['tqdm'] = None", "", False),
            ("", ", progress=False", False),
        ],
    )
    def test_in_a_terminal_there_is_a_bar(self, before: str, after: str, shown: bool) -> None:
        terminal, end = os.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, b"\x18\x00\x78\x00" + bytes(4))  # 24 lines of 120 columns
        program = f"{before}\n{PROGRAM.replace('validation=1', 'validation=1' + after)}"
        subprocess.run([sys.executable, "-c", program], stderr=end, check=True)
        os.set_blocking(terminal, False)
        try:
            output = os.read(terminal, 100_000).decode()
        except BlockingIOError:
            output = ""
        finally:
            os.close(end)
            os.close(terminal)
        assert ("100%" in output and "3/3" in output and "loss=" in output and "validation loss=" in output) == shown
        assert bool(output) == shown


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"X": [], "Y": []}, ValueError, r"X: shape \(samples, inputs\) is expected with at least one number"),
        ({"X": [[1.0, 2.0]] * 4}, ValueError, "X has 4 rows, y has 5"),
        ({"X": [[1.0, 2.0, 3.0]] * 5}, ValueError, "takes 2 inputs, got 3"),
        ({"X": [*X[:3], [1.0, math.nan], X[4]]}, ValueError, "got nan in row 3, column 1"),
        ({"Y": [[y] for y in Y]}, ValueError, r"the model has one output, so y has shape \(5,\); got \(5, 1\)"),
        ({"epochs": 0}, ValueError, "epochs is at least 1, got 0"),
        ({"epochs": None}, TypeError, "epochs is an integer, got NoneType None"),
        ({"epochs": 2.0}, TypeError, r"epochs is an integer, got float 2\.0"),
        ({"batch_size": 0}, ValueError, "batch_size is at least 1, got 0"),
        ({"clip_grad_norm": -1}, ValueError, r"clip_grad_norm is a number of at least 0, such as 1\.0; got -1"),
        ({"clip_grad_norm": "1"}, TypeError, "clip_grad_norm is a number"),
        ({"patience": -1}, ValueError, "patience is at least 1, got -1"),
        ({"seed": -1}, ValueError, "seed is at least 0, got -1"),
        ({"validation": 5}, ValueError, "validation sets at least 1 .*apart and leaves at least 1"),
        ({"validation": 1.5}, ValueError, "a share between 0 and 1"),
        ({"validation": "half"}, TypeError, r"a share such as 0\.2, a number of samples such as 50, or samples"),
        ({"validation": ([[1.0]], [1.0])}, ValueError, r"the shapes of X are \(5, 2\) and \(1, 1\)"),
        ({"validation": (X, Y[:4])}, ValueError, "X has 5 rows, y has 4"),
        ({"metric": "accuracy"}, TypeError, "functions of outputs and targets, such as mse_loss and accuracy"),
        (
            {"callbacks": print},
            TypeError,
            "callbacks is a list of functions of an Epoch, got <built-in function print>",
        ),
        ({"schedule": 0.9}, ValueError, r"the schedule is one of this optimizer, such as StepLR\(optimizer"),
        (
            {"schedule": StepLR(SGD([Parameter(1.0)], lr=0.1), 1)},
            ValueError,
            "the schedule is one of this optimizer",
        ),
    ],
)
def test_bad_arguments_leave_the_model_as_it_was(arguments, error, message: str) -> None:
    model = network()
    before = model.state_dict()
    with pytest.raises(error, match=message):
        trained(model=model, **arguments)
    assert model.state_dict() == before and all(p.grad == 0.0 for p in model.parameters())


def test_losses_and_optimizers_that_are_none() -> None:
    model, other = network(), network()
    mine, before = SGD(model.parameters(), lr=0.1), model.state_dict()
    with pytest.raises(ValueError, match="13 of the optimizer's 13 parameters are not of this model; once the model"):
        fit(model, X, Y, mse_loss, SGD(other.parameters(), lr=0.1))
    with pytest.raises(TypeError, match=r"such as SGD\(model\.parameters\(\), lr=0\.1\); got str 'sgd'"):
        fit(model, X, Y, mse_loss, "sgd")
    with pytest.raises(TypeError, match=r"the model is a Module such as MLP\(2, \[16, 1\]\), got builtin_function"):
        fit(sum, X, Y, mse_loss, mine)
    with pytest.raises(TypeError, match="such as mse_loss and accuracy; got 'mse' and None"):
        fit(model, X, Y, "mse", mine)
    with pytest.raises(ValueError, match="label 4 is 3"):  # in a batch that would come late
        fit(model, X, [1, -1, 1, -1, 3], hinge_loss, mine, batch_size=1)
    with pytest.raises(TypeError, match='the loss gives one Value, with reduction="mean"; got list'):
        fit(model, X, Y, lambda outputs, targets: outputs, mine)
    assert model.state_dict() == before


def test_part_of_a_model_may_be_trained() -> None:
    model = network()
    before = model.state_dict()
    fit(model, X, Y, mse_loss, SGD(model.layers[1].parameters(), lr=0.1), epochs=2)
    after = model.state_dict()
    assert {path.split(".")[1] for path in before if before[path] != after[path]} == {"1"}


def test_what_a_history_says() -> None:
    assert repr(History()) == "<history of 0 epochs>"
    assert repr(History([0.25], stopped="interrupted")) == "<history of 1 epoch: loss 0.25 → 0.25; interrupted>"
    history = History([2.0, 1.0], [3.0, 4.0], stopped="patience")
    assert repr(history) == "<history of 2 epochs: loss 2 → 1, validation loss 3 → 4; stopped early>"
    assert history.courses() == {"loss": [2.0, 1.0], "validation loss": [3.0, 4.0]}
