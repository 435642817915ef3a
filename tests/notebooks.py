"""Execute the notebooks and keep their outputs: ``python run.py notebooks [NAME ...]``."""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Seconds that a cell may take.
LONGEST = 300


def executed(path: Path) -> nbformat.NotebookNode:
    """Notebook with the outputs of a run in an empty folder, and nothing that differs from run to run."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=LONGEST, resources=resources, record_timing=False).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def main(names: list[str]) -> int:
    """Bring the outputs of the named notebooks, or of all, up to date."""
    for path in NOTEBOOKS:
        if not names or path.stem in names:
            print(path.name, flush=True)
            nbformat.write(executed(path), path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
