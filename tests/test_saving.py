"""Models in files: every bit comes back, nothing in a file is run, and a file is never half there."""

import io
import json
import math
import os
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value
from nn import MLP, Layer, Module, Neuron
from nn.files import write_atomically
from nn.perceptron import Perceptron
from nn.saving import FORMAT, load, save
from nn.sequential import Sequential

MODELS = [
    lambda: Neuron(2, "tanh", seed=1),
    lambda: Neuron(2, "identity", bias=False),
    lambda: Layer(2, 3, "softmax", seed=1),
    lambda: Layer(2, 2, "gelu", init=[[1, 1], [-1, 1]], bias=[0.5, 2]),
    lambda: MLP(2, [16, 16, 1], seed=1),
    lambda: MLP(2, [3, 2], "leaky_relu", "softmax", init="he", bias=[True, False]),
    lambda: MLP(2, [1], "tanh"),
    lambda: Sequential(Layer(2, 3, "identity"), autograd.tanh, Sequential(MLP(3, [2]), Layer(2, 2)), autograd.softmax),
    lambda: Sequential(),
    lambda: Perceptron(2, lr=0.5),
]


def written(folder: Path, about: object, parameters: object = (), **arrays: object) -> Path:
    """A file like those of `save`, of whatever contents."""
    np.savez(folder / "m.npz", about=np.array(json.dumps(about).encode()), parameters=np.array(parameters), **arrays)
    return folder / "m.npz"


def about(model: object) -> dict[str, object]:
    return {"format": FORMAT, "version": 1, "model": model}


def bits(numbers) -> bytes:
    return struct.pack(f"{len(numbers)}d", *numbers)


@pytest.mark.parametrize("make", MODELS)
def test_a_model_comes_back(make, tmp_path: Path) -> None:
    model = make()
    loaded = load(save(model, tmp_path / "m.npz"))
    assert type(loaded) is type(model) and repr(loaded) == repr(model)
    assert loaded.state_dict() == model.state_dict()
    assert str(loaded([0.3, -0.7])) == str(model([0.3, -0.7]))


def test_a_function_with_a_name_comes_back_by_name(tmp_path: Path) -> None:
    loaded = load(save(MLP(2, [2, 1], autograd.tanh), tmp_path / "m.npz"))
    assert loaded.activation == loaded.layers[0].neurons[0].activation == "tanh"


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=13, max_size=13), st.lists(st.floats(), min_size=3))
def test_every_bit_comes_back(patterns: list[int], others: list[float]) -> None:
    """Also of subnormal numbers, of infinities, of every nan."""
    numbers = struct.unpack("13d", struct.pack("13Q", *patterns))
    model = MLP(2, [3, 1], seed=0)
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = number
    state = {f"p{i}": number for i, number in enumerate(others)}
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(save(model, f"{folder}/m.npz"))
        assert bits([p.data for p in loaded.parameters()]) == bits(numbers)
        again = load(save(state, f"{folder}/m.npz"))
        assert list(again) == list(state) and bits(again.values()) == bits(others)


def test_a_module_of_ones_own_is_kept_as_its_numbers(tmp_path: Path) -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.body, self.scale = MLP(2, [3, 1]), Value(2.0)

    net, other = Net(), Net()
    with pytest.raises(
        ValueError, match=r"save knows Neuron, Layer, MLP, Perceptron and Sequential, not Net: save\(mo"
    ):
        save(net, tmp_path / "m.npz")
    other.load_state_dict(load(save(net.state_dict(), tmp_path / "m.npz")))
    assert other.state_dict() == net.state_dict()


def test_the_same_model_gives_the_same_bytes_which_numpy_reads(tmp_path: Path) -> None:
    model = MLP(2, [3, 1], seed=0)
    one, two = save(model, tmp_path / "1.npz"), save(model, str(tmp_path / "2.npz"))
    assert one.read_bytes() == two.read_bytes() and sorted(os.listdir(tmp_path)) == ["1.npz", "2.npz"]
    file = np.load(one, allow_pickle=False)
    assert file["parameters"].tolist() == [p.data for p in model.parameters()]
    assert json.loads(file["about"].item())["model"]["nouts"] == [3, 1]


