"""What landlink imports is what it declares, and its pins are those of its declarations."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"landlink", "tests"}
# Called as programs, or by pytest and mypy themselves.
TOOLS = {
    "import-linter",
    "ipykernel",
    "mypy",
    "pytest-rerunfailures",
    "pytest-xdist",
    "ruff",
    "types-pyyaml",
}


def declared(lines: Iterable[str]) -> dict[str, Requirement]:
    return {str(canonicalize_name(one.name)): one for one in map(Requirement, lines)}


RUNTIME = declared(PROJECT["dependencies"])
DEVELOPMENT = declared(PROJECT["optional-dependencies"]["dev"])
NOTEBOOK = declared(PROJECT["optional-dependencies"]["notebook"])


distributions = cache(packages_distributions)


def imported(paths: Iterable[Path]) -> set[str]:
    """Distributions that modules import, wherever in the module they do."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names.add(node.module.partition(".")[0])
    outside = names - set(sys.stdlib_module_names) - OWN
    known = distributions()
    # A name that nothing installed has stays as it is, and is then not declared.
    return {str(canonicalize_name(known.get(name, [name])[0])) for name in outside}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    # GeoParquet, which geopandas reads and writes by pyarrow.
    called_by_others = {"pyarrow"}
    assert imported((ROOT / "landlink").rglob("*.py")) | called_by_others == set(RUNTIME)


def test_what_tests_import_is_declared_and_the_other_way_round() -> None:
    # Benchmarks import the peers that landlink is set against, where somebody has installed them.
    used = imported(path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "benchmarks")
    assert used <= set(RUNTIME) | set(DEVELOPMENT)
    assert set(DEVELOPMENT) - used == TOOLS


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.txt", RUNTIME),
        ("requirements-dev.txt", RUNTIME | DEVELOPMENT),
        ("requirements-notebook.txt", RUNTIME | NOTEBOOK),
    ],
)
def test_a_package_is_pinned_once_within_its_declaration(name: str, wanted: dict[str, Requirement]) -> None:
    """One version for every Python: another numpy or PROJ would give other last digits."""
    lines = re.findall(r"^[\w.-]+\[?.*==.*$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    pins = [Requirement(line) for line in lines]
    versions = {str(canonicalize_name(pin.name)): next(iter(pin.specifier)).version for pin in pins}
    assert len(versions) == len(pins)
    assert {package for package, one in wanted.items() if versions.get(package) not in one.specifier} == set()


def test_the_runtime_pins_hold_for_development_and_notebooks_too() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    runtime, development, notebook = map(
        pins, ("requirements.txt", "requirements-dev.txt", "requirements-notebook.txt")
    )
    assert runtime.items() <= development.items()
    assert runtime.items() <= notebook.items()
    shared = development.keys() & notebook.keys()
    assert {name: development[name] for name in shared} == {name: notebook[name] for name in shared}
