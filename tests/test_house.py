"""The house: imports point down, nothing heavy is imported early, every name is spoken for."""

import ast
import builtins
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd.table import LEVELS
from tests.oracle import ROWS

ROOT = Path(__file__).parent.parent

# From the ground up: a room may use those before it.
ROOMS = [
    "autograd.ieee",
    "autograd.precise",
    "autograd.table",
    "autograd.ops",
    "autograd.graph",
    "autograd.recording",
    "autograd.backprop",
    "autograd.columns",
    "autograd.notation",
    "autograd.anomaly",
    "autograd.copying",
    "autograd.value",
    "autograd.recomputing",
    "autograd.functions",
    "autograd.bundles",
    "autograd.derivatives",
    "autograd.expressions",
    "autograd.arrays",
    "autograd.differences",
    "autograd.checking",
    "autograd.formulas",
    "autograd.trees",
    "autograd.networks",
    "autograd.compiler",
    "autograd.drawing",
    "autograd.stepping",
    "autograd",
    "autograd.__main__",
    "nn.module",
    "nn.activations",
    "nn.initialisation",
    "nn.layers",
    "nn.sequential",
    "nn.perceptron",
    "nn.pairs",
    "nn.losses",
    "nn.optimizers",
    "nn.adaptive",
    "nn.schedules",
    "nn.clipping",
    "nn.data",
    "nn.files",
    "nn.architectures",
    "nn.saving",
    "nn.checkpoints",
    "nn.preparing",
    "nn.programs",
    "nn.training",
    "nn.text",
    "nn.gpt",
    "nn.gpt_training",
    "nn.figures",
    "nn.plots",
    "nn.boundaries",
    "nn.descents",
    "nn.network_sketch",
    "nn.network_drawing",
    "nn",
]
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("autograd", "nn")
    for path in (ROOT / package).rglob("*.py")
}


def room(module: str) -> str:
    return max((r for r in ROOMS if f"{module}.".startswith(f"{r}.")), key=len)


def imports(path: Path) -> list[str]:
    return [name for node in ast.walk(ast.parse(path.read_text())) for name in imported(node)]


def imported(node: ast.AST) -> list[str]:
    """What of this project a statement imports."""
    found = []
    if isinstance(node, ast.Import):
        found += [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert not node.level, "imports here name the whole path"
        submodules = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [name if name in FILES else str(node.module) for name in submodules]
    return [name for name in found if name.split(".")[0] in ("autograd", "nn")]


def test_every_file_has_a_room() -> None:
    assert {room(module) for module in FILES} == set(ROOMS)


@pytest.mark.parametrize("module", FILES)
def test_imports_point_down(module: str) -> None:
    for target in imports(FILES[module]):
        assert room(target) == room(module) or ROOMS.index(room(target)) < ROOMS.index(room(module)), target
        if module.startswith("nn") and not module.startswith("nn.network_"):
            assert target == "autograd" or target.startswith("nn."), "but for pictures, nn stands on public names only"


@pytest.mark.parametrize("module", FILES)
def test_no_project_import_hides_in_a_function(module: str) -> None:
    for function in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(function, ast.FunctionDef):
            assert not [name for node in ast.walk(function) for name in imported(node)]


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_importing_is_light(package: str) -> None:
    heavy = ["numpy", "graphviz", "llvmlite", "IPython", "matplotlib", "anywidget", "sklearn", "networkx"]
    program = f"import sys, {package}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", [autograd, nn], ids=["autograd", "nn"])
def test_public_names_exist_and_are_explained(package) -> None:
    assert sorted(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        assert getattr(package, name).__doc__, name
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = package.nothing_like_it


def test_a_star_import_hides_no_builtin() -> None:
    assert not set(autograd.__all__) & set(dir(builtins))
    assert not set(nn.__all__) & set(dir(builtins))


# In the compiler, some have tables of their own; and `program` knows "mean" and "sum" as ways to reduce.
NAMING = ["c_terms", "in_jax", "kernels", "passes", "program", "sources", "vectors"]
INTERPRETERS = [
    module
    for module in FILES
    if (module.startswith("autograd.compiler.") and module.split(".")[-1] not in NAMING)
    or room(module).split(".")[-1]
    in (
        "backprop",
        "anomaly",
        "arrays",
        "bundles",
        "copying",
        "derivatives",
        "differences",
        "checking",
        "notation",
        "formulas",
        "trees",
        "networks",
        "drawing",
        "stepping",
    )
]


def operations_named_in(source: str) -> set[str]:
    """Built-in operations that code imports, reaches through `ops`, or mentions in a string of their name."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in ("autograd", "autograd.ops"):
            named |= {alias.name for alias in node.names}
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("ops", "autograd", "autograd.ops"):
            named.add(node.attr)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in LEVELS:
            named.add(node.value)
    return named & {row.name for row in ROWS}


@pytest.mark.parametrize("module", INTERPRETERS)
def test_interpreters_name_no_operation(module: str) -> None:
    """They read the table: adding a row is enough."""
    assert operations_named_in(FILES[module].read_text()) == set()


@pytest.mark.parametrize(
    "source",
    ["from autograd.ops import pow", "import autograd.ops as ops\nops.pow", "if node.op.name == 'pow': pass"],
)
def test_naming_an_operation_would_be_noticed(source: str) -> None:
    assert operations_named_in(source) == {"pow"}
