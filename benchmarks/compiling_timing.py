"""Peers that do the same work: whether they agree, and how long each takes, in turns."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Times: TypeAlias = dict[str, list[float]]

ROUNDS, CALLS, PATIENCE = 25, 20, 0.1  # as many calls in each round, but none after so many seconds
CLOSE = 1e-12
INSTALLED_AS = {"micrograd": "micrograd==0.1.0", "sklearn": "scikit-learn"}


class Peer(NamedTuple):
    """One way to do the work.

    Attributes:
        load: takes over the parameters; it is not timed.
        step: computes the loss and its gradient by all parameters.
        answer: reads these from what `step` gave.
    """

    load: Callable[[Array], None]
    step: Callable[[], Any]
    answer: Callable[[Any], tuple[float, Array]]


def installed(makers: Mapping[str, Callable[[], Peer]]) -> dict[str, Peer]:
    """The peers that can be made here; of the others, how to install them."""
    peers = {}
    for name, make in makers.items():
        try:
            peers[name] = make()
        except ImportError as error:
            print(f"without {name}: {how_to_install(error)}")
    return peers


def how_to_install(error: ImportError) -> str:
    return f"python -m pip install {INSTALLED_AS.get(error.name, error.name)}" if error.name else str(error)


def agree(peers: Mapping[str, Peer], theta: Array) -> None:
    """Print how far apart the answers are at most; exit if that is too far."""
    answers = []
    for peer in peers.values():
        peer.load(theta)
        loss, gradient = peer.answer(peer.step())
        answers.append(np.append(gradient, loss))
    differences = np.abs(np.array(answers) - answers[-1]).max(axis=1)
    print(f"losses and gradients agree to {differences.max():.1e}")
    for name, difference in zip(peers, differences):
        if not difference <= CLOSE:
            sys.exit(f"{name} is {difference:.1e} away from {list(peers)[-1]}")


def measure(peers: Mapping[str, Peer], theta: Array) -> Times:
    """Seconds of each call. The peers take turns; no call gets the parameters of the call before."""
    rng = np.random.default_rng(0)
    times: Times = {name: [] for name in peers}
    gc.freeze()
    gc.disable()
    for _ in range(ROUNDS):
        for name, peer in peers.items():
            began = time.perf_counter()
            for _ in range(CALLS):
                peer.load(theta * rng.uniform(0.99, 1.01, theta.shape))
                start = time.perf_counter()
                peer.step()
                end = time.perf_counter()
                times[name].append(end - start)
                if end - began > PATIENCE:
                    gc.collect()  # what made it last is a graph of Python objects
                    break
    gc.enable()
    return times


def report(times: Times, limits: Mapping[str, Mapping[str, float]]) -> None:
    """Print the figures, and ratios of the best ones where there are limits for them.

    Args:
        times: from `measure`.
        limits: for one peer and another, what the first is wanted to take at most, as a share of the second's time.
    """
    print(f"{'':34}{'best us':>12}{'median us':>12}")
    best = {name: min(seconds) for name, seconds in times.items()}
    for name, seconds in times.items():
        print(f"{name:34}{1e6 * best[name]:12,.1f}{1e6 * float(np.median(seconds)):12,.1f}")
    for ours, wanted in limits.items():
        for theirs, limit in wanted.items():
            if ours in best and theirs in best:
                ratio = best[ours] / best[theirs]
                print(f"{ours} takes {share(ratio)} of {theirs}; wanted at most {share(limit)}{verdict(ratio, limit)}")


def share(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio > 0.02 else f"1/{1 / ratio:,.0f}"


def verdict(figure: float, limit: float) -> str:
    return "  <- not reached" if figure > limit else ""
