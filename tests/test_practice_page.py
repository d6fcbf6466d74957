"""Practice as a page of its own, in a real browser: it grades as Python does."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograd import Practice, Value, exercise, practice
from autograd.drawing.page import source
from autograd.expressions import parse
from autograd.stepping.solutions import matches
from tests.test_drawing import EVIL

pytestmark = pytest.mark.browser
Open = Callable[[Practice], None]


@pytest.fixture
def opened(silent: Page, tmp_path: Path) -> Open:
    """Opens a practice saved as a page."""

    def open_(task: Practice) -> None:
        silent.goto(task.save(tmp_path / "sheet.html").as_uri())
        silent.wait_for_selector("g.node", state="attached")

    return open_


def typed(page: Page, name: str, answer: str) -> None:
    field = page.get_by_label(f"gradient of {name}", exact=True)
    field.fill(answer)
    field.press("Enter")


def card(page: Page, name: str) -> str:
    return str(page.locator(".cards > li", has=page.get_by_label(f"gradient of {name}", exact=True)).inner_text())


@pytest.mark.parametrize("kind", ["neuron", "shared", "softmax", "network"])
def test_the_page_says_what_python_says(kind: str, page: Page, opened: Open) -> None:
    task = practice(exercise(kind, 2, seed=5))
    opened(task)
    choice = random.Random(1)
    for blank in list(task.cards.values()):
        wrong = [mistake.answer for mistake in blank.mistakes]
        for answer in [*choice.sample(wrong, min(2, len(wrong))), 123.456, blank.answer]:
            typed(page, blank.name, f"{answer:.3g}")
            verdict = task.answer(blank.name, f"{answer:.3g}")
            if verdict.right:
                assert card(page, blank.name).split()[-1] == "✓"
                break
            assert verdict.message in card(page, blank.name)
    assert task.score == 1
    count = len(task.cards)
    tries = sum(task.report().tries.values())
    expect(page.locator(".score")).to_have_text(f"Well done: all {count} of {count} right ({tries} tries, 0 hints)")


@pytest.mark.parametrize("kind", ["neuron", "shared", "softmax", "network"])
def test_the_page_follows_a_mistake_as_python_does(kind: str, page: Page, opened: Open) -> None:
    task = practice(exercise(kind, 2, seed=5))
    opened(task)
    gradient: dict[str, float] = {}
    for place, blank in enumerate(task.cards.values()):
        gradient[blank.name] = sum(gradient[name] * partial for name, partial in blank.edges) if place else 1.0
        if place in (1, 4):
            gradient[blank.name] = 3 * gradient[blank.name] + 1
        if place % 3:  # the others are left out, and gone through
            answer = f"{gradient[blank.name]:.3g}"
            typed(page, blank.name, answer)
            verdict = task.answer(blank.name, answer)
            assert verdict.right or verdict.message in card(page, blank.name)
    kinds = [verdict.kind for verdict in task.report().wrong.values()]
    assert kinds.count("follows") == len(kinds) - 2 >= 2


def test_a_mended_mistake_is_not_carried_on(page: Page, opened: Open) -> None:
    a = Value(2.0, label="a")
    c = a * 3
    c.label = "the $& 'c'"
    task = practice(c * 5)
    opened(task)
    kinds: list[str] = []
    for name, answer in ((c.label, "7"), ("a", "21"), (c.label, "5"), ("a", "21")):
        typed(page, name, answer)
        verdict = task.answer(name, answer)
        kinds.append(verdict.kind)
        assert verdict.right or verdict.message in card(page, name)
    assert kinds == ["unknown", "follows", "", "unknown"]


def test_right_answers_fill_in_and_hints_come_in_three_degrees(
    page: Page, opened: Open, keep_picture: Callable[[str], None]
) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    L = c.tanh() * 5
    c.label, L.label = "c", "L"
    task = practice(L)
    opened(task)
    typed(page, "L", "4 - 3")
    box = page.locator("g.node", has=page.get_by_text("L", exact=True)).first
    assert box.locator(".number-grad").text_content() == "1.0"
    assert page.evaluate("document.querySelector('div').shadowRoot.activeElement.ariaLabel") == "gradient of v1"
    page.get_by_label("gradient of a", exact=True).focus()
    for degree in (1, 2, 3):
        page.get_by_role("button", name="Hint").click()
        for shown in range(1, degree + 1):
            assert task.hint("a", shown) in card(page, "a")
    expect(page.get_by_role("button", name="Hint")).to_be_disabled()
    expect(page.locator(".score")).to_have_text("1 of 5 right (1 try, 3 hints)")
    page.locator("g.node", has=page.get_by_text("b", exact=True)).first.click()
    assert page.evaluate("document.querySelector('div').shadowRoot.activeElement.ariaLabel") == "gradient of b"
    keep_picture("practice")


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "Type a number such as 2.5, or arithmetic such as 2*3."),
        ("alert(1)", "“alert” is not understood here"),
        ("constructor(1)", "“constructor” is not understood here"),
        ("2 3", "“3” is not understood here"),
        ("(2", "Something is missing"),
        ("2*", "Something is missing"),
        ("1e999", "“1e999” is not understood here"),
        ("x.y", "“x” is not understood here"),
        ("1+" * 150 + "1", "That is too long"),
        ("<img src=x onerror=alert(1)>", "“<” is not understood here"),
    ],
)
def test_what_is_no_number_is_not_graded(text: str, said: str, page: Page, opened: Open) -> None:
    opened(practice(Value(3.0, label="x") ** 2))
    typed(page, "x", text)
    assert said in card(page, "x")
    expect(page.locator(".score")).to_have_text("0 of 2 right")
    typed(page, "x", "2*3")
    expect(page.locator(".score")).to_have_text("1 of 2 right (1 try, 0 hints)")


def test_arithmetic_is_read_as_python_reads_it(page: Page, opened: Open) -> None:
    task = practice(Value(3.0, label="x") ** 2)
    opened(task)
    texts = [
        *["2*3", "1 - 0.7**2", "-2**2", "2**-1", "2**3**2", "(1 + 2)*3/4", "--3", "+.5", "1e-3*2", "7/0", "0/0"],
        *["tanh(0.5)", "maximum(1, 2, 3)", "1 - tanh(0.3)**2", "exp(-1)/(1 + exp(-1))**2", "2·3", "-(1 - 2)"],
    ]
    scripts = ["drawing/layout.js", "drawing/view.js", "stepping/mathematics.js"]
    scripts += ["stepping/operations.js", "stepping/arithmetic.js"]
    program = "".join(source("autograd." + name) for name in scripts)
    program += f"return {texts}.map(text => exact(calculate(text, OPERATIONS)))"
    numbers = page.evaluate(f"(() => {{ {program} }})()")
    assert numbers == [repr(parse(text, {}).data) for text in texts]


def test_numbers_match_where_python_says_so(page: Page, opened: Open) -> None:
    opened(practice(Value(3.0, label="x") ** 2))
    choice = random.Random(3)
    pairs = []
    for _ in range(2000):
        wanted = choice.choice([1, -1]) * choice.random() * 10 ** choice.randint(-12, 12)
        pairs.append((choice.choice([float(f"{wanted:.3g}"), float(f"{wanted:.2g}"), wanted * 1.0005, 0.0]), wanted))
        pairs.append((float(f"{wanted:.3g}") + 0.5 * 10 ** (math.floor(math.log10(abs(wanted))) - 2), wanted))
    program = source("autograd.stepping/practice.js").partition("function judge")[0]
    found = page.evaluate(f"pairs => {{ {program} return pairs.map(([a, b]) => matches(a, b, 0)) }}", pairs)
    assert found == [matches(answer, wanted, 0.0) for answer, wanted in pairs]
    assert 500 < sum(found) < 3500


def test_labels_are_words_and_never_run(page: Page, opened: Open) -> None:
    total = Value(0.5, label="start")
    for label in EVIL:
        total = total + Value(1.0, label=label).tanh() * 2
        total.label = label
    task = practice(total)
    opened(task)
    for blank in list(task.cards.values())[:10]:
        field = page.locator(".cards > li input").nth(list(task.cards.values()).index(blank))
        field.fill("0.123")
        field.press("Enter")
        for _ in range(3):
            page.get_by_role("button", name="Hint").click()
    assert page.evaluate("document.querySelectorAll('img, iframe').length") == 0


def test_with_the_keyboard_only(page: Page, opened: Open) -> None:
    x = Value(3.0, label="x")
    y = x * 2
    y.label = "y"
    opened(practice(y))
    page.get_by_label("gradient of y", exact=True).focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")  # and on to the next
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # a hint
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".score")).to_have_text("Well done: all 2 of 2 right (3 tries, 1 hint)")
