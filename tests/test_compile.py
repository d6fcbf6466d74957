"""Programs: what they compute, what they say, what they refuse."""

import math
import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import Parameter, Value, detect_anomaly, grad, hessian, op
from autograd.compiler import KERNELS
from autograd.compiler import program as programs
from autograd.graph import topological
from nn import MLP

RNG = np.random.default_rng(0)
BACKENDS = ["numpy", "native"]
X = RNG.normal(size=(10, 2))
T = np.sign(X[:, 0])


@pytest.fixture(params=BACKENDS)
def backend(request) -> str:
    if request.param == "native":
        pytest.importorskip("llvmlite")
    return request.param


class Demo:
    """micrograd's network and loss, for one sample."""

    def __init__(self) -> None:
        self.model = MLP(2, [4, 4, 1], seed=0)
        self.inputs = [Value(0.0, label="x1"), Value(0.0, label="x2"), Value(0.0, label="t")]
        self.loss = (1 - self.inputs[2] * self.model(self.inputs[:2])).relu()

    def program(self, backend: str = "numpy"):
        return autograd.compile(self.loss, self.inputs, backend=backend)

    def eager(self, x1: float, x2: float, t: float) -> float:
        """The loss, recorded with Values; the gradients are in the parameters then."""
        loss = (1 - t * self.model([x1, x2])).relu()
        self.model.zero_grad()
        loss.backward()
        return loss.data


def test_a_network_computes_what_its_values_compute(backend: str) -> None:
    demo = Demo()
    program = demo.program(backend)
    assert program.backend == backend
    losses = program(X[:, 0], X[:, 1], T)
    assert losses.shape == (10,) and losses.dtype == np.float64
    total = np.zeros(len(program.parameters))
    for (x1, x2), t, loss in zip(X.tolist(), T.tolist(), losses.tolist()):
        assert demo.eager(x1, x2, t) == loss == program(x1, x2, t)
        gradients = [parameter.grad for parameter in program.parameters]
        value, found = program.value_and_grad(x1, x2, t)
        assert (value, found.tolist()) == (loss, gradients)
        total += gradients
    value, found = program.value_and_grad(X[:, 0], X[:, 1], T)
    assert value == pytest.approx(losses.mean(), rel=1e-15) and found == pytest.approx(total / 10, rel=1e-13)
    value, found = program.value_and_grad(X[:, 0], X[:, 1], T, reduce="sum")
    assert value == pytest.approx(losses.sum(), rel=1e-15) and found == pytest.approx(total, rel=1e-13)


def test_parameters_are_those_of_the_graph_in_the_order_of_their_use() -> None:
    demo = Demo()
    program = demo.program()
    assert set(program.parameters) == set(demo.model.parameters())
    first = demo.model.layers[0].neurons[0]
    assert program.parameters[:3] == [first.w[0], first.b, first.w[1]]
    assert program.inputs == demo.inputs


def test_backward_adds_to_the_gradients(backend: str) -> None:
    demo = Demo()
    program = demo.program(backend)
    value, gradients = program.value_and_grad(X[:, 0], X[:, 1], T)
    for times in (1, 2):
        assert program.backward(X[:, 0], X[:, 1], T) == value
        assert [parameter.grad for parameter in program.parameters] == (times * gradients).tolist()
    assert all(leaf.grad == 0 for leaf in demo.inputs)


def test_parameters_are_read_at_each_call_unless_theta_is_in_use(backend: str) -> None:
    w, x = Parameter(2.0, label="w"), Value(0.0, label="x")
    program = autograd.compile(w * x, [x], backend=backend)
    assert program(3.0) == 6
    w.data = 5.0
    assert program(3.0) == 15
    program.theta -= 1
    assert (program(3.0), w.data) == (12, 5)
    w.data = 7.0
    assert program(3.0) == 12
    program.sync()
    assert w.data == 4
    w.data = 1.0
    assert program(3.0) == 3
    program.sync()
    assert w.data == 1
    with pytest.raises(ValueError):
        program.theta = [1.0, 2.0]


