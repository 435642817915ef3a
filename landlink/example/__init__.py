"""Example layers for what a city has no open data of: seeded, and marked synthetic feature by feature.

Takes a :class:`landlink.city.City`; gives a copy of its folder with the layers it lacks, and with synthetic parcels
beside its real ones.
"""

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyproj import CRS

from landlink.city import City
from landlink.city.manifest import COMPLETE, MANIFEST, read_manifest
from landlink.crs import plane_of, to_plane
from landlink.errors import DataError, Fault
from landlink.example import layers, rasters
from landlink.example.fabric import beside
from landlink.example.fabric import parcels as make_parcels
from landlink.example.fields import Scene
from landlink.files import csv_bytes, write_files
from landlink.raster import Grid, save_cog
from landlink.schema import CONSTRAINT_LAYER, INPUTS, SYNTHETIC

# Least number of parcels: some in every district.
LEAST_PARCELS = 500
# Greatest number of parcels: what a machine of 16 GB makes.
MOST_PARCELS = 2_000_000
# Origin of every layer, for the manifest.
ORIGIN = {"source": "合成示例 || synthetic example", "date": "2020", "status": SYNTHETIC, "confidence": "default"}


def make_example(city: City, folder: Path, *, parcels: int = 60_000, seed: int = 1) -> list[Path]:
    """Write a city's folder with example layers beside its own tables.

    Parameters
    ----------
    city
        Its files are copied, its layers kept, and its districts filled with those that it lacks.
    folder
        Target folder; files of the same names are replaced.
    parcels
        Number of parcels, reached within some percent; from 500 to 2,000,000.
    seed
        The same seed gives the same layers.

    Returns
    -------
    The files written.

    Raises
    ------
    DataError
        The number of parcels is out of bounds, or the city has synthetic parcels already.
    OutputError
        The folder cannot be written; nothing has been changed.
    """
    if not LEAST_PARCELS <= parcels <= MOST_PARCELS:
        values = {"count": parcels, "least": LEAST_PARCELS, "most": MOST_PARCELS}
        raise DataError(Fault("example.count", values))
    plane = plane_of(city.districts)
    real = _real_parcels(city, plane)
    scene = Scene.of(to_plane(city.districts[["code", "geometry"]], plane), seed)
    lots = make_parcels(scene, parcels)
    shapes, grids = _layers(city, scene, lots)
    shapes = {"parcels": _with_real(lots, real, city), **shapes}
    files: dict[str, bytes | Callable[[Path], None]] = {
        path.name: path.read_bytes() for path in sorted(city.folder.iterdir()) if path.is_file()
    }
    files["constraints.csv"] = csv_bytes(_constraints(city))
    for name, layer in shapes.items():
        files[f"{name}.gpkg"] = lambda path, layer=layer: pyogrio.write_dataframe(layer, path, driver="GPKG")  # type: ignore[misc]
    for name, (cells, grid) in grids.items():
        files[f"{name}.tif"] = lambda path, cells=cells, grid=grid: _write_grid(path, cells, grid)  # type: ignore[misc]
    files[MANIFEST] = _manifest(city, list(shapes), list(grids), seed)
    return write_files(folder, files)


def _real_parcels(city: City, plane: CRS) -> gpd.GeoDataFrame | None:
    """The city's own parcels in its plane; None where it has none.

    Raises
    ------
    DataError
        Some of them are synthetic: the city is an example already.
    """
    if "parcels" not in city.land:
        return None
    resource = city.land["parcels"]
    real = to_plane(resource.checked_shapes(polygons=True), plane, resource.file)
    if (real["status"] == SYNTHETIC).any():
        raise DataError(Fault("example.has_land", {"names": ", ".join(city.land)}, MANIFEST))
    return real.reset_index(drop=True)


def _with_real(lots: gpd.GeoDataFrame, real: gpd.GeoDataFrame | None, city: City) -> gpd.GeoDataFrame:
    """Real parcels as they are, and lots beside them in districts whose parcels are not all known."""
    lots = lots.assign(source=ORIGIN["source"])
    if real is None:
        return lots
    kept = beside(lots[~lots["code"].isin(city.complete)].reset_index(drop=True), real)
    return gpd.GeoDataFrame(pd.concat([real, kept[list(real.columns)]], ignore_index=True), crs=lots.crs)


