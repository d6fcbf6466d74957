"""Stepping in a terminal: what the keys do, and what is on the screen."""

from __future__ import annotations

import codecs
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from select import select

import pytest

from autograd import Value, floor, op
from autograd.__main__ import main
from autograd.stepping import Stepper
from autograd.stepping.terminal import BOLD, CLEAR, HELP, KEYS, PLAIN, walk

SMALL = ["a*b + a", "a=2", "b=-3", "--step"]
BEGINNING = """\
step 0 of 7 · at the beginning

  node         data   grad
  a            2.0
  b           -3.0
  v1 = a·b
  L = v1 + a

nothing is computed yet; → takes the first step
"""
FORWARD = """\
step 1 of 7 · forward

  node         data   grad
· a            2.0
· b           -3.0
▶ v1 = a·b    -6.0
  L = v1 + a

v1 = a·b = 2.0·(-3.0) = -6.0
"""
SEED = """\
step 3 of 7 · backward

  node         data   grad
  a            2.0
  b           -3.0
  v1 = a·b    -6.0
▶ L = v1 + a  -4.0    1.0

∂L/∂L = 1.0
"""
PARTLY = """\
step 5 of 7 · backward

  node         data   grad
▶ a            2.0    1.0 + …
  b           -3.0
  v1 = a·b    -6.0    1.0
· L = v1 + a  -4.0    1.0

∂L/∂a += ∂L/∂L · ∂L/∂a = 1.0 · 1.0 = 1.0   because ∂(v1 + a)/∂a = 1
"""
WHOLE = """\
step 6 of 7 · backward

  node         data   grad
▶ a            2.0   -2.0
  b           -3.0
· v1 = a·b    -6.0    1.0
  L = v1 + a  -4.0    1.0

∂L/∂a += ∂L/∂v1 · ∂v1/∂a = 1.0 · (-3.0) = -3.0   because ∂(a·b)/∂a = b
"""


@pytest.fixture(autouse=True)
def a_screen_of_the_usual_size(monkeypatch: pytest.MonkeyPatch) -> None:
    resize(monkeypatch, 80, 24)


def resize(monkeypatch: pytest.MonkeyPatch, columns: int, lines: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(lines))


def screens(root: Value, keys: str) -> list[str]:
    """What is shown in turn."""
    out = io.StringIO()
    walk(Stepper(root), io.StringIO(keys), out)
    asked = re.compile(r"^(go to the node|set a leaf, as in a=5): .*\n", re.MULTILINE)
    return asked.sub("", out.getvalue()).removesuffix(f"{KEYS}\n\n").split(f"{KEYS}\n\n")


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = a * b + a
    L.label = "L"
    return L


def headings(keys: str) -> list[str]:
    return [screen.split(" of ")[0] for screen in screens(small(), keys)]


def complaint(root: Value, keys: str) -> str:
    """The last line but that of the keys; what is above it is as before."""
    *_, before, after = screens(root, keys)
    (line,) = after.removeprefix(before).splitlines()
    return line


def test_exact_screens_from_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("nnnnnnbq and what comes after that"))
    assert main(SMALL) == 0
    shown = capsys.readouterr().out.split(f"{KEYS}\n\n")
    assert [shown[i] for i in (0, 1, 3, 5, 6, 7, 8)] == [BEGINNING, FORWARD, SEED, PARTLY, WHOLE, PARTLY, ""]


def test_a_pipe() -> None:
    command = [sys.executable, "-m", "autograd", *SMALL]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, input=b"nnn", capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode().replace("\r\n", "\n").split(f"{KEYS}\n\n")
    assert len(shown) == 5 and shown[3] == SEED and "\x1b" not in done.stdout.decode()


