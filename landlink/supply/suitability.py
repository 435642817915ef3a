"""Suitability (适宜性): factors as rasters, scaled by value functions, weighted, and averaged over parcels."""

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

# Side of the rasters' cells, m, unless another is asked for.
CELL_M = 100.0
# Distance, m, up to which factors are measured; longer ones count as this.
FAR_M = 20_000.0
# Column of the scores.
SCORE = "score"

Floats = npt.NDArray[np.float64]
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: the layer that it is measured from, and its value function, 0–1, linear between points."""

    id: str
    layer: str
    select: str
    points: Points

    def value(self, measured: Floats) -> Floats:
        """Values of measurements, 1 being best; constant before the first and beyond the last point.

        Examples
        --------
        >>> metro = Factor("metro", "stations", "", ((0, 1), (800, 1), (3000, 0)))
        >>> metro.value(np.array([500.0, 1900.0, 9000.0])).tolist()
        [1.0, 0.5, 0.0]
        """
        x, y = np.array(self.points).T
        return np.where(np.isnan(measured), np.nan, np.interp(measured, x, y))


@dataclass(frozen=True, slots=True)
class Suitability:
    """Scores of parcels.

    Parameters
    ----------
    parcels
        One row a parcel with developable area: ``parcel``, ``score`` (0–1; missing outside the rasters), and by
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
    """Tables of factors and comparisons, the city's or the default ones, for factors whose layer the city has.

    Raises
    ------
    DataError
        A factor's points are not a value function.
    """
    tables = land.city.tables
    chosen = {name: tables.get(name, _default(name)) for name in ("factors", "comparisons")}
    available = {*land.layers, *land.rasters, *(f"constraint-{name}" for name in land.zones)}
    table = chosen["factors"]
    factors = table[table["layer"].isin(available)]
    file, rows = table.attrs.get("file", ""), zip(factors.index.tolist(), factors["points"], strict=True)
    faults = [fault for row, points in rows if (fault := _wrong_points(points, file, row))]
    if faults:
        raise DataError(faults)
    return factors, chosen["comparisons"]


def factor_values(
    land: Land, developable: gpd.GeoDataFrame, factors: pd.DataFrame, folder: Path, *, cell_m: float
) -> pd.DataFrame:
    """Measure each factor, and its value, over the developable shapes.

    Parameters
    ----------
    developable
        ``parcel`` and the developable shapes, of :attr:`landlink.supply.Developable.parcels`; empty ones are left
        out.
    factors
        Of :func:`factor_table`.
    folder
        Folder for the rasters ``measured_<factor>.tif`` and ``value_<factor>.tif``.
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
    rasters: dict[str, Path] = {}
    for factor in _factors(factors):
        measured, valued = folder / f"measured_{factor.id}.tif", folder / f"value_{factor.id}.tif"
        _measure(land, factor, grid, measured)
        raster.combine([measured], lambda layers, factor=factor: factor.value(layers[0]), valued)  # type: ignore[misc]
        rasters |= {measured.stem: measured, valued.stem: valued}
    means = (table["mean"].to_numpy() for table in raster.zonal_each(list(rasters.values()), shapes))
    return pd.DataFrame({"parcel": shapes["parcel"], **dict(zip(rasters, means, strict=True))})


def grid_of(land: Land, cell_m: float) -> raster.Grid:
    """Grid over a city's districts, with cell edges at whole multiples of their side, m."""
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

    Examples
    --------
    >>> values = pd.DataFrame({"parcel": ["P1", "P2"], "value_metro": [1.0, 0.4], "value_road": [0.6, 0.8]})
    >>> factors = pd.DataFrame({"factor": ["metro", "road"]})
    >>> ratios = pd.DataFrame([["metro", "road", 3.0]], columns=["factor", "other", "ratio"])
    >>> weights = ahp.weights(ahp.matrix(ratios, ["metro", "road"]), ["metro", "road"])
    >>> suitability(values, factors, weights).parcels["score"].round(2).tolist()
    [0.9, 0.5]
    """
    if not weights.accepted:
        factor, other, implied = weights.doubtful
        ratio = f"{weights.consistency_ratio:.3f}"
        details = {"ratio": ratio, "factor": factor, "other": other, "implied": f"{implied:.2f}"}
        raise DataError(Fault("ahp.inconsistent", details))
    score = np.zeros(len(values))
    for name, weight in weights.weights.items():
        score += values[f"value_{name}"].to_numpy() * weight
    parcels = values.copy()
    parcels.insert(1, SCORE, score)
    weighted = factors.assign(weight=factors["factor"].map(dict(weights.weights))).reset_index(drop=True)
    return Suitability(parcels, weighted, weights)


def exclusion(constraints: pd.DataFrame, zones: Mapping[str, Shapes], grid: raster.Grid, folder: Path) -> Path:
    """Raster ``excluded.tif`` of the cells that constraints take: 1 where they take the centre, else 0.

    Parameters
    ----------
    constraints, zones
        As :func:`landlink.supply.developable.developable` takes them.
    grid
        Grid of the factors' rasters.
    folder
        Folder of these rasters.
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
    """Shapes to which a factor's distance is measured."""
    zone = factor.layer.removeprefix("constraint-")
    layer = land.zones[zone] if zone != factor.layer else land.layers[factor.layer]
    if not factor.select:
        return layer
    column = "kind" if "kind" in layer else "facility"
    chosen = layer[layer[column].isin([part.strip() for part in factor.select.split(";")])]
    if chosen.empty:
        present = ", ".join(sorted(layer[column].unique()))
        values = {"factor": factor.id, "select": factor.select, "have": present}
        raise DataError(Fault("suitability.select", values))
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


def _wrong_points(written: str, file: str, row: int) -> Fault | None:
    try:
        points = _points(written)
    except ValueError:
        points = ()
    x = [point[0] for point in points]
    if points and x == sorted(set(x)) and all(0 <= y <= 1 for _, y in points):
        return None
    return Fault("suitability.points", {"points": written}, file, row=row, column="points")


@cache
def _default(name: str) -> pd.DataFrame:
    with as_file(files("landlink.supply") / "defaults" / f"{name}.csv") as path:
        return check(read_sheet(path).frame, INPUTS[name], path.name)
