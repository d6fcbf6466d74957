"""The stepper as a page of its own, in a real browser: what it shows is what Python's Stepper says."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from autograd import Stepper, Value, op
from autograd.graph import topological
from autograd.notation import short
from nn import MLP
from tests.graphs import large_graph
from tests.test_drawing import EVIL

pytestmark = pytest.mark.browser
Open = Callable[[Stepper], None]


@pytest.fixture
def opened(silent: Page, tmp_path: Path) -> Open:
    """Opens a stepper saved as a page."""

    def open_(stepper: Stepper) -> None:
        silent.goto(stepper.save(tmp_path / "backprop.html").as_uri())
        silent.wait_for_selector("g.node, g.group", state="attached")
        silent.evaluate("window.root = document.querySelector('div').shadowRoot")

    return open_


def shared() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    d = c + a
    L = (d * 0.25).tanh() * d
    c.label, d.label, L.label = "c", "d", "L"
    return L


def numbers(page: Page) -> dict[int, list[str]]:
    """What stands in the boxes of the nodes."""
    return dict(
        page.evaluate(
            """[...root.querySelectorAll('g.node:not(.constant)')].map(box => [Number(box.dataset.index),
                ['data', 'grad'].map(word => box.querySelector('.number-' + word).textContent)])"""
        )
    )


def expected(stepper: Stepper) -> dict[int, list[str]]:
    shown = {}
    for index, (node, moment) in enumerate(stepper.at(stepper.position).items()):
        if not node.constant:
            more = " + …" if moment.grad is not None and not moment.complete else ""
            shown[index] = ["" if x is None else short(x) for x in (moment.data, moment.grad)]
            shown[index][1] += more
    return shown


def pressed(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("root", [shared(), large_graph(7, 40), MLP(2, [2, 1], seed=0)([1.0, 2.0])])
def test_every_position_shows_what_python_says(root: Value, page: Page, opened: Open) -> None:
    stepper = Stepper(root)
    opened(stepper)
    assert numbers(page) == expected(stepper)
    for _ in stepper:
        pressed(page, "Next")
        assert numbers(page) == expected(stepper)
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    for position in random.Random(0).sample(range(len(stepper)), 5):
        stepper.seek(position)
        page.get_by_label("step", exact=True).fill(str(position))
        assert numbers(page) == expected(stepper)
        if position:
            pressed(page, "Back")
            stepper.back()
            assert numbers(page) == expected(stepper)
    pressed(page, "Reset")
    stepper.reset()
    assert numbers(page) == expected(stepper)


def test_of_two_edges_the_one_of_the_step_is_marked(page: Page, opened: Open) -> None:
    x = Value(3.0, label="x")
    stepper = Stepper(x * x)
    stepper.run_to("x")
    opened(stepper)
    edges = "[...root.querySelectorAll('path.edge')].map(path => path.classList.contains('now'))"
    assert page.evaluate(edges) == [False, True]
    page.get_by_role("button", name="Back", exact=True).click()
    assert page.evaluate(edges) == [True, False]


def test_a_step_in_words_and_as_mathematics(page: Page, opened: Open, keep_picture: Callable[[str], None]) -> None:
    stepper = Stepper(shared())
    stepper.run_to("c")
    stepper.run_to("c")
    opened(stepper)
    step = page.locator(".step")
    expect(step).to_contain_text("d hands its gradient on to c. L changes by")
    assert step.locator(".equations").count() == 2
    assert step.locator("mfrac").first.evaluate("e => [...e.textContent]") == ["∂", "L", "∂", "c"]
    expect(page.get_by_role("status").last).to_contain_text("Backward, step 11 of 14")
    assert page.locator("g.node.now .name").all_text_contents() == ["c"]
    assert page.locator("g.node.near .name").all_text_contents() == ["d"]
    assert page.locator("path.edge.now.back").count() == 1
    keep_picture("stepper")


def test_a_number_is_not_equated_with_itself(page: Page, opened: Open) -> None:
    stepper = Stepper(shared())
    stepper.run_to("b")
    opened(stepper)
    rows = page.locator(".step .equations").last.locator("mtr")
    assert rows.all_text_contents() == ["∂(a·b)∂b=a", "=2.0"]


def test_the_whole_sum_of_a_node_and_its_paths(page: Page, opened: Open, keep_picture: Callable[[str], None]) -> None:
    opened(Stepper(shared()))
    page.locator("g.node").filter(has_text="a").first.click()
    chosen = page.locator(".chosen")
    expect(chosen).to_contain_text("2 ways lead out of a, so 2 terms:")
    expect(chosen).to_contain_text("a reaches L through 4 paths")
    assert chosen.locator(".paths li").count() == 4
    keep_picture("stepper-node")
    page.get_by_role("button", name="close (Escape)").click()
    assert chosen.inner_text() == ""


def test_an_edit_reaches_every_later_number_at_the_same_position(page: Page, opened: Open) -> None:
    stepper = Stepper(shared())
    stepper.seek(9)
    opened(stepper)
    page.locator("g.node").filter(has_text="a").first.click()
    field = page.get_by_label("value of a")
    for x in (1.5, -0.25, 1e3, 0.0):
        field.fill(str(x))
        field.press("Enter")
        stepper.edit("a", x)
        assert numbers(page) == expected(stepper)
    expect(page.locator(".counter")).to_have_text(f"9 / {len(stepper)}")


@pytest.mark.parametrize(
    "typed, said",
    [
        ("abc", "“abc” is not a number; type one such as 2.5, -3 or 1e-3."),
        ("alert(1)", "“alert(1)” is not a number"),
        ("", "“” is not a number"),
        ("1,5", "“1,5” is not a number"),
        ("-1", "y = log(x) is nan now."),
        ("inf", "y = log(x) is inf now."),
        ("nan", "y = log(x) is nan now."),
        ("0", "y = log(x) is -inf now."),
    ],
)
def test_an_edit_that_is_strange_is_said_to_be(typed: str, said: str, page: Page, opened: Open) -> None:
    x = Value(2.0, label="x")
    y = x.log()
    y.label = "y"
    stepper = Stepper(y)
    stepper.seek(len(stepper))
    opened(stepper)
    page.locator("g.node").filter(has_text="x").first.click()
    field = page.get_by_label("value of x")
    field.fill(typed)
    field.press("Enter")
    expect(page.locator(".complaint")).to_contain_text(said)
    field.fill("2.0")
    field.press("Enter")
    expect(page.locator(".complaint")).to_have_count(0)
    assert numbers(page) == expected(stepper)


def test_an_operation_only_python_knows_can_be_stepped_but_not_edited(page: Page, opened: Open) -> None:
    own = op("test_own_in_page", lambda x: x * x, lambda x, out: 2 * x)
    stepper = Stepper(own(Value(3.0, label="x")))
    opened(stepper)
    for _ in stepper:
        pressed(page, "Next")
    assert numbers(page) == expected(stepper)
    page.locator("g.node").filter(has_text="x").first.click()
    page.get_by_label("value of x").fill("1")
    page.get_by_label("value of x").press("Enter")
    expect(page.locator(".complaint")).to_contain_text("it has an operation that only Python knows")
    assert numbers(page) == expected(stepper)


def test_labels_are_words_and_never_run(page: Page, opened: Open) -> None:
    total = Value(0.0, label="start")
    for label in EVIL:
        total = total + Value(1.0, label=label).tanh() * 2
        total.label = label
    stepper = Stepper(total)
    opened(stepper)
    pressed(page, "Next")
    for _ in stepper.steps[1:]:
        page.keyboard.press("ArrowRight")
    expect(page.locator(".counter")).to_have_text(f"{len(stepper)} / {len(stepper)}")
    for box in page.locator("g.node").all()[:20]:
        box.dispatch_event("click")
    assert page.evaluate("document.querySelectorAll('img, iframe').length") == 0


def test_with_the_keyboard_only(page: Page, opened: Open) -> None:
    stepper = Stepper(shared())
    opened(stepper)
    counter = page.locator(".counter")
    page.keyboard.press("Tab")  # Next is the first that is not disabled
    page.keyboard.press("Enter")
    expect(counter).to_have_text(f"1 / {len(stepper)}")
    page.locator("svg[role=group]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(counter).to_have_text(f"2 / {len(stepper)}")
    page.keyboard.press("End")
    expect(counter).to_have_text(f"{len(stepper)} / {len(stepper)}")
    page.keyboard.press("Home")
    expect(counter).to_have_text(f"0 / {len(stepper)}")
    page.keyboard.press("Tab")  # to the first node
    page.keyboard.press("Enter")
    page.get_by_label("value of a").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    stepper.edit("a", 4.0)
    assert numbers(page) == expected(stepper)
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(counter).to_have_text(f"1 / {len(stepper)}")


def test_play_goes_by_itself_to_the_end(page: Page, opened: Open) -> None:
    stepper = Stepper(Value(2.0, label="x").tanh())
    opened(stepper)
    page.get_by_label("speed of Play").select_option("4")
    pressed(page, "Play")
    expect(page.locator(".counter")).to_have_text("3 / 3", timeout=5000)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_reduced_motion_stops_what_moves(browser: Browser, tmp_path: Path) -> None:
    stepper = Stepper(shared())
    stepper.seek(6)
    path = stepper.save(tmp_path / "still.html")
    for motion, animation in (("reduce", "none"), ("no-preference", "flow")):
        page = browser.new_page(reduced_motion=motion)
        page.goto(path.as_uri())
        pressed(page, "Next")
        assert page.locator("path.edge.now").first.evaluate("e => getComputedStyle(e).animationName") == animation
        page.close()


@pytest.mark.parametrize(("scheme", "ink"), [("light", 0), ("dark", 255)])
def test_what_is_not_reached_yet_is_written_in_the_colour_of_the_page(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"], ink: int
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(Stepper(shared()).save(tmp_path / "blank.html").as_uri())
    fill = page.locator("g.node.blank text.title").first.evaluate("text => getComputedStyle(text).fill")
    assert fill == f"rgb({ink}, {ink}, {ink})"
    page.close()


def test_a_step_changes_only_what_it_is_about(page: Page, opened: Open) -> None:
    opened(Stepper(large_graph(3, 300)))
    changed = page.evaluate(
        """async () => {
            const next = [...root.querySelectorAll('button')].find(button => button.textContent === 'Next')
            const counts = []
            const observer = new MutationObserver(changes => counts.push(new Set(changes.map(c => c.target)).size))
            observer.observe(root.querySelector('.scene'), { subtree: true, childList: true, attributes: true })
            for (let i = 0; i < 60; i++) { next.click(); await null }
            return Math.max(...counts)
        }"""
    )
    assert 0 < changed < 40  # of thousands of elements


def test_the_page_of_fifteen_nodes_is_small(tmp_path: Path) -> None:
    xs = [Value(float(i), label=f"x{i}") for i in range(1, 6)]
    root = (xs[0] * xs[1] + xs[2]).tanh() * (xs[3] - xs[4]).exp() + (xs[0] / xs[4]).sigmoid() + xs[1].sin()
    while len(topological(root)) < 15:
        root = root + 1
    size = Stepper(root).save(tmp_path / "small.html").stat().st_size
    assert len(topological(root)) >= 15 and size <= 250_000
    print(f"a page of {len(topological(root))} nodes: {size} bytes")


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, 1e308])
def test_numbers_that_json_does_not_know(x: float, page: Page, opened: Open) -> None:
    v = Value(x, label="v")
    stepper = Stepper(v * 2 + v)
    stepper.seek(len(stepper))
    opened(stepper)
    assert numbers(page) == expected(stepper)
