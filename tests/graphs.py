"""Random graphs over the whole table of operations."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from autograd import Value
from tests.oracle import ROWS

numbers = st.floats(-4, 4, allow_subnormal=False)


@st.composite
def graphs(draw: st.DrawFn, max_operations: int = 30) -> Value:
    """A Value made from up to three leaves and some numbers, its arguments picked from all made before."""
    made = [Value(draw(numbers), label=name) for name in "abc"]
    for _ in range(draw(st.integers(0, max_operations))):
        op = draw(st.sampled_from(ROWS))
        args = [draw(st.sampled_from(made) | numbers) for _ in range(op.arity or draw(st.integers(1, 4)))]
        if any(isinstance(arg, Value) for arg in args):
            made.append(op(*args))
    return made[-1]


def large_graph(seed: int, size: int) -> Value:
    """The same with so many operations, faster made."""
    choice = random.Random(seed)
    made = [Value(choice.uniform(-4, 4), label=name) for name in "abc"]
    while len(made) < size + 3:
        op = choice.choice(ROWS)
        numbers = op.arity or choice.randint(1, 4)
        args = [choice.choice(made[-12:]) if choice.random() < 0.9 else choice.uniform(-4, 4) for _ in range(numbers)]
        if any(isinstance(arg, Value) for arg in args):
            made.append(op(*args))
    return made[-1]
