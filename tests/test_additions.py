"""What is added often is declared once: the additions of docs/architecture.md, made in a copy of the package."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from tests.paths import ROOT

# Files that one addition may touch, texts aside.
MOST_FILES = 3


@dataclass(frozen=True)
class Addition:
    """One addition to the package.

    Parameters
    ----------
    edits
        File, anchor, and what is put behind the anchor.
    files
        New files by name.
    texts
        Catalogue, table in it, Chinese and English entry.
    """

    edits: tuple[tuple[str, str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[tuple[str, str, str, str], ...] = ()

    def touched(self) -> set[str]:
        """Files of the package that are edited or new."""
        return {file for file, *_ in self.edits} | set(self.files)

    def apply(self, package: Path) -> None:
        """Make the addition in a copy of the package."""
        for file, anchor, added in self.edits:
            insert(package / file, anchor, added)
        for file, content in self.files.items():
            (package / file).write_text(content, encoding="utf-8")
        for catalogue, table, *entries in self.texts:
            for lang, entry in zip(("zh", "en"), entries, strict=True):
                path = package / "texts" / lang / f"{catalogue}.toml"
                if f"[{table}]\n" not in path.read_text(encoding="utf-8"):
                    path.write_text(f"{path.read_text(encoding='utf-8')}\n[{table}]\n", encoding="utf-8")
                insert(path, f"[{table}]\n", f"{entry}\n")


def insert(path: Path, anchor: str, added: str) -> None:
    """Put text behind an anchor that a file has once."""
    content = path.read_text(encoding="utf-8")
    assert content.count(anchor) == 1, (path.name, anchor)
    path.write_text(content.replace(anchor, anchor + added), encoding="utf-8")


COMMAND = '''"""``landlink version``: print the version."""

import argparse
from importlib.metadata import version

from landlink.cli.arguments import Say
from landlink.texts import Lang


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare no arguments."""


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    print("landlink", version("landlink"))
'''
PAGE = '''"""Who made the app."""

import streamlit as st

st.write("landlink: land follows people")
'''
BALANCING = '''def guaranteed(claims: Claims, rules: Rules) -> Terms:
    """A guaranteed share of each claim, the rest in proportion to the claims."""
    share, equal = rules["balance.floor_share"].number, [Fraction(1)] * len(claims.codes)
    floors = np.array([int(int(most) * share) for most in claims.upper], dtype="int64")
    if claims.total <= int(floors.sum()):
        return Terms(floors, equal, np.zeros_like(floors), floors)
    return Terms(claims.claims, equal, floors, claims.upper)


'''
TOO_LARGE = '''def too_large(parts: Shapes, areas_m2: Floats, limit_m2: float) -> Mask:
    """True for pieces larger than an area."""
    large: Mask = areas_m2 > limit_m2
    return large


