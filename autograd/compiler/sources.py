"""A code as text: for people to read, and as functions in Python and C to take elsewhere."""

from __future__ import annotations

import ast
import inspect
import keyword
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from pprint import pformat
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from autograd.compiler.c_terms import C_NAMES, c_function, c_number
from autograd.compiler.code import DOT, MINUS_ONE, ONE, Code
from autograd.compiler.kernels import DIRECT, KERNELS
from autograd.notation import QUOTED, Phrase, exact
from autograd.table import Op

WIDTH = 100
TERMS = 8  # of a sum in one statement
LARGE, PART = 400, 100  # statements up to which a function in C is whole, and those of its parts
LESS_EXACT = {"cbrt", "tanh"}  # names that math.h has taken
MANY = 100  # arguments of one operation from which on compilers had better not think
C_ARGUMENTS = "const double *inputs, const double *theta, double *outputs, double *gradients, size_t n"

INFIX = {
    "add": "{:sum} + {:product}",
    "sub": "{:sum} - {:product}",
    "mul": "{:product}*{:power}",
    "div": "{:product} / {:power}",
    "neg": "-{:product}",
}

# What no Value may be called in Python or C: their words, what is used here, and macros.
# fmt: off
WORDS = {
    *keyword.kwlist, *KERNELS, *C_NAMES.values(),
    "auto", "case", "char", "const", "default", "do", "double", "enum", "extern", "float", "goto", "inline", "int",
    "long", "register", "restrict", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
    "unsigned", "void", "volatile", "linux", "unix", "NAN", "NULL", "INFINITY", "DOMAIN", "SING", "OVERFLOW",
    "UNDERFLOW", "PLOSS", "TLOSS", "HUGE", "MAXFLOAT", "AS_IT_IS", "size_t",
    "np", "map", "inputs", "theta", "outputs", "gradients", "shape", "program", "n", "i",
}
# fmt: on
MACRO = r"(M|FP|HUGE|MATH|X)_\w+"

AS_IT_IS = [
    "#if defined(__clang__)",
    "#define AS_IT_IS __attribute__((optnone))",
    "#elif defined(__GNUC__)",
    '#define AS_IT_IS __attribute__((optimize("O0")))',
    "#else",
    "#define AS_IT_IS",
    "#endif",
    "",
]


class Statement(NamedTuple):
    """An instruction with names in place of slots."""

    name: Phrase
    row: Op
    args: list[Phrase]
    slots: list[int]


class Named:
    """A code whose slots have names.

    Args:
        code: the code.
        leaves: the names of the inputs and the parameters.
        number: how a constant is written.
        prefix: what comes before each name.
    """

    def __init__(self, code: Code, leaves: list[str], number: Callable[[float], Phrase], prefix: str = "") -> None:
        self._code = code
        taken = set(leaves)
        fresh = (name for k in count(1) if (name := f"v{k}") not in taken)
        names = [*leaves, *islice(fresh, code.size)]
        self.variables = [Phrase(f"{prefix}{name}", "atom", "({})") for name in names]
        self.inputs, self.parameters = self.variables[: code.inputs], self.variables[code.inputs : code.leaves]
        self._names = [*self.variables, *map(number, code.constants[::-1].tolist())]
        self.outputs, self.gradients = self._of(code.outputs.tolist()), self._of(code.gradients.tolist())

    def _of(self, slots: list[int]) -> list[Phrase]:
        return [self._names[slot] for slot in slots]

    def statements(self) -> Iterator[Statement]:
        code = self._code
        starts, arguments = code.starts.tolist(), code.arguments.tolist()
        for instruction, row in enumerate(code.operations.tolist()):
            slots = arguments[starts[instruction] : starts[instruction + 1]]
            yield Statement(self._names[code.leaves + instruction], code.rows[row], self._of(slots), slots)


