"""`detect_anomaly`: the first nan or inf, by name, inputs and line."""

import math
import pickle
import threading
import traceback
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograd import AnomalyError, Value, detect_anomaly, exp, grad, jvp, no_grad, op, steps
from nn import MLP, mse_loss

HERE = __file__


def line_of(text: str) -> str:
    with open(HERE) as source:
        (number,) = [number for number, line in enumerate(source, 1) if text in line and '"' not in line]
    return f'  File "{HERE}", line {number}, in '


def test_a_forward_anomaly_is_named_with_inputs_and_line() -> None:
    a, b = Value(3.0, label="a"), Value(3.0, label="b")

    def loss() -> Value:
        difference = a - b
        return a / difference  # the culprit

    with detect_anomaly(), pytest.raises(AnomalyError) as error:
        loss()
    assert str(error.value) == (
        "a / v1 = inf is the first number here that is not finite\n"
        "where a = 3.0\n"
        "where v1 = a - b = 0.0\n"
        "made by\n"
        f"{line_of('# the culprit')}loss\n"
        "    return a / difference  # the culprit"
    )


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda x: x.log(), "log(x) = -inf"),
        (lambda x: 1 / x, "1 / x = inf"),
        (lambda x: (x - 1).sqrt(), "sqrt(v1) = nan"),
        (lambda x: exp(x + 1000), "exp(v1) = inf"),
        (lambda x: x.hypot(math.inf), "hypot(x, inf) = inf"),
        (lambda x: np.log(np.array([x]))[0], "log(x) = -inf"),
    ],
)
def test_all_ways_of_making_one(make, message: str) -> None:
    x = Value(0.0, label="x")
    make(x)
    for context in (detect_anomaly, detect_anomaly_without_recording):
        with context(), pytest.raises(AnomalyError) as error:
            make(x)
        assert str(error.value).startswith(message) and f'File "{HERE}"' in str(error.value)


class detect_anomaly_without_recording:
    def __enter__(self) -> None:
        self.contexts = [detect_anomaly(), no_grad()]
        for context in self.contexts:
            context.__enter__()

    def __exit__(self, *error: object) -> None:
        for context in reversed(self.contexts):
            context.__exit__(None, None, None)


def test_a_backward_anomaly_is_named_with_the_line_that_made_the_node() -> None:
    x = Value(0.0, label="x")
    with detect_anomaly():
        root = x.sqrt()  # finite, but not its slope
        y = root * 2
        for derive in (y.backward, lambda: grad(y, x)):
            with pytest.raises(AnomalyError) as error:
                derive()
            assert str(error.value) == (
                "∂v2/∂x += ∂v2/∂v1 · ∂v1/∂x = 2.0 · inf = inf is the first gradient that is not finite\n"
                "where v1 = sqrt(x) = 0.0\n"
                "where x = 0.0\n"
                "made by\n"
                f"{line_of('# finite, but not its slope')}"
                "test_a_backward_anomaly_is_named_with_the_line_that_made_the_node\n"
                "    root = x.sqrt()  # finite, but not its slope"
            )
    assert x.grad == y.grad == root.grad == 0.0
    y.backward()
    assert x.grad == math.inf


def test_an_overflow_of_the_sum_is_found() -> None:
    x = Value(1e-308)
    with detect_anomaly():
        y = x.log() * 1.0 + x.log()
        with pytest.raises(AnomalyError, match="= 1e\\+308, in sum inf, is the first gradient that is not finite"):
            y.backward()


def test_graphs_built_before_are_watched_without_a_line() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt()
    with detect_anomaly(), pytest.raises(AnomalyError) as error:
        y.backward()
    assert "made by" not in str(error.value)


def test_a_derivative_as_a_graph_is_watched() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt()
    with detect_anomaly(), pytest.raises(AnomalyError, match="= inf is the first"):
        grad(y, x, create_graph=True)
    with detect_anomaly(), pytest.raises(AnomalyError, match="= inf is the first"):
        jvp(y, x, 1.0, create_graph=True)


def test_the_line_is_the_users_not_the_networks() -> None:
    model = MLP(2, [3, 1], seed=0)
    with detect_anomaly(), pytest.raises(AnomalyError) as error:
        model([math.inf, 1.0])
    assert f'File "{HERE}"' in str(error.value) and "model([math.inf, 1.0])" in str(error.value)


def test_where_all_is_finite_nothing_changes() -> None:
    def train() -> list[float]:
        model = MLP(2, [4, 1], activation="tanh", seed=3)
        loss = mse_loss([model([0.1, x]) for x in (0.5, -1.0)], [1.0, 0.0])
        loss.backward()
        return [loss.data, *[p.grad for p in model.parameters()]]

    alone = train()
    with detect_anomaly():
        assert train() == alone


def test_it_ends_with_the_with_and_concerns_this_thread() -> None:
    others: list[float] = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: others.append(Value(0.0).log().data))
        thread.start()
        thread.join()
        with no_grad():
            assert not (Value(1.0) * 2).args
        assert (Value(1.0) * 2).args
    assert others == [-math.inf] == [Value(0.0).log().data]


def test_watched_nodes_are_values_like_others() -> None:
    x = Value(0.0, label="x")
    with detect_anomaly():
        y = x.sqrt() + 1
        assert "because" in str(steps(y)[0])
        assert str(steps(y)[-1]).endswith("because ∂sqrt(x)/∂x = 0.5 / v1")
    again = pickle.loads(pickle.dumps(y))
    assert again.data == 1.0 and isinstance(again, Value)
    with detect_anomaly(), pytest.raises(AnomalyError):
        again.backward()


def test_a_partial_that_raises_floating_point_errors_of_its_own() -> None:
    inverse = op("test_inverse", lambda x: 1.0, lambda x, out: 1 / x)
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"1\.0 · inf = inf"):
        inverse(Value(0.0)).backward()


def test_the_error_reads_well_in_a_traceback() -> None:
    with detect_anomaly():
        try:
            Value(0.0, label="p").log()
        except AnomalyError as error:
            text = "".join(traceback.format_exception_only(type(error), error))
    assert text.startswith("autograd.anomaly.AnomalyError: log(p) = -inf is the first number here")


def test_a_line_of_a_notebook_is_named_by_its_cell(tmp_path: Path) -> None:
    shell = InteractiveShell.instance(ipython_dir=str(tmp_path))
    try:
        shell.run_cell("from autograd import Value, detect_anomaly", store_history=True)
        cell = "zero = Value(0.0, label='zero')\nwith detect_anomaly():\n    1 / zero"
        error = shell.run_cell(cell, store_history=True).error_in_exec
    finally:
        InteractiveShell.clear_instance()
    assert str(error).endswith("where zero = 0.0\nmade by\n  Cell In[2], line 3\n    1 / zero")
