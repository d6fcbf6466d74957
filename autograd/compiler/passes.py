"""Passes: from a code to a shorter one that gives the same numbers, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import ops
from autograd.compiler.code import CHUNK, DOT, MINUS_ONE, ONE, Code, Slots, leading_to, numbered
from autograd.table import Op

Mask = NDArray[np.bool_]
Indices = NDArray[np.signedinteger[Any]]


def prune(code: Code) -> Code:
    """Dead code: leave out what no result needs."""
    return _keep(code, leading_to(code, _wanted(code), code.arguments))


def fold(code: Code) -> Code:
    """Constant folding: compute what is made of constants, and leave out factors of 1."""
    code = _without_ones(code)
    while code.size:
        constant = np.logical_and.reduceat(code.arguments < 0, code.starts[:-1])
        chosen = np.flatnonzero(constant)
        if not len(chosen):
            break
        results = np.array([_result(code, instruction) for instruction in chosen.tolist()])
        constants, slots = numbered(np.concatenate([code.constants, results]))
        table = code.itself()
        table[code.leaves + chosen] = slots[len(code.constants) :]
        code = _keep(replace(code.renamed(table), constants=constants), ~constant)
    return code


def share(code: Code) -> Code:
    """Common subexpressions: what is computed twice from the same arguments is computed once."""
    alive = np.ones(code.size, np.bool_)
    suspects: Indices = np.arange(code.size, dtype=np.int32)
    while len(suspects):
        twins, firsts = _twins(code, suspects)
        table = code.itself()
        table[code.leaves + twins] = code.leaves + firsts
        code = code.renamed(table)
        alive[twins] = False
        changed = np.zeros(len(table), np.bool_)
        changed[code.leaves + firsts] = True
        suspects = np.flatnonzero(np.logical_or.reduceat(changed[code.arguments], code.starts[:-1]) & alive)
    return _keep(code, alive)


def flatten(code: Code) -> Code:
    """Sums of what is used only once become dots: a·b + c·d + e is one instruction instead of four.

    A sum goes on where the first of its terms, or the second in its place, has ended: x + y is y + x to the last bit,
    but further terms keep their order.
    """
    return _keep(*_with_sums(code, *_lists(code)))


def _lists(code: Code) -> tuple[Mask, Slots, Slots]:
    """Which instructions are kept, how many terms those have that are sums, and all these, as pairs of factors."""
    kept, owner, pairs, before = _linked(code)
    linked = (np.diff(owner, prepend=-1) != 0) & (before >= 0)[owner]  # the first term stands for another sum
    owner = owner[~linked]
    pairs = pairs[~linked]
    length, shift = _places(kept, owner, before)
    del before  # memory is scarce here: ten million instructions are to take less than a gigabyte
    ordered = np.empty_like(pairs)
    ordered[shift[owner] + np.arange(len(owner), dtype=np.int32)] = pairs
    return kept, length, ordered


def _places(kept: Mask, owner: Slots, before: Slots) -> tuple[Slots, Slots]:
    """How many terms the kept sums have in the end, and how far the terms of an instruction have to move.

    They go behind those of the sums before its own, and of the earlier parts of this.
    """
    count = np.bincount(owner, minlength=len(kept)).astype(np.int32)
    whole = np.arange(len(kept), dtype=np.int32)  # the sum of which each one is a part
    later = np.flatnonzero(before >= 0).astype(np.int32)
    whole[before[later]] = later
    del later
    while not np.array_equal(whole, further := whole[whole]):
        whole = further
    offset = _sums_along(before, count)
    length = np.where(kept, offset + count, np.int32(0))
    offset += (np.cumsum(length, dtype=np.int32) - length)[whole]
    return length, offset - (np.cumsum(count, dtype=np.int32) - count)


def _linked(code: Code) -> tuple[Mask, Slots, Slots, Slots]:
    """The terms of sums, with products taken apart, and what goes on where another sum has ended.

    Returns:
        Which instructions are kept; of all terms, the instructions they belong to, and their factors; and for each
        instruction the one whose terms come in place of its first, or -1.
    """
    once = _used_once(code)
    is_mul, is_sum, owner, pairs = _terms(code)

    def plain(kind: Mask, chosen: Any = slice(None)) -> Mask:
        """Which terms are nothing but an instruction of a kind whose result is not used elsewhere."""
        made = np.maximum(pairs[chosen, 0] - code.leaves, -1)
        found: Mask = (pairs[chosen, 1] == ONE) & (made >= 0) & (kind & once)[made]
        return found

    kept = np.ones(code.size, np.bool_)
    products = np.flatnonzero(plain(is_mul)).astype(np.int32)
    factored = pairs[products, 0] - code.leaves
    kept[factored] = False
    begin = code.starts[factored]
    pairs[products] = np.stack([code.arguments[begin], code.arguments[begin + 1]], axis=1)

    count = np.bincount(owner, minlength=code.size).astype(np.int32)
    head = np.cumsum(count, dtype=np.int32) - count
    longer = head[count > 1]
    turned = longer[plain(is_sum, longer + 1) & ~plain(is_sum, longer)]
    pairs[turned], pairs[turned + 1] = pairs[turned + 1], pairs[turned]
    later = np.flatnonzero(is_sum).astype(np.int32)
    later = later[plain(is_sum, head[later])]
    before = np.full(code.size, -1, np.int32)
    before[later] = pairs[head[later], 0] - code.leaves
    kept[before[later]] = False
    return kept, owner, pairs, before


def _used_once(code: Code) -> Mask:
    """The instructions whose results are used, or wanted, once."""
    uses = np.zeros(code.leaves + code.size + len(code.constants), np.int32)
    wanted = _wanted(code)
    for begin in range(0, len(code.arguments), CHUNK):
        np.add.at(uses, code.arguments[begin : begin + CHUNK], 1)
    np.add.at(uses, wanted, 1)
    once: Mask = uses[code.leaves : code.leaves + code.size] == 1
    return once


def _terms(code: Code) -> tuple[Mask, Mask, Slots, Slots]:
    """Which instructions are products and which are sums; the terms of the sums as pairs of factors, with owners."""
    is_add, is_sub, is_mul, is_dot = (_is(code, row) for row in (ops.add, ops.sub, ops.mul, DOT))
    is_sum = is_add | is_sub | is_dot
    counts = np.diff(code.starts)
    terms = np.where(is_dot, counts // 2, 2 * is_sum.astype(np.int32))
    owner = np.repeat(np.arange(code.size, dtype=np.int32), terms)
    pairs = np.full((len(owner), 2), ONE, np.int32)
    of_dot = is_dot[owner]
    pairs[of_dot] = code.arguments[np.repeat(is_dot, counts)].reshape(-1, 2)
    pairs[~of_dot, 0] = code.arguments[np.repeat(is_sum & ~is_dot, counts)]
    pairs[np.cumsum(terms)[is_sub] - 1, 1] = MINUS_ONE
    return is_mul, is_sum, owner, pairs


def _sums_along(before: Slots, weight: Slots) -> Slots:
    """For each element of linked lists, the weights of all that come before it."""
    total = np.where(before >= 0, weight[before], np.int32(0))
    while (going := before >= 0).any():
        total = total + np.where(going, total[before], np.int32(0))
        before = np.where(going, before[before], np.int32(-1))
    return total


def _with_sums(code: Code, kept: Mask, length: Slots, pairs: Slots) -> tuple[Code, Mask]:
    """The code where some of the kept instructions become sums of so many pairs, and which instructions are kept.

    The simplest sums are no dots.
    """
    rows = list(dict.fromkeys([*code.rows, ops.mul, ops.neg, ops.add, ops.sub, DOT]))
    mul, neg, add, sub, dot = map(rows.index, (ops.mul, ops.neg, ops.add, ops.sub, DOT))
    operations = np.where(length > 0, np.int16(dot), code.operations)
    chosen = length == 1
    operations[chosen] = np.where(pairs[np.repeat(chosen, length), 1] == MINUS_ONE, neg, mul)
    chosen = length == 2
    factors = pairs[np.repeat(chosen, length), 1].reshape(-1, 2)
    sums, differences = ((factors == pattern).all(axis=1) for pattern in ([ONE, ONE], [ONE, MINUS_ONE]))
    operations[chosen] = np.where(sums, add, np.where(differences, sub, dot))
    multiplied = (length > 0) & ((operations == dot) | (operations == mul))
    plain = (length > 0) & ~multiplied
    rest = kept & (length == 0)
    counts = np.where(rest, np.diff(code.starts), length + length * multiplied)
    starts = np.append(np.int32(0), np.cumsum(counts, dtype=np.int32))
    arguments = np.empty(starts[-1], np.int32)
    arguments[np.repeat(rest, counts)] = code.arguments[np.repeat(rest, np.diff(code.starts))]
    arguments[np.repeat(plain, counts)] = pairs[np.repeat(plain, length), 0]
    arguments[np.repeat(multiplied, counts)] = pairs[np.repeat(multiplied, length)].ravel()
    return replace(code, rows=tuple(rows), operations=operations, starts=starts, arguments=arguments), kept


def _twins(code: Code, suspects: Indices) -> tuple[Indices, Indices]:
    """Those of some instructions that are the same as an earlier one of them, and these."""
    parts = np.array_split(suspects, range(CHUNK, len(suspects), CHUNK))
    key = np.concatenate([_hashed(code, part) for part in parts])
    order = np.argsort(key, kind="stable")
    key, suspects = key[order], suspects[order]
    new = np.append(True, key[1:] != key[:-1])
    firsts, twins = suspects[np.flatnonzero(new)[np.cumsum(new) - 1]][~new], suspects[~new]
    counts = np.diff(code.starts)
    alike = (code.operations[firsts] == code.operations[twins]) & (counts[firsts] == counts[twins])
    firsts, twins = firsts[alike], twins[alike]
    if len(twins):
        position, edges = _edges(code, twins)
        differs = code.arguments[edges] != code.arguments[_edges(code, firsts)[1]]
        alike = ~np.logical_or.reduceat(differs, np.flatnonzero(position == 0))
    return twins[alike], firsts[alike]


def _hashed(code: Code, chosen: NDArray[Any]) -> NDArray[np.uint64]:
    """A number for each of the chosen instructions, the same for the same ones."""
    position, edges = _edges(code, chosen)
    mixed = (code.arguments[edges].astype(np.uint64) + np.uint64(1)) * (2 * position.astype(np.uint64) + MIX)
    mixed ^= mixed >> np.uint64(29)
    hashed: NDArray[np.uint64] = np.add.reduceat(mixed, np.flatnonzero(position == 0)) * MIX
    hashed += code.operations[chosen].astype(np.uint64)
    return hashed


MIX = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits, odd


def _edges(code: Code, chosen: NDArray[Any]) -> tuple[Slots, Slots]:
    """For each argument of the chosen instructions, which of its instruction it is, and where it stands."""
    counts = np.diff(code.starts)[chosen]
    position = np.arange(counts.sum(), dtype=np.int32) - np.repeat(np.cumsum(counts, dtype=np.int32) - counts, counts)
    return position, position + np.repeat(code.starts[chosen], counts)


def _is(code: Code, row: Op) -> Mask:
    found: Mask = code.operations == (code.rows.index(row) if row in code.rows else -1)
    return found


def _result(code: Code, instruction: int) -> float:
    """What an instruction makes of constants."""
    xs = code.constants[-1 - code.arguments_of(instruction)].tolist()
    return float(code.rows[code.operations[instruction]].forward(*xs))


def _without_ones(code: Code) -> Code:
    products = np.flatnonzero(_is(code, ops.mul))
    xs, ys = (code.arguments[code.starts[products] + position] for position in (0, 1))
    by_one = (xs == ONE) | (ys == ONE)
    table = code.itself()
    table[code.leaves + products[by_one]] = np.where(xs == ONE, ys, xs)[by_one]
    while not np.array_equal(table, further := table[table]):
        table = further
    kept = np.ones(code.size, np.bool_)
    kept[products[by_one]] = False
    return _keep(code.renamed(table), kept)


def _wanted(code: Code) -> Slots:
    return np.concatenate([code.outputs, code.gradients])


def _keep(code: Code, kept: Mask) -> Code:
    """Only these instructions, on which no others depend."""
    table = code.itself()
    table[code.leaves : code.leaves + code.size] = code.leaves - 1 + np.cumsum(kept, dtype=np.int32)
    counts = np.diff(code.starts)
    code = code.renamed(table)
    operations = code.operations[kept]
    occurs = np.bincount(operations, minlength=len(code.rows)) > 0
    return replace(
        code,
        rows=tuple(row for row, found in zip(code.rows, occurs) if found),
        operations=(np.cumsum(occurs) - 1).astype(np.int16)[operations],
        starts=np.append(np.int32(0), np.cumsum(counts[kept], dtype=np.int32)),
        arguments=code.arguments[np.repeat(kept, counts)],
    )
