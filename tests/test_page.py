"""The picture to explore, in a real browser: nothing overlaps, and everything it promises works."""

from __future__ import annotations

import json
import math
import random
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograd import Value, draw, scope, softmax
from autograd.drawing import page as pages
from autograd.drawing.flows import Flows
from autograd.drawing.outline import Outline
from autograd.drawing.page import graph_data
from autograd.expressions import parse
from autograd.notation import exact, short
from nn import MLP, Neuron, hinge_loss
from tests.test_drawing import EVIL

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(silent: Page, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Opens a drawing saved as a page."""

    def open_(root: Value | list[Value], **options: Any) -> dict[str, Any]:
        drawing = draw(root, **options)
        silent.goto(drawing.save(tmp_path / "graph.html").as_uri())
        silent.wait_for_selector("g.node, g.group", state="attached")
        silent.evaluate("window.root = document.querySelector('div').shadowRoot")
        return graph_data(drawing._outline, drawing._direction, drawing._edges, drawing._flows)

    return open_


def status(page: Page) -> str:
    return page.locator("[role=status]").inner_text()


def indices(page: Page, selector: str) -> set[int]:
    return set(page.evaluate(f"[...root.querySelectorAll('{selector}')].map(g => Number(g.dataset.index))"))


def node_called(graph: dict[str, Any], name: str) -> int:
    return next(index for index, node in enumerate(graph["nodes"]) if node["name"] == name)


def group_called(graph: dict[str, Any], name: str) -> int:
    return next(index for index, group in enumerate(graph["groups"]) if group["name"] == name)


def neuron() -> Value:
    names = {
        name: Value(x, label=name) for name, x in (("w1", -3.0), ("x1", 2.0), ("w2", 1.0), ("x2", 0.0), ("b", 6.88))
    }
    root = parse("tanh(w1*x1 + w2*x2 + b)", names)
    root.backward()
    return root


def micrograd() -> Value:
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def twice() -> Value:
    x = Value(3.0, label="x")
    y = x * x
    return y + y


def network(sizes: tuple[int, ...] = (4, 4, 1)) -> Value:
    out = MLP(2, sizes, activation="tanh", seed=1)([Value(1.0, label="x1"), Value(-2.0, label="x2")])
    out.backward()
    return out


def cross_entropy() -> Value:
    return -softmax([Value(x, label=f"z{x}") for x in (2.0, -1.0, 0.5)])[0].log()


def batch() -> Value:
    model = MLP(2, [4, 1], seed=1)
    return hinge_loss([model([Value(float(i)), Value(1.0)]) for i in range(10)], [1] * 10)


def outputs() -> list[Value]:
    return MLP(2, [3, 2], seed=1)([Value(1.0, label="x1"), Value(-2.0, label="x2")])


GEOMETRY = r"""() => {
  const rect = (g, selector) => {
    const [x, y] = g.getAttribute("transform").match(/-?\d[\d.e-]*/g).map(Number)
    const b = g.querySelector(selector).getBBox()
    return { x: x + b.x, y: y + b.y, w: b.width, h: b.height }
  }
  const within = (t, s) => t.x >= s.x - .5 && t.x + t.width <= s.x + s.width + .5
    && t.y >= s.y - 1 && t.y + t.height <= s.y + s.height + 1
  const box = (g, shape, name) => {
    const texts = [...g.querySelectorAll("text")].map(text => text.getBBox())
    const inside = texts.every(text => within(text, g.querySelector(shape).getBBox()))
    return { id: name + g.dataset.index, ...rect(g, shape), inside }
  }
  const all = selector => [...root.querySelectorAll(selector)]
  return {
    boxes: [...all("g.node").map(g => box(g, ".shape", "")), ...all("g.group").map(g => box(g, ".shape", "g"))],
    frames: all("g.frame").map(g => box(g, ".area", "g")),
    edges: all("path.edge").map(path => {
      const points = []
      for (let s = 0; s <= path.getTotalLength(); s += 3) points.push(path.getPointAtLength(s))
      return { from: path.dataset.from, to: path.dataset.to, points: points.map(p => [p.x, p.y]) }
    }),
    numbers: all("g.number").map(g => ({ id: `number ${g.dataset.from} > ${g.dataset.to}`, ...rect(g, "rect") })),
  }
}"""

Box = dict[str, Any]


def overlap(a: Box, b: Box) -> bool:
    return all(a[x] + 0.5 < b[x] + b[w] and b[x] + 0.5 < a[x] + a[w] for x, w in ("xw", "yh"))


def contains(a: Box, b: Box) -> bool:
    return all(a[x] <= b[x] and a[x] + a[w] >= b[x] + b[w] - 0.01 for x, w in ("xw", "yh"))


def passes(edge: Box, box: Box) -> bool:
    return any(
        box["x"] + 1.5 < x < box["x"] + box["w"] - 1.5 and box["y"] + 1.5 < y < box["y"] + box["h"] - 1.5
        for x, y in edge["points"]
    )


def around(graph: dict[str, Any], box: str) -> set[str]:
    """The groups around a box."""
    group = graph["groups"][int(box[1:])]["parent"] if box[0] == "g" else graph["nodes"][int(box)]["group"]
    found = set()
    while group >= 0:
        found.add(f"g{group}")
        group = graph["groups"][group]["parent"]
    return found


def faults(page: Page, graph: dict[str, Any]) -> list[str]:
    """What overlaps, sticks out or crosses."""
    seen = page.evaluate(GEOMETRY)
    boxes, frames = seen["boxes"], seen["frames"]
    found = [f"text sticks out of {box['id']}" for box in boxes + frames if not box["inside"]]
    found += [f"{a['id']} over {b['id']}" for i, a in enumerate(boxes) for b in boxes[:i] if overlap(a, b)]
    for frame in frames:
        for box in boxes + frames:
            if frame["id"] in around(graph, box["id"]):
                found += [] if contains(frame, box) else [f"{box['id']} sticks out of {frame['id']}"]
            elif box is not frame and box["id"] not in around(graph, frame["id"]) and overlap(frame, box):
                found.append(f"{box['id']} over {frame['id']}")
    for edge in seen["edges"]:
        own = around(graph, edge["from"]) | around(graph, edge["to"])
        foreign = boxes + [frame for frame in frames if frame["id"] not in own]
        found += [f"{edge['from']} > {edge['to']} through {box['id']}" for box in foreign if passes(edge, box)]
    return found + [
        f"{number['id']} over {box['id']}" for number in seen["numbers"] for box in boxes if overlap(number, box)
    ]


def edges_of(page: Page, graph: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The edges that are drawn, and those there should be: between two nodes one for each argument."""
    open_ = {f"g{index}" for index in indices(page, "g.frame")}

    def standing(index: int) -> str:
        closed = [group for group in sorted(around(graph, str(index)), key=lambda g: int(g[1:])) if group not in open_]
        return closed[0] if closed else str(index)

    boxes = [standing(index) for index in range(len(graph["nodes"]))]
    uses = [(boxes[arg], boxes[i]) for i, node in enumerate(graph["nodes"]) for arg in node["args"]]
    nodes = [use for use in uses if "g" not in "".join(use)]
    wanted = [*nodes, *{use for use in uses if use not in nodes and use[0] != use[1]}]
    drawn = page.evaluate("[...root.querySelectorAll('path.edge')].map(path => [path.dataset.from, path.dataset.to])")
    return sorted(map(tuple, drawn)), sorted(wanted)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize(
    "make, options",
    [
        (neuron, {"edges": "partial"}),
        (micrograd, {"edges": "gradient"}),
        (twice, {}),
        (network, {}),
        (network, {"expand": "all"}),
        (cross_entropy, {"expand": ["softmax"]}),
        (batch, {}),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_nothing_overlaps_and_every_edge_is_there(page: Page, opened, make, options, direction) -> None:
    graph = opened(make(), direction=direction, **options)
    assert faults(page, graph) == []
    drawn, wanted = edges_of(page, graph)
    assert drawn == wanted


@pytest.mark.parametrize(
    "make, edges", [(cross_entropy, "partial"), (cross_entropy, "gradient"), (outputs, "gradient"), (batch, "gradient")]
)
def test_the_numbers_of_edges_are_those_of_the_still_picture(page: Page, opened, make, edges) -> None:
    root = make()
    graph = opened(root, edges=edges)
    assert faults(page, graph) == []
    still = re.findall(r"-->\|(.*?)\|", draw(root, edges=edges).mermaid)
    written = page.evaluate("[...root.querySelectorAll('g.number text')].map(text => text.textContent)")
    assert sorted(written) == sorted(number.strip('"').replace("#45;", "-") for number in still) != []


def test_the_check_would_notice(page: Page, opened) -> None:
    graph = opened(neuron())
    moved = "g => g.setAttribute('transform', root.querySelector('g.node').getAttribute('transform'))"
    page.evaluate(f"({moved})([...root.querySelectorAll('g.node')].at(-1))")
    assert any("over" in fault for fault in faults(page, graph))


def test_groups_open_and_close(page: Page, opened) -> None:
    graph = opened(network(), depth=1)
    layer = group_called(graph, "layer 2")
    page.locator(f'g.group[data-index="{layer}"]').click()
    frame = page.locator(f'g.frame[data-index="{layer}"]')
    assert frame.get_attribute("aria-expanded") == "true"
    drawn, wanted = edges_of(page, graph)
    assert faults(page, graph) == [] and drawn == wanted
    neurons = next(i for i, group in enumerate(graph["groups"]) if group["parent"] == layer)
    page.locator(f'g.group[data-index="{neurons}"]').click()
    assert page.locator(f'g.frame[data-index="{neurons}"]').count() == 1 and faults(page, graph) == []
    frame.locator(".title").first.click()
    box = page.locator(f'g.group[data-index="{layer}"]')
    assert box.get_attribute("aria-expanded") == "false"
    box.focus()
    page.keyboard.press("Enter")
    assert frame.count() == 1
    assert page.evaluate("root.activeElement.getAttribute('class')").startswith("frame")
    page.keyboard.press("Space")
    assert frame.count() == 0


def test_a_click_lights_all_paths_to_the_output(page: Page, opened) -> None:
    graph = opened(micrograd())
    nodes = graph["nodes"]
    start = node_called(graph, "a")
    paths = [0] * len(nodes)
    for i, node in enumerate(nodes):
        paths[i] = 1 if i == start else sum(paths[arg] for arg in node["args"])
    reached = {i for i, count in enumerate(paths) if count}
    page.locator(f'g.node[data-index="{start}"]').click()
    assert status(page) == f"{paths[-1]} paths from a to v25"
    assert indices(page, "g.node.lit") == reached
    assert indices(page, "g.node.dimmed") == set(range(len(nodes))) - reached
    lit = page.evaluate("[...root.querySelectorAll('path.edge.lit')].map(p => [+p.dataset.from, +p.dataset.to])")
    assert {tuple(edge) for edge in lit} == {
        (arg, i) for i, node in enumerate(nodes) for arg in node["args"] if paths[arg]
    }
    page.keyboard.press("Escape")
    assert page.locator(".lit, .dimmed").count() == 0
    page.locator(f'g.node[data-index="{start}"]').focus()
    page.keyboard.press("Enter")
    assert indices(page, "g.node.lit") == reached


def test_paths_are_counted_exactly_however_many(page: Page, opened) -> None:
    x = y = Value(1.0, label="x")
    for _ in range(70):
        y = y + y
    graph = opened(y)
    page.locator(f'g.node[data-index="{node_called(graph, "v70")}"]').click()
    assert status(page) == "1 path from v70 to v70"
    page.evaluate("root.querySelector('[aria-label=\"find a node\"]').focus()")
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    page.locator(f'g.node[data-index="{node_called(graph, "x")}"]').click()
    assert status(page) == f"{2**70} paths from x to v70"
    assert x.grad == 0.0


def test_paths_to_several_outputs_are_counted_together(page: Page, opened) -> None:
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    graph = opened([x * y + x, x.tanh(), y])
    page.locator(f'g.node[data-index="{node_called(graph, "x")}"]').click()
    assert status(page) == "3 paths from x to the 3 outputs"
    assert len(indices(page, "g.node.output")) == 2 and faults(page, graph) == []


def test_search_finds_what_is_hidden(page: Page, opened) -> None:
    graph = opened(network(), depth=1)
    field = page.get_by_label("find a node")
    field.fill("W0")
    wanted = [i for i, node in enumerate(graph["nodes"]) if "w0" in (node["name"] + node["made"]).lower()]
    assert status(page) == f"{len(wanted)} matches among {len(graph['nodes'])} nodes"
    assert page.locator("g.group.match").count() == 3 and page.locator("g.node.match").count() == 0
    for count, index in enumerate(wanted[:3], 1):
        field.press("Enter")
        assert indices(page, "g.node.match.current") == {index}
        assert status(page).startswith(f"{count} of {len(wanted)}: {graph['nodes'][index]['name']}")
        node, picture = (
            page.locator(where).bounding_box() for where in (f'g.node[data-index="{index}"] .shape', "svg")
        )
        for start, length in (("x", "width"), ("y", "height")):
            assert node[start] + node[length] / 2 == pytest.approx(picture[start] + picture[length] / 2, abs=2)
    field.press("Escape")
    assert page.locator(".match").count() == 0 and field.input_value() == ""
    field.fill("no such thing")
    assert status(page).startswith("0 matches")


def camera(page: Page) -> list[float]:
    x, y, scale = re.findall(r"-?\d[\d.e-]*", page.locator(".scene").get_attribute("transform"))
    return [float(x), float(y), float(scale)]


def test_zoom_and_pan(page: Page, opened) -> None:
    opened(neuron())
    start, picture = camera(page), page.locator("svg").bounding_box()
    x, y = picture["x"] + picture["width"] / 2, picture["y"] + 15
    page.mouse.move(x, y)
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(100)
    zoomed = camera(page)
    assert zoomed[2] > 1.05 * start[2]
    under = [[(p - o) / c[2] for p, o in zip((x - picture["x"], y - picture["y"]), c)] for c in (start, zoomed)]
    assert under[0] == pytest.approx(under[1], abs=0.5)  # what is under the pointer stays there
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=4)
    page.mouse.up()
    assert camera(page) == pytest.approx([zoomed[0] + 30, zoomed[1] + 20, zoomed[2]], abs=1)
    page.mouse.dblclick(picture["x"] + 4, picture["y"] + 4)
    assert camera(page) == start
    page.locator("svg").focus()
    for key, changed in (("+", 2), ("ArrowLeft", 0), ("ArrowUp", 1)):
        page.keyboard.press(key)
        assert camera(page)[changed] != start[changed]
        page.keyboard.press("0")
        assert camera(page) == start
    page.get_by_label("zoom out").click()
    assert camera(page)[2] < start[2]
    page.get_by_role("button", name="fit").click()
    assert camera(page) == start


def test_two_fingers_zoom(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 600}, has_touch=True)
    page.goto(draw(neuron()).save(tmp_path / "graph.html").as_uri())
    start, picture = camera(page), page.locator("svg").bounding_box()
    x, y = picture["x"] + 200, picture["y"] + 20
    protocol = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (x, y))
    touch("touchStart", (x, y), (x + 50, y))
    for step in range(1, 6):
        touch("touchMove", (x - 5 * step, y), (x + 50 + 5 * step, y))
    touch("touchEnd")
    assert 1.6 < camera(page)[2] / start[2] < 2.4
    page.close()