@pytest.mark.parametrize(
    "keys, steps",
    [
        ("n \n\r", [0, 1, 2, 3, 4]),
        ("nnb", [0, 1, 2, 1]),
        ("er", [0, 7, 0]),
        ("n?n", [0, 1, 1, 2]),
        ("nqn", [0, 1]),
        ("n\x1bn", [0, 1]),
        ("n\x04n", [0, 1]),
        ("", [0]),
        ("gv1\n", [0, 1]),
        ("g a \nga\r", [0, 6, 6]),
        ("gL\ngL\ngv1\ngb\n", [0, 2, 3, 4, 7]),
        ("gx\x7fv2\b1\n", [0, 1]),
        ("gv1\x1bn", [0, 0, 1]),
        ("g\n", [0, 0]),
        ("gv1", [0, 0]),
        ("gv1\x04\nn", [0, 0]),
    ],
)
def test_keys(keys: str, steps: list[int]) -> None:
    assert headings(keys) == [f"step {i}" for i in steps]


def test_what_is_asked_is_written_down_with_the_answer() -> None:
    out = io.StringIO()
    walk(Stepper(small()), io.StringIO("gv1\ns b= 4\nq"), out)
    shown = out.getvalue().split(f"{KEYS}\n\n")
    assert shown[1] == f"go to the node: v1\n{FORWARD}"
    assert shown[2].startswith("set a leaf, as in a=5:  b= 4\nstep 1 of 7")


def test_a_leaf_is_set_and_the_place_stays() -> None:
    *_, screen = screens(small(), "nnnnnns b = 1e1 \n")
    assert (
        screen
        == """\
step 6 of 7 · backward

  node         data   grad
▶ a            2.0    11.0
  b            10.0
· v1 = a·b     20.0   1.0
  L = v1 + a   22.0   1.0

∂L/∂a += ∂L/∂v1 · ∂v1/∂a = 1.0 · 10.0 = 10.0   because ∂(a·b)/∂a = b
"""
    )


def test_help() -> None:
    assert screens(small(), "n?")[2] == f"step 1 of 7 · forward\n\n{HELP}\n\n"
    assert all(len(line) <= 80 for line in (*HELP.splitlines(), KEYS))


