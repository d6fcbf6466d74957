"""Notebooks where no kernel runs: as pages made by nbconvert, and as viewers on the web show them, without scripts.

Run by `.ci/run`; by hand `python -m pytest -m browser tests/test_static_notebooks.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page

from tests.pictures import pictures, shown_pictures
from tests.test_notebooks import notebooks

pytestmark = pytest.mark.browser
REMOVED = ["script", "style", "form", "input", "button", "select", "textarea"]
NO_PICTURE = re.compile(r"object at 0x|<?Figure[ (]|model not found|loading widget", re.IGNORECASE)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, scripts: bool) -> Iterator[Page]:
    """A page without a network."""
    page = browser.new_page(viewport={"width": 1100, "height": 900}, java_script_enabled=scripts)
    page.route(re.compile("^https?:"), lambda route: route.abort())
    yield page
    page.close()


@notebooks
def test_every_picture_is_there(
    path: Path, page: Page, scripts: bool, keep_picture: Callable[[str], None], tmp_path: Path
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    wanted = [pictures(cell) for cell in code]
    assert sum(wanted) > 0
    if not scripts:
        sanitize(notebook)
    contents, _ = HTMLExporter().from_notebook_node(notebook)
    (tmp_path / "page.html").write_text(contents, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(200)  # scripts draw
    shown = [shown_pictures(cell) for cell in page.locator(".jp-CodeCell").all()]
    keep_picture(f"{path.stem}-{'scripts' if scripts else 'no-scripts'}")
    assert [cell.source for cell, least, seen in zip(code, wanted, shown, strict=True) if seen < least] == []
    for text in page.locator(".jp-OutputArea-output").all_inner_texts():
        assert not NO_PICTURE.search(text), text
    assert faults == []


def sanitize(notebook: nbformat.NotebookNode) -> None:
    """Take out of a notebook what viewers on the web do not let through."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                page = BeautifulSoup(output.data["text/html"], "html.parser")
                for element in page(REMOVED):
                    element.decompose()
                for element in page(True):
                    element.attrs = {name: text for name, text in element.attrs.items() if not name.startswith("on")}
                output.data["text/html"] = str(page)