def test_every_digit_is_told_to_the_mouse_and_to_the_keyboard(page: Page, opened) -> None:
    root = neuron()
    graph = opened(root)
    words = f"v5 = tanh(v4) · data = {root.data!r} · grad = 1.0"
    last = page.locator(f'g.node[data-index="{len(graph["nodes"]) - 1}"]')
    last.hover()
    assert status(page) == words
    assert last.locator("title").text_content() == words.replace(" · ", "\n")
    page.mouse.move(5, 5)
    page.locator("svg").focus()
    seen = []
    for _ in graph["nodes"]:
        page.keyboard.press("Tab")
        seen.append(status(page))
    assert words in seen and len(set(seen)) == len(graph["nodes"])


def test_numbers_are_written_as_python_writes_them(page: Page, opened) -> None:
    generator = random.Random(7)
    xs = [
        0.0,
        -0.0,
        2.0,
        1e-9,
        123450.0,
        5e-324,
        1e16,
        1e15,
        1e22,
        9999.5,
        99995.0,
        0.00012345,
        12345.0,
        math.inf,
        math.nan,
    ]
    xs += [struct.unpack("<d", generator.randbytes(8))[0] for _ in range(500)]
    xs += [generator.uniform(-10, 10) * 10 ** generator.randint(-12, 20) for _ in range(500)]
    xs += [round(generator.uniform(-1e6, 1e6), generator.randint(0, 6)) for _ in range(500)]
    xs += [round(x / 1e4, 2) * (1 + generator.choice([-1, 1]) * 10 ** -generator.uniform(11, 17)) for x in xs[-500:]]
    graph = opened(sum((Value(x, label=f"x{i}") for i, x in enumerate(xs)), Value(0.0)), expand=())
    source = pages.source("autograd.drawing/view.js")
    numbers = [node["data"] for node in graph["nodes"]]
    written = page.evaluate(
        "([js, numbers]) => new Function(`${js}; return [short, exact]`)().map(f => JSON.parse(numbers).map(f))",
        [source, json.dumps(numbers)],
    )
    data = [math.nan if x == "nan" else float(x) for x in numbers]
    assert written[0] == [short(x) for x in data]
    assert written[1] == [exact(x) if "e" in repr(x) else repr(x) for x in data]


