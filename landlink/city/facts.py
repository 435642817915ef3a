"""District facts of one plan year, drawn from a city's tables, each with its source and status."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import geopandas as gpd
import pandas as pd

from landlink.city.base import BasePairs, base_pairs, base_years, built_up, has_default
from landlink.city.city import City
from landlink.city.edits import changes
from landlink.city.settlement import channels_once, persons_once, remarks, sum_faults
from landlink.columns import Fact
from landlink.crs import area_m2
from landlink.errors import DataError, Fault, Faults
from landlink.schema import FACTS, INPUTS, ORIGINS, STATUSES, worst
from landlink.units import exact, ha_to_m2, half_up

BASES = ("previous-actual", "planned")
_ORIGIN = ["source", "date", "status", "confidence"]
# Units of facts that are whole numbers.
_COUNTED = ("m2", "person")
# Digits of a district's share of area inside the central area's layer.
_SHARE_DIGITS = 4
# Item of the sources that says what measured supply rests on.
MEASURED = "measured"
_ASSUMED = {"date": "", "status": "estimated", "confidence": "default"}
# Sources of facts that no table of the city states.
_ENTERED = {"source": "用户填写 || entered by the user", **_ASSUMED}
_BY_AREA = {"source": "按中心城区图层所占面积比例估算 || by the layer's share of the district's area", **_ASSUMED}
_BY_LAYERS = "按地块和约束图层实测 || measured from the layers of parcels and constraints"
_IN_PROPORTION = {
    "source": "按城市数据中心城区内落户人口所占比例推算 || in the proportion that the city's table states",
    **_ASSUMED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """District facts of one plan year.

    Parameters
    ----------
    table
        One row a district in order of code: ``code``, ``district``, ``name_en``, and the facts that
        :data:`landlink.schema.FACTS` declares, persons and m² as int64, Int64 where a fact may be missing.
        ``central_settled`` are those who settle inside the central area's layer.
    sources
        One row a fact: ``code``, ``item``, ``source``, ``date``, ``status``, ``confidence``.
    pairs
        Base pair of each district, see :func:`landlink.city.base.base_pairs`: ``code``, ``base_year``,
        ``default_year``, and the facts of the default pair as ``default_residents``, ``default_urban_share_pct`` and
        ``default_urban_land_m2``, missing where it has none.
    built_up
        The city's built-up area as another measure of its land, see :func:`landlink.city.base.built_up`.
    central_share
        See :func:`central_share`; None also in a plan that has been read back.
    central_ratio
        Persons inside the central area's layer for each settled person, as a :class:`~fractions.Fraction` by code; None
        without a layer.
    """

    table: pd.DataFrame
    sources: pd.DataFrame
    pairs: pd.DataFrame
    built_up: pd.DataFrame
    central_share: pd.Series | None = None
    central_ratio: pd.Series | None = None


def years(city: City, basis: str) -> list[int]:
    """Plan years for which the city's tables hold settlement on a basis, and every district a base pair.

    Where a year has no base pair by default, one can be chosen, see :func:`landlink.city.base.base_years`.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> years(load_city("guangzhou"), "planned")
    [2017, 2018, 2019, 2020]
    """
    settlement = city.tables["settlement"]
    lag, kind = _basis(basis)
    with_settlement = sorted({year + lag for year in settlement.loc[settlement["basis"] == kind, "year"]})
    if base_years(city):
        return with_settlement
    return [year for year in with_settlement if has_default(city, year)]


def district_facts(
    city: City,
    year: int,
    basis: str,
    edits: pd.DataFrame | None = None,
    *,
    base_year: int | None = None,
    origins: Collection[str] = ORIGINS,
) -> Facts:
    """Draw the facts of a plan year.

    Settlement is the previous year's actual or the year's own plan; residents, their urban share and urban
    construction land are the district's base pair, see :func:`landlink.city.base.base_pairs`. Edits take the place of
    the tables' values before anything is computed from these.

    Parameters
    ----------
    year
        Plan year.
    basis
        ``previous-actual`` or ``planned``.
    edits
        Values that replace the tables' for this plan: column ``code`` and any of the facts that may be edited
        (persons, m²); a missing cell leaves the table's value, and so does one that is equal to it.
    base_year
        Year of another base pair than the default.
    origins
        Origins of the settled people who count, of :data:`landlink.schema.ORIGINS`.

    Raises
    ------
    DataError
        A year or a district has no data or no base pair, or an edit is no whole number within bounds.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> city = load_city("guangzhou")
    >>> edits = pd.DataFrame({"code": ["440112"], "settled": [20_000]})
    >>> facts = district_facts(city, 2020, "previous-actual", edits)
    >>> facts.table.set_index("code").loc[["440111", "440112"], "settled"].to_list()
    [26204, 20000]
    """
    lag, kind = _basis(basis)
    faults = Faults()
    rows: dict[str, pd.DataFrame] = {}
    for name, fact in FACTS.items():
        if not fact.derived and fact.when != "base_pair":
            with faults.collect():
                rows[name] = _rows(city, fact, year, settlement=(year - lag, kind), origins=origins)
    with faults.collect():
        pairs = base_pairs(city, year, base_year)
    faults.raise_if_any()
    rows |= pairs.rows
    codes = city.districts["code"].astype(str)
    stated = pd.DataFrame({"code": codes, **{name: _values(codes, FACTS[name], rows[name]) for name in rows}})
    edited = changes(pd.DataFrame({"code": []}) if edits is None else edits, stated)
    drawn = _edit(stated, edited)
    share = central_share(city)
    ratio = None if share is None else _central_ratio(stated, rows["settled"], share)
    drawn["central_settled"] = _central_settled(drawn["settled"], ratio)
    sources = {name: stating[["code", *_ORIGIN]].assign(item=name) for name, stating in rows.items() if len(stating)}
    if ratio is not None:
        derived = _central_sources(drawn, stated, rows["settled"], ratio)
        sources["central_settled"] = derived.assign(item="central_settled")
    # Facts that every district has, those derived from them, and those that may be missing.
    order = [fact.name for fact in sorted(FACTS.values(), key=lambda fact: (not fact.required, fact.derived))]
    names = {"district": "name", "name_en": "name_en"}
    table = pd.DataFrame(
        {"code": codes, **{name: city.districts[column].astype(str) for name, column in names.items()}}
    )
    table[order] = drawn[order]
    origin = pd.concat([sources[name] for name in order if name in sources], ignore_index=True)
    return Facts(table, _entered(origin, edited), _pairs(pairs), built_up(city), share, ratio)


def with_measured(facts: Facts, measured: pd.DataFrame) -> Facts:
    """Facts whose sources say of each district what its measured supply rests on.

    Parameters
    ----------
    measured
        ``code`` and ``status`` of each source of land, the least official of its parcels'.
    """
    status = measured.groupby("code")["status"].agg(worst)
    rows = pd.DataFrame({"code": status.index, "item": MEASURED, "status": status.to_numpy()})
    rows = rows.assign(source=_BY_LAYERS, date="", confidence="known")
    return replace(facts, sources=pd.concat([facts.sources, rows[facts.sources.columns]], ignore_index=True))


def central_share(city: City) -> pd.Series | None:
    """Share of each district's ellipsoidal area inside the central area's layer, by code; None without a layer."""
    if city.central_area is None:
        return None
    districts = city.districts[["code", "geometry"]]
    inside = gpd.GeoDataFrame(
        {"code": districts["code"]},
        geometry=districts.geometry.intersection(city.central_area.geometry.union_all()),
        crs=districts.crs,
    )
    return pd.Series(area_m2(inside) / area_m2(districts), index=districts["code"], name="central_share")


def settlement_rows(city: City, year: int, basis: str, origins: Collection[str] = ORIGINS) -> pd.DataFrame:
    """Rows of the table ``settlement`` that a plan year's settled population comes from, each person who counts once.

    By channel where a district's channels are known, see :func:`landlink.city.settlement.channels_once`.
    """
    return channels_once(_stated(city, year, basis), origins)


def settlement_remarks(
    city: City, year: int, basis: str, sources: pd.DataFrame, origins: Collection[str] = ORIGINS
) -> list[tuple[str, dict[str, int]]]:
    """What a reader must know of a plan year's settled population, see :func:`landlink.city.settlement.remarks`.

    Parameters
    ----------
    sources
        As :class:`Facts` holds them: districts whose settled population the user has entered are left out.
    """
    rows = _stated(city, year, basis)
    entered = sources.loc[(sources["item"] == "settled") & (sources["source"] == _ENTERED["source"]), "code"]
    return list(remarks(rows[~rows["code"].isin(entered)], origins))


def _stated(city: City, year: int, basis: str) -> pd.DataFrame:
    """Rows of the table ``settlement`` of a plan year and a basis."""
    settlement = city.tables["settlement"]
    lag, kind = _basis(basis)
    return settlement[(settlement["basis"] == kind) & (settlement["year"] == year - lag)]


def _basis(basis: str) -> tuple[int, str]:
    """Years that settlement lies before the plan year, and its kind in the settlement table."""
    if basis not in BASES:
        raise DataError(Fault("option.choice", {"option": "basis", "value": basis, "choices": " | ".join(BASES)}))
    return (1, "actual") if basis == "previous-actual" else (0, "planned")


def _complete(
    city: City, rows: pd.DataFrame, table: str, year: int, known: Iterable[object], kind: str = ""
) -> pd.DataFrame:
    """Rows of one year, one for each district.

    Raises
    ------
    DataError
        The year has none, the message lists the years that are known; or districts are missing.
    """
    file = city.tables[table].attrs["file"]
    named = f"{table} ({kind})" if kind else table
    if rows.empty:
        have = ", ".join(sorted({str(value) for value in known})) or "—"
        raise DataError(Fault("data.year_missing", {"rows": named, "year": year, "have": have}, file))
    present = set(rows["code"])
    missing = [code for code in city.codes if code not in present]
    if missing:
        raise DataError(
            Fault("data.district_missing", {"code": code, "rows": named, "year": year}, file) for code in missing
        )
    return rows


def _settlement(city: City, name: str, year: int, kind: str, origins: Collection[str]) -> pd.DataFrame:
    """Settled persons of a year who count: the total of the channels, or their sum where the table has no total."""
    table = city.tables[name]
    of_kind = table[table["basis"] == kind]
    rows = of_kind[of_kind["year"] == year]
    faults = Faults()
    faults.add(*sum_faults(rows, table.attrs["file"]))
    with faults.collect():
        _complete(city, rows, name, year, of_kind["year"], kind)
    faults.raise_if_any()
    return _by_district(persons_once(rows, origins))


def _by_district(rows: pd.DataFrame) -> pd.DataFrame:
    """Channels of each district added up, in order of code: as official as the least official of them."""
    groups = rows.groupby("code")
    central = groups["central_persons"].sum(min_count=1).where(groups["central_persons"].count() == groups.size())
    rank = rows["status"].map(STATUSES.index).groupby(rows["code"]).max()
    added = {
        "persons": groups["persons"].sum(),
        "central_persons": central,
        "status": rank.map(dict(enumerate(STATUSES))),
    }
    first = rows.drop_duplicates("code").set_index("code").sort_index()
    return first.assign(**added).reset_index()


def _rows(city: City, fact: Fact, year: int, *, settlement: tuple[int, str], origins: Collection[str]) -> pd.DataFrame:
    """Rows of the city's table that hold a fact of a plan year, one a district; fewer if it may be missing.

    Settlement has a year and a kind of its own, which go by the basis.
    """
    match fact.when:
        case "settlement":
            return _settlement(city, fact.table, *settlement, origins)
        case "latest":
            return _dated(city, fact, year - 1, latest=True)
        case _:
            return _dated(city, fact, year)


def _dated(city: City, fact: Fact, year: int, *, latest: bool = False) -> pd.DataFrame:
    """Rows of a year, or each district's latest until then; of a fact that may be missing those that state it."""
    if fact.table not in city.tables:
        return pd.DataFrame(columns=INPUTS[fact.table].names)
    table = city.tables[fact.table]
    if not fact.required:
        table = table[table[fact.column].notna()]
    for column, value in fact.rows:
        table = table[table[column] == value]
    if latest:
        rows = table[table["year"] <= year].sort_values("year", kind="stable").groupby("code").tail(1)
    else:
        rows = table[table["year"] == year]
    again = rows.loc[rows["code"].duplicated(), "code"]
    if len(again):
        columns, values = zip(("code", again.iloc[0]), ("year", str(year)), *fact.rows, strict=True)
        key = {"key": ", ".join(values), "columns": ", ".join(columns)}
        raise DataError(Fault("table.row_duplicate", key, table.attrs.get("file", "")))
    return _complete(city, rows, fact.table, year, table["year"]) if fact.required else rows