def test_several_outputs(backend: str) -> None:
    x, y = Value(0.0), Value(0.0)
    both = autograd.compile([x + y, x * y], [x, y], backend=backend)
    assert both(2.0, 3.0) == [5, 6]
    sums, products = both([1.0, 2.0], 3.0)
    assert (sums.tolist(), products.tolist()) == ([4, 5], [3, 6])
    table = autograd.compile(np.array([[x, y], [x + y, x]]), [x, y], backend=backend)
    assert table([1.0, 2.0], 3.0).shape == (2, 2, 2)
    assert table(1.0, 3.0).tolist() == [[1, 3], [4, 1]]
    with pytest.raises(ValueError, match="this program has 2: compile their sum"):
        both.value_and_grad(1.0, 2.0)


def test_inputs_in_lists_take_arrays_with_a_column_for_each(backend: str) -> None:
    demo = Demo()
    x1, x2, t = demo.inputs
    program = autograd.compile(demo.loss, [[x1, x2], t], backend=backend)
    expected = demo.program(backend)(X[:, 0], X[:, 1], T).tolist()
    assert program(X, T).tolist() == program(X.tolist(), list(T)).tolist() == expected
    assert program(X[0], T[0]) == expected[0]
    assert program(X[0], T[:2]).shape == (2,)
    assert program(np.asfortranarray(X), T).tolist() == expected


def test_numbers_of_any_real_kind(backend: str) -> None:
    x = Value(0.0)
    program = autograd.compile(x / 2, [x], backend=backend)
    for numbers in ([1, 2], np.array([1, 2], np.int8), np.array([1, 2], np.float32), [True, 2], range(1, 3)):
        assert program(numbers).tolist() == [0.5, 1]
    assert program(np.arange(20)[::5]).tolist() == [0, 2.5, 5, 7.5]
    assert type(program(1)) is float and type(program(np.float64(1))) is float


@pytest.mark.parametrize("samples", [0, 1, 2, 7, 8, 9, 100])
def test_any_number_of_samples(samples: int, backend: str) -> None:
    w, x = Parameter(0.5), Value(0.0)
    program = autograd.compile((w * x).exp() / w, [x], backend=backend)
    numbers = np.linspace(-1, 1, samples)
    assert program(numbers) == pytest.approx(np.exp(numbers / 2) * 2, rel=1e-15)
    value, gradients = program.value_and_grad(numbers, reduce="sum")
    assert value == pytest.approx(math.fsum(2 * np.exp(numbers / 2)), rel=1e-15)
    assert gradients == pytest.approx([np.sum(np.exp(numbers / 2) * (2 * numbers - 4))], rel=1e-14)


def test_of_no_samples_there_is_no_mean() -> None:
    w, x = Parameter(0.5), Value(0.0)
    program = autograd.compile(w * x, [x], backend="numpy")
    value, gradients = program.value_and_grad([])
    assert math.isnan(value) and gradients.tolist() == [0]
    assert program.value_and_grad([], reduce="sum")[0] == 0


def test_without_inputs_a_program_is_a_function_of_its_parameters(backend: str) -> None:
    a, b = Parameter(2.0), Parameter(-3.0)
    program = autograd.compile(a * b + a**2, backend=backend)
    assert program() == -2
    a.data = 1.0
    value, gradients = program.value_and_grad()
    assert (value, gradients.tolist()) == (-2, [-1, 1])


def test_leaves_may_be_outputs_and_an_input_may_be_used_many_times(backend: str) -> None:
    a, x = Parameter(2.0), Value(0.0)
    assert autograd.compile([a, x, x], [x], backend=backend)([3.0, 4.0])[0].tolist() == [2, 2]
    value, gradients = autograd.compile(a, backend=backend).value_and_grad()
    assert (value, gradients.tolist()) == (2, [1])
    square = autograd.compile(x * x * a + x, [x], backend=backend)
    assert square.value_and_grad([1.0, 3.0])[1].tolist() == [5]


def test_parameters_to_which_nothing_flows_have_the_gradient_0(backend: str) -> None:
    a, b = Parameter(2.0), Parameter(3.0)
    program = autograd.compile(a.detach() * b + autograd.gt(a, 0), backend=backend)
    assert program.value_and_grad()[1].tolist() == [0, 2]
    program = autograd.compile(a.sign(), backend=backend)
    assert program.value_and_grad()[1].tolist() == [0]


