"""The layout engine: DOT in, a picture out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

TIMEOUT = 60  # seconds
PNG = ("-Gbgcolor=white", "-Gdpi=192")  # readable on any ground, and on screens with small points

ADVICE = """\
no layout engine for diagrams was found; one of these two commands helps:
    python -m pip install graphviz-pure     (a self-contained engine)
    apt-get install graphviz                (or brew, winget, conda: the system's Graphviz)"""


class DrawingError(RuntimeError):
    """The diagram could not be laid out; the message says what to do."""


def render(source: str, kind: str) -> bytes:
    """Lay out a DOT source.

    Args:
        source: the graph in the DOT language.
        kind: "svg", "png" or "pdf".

    Returns:
        The contents of a file of that kind.

    Raises:
        DrawingError: no engine is installed, it cannot make this kind, failed, or took too long.
    """
    engines = _engines()
    if not engines:
        raise DrawingError(ADVICE)
    if kind == "pdf":
        engines = [engine for engine in engines if engine.stem == "dot"]
        if not engines:
            raise DrawingError(
                "PDF takes the system's Graphviz (apt-get install graphviz); without it, save as .svg or .png"
            )
    try:
        done = subprocess.run(
            [engines[0], "-q", f"-T{kind}", *(PNG if kind == "png" else ())],
            input=source.encode(),
            capture_output=True,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(f"the layout took more than {TIMEOUT} s; draw a smaller part of the graph") from None
    if done.returncode:
        raise DrawingError(f"{engines[0].name} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _engines() -> list[Path]:
    """What is installed, the bundled engine first; it may lie beside this interpreter but not on PATH."""
    scripts = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    found = [shutil.which("graphviz-pure", path=folder) for folder in scripts]
    found += [shutil.which("graphviz-pure"), shutil.which("dot")]
    return [Path(engine) for engine in found if engine]
