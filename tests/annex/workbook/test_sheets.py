"""The annexes on what goes with a plan: what they show is what was given, and what they compute adds up."""

import io
from dataclasses import replace

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import landlink
from landlink.annex.edition import Edition
from landlink.annex.material import Material, material
from landlink.annex.workbook import workbook
from landlink.annex.workbook.book import SHEETS
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.layout import QUOTA, Inputs, Layout, letter
from landlink.annex.workbook.steps_sheet import write_steps
from landlink.plan.plan import Plan
from landlink.texts import text
from tests.enclosed import PARCELS, enclosed
from tests.office import recalculate
from tests.paths import ROOT
from tests.sites_example import sited

ROWS = slice(4, 15)


@pytest.fixture(scope="module")
def plan() -> Plan:
    city = landlink.load_city(ROOT / "geodata" / "guangzhou")
    return sited(landlink.make_plan(city, landlink.load_policy("guangzhou-2018"), 2020))


@pytest.fixture(scope="module")
def given(plan: Plan) -> Material:
    return enclosed(plan, landlink.load_city(ROOT / "geodata" / "guangzhou"))


@pytest.fixture(scope="module")
def book(plan: Plan, given: Material) -> Workbook:
    return recalculate({"book": workbook(plan, "zh", given)})["book"]


def rows(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_sheets_are_there_in_order(plan: Plan, given: Material, lang: landlink.texts.Lang) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, lang, given)))
    # The example city gives no shares of classes of use.
    kinds = [kind.name for kind in SHEETS if kind.name != "uses"]
    assert book.sheetnames == [Layout.of(plan, lang).sheet(name) for name in kinds]
    for sheet in book:
        assert sheet.print_area
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert sheet.protection.sheet
        assert not sheet.protection.password
        for guard in sheet.data_validations.dataValidation:
            assert len(guard.formula1) <= 255


def test_settlement_by_channel_adds_up_to_the_plans(plan: Plan, book: Workbook) -> None:
    found = rows(book["附表4 分渠道落户表"])
    assert found[2][:7] == ["区划代码", "行政区", "引进人才", "积分", "政策性", "合计", "方案落户人口"]
    for row, code, settled in zip(found[ROWS], plan.quota["code"], plan.quota["settled"], strict=True):
        talent, points, policy, total, planned, difference = row[2:8]
        assert (row[0], planned, difference) == (code, settled, 0)
        assert talent == int(settled * 0.5)
        assert talent + points + policy == total == settled
    assert found[15][5] == plan.quota["settled"].sum()


def test_settlement_that_is_not_split_shows_totals_alone(plan: Plan, given: Material) -> None:
    city = landlink.load_city(ROOT / "geodata" / "guangzhou")
    whole = replace(given, settlement=material(plan, city).settlement)
    found = rows(openpyxl.load_workbook(io.BytesIO(workbook(plan, "zh", whole)))["附表4 分渠道落户表"])
    assert found[2][:5] == ["区划代码", "行政区", "合计", "方案落户人口", "差额"]
    assert [row[2] for row in found[ROWS]] == plan.quota["settled"].tolist()
    assert any("未分落户渠道" in str(row[0]) for row in found)


def test_lists_take_nothing_else(plan: Plan, given: Material) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, "zh", given)))
    guards = [guard for sheet in book for guard in sheet.data_validations.dataValidation]
    assert {guard.type for guard in guards} == {"list", "whole", "decimal", "custom"}
    assert all(guard.showErrorMessage and guard.error for guard in guards)


def test_english_derivations_are_english(plan: Plan, given: Material) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(plan, "en", given)))["Derivations"]
    cells = [str(row[7].value) for row in sheet.iter_rows(min_row=4)]
    assert not [cell for cell in cells if "荔湾" in cell]
    assert any("Liwan" in cell for cell in cells)


def test_supply_by_source_is_the_parcels(plan: Plan, book: Workbook) -> None:
    found = rows(book["附表5 分来源可供用地表"])
    by_code = {row[0]: row for row in found[ROWS]}
    # 黄埔: new (10,000 − 3,000) + 13,001 m², renewal 20,000 m².
    assert by_code["440112"][2:7] == [2.0001, 2, 0, 0, 4.0001]
    assert by_code["440106"][2:7] == [0, 0, 0.4444, 0, 0.4444]
    quota, ledger = plan.quota.set_index("code"), plan.ledger.set_index("code")
    for code, row in by_code.items():
        held = [quota.loc[code, "quota_m2"], quota.loc[code, "stock_need_m2"]]
        names = ["stock_met_m2", "stock_short_m2", "stock_unverified_m2"]
        assert row[7:12] == pytest.approx([area / 10_000 for area in (*held, *ledger.loc[code, names])])
    assert found[15][6] == pytest.approx(4.4445)
    assert found[15][12] == 4
    head = found[18]
    losses = {row[1]: dict(zip(head, row, strict=True)) for row in found[20:32]}
    gross = sum(parcel[2] for parcel in PARCELS)
    assert losses["合计"]["地块面积"] == pytest.approx(gross / 10_000)
    assert losses["合计"]["永久基本农田扣除"] == pytest.approx(0.4111)
    assert losses["合计"]["现状保留"] == pytest.approx(0.8)
    assert losses["合计"]["可供面积"] == pytest.approx(4.4445)
    assert losses["黄埔区"]["可供面积"] == pytest.approx(4.0001)
    assert {row["与上表核对"] for row in losses.values()} == {"一致"}


