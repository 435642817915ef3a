"""What must never be missing: texts, layers, docstrings, a valid data package."""

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from frictionless import Package

from landlink import errors, schema
from landlink.linkage.views import VIEWS
from landlink.plan import formulas
from landlink.policy import FACILITY_FIELDS, PARAMETERS
from landlink.texts import catalogue
from tests.paths import ROOT

MODULES = sorted((ROOT / "landlink").rglob("*.py"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
ZH, EN = catalogue("zh"), catalogue("en")
LONGEST = 400


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    assert set(ZH) == set(EN)
    assert [name for name in ZH if placeholders(ZH[name]) != placeholders(EN[name])] == []


def test_every_text_of_a_fault_is_there() -> None:
    used = {f"errors.{name}" for name in re.findall(r"Fault\(\s*\"([a-z_.]+)\"", CODE)}
    used |= {f"errors.policy.{name}" for name in re.findall(r"PydanticCustomError\(\s*\"([a-z_]+)\"", CODE)}
    used |= {f"errors.policy.step_{name}" for name in re.findall(r"\b_fault\(\"([a-z_]+)\"", CODE)}
    used |= {f"errors.table.cell_{kind}" for kind in re.findall(r"_Wrong\(\s*\"([a-z_]+)\"", CODE)}
    have = {name.rpartition(".")[0] for name in ZH if name.startswith("errors.") and name.endswith(".found")}
    used |= {f"errors.{name}" for name in re.findall(r"\"([a-z_]+\.[a-z_]+)\"", CODE)} & have
    assert used - have == set()
    made = {f"errors.data.no_{what}" for what in ("urban_residents", "urban_land")}
    made |= {name for name in have if name.startswith("errors.balance.")}
    made |= {f"errors.output.{name}" for name in ("folder", "file")}
    made |= {f"errors.table.cell_{name}" for name in ("code", "pattern")}
    assert have - used - made == set()
    for name in have:
        assert {f"{name}.found", f"{name}.expected", f"{name}.mend"} <= set(ZH)


def test_every_literal_text_is_there() -> None:
    literals = set(re.findall(r"\b(?:text|t|_text)\(\s*\"([a-z_]+\.[\w.]+)\"", CODE))
    literals |= {f"cli.{name}" for name in re.findall(r"\bsay\(\"([\w.]+)\"", CODE)}
    assert literals
    assert literals - set(ZH) == set()


def test_no_text_is_left_over() -> None:
    made = [
        re.sub(r"\\{[^}]*\\}", ".+", re.escape(made))
        for made in re.findall(r'f"((?:ui|cli|annex|document|maps|model)\.[^"]*)"', CODE)
    ]
    used = re.compile("|".join(made))
    told = [name for name in ZH if not name.startswith("errors.")]
    literals = set(re.findall(r"[\"']([\w.-]+)[\"']", CODE))
    spoken = {name for name in told if {name, name.removeprefix("cli.")} & literals}
    assert [name for name in told if name not in spoken and not used.fullmatch(name)] == []


def test_every_column_item_formula_and_parameter_has_its_name() -> None:
    for table in (*schema.RESULTS.values(), *VIEWS.values()):
        assert f"model.table.{table.name}" in ZH
        for column in table.columns:
            assert f"model.column.{column.name}" in ZH
            assert not column.unit or f"model.unit.{column.unit}" in ZH
    for name, formula in formulas.FORMULAS.items():
        if formula.clause:
            assert f"model.formula.{name}" in ZH
            assert f"model.clause.{formula.clause}" in ZH
    for name in (*PARAMETERS, *FACILITY_FIELDS):
        assert f"model.parameter.{name}" in ZH
    for spec in (*PARAMETERS.values(), *FACILITY_FIELDS.values()):
        assert not spec.unit or f"model.unit.{spec.unit}" in ZH


def test_the_data_package_is_valid_and_agrees_with_the_schema() -> None:
    package = Package(str(ROOT / "geodata/guangzhou/datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
    for resource in package.resources:
        if resource.format == "csv":
            table = schema.INPUTS[resource.name]
            named = [field.name for field in resource.schema.fields]
            assert named == [name for name in table.names if table[name].required or name in named]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_short_and_say_what_they_do(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert len(content.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(content))


def test_the_core_loads_no_page_map_or_document_library() -> None:
    heavy = ("streamlit", "folium", "openpyxl", "matplotlib", "frictionless")
    code = f"import sys, landlink, landlink.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_are_few_and_rooted() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) <= 8
    assert all(issubclass(kind, errors.LandlinkError) for kind in kinds)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_the_project_speaks_of_itself_alone() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    shown = [
        ROOT / name
        for name in files
        if Path(name).suffix in (".py", ".md", ".toml", ".yaml", ".txt", ".json", ".ipynb")
    ]
    foreign = re.compile(r"/work/|/root/|pypi\.org|npmjs|/tmp/")
    own = Path(__file__).resolve()
    assert [path.name for path in shown if path != own and foreign.search(path.read_text(encoding="utf-8"))] == []
