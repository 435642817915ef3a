"""District facts of one plan year, drawn from a city's tables, each with its source and status."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import geopandas as gpd
import pandas as pd

from landlink.city.city import City
from landlink.crs import area_m2
from landlink.errors import DataError, Fault
from landlink.schema import INPUTS, worst
from landlink.units import exact, ha_to_m2, half_up

BASES = ("previous-actual", "planned")
# Items that may be edited for one plan, beside the city's tables.
EDITABLE = ("settled", "new_capacity_m2", "stock_available_m2")
UNITS = {
    "settled": "person",
    "central_settled": "person",
    "residents": "person",
    "urban_share_pct": "pct",
    "urban_land_m2": "m2",
    "new_capacity_m2": "m2",
    "stock_available_m2": "m2",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """District facts of one plan year.

    Parameters
    ----------
    table
        One row a district in order of code: ``code``, ``district``, ``name_en``, ``settled`` and
        ``central_settled`` (persons, the latter those who settle inside the central area's layer), ``residents``
        (persons), ``urban_share_pct``, ``urban_land_m2``, and ``new_capacity_m2`` and ``stock_available_m2``
        (m², Int64, missing where unknown).
    sources
        One row a fact: ``code``, ``item``, ``source``, ``date``, ``status``, ``confidence``.
    """

    table: pd.DataFrame
    sources: pd.DataFrame


def years(city: City, basis: str) -> list[int]:
    """Plan years for which the city's tables hold settlement on a basis, and residents of the year before."""
    settlement, population = city.tables["settlement"], city.tables["population"]
    residents = population[population["kind"] == "resident"]
    known = set(residents["date"].str[:4].astype(int)) & set(city.tables["urban_share"]["year"])
    lag, kind = _basis(basis)
    return sorted(
        {year + lag for year in settlement.loc[settlement["basis"] == kind, "year"] if year + lag - 1 in known}
    )


def district_facts(city: City, year: int, basis: str, edits: pd.DataFrame | None = None) -> Facts:
    """Draw the facts of a plan year.

    Settlement is the previous year's actual or the year's own plan; residents, their urban share and urban
    construction land are as of the end of the previous year, land from the latest survey until then.

    Parameters
    ----------
    year
        Plan year.
    basis
        ``previous-actual`` or ``planned``.
    edits
        Values that replace the tables' for this plan: column ``code`` and any of :data:`EDITABLE`; a missing cell
        leaves the table's value.

    Raises
    ------
    DataError
        A year or a district has no data, or an edit is no whole number of 0 or more.
    """
    lag, kind = _basis(basis)
    settled = _settled(city, year - lag, kind)
    residents = _residents(city, year - 1)
    share = _of_year(city, "urban_share", year - 1)
    land = _latest(city, "land", year - 1)
    faults = [fault for _, part in (settled, residents, share, land) for fault in part]
    if faults:
        raise DataError(faults)
    table = pd.DataFrame(
        {
            "code": city.districts["code"].astype(str),
            "district": city.districts["name"].astype(str),
            "name_en": city.districts["name_en"].astype(str),
        }
    )
    rows = {
        "settled": settled[0],
        "residents": residents[0],
        "urban_share_pct": share[0],
        "urban_land_m2": land[0].assign(urban_land_m2=land[0]["urban_land_ha"].map(ha_to_m2)),
    }
    columns = {"settled": "persons", "residents": "persons"}
    sources = []
    for item, facts in rows.items():
        facts = facts.set_index("code")  # noqa: PLW2901 - the same facts by code
        table[item] = table["code"].map(facts[columns.get(item, item)])
        sources.append(_sources(facts, item))
    table["central_settled"] = _central(city, table, rows["settled"], sources)
    for item, fact in (("new_capacity_m2", "new_capacity_ha"), ("stock_available_m2", "stock_available_ha")):
        table[item] = pd.array([pd.NA] * len(table), dtype="Int64")
        if "capacity" in city.tables:
            capacity = city.tables["capacity"]
            known = capacity[(capacity["year"] == year) & capacity[fact].notna()].set_index("code")
            table[item] = table["code"].map(known[fact].map(ha_to_m2)).astype("Int64")
            sources.append(_sources(known, item))
    origin = pd.concat(sources, ignore_index=True)
    if edits is not None:
        table, origin = _edit(table, origin, edits)
    return Facts(table, origin)


def _basis(basis: str) -> tuple[int, str]:
    """Years that settlement lies before the plan year, and its kind in the settlement table."""
    if basis not in BASES:
        raise DataError(Fault("option.choice", {"option": "basis", "value": basis, "choices": " | ".join(BASES)}))
    return (1, "actual") if basis == "previous-actual" else (0, "planned")


def _sources(facts: pd.DataFrame, item: str) -> pd.DataFrame:
    columns = ["source", "date", "status", "confidence"]
    return facts[columns].rename_axis("code").reset_index().assign(item=item)


_Rows = tuple[pd.DataFrame, list[Fault]]


def _complete(city: City, facts: pd.DataFrame, name: str, year: int, have: Iterable[object], kind: str = "") -> _Rows:
    """Facts of one year, with a fault where the year has none or lacks districts."""
    file = city.tables[name].attrs["file"]
    rows = f"{name} ({kind})" if kind else name
    if facts.empty:
        known = ", ".join(sorted({str(value) for value in have})) or "—"
        return facts, [Fault("data.year_missing", {"rows": rows, "year": year, "have": known}, file)]
    missing = [code for code in city.codes if code not in set(facts["code"])]
    return facts, [Fault("data.district_missing", {"code": code, "rows": rows, "year": year}, file) for code in missing]


def settlement_rows(city: City, year: int, basis: str) -> pd.DataFrame:
    """Rows of the table ``settlement``, by district and channel, that a plan year's settled population comes from."""
    settlement = city.tables["settlement"]
    lag, kind = _basis(basis)
    return settlement[(settlement["basis"] == kind) & (settlement["year"] == year - lag)]


def _settled(city: City, year: int, kind: str) -> _Rows:
    settlement = city.tables["settlement"]
    of_kind = settlement[settlement["basis"] == kind]
    chosen = of_kind[of_kind["year"] == year]
    faults = []
    merged = []
    for code, rows in chosen.groupby("code"):
        whole, parts = rows[rows["channel"] == "all"], rows[rows["channel"] != "all"]
        if len(whole) and len(parts) and int(parts["persons"].sum()) != int(whole["persons"].iloc[0]):
            values = {"code": code, "all": int(whole["persons"].iloc[0]), "sum": int(parts["persons"].sum())}
            faults.append(Fault("data.channels_disagree", values, settlement.attrs["file"], row=int(whole.index[0])))
        taken = whole if len(whole) else parts
        first = taken.iloc[0].to_dict()
        first["persons"] = int(taken["persons"].sum())
        central = taken["central_persons"]
        first["central_persons"] = pd.NA if central.isna().any() else int(central.sum())
        first["status"] = worst(taken["status"])
        merged.append(first)
    facts = pd.DataFrame(merged, columns=INPUTS["settlement"].names)
    facts, lacking = _complete(city, facts, "settlement", year, of_kind["year"], kind)
    return facts, faults + lacking


def _residents(city: City, year: int) -> _Rows:
    population = city.tables["population"]
    residents = population[population["kind"] == "resident"]
    chosen = residents[residents["date"].str[:4] == str(year)]
    chosen = chosen[chosen["date"] == chosen["date"].max()]
    series = sorted(set(chosen["series"]))
    if len(series) > 1:
        values = {"year": year, "series": ", ".join(series)}
        return chosen, [Fault("data.series_several", values, population.attrs["file"])]
    return _complete(city, chosen, "population", year, residents["date"].str[:4])


def _of_year(city: City, name: str, year: int) -> _Rows:
    table = city.tables[name]
    return _complete(city, table[table["year"] == year], name, year, table["year"])


def _latest(city: City, name: str, year: int) -> _Rows:
    """Each district's row of the latest year until a year."""
    table = city.tables[name]
    until = table[table["year"] <= year].sort_values("year", kind="stable").groupby("code").tail(1)
    return _complete(city, until, name, year, table["year"])


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


def _central(city: City, table: pd.DataFrame, settled: pd.DataFrame, sources: list[pd.DataFrame]) -> pd.Series:
    """Persons who settle inside the central area's layer; as its share of the area where the table does not say."""
    share = central_share(city)
    if share is None:
        return pd.Series(0, index=table.index, dtype="int64")
    given = table["code"].map(settled.set_index("code")["central_persons"])
    persons, estimated = [], []
    for code, total, known in zip(table["code"], table["settled"], given, strict=True):
        part = round(float(share[code]), 4)
        if pd.isna(known) and 0 < part < 1:
            estimated.append(code)
        persons.append(half_up(int(total) * exact(part)) if pd.isna(known) else int(known))
    if estimated:
        note = "按中心城区图层所占面积比例估算 || by the layer's share of the district's area"
        facts = {"source": note, "date": "", "status": "estimated", "confidence": "default"}
        sources.append(pd.DataFrame([{"code": code, "item": "central_settled", **facts} for code in estimated]))
    return pd.Series(persons, index=table.index, dtype="int64")


def _is_whole(value: Any) -> bool:
    """Tell whether a cell is a whole number of 0 or more."""
    return isinstance(value, Real) and not isinstance(value, bool) and float(value) >= 0 and float(value).is_integer()


def _edit(table: pd.DataFrame, origin: pd.DataFrame, edits: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables with the user's values in place; only what differs from the table's own value counts as an edit."""
    faults: list[Fault] = []
    rows = {code: row for row, code in enumerate(table["code"])}
    table = table.copy()
    for edit in edits.to_dict("records"):
        code = str(edit["code"])
        if code not in rows:
            faults.append(Fault("table.district_unknown", {"code": code, "boundaries": "districts"}, column="code"))
            continue
        for item in EDITABLE:
            value = edit.get(item)
            if value is None or pd.isna(value):
                continue
            if not _is_whole(value):
                values = {"value": value, "unit": UNITS[item]}
                faults.append(Fault("table.cell_not_whole", values, column=f"{item} ({code})"))
                continue
            old = table.loc[rows[code], item]
            if not pd.isna(old) and int(old) == int(value):
                continue
            table.loc[rows[code], item] = int(value)
            origin = origin[~((origin["code"] == code) & (origin["item"] == item))]
            user = {
                "source": "用户填写 || entered by the user",
                "date": "",
                "status": "estimated",
                "confidence": "default",
            }
            origin = pd.concat([origin, pd.DataFrame([{"code": code, "item": item, **user}])], ignore_index=True)
    if faults:
        raise DataError(faults)
    table["central_settled"] = table["central_settled"].clip(upper=table["settled"])
    return table, origin