def test_further_derivatives_are_programs_too(backend: str) -> None:
    x, w = Value(0.7, label="x"), Parameter(1.3, label="w")
    y = (w * x).sin() * x
    slope = grad(y, x, create_graph=True)
    program = autograd.compile(slope, [x], backend=backend)
    numbers = np.array([0.7, -1.0, 2.0])
    expected = np.sin(1.3 * numbers) + 1.3 * numbers * np.cos(1.3 * numbers)
    assert program(numbers) == pytest.approx(expected, rel=1e-15)
    a, b = Value(0.3), Value(-0.8)
    table = hessian(a * b**2 + a**3 * b, [a, b], create_graph=True)
    program = autograd.compile(np.array(table), [a, b], backend=backend)
    assert program(0.3, -0.8) == pytest.approx(np.array([[6 * 0.3 * -0.8, 2 * -0.8 + 3 * 0.09], [-1.33, 0.6]]))


def test_what_was_recorded_is_what_is_computed() -> None:
    x = Value(2.0)
    recorded = x * 10 if x > 0 else x
    program = autograd.compile(recorded, [x], backend="numpy")
    assert program([1.0, -1.0]).tolist() == [10, -10]
    chosen = autograd.where(autograd.gt(x, 0), x * 10, x)
    assert autograd.compile(chosen, [x], backend="numpy")([1.0, -1.0]).tolist() == [10, -1]


def test_nothing_in_the_graph_is_touched() -> None:
    demo = Demo()
    demo.loss.backward()
    before = [(node.data, node.grad, node.args, node.label) for node in _nodes(demo.loss)]
    program = demo.program()
    program(X[:, 0], X[:, 1], T)
    program.value_and_grad(X[:, 0], X[:, 1], T)
    assert before == [(node.data, node.grad, node.args, node.label) for node in _nodes(demo.loss)]


def _nodes(root: Value) -> list[Value]:
    return topological(root)


def test_the_same_structure_is_compiled_once(backend: str) -> None:
    first, second = Demo(), Demo()
    for parameter in second.model.parameters():
        parameter.data += 1
    one, other = first.program(backend), second.program(backend)
    assert one.structure == other.structure and one._engine is other._engine
    assert one(1.0, 1.0, -1.0) != other(1.0, 1.0, -1.0)
    a, b = Value(1.0), Value(2.0)
    different = [a + b, b + a * 1, a - b, a + 2, a + 2.5, a + a, (a + b) + b]
    structures = {autograd.compile(root, [a], backend="numpy").structure for root in different}
    assert len(structures) == len(different)


def test_fast_math_changes_the_last_bits_at_most(backend: str) -> None:
    demo = Demo()
    exact, fast = (autograd.compile(demo.loss, demo.inputs, backend, fast_math) for fast_math in (False, True))
    value, gradients = exact.value_and_grad(X[:, 0], X[:, 1], T)
    found, others = fast.value_and_grad(X[:, 0], X[:, 1], T)
    assert found == pytest.approx(value, rel=1e-14) and others == pytest.approx(gradients, rel=1e-12, abs=1e-15)


def test_threads_share_a_program(backend: str) -> None:
    demo = Demo()
    program = demo.program(backend)
    batches = [RNG.normal(size=(3, samples)) for samples in (1, 5, 8, 13, 100, 33)] * 5
    expected = [program.value_and_grad(*batch) for batch in batches]
    wrong = []

    def work() -> None:
        for batch, (value, gradients) in zip(batches * 20, expected * 20):
            found, others = program.value_and_grad(*batch)
            if found != value or not np.array_equal(others, gradients):
                wrong.append(batch)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_long_chain(backend: str) -> None:
    x, w = Value(1.0), Parameter(0.5)
    y = x
    for _ in range(50_000):
        y = y + w
    program = autograd.compile(y, [x], backend=backend)
    assert program([1.0, 2.0]).tolist() == [25_001, 25_002]
    assert program.value_and_grad(1.0)[1].tolist() == [50_000]


