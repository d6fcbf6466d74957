"""Plots show the numbers they are given or compute, and leave pyplot alone."""

import copy
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure
from PIL import Image

import autograd
from autograd import Value
from nn import (
    MLP,
    SGD,
    Adam,
    Layer,
    Module,
    Neuron,
    Perceptron,
    Sequential,
    TrainingAnimation,
    mse_loss,
    plot_activations,
    plot_decision_boundary,
    plot_descent_1d,
    plot_descent_2d,
    plot_learning_rates,
    plot_losses,
    plot_weights,
)
from nn.activations import ACTIVATIONS, TOGETHER
from nn.boundaries import FRAMES
from nn.data import AND, XOR, spirals
from nn.figures import MARKERS, PALETTE
from nn.training import Epoch, History, fit

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def no_figure_of_pyplot():
    yield
    assert plt.get_fignums() == []


def lines(ax) -> dict[str, list[list[float]]]:
    """The points of each line by its label."""
    return {line.get_label(): line.get_xydata().tolist() for line in ax.lines}


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawn(figure: Figure) -> Figure:
    """The figure, once it is sure that it can be drawn without a warning."""
    assert figure._repr_png_().startswith(b"\x89PNG")
    return figure


PLOTS = {
    "losses": lambda ax: plot_losses([2.0, 1.0], ax=ax),
    "decision boundary": lambda ax: plot_decision_boundary(lambda x: x[0], *AND, ax=ax),
    "descent 1d": lambda ax: plot_descent_1d(lambda w: w**2, 1.0, 0.1, ax=ax),
    "descent 2d": lambda ax: plot_descent_2d(lambda a, b: a**2 + b**2, (1.0, 2.0), lambda ps: SGD(ps, lr=0.1), ax=ax),
}


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_figure_of_its_own_or_drawn_where_one_likes(plot) -> None:
    (own,) = drawn(plot(None)).axes
    figure, (left, right) = plt.subplots(1, 2)
    assert plot(left) is None and plt.get_fignums() == [figure.number]
    assert lines(left) == lines(own) and not right.lines
    assert left.get_xlabel() and left.get_ylabel()
    plt.close(figure)


def test_notebooks_show_it_as_a_picture() -> None:
    figure = plot_losses([2.0, 1.0])
    data, _ = DisplayFormatter().format(figure)
    assert data["text/plain"] == "<Figure size 600x400 with 1 Axes>" and data["image/png"]


def test_losses() -> None:
    (ax,) = drawn(plot_losses({"batch": [3.0, 2.0, 1.0], "stochastic": (2.0, 1.5)})).axes
    assert lines(ax) == {"batch": [[1, 3], [2, 2], [3, 1]], "stochastic": [[1, 2], [2, 1.5]]}
    assert [line.get_color() for line in ax.lines] == PALETTE[:2] and legend(ax) == ["batch", "stochastic"]
    assert ax.get_xlabel() == "epoch" and ax.get_ylabel() == "loss"


def test_the_legend_covers_no_curve() -> None:
    (ax,) = drawn(figure := plot_losses({"batch": [3.0, 2.0, 1.0], "stochastic": [2.0, 1.5, 3.0]})).axes
    assert ax.get_legend().get_window_extent().x0 > ax.bbox.x1
    assert figure.get_size_inches().tolist() == [7.5, 4.0]


def test_losses_of_histories() -> None:
    history = History([3.0, 2.0], [4.0, 3.0])
    (ax,) = drawn(plot_losses(history)).axes
    assert lines(ax) == {"loss": [[1, 3], [2, 2]], "validation loss": [[1, 4], [2, 3]]}
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    (ax,) = drawn(plot_losses({"a": history, "b": History([1.0])})).axes
    assert legend(ax) == ["a", "a, validation loss", "b"]
    assert [line.get_color() for line in ax.lines] == [PALETTE[0], PALETTE[0], PALETTE[1]]
    assert [line.get_marker() for line in ax.lines] == ["None", "None", "o"]  # one point alone is no line


def test_losses_that_are_not_finite() -> None:
    (ax,) = drawn(plot_losses(np.array([1.0, 1e300, float("inf"), float("nan")]))).axes
    assert ax.get_legend() is None
    drawn(plot_losses([float("nan")]))


