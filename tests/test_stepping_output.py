"""What a stepper and a practice give to notebooks and files."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograd import Practice, Stepper, Value, draw, practice
from autograd.drawing import engine

Shown = Stepper | Practice


@pytest.fixture(params=[Stepper, practice])
def shown(request: pytest.FixtureRequest) -> Any:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return request.param((a * b).tanh())


def test_a_notebook_gets_a_widget_a_still_picture_and_text(shown: Any) -> None:
    data, _ = shown._repr_mimebundle_()
    assert data["text/plain"] == repr(shown)
    assert data["text/html"].startswith("<img alt=") and "tanh(v1)" in data["image/svg+xml"]
    model = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    again, _ = shown._repr_mimebundle_()
    assert again["application/vnd.jupyter.widget-view+json"]["model_id"] == model


def test_a_notebook_without_widgets_gets_the_page(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    bundle = shown._repr_mimebundle_()
    assert "<script>" in bundle["text/html"] and bundle["text/plain"] == repr(shown)
    assert bundle["text/html"].startswith('<div><img alt="a graph of 4 nodes" src="data:image/svg+xml;base64,')
    assert "tanh(v1)" in bundle["image/svg+xml"]


def test_the_still_picture_of_a_practice_gives_no_answers_away() -> None:
    x = Value(0.5, label="x")
    y = 3 * x
    y.backward()
    sheet = practice(y)

    def gradients(bundle: dict[str, str]) -> list[str]:
        words = re.findall(r"<text[^>]*>([^<]*)</text>", bundle["image/svg+xml"])
        return [number.strip("\xa0_") for word, number in pairwise(words) if word == "grad"]

    assert gradients(draw(y)._repr_mimebundle_()) == ["1.0", "3.0"]
    assert gradients(sheet._repr_mimebundle_()[0]) == ["", ""]
    sheet.answer("x", 3)
    assert gradients(sheet._repr_mimebundle_()[0]) == ["", "3.0"]


def test_without_a_layout_engine_there_is_no_picture(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_engines", list)
    data, _ = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    monkeypatch.setitem(sys.modules, "anywidget", None)
    shown._widget = None
    assert shown._repr_mimebundle_()["text/html"].startswith("<div></div>")


def test_a_page_is_html(shown: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a page is saved as \.html, got 'page\.pdf'"):
        shown.save(tmp_path / "page.pdf")
    assert shown.save(tmp_path / "page.HTML").read_text().startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["page.HTML"]


def test_a_graph_too_large_for_a_page_says_so(tmp_path: Path) -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(4000):
        y = y + x
    for shown in (Stepper(y), practice(y)):
        bundle: Any = shown._repr_mimebundle_()
        assert list(bundle) == ["text/plain"] and "this graph has 4,001 nodes" in bundle["text/plain"]
        with pytest.raises(ValueError, match="a page to step through holds 3,000; take a part of it"):
            shown.save(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_formulas_need_a_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(ImportError, match=r"need the package latex2mathml: python -m pip install \"stepgrad\[draw\]\""):
        Stepper(Value(1.0) * 2).save(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_widget_and_the_practice_hear_each_other() -> None:
    a = Value(2.0, label="a")
    task = practice(a * 3)
    task._repr_mimebundle_()
    task.answer("a", "1 + 1")
    assert task._widget.history == [["answer", 1, "1 + 1", "2"]]
    task._widget.history = [
        *task._widget.history,
        ["hint", 1, 1],
        ["answer", 1, "6/2", "3.0"],
        ["answer", 0, "nan", "nan"],
    ]
    report = task.report()
    assert list(report.right) == ["a"] and list(report.wrong) == ["v1"]
    assert (report.tries, report.hints) == ({"a": 2, "v1": 1}, {"a": 1})
    assert task._widget.history[2:] == [["answer", 1, "6/2", "3.0"], ["answer", 0, "nan", "nan"]]


def test_the_widget_and_the_stepper_hear_each_other() -> None:
    a = Value(2.0, label="a")
    stepper = Stepper(a * 3)
    stepper._repr_mimebundle_()
    stepper.next()
    assert stepper._widget.position == 1
    stepper._widget.position = 3
    assert stepper.done
    stepper._heard({"edit": [0, "-1.5"]})
    assert a.data == -1.5 and stepper._widget.numbers == {"data": [-1.5, 3.0, -4.5], "partials": [3.0]}
