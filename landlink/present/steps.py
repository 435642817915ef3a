"""Distance to the next step, base pairs and the built-up area as people read them: areas in ha, exact to the m²."""

from decimal import Decimal

import pandas as pd

from landlink.columns import Column
from landlink.linkage.views import VIEWS
from landlink.plan.plan import Plan
from landlink.present.labels import shown_unit, with_unit
from landlink.texts import Lang, listed, pick, text
from landlink.units import exact_ha, ha

# Columns whose values are ids with texts of their own.
_WORDS = ("side", "nearest")
_M2_PER_KM2 = 1_000_000


def view_table(plan: Plan, name: str, lang: Lang) -> pd.DataFrame:
    """A view of a plan as people read it: names in place of codes, headings with units, areas in ha.

    Parameters
    ----------
    name
        One of :data:`landlink.linkage.views.VIEWS`.
    """
    table, names = view(plan, name), plan.names(lang)
    columns = [column for column in VIEWS[name].columns if column.name not in ("code", "district")]
    shown = {text("model.column.district", lang): table["code"].map(names)}
    shown |= {heading(column, lang): shown_view(table[column.name], column, lang) for column in columns}
    return pd.DataFrame(shown)


def view(plan: Plan, name: str) -> pd.DataFrame:
    """A view of a plan: :attr:`~landlink.plan.plan.Plan.pairs`, ``steps`` or ``scaled``."""
    return {"base": plan.pairs, "steps": plan.steps, "scaled": plan.scaled}[name]


def heading(column: Column, lang: Lang) -> str:
    """Label of a view's column with its unit."""
    unit = "" if column.unit == "year" else shown_unit(column)
    return with_unit(text(f"model.column.{column.name}", lang), unit, lang)


def shown_view(values: pd.Series, column: Column, lang: Lang) -> pd.Series:
    """Values of a view's column: areas in ha with four decimals, ids in words; missing values stay missing."""
    if column.name in _WORDS:
        return values.map(lambda value: text(f"model.{column.name}.{value}", lang))
    if column.unit == "m2":
        return values.map(lambda area: None if pd.isna(area) else float(exact_ha(area))).astype("float64")
    return values


def built_up_text(plan: Plan, lang: Lang, district: str | None = None) -> str:
    """What the city's built-up area says of the plan's existing land; empty where the city's series has none.

    Parameters
    ----------
    district
        Code of the district to speak of; all of them where None.
    """
    if plan.base.built_up.empty:
        return ""
    measure, table, names = plan.base.built_up.iloc[0], plan.scaled, plan.names(lang)
    moved = table[table["scaled_standard_m2"] != table["standard_m2"]]
    if district is not None:
        moved = moved[moved["code"] == district]
    changes = [
        text(
            "model.scaled.change",
            lang,
            district=names[row["code"]],
            before=f"{row['standard_m2']:,.2f}",
            after=f"{row['scaled_standard_m2']:,.2f}",
            area_ha=f"{ha(row['moved_m2']):+,}",
        )
        for row in moved.to_dict("records")
    ]
    if not changes:
        changes = [text("model.scaled.same", lang)]
    elif district is None and len(changes) < len(table):
        changes.append(text("model.scaled.rest", lang))
    return text(
        "model.scaled.said",
        lang,
        area=_km2(int(measure["area_m2"])),
        year=int(measure["year"]),
        source=pick(measure["source"], lang),
        land=_km2(int(plan.quota["urban_land_m2"].sum())),
        changes=listed(changes, lang) if lang == "en" else "，".join(changes),
    )


def _km2(area_m2: int) -> str:
    """Area in km² with two decimals."""
    return f"{(Decimal(area_m2) / _M2_PER_KM2).quantize(Decimal('0.01')):,}"
