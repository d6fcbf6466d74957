"""What README.md says a reader gets, the reader gets."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(), flags=re.M | re.S)
COMMANDS = [text.strip() for language, text in BLOCKS if language == "sh"]


def test_there_are_two_set_up_commands() -> None:
    first, second = COMMANDS
    assert first.startswith('python -m pip install ".[draw]" && python -m autograd ')
    assert second == 'python -m pip install ".[dev]" && python -m pytest'


def test_the_first_command_prints_what_is_shown(tmp_path: Path) -> None:
    shown = next(text for language, text in BLOCKS if language == "text")
    command = shlex.split(COMMANDS[0].split("&&")[1])
    assert command[:2] == ["python", "-m"]
    done = subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == shown
    assert "<svg" in (tmp_path / "neuron.svg").read_text()


CODE = [
    (text, BLOCKS[index + 1][1] if index + 1 < len(BLOCKS) and BLOCKS[index + 1][0] == "text" else "")
    for index, (language, text) in enumerate(BLOCKS)
    if language == "python"
]


@pytest.mark.parametrize("code, output", CODE, ids=lambda text: text.splitlines()[0] if text else "")
def test_the_code_prints_what_is_shown(code: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == output


def test_every_file_of_the_layout_exists() -> None:
    for name in re.findall(r"^\| `([^`]+)` \|", README.read_text(), flags=re.M):
        assert (README.parent / name).exists(), name