def test_the_report_counts_what_each_pass_leaves() -> None:
    demo = Demo()
    loss = demo.loss * 1.5  # of which no other test has a program
    program = autograd.compile(loss, demo.inputs, backend="numpy")
    assert str(program.report()) == "nothing was needed so far: call the program"
    program(0.0, 0.0, 1.0)
    program.value_and_grad(0.0, 0.0, 1.0)
    report = program.report()
    assert list(report.stages) == ["value", "value and gradients"]
    recorded = sum(bool(node.args) for node in _nodes(loss))
    for stages in report.stages.values():
        assert stages[0] == ("recorded", recorded, stages[0].nbytes)
    names = [stage.name for stage in report.stages["value and gradients"]]
    assert names == ["recorded", "gradients", "dead code", "constant folding", "dots", "common subexpressions"]
    counts = [stage.instructions for stage in report.stages["value and gradients"]]
    assert counts[1] > counts[0] and counts[1] == counts[2] > counts[4] > 0
    assert "compiled in" in str(report) and f"  recorded {recorded:27}" in str(report)


def test_it_says_what_it_is() -> None:
    assert repr(Demo().program()) == "<numpy program: 3 inputs, 37 parameters, 1 output>"


twice = op("twice_for_the_test_of_programs", lambda x: 2 * x, 2)


class TestRefusals:
    x = Value(1.0, label="x")
    y = x * 2

    @pytest.mark.parametrize(
        "outputs, arguments, error, message",
        [
            (3.0, {}, TypeError, "compile needs Values: the output is float 3.0"),
            ([], {}, ValueError, "compile needs at least one output"),
            ([[y]], {}, TypeError, "compile needs Values: the output is list"),
            (y, {"inputs": x}, TypeError, r"inputs is a list of Values such as \[x, y\], got Value"),
            (y, {"inputs": [1.0]}, TypeError, "compile needs Values: the input is float 1.0"),
            (y, {"inputs": [y]}, ValueError, "inputs are Values made by hand.*input 0 is computed"),
            (y, {"inputs": [y.args[1]]}, ValueError, "input 0 is a constant"),
            (y, {"inputs": [x, x]}, ValueError, "stands twice"),
            (y.args[1], {}, ValueError, "the output is the constant 2.0: there is nothing to compile"),
            (y, {"backend": "cuda"}, ValueError, "backend is 'auto', 'native' or 'numpy', got 'cuda'"),
            (twice(x), {}, ValueError, "twice_for_the_test_of_programs cannot be compiled"),
        ],
    )
    def test_by_compile(self, outputs, arguments, error, message: str) -> None:
        with pytest.raises(error, match=message):
            autograd.compile(outputs, **arguments)

    @pytest.mark.parametrize(
        "arguments, error, message",
        [
            ((1.0,), TypeError, r"this program takes 2 inputs \(x, input 1\), got 1"),
            (([1.0, 2.0], [[1.0, 2.0]] * 3), ValueError, "input 1 has 3, and those before it 2"),
            ((X, [1.0, 2.0]), ValueError, r"x takes a number or one of each sample, shape \(n,\), got shape \(10, 2\)"),
            ((1.0, [1.0]), ValueError, r"input 1 takes shape \(n, 2\) or \(2,\), got \(1,\)"),
            ((1.0, np.ones((2, 3, 2))), ValueError, r"got \(2, 3, 2\)"),
            ((1j, [1.0, 2.0]), TypeError, "x takes real numbers, got complex of complex128"),
            (("1", [1.0, 2.0]), TypeError, "x takes real numbers, got str"),
            ((x, [1.0, 2.0]), TypeError, r"x takes real numbers, got Value.*autograd.data"),
            ((None, [1.0, 2.0]), TypeError, "x takes real numbers, got NoneType"),
        ],
    )
    def test_by_a_program(self, arguments, error, message: str) -> None:
        a, b = Value(0.0), Value(0.0)
        program = autograd.compile(self.x * a + b, [self.x, [a, b]], backend="numpy")
        for call in (program, program.value_and_grad, program.backward):
            with pytest.raises(error, match=message):
                call(*arguments)

    def test_of_another_reduction(self) -> None:
        with pytest.raises(ValueError, match="reduce is 'mean' or 'sum', got 'max'"):
            Demo().program().value_and_grad(1.0, 1.0, 1.0, reduce="max")

    def test_inputs_that_are_not_there_are_a_warning(self) -> None:
        other = Value(0.0, label="other")
        with pytest.warns(UserWarning, match=r"1 input is not in the graph \(other\): it changes nothing") as caught:
            program = autograd.compile(self.y, [self.x, other], backend="numpy")
        assert caught[0].filename == __file__
        assert program([1.0, 2.0], 5.0).tolist() == [2, 4]

    def test_inside_detect_anomaly(self) -> None:
        with pytest.raises(ValueError, match="compile outside of it"), detect_anomaly():
            autograd.compile(self.y, [self.x])

    def test_native_without_llvmlite(self, monkeypatch) -> None:
        monkeypatch.setattr(programs, "has_llvmlite", lambda: False)
        with pytest.raises(ImportError, match="native programs need llvmlite: python -m pip install llvmlite"):
            autograd.compile(self.y, [self.x], backend="native")
        assert autograd.compile(self.y, [self.x]).backend == "numpy"

    def test_a_program_of_constants_only_is_one(self, backend: str) -> None:
        constant = autograd.exp(self.y.args[1])
        program = autograd.compile([self.y, constant], [self.x], backend=backend)
        assert program([1.0, 2.0])[1] == pytest.approx([math.exp(2)] * 2, rel=1e-15)