@pytest.mark.parametrize(
    "keys, words",
    [
        ("rb", "this is the beginning, there is no step to take back; → takes the first"),
        ("een", "all 7 steps are taken; ← takes one back, r begins again"),
        ("rx", "this key does nothing; ? shows those that do"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(keys: str, words: str) -> None:
    assert complaint(small(), keys) == words


@pytest.mark.parametrize(
    "asked, words",
    [
        ("gx", "no node 'x' in this graph; there are a, b, v1, L"),
        ("sx=1", "no node 'x' in this graph; there are a, b, v1, L"),
        ("sv1=1", "v1 is computed from others; what can be edited: a, b"),
        ("sa=one", "'one' is not a number: type a leaf and its number, such as a=5"),
        ("sa", "'a' is not a number: type a leaf and its number, such as a=5"),
        ("s5", "'5' names no leaf: type its name, too, such as a=5"),
    ],
)
def test_a_wrong_answer_loses_nothing(asked: str, words: str) -> None:
    *_, screen, last = screens(small(), f"gv1\n{asked}\nb")
    assert screen == f"{FORWARD}{words}\n"
    assert last == BEGINNING


def test_a_gradient_that_is_there_already() -> None:
    *_, screen = screens(small(), "egL\n")
    assert screen.endswith("\nL has its gradient already; r begins again\n")


def test_an_operation_that_fails_is_shown_too() -> None:
    def fussy(x: float) -> float:
        if x > 3:
            raise ArithmeticError("too\x1b[31m much")
        return x

    root = op("test_terminal_fussy", fussy, 1)(Value(1.0, label="x"))
    shown = screens(root, "sx=4\nn")
    assert shown[1].endswith("\ntoo\N{REPLACEMENT CHARACTER}[31m much\n")
    assert "v1 = test_terminal_fussy(x) = test_terminal_fussy(1.0) = 1.0" in shown[2]


def test_what_nothing_flows_to() -> None:
    (*_, last) = screens(floor(Value(2.5, label="x")) * 2, "e")
    assert "▶ x               2.5    0.0\n· v1 = floor(x)   2.0    2.0\n  v2 = v1·2       4.0    1.0\n" in last


def test_a_graph_of_one_leaf() -> None:
    assert screens(Value(3.0, label="x"), "n")[1] == (
        "step 1 of 1 · backward\n\n  node   data   grad\n▶ x      3.0    1.0\n\n∂x/∂x = 1.0\n"
    )


def test_no_label_reaches_the_terminal_as_a_command() -> None:
    evil = Value(2.0, label="\x1b]0;owned\x07\x9b2J\r\nnext\u202eline")
    for screen in screens(evil * 2 + evil, "nnnngx\ng\x1b[2J\nsx=\x1b\nee?"):
        assert all(character.isprintable() or character == "\n" for character in screen)
    assert "\N{REPLACEMENT CHARACTER}]0;owned" in screens(evil * 2, "")[0]


def chain(length: int) -> Value:
    x = Value(1.0, label="x")
    for _ in range(length - 1):
        x = x + 1
    return x


@pytest.mark.parametrize("height", [5, 12, 24, 50])
def test_500_nodes_fit(height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resize(monkeypatch, 80, height)
    rows = max(height - 8, 3)
    for screen in screens(chain(500), "nnnnnngv250\nnnngv498\nnnnnnnngv250\nexbbbb"):
        lines = screen.split("\n")
        assert len(lines) <= rows + 7  # and the keys
        table = lines[3 : 3 + rows]
        more = [int(row.split()[1]) for row in table if row.endswith(" more")]
        assert sum(more) + rows - len(more) == 500
        assert "at the beginning" in screen or sum(row.startswith("▶") for row in table) == 1
    assert "▶ v499 = v498 + 1   500.0   1.0" in screens(chain(500), "gv499\ngv499\n")[2]


def test_the_ends_of_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    resize(monkeypatch, 80, 13)
    shown = [screen.split("\n")[3:8] for screen in screens(chain(9), "gv4\ngv8\n")]  # five of nine
    assert shown[0] == ["  x             1.0", "  v1 = x + 1", "  v2 = v1 + 1", "  v3 = v2 + 1", "  … 5 more"]
    assert shown[1] == ["  … 3 more", "· v3 = v2 + 1   4.0", "▶ v4 = v3 + 1   5.0", "  v5 = v4 + 1", "  … 3 more"]
    assert shown[2][0] == "  … 5 more" and shown[2][-1] == "▶ v8 = v7 + 1   9.0"


@pytest.mark.parametrize("columns", [1, 20, 40, 60])
def test_long_lines_are_cut(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resize(monkeypatch, columns, 24)
    out = io.StringIO()
    root = Value(-1e-300 / 3, label="重み" * 50).tanh() * Value(2.0, label="long" * 5000)
    walk(Stepper(root), io.StringIO("nnnnn?eeex"), out)
    wide = [sum(2 if character in "重み" else 1 for character in line) for line in out.getvalue().split("\n")]
    assert max(wide) == columns
    if columns == 60:
        assert "▶ longlonglonglonglonglonglo…   2.0         -3.333e-301\n" in out.getvalue()


def test_a_step_too_long_for_a_line_takes_two() -> None:
    weight, value = Value(2.0, label="weight"), Value(-3.0, label="input")
    output = weight * value
    output.label = "output"
    assert screens(output, "gweight\n")[-1].endswith(
        "\n∂output/∂weight += ∂output/∂output · ∂output/∂weight = 1.0 · (-3.0) = -3.0\n"
        "   because ∂(weight·input)/∂weight = input\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_gets_bold_and_only_if_colours_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for out, bold in ((Terminal(), 1), (io.StringIO(), 0)):
        walk(Stepper(small()), io.StringIO("n"), out)
        assert out.getvalue().count(f"{BOLD}▶ v1 = a·b    -6.0{PLAIN}\n") == bold
        assert out.getvalue().count("\x1b") == 2 * bold
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    walk(Stepper(small()), io.StringIO("n"), out)
    assert "\x1b" not in out.getvalue()


LAST = KEYS[-5:]  # of a screen


class Session:
    """A program in a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self.terminal = terminal

        self.seen = ""

    def press(self, keys: str, shown: str = LAST) -> str:
        """What is drawn then, up to the end of what is to be shown."""
        os.write(self.terminal, keys.encode())
        return self.drawn(shown)

    def drawn(self, shown: str = LAST) -> str:
        decoder = codecs.getincrementaldecoder("utf-8")()
        while shown not in self.seen:
            assert select([self.terminal], [], [], 60)[0], self.seen
            self.seen += decoder.decode(os.read(self.terminal, 10_000)).replace("\r", "")
        before, found, self.seen = self.seen.partition(shown)
        return before + found

    def end(self) -> int:
        return self.process.wait(60)


@contextmanager
def session(environment: dict[str, str]) -> Iterator[Session]:
    import fcntl
    import termios

    terminal, end = os.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, b"\x18\x00\x50\x00" + bytes(4))  # 24 lines of 80 columns
    before = termios.tcgetattr(end)
    program = [sys.executable, "-m", "autograd", *SMALL]
    kept = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        program,
        stdin=end,
        stdout=end,
        stderr=end,
        env=kept | {"PYTHONIOENCODING": "utf-8"} | environment,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(end, termios.TIOCSCTTY, 0),
    )
    try:
        yield Session(process, terminal)
        assert termios.tcgetattr(end) == before, "the terminal is not as it was"
    finally:
        process.kill()
        process.wait()
        os.close(end)
        os.close(terminal)


in_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals to test with")


def drawn_again(screen: str, bold: bool = True) -> str:
    text = re.sub("^(▶.*)$", f"{BOLD}\\1{PLAIN}", screen, flags=re.MULTILINE) if bold else screen
    return f"{CLEAR}{text}{KEYS}"


@in_a_terminal
def test_a_terminal() -> None:
    with session({}) as program:
        assert program.drawn() == drawn_again(BEGINNING)
        assert program.press("\x1b[C") == drawn_again(FORWARD)
        assert program.press("\x1bOD") == drawn_again(BEGINNING)
        for home, end in (("\x1b[H", "\x1b[F"), ("\x1b[1~", "\x1b[4~"), ("\x1bOH", "\x1bOF")):
            assert "step 7 of 7" in program.press(end)
            assert "step 0 of 7" in program.press(home)
        assert "this key does nothing" in program.press("\x1b[15~")
        assert "take the last step back" in program.press("?")
        assert program.press("nnnnnr").count("step 1 of 7") == 1
        assert [program.drawn().split()[1] for _ in range(5)] == ["2", "3", "4", "5", "0"]
        program.press("q", "\n")
        assert program.end() == 0


@in_a_terminal
def test_typing_in_a_terminal() -> None:
    with session({}) as program:
        program.drawn()
        assert program.press("g", ": ") == "\x1b[Kgo to the node: "
        assert program.press("v", "v") == "\x1b[Kgo to the node: v"
        assert program.press("\x7f", ": ") == "\x1b[Kgo to the node: "
        assert "step 0 of 7" in program.press("\x1b")
        assert "no node 'θ' in this graph; there are a, b, v1, L" in program.press("gθ\r")
        assert program.press("gv1\n").endswith(drawn_again(FORWARD))
        program.press("q", "\n")
        assert program.end() == 0


@in_a_terminal
@pytest.mark.parametrize(
    "keys, code", [("q", 0), ("\x1b", 0), ("\x04", 0), ("\x03", 130), ("g\x04", 0), ("g\x03", 130)]
)
def test_leaving(keys: str, code: int) -> None:
    with session({"NO_COLOR": "1"}) as program:
        program.drawn()
        assert program.press("n") == drawn_again(FORWARD, bold=False)
        os.write(program.terminal, keys.encode())
        assert program.end() == code
        assert program.drawn("\n") and "Traceback" not in program.seen
