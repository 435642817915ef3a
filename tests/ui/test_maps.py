"""The map's layers: colours, classes, legend, and nothing from elsewhere."""

import json
import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import streamlit_folium
from streamlit_folium import _get_feature_group_string, _get_map_string

from landlink.ui.maps import districts as shades
from landlink.ui.maps import frame, parcels
from tests.paths import ROOT

PAYLOAD_BYTES = 150_000


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    layer = gpd.read_file(ROOT / "geodata/guangzhou/districts.geojson")[["code", "name", "geometry"]]
    layer["geometry"] = shapely.coverage_simplify(layer.geometry.to_numpy(), 0.0006)
    return layer


def drawn(districts: gpd.GeoDataFrame, values: "pd.Series[Any]", **more: Any) -> str:
    names = dict(zip(districts["code"], districts["name"], strict=True))
    popups = {code: f"<b>{name}</b>" for code, name in names.items()}
    group = shades.choropleth(districts, values, title="指标（公顷）", names=names, popups=popups, **more)
    script: str = _get_feature_group_string(group, frame.base_map(tuple(districts.total_bounds)))
    return script


def options(script: str) -> dict[str, Any]:
    """What the layer hands to its decoration."""
    found = re.search(r"landlink\.decorate\([^{]*?(\{.*\})\);", script, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


def numbers(districts: gpd.GeoDataFrame) -> "pd.Series[float]":
    return pd.Series(np.arange(len(districts), dtype="float64") * 37.5, index=districts["code"])


def test_nothing_is_loaded_from_elsewhere(districts: gpd.GeoDataFrame) -> None:
    base = frame.base_map(tuple(districts.total_bounds))
    links = [address for _, address in (*base.default_js, *base.default_css)]
    assert links
    assert all(link.startswith("../") for link in links)
    script = drawn(districts, numbers(districts)) + _get_map_string(base)
    assert re.findall(r"https?://[^\s\"']+", script) == []
    for style in ("leaflet/leaflet.css", "landlink/map.css"):
        content = (frame.ASSETS / style).read_text(encoding="utf-8")
        assert "@import" not in content
        for address in re.findall(r"url\(([^)#][^)]*)\)", content):
            assert (frame.ASSETS / style).parent.joinpath(address.strip("\"'")).is_file()


def test_every_asset_that_a_page_asks_for_is_packaged() -> None:
    for _, address in (*frame.SCRIPTS, *frame.STYLES):
        assert (frame.ASSETS / address.split("/", 2)[2]).is_file()
    assert (frame.ASSETS / "leaflet/LICENSE").is_file()


def test_the_base_map_is_the_same_whatever_the_figures(districts: gpd.GeoDataFrame) -> None:
    bounds = tuple(districts.total_bounds)
    assert _get_map_string(frame.base_map(bounds)) == _get_map_string(frame.base_map(bounds))


def test_the_layer_is_small(districts: gpd.GeoDataFrame) -> None:
    assert len(drawn(districts, numbers(districts)).encode()) < PAYLOAD_BYTES


def test_zero_is_a_class_of_its_own_and_every_value_lies_in_its_class(districts: gpd.GeoDataFrame) -> None:
    values = numbers(districts)
    colors, entries = shades._colors(values, 2, "–")
    assert entries[0] == ("0", shades.ZERO)
    assert colors[values.index[0]] == shades.ZERO
    spans = {color: [float(part.replace(",", "")) for part in label.split("–")] for label, color in entries[1:]}
    for code, value in values.iloc[1:].items():
        low, high = spans[colors[str(code)]]
        assert low <= value <= high
    assert len(entries) <= 6


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0] * 11, ["0"]),
        ([80.0] * 11, ["80"]),
        ([50.5] * 11, ["50.50"]),
        ([np.nan] * 11, ["–"]),
        ([0.0, np.nan, *[100.0] * 9], ["0", "100", "–"]),
    ],
)
def test_legend_of_plain_cases(districts: gpd.GeoDataFrame, values: list[float], expected: list[str]) -> None:
    script = drawn(districts, pd.Series(values, index=districts["code"]), decimals=2)
    assert [entry["label"] for entry in options(script)["legend"]["entries"]] == expected


