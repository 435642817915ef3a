"""Example layers for a city that has no open parcels or red lines: seeded, and marked synthetic.

Takes a :class:`landlink.city.City` without land layers; gives a copy of its folder with them.
"""

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from landlink.city import City
from landlink.city.manifest import MANIFEST, read_manifest
from landlink.crs import plane_of, to_plane
from landlink.errors import DataError, Fault
from landlink.example import layers, rasters
from landlink.example.fabric import parcels as make_parcels
from landlink.example.fields import Scene
from landlink.files import write_files
from landlink.raster import Grid, save_cog
from landlink.schema import CONSTRAINT_LAYER

# Least number of parcels: some in every district.
LEAST_PARCELS = 500
# Greatest number of parcels: what a machine of 16 GB makes.
MOST_PARCELS = 2_000_000
# Origin of every layer, for the manifest.
ORIGIN = {"source": "合成示例 || synthetic example", "date": "2020", "status": "synthetic", "confidence": "default"}


def make_example(city: City, folder: Path, *, parcels: int = 60_000, seed: int = 1) -> list[Path]:
    """Write a city's folder with example layers beside its own tables.

    Parameters
    ----------
    city
        Its files are copied, and its districts are filled with the layers.
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
        The number of parcels is out of bounds, or the city has land layers of its own.
    OutputError
        The folder cannot be written; nothing has been changed.
    """
    if not LEAST_PARCELS <= parcels <= MOST_PARCELS:
        values = {"count": parcels, "least": LEAST_PARCELS, "most": MOST_PARCELS}
        raise DataError(Fault("example.count", values))
    if city.land:
        raise DataError(Fault("example.has_land", {"names": ", ".join(city.land)}, MANIFEST))
    scene = Scene.of(to_plane(city.districts[["code", "geometry"]], plane_of(city.districts)), seed)
    lots = make_parcels(scene, parcels)
    roads, stations = layers.roads(scene)
    residents = _residents(city)
    shapes = {
        "parcels": lots,
        **{f"{CONSTRAINT_LAYER}{name}": layer for name, layer in layers.constraints(scene, lots).items()},
        "roads": roads,
        "stations": stations,
        "facilities": layers.facilities(scene, lots, residents, _totals(city)),
    }
    grids = {"dem": rasters.dem(scene), "population-raster": rasters.population(scene, residents)}
    files: dict[str, bytes | Callable[[Path], None]] = {
        path.name: path.read_bytes() for path in sorted(city.folder.iterdir()) if path.is_file()
    }
    files["constraints.csv"] = (resources.files("landlink.supply") / "defaults" / "constraints.csv").read_bytes()
    for name, layer in shapes.items():
        files[f"{name}.gpkg"] = lambda path, layer=layer: pyogrio.write_dataframe(layer, path, driver="GPKG")  # type: ignore[misc]
    for name, (cells, grid) in grids.items():
        files[f"{name}.tif"] = lambda path, cells=cells, grid=grid: _write_grid(path, cells, grid)  # type: ignore[misc]
    files[MANIFEST] = _manifest(city, list(shapes), list(grids), seed)
    return write_files(folder, files)


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
    manifest = read_manifest(city.folder)
    entries = [
        {"name": name, "path": f"{name}{suffix}", "format": suffix.removeprefix("."), "landlink": ORIGIN}
        for names, suffix in ((shapes, ".gpkg"), (grids, ".tif"))
        for name in names
    ]
    table = {"name": "constraints", "path": "constraints.csv", "format": "csv", "encoding": "utf-8"}
    manifest["resources"] = [*manifest["resources"], table, *entries]
    manifest["name"] = f"{manifest['name']}-example"
    note = f"Parcels, constraints, roads, facilities and rasters are synthetic (seed {seed})."
    manifest["description"] = f"{manifest.get('description', '')} {note}".strip()
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
