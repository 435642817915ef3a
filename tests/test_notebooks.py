"""The notebooks run in any folder, their outputs are those of this version, and every reader can read them."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks import NOTEBOOKS, executed

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """Printed and tabular outputs, in order."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" not in output.get("data", {})
    ]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_up_to_date(path: Path) -> None:
    """Otherwise: ``python run.py notebooks``."""
    outputs = texts(executed(path))
    assert outputs
    assert outputs == texts(nbformat.read(path, as_version=4))


def test_text_is_chinese_first_and_english_after(kept: nbformat.NotebookNode) -> None:
    for cell in kept.cells:
        if cell.cell_type == "markdown":
            heading, *rest = cell.source.split("\n")
            assert re.fullmatch(r"#+ [^·]*[\u4e00-\u9fff][^·]* · [ -~]+", heading), heading
            paragraphs = "\n".join(rest).strip().split("\n\n")
            assert [bool(CHINESE.search(text.split("(")[0])) for text in paragraphs if text] in ([], [True, False])


def test_tables_are_whole(kept: nbformat.NotebookNode) -> None:
    tables = [
        output["data"]
        for cell in kept.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    assert tables
    for table in tables:
        assert "..." not in table["text/html"]
        assert not re.search(r"\\\s*\n|\.\.\.", table["text/plain"])
        assert CHINESE.search(table["text/html"].split("</thead>")[0])
        # Areas stand in hectares, and figures under names that people read.
        assert not re.search(r"<th>\w+_(m2|ha|pct)</th>", table["text/html"])


def test_code_names_no_folder_of_this_checkout(kept: nbformat.NotebookNode) -> None:
    assert not any("geodata" in cell.source for cell in kept.cells)
