"""Result tables as people read them: areas in 公顷 that add up, and the status of each column's figures."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from landlink.columns import Column
from landlink.plan.derivation import Explainer
from landlink.plan.formulas import columns_of
from landlink.plan.plan import Plan
from landlink.present.labels import cuts_label, fact_label, fact_unit, label, with_unit
from landlink.schema import FACTS, RESULTS, USE_CLASSES, worst
from landlink.siting.sites import Siting
from landlink.texts import Lang, text
from landlink.units import ha, shown_ha, wan

# Columns of the quota table that a screen has room for.
QUOTA_SHOWN = (
    "settled",
    "per_capita_stock_m2",
    "standard_m2",
    "entitlement_m2",
    "stock_need_m2",
    "quota_m2",
    "cut_m2",
)


def result_table(plan: Plan, table: str, lang: Lang, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """A result table as people read it: names in place of codes, headings with units, areas in ha that add up.

    Parameters
    ----------
    table
        One of :data:`landlink.schema.RESULTS`.
    columns
        Columns of the table, all but the codes where none are given.
    """
    rows, spec = plan.table(table), RESULTS[table]
    classes = {use: text(f"model.use_class.{use}", lang) for use in USE_CLASSES}
    keys = {"code": plan.names(lang), "facility": plan.titles(lang), "use_class": classes}
    shown = {
        text(f"model.column.{'district' if key == 'code' else key}", lang): rows[key].map(names)
        for key, names in keys.items()
        if key in rows
    }
    for name in columns or [name for name in spec.names if name not in (*keys, "district")]:
        if name == "cut_by":
            shown[label(table, name, lang)] = rows[name].map(lambda cuts: cuts_label(cuts, lang))
        else:
            shown[label(table, name, lang, unit=True)] = shown_values(rows[name], spec[name])
    return pd.DataFrame(shown)


def facts_table(plan: Plan, lang: Lang) -> pd.DataFrame:
    """The district facts that a plan rests on, under their labels and in the units that they are entered in."""
    facts = plan.base.table
    shown = {text("model.column.district", lang): facts["code"].map(plan.names(lang))}
    for item, fact in FACTS.items():
        heading = with_unit(fact_label(item, lang), fact_unit(item), lang)
        shown[heading] = facts[item].map(_area_ha) if fact.unit == "m2" else facts[item]
    return pd.DataFrame(shown)


def shown_values(values: pd.Series, column: Column) -> pd.Series:
    """Values of a table's rows in the unit in which they are shown; areas to 0.01 ha, adding up to their total.

    Areas that are not known are missing.
    """
    if column.unit != "m2":
        return values
    known = values.dropna()
    shown = pd.Series(map(float, shown_ha(known)), known.index, name=values.name, dtype="float64")
    return shown.reindex(values.index)


def decimals(column: Column) -> int:
    """Decimals shown of a column."""
    return 2 if column.unit in ("m2", "m2/person") else 0


def total(explainer: Explainer, table: str, name: str) -> tuple[str, str]:
    """Label, with unit and mark, and value of a column's sum over all districts."""
    status = column_status(explainer, table)[name]
    value = explainer.plan.totals()[name]
    shown = f"{ha(value):,}" if RESULTS[table][name].unit == "m2" else f"{value:,}"
    return label(table, name, explainer.lang, unit=True, status=status), shown


def people(persons: int, lang: Lang) -> str:
    """A large number of people: 万人 in Chinese, persons in English."""
    if lang == "zh":
        return f"{wan(persons)} {text('model.unit.wan', lang)}"
    return f"{persons:,}"


def proof(siting: Siting, lang: Lang) -> dict[str, str]:
    """How good a choice of sites is proven to be: ``objective``, ``bound``, ``gap`` (%) and ``status`` in words."""
    return {
        "objective": f"{siting.objective:,.3f}",
        "bound": f"{siting.bound:,.3f}",
        "gap": f"{100 * siting.gap:.2f}",
        "status": text(f"model.solved.{siting.status}", lang),
    }


def column_status(explainer: Explainer, table: str) -> dict[str, str]:
    """Status of each computed column: the least official of its figures."""
    rows = explainer.plan.table(table).to_dict("records")
    return {
        name: worst(
            explainer.explain(
                table,
                row["code"],
                name,
                facility=row.get("facility"),
                source=row.get("land_source"),
                use_class=row.get("use_class"),
            ).status
            for row in rows
        )
        for name in columns_of(table)
    }


def fact_status(plan: Plan) -> dict[tuple[str, str], str]:
    """Status of each district fact that has a source, by code and item."""
    rows = plan.base.sources
    return dict(zip(zip(rows["code"], rows["item"], strict=True), rows["status"], strict=True))


def _area_ha(area_m2: Any) -> float | None:
    return None if pd.isna(area_m2) else float(ha(area_m2))
