"""Sentences that contradict the plan's ledger are caught; those of the document itself never do."""

import io
from dataclasses import replace
from random import Random

import pytest
from docx import Document

import landlink
from landlink.annex import Edition, Filing
from landlink.annex.document import document, template
from landlink.annex.document.claims import contradictions
from landlink.annex.document.values import values
from landlink.errors import DataError
from landlink.plan.plan import Plan
from landlink.texts import LANGS, Lang

# In the plan: entitlement 1,626.64 ha, new land 600, cut 230.41, need from stock 796.23, all not verified; need of
# facilities 528.01, granted 525.04, deficit 2.97; entitlement of 越秀 174.63 ha, of 黄埔 954,700 m².
FALSE = {
    "zh": (
        "全市应配用地1,626.65公顷。",
        "全市新增建设用地指标830.41公顷。",
        "压减0公顷。",
        "存量用地需求796.23公顷，已落实796.23公顷。",
        "存量用地需求已落实0公顷，不足796.23公顷。",
        "存量用地需求不足16.12公顷。",
        "未核实0公顷。",
        "各类设施用地没有缺口。",
        "存量用地需求均已落实。",
        "存量用地已全部核实，可以报送。",
        "各区诉求足额安排。",
        "越秀区应配用地95.47公顷。",
        "黄埔区新增指标95.47公顷，未压减。",
        "落户人口210,519人。",
        "越秀区落户人口19,094人。",
        "设施用地缺口为零。",
        "共安排设施用地600.00公顷。",
        "其他用地871.20公顷。",
        "可安排用地1,626.64公顷。",
        "新增用地诉求8,304,131平方米。",
    ),
    "en": (
        "The entitlement of the city is 1,626.65 ha.",
        "New land of 830.41 ha is given out.",
        "0 ha are cut, that is: cut 0 ha.",
        "Of the need from stock all of it is met.",
        "Need from stock: met 796.23 ha.",
        "Need from stock: short 16.12 ha.",
        "Not verified: not verified 0 ha.",
        "There is no deficit.",
        "The stock land has been fully verified.",
        "Claims were granted in full.",
        "Yuexiu has an entitlement of 95.47 ha.",
        "Huangpu has a quota of 95.47 ha.",
        "Settled population: 210,519 persons.",
        "Yuexiu: settled population 19,094 persons.",
        "A deficit of 0 ha remains.",
        "Granted are 600.00 ha: granted 600.00 ha.",
        "Other uses take 871.20 ha.",
        "Land to grant is 1,626.64 ha.",
        "Demand is 8,304,131 m².",
        "The need from stock is 796.24 ha.",
    ),
}
TRUE = {
    "zh": (
        "全市应配用地1,626.64公顷，其中新增建设用地指标600.00公顷。",
        "越秀区应配用地174.63公顷，黄埔区落户人口19,094人。",
        "2018年全市落户人口200,000人。",
        "未核实796.23公顷。",
        "按建成区折算，白云区应配用地增减 +52.41 公顷，番禺区应配用地增减 -0.01 公顷。",
    ),
    "en": (
        "Scaled to the built-up area, the entitlement of Baiyun moves by +52.41 ha.",
        "Of the entitlement of 1,626.64 ha, 600 ha are new land.",
        "In 2018 the settled population was 200,000 persons.",
    ),
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020, cap_ha=600)


@pytest.mark.parametrize("lang", LANGS)
def test_false_sentences_are_caught_and_true_ones_pass(plan: Plan, lang: Lang) -> None:
    edition = Edition(plan, lang)
    assert len(FALSE[lang]) == 20
    missed = [sentence for sentence in FALSE[lang] if contradictions([sentence], edition).empty]
    assert missed == []
    assert contradictions(TRUE[lang], edition).empty


def sentences(edition: Edition) -> list[str]:
    """Paragraphs of the edition's document."""
    return [paragraph.text for paragraph in Document(io.BytesIO(document(edition))).paragraphs]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("district", [None, "440104", "440112"])
def test_the_document_never_contradicts_its_own_plan(plan: Plan, lang: Lang, district: str | None) -> None:
    assert contradictions(sentences(Edition(plan, lang, district)), Edition(plan, lang, district)).empty


def test_every_figure_follows_the_ledger(plan: Plan) -> None:
    """Each of 200 cells that is changed changes what the document says, and makes its old sentences false."""
    random = Random(12)  # noqa: S311
    edition = Edition(plan, "zh")
    old, before = sentences(edition), values(edition)
    stated = {
        "ledger": ("stock_met_m2", "stock_short_m2", "stock_unverified_m2"),
        "quota": ("entitlement_m2", "stock_need_m2", "demand_m2", "quota_m2", "cut_m2", "settled"),
        "needs": ("land_m2", "granted_m2", "deficit_m2"),
    }
    for number in range(200):
        name = random.choice(list(stated))
        column = random.choice(stated[name])
        table = plan.table(name).copy()
        row = random.randrange(len(table))
        table.loc[row, column] += random.randint(10_000, 10**6)
        edition = Edition(replace(plan, **{name: table}), "zh")
        if number % 10 == 0:  # what a document says is slow to make: its old sentences tell the same of all others
            assert values(edition) != before, (name, column)
        assert not contradictions(old, edition).empty, (name, column)


def test_a_template_with_a_false_sentence_is_refused(plan: Plan) -> None:
    book = Document(io.BytesIO(template("zh")))
    book.add_paragraph("存量用地需求均已落实，缺口0公顷。")
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(DataError) as error:
        document(Edition(plan, "zh"), Filing(template=("own.docx", file.getvalue())))
    assert {fault.id for fault in error.value.faults} == {"document.contradicts"}
    assert "796.23" in error.value.text("zh")
