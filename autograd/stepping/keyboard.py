"""Single keys from a terminal, or from what stands in for one."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from select import select
from typing import TextIO

ESCAPE, END_OF_INPUT = "\x1b", "\x04"
ONE_KEY = re.compile(r"\x1b[\[O][\d;]*.|.", re.DOTALL)
NAMED = {f"{ESCAPE}[{code}": name for code, name in [("C", "right"), ("D", "left"), ("H", "home"), ("F", "end")]}
NAMED |= {f"{ESCAPE}[{number}~": "home" if number in (1, 7) else "end" for number in (1, 7, 4, 8)}
PAUSE = 0.05  # seconds within which the rest of a key arrives


@contextmanager
def keyboard(source: TextIO) -> Iterator[Iterator[str]]:
    """The keys that are pressed, until the input ends; a terminal does not show them meanwhile."""
    if not source.isatty():
        yield _until_the_end(iter(lambda: source.read(1), ""))
        return
    if sys.platform == "win32":
        from readchar import key, readkey

        named = {key.RIGHT: "right", key.LEFT: "left", key.HOME: "home", key.END: "end"}
        yield _until_the_end(named.get(pressed, pressed) for pressed in iter(readkey, ""))
        return
    import termios
    import tty

    # Not readkey: here it waits for another key after Esc, and drops those pressed while a screen is drawn.
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source, termios.TCSADRAIN)
        yield _until_the_end(_pressed(source.fileno()))
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def _until_the_end(keys: Iterator[str]) -> Iterator[str]:
    return takewhile(lambda key: key != END_OF_INPUT, keys)


def _pressed(terminal: int) -> Iterator[str]:
    """Keys as terminals send them: a character each, or a few after that of Esc."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while sent := os.read(terminal, 1024):
        if sent.endswith(ESCAPE.encode()) and select([terminal], [], [], PAUSE)[0]:
            sent += os.read(terminal, 1024)
        for key in ONE_KEY.findall(decoder.decode(sent)):
            yield NAMED.get(key.replace(f"{ESCAPE}O", f"{ESCAPE}["), key)
