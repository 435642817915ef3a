"""The explanatory document: what it says is what the plan holds, and a template that is wrong is told where."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

import landlink
from landlink.annex import Edition, Filing, material, read_template, template
from landlink.annex.document import document
from landlink.annex.document.values import values
from landlink.annex.material import Material
from landlink.cli import main
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.schema import RESULTS
from landlink.texts import Lang
from landlink.units import exact_ha, ha, shown_ha
from tests.paths import ROOT
from tests.sites_example import sited

DISTRICT = "440112"
CITY = landlink.load_city(ROOT / "geodata" / "guangzhou")
POLICY = landlink.load_policy("guangzhou-2018")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return sited(landlink.make_plan(CITY, POLICY, 2020, cap_ha="500.0001"))


@pytest.fixture(scope="module")
def enclosed(plan: Plan) -> Material:
    return material(plan, CITY)


@pytest.fixture(scope="module")
def city(plan: Plan, enclosed: Material) -> Document:
    return docx.Document(io.BytesIO(document(Edition(plan, material=enclosed), Filing("市局", "2026年11月"))))


def table(made: Document, caption: str) -> pd.DataFrame:
    """Table below a caption."""
    body = list(made.element.body)
    (place,) = [
        number for number, part in enumerate(body)
        if part.tag == qn("w:p") and caption in spelt(part) and "SEQ" in spelt(part)
    ]  # fmt: skip
    (found,) = [found for found in made.tables if found._tbl is body[place + 1]]
    rows = [[cell.text for cell in row.cells] for row in found.rows]
    return pd.DataFrame(rows[1:], columns=[name.split("\n")[0] for name in rows[0]])


def paragraphs(made: Document) -> list[str]:
    return [spelt(part) for part in made.element.body if part.tag == qn("w:p")]


def spelt(part: Any) -> str:
    """Text with the instructions of fields."""
    return "".join(text.text or "" for text in part.iter(qn("w:t"), qn("w:instrText")))


def number(shown: str) -> Decimal:
    return Decimal(shown.replace(",", ""))


def test_the_tables_hold_the_plans_figures(plan: Plan, city: Document) -> None:
    shown = table(city, "各区新增建设用地指标分配")
    rows, total = shown.iloc[:-1], shown.iloc[-1]
    assert rows["行政区"].tolist() == plan.quota["district"].tolist()
    assert [int(number(persons)) for persons in rows["落户人口"]] == plan.quota["settled"].tolist()
    for heading, name in (("应配用地", "entitlement_m2"), ("新增建设用地指标", "quota_m2"), ("核减", "cut_m2")):
        areas = [number(area) for area in rows[heading]]
        for area, exact in zip(areas, plan.quota[name], strict=True):
            assert abs(area - exact_ha(exact)) < Decimal("0.01")
        assert sum(areas) == number(total[heading]) == ha(int(plan.quota[name].sum()))
    assert number(total["新增建设用地指标"]) == Decimal("500.00")


def test_facilities_are_exact_to_the_square_metre(plan: Plan, city: Document) -> None:
    shown = table(city, "民生设施用地需求与安排")
    sums = plan.needs.groupby("facility")[["land_m2", "granted_m2", "deficit_m2"]].sum()
    for place, facility in enumerate(plan.facilities):
        row = shown.iloc[place]
        assert row["设施"] == facility.title["zh"]
        assert int(number(row["用地需求"]) * 10_000) == sums.loc[facility.id, "land_m2"]
        assert int(number(row["安排用地"]) * 10_000) == sums.loc[facility.id, "granted_m2"]
    assert sum(number(area) for area in shown["用地需求"][:-1]) == number(shown["用地需求"].iloc[-1])


def test_the_text_says_what_the_tables_say(plan: Plan, city: Document) -> None:
    told = "\n".join(paragraphs(city))
    totals = plan.totals()
    for name in ("demand_m2", "quota_m2", "cut_m2", "stock_need_m2"):
        assert f"{ha(totals[name]):,}公顷" in told
    assert "全市新增用地总量为500.0001公顷" in told
    assert f"{totals['settled']:,}人" in told
    assert "市局" in told
    assert "{{" not in told
    assert "{%" not in told
    header = city.sections[0].header.paragraphs[0].text
    assert header == "广州市2020年度人地挂钩方案说明"


def test_the_next_step_and_the_built_up_area_are_told(plan: Plan, city: Document) -> None:
    shown = table(city, "各区距相邻标准档次的距离")
    steps = plan.steps
    assert shown["行政区"].tolist() == steps["district"].tolist()
    for heading, name in (("越档所差用地", "land_to_step_m2"), ("越档应配用地增减", "at_stake_m2")):
        assert [number(area) for area in shown[heading]] == [exact_ha(area) for area in steps[name]]
    assert [int(number(persons)) for persons in shown["越档所差城镇常住人口"]] == steps["persons_to_step"].tolist()
    assert [bool(mark) for mark in shown["最近一档"]] == (steps["nearest"] == "yes").tolist()
    assert set(table(city, "各区现状人均城镇建设用地与标准")["现状基准年"][:-1]) == {"2019"}
    (said,) = [line for line in paragraphs(city) if "建成区 1,380.60 平方千米" in line]
    # 白云, 26,204 persons: 26,204 × (100 − 80) = 524,080 m²
    assert "白云区的标准由 80.00 变为 100.00 m²/人，应配用地增减 +52.41 公顷，其余各区标准不变" in said
    assert "不据以修正" in said


def test_another_base_pair_is_named_in_the_text() -> None:
    other = landlink.make_plan(CITY, POLICY, 2018, basis="planned", base_year=2019)
    made = docx.Document(io.BytesIO(document(Edition(other))))
    (said,) = [line for line in paragraphs(made) if "没有可比的缺省基准" in line]
    assert "取 2019 年末；11 个区" in said


def test_the_basis_is_documents_and_the_rest_is_told_as_assumed(plan: Plan, city: Document) -> None:
    told = paragraphs(city)
    first, last = (next(at for at, line in enumerate(told) if line == head) for head in ("编制依据", "编制原则"))
    *basis, assumed = told[first + 2 : last]
    assert basis
    assert all(line.startswith("《") for line in basis)
    assert any("国土资发〔2016〕123号" in line for line in basis)
    assert assumed.startswith("没有出自上述文件的参数是规划假定")
    documents = {dated.document.name("zh"): dated.document.kind for dated in plan.rules.values()}
    others = {name for name, kind in documents.items() if kind == "assumption"}
    assert {"用户设定", "规划假定（应由城市替换）", "规划假定；方案第五条", "规划假定；方案第十条"} == others
    assert set(basis) == set(documents) - others
    sources = [source.partition(" ")[0] for source in table(city, "规划假定")["来源"]]
    assert others <= set(sources)


def test_captions_are_in_order_and_references_show_them(city: Document) -> None:
    told = paragraphs(city)
    captions = [found for line in told if (found := re.match(r"(表|图) SEQ \S+ .*? (\d+)", line))]
    for kind in ("表", "图"):
        numbers = [int(found[2]) for found in captions if found[1] == kind]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers
    references = dict(re.findall(r"REF table_(\w+) \\h 表(\d+)", "\n".join(told)))
    marks = [mark.get(qn("w:name")) for mark in city.element.body.iter(qn("w:bookmarkStart"))]
    order = [name.removeprefix("table_") for name in marks if name.startswith("table_")]
    assert {name: int(shown) for name, shown in references.items()} == {
        name: order.index(name) + 1 for name in references
    }
    assert set(references) == set(order)


def test_headings_number_themselves(city: Document) -> None:
    headings = [paragraph for paragraph in city.paragraphs if paragraph.style.name == "Heading 1"]
    assert [heading.text for heading in headings] == [
        "编制依据与原则", "现状", "落户计划", "挂钩测算", "分区分配",
        "民生用地需求与保障", "供给与存量", "选址", "实施与评估", "数据说明",
    ]  # fmt: skip
    numbering = city.part.numbering_part.element.xml
    assert "chineseCountingThousand" in numbering


def test_a_districts_edition_tells_of_that_district(plan: Plan, enclosed: Material) -> None:
    made = docx.Document(io.BytesIO(document(Edition(plan, district=DISTRICT, material=enclosed))))
    shown = table(made, "各区新增建设用地指标分配")
    assert shown["行政区"].tolist() == ["黄埔区", "全市"]
    assert number(shown["新增建设用地指标"].iloc[-1]) == ha(plan.totals()["quota_m2"])
    facilities = table(made, "民生设施用地需求与安排")
    own = plan.needs[plan.needs["code"] == DISTRICT]
    assert int(number(facilities["用地需求"].iloc[-1]) * 10_000) == own["land_m2"].sum()
    assert any("本册为黄埔区分册" in line for line in paragraphs(made))


def test_settlement_is_split_where_the_data_are(plan: Plan, enclosed: Material) -> None:
    settled = plan.quota.set_index("code")["settled"]
    rows = [
        {"code": code, "channel": channel, "persons": persons}
        for code, whole in settled.items()
        for channel, persons in (("talent", whole - 300), ("points", 100), ("policy", 200))
    ]
    split = replace(enclosed, settlement=pd.DataFrame(rows))
    shown = table(docx.Document(io.BytesIO(document(Edition(plan, material=split)))), "各区落户人口")
    assert shown.columns.tolist() == ["行政区", "引进人才", "积分", "政策性", "落户人口"]
    parts = shown[["引进人才", "积分", "政策性"]].map(number).sum(axis=1)
    assert parts.tolist() == [number(persons) for persons in shown["落户人口"]]

    other = pd.DataFrame(rows).assign(persons=1)  # of another settlement than the plan's
    made = document(Edition(plan, material=replace(enclosed, settlement=other)))
    assert table(docx.Document(io.BytesIO(made)), "各区落户人口").columns.tolist() == ["行政区", "落户人口"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_plan_gives_the_same_document(plan: Plan, enclosed: Material, lang: Lang) -> None:
    one, other = (document(Edition(plan, lang, material=enclosed)) for _ in range(2))
    assert one == other
    told = "\n".join(paragraphs(docx.Document(io.BytesIO(one))))
    assert ("Allocation of quotas" in told) is (lang == "en")


@pytest.mark.bare
def test_a_plan_alone_gives_a_document() -> None:
    bare = landlink.make_plan(CITY, POLICY, 2020)
    made = docx.Document(io.BytesIO(document(Edition(bare))))
    told = "\n".join(paragraphs(made))
    assert len(made.sections) == 1
    assert made.sections[0].orientation == WD_ORIENT.PORTRAIT
    assert "本方案未作选址" in told
    assert "可供用地未作测算" in told
    assert "未设全市新增用地总量" in told


def edited(change: Callable[[str], str]) -> tuple[str, bytes]:
    """The template with its text changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template("zh"))) as source, zipfile.ZipFile(held, "w") as made:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                before = part.decode()
                part = change(before).encode()
                assert part.decode() != before
            made.writestr(name, part)
    return "模板.docx", held.getvalue()


