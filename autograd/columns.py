"""Text in the columns of a terminal, where some characters take two and some none."""

from __future__ import annotations

from unicodedata import combining, east_asian_width


def width_of(text: str) -> int:
    """How many columns it takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """No more of it than fits."""
    if width_of(text) <= width:
        return text
    text = text[: max(width - 1, 0)]
    while width_of(text) > max(width - 1, 0):
        text = text[:-1]
    return f"{text}…"


def padded(text: str, width: int) -> str:
    """Just as wide."""
    text = cut(text, width)
    return text + " " * (width - width_of(text))