def test_targets_are_compared(book: Workbook) -> None:
    found = rows(book["附表6 实施评估表"])
    population, share, gap = found[4:7]
    assert population[2:8] == [9_200_000, 2020, 9_851_142, 2020, "是", 2018]
    assert share[6] == "是"
    assert (gap[4], gap[6]) == (None, "—")


def test_every_figure_has_its_derivation(plan: Plan, book: Workbook) -> None:
    found = rows(book["审计追溯"])[3:]
    names = plan.quota.set_index("code")["district"]
    own = {row[1]: row for row in found if row[0] == text("model.table.quota", "zh") and row[3] == "新增建设用地指标"}
    for code, area in plan.quota.set_index("code")["quota_m2"].items():
        row = own[names[code]]
        assert row[4] == area
        assert "新增用地诉求" in row[7]
        assert row[8]
        assert row[9] == "估算"
    assert sum(row[0] == text("model.table.needs", "zh") for row in found) % len(plan.needs) == 0


def test_inputs_alone_can_be_changed_and_are_bounded(plan: Plan, given: Material) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, "zh", given)))
    layout = Layout.of(plan, "zh")
    sheet = book[layout.sheet("quota")]
    row = layout.quota_row("440112")
    for column in QUOTA:
        cell = sheet[f"{letter(QUOTA, column.name)}{row}"]
        is_input = column.kind == "input" and column.name != "central_settled"
        assert cell.protection.locked is not is_input, column.name
        bounded = any(cell.coordinate in guard.sqref for guard in sheet.data_validations.dataValidation)
        assert bounded or not is_input, column.name
    basis = book[layout.sheet("basis")]
    guarded = {cell for guard in basis.data_validations.dataValidation for cell in guard.sqref.ranges}
    open_cells = [cell for line in basis.iter_rows() for cell in line if not cell.protection.locked]
    assert guarded
    for cell in open_cells:
        assert any(cell.coordinate in guard.sqref for guard in basis.data_validations.dataValidation), cell
    for guard in (*sheet.data_validations.dataValidation, *basis.data_validations.dataValidation):
        assert guard.showInputMessage
        assert guard.prompt


def test_totals_have_names(plan: Plan, given: Material) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, "zh", given)))
    totals = [name for name in book.defined_names if name.startswith("total_")]
    assert {"total_quota_ha", "total_developable_ha", "total_settled_by_channel"} <= set(totals)
    for name in totals:
        sheet, place = book.defined_names[name].attr_text.split("!")
        assert book[sheet.strip("'")][place.replace("$", "")].value.startswith("=SUM(")


def test_cells_that_ask_for_attention_stand_out(plan: Plan, given: Material) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, "zh", given)))
    for name in ("quota", "needs", "settlement", "supply"):
        rules = [
            rule for ranges in book[Layout.of(plan, "zh").sheet(name)].conditional_formatting for rule in ranges.rules
        ]
        assert rules
        assert all(rule.dxf.fill.bgColor.rgb for rule in rules)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_next_step_s_sheet_has_the_plan_s_distances_pairs_and_built_up_area(lang: landlink.texts.Lang) -> None:
    city = landlink.load_city(ROOT / "geodata" / "guangzhou")
    plan = landlink.make_plan(
        city, landlink.load_policy("guangzhou-2018"), 2018, basis="planned", base_year=2019, adjust_pct=5
    )
    sheet = Workbook().active
    write_steps(sheet, Contents(Edition(plan, lang), Layout.of(plan, lang), Inputs()))
    shown = rows(sheet)
    distances = [row for row in shown if row[7] is not None and row[0] in set(plan.quota["code"])][: len(plan.steps)]
    assert [(row[0], row[7], row[8], row[9]) for row in distances] == [
        (row["code"], row["land_to_step_m2"] / 10_000, row["persons_to_step"], row["at_stake_m2"] / 10_000)
        for row in plan.steps.to_dict("records")
    ]
    titles = [row[0] for row in shown]
    base, scaled = (titles.index(text(f"annex.steps.{name}", lang)) for name in ("base", "scaled"))
    count = len(plan.quota)
    assert [row[2:4] for row in shown[base + 3 : base + 3 + count]] == [[2019, "—"]] * count
    assert [row[9] for row in shown[scaled + 3 : scaled + 3 + count]] == [
        moved / 10_000 for moved in plan.scaled["moved_m2"]
    ]
    assert any("1,380.60" in str(title) for title in titles)
    # land is an assumption: what rests on it is marked
    assert [str(cell).endswith("*") for cell in shown[2]] == [
        False,
        False,
        True,
        True,
        *[False] * 3,
        *[True] * 3,
        False,
    ]