def test_the_boundary_is_where_the_output_is_zero() -> None:
    neuron = Neuron(2, "identity", init=[1.0, 1.0], seed=0)
    neuron.b.data = -1.5
    (ax,) = drawn(plot_decision_boundary(neuron, *AND)).axes
    no, line, dots_0, yes, _, dots_1 = ax.collections
    (path,) = line.get_paths()
    assert np.allclose(path.vertices.sum(axis=1), 1.5)
    X, y = AND
    for region, dots, label in [(no, dots_0, 0), (yes, dots_1, 1)]:
        assert [bool(region.get_paths()[0].contains_point(x)) for x in X] == [t == label for t in y]
        assert np.array_equal(dots.get_offsets(), X[y == label])
    assert legend(ax) == ["class 0", "class 1"] and (ax.get_xlabel(), ax.get_ylabel()) == ("x1", "x2")
    assert all(p.grad == 0.0 for p in neuron.parameters())


def test_the_boundary_of_probabilities() -> None:
    X = [[0.0, 0.0], [1.0, 0.0]]
    (ax,) = plot_decision_boundary(lambda x: [Value(x[0])], X, [-1, 1], threshold=0.25).axes
    (path,) = ax.collections[1].get_paths()
    assert np.allclose(path.vertices[:, 0], 0.25) and legend(ax) == ["class -1", "class 1"]


def test_a_step_has_both_regions() -> None:
    (ax,) = drawn(plot_decision_boundary(lambda x: float(x[0] + x[1] > 1.5), *AND)).axes
    regions = [ax.collections[0].get_paths()[0], ax.collections[3].get_paths()[0]]
    assert [[bool(region.contains_point(x)) for x in AND.X] for region in regions] == [[1, 1, 1, 0], [0, 0, 0, 1]]


def test_regions_of_several_classes() -> None:
    X, y = spirals(5, 3, seed=0)
    (ax,) = drawn(plot_decision_boundary(lambda x: [Value(x[0]), Value(x[1]), Value(0.1)], X, y)).axes
    regions = ax.collections[::3]
    assert legend(ax) == ["class 0", "class 1", "class 2"]
    for x in [(0.5, 0.1), (0.1, 0.5), (-0.2, -0.3)]:
        inside = [any(path.contains_point(x) for path in region.get_paths()) for region in regions]
        assert inside.index(True) == np.argmax([*x, 0.1]) and sum(inside) == 1


def test_a_faster_way_to_predict() -> None:
    def predict(points):
        asked.append(points.shape)
        return points[:, :1] - 0.5

    asked: list[tuple[int, ...]] = []
    slow = plot_decision_boundary(lambda x: x[0] - 0.5, *XOR)
    fast = plot_decision_boundary(Neuron(2), *XOR, predict=predict)
    (ax,) = slow.axes
    assert asked == [(40_000, 2)] and lines(fast.axes[0]) == lines(ax) and legend(fast.axes[0]) == legend(ax)
    for plot in (fast, slow):
        assert np.allclose(plot.axes[0].collections[1].get_paths()[0].vertices[:, 0], 0.5)


class Branching(Module):
    """A model that does not do the same for all points."""

    def forward(self, x):
        return x[0] - 0.4 if x[1] > 0.4 else 0.4 - x[0]