def test_labels_are_words_and_never_run(page: Page, opened, keep_picture) -> None:
    total = Value(0.0, label="x" * 500)
    labels = [*EVIL, "</script><script>alert(2)</script>", "\u202e turned", "<!--"]
    for label in labels:
        x = Value(1.0, label=label)
        with scope(f"{label} 1"), scope(f"{label} 2", closed=True):
            total = total + x * 2
    with scope("y" * 500):
        total = total.tanh().exp()
    graph = opened(total, fold=False)
    assert faults(page, graph) == []
    words = page.evaluate("[...root.querySelectorAll('text')].map(text => text.textContent)")
    assert {"<script>alert(1)</script>", "∂ 中文 🙂", "{x}", "a|b", "<!--", "{x} 1"} <= set(words)
    assert (
        page.evaluate("root.querySelectorAll('script, img, b').length + document.querySelectorAll('script').length")
        == 1
    )
    assert "x" * 500 in page.evaluate("[...root.querySelectorAll('title')].map(title => title.textContent).join()")
    keep_picture("page-labels")


def test_a_long_graph_begins_at_its_output(page: Page, opened) -> None:
    y = Value(0.5, label="x")
    for _ in range(100):
        y = y.tanh()
    graph = opened(y)
    last = page.locator(f'g.node[data-index="{len(graph["nodes"]) - 1}"] .shape').bounding_box()
    assert last["height"] > 40 and 0 < last["x"] < 1280
    page.get_by_role("button", name="fit").click()
    assert page.locator('g.node[data-index="0"] .shape').bounding_box()["x"] > 0