def _values(codes: pd.Series, fact: Fact, rows: pd.DataFrame) -> pd.Series:
    """Values of a fact in the order of the codes, areas in m²."""
    values = rows.set_index("code")[fact.column]
    if fact.unit == "m2":
        values = values.map(ha_to_m2)
    drawn = codes.map(values)
    return drawn.astype("Int64") if not fact.required and fact.unit in _COUNTED else drawn


def _pairs(pairs: BasePairs) -> pd.DataFrame:
    """Base pairs with the facts of the default one; see :attr:`Facts.pairs`."""
    table = pairs.years.copy()
    for name, rows in pairs.default_rows.items():
        values = _values(table["code"], FACTS[name], rows)
        table[f"default_{name}"] = values.astype("Int64" if FACTS[name].unit in _COUNTED else "float64")
    return table


def _edit(facts: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Facts with the values that edits change."""
    facts = facts.copy()
    for item, rows in edited.groupby("item"):
        values = facts["code"].map(rows.set_index("code")["value"])
        facts[item] = facts[item].where(values.isna(), values.astype("Int64")).astype(facts[item].dtype)
    return facts


def _entered(sources: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Sources, the user being that of every value that edits change."""
    if edited.empty:
        return sources
    replaced = set(zip(edited["code"], edited["item"], strict=True))
    kept = [key not in replaced for key in zip(sources["code"], sources["item"], strict=True)]
    return pd.concat([sources[kept], edited[["code", "item"]].assign(**_ENTERED)], ignore_index=True)


def _central_settled(settled: pd.Series, ratio: pd.Series | None) -> pd.Series:
    """Persons who settle inside the central area's layer; nobody without a layer."""
    parts = [0] * len(settled) if ratio is None else ratio
    persons = [half_up(int(count) * Fraction(part)) for count, part in zip(settled, parts, strict=True)]
    return pd.Series(persons, index=settled.index, dtype="int64")


def _central_ratio(stated: pd.DataFrame, settlement: pd.DataFrame, share: pd.Series) -> pd.Series:
    """Persons inside the central area's layer for each settled person, exact, by code.

    As the settlement table states them; by the share of the district's area where it does not.

    Parameters
    ----------
    stated
        ``code`` and ``settled`` as the tables state them.
    settlement
        ``code`` and ``central_persons``, missing where the table does not state them.
    """
    inside = stated["code"].map(settlement.set_index("code")["central_persons"])
    return pd.Series(
        [
            exact(round(float(share[code]), _SHARE_DIGITS))
            if pd.isna(central) or not settled
            else Fraction(int(central), int(settled))
            for code, settled, central in zip(stated["code"], stated["settled"], inside, strict=True)
        ],
        index=stated["code"],
        dtype=object,
    )


def _central_sources(
    drawn: pd.DataFrame, stated: pd.DataFrame, settlement: pd.DataFrame, ratio: pd.Series
) -> pd.DataFrame:
    """Sources of the persons inside the central area's layer that no table states."""
    inside = stated["code"].map(settlement.set_index("code")["central_persons"])
    sources = []
    for code, settled, before, central, part in zip(
        stated["code"], drawn["settled"], stated["settled"], inside, ratio, strict=True
    ):
        if not pd.isna(central) and settled == before:
            continue
        if not pd.isna(central) and before:
            sources.append({"code": code, **_IN_PROPORTION})
        elif 0 < part < 1:
            sources.append({"code": code, **_BY_AREA})
    return pd.DataFrame(sources, columns=["code", *_ORIGIN])
