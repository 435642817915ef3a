"""Suitability (适宜性): factors as rasters, put to a scale by value functions, weighted, and averaged over parcels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from landlink import raster
from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.files.check import check
from landlink.files.tables import read_sheet
from landlink.schema import INPUTS
from landlink.supply import ahp
from landlink.supply.constraints import constraints_of
from landlink.supply.overlay import Shapes

CELL_M = 100.0
# Distances beyond this, m, count as this.
FAR_M = 20_000.0
SCORE = "score"

Floats = npt.NDArray[np.float64]
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: the layer it is measured from, and its value function, 0–1, by points that are joined straight."""

    id: str
    layer: str
    select: str
    points: Points

    def value(self, measured: Floats) -> Floats:
        """Value of what has been measured: 1 is best; beyond the first and last point it stays as there."""
        x, y = np.array(self.points).T
        return np.where(np.isnan(measured), np.nan, np.interp(measured, x, y))


@dataclass(frozen=True, slots=True)
class Suitability:
    """Scores.

    Parameters
    ----------
    parcels
        One row a parcel with anything to develop: ``parcel``, ``score`` (0–1; missing outside the rasters), and by
        factor ``measured_<factor>`` (mean over the developable shape: m, degrees or persons a cell) and
        ``value_<factor>`` (mean of the value function). The score is the sum of value times weight.
    factors
        The factors, as the table ``factors`` has them, with ``weight``.
    weights
        The weights and their consistency.
    """

    parcels: pd.DataFrame
    factors: pd.DataFrame
    weights: ahp.Weights


def factor_table(land: Land) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables of factors and comparisons: the city's own, or landlink's, of the factors whose layer the city has.

    Raises
    ------
    DataError
        A factor's points are no value function.
    """
    tables = land.city.tables
    own = {name: tables.get(name, _default(name)) for name in ("factors", "comparisons")}
    there = {*land.layers, *land.rasters, *(f"constraint-{name}" for name in land.zones)}
    factors = own["factors"]
    factors = factors[factors["layer"].isin(there)]
    faults = [fault for row, factor in factors.iterrows() if (fault := _wrong_points(factor, row, own["factors"]))]
    if faults:
        raise DataError(faults)
    return factors, own["comparisons"]


def factor_values(
    land: Land, developable: gpd.GeoDataFrame, factors: pd.DataFrame, folder: Path, *, cell_m: float
) -> pd.DataFrame:
    """Measure each factor, and the value of what is measured, over what can be developed.

    Parameters
    ----------
    developable
        ``parcel`` and the developable shapes, of :attr:`landlink.supply.Developable.parcels`; empty ones are left
        out.
    factors
        Of :func:`factor_table`.
    folder
        Where the rasters go: ``measured_<factor>.tif`` and ``value_<factor>.tif`` a factor.
    cell_m
        Side of the rasters' cells.

    Returns
    -------
    ``parcel`` and the columns by factor of :class:`Suitability`.

    Raises
    ------
    DataError
        A raster cannot be used, or a factor selects nothing.
    """
    grid = grid_of(land, cell_m)
    shapes = developable[~developable.geometry.is_empty].reset_index(drop=True)
    made: dict[str, Path] = {}
    for factor in _factors(factors):
        measured, valued = folder / f"measured_{factor.id}.tif", folder / f"value_{factor.id}.tif"
        _measure(land, factor, grid, measured)
        raster.combine([measured], lambda layers, factor=factor: factor.value(layers[0]), valued)  # type: ignore[misc]
        made |= {measured.stem: measured, valued.stem: valued}
    means = (found["mean"].to_numpy() for found in raster.zonal_each(list(made.values()), shapes))
    return pd.DataFrame({"parcel": shapes["parcel"], **dict(zip(made, means, strict=True))})


def grid_of(land: Land, cell_m: float) -> raster.Grid:
    """Cells over a city's districts, their edges on whole multiples of their side, m."""
    return raster.Grid.over(land.districts.total_bounds, cell_m, land.crs)


def suitability(values: pd.DataFrame, factors: pd.DataFrame, weights: ahp.Weights) -> Suitability:
    """Score parcels by the values of their factors.

    Parameters
    ----------
    values
        Of :func:`factor_values`.
    factors
        Of :func:`factor_table`.
    weights
        Of :func:`landlink.supply.ahp.weights`.

    Raises
    ------
    DataError
        The comparisons are not consistent (ratio above 0.1).
    """
    if not weights.accepted:
        one, two, implied = weights.doubtful
        told = {"ratio": f"{weights.consistency_ratio:.3f}", "factor": one, "other": two, "implied": f"{implied:.2f}"}
        raise DataError(Fault("ahp.inconsistent", told))
    score = np.zeros(len(values))
    for name, weight in weights.weights.items():
        score += values[f"value_{name}"].to_numpy() * weight
    parcels = values.copy()
    parcels.insert(1, SCORE, score)
    weighted = factors.assign(weight=factors["factor"].map(dict(weights.weights))).reset_index(drop=True)
    return Suitability(parcels, weighted, weights)