def text_source(code: Code, labels: Sequence[str]) -> str:
    """A listing for people, with a line for each instruction.

    Args:
        code: the code.
        labels: what the inputs and the parameters are called, in this order; empty ones get names.
    """
    names = [str(QUOTED.name(label)) for label in _unique(_labelled(code, labels))]
    named = Named(code, names, lambda x: QUOTED.number(exact(x)))
    leaves = {"inputs": named.inputs, "parameters": named.parameters}
    lines = [f"{kind}: {_listed(of_kind)}" for kind, of_kind in leaves.items() if of_kind]
    for name, row, args, slots in named.statements():
        lines.append(f"{name} = {_joined(_terms(args, slots, '·')) if row is DOT else QUOTED.apply(row, args)}")
    lines.append(f"outputs: {_listed(named.outputs)}")
    lines += [f"gradient by {name}: {gradient}" for name, gradient in zip(named.parameters, named.gradients)]
    return "\n".join(lines)


def python_source(code: Code, labels: Sequence[str]) -> str:
    """A module in Python with a function `program(inputs, theta)`, which needs NumPy only.

    Args:
        code: the code.
        labels: what the inputs and the parameters are called, in this order; they become names in Python.
    """
    named = Named(code, _identifiers(_labelled(code, labels)), _python_number)
    body = [
        *_block("[", _listed(named.inputs), "] = [np.asarray(x, dtype=float) for x in inputs]"),
        *_block("[", _listed(named.parameters), "] = map(np.float64, theta)"),
    ]
    for name, row, args, slots in named.statements():
        if max(slots) < 0:  # numbers of Python, whose operators raise errors
            args[0] = Phrase(f"np.float64({args[0]})", "atom", "({})")
        body += _sum(f"{name} = ", name, _terms(args, slots, "*")) if row is DOT else [f"{name} = {_call(row, args)}"]
    body += ["shape = np.broadcast_shapes(*map(np.shape, inputs))"]
    body += _block("outputs = np.array([np.broadcast_to(v, shape) for v in [", _listed(named.outputs), "]])")
    if named.gradients:
        sums = "gradients = np.array([np.broadcast_to(v, shape).sum() for v in ["
        body += _block(sums, _listed(named.gradients), "]])")
    return "\n".join(
        [
            *_python_kernels(code.rows),
            '@np.errstate(all="ignore")',
            "def program(inputs, theta):",
            f'    """{_returns(named)}.',
            "",
            "    Inputs are numbers or arrays of samples, theta are numbers, in the order of their names below.",
            '    """',
            *_indented(body),
            f"    return outputs{', gradients' if named.gradients else ''}",
            "",
        ]
    )


def c_source(code: Code, labels: Sequence[str]) -> str:
    """A file in C99 with a function `program`. That of a large code is in parts, as compilers are slow with long ones.

    Args:
        code: the code.
        labels: what the inputs and the parameters are called, in this order; they become names in C.
    """
    large = code.size + len(code.arguments) // TERMS > LARGE
    named = Named(code, _identifiers(_labelled(code, labels)), c_number, "s->" if large else "")
    kind = "" if large else "double "
    functions: dict[str, str] = {}
    before = [f"{kind}{name} = theta[{k}];" for k, name in enumerate(named.parameters)]
    before += [f"gradients[{k}] = 0.0;" for k in range(len(named.gradients))]
    each = [f"{kind}{name} = inputs[{k} * n + i];" for k, name in enumerate(named.inputs)]
    for name, row, args, slots in named.statements():
        if row is DOT:
            lines = _sum(f"{kind}{name} = ", name, _terms(args, slots, "*"))
        else:
            lines = [f"{kind}{name} = {_c_call(row, args, functions)}"]
        each += [f"{line};" for line in lines]
    each += [f"outputs[{k} * n + i] = {name};" for k, name in enumerate(named.outputs)]
    each += [f"gradients[{k}] += {name};" for k, name in enumerate(named.gradients)]
    return "\n".join(
        [
            f"/* Compile with cc -O{1 if large else 2} -ffp-contract=off, and link with -lm. */",
            "#include <math.h>",
            "#include <stddef.h>",
            "#include <stdlib.h>",
            "#pragma STDC FP_CONTRACT OFF",
            "",
            *(AS_IT_IS if any("AS_IT_IS" in function for function in functions.values()) else []),
            *functions.values(),
            f"/* {_returns(named)}.",
            "",
            "   Inputs and outputs are columns of n samples, theta and gradients are numbers,",
            "   in the order of their names below. */",
            *(_c_in_parts(named, before, each) if large else _c_in_one(before, each)),
            "",
        ]
    )


