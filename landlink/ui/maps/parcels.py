"""The map of parcels: their shapes and figures in one file, which the browser draws and searches."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from landlink.present.classes import SCORE_EDGES, class_labels
from landlink.present.colors import SOURCES, SUITABILITY
from landlink.schema import USABLE_SOURCES
from landlink.supply.find import Supply
from landlink.supply.overlay import Shapes
from landlink.ui.maps.files import publish
from landlink.ui.maps.frame import Layer, call_layer
from landlink.ui.maps.pictures import WEB_MERCATOR

# Grid that vertices are rounded to, m.
UNIT = 0.25
# A parcel of which nothing can be developed.
NOT_SHOWN = "#d9dbde"
# A parcel of which something can be developed, on the map of constraints.
DEVELOPABLE = "#fec44f"
# Colours of the usual constraints.
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
# Colours that other constraints take in turn.
OTHER_COLORS = ("#44aa99", "#661100", "#6699cc", "#888888", "#cc6677")


def publish_parcels(supply: Supply) -> str:
    """Publish the shapes and figures of a supply's parcels as JSON for ``land.js``, and return the address.

    Shapes are in web Mercator, each vertex as its difference from the one before in units of :data:`UNIT` m. The
    developable shape is given only for parcels that a constraint cuts.
    """
    parcels = supply.parcels
    whole = supply.land.parcels.geometry.to_crs(WEB_MERCATOR).to_numpy()
    cut = ((parcels["developable_m2"] > 0) & (parcels["developable_m2"] < parcels["gross_m2"])).to_numpy()
    developable = parcels.geometry[cut].to_crs(WEB_MERCATOR).to_numpy()
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
        "lost": [_sparse(name, parcels[name].to_numpy()) for name in supply.developable.losses],
        "shapes": _packed(whole, origin),
        "left": _packed(developable, origin),
        "leftOf": np.flatnonzero(cut).tolist(),
    }
    return publish(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), ".json")


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
    credit: str = "",
) -> Layer:
    """Layer of parcels coloured by ``source``, ``reason`` or ``score``, with popups, overlays and a legend.

    Parameters
    ----------
    url, borders
        Addresses of the parcels (:func:`publish_parcels`) and of the districts' outlines.
    legend
        ``title``, ``entries`` (``label`` and ``color``) and ``note``.
    reasons
        Colour by constraint; under the empty name, of parcels that can be developed.
    texts
        Labels of the popup and the panel.
    names
        ``districts`` by code, ``uses`` by system and code, ``sources`` by source of land, ``lost`` by constraint.
    overlays
        ``id``, ``title``, ``color``, ``url`` and ``credit``; for a picture also ``bounds``.
    note
        Last line of a popup.
    focus
        ``id`` of a parcel to zoom to, and a ``stamp`` that differs from search to search.
    credit
        Whom the map must name for the parcels (HTML), as an overlay's ``credit`` for the overlay while it is shown.
    """
    colors = {"source": SOURCES, "score": SUITABILITY, "reason": dict(reasons), "none": NOT_SHOWN}
    options: dict[str, Any] = {"url": url, "borders": borders, "mode": mode, "colors": colors, "legend": legend}
    options |= {"texts": texts, "note": note, "overlays": list(overlays), "focus": focus, "credit": credit, **names}
    return call_layer("land", options)


def source_legend(labels: Mapping[str, str]) -> list[dict[str, object]]:
    """Legend entries by source of land."""
    entries: list[dict[str, object]] = [{"label": labels[name], "color": SOURCES[name]} for name in USABLE_SOURCES]
    return [*entries, {"label": labels[""], "color": NOT_SHOWN}]


def score_legend() -> list[dict[str, object]]:
    """Legend entries of the score's classes."""
    labels = class_labels(SCORE_EDGES, 1)
    return [{"label": label, "color": color} for label, color in zip(labels, SUITABILITY, strict=True)]


def score_gradient() -> str:
    """CSS gradient of the score's colours."""
    return f"linear-gradient(90deg, {', '.join(SUITABILITY)})"


def rule_colors(constraints: Sequence[str]) -> dict[str, str]:
    """Colour of each constraint; under the empty name, of parcels that can be developed."""
    others = [name for name in constraints if name not in USUAL_COLORS]
    colors = {name: OTHER_COLORS[i % len(OTHER_COLORS)] for i, name in enumerate(others)}
    colors |= USUAL_COLORS
    return {"": DEVELOPABLE, **colors}


def _coded(name: str, values: str, column: "pd.Series[Any]") -> dict[str, list[Any]]:
    """A column as a list of its distinct values, and for each row the index into it."""
    numbers, known = column.factorize()
    return {name: numbers.tolist(), values: known.tolist()}


def _sparse(column: str, areas: npt.NDArray[np.int64]) -> list[object]:
    """A constraint, the rows of the parcels that it takes area from, and the areas."""
    rows = np.flatnonzero(areas)
    return [column.removeprefix("lost_").removesuffix("_m2"), rows.tolist(), areas[rows].tolist()]


def _packed(shapes: Shapes, origin: Sequence[float]) -> dict[str, list[int]]:
    """Count of rings by shape, count of points by ring, and the difference of each point from the one before."""
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
