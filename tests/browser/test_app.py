"""A planner's way through the app, offline."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from landlink.annex import verify
from tests.browser.conftest import App, eventually, keep_shot

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("app", ["1366x768", "1920x1080"], indirect=True)


def fills(app: App) -> list[str]:
    return app.map.eval_on_selector_all("path.leaflet-interactive", "all => all.map(one => one.getAttribute('fill'))")


def legend(app: App) -> str:
    return app.map.inner_text(".ll-legend")


def open_page(app: App, name: str) -> None:
    app.page.get_by_role("link", name=name).click()
    expect(app.page.get_by_role("heading", name=f"人地挂钩 · {name}")).to_be_visible()
    app.settle()


def expect_metric(app: App, label: str, value: str) -> None:
    shown = app.page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")
    expect(shown).to_have_text(value)


def set_cap(app: App, value: str) -> None:
    app.page.get_by_label("全市总量（公顷）").fill(value)
    app.page.keyboard.press("Enter")
    app.settle()


@SIZES
def test_every_page_opens_without_leaving_the_machine(app: App) -> None:
    size = app.page.viewport_size
    assert size is not None
    for page, name in (("概览", "overview"), ("指标分配", "quota"), ("用地需求", "needs")):
        open_page(app, page)
        if name == "quota":
            eventually(app.page, lambda: len(fills(app)), 11)
        expect(app.page.get_by_test_id("stException")).to_have_count(0)
        assert app.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        keep_shot(app.page, f"{name}-{size['width']}")
    assert app.outside == []


def test_a_changed_cap_changes_map_and_table_and_keeps_the_view(app: App) -> None:
    open_page(app, "指标分配")
    expect_metric(app, "新增建设用地指标", "830.41")
    frame = app.map
    frame.evaluate("window.stays = true")
    frame.evaluate("map.setView([23.0, 113.4], 10, {animate: false})")
    app.page.wait_for_timeout(600)
    before = legend(app)
    set_cap(app, "500")
    expect_metric(app, "新增建设用地指标", "500.00")
    expect_metric(app, "核减", "330.41")
    eventually(app.page, lambda: legend(app) != before, True)
    assert frame.locator(".ll-legend").count() == 1
    assert frame.evaluate("[map.getZoom(), +map.getCenter().lat.toFixed(3), window.stays]") == [10, 23.0, True]
    keep_shot(app.page, "quota-cap-500")
    assert app.outside == []


def test_panning_and_zooming_do_not_rerun_the_page(app: App) -> None:
    open_page(app, "指标分配")
    frame = app.map
    runs: list[str] = []
    app.page.on("websocket", lambda _: None)
    client = app.page.context.new_cdp_session(app.page)
    client.send("Network.enable")
    client.on("Network.webSocketFrameSent", lambda event: runs.append(event["response"]["payloadData"]))
    frame.evaluate("map.panBy([80, 40], {animate: false})")
    frame.evaluate("map.setZoom(11)")
    app.page.wait_for_timeout(1500)
    assert runs == []
    app.page.get_by_role("tab", name="图表").click()
    set_cap(app, "600")
    assert runs, "the probe must see the page ask for a run"


def test_a_click_on_the_map_selects_the_district_everywhere(app: App) -> None:
    open_page(app, "指标分配")
    frame = app.map
    huangpu = frame.evaluate(
        """() => {
            let found = null;
            map.eachLayer(layer => { if (layer.feature && layer.feature.properties.code === "440112") found = layer; });
            const point = map.latLngToContainerPoint(found.getBounds().getCenter());
            return [point.x, point.y];
        }"""
    )
    frame.evaluate(
        """() => {
            const pane = map.getPane("popupPane");
            window.most = 0;
            new MutationObserver(() => { window.most = Math.max(window.most, pane.childElementCount); })
                .observe(pane, {childList: true});
        }"""
    )
    frame.locator("#map_div").click(position={"x": huangpu[0], "y": huangpu[1]})
    app.settle()
    expect(frame.locator(".leaflet-popup-content")).to_have_count(1)
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("黄埔区")
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("954,700 m²")
    assert frame.evaluate("window.most") == 1, "the redrawn layer's popup takes the place of the one before"
    app.page.get_by_role("tab", name="推导").click()
    expect(app.page.get_by_text("应配用地 = 954,700", exact=False).first).to_be_visible()
    open_page(app, "用地需求")
    expect(app.page.get_by_label("行政区")).to_have_value("黄埔区")


def test_edited_settlement_moves_the_figures_and_can_be_taken_back(app: App) -> None:
    open_page(app, "指标分配")
    app.page.get_by_role("tab", name="落户人口（可修改）").click()
    app.settle()
    grid = app.page.get_by_test_id("stDataFrame").locator("visible=true").last
    box = grid.bounding_box()
    assert box is not None
    # sixth district, 黄埔: 19,094 persons at 50 m²; 1,000 more are 5 ha
    app.page.mouse.dblclick(box["x"] + box["width"] * 0.25, box["y"] + 35 * 6 + 17)
    cell = app.page.locator("#portal input, #portal textarea").first
    expect(cell).to_have_value("19094")
    cell.fill("20094")
    cell.press("Enter")
    app.settle()
    expect_metric(app, "落户人口", "211,518")
    expect_metric(app, "新增建设用地指标", "835.41")
    open_page(app, "概览")
    open_page(app, "指标分配")
    expect_metric(app, "新增建设用地指标", "835.41")
    app.page.get_by_role("tab", name="落户人口（可修改）").click()
    app.page.get_by_role("button", name="恢复原数据").click()
    app.settle()
    expect_metric(app, "新增建设用地指标", "830.41")


def test_english_at_a_switch(app: App) -> None:
    app.page.get_by_role("radio", name="EN", exact=True).click()
    expect(app.page.get_by_role("heading", name=re.compile("Overview"))).to_be_visible()
    app.page.get_by_role("link", name="Quota").click()
    app.settle()
    eventually(app.page, lambda: "Quota (ha)" in legend(app), True)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    labels = app.page.get_by_test_id("stWidgetLabel").all_inner_texts()
    assert labels
    assert not [label for label in labels if chinese.search(label)]
    keep_shot(app.page, "quota-english")


def test_online_base_map_that_does_not_load_leaves_the_map_usable(app: App) -> None:
    open_page(app, "指标分配")
    app.page.get_by_text("在线底图").click()
    app.settle()
    eventually(app.page, lambda: len(fills(app)), 11)
    expect_metric(app, "新增建设用地指标", "830.41")


def test_the_annex_downloads(app: App) -> None:
    open_page(app, "指标分配")
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="下载附件（xlsx）").click()
    assert waiting.value.suggested_filename == "附表.xlsx"
    assert waiting.value.path().read_bytes()[:2] == b"PK"


def test_a_districts_package_is_previewed_made_and_downloaded(app: App, tmp_path: Path) -> None:
    open_page(app, "附件")
    expect(app.page.get_by_text("有估算数据", exact=False)).to_be_visible()
    app.page.get_by_label("编制单位").fill("市规划和自然资源局")
    app.page.keyboard.press("Enter")
    app.page.get_by_label("范围").click()
    app.page.get_by_role("option", name="黄埔区").click()
    app.settle()
    picture = app.page.get_by_test_id("stImage").locator("img").first
    expect(picture).to_be_visible()
    eventually(app.page, lambda: picture.evaluate("image => image.naturalWidth") > 800, True)
    keep_shot(app.page, "annex")
    app.page.get_by_role("radio", name="方案说明").click()
    sheets = app.page.get_by_test_id("stImage").locator("img")
    eventually(app.page, lambda: sheets.count() > 5, True)
    keep_shot(app.page, "annex-document")
    app.page.get_by_text("方案说明的 Word 模板").click()
    with app.page.expect_download() as waiting:
        app.page.get_by_role("button", name="取得模板").click()
    wrong = tmp_path / "模板.docx"
    with zipfile.ZipFile(waiting.value.path()) as given, zipfile.ZipFile(wrong, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(b"{{ policy }}", b"{{ polcy }}"))
    app.page.locator("input[type=file]").set_input_files(wrong)
    expect(app.page.get_by_text("没有占位符 polcy", exact=False)).to_be_visible()
    app.page.get_by_test_id("stFileChip").get_by_role("button").click()
    app.settle()
    app.page.get_by_role("button", name="生成附件包").click()
    download = app.page.get_by_role("button", name=re.compile("下载附件包"))
    expect(download).to_be_visible(timeout=90_000)
    with app.page.expect_download() as waiting:
        download.click()
    assert "440112黄埔区" in waiting.value.suggested_filename
    package = tmp_path / "package.zip"
    waiting.value.save_as(package)
    assert verify(package) == []
    assert app.outside == []
