"""The pages on land in a real browser: parcels drawn, found and explained there, files looked at and taken over."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, Frame, Page, expect
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

import landlink
from landlink.files import read_layer, save_layer
from tests.browser.conftest import ROOT, eventually, free_port, is_local, keep_shot, serving

pytestmark = pytest.mark.browser
GUANGZHOU = ROOT / "geodata/guangzhou"
# Seconds until a map is drawn on a busy machine.
DRAWN_S = 150
# Milliseconds from an act on the map until every tile in view is drawn again, and what the drawing itself takes.
DRAWN = """act => new Promise(done => {
    let parcels = null;
    map.eachLayer(layer => { if (layer.createTile && layer.options.data) parcels = layer; });
    const start = performance.now();
    parcels.once("load", () => done(performance.now() - start));
    eval(act);
})"""


@pytest.fixture(scope="module")
def folder(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """City without land of its own, its example beside it; files can be put into it."""
    home = tmp_path_factory.mktemp("city")
    shutil.copytree(example, home / "guangzhou-example")
    return Path(shutil.copytree(GUANGZHOU, home / "guangzhou"))


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "landlink.cli", "app", "--headless", "--port", str(port), "--city", str(folder)]
    with serving(command, f"http://localhost:{port}", folder.parent / "app.log"):
        yield f"http://localhost:{port}"


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Callable[[str], Page]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    outside: list[str] = []
    errors: list[str] = []
    context.on("request", lambda asked: None if is_local(asked.url) else outside.append(asked.url))

    def start(name: str) -> Page:
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"{served}/{name}")
        return opened

    yield start
    context.close()
    assert outside == []
    assert errors == []


def settle(page: Page) -> None:
    page.wait_for_timeout(400)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(400)


def the_map(page: Page) -> Frame:
    """Frame of the map once its parcels are drawn."""
    return drawn(page, "landlinkDrawn")


def drawn(page: Page, counter: str) -> Frame:
    """Frame of the map once a script of it has drawn; the one of a page that was left may still be there."""
    deadline = time.monotonic() + DRAWN_S
    while time.monotonic() < deadline:
        for frame in page.frames:
            with suppress(PlaywrightError):
                if "st_folium" in frame.url and frame.evaluate(f"window.{counter} > 0"):
                    return frame
        page.wait_for_timeout(100)
    raise AssertionError(f"no map has set {counter} after {DRAWN_S} s")


@pytest.fixture(scope="module")
def usable(folder: Path) -> gpd.GeoDataFrame:
    """Parcels that a constraint cuts, with what is left of them, in degrees."""
    from landlink.city.land import load_land
    from landlink.supply.find import find_supply

    found = find_supply(load_land(landlink.load_city(folder.with_name("guangzhou-example")))).developable.parcels
    cut = found[(found["developable_m2"] > 5_000) & (found["developable_m2"] < found["gross_m2"])]
    return cut.assign(whole=cut["parcel"]).to_crs(4490)


def test_parcels_are_drawn_and_redrawn_without_the_server(page: Callable[[str], Page]) -> None:
    opened = page("supply")
    frame = the_map(opened)
    settle(opened)
    expect(opened.get_by_text("均为合成数据", exact=False).first).to_be_visible()
    expect(frame.locator(".ll-legend")).to_contain_text("以合成数据为依据")
    sent: list[str] = []
    client = opened.context.new_cdp_session(opened)
    client.send("Network.enable")
    client.on("Network.webSocketFrameSent", lambda event: sent.append(event["response"]["payloadData"]))
    for act in ("map.setZoom(12, {animate: false})", "map.panBy([400, 200], {animate: false})"):
        assert frame.evaluate(DRAWN, act) < 2_000
    assert sent == []
    keep_shot(opened, "supply")


def test_a_click_on_a_parcel_explains_it(page: Callable[[str], Page], usable: gpd.GeoDataFrame) -> None:
    row = usable.iloc[0]
    point = row.geometry.representative_point()
    opened = page("supply")
    frame = the_map(opened)
    settle(opened)
    frame.evaluate(DRAWN, f"map.setView([{point.y}, {point.x}], 15, {{animate: false}})")
    size = frame.evaluate("[map.getSize().x, map.getSize().y]")
    frame.locator("#map_div").click(position={"x": size[0] / 2, "y": size[1] / 2})
    popup = frame.locator(".leaflet-popup-content")
    expect(popup).to_contain_text(row["parcel"])
    expect(popup).to_contain_text(f"{row['developable_m2']:,} m²")
    settle(opened)
    expect(popup).to_have_count(1)
    opened.get_by_role("tab", name="推导").click()
    expect(opened.get_by_text(f"地块 {row['parcel']}")).to_be_visible()
    expect(opened.get_by_text(f"可供面积 = {row['developable_m2']:,} m²", exact=False).first).to_be_visible()
    assert frame.evaluate("map.getZoom()") == 15
    keep_shot(opened, "supply-parcel")


def test_a_parcel_is_found_by_its_number(page: Callable[[str], Page], usable: gpd.GeoDataFrame) -> None:
    row = usable.iloc[-1]
    opened = page("supply")
    frame = the_map(opened)
    settle(opened)
    field = opened.get_by_label("查找地块")
    field.fill(row["parcel"])
    field.press("Enter")
    expect(frame.locator(".leaflet-popup-content")).to_contain_text(row["parcel"])
    centre = frame.evaluate("[map.getCenter().lng, map.getCenter().lat]")
    assert row.geometry.distance(gpd.points_from_xy(*[[value] for value in centre])[0]) < 0.05
    field.fill("没有的")
    field.press("Enter")
    expect(opened.get_by_text("没有地块 没有的")).to_be_visible()


def test_what_is_shown_changes_without_fetching_the_parcels_again(page: Callable[[str], Page]) -> None:
    opened = page("supply")
    frame = the_map(opened)
    settle(opened)
    fetched: list[str] = []
    opened.on("request", lambda asked: fetched.append(asked.url) if "files.published" in asked.url else None)
    for name, entry in (("扣除原因", "永久基本农田"), ("适宜性", "0.8–1.0"), ("用地来源", "增减挂钩")):
        opened.get_by_role("radio", name=name).click()
        expect(frame.locator(".ll-legend")).to_contain_text(entry)
        assert frame.locator(".ll-legend").count() == 1
    assert fetched == []
    frame.get_by_text("约束与适宜性图层").click()
    for title in ("水域及岸线", "适宜性"):
        frame.locator(".ll-overlay", has_text=title).locator("input").check()
    eventually(opened, lambda: [url.rsplit(".", 1)[1] for url in fetched], ["json", "png"])
    picture = frame.locator("img.ll-raster")
    expect(picture).to_have_count(1)
    eventually(opened, lambda: picture.evaluate("image => image.naturalWidth") > 300, True)
    frame.get_by_label("适宜性").last.fill("0.3")
    assert picture.evaluate("image => Number(image.style.opacity)") == 0.3
    keep_shot(opened, "supply-overlays")


def test_weights_show_their_consistency(page: Callable[[str], Page]) -> None:
    opened = page("supply")
    the_map(opened)
    settle(opened)
    opened.get_by_role("tab", name="权重").click()
    expect(opened.get_by_text("一致性比率 0.002", exact=False)).to_be_visible()
    expect(opened.get_by_role("button", name="采用")).to_be_enabled()
    keep_shot(opened, "supply-weights")


def choose(opened: Page, label: str, value: str) -> None:
    """Choose an option of the last select with a label; a map that is drawn anew closes a list that has just opened."""
    option = opened.get_by_role("option", name=value)
    for _ in range(5):
        opened.get_by_label(label).last.click()
        try:
            option.click(timeout=4_000)
        except PlaywrightTimeout:
            settle(opened)
        else:
            return
    expect(option).to_be_visible()


def test_a_file_is_looked_at_mended_and_taken_over(page: Callable[[str], Page], folder: Path, tmp_path: Path) -> None:
    """A GBK shapefile without .cpg whose easting has a zone number that its .prj does not know of."""
    parcels = read_layer(folder.with_name("guangzhou-example") / "parcels.gpkg").iloc[:200]
    own = parcels.rename(
        columns={"parcel": "BSM", "code": "XZQDM", "land_use": "DLBM", "code_system": "TX", "land_source": "来源"}
    ).drop(columns="status")
    save_layer(own.to_crs(4526).set_crs(4547, allow_override=True), tmp_path / "地块.shp", encoding="GBK")
    (tmp_path / "地块.cpg").unlink()
    opened = page("data")
    opened.locator("input[type=file]").set_input_files([str(path) for path in sorted(tmp_path.iterdir())])
    expect(opened.get_by_text("声明为 EPSG:4547", exact=False)).to_be_visible()
    opened.get_by_role("button", name="采用 EPSG:4526").click()
    settle(opened)
    expect(opened.get_by_text("声明为 EPSG:4547", exact=False)).to_have_count(0)
    accept = opened.get_by_role("button", name="放入城市文件夹")
    expect(accept).to_be_disabled()
    for label, value in (("code_system", "TX"), ("land_source", "来源"), ("数据性质", "合成")):
        choose(opened, label, value)
        settle(opened)
    keep_shot(opened, "data")
    expect(accept).to_be_enabled()
    accept.click()
    expect(opened.get_by_text("已放入：", exact=False)).to_be_visible()
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in manifest["resources"] if entry["name"] == "parcels")
    assert entry["landlink"]["status"] == "synthetic"
    taken = landlink.load_city(folder).land["parcels"].checked_shapes(polygons=True)
    assert list(taken["parcel"]) == list(parcels["parcel"])
    off = taken.geometry.to_crs(4547).reset_index(drop=True).hausdorff_distance(parcels.geometry.reset_index(drop=True))
    assert off.max() < 0.01


def test_an_unreadable_file_says_what_to_ask_for(page: Callable[[str], Page], tmp_path: Path) -> None:
    (tmp_path / "规划.dwg").write_bytes(b"AC1032")
    opened = page("data")
    opened.locator("input[type=file]").set_input_files(str(tmp_path / "规划.dwg"))
    expect(opened.get_by_text("DXF", exact=False)).to_be_visible()


def test_sites_are_solved_beside_the_page_and_compared(page: Callable[[str], Page]) -> None:
    opened = page("siting")
    run = opened.get_by_role("button", name="开始求解")
    expect(run).to_be_visible(timeout=90_000)
    settle(opened)
    run.click()
    stop = opened.get_by_role("button", name="停止")
    expect(stop).to_be_visible(timeout=60_000)
    # While the solve runs other pages answer.
    opened.get_by_role("link", name="指标分配").click()
    expect(opened.get_by_text("新增建设用地指标").first).to_be_visible(timeout=30_000)
    opened.get_by_role("link", name="选址").click()
    expect(run.or_(stop)).to_be_visible(timeout=60_000)
    if stop.is_visible():
        stop.click()
    expect(opened.get_by_text("选址数")).to_be_visible(timeout=90_000)
    frame = drawn(opened, "landlinkSitesDrawn")
    expect(frame.locator(".ll-legend")).to_contain_text("以合成数据为依据")
    opened.get_by_role("tab", name="选址一览").click()
    expect(opened.get_by_test_id("stDataFrame").first).to_be_visible()
    keep_shot(opened, "siting")

    opened.get_by_role("link", name="可达性").click()
    frame = drawn(opened, "landlinkAccessDrawn")
    settle(opened)
    opened.get_by_text("前后对比滑块").first.click()
    settle(opened)
    frame = drawn(opened, "landlinkAccessDrawn")
    slider = frame.locator(".ll-swiper input")
    expect(slider).to_be_visible(timeout=30_000)
    clips = []
    for share in (0.2, 0.8):
        slider.evaluate("(input, share) => { input.value = share; input.dispatchEvent(new Event('input')); }", share)
        clips.append(frame.evaluate("[...document.querySelectorAll('.ll-raster')].map(image => image.style.clipPath)"))
    assert len(clips[0]) == 2
    assert clips[0] != clips[1]
    keep_shot(opened, "access")


def test_a_place_on_the_map_of_access_tells_its_figures(page: Callable[[str], Page]) -> None:
    opened = page("access")
    frame = drawn(opened, "landlinkAccessDrawn")
    settle(opened)
    expect(opened.get_by_text("点地图上任一处")).to_be_visible()
    sent: list[str] = []
    client = opened.context.new_cdp_session(opened)
    client.send("Network.enable")
    client.on("Network.webSocketFrameSent", lambda event: sent.append(event["response"]["payloadData"]))
    frame.evaluate("void map.panBy([60, 40], {animate: false})")
    opened.wait_for_timeout(500)
    assert sent == []
    frame.evaluate("void map.setView([23.13, 113.32], 12, {animate: false})")
    frame.locator("#map_div").click(position={"x": 300, "y": 200})
    expect(opened.get_by_text("点地图上任一处")).to_have_count(0, timeout=30_000)
    settle(opened)
    opened.get_by_role("tab", name="洛伦兹曲线").click()
    expect(opened.get_by_text("Luo & Wang 2003", exact=False).first).to_be_visible()
    opened.get_by_role("tab", name="分区表").click()
    with opened.expect_download() as download:
        opened.get_by_role("button", name="下载分区表").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "天河区" in content.decode()