def exclusion(constraints: pd.DataFrame, zones: Mapping[str, Shapes], grid: raster.Grid, folder: Path) -> Path:
    """Raster of cells that the constraints leave nothing of, ``excluded.tif``: 1 where a centre is taken, else 0.

    Parameters
    ----------
    constraints, zones
        As :func:`landlink.supply.developable.supply` takes them.
    grid
        Cells of the factors' rasters.
    folder
        Of these rasters.
    """
    taken, limits = [], []
    for constraint in constraints_of(constraints):
        if not constraint.rule.on_zones:
            continue
        shapes = constraint.zones(zones)
        if constraint.rule.acts == "outside zones":
            name = folder / f"inside_{constraint.name}.tif"
            limits.append(raster.burn(name, grid, gpd.GeoDataFrame(geometry=shapes, crs=grid.crs)))
        else:
            taken.append(shapes)
    away = np.concatenate(taken) if taken else np.array([], dtype=object)
    burnt = raster.burn(folder / "taken.tif", grid, gpd.GeoDataFrame(geometry=away, crs=grid.crs))
    return raster.combine(
        [burnt, *limits],
        lambda layers: np.maximum.reduce([layers[0], *(1 - layer for layer in layers[1:])]),
        folder / "excluded.tif",
    )


def score_raster(
    factors: Sequence[str], weights: Mapping[str, float], folder: Path, tags: Mapping[str, str], out: Path
) -> Path:
    """Weighted sum of the factors' value rasters as a Cloud Optimized GeoTIFF, ``score.tif``.

    Parameters
    ----------
    factors
        Factors whose ``value_<factor>.tif`` is in the folder.
    weights
        By factor.
    folder
        Of the rasters; cells that its ``excluded.tif`` marks have no score.
    tags
        What the file says of itself: source, status and the like.
    out
        Folder for the raster.
    """
    parts = [(folder / f"value_{factor}.tif", weights[factor]) for factor in factors]

    def score(layers: list[Floats]) -> Floats:
        excluded, *values = layers
        total = np.zeros_like(excluded)
        for (_, weight), value in zip(parts, values, strict=True):
            total += value * weight
        return np.where(excluded > 0, np.nan, total)

    plain = raster.combine([folder / "excluded.tif", *(path for path, _ in parts)], score, out / "score_plain.tif")
    cloud = raster.save_cog(plain, out / "score.tif", tags=dict(tags))
    plain.unlink()
    return cloud


def _measure(land: Land, factor: Factor, grid: raster.Grid, out: Path) -> None:
    if factor.layer == "dem":
        steep = raster.slope(land.rasters["dem"], out.with_name(f"slope_{factor.id}.tif"))
        raster.to_grid(steep, grid, out)
        steep.unlink()
    elif factor.layer in land.rasters:
        raster.to_grid(land.rasters[factor.layer], grid, out, resampling="sum")
    else:
        raster.distance(out, grid, _shapes(land, factor), limit_m=FAR_M, within=land.districts)


def _shapes(land: Land, factor: Factor) -> gpd.GeoDataFrame:
    """Shapes that a factor's distance is measured to."""
    zone = factor.layer.removeprefix("constraint-")
    layer = land.zones[zone] if zone != factor.layer else land.layers[factor.layer]
    if not factor.select:
        return layer
    column = "kind" if "kind" in layer else "facility"
    chosen = layer[layer[column].isin([part.strip() for part in factor.select.split(";")])]
    if chosen.empty:
        have = ", ".join(sorted(layer[column].unique()))
        raise DataError(Fault("suitability.select", {"factor": factor.id, "select": factor.select, "have": have}))
    return chosen


def _factors(table: pd.DataFrame) -> list[Factor]:
    return [
        Factor(row["factor"], row["layer"], row["select"] or "", _points(row["points"]))
        for row in table.to_dict("records")
    ]


def _points(written: str) -> Points:
    """Points of a value function, written ``0:1; 800:1; 3000:0``.

    Examples
    --------
    >>> _points("0:1; 800:0.5")
    ((0.0, 1.0), (800.0, 0.5))
    """
    pairs = [part.split(":") for part in written.split(";") if part.strip()]
    return tuple((float(x), float(y)) for x, y in pairs)


def _wrong_points(factor: "pd.Series[str]", row: object, table: pd.DataFrame) -> Fault | None:
    try:
        points = _points(factor["points"])
    except ValueError:
        points = ()
    x = [point[0] for point in points]
    if points and x == sorted(set(x)) and all(0 <= y <= 1 for _, y in points):
        return None
    values = {"points": factor["points"]}
    return Fault("suitability.points", values, table.attrs.get("file", ""), row=int(str(row)), column="points")


@cache
def _default(name: str) -> pd.DataFrame:
    with as_file(files("landlink.supply") / "defaults" / f"{name}.csv") as path:
        return check(read_sheet(path).frame, INPUTS[name], path.name)
