"""Every loss: what it is, how exact it is beside PyTorch and mpmath, and what it says of bad input."""

import json
import math
from collections import Counter

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from autograd import Value, detect_anomaly, formula, grad, gradcheck, hessian
from nn import losses
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_sum_of_squares,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    softmax_cross_entropy_with_logits,
)
from tests.make_loss_references import LOSSES, OF_CLASSES, REFERENCES, Batch, batches, by_pytorch
from tests.oracle import DIGITS, error_in_ulps, log_share, share

NAN = float("nan")


def flat(numbers) -> list:
    return [x for row in numbers for x in (row if isinstance(row, list) else [row])]


def as_values(outputs) -> list:
    return [list(map(Value, row)) if isinstance(row, list) else Value(row) for row in outputs]


def ours(loss: str, batch: Batch) -> tuple:
    """The losses, one or one for each sample, and the gradients of their sum, all in flat lists."""
    outputs = as_values(batch.outputs)
    if loss.startswith("softmax"):
        result = softmax_cross_entropy_with_logits(labels=batch.targets, logits=outputs)
    else:
        result = getattr(losses, loss)(outputs, batch.targets, **batch.options)
    values = result if isinstance(result, list) else [result]
    for value in values:
        value.backward()
    return [value.data for value in values], [x.grad for x in flat(outputs)]


def log_of(p):
    return max(mpmath.log(p), mpf(-100)) if p else mpf(-100)


def bce(p, t) -> tuple:
    up = [-t / p] if p and mpmath.log(p) > -100 else []
    down = [(1 - t) / (1 - p)] if p < 1 else []
    return -(t * log_of(p) + (1 - t) * (mpmath.log1p(-p) if p < 1 else -100)), up + down


def bce_with_logits(x, t) -> tuple:
    up, down = (mpmath.log1p(mpmath.exp(z)) for z in (x, -x))
    return t * down + (1 - t) * up, [-t / (1 + mpmath.exp(x)), (1 - t) / (1 + mpmath.exp(-x))]


def huber(e, delta) -> tuple:
    small = abs(e) <= delta
    return (e * e / 2 if small else delta * (abs(e) - delta / 2)), [e if small else delta * mpmath.sign(e)]


def of_probabilities(xs, t) -> tuple:
    """Here and above: the loss, and of each gradient the terms that it is the sum of."""
    t = [mpf(j == t) for j in range(len(xs))] if isinstance(t, int) else t
    others = [[*xs[:j], *xs[j + 1 :]] for j in range(len(xs))]
    p = [share(j, *xs) for j in range(len(xs))]
    value = -mpmath.fsum(t_j * log_share(x, *rest) for t_j, x, rest in zip(t, xs, others) if t_j)
    if 1 in t:
        return value, [[-sum(p[:j] + p[j + 1 :]) if t_j else p_j] for j, (t_j, p_j) in enumerate(zip(t, p))]
    return value, [[p_j * sum(t), -t_j] for t_j, p_j in zip(t, p)]


EXACT = {
    "mse_loss": lambda y, t: ((y - t) ** 2, [2 * (y - t)]),
    "half_sum_of_squares": lambda y, t: ((y - t) ** 2 / 2, [y - t]),
    "l1_loss": lambda y, t: (abs(y - t), [mpmath.sign(y - t)]),
    "hinge_loss": lambda y, t: (max(1 - t * y, mpf(0)), [-t if t * y < 1 else mpf(0)]),
    "binary_cross_entropy": bce,
    "binary_cross_entropy_with_logits": bce_with_logits,
    "cross_entropy": of_probabilities,
    "nll_loss": lambda xs, t: (-xs[t], [[mpf(-1) if j == t else mpf(0)] for j in range(len(xs))]),
    "softmax_cross_entropy_with_logits": of_probabilities,
}


def exact(loss: str, batch: Batch) -> tuple:
    """The same at 50 digits; gradients with the sum of their terms' sizes, of which float64 can lose 2**-52."""
    values, gradients = [], []
    for y, t in zip(batch.outputs, batch.targets):
        y = list(map(mpf, y)) if isinstance(y, list) else mpf(y)
        t = list(map(mpf, t)) if isinstance(t, list) else t if isinstance(t, int) else mpf(t)
        if loss == "huber_loss":
            value, slopes = huber(y - t, mpf(batch.options["delta"]))
        else:
            value, slopes = EXACT[loss](y, t)
        values.append(value)
        gradients += slopes if loss in OF_CLASSES else [slopes]
    reduction = batch.options.get("reduction", "none")
    n = len(values) if reduction == "mean" else 1
    if reduction != "none":
        values = [mpmath.fsum(values) / n]
    return values, [(mpmath.fsum(terms) / n, mpmath.fsum(map(abs, terms)) / n) for terms in gradients]


