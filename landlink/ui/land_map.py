"""The map of parcels: what the browser needs of them in one file, drawn and found again there."""

import atexit
import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio as rio  # type: ignore[import-untyped]
import shapely
from rasterio.enums import Resampling  # type: ignore[import-untyped]
from rasterio.errors import NotGeoreferencedWarning  # type: ignore[import-untyped]
from rasterio.vrt import WarpedVRT  # type: ignore[import-untyped]
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

from landlink.present.classes import SCORE_EDGES, class_labels
from landlink.present.colors import SOURCES, SUITABILITY
from landlink.schema import USABLE_SOURCES
from landlink.supply.find import Supply
from landlink.supply.overlay import Shapes
from landlink.ui.maps import RAMP, Layer, call_layer

# Files for the browser lie in a folder of this process, served as a component's; a file's name is what is in it.
_FOLDER = Path(tempfile.mkdtemp(prefix="landlink-map-"))
_COMPONENT = "files"
declare_component(_COMPONENT, path=_FOLDER)
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

WEB_MERCATOR = 3857
# A vertex is placed to a quarter of a metre; shapes of constraints may lose vertices within so many metres.
UNIT, TOLERANCE = 0.25, 8.0
# Longest side of the score's picture, pixels.
PICTURE = 1600
NOT_SHOWN = "#d9dbde"
# Colours of usual constraints; any other has one of the rest, in their order.
USUAL_COLORS = {
    "farmland": "#8c6d1f",
    "ecology": "#117733",
    "boundary": "#882255",
    "water": "#0072b2",
    "slope": "#999933",
    "hazard": "#d55e00",
    "heritage": "#aa4499",
    "powerline": "#332288",
}
OTHER_COLORS = ("#44aa99", "#661100", "#6699cc", "#888888", "#cc6677")


def publish(content: bytes, suffix: str) -> str:
    """Put a file where the map's frame can fetch it, and return its address."""
    name = hashlib.sha256(content).hexdigest()[:24] + suffix
    path = _FOLDER / name
    if not path.exists():
        written = path.with_suffix(".part")
        written.write_bytes(content)
        written.replace(path)
    return f"../{__name__}.{_COMPONENT}/{name}"