def _c_in_one(before: list[str], each: list[str]) -> list[str]:
    return [
        f"void program({C_ARGUMENTS}) {{",
        *_indented(before),
        "    for (size_t i = 0; i < n; i++) {",
        *_indented(_indented(each)),
        "    }",
        "}",
    ]


def _c_in_parts(named: Named, before: list[str], each: list[str]) -> list[str]:
    members = ", ".join(str(name).removeprefix("s->") for name in named.variables)
    return [
        *_block("struct numbers { double ", members, "; };"),
        f"typedef void part(struct numbers *s, {C_ARGUMENTS}, size_t i);",
        *_c_parts("prepare", before),
        *_c_parts("compute", each),
        f"void program({C_ARGUMENTS}) {{",
        "    struct numbers *s = malloc(sizeof *s);",
        "    if (s == NULL) abort();",
        "    for (size_t k = 0; prepare[k]; k++) prepare[k](s, inputs, theta, outputs, gradients, n, 0);",
        "    for (size_t i = 0; i < n; i++)",
        "        for (size_t k = 0; compute[k]; k++) compute[k](s, inputs, theta, outputs, gradients, n, i);",
        "    free(s);",
        "}",
    ]


def _c_parts(name: str, lines: list[str]) -> list[str]:
    """The statements in functions of a bounded size, and a list of all these that ends with NULL."""
    starts = range(0, len(lines), PART)
    functions = [
        line
        for start in starts
        for line in [
            f"static void {name}{start // PART}(struct numbers *s, {C_ARGUMENTS}, size_t i) {{",
            *_indented(lines[start : start + PART]),
            "}",
        ]
    ]
    names = ", ".join([*[f"{name}{start // PART}" for start in starts], "NULL"])
    return [*functions, *_block(f"static part *const {name}[] = {{", names, "};")]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _returns(named: Named) -> str:
    more = ", and the sums of the gradients over all samples" if named.gradients else ""
    return f"The outputs for each sample{more}"


def _listed(names: Iterable[Phrase]) -> str:
    return ", ".join(map(str, names))


def _labelled(code: Code, labels: Sequence[str]) -> list[str]:
    """The labels, and x1, x2, …, w1, w2, … for those that are empty."""
    inputs = [label or f"x{k}" for k, label in enumerate(labels[: code.inputs], 1)]
    return inputs + [label or f"w{k}" for k, label in enumerate(labels[code.inputs :], 1)]


def _unique(names: list[str]) -> list[str]:
    """The names, of which one that comes again is followed by _2, _3, …"""
    others: dict[str, Iterator[str]] = {}
    taken = set(names)
    result = []
    for name in names:
        if name in others:
            name = next(new for new in others[name] if new not in taken)
            taken.add(name)
        else:
            others[name] = map(f"{name}_%d".__mod__, count(2))
        result.append(name)
    return result


def _identifiers(labels: list[str]) -> list[str]:
    """The labels as names that stand for nothing else in Python and C."""
    names = []
    for label in labels:
        name = re.sub(r"\W+", "_", label, flags=re.ASCII).strip("_")
        name = name if re.match(r"[A-Za-z]", name) else f"x{name}"
        strange = name in WORDS or name.rstrip("0123456789") in KERNELS or re.fullmatch(MACRO, name)
        names.append(f"{name}_" if strange else name)
    return _unique(names)


def _terms(args: list[Phrase], slots: list[int], times: str) -> Iterator[tuple[str, str]]:
    """The terms of a dot and their signs."""
    for k in range(0, len(args), 2):
        one, other = (k, k + 1) if slots[k] in (ONE, MINUS_ONE) else (k + 1, k)
        sign = "-" if slots[one] == MINUS_ONE else "+"
        plain = slots[one] in (ONE, MINUS_ONE)
        yield sign, f"{args[other]:product}" if plain else f"{args[k]:product}{times}{args[k + 1]:power}"


