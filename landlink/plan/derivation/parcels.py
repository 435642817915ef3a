"""How a parcel's developable area and its score come about: what each constraint takes, what each factor adds."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from landlink.city.land import resource_origin
from landlink.city.landuse import land_use
from landlink.errors import DataError, Fault
from landlink.plan.derivation.node import Node
from landlink.schema import STATUSES, worst
from landlink.supply.developable import IN_USE, lost
from landlink.supply.find import Supply
from landlink.texts import Lang, default_lang, pick, text

Row = Mapping[str, Any]
# Unit of what a factor measures, by layer; distances in m otherwise.
_MEASURED_IN = {"dem": "degree", "population-raster": "person"}


def explain_parcel(supply: Supply, parcel: str, lang: Lang | None = None) -> Node:
    """Derivation of what can be developed of a parcel, and of its score where suitability was worked out.

    Parameters
    ----------
    parcel
        Its number, as in the column ``parcel``.

    Raises
    ------
    DataError
        There is no such parcel.
    """
    lang = lang or default_lang()
    parcels = supply.developable.parcels
    rows = parcels[parcels["parcel"] == parcel].drop(columns="geometry")
    if rows.empty:
        raise DataError(Fault("land.parcel_unknown", {"parcel": parcel}))
    row = rows.iloc[0].to_dict()
    label = partial(text, lang=lang)
    gross = Node.input(
        "supply.gross_m2",
        label("model.column.gross_m2"),
        row["gross_m2"],
        f"{row['gross_m2']:,}",
        unit=label("model.unit.m2"),
        origin=_origin(supply, row, lang),
        lang=lang,
    )
    inputs = (gross, *_losses(supply, row, lang), *_warnings(supply, row, lang), *_score(supply, parcel, lang))
    return Node.computed(
        "supply.developable_m2",
        label("model.column.developable_m2"),
        int(row["developable_m2"]),
        f"{row['developable_m2']:,}",
        unit=label("model.unit.m2"),
        formula=label("model.formula.supply.developable_m2"),
        clause=label("model.clause.supply"),
        inputs=inputs,
    )


def _origin(supply: Supply, row: Row, lang: Lang) -> dict[str, str]:
    """Source and status of a parcel, with its land use and its source of land."""
    origin = resource_origin(supply.land.city.land["parcels"])
    use = land_use(row["code_system"], row["land_use"])
    system = text(f"model.code_system.{row['code_system']}", lang)
    parts = (
        pick(origin["source"], lang),
        f"{system} {row['land_use']} {use.title(lang) if use else row['land_use']}",
        text(f"model.land_source.{row['land_source']}", lang),
    )
    return {**origin, "source": "; ".join(part for part in parts if part), "status": row["status"]}


def _losses(supply: Supply, row: Row, lang: Lang) -> list[Node]:
    """What stays in its present use, and what each constraint takes."""
    nodes = [_in_use(row, lang)] if row[lost(IN_USE)] else []
    constraints = _constraints(supply)
    for column in supply.developable.losses[1:]:
        if row[column]:
            constraint = constraints[column.removeprefix("lost_").removesuffix("_m2")]
            label = text("model.column.lost", lang, constraint=pick(constraint["title"], lang))
            area = int(row[column])
            nodes.append(_constraint(constraint, label, area, f"{area:,}", text("model.unit.m2", lang), lang))
    return nodes


def _in_use(row: Row, lang: Lang) -> Node:
    area = int(row[lost(IN_USE)])
    return Node(
        "supply.lost_in_use_m2",
        text("model.column.lost_in_use_m2", lang),
        area,
        f"{area:,}",
        unit=text("model.unit.m2", lang),
        formula=text("model.formula.supply.lost_in_use_m2", lang),
        status=row["status"],
    )


def _warnings(supply: Supply, row: Row, lang: Lang) -> list[Node]:
    constraints = _constraints(supply)
    warning = text("model.explain.warning", lang)
    return [
        _constraint(constraints[name], pick(constraints[name]["title"], lang), None, warning, "", lang)
        for name in row["warnings"]
    ]


def _constraints(supply: Supply) -> dict[str, Row]:
    return {row["constraint"]: row for row in supply.developable.constraints.to_dict("records")}


def _constraint(constraint: Row, label: str, area_m2: int | None, shown: str, unit: str, lang: Lang) -> Node:
    limit = "0" if pd.isna(constraint["value"]) else f"{float(constraint['value']):g}"
    return Node.input(
        f"constraint.{constraint['constraint']}",
        label,
        area_m2,
        shown,
        unit=unit,
        origin=constraint,
        lang=lang,
        formula=text(f"model.constraint_rule.{constraint['rule']}", lang, value=limit),
    )


def _score(supply: Supply, parcel: str, lang: Lang) -> list[Node]:
    """Score of a parcel with its factors; none where it has none."""
    suitability = supply.suitability
    if suitability is None:
        return []
    rows = suitability.parcels[suitability.parcels["parcel"] == parcel]
    if rows.empty or pd.isna(rows["score"].iloc[0]):
        return []
    row = rows.iloc[0].to_dict()
    ratio = f"{suitability.weights.consistency_ratio:.3f}"
    return [
        Node.computed(
            "supply.score",
            text("model.column.score", lang),
            float(row["score"]),
            f"{row['score']:.3f}",
            formula=text("model.formula.supply.score", lang, ratio=ratio),
            clause=text("model.clause.suitability", lang),
            inputs=tuple(_factor(supply, factor, row, lang) for factor in suitability.factors.to_dict("records")),
        )
    ]


def _factor(supply: Supply, factor: Row, row: Row, lang: Lang) -> Node:
    """Value of a factor times its weight, from what was measured on its layer."""
    name, layer = factor["factor"], supply.land.city.land[factor["layer"]]
    value, measured = float(row[f"value_{name}"]), float(row[f"measured_{name}"])
    origin = {**resource_origin(layer), "status": layer.origin.get("status", STATUSES[1])}
    unit = _MEASURED_IN.get(factor["layer"], "m")
    measurement = Node.input(
        f"measured.{name}",
        text("model.explain.measured", lang),
        measured,
        f"{measured:,.2f}",
        unit=text(f"model.unit.{unit}", lang),
        origin=origin,
        lang=lang,
    )
    return Node(
        f"factor.{name}",
        pick(factor["title"], lang),
        value,
        f"{value:.3f} × {factor['weight']:.3f}",
        formula=text("model.formula.supply.factor", lang, points=factor["points"]),
        source=pick(factor["source"], lang),
        date=factor["date"],
        status=worst([factor["status"], origin["status"]]),
        confidence=factor["confidence"],
        inputs=(measurement,),
    )