def test_the_users_own_template_is_followed(plan: Plan) -> None:
    own = edited(lambda text: text.replace("以人定地。", "本市据此执行，共{{ total.quota }}公顷。"))
    told = "\n".join(paragraphs(docx.Document(io.BytesIO(document(Edition(plan), Filing(template=own))))))
    assert "本市据此执行，共500.00公顷。" in told


@pytest.mark.parametrize(
    ("old", "new", "fault", "named"),
    [
        ("{{ total.quota }}", "{{ total.qouta }}", "document.placeholder_unknown", "qouta"),
        ("{{ policy }}", "{{ polcy }} {{ cty }}", "document.placeholder_unknown", "cty, polcy"),
        ("{{ row.need }}", "{{ row.nead }}", "document.placeholder_unknown", "nead"),
        ("{%p if cap %}", "", "document.template_broken", "else"),
        ("{{ policy }}", "{{ policy", "document.tag_unclosed", "本方案依据《{{ policy》"),
        ("{{ policy }}", "{{ ().__class__.__base__.__subclasses__() }}", "document.template_broken", "unsafe"),
        ("REF table_quota", "REF table_quata", "document.reference_missing", "table_quata"),
    ],
)
def test_a_template_that_is_wrong_is_told_where(plan: Plan, old: str, new: str, fault: str, named: str) -> None:
    with pytest.raises(DataError) as raised:
        document(Edition(plan), Filing(template=edited(lambda text: text.replace(old, new, 1))))
    (found,) = raised.value.faults
    assert found.id == fault
    assert named in found.text("zh")
    assert "模板.docx" in found.text("zh") or fault == "document.reference_missing"