def test_text_gets_a_colour_a_kind(districts: gpd.GeoDataFrame) -> None:
    kinds = ["全市总量", "无"] * 6
    values = pd.Series(kinds[:11], index=districts["code"])
    entries = options(drawn(districts, values))["legend"]["entries"]
    assert {entry["label"] for entry in entries} == {"全市总量", "无"}
    assert len({entry["color"] for entry in entries}) == 2


def test_selected_district_is_outlined(districts: gpd.GeoDataFrame) -> None:
    assert shades.SELECTED not in drawn(districts, numbers(districts))
    assert shades.SELECTED in drawn(districts, numbers(districts), selected="440112")


def test_labels_are_escaped(districts: gpd.GeoDataFrame) -> None:
    named = districts.assign(name="<img src=x>")
    assert "<img src=x>" not in json.dumps(options(drawn(named, numbers(named)))["labels"])


@pytest.fixture
def sent(monkeypatch):
    """What streamlit-folium would send to the browser, one entry a call; the answers can be set."""
    calls = []

    def component(**args):
        calls.append(args)
        return calls.answer

    class Calls(list):
        answer = None

    calls = Calls()
    monkeypatch.setattr(streamlit_folium, "_component_func", component)
    return calls


def layer(districts, values=None, **options):
    codes = list(districts["code"])
    values = pd.Series(range(len(codes)), index=codes) if values is None else values
    names = dict(zip(codes, districts["name"], strict=True))
    given = {"title": "指标", "names": names, "popups": {code: f"<b>{name}</b>" for code, name in names.items()}}
    return shades.choropleth(districts, values, **{**given, **options})


def args(call):
    """What is sent of a call; the callback is a new one each time."""
    return {name: value for name, value in call.items() if name != "on_change"}


def options_of(group):
    """Options of the call of ``map.js`` within a layer."""
    (shapes,) = (child for child in group._children.values() if child._name == "GeoJson")
    (call,) = (child for child in shapes._children.values() if child._name == "Call")
    return call.values[0]


def entries(group):
    return [(entry["label"], entry["color"]) for entry in options_of(group)["legend"]["entries"]]


def styles(group):
    """Style of each district by code."""
    (shapes,) = (child for child in group._children.values() if child._name == "GeoJson")
    return {feature["properties"]["code"]: shapes.style_function(feature) for feature in shapes.data["features"]}


def classes(values, decimals=0):
    colors, shown = shades._colors(pd.Series(values), decimals, "无")
    assert {color for _, color in shown} >= set(colors.values())
    return colors, [label for label, _ in shown]


# What is loaded


def test_every_file_is_local_and_there(sent, districts):
    frame.clicked_district(frame.base_map(tuple(districts.total_bounds)), [layer(districts)], key="map", height=400)
    links = sent[0]["js_links"] + sent[0]["css_links"]
    assert len(links) == len(frame.SCRIPTS) + len(frame.STYLES)
    for link in links:
        assert link.startswith("../landlink.ui.maps.frame.assets/")
        assert (frame.ASSETS / link.removeprefix("../landlink.ui.maps.frame.assets/")).is_file()


def test_nothing_sent_names_another_host(sent, districts):
    frame.clicked_district(frame.base_map(tuple(districts.total_bounds)), [layer(districts)], key="map", height=400)
    for part in ("script", "header", "html", "feature_group"):
        assert not re.search(r"(https?:)?//[a-z]", sent[0][part], re.IGNORECASE), part


def test_vendored_files_state_their_licence():
    readme = (frame.ASSETS / "README.md").read_text(encoding="utf-8")
    for folder in (entry for entry in frame.ASSETS.iterdir() if entry.is_dir()):
        assert f"| {folder.name} |" in readme
    assert "BSD 2-Clause" in (frame.ASSETS / "leaflet" / "LICENSE").read_text(encoding="utf-8")


