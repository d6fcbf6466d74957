"""README.md and README.zh.md, taken apart."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "notebooks" / "pictures"
SCALE = 16  # on which fonts and versions of matplotlib make little difference


def looks_like(picture: Path, other: Path) -> bool:
    """Whether two pictures show the same, but for a few pixels."""
    if Image.open(picture).size != Image.open(other).size:
        return False
    small = [np.asarray(Image.open(path).convert("RGB").reduce(SCALE), float) for path in (picture, other)]
    return float(np.sqrt(np.mean((small[0] - small[1]) ** 2))) < 4  # of 255


class Readme:
    """Its blocks, as (language, text); its prose, which is the rest; commands; code, as (program, output); links."""

    def __init__(self, name: str) -> None:
        text = (ROOT / name).read_text()
        fenced = r"^```(\w+)\n(.*?)^```$"
        self.blocks = re.findall(fenced, text, flags=re.M | re.S)
        self.prose = re.sub(fenced, "", text, flags=re.M | re.S)
        self.commands = [text.strip() for language, text in self.blocks if language == "sh"]
        following = [*self.blocks[1:], ("", "")]
        self.code = [
            (text, output if is_output == "text" else "")
            for (language, text), (is_output, output) in zip(self.blocks, following)
            if language == "python"
        ]
        links = re.findall(r'\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"', self.prose)
        self.links = [markdown or html for markdown, html in links]


ENGLISH, CHINESE = Readme("README.md"), Readme("README.zh.md")
