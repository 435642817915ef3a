"""Writing what :mod:`landlink.supply.find` has found, every file or none."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.files import csv_bytes, write_files
from landlink.supply.find import Supply
from landlink.supply.suitability import score_raster

PARCELS, DISTRICTS, SCORES = "supply.csv", "supply_districts.csv", "suitability.csv"
LAYER, RASTER, DOCUMENT = "supply.gpkg", "score.tif", "supply.json"


def save_supply(found: Supply, folder: Path, rasters: Path | None) -> list[Path]:
    """Write the supply by parcel and district, the developable shapes, and the scores with their raster.

    Parameters
    ----------
    rasters
        Folder of the rasters that the scores come from; None without scores.

    Returns
    -------
    ``supply.csv`` (a row a parcel), ``supply_districts.csv``, ``supply.gpkg`` (layer ``developable`` in the city's
    plane), ``supply.json`` (constraints, factors, weights and statuses behind it), and with scores
    ``suitability.csv`` and ``score.tif`` (COG).

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    table = pd.DataFrame(found.parcels.drop(columns="geometry"))
    files: dict[str, bytes | Callable[[Path], None]] = {
        PARCELS: csv_bytes(table),
        DISTRICTS: csv_bytes(found.developable.districts),
        LAYER: lambda path: _write_layer(found.parcels, path),
        DOCUMENT: _document(found),
    }
    if found.suitability is not None and rasters is not None:
        tags = {"status": found.status, "city": found.land.city.id}
        names = list(found.suitability.weights.weights)
        score = score_raster(names, found.suitability.weights.weights, rasters, tags, rasters)
        files |= {SCORES: csv_bytes(found.suitability.parcels), RASTER: score.read_bytes()}
    return write_files(folder, files)


def _write_layer(parcels: gpd.GeoDataFrame, path: Path) -> None:
    shown = parcels[~parcels.geometry.is_empty]
    pyogrio.write_dataframe(
        shown, path, layer="developable", driver="GPKG", geometry_type="MultiPolygon", promote_to_multi=True
    )


def _document(found: Supply) -> bytes:
    scored = found.suitability
    content = {
        "city": found.land.city.id,
        "crs": found.land.crs.to_string(),
        "status": found.status,
        "parcels": len(found.developable.parcels),
        "gross_m2": int(found.developable.parcels["gross_m2"].sum()),
        "developable_m2": int(found.developable.parcels["developable_m2"].sum()),
        "constraints": json.loads(found.developable.constraints.to_json(orient="records", force_ascii=False)),
        "factors": [] if scored is None else json.loads(scored.factors.to_json(orient="records", force_ascii=False)),
        "consistency_ratio": None if scored is None else scored.weights.consistency_ratio,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
