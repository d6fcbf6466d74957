"""`python -m autograd "tanh(w*x + b)" w=2 x=1 b=0.5`: value, gradients and the chain rule, step by step."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence

from autograd.drawing import DrawingError, draw
from autograd.expressions import parse
from autograd.graph import made
from autograd.notation import TEXT, name_nodes, short
from autograd.stepping import Stepper, steps
from autograd.stepping.terminal import walk
from autograd.value import Value

EXAMPLE = 'python -m autograd "tanh(w1*x1 + w2*x2 + b)" w1=-3 x1=2 w2=1 x2=0 b=6.88 --save neuron.svg'


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description="Differentiate an expression and show every step of the chain rule.",
        epilog=f"example:\n  {EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("expression", help="in Python's notation; it is parsed, never run")
    parser.add_argument("names", nargs="*", metavar="name=number", help="what the names stand for")
    parser.add_argument("--save", metavar="FILE", help="also draw the graph: .svg, .png, .pdf, .html, .mmd or .dot")
    parser.add_argument("--step", action="store_true", help="walk through the steps with the keyboard")
    options = parser.parse_args([_positional(a) for a in (sys.argv[1:] if arguments is None else arguments)])
    try:
        names = dict(_assignment(text) for text in options.names)
        root = parse(options.expression, names)
        if not root.label and "L" not in names:
            root.label = "L"
        root.backward()
        if options.save:
            draw(root).save(options.save)
    except (ValueError, OSError, DrawingError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    try:
        if options.step:
            walk(Stepper(root), sys.stdin, sys.stdout)
        else:
            _report(root, names)
        if options.save:
            print(f"\ndrawn to {options.save}")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough; Python itself will flush once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130  # as the shell says of what Ctrl-C has ended
    return 0


def _report(root: Value, names: dict[str, Value]) -> None:
    called = name_nodes(root)
    print(f"value\n  {called[root]} = {root.data!r}\n\ngradients")
    for name, value in names.items():
        print(f"  ∂{called[root]}/∂{name} = {value.grad!r}")
    print("\nforward")
    for node in made(root):
        print(f"  {called[node]} = {TEXT.operation(node, called)} = {short(node.data)}")
    print("\nbackward, the chain rule step by step")
    for step in steps(root):
        print(f"{step.index:3d}. {step}")


def _positional(argument: str) -> str:
    """An expression may begin with a minus; a space before it keeps argparse from reading an option."""
    return f" {argument}" if re.match(r"-[^-]", argument) and argument != "-h" else argument


def _assignment(text: str) -> tuple[str, Value]:
    name, equals, number = (part.strip() for part in text.partition("="))
    if not equals or not name.isidentifier():
        raise ValueError(f"{text.strip()!r}: after the expression come numbers for its names, such as w1=-3")
    try:
        return name, Value(float(number), label=name)
    except ValueError:
        raise ValueError(f"{text.strip()!r}: {number!r} is not a number") from None


if __name__ == "__main__":
    sys.exit(main())
