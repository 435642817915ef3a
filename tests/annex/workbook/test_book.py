"""The workbook shows the plan's own integers once LibreOffice has recalculated it, and still does after edits."""

import io
from dataclasses import replace
from decimal import Decimal

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

import landlink
from landlink.annex.workbook import workbook
from landlink.annex.workbook.balance_sheet import bisection_rows
from landlink.annex.workbook.book import SHEETS
from landlink.annex.workbook.layout import BALANCE, NEEDS, PROVISION, QUOTA, SITES, SOURCES, Layout, letter
from landlink.annex.workbook.needs_sheet import total_rows
from landlink.policy import BALANCING_RULES, Steps
from landlink.schema import INPUTS, RESULTS
from landlink.texts import pick, text
from landlink.units import ha, shown_ha
from tests.office import recalculate
from tests.paths import GUANGZHOU
from tests.policies import weighted
from tests.sites_example import sited

CITY = GUANGZHOU
RULES = tuple(BALANCING_RULES)
CUTS = {"capacity": "承载上限", "city cap": "全市总量", "measured supply": "实测可供"}
# Caps in ha whose last m² fall within a group of equal quotients.
SPLITTING = {"proportional": "150.0013", "weighted": "150.0007", "floor": "150.0013"}
TIED = ("440112", "440114", "440115", "440118")


def edits(**columns):
    return pd.DataFrame({"code": list(columns.pop("code")), **columns})


def equal_claims():
    """Districts of one standard that all settle the same number, so that the rank alone decides the last m²."""
    return edits(code=TIED, settled=[9000] * len(TIED))


def some_limits():
    return edits(
        code=["440111", "440112", "440113", "440104", "440118"],
        new_capacity_m2=[1_000_001, None, 20_000, 0, 700_000],
        renewal_available_m2=[None, 50_003, 0, 1_000_000, 77_777],
        idle_available_m2=[None, 20_000, None, 0, 1],
        offset_available_m2=[None, None, None, 300_000, 0],
    )


def with_surplus(city):
    rows = [
        ("440111", "primary_school", 777),
        ("440112", "hospital", 10_000),
        ("440113", "kindergarten", 1),
        ("440117", "elder_care", 30),
    ]
    origin = {"source": "test", "date": "2019", "status": "estimated", "confidence": "default"}
    table = pd.DataFrame(rows, columns=["code", "facility", "surplus_units"]).assign(**origin)
    return replace(city, tables={**city.tables, "facility_surplus": table[INPUTS["facility_surplus"].names]})


def with_release_shares(city):
    """Shares of measured stock land that can be had, of some districts and sources."""
    rows = [("440103", "renewal", 0.3333), ("440104", "idle", 0), ("440111", "renewal", 1), ("440112", "renewal", 0.5)]
    table = pd.DataFrame(rows, columns=["code", "land_source", "release_share"])
    table = table.assign(year=2020, available_ha=None, voluntary_exit=None, source="test", date="2020")
    return replace(city, tables={**city.tables, "stock": table.assign(status="estimated", confidence="default")})


def measured(city):
    """Measured land of each source, complete in districts with an odd number."""
    rows = [
        (code, source, 123_457 * place, 1_000, number % 2 == 1, "estimated")
        for number, code in enumerate(city.codes)
        for place, source in enumerate(("idle", "renewal", "offset", "new"))
    ]
    columns = ["code", "land_source", "gross_m2", "synthetic_m2", "complete", "status"]
    return pd.DataFrame(rows, columns=columns)


def with_central_area(city):
    """A layer that covers some districts wholly, others in part."""
    west, south, east, _ = city.districts.total_bounds
    shape = gpd.GeoDataFrame(geometry=[box(west, south, east, 23.2)], crs=city.districts.crs)
    return replace(city, central_area=shape)


def with_standards(policy):
    """Other values of the steps, and of a facility's standard."""
    parameters = dict(policy.parameters)

    def put(name, content):
        known = parameters[name]
        parameters[name] = replace(known, values=(*known.values[:-1], replace(known.values[-1], content=content)))

    steps = policy.on("2020-12-31")["linkage.standard"].steps.steps
    values = (Decimal("97.3"), Decimal("81.25"), Decimal("49.9"))
    put("linkage.standard", Steps(tuple(replace(step, value=value) for step, value in zip(steps, values, strict=True))))
    put("facility.primary_school.per_1000", Decimal("77.7"))
    put("facility.hospital.per_1000", Decimal(40))
    return replace(policy, parameters=parameters)


