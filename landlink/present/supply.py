"""Supply as people read it: tables with headings in their language, areas of districts in 公顷."""

from collections.abc import Mapping

import pandas as pd

from landlink.schema import LAND_SOURCES, USABLE_SOURCES
from landlink.supply.developable import IN_USE
from landlink.supply.find import Supply
from landlink.texts import Lang, pick, text
from landlink.units import ha


def constraint_titles(found: Supply, lang: Lang) -> dict[str, str]:
    """Title of each constraint, and of staying in use."""
    rows = found.developable.constraints.to_dict("records")
    titles = {row["constraint"]: pick(row["title"], lang) for row in rows}
    return {IN_USE: text("model.column.lost_in_use_m2", lang), **titles}


def supply_table(found: Supply, lang: Lang) -> pd.DataFrame:
    """Supply by parcel, areas in m²; constraints, sources and reasons under their titles."""
    titles = constraint_titles(found, lang)
    sources = {name: text(f"model.land_source.{name}", lang) for name in LAND_SOURCES}
    parcels = found.parcels.drop(columns="geometry")
    shown = parcels.assign(
        land_source=parcels["land_source"].map(sources),
        reason=parcels["reason"].map({"": "", **titles}),
        warnings=[
            "；".join(titles[name] for name in names.split("; ")) if names else "" for names in parcels["warnings"]
        ],
        status=parcels["status"].map(lambda status: text(f"model.status.{status}", lang)),
    )
    return shown.rename(columns={name: _heading(name, titles, lang) for name in shown.columns})


def _heading(name: str, titles: Mapping[str, str], lang: Lang) -> str:
    beside = {"m2": text("model.unit.m2", lang)}
    constraint = name.removeprefix("lost_").removesuffix("_m2")
    label = (
        text("model.column.lost", lang, constraint=titles[constraint])
        if name.startswith("lost_") and constraint != IN_USE
        else text(f"model.column.{name}", lang)
    )
    return text("model.unit.beside", lang, name=label, unit=beside["m2"]) if name.endswith("_m2") else label


def district_supply(found: Supply, lang: Lang, names: Mapping[str, str]) -> pd.DataFrame:
    """Developable area by district in ha: one column a source of land and their sum, the city's row last.

    The sum is of the exact areas, rounded once.
    """
    sources = list(USABLE_SOURCES)
    table = found.developable.districts.pivot_table(index="code", columns="land_source", values="developable_m2")
    areas = table.reindex(index=list(names), columns=sources).fillna(0).astype("int64")
    areas["developable_m2"] = areas.sum(axis=1)
    areas.loc["", :] = areas.sum()
    shown = areas.map(lambda area: float(ha(int(area))))
    labels = {name: text(f"model.land_source.{name}", lang) for name in sources}
    shown = shown.rename(columns={**labels, "developable_m2": text("model.column.developable_m2", lang)})
    district = [names[code] if code else text("cli.total", lang) for code in shown.index]
    shown.insert(0, text("model.column.district", lang), district)
    return shown.reset_index(drop=True)


def losses(found: Supply, lang: Lang) -> pd.DataFrame:
    """What each constraint takes of the parcels, in its order: constraint, rule, area in ha, status."""
    sums = found.developable.parcels[found.developable.losses].sum()
    titles = constraint_titles(found, lang)
    rules = {row["constraint"]: row for row in found.developable.constraints.to_dict("records")}
    rows = [_loss(IN_USE, titles, None, int(sums[f"lost_{IN_USE}_m2"]), lang)]
    for name, rule in rules.items():
        column = f"lost_{name}_m2"
        rows.append(_loss(name, titles, rule, int(sums[column]) if column in sums else None, lang))
    return pd.DataFrame(rows)


def _loss(
    name: str, titles: Mapping[str, str], rule: Mapping[str, object] | None, area: int | None, lang: Lang
) -> dict[str, object]:
    told = text("model.formula.supply.lost_in_use_m2", lang)
    status = ""
    if rule is not None:
        value = rule["value"]
        told = text(
            f"model.constraint_rule.{rule['rule']}", lang, value="0" if pd.isna(value) else f"{float(str(value)):g}"
        )
        status = text(f"model.status.{rule['status']}", lang)
    return {
        text("ui.supply.constraint", lang): titles[name],
        text("ui.supply.taken", lang): None if area is None else float(ha(area)),
        text("ui.supply.rule", lang): told,
        text("ui.supply.status", lang): status,
    }
