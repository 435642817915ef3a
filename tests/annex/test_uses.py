"""Land by class of use in document, workbook and layers: the plan's figures, and a sentence where there are none."""

import io
from pathlib import Path

import docx
import geopandas as gpd
import pytest
from docx.document import Document

import landlink
from landlink.annex import Edition, write_geopackage
from landlink.annex.document import document
from landlink.annex.layers.tables import layers
from landlink.annex.workbook import workbook
from landlink.annex.workbook.layout import QUOTA, USES, Layout, letter
from landlink.plan.plan import Plan
from landlink.texts import LANGS, Lang, text
from landlink.units import exact_ha
from tests.office import recalculate
from tests.paths import GUANGZHOU
from tests.shares import with_shares

CITY = landlink.load_city(GUANGZHOU)
POLICY = landlink.load_policy("guangzhou-2018")
SHARES = {"R": 32.5, "A": 7.0, "B": 6.0, "M": 18.0, "S": 15.0, "G": 9.5}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return landlink.make_plan(with_shares(CITY, SHARES), POLICY, 2020, cap_ha=600)


def read(plan: Plan, lang: Lang, district: str | None = None) -> Document:
    return docx.Document(io.BytesIO(document(Edition(plan, lang, district))))


def ha(area_m2: int) -> str:
    return f"{exact_ha(area_m2):,}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("district", [None, "440112"])
def test_the_document_has_a_row_of_each_class(plan: Plan, lang: Lang, district: str | None) -> None:
    made = read(plan, lang, district)
    heading = text("model.column.livelihood_m2", lang)
    (table,) = [table for table in made.tables if any(heading in cell.text for cell in table.rows[0].cells)]
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    uses, ledger = (
        frame if district is None else frame[frame["code"] == district] for frame in (plan.uses, plan.ledger)
    )
    areas = ["target_m2", "livelihood_m2", "other_m2"]
    sums = uses.groupby("use_class")[areas].sum()
    shown = [
        [text(f"model.use_class.{use}", lang), f"{SHARES[use]:g}", *(ha(sums.loc[use, name]) for name in areas)]
        for use in SHARES
    ]
    assert rows == [*shown, [rows[-1][0], "88", *(ha(sums[name].sum()) for name in areas)]]
    said = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert ha(ledger["other_m2"].sum()) in said
    assert ha(ledger["unassigned_m2"].sum()) in said
    assert "G 9.5 % (10–15 %)" in said


@pytest.mark.parametrize(
    ("lang", "sentence"), [("zh", "其余{}公顷为其他用地，按详细规划安排"), ("en", "The remaining {} ha are for")]
)
@pytest.mark.parametrize("district", [None, "440112"])
def test_without_shares_the_rest_is_left_to_detailed_plans(lang: Lang, sentence: str, district: str | None) -> None:
    plan = landlink.make_plan(CITY, POLICY, 2020, cap_ha=600)
    made = read(plan, lang, district)
    ledger = plan.ledger if district is None else plan.ledger[plan.ledger["code"] == district]
    said = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert sentence.format(ha(ledger["other_m2"].sum())) in said
    assert text("document.tables.uses", lang) not in [table.rows[0].cells[0].text for table in made.tables]
    assert text("annex.sheet.uses", lang) not in said
    assert "uses" not in layers(Edition(plan, lang, district))


def test_the_workbook_shows_the_plan_s_own_figures(plan: Plan) -> None:
    split = landlink.make_plan(with_shares(CITY, {"B": 20.0, "M": 20.0, "R": 30.0}), POLICY, 2020)
    plans = {"several": plan, "equal": split}
    books = recalculate({name: workbook(made) for name, made in plans.items()})
    for name, made in plans.items():
        layout = Layout.of(made, "zh")
        names = books[name].sheetnames
        assert names[names.index(layout.sheet("sources")) + 1] == layout.sheet("uses")
        assert books[name][layout.sheet("uses")].print_title_rows
        sheet, calculation = (books[name][layout.sheet(which)] for which in ("uses", "calculation"))
        for row in made.uses.to_dict("records"):
            number = layout.uses_row(row["code"], row["use_class"])
            for column in ("target_m2", "livelihood_m2", "other_m2"):
                assert sheet[f"{letter(USES, column)}{number}"].value == row[column]
                in_ha = sheet[f"{letter(USES, column.replace('_m2', '_ha'))}{number}"].value
                assert in_ha == pytest.approx(row[column] / 10_000)
        for row in made.ledger.to_dict("records"):
            for column in ("other_m2", "unassigned_m2"):
                cell = f"{letter(QUOTA, column)}{layout.quota_row(row['code'])}"
                assert calculation[cell].value == row[column]
        last = layout.uses_row(layout.codes[-1], layout.classes[-1]) + len(layout.classes) + 1
        assert sheet[f"{letter(USES, 'other_m2')}{last}"].value == made.uses["other_m2"].sum()
        notes = " ".join(str(cell.value) for cell in sheet["A"] if cell.value)
        assert text("model.column.target_m2", "zh") in notes


@pytest.mark.parametrize("lang", LANGS)
def test_layers_hold_the_table(plan: Plan, lang: Lang) -> None:
    table = layers(Edition(plan, lang))["uses"]
    assert table["other_m2"].tolist() == plan.uses["other_m2"].tolist()
    assert table["use_class"].tolist()[:1] == [text("model.use_class.R", lang)]
    of_district = layers(Edition(plan, lang, "440112"))["uses"]
    assert set(of_district["code"]) == {"440112"}


def test_the_geopackage_names_the_table(plan: Plan, tmp_path: Path) -> None:
    write_geopackage(Edition(plan, "zh"), tmp_path / "layers.gpkg")
    table = gpd.read_file(tmp_path / "layers.gpkg", layer="uses")
    assert table["target_m2"].tolist() == plan.uses["target_m2"].tolist()
