"""Imports: which rooms may import what holds, and each contract breaks when it is broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.paths import ROOT

# An import that each contract of pyproject.toml forbids, by the module that it is added to.
FORBIDDEN = {
    "imports run downwards only": ("units.py", "import landlink.plan.plan"),
    "no circle within a room": ("linkage/stock.py", "import landlink.linkage.quota"),
    "pages only in ui": ("supply/ahp.py", "import streamlit"),
    "browser maps only in ui": ("annex/gaps.py", "import folium"),
    "documents and workbooks only in annex and files": ("access/service.py", "import openpyxl"),
    "drawing on paper only in annex and present": ("ui/charts.py", "import matplotlib"),
    "the solver only in siting": ("linkage/balance.py", "import highspy"),
    "databases only in store": ("plan/archive.py", "import sqlalchemy"),
    "web services only in api": ("cli/app.py", "import fastapi"),
    "clusters only in cluster": ("supply/overlay.py", "import dask"),
}
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = [contract["name"] for contract in SETTINGS["contracts"]]


def verdicts(folder: Path) -> dict[str, str]:
    """KEPT or BROKEN by contract."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, flags=re.MULTILINE))


def test_every_contract_is_kept() -> None:
    assert verdicts(ROOT) == dict.fromkeys(CONTRACTS, "KEPT")


def test_every_contract_breaks_when_a_module_breaks_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "landlink", tmp_path / "landlink", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert list(FORBIDDEN) == CONTRACTS
    for module, line in FORBIDDEN.values():
        path = tmp_path / "landlink" / module
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    assert verdicts(tmp_path) == dict.fromkeys(CONTRACTS, "BROKEN")
