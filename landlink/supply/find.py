"""Where land can be had (找地): developable area and suitability together, each parcel's figures explained."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink import raster
from landlink.city import landuse
from landlink.city.land import Land, resource_origin
from landlink.errors import DataError, Fault
from landlink.plan.node import Node
from landlink.schema import STATUSES, worst
from landlink.supply import ahp
from landlink.supply.developable import IN_USE, Developable, by_district, developable, lost
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
from landlink.texts import Lang, default_lang, pick, text


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

    def explain(self, parcel: str, lang: Lang | None = None) -> Node:
        """Derivation of what can be developed of a parcel, and of its score.

        Raises
        ------
        DataError
            There is no such parcel.
        """
        return _Explainer(self, lang or default_lang()).parcel(parcel)


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
    for row in land.constraints[land.constraints["rule"] == "slope"].to_dict("records"):
        with tempfile.TemporaryDirectory(prefix="landlink-") as name:
            steep = raster.slope(land.rasters["dem"], Path(name) / "slope.tif")
            limit = float(row["value"])
            cells = raster.polygonise(steep, lambda degrees, limit=limit: degrees > limit)  # type: ignore[misc]
        found[row["constraint"]] = shapely.get_parts(cells.to_crs(land.crs).geometry.to_numpy())
    return found


class _Explainer:
    """Derivations of a supply's parcels in one language."""

    def __init__(self, supply: Supply, lang: Lang) -> None:
        self.supply, self.lang = supply, lang
        self._text = partial(text, lang=lang)

    def parcel(self, parcel: str) -> Node:
        """Derivation of a parcel."""
        table = self.supply.developable.parcels
        rows = table[table["parcel"] == parcel].drop(columns="geometry")
        if rows.empty:
            raise DataError(Fault("land.parcel_unknown", {"parcel": parcel}))
        row = rows.iloc[0].to_dict()
        gross = self._leaf("supply.gross_m2", row["gross_m2"], "m2", self._origin(row))
        constraints = {rule["constraint"]: rule for rule in self.supply.developable.constraints.to_dict("records")}
        losses = [self._in_use(row)] if row[lost(IN_USE)] else []
        for name in self.supply.developable.losses[1:]:
            constraint = constraints[name.removeprefix("lost_").removesuffix("_m2")]
            if row[name]:
                losses.append(self._loss(constraint, row[name]))
        warned = [self._warning(constraints[name]) for name in row["warnings"].split("; ") if name]
        inputs = (gross, *losses, *warned, *self._score(parcel))
        return Node(
            "supply.developable_m2",
            self._text("model.column.developable_m2"),
            int(row["developable_m2"]),
            f"{row['developable_m2']:,}",
            self._text("model.unit.m2"),
            self._text("model.formula.supply.developable_m2"),
            self._text("model.clause.supply"),
            "",
            "",
            worst(node.status for node in inputs),
            "",
            inputs,
        )

    def _origin(self, row: Mapping[str, Any]) -> dict[str, str]:
        origin = resource_origin(self.supply.land.city.land["parcels"])
        found = landuse.land_use(row["code_system"], row["land_use"])
        title = found.title(self.lang) if found else row["land_use"]
        system = self._text(f"model.code_system.{row['code_system']}")
        use = f"{system} {row['land_use']} {title}"
        source = self._text(f"model.land_source.{row['land_source']}")
        return {
            **origin,
            "source": "; ".join(part for part in (pick(origin["source"], self.lang), use, source) if part),
            "status": row["status"],
        }

    def _leaf(self, id_: str, value: float, unit: str, origin: Mapping[str, str], label: str = "") -> Node:
        return Node(
            id_,
            label or self._text(f"model.column.{id_.rpartition('.')[2]}"),
            value,
            f"{value:,}" if isinstance(value, int) else f"{value:,.2f}",
            self._text(f"model.unit.{unit}") if unit else "",
            self._text("model.formula.input"),
            "",
            pick(origin["source"], self.lang),
            origin["date"],
            origin["status"],
            origin["confidence"],
        )

    def _in_use(self, row: Mapping[str, Any]) -> Node:
        value = int(row[lost(IN_USE)])
        return Node(
            "supply.lost_in_use_m2",
            self._text("model.column.lost_in_use_m2"),
            value,
            f"{value:,}",
            self._text("model.unit.m2"),
            self._text("model.formula.supply.lost_in_use_m2"),
            "",
            "",
            "",
            row["status"],
            "",
        )

    def _loss(self, constraint: Mapping[str, Any], value: int) -> Node:
        title = pick(constraint["title"], self.lang)
        label = self._text("model.column.lost", constraint=title)
        return self._rule(constraint, label, int(value), f"{value:,}", self._text("model.unit.m2"))

    def _warning(self, constraint: Mapping[str, Any]) -> Node:
        return self._rule(
            constraint, pick(constraint["title"], self.lang), None, self._text("model.explain.warning"), ""
        )

    def _rule(self, constraint: Mapping[str, Any], label: str, value: int | None, shown: str, unit: str) -> Node:
        limit = constraint["value"]
        return Node(
            f"constraint.{constraint['constraint']}",
            label,
            value,
            shown,
            unit,
            self._text(
                f"model.constraint_rule.{constraint['rule']}", value="0" if pd.isna(limit) else f"{float(limit):g}"
            ),
            pick(constraint["clause"], self.lang),
            pick(constraint["source"], self.lang),
            constraint["date"],
            constraint["status"],
            constraint["confidence"],
        )

    def _score(self, parcel: str) -> list[Node]:
        scored = self.supply.suitability
        if scored is None:
            return []
        rows = scored.parcels[scored.parcels["parcel"] == parcel]
        if rows.empty or pd.isna(rows["score"].iloc[0]):
            return []
        row = rows.iloc[0].to_dict()
        parts = [self._factor(factor, row) for factor in scored.factors.to_dict("records")]
        return [
            Node(
                "supply.score",
                self._text("model.column.score"),
                float(row["score"]),
                f"{row['score']:.3f}",
                "",
                self._text("model.formula.supply.score", ratio=f"{scored.weights.consistency_ratio:.3f}"),
                self._text("model.clause.suitability"),
                "",
                "",
                worst(part.status for part in parts),
                "",
                tuple(parts),
            )
        ]

    def _factor(self, factor: Mapping[str, Any], row: Mapping[str, Any]) -> Node:
        name = factor["factor"]
        value, measured = float(row[f"value_{name}"]), float(row[f"measured_{name}"])
        layer = self.supply.land.city.land[factor["layer"]]
        origin = {**resource_origin(layer), "status": layer.origin.get("status", STATUSES[1])}
        unit = {"dem": "degree", "population-raster": "person"}.get(factor["layer"], "m")
        title = pick(factor["title"], self.lang)
        return Node(
            f"factor.{name}",
            title,
            value,
            f"{value:.3f} × {factor['weight']:.3f}",
            "",
            self._text("model.formula.supply.factor", points=factor["points"]),
            "",
            pick(factor["source"], self.lang),
            factor["date"],
            worst([factor["status"], origin["status"]]),
            factor["confidence"],
            (self._leaf(f"measured.{name}", measured, unit, origin, self._text("model.explain.measured")),),
        )
