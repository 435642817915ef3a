"""The base pair (现状基准): of which year-end a district's existing land and urban residents are (clause 7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from landlink.city.city import City
from landlink.columns import Fact
from landlink.errors import Fault, Faults
from landlink.schema import FACTS
from landlink.units import exact, half_up

# Indicator of the city's series that measures built-up area (建成区), km².
BUILT_UP = "built_up_area_km2"
_M2_PER_KM2 = 1_000_000
# End of a date that names no day: the year's figures, or the month's, are those of its end.
_LAST_DAY = "-12-31"


@dataclass(frozen=True, slots=True)
class BasePairs:
    """Base pair of each district for a plan year.

    Parameters
    ----------
    years
        One row a district in order of code: ``code``, ``base_year`` (int64) of the pair that is taken, and
        ``default_year`` (Int64) of the latest pair until the year before the plan year, missing where there is none.
    rows
        Rows of the city's tables that hold the pair that is taken, one a district, by fact.
    default_rows
        The same of the default pair, without the districts that have none.
    """

    years: pd.DataFrame
    rows: Mapping[str, pd.DataFrame]
    default_rows: Mapping[str, pd.DataFrame]


def base_pairs(city: City, year: int, base_year: int | None = None) -> BasePairs:
    """Base pair of each district: existing urban land and urban residents of one year-end, residents of one series.

    By default the latest year not after the one before the plan year in which the district has both.

    Parameters
    ----------
    year
        Plan year.
    base_year
        Another pair: that of this year, for every district.

    Raises
    ------
    DataError
        A district has no such pair, so that its standard cannot be computed, or its residents are of several series.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> base_pairs(load_city("guangzhou"), 2018, base_year=2019).years.to_dict("records")[0]
    {'code': '440103', 'base_year': 2019, 'default_year': None}
    """
    yearly = _yearly(city)
    known = _known_years(city, yearly)
    mixed = set(_series_by_year(yearly).query("series > 1").index)
    default = {code: max((pair for pair in pairs if pair < year), default=None) for code, pairs in known.items()}
    chosen = default if base_year is None else {code: base_year if base_year in known[code] else None for code in known}
    faults = Faults()
    faults.add(*_missing(city, yearly, [code for code, pair in chosen.items() if pair is None], year, base_year))
    rows = {name: _rows_of(table, chosen) for name, table in yearly.items()}
    faults.add(*_several_series(city, rows))
    faults.raise_if_any()
    single = {code: None if pair in mixed else pair for code, pair in default.items()}
    years = pd.DataFrame({"code": list(chosen), "base_year": list(chosen.values())}).astype({"base_year": "int64"})
    years["default_year"] = pd.array(list(single.values()), dtype="Int64")
    default_rows = rows if single == chosen else {name: _rows_of(table, single) for name, table in yearly.items()}
    return BasePairs(years, rows, default_rows)


def base_years(city: City) -> list[int]:
    """Years of which every district has a base pair: those that can be chosen in place of the default.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> base_years(load_city("guangzhou"))
    [2019]
    """
    yearly = _yearly(city)
    known = _known_years(city, yearly)
    mixed = set(_series_by_year(yearly).query("series > 1").index)
    return sorted(set.intersection(*map(set, known.values())) - mixed) if known else []


def has_default(city: City, year: int) -> bool:
    """True if every district has a base pair until the end of the year before a plan year."""
    return all(years and years[0] < year for years in _known_years(city, _yearly(city)).values())


def built_up(city: City) -> pd.DataFrame:
    """The city's latest built-up area (建成区), another measure than urban construction land (城市 + 建制镇).

    Returns
    -------
    One row, or none where the city's series does not state it: ``year``, ``area_m2`` (int64), ``source``, ``status``,
    ``confidence``.
    """
    columns = ["year", "area_m2", "source", "status", "confidence"]
    if "city_series" not in city.tables:
        return pd.DataFrame(columns=columns).astype({"year": "int64", "area_m2": "int64"})
    series = city.tables["city_series"]
    latest = series[series["indicator"] == BUILT_UP].sort_values("year").tail(1).reset_index(drop=True)
    area = [half_up(exact(value) * _M2_PER_KM2) for value in latest["value"]]
    return latest.assign(area_m2=pd.Series(area, dtype="int64"))[columns].astype({"year": "int64"})


def listed_years(years: Iterable[int]) -> str:
    """Years in one line, runs of them by first and last.

    Examples
    --------
    >>> listed_years([2010, 2016, 2017, 2018])
    '2010, 2016–2018'
    """
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs) or "—"


def _facts() -> list[Fact]:
    """Facts that make up the base pair."""
    return [fact for fact in FACTS.values() if fact.when == "base_pair"]


def _yearly(city: City) -> dict[str, pd.DataFrame]:
    """Rows of each fact of the pair with the year at whose end they hold; of several dates of a year the latest."""
    tables = {}
    for fact in _facts():
        table = city.tables[fact.table]
        for column, value in fact.rows:
            table = table[table[column] == value]
        tables[fact.name] = table if "year" in table else _latest_of_year(table)
    return tables


def _latest_of_year(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of each district's latest date of each year, with the column ``year``."""
    ends = [date + _LAST_DAY[len(date) - len("2019") :] for date in table["date"]]
    dated = table.assign(year=table["date"].str[:4].astype("int64"), end=ends)
    last = dated["end"] == dated.groupby(["code", "year"])["end"].transform("max")
    return dated[last].sort_values("date").drop_duplicates(["code", "year", "series"], keep="last").drop(columns="end")