def test_a_very_large_graph_is_closed_and_can_be_opened(page: Page, opened) -> None:
    model = MLP(2, [16, 16, 1], seed=1)
    root = hinge_loss([model([Value(float(i)), Value(1.0)]) for i in range(100)], [1] * 100)
    graph = opened(root)
    assert len(graph["nodes"]) > 60_000 and page.locator("g.node, g.group").count() < 20
    page.locator(f'g.group[data-index="{group_called(graph, "MLP × 99")}"]').click()
    assert page.locator("g.group").count() > 99
    page.get_by_label("find a node").fill("v64500")
    assert status(page) == f"2 matches among {len(graph['nodes'])} nodes"  # the node, and where it is used


def test_a_notebook_keeps_what_fits(page: Page) -> None:
    root = batch()
    outline = Outline([root], None, (), True)
    flows = Flows(outline, "gradient")
    whole = graph_data(outline, "LR", "gradient", flows)
    part = graph_data(outline, "LR", "gradient", flows, limit=100)
    assert {group["name"] for group in part["groups"] if "sealed" in group} == {"MLP × 9", "hinge_loss"}
    assert len(part["nodes"]) < len(whole["nodes"]) / 3
    assert all(arg < index for index, node in enumerate(part["nodes"]) for arg in node["args"])
    page.set_content(pages.cell(part, "<p>no script</p>"))
    page.evaluate("window.root = document.querySelector('div').shadowRoot")
    drawn, _ = edges_of(page, part)
    numbers = page.locator("g.number").all_text_contents()
    page.set_content(pages.cell(whole, "<p>no script</p>"))
    page.evaluate("window.root = document.querySelector('div').shadowRoot")

    def named(edges, graph):
        names = [group["name"] for group in graph["groups"]]
        return {
            tuple(names[int(end[1:])] if end[0] == "g" else graph["nodes"][int(end)]["name"] for end in edge)
            for edge in edges
        }

    assert named(drawn, part) == named(edges_of(page, whole)[0], whole)
    assert numbers == page.locator("g.number").all_text_contents() != []
    assert page.locator("p").count() == 0
    page.set_content(pages.cell(part, "<p>no script</p>"))
    page.locator("g.group").filter(has_text="MLP × 9").click()
    assert 'draw(...).save("graph.html") keeps everything' in status(page)


def test_scripts_may_be_run_in_a_place_of_their_own(page: Page) -> None:
    """As VS Code does with the output of a cell: it runs a copy of each script, put behind all else."""
    page.set_content("<main></main>")
    page.evaluate(
        """html => {
            const cell = document.querySelector("main")
            cell.innerHTML = html
            for (const script of cell.querySelectorAll("script")) {
                const copy = document.createElement("script")
                copy.text = script.innerText
                cell.appendChild(copy)
            }
        }""",
        draw(neuron())._repr_mimebundle_()["text/html"],
    )
    assert page.locator("main > div g.node").count() == 10


def test_without_scripts_there_is_a_still_picture(browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.set_content(draw(Neuron(2, seed=1)([1.0, 2.0]))._repr_mimebundle_()["text/html"])
    box = page.locator("img").bounding_box()
    assert box["width"] > 200 and box["height"] > 100
    page.close()