def _layers(
    city: City, scene: Scene, lots: gpd.GeoDataFrame
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, tuple["np.ndarray[Any, Any]", Grid]]]:
    """Layers and grids that the city does not have, by resource."""
    residents = _residents(city)
    constrained = set(city.tables["constraints"]["constraint"]) if "constraints" in city.tables else set()
    roads, stations = layers.roads(scene, metro="stations" not in city.land)
    shapes = {
        **{
            f"{CONSTRAINT_LAYER}{name}": layer
            for name, layer in layers.constraints(scene, lots).items()
            if name not in constrained
        },
        "roads": roads,
        "stations": stations,
        "facilities": layers.facilities(scene, lots, residents, _totals(city)),
    }
    grids: dict[str, tuple[np.ndarray[Any, Any], Grid]] = {
        "dem": rasters.dem(scene),
        "population-raster": rasters.population(scene, residents),
    }
    missing = {name: layer for name, layer in shapes.items() if name not in city.land}
    return missing, {name: grid for name, grid in grids.items() if name not in city.land}


def _constraints(city: City) -> pd.DataFrame:
    """The city's own constraints, and the usual ones that it does not have."""
    columns = INPUTS["constraints"].names
    with resources.as_file(resources.files("landlink.supply") / "defaults" / "constraints.csv") as path:
        usual = pd.read_csv(path, dtype=str, keep_default_na=False)
    if "constraints" not in city.tables:
        return usual
    own = city.tables["constraints"]
    written = own.assign(value=[f"{value:.15g}" if pd.notna(value) else "" for value in own["value"]])
    return pd.concat([written, usual[~usual["constraint"].isin(own["constraint"])]], ignore_index=True)[columns]


def _residents(city: City) -> "pd.Series[int]":
    """Residents by district as of the latest date for which every district has a figure."""
    table = city.tables["population"]
    table = table[table["kind"] == "resident"]
    for date in sorted(set(table["date"]), reverse=True):
        for _, series in table[table["date"] == date].groupby("series"):
            persons = series.drop_duplicates("code").set_index("code")["persons"]
            if set(city.codes) <= set(persons.index):
                return persons[city.codes].astype("int64")
    raise DataError(Fault("example.no_residents", file=table.attrs.get("file", "")))


def _totals(city: City) -> dict[str, int]:
    """Latest numbers of facilities in the city's statistics."""
    if "city_series" not in city.tables:
        return {}
    series = city.tables["city_series"].sort_values("year").drop_duplicates("indicator", keep="last")
    counted = series[series["indicator"].isin([*layers.COUNTED.values(), layers.BEDS])]
    return {row["indicator"]: int(row["value"]) for row in counted.to_dict("records")}


def _write_grid(path: Path, cells: "np.ndarray[Any, Any]", grid: Grid) -> None:
    save_cog(cells, path, grid=grid, tags={"status": ORIGIN["status"], "source": ORIGIN["source"]})


def _manifest(city: City, shapes: list[str], grids: list[str], seed: int) -> bytes:
    """Manifest of the folder: the city's resources, and the layers made beside them.

    Parcels say of each row whether it is real.
    """
    manifest = read_manifest(city.folder)
    made = [
        {"name": name, "path": f"{name}{suffix}", "format": suffix.removeprefix("."), "landlink": ORIGIN}
        for names, suffix in ((shapes, ".gpkg"), (grids, ".tif"))
        for name in names
    ]
    made.append({"name": "constraints", "path": "constraints.csv", "format": "csv", "encoding": "utf-8"})
    if "parcels" in city.land:
        own = next(entry for entry in manifest["resources"] if entry["name"] == "parcels")
        kept = {key: own[key] for key in ("title", "licenses", "sources", COMPLETE) if key in own}
        if credit := city.land["parcels"].credit:
            kept["landlink"] = {"credit": credit}
        made[0] = {"name": "parcels", "path": "parcels.gpkg", "format": "gpkg", **kept}
    replaced = {entry["name"] for entry in made}
    manifest["resources"] = [*(entry for entry in manifest["resources"] if entry["name"] not in replaced), *made]
    manifest["name"] = f"{manifest['name']}-example"
    note = f"Parcels, constraints, roads, facilities and rasters marked synthetic are made up (seed {seed})."
    manifest["description"] = f"{manifest.get('description', '')} {note}".strip()
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
