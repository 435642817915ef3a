"""Map sheets of land and service: what they show is what the material holds."""

import re
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_rgba
from matplotlib.text import Text

import landlink
from landlink.annex import Edition, Filing
from landlink.annex.maps import png, sheets, write_pdf
from landlink.annex.maps.canvas import Canvas
from landlink.annex.maps.frame import fitted
from landlink.annex.maps.sheets import MAP, Sheet
from landlink.annex.maps.underlays import cell_underlay, collected, inside
from landlink.annex.material import Material
from landlink.plan.plan import Plan
from landlink.present import colors
from tests.enclosed import PLANE, enclosed
from tests.office import poppler
from tests.paths import GUANGZHOU
from tests.rendering import pages
from tests.sites_example import sited

CITY = landlink.load_city(GUANGZHOU)
DISTRICT = "440112"
LAND = ("supply", "suitability", "access-primary_school")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return sited(landlink.make_plan(CITY, landlink.load_policy("guangzhou-2018"), 2020))


@pytest.fixture(scope="module")
def given(plan: Plan) -> Material:
    return enclosed(plan, CITY)


@pytest.fixture(scope="module")
def drawn(plan: Plan, given: Material) -> dict[str, Sheet]:
    found = sheets(Edition(plan, material=given), Filing(date="2026年11月"))
    return {sheet.id: sheet for sheet in found}


def told(sheet: Sheet, gid: str) -> list[str]:
    return [artist.get_text() for artist in sheet.figure.findobj(Text) if (artist.get_gid() or "").startswith(gid)]


def test_they_are_drawn_where_the_material_has_them(plan: Plan, given: Material, drawn: dict[str, Sheet]) -> None:
    names = list(drawn)
    assert names[-4:] == [*LAND, "sites"]
    assert [sheet.number for sheet in drawn.values()] == list(range(1, len(drawn) + 1))
    assert not set(LAND) & {sheet.id for sheet in sheets(Edition(plan))}
    unscored = replace(given, parcels=given.parcels.assign(score=np.nan), services=())
    assert set(LAND) & {sheet.id for sheet in sheets(Edition(plan, material=unscored))} == {"supply"}


def test_supply_shows_the_parcels_and_names_constraints_and_sources(drawn: dict[str, Sheet]) -> None:
    sheet = drawn["supply"]
    legend = told(sheet, "legend")
    assert legend == ["永久基本农田", "城镇开发边界", "可供用地：新增", "可供用地：城市更新", "可供用地：闲置"]
    cells = told(sheet, "cell")
    rows = dict(zip(cells[3::3], cells[5::3], strict=True))
    # 7,000 + 13,001 + 20,000 m² in 黄埔, 4,444 m² in 天河; what stays in its present use is no supply.
    assert rows["440112"] == "4.0001"
    assert rows["440106"] == "0.4444"
    assert rows["440118"] == "0.0000"
    assert "可供用地 4 块，共 4.4445 公顷。" in "".join(told(sheet, "paragraph"))
    assert "含合成数据" in told(sheet, "imprint")
    assert "2026年11月" in told(sheet, "imprint")


def test_suitability_shows_means_by_area(drawn: dict[str, Sheet]) -> None:
    cells = told(drawn["suitability"], "cell")
    rows = dict(zip(cells[3::3], cells[5::3], strict=True))
    # (0.91 × 7,000 + 0.42 × 13,001 + 0.66 × 20,000) ÷ 40,001
    assert rows["440112"] == "0.626"
    assert rows["440106"] == "0.100"
    assert rows["440103"] == "–"
    assert told(drawn["suitability"], "legend")[:2] == ["0.0–0.2", "0.2–0.4"]


def test_access_stands_before_beside_after(drawn: dict[str, Sheet]) -> None:
    sheet = drawn["access-primary_school"]
    assert told(sheet, "caption") == ["方案实施前", "方案实施后"]
    cells = told(sheet, "cell")
    rows = dict(zip(cells[3::3], cells[5::3], strict=True))
    assert rows == dict.fromkeys(rows, "25.0 → 50.0")
    assert told(sheet, "legend") == ["0（服务半径内无设施）", "小于 40", "40–80", "80–160", "160 以上"]
    # Five, then ten of twenty cells have 90 per 1,000, the others none.
    near = np.array(to_rgba(colors.ACCESS[2])) * 255
    counts = [
        int((np.abs(image.get_array()[..., :3].astype(int) - near[:3]).max(axis=2) <= 1).sum())
        for image in sheet.figure.axes[0].images
    ]
    assert len(counts) == 2
    assert counts[1] == pytest.approx(2 * counts[0], rel=0.15)


def test_without_sites_there_is_one_map(plan: Plan, given: Material) -> None:
    (service,) = given.services
    alone = replace(given, services=(replace(service, sites=0),))
    sheet = next(sheet for sheet in sheets(Edition(plan, material=alone)) if sheet.id.startswith("access"))
    assert sheet.title == "广州市小学可达性现状图"
    assert len(sheet.figure.axes[0].images) == 1
    assert told(sheet, "caption") == []
    assert told(sheet, "cell")[5] == "25.0"


def test_a_districts_sheet_shows_that_district(plan: Plan, given: Material) -> None:
    found = {sheet.id: sheet for sheet in sheets(Edition(plan, district=DISTRICT, material=given))}
    assert told(found["supply"], "legend")[-1] == "其他区"
    assert "可供用地：闲置" not in told(found["supply"], "legend")
    assert "共 4.0001 公顷" in "".join(told(found["supply"], "paragraph"))
    assert found["supply"].title == "广州市黄埔区可供用地与约束条件图"


