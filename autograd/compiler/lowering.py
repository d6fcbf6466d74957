"""From a recorded graph to its instructions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from autograd.compiler.code import Code, Slots, numbered
from autograd.graph import made
from autograd.table import Op
from autograd.value import Value


def lower(outputs: Sequence[Value], inputs: Sequence[Value]) -> tuple[Code, list[Value]]:
    """The instructions that compute some Values, and the parameters that they read.

    Args:
        outputs: what is to be computed.
        inputs: the leaves that differ from sample to sample. All others but constants are parameters.

    Returns:
        The code, with an instruction for each node, and the parameters in the order in which they are first used.
    """
    order = made(*outputs)
    rows: dict[Op, int] = {}
    operations = np.fromiter((_number(rows, node) for node in order), np.int16, len(order))
    starts = np.zeros(len(order) + 1, np.int32)
    np.cumsum(np.fromiter((len(node.args) for node in order), np.int32, len(order)), out=starts[1:])
    leaves = [arg for node in order for arg in node.args if not arg.args]
    leaves += [output for output in outputs if not output.args]
    variables = dict.fromkeys([*inputs, *[leaf for leaf in leaves if not leaf.constant]])
    slot = {leaf: position for position, leaf in enumerate(variables)}
    given = np.fromiter((leaf.data if leaf.constant else 1.0 for leaf in leaves), np.float64, len(leaves))
    constants, constant_slots = numbered(np.concatenate([[1.0, -1.0], given]))
    leaf_slots = np.fromiter((slot.get(leaf, -1) for leaf in leaves), np.int32, len(leaves))
    leaf_slots = np.where(leaf_slots < 0, constant_slots[2:], leaf_slots)
    found = _find(order, [(arg for node in order for arg in node.args), outputs], [starts[-1], len(outputs)])
    found[found < 0] = leaf_slots - len(slot)
    found += len(slot)
    code = Code(
        inputs=len(inputs),
        parameters=len(slot) - len(inputs),
        rows=tuple(rows),
        operations=operations,
        starts=starts,
        arguments=found[: starts[-1]].copy(),
        constants=constants,
        outputs=found[starts[-1] :].copy(),
        gradients=np.empty(0, np.int32),
    )
    return code, list(variables)[len(inputs) :]


def _number(rows: dict[Op, int], node: Value) -> int:
    assert node.op is not None
    return rows.setdefault(node.op, len(rows))


def _find(order: Sequence[Value], wanted: Sequence[Iterable[Value]], counts: Sequence[int]) -> Slots:
    """Where in `order` the wanted nodes are, one iterable after the other; -1 for those that are not there.

    By sorting: a dictionary of ten million Values would take more memory than all that is made of them.
    """
    identities = _identities(order, len(order))
    sought = np.concatenate([_identities(nodes, count) for nodes, count in zip(wanted, counts)])
    if not order:
        return np.full(len(sought), -1, np.int32)
    rank = np.argsort(identities).astype(np.int32)
    identities = identities[rank]
    place = np.searchsorted(identities, sought).astype(np.int32)
    np.minimum(place, len(order) - 1, out=place)
    return np.where(identities[place] == sought, rank[place], np.int32(-1))


def _identities(nodes: Iterable[Value], count: int) -> NDArray[np.int64]:
    return np.fromiter(map(id, nodes), np.int64, count)