def judge(loss: str, batch: Batch, theirs: tuple | None = None) -> Counter:
    """How many numbers are within 4 ulp of mpmath, or as near to it as rounded terms that cancel can be.

    Beside PyTorch's, how many are within 4 ulp of these, or nearer to mpmath.
    """
    found: Counter = Counter()
    with mp.workdps(DIGITS):
        values, gradients = exact(loss, batch)
        wanted = [(value, abs(value)) for value in values] + gradients
        numbers = flat(ours(loss, batch))
        others = flat([theirs[0], *theirs[1]]) if theirs else numbers
        assert len(numbers) == len(wanted) == len(others)
        for x, (truth, size), other in zip(numbers, wanted, others):
            error = abs(x - truth)
            cancels = size > 1.01 * abs(truth) and error <= size * 2**-51
            assert error_in_ulps(x, truth) <= 4 or cancels, (batch, x, float(truth))
            if abs(x - other) <= 4 * math.ulp(other):
                found["as PyTorch"] += 1
            elif error <= abs(other - truth):
                found["nearer"] += 1
            else:
                assert cancels, (batch, x, other, float(truth))
                found["cancels"] += 1
    return found


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_gradients_at_50_digits(loss: str) -> None:
    for batch in batches(loss, 100):
        judge(loss, batch)


REFERENCE = json.loads(REFERENCES.read_text())


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_gradients_as_pytorch_gave_them(loss: str) -> None:
    stored = [reference for reference in REFERENCE if reference["loss"] == loss]
    assert stored
    for reference in stored:
        batch = Batch(reference["outputs"], reference["targets"], reference["options"])
        judge(loss, batch, (reference["value"], reference["gradient"]))


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_gradients_beside_pytorch(loss: str) -> None:
    """1,000 batches each. `pytest -s` shows how many numbers were within 4 ulp of PyTorch's, or nearer to mpmath."""
    pytest.importorskip("torch")
    found = sum((judge(loss, batch, by_pytorch(loss, batch)) for batch in batches(loss, 1000)), Counter())
    print(loss, dict(found))


def test_reductions() -> None:
    outputs, targets = [Value(1.0), Value(4.0)], [2.0, 2.0]
    assert [x.data for x in mse_loss(outputs, targets, reduction="none")] == [1.0, 4.0]
    assert mse_loss(outputs, targets, reduction="sum").data == 5.0
    assert half_sum_of_squares(outputs, targets).data == 2.5
    assert [x.data for x in half_sum_of_squares(outputs, targets, "none")] == [0.5, 2.0]
    assert hinge_loss(outputs, [1, -1], "sum").data == 5.0
    rows = [[Value(0.0), Value(0.0)]] * 3
    assert cross_entropy(rows, [0, 1, 1], "sum").data == pytest.approx(3 * math.log(2), rel=1e-15)


def test_rows_of_outputs_count_alike() -> None:
    outputs, targets = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], np.array([[1.0, 0.0], [0.0, 0.0]])
    assert mse_loss(outputs, targets).data == 29 / 4
    assert l1_loss(np.array(outputs), targets, "none")[1].data == 2.0
    assert mse_loss([Value(1.0), Value(2.0)], [[1.0], [4.0]]).data == 2.0  # a column of targets


def test_numpy_arrays_are_sequences() -> None:
    scores = np.array([Value(0.5), Value(-3.0)])
    assert hinge_loss(scores, np.array([1, -1])).data == 0.25
    assert binary_cross_entropy_with_logits(scores, np.array([True, False])).data > 0
    logits = np.array([[Value(0.0), Value(1.0)], [Value(2.0), Value(3.0)]])
    labelled = cross_entropy(logits, np.array([1, 0], dtype=np.int32))
    assert labelled.data == cross_entropy(list(map(tuple, logits)), np.eye(2)[[1, 0]]).data
    assert labelled.data == cross_entropy(logits, [np.float64(1.0), 0.0]).data
    assert nll_loss(logits, np.eye(2)).data == nll_loss(logits, [0, 1]).data == -1.5


def test_plain_numbers_give_plain_numbers() -> None:
    assert mse_loss([1.0, 2.0], [3.0, 2.0]) == 2.0
    assert cross_entropy([[0.0, 0.0]], [0]) == math.log(2)
    assert type(binary_cross_entropy(np.array([0.5, 1.0]), [1, 1])) is float


@pytest.mark.parametrize("x", [-1000.0, 1000.0])
def test_logits_of_a_thousand_are_ordinary(x: float) -> None:
    with detect_anomaly():
        for label in (0, 1):
            a, b = Value(x), Value(x)
            loss = cross_entropy([[a, Value(0.0)]], [label])
            loss.backward()
            binary_cross_entropy_with_logits([b], [1 - label]).backward()
            assert loss.data == (1000.0 if (x > 0) == (label == 1) else 0.0)
            assert a.grad == b.grad == loss.data / x