@pytest.mark.parametrize("model, calls", [(MLP(2, [3, 1], seed=1), 100), (Branching(), 2000)])
def test_a_module_is_compiled_if_it_does_the_same_for_all_points(
    model: Module, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(type(model), "__call__", lambda self, x: asked.append(x) or self.forward(x))
    (ax,) = drawn(plot_decision_boundary(model, *AND)).axes
    assert calls / 10 < len(asked) < calls
    regions = ax.collections[3].get_paths()
    for x in [(0.9, 0.9), (0.9, 0.1), (0.1, 0.9), (0.1, 0.1)]:
        assert any(path.contains_point(x) for path in regions) == (float(model.forward(x)) > 0)


def test_the_edge_of_a_perceptron_is_a_line() -> None:
    unit = Perceptron(2)
    unit.fit(AND.X.tolist(), AND.y.tolist())
    (ax,) = drawn(plot_decision_boundary(unit, *AND, threshold=0.5)).axes
    (edge,) = ax.collections[1].get_paths()
    (w1, w2), b = (w.data for w in unit.w), unit.b.data
    assert np.abs(edge.vertices @ [w1, w2] + b).max() / np.hypot(w1, w2) < 0.005


def test_names_of_classes() -> None:
    (ax,) = drawn(plot_decision_boundary(Neuron(2), *AND, names=np.array(["false", "true"]))).axes
    assert legend(ax) == ["false", "true"]
    (ax,) = drawn(plot_decision_boundary(Layer(2, 3), *AND, names=["a", "b", "c"])).axes
    assert legend(ax) == ["a", "b", "c"]


@pytest.mark.parametrize("output", [1.0, 0.0, -1.0, float("nan"), float("inf")])
def test_a_model_that_says_the_same_everywhere(output: float) -> None:
    (ax,) = drawn(plot_decision_boundary(lambda x: output, *AND)).axes
    assert len(ax.collections) == (3 if abs(output) <= 1 else 2)  # at most one region, and two kinds of dots
    drawn(plot_decision_boundary(lambda x: [output, float("nan")], *AND))


def test_more_classes_than_colours() -> None:
    angles = np.arange(6)
    X = np.column_stack([np.cos(angles), np.sin(angles)])
    (ax,) = drawn(plot_decision_boundary(lambda x: (X @ x).tolist(), X, angles)).axes
    looks = {(tuple(dots.get_facecolor()[0]), dots.get_paths()[0].vertices.tobytes()) for dots in ax.collections[2::3]}
    assert len(looks) == 6 and len(PALETTE) < 6 < len(MARKERS)


def test_activations_and_their_derivatives() -> None:
    figure = drawn(plot_activations())
    together = [name for name, function in ACTIVATIONS.items() if function in TOGETHER]
    assert [ax.get_title() for ax in figure.axes] == [name for name in ACTIVATIONS if name not in together]
    curves = {ax.get_title(): {name: np.array(xy).T for name, xy in lines(ax).items()} for ax in figure.axes}
    x, tanh = curves["tanh"]["f(x)"]
    assert x[0] == -4.0 and x[-1] == 4.0 and np.allclose(tanh, np.tanh(x))
    assert np.allclose(curves["tanh"]["f′(x)"][1], 1 - np.tanh(x) ** 2)
    assert np.array_equal(curves["relu"]["f′(x)"][1], x > 0)


def test_descent_of_one_weight() -> None:
    (ax,) = drawn(plot_descent_1d(lambda w: (w - 1) ** 2, 3.0, lr=0.25, steps=3)).axes
    weights = [3.0, 2.0, 1.5, 1.25]
    assert lines(ax)["descent"] == [[w, (w - 1) ** 2] for w in weights]
    assert lines(ax)["start"] == [[3.0, 4.0]] and legend(ax) == ["cost", "descent", "start"]
    curve = np.array(lines(ax)["cost"])
    assert np.allclose(curve[:, 1], (curve[:, 0] - 1) ** 2)
    low, high = ax.get_xlim()
    assert low < 0.0 and 3.0 < high < 4.0, "both sides of the minimum"
    assert ax.get_title() == "learning rate 0.25\ncost 4 → 0.0625 in 3 steps"


def test_a_descent_that_diverges_ends_where_numbers_do() -> None:
    (ax,) = drawn(plot_descent_1d(lambda w: w**2, 3.0, lr=1e5, steps=1000)).axes
    path = np.array(lines(ax)["descent"])
    assert np.isfinite(path).all() and 20 < len(path) < 100
    assert f"in {len(path) - 1} steps" in ax.get_title()
    assert np.ptp(ax.get_xlim()) < 1e8, "the first steps remain to be seen"


@pytest.mark.parametrize("steps", [0, 5])
def test_a_descent_from_the_bottom(steps: int) -> None:
    (ax,) = drawn(plot_descent_1d(lambda w: (w - 2) ** 2, 2.0, lr=0.1, steps=steps)).axes
    assert len(lines(ax)["descent"]) == steps + 1 and ax.get_xlim() == pytest.approx((0.8, 3.2))


def test_learning_rates_side_by_side() -> None:
    figure = drawn(plot_learning_rates(lambda w: w**2, 2.0, [0.01, 0.5, 1.1], steps=4))
    ends = [lines(ax)["descent"][-1][0] for ax in figure.axes]
    assert ends == pytest.approx([2 * 0.98**4, 0.0, 2 * 1.2**4])
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes}) == 1
    assert [ax.get_title().split("\n")[0] for ax in figure.axes] == [f"learning rate {lr}" for lr in (0.01, 0.5, 1.1)]