@pytest.mark.parametrize("paper", ["A3", "A4"])
@pytest.mark.parametrize("district", [None, DISTRICT])
def test_pages_can_be_read(plan: Plan, given: Material, tmp_path: Path, paper: str, district: str | None) -> None:
    found = [
        sheet
        for sheet in sheets(Edition(plan, district=district, material=given), Filing(paper=paper))
        if sheet.id in LAND
    ]
    write_pdf(found, tmp_path / "a.pdf", "zh")
    for page, sheet in zip(pages(tmp_path / "a.pdf"), found, strict=True):
        assert page.outside == ()
        assert page.ink > 0.01
        assert "\ufffd" not in page.text
        assert sheet.title in page.text.replace(" ", "")


def test_the_same_material_gives_the_same_bytes(plan: Plan, given: Material, tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_pdf(sheets(Edition(plan, material=given))[-4:], tmp_path / name, "zh")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_classes_differ_in_grey(drawn: dict[str, Sheet]) -> None:
    for ramp in (colors.SUITABILITY, (colors.NO_ACCESS, *colors.ACCESS)):
        greys = [np.dot(to_rgba(color)[:3], (0.299, 0.587, 0.114)) * 255 for color in ramp]
        assert all(light - dark > 20 for light, dark in pairwise(greys))
    assert png(drawn["supply"], 30)[:4] == b"\x89PNG"


def test_cells_lie_where_they_are_on_the_page() -> None:
    cells = pd.DataFrame({"x": [430_000.0, 430_100.0, 430_500.0], "y": [2_560_000.0, 2_560_000.0, 2_560_300.0]})
    made = cell_underlay(cells, np.array([0, 1, 1]), ("#ff0000", "#0000ff"), PLANE)
    assert made is not None
    assert made.classes.shape == (4, 6)
    assert made.classes[0].tolist() == [0, 1, 2, 2, 2, 2]
    corners = shapely.box(429_900, 2_559_900, 430_700, 2_560_500)
    window = collected([corners], PLANE)
    frame = fitted([window], MAP, paper=1.0, margin=0.05, meridian=113.5)
    canvas = Canvas("A3", "zh")
    made.draw(canvas, frame, frame.box, 3)
    (image,) = canvas.axes.images
    red = np.argwhere((image.get_array()[..., 0] == 255) & (image.get_array()[..., 3] == 255))
    rows, columns = red.mean(axis=0) / 8
    (placed,) = frame.on_page([collected([shapely.box(429_950, 2_559_950, 430_050, 2_560_050)], PLANE)])
    assert columns + MAP[0] == pytest.approx(placed.centroid.x, abs=0.15)
    assert rows + MAP[1] == pytest.approx(placed.centroid.y, abs=0.15)
    assert cell_underlay(cells.iloc[:0], np.array([], dtype=int), ("#ff0000",), PLANE) is None


def test_zones_are_cut_at_the_area() -> None:
    area = collected([shapely.box(430_000, 2_560_000, 431_000, 2_561_000)], PLANE)
    zones = [shapely.box(430_500, 2_560_500, 433_000, 2_560_600), shapely.box(500_000, 2_560_000, 500_100, 2_560_100)]
    cut = inside(zones, PLANE, area)
    assert shapely.area(cut) == pytest.approx(
        shapely.area(collected([shapely.box(430_500, 2_560_500, 431_000, 2_560_600)], PLANE)), rel=1e-6
    )


def test_lines_are_cut_at_the_area_too() -> None:
    area = collected([shapely.box(430_000, 2_560_000, 431_000, 2_561_000)], PLANE)
    stream = shapely.LineString([(430_500, 2_560_500), (433_000, 2_560_500)])
    bank = shapely.MultiLineString([[(430_100, 2_560_100), (430_200, 2_560_100)], [(500_000, 0), (500_100, 0)]])
    cut = inside([stream, bank], PLANE, area)
    within = collected([shapely.LineString([(430_500, 2_560_500), (431_000, 2_560_500)]), bank.geoms[0]], PLANE)
    assert shapely.length(cut) == pytest.approx(shapely.length(within), rel=1e-6)
    assert shapely.get_num_geometries(cut) == 2


def test_whom_the_layers_licences_ask_for_is_named(plan: Plan, given: Material) -> None:
    osm = "© OpenStreetMap contributors, ODbL 1.0"
    credits_ = {"constraint-farmland": osm, "stations": osm, "parcels": "手工勾绘 || drawn by hand", "roads": "道路局"}
    shown = {
        sheet.id: "".join(told(sheet, "imprint")).replace(" ", "")
        for sheet in sheets(Edition(plan, material=replace(given, credits=credits_)))
        if sheet.id in LAND
    }
    in_one_line = osm.replace(" ", "")
    assert shown["supply"].count(in_one_line) == shown["suitability"].count(in_one_line) == 1
    assert all("手工勾绘" in shown[name] and "||" not in shown[name] for name in ("supply", "suitability"))
    assert "道路局" in shown["suitability"], "scores rest on roads"
    assert "道路局" not in shown["supply"]
    assert in_one_line not in shown["access-primary_school"]
    english = next(sheet for sheet in sheets(Edition(plan, "en", material=replace(given, credits=credits_)))
                   if sheet.id == "supply")  # fmt: skip
    assert "drawn by hand" in " ".join(told(english, "imprint"))


def test_texts_stay_text(drawn: dict[str, Sheet], tmp_path: Path) -> None:
    write_pdf([drawn["access-primary_school"]], tmp_path / "a.pdf", "zh")
    shown = subprocess.run(
        [poppler("pdftotext"), "-raw", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"440112 黄埔区 25\.0 → 50\.0", shown)
