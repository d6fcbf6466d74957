"""Files that are whole or not there."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from os import PathLike


def write_atomically(path: str | PathLike[str], contents: bytes) -> None:
    """Put a file in place at once: until then the old one is there, and if anything goes wrong it stays.

    If the program is killed meanwhile, `path` followed by a random number and `.tmp` may remain beside it.

    Args:
        path: where to. If it is a link, the file it leads to is replaced.
        contents: what shall be in it.

    Raises:
        OSError: the file cannot be written.

    >>> import pathlib, tempfile
    >>> from nn.files import write_atomically
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(f"{folder}/notes.txt", b"learned")
    ...     pathlib.Path(folder, "notes.txt").read_text()
    'learned'
    """
    target = os.path.realpath(path)
    temporary = f"{target}.{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.remove(temporary)
        raise