def test_optimizers_race() -> None:
    def cost(a: Value, b: Value) -> Value:
        return a**2 + 10 * b**2

    makers = {"plain": lambda ps: SGD(ps, lr=0.05), "Adam": lambda ps: Adam(ps, lr=0.1)}
    (ax,) = drawn(plot_descent_2d(cost, (4, 1), makers, steps=3)).axes
    plain, adam, start = lines(ax).values()
    assert np.allclose(plain, [[4 * 0.9**n, 0.0**n] for n in range(4)])
    assert np.allclose(adam[1], [3.9, 0.9]) and len(adam) == 4 and start == [[4, 1]]
    assert legend(ax)[0] == "plain\ncost 26 → 8.5 in 3 steps" and legend(ax)[-1] == "start"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w1", "w2")
    for maker in (makers["plain"], [makers["plain"]]):
        (ax,) = plot_descent_2d(cost, (4, 1), maker, steps=3).axes
        assert legend(ax)[0].startswith("SGD, lr 0.05\n") and next(iter(lines(ax).values())) == plain


def test_the_picture_is_full_of_the_paths() -> None:
    def banana(a: Value, b: Value) -> Value:
        return (1 - a) ** 2 + 10 * (b - a**2) ** 2

    (ax,) = plot_descent_2d(banana, (-1.0, 1.5), lambda ps: Adam(ps, lr=0.3), steps=40).axes
    path = np.array(next(iter(lines(ax).values())))
    for weights, (low, high) in zip(path.T, [ax.get_xlim(), ax.get_ylim()]):
        assert low < weights.min() < weights.max() < high and np.ptp(weights) > 0.6 * (high - low)


def test_surfaces_without_lines_or_with_holes() -> None:
    def start(ps):
        return SGD(ps, lr=0.1)

    drawn(plot_descent_2d(lambda a, b: a * 0 + 1, (1.0, 1.0), start))
    drawn(plot_descent_2d(lambda a, b: a - a.log() + b**2, (2.0, 1.0), start))
    (ax,) = drawn(plot_descent_2d(lambda a, b: a**4 + b**4, (9.0, 1.0), start)).axes
    assert np.ptp(ax.get_xlim()) < 1e4, "the first steps of a path that diverges"


def test_weights() -> None:
    model = MLP(2, [3, 1], init=[[[1, 2], [3, 4], [5, 6]], [[7, 8, -9]]])
    *panels, bar = drawn(plot_weights(model)).axes
    (first,), (second,) = (ax.images for ax in panels)
    assert first.get_array().tolist() == [[1, 2, 0], [3, 4, 0], [5, 6, 0]]
    assert second.get_array().tolist() == [[7, 8, -9, 0]] and second.get_clim() == (-9, 9)
    assert [ax.get_title() for ax in panels] == ["layer 1", "layer 2"]
    assert [tick.get_text() for tick in panels[0].get_xticklabels()] == ["w0", "w1", "b"]
    assert [text.get_text() for text in panels[1].texts] == ["7.00", "8.00", "-9.00", "0.00"]
    assert bar.get_ylabel() == "weight, bias" and panels[0].get_ylabel() == "neuron"


def test_weights_before_and_after() -> None:
    model = Layer(20, 2, seed=0)
    before = copy.deepcopy(model)
    model.neurons[1].w[0].data = 5.0
    above, below, _ = drawn(plot_weights(model, before)).axes
    assert (above.get_title(), below.get_title()) == ("before", "after")
    assert above.images[0].get_array()[1, 0] != below.images[0].get_array()[1, 0] == 5.0
    assert [tick.get_text() for tick in above.get_xticklabels()] == ["w0", "w3", "w6", "w9", "w12", "w15", "b"]
    assert not above.texts


