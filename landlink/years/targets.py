"""Targets of the plan against what the statistics say (plan clauses 1, 16, 17)."""

import pandas as pd

from landlink.city import City
from landlink.policy import Dated, Rules
from landlink.texts import LANGS, pick
from landlink.units import exact

RULES = ("target.",)
GAP_BASE_YEAR = 2013  # clause 1: narrower than in 2013
HUKOU_URBAN_SINCE = 2015  # before, the urban part of hukou population was the non-agricultural one
COLUMNS = (
    "indicator",
    "unit",
    "target",
    "target_year",
    "actual",
    "actual_year",
    "reached",
    "reached_year",
    "target_source",
    "source",
    "status",
)


def targets(city: City, rules: Rules) -> pd.DataFrame:
    """Targets of clause 1 against the latest statistics until the target year.

    Parameters
    ----------
    city
        Its table ``city_series`` gives ``hukou_population`` and ``hukou_urban`` (persons) and
        ``resident_urban_share`` (percent) by year.
    rules
        Values in force, of which those of :data:`RULES` are read; without ``target.year`` there are no targets.

    Returns
    -------
    One row a target: ``hukou_population`` (persons), ``hukou_urban_share`` (percent) and ``gap_narrowing``
    (percentage points), with ``target`` and ``actual``, ``reached`` (missing where it is unknown) and the year in
    which it was first reached. ``gap_narrowing`` compares the gap between both urbanisation rates with that of 2013
    and needs both rates of one series in both years.

    Examples
    --------
    >>> import landlink
    >>> city, rules = landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018").on("2020-12-31")
    >>> targets(city, rules)[["indicator", "target"]].values.tolist()
    [['hukou_population', 9200000.0], ['hukou_urban_share', 79.8], ['gap_narrowing', 2.0]]
    """
    rules = rules.only(*RULES)
    year = rules.get("target.year")
    if "city_series" not in city.tables or year is None:
        return pd.DataFrame(columns=list(COLUMNS))
    until = int(year.number)
    series = _series(city, until)
    progress = {
        "hukou_population": series["hukou_population"],
        "hukou_urban_share": series["hukou_urban_share"],
        "gap_narrowing": series["gap"].get(GAP_BASE_YEAR) - series["gap"],
    }
    rows = []
    for name, values in progress.items():
        target = rules.get(f"target.{name}")
        if target is not None:
            rows.append(_row(name, target, until, values.dropna(), city))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def gap(city: City, rules: Rules) -> pd.DataFrame:
    """Gap between resident and hukou urbanisation rates by year, on one series of residents.

    Returns
    -------
    ``year``, ``resident_urban_share``, ``hukou_urban_share``, ``gap`` (percent and percentage points), and
    ``base_share_at_most``: the hukou rate of 2013 up to which this year's gap meets the target.

    Examples
    --------
    >>> import landlink
    >>> city, rules = landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018").on("2020-12-31")
    >>> gap(city, rules)[["year", "gap"]].round(2).tail(2).to_dict("records")
    [{'year': 2018, 'gap': 6.6}, {'year': 2019, 'gap': 6.56}]
    """
    wanted = rules.only(*RULES).get("target.gap_narrowing")
    if "city_series" not in city.tables or wanted is None:
        return pd.DataFrame(columns=["year", "resident_urban_share", "hukou_urban_share", "gap", "base_share_at_most"])
    table = _series(city, None)
    narrowest = table["resident_urban_share"].get(GAP_BASE_YEAR) - float(wanted.number)
    table["base_share_at_most"] = narrowest - table["gap"]
    columns = ["resident_urban_share", "hukou_urban_share", "gap", "base_share_at_most"]
    return table.loc[table["gap"].notna(), columns].rename_axis("year").reset_index()


def _series(city: City, until: int | None) -> pd.DataFrame:
    """Hukou population, both urbanisation rates and their gap by year; the hukou rate on today's definition only."""
    table = city.tables["city_series"]
    if until is not None:
        table = table[table["year"] <= until]
    wide = table.pivot_table(index="year", columns="indicator", values="value", aggfunc="last")
    wide = wide.reindex(columns=["hukou_population", "hukou_urban", "resident_urban_share"])
    wide.loc[wide.index < HUKOU_URBAN_SINCE, "hukou_urban"] = float("nan")
    wide["hukou_urban_share"] = 100 * wide["hukou_urban"] / wide["hukou_population"]
    wide["gap"] = wide["resident_urban_share"] - wide["hukou_urban_share"]
    return wide


def _row(name: str, target: Dated, until: int, values: pd.Series, city: City) -> dict[str, object]:
    wanted = float(target.number)
    reached = values[values >= wanted]
    series = city.tables["city_series"]
    source = {"hukou_population": "hukou_population"}.get(name, "hukou_urban")
    latest = values.index.max() if len(values) else None
    origin = series[(series["indicator"] == source) & (series["year"] == latest)]
    return {
        "indicator": name,
        "unit": target.unit,
        "target": wanted,
        "target_year": until,
        "actual": float(values.loc[latest]) if latest is not None else None,
        "actual_year": latest,
        "reached": None if latest is None else bool(exact(round(float(values.loc[latest]), 4)) >= target.number),
        "reached_year": reached.index.min() if len(reached) else None,
        "target_source": " || ".join(f"{target.document.name(lang)} {pick(target.clause, lang)}" for lang in LANGS),
        "source": origin["source"].iloc[0] if len(origin) else "",
        "status": origin["status"].iloc[0] if len(origin) else "",
    }
