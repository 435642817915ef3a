"""What the pages on land share: the city whose land is looked at, its supply, and the files for its map."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import shapely
import streamlit as st
from pyproj import CRS

from landlink.city import City, load_city
from landlink.city.land import Land, has_land, load_land
from landlink.city.shipped import example_folder
from landlink.files import csv_bytes
from landlink.present.supply import supply_table
from landlink.supply.find import Supply, find_supply, reweighted
from landlink.supply.suitability import factor_table, score_raster
from landlink.texts import Lang
from landlink.ui import land_map, state

# More parcels than this are drawn by district: a browser holds so many well.
MOST_DRAWN = 150_000
Comparisons = tuple[tuple[str, str, float], ...]


class Look(NamedTuple):
    """What is looked at: a folder as it stands, and comparisons in place of the city's own."""

    folder: Path
    stamp: tuple[float, ...]
    comparisons: Comparisons | None


def look() -> Look | None:
    """What the pages look at: the app's city, else its example; None where neither has parcels."""
    for path in (state.folder(), example_folder(state.folder())):
        if path.is_dir() and has_land(_city(path, changed := stamp(path))):
            return Look(path, changed, st.session_state.get("comparisons"))
    return None


def stamp(path: Path) -> tuple[float, ...]:
    """When a folder's files were last changed."""
    return tuple(file.stat().st_mtime for file in sorted(path.glob("*")))


@st.cache_resource(show_spinner=False, max_entries=4)
def _city(path: Path, changed: tuple[float, ...]) -> City:  # noqa: ARG001 - a new stamp is a new city
    return load_city(path, accept_questions=True)


@st.cache_resource(show_spinner=False, max_entries=2)
def _land(path: Path, changed: tuple[float, ...]) -> Land:
    return load_land(_city(path, changed), accept_questions=True)


@st.cache_resource(show_spinner=False, max_entries=2)
def _first(path: Path, changed: tuple[float, ...]) -> tuple[Supply, Path]:
    """Supply with the city's own comparisons, and the folder of its rasters."""
    rasters = Path(tempfile.mkdtemp(prefix="landlink-rasters-"))
    return find_supply(_land(path, changed), rasters), rasters


@st.cache_resource(show_spinner=False, max_entries=8)
def found(at: Look) -> Supply:
    """Supply of what is looked at."""
    first, _ = _first(at.folder, at.stamp)
    if at.comparisons is None:
        return first
    return reweighted(first, pd.DataFrame(at.comparisons, columns=["factor", "other", "ratio"]))


def own_comparisons(at: Look) -> pd.DataFrame:
    """The city's own comparisons, one row a pair of factors."""
    factors, comparisons = factor_table(_land(at.folder, at.stamp))
    names = set(factors["factor"])
    kept = comparisons["factor"].isin(names) & comparisons["other"].isin(names)
    return comparisons[kept].reset_index(drop=True)


@st.cache_data(show_spinner=False, max_entries=8)
def parcels_url(at: Look, code: str | None) -> str:
    """Address of the parcels' file, of one district where a city has too many for all of them."""
    whole = found(at)
    drawn = whole if code is None else whole.where(whole.developable.parcels["code"] == code)
    return land_map.publish(land_map.parcels_file(drawn), ".json")


@st.cache_data(show_spinner=False, max_entries=4)
def zone_urls(at: Look) -> dict[str, str]:
    """Addresses of the constraints' shapes."""
    zones = _land(at.folder, at.stamp).zones
    return {name: land_map.publish(land_map.zones_file(layer), ".json") for name, layer in zones.items()}


def land(at: Look) -> Land:
    """Land of what is looked at."""
    return _land(at.folder, at.stamp)


def plane(at: Look) -> CRS:
    """Plane of the land's layers."""
    return _land(at.folder, at.stamp).crs


@st.cache_data(show_spinner=False, max_entries=4)
def borders_url(at: Look) -> str:
    """Address of the districts' outlines."""
    return land_map.publish(land_map.zones_file(_land(at.folder, at.stamp).districts), ".json")


@st.cache_data(show_spinner=False, max_entries=8)
def score_url(at: Look) -> tuple[str, list[list[float]]]:
    """Address of the score's picture and the corners that it lies between."""
    _, rasters = _first(at.folder, at.stamp)
    scored = found(at).suitability
    if scored is None:
        return "", []
    weights = scored.weights.weights
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        raster = score_raster(list(weights), weights, rasters, {}, Path(name))
        content, corners = land_map.score_picture(raster)
    return land_map.publish(content, ".png"), corners


@st.cache_resource(show_spinner=False, max_entries=2)
def _index(path: Path, changed: tuple[float, ...]) -> tuple[shapely.STRtree, pd.Series]:
    parcels = _land(path, changed).parcels
    degrees = parcels.geometry.to_crs(4490)
    return shapely.STRtree(degrees.to_numpy()), parcels["parcel"]


def parcel_at(at: Look, place: tuple[float, float]) -> str | None:
    """Parcel that a longitude and latitude lie in."""
    tree, names = _index(at.folder, at.stamp)
    hits = tree.query(shapely.Point(place), predicate="intersects")
    return str(names.iloc[int(hits[0])]) if len(hits) else None


@st.cache_data(show_spinner=False, max_entries=8)
def supply_csv(at: Look, language: Lang) -> bytes:
    """The supply by parcel as a CSV file, under the headings that people read."""
    return csv_bytes(supply_table(found(at), language))
