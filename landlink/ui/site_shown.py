"""A site's figures as the page of siting shows them."""

import pandas as pd

from landlink.plan.plan import Plan
from landlink.ui import state


def popup_rows(plan: Plan, row: dict[str, object]) -> list[tuple[str, str]]:
    """Names and values of a site's popup."""
    t = state.texts()
    return [
        (t("model.column.district"), state.names(plan)[str(row["code"])]),
        (t("model.column.parcel"), str(row["parcel"])),
        *(
            (t(f"model.column.{name}"), cell(plan, name, row))
            for name in ("units", "served", "mean_m", "site_m2", "land_source", "score")
        ),
        (t("model.column.instead"), str(row["instead"]) or "—"),
    ]


def cell(plan: Plan, name: str, row: dict[str, object]) -> str:
    """Value of a column, with its unit."""
    t, value = state.texts(), row[name]
    if name == "land_source":
        return t(f"model.land_source.{value}")
    if name == "units":
        return f"{value:,} {plan.rules.standard(str(row['facility'])).facility.unit[state.lang()]}"
    if pd.isna(value):
        return "—"
    unit = {"mean_m": " m", "site_m2": " m²"}.get(name, "")
    return f"{value:.3f}" if name == "score" else f"{value:,.0f}{unit}"


def shown(plan: Plan, name: str, row: dict[str, object]) -> object:
    """Value of a column as a table shows it."""
    if name == "district":
        return state.names(plan)[str(row["code"])]
    if name == "facility":
        return plan.titles(state.lang())[str(row["facility"])]
    if name in ("units", "land_source", "score", "mean_m"):
        return cell(plan, name, row)
    return row[name]
