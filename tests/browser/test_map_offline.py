"""The map without internet, in a browser: what it loads, draws, keeps and returns."""

import re

import pytest
from playwright.sync_api import expect

from landlink.ui.maps import districts as shades
from tests.browser.conftest import eventually

pytestmark = pytest.mark.browser
DISTRICTS = 11
SCRIPT = """
import geopandas as gpd
import pandas as pd
import streamlit as st
from landlink.ui.maps import districts as shades
from landlink.ui.maps import frame

st.set_page_config(layout="wide")
state = st.session_state
page = st.segmented_control("page", ["map", "other"], default="map")
state["runs"] = state.get("runs", 0) + 1
state.setdefault("clicks", [])
state.setdefault("selected", None)

@st.cache_resource
def districts():
    return shades.simplified(gpd.read_file("geodata/guangzhou/districts.geojson"))

if page == "other":
    st.stop()
shapes = districts()
codes, names = list(shapes["code"]), list(shapes["name"])
figures = {
    "up": pd.Series([12, 4, 9, 85, 310, 640, 520, 880, 1270, 0, None], index=codes),
    "down": pd.Series([1270, 880, 640, 520, 310, 85, 12, 9, 4, 0, 0], index=codes),
    "text": pd.Series(["甲", "乙", None] + ["丙"] * 8, index=codes),
}
left, middle, right = st.columns(3)
chosen = left.selectbox("figures", list(figures))
online = middle.toggle("online")
if right.button("select Liwan"):
    state["selected"] = "440103"
layers = [shades.choropleth(
    shapes, figures[chosen], title="新增建设用地指标", unit="公顷", names=dict(zip(codes, names)),
    popups={code: f"<b>{name}</b><br>" + "落户人口 × 人均标准<br>" * 30 for code, name in zip(codes, names)},
    tooltips=dict(zip(codes, names)), selected=state["selected"], no_data="无数据", note="* 含估算数据",
)]
if online:
    layers.insert(0, frame.online_base("https://tiles.example/{z}/{x}/{y}.png", "example"))
code = frame.clicked_district(frame.base_map(tuple(shapes.total_bounds)), layers, key="map", height=520)
if code:
    state["clicks"].append(code)
    state["selected"] = code
    st.rerun()
st.text(f"runs={state['runs']}; clicks={','.join(state['clicks'])}; selected={state['selected']}.")
"""
COLORS = """() => Object.fromEntries(Object.values(map._layers).filter(layer => layer.feature)
    .map(layer => [layer.feature.properties.code, layer.getElement().getAttribute("fill")]))"""
VIEW = "() => [map.getZoom(), map.getCenter().lat, map.getCenter().lng]"
# Where a click hits a district and nothing above it: its label's place, in pixels of the frame.
PLACE = """code => {
    const district = Object.values(map._layers).find(layer => layer.feature?.properties.code === code);
    const box = district.getElement().getBoundingClientRect();
    for (let x = 0.5; x > 0; x -= 0.05) for (let y = 0.5; y < 1; y += 0.05) {
        const place = [box.x + x * box.width, box.y + y * box.height];
        if (document.elementFromPoint(...place) === district.getElement()) return place;
    }
}"""