def test_a_file_that_is_no_document_is_told(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "模板.docx"
    with pytest.raises(DataError, match=r"模板\.docx"):
        read_template(path)
    path.write_bytes(b"no zip")
    with pytest.raises(DataError) as raised:
        document(Edition(plan), Filing(template=read_template(path)))
    assert raised.value.faults[0].id == "document.template_unreadable"


def test_the_template_can_be_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", str(tmp_path / "模板.docx")]) == 0
    assert "模板.docx" in capsys.readouterr().out
    assert (tmp_path / "模板.docx").read_bytes() == template("zh")


def test_the_guide_names_every_placeholder(plan: Plan, enclosed: Material) -> None:
    guide = (ROOT / "docs" / "template.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]*) \|", guide.partition("## Placeholders")[2], re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}
    known = set()
    for name, value in values(Edition(plan, "zh", DISTRICT, enclosed)).items():
        known.add(name)
        row = value[0] if isinstance(value, list) and value else value
        if isinstance(row, dict):
            known |= {f"{name}.{key}" for key in row}
    listed = {"compiler", "date", "charts", "charts.per_capita", "charts.quota", "maps", "maps.title", "maps.image"}
    with_land = {"supply", "supply_total", "constraints", "services"}
    optional = {name for name in told if name.partition(".")[0] in (*with_land, "uses")}
    optional |= {"status.supply", "status.services", "status.uses"}
    assert told - optional - known - listed == set()
    areas = [column.name for name in ("quota", "ledger") for column in RESULTS[name].columns if column.unit == "m2"]
    by_rule = {f"{row}.{name.removesuffix('_m2')}" for row in ("districts", "own", "total") for name in areas}
    assert (known | listed) - told - optional - by_rule == set()
    assert with_land < known


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_shown_hectares_add_up(areas: list[int]) -> None:
    shown = shown_ha(areas)
    assert sum(shown) == ha(sum(areas))
    assert all(abs(one - exact_ha(area)) < Decimal("0.01") for one, area in zip(shown, areas, strict=True))
