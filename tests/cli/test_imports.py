"""What a command imports: ``landlink --help`` no library that takes time, a subcommand none that it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

import landlink
from landlink.cli.commands import COMMANDS
from tests.paths import GUANGZHOU, ROOT

HEAVY = (
    *("exactextract", "folium", "geopandas", "highspy", "mapclassify", "matplotlib", "numpy", "openpyxl", "pandas"),
    *("pydantic", "pyogrio", "pyproj", "rasterio", "scipy", "shapely", "streamlit"),
)
# What a plan needs: tables and boundaries, and nothing for land, siting or annexes.
PLAN = ("geopandas", "numpy", "pandas", "pydantic", "pyogrio", "pyproj", "shapely")


def imported(*arguments: str) -> set[str]:
    """Heavy libraries that a fresh interpreter holds once the command has run."""
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr))\n"
        f"from landlink.cli import main\nsys.exit(main({list(arguments)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stderr.splitlines()[-1].split())


def test_help_imports_no_heavy_library() -> None:
    assert imported("--help") == set()


def test_a_plan_of_a_saved_supply_imports_nothing_for_land_siting_or_annexes(tmp_path: Path) -> None:
    imported("supply", str(GUANGZHOU), "--out", str(tmp_path / "supply"))
    policy = ("--policy", "guangzhou-2018", "--year", "2020", "--supply", str(tmp_path / "supply"))
    assert imported("plan", str(GUANGZHOU), *policy, "--out", str(tmp_path / "plan")) - set(PLAN) == set()


def test_importing_the_package_imports_no_heavy_library() -> None:
    code = f"import sys, landlink; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", landlink.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(landlink, name).__name__ == name


def test_the_register_names_every_module_of_a_command() -> None:
    helpers = {"__init__", "__main__", "arguments", "commands", "inputs", "terminal"}
    modules = {path.stem for path in (ROOT / "landlink/cli").glob("*.py")} - helpers
    assert modules == {command.module.rpartition(".")[2] for command in COMMANDS}
    assert [command.name for command in COMMANDS if command.module != f"landlink.cli.{command.name}"] == []
