"""What tests in a real browser share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "install Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=FLAGS)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


@pytest.fixture
def keep_picture(page: Page) -> Callable[[str], None]:
    """Leave a picture of the page in the folder of STEPGRAD_SCREENSHOTS, if that is set."""

    def keep(name: str) -> None:
        if folder := os.environ.get("STEPGRAD_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}.png")

    return keep