def test_weights_are_called_as_in_drawings() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.body = MLP(2, [3, 2], seed=0)
            self.head = Sequential(Layer(2, 2, seed=0), autograd.relu, Layer(2, 1, seed=0))
            self.heads = [Layer(2, 1, seed=0)]
            self.heads[0].label = "the last one"

    *panels, _ = drawn(plot_weights(Net())).axes
    titles = [ax.get_title() for ax in panels]
    assert titles == ["body.layer 1", "body.layer 2", "head.layer 1", "head.layer 3", "the last one"]
    assert [tick.get_text() for tick in panels[0].get_yticklabels()] == ["1", "2", "3"]


def test_weights_of_any_module() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.weights = {"the slope": Value(2.0), "offset": Value(float("nan"))}
            self.table = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(400.0)]])

    ax, _ = drawn(plot_weights(Net())).axes
    numbers = ax.images[0].get_array().filled(0).tolist()
    assert numbers == [[2, 0, 0, 0], [0, 0, 1, 2], [0, 0, 3, 400]]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["weights", "table.0", "table.1"]
    drawn(plot_weights(Neuron(1, init=[0.0])))


def train(epochs: int) -> tuple[Neuron, TrainingAnimation]:
    model = Neuron(2, "sigmoid", seed=0)
    animation = TrainingAnimation(model, *AND, threshold=0.5)
    optimizer = SGD(model.parameters(), lr=5.0)
    fit(model, *AND, mse_loss, optimizer, epochs=epochs, callbacks=[animation], progress=False)
    return model, animation


def test_an_animation_of_a_training(tmp_path: Path) -> None:
    model, animation = train(3)
    assert repr(animation) == "<animation of 3 epochs>"
    weights = [p.data for p in model.parameters()]
    saved = animation.save(tmp_path / "and.html").read_text(encoding="utf-8")
    assert saved.startswith("<!DOCTYPE html>") and len(re.findall(r"frames\[\d+\] = ", saved)) == 4
    assert not re.search(r"https?://|<link|fa-", saved) and "‹" in saved
    assert [p.data for p in model.parameters()] == weights
    with Image.open(animation.save(tmp_path / "and.gif")) as gif:
        assert gif.n_frames == 4
    data, _ = DisplayFormatter().format(animation)
    assert "data:image/png" in data["text/html"]