def _known_years(city: City, yearly: Mapping[str, pd.DataFrame]) -> dict[str, list[int]]:
    """Years of which a district has all facts of the pair, by code, in order."""
    years = [_years_by_code(table) for table in yearly.values()]
    return {code: sorted(set.intersection(*(of_fact.get(code, set()) for of_fact in years))) for code in city.codes}


def _years_by_code(table: pd.DataFrame) -> dict[str, set[int]]:
    """Years that a table has rows of, by district."""
    years: defaultdict[str, set[int]] = defaultdict(set)
    for code, year in zip(table["code"].tolist(), table["year"].tolist(), strict=True):
        years[code].add(year)
    return years


def _series_by_year(yearly: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Number of series of residents by year."""
    dated = [table[["year", "series"]] for table in yearly.values() if "series" in table]
    return pd.concat(dated).groupby("year")[["series"]].nunique()


def _rows_of(table: pd.DataFrame, years: Mapping[str, int | None]) -> pd.DataFrame:
    """Rows of a table that are of each district's year, in order of code."""
    rows = table[table["year"] == table["code"].map(years)]
    return rows.sort_values("code", kind="stable")


def _several_series(city: City, rows: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Faults of years whose pairs rest on several series of residents."""
    faults = []
    for fact in _facts():
        if "series" not in rows[fact.name]:
            continue
        for year, of_year in rows[fact.name].groupby("year"):
            series = sorted(set(of_year["series"]))
            if len(series) > 1:
                values = {"year": year, "series": ", ".join(series)}
                faults.append(Fault("data.series_several", values, city.tables[fact.table].attrs["file"]))
    return faults


def _missing(
    city: City, yearly: Mapping[str, pd.DataFrame], codes: Sequence[str], year: int, base_year: int | None
) -> list[Fault]:
    """Faults of districts without a pair, one for those that have the same: what there is, and what can be chosen."""
    if not codes:
        return []
    known = {fact.table: _years_by_code(yearly[fact.name]) for fact in _facts()}
    alike: dict[tuple[str, str], list[str]] = {}
    for code in codes:
        have = {table: years.get(code, set()) for table, years in known.items()}
        lacking = [table for table, years in have.items() if not any(_allowed(y, year, base_year) for y in years)]
        listed = "; ".join(f"{table}: {listed_years(years)}" for table, years in have.items())
        file = city.tables[lacking[0] if lacking else "land"].attrs["file"]
        alike.setdefault((file, listed), []).append(code)
    fault = "data.base_pair_missing" if base_year is None else "data.base_year_missing"
    said = {"year": year - 1 if base_year is None else base_year, "choices": listed_years(base_years(city))}
    return [
        Fault(fault, {"codes": ", ".join(same), "have": have, **said}, file) for (file, have), same in alike.items()
    ]


def _allowed(known_year: int, year: int, base_year: int | None) -> bool:
    return known_year < year if base_year is None else known_year == base_year