def test_a_network_that_is_almost_sure_still_feels_a_slope() -> None:
    """PyTorch gives 0 for the first, 1 minus a probability that float64 cannot tell from 1."""
    x = [Value(40.0), Value(0.0)]
    assert grad(cross_entropy([x], [0]), x) == pytest.approx([-math.exp(-40), math.exp(-40)], rel=1e-15)
    assert cross_entropy([x], [0]).data == pytest.approx(math.exp(-40), rel=1e-15)


def test_the_same_loss_by_other_names() -> None:
    x, y = Value(0.3), Value(-1.2)
    sigmoid = binary_cross_entropy([x.sigmoid(), y.sigmoid()], [1, 0])
    softmax = cross_entropy([[0.0, x], [0.0, y]], [1, 0])
    logits = binary_cross_entropy_with_logits([x, y], [1, 0])
    for loss in (sigmoid, softmax):
        assert loss.data == pytest.approx(logits.data, rel=1e-15)
        assert grad(loss, [x, y]) == pytest.approx(grad(logits, [x, y]), rel=1e-14)


def test_logarithms_count_at_least_minus_100() -> None:
    """As in PyTorch; what is flat there has the slope 0, and no nan."""
    wrong, right = [Value(0.0), Value(1.0)], [Value(1.0), Value(0.0)]
    with detect_anomaly():
        loss = binary_cross_entropy(wrong, [1, 0])
        assert loss.data == 100.0 and grad(loss, wrong) == [0.0, 0.0]
        loss = binary_cross_entropy(right, [1, 0])
        assert loss.data == 0.0 and grad(loss, right) == [-0.5, 0.5]
    p = Value(1 - 2**-53)
    assert grad(binary_cross_entropy([p], [0]), p) == 2.0**53


def test_kinks() -> None:
    """As PyTorch has them: 0 where output and target are equal or the margin is 1; both sides of delta agree."""
    x = Value(1.0)
    assert grad(l1_loss([x], [1.0]), x) == grad(hinge_loss([x], [1]), x) == 0.0
    assert grad(huber_loss([x], [0.0]), x) == 1.0 and huber_loss([x], [0.0]).data == 0.5
    assert huber_loss([Value(1e200)], [0.0]).data == 1e200


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", LOSSES[:-1])
def test_gradients_are_those_of_the_numbers(loss: str, reduction: str) -> None:
    if loss in OF_CLASSES:
        outputs, targets = [[Value(0.5), Value(-1.0), Value(0.2)], [Value(1.5), Value(0.0), Value(0.1)]], [2, 0]
    else:
        outputs, targets = [Value(0.25), Value(0.5)], [-1, 1] if loss == "hinge_loss" else [0, 1]
    assert gradcheck(getattr(losses, loss)(outputs, targets, reduction=reduction))


def test_second_derivatives() -> None:
    """The hessian of cross-entropy is that of logsumexp, diag(p) - p·pᵀ; so are those of soft targets."""
    p = np.exp([0.5, -1.0, 2.0]) / np.exp([0.5, -1.0, 2.0]).sum()
    for target in (0, 2, [0.5, 0.25, 0.25]):
        second = hessian(lambda *x, target=target: cross_entropy([x], [target]), [0.5, -1.0, 2.0])
        assert np.allclose(second, np.diag(p) - np.outer(p, p), rtol=1e-13, atol=0)


def test_targets_can_be_values() -> None:
    t = Value(0.25)
    loss = cross_entropy([[Value(1.0), Value(0.0)]], [[t, 1 - t]])
    assert grad(loss, t) == pytest.approx(-1.0, rel=1e-15)  # log p(1) - log p(0)
    sure = [Value(1.0), Value(0.0)]  # not taken for the label 0: the numbers may change
    assert len(grad(cross_entropy([[Value(1.0), Value(0.0)]], [sure]), sure)) == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_one_box(loss: str) -> None:
    batch = next(batches(loss, 1))
    outputs = as_values(batch.outputs)
    if loss.startswith("softmax"):
        result = softmax_cross_entropy_with_logits(batch.targets, outputs)[0]
    else:
        result = getattr(losses, loss)(outputs, batch.targets)
    assert result.scope.path()[0] == loss and result.scope.closed


def test_a_loss_reads_as_its_formula() -> None:
    x, p = Value(0.5, label="x"), Value(0.5, label="p")
    assert str(formula(binary_cross_entropy_with_logits([x], [1]))) == "mean(-(1·log_sigmoid(x) + 0·log_sigmoid(-x)))"
    assert str(formula(half_sum_of_squares([x, p], [1, 0]))) == "sum((x - 1)**2 / 2, (p - 0)**2 / 2)"
    assert str(formula(nll_loss([[x, p]], [1]))) == "mean(-p)"


