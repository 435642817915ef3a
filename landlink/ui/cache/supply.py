"""The city's land and its supply, and the files of its map, kept as long as the city's files stay the same."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import shapely
import streamlit as st

from landlink.city import City, Land, has_land, has_people, load_city, load_land
from landlink.crs import CGCS2000
from landlink.files import csv_bytes
from landlink.present.supply import supply_table
from landlink.supply.find import Supply, find_supply, reweighted
from landlink.supply.suitability import factor_table, score_raster
from landlink.texts import Lang
from landlink.ui.cache.plan import Stamp
from landlink.ui.maps.files import publish_shapes
from landlink.ui.maps.parcels import publish_parcels
from landlink.ui.maps.pictures import score_picture

# Parcels that a browser draws at once; of more, one district is drawn.
MOST_DRAWN = 150_000
# Tolerance of the outlines of constraints and districts on the map, m.
_TOLERANCE_M = 8.0
Comparisons = tuple[tuple[str, str, float], ...]


class SupplyInputs(NamedTuple):
    """What a supply is computed from: a city's folder at a time, and comparisons of factors if not the city's own."""

    folder: Path
    stamp: Stamp
    comparisons: Comparisons | None


def has_parcels(folder: Path, stamp: Stamp) -> bool:
    """True if a folder is a city's and names parcels and constraints."""
    return folder.is_dir() and has_land(city(folder, stamp))


def has_layers_of_people(inputs: SupplyInputs) -> bool:
    """True if the city names residents on cells and facilities, which service and siting rest on."""
    return has_people(city(inputs.folder, inputs.stamp))


@st.cache_resource(show_spinner=False, max_entries=4)
def city(folder: Path, stamp: Stamp) -> City:  # noqa: ARG001 - a new stamp is a new city
    """City of a folder, with what looks wrong in it accepted: it is questioned where figures rest on it."""
    return load_city(folder, accept_questions=True)


def land(inputs: SupplyInputs) -> Land:
    """Land of the city."""
    return _land(inputs.folder, inputs.stamp)


@st.cache_resource(show_spinner=False, max_entries=2)
def _land(folder: Path, stamp: Stamp) -> Land:
    return load_land(city(folder, stamp), accept_questions=True)


@st.cache_resource(show_spinner=False, max_entries=8)
def supply(inputs: SupplyInputs) -> Supply:
    """Supply of the city's land; other comparisons only weight its factors anew."""
    computed, _ = _computed(inputs.folder, inputs.stamp)
    if inputs.comparisons is None:
        return computed
    return reweighted(computed, pd.DataFrame(inputs.comparisons, columns=["factor", "other", "ratio"]))


@st.cache_resource(show_spinner=False, max_entries=2)
def _computed(folder: Path, stamp: Stamp) -> tuple[Supply, Path]:
    """Supply with the city's own comparisons, and the folder of its rasters."""
    rasters = Path(tempfile.mkdtemp(prefix="landlink-rasters-"))
    return find_supply(_land(folder, stamp), rasters), rasters


def city_comparisons(inputs: SupplyInputs) -> pd.DataFrame:
    """The city's own comparisons: ``factor``, ``other`` and ``ratio``, one row a pair of factors."""
    factors, comparisons = factor_table(land(inputs))
    used = comparisons["factor"].isin(factors["factor"]) & comparisons["other"].isin(factors["factor"])
    return comparisons[used].reset_index(drop=True)


@st.cache_data(show_spinner=False, max_entries=8)
def parcels_url(inputs: SupplyInputs, code: str | None) -> str:
    """Address of the parcels' file, of one district or of all."""
    computed = supply(inputs)
    return publish_parcels(computed if code is None else computed.select(computed.developable.parcels["code"] == code))


@st.cache_data(show_spinner=False, max_entries=4)
def constraint_urls(inputs: SupplyInputs) -> dict[str, str]:
    """Addresses of the constraints' shapes, by constraint."""
    zones = land(inputs).zones
    return {name: publish_shapes(layer.geometry, tolerance_m=_TOLERANCE_M) for name, layer in zones.items()}


@st.cache_data(show_spinner=False, max_entries=4)
def stations_url(inputs: SupplyInputs) -> str:
    """Address of the metro stations; empty where the city has none."""
    stations = land(inputs).layers.get("stations")
    return "" if stations is None else publish_shapes(stations.geometry)


@st.cache_data(show_spinner=False, max_entries=4)
def borders_url(inputs: SupplyInputs) -> str:
    """Address of the districts' outlines."""
    return publish_shapes(land(inputs).districts.geometry, tolerance_m=_TOLERANCE_M)


@st.cache_data(show_spinner=False, max_entries=8)
def score_url(inputs: SupplyInputs) -> tuple[str, list[list[float]]]:
    """Address and corners of the picture of scores; empty without suitability."""
    _, rasters = _computed(inputs.folder, inputs.stamp)
    scored = supply(inputs).suitability
    if scored is None:
        return "", []
    weights = scored.weights.weights
    with tempfile.TemporaryDirectory(prefix="landlink-") as folder:
        return score_picture(score_raster(list(weights), weights, rasters, {}, Path(folder)))


def parcel_at(inputs: SupplyInputs, point: tuple[float, float]) -> str | None:
    """Parcel that a longitude and latitude lie in."""
    tree, numbers = _index(inputs.folder, inputs.stamp)
    hits = tree.query(shapely.Point(point), predicate="intersects")
    return str(numbers.iloc[int(hits[0])]) if len(hits) else None


@st.cache_resource(show_spinner=False, max_entries=2)
def _index(folder: Path, stamp: Stamp) -> tuple[shapely.STRtree, pd.Series]:
    parcels = _land(folder, stamp).parcels
    return shapely.STRtree(parcels.geometry.to_crs(CGCS2000).to_numpy()), parcels["parcel"]


@st.cache_data(show_spinner=False, max_entries=8)
def supply_csv(inputs: SupplyInputs, lang: Lang) -> bytes:
    """The supply by parcel as CSV, under the headings that people read."""
    return csv_bytes(supply_table(supply(inputs), lang))
