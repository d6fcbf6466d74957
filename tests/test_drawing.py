"""Diagrams: real pictures from a real layout engine, every label drawn literally."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograd import DrawingError, Value, draw
from autograd.drawing import engine

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
    svg = draw(3 * x + x).svg
    for kind in ("leaf", "constant", "operation", "output"):
        assert len(re.findall(rf'class="node {kind}"', svg)) == 1


def test_steps_and_drawing_use_the_same_names() -> None:
    from autograd import steps

    o = neuron()
    drawn = " ".join(texts(draw(o).svg))
    assert all(step.names[step.node] in drawn for step in steps(o))


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_drawn_literally(label: str) -> None:
    x = Value(1.0, label=label)
    svg = draw(x * x + 1).svg
    shown = "".join(c if c.isprintable() or c == "\n" else "�" for c in label)
    assert shown.replace("\n", " ") in [text.replace("\n", " ") for text in texts(svg)]
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
    assert picture._repr_mimebundle_() == {"image/svg+xml": picture.svg, "text/plain": repr(picture)}
    assert repr(picture) == "<drawing of a graph of 6 nodes>"


@pytest.mark.parametrize("name", ["g.unknown", "g", "g.svg.exe"])
def test_unknown_formats_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot save as .*: use \.svg, \.png, \.pdf, \.dot, \.gv"):
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
    with pytest.raises(TypeError, match="draw needs a Value, got list"):
        draw([neuron()])


def test_the_bundled_engine_is_found_without_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert draw(neuron()).svg.count("<svg") == 1


def test_the_system_engine_serves_where_it_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dot = tmp_path / "dot"
    dot.symlink_to(engine._engines()[0])
    monkeypatch.setattr(engine.shutil, "which", lambda name, path=None: str(dot) if name == "dot" else None)
    assert engine._engines() == [dot]
    assert draw(neuron()).svg.count("<svg") == 1


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
