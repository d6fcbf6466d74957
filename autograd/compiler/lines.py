"""Text in LLVM's language, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Module:
    """Functions in LLVM's language.

    Attributes:
        functions: their texts by their names.
        libm: the functions of the C library that they call.
    """

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.libm: set[str] = set()
        self._declarations: set[str] = set()

    def declare(self, name: str, result: str, *parameters: str) -> str:
        """The name of a function from elsewhere, as it is called."""
        self._declarations.add(f"declare {result} @{name}({', '.join(parameters)})")
        return f"{result} @{name}"

    @contextmanager
    def function(self, name: str, parameters: str, result: str = "void", internal: bool = False) -> Iterator[Lines]:
        """A new function, to be filled with lines."""
        lines = Lines(self)
        yield lines
        linkage = "internal " if internal else ""
        self.functions[name] = f'define {linkage}{result} @"{name}"({parameters}) {{\n{lines}\n}}\n'

    def __str__(self) -> str:
        return "\n".join([*sorted(self._declarations), "", *self.functions.values()])


class Lines:
    """The lines of a function. Those that give something are named by numbers."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._lines = ["start:"]
        self._block = "start"
        self._count = 0

    def __len__(self) -> int:
        return len(self._lines)

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def do(self, line: str) -> None:
        self._lines.append(f"  {line}")

    def new(self, line: str) -> str:
        """What the line gives."""
        self._count += 1
        self.do(f"%v{self._count} = {line}")
        return f"%v{self._count}"

    def block(self, name: str) -> None:
        """Here begins a block."""
        self._lines.append(f"{name}:")
        self._block = name

    def element(self, pointer: str, index: object, size: object = 1, kind: str = "double") -> str:
        """The address of an element of an array, whose elements are so many numbers."""
        if size != 1:
            index = self.new(f"mul i64 {index}, {size}")
        return self.new(f"getelementptr {kind}, ptr {pointer}, i64 {index}")

    def load(self, kind: str, pointer: str) -> str:
        return self.new(f"load {kind}, ptr {pointer}, align {4 if kind == 'i32' else 8}")

    def store(self, kind: str, value: str, pointer: str) -> None:
        self.do(f"store {kind} {value}, ptr {pointer}, align 8")

    def slot(self, pointer: str, index: object) -> str:
        """An element of an array of slots."""
        slot = self.load("i32", self.element(pointer, index, kind="i32"))
        return self.new(f"sext i32 {slot} to i64")

    @contextmanager
    def repeat(self, count: object, *carried: Carried) -> Iterator[str]:
        """A loop.

        Args:
            count: how often.
            carried: what each round hands on to the next.

        Yields:
            The number of the round, from 0.
        """
        self._count += 1
        name, before = f"loop{self._count}", self._block
        index = Carried("i64", "0")
        for number, item in enumerate([index, *carried]):
            item.name = f"%{name}.{number}"
        self.do(f"br label %{name}")
        self.block(name)
        place = len(self._lines)
        self.do(f"%{name}.more = icmp slt i64 {index.name}, {count}")
        self.do(f"br i1 %{name}.more, label %{name}.body, label %{name}.end")
        self.block(f"{name}.body")
        yield index.name
        index.next = self.new(f"add i64 {index.name}, 1")
        self.do(f"br label %{name}")
        self._lines[place:place] = [
            f"  {item.name} = phi {item.kind} [ {item.first}, %{before} ], [ {item.next}, %{self._block} ]"
            for item in [index, *carried]
        ]
        self.block(f"{name}.end")


class Carried:
    """What a round of a loop hands on to the next.

    Attributes:
        kind: its type.
        first: what the first round gets.
        name: what a round has got; after the loop, what the last one has handed on.
        next: what a round hands on, for it to set.
    """

    def __init__(self, kind: str, first: str) -> None:
        self.kind = kind
        self.first = first
        self.name = self.next = ""
