"""README's pictures of pages are what Chromium shows of the pages that README's code saves.

With STEPGRAD_SCREENSHOTS set to a folder, the pictures of today are left there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from matplotlib.testing.compare import compare_images
from playwright.sync_api import Browser, Page

from tests.readme import ENGLISH, PICTURES
from tests.test_readme import RMS

pytestmark = pytest.mark.browser


def answered(page: Page) -> None:
    for node, answer in (("L", "1"), ("d", "-6"), ("b", "2")):
        field = page.get_by_label(f"gradient of {node}")
        field.fill(answer)
        field.press("Enter")


@pytest.mark.parametrize(
    "name, saved, scheme, height, act",
    [
        ("stepper-light.png", "neuron.html", "light", 440, lambda page: None),
        ("stepper-dark.png", "neuron.html", "dark", 440, lambda page: None),
        ("practice.png", "practice.html", "light", 460, answered),
    ],
)
def test_a_page_looks_as_shown(
    name: str,
    saved: str,
    scheme: Literal["light", "dark"],
    height: int,
    act: Callable[[Page], None],
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = [code for code, _ in ENGLISH.code if f'.save("{saved}")' in code]
    exec(code, {})
    page = browser.new_page(viewport={"width": 1000, "height": height}, device_scale_factor=2, color_scheme=scheme)
    page.goto((tmp_path / saved).as_uri())
    act(page)
    taken = Path(os.environ.get("STEPGRAD_SCREENSHOTS", tmp_path)) / name
    page.screenshot(path=taken, animations="disabled")
    page.close()
    assert compare_images(str(PICTURES / name), str(taken), RMS) is None