'''
ADDITIONS: dict[str, Addition] = {
    "district fact": Addition(
        edits=(
            (
                "schema/inputs.py",
                '(CODE_COLUMN, _YEAR, Column("urban_land_ha", "float", "ha", above=0, maximum=MOST_HA), ',
                'Column("vacant_ha", "float", "ha", 0, required=False), ',
            ),
            (
                "schema/facts.py",
                '        Fact("urban_land_m2", "m2", "land", "urban_land_ha", "base_pair"),\n',
                '        Fact("vacant_m2", "m2", "land", "vacant_ha", "latest", required=False),\n',
            ),
        ),
        texts=(("model", "item", 'vacant_m2 = "空闲土地"', 'vacant_m2 = "Vacant land"'),),
    ),
    "result column": Addition(
        edits=(
            ("schema/results.py", '                    "demand_m2",\n', '                    "claim_m2",\n'),
            (
                "plan/formulas.py",
                '    "quota.demand_m2": Formula(("entitlement_m2", "stock_need_m2"), "stock"),\n',
                '    "quota.claim_m2": Formula(("demand_m2", "base.new_capacity_m2"), "balance"),\n',
            ),
            ("linkage/balance.py", "    table = stocked.assign(", "claim_m2=upper, "),
        ),
        texts=(
            ("model", "column", 'claim_m2 = "承载内诉求"', 'claim_m2 = "Claim within capacity"'),
            (
                "model",
                "formula",
                '"quota.claim_m2" = "min(诉求, 承载上限)"',
                '"quota.claim_m2" = "min(claim, capacity)"',
            ),
        ),
    ),
    "source of land": Addition(
        edits=(("schema/words.py", 'STOCK_SOURCES = ("renewal", "idle", "offset"', ', "reclaimed"'),),
        texts=(
            ("model", "land_source", 'reclaimed = "复垦"', 'reclaimed = "reclaimed"'),
            ("model", "item", 'reclaimed_available_m2 = "复垦可用"', 'reclaimed_available_m2 = "Reclaimed: available"'),
            ("model", "item", 'reclaimed_release_share = "复垦比例"', 'reclaimed_release_share = "Reclaimed: share"'),
        ),
    ),
    "constraint rule": Addition(
        edits=(
            (
                "schema/words.py",
                '    "min_width": ConstraintRule("on pieces", value=True),\n',
                '    "max_area": ConstraintRule("on pieces", value=True),\n',
            ),
            ("supply/constraints.py", "    return small\n\n\n", TOO_LARGE),
            ("supply/constraints.py", '= {"min_area": too_small, ', '"max_area": too_large, '),
        ),
        texts=(
            ("model", "constraint_rule", 'max_area = "扣除大于 {value} m² 的地块"', 'max_area = "above {value} m²"'),
        ),
    ),
    "balancing rule": Addition(
        edits=(
            ("policy/parameters.py", '    "proportional": (),\n', '    "guaranteed": ("balance.floor_share",),\n'),
            ("linkage/balance.py", "claims.weights(rules), floors, claims.upper)\n\n\n", BALANCING),
            ("linkage/balance.py", '    "proportional": proportional,\n', '    "guaranteed": guaranteed,\n'),
            (
                "annex/workbook/balance_sheet.py",
                '    "proportional": RuleTwin(_EQUAL),\n',
                '    "guaranteed": RuleTwin(_EQUAL, _GUARANTEED),\n',
            ),
        ),
        texts=(("model", "rule", 'guaranteed = "保底后按诉求"', 'guaranteed = "Guaranteed, then by claim"'),),
    ),
    "facility": Addition(),  # policy data alone, see POLICY
    "map sheet": Addition(
        edits=(
            (
                "annex/maps/sheets.py",
                "themes.quota, _always, in_document=True),\n",
                '    SheetKind("entitlement", "maps.title.entitlement", themes.quota, _always),\n',
            ),
        ),
        texts=(("maps", "title", 'entitlement = "{place}应配用地图"', 'entitlement = "{place}: entitlement"'),),
    ),
    "page": Addition(
        edits=(
            (
                "ui/main.py",
                '    Page("overview", "ui.page.overview", "overview.py"),\n',
                '    Page("about", "ui.page.about", "about.py"),\n',
            ),
        ),
        files={"ui/views/about.py": PAGE},
        texts=(("ui", "page", 'about = "关于"', 'about = "About"'),),
    ),
    "command": Addition(
        edits=(
            ("cli/commands.py", "COMMANDS = (\n", '    Command("version", "version.help", "landlink.cli.version"),\n'),
        ),
        files={"cli/version.py": COMMAND},
        texts=(("cli", "version", 'help = "版本号"', 'help = "version"'),),
    ),
}
POLICY = """id: with-library
title: {zh: 含图书馆, en: With libraries}
extends: guangzhou-2018
documents:
  assumed: {title: 规划假定 || planning assumption, number: "", issued: "2018", kind: assumption}
facilities:
  library:
    title: {zh: 社区图书馆, en: Community library}
    group: other
    unit: {zh: 座, en: seat}
    fields:
      per_1000:
        "2018-01-01": {value: 2, source: assumed, clause: 规划假定, confidence: default}
      land_per_unit:
        "2018-01-01": {value: 10, source: assumed, clause: 规划假定, confidence: default}
"""


class Copy:
    """A copy of the package with all additions, and a city and a policy that use them."""

    def __init__(self, folder: Path, city: Path) -> None:
        self.folder, self.city, self.policy = folder, folder / "city", folder / "policy.yaml"
        shutil.copytree(ROOT / "landlink", folder / "landlink", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(city, self.city)
        for addition in ADDITIONS.values():
            addition.apply(folder / "landlink")
        self.policy.write_text(POLICY, encoding="utf-8")
        self._use_additions()

    def _use_additions(self) -> None:
        land = pd.read_csv(self.city / "land.csv", dtype=str, encoding="utf-8-sig")
        land.assign(vacant_ha="12.5").to_csv(self.city / "land.csv", index=False)
        rules = pd.read_csv(self.city / "constraints.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)
        largest = rules.iloc[-1].copy()
        largest[["constraint", "rule", "value", "order"]] = "largest", "max_area", "400000", "99"
        pd.concat([rules, largest.to_frame().T]).to_csv(self.city / "constraints.csv", index=False)
        parcels = gpd.read_file(self.city / "parcels.gpkg")
        parcels.loc[parcels["land_source"] == "idle", "land_source"] = "reclaimed"
        parcels.to_file(self.city / "parcels.gpkg", driver="GPKG")

    def run(self, *arguments: str) -> str:
        """Output of a Python command that finds the copy first."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "LANDLINK_LANG": "zh",
            "LANDLINK_CITY": str(self.city),
        }
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def landlink(self, *arguments: str) -> str:
        """Output of a command of the copy."""
        return self.run("-m", "landlink.cli", *arguments)


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_touches_three_files_at_most(name: str) -> None:
    assert len(ADDITIONS[name].touched()) <= MOST_FILES


def test_all_additions_run_through_the_chain_to_the_annex(example: Path, tmp_path: Path) -> None:
    copy = Copy(tmp_path, example)
    assert copy.landlink("version").startswith("landlink ")
    options = ("--policy", str(copy.policy), "--year", "2020", "--rule", "guaranteed", "--cap", "300")
    copy.landlink("plan", str(copy.city), *options, "--out", "plan")
    quota = pd.read_csv(tmp_path / "plan" / "quota.csv")
    assert (quota["claim_m2"] == quota["demand_m2"]).all()
    assert quota["quota_m2"].sum() == 3_000_000
    assert "library" in set(pd.read_csv(tmp_path / "plan" / "needs.csv")["facility"])
    assert "承载内诉求" in copy.landlink("explain", "plan", "quota", "440112", "claim_m2")

    copy.landlink("supply", str(copy.city), "--out", "supply", "--no-suitability")
    supply = pd.read_csv(tmp_path / "supply" / "supply.csv")
    assert supply["lost_largest_m2"].sum() > 0
    assert supply.loc[supply["land_source"] == "reclaimed", "developable_m2"].sum() > 0

    copy.landlink("annex", "plan", "--city", str(copy.city), "--out", "annex", "--district", "440112")
    with zipfile.ZipFile(next((tmp_path / "annex").glob("*.zip"))) as package:
        book = openpyxl.load_workbook(
            BytesIO(package.read(next(name for name in package.namelist() if name.endswith(".xlsx"))))
        )
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    for text in ("空闲土地", "承载内诉求", "复垦", "保底后按诉求"):
        assert any(text in cell for cell in cells), text

    main = tmp_path / "landlink" / "ui" / "main.py"
    page = f"from streamlit.testing.v1 import AppTest; app = AppTest.from_file({str(main)!r}, default_timeout=90).run()"
    shown = copy.run("-c", f"{page}; app.switch_page('views/about.py').run(); print(app.markdown[-1].value)")
    assert "land follows people" in shown