x, y = Value(0.25), Value(0.5)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: mse_loss([x], [1.0], "average"), ValueError, "reduction is 'mean', 'sum', 'none'; got 'average'"),
        (lambda: l1_loss([x], [1.0], None), ValueError, "reduction is 'mean', 'sum', 'none'; got None"),
        (lambda: mse_loss([[x, y]], [1.0]), ValueError, "row 0 has 2 and 1"),
        (lambda: mse_loss([[x, y]], [[1.0, NAN]]), ValueError, r"target 0\[1\] is nan"),
        (lambda: mse_loss(x, 1.0), TypeError, r"list of outputs, one for each sample, got Value.*; put a single one"),
        (lambda: mse_loss([x], 1.0), TypeError, r"list of targets, one for each sample, got float 1\.0; put a single"),
        (lambda: mse_loss([x], ["cat"]), TypeError, "takes numbers and Values; target 0 is str 'cat'"),
        (lambda: mse_loss([None], [1.0]), TypeError, "takes numbers and Values; output 0 is NoneType None"),
        (lambda: huber_loss([x], [1.0], delta=0.0), ValueError, r"delta is the size .* greater than 0; got 0\.0"),
        (lambda: huber_loss([x], [1.0], delta=NAN), ValueError, "greater than 0; got nan"),
        (lambda: hinge_loss([x, y], [1, 0]), ValueError, "labels -1 and 1; label 1 is 0"),
        (lambda: binary_cross_entropy([y, Value(1.5)], [0, 1]), ValueError, r"output 1 is 1\.5: put a sigmoid before"),
        (lambda: binary_cross_entropy([Value(NAN)], [0]), ValueError, "from 0 to 1; output 0 is nan"),
        (lambda: binary_cross_entropy([x, y], [1, -1]), ValueError, r"target 1 is -1\.0: write 0 for -1"),
        (lambda: binary_cross_entropy_with_logits([x], [2]), ValueError, r"targets from 0 to 1; target 0 is 2\.0"),
        (
            lambda: cross_entropy([x, y], [1]),
            TypeError,
            r"output 0 is Value\(.*: put the outputs of a single sample in",
        ),
        (lambda: cross_entropy([[x, y], []], [1, 0]), TypeError, r"output 1 is \[\]"),
        (lambda: cross_entropy([[x, "y"]], [1]), TypeError, r"output 0\[1\] is str 'y'"),
        (
            lambda: cross_entropy([[x, y], [y, x]], [0, 2]),
            ValueError,
            "0 to 1, since row 1 has 2 classes; label 1 is 2",
        ),
        (lambda: cross_entropy([[x, y]], [-1]), ValueError, "label 0 is -1"),
        (lambda: cross_entropy([[x, y]], [0.5]), ValueError, r"label 0 is 0\.5"),
        (lambda: cross_entropy([[x, y]], [NAN]), ValueError, "label 0 is nan"),
        (lambda: cross_entropy([[x, y]], ["cat"]), ValueError, "label 0 is 'cat'"),
        (
            lambda: cross_entropy([[x, y]], [[0, 1, 0]]),
            ValueError,
            "as many probabilities as classes: row 0 has 3 and 2",
        ),
        (lambda: cross_entropy([[x, y]], [[1, 1]]), ValueError, r"that sum up to 1; target 0 is \[1\.0, 1\.0\]"),
        (lambda: cross_entropy([[x, y]], [[2, -1]]), ValueError, r"target 0 is \[2\.0, -1\.0\]"),
        (lambda: cross_entropy([[x, y]], [[0.5, NAN]]), ValueError, r"target 0 is \[0\.5, nan\]"),
        (lambda: cross_entropy([[x, y]], [[0, None]]), TypeError, r"target 0\[1\] is NoneType"),
        (
            lambda: nll_loss([[x, y]], [[0.5, 0.5]]),
            ValueError,
            r"or one-hot rows; target 0 is \[0\.5, 0\.5\]: for prob",
        ),
        (lambda: softmax_cross_entropy_with_logits([[1, 0]], [x, y]), TypeError, "a row of outputs for each sample"),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_says_what_is_missing(name: str) -> None:
    loss = getattr(losses, name)
    if name.startswith("softmax"):
        loss = lambda outputs, targets: softmax_cross_entropy_with_logits(targets, outputs)  # noqa: E731
    output, target = ([x, y], 1) if name in OF_CLASSES else (x, 1)
    with pytest.raises(ValueError, match=f"{name} takes one target for each output and at least one: got 0 and 0"):
        loss([], [])
    with pytest.raises(ValueError, match=r"one target for each output.*: got 2 and 1"):
        loss([output, output], [target])
    with pytest.raises(ValueError, match=f"{name} takes .* 1 is nan"):
        loss([output, output], [target, NAN])
