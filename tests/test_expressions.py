"""Expressions and the command line: numbers out, nothing run, errors that point."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value
from autograd.__main__ import main
from autograd.expressions import parse

NEURON = ["tanh(w1*x1 + w2*x2 + b)", "w1=-3", "x1=2", "w2=1", "x2=0", "b=6.88"]


@pytest.mark.parametrize("text, result", [("2+3", 5.0), ("-2**2", -4.0), ("+x", 2.0), ("2·x", 4.0), ("1/0", math.inf)])
def test_values(text: str, result: float) -> None:
    assert parse(text, {"x": Value(2.0)}).data == result


def test_numbers_are_worked_out_at_once() -> None:
    x = Value(-2.0, label="x")
    y = parse("x**(6/-2)", {"x": x})
    y.backward()
    assert y.args[1].constant and x.grad == -3 / 16


def test_a_name_stands_for_one_value() -> None:
    x = Value(3.0)
    parse("x*x", {"x": x}).backward()
    assert x.grad == 6.0


def test_long_sums() -> None:
    assert parse("+".join(["x"] * 500), {"x": Value(1.0)}).data == 500


@pytest.mark.parametrize(
    "text, message, column",
    [
        ("x +", "cannot read this", None),
        ("x*q", "unknown name 'q'; known: x", 2),
        ("x*foo(x)", "unknown function 'foo'; known: add, sub,", 2),
        ("tanh", "tanh is an operation: write tanh(...)", 0),
        ("tanh(x, x)", "tanh takes 1 argument, got 2", 0),
        ("x^2", "a power is written **, not ^", 0),
        ("x.data", "Attribute is not allowed here: only numbers, names, + - * / **", 0),
        ("__import__('os').system('true')", "Call is not allowed here", 0),
        ("(lambda: x)()", "Call is not allowed here", 0),
        ("[x for x in y]", "ListComp is not allowed here", 0),
        ("x if x else 1", "IfExp is not allowed here", 0),
        ("(y := 2)", "NamedExpr is not allowed here", 1),
        ("tanh(*x)", "Starred is not allowed here", 5),
        ("tanh(x=1)", "Call is not allowed here", 0),
        ("f'{x}'", "JoinedStr is not allowed here", 0),
        ("'2'", "'2' is not a real number", 0),
        ("2j*x", "2j is not a real number", 0),
        ("True*x", "True is not a real number", 0),
        ("x in y", "Compare is not allowed here", 0),
        ("äöü*x", "unknown name 'äöü'", 0),
        ("x*äöü*ß", "unknown name 'ß'", 6),
        ("x*1" + "0" * 400, "too large for a float64", 2),
    ],
)
def test_errors_point_at_the_place(text: str, message: str, column: int | None) -> None:
    with pytest.raises(ValueError) as error:
        parse(text, {"x": Value(2.0)})
    first, shown, pointer = str(error.value).split("\n")
    assert message in first
    assert shown == f"  {text}"
    assert column is None or pointer == "  " + " " * column + "^"


@pytest.mark.parametrize("text", ["(" * 5000 + "x" + ")" * 5000, "-" * 9000 + "x", "x" * 20_000, "", "  ", "x\0"])
def test_hopeless_input_gets_an_error_too(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text, {"x": Value(2.0)})


def test_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "neuron.svg"
    assert main([*NEURON, "--save", str(picture)]) == 0
    out = capsys.readouterr().out
    assert "  L = 0.7064193203972352\n" in out
    for line in ("∂L/∂w1 = 1.0019434875390167", "∂L/∂x1 = -1.502915231308525", "∂L/∂w2 = 0.0"):
        assert f"  {line}\n" in out
    assert "  1. ∂L/∂v4 += ∂L/∂L · ∂L/∂v4 = 1.0 · 0.5010 = 0.5010   because ∂tanh(v4)/∂v4 = 1 - L·L\n" in out
    assert picture.read_text().count("<svg") == 1


def test_an_expression_may_begin_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-x*y", "x=-2", "y=3"]) == 0
    assert "L = 6.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["x*q", "x=1"], "unknown name 'q'"),
        (["x", "x=one"], "'x=one': 'one' is not a number"),
        (["x", "x"], "'x': after the expression come numbers for its names, such as w1=-3"),
        (["x", "2=3"], "'2=3': after the expression come numbers"),
        (
            ["x", "x=2", "--save", "x.unknown"],
            "cannot save as '.unknown': use .svg, .png, .pdf, .html, .mmd, .dot, .gv",
        ),
        (["x", "x=2", "--save", "nowhere/x.svg"], "No such file or directory"),
    ],
)
def test_bad_commands_exit_with_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.out == ""


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "autograd", "2 +"], capture_output=True, text=True)
    assert done.returncode == 2 and "cannot read this" in done.stderr and "Traceback" not in done.stderr
    done = subprocess.run([sys.executable, "-m", "autograd", *NEURON], capture_output=True, text=True)
    assert done.returncode == 0 and "chain rule" in done.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_may_stop_early(unbuffered: str) -> None:
    """As in `python -m autograd … | head -1`."""
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "autograd", *NEURON]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (0, b"")