class Shown:
    """The page with the map on it."""

    def __init__(self, page, local, outside):
        self.page, self.local, self.outside = page, local, outside
        self.element = page.wait_for_selector("iframe[title='streamlit_folium.st_folium']")
        self.frame = self.element.content_frame()
        self.frame.wait_for_selector(".ll-legend")
        self.settle()

    def settle(self):
        """Wait for what is on its way: the component speaks 250 ms after an event."""
        self.page.wait_for_timeout(900)
        self.page.wait_for_selector("[data-testid='stStatusWidget']", state="detached")

    def text(self, name):
        return re.search(rf"{name}=([^;.]*)[;.]", self.page.locator("[data-testid='stText']").inner_text()).group(1)

    def mark(self):
        self.frame.evaluate("() => { window.mark = 'same'; }")

    def is_same_frame(self):
        return self.frame.evaluate("() => window.mark") == "same"

    def colors(self):
        return self.frame.evaluate(COLORS)

    def view(self):
        return self.frame.evaluate(VIEW)

    def choose(self, figures):
        before = self.text("runs")
        self.page.locator("[data-testid='stSelectbox'] input").click()
        self.page.get_by_role("option", name=figures, exact=True).click()
        self.page.wait_for_function(f"() => !document.body.innerText.includes('runs={before};')")
        self.settle()

    def click(self, code):
        x, y = self.frame.evaluate(PLACE, code)
        box = self.element.bounding_box()
        self.page.mouse.click(box["x"] + x, box["y"] + y)
        self.settle()

    def drag(self):
        box = self.element.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + 60, y + 40, steps=5)
        self.page.mouse.up()
        self.settle()

    def zoom_in(self):
        self.frame.click(".leaflet-control-zoom-in")
        self.settle()


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "page.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


@pytest.fixture
def shown(serve, open_page, script):
    return Shown(*open_page(serve(script)))


def test_map_is_drawn_with_no_request_outside(shown):
    assert shown.outside == []
    assert any(url.endswith("/leaflet/leaflet.js") for url in shown.local)
    eventually(shown.page, shown.frame.locator("path.leaflet-interactive").count, DISTRICTS)
    legend = shown.frame.locator(".ll-legend").inner_text()
    assert legend.startswith("新增建设用地指标公顷")
    assert "无数据" in legend
    assert legend.endswith("* 含估算数据")
    assert set(shown.colors().values()) >= {
        shades.ZERO,
        shades.NO_DATA,
        shades.RAMP[0],
        shades.RAMP[-1],
    }


def test_map_is_drawn_below_a_base_path(serve, open_page, script):
    shown = Shown(*open_page(serve(script, base_path="plans/land")))
    assert shown.outside == []
    eventually(shown.page, shown.frame.locator("path.leaflet-interactive").count, DISTRICTS)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_map_fills_its_width_and_all_districts_are_in_view(serve, open_page, script, width, height):
    shown = Shown(*open_page(serve(script), width=width, height=height))
    inside = shown.frame.evaluate(
        """() => ({map: map.getSize().x, frame: innerWidth, over: document.documentElement.scrollWidth - innerWidth,
            seen: map.getBounds().contains([[22.56, 112.96], [23.93, 114.05]])})"""
    )
    assert inside["map"] == inside["frame"]
    assert inside["over"] <= 0
    assert inside["seen"]
    container = shown.page.locator("[data-testid='stHorizontalBlock']").first.bounding_box()
    assert shown.element.bounding_box()["width"] == container["width"]
    page_over = shown.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert page_over <= 0


def test_labels_are_apart_and_all_shown(shown):
    boxes = shown.frame.evaluate(
        """() => [...document.querySelectorAll(".ll-label span")].filter(label => label.offsetWidth)
            .map(label => label.getBoundingClientRect()).map(box => [box.x, box.right, box.y + 2, box.bottom - 2])"""
    )
    assert len(boxes) == DISTRICTS
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert one[0] >= other[1] or other[0] >= one[1] or one[2] >= other[3] or other[2] >= one[3]


def test_drawing_panning_and_zooming_do_not_run_the_page_again(shown):
    assert shown.text("runs") == "1"
    before = shown.view()
    shown.drag()
    shown.zoom_in()
    assert shown.view() != before
    assert shown.text("runs") == "1"