def test_saving_and_loading_draw_no_random_numbers(tmp_path: Path) -> None:
    before = random.getstate()
    for model in (MLP(2, [3, 1], seed=0), Layer(2, 1, seed=0), Neuron(2, seed=0)):
        load(save(model, tmp_path / "m.npz"))
    assert random.getstate() == before


def exchange(part: str):
    model = MLP(2, [2, 2, 1], seed=0)
    if part == "layer":
        model.layers[1] = Layer(2, 2, "tanh")
    if part == "neuron":
        model.layers[1].neurons[0] = Neuron(2, "tanh")
    if part == "more":
        model.scale = Value(1.0)
    if part == "bias":
        model.layers[1].neurons[0].b = None
    if part == "function":
        model.layers[1] = autograd.tanh
    if part == "none":
        model.layers = []
    return model


shared = Layer(2, 2)


@pytest.mark.parametrize(
    "model", [*map(exchange, ["layer", "neuron", "more", "bias", "function", "none"]), Sequential(shared, shared)]
)
def test_a_model_that_would_come_back_as_another_is_not_saved(model: Module, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is not as its constructor makes it.*; save\(model\.state_dict\(\), path\)"):
        save(model, tmp_path / "m.npz")
    assert not os.listdir(tmp_path)
    assert load(save(model.state_dict(), tmp_path / "m.npz")) == model.state_dict()


def test_labels_do_not_matter(tmp_path: Path) -> None:
    model = MLP(2, [2, 1])
    model.label = model.layers[0].label = "net"
    assert load(save(model, tmp_path / "m.npz")).state_dict() == model.state_dict()


@pytest.mark.parametrize(
    "model, error, message",
    [
        (MLP(2, [2, 1], activation=lambda x: x * 2), ValueError, "files hold no code.*<function .*state_dict"),
        (Sequential(Layer(2, 1), autograd.sin), ValueError, "files hold no code"),
        ("m.npz", TypeError, "save takes a model, or a dictionary of numbers, got str 'm.npz'"),
        ({"w": Value(1.0)}, TypeError, "under 'w' is Value"),
        ({"w": "1"}, TypeError, "under 'w' is str '1'"),
        ({1: 1.0}, TypeError, r"under 1 is float 1\.0"),
        ({"w": 10**400}, ValueError, "too large for a float64"),
    ],
)
def test_what_cannot_be_saved_leaves_the_file_as_it_was(model, error, message: str, tmp_path: Path) -> None:
    path = save({"w": 1.0}, tmp_path / "m.npz")
    with pytest.raises(error, match=message):
        save(model, path)
    assert load(path) == {"w": 1.0} and os.listdir(tmp_path) == ["m.npz"]


def same_or_refused(path: Path, state: dict[str, float]) -> bool:
    """Whether it is refused, as it must be if it does not say the same."""
    try:
        loaded = load(path)
    except ValueError as error:
        assert str(error).startswith(f"{path} is no model that save wrote, or is damaged: ")
        return True
    assert loaded.state_dict() == state
    return False


def test_no_damage_goes_unnoticed(tmp_path: Path) -> None:
    """Every truncation, and every byte changed."""
    model = Neuron(2, "tanh", seed=0)
    path = save(model, tmp_path / "m.npz")
    contents, refused = path.read_bytes(), 0
    with open(path, "r+b", buffering=0) as file:
        for place, byte in enumerate(contents):
            file.seek(place)
            file.write(bytes([byte ^ 1 << place % 8]))
            refused += same_or_refused(path, model.state_dict())
            file.seek(place)
            file.write(bytes([byte]))
        assert refused > len(contents) / 2
        for size in reversed(range(len(contents))):
            file.truncate(size)
            assert same_or_refused(path, model.state_dict())


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("was_here",)


def test_nothing_in_a_file_is_run(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    trap = np.array([Malicious()], dtype=object)
    np.savez("1.npz", about=np.array(json.dumps(about({"class": "Neuron", "nin": 1})).encode()), parameters=trap)
    np.savez("2.npz", about=trap, parameters=np.ones(2))
    np.savez("3.npz", trap)
    Path("4.npz").write_bytes(pickle.dumps(Malicious()))
    np.save("5.npy", trap)
    for name in sorted(os.listdir()):
        with pytest.raises(ValueError, match="is no model"):
            load(name)
    assert not Path("was_here").exists()


def peak_of_refusal(path: Path) -> int:
    """The most memory taken at a time, in bytes."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="is no model that save wrote, or is damaged"):
            load(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez_compressed(path, about=np.array(b"{}"), parameters=np.zeros(10**7))
    assert path.stat().st_size < 10**5 and peak_of_refusal(path) < 10**6

    with zipfile.ZipFile(path, "w") as archive:  # a hundred times the same bytes
        archive.writestr("about.npy", bytes(10**6))
        archive.filelist *= 100
    assert path.stat().st_size < 1.1e6 and peak_of_refusal(path) < 10**6

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    for contents in (header.getvalue(), header.getvalue() + bytes(80), b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("about.npy", contents)
        assert peak_of_refusal(path) < 10**6


@pytest.mark.parametrize(
    "description",
    [
        {"class": "MLP", "nin": 10**9, "nouts": [10**9, 1]},
        {"class": "MLP", "nin": 1, "nouts": [10**9], "bias": []},
        {"class": "MLP", "nin": 1, "nouts": [1], "nout": 10**9},
        {"class": "Layer", "nin": 1, "nout": 10**9, "nouts": [1]},
        {"class": "Layer", "nin": -1, "nout": -(10**9), "bias": False},
        {"class": "Layer", "nin": 0, "nout": 10**9, "bias": False},
        {"class": "Layer", "nin": [1], "nout": 10**9},
        {"class": "Neuron", "nin": 1e300},
        {"class": "Neuron", "nin": "1"},
        {"class": "Neuron", "nin": True},
        {"class": "Neuron", "nin": 1, "bias": 10**9},
        {"class": "Neuron", "nin": 1, "activation": "system"},
        {"class": "Neuron", "nin": 1, "activation": ["relu"]},
        {"class": "Neuron", "nin": 1, "activation": "softmax"},
        {"class": "Neuron", "nin": 1, "seed": 1},
        {"class": "Neuron", "nin": 1, "__class__": 1},
        {"class": "Perceptron", "nin": 1, "lr": math.nan},
        {"class": "Module"},
        {"class": "os.system", "nin": 1},
        {"class": ["MLP"], "nin": 1},
        {"nin": 1},
        {"class": "Sequential", "modules": [{"class": "Neuron", "nin": 1}] * 9},
        {"class": "Sequential", "modules": 5},
        [],
        None,
        "nothing",
    ],
)
def test_models_that_cannot_be_are_refused(description: object, tmp_path: Path) -> None:
    assert peak_of_refusal(written(tmp_path, about(description), [1.0, 2.0])) < 10**6


names = st.sampled_from(["class", "modules", "nin", "nout", "nouts", "bias", "activation", "lr", "init"])
words = st.sampled_from(["Neuron", "Layer", "MLP", "Sequential", "Perceptron", "relu", "softmax", "he", "", "x"])
plain = st.one_of(st.none(), st.booleans(), st.integers(-1, 3), st.just(10**18), st.floats(), words)
whatever = st.recursive(plain, lambda inner: st.one_of(st.lists(inner), st.dictionaries(names, inner)), max_leaves=12)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(whatever, st.integers(0, 4))
def test_any_description_is_a_model_or_refused(description: object, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), about(description), [0.0] * count)
        try:
            model = load(path)
        except ValueError as error:
            assert str(error).startswith(f"{path} is no model")
        else:
            assert callable(model)


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda folder: written(folder, {"format": FORMAT, "version": 2}),
            r"version 2, where .* 1, can be read; a newer",
        ),
        (lambda folder: written(folder, {"format": "other", "version": 1}), "its format is 'other'"),
        (lambda folder: written(folder, [1]), "TypeError"),
        (
            lambda folder: written(folder, about({"class": "Neuron", "nin": 3}), [1.0]),
            "to have 4 parameters, and has 1",
        ),
        (lambda folder: written(folder, about({"class": "Neuron", "nin": 1}), [[1.0, 2.0]]), r"of shape \(1, 2\)"),
        (lambda folder: written(folder, about({"class": "Neuron", "nin": 1}), [1, 2]), "an array of int64"),
        (lambda folder: written(folder, about(None) | {"model": "\ud800"}), "KeyError"),
        (lambda folder: written(folder, {"format": FORMAT, "version": 1, "names": ["a", "a"]}, [1.0, 2.0]), "another"),
        (lambda folder: written(folder, {"format": FORMAT, "version": 1, "names": ["a"]}, [1.0, 2.0]), "to have 1 par"),
        (lambda folder: written(folder, {"format": FORMAT, "version": 1, "names": [1]}, [1.0]), "has no name"),
    ],
)
def test_what_is_wrong_is_said(make, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        load(make(tmp_path))


def test_nested_too_deeply(tmp_path: Path) -> None:
    deep = '{"class": "Sequential", "modules": [' * 10**5
    np.savez(tmp_path / "m.npz", about=np.array(deep.encode()), parameters=np.ones(1))
    with pytest.raises(ValueError, match="RecursionError"):
        load(tmp_path / "m.npz")


def test_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, weights=np.ones(2))
    with pytest.raises(ValueError, match="instead of about and parameters there are weights"):
        load(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match=f"{path} is no model that save wrote, or is damaged: File is not a zip file"):
        load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.npy", b"x")
    with pytest.raises(ValueError, match="is no model"):
        load(path)
    assert os.listdir(tmp_path) == ["m.npz"]
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_when_writing_fails_the_old_file_stays(fault: str, tmp_path: Path, monkeypatch) -> None:
    path = save({"w": 1.0}, tmp_path / "m.npz")

    def full(*_) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="the disk is full"):
        patch.setattr(os, fault, full)
        save({"w": 2.0}, path)
    assert load(path) == {"w": 1.0} and os.listdir(tmp_path) == ["m.npz"]


def test_a_link_remains_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "m.npz")
    write_atomically(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "m.npz").read_bytes() == b"x"


KILLS = int(os.environ.get("STEPGRAD_KILLS", "20"))
KILLED = """
import os, random, signal, sys, time
from nn.saving import load, save

path, kills = sys.argv[1], int(sys.argv[2])
states = [{f"p{i}": float(i + n) for i in range(5000)} for n in (0, 1)]
save(states[0], path)

def files():
    return len(os.listdir(os.path.dirname(path)))

there, changes = 0, 0
for _ in range(kills):
    child = os.fork()
    if not child:
        while True:
            there = 1 - there
            save(states[there], path)
    before = files()
    while files() <= before:  # until it is writing
        time.sleep(0)
    time.sleep(random.uniform(0.0, 0.002))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = states.index(load(path))
    changes += found != there
    there = found
print(f"{kills} kills, {files() - 1} while a file was written; {changes} times it was the new model")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_while_saving(tmp_path: Path) -> None:
    """The file is the old model or the new one. STEPGRAD_KILLS=200 kills more often, and -s shows how it went."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "m.npz"), str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + KILLS)
    print(done.stdout)
    assert done.returncode == 0, done.stderr
