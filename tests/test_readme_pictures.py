"""README's pictures of pages are what Chromium shows of the pages that README's code saves.

With STEPGRAD_SCREENSHOTS set to a folder, the pictures of today are left there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.readme import ENGLISH, PICTURES, looks_like

pytestmark = pytest.mark.browser
Act = Callable[[Page], None]
Scheme = Literal["light", "dark"]


def answered(page: Page) -> None:
    for node, answer in (("L", "1"), ("d", "-6"), ("b", "2")):
        field = page.get_by_label(f"gradient of {node}")
        field.fill(answer)
        field.press("Enter")


def a_step_less(page: Page) -> None:
    page.get_by_role("button", name="Back", exact=True).click()


@pytest.fixture
def take(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs the code of README that saves a page, opens the page, does something there and takes a picture."""

    def take(picture: Path, saved: str, height: int, act: Act | None, scheme: Scheme = "light") -> None:
        monkeypatch.chdir(tmp_path)
        (code,) = [code for code, _ in ENGLISH.code if f'.save("{saved}")' in code]
        exec(code, {})
        page = browser.new_page(viewport={"width": 1000, "height": height}, device_scale_factor=2, color_scheme=scheme)
        page.goto((tmp_path / saved).as_uri())
        if act:
            act(page)
        page.screenshot(path=picture, animations="disabled")
        page.close()

    return take


@pytest.mark.parametrize(
    "name, saved, height, act, scheme",
    [
        ("stepper-light.png", "neuron.html", 440, None, "light"),
        ("stepper-dark.png", "neuron.html", 440, None, "dark"),
        ("practice.png", "practice.html", 460, answered, "light"),
    ],
)
def test_a_page_looks_as_shown(
    name: str, saved: str, height: int, act: Act | None, scheme: Scheme, take: Callable[..., None], tmp_path: Path
) -> None:
    picture = Path(os.environ.get("STEPGRAD_SCREENSHOTS", tmp_path)) / name
    take(picture, saved, height, act, scheme)
    assert looks_like(PICTURES / name, picture)


@pytest.mark.parametrize(
    "name, saved, height, act",
    [("stepper-light.png", "neuron.html", 440, a_step_less), ("practice.png", "practice.html", 460, None)],
)
def test_another_moment_would_be_noticed(
    name: str, saved: str, height: int, act: Act | None, take: Callable[..., None], tmp_path: Path
) -> None:
    take(tmp_path / name, saved, height, act)
    assert not looks_like(PICTURES / name, tmp_path / name)