def _joined(terms: Iterable[tuple[str, str]]) -> str:
    (sign, first), *others = terms
    return " ".join(["-" * (sign == "-") + first, *[f"{sign} {term}" for sign, term in others]])


def _sum(begin: str, name: Phrase, terms: Iterable[tuple[str, str]]) -> list[str]:
    """The statements that add up the terms from left to right."""
    every = list(terms)
    parts = [_joined(every[:TERMS])]
    parts += [_joined([("+", str(name)), *every[k : k + TERMS]]) for k in range(TERMS, len(every), TERMS)]
    return [f"{begin}{parts[0]}", *[f"{name} = {part}" for part in parts[1:]]]


def _block(before: str, names: str, after: str) -> list[str]:
    """A statement with a list of names, in as many lines as it needs."""
    if len(before) + len(names) + len(after) <= WIDTH:
        return [f"{before}{names}{after}"]
    return [
        before.rstrip(),
        *_indented(textwrap.wrap(names, WIDTH, break_long_words=False, break_on_hyphens=False)),
        after,
    ]


def _python_number(x: float) -> Phrase:
    digits = repr(x) if abs(x) < float("inf") else f"np.{x!r}".replace("np.-", "-np.")
    return Phrase(digits, "sum" if digits.startswith("-") else "atom", "({})")


def _call(row: Op, args: list[Phrase]) -> str:
    """An operation in Python."""
    if row.name in INFIX:
        return INFIX[row.name].format(*args)
    name = row.name if DIRECT.get(row.name, "erf") == "erf" else f"np.{DIRECT[row.name]}"
    return f"{name}({', '.join(map(str, args))})"


def _c_call(row: Op, args: list[Phrase], functions: dict[str, str]) -> str:
    """An operation in C. What it needs is added to the functions."""
    if row.name in INFIX:
        return INFIX[row.name].format(*args)
    if row.name in DIRECT:
        name = C_NAMES[DIRECT[row.name]]
    else:
        name = row.name if row.arity and row.name not in LESS_EXACT else f"{row.name}{len(args)}"
        if name not in functions:
            function = c_function(name, KERNELS[row.name], len(args))
            functions[name] = f"AS_IT_IS {function}" if len(args) > MANY else function
    return f"{name}({', '.join(map(str, args))})"


class _OverNumPy(ast.NodeTransformer):
    """A kernel without its namespace: it uses NumPy itself, and has no types."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        node.args.args = [arg for arg in node.args.args if arg.arg != "xp"]
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.args = [arg for arg in node.args if not (isinstance(arg, ast.Name) and arg.id == "xp")]
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("np" if node.id == "xp" else node.id, node.ctx)


def _python_kernels(rows: Iterable[Op]) -> list[str]:
    """Statements that import and define all that is needed to compute the rows."""
    imports, constants, functions = {"import numpy as np"}, [], []
    composed = [row.name for row in rows if row is not DOT and row.name not in {**INFIX, **DIRECT}]
    todo: dict[str, Any] = {name: KERNELS[name] for name in composed}
    if any(row.name == "erf" for row in rows):
        imports.add("import math")
        constants.append("erf = np.vectorize(math.erf, otypes=[float])")
    done = {"np"}
    while todo:
        name, value = todo.popitem()
        done.add(name)
        if isinstance(value, FunctionType):
            tree = _OverNumPy().visit(ast.parse(inspect.getsource(value)))
            functions.append(f"{ast.unparse(tree)}\n\n")
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            todo |= {name: value.__globals__[name] for name in sorted(used & value.__globals__.keys() - done)}
        elif isinstance(value, ModuleType):
            imports.add(f"import {name}")
        else:
            constants.append(f"{name} = {pformat(value, width=WIDTH)}")
    return ["\n".join(sorted(imports)) + "\n", *sorted(constants), "", *functions[::-1]]
