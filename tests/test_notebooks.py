"""Every notebook runs from top to bottom and is committed as it ran. Run by `.ci/run`; by hand with `-m notebook`."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def printed(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """What each code cell prints or returns as text, without what differs from run to run."""
    return [
        [output.get("text") or output.get("data", {}).get("text/plain", "") for output in merged(cell.outputs)]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def merged(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Pieces of one stream put together: how it was cut is chance."""
    result: list[nbformat.NotebookNode] = []
    for output in map(nbformat.from_dict, outputs):
        if result and output.output_type == "stream" == result[-1].output_type and output.name == result[-1].name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


@notebooks
@pytest.mark.notebook
@pytest.mark.filterwarnings("default")
def test_it_runs_and_says_what_it_said(path: Path, tmp_path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert printed(fresh) == printed(committed)
    for cell in fresh.cells:
        assert not any(output.get("name") == "stderr" for output in cell.get("outputs", [])), cell.source


@notebooks
def test_it_is_committed_with_its_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {kind for cell in code for output in cell.outputs for kind in output.get("data", {})}
    assert {"image/svg+xml", "text/plain"} <= kinds
