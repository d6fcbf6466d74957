"""A small GPT in scalars: Karpathy's microgpt, https://karpathy.github.io/2026/02/12/microgpt, in Modules.

It is GPT-2 but for three things: RMSNorm for LayerNorm, ReLU for GELU, no biases. Tokens go through it one by one.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from numbers import Integral
from typing import Any

from autograd import Parameter, Value, logsumexp, mean, relu, scope, softmax, sqrt
from nn.initialisation import Seed, generator
from nn.layers import Number
from nn.module import Module, size
from nn.preparing import at_least

Row = Sequence[Number]
Matrix = list[list[Parameter]]
Token = int | Row

STANDARD_DEVIATION = 0.08  # of the first weights
EPSILON = 1e-5  # keeps the norm of a row of zeros from being 0


def embedding(token: Token, table: Matrix) -> list[Any]:
    """The row of a token in a table.

    Args:
        token: the number of the row; or a one-hot row, numbers or Values, by which all rows are weighed and summed up,
            so that a compiled program can be told the token at each call.
        table: a row for each token.

    >>> from autograd import Parameter
    >>> from nn.gpt import embedding
    >>> table = [[Parameter(1.0), Parameter(2.0)], [Parameter(3.0), Parameter(4.0)]]
    >>> [x.data for x in embedding(1, table)], [x.data for x in embedding([0.0, 1.0], table)]
    ([3.0, 4.0], [3.0, 4.0])
    """
    if isinstance(token, int):
        return list(table[token])
    with scope("embedding", closed=True):
        return [_dot(token, column) for column in zip(*table)]


def linear(x: Row, weights: Sequence[Row]) -> list[Any]:
    """A weighted sum of `x` for each row of `weights`.

    >>> from nn.gpt import linear
    >>> linear([1.0, 2.0], [[3.0, 4.0], [5.0, 6.0]])
    [11.0, 17.0]
    """
    with scope("linear", closed=True):
        return [_dot(row, x) for row in weights]


def rmsnorm(x: Row) -> list[Any]:
    """`x` scaled so that the mean of its squares is 1: xᵢ / √(Σ xⱼ²/n + 10⁻⁵).

    >>> from nn.gpt import rmsnorm
    >>> rmsnorm([3e3, -3e3])
    [0.9999999999994..., -0.9999999999994...]
    """
    with scope("rmsnorm", closed=True):
        scale = 1 / sqrt(_dot(x, x) / len(x) + EPSILON)
        return [scale * item for item in x]


def attention(query: Row, keys: Sequence[Row], values: Sequence[Row]) -> list[Any]:
    """The mean of the values, weighed by how well their keys answer the query: Σ softmax(query·keyᵢ/√n)·valueᵢ.

    Args:
        query: the n numbers that are asked for.
        keys: n numbers for each value.
        values: rows of numbers.

    >>> from nn.gpt import attention
    >>> attention([1.0], keys=[[0.0], [0.0]], values=[[2.0, 0.0], [4.0, 1.0]])
    [3.0, 0.5]
    """
    with scope("attention", closed=True):
        weights = softmax([_dot(query, key) / math.sqrt(len(query)) for key in keys])
        return [_dot(weights, column) for column in zip(*values)]


def surprise(logits: Row, target: Token) -> Any:
    """How surprising a token is: -log softmax(logits)[target].

    Args:
        logits: a number for each token.
        target: the token; or a one-hot row.

    >>> from nn.gpt import surprise
    >>> surprise([0.0, 0.0], 1), surprise([0.0, 0.0], [0.0, 1.0])
    (0.6931471805599453, 0.6931471805599453)
    """
    with scope("surprise", closed=True):
        return logsumexp(logits) - (logits[target] if isinstance(target, int) else _dot(target, logits))


class Block(Module):
    """Attention of several heads, then a network of one hidden layer; what each gives is added to the row it got.

    Args:
        width: how many numbers a row has.
        heads: how many parts of the row attend by themselves.
        rng: where the first weights come from.
    """

    def __init__(self, width: int, heads: int, rng: random.Random) -> None:
        self.heads = heads
        self.attn_wq = _matrix("attn_wq", width, width, rng)
        self.attn_wk = _matrix("attn_wk", width, width, rng)
        self.attn_wv = _matrix("attn_wv", width, width, rng)
        self.attn_wo = _matrix("attn_wo", width, width, rng)
        self.mlp_fc1 = _matrix("mlp_fc1", 4 * width, width, rng)
        self.mlp_fc2 = _matrix("mlp_fc2", width, 4 * width, rng)

    def forward(self, x: Row, keys: list[Row], values: list[Row]) -> list[Any]:
        """The row after the block.

        Args:
            x: the row of a token.
            keys, values: those of the tokens before it; its own are appended.
        """
        normed = rmsnorm(x)
        query = linear(normed, self.attn_wq)
        keys.append(linear(normed, self.attn_wk))
        values.append(linear(normed, self.attn_wv))
        attended: list[Any] = []
        for head in _parts(len(x), self.heads):
            attended += attention(query[head], [key[head] for key in keys], [value[head] for value in values])
        x = _sum("residual", linear(attended, self.attn_wo), x)
        hidden = linear(rmsnorm(x), self.mlp_fc1)
        with scope("relu", closed=True):
            active = list(map(relu, hidden))
        return _sum("residual", linear(active, self.mlp_fc2), x)


class GPT(Module):
    """A generative pre-trained transformer, which tells from the tokens so far how likely each is to be the next.

    With these defaults it is that of microgpt, which has the same weights if `seed` is a `random.Random(42)` that has
    shuffled the names before.

    Args:
        vocabulary: how many tokens there are.
        width: how many numbers stand for a token.
        heads: how many parts of these attend by themselves.
        context: how many tokens it can look back on, the present one included.
        blocks: how many blocks follow each other.
        seed: a number or a `random.Random` for the weights. None: Python's `random`.

    Attributes:
        wte, wpe: the embeddings of tokens and positions.
        lm_head: the weights from the last row to the logits.
        blocks: the blocks.

    Raises:
        TypeError, ValueError: a size is not a positive integer, or `width` is not a multiple of `heads`.

    >>> from nn import GPT
    >>> model = GPT()
    >>> model
    GPT(27, width=16, heads=4, context=16, blocks=1)  # 4192 parameters
    >>> model.loss([26, 4, 12, 12, 0, 26])  # those of "emma"; log 27 would be mere guessing
    Value(data=3.225..., grad=0.0)
    """

    def __init__(
        self,
        vocabulary: int = 27,
        width: int = 16,
        heads: int = 4,
        context: int = 16,
        blocks: int = 1,
        seed: Seed = 42,
    ) -> None:
        sizes = {"vocabulary": vocabulary, "width": width, "heads": heads, "context": context, "blocks": blocks}
        for name, number in sizes.items():
            at_least(1, name, number)
        if width % heads:
            raise ValueError(f"each head takes an equal part of the width: {width} is not a multiple of {heads} heads")
        self.vocabulary = vocabulary
        self.context = context
        rng = generator(seed)
        self.wte = _matrix("wte", vocabulary, width, rng)
        self.wpe = _matrix("wpe", context, width, rng)
        self.lm_head = _matrix("lm_head", vocabulary, width, rng)
        self.blocks = [Block(width, heads, rng) for _ in range(blocks)]
        for number, block in enumerate(self.blocks, 1):
            block.label = f"block {number}"

    def forward(self, token: Token, position: int, keys: list[list[Row]], values: list[list[Row]]) -> list[Any]:
        """The logits of the next token: their softmax is how likely each token is to be it.

        Args:
            token: its number; or a one-hot row, numbers or Values, as for the inputs of a compiled program.
            position: how many tokens stand before it.
            keys, values: for each block those of the tokens before, at first `[[] for _ in model.blocks]`; those of
                this token are appended.

        Raises:
            ValueError: the token or the position is out of range, or there are not as many keys as tokens before.
        """
        if not 0 <= position < self.context:
            raise ValueError(
                f"this GPT takes positions from 0 to {self.context - 1}, got {position}; "
                f"for longer texts make it with context={max(position, 0) + 1} or more"
            )
        for name, lists in {"keys": keys, "values": values}.items():
            if [len(rows) for rows in lists] != [position] * len(self.blocks):
                raise ValueError(
                    f"{name} has a list for each of {len(self.blocks)} blocks, with a row for each of {position} "
                    f"tokens before; got lists of {[len(rows) for rows in lists]}: begin with [[] for _ in "
                    "model.blocks] at position 0, and pass the same lists on"
                )
        x = rmsnorm(_sum("token and position", embedding(self._token(token), self.wte), self.wpe[position]))
        for block, block_keys, block_values in zip(self.blocks, keys, values):
            x = block(x, block_keys, block_values)
        return linear(x, self.lm_head)

    def loss(self, tokens: Sequence[Token]) -> Value:
        """How surprising each token is after those before it, on average: the mean of -log softmax(logits)[next token].

        Args:
            tokens: at least two, and at most one more than the context.

        Raises:
            ValueError: there are too few or too many, or a token is out of range.
        """
        if not 2 <= len(tokens) <= self.context + 1:
            raise ValueError(
                f"this GPT of context {self.context} learns from 2 to {self.context + 1} tokens, got {len(tokens)}; "
                f"cut longer texts, tokens[:{self.context + 1}], or make it with context={len(tokens) - 1}"
                if len(tokens) > 1
                else f"a GPT learns from what follows a token: from 2 tokens or more, got {len(tokens)}"
            )
        given = list(map(self._token, tokens))
        keys: list[list[Row]] = [[] for _ in self.blocks]
        values: list[list[Row]] = [[] for _ in self.blocks]
        return mean(  # type: ignore[no-any-return]
            surprise(self(token, position, keys, values), target)
            for position, (token, target) in enumerate(pairwise(given))
        )

    def _token(self, token: Any) -> Token:
        """The token, checked."""
        if isinstance(token, Integral) and int(token) in range(self.vocabulary):
            return int(token)
        if hasattr(token, "__len__") and len(token) == self.vocabulary:
            return token  # type: ignore[no-any-return]
        raise ValueError(
            f"a token of this GPT is a number from 0 to {self.vocabulary - 1}, or a one-hot row of {self.vocabulary} "
            f"numbers or Values; got {token!r:.60}"
        )

    def __repr__(self) -> str:
        width, heads = len(self.wte[0]), self.blocks[0].heads
        shape = f"width={width}, heads={heads}, context={self.context}, blocks={len(self.blocks)}"
        return f"GPT({self.vocabulary}, {shape})  # {size(self)}"


def _matrix(name: str, rows: int, columns: int, rng: random.Random) -> Matrix:
    return [
        [Parameter(rng.gauss(0, STANDARD_DEVIATION), label=f"{name}[{i}][{j}]") for j in range(columns)]
        for i in range(rows)
    ]


def _dot(xs: Iterable[Number], ys: Iterable[Number]) -> Any:
    """Σ xᵢ·yᵢ from left to right, a form that compiles to one instruction."""
    products = map(operator.mul, xs, ys)
    return sum(products, next(products))


def _sum(name: str, xs: Iterable[Number], ys: Iterable[Number]) -> list[Any]:
    with scope(name, closed=True):
        return list(map(operator.add, xs, ys))


def _parts(length: int, count: int) -> list[slice]:
    """That many slices of the same size."""
    step = length // count
    return [slice(start, start + step) for start in range(0, length, step)]
