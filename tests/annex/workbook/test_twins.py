"""Excel twins: every computed column has one, or is written as a value and said to be; every balancing rule has one."""

import io

import openpyxl
import pytest

import landlink
from landlink.annex.workbook import workbook
from landlink.annex.workbook.balance_sheet import RULE_TWINS
from landlink.annex.workbook.layout import NEEDS, PROVISION, QUOTA, SITES, Layout, _columns, letter
from landlink.annex.workbook.twins import SOLVED, TWINS, without_twin
from landlink.plan.formulas import FORMULAS
from landlink.policy import BALANCING_RULES
from landlink.present.labels import figure_label
from landlink.schema import RESULTS
from landlink.texts import text

# Cells that formulas refer to and that are no computed columns of a result.
HELPERS = {"needs.land_per_unit", "sources.known_by", "sources.most_m2"}


@pytest.mark.parametrize("name", [name for name, formula in FORMULAS.items() if formula.clause])
def test_a_column_has_a_twin_or_cannot_have_one(name):
    table, _, column = name.partition(".")
    assert name not in TWINS or name not in SOLVED
    if column in without_twin(table):
        pytest.skip(f"{name} has no twin in landlink/annex/workbook/twins: the workbook writes it as a value")
    assert name in TWINS or name in SOLVED


def test_no_twin_is_left_over():
    of_results = {name for name in TWINS if not name.startswith("base.")}
    assert of_results - HELPERS - set(FORMULAS) == set()
    assert set(FORMULAS) >= SOLVED


def test_every_balancing_rule_has_a_twin():
    missing = set(BALANCING_RULES) - set(RULE_TWINS)
    assert not missing, f"RULE_TWINS of landlink/annex/workbook/balance_sheet.py lacks {', '.join(sorted(missing))}"
    assert set(RULE_TWINS) == set(BALANCING_RULES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_column_without_a_twin_is_written_as_the_plans_value(monkeypatch, lang):
    plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020, cap_ha=400)
    for name in ("quota.cut_m2", "quota.cut_by", "needs.deficit_m2"):
        monkeypatch.delitem(TWINS, name)
    layout = Layout.of(plan, lang)
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, lang)))
    sheet = book[layout.sheet("calculation")]
    for row in plan.quota.to_dict("records"):
        number = layout.quota_row(row["code"])
        assert sheet[f"{letter(QUOTA, 'cut_m2')}{number}"].value == row["cut_m2"]
        assert sheet[f"{letter(QUOTA, 'demand_m2')}{number}"].value.startswith("=")
    told, _, _ = text("annex.note.values", lang, columns="§").partition("§")
    for name, columns in (("calculation", ("cut_m2", "cut_by")), ("needs", ("deficit_m2",))):
        notes = [str(cell.value) for (cell,) in book[layout.sheet(name)].iter_rows(max_col=1)]
        (note,) = [note for note in notes if told in note]
        assert all(figure_label(column, lang) in note for column in columns)


def test_a_declared_column_stands_behind_the_one_declared_before_it():
    names = [name for name in RESULTS["needs"].names if name != "code"]
    before = names.index("land_m2") + 1
    columns = _columns(
        dict.fromkeys(names, (9.0, "group")),
        ([*names[:before], "reserved_m2", *names[before:]],),
        ("needs",),
        units={"reserved_m2": "m2"},
    )
    assert [column.name for column in columns].index("reserved_m2") == before
    assert (columns[before].unit, columns[before].group, columns[before].kind) == ("m2", "group", "calc")


@pytest.mark.parametrize("table", ["quota", "needs", "ledger", "sites", "provision"])
def test_all_result_columns_are_on_their_sheets(table):
    columns = {"quota": QUOTA, "ledger": QUOTA, "needs": NEEDS, "sites": SITES, "provision": PROVISION}[table]
    # Districts and status have their place in the sheet's blocks and notes.
    assert set(RESULTS[table].names) - {column.name for column in columns} <= {"code", "status"}
