"""The map's layers: colours, classes, legend, and nothing from elsewhere."""

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from streamlit_folium import _get_feature_group_string, _get_map_string

from landlink.ui import maps

ROOT = Path(__file__).parents[1]
PAYLOAD_BYTES = 150_000


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    layer = gpd.read_file(ROOT / "geodata/guangzhou/districts.geojson")[["code", "name", "geometry"]]
    layer["geometry"] = shapely.coverage_simplify(layer.geometry.to_numpy(), 0.0006)
    return layer


def drawn(districts: gpd.GeoDataFrame, values: "pd.Series[Any]", **more: Any) -> str:
    names = dict(zip(districts["code"], districts["name"], strict=True))
    popups = {code: f"<b>{name}</b>" for code, name in names.items()}
    group = maps.choropleth(districts, values, title="指标（公顷）", names=names, popups=popups, **more)
    script: str = _get_feature_group_string(group, maps.base_map(tuple(districts.total_bounds)))
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
    base = maps.base_map(tuple(districts.total_bounds))
    links = [address for _, address in (*base.default_js, *base.default_css)]
    assert links
    assert all(link.startswith("../") for link in links)
    script = drawn(districts, numbers(districts)) + _get_map_string(base)
    assert re.findall(r"https?://[^\s\"']+", script) == []
    for style in ("leaflet/leaflet.css", "landlink/map.css"):
        content = (maps.ASSETS / style).read_text(encoding="utf-8")
        assert "@import" not in content
        for address in re.findall(r"url\(([^)#][^)]*)\)", content):
            assert (maps.ASSETS / style).parent.joinpath(address.strip("\"'")).is_file()


def test_every_asset_that_a_page_asks_for_is_packaged() -> None:
    for _, address in (*maps.SCRIPTS, *maps.STYLES):
        assert (maps.ASSETS / address.split("/", 2)[2]).is_file()
    assert (maps.ASSETS / "leaflet/LICENSE").is_file()


def test_the_base_map_is_the_same_whatever_the_figures(districts: gpd.GeoDataFrame) -> None:
    bounds = tuple(districts.total_bounds)
    assert _get_map_string(maps.base_map(bounds)) == _get_map_string(maps.base_map(bounds))


def test_the_layer_is_small(districts: gpd.GeoDataFrame) -> None:
    assert len(drawn(districts, numbers(districts)).encode()) < PAYLOAD_BYTES


def test_zero_is_a_class_of_its_own_and_every_value_lies_in_its_class(districts: gpd.GeoDataFrame) -> None:
    values = numbers(districts)
    colors, entries = maps._colors(values, 2, "–")
    assert entries[0] == ("0", maps.ZERO)
    assert colors[values.index[0]] == maps.ZERO
    spans = {color: [float(part.replace(",", "")) for part in label.split(" – ")] for label, color in entries[1:]}
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
    assert maps.SELECTED not in drawn(districts, numbers(districts))
    assert maps.SELECTED in drawn(districts, numbers(districts), selected="440112")


def test_labels_are_escaped(districts: gpd.GeoDataFrame) -> None:
    named = districts.assign(name="<img src=x>")
    assert "<img src=x>" not in json.dumps(options(drawn(named, numbers(named)))["labels"])
