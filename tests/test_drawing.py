"""Diagrams: real pictures from a real layout engine, every label drawn literally."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from autograd import DrawingError, Value, draw, scope
from autograd.drawing import engine
from autograd.drawing.dot import STYLES
from autograd.drawing.page import graph_data
from nn import MLP, Parameter

EVIL = [
    "<script>alert(1)</script>",
    "a|b",
    "{x}",
    "\"quoted\" and 'quoted'",
    "back\\slash \\n \\N",
    "∂ 中文 🙂",
    "<b>",
    "&amp;",
    "\x00\x1b[0m",
    "two\nlines",
    "<",
    "\ud800",
]


def neuron() -> Value:
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.881373587, label="b")
    o = (w * x + b).tanh()
    o.label = "o"
    o.backward()
    return o


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def tooltips(svg: str) -> list[str]:
    links = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}a")
    return [title for link in links if (title := link.get("{http://www.w3.org/1999/xlink}title"))]


def test_data_and_gradient_stand_on_every_node() -> None:
    svg = draw(neuron()).svg
    words = [text.strip("\xa0") for text in texts(svg)]
    assert words[:5] == ["w", "data", "-3.0", "grad", "1.000"]
    assert "o" in words and " = tanh(v2)" in words and "0.7071" in words
    assert svg.count('class="edge"') == 5


def test_the_tooltip_has_every_digit() -> None:
    o = neuron()
    (tip,) = [tip for tip in tooltips(draw(o).svg) if tip.startswith("o = ")]
    assert tip == f"o = tanh(v2)\ndata = {o.data!r}\ngrad = 1.0"


def test_kinds_differ_by_shape_and_class() -> None:
    x = Value(2.0, label="x")
    svg = draw(3 * x + Parameter(1.0)).svg
    for kind in ("input", "parameter", "constant", "operation", "output"):
        assert len(re.findall(rf'class="node {kind}"', svg)) == 1
    shapes = {kind: re.search(rf'class="node {kind}".*?</g>', svg, re.S)[0] for kind in STYLES if kind in svg}
    drawn = {re.sub(r'points="[^"]*"|#[0-9a-f]{6}|[ MC,0-9.-]+|<text.*', "", shape) for shape in shapes.values()}
    assert len(drawn) >= 4  # without colours and places


def test_steps_and_drawing_use_the_same_names() -> None:
    from autograd import steps

    o = neuron()
    drawn = " ".join(texts(draw(o).svg))
    assert all(step.names[step.node] in drawn for step in steps(o))


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_drawn_literally(label: str) -> None:
    x = Value(1.0, label=label)
    with scope(f"{label} 1"), scope(f"{label} 2", closed=True):
        y = x * x
    picture = draw(y + 1)
    svg = picture.svg
    assert picture.html.encode() and "<script>alert" not in picture.html + picture._repr_mimebundle_()["text/html"]
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in label)
    assert shown in texts(svg)
    assert any(tip.startswith(shown) for tip in tooltips(svg))
    assert "<script" not in svg


def test_long_labels_are_cut_in_the_picture_only() -> None:
    x = Value(1.0, label="long " * 100)
    svg = draw(x.tanh()).svg
    assert max(map(len, texts(svg))) <= 60
    assert any(x.label in tip for tip in tooltips(svg))


def test_the_picture_stays_as_it_was_drawn() -> None:
    x = Value(1.0, label="x")
    picture = draw(x * 2)
    x.data = 99.0
    assert "99.0" not in picture.svg


def test_formats(tmp_path: Path) -> None:
    picture = draw(neuron())
    assert ET.parse(picture.save(tmp_path / "g.svg")).getroot().tag.endswith("svg")
    assert picture.save(str(tmp_path / "g.PNG")).read_bytes().startswith(b"\x89PNG")
    assert picture.save(tmp_path / "g.dot").read_text() == picture.source
    assert picture.save(tmp_path / "g.html").read_text("utf-8") == picture.html
    assert picture.save(tmp_path / "g.mmd").read_text() == picture.mermaid
    assert repr(picture) == "<drawing of a graph of 6 nodes>"


def test_a_png_is_readable_anywhere(tmp_path: Path) -> None:
    picture = draw(neuron())
    pixels = imread(picture.save(tmp_path / "g.png"))
    assert (pixels[0] == 1).all() and (pixels[:, 0] == 1).all()  # white, and nowhere transparent
    svg = ET.fromstring(picture.svg)
    points = [float(svg.get(size).removesuffix("pt")) for size in ("height", "width")]
    assert pixels.shape[:2] == pytest.approx([192 / 72 * size for size in points], abs=4)


@pytest.mark.parametrize("name", ["g.unknown", "g", "g.svg.exe"])
def test_unknown_formats_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot save as .*: use \.svg, \.png, \.pdf, \.html, \.mmd, \.dot, \.gv"):
        draw(Value(1.0)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "g.svg"
    path.write_text("old")
    monkeypatch.setattr(engine, "_engines", list)
    with pytest.raises(DrawingError):
        draw(neuron()).save(path)
    assert path.read_text() == "old"


def test_directions() -> None:
    def size(direction):
        box = ET.fromstring(draw(neuron(), direction).svg).get("viewBox").split()
        return float(box[2]) / float(box[3])

    assert size("LR") > 1 > size("TB")
    with pytest.raises(ValueError, match="direction is 'LR'"):
        draw(neuron(), "up")


def test_the_bundled_engine_is_found_without_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert draw(neuron()).svg.count("<svg") == 1


@pytest.mark.parametrize("name", ["graphviz-pure", "dot"])
def test_each_engine_draws_right(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = next((path for path in engine._engines() if path.stem == name), None)
    if found is None and name == "dot" and "CI" not in os.environ:
        pytest.skip("the system's Graphviz is not installed")
    monkeypatch.setattr(engine.shutil, "which", lambda wanted, path=None: str(found) if wanted == found.stem else None)
    assert set(engine._engines()) == {found}
    for picture in (draw(neuron(), edges="gradient"), draw(MLP(2, [4, 4, 1], seed=0)([Value(1.0), Value(2.0)]))):
        svg = picture.svg
        drawn = "".join(texts(svg)).replace("\xa0", " ")
        for words in (
            ("o = tanh(v2)", "0.7071") if "tanh" in svg else ("neuron × 4", "56 nodes, 20 parameters", "layer 2")
        ):
            assert words in drawn
        assert "clust" not in svg or svg.count('class="cluster"') == 5


def test_without_an_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.shutil, "which", lambda name, path=None: None)
    with pytest.raises(DrawingError) as error:
        _ = draw(neuron()).svg
    assert "python -m pip install graphviz-pure" in str(error.value)
    assert "apt-get install graphviz" in str(error.value)
    monkeypatch.undo()
    monkeypatch.setattr(engine, "_engines", lambda: [Path("graphviz-pure")])
    with pytest.raises(DrawingError, match="PDF takes the system's Graphviz"):
        draw(neuron()).save("never.pdf")


def test_an_engine_that_fails_or_hangs_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DrawingError, match="syntax error"):
        engine.render("digraph {", "svg")

    def hang(*args, **kwargs):
        raise subprocess.TimeoutExpired("dot", engine.TIMEOUT)

    monkeypatch.setattr(engine.subprocess, "run", hang)
    with pytest.raises(DrawingError, match="took more than 60 s; draw a smaller part of the graph"):
        _ = draw(neuron()).svg


def test_graphviz_is_imported_at_first_use_only() -> None:
    program = "import sys, autograd; a = 'graphviz' in sys.modules; autograd.draw; print(a, 'graphviz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"


def test_a_notebook_gets_the_view_and_a_still_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(neuron())
    bundle = picture._repr_mimebundle_()
    assert list(bundle) == ["text/html", "image/svg+xml", "text/plain"] and bundle["image/svg+xml"] == picture.svg
    assert (
        "mountGraph(host," in bundle["text/html"]
        and 'alt="a graph of 6 nodes" src="data:image/svg' in bundle["text/html"]
    )
    monkeypatch.setattr(engine, "_engines", list)
    bundle = draw(neuron())._repr_mimebundle_()
    assert list(bundle) == ["text/html", "text/plain"]
    assert "mountGraph(host," in bundle["text/html"] and "<pre>no layout engine" in bundle["text/html"]


def labelled_edges(svg: str) -> dict[str, str]:
    """The edges that bear a number, by that number."""
    edges = [unescape(edge) for edge in re.findall(r'<g id="edge\d+" class="edge">.*?</g>\n', svg, re.S)]
    return {words[0]: edge for edge in edges if (words := re.findall(r"<text[^>]*>([^<]*)</text>", edge))}


def test_edges_show_what_flows() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = a * b * 5
    assert set(labelled_edges(draw(L).svg)) == set()
    assert set(labelled_edges(draw(L, edges="partial").svg)) == {"-3.0", "2.0", "5.0"}
    edges = labelled_edges(draw(L, edges="gradient").svg)
    assert set(edges) == {"-15.0", "10.0", "5.0"}  # none into the constant
    widths = {number: float(re.search(r'stroke-width="([\d.]+)"', edge)[1]) for number, edge in edges.items()}
    assert widths == pytest.approx({"-15.0": 5.0, "10.0": 1 + 4 * 10 / 15, "5.0": 1 + 4 * 5 / 15}, abs=0.01)
    assert [number for number, edge in edges.items() if "dasharray" in edge] == ["-15.0"]
    with pytest.raises(ValueError, match="edges is 'partial'"):
        draw(L, edges="data")


def test_edges_of_closed_boxes_show_what_flows_to_one_node() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    with scope("square", closed=True):
        square = (a + b) * (a + b)
    L = square * square + a
    inside = 2 * (a.data + b.data)  # of each of the two sums
    through = 2 * square.data * inside
    assert draw(L, edges="gradient").mermaid.count("-->|") == 5
    assert set(labelled_edges(draw(L, edges="gradient").svg)) == {f"{through}", f"{2 * square.data}", "1.0"}
    assert set(labelled_edges(draw(L, edges="partial").svg)) == {f"{2 * square.data}", "1.0"}
    with scope("pair", closed=True):
        pair = a * 5, b * 7
    assert set(labelled_edges(draw(pair[0] * pair[1], edges="gradient").svg)) == {"-105.0", "70.0"}


def test_both_edges_of_a_square_are_drawn() -> None:
    x = Value(3.0, label="x")
    assert draw(x * x).svg.count('class="edge"') == 2


def test_mermaid() -> None:
    x = Value(3.0, label="x<y")
    with scope("square"):
        y = x * x
    assert draw(y + 1, edges="partial").mermaid.split("classDef")[0] == (
        "flowchart LR\n"
        'n0["x#60;y<br>data 3.0<br>grad 0.0"]:::input\n'
        'subgraph g0 ["square"]\n'
        'n1("v1 = #40;x#60;y#41;·#40;x#60;y#41;<br>data 9.0<br>grad 0.0"):::operation\n'
        "end\n"
        'n2("1"):::constant\n'
        'n3(["v2 = v1 + 1<br>data 10.0<br>grad 0.0"]):::output\n'
        'n0 -->|"3.0"| n1\n'
        'n0 -->|"3.0"| n1\n'
        'n1 -->|"1.0"| n3\n'
        "n2 --> n3\n"
        "class g0 frame\n"
    )


def test_several_outputs_are_drawn_together() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product, total = a * b, a + b
    for roots in ([product, total], (product, total, product), np.array([[product], [total]])):
        picture = draw(roots)
        assert repr(picture) == "<drawing of a graph of 4 nodes>"
        assert len(re.findall(r'class="node output"', picture.svg)) == picture.mermaid.count(":::output\n") == 2
        graph = graph_data(picture._outline, "LR", None, None)
        assert [graph["nodes"][index]["name"] for index in graph["outputs"]] == ["v1", "v2"]
    square = product * product
    edges = labelled_edges(draw([square, total, a], edges="gradient").svg)
    assert set(edges) == {"-6.0", "36.0", "-24.0", "1.0"}
    for wrong, message in (
        (3.0, "draw needs a Value or a list of them, got float 3.0"),
        ("ab", "draw needs a Value or a list of them, got str 'ab'"),
        ([a, [b]], "draw needs a list of nothing but Values, got list"),
    ):
        with pytest.raises(TypeError, match=message):
            draw(wrong)
    with pytest.raises(ValueError, match="draw needs at least one Value, got an empty list"):
        draw([])


def test_a_closed_box_shows_several_outputs_in_it() -> None:
    xs = [Value(float(n), label=f"x{n}") for n in range(1, 8)]
    for count, names, numbers in ((3, "v2, v4, v6", "-2.0, -4.0, -6.0"), (7, "v2, v4, …, v14", "-2.0, -4.0, …, -14.0")):
        outputs = []
        with scope("model"), scope("all"):
            for x in xs[:count]:
                with scope("one"):
                    outputs.append(x * -1 * 2)
        for title, options in (("all", {"depth": 1}), (f"one × {count}", {"expand": ["all"]})):
            picture = draw(outputs, **options)
            drawn = " ".join(text.strip("\xa0") for text in texts(picture.svg))
            assert f"{names} = {title} {2 * count} nodes data {numbers} grad 0.0, 0.0, " in drawn
            groups = graph_data(picture._outline, "LR", None, None)["groups"]
            (box,) = (group for group in groups if group["name"] == title)
            assert (box["title"], box["lines"][1], box["output"]) == (f"{names} = {title}", f"data {numbers}", True)


@pytest.mark.parametrize("label", ["loss", ""])
def test_a_closed_box_shows_the_output_in_it(label: str) -> None:
    x = Value(3.0, label="x")
    with scope("layer 1"):
        h = x * x
    with scope("layer 2"), scope("neuron"):
        y = h * 2 + 1
    y.label = label
    y.backward()
    picture = draw(y, depth=1)
    title = f"{label or 'v3'} = layer 2"
    assert f"{title} 2 nodes data 19.0 grad 1.0" in " ".join(text.strip("\xa0") for text in texts(picture.svg))
    assert f'g1["{title}<br>2 nodes<br>data 19.0<br>grad 1.0"]:::output\n' in picture.mermaid
    first, last, _ = graph_data(picture._outline, "LR", None, None)["groups"]
    assert (first["title"], first["lines"], first["output"]) == ("layer 1", ["1 node", "data 9.0", "grad 2.0"], False)
    assert (last["title"], last["lines"], last["output"]) == (title, ["2 nodes", "data 19.0", "grad 1.0"], True)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<b>", "<", "a > b"])
def test_a_scope_may_look_like_markup(name: str) -> None:
    with scope(name):
        y = Value(1.0, label=name).tanh()
    for fold in (True, False):
        svg = draw(y, fold=fold, depth=1).svg
        assert name in unescape(svg) and "<script>" not in svg
