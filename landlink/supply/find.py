"""Where land can be had (找地): developable area and suitability together, each parcel's figures explained."""

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
    """Where land can be had.

    Parameters
    ----------
    land
        What has been looked at.
    developable
        What can be developed of each parcel.
    suitability
        How good it is; None where that was not asked for.
    """

    land: Land
    developable: Developable
    suitability: Suitability | None

    @property
    def parcels(self) -> gpd.GeoDataFrame:
        """The parcels of the supply with their ``score``; missing where nothing can be developed, or none was asked."""
        parcels = self.developable.parcels
        if self.suitability is None:
            return parcels.assign(score=np.nan)
        score = self.suitability.parcels.set_index("parcel")["score"]
        return parcels.assign(score=parcels["parcel"].map(score))

    def where(self, chosen: "pd.Series[bool]") -> "Supply":
        """The same for some of the parcels, chosen in their order."""
        places = np.flatnonzero(chosen.to_numpy())
        land = replace(self.land, parcels=self.land.parcels.iloc[places].reset_index(drop=True))
        parcels = self.developable.parcels.iloc[places].reset_index(drop=True)
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
    """Look for land: supply, and suitability where a folder for its rasters is given.

    Parameters
    ----------
    folder
        Folder for the rasters of suitability, made where it is missing; without it there is no suitability.
    comparisons
        Pairwise comparisons that take the place of the city's.
    cell_m
        Side of the rasters' cells; of :data:`landlink.supply.suitability.CELL_M` where it is not given.

    Raises
    ------
    DataError
        Something is wrong with the rasters, the factors or their comparisons.
    """
    there = zones(land)
    found = developable(land.parcels, land.constraints, there)
    if folder is None:
        return Supply(land, found, None)
    folder.mkdir(parents=True, exist_ok=True)
    factors, own = factor_table(land)
    side = cell_m or CELL_M
    values = factor_values(land, found.parcels, factors, folder, cell_m=side)
    exclusion(land.constraints, there, grid_of(land, side), folder)
    weights = weigh(factors, own if comparisons is None else comparisons)
    return Supply(land, found, suitability(values, factors, weights))


def weigh(factors: pd.DataFrame, comparisons: pd.DataFrame) -> ahp.Weights:
    """Weights of factors by their pairwise comparisons.

    Raises
    ------
    DataError
        A pair is missing or given twice.
    """
    names = list(factors["factor"])
    return ahp.weights(ahp.matrix(comparisons, names), names)


def reweighted(found: Supply, comparisons: pd.DataFrame) -> Supply:
    """The same with other comparisons; supply and factors are not worked out again.

    Raises
    ------
    DataError
        The supply has no suitability, or the comparisons are wrong or not consistent.
    """
    if found.suitability is None:
        raise DataError(Fault("suitability.missing"))
    factors = found.suitability.factors.drop(columns="weight")
    scored = suitability(found.suitability.parcels.drop(columns="score"), factors, weigh(factors, comparisons))
    return replace(found, suitability=scored)


def zones(land: Land) -> dict[str, Shapes]:
    """Shapes of each constraint; those of a slope are the cells of the elevation model that are steeper.

    Raises
    ------
    DataError
        The elevation model cannot be used.
    """
    found: dict[str, Shapes] = {name: layer.geometry.to_numpy() for name, layer in land.zones.items()}
    for constraint in constraints_of(land.constraints):
        if not constraint.rule.raster:
            continue
        with tempfile.TemporaryDirectory(prefix="landlink-") as name:
            steep = raster.slope(land.rasters[constraint.rule.raster], Path(name) / "slope.tif")
            limit = constraint.limit
            cells = raster.polygonise(steep, lambda degrees, limit=limit: degrees > limit)  # type: ignore[misc]
        found[constraint.name] = shapely.get_parts(cells.to_crs(land.crs).geometry.to_numpy())
    return found
