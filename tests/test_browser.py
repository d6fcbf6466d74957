"""What people see, in a real browser: the drawing on its own, and chapters in JupyterLab.

Run by `.ci/run`; by hand `python -m pytest -m browser`, with Chromium installed. With STEPGRAD_SCREENSHOTS
set to a folder, pictures of what was seen are left there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from autograd import Value, draw, formula
from autograd.expressions import parse
from nn import MLP
from tests.lab import KERNEL, choose_theme, open_notebook, run_all_cells
from tests.pictures import pictures, shown_pictures
from tests.test_drawing import EVIL
from tests.test_formulas import FORMULAS

pytestmark = pytest.mark.browser
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
Keep = Callable[[str], None]


def test_labels_are_words_and_never_run(page: Page, keep_picture: Keep, tmp_path: Path) -> None:
    dialogs: list[Any] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    total = Value(0.0, label="start")
    for label in EVIL:
        total = total + Value(1.0, label=label) * 2
    page.goto(draw(total).save(tmp_path / "evil.svg").as_uri())
    words = page.evaluate("[...document.querySelectorAll('text')].map(t => t.textContent)")
    assert "<script>alert(1)</script>" in words and "∂ 中文 🙂" in words and "{x}" in words
    assert page.evaluate("document.querySelectorAll('script').length") == 0 and not dialogs
    keep_picture("labels")


def test_every_word_lies_inside_its_node_in_the_browsers_own_fonts(
    page: Page, keep_picture: Keep, tmp_path: Path
) -> None:
    x = Value(-1234.5678, label="a longer name")
    picture = draw((x * 2).tanh() + x / 3)
    page.goto(picture.save(tmp_path / "g.svg").as_uri())
    outside = page.evaluate(
        """[...document.querySelectorAll('g.node')].flatMap(node => {
            const box = node.querySelector('path, polygon').getBoundingClientRect()
            return [...node.querySelectorAll('text')].filter(text => {
                const t = text.getBoundingClientRect()
                return t.left < box.left || t.right > box.right || t.top < box.top || t.bottom > box.bottom
            }).map(text => text.textContent)
        })"""
    )
    assert outside == []
    keep_picture("drawing")


def open_a_box(page: Page) -> None:
    view = page.locator(".jp-OutputArea-output .view", has=page.locator("g.group")).first
    frames = view.locator("g.frame").count()
    view.locator("g.group").last.click()
    expect(view.locator("g.frame")).not_to_have_count(frames)


def step_and_practise(page: Page) -> None:
    step_back_and_forth(page)
    sheet = page.locator(".jp-OutputArea-output .stepper", has=page.locator(".practice"))
    answer = sheet.get_by_label("gradient of E")
    score = sheet.locator(".score")
    for text, judgement in [("2", "3 of 8 right"), ("1", "4 of 8 right")]:
        answer.fill(text)
        answer.press("Enter")
        expect(score).to_contain_text(judgement)


def step_back_and_forth(page: Page) -> None:
    walk = page.locator(".jp-OutputArea-output .stepper", has=page.get_by_role("button", name="Next", exact=True))
    walk.get_by_label("step", exact=True).fill("0")
    for button, position in [("Next", 1), ("Next", 2), ("Back", 1)]:
        walk.get_by_role("button", name=button, exact=True).click()
        expect(walk.locator(".counter")).to_have_text(re.compile(rf"^{position} / \d+$"))


def step_and_play(page: Page) -> None:
    step_back_and_forth(page)
    film = page.locator(".animation")
    before = film.locator("img").get_attribute("src")
    film.get_by_role("button", name="Play", exact=True).click()
    expect(film.locator("img")).not_to_have_attribute("src", str(before))


def open_a_neuron(page: Page) -> None:
    open_a_box(page)
    sketch = page.locator(".jp-OutputArea-output", has=page.locator(".network"))
    sketch.locator(".neuron").first.click()
    expect(sketch.locator(".view")).to_be_visible()


CHAPTERS = {
    "01_value_and_graph": open_a_box,
    "02_stepping_by_hand": step_and_practise,
    "06_classification": step_and_play,
    "10_a_gpt_out_of_scalars": open_a_box,
    "gallery_of_graphs": open_a_neuron,
}


@pytest.mark.parametrize("jupyter", ["Light"], indirect=True)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_in_jupyterlab(
    chapter: str, page: Page, keep_picture: Keep, jupyter: tuple[str, str], tmp_path: Path
) -> None:
    address, _ = jupyter
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    shutil.copy(NOTEBOOKS / f"{chapter}.ipynb", tmp_path)
    notebook = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    open_notebook(page, address, f"{chapter}.ipynb")
    run_all_cells(page)
    CHAPTERS[chapter](page)
    panel = page.locator(".jp-WindowedPanel-outer")
    for theme in ("Light", "Dark"):
        choose_theme(page, theme)
        for number in range(60):
            panel.evaluate("(node, top) => { node.scrollTop = top }", number * 700)
            page.wait_for_timeout(200)
            keep_picture(f"{chapter}-{theme}-{number:02d}")
            if panel.evaluate("node => node.scrollTop + node.clientHeight >= node.scrollHeight - 2"):
                break
        cells = page.locator(".jp-Notebook .jp-Cell").all()
        missing = [
            cell.source
            for cell, there in zip(notebook.cells, cells, strict=True)
            if shown_pictures(there) < pictures(cell)
        ]
        assert missing == []
    for kind in ("error", "stderr"):
        assert page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() == 0
    assert faults == []


@pytest.mark.parametrize("jupyter", ["Light"], indirect=True)
def test_formulas_and_mermaid_in_jupyterlab(
    page: Page, keep_picture: Keep, jupyter: tuple[str, str], tmp_path: Path
) -> None:
    names = {
        name: Value(x, label=label) for name, x, label in (("a", 0.7, "α"), ("b", 1.3, "w_1 & {y}"), ("c", 2.1, "c"))
    }
    latex = [formula(parse(source, names))._repr_latex_() for source in FORMULAS]
    deep = names["a"]
    for _ in range(30):
        deep = deep * deep.tanh() + names["b"]
    latex.append(formula(deep)._repr_latex_())
    picture = f"```mermaid\n{draw(MLP(2, [2, 1], seed=0)([1.0, names['b']]), edges='partial').mermaid}```"
    cells = [nbformat.v4.new_markdown_cell(text) for text in (*latex, picture)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "written.ipynb")
    open_notebook(page, jupyter[0], "written.ipynb")
    panel = page.locator(".jp-WindowedPanel-outer")
    typeset: set[str] = set()
    for number in range(40):
        panel.evaluate("(node, top) => { node.scrollTop = top }", number * 700)
        page.wait_for_timeout(500)
        assert (
            page.locator("mjx-merror, [data-mjx-error], .jp-mod-warning, .jp-RenderedMermaid.jp-mod-error").count() == 0
        )
        typeset |= set(page.locator("mjx-container mjx-assistive-mml, mjx-container").evaluate_all(TEXTS))
        keep_picture(f"written-{number:02d}")
        if panel.evaluate("node => node.scrollTop + node.clientHeight >= node.scrollHeight - 2"):
            break
    assert len(typeset) >= len(latex)
    drawn = page.locator(".jp-RenderedMermaid img, .jp-RenderedMermaid svg")
    expect(drawn.first).to_be_visible(timeout=30_000)
    keep_picture("written-mermaid")


TEXTS = "nodes => nodes.map(node => node.innerHTML)"
