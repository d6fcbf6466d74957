"""Worksheets: what is asked, what is answered, and how it prints."""

import base64
import math
import pickle
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from playwright.sync_api import Browser, Page

from autograd import DrawingError, Value, detach, exp, relu, scope, softmax
from autograd.drawing import engine
from autograd.graph import topological
from autograd.notation import short
from autograd.stepping.exercises import KINDS, exercise
from autograd.stepping.worksheets import NODES, Worksheet, worksheet
from tests.graphs import graphs
from tests.test_drawing import EVIL

HOSTILE = [*EVIL, "<b onmouseover=alert(1)>", "</svg></style>", "</title><script>a()</script>", "{title}", "'\""]


class Reader(HTMLParser):
    """The words of the table, row by row and cell by cell, and all tags and attributes of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def rows(html: str) -> list[list[str]]:
    return [[cell.strip() for cell in row[1:]] for row in Reader(html).rows[1:]]


def pictures(html: str) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)]


def words(svg: str) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def shared() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    u = a + b
    u.label = "u"
    L = u * a - u**2
    L.label = "L"
    return L


def test_the_sheet_asks() -> None:
    assert rows(worksheet(shared()).html) == [
        ["L = v1 − v2 = −3.0", "∂L/∂v1 =∂L/∂v2 =", "∂L/∂L ="],
        ["v2 = u2 = 1.0", "∂v2/∂u =", "∂L/∂v2 ="],
        ["v1 = u·a = −2.0", "∂v1/∂u =∂v1/∂a =", "∂L/∂v1 ="],
        ["u = a + b = −1.0", "∂u/∂a =∂u/∂b =", "∂L/∂u ="],
        ["b = −3.0", "", "∂L/∂b ="],
        ["a = 2.0", "", "∂L/∂a ="],
    ]


def test_the_key_answers() -> None:
    assert rows(worksheet(shared()).answers) == [
        ["L = v1 − v2 = −3.0", "∂L/∂v1 = 1∂L/∂v2 = −1", "∂L/∂L = 1.0"],
        ["v2 = u2 = 1.0", "∂v2/∂u = 2·u = −2.0", "∂L/∂v2 = ∂L/∂L · ∂L/∂v2 = 1.0 · (−1.0) = −1.0"],
        ["v1 = u·a = −2.0", "∂v1/∂u = a = 2.0∂v1/∂a = u = −1.0", "∂L/∂v1 = ∂L/∂L · ∂L/∂v1 = 1.0 · 1.0 = 1.0"],
        [
            "u = a + b = −1.0",
            "∂u/∂a = 1∂u/∂b = 1",
            "∂L/∂u = ∂L/∂v2 · ∂v2/∂u + ∂L/∂v1 · ∂v1/∂u = −1.0 · (−2.0) + 1.0 · 2.0 = 4.0",
        ],
        ["b = −3.0", "", "∂L/∂b = ∂L/∂u · ∂u/∂b = 4.0 · 1.0 = 4.0"],
        ["a = 2.0", "", "∂L/∂a = ∂L/∂v1 · ∂v1/∂a + ∂L/∂u · ∂u/∂a = 1.0 · (−1.0) + 4.0 · 1.0 = 3.0"],
    ]


def test_a_notebook_shows_the_answers() -> None:
    sheet = worksheet(shared(), title="1 < 2")
    assert repr(sheet.answers) == "<page '1 < 2: answers'>" and "<title>1 &lt; 2: answers</title>" in sheet.answers
    for page in (sheet.html, sheet.answers):
        shown = page._repr_html_()
        assert shown in page and "<html" not in shown and rows(shown) == rows(page)
    assert sheet.html._repr_html_() == sheet._repr_html_() != sheet.answers._repr_html_()
    assert pickle.loads(pickle.dumps(sheet.answers))._repr_html_() == sheet.answers._repr_html_()


def test_the_picture_has_blanks_and_in_the_key_gradients() -> None:
    sheet = worksheet(shared())
    (asked,), (answered,) = (pictures(html) for html in (sheet.html, sheet.answers))
    asked_words, answered_words = words(asked), words(answered)
    assert asked_words.count("_" * 8) == 6 and "grad = ________" in asked
    assert "_" not in "".join(answered_words) and {"4.0", "3.0", "-1.0"} <= set(answered_words)
    assert [word for word in asked_words if "=" in word] == [word for word in answered_words if "=" in word]


def test_the_sheet_gives_nothing_away() -> None:
    x = Value(0.7, label="x")
    L = exp(x * 3.0) * x
    sheet = worksheet(L)
    L.backward()
    answer, digits = short(x.grad), repr(x.grad)
    assert answer in sheet.answers and answer in words(pictures(sheet.answers)[0])
    assert digits in pictures(sheet.answers)[0]
    for given_out in (sheet.html, sheet._repr_html_(), *pictures(sheet.html)):
        assert answer not in given_out and digits[:8] not in given_out


def test_the_users_gradients_are_neither_read_nor_changed() -> None:
    L = shared()
    for index, node in enumerate(topological(L)):
        node.grad = 1000.5 + index
    sheet = worksheet(L)
    for html in (sheet.html, sheet.answers):
        assert "1000" not in html and "1000" not in pictures(html)[0] and "1001" not in pictures(html)[0]
    assert [node.grad for node in topological(L)] == [1000.5 + i for i in range(len(topological(L)))]


def test_a_sheet_stays_as_it_was() -> None:
    L = shared()
    sheet = worksheet(L)
    before = rows(worksheet(L).answers)
    for node in topological(L):
        if not node.constant:
            node.data, node.label = 77.0, "changed"
    assert rows(sheet.answers) == before
    assert not {"77.0", "changed"} & set(words(pictures(sheet.answers)[0]))


@settings(max_examples=25, deadline=None)
@given(graphs(max_operations=8))
def test_the_answers_are_those_of_backward(root: Value) -> None:
    answers = [row[2].rpartition(" = ")[2].strip() for row in rows(worksheet(root).answers)]
    root.zero_grad()
    root.backward()
    nodes = [node for node in reversed(topological(root)) if not node.constant]
    assert [float(answer.replace("−", "-")) for answer in answers] == pytest.approx(
        [float(short(node.grad)) for node in nodes], rel=0, nan_ok=True
    )


def test_where_nothing_flows_the_gradient_is_0() -> None:
    x = Value(-2.0, label="x")
    answers = [row[2] for row in rows(worksheet(detach(x * 3.0) + relu(x + 1.0)).answers)]
    assert [answer.rpartition(" = ")[2] for answer in answers] == ["1.0", "1.0", "0.0", "1.0", "0.0", "0.0"]


def test_a_node_that_is_several_arguments() -> None:
    x = Value(3.0, label="x")
    L = x * x
    L.label = "L"
    assert rows(worksheet(L).html)[0][1] == "∂L/∂x (argument 1) =∂L/∂x (argument 2) ="
    assert rows(worksheet(L).answers)[1][2] == ("∂L/∂x = ∂L/∂L · ∂L/∂x + ∂L/∂L · ∂L/∂x = 1.0 · 3.0 + 1.0 · 3.0 = 6.0")


def test_a_leaf_alone() -> None:
    assert rows(worksheet(Value(2.0, label="x")).answers) == [["x = 2.0", "", "∂x/∂x = 1.0"]]


def test_names_in_the_table_are_those_in_the_picture() -> None:
    parts = []
    for number in (1, 2):
        with scope(f"neuron {number}"):
            parts.append(Value(0.5 * number, label="w") * Value(2.0, label="x"))
    html = worksheet(parts[0] + parts[1]).html
    assert {"w", "w_2", "x", "x_2"} <= set(words(pictures(html)[0]))
    assert {"w = 0.5", "w_2 = 1.0"} <= {row[0] for row in rows(html)}


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_and_titles_are_words(label: str) -> None:
    x = Value(0.5, label=label)
    y = Value(2.0, label=f"{label} 2")
    with scope(f"{label} 1"):
        root = softmax([x * y, y**x])[0]
    root.label = f"{label} 3"
    sheet = worksheet(root, title=label)
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in label)
    for html in (sheet.html, sheet.answers):
        assert html.encode()
        reader = Reader(html)
        assert not {"script", "b onmouseover=alert(1)", "svg"} & set(reader.tags)
        assert reader.attributes <= {"lang", "charset", "name", "content", "class", "alt", "src"}
        assert reader.tags.count("style") == 2 and reader.tags.count("title") == 1
        assert f"{shown} = 0.5" in [row[0] for row in rows(html)]
        ET.fromstring(pictures(html)[0])
        assert "<script" not in pictures(html)[0] and "<b " not in pictures(html)[0]


def test_a_page_of_its_own_without_script_or_request() -> None:
    sheet = worksheet(shared(), title="Sums & products")
    assert "<title>Sums &amp; products</title>" in sheet.html
    assert "<title>Sums &amp; products: answers</title>" in sheet.answers
    assert "Name" in sheet.html and "Date" in sheet.html and "Name" not in sheet.answers
    for html in (sheet.html, sheet.answers):
        assert html.startswith("<!DOCTYPE html>") and "<script" not in html and "@page" in html
        assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import", html)


def test_a_notebook_shows_the_sheet_without_a_page_around() -> None:
    sheet = worksheet(shared())
    fragment = sheet._repr_html_()
    assert fragment in sheet.html
    assert not {"html", "head", "body", "script"} & set(Reader(fragment).tags) and "@page" not in fragment


def test_saving(tmp_path: Path) -> None:
    sheet = worksheet(shared())
    paths = sheet.save(tmp_path / "sheet.html")
    assert paths == (tmp_path / "sheet.html", tmp_path / "sheet_answers.html")
    assert [path.read_text(encoding="utf-8") for path in paths] == [sheet.html, sheet.answers]
    assert sheet.save(str(tmp_path / "OTHER.HTML"))[1].name == "OTHER_answers.HTML"


@pytest.mark.parametrize("name, got", [("sheet.pdf", "'.pdf'"), ("sheet", "'a file without suffix'")])
def test_other_formats_are_refused(tmp_path: Path, name: str, got: str) -> None:
    with pytest.raises(ValueError) as raised:
        worksheet(shared()).save(tmp_path / name)
    assert str(raised.value) == f"cannot save as {got}: use .html, and print it to PDF"
    assert not list(tmp_path.iterdir())


def test_without_an_engine_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_engines", list)
    sheet = worksheet(shared())
    assert repr(sheet) == "<worksheet 'Backpropagation' of 6 nodes>"
    with pytest.raises(DrawingError, match="no layout engine"):
        sheet.save(tmp_path / "sheet.html")
    with pytest.raises(DrawingError, match="no layout engine"):
        sheet._repr_html_()
    assert not list(tmp_path.iterdir())


def chain(length: int) -> Value:
    x = Value(0.5, label="x")
    for _ in range(length - 1):
        x = x.tanh()
    return x


def test_what_is_not_accepted() -> None:
    assert repr(worksheet(chain(NODES))) == f"<worksheet 'Backpropagation' of {NODES} nodes>"
    with pytest.raises(ValueError) as raised:
        worksheet(chain(100_000))
    assert str(raised.value) == (
        "a worksheet has room for 40 nodes, this graph has 100,000: take that of a node inside, "
        "as worksheet(root.args[0]) does, or that of an exercise"
    )
    with pytest.raises(TypeError, match=r"^worksheet needs a Value, got float 1\.0$"):
        worksheet(1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^title is a text such as 'Backpropagation', got int 3$"):
        worksheet(shared(), title=3)  # type: ignore[arg-type]


def test_numbers_that_are_none() -> None:
    x = Value(0.0, label="x")
    assert rows(worksheet(1 / x).answers)[1][2].endswith("= 1.0 · (−inf) = −inf")
    assert rows(worksheet(x * math.nan).answers)[1][2].endswith("= 1.0 · nan = nan")


# In a browser.


def printed(page: Page) -> list[bytes]:
    """The pages of the PDF in which a browser prints the sheet on A4."""
    return re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", prefer_css_page_size=True))


@pytest.mark.browser
@pytest.mark.parametrize("kind, difficulty", [(kind, difficulty) for kind in KINDS for difficulty in (1, 3)])
def test_sheets_fit_their_pages(
    page: Page, tmp_path: Path, keep_picture: Callable[[str], None], kind: Any, difficulty: int
) -> None:
    sheet = worksheet(exercise(kind, difficulty, seed=7), title=f"{kind} {difficulty}")
    for path in sheet.save(tmp_path / "sheet.html"):
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 673, "height": 1000})  # A4 without its margins
        faults = page.evaluate(
            """() => {
                const box = (element) => element.getBoundingClientRect()
                const cells = [...document.querySelectorAll('td')]
                const wide = cells.filter((cell) => [...cell.querySelectorAll('.quotient, .side, .blank')]
                    .some((part) => box(part).right > box(cell).right + 1))
                const image = document.images[0]
                return [
                    ...wide.map((cell) => `${cell.textContent} is too wide`),
                    ...(document.documentElement.scrollWidth > innerWidth ? ['the page is too wide'] : []),
                    ...(box(image).height > 205 / 25.4 * 96 + 1 ? ['the picture is too high'] : []),
                    ...(image.naturalWidth ? [] : ['there is no picture']),
                ]
            }"""
        )
        assert faults == []
        assert len(printed(page)) <= 3
        keep_picture(f"worksheet-{path.stem}-{kind}-{difficulty}")


@pytest.mark.browser
def test_dark_browsers_show_black_on_white(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    faults: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else faults.append(request.url)
    )
    page.on("console", lambda message: faults.append(message.text))
    page.goto(worksheet(shared()).save(tmp_path / "sheet.html")[0].as_uri())
    colours = page.evaluate(
        """() => [document.documentElement, document.querySelector('.worksheet')].map((element) => {
            const style = getComputedStyle(element)
            return [style.color, style.backgroundColor]
        })"""
    )
    assert colours == [["rgb(0, 0, 0)", "rgb(255, 255, 255)"]] * 2 and faults == []
    page.close()


@pytest.mark.browser
def test_a_dark_notebook_shows_a_white_sheet(page: Page) -> None:
    dark = (
        "body { background: #111; color: #eee } .out td, .out th { text-align: right; color: #eee }"
        ".out tbody tr:nth-child(odd) { background: #333 }"
    )
    fragment = worksheet(shared())._repr_html_()
    page.set_content(f'<style>{dark}</style><div class="out">{fragment}</div>')
    looks = page.evaluate(
        """() => [...document.querySelectorAll('td')].map((cell) => {
            const style = getComputedStyle(cell)
            return [style.color, style.textAlign, getComputedStyle(cell.parentNode).backgroundColor].join(' ')
        })"""
    )
    assert set(looks) == {"rgb(0, 0, 0) left rgba(0, 0, 0, 0)"}


@pytest.mark.browser
@pytest.mark.parametrize("label", HOSTILE)
def test_nothing_in_a_label_runs(silent: Page, tmp_path: Path, label: str) -> None:
    x = Value(0.5, label=label)
    sheet: Worksheet = worksheet(x * x + x, title=label)
    for path in sheet.save(tmp_path / "sheet.html"):
        silent.goto(path.as_uri())
        silent.hover("table")
        assert silent.locator("tbody tr").count() == 3
