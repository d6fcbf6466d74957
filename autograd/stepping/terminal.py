"""`walk`: step through a graph in a terminal, with the keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TextIO

from autograd.columns import cut, padded, width_of
from autograd.notation import TEXT, printable, short
from autograd.stepping.cursor import Moment, Stepper
from autograd.stepping.keyboard import ESCAPE, keyboard
from autograd.stepping.listing import AnyStep, ForwardStep, SeedStep
from autograd.value import Value

KEYS = "→ next   ← back   q quit   ? help   r beginning   e end   g go to   s set"
HELP = """\
→  n  Enter  Space   take the next step
←  b                 take the last step back
r  Home              go to the beginning
e  End               go to the end
g                    type a node's name and Enter: go to its data, then its grad
s                    set a leaf to a number: type its name and that, as in a=5
?                    show this
q  Esc  Ctrl-C       quit

The step gives a number to the node marked ▶; it comes from those marked ·
A gradient that ends in + … is not whole yet: more terms will arrive."""

ENTER, BACKSPACE = ("\n", "\r"), ("\x7f", "\b")
CLEAR, CLEAR_LINE, BOLD, PLAIN = "\x1b[H\x1b[J", "\r\x1b[K", "\x1b[1m", "\x1b[0m"
AROUND = 8  # lines of a screen that are not nodes
FEWEST = 3  # nodes, however low the terminal is
NAME, GRADIENT = 8, 16  # columns: of a name at least, of a gradient such as -1.235e-300 + …

MOVES: dict[str, Callable[[Stepper], object]] = {
    **dict.fromkeys(["n", "right", " ", *ENTER], Stepper.next),
    **dict.fromkeys(["b", "left"], Stepper.back),
    **dict.fromkeys(["r", "home"], Stepper.reset),
    **dict.fromkeys(["e", "end"], lambda stepper: stepper.seek(len(stepper))),
}
METHODS = {"next()": "→", "back()": "←", "reset()": "r"}  # what errors suggest, and the keys for it


def walk(stepper: Stepper, source: TextIO, out: TextIO) -> None:
    """Step through a graph with the keyboard, until q is pressed or the input ends.

    Between two terminals, the screen is drawn in place. Of a source that is none, each character is a key; screens
    that do not go to one follow each other.

    Args:
        stepper: what is shown and moved, from where it is.
        source: where keys come from, such as `sys.stdin`.
        out: where screens go, such as `sys.stdout`.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.

    >>> import io, sys
    >>> from autograd import Value
    >>> from autograd import Stepper
    >>> from autograd.stepping.terminal import walk
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> walk(Stepper(a * b), io.StringIO("n"), sys.stdout)  # doctest: +NORMALIZE_WHITESPACE
    step 0 of 4 · at the beginning
    ...
    step 1 of 4 · forward
    <BLANKLINE>
      node        data   grad
    · a            2.0
    · b           -3.0
    ▶ v1 = a·b    -6.0
    <BLANKLINE>
    v1 = a·b = 2.0·(-3.0) = -6.0
    → next   ← back   q quit   ? help   r beginning   e end   g go to   s set
    <BLANKLINE>
    """
    with keyboard(source) as keys:
        screen = _Screen(stepper, keys, out, in_place=source.isatty() and out.isatty())
        try:
            screen.show()
            for key in takewhile(lambda key: key not in ("q", ESCAPE), keys):
                screen.press(key)
        finally:
            screen.leave()


class _Screen:
    """What is shown of a stepper, and what the keys do."""

    def __init__(self, stepper: Stepper, keys: Iterator[str], out: TextIO, in_place: bool) -> None:
        self.stepper = stepper
        self.keys = keys
        self.out = out
        self.in_place = in_place
        self.bold = out.isatty() and not os.environ.get("NO_COLOR")
        self.equations = {node: _equation(node, stepper) for node in stepper.names if not node.constant}

    def press(self, key: str) -> None:
        """Do what a key is for, and show it."""
        if key == "?":
            self._write([self._heading(), "", *HELP.split("\n"), "", KEYS])
            return
        try:
            if key in MOVES:
                MOVES[key](self.stepper)
            elif key == "g":
                self._ask("go to the node: ", Stepper.run_to)
            elif key == "s":
                self._ask("set a leaf, as in a=5: ", _set)
            else:
                raise ValueError("this key does nothing; ? shows those that do")
        except Exception as error:  # the operations of users raise what they like
            self.show(str(error) or type(error).__name__)
        else:
            self.show()

    def show(self, complaint: str = "") -> None:
        for method, key in METHODS.items():
            complaint = complaint.replace(method, key)
        columns, height = shutil.get_terminal_size()
        lines = [self._heading(), "", *self._table(columns, max(height - AROUND, FEWEST)), "", *self._words(columns)]
        self._write([*lines, *([printable(complaint)] if complaint else []), KEYS])

    def leave(self) -> None:
        """Let what is printed next begin on a line of its own."""
        if self.in_place:
            print(file=self.out, flush=True)

    def _heading(self) -> str:
        step = self.stepper.step
        stage = "forward" if isinstance(step, ForwardStep) else "backward" if step else "at the beginning"
        return f"step {self.stepper.position} of {len(self.stepper)} · {stage}"

    def _table(self, columns: int, height: int) -> list[str]:
        """The nodes and their numbers; of many, those around the one that is marked."""
        now, others = _concerned(self.stepper.step)
        moments = self.stepper.at(self.stepper.position)
        nodes = list(self.equations)
        data = max(len(" data"), *(len(_signed(node.data)) for node in nodes))
        name = max(len("node"), *(width_of(equation) for equation in self.equations.values()))
        name = min(name, max(columns - data - GRADIENT - 6, NAME))
        place = nodes.index(now) if now else 0
        first = max(min(place - height // 2, len(nodes) - height), 0)
        rows = [f"  {'node':{name}}  {' data':{data}}   grad"]
        for node in nodes[first : first + height]:
            mark = "▶" if node is now else "·" if node in others else " "
            moment = moments[node]
            known = "" if moment.data is None else _signed(moment.data)
            rows.append(f"{mark} {padded(self.equations[node], name)}  {known:{data}}  {_gradient(moment)}".rstrip())
        if first:
            rows[1] = f"  … {first + 1} more"
        if first + height < len(nodes):
            rows[-1] = f"  … {len(nodes) - first - height + 1} more"
        return rows

    def _words(self, columns: int) -> list[str]:
        """The step, on two lines if one is too short."""
        words = printable(str(self.stepper.step or "nothing is computed yet; → takes the first step"))
        rule, because, reason = words.rpartition(f"{TEXT.space}because ")
        return [rule, f"{because}{reason}"] if rule and width_of(words) > columns else [words]

    def _write(self, lines: list[str]) -> None:
        columns, _ = shutil.get_terminal_size()
        lines = [cut(line, columns) for line in lines]
        if self.bold:
            lines = [f"{BOLD}{line}{PLAIN}" if line.startswith("▶") else line for line in lines]
        text = "\n".join(lines)
        self.out.write(f"{CLEAR}{text}" if self.in_place else f"{text}\n\n")
        self.out.flush()

    def _ask(self, question: str, answered: Callable[[Stepper, str], object]) -> None:
        """Let a line be typed in place of the keys; nothing comes of an empty one, or after Esc."""
        typed = ""
        self._type(question)
        for key in self.keys:
            if key == ESCAPE:
                return
            if key in ENTER:
                break
            if key in BACKSPACE:
                typed = typed[:-1]
            elif len(key) == 1 and key.isprintable():
                typed += key
            self._type(question + typed)
        else:
            return
        if not self.in_place:
            self.out.write(f"{question}{typed}\n")
        if typed.strip():
            answered(self.stepper, typed.strip())

    def _type(self, line: str) -> None:
        if self.in_place:
            columns, _ = shutil.get_terminal_size()
            self.out.write(CLEAR_LINE + cut(line, columns - 1))
            self.out.flush()


def _set(stepper: Stepper, text: str) -> None:
    name, equals, number = text.rpartition("=")
    try:
        data = float(number)
    except ValueError:
        raise ValueError(f"{number.strip()!r:.60} is not a number: type a leaf and its number, such as a=5") from None
    if not equals:
        raise ValueError(f"{text!r:.60} names no leaf: type its name, too, such as a={text:.60}")
    stepper.edit(name.strip(), data)


def _concerned(step: AnyStep | None) -> tuple[Value | None, tuple[Value, ...]]:
    """The node to which a step gives a number, and those from which it comes."""
    if step is None:
        return None, ()
    if isinstance(step, SeedStep):
        return step.root, ()
    return (step.node, step.node.args) if isinstance(step, ForwardStep) else (step.arg, (step.node,))


def _equation(node: Value, stepper: Stepper) -> str:
    name = str(TEXT.node(node, stepper.names))
    return printable(f"{name} = {TEXT.operation(node, stepper.names)}" if node.args else name)


def _gradient(moment: Moment) -> str:
    if moment.grad is None:
        return ""
    return _signed(moment.grad) + ("" if moment.complete else " + …")


def _signed(x: float) -> str:
    """A number shortened, with room for its sign."""
    text = short(x)
    return text if text.startswith("-") else f" {text}"