@pytest.fixture(scope="module")
def city():
    return landlink.load_city(CITY)


@pytest.fixture(scope="module")
def plans(city):
    policy = weighted(landlink.load_policy("guangzhou-2018"))

    def make(place=city, by=policy, **options):
        return landlink.make_plan(place, by, 2020, **options)

    anhui, national = landlink.load_policy("anhui-2017"), landlink.load_policy("national-2016")
    capped = {"cap_ha": 500, "offset_share": "0.2", "adjust_pct": 5}
    return {
        "default": make(),
        **{rule: make(rule=rule, **capped) for rule in RULES},
        "anhui": make(by=anhui, **capped),
        "national": make(by=national, cap_ha="333.3333", rule="floor"),
        "planned": make(basis="planned", cap_ha=300, rule="weighted"),
        "limits": make(rule="weighted", edits=some_limits(), **capped),
        "belowfloors": make(rule="floor", edits=some_limits(), cap_ha=100, offset_share="0.15"),
        "nothing": make(cap_ha=0),
        **{f"ties{rule}": make(rule=rule, cap_ha=cap, edits=equal_claims()) for rule, cap in SPLITTING.items()},
        "surplus": make(with_surplus(city), cap_ha=400),
        "measured": make(with_release_shares(city), measured=measured(city), edits=some_limits(), **capped),
        "layer": make(with_central_area(city), rule="floor", **capped),
        "standards": make(by=with_standards(policy), **capped),
        "sites": sited(make()),
    }


@pytest.fixture(scope="module")
def books(plans):
    return recalculate({name: workbook(plan) for name, plan in plans.items()})


CASES = (
    "default", *RULES, "anhui", "national", "planned", "limits", "belowfloors", "nothing",
    *(f"ties{rule}" for rule in RULES), "surplus", "measured", "layer", "standards", "sites",
)  # fmt: skip


def assert_needs(needs, plan, layout):
    """Assert that a recalculated sheet shows a plan's needs."""
    for row in plan.needs.to_dict("records"):
        line = layout.needs_row(row["code"], row["facility"])
        for name in ("persons", "units", "land_m2", "granted_m2", "unverified_m2", "deficit_m2"):
            assert needs[f"{letter(NEEDS, name)}{line}"].value == row[name], (row["code"], row["facility"], name)
        for name in ("land", "granted", "deficit"):
            assert round(needs[f"{letter(NEEDS, f'{name}_ha')}{line}"].value * 10_000, 6) == row[f"{name}_m2"]
    total = total_rows(layout)[1]
    for name in ("land_m2", "granted_m2", "deficit_m2"):
        assert needs[f"{letter(NEEDS, name)}{total}"].value == plan.needs[name].sum()


def assert_sources(sheet, plan, layout):
    """Assert that a recalculated sheet shows a plan's land by source."""
    for row in plan.sources.to_dict("records"):
        line = layout.sources_row(row["code"], row["land_source"])
        for name in ("available_m2", "most_m2", "need_m2", "met_m2", "short_m2", "unverified_m2"):
            value = sheet[f"{letter(SOURCES, name)}{line}"].value
            assert value in ((None, "") if pd.isna(row[name]) else (row[name],)), (
                row["code"],
                row["land_source"],
                name,
            )
        known_by = text(f"model.known_by.{row['known_by']}", layout.lang)
        assert sheet[f"{letter(SOURCES, 'known_by')}{line}"].value == known_by


def assert_supply(exact, shown, area_m2):
    """Assert that measured new land stands in both sheets, or is blank in both where it is not known."""
    if pd.isna(area_m2):
        assert exact in (None, "")
        assert shown in (None, "")
    else:
        assert (exact, shown) == (area_m2, pytest.approx(area_m2 / 10_000))


