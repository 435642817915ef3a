"""Supply of land (找地): the developable area of every parcel, and its suitability."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink import raster
from landlink.city.land import Land
from landlink.errors import DataError, Fault
from landlink.schema import STATUSES, worst
from landlink.supply import ahp
from landlink.supply.constraints import constraints_of
from landlink.supply.developable import Developable, by_district, developable
from landlink.supply.overlay import Shapes
from landlink.supply.suitability import (
    CELL_M,
    Suitability,
    exclusion,
    factor_table,
    factor_values,
    grid_of,
    suitability,
)


@dataclass(frozen=True, slots=True)
class Supply:
    """Developable land of a city and its suitability.

    Parameters
    ----------
    land
        The land that the supply is computed from.
    developable
        Developable area of each parcel.
    suitability
        Scores of the parcels; None where they were not asked for.
    """

    land: Land
    developable: Developable
    suitability: Suitability | None

    @property
    def parcels(self) -> gpd.GeoDataFrame:
        """Parcels with their ``score``; missing where nothing can be developed, and without suitability."""
        parcels = self.developable.parcels
        if self.suitability is None:
            return parcels.assign(score=np.nan)
        score = self.suitability.parcels.set_index("parcel")["score"]
        return parcels.assign(score=parcels["parcel"].map(score))

    def select(self, mask: "pd.Series[bool]") -> "Supply":
        """Supply of the parcels for which a mask in their order is true."""
        rows = np.flatnonzero(mask.to_numpy())
        land = replace(self.land, parcels=self.land.parcels.iloc[rows].reset_index(drop=True))
        parcels = self.developable.parcels.iloc[rows].reset_index(drop=True)
        return replace(
            self, land=land, developable=replace(self.developable, parcels=parcels, districts=by_district(parcels))
        )

    @property
    def status(self) -> str:
        """The least official status of the parcels and constraints."""
        return worst({*self.developable.parcels["status"], *self.developable.constraints["status"]} & set(STATUSES))


def find_supply(
    land: Land,
    folder: Path | None = None,
    *,
    comparisons: pd.DataFrame | None = None,
    cell_m: float | None = None,
) -> Supply:
    """Compute the supply of land, and its suitability where a folder for its rasters is given.

    Parameters
    ----------
    folder
        Folder for the rasters of suitability, created where it is missing; without it there is no suitability.
    comparisons
        Pairwise comparisons that take the place of the city's.
    cell_m
        Side of the rasters' cells; of :data:`landlink.supply.suitability.CELL_M` where it is not given.

    Raises
    ------
    DataError
        Something is wrong with the rasters, the factors or their comparisons.
    """
    shapes = zones(land)
    area = developable(land.parcels, land.constraints, shapes)
    if folder is None:
        return Supply(land, area, None)
    folder.mkdir(parents=True, exist_ok=True)
    factors, comparisons_of_city = factor_table(land)
    side = cell_m or CELL_M
    values = factor_values(land, area.parcels, factors, folder, cell_m=side)
    exclusion(land.constraints, shapes, grid_of(land, side), folder)
    weights = weigh(factors, comparisons_of_city if comparisons is None else comparisons)
    return Supply(land, area, suitability(values, factors, weights))


def weigh(factors: pd.DataFrame, comparisons: pd.DataFrame) -> ahp.Weights:
    """Weights of factors by their pairwise comparisons.

    Raises
    ------
    DataError
        A pair is missing or given twice.

    Examples
    --------
    >>> factors = pd.DataFrame({"factor": ["metro", "road"]})
    >>> weigh(factors, pd.DataFrame([["metro", "road", 3.0]], columns=["factor", "other", "ratio"])).weights
    {'metro': 0.75, 'road': 0.25}
    """
    names = list(factors["factor"])
    return ahp.weights(ahp.matrix(comparisons, names), names)


def reweighted(supply: Supply, comparisons: pd.DataFrame) -> Supply:
    """Supply with scores by other comparisons; areas and factors are not computed again.

    Raises
    ------
    DataError
        The supply has no suitability, or the comparisons are wrong or not consistent.
    """
    if supply.suitability is None:
        raise DataError(Fault("suitability.missing"))
    factors = supply.suitability.factors.drop(columns="weight")
    values = supply.suitability.parcels.drop(columns="score")
    return replace(supply, suitability=suitability(values, factors, weigh(factors, comparisons)))


def zones(land: Land) -> dict[str, Shapes]:
    """Zones of each constraint; those of a slope are the cells of the elevation model that are steeper.

    Raises
    ------
    DataError
        The elevation model cannot be used.
    """
    shapes: dict[str, Shapes] = {name: layer.geometry.to_numpy() for name, layer in land.zones.items()}
    for constraint in constraints_of(land.constraints):
        if not constraint.rule.raster:
            continue
        with tempfile.TemporaryDirectory(prefix="landlink-") as name:
            steep = raster.slope(land.rasters[constraint.rule.raster], Path(name) / "slope.tif")
            limit = constraint.limit
            cells = raster.polygonise(steep, lambda degrees, limit=limit: degrees > limit)  # type: ignore[misc]
        shapes[constraint.name] = shapely.get_parts(cells.to_crs(land.crs).geometry.to_numpy())
    return shapes
