"""Result tables as people read them: labelled, in 公顷, with the columns marked that rest on figures not official."""

import pandas as pd

from landlink.explain import FORMULAS, Explainer, worst
from landlink.schema import RESULTS, Column
from landlink.texts import Lang, text
from landlink.units import ha

MARK = "*"


def shown_unit(column: Column) -> str:
    """Unit in which a column is shown: areas in ha, all else as it is."""
    return "ha" if column.unit == "m2" else column.unit


def shown_values(values: pd.Series, column: Column) -> pd.Series:
    """Values in the unit in which they are shown; areas rounded to 0.01 ha."""
    return values.map(lambda area: float(ha(area))) if column.unit == "m2" else values


def decimals(column: Column) -> int:
    """Decimals shown of a column."""
    return 2 if column.unit in ("m2", "m2/person") else 0


def label(table: str, name: str, lang: Lang, *, unit: bool = False, status: str = "official") -> str:
    """Name of a column, with its unit where asked for, marked where it rests on figures that are not official."""
    mark = "" if status == "official" else MARK
    named = text(f"model.column.{name}", lang)
    symbol = text(f"model.unit.{shown_unit(RESULTS[table][name]) or 'none'}", lang)
    return (
        f"{named}{mark}（{symbol}）"
        if unit and symbol and lang == "zh"
        else (f"{named}{mark} ({symbol})" if unit and symbol else f"{named}{mark}")
    )


def column_status(explainer: Explainer, table: str) -> dict[str, str]:
    """Status of each computed column: the least official of its figures."""
    plan = explainer.plan
    names = [name.partition(".")[2] for name in FORMULAS if name.startswith(f"{table}.")]
    facilities = [facility.id for facility in plan.facilities] if table == "needs" else [None]
    return {
        name: worst(
            explainer.explain(table, code, name, facility=facility).status
            for code in plan.quota["code"]
            for facility in facilities
        )
        for name in names
    }