def assert_shows(book, plan, lang="zh"):
    """Assert that a recalculated workbook shows every figure of a plan."""
    layout = Layout.of(plan, lang)
    exact, shown = book[layout.sheet("calculation")], book[layout.sheet("quota")]
    for table in (plan.quota, plan.ledger):
        hectares = {
            name: [float(area) for area in shown_ha(table[name])]
            for name in table
            if name.endswith("_m2") and name not in ("per_capita_stock_m2", "standard_m2", "supply_m2")
        }
        for place, row in enumerate(table.to_dict("records")):
            line = layout.quota_row(row["code"])
            for name, value in row.items():
                cell = f"{letter(QUOTA, name)}{line}"
                if name == "cut_by":
                    cuts = "、".join(CUTS[cut] for cut in value)
                    assert (exact[cell].value or "") == (shown[cell].value or "") == cuts
                elif name in ("per_capita_stock_m2", "standard_m2"):
                    assert exact[cell].value == pytest.approx(value, rel=1e-14)
                elif name == "supply_m2":
                    assert_supply(exact[cell].value, shown[cell].value, value)
                elif name not in ("code", "district"):
                    assert exact[cell].value == value, (row["code"], name)
                    if name in hectares and name != "urban_land_m2":
                        assert shown[cell].value == pytest.approx(hectares[name][place], abs=1e-9)
    assert_sources(book[layout.sheet("sources")], plan, layout)
    assert_needs(book[layout.sheet("needs")], plan, layout)


@pytest.mark.office
def test_recalculated_sites_are_the_plan_s(books, plans):
    plan = plans["sites"]
    layout, siting = Layout.of(plan, "zh"), plan.siting
    sheet = books["sites"][layout.sheet("sites")]
    first = 5
    for row, site in enumerate(siting.sites.to_dict("records"), first):
        cells = {column.name: sheet[f"{letter(SITES, column.name)}{row}"].value for column in SITES}
        for name in ("site", "parcel", "units", "capacity_persons", "served", "site_m2"):
            assert cells[name] == site[name], (row, name)
        assert cells["site_ha"] * 10_000 == pytest.approx(site["site_m2"])
    total = first + len(siting.sites)
    assert sheet[f"{letter(SITES, 'site_m2')}{total}"].value == siting.sites["site_m2"].sum()
    start = total + 5
    for row, given in enumerate(siting.provision.to_dict("records"), start):
        for column in PROVISION:
            if column.unit or column.name == "code":
                shown = sheet[f"{letter(PROVISION, column.name)}{row}"].value
                assert shown == given[column.name], (row, column.name)


@pytest.mark.office
@pytest.mark.parametrize("case", CASES)
def test_recalculated_cells_are_the_plans_own_figures(books, plans, case):
    assert_shows(books[case], plans[case])


@pytest.mark.office
def test_every_case_is_compared(plans):
    assert set(CASES) == set(plans)


@pytest.mark.office
@pytest.mark.parametrize("rule", RULES)
def test_ties_are_left_to_the_ranks(books, plans, rule):
    # Four equal claims share what is not divisible by four: the divisor alone cannot tell them apart.
    plan, book = plans[f"ties{rule}"], books[f"ties{rule}"]
    layout = Layout.of(plan, "zh")
    last = [book[layout.sheet("balance")][f"{letter(BALANCE, 'open')}{layout.balance_row(c)}"].value for c in TIED]
    assert last == [1] * len(TIED)
    assert plan.quota.set_index("code").loc[list(TIED), "quota_m2"].nunique() == 2


@pytest.mark.office
def test_no_cell_is_an_error_and_the_plan_recognises_itself(books, plans):
    for name, book in books.items():
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [value for value in cells if isinstance(value, str) and value.startswith("#")], name
        same = text("annex.note.same", "zh", fingerprint=plans[name].fingerprint[:16])
        assert same in cells, name


@pytest.mark.office
def test_total_is_the_sum_of_the_rows_shown_and_the_plans(books, plans):
    for name, book in books.items():
        layout = Layout.of(plans[name], "zh")
        sheet = book[layout.sheet("quota")]
        first, last = layout.quota_rows
        column = letter(QUOTA, "quota_m2")
        rows = [sheet[f"{column}{row}"].value for row in range(first, last + 1)]
        assert sheet[f"{column}{last + 1}"].value == pytest.approx(sum(rows), abs=1e-9)
        assert round(Decimal(sum(rows)), 2) == ha(int(plans[name].quota["quota_m2"].sum()))


def enter(book, name, value):
    """Enter a value into a named cell."""
    sheet, _, cell = book.defined_names[name].attr_text.partition("!")
    book[sheet.strip("'")][cell.replace("$", "")] = value