def test_online_base_is_asked_for_alone(sent, districts):
    base = frame.base_map(tuple(districts.total_bounds))
    tiles = frame.online_base("https://tiles.example/{z}/{x}/{y}", "© example")
    frame.clicked_district(base, [tiles, layer(districts)], key="map", height=400)
    assert '"https://tiles.example/{z}/{x}/{y}"' in sent[0]["feature_group"]
    assert "example" not in sent[0]["script"]


# What is sent when figures change


def test_script_is_constant_when_figures_change(sent, districts):
    for figures in (range(11), [np.nan] * 11, ["甲"] * 11):
        shown = layer(
            districts, pd.Series(list(figures), index=districts["code"]), note=str(figures), selected="440106"
        )
        frame.clicked_district(frame.base_map(tuple(districts.total_bounds)), [shown], key="map", height=400)
    assert len({(call["script"], call["header"], call["html"], call["key"]) for call in sent}) == 1
    assert len({call["feature_group"] for call in sent}) == 3


def test_nothing_changes_when_nothing_changes(sent, districts):
    for _ in range(2):
        frame.clicked_district(frame.base_map(tuple(districts.total_bounds)), [layer(districts)], key="map", height=400)
    assert args(sent[0]) == args(sent[1])


def test_map_and_layer_can_be_kept_and_shown_again(sent, districts):
    base, shown = frame.base_map(tuple(districts.total_bounds)), layer(districts)
    for _ in range(3):
        frame.clicked_district(base, [shown], key="map", height=400)
    assert args(sent[0]) == args(sent[1]) == args(sent[2])


def test_only_a_click_is_asked_back(sent, districts):
    frame.clicked_district(frame.base_map(tuple(districts.total_bounds)), [layer(districts)], key="map", height=400)
    assert sent[0]["returned_objects"] == ["last_active_drawing"]
    assert sent[0]["default"] == {"last_active_drawing": None}


def test_a_click_is_returned_once(sent, districts, monkeypatch):
    monkeypatch.setattr(frame.st, "session_state", {})
    base = frame.base_map(tuple(districts.total_bounds))

    def after(answer):
        sent.answer = answer
        return frame.clicked_district(base, [layer(districts)], key="map", height=400)

    def click(code, at):
        return {"last_active_drawing": {"type": "Feature", "properties": {"code": code, "at": at}, "geometry": None}}

    assert after({"last_active_drawing": None}) is None
    assert after(click("440106", 1)) == "440106"
    assert after(click("440106", 1)) is None
    assert after(click("440106", 2)) == "440106"
    assert after(click("440103", 3)) == "440103"
    assert after({"last_active_drawing": None}) is None
    assert after(None) is None


# Geometry and labels


def test_simplified_borders_are_still_shared(districts):
    shapes = districts.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert {"code", "name"} <= set(districts.columns)


def test_labels_lie_within_their_districts_the_smallest_first(districts):
    labels = options_of(layer(districts))["labels"]
    assert labels[0]["text"] == "越秀区"
    shapes = districts.set_index("name").geometry
    assert all(shapes[label["text"]].covers(shapely.Point(label["lng"], label["lat"])) for label in labels)


def test_words_are_escaped_but_for_popups(districts):
    names = dict.fromkeys(districts["code"], "<i>甲</i>")
    options = options_of(layer(districts, names=names, tooltips={"440106": "1 < 2"}))
    assert {label["text"] for label in options["labels"]} == {"&lt;i&gt;甲&lt;/i&gt;"}
    assert options["tooltips"] == {"440106": "1 &lt; 2"}
    assert options["popups"]["440106"] == "<b>天河区</b>"


# Colours and classes


def test_missing_values_have_their_own_entry(districts):
    values = pd.Series(range(1, 10), index=districts["code"][:9], dtype="float64")
    group = layer(districts, values, no_data="无数据")
    assert entries(group)[-1] == ("无数据", shades.NO_DATA)
    assert options_of(group)["legend"]["entries"][-1]["missing"]
    assert [code for code, style in styles(group).items() if style["fillColor"] == shades.NO_DATA] == [
        "440117",
        "440118",
    ]


