"""The picture of a network in a real browser: nothing overlaps, and a click on a neuron opens its graph."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nn import MLP, Layer, draw_network
from nn.network_drawing import NetworkDrawing

pytestmark = pytest.mark.browser
Open = Callable[[NetworkDrawing], None]
Keep = Callable[[str], None]

NEURON = ".neuron >> nth={}"


@pytest.fixture
def open_page(silent: Page, tmp_path: Path) -> Open:
    """Opens a picture saved as a page."""

    def open_(drawing: NetworkDrawing) -> None:
        silent.goto(drawing.save(tmp_path / "network.html").as_uri())
        silent.wait_for_selector(".neuron")

    return open_


def graph_words(page: Page) -> list[str]:
    return page.locator("g.node text.title, g.group text.title, g.frame text.title").all_text_contents()


def status(page: Page) -> str:
    return page.get_by_role("status").first.inner_text()


def test_a_click_opens_the_graph_of_a_neuron(page: Page, open_page: Open, keep_picture: Keep) -> None:
    open_page(draw_network(MLP(2, [3, 1], activation="tanh", seed=0), inputs=[0.5, -1.25]))
    assert status(page) == "Click a neuron to see its computation graph." and not graph_words(page)
    page.click(NEURON.format(1))
    assert status(page) == "layer 1.neuron 2, made from the inputs; the gradients are those of its output."
    assert {"x1", "x2", "out = tanh(v4)"} <= set(graph_words(page))
    keep_picture("network-neuron")
    page.click(NEURON.format(3))
    assert {"layer 1.neuron 1", "layer 1.neuron 3"} <= set(graph_words(page)) and "x1" not in graph_words(page)
    expect(page.locator('.neuron[aria-expanded="true"]')).to_have_count(1)
    page.click(NEURON.format(3))
    assert not graph_words(page) and status(page) == "Click a neuron to see its computation graph."


@pytest.mark.parametrize("key", ["Enter", " "])
def test_the_keyboard_opens_and_closes(page: Page, open_page: Open, key: str) -> None:
    open_page(draw_network(MLP(2, [3, 1], seed=0)))
    neuron = page.get_by_role("button", name="layer 1.neuron 1, bias 0: computation graph")
    page.keyboard.press("Tab")
    expect(neuron).to_be_focused()
    page.keyboard.press(key)
    expect(neuron).to_have_attribute("aria-expanded", "true")
    assert "all inputs of the network are 0 here" in status(page) and "x1" in graph_words(page)
    expect(neuron).to_be_focused()
    page.keyboard.press(key)
    assert not graph_words(page)


def test_labels_are_words_and_never_run(page: Page, open_page: Open) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    layer = Layer(1, 2, seed=0)
    layer.label = layer.neurons[1].label = layer.neurons[1].w[0].label = evil
    open_page(draw_network([layer, Layer(2, 1, seed=0)]))
    page.click(NEURON.format(1))
    assert status(page).startswith("</script><script>alert(1)")
    page.click(NEURON.format(2))
    assert any("<script>" in word for word in graph_words(page))


def test_before_and_after_have_graphs_of_their_own(page: Page, open_page: Open, keep_picture: Keep) -> None:
    before = MLP(2, [16, 16, 1], seed=1)
    model = copy.deepcopy(before)
    for parameter in model.parameters():
        parameter.data += 0.25
    open_page(draw_network(model, before=before, inputs=[0.5, 0.25]))
    for number, title in ((8, "before"), (17 + 8, "after")):
        page.click(NEURON.format(number))
        assert status(page).startswith(f"{title}: layer 2.neuron 1, made from the outputs of layer 1")
    keep_picture("network-before-after")


def test_scripts_that_do_not_run_leave_the_picture(page: Page) -> None:
    html = draw_network(MLP(2, [3, 1], seed=0))._repr_mimebundle_()["text/html"]
    page.set_content(html[: html.index("<script")])
    assert page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth)") > 300


PICTURES = {
    "plain": lambda: draw_network(MLP(2, [4, 4, 1], seed=0)),
    "inputs": lambda: draw_network(MLP(1000, [16, 12, 1], "sigmoid", seed=0), inputs=[-0.123456] * 1000),
    "tiny": lambda: draw_network(MLP(2, [4, 2], seed=0), inputs=[-1.2345e-7, 9.87e123]),
    "pair": lambda: draw_network(MLP(13, [16, 12, 2], seed=0), MLP(13, [16, 12, 2], seed=1), [-1e-5] * 13),
    "neuron": lambda: draw_network(MLP(1, [1], seed=0)),
}


def wordy() -> NetworkDrawing:
    def an_activation_with_a_long_name(x: Any) -> Any:
        return x

    layers = [Layer(2, 3, an_activation_with_a_long_name, seed=0), Layer(3, 3, an_activation_with_a_long_name, seed=0)]
    layers[0].label, layers[1].label = "中文中文中文中文中文中文中文", "WWWWWWWWWWWWWWWWWWWWWWWWWWWW"
    return draw_network(layers, before=layers)


@pytest.mark.parametrize("name", [*PICTURES, "wordy"])
def test_no_words_overlap_or_are_cut_off(page: Page, keep_picture: Keep, name: str) -> None:
    page.set_content((PICTURES | {"wordy": wordy})[name]().svg)
    keep_picture(f"network-{name}")
    faults = page.evaluate(
        """() => {
            const box = (element) => element.getBoundingClientRect()
            const within = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
            const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
            const whole = box(document.querySelector('svg'))
            const words = [...document.querySelectorAll('text')]
            const bodies = [...document.querySelectorAll('.body')]
            const inside = (word) => word.classList.length ? null : bodies.find((b) => b.parentNode === word.parentNode)
            return words.flatMap((word, index) => [
                ...(within(box(word), whole) ? [] : [`${word.textContent} is cut off`]),
                ...(!inside(word) || within(box(word), box(inside(word))) ? [] : [`${word.textContent} is too long`]),
                ...words.slice(0, index).filter((other) => !apart(box(word), box(other)))
                    .map((other) => `${word.textContent} overlaps ${other.textContent}`),
            ])
        }"""
    )
    assert faults == []
