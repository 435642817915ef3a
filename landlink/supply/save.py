"""Supplies on disk: written for planners to read, and read back exactly, so that no later step computes them again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.files import csv_bytes, write_files
from landlink.schema import LISTED
from landlink.supply.ahp import Weights
from landlink.supply.developable import Developable, by_district
from landlink.supply.find import Supply
from landlink.supply.measured import measured
from landlink.supply.saved import DOCUMENT, MEASURED, sha256
from landlink.supply.suitability import SCORE, Suitability, factor_table, score_raster

PARCELS = "supply.csv"
DISTRICTS = "supply_districts.csv"
SCORES = "suitability.csv"
LAYER = "supply.gpkg"
RASTER = "score.tif"
# What :func:`load_supply` reads: every figure with all its digits, and shapes as they are.
EXACT = "supply.parquet"


def save_supply(supply: Supply, folder: Path, rasters: Path | None) -> list[Path]:
    """Write the supply by parcel and district, the developable shapes, and the scores with their raster.

    Parameters
    ----------
    rasters
        Folder of the rasters that the scores come from; None without scores.

    Returns
    -------
    ``supply.csv`` (a row a parcel), ``supply_districts.csv``, ``measured.csv`` (real land apart from synthetic, see
    :func:`landlink.supply.measured.measured`), ``supply.gpkg`` (layer ``developable`` in the city's plane),
    ``supply.json`` (city, constraints, factors, weights and statuses behind it), and with scores ``suitability.csv``
    and ``score.tif`` (COG). :func:`load_supply` reads ``supply.parquet`` (GeoParquet), and
    :func:`landlink.supply.saved.read_measured` ``measured.csv``.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    parcels = _written(supply.parcels)
    gross = csv_bytes(measured(supply))
    files: dict[str, bytes | Callable[[Path], None]] = {
        PARCELS: csv_bytes(pd.DataFrame(parcels.drop(columns="geometry"))),
        DISTRICTS: csv_bytes(supply.developable.districts),
        MEASURED: gross,
        LAYER: lambda path: _write_layer(parcels, path),
        DOCUMENT: _document(supply, sha256(gross)),
        EXACT: lambda path: _exact(supply).to_parquet(path),
    }
    if supply.suitability is not None and rasters is not None:
        tags = {"status": supply.status, "city": supply.land.city.id}
        names = list(supply.suitability.weights.weights)
        score = score_raster(names, supply.suitability.weights.weights, rasters, tags, rasters)
        files |= {SCORES: csv_bytes(supply.suitability.parcels), RASTER: score.read_bytes()}
    return write_files(folder, files)


def load_supply(folder: Path, land: Land) -> Supply:
    """Read a supply that :func:`save_supply` wrote, equal in every digit to the one that was saved.

    Parameters
    ----------
    folder
        Folder with ``supply.json`` and ``supply.parquet``.
    land
        Land of the same city, unchanged since the supply was computed.

    Raises
    ------
    DataError
        The folder has no supply, or its supply was computed from other data or by another version of landlink.
    """
    try:
        document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
        saved = gpd.read_parquet(folder / EXACT)
        inputs = document["inputs"]
    except (OSError, ValueError, KeyError):
        raise DataError(Fault("supply.unreadable", {"folder": folder, "files": f"{DOCUMENT}, {EXACT}"})) from None
    if inputs != fingerprint(land):
        raise DataError(Fault("supply.stale", {"folder": folder, "city": land.city.id}, DOCUMENT))
    scored = [name for name in saved.columns if name == SCORE or name.startswith(("measured_", "value_"))]
    warnings = [tuple(names.split(LISTED)) if names else () for names in saved["warnings"]]
    parcels = saved.drop(columns=scored).assign(warnings=warnings)
    supply = Supply(land, Developable(parcels, by_district(parcels), land.constraints), None)
    if not scored:
        return supply
    weights = Weights(document["weights"], document["consistency_ratio"], tuple(document["doubtful"]))
    usable = ~parcels.geometry.is_empty
    scores = pd.DataFrame(saved.loc[usable, ["parcel", *scored]]).reset_index(drop=True)
    factors, _ = factor_table(land)
    weighted = factors.assign(weight=factors["factor"].map(dict(weights.weights))).reset_index(drop=True)
    return replace(supply, suitability=Suitability(scores, weighted, weights))


def fingerprint(land: Land) -> str:
    """SHA-256 of everything that a supply is computed from: layers, rasters, tables and the version of landlink."""
    digest = hashlib.sha256(f"{version('landlink')} {land.crs.to_string()}".encode())
    layers = {"districts": land.districts, "parcels": land.parcels, **land.zones, **land.layers}
    tables = {"constraints": land.constraints, **dict(zip(("factors", "comparisons"), factor_table(land), strict=True))}
    for name, frame in [*layers.items(), *tables.items()]:
        digest.update(name.encode())
        attributes = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        digest.update(attributes.to_csv(index=False).encode())
        if isinstance(frame, gpd.GeoDataFrame):
            digest.update(b"".join(shapely.to_wkb(frame.geometry.to_numpy())))
    for name, path in sorted(land.rasters.items()):
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _written(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parcels as files hold them: tuples of names as one text."""
    return parcels.assign(warnings=parcels["warnings"].map(LISTED.join))


def _exact(supply: Supply) -> gpd.GeoDataFrame:
    """Parcels as they are, and beside them the factors and score of those with anything to develop."""
    parcels = _written(supply.developable.parcels)
    if supply.suitability is None:
        return parcels
    scores = supply.suitability.parcels.drop(columns="parcel")
    scores.index = parcels.index[~parcels.geometry.is_empty]
    return parcels.join(scores)


def _write_layer(parcels: gpd.GeoDataFrame, path: Path) -> None:
    shown = parcels[~parcels.geometry.is_empty]
    pyogrio.write_dataframe(
        shown, path, layer="developable", driver="GPKG", geometry_type="MultiPolygon", promote_to_multi=True
    )


def _document(supply: Supply, digest: str) -> bytes:
    """Contents of ``supply.json``.

    Parameters
    ----------
    digest
        SHA-256 of ``measured.csv``.
    """
    scored = supply.suitability
    content: dict[str, Any] = {
        "city": supply.land.city.id,
        "districts": supply.land.city.codes,
        "measured": digest,
        "inputs": fingerprint(supply.land),
        "crs": supply.land.crs.to_string(),
        "status": supply.status,
        "parcels": len(supply.developable.parcels),
        "gross_m2": int(supply.developable.parcels["gross_m2"].sum()),
        "developable_m2": int(supply.developable.parcels["developable_m2"].sum()),
        "constraints": json.loads(supply.developable.constraints.to_json(orient="records", force_ascii=False)),
        "factors": [] if scored is None else json.loads(scored.factors.to_json(orient="records", force_ascii=False)),
        "weights": None if scored is None else dict(scored.weights.weights),
        "consistency_ratio": None if scored is None else scored.weights.consistency_ratio,
        "doubtful": None if scored is None else scored.weights.doubtful,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
