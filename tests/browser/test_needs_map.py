"""The map of needs in a real browser: districts answer a click with their derivation, whatever lies above them."""

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.conftest import App, eventually, keep_shot

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("app", ["1440x900", "1024x768"], indirect=True)
INSIDE = """code => {
    let found = null;
    map.eachLayer(layer => { if (layer.feature && layer.feature.properties.code === code) found = layer; });
    const point = map.latLngToContainerPoint(found.getBounds().getCenter());
    return [point.x, point.y];
}"""


def open_needs(app: App) -> Frame:
    app.page.get_by_role("link", name="用地需求").click()
    expect(app.page.get_by_role("heading", name="人地挂钩 · 用地需求")).to_be_visible()
    app.settle()
    return app.map


def choose(app: App, label: str, option: str) -> None:
    app.page.get_by_label(label).first.click()
    app.page.get_by_role("option", name=option, exact=True).click()
    app.settle()


@SIZES
def test_a_click_on_a_district_derives_the_sum_of_a_group(app: App) -> None:
    frame = open_needs(app)
    choose(app, "设施", "教育（合计）")
    app.page.get_by_role("radio", name="两者").click()
    legend = frame.locator(".ll-legend")
    expect(legend).to_contain_text("教育（合计） · 用地需求")
    expect(frame.locator("path.ll-symbol")).to_have_count(11)
    x, y = frame.evaluate(INSIDE, "440112")
    frame.locator("#map_div").click(position={"x": x, "y": y})
    popup = frame.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("黄埔区")
    # 1,530 places in primary schools × 18 m²
    expect(popup).to_contain_text("27,540 m²")
    expect(popup).to_contain_text("新增建设用地指标")
    app.settle()
    expect(app.page.get_by_label("行政区").first).to_have_value("黄埔区")
    expect(popup).to_have_count(1)
    size = app.page.viewport_size
    assert size is not None
    box = app.page.locator("iframe[title*='st_folium']").bounding_box()
    assert box is not None
    assert box["width"] >= 0.58 * size["width"]
    assert app.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep_shot(app.page, f"needs-map-{size['width']}")
    assert app.outside == []


def test_another_measure_redraws_the_map_in_place(app: App) -> None:
    frame = open_needs(app)
    frame.evaluate("window.stays = true")
    app.page.get_by_role("radio", name="缺口").click()
    legend = frame.locator(".ll-legend")
    expect(legend).to_contain_text("缺口")
    expect(legend).to_have_count(1)
    app.page.get_by_role("radio", name="比例符号").click()
    app.page.get_by_role("radio", name="用地需求").click()
    expect(legend).to_contain_text("用地需求")
    eventually(app.page, lambda: frame.locator(".ll-sizes text").count(), 3)
    assert frame.evaluate("window.stays")
    app.page.get_by_role("radio", name="分级设色").click()
    expect(frame.locator(".ll-sizes")).to_have_count(0)
    expect(frame.locator("path.ll-symbol")).to_have_count(0)