def test_legend_has_title_unit_and_note(districts):
    legend = options_of(layer(districts, unit="公顷", note="* 估算"))["legend"]
    assert (legend["title"], legend["unit"], legend["note"]) == ("指标", "公顷", "* 估算")


def test_categories_have_distinct_colours(districts):
    kinds = [f"类{place:02d}" for place in range(11)]
    group = layer(districts, pd.Series(kinds, index=districts["code"]))
    assert [label for label, _ in entries(group)] == kinds
    assert len({style["fillColor"] for style in styles(group).values()}) == 11
    assert len(set(shades._hues(30))) == 30


def test_missing_categories():
    colors, labels = classes({"a": "甲", "b": None, "c": "乙"})
    assert labels == ["乙", "甲", "无"]
    assert colors["b"] == shades.NO_DATA


@pytest.mark.parametrize(
    ("values", "decimals", "expected"),
    [
        ({"a": 0, "b": 0}, 0, ["0"]),
        ({"a": 5, "b": 5}, 0, ["5"]),
        ({"a": 0, "b": 5}, 0, ["0", "5"]),
        ({"a": 0.5}, 2, ["0.50"]),
        ({"a": 1e-7, "b": 3}, 2, ["0", "3"]),
        ({"a": np.nan}, 0, ["无"]),
        ({"a": pd.NA, "b": 1}, 0, ["1", "无"]),
        ({"a": 1, "b": 2, "c": 3}, 0, ["1–2", "2–3"]),
        ({"a": 12_345, "b": 12_400}, 0, ["12,340–12,360", "12,360–12,400"]),
        ({"a": 1.25, "b": 7.5}, 2, ["1.20–2.50", "2.50–7.50"]),
    ],
)
def test_legend_of_few_values(values, decimals, expected):
    assert classes(values, decimals)[1] == expected


def test_classes_are_few_filled_and_ordered():
    rng = np.random.default_rng(7)
    for decimals in (0, 2):
        for values in (rng.lognormal(3, 2, 11), rng.uniform(-50, 80, 11), rng.uniform(1000, 1010, 11)):
            figures = pd.Series(values)
            colors, labels = classes(figures, decimals)
            assert 2 <= len(labels) <= 6
            assert len(set(labels)) == len(labels)
            assert len(set(colors.values())) == len(labels)
            order = [
                shades.RAMP.index(colors[place])
                for place in figures.sort_values().index
                if colors[place] in shades.RAMP
            ]
            assert order == sorted(order)


def test_values_stand_in_the_class_that_names_them():
    values = pd.Series([3, 41, 57, 88, 102, 130, 199, 260, 391, 512, 733], dtype="float64")
    colors, shown = shades._colors(values, 0, "无")
    spans = {color: tuple(float(bound) for bound in label.split("–")) for label, color in shown}
    for place, value in values.items():
        low, high = spans[colors[place]]
        assert low <= value < high or value == high == spans[shown[-1][1]][1]


def test_whom_the_layers_licences_ask_for_is_named_while_they_are_shown() -> None:
    osm = "© OpenStreetMap contributors, ODbL 1.0"
    layer = parcels.parcels_layer(
        "parcels.json", "borders.json", "source", legend={}, reasons={}, texts={}, names={}, note="", focus=None,
        overlays=[{"id": "waterways", "url": "waterways.json", "credit": osm}], credit="手工勾绘",
    )  # fmt: skip
    script = _get_feature_group_string(layer, frame.base_map((113, 22, 114, 23)))
    content = json.loads(re.search(r"landlink\.land\([^{]*?(\{.*\})\);", script, re.DOTALL)[1])
    assert content["credit"] == "手工勾绘"
    assert content["overlays"][0]["credit"] == osm
    drawing = (frame.ASSETS / "landlink/land.js").read_text(encoding="utf-8")
    assert drawing.count("attribution: overlay.credit") == 2, "of shapes and of the picture"
    assert drawing.count("attribution: options.credit") == 1