def test_changed_figures_recolour_the_districts_and_leave_the_view(shown):
    shown.drag()
    shown.zoom_in()
    shown.mark()
    view, colors = shown.view(), shown.colors()
    shown.choose("down")
    eventually(shown.page, lambda: shown.colors() != colors, True)
    eventually(shown.page, lambda: shades.NO_DATA in shown.colors().values(), False)
    for figures in ("text", "up", "text", "down", "up"):
        shown.choose(figures)
    eventually(shown.page, shown.colors, colors)
    assert shown.view() == view
    assert shown.is_same_frame()
    # Layers are replaced and do not pile up.
    eventually(shown.page, shown.frame.locator(".ll-legend").count, 1)
    eventually(shown.page, shown.frame.locator(".ll-label").count, DISTRICTS)
    eventually(shown.page, shown.frame.locator("path.leaflet-interactive").count, DISTRICTS)
    assert shown.frame.evaluate("() => feature_group.length") == 1


def test_a_click_returns_its_code_once(shown):
    shown.mark()
    shown.click("440111")
    eventually(shown.page, lambda: shown.text("clicks"), "440111")
    expect(shown.frame.locator(".leaflet-popup-content b")).to_contain_text("白云区")
    shown.choose("down")
    eventually(shown.page, lambda: shown.text("clicks"), "440111")
    # Selected elsewhere meanwhile: the old click does not come back, a new one on the same district counts.
    shown.page.get_by_role("button", name="select Liwan").click()
    shown.settle()
    eventually(shown.page, lambda: (shown.text("clicks"), shown.text("selected")), ("440111", "440103"))
    shown.choose("up")
    eventually(shown.page, lambda: (shown.text("clicks"), shown.text("selected")), ("440111", "440103"))
    shown.frame.locator(".leaflet-popup-close-button").click()
    shown.click("440111")
    eventually(shown.page, lambda: (shown.text("clicks"), shown.text("selected")), ("440111,440111", "440111"))
    shown.click("440115")
    eventually(shown.page, lambda: shown.text("clicks"), "440111,440111,440115")
    assert shown.is_same_frame()


def test_a_click_counts_after_the_map_has_been_away(shown):
    shown.click("440111")
    shown.page.get_by_role("radio", name="other").click()
    shown.page.wait_for_selector("iframe", state="detached")
    shown.page.get_by_role("radio", name="map").click()
    again = Shown(shown.page, shown.local, shown.outside)
    eventually(again.page, lambda: again.text("clicks"), "440111")
    again.click("440115")
    eventually(again.page, lambda: again.text("clicks"), "440111,440115")


def test_popup_stays_open_when_figures_change_and_scrolls_inside(shown):
    shown.click("440111")
    shown.choose("down")
    popup = shown.frame.locator(".leaflet-popup-content")
    eventually(shown.page, popup.count, 1)
    size = popup.evaluate("box => [box.offsetWidth, box.clientHeight, box.scrollHeight]")
    assert size[0] <= 420
    assert size[1] < size[2]
    shown.frame.locator(".leaflet-popup-close-button").click()
    shown.choose("up")
    eventually(shown.page, popup.count, 0)


def test_selected_district_lies_above_its_neighbours(shown):
    shown.click("440106")
    last = "() => [...document.querySelectorAll('path.leaflet-interactive')].at(-1).getAttribute('stroke')"
    eventually(shown.page, lambda: shown.frame.evaluate(last), shades.SELECTED)


def test_online_base_that_does_not_come_leaves_the_map_usable(shown):
    shown.mark()
    shown.page.locator("[data-testid='stCheckbox'] label").click()
    shown.settle()
    eventually(shown.page, lambda: {url.split("/")[2] for url in shown.outside}, {"tiles.example"})
    eventually(shown.page, shown.frame.locator("path.leaflet-interactive").count, DISTRICTS)
    asked = len(shown.outside)
    shown.choose("down")
    assert len(shown.outside) == asked
    shown.click("440111")
    eventually(shown.page, lambda: shown.text("clicks"), "440111")
    shown.page.locator("[data-testid='stCheckbox'] label").click()
    shown.settle()
    eventually(shown.page, shown.frame.locator(".leaflet-tile-pane img").count, 0)
    assert shown.is_same_frame()
