"""Text to learn from: first names, and characters as tokens."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path


class Tokenizer:
    """Characters as tokens: 0, 1, 2, … in their order, and one more, which begins and ends each text.

    Args:
        texts: those whose characters it shall know.

    Attributes:
        characters: all of them, in order.
        bos: the token that begins and ends each text.
        vocabulary: how many tokens there are.

    Raises:
        TypeError: a text is not a string.
        ValueError: there are no characters.

    >>> from nn import Tokenizer
    >>> tokenizer = Tokenizer(["anna", "otto"])
    >>> tokenizer.encode("tan"), tokenizer.decode([4, 3, 0, 1, 4])
    ([4, 3, 0, 1, 4], 'tan')
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.characters = "".join(sorted(set("".join(texts))))
        if not self.characters:
            raise ValueError("a Tokenizer is made from texts, such as ['anna', 'otto']; got none, or empty ones")
        self.bos = len(self.characters)
        self.vocabulary = self.bos + 1

    def encode(self, text: str) -> list[int]:
        """The tokens of a text.

        Raises:
            ValueError: a character of it is not known.
        """
        for place, character in enumerate(text):
            if character not in self.characters:
                raise ValueError(
                    f"this Tokenizer knows {self.characters!r}; character {place} of {text!r:.60} is {character!r}: "
                    "leave it out, or make a Tokenizer of all texts, and a GPT of its vocabulary"
                )
        return [self.bos, *map(self.characters.index, text), self.bos]

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens, without those that begin and end it.

        Raises:
            ValueError: there is no such token.
        """
        given = list(tokens)
        for place, token in enumerate(given):
            if not 0 <= token <= self.bos:
                raise ValueError(f"this Tokenizer has tokens from 0 to {self.bos}; token {place} is {token}")
        return "".join(self.characters[token] for token in given if token != self.bos)

    def __repr__(self) -> str:
        return f"Tokenizer({self.characters!r})  # {self.vocabulary} tokens"


def first_names(path: str | os.PathLike[str] | None = None) -> list[str]:
    """First names: 5,163 of the United States census of 1990, in lower case and in order.

    They come with the package `names`.

    Args:
        path: of a file to be read instead, with a name in each line, such as makemore's names.txt, which microgpt
            learns from. Its names stay as they are.

    Raises:
        ModuleNotFoundError: the package names is not installed.
        OSError, ValueError: the file cannot be read, or there is no name in it.

    >>> from nn import first_names
    >>> first_names()[:3]  # doctest: +SKIP
    ['aaron', 'abbey', 'abbie']
    """
    if path is None:
        return _census()
    found = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    if not found:
        raise ValueError(f"{os.fspath(path)} holds no names; a name in each line is expected")
    return found


def _census() -> list[str]:
    try:
        folder = resources.files("names")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "first_names needs the package names: python -m pip install names; or the path of a file with a name in "
            "each line, first_names('names.txt')",
            name="names",
        ) from None
    lines = [
        line
        for kind in ("female", "male")
        for line in folder.joinpath(f"dist.{kind}.first").read_text(encoding="utf-8").splitlines()
    ]
    return sorted({line.split()[0].lower() for line in lines})
