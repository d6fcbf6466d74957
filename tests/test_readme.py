"""What README.md says a reader gets, the reader gets; README.zh.md says the same."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.readme import CHINESE, ENGLISH, PICTURES, ROOT, Readme, looks_like

both = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=["English", "Chinese"])
SCREENSHOTS = {"stepper-light.png", "stepper-dark.png", "practice.png"}  # test_readme_pictures.py takes them


def test_there_are_two_set_up_commands() -> None:
    first, second = ENGLISH.commands
    assert first.startswith('python -m pip install ".[draw]" && python -m autograd ')
    assert second == 'python -m pip install ".[dev]" && python -m pytest'


def test_the_first_command_prints_what_is_shown(tmp_path: Path) -> None:
    shown = next(text for language, text in ENGLISH.blocks if language == "text")
    command = shlex.split(ENGLISH.commands[0].split("&&")[1])
    assert command[:2] == ["python", "-m"]
    done = subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == shown
    assert "<svg" in (tmp_path / "neuron.svg").read_text()


@pytest.mark.parametrize("code, output", ENGLISH.code, ids=lambda text: text.splitlines()[0] if text else "")
def test_the_code_prints_and_draws_what_is_shown(
    code: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("example.py").write_text(code)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "example.py", "exec"), {})
    assert printed.getvalue() == output
    for picture in tmp_path.glob("*.svg"):
        assert words(picture) == words(PICTURES / picture.name)
    for picture in tmp_path.glob("*.png"):
        assert looks_like(PICTURES / picture.name, picture)


def words(picture: Path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text())


def test_every_picture_is_made_by_the_code() -> None:
    saved = {name for code, _ in ENGLISH.code for name in re.findall(r'"([\w-]+\.(?:svg|png))"', code)}
    assert {path.name for path in PICTURES.iterdir()} == saved | SCREENSHOTS
    assert all(words(path) for path in PICTURES.glob("*.svg"))


@both
def test_every_link_leads_somewhere(readme: Readme) -> None:
    shown = {Path(link).name for link in readme.links if link.startswith("notebooks/pictures/")}
    assert shown == {path.name for path in PICTURES.iterdir()}
    for link in readme.links:
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_every_chapter_is_listed_by_its_title() -> None:
    listed = re.findall(r"^\| \[([^]]+)\]\(notebooks/([^)]+)\)", ENGLISH.prose, flags=re.M)
    chapters = [(nbformat.read(path, as_version=4), path.name) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    titles = [(chapter.cells[0].source.splitlines()[0], name) for chapter, name in chapters]
    assert [("# " + title.replace(". ", " · "), name) for title, name in listed] == titles


@both
def test_every_file_of_the_layout_exists(readme: Readme) -> None:
    for row in re.findall(r"^\| (`[\w/]+(?:\.py|/)`.*?) \|", readme.prose, flags=re.M):
        first, *others = re.findall(r"`([^`]+)`", row)
        for name in (first, *(str(Path(first).with_name(other)) for other in others)):
            assert (ROOT / name).exists(), name


def test_the_chinese_readme_has_the_same_content() -> None:
    """Code is the same but for comments; so are outputs, commands, links, names, and numbers outside of words."""
    assert CHINESE.commands == ENGLISH.commands
    assert [output for _, output in CHINESE.code] == [output for _, output in ENGLISH.code]
    for (ours, _), (theirs, _) in zip(CHINESE.code, ENGLISH.code):
        assert ast.dump(ast.parse(ours)) == ast.dump(ast.parse(theirs))
    languages = {"README.md", "README.zh.md"}
    assert [link for link in CHINESE.links if link not in languages] == [
        link for link in ENGLISH.links if link not in languages
    ]
    for kind in (r"`[^`]+`", r"^#+ ", r"\d[\d,.]*\d"):
        found = [sorted(re.findall(kind, readme.prose, flags=re.M)) for readme in (CHINESE, ENGLISH)]
        assert found[0] == found[1]
