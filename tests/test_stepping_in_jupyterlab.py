"""Stepping and practising in JupyterLab, joined to Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.lab import open_notebook, render_all_cells, run_all_cells, run_last_cell, write_notebook

pytestmark = pytest.mark.browser

GRAPH = """
from autograd import Stepper, Value, practice, recompute

w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.5, label="b")
n = w * x + b; n.label = "n"
L = n.tanh() * n; L.label = "L"
"""


def widgets(page: Page, count: int) -> list[Locator]:
    shown = page.locator(".jp-OutputArea-output .stepper")
    expect(shown).to_have_count(count, timeout=30_000)
    return shown.all()


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("jupyter", ["Light", "Dark"], indirect=True)
def test_step_edit_and_practise(
    width: int, page: Page, keep_picture: Callable[[str], None], jupyter: tuple[str, str], tmp_path: Path
) -> None:
    address, theme = jupyter
    render_all_cells(tmp_path)
    page.set_viewport_size({"width": width, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    write_notebook(
        tmp_path / "walk.ipynb",
        f"{GRAPH}stepper = Stepper(L)\nstepper",
        "sheet = practice(L)\nsheet",
        "print(stepper.position, w.data, L.data, [node.grad for node in (w, x, b, L)])\nprint(sheet)",
    )
    open_notebook(page, address, "walk.ipynb")
    run_all_cells(page)
    walk, sheet = widgets(page, 2)

    for _ in range(5):
        walk.get_by_role("button", name="Next", exact=True).click()
    expect(walk.locator(".counter")).to_have_text("5 / 12")
    walk.locator("g.node", has_text="w").first.click()
    walk.get_by_label("value of w").fill("-2.5")
    walk.get_by_label("value of w").press("Enter")
    expect(walk.locator("g.node", has_text="n = v1 + b").locator(".number-data")).to_have_text("1.5")
    expect(walk.locator(".counter")).to_have_text("5 / 12")
    keep_picture(f"stepper-{theme}-{width}")

    answer = sheet.get_by_label("gradient of w")
    answer.scroll_into_view_if_needed()
    answer.fill("2")
    answer.press("Enter")
    expect(sheet.locator(".cards > .active .message")).to_contain_text("That is the local derivative ∂v1/∂w alone.")
    keep_picture(f"practice-{theme}-{width}-wrong")
    here: dict[str, Any] = {}
    exec(GRAPH, here)  # the same graph as in the notebook
    sheet_here = here["practice"](here["L"])
    answer.fill(f"{sheet_here.cards[here['w']].answer:.3g}")
    answer.press("Enter")
    expect(sheet.locator(".score")).to_have_text("1 of 7 right (2 tries, 0 hints)")
    keep_picture(f"practice-{theme}-{width}-right")

    printed = run_last_cell(page)
    here["w"].data = -2.5
    here["recompute"](here["L"])
    assert printed.splitlines()[:2] == [f"5 -2.5 {here['L'].data!r} [0.0, 0.0, 0.0, 0.0]", "1 of 7 right"]
    assert re.search(r"w: [\d.]+ is right \(2 tries\)", printed)
    assert faults == []


@pytest.mark.parametrize("jupyter", ["Light"], indirect=True)
def test_python_moves_the_widget_and_a_second_view_shows_the_same(
    page: Page, jupyter: tuple[str, str], tmp_path: Path
) -> None:
    render_all_cells(tmp_path)
    write_notebook(
        tmp_path / "two.ipynb",
        f"{GRAPH}stepper = Stepper(L)\nstepper",
        "stepper.seek(7)\nstepper.edit('b', 7.0)\nstepper.next()",
        "stepper",
        "sheet = practice(L)\nsheet.answer('L', 1), sheet.answer('b', '0.1'), sheet.hint('b')",
        "sheet",
        "sheet.answer('n', 3)\nprint(len(sheet.report().wrong))",
    )
    open_notebook(page, jupyter[0], "two.ipynb")
    run_all_cells(page)
    first, second, sheet = widgets(page, 3)
    for view in (first, second):
        expect(view.locator(".counter")).to_have_text("8 / 12")
        expect(view.locator("g.node", has_text="n = v1 + b").locator(".number-data")).to_have_text("1.0")
    second.get_by_role("button", name="Back").click()
    expect(first.locator(".counter")).to_have_text("7 / 12")
    expect(sheet.locator(".score")).to_have_text("1 of 7 right (3 tries, 1 hint)")


@pytest.mark.parametrize("jupyter", ["Light"], indirect=True)
def test_what_python_refuses_is_said_and_changes_nothing(page: Page, jupyter: tuple[str, str], tmp_path: Path) -> None:
    write_notebook(
        tmp_path / "fussy.ipynb",
        """
from autograd import Stepper, Value, op

def fussy(x):
    if x > 3:
        raise ValueError("too much for me")
    return x

x = Value(1.0, label="x")
stepper = Stepper(op("fussy", fussy, 1.0)(x) * 2)
stepper.seek(2)
stepper""",
        "print(x.data, stepper.root.data)",
    )
    open_notebook(page, jupyter[0], "fussy.ipynb")
    run_all_cells(page)
    (walk,) = widgets(page, 1)
    walk.locator("g.node", has_text="x").first.click()
    walk.get_by_label("value of x").fill("4")
    walk.get_by_label("value of x").press("Enter")
    expect(walk.locator(".complaint")).to_contain_text("ValueError: too much for me")
    walk.get_by_label("value of x").fill("2.5")
    walk.get_by_label("value of x").press("Enter")
    expect(walk.locator("g.node.output .number-data")).to_have_text("5.0")
    assert run_last_cell(page) == "2.5 5.0"
