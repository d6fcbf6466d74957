"""One step of a small network, its loss and gradient, as it is written for NumPy, JAX, PyTorch and micrograd.

Parameters and gradients come in the order of `nn.MLP`: for each neuron its weights, then its bias.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from benchmarks.compiling_timing import Array, Peer
from benchmarks.eager import forward


class Task(NamedTuple):
    """A network of one output learns labels -1 and 1 with the hinge loss, one of several a class with cross-entropy."""

    sizes: list[int]
    activation: str
    X: Array  # (n, inputs)
    labels: Array  # (n,), or one-hot rows (n, classes)


def layers(theta: Any, sizes: Sequence[int]) -> list[Any]:
    """For each layer a matrix, with a row for each neuron: its weights, then its bias."""
    shapes = [(nout, nin + 1) for nin, nout in pairwise(sizes)]
    ends = np.cumsum([rows * columns for rows, columns in shapes]).tolist()
    return [theta[start:end].reshape(shape) for start, end, shape in zip([0, *ends], ends, shapes)]


def numpy_plain(task: Task) -> Peer:
    """As one writes it."""
    weights: list[tuple[Array, Array]] = []
    labels, n = task.labels, len(task.X)

    def load(theta: Array) -> None:
        weights[:] = [(layer[:, :-1].T.copy(), layer[:, -1].copy()) for layer in layers(theta, task.sizes)]

    def step() -> tuple[float, Array]:
        hidden = [task.X]
        for matrix, bias in weights[:-1]:
            z = hidden[-1] @ matrix + bias
            hidden.append(np.tanh(z) if task.activation == "tanh" else np.maximum(z, 0))
        matrix, bias = weights[-1]
        out = hidden[-1] @ matrix + bias
        if labels.ndim == 1:
            margin = 1 - labels * out[:, 0]
            loss = np.maximum(margin, 0).mean()
            g = (-labels * (margin > 0) / n)[:, None]
        else:
            shifted = out - out.max(axis=1, keepdims=True)
            powers = np.exp(shifted)
            total = powers.sum(axis=1, keepdims=True)
            loss = (np.log(total[:, 0]) - (labels * shifted).sum(axis=1)).mean()
            g = (powers / total - labels) / n
        gradient = []
        for x, (matrix, _) in zip(hidden[::-1], weights[::-1]):
            gradient.append(np.column_stack([g.T @ x, g.sum(axis=0)]).ravel())
            if x is not task.X:
                g = (g @ matrix.T) * (1 - x * x if task.activation == "tanh" else x > 0)
        return loss, np.concatenate(gradient[::-1])

    return Peer(load, step, lambda result: result)


def numpy_tuned(task: Task) -> Peer:
    """As fast as I could make it: nothing is allocated, and a row of ones takes biases through the same products."""
    n = len(task.X)
    theta, gradient = np.empty((2, sum((nin + 1) * nout for nin, nout in pairwise(task.sizes))))
    weights, slopes = layers(theta, task.sizes), layers(gradient, task.sizes)
    xs = [np.ones((size + 1, n)) for size in task.sizes[:-1]]
    xs[0][:-1] = task.X.T
    hidden = [x[:-1] for x in xs[1:]]
    zs = [np.empty((size, n)) for size in task.sizes[1:]]
    back = [np.empty_like(x) for x in xs]  # the gradients of `xs`
    gs = [*[each[:-1] for each in back[1:]], np.empty_like(zs[-1])]  # the gradients of `zs`
    transposed_weights, transposed_xs = [weight.T for weight in weights], [x.T for x in xs]
    off = [np.empty(z.shape, bool) for z in zs]
    zero, one, share, shares = np.array(0.0), np.array(1.0), np.array(1 / n), np.full(n, 1 / n)
    labels = np.ascontiguousarray(task.labels.T)
    pull = -labels / n
    row, total, greatest = np.empty((3, n))
    out, g = zs[-1], gs[-1]
    last = len(weights) - 1

    def hinge() -> float:
        np.multiply(out[0], labels, out=row)
        np.subtract(one, row, out=row)
        np.multiply(pull, np.greater(row, zero, out=off[-1][0]), out=g[0])
        return float(np.maximum(row, zero, out=row).dot(shares))

    def cross_entropy() -> float:
        np.maximum.reduce(out, axis=0, out=greatest)
        np.subtract(out, greatest, out=out)
        np.exp(out, out=g)
        np.add.reduce(g, axis=0, out=total)
        np.divide(share, total, out=row)
        loss = np.log(total, out=total).dot(shares) + out.ravel().dot(pull.ravel())
        np.multiply(g, row, out=g)
        np.add(g, pull, out=g)
        return float(loss)

    def step() -> tuple[float, Array]:
        for i in range(last):
            np.dot(weights[i], xs[i], out=zs[i])
            if task.activation == "tanh":
                np.tanh(zs[i], out=hidden[i])
            else:
                np.maximum(zs[i], zero, out=hidden[i])
        np.dot(weights[last], xs[last], out=out)
        loss = hinge() if len(out) == 1 else cross_entropy()
        for i in range(last, 0, -1):
            np.dot(gs[i], transposed_xs[i], out=slopes[i])
            np.dot(transposed_weights[i], gs[i], out=back[i])
            if task.activation == "tanh":
                np.multiply(hidden[i - 1], hidden[i - 1], out=zs[i - 1])
                np.subtract(one, zs[i - 1], out=zs[i - 1])
                np.multiply(gs[i - 1], zs[i - 1], out=gs[i - 1])
            else:
                np.copyto(gs[i - 1], zero, where=np.less_equal(zs[i - 1], zero, out=off[i - 1]))
        np.dot(gs[0], transposed_xs[0], out=slopes[0])
        return loss, gradient

    return Peer(partial(np.copyto, theta), step, lambda result: (result[0], result[1].copy()))


def jax(task: Task) -> Peer:
    """`jit(value_and_grad)`, the parameters and their gradient each in one array on the device: its fastest form."""
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)

    def loss(theta: Any, X: Any, labels: Any) -> Any:
        *inner, last = layers(theta, task.sizes)
        x = X.T
        for layer in inner:
            z = layer[:, :-1] @ x + layer[:, -1:]
            x = jnp.tanh(z) if task.activation == "tanh" else jnp.maximum(z, 0)
        out = last[:, :-1] @ x + last[:, -1:]
        if labels.ndim == 1:
            return jnp.maximum(1 - labels * out[0], 0).mean()
        return (jax.nn.logsumexp(out, axis=0) - (labels.T * out).sum(axis=0)).mean()

    step = jax.jit(jax.value_and_grad(loss))
    data = jax.device_put((task.X, task.labels))
    parameters: list[Any] = []

    def load(theta: Array) -> None:
        parameters[:] = [jax.block_until_ready(jax.device_put(theta))]

    return Peer(
        load,
        lambda: jax.block_until_ready(step(parameters[0], *data)),
        lambda result: (float(result[0]), np.asarray(result[1])),
    )


def pytorch(task: Task) -> Peer:
    """A matrix and a row of biases for each layer, and `backward()`."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    X = torch.tensor(task.X)
    labels = torch.tensor(task.labels if task.labels.ndim == 1 else task.labels.argmax(axis=1))
    shapes = [((nout, nin), (nout,)) for nin, nout in pairwise(task.sizes)]
    weights = [[torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in pair] for pair in shapes]
    activation = torch.tanh if task.activation == "tanh" else torch.relu

    def load(theta: Array) -> None:
        with torch.no_grad():
            for (matrix, bias), layer in zip(weights, map(torch.from_numpy, layers(theta, task.sizes))):
                matrix.copy_(layer[:, :-1])
                bias.copy_(layer[:, -1])

    def step() -> Any:
        x = X
        for matrix, bias in weights[:-1]:
            x = activation(functional.linear(x, matrix, bias))
        out = functional.linear(x, *weights[-1])
        for matrix, bias in weights:
            matrix.grad = bias.grad = None
        hinge = task.labels.ndim == 1
        loss = (1 - labels * out[:, 0]).relu().mean() if hinge else functional.cross_entropy(out, labels)
        loss.backward()
        return loss

    def answer(loss: Any) -> tuple[float, Array]:
        rows = [torch.column_stack([matrix.grad, bias.grad]).ravel() for matrix, bias in weights]
        return loss.item(), torch.cat(rows).numpy()

    return Peer(load, step, answer)


def micrograd(task: Task, collecting: bool) -> Peer:
    """As in its demo notebook, Value by Value, with the garbage collector or without.

    Its graphs are cycles, which only the collector frees.
    """
    from micrograd.engine import Value
    from micrograd.nn import MLP

    model = MLP(task.sizes[0], task.sizes[1:])
    parameters = model.parameters()
    X, labels = task.X.tolist(), task.labels.tolist()

    def load(theta: Array) -> None:
        for parameter, number in zip(parameters, theta.tolist()):
            parameter.data = number

    def step() -> Any:
        if collecting:
            gc.enable()
        loss = forward(Value, model, X, labels)
        model.zero_grad()
        loss.backward()
        gc.disable()
        return loss

    return Peer(load, step, lambda loss: (loss.data, np.array([parameter.grad for parameter in parameters])))
