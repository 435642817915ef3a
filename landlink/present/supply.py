"""Supply as people read it: tables with headings in their language, areas of districts in 公顷."""

from collections.abc import Mapping

import pandas as pd

from landlink.present.labels import marked_unit, status_label, symbol
from landlink.schema import LAND_SOURCES, USABLE_SOURCES
from landlink.supply.developable import IN_USE, lost
from landlink.supply.find import Supply
from landlink.texts import Lang, pick, text
from landlink.units import ha


def constraint_titles(supply: Supply, lang: Lang) -> dict[str, str]:
    """Title of each constraint by its name, and of staying in use."""
    rows = supply.developable.constraints.to_dict("records")
    titles = {row["constraint"]: pick(row["title"], lang) for row in rows}
    return {IN_USE: text("model.column.lost_in_use_m2", lang), **titles}


def loss_label(constraint: str, title: str, lang: Lang) -> str:
    """Label of the area that a constraint takes of a parcel, or that stays in use."""
    if constraint == IN_USE:
        return title
    return text("model.column.lost", lang, constraint=title)


def supply_table(supply: Supply, lang: Lang) -> pd.DataFrame:
    """Supply by parcel, areas in m²; constraints, sources and reasons under their titles."""
    titles = constraint_titles(supply, lang)
    sources = {name: text(f"model.land_source.{name}", lang) for name in LAND_SOURCES}
    parcels = supply.parcels.drop(columns="geometry")
    shown = parcels.assign(
        land_source=parcels["land_source"].map(sources),
        reason=parcels["reason"].map({"": "", **titles}),
        warnings=["；".join(titles[name] for name in names) for names in parcels["warnings"]],
        status=parcels["status"].map(lambda status: status_label(status, lang)),
    )
    losses = {lost(name): loss_label(name, title, lang) for name, title in titles.items()}
    return shown.rename(columns={name: _heading(name, losses, lang) for name in shown.columns})


def _heading(name: str, losses: Mapping[str, str], lang: Lang) -> str:
    label = losses.get(name) or text(f"model.column.{name}", lang)
    if not name.endswith("_m2"):
        return label
    return text("model.unit.beside", lang, name=label, unit=symbol("m2", lang))


def district_supply(supply: Supply, lang: Lang, names: Mapping[str, str]) -> pd.DataFrame:
    """Developable area by district in ha: one column a source of land and their sum, the city's row last.

    Sums are of the exact areas, rounded once.

    Parameters
    ----------
    names
        Names of the districts by code, in the order of the rows.
    """
    table = supply.developable.districts.pivot_table(index="code", columns="land_source", values="developable_m2")
    areas = table.reindex(index=list(names), columns=list(USABLE_SOURCES)).fillna(0).astype("int64")
    areas["developable_m2"] = areas.sum(axis=1)
    areas.loc["", :] = areas.sum()
    shown = areas.map(lambda area: float(ha(int(area))))
    labels = {name: text(f"model.land_source.{name}", lang) for name in USABLE_SOURCES}
    shown = shown.rename(columns={**labels, "developable_m2": text("model.column.developable_m2", lang)})
    districts = [names[code] if code else text("cli.total", lang) for code in shown.index]
    shown.insert(0, text("model.column.district", lang), districts)
    return shown.reset_index(drop=True).rename_axis(columns=None)


def headline(supply: Supply, lang: Lang) -> list[tuple[str, str]]:
    """Labels and values of the city's figures: developable area in ha, in all and by source, and usable parcels."""
    parcels = supply.developable.parcels
    sums = parcels.groupby("land_source")["developable_m2"].sum()
    unit = marked_unit("ha", supply.status, lang)
    total = text("model.unit.beside", lang, name=text("model.column.developable_m2", lang), unit=unit)
    usable = int((parcels["developable_m2"] > 0).sum())
    return [
        (total, f"{ha(int(parcels['developable_m2'].sum())):,}"),
        *((text(f"model.land_source.{name}", lang), f"{ha(int(sums.get(name, 0))):,}") for name in USABLE_SOURCES),
        (text("ui.supply.usable", lang), f"{usable:,} / {len(parcels):,}"),
    ]


def losses(supply: Supply, lang: Lang) -> pd.DataFrame:
    """What each constraint takes of the parcels, in its order: constraint, area in ha, rule, status."""
    sums = supply.developable.parcels[supply.developable.losses].sum()
    titles = constraint_titles(supply, lang)
    stays = text("model.formula.supply.lost_in_use_m2", lang)
    rows = [_loss(titles[IN_USE], int(sums[lost(IN_USE)]), stays, "", lang)]
    for constraint in supply.developable.constraints.to_dict("records"):
        name, value = constraint["constraint"], constraint["value"]
        area = int(sums[lost(name)]) if lost(name) in sums else None
        shown = "0" if pd.isna(value) else f"{value:g}"
        rule = text(f"model.constraint_rule.{constraint['rule']}", lang, value=shown)
        rows.append(_loss(titles[name], area, rule, status_label(constraint["status"], lang), lang))
    return pd.DataFrame(rows)


def _loss(title: str, area_m2: int | None, rule: str, status: str, lang: Lang) -> dict[str, object]:
    return {
        text("ui.supply.constraint", lang): title,
        text("ui.supply.taken", lang): None if area_m2 is None else float(ha(area_m2)),
        text("ui.supply.rule", lang): rule,
        text("ui.supply.status", lang): status,
    }
