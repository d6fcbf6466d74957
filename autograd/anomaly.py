"""Where a nan or an infinity comes from."""

from __future__ import annotations

import math
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

from autograd.backprop import LocalStep
from autograd.notation import TEXT, Names, name_nodes
from autograd.recording import watching

OURS = ("autograd", "nn")


class AnomalyError(RuntimeError):
    """Inside `detect_anomaly()`: an operation, or a step of backprop, made a number that is not finite."""


def line_of_user() -> traceback.FrameSummary:
    """The line outside this library that is being run."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in OURS:
        frame = frame.f_back
    return traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def check_made(node: Any) -> None:
    """Complain of a node just made that is not finite."""
    if not math.isfinite(node.data):
        names = name_nodes(node)
        made = f"{TEXT.operation(node, names)} = {node.data}"
        raise AnomalyError(f"{made} is the first number here that is not finite{_origin(node, names)}")


def watched(steps: Iterable[LocalStep], root: Any) -> Iterator[LocalStep]:
    """The steps of backprop, up to one that is not finite if anomalies are to be detected."""
    for step in steps:
        if watching() and not (math.isfinite(step.contribution) and math.isfinite(step.after)):
            _complain(step, root)
        yield step


def _complain(step: LocalStep, root: Any) -> None:
    names = name_nodes(root)
    L, node, arg = (TEXT.node(value, names) for value in (root, step.node, step.arg))
    upstream, partial, contribution, after = map(float, (step.upstream, step.partial, step.contribution, step.after))
    rule = f"{TEXT.derivative(L, arg)} += {TEXT.derivative(L, node)} · {TEXT.derivative(node, arg)}"
    numbers = f"{upstream!r} · {partial!r} = {contribution!r}"
    total = "" if after == contribution else f", in sum {after!r},"
    made = f"\nwhere {node} = {TEXT.operation(step.node, names)} = {step.node.data!r}"
    raise AnomalyError(
        f"{rule} = {numbers}{total} is the first gradient that is not finite{made}{_origin(step.node, names)}"
    )


def _origin(node: Any, names: Names) -> str:
    """What a node was made from, and by which line."""
    lines = []
    for arg in dict.fromkeys(node.args):
        if not arg.constant:
            made = f"{TEXT.operation(arg, names)} = " if arg.args else ""
            lines.append(f"\nwhere {names[arg]} = {made}{arg.data!r}")
    line = getattr(node, "line", None)
    lines.append(f"\nmade by\n{_place(line)}" if line else "")
    return "".join(lines)


def _place(line: traceback.FrameSummary) -> str:
    """A line as tracebacks write it; one of a notebook by its cell, since its file is a temporary one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    cell = shell.compile.format_code_name(line.filename) if shell else None
    if cell:
        return f"  {' '.join(cell)}, line {line.lineno}\n    {line.line}"
    return "".join(traceback.format_list([line])).rstrip()