def settle_and_cap(book, layout):
    book[layout.sheet("quota")][f"{letter(QUOTA, 'settled')}{layout.quota_row('440115')}"] = 50_001
    enter(book, "city_cap_ha", 450.0001)


# Settled persons of a district that the central area's layer cuts, and of one that lies in it.
INSIDE = {"440111": 50_001, "440104": 7}
LISTS = {"440112、440114 花都区": True, "440112、440999": False, "黄埔区": False}


def settle_in_a_layer(book, layout):
    sheet = book[layout.sheet("quota")]
    for code, settled in INSIDE.items():
        sheet[f"{letter(QUOTA, 'settled')}{layout.quota_row(code)}"] = settled


def options_and_lists(book, layout):
    """Enter options; and below the sheet, lists with the condition that a list of districts has to meet."""
    sheet = book[layout.sheet("basis")]
    guard = next(guard for guard in sheet.data_validations.dataValidation if guard.type == "custom")
    for row, listed in enumerate(LISTS, sheet.max_row + 2):
        sheet[f"B{row}"], sheet[f"C{row}"] = listed, f"={guard.formula1.replace(str(guard.sqref), f'B{row}')}"
    enter(book, "city_cap_ha", 500)
    enter(book, "balancing_rule", text("model.rule.floor", "zh"))
    enter(book, "standard_adjustment_pct", -3.7)
    enter(book, "stock_offset_share", 0.35)


def limits(book, layout):
    for row in some_limits().to_dict("records"):
        for name in row.keys() - {"code"}:
            if not pd.isna(row[name]):
                sheet, _, cell = layout.fact(name, row["code"]).rpartition("!")
                book[sheet.strip("'")][cell.replace("$", "")] = row[name] / 10_000


def standards(book, layout):
    sheet = book[layout.sheet("basis")]
    for row, value in zip((6, 7, 8), (97.3, 81.25, 49.9), strict=True):
        sheet[f"D{row}"] = value
    labels = {sheet[f"A{row}"].value: row for row in range(1, sheet.max_row)}
    sheet[f"D{labels['小学：千人指标']}"] = 77.7
    sheet[f"D{labels['综合医院：千人指标']}"] = 40


@pytest.fixture(scope="module")
def edited_books(plans):
    """Workbooks of plans, with cells edited and then recalculated."""

    def edited(plan, change):
        book = opened(plan)
        change(book, Layout.of(plan, "zh"))
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    return recalculate(
        {
            "settled": edited(plans["default"], settle_and_cap),
            "layer": edited(plans["layer"], settle_in_a_layer),
            "options": edited(plans["default"], options_and_lists),
            "limits": edited(plans["weighted"], limits),
            "standards": edited(plans["proportional"], standards),
        }
    )


@pytest.mark.office
def test_edited_cells_give_the_plan_of_the_same_edits(city, plans, edited_books):
    policy = weighted(landlink.load_policy("guangzhou-2018"))
    one = edits(code=["440115"], settled=[50_001])
    options = {"cap_ha": 500, "rule": "floor", "adjust_pct": "-3.7", "offset_share": "0.35"}
    assert_shows(edited_books["settled"], landlink.make_plan(city, policy, 2020, cap_ha="450.0001", edits=one))
    assert_shows(edited_books["options"], landlink.make_plan(city, policy, 2020, **options))
    assert_shows(edited_books["limits"], plans["limits"])
    layered = {"cap_ha": 500, "rule": "floor", "adjust_pct": 5, "offset_share": "0.2"}
    inside = edits(code=list(INSIDE), settled=list(INSIDE.values()))
    assert_shows(
        edited_books["layer"], landlink.make_plan(with_central_area(city), policy, 2020, edits=inside, **layered)
    )
    assert_shows(edited_books["standards"], plans["standards"])


def were(book):
    """What the sheet of parameters says changed inputs were in the plan, by its first column."""
    return {row[0].value: row[11].value for row in book["参数与依据"].iter_rows(5) if row[11].value not in (None, "")}