def parcels_file(found: Supply) -> bytes:
    """Shapes and figures of a supply's parcels as ``land.js`` reads them (JSON).

    Shapes are in web Mercator, as differences in units of :data:`UNIT` m from one vertex to the next; what can be
    developed is given only of parcels that a constraint cuts.
    """
    parcels = found.parcels
    whole = found.land.parcels.geometry.to_crs(WEB_MERCATOR).to_numpy()
    cut = ((parcels["developable_m2"] > 0) & (parcels["developable_m2"] < parcels["gross_m2"])).to_numpy()
    left = parcels.geometry[cut].to_crs(WEB_MERCATOR).to_numpy()
    west, south, _, _ = shapely.total_bounds(whole) if len(whole) else (0.0, 0.0, 0.0, 0.0)
    origin = [round(west / UNIT) * UNIT, round(south / UNIT) * UNIT]
    score = parcels["score"].to_numpy()
    content = {
        "origin": origin,
        "unit": UNIT,
        "ids": parcels["parcel"].tolist(),
        **_coded("code", "codes", parcels["code"]),
        **_coded("use", "uses", parcels["code_system"] + " " + parcels["land_use"]),
        **_coded("source", "sources", parcels["land_source"]),
        **_coded("reason", "reasons", parcels["reason"]),
        "gross": parcels["gross_m2"].tolist(),
        "dev": parcels["developable_m2"].tolist(),
        "score": np.where(np.isnan(score), -1, np.round(1000 * np.nan_to_num(score))).astype(int).tolist(),
        "lost": [_sparse(name, parcels[name].to_numpy()) for name in found.developable.losses],
        "shapes": _packed(whole, origin),
        "left": _packed(left, origin),
        "leftOf": np.flatnonzero(cut).tolist(),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _coded(name: str, values: str, column: "Any") -> dict[str, list[Any]]:
    """A column as numbers into a list of its values."""
    numbers, known = column.factorize()
    return {name: numbers.tolist(), values: known.tolist()}


def _sparse(column: str, areas: npt.NDArray[np.int64]) -> list[object]:
    """A constraint's name, the parcels that it takes something of, and how much."""
    places = np.flatnonzero(areas)
    return [column.removeprefix("lost_").removesuffix("_m2"), places.tolist(), areas[places].tolist()]


def _packed(shapes: Shapes, origin: Sequence[float]) -> dict[str, list[int]]:
    """Rings of each shape, points of each ring, and every point's difference from the one before."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.flatnonzero(np.diff(ring, append=-1))
    points, ring = np.delete(points, last, axis=0), np.delete(ring, last)
    units = np.round(points / UNIT).astype(np.int64)
    steps = np.diff(units, axis=0, prepend=[np.round(np.array(origin) / UNIT).astype(np.int64)])
    return {
        "rings": np.bincount(owner[part], minlength=len(shapes)).tolist(),
        "points": np.bincount(ring, minlength=len(rings)).tolist(),
        "xy": steps.ravel().tolist(),
    }


def zones_file(layer: gpd.GeoDataFrame) -> bytes:
    """Shapes in a plane as GeoJSON, with few vertices."""
    return degrees_file(layer.set_geometry(layer.geometry.simplify(TOLERANCE)).to_crs(4490))


def degrees_file(layer: gpd.GeoDataFrame) -> bytes:
    """Shapes in geographic coordinates as GeoJSON, without attributes."""
    shapes = shapely.transform(layer.geometry.to_numpy(), lambda points: points.round(6))
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shape)}
        for shape in shapely.to_geojson(shapes[~shapely.is_empty(shapes)])
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def score_picture(path: Path) -> tuple[bytes, list[list[float]]]:
    """Score raster as a picture in web Mercator (PNG), with the corners that it lies between (degrees)."""
    with rio.open(path) as source, WarpedVRT(source, crs=f"EPSG:{WEB_MERCATOR}", resampling=Resampling.bilinear) as vrt:
        shrink = max(1.0, max(vrt.width, vrt.height) / PICTURE)
        size = (round(vrt.height / shrink), round(vrt.width / shrink))
        scores = vrt.read(1, out_shape=size, resampling=Resampling.average, masked=True)
        bounds = vrt.bounds
    ramp = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in SUITABILITY], dtype=np.uint8)
    step = np.clip((scores.filled(0) * len(ramp)).astype(int), 0, len(ramp) - 1)
    picture = np.concatenate([ramp[step].transpose(2, 0, 1), [np.where(scores.mask, 0, 255).astype(np.uint8)]])
    with rio.MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture has no place of its own
        with memory.open(driver="PNG", width=size[1], height=size[0], count=4, dtype="uint8") as target:
            target.write(picture)
        content = memory.read()
    corners = gpd.GeoSeries(
        shapely.points([[bounds.left, bounds.bottom], [bounds.right, bounds.top]]), crs=WEB_MERCATOR
    ).to_crs(4326)
    return content, [[point.y, point.x] for point in corners]


def parcels_layer(
    url: str,
    borders: str,
    mode: str,
    *,
    legend: Mapping[str, object],
    reasons: Mapping[str, str],
    texts: Mapping[str, str],
    names: Mapping[str, Mapping[str, str]],
    overlays: Sequence[Mapping[str, object]],
    note: str,
    focus: Mapping[str, object] | None,
) -> Layer:
    """Parcels coloured by ``source``, ``reason`` or ``score``, with popups, overlays and a legend.

    Parameters
    ----------
    url, borders
        Addresses of :func:`parcels_file`, and of the districts' outlines as of :func:`zones_file`.
    legend
        ``title``, ``entries`` (``label`` and ``color``) and ``note``.
    reasons
        Colour by constraint, and of what can be developed under the empty name.
    texts
        Words of popup and panel.
    names
        ``districts`` by code, ``uses`` by system and code, ``sources`` by source of land, ``lost`` by constraint.
    overlays
        ``id``, ``title``, ``color`` and ``url``; of a picture also ``bounds``.
    note
        Last line of a popup.
    focus
        ``id`` of a parcel to show and a ``stamp`` that tells one wish to see it from the next.
    """
    colors = {"source": SOURCES, "score": SUITABILITY, "reason": dict(reasons), "none": NOT_SHOWN}
    options: dict[str, Any] = {"url": url, "borders": borders, "mode": mode, "colors": colors, "legend": legend}
    options |= {"texts": texts, "note": note, "overlays": list(overlays), "focus": focus, **names}
    return call_layer("land", options)


def look_layer(url: str, borders: str, places: Sequence[Mapping[str, object]]) -> Layer:
    """A file's features as they are, the districts' outlines, and places with what has been found there.

    Parameters
    ----------
    url, borders
        Addresses of the features and of the outlines, as of :func:`zones_file`; without features an empty text.
    places
        ``lat``, ``lng`` and ``text``.
    """
    return call_layer("look", {"url": url, "borders": borders, "places": list(places)})


def show(base: folium.Map, layers: Sequence[Layer], *, key: str, height: int) -> tuple[float, float] | None:
    """Draw a map and return where it has last been clicked: longitude and latitude.

    Panning and zooming do not re-run the page.
    """
    answer = st_folium(
        deepcopy(base),
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=[deepcopy(layer) for layer in layers],
        returned_objects=["last_clicked"],
    )
    clicked = (answer or {}).get("last_clicked")
    return (clicked["lng"], clicked["lat"]) if clicked else None


def source_legend(labels: Mapping[str, str]) -> list[dict[str, object]]:
    """Legend entries by source of land."""
    entries: list[dict[str, object]] = [{"label": labels[name], "color": SOURCES[name]} for name in USABLE_SOURCES]
    return [*entries, {"label": labels[""], "color": NOT_SHOWN}]


def score_legend() -> list[dict[str, object]]:
    """Legend entries of the score's classes."""
    labels = class_labels(SCORE_EDGES, 1)
    return [{"label": label, "color": color} for label, color in zip(labels, SUITABILITY, strict=True)]


def rule_colors(constraints: Sequence[str]) -> dict[str, str]:
    """Colour of each constraint, in their order, and of what can be developed under the empty name."""
    others = [name for name in constraints if name not in USUAL_COLORS]
    colors = {name: OTHER_COLORS[place % len(OTHER_COLORS)] for place, name in enumerate(others)}
    colors |= USUAL_COLORS
    return {"": RAMP[1], **colors}
