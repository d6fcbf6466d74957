"""`save` and `load`: a model in a file that holds data only, never code."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from nn.architectures import build, count_parameters, describe
from nn.files import write_atomically
from nn.module import Module

FORMAT = "stepgrad model"
VERSION = 1


def save(model: Module | Mapping[str, float], path: str | PathLike[str]) -> Path:
    """Write a model to a file, from which `load` makes it again, to the last bit of every parameter.

    The file is an .npz archive of NumPy, without pickles: the arguments of the model's constructor as JSON, and the
    parameters as an array. Gradients and labels are not kept. Whatever happens meanwhile, at `path` is the old file or
    the new one, whole.

    Args:
        model: a Neuron, Layer, MLP, Perceptron, or a Sequential of these and of activations. Of other Modules save
            `model.state_dict()`, a dictionary of numbers, and give to their `load_state_dict` what `load` returns.
        path: where to, such as "model.npz".

    Returns:
        The path.

    Raises:
        TypeError: `model` is something else.
        ValueError: its constructor cannot make it again: an activation is a function that has no name in
            `ACTIVATIONS`, or a part was exchanged, is there twice, or is a Module of another class.
        OSError: the file cannot be written.

    >>> import tempfile
    >>> from nn import MLP
    >>> from nn import load, save
    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(model, f"{folder}/model.npz")
    ...     loaded = load(path)
    >>> loaded
    MLP(2, [3, 1], activation='tanh')  # 13 parameters
    >>> loaded.state_dict() == model.state_dict()
    True
    """
    if isinstance(model, Module):
        state, content = model.state_dict(), {"model": describe(model)}
    else:
        state = _numbers(model)
        content = {"names": list(state)}
    about = json.dumps({"format": FORMAT, "version": VERSION} | content)
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(about.encode()), parameters=np.array(list(state.values()), dtype=np.float64))
    write_atomically(path, buffer.getvalue())
    return Path(path)


def load(path: str | PathLike[str]) -> Any:
    """A new model from a file that `save` wrote, or the dictionary, if it was one.

    Nothing in the file is run, nothing is unpacked to the disk, and the memory taken is in proportion to the size of
    the file, so that files of strangers may be loaded.

    Args:
        path: the file.

    Returns:
        A model of the class that was saved, or a dictionary for `load_state_dict`.

    Raises:
        ValueError: the file is none of `save`, is damaged, or of a later version.
        OSError: it cannot be read.

    >>> import tempfile
    >>> from nn import load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(save({"w.0": 0.5, "b": -1.0}, f"{folder}/state.npz"))
    {'w.0': 0.5, 'b': -1.0}
    """
    with open(path, "rb") as file:
        try:
            return _loaded(file)
        except Exception as error:  # anything may fail on bytes that anyone may have written
            reason = error if isinstance(error, (ValueError, zipfile.BadZipFile)) else f"{type(error).__name__} {error}"
            raise ValueError(f"{os.fspath(path)} is no model that save wrote, or is damaged: {reason}") from None


def _numbers(state: Any) -> dict[str, float]:
    if not isinstance(state, Mapping):
        raise TypeError(f"save takes a model, or a dictionary of numbers, got {type(state).__name__} {state!r:.60}")
    for name, number in state.items():
        if not isinstance(name, str) or not isinstance(number, Real):
            raise TypeError(
                "save takes a dictionary of numbers under texts, as state_dict() gives it; "
                f"under {name!r:.60} is {type(number).__name__} {number!r:.60}"
            )
    return {name: Value(number).data for name, number in state.items()}


def _loaded(file: IO[bytes]) -> Any:
    arrays = _arrays(file)
    if "about" not in arrays or "parameters" not in arrays:
        raise ValueError(f"instead of about and parameters there are {', '.join(arrays) or 'none'!s:.60}")
    about, parameters = json.loads(arrays["about"].item()), arrays["parameters"]
    if about["format"] != FORMAT or about["version"] != VERSION:
        raise ValueError(
            f"its format is {about['format']!r:.60}, version {about['version']!r:.60}, where {FORMAT!r}, version "
            f"{VERSION}, can be read; a newer stepgrad may read it"
        )
    if parameters.dtype != np.float64 or parameters.ndim != 1:
        raise ValueError(f"the parameters are no row of float64, but {parameters.dtype} of shape {parameters.shape}")
    numbers = parameters.tolist()
    if "model" not in about:
        return _paired(about["names"], numbers)
    _same_count(count_parameters(about["model"]), numbers)
    model = build(about["model"])
    model.load_state_dict(_paired(list(model.state_dict()), numbers))
    return model


def _arrays(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    """What is in an archive, if it is all plain arrays that take no more room than the file does."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, which files of stepgrad are not")
        if sum(member.file_size for member in members) > os.fstat(file.fileno()).st_size:
            raise ValueError("more is said to be in it than there is")
        return {member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members}


def _array(contents: bytes) -> NDArray[Any]:
    stream = io.BytesIO(contents)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array in it has another format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in "fS":
        raise ValueError(f"there is an array of {dtype}, not of numbers")
    if math.prod(shape) * dtype.itemsize != len(contents) - stream.tell():
        raise ValueError(f"an array of shape {shape} is said to be in {len(contents)} bytes")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _paired(names: list[str], numbers: list[float]) -> dict[str, float]:
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise ValueError("a parameter has no name, or one that another has")
    _same_count(len(names), numbers)
    return dict(zip(names, numbers))


def _same_count(count: int, numbers: list[float]) -> None:
    if count != len(numbers):
        raise ValueError(f"it is to have {count} parameters, and has {len(numbers)}")