@pytest.mark.office
def test_inputs_that_differ_from_the_plan_are_told(plans, books, edited_books):
    settled = int(plans["default"].quota.set_index("code")["settled"]["440115"])
    unset = text("annex.basis.unset", "zh")
    assert were(books["default"]) == {}
    assert were(edited_books["settled"]) == {"落户人口：南沙区": settled, "全市新增用地总量": unset}
    assert were(edited_books["options"]) == {
        "平衡规则": "按诉求比例",
        "全市新增用地总量": unset,
        "标准调整幅度": 0,
        "存量抵扣比例": 0,
    }
    given = some_limits()
    found = were(edited_books["limits"])
    assert len(found) == given.drop(columns="code").count().sum()
    assert set(found.values()) == {"未给出"}
    steps = [value for value in were(edited_books["standards"]).values() if "→" in str(value)]
    assert steps == ["≥ 0 → 100", "> 100 → 80", "> 150 → 50"]
    note = text("annex.note.changed", "zh", fingerprint=plans["default"].fingerprint[:16], sheet="参数与依据")
    shown = [cell.value for row in edited_books["settled"]["附表1 指标分配表"].iter_rows() for cell in row]
    assert f"2{note}" in shown


@pytest.mark.office
def test_a_list_of_districts_takes_their_codes_alone(edited_books):
    rows = edited_books["options"]["参数与依据"].iter_rows(values_only=True)
    assert {row[1]: row[2] for row in rows if row[1] in LISTS} == LISTS


def opened(plan, lang="zh"):
    return openpyxl.load_workbook(io.BytesIO(workbook(plan, lang)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_print_on_paper_with_repeated_heads_and_page_numbers(plans, lang):
    plan = plans["sites"]
    layout, book = Layout.of(plan, lang), opened(plan, lang)
    own = [kind.name for kind in SHEETS if kind.name not in ("settlement", "supply", "targets", "uses")]
    assert book.sheetnames == [layout.sheet(name) for name in own]
    for name in own:
        sheet = book[layout.sheet(name)]
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == (8 if name in ("quota", "sources", "calculation", "derivations") else 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert "&P" in sheet.oddFooter.center.text
        assert plan.policy_title[lang] in sheet.oddHeader.left.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_notes_stand_below_and_estimated_columns_are_marked(plans, lang):
    plan = plans["floor"]
    layout, book = Layout.of(plan, lang), opened(plan, lang)
    for name in ("quota", "needs", "basis"):
        texts = [str(cell.value) for row in book[layout.sheet(name)].iter_rows() for cell in row if cell.value]
        for note in plan.notes:
            assert any(note.text(lang) in shown for shown in texts)
    heads = [cell.value for cell in book[layout.sheet("quota")][4]]
    marked = {column.name for column, head in zip(QUOTA, heads, strict=True) if str(head).endswith("*")}
    assert {"urban_land_m2", "quota_m2", "budget_m2"} <= marked
    assert not {"settled", "residents", "urban_residents"} & marked


def test_basis_lists_every_rule_and_fact_with_its_source(plans):
    plan = plans["anhui"]
    sheet = opened(plan)["参数与依据"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    sources = [row[5] for row in rows]
    for dated in plan.rules.values():
        assert dated.document.name("zh") in sources
    given = plan.base.sources
    assert sum(source in {pick(one, "zh") for one in given["source"]} for source in sources) == len(given)
    assert any(plan.fingerprint == row[3] for row in rows)
    names = set(opened(plan).defined_names)
    assert {"city_cap_ha", "balancing_rule", "stock_offset_share", "standard_adjustment_pct"} <= names


def test_all_computed_cells_are_formulas(plans):
    plan = plans["floor"]
    layout, book = Layout.of(plan, "zh"), opened(plan)
    for table, columns, sheet in (("quota", QUOTA, "calculation"), ("ledger", QUOTA, "calculation")):
        for code in layout.codes:
            for name in RESULTS[table].names:
                value = book[layout.sheet(sheet)][f"{letter(columns, name)}{layout.quota_row(code)}"].value
                assert str(value).startswith("=")
    for code in layout.codes:
        cell = f"{letter(BALANCE, 'quota_m2')}{layout.balance_row(code)}"
        assert book[layout.sheet("balance")][cell].value.startswith("=")
    first, last = bisection_rows(layout)
    assert all(book[layout.sheet("balance")][f"E{row}"].value.startswith("=") for row in range(first, last + 1))
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")
    ]
    assert not any("[" in formula for formula in formulas)
    assert max(map(len, formulas)) < 8192
    assert book.calculation.fullCalcOnLoad


def test_the_same_plan_gives_the_same_bytes(plans):
    assert workbook(plans["floor"]) == workbook(plans["floor"])