def test_where_no_script_runs_an_animation_is_its_last_picture() -> None:
    _, animation = train(3)
    title, picture = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,([^"]+)"', animation.html)[0]
    assert title.startswith("epoch 3, loss ")
    frames = re.findall(r'frames\[\d+\] = "data:image/png;base64,([^"]+)"', animation.html)
    assert picture == frames[-1].replace("\\\n", "") != frames[0].replace("\\\n", "")
    assert Image.open(BytesIO(b64decode(picture, validate=True))).size == (480, 360)


def test_its_frames_show_the_epochs() -> None:
    neuron = Neuron(2, "identity", init=[1.0, 0.0], seed=0)
    animation = TrainingAnimation(neuron, *AND, names=["false", "true"], inputs=("left", "right"))
    neuron.b.data = -0.5
    animation.record(Value(0.25))
    film = animation._animation()
    (ax,) = film._fig.axes
    before, after = film.new_frame_seq()
    for moment, title, edge in [(after, "epoch 1, loss 0.25", 0.5), (before, "before training", 0.0)]:
        film._func(moment)
        assert ax.get_title() == title
        assert np.allclose(ax.collections[1].get_paths()[0].vertices[:, 0], edge)
        assert legend(ax) == ["false", "true"] and (ax.get_xlabel(), ax.get_ylabel()) == ("left", "right")
    film._draw_was_started = True  # or else it warns that it was not looked at
    assert repr(animation) == "<animation of 1 epoch>"


def frames(animation: TrainingAnimation) -> list[int]:
    film = animation._animation()
    film._draw_was_started = True
    return [moment.epoch for moment in film.new_frame_seq()]


@pytest.mark.parametrize("epochs, every", [(1, 1), (40, 1), (41, 2), (100, 4), (1000, 32)])
def test_a_long_training_is_thinned_out(epochs: int, every: int) -> None:
    animation = TrainingAnimation(Neuron(2, seed=0), *AND)
    for _ in range(epochs):
        animation.record(1.0)
    found = frames(animation)
    assert found == [*range(0, epochs, every), epochs] and len(found) <= FRAMES + 2
    assert len(animation._kept) <= FRAMES + 1, "what is not shown is not kept"


def test_epochs_have_the_numbers_that_fit_gives_them() -> None:
    model = Neuron(2, seed=0)
    animation = TrainingAnimation(model, *AND)
    for number in (10, 20, 30):
        animation(Epoch(number, 0.5, model, History()))
    animation.record(0.25)
    assert frames(animation) == [0, 10, 20, 30, 31] and repr(animation) == "<animation of 4 epochs>"


def square(w: Value) -> Value:
    return w**2


def bowl(a: Value, b: Value) -> Value:
    return a**2 + b**2


PAIRS = [[0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: plot_losses({}), ValueError, "no losses to draw: pass a History, or lists by name"),
        (lambda: plot_losses(History()), ValueError, "no losses to draw"),
        (lambda: plot_losses(0.5), TypeError, "losses are a History or a list of numbers, got float 0.5"),
        (lambda: plot_losses({"a": "bc"}), TypeError, "losses of 'a' are a History or a list of numbers, got str"),
        (
            lambda: plot_decision_boundary(Neuron(3), [[1.0, 2.0, 3.0]], [1]),
            ValueError,
            r"a plane has two inputs, got 3: choose two columns",
        ),
        (lambda: plot_decision_boundary(Neuron(2), PAIRS, [1]), ValueError, "X has 2 rows, y has 1"),
        (lambda: plot_decision_boundary(Neuron(2), [], []), ValueError, "at least one number"),
        (
            lambda: plot_decision_boundary(Neuron(2), PAIRS, [[0, 1], [1, 0]]),
            ValueError,
            r"one label for each point, got shape \(2, 2\); of one-hot rows take y\.argmax\(axis=1\)",
        ),
        (
            lambda: plot_decision_boundary(Neuron(2), [*PAIRS, [0, 1]], [0, 1, 2]),
            ValueError,
            "one output tells two classes apart, and y has 3: 0, 1, 2; for more",
        ),
        (
            lambda: plot_decision_boundary(Layer(2, 2), PAIRS, [1, 2]),
            ValueError,
            "for 2 outputs the labels are 0 to 1, got 1 to 2",
        ),
        (
            lambda: plot_decision_boundary(Neuron(2), PAIRS, [0, 1], predict=lambda points: points[0]),
            ValueError,
            "predict gives an output for each point: of 40000 points it gave 2",
        ),
        (
            lambda: plot_decision_boundary(Neuron(2), *AND, names=["true"]),
            ValueError,
            r"names has one for each of the 2 classes, got \['true'\]",
        ),
        (
            lambda: plot_decision_boundary(Neuron(2), *AND, names="no"),
            ValueError,
            "for each of the 2 classes, got 'no'",
        ),
        (lambda: TrainingAnimation(Neuron(1), [[1.0]], [1]), ValueError, "a plane has two inputs, got 1"),
        (lambda: plot_activations({}), ValueError, "no activations to draw"),
        (lambda: plot_descent_1d(square, 1.0, 0.1, steps=-1), ValueError, "steps is at least 0, got -1"),
        (lambda: plot_descent_1d(lambda w: w.log(), 0.0, 0.1), ValueError, "cannot begin where the cost is -inf"),
        (lambda: plot_learning_rates(square, 1.0, []), ValueError, "no learning rates to compare"),
        (lambda: plot_descent_2d(bowl, (1.0,), SGD), ValueError, r"start is two weights, e\.g\. \(1\.0, 2\.0\); got 1"),
        (lambda: plot_descent_2d(bowl, (1.0, 2.0), {}), ValueError, "there are no optimizers"),
        (lambda: plot_weights(Module()), ValueError, "nothing to draw: .* has no parameters"),
        (lambda: plot_weights(Neuron(2), Neuron(3)), ValueError, "before has other parameters than the model"),
        (lambda: train(0), ValueError, "epochs"),
        (
            lambda: TrainingAnimation(Neuron(2), *AND).save("a.mp4"),
            ValueError,
            r"cannot save an animation as '\.mp4': use \.html, which has buttons, or \.gif",
        ),
    ],
)
def test_bad_input(call, error, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_without_matplotlib_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(ModuleNotFoundError, match="plots need matplotlib: python -m pip install matplotlib"):
        plot_losses([1.0])
