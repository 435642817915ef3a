"""Targets as people read them: value and year of the target, what has been reached, and since when."""

from typing import NamedTuple

import pandas as pd

from landlink.present.tables import people
from landlink.texts import Lang, pick, text


class Target(NamedTuple):
    """A target: its name, the latest actual value, whether it is reached, the target, and the target's source."""

    name: str
    actual: str
    reached: str
    target: str
    source: str


def shown_targets(table: pd.DataFrame, lang: Lang) -> list[Target]:
    """Rows of :func:`landlink.years.targets.targets` as people read them."""
    return [
        Target(
            text(f"ui.overview.{row['indicator']}", lang),
            "—" if pd.isna(row["actual"]) else _value(row["actual"], row["unit"], lang),
            _reached(row["actual"], row["reached"], row["reached_year"], lang),
            text("ui.overview.target", lang, year=row["target_year"], value=_value(row["target"], row["unit"], lang)),
            pick(row["target_source"], lang),
        )
        for row in table.to_dict("records")
    ]


def gap_note(series: pd.DataFrame, lang: Lang) -> str:
    """What the last row of :func:`landlink.years.targets.gap` says of the target; empty without rows."""
    if series.empty:
        return ""
    last = series.iloc[-1]
    gap, share = f"{last['gap']:.2f}", f"{last['base_share_at_most']:.2f}"
    return text("ui.overview.gap_hint", lang, year=int(last["year"]), gap=gap, share=share)


def _reached(actual: float, reached: object, year: float, lang: Lang) -> str:
    if pd.isna(actual):
        return text("ui.overview.unknown", lang)
    if not reached:
        return text("ui.overview.not_reached", lang)
    return text("ui.overview.reached", lang, year=None if pd.isna(year) else int(year))


def _value(value: float, unit: str, lang: Lang) -> str:
    if unit == "person":
        return people(int(value), lang)
    return f"{value:.2f} {text(f'model.unit.{unit}', lang)}"