def test_an_operation_of_ones_own_has_a_kernel_of_its_own(backend: str, monkeypatch) -> None:
    softclip = op("softclip_of_programs", lambda x: x / (1 + abs(x)), lambda x, out: (1 - abs(out)) ** 2)
    monkeypatch.setitem(KERNELS, softclip.name, lambda xp, x: x / (1 + xp.abs(x)))
    x, w = Value(0.0), Parameter(2.0)
    program = autograd.compile(softclip(w * x), [x], backend=backend)
    assert program([1.0, -1.0]).tolist() == [2 / 3, -2 / 3]
    assert program.value_and_grad(1.0)[1].tolist() == [pytest.approx(1 / 9, rel=1e-15)]


def test_what_is_printed_can_be_read() -> None:
    w, b, x = Parameter(0.5, label="w"), Parameter(0.1, label="b"), Value(2.0, label="x")
    program = autograd.compile((w * x + b).tanh(), [x], backend="numpy")
    assert str(program) == program.source() and "v1 = w·x + b\nv2 = tanh(v1)\n" in str(program)
    y = x
    for _ in range(2000):
        y = (y * 2).tanh()
    lines = str(autograd.compile(y, [x], backend="numpy")).splitlines()
    assert len(lines) == 1001 and lines[-1].endswith(" more lines: see program.source()")
    with pytest.raises(ValueError, match="language is 'text', 'python', 'c' or 'llvm', got 'fortran'"):
        program.source("fortran")
    with pytest.raises(ValueError, match="a NumPy program has no LLVM; compile it with backend='native'"):
        program.source("llvm")


def test_python_and_c_of_a_program_have_its_names(backend: str) -> None:
    w, x = Parameter(0.5, label="w"), Value(2.0, label="x")
    program = autograd.compile([w * x, x.exp()], [x], backend=backend)
    scope: dict = {}
    exec(program.source("python"), scope)
    products, powers = scope["program"]([[1.0, 2.0]], [0.5])
    assert products.tolist() == [0.5, 1] and powers == pytest.approx(np.exp([1, 2]), rel=1e-15)
    assert "double x = inputs[" in program.source("c") and "double w = theta[0]" in program.source("c")
    if backend == "native":
        assert 'define void @"run"(' in program.source("llvm")


def test_jax_computes_and_differentiates_the_same() -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    demo = Demo()
    x1, x2, t = demo.inputs
    program = autograd.compile(demo.loss, [[x1, x2], t], backend="numpy")
    f = program.to_jax()

    def mean(theta, X, t):
        return jax.vmap(f, in_axes=(None, 0, 0))(theta, X, t).mean()

    value, gradient = jax.jit(jax.value_and_grad(mean))(program.theta, X, T)
    expected, gradients = program.value_and_grad(X, T)
    assert float(value) == pytest.approx(expected, rel=1e-14) and gradient == pytest.approx(gradients, abs=1e-14)


def test_without_jax(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(ImportError, match="to_jax needs JAX: python -m pip install jax"):
        Demo().program().to_jax()
