"""Map sheets show the plan's figures at a true scale, legibly, in fonts that go with them."""

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from pyproj import Geod

import landlink
from landlink.annex import Edition, Filing
from landlink.annex.maps import png, sheets, themes, write_pdf
from landlink.annex.maps.frame import GEOD, Frame, fitted, graticule, middle_meridian, scale_bar, tmerc
from landlink.annex.maps.placement import Name, place_beside, place_names
from landlink.annex.maps.sheets import KINDS, MAP, SheetKind, Subject
from landlink.errors import DataError
from landlink.present import colors
from landlink.present.classes import breaks, class_labels
from landlink.texts import catalogue, has_text, text
from landlink.units import exact_ha, ha, shown_ha
from tests.office import poppler
from tests.paths import GUANGZHOU
from tests.sites_example import PLACES, sited

CITY = GUANGZHOU
MM_PER_INCH = 25.4


@pytest.fixture(scope="module")
def plan():
    return sited(landlink.make_plan(landlink.load_city(CITY), landlink.load_policy("guangzhou-2018"), 2020))


@pytest.fixture(scope="module")
def drawn(plan):
    """Sheets of the city in Chinese, and their PDF."""
    return sheets(Edition(plan), Filing("广州市规划和自然资源局"))


@pytest.fixture(scope="module")
def written(drawn, tmp_path_factory):
    path = tmp_path_factory.mktemp("maps") / "maps.pdf"
    write_pdf(drawn, path, "zh")
    return path


