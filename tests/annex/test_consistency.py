"""One number, one rounding: figures taken back out of document, workbook, map sheets and layers are the same."""

import io
import json
import re
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import docx
import pandas as pd
import pyogrio
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from openpyxl import Workbook

import landlink
from landlink.annex import Filing, write_annex
from landlink.annex.workbook.layout import QUOTA, Layout, letter
from landlink.plan.plan import Plan
from landlink.units import exact_ha, ha, shown_ha
from tests.enclosed import enclosed
from tests.office import poppler, recalculate
from tests.paths import GUANGZHOU
from tests.sites_example import sited

pytestmark = pytest.mark.office
CITY = landlink.load_city(GUANGZHOU)
# Columns of the document's tables that are columns of the first annex.
SHARED = {
    "各区新增建设用地指标分配": {
        "应配用地": "entitlement_m2", "存量用地需求": "stock_need_m2", "新增用地诉求": "demand_m2",
        "新增建设用地指标": "quota_m2", "核减": "cut_m2",
    },
    "各区应配用地的来源": {
        "应配用地": "entitlement_m2", "新增建设用地指标": "quota_m2", "核减": "cut_m2",
        "存量已落实": "stock_met_m2", "存量不足": "stock_short_m2", "存量未核实": "stock_unverified_m2",
    },
    "各区用地去向": {
        "可安排用地": "budget_m2", "用地需求": "need_m2",
        "安排用地": "granted_m2", "缺口": "deficit_m2", "其他用地": "other_m2",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan whose cap does not divide: rows rounded one by one would not add up."""
    return sited(landlink.make_plan(CITY, landlink.load_policy("guangzhou-2018"), 2020, cap_ha="444.4446"))


@pytest.fixture(scope="module")
def parts(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    (package,) = write_annex(plan, folder / "out", material=enclosed(plan, CITY), filing=Filing("市局"))
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def document(parts: Path) -> Document:
    return docx.Document(io.BytesIO(next(parts.glob("*.docx")).read_bytes()))


@pytest.fixture(scope="module")
def book(parts: Path) -> Workbook:
    return recalculate({"book": next(parts.glob("*.xlsx")).read_bytes()})["book"]


@pytest.fixture(scope="module")
def maps(parts: Path) -> list[str]:
    command = [poppler("pdftotext"), "-raw", next(parts.glob("*.pdf")), "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [" ".join(page.split()) for page in found.split("\f")]


def table(document: Document, caption: str) -> pd.DataFrame:
    body = list(document.element.body)
    captions = [
        part for part in body
        if part.tag == qn("w:p") and caption in "".join(text.text or "" for text in part.iter(qn("w:t")))
        and any("SEQ" in (told.text or "") for told in part.iter(qn("w:instrText")))
    ]  # fmt: skip
    element = body[body.index(captions[0]) + 1]
    found = next(found for found in document.tables if found._tbl is element)
    rows = [[cell.text for cell in row.cells] for row in found.rows]
    return pd.DataFrame(rows[1:], columns=[name.split("\n")[0] for name in rows[0]])


def number(shown: object) -> Decimal:
    return Decimal(str(shown).replace(",", ""))


def test_the_cap_needs_the_largest_remainder(plan: Plan) -> None:
    assert sum(ha(int(area)) for area in plan.quota["quota_m2"]) != ha(int(plan.quota["quota_m2"].sum()))


def test_districts_are_the_same_everywhere(
    plan: Plan, parts: Path, document: Document, book: Workbook, maps: list[str]
) -> None:
    layout = Layout.of(plan, "zh")
    sheet = book[layout.sheet("quota")]
    layer = pyogrio.read_dataframe(next(parts.glob("*.gpkg")), layer="districts").set_index("code")
    for caption, columns in SHARED.items():
        shown = table(document, caption)
        for heading, name in columns.items():
            in_layer = shown_ha(layer[name].astype(int))
            in_document = [number(cell) for cell in shown[heading]]
            in_book = [
                round(Decimal(sheet[f"{letter(QUOTA, name)}{layout.quota_row(code)}"].value), 2) for code in layer.index
            ]
            assert in_document[:-1] == in_book == in_layer, (caption, heading)
            total = sheet[f"{letter(QUOTA, name)}{layout.quota_rows[1] + 1}"].value
            assert in_document[-1] == round(Decimal(total), 2) == sum(in_layer)
    page = next(page for page in maps if "新增建设用地指标分配图" in page)
    for code, name, area in zip(layer.index, layer["name"], shown_ha(layer["quota_m2"].astype(int)), strict=True):
        assert f"{code} {name} {area}" in page
    assert f"全市合计：{sum(shown_ha(layer['quota_m2'].astype(int)))} 公顷" in page


def test_settled_people_and_land_per_head_are_the_same(plan: Plan, document: Document, maps: list[str]) -> None:
    page = next(page for page in maps if "现状人均城镇建设用地图" in page)
    shown = table(document, "各区现状人均城镇建设用地与标准").set_index("行政区")
    settled = table(document, "各区落户人口").set_index("行政区")
    for row in plan.quota.itertuples():
        assert f"{row.code} {row.district} {shown.loc[row.district, '现状人均城镇建设用地']}" in page
        assert number(settled.loc[row.district, "落户人口"]) == int(row.settled)
    assert number(settled.loc["合计", "落户人口"]) == int(plan.quota["settled"].sum())


def test_facilities_are_the_same_everywhere(
    plan: Plan, parts: Path, document: Document, book: Workbook, maps: list[str]
) -> None:
    layer = pyogrio.read_dataframe(next(parts.glob("*.gpkg")), layer="needs", read_geometry=False)
    shown = table(document, "民生设施用地需求与安排").set_index("设施")
    lines = [[cell.value for cell in row] for row in book["附表2 用地需求表"].iter_rows()]
    whole = {line[1]: line for line in lines if line[0] == "全市"}
    for facility in plan.facilities:
        own = layer[layer["facility"] == facility.id]
        title = facility.title["zh"]
        area = exact_ha(own["land_m2"].sum())
        assert number(shown.loc[title, "用地需求"]) == area == round(Decimal(whole[title][7]), 4)
        assert number(shown.loc[title, "安排用地"]) == exact_ha(own["granted_m2"].sum())
        page = next(page for page in maps if f"用地需求分布图（{title}）" in page)
        assert f"全市合计：{area} 公顷" in page
        for row in own.itertuples():
            assert re.search(rf"{row.code} \S+ {exact_ha(row.land_m2)}\b", page)


def test_land_and_sites_are_the_same_everywhere(
    plan: Plan, parts: Path, document: Document, book: Workbook, maps: list[str]
) -> None:
    lines = {row[1].value: row for row in book["附表5 分来源可供用地表"].iter_rows(min_row=5, max_row=15)}
    page = next(page for page in maps if "可供用地与约束条件图" in page)
    for row in table(document, "分来源可供用地").iloc[:-1].itertuples(index=False):
        assert number(row[-1]) == round(Decimal(lines[row[0]][6].value), 4)
        assert f"{row[0]} {row[-1]}" in page
    sites = pyogrio.read_dataframe(next(parts.glob("*.gpkg")), layer="sites")
    area = exact_ha(sites["site_m2"].sum())
    assert table(document, "设施选址").iloc[-1]["选址用地"] == f"{area:,}"
    assert f"{area:,} 公顷" in next(page for page in maps if "设施选址分布图" in page)
    assert plan.siting is not None


def test_the_audit_holds_the_same_integers(plan: Plan, parts: Path) -> None:
    audit = json.loads(next(parts.glob("*审计追溯.json")).read_text(encoding="utf-8"))
    found = {
        (entry["code"], entry["column"]): entry["value"] for entry in audit["figures"] if entry["table"] == "quota"
    }
    for row in plan.quota.to_dict("records"):
        assert found[row["code"], "quota_m2"] == row["quota_m2"]
        assert found[row["code"], "settled"] == row["settled"]