def read(path: Path, page: int) -> str:
    """Text of a page in the order in which it is drawn, its lines joined by a space."""
    command = [poppler("pdftotext"), "-raw", "-f", str(page), "-l", str(page), str(path), "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return f" {' '.join(found.split())} "


def told(figure, gid: str = "") -> list[Text]:
    """Texts of a figure whose id begins so."""
    return [artist for artist in figure.findobj(Text) if (artist.get_gid() or "").startswith(gid) and artist.get_text()]


def drawn_at(figure, gid: str):
    """Bounds of the patch of an id, in mm of an A3 sheet."""
    (patch,) = [patch for patch in figure.axes[0].get_children() if patch.get_gid() == gid]
    return patch.get_path().get_extents().bounds


def test_there_is_a_sheet_for_each_theme_that_the_plan_has(plan, drawn):
    needed = [facility.id for facility in plan.facilities]
    assert [sheet.id for sheet in drawn] == [
        "overview", "per_capita", "quota", *(f"need-{name}" for name in needed), "sites"
    ]  # fmt: skip
    assert [sheet.number for sheet in drawn] == list(range(1, len(drawn) + 1))
    unsited = landlink.make_plan(landlink.load_city(CITY), landlink.load_policy("guangzhou-2018"), 2020)
    assert [sheet.id for sheet in sheets(Edition(unsited))] == [sheet.id for sheet in drawn][:-1]


def test_every_kind_of_sheet_is_declared_once_with_its_title():
    assert len({kind.id for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert has_text(kind.title)
        assert "{place}" in catalogue("en")[kind.title]
    shown = [kind.id for kind in KINDS if kind.in_document]
    assert shown == ["overview", "per_capita", "quota", "supply", "sites"]


def test_a_sheet_that_is_declared_is_numbered_titled_and_shown_in_the_document(plan, monkeypatch):
    kind = SheetKind("budget", "maps.title.quota", themes.quota, lambda _: [Subject()], in_document=True)
    monkeypatch.setattr(sys.modules[SheetKind.__module__], "KINDS", (*KINDS[:3], kind, *KINDS[3:]))
    made = sheets(Edition(plan, "en", "440112"))
    assert [sheet.id for sheet in made][:4] == ["overview", "per_capita", "quota", "budget"]
    assert (made[3].number, made[3].in_document) == (4, True)
    assert made[3].title == made[2].title


def test_every_page_can_be_read_as_text(plan, drawn, written):
    info = subprocess.run(["pdfinfo", str(written)], capture_output=True, text=True, check=True).stdout
    assert re.search(rf"Pages: +{len(drawn)}\b", info)
    assert "CreationDate" not in info
    for sheet in drawn:
        page = read(written, sheet.number)
        fixed = ("2000国家大地坐标系", "广州市规划和自然资源局", "1:750 000", "113°20′", "2020年")
        of_plan = (plan.policy_title["zh"], plan.fingerprint[:16], *plan.districts["name"])
        for part in (sheet.title, f"图{sheet.number}", *fixed, *of_plan):
            assert part in page, (sheet.id, part)


def test_figures_are_the_plans_own(plan, drawn, written):
    pages = {sheet.id: read(written, sheet.number) for sheet in drawn}
    quotas = dict(zip(plan.quota["code"], shown_ha(plan.quota["quota_m2"]), strict=True))
    for row in plan.quota.itertuples():
        assert f" {row.code} {row.district} {quotas[row.code]} " in pages["quota"]
        assert f" {row.code} {row.district} {row.per_capita_stock_m2:.2f} " in pages["per_capita"]
    assert f"全市合计：{ha(plan.totals()['quota_m2'])} 公顷" in pages["quota"]
    for row in plan.needs.itertuples():
        assert f" {row.code} {row.district} {exact_ha(row.land_m2)} " in pages[f"need-{row.facility}"]
    figures = {name.get_gid(): name.get_text() for name in told(drawn[2].draw(), "figure:")}
    assert figures == {f"figure:{code}": f"{area}" for code, area in quotas.items()}
    assert " 小学 2 " in pages["sites"]


def test_classes_are_told_in_the_legend(plan, written):
    page = read(written, 2)
    for step in plan.rules["linkage.standard"].content.steps:
        assert f"标准 {step.value:g} m²/人" in page
    edges = breaks([float(area) for area in shown_ha(plan.quota["quota_m2"]) if area])
    for span in class_labels(edges):
        assert f" {span} " in read(written, 3)
    assert "0（无）" in read(written, 3)


def test_a_sheet_says_what_its_figures_rest_on(drawn, written):
    nature = {sheet.id: re.search(r"数据性质： (\w+) ", read(written, sheet.number)) for sheet in drawn}
    shown = {name: found and found[1] for name, found in nature.items()}
    assert shown["overview"] is None
    assert shown["quota"] == shown["per_capita"] == "含估算数据"
    assert shown["need-community_health_centre"] == "官方数据"
    assert shown["sites"] == "含合成数据"


def test_fonts_are_embedded_as_truetype(written):
    listed = subprocess.run([poppler("pdffonts"), str(written)], capture_output=True, text=True, check=True)
    rows = listed.stdout.splitlines()[2:]
    assert rows
    assert all(re.search(r"TrueType.* yes +yes +yes ", row) for row in rows), listed.stdout
    assert listed.stderr == ""


@pytest.mark.bare
def test_the_same_plan_gives_the_same_bytes(plan, drawn, tmp_path):
    write_pdf(drawn[2:3], tmp_path / "one.pdf", "zh")
    write_pdf(sheets(Edition(plan), Filing("广州市规划和自然资源局"))[2:3], tmp_path / "two.pdf", "zh")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert png(drawn[0], 40) == png(drawn[0], 40)


@pytest.mark.parametrize(("district", "paper", "ratio"), [(None, "A3", 1), ("440104", "A4", 297 / 420)])
def test_the_scale_is_true(plan, district, paper, ratio):
    figure = sheets(Edition(plan, district=district), Filing(paper=paper))[0].draw()
    assert figure.get_size_inches()[0] * MM_PER_INCH == pytest.approx(420 * ratio)
    (shown,) = told(figure, "scale")
    scale = int(re.sub(r"\D", "", shown.get_text().removeprefix("1:")))
    west, _, length, _ = drawn_at(figure, "scale-bar")
    metres = length * ratio / 1000 * scale
    ends = [artist for artist in told(figure) if artist.get_position()[0] == pytest.approx(west + length)]
    stated = max(float(artist.get_text()) for artist in ends if re.fullmatch(r"[\d.]+", artist.get_text())) * 1000
    assert metres == pytest.approx(stated, rel=1e-5)
    # The map agrees with the bar: a district is as far across on paper as on the ground.
    code = district or "440118"
    _, _, wide, high = drawn_at(figure, f"district:{code}")
    lon0, lat0, lon1, lat1 = plan.districts.set_index("code").geometry[code].bounds
    _, _, tall = Geod(ellps="GRS80").inv((lon0 + lon1) / 2, lat0, (lon0 + lon1) / 2, lat1)
    _, _, across = Geod(ellps="GRS80").inv(lon0, (lat0 + lat1) / 2, lon1, (lat0 + lat1) / 2)
    assert high * ratio / 1000 * scale == pytest.approx(tall, rel=5e-3)
    assert wide * ratio / 1000 * scale == pytest.approx(across, rel=5e-3)


def test_bar_and_graticule_hold_anywhere_in_china():
    for lon, lat in ((75.3, 39.2), (113.3, 23.1), (126.6, 47.8)):
        shape = shapely.box(lon, lat, lon + 1, lat + 0.7)
        frame = fitted([shape], MAP, paper=1, margin=0.05, meridian=middle_meridian([shape]))
        bar = scale_bar(frame)
        centre = frame.projection(*frame.centre)
        ends = [
            frame.projection(centre[0] + half * bar.length_mm / frame.mm_per_m, centre[1], inverse=True)
            for half in (-0.5, 0.5)
        ]
        assert GEOD.inv(*ends[0], *ends[1])[2] == pytest.approx(bar.length_m, rel=1e-6)
        meridians, parallels = graticule(frame)
        assert 2 <= len(meridians) <= 9
        assert 2 <= len(parallels) <= 9
        for line in parallels:
            (west,) = frame.on_page([shapely.Point(frame.meridian, line.degrees)])
            assert abs(shapely.distance(line.course, west)) < 0.05
    assert tmerc(114)(114, 0) == pytest.approx((0, 0))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("district", [None, "440103"])
def test_labels_do_not_overlap(plan, lang, district):
    for sheet in sheets(Edition(plan, lang, district))[:4:3]:
        figure = sheet.draw()
        renderer = FigureCanvasAgg(figure).get_renderer()
        artists = [*told(figure, "name:"), *told(figure, "figure:")]
        boxes = [(artist.get_gid().split(":")[1], artist.get_window_extent(renderer)) for artist in artists]
        left, bottom, right, top = np.array(MAP) / MM_PER_INCH * figure.dpi
        for at, (code, box) in enumerate(boxes):
            assert left <= box.x0 < box.x1 <= right
            assert bottom <= box.y0 < box.y1 <= top
            for by, other in boxes[at + 1 :]:
                wide = min(box.x1, other.x1) - max(box.x0, other.x0)
                high = min(box.y1, other.y1) - max(box.y0, other.y0)
                # The lines of one label may touch with what is below the line.
                assert wide <= 0 or high <= (2 if code == by else 0), (sheet.id, code, by)
        names = {artist.get_gid().removeprefix("name:") for artist in told(figure, "name:")}
        assert names >= (set(plan.districts["code"]) if district is None else {district})
        # Texts in the panel stay in it, and no text leaves the page.
        page = figure.bbox
        for artist in told(figure):
            box = artist.get_window_extent(renderer)
            assert page.x0 < box.x0 < box.x1 < page.x1 - 12 / MM_PER_INCH * figure.dpi + 1, artist.get_text()


def test_a_label_without_room_stands_beside_with_a_line():
    window = shapely.box(0, 0, 100, 100)
    large, small = shapely.box(40, 10, 90, 90), shapely.box(34, 40, 40, 46)
    found = place_names([Name("large", large, 20, 8), Name("small", small, 12, 8)], window)
    assert found["large"].leader is None
    assert large.contains(found["large"].box)
    beside = found["small"]
    assert beside.leader.distance(small) == 0
    assert not beside.box.intersects(small)
    assert not beside.box.intersects(large)
    assert not beside.box.intersects(found["large"].box)
    assert "small" not in place_names([Name("small", small, 12, 8, leader=False)], window)


def test_a_district_edition_is_zoomed_and_tells_its_place(plan, tmp_path):
    code, facility, *_ = PLACES[0]
    own = sheets(Edition(plan, district=code))
    assert own[-1].id == "sites"
    assert [sheet.id for sheet in sheets(Edition(plan, district="440103"))][-1] != "sites"
    write_pdf(own[2:3], tmp_path / "district.pdf", "zh")
    page = read(tmp_path / "district.pdf", 1)
    for part in ("广州市天河区新增建设用地指标分配图", "区位图", "其他区"):
        assert part in page
    figure = own[2].draw()
    assert [artist.get_gid() for artist in told(figure, "figure:")] == [f"figure:{code}"]
    west, south, wide, high = drawn_at(figure, f"district:{code}")
    assert max(wide / (MAP[2] - MAP[0]), high / (MAP[3] - MAP[1])) > 0.6
    assert MAP[0] < west
    assert MAP[1] < south
    last = own[-1].draw()
    assert [artist.get_text() for artist in told(last, "id:")] == ["S001"]
    (label,) = told(last, "legend")[:1]
    assert label.get_text() == text("maps.legend.sites", "zh", count=1, facility=next(
        known.title["zh"] for known in plan.facilities if known.id == facility))  # fmt: skip


def test_short_texts_stand_beside_their_marks_or_nowhere():
    window = shapely.box(0, 0, 100, 100)
    marks = [(50.0, 50.0), (53.0, 50.0), (99.0, 99.0), *[(20 + 3.5 * (i % 5), 20 + 3.5 * (i // 5)) for i in range(25)]]
    found = place_beside(marks, [(6.0, 3.0)] * len(marks), window, [shapely.box(60, 0, 90, 90)], 1.7)
    boxes = [box for box in found if box is not None]
    assert all(found[:3])
    assert len(boxes) < len(marks)
    assert all(window.contains(box) for box in boxes)
    assert not any(box.intersects(other) for at, box in enumerate(boxes) for other in boxes[at + 1 :])
    assert not any(box.distance(shapely.Point(mark)) < 1.7 for box in boxes for mark in marks)


def test_districts_without_any_are_named_in_the_legend(plan):
    values = {"b": Decimal("0.00"), "c": Decimal("2.50")}
    theme = themes.classed(Edition(plan), values, "", "", colors.GREENS, "official")
    assert [(entry.kind, entry.label) for entry in theme.legend] == [("area", "0（无）"), ("area", "2.50")]
    assert theme.cells == {"b": "0.00", "c": "2.50"}
    assert theme.colors == {"b": colors.ZERO, "c": colors.GREENS[2]}


def test_what_cannot_be_drawn_is_told(plan):
    with pytest.raises(DataError, match="999999"):
        sheets(Edition(plan, district="999999"))
    with pytest.raises(DataError, match="A9"):
        sheets(Edition(plan), Filing(paper="A9"))


def test_frame_is_as_large_as_the_scale_allows(plan):
    shapes = plan.districts.geometry.tolist()
    frame = fitted(shapes, MAP, paper=1, margin=0.03, meridian=middle_meridian(shapes))
    assert isinstance(frame, Frame)
    west, south, east, north = shapely.total_bounds(frame.on_page(shapes))
    left, bottom, right, top = MAP
    assert left < west < east < right
    assert bottom < south < north < top
    assert max((east - west) / (right - left), (north - south) / (top - bottom)) > 0.75
