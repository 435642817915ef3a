"""The settlement plan of a city over years, drawn from its tables, against what happened (plan clauses 3–5, 14, 17)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd

from landlink.city import City
from landlink.city.settlement import WHOLE, channels_once, persons_once
from landlink.errors import DataError, Fault, Faults
from landlink.files import csv_bytes, write_files
from landlink.linkage.settlement import SUPPORTED, compare, over_years, settlement_plan
from landlink.needs import needs
from landlink.needs.permit import permit_needs
from landlink.plan.options import USER
from landlink.plan.plan import Note
from landlink.policy import PARAMETERS, Dated, Policy, Rules
from landlink.schema import INPUTS, worst

# What a district's share of the city's persons goes by.
CLAIMS = ("actual", "residents")
WEIGHT = "settlement.talent_weight"
TOTALS = ("year", "channel", "persons", "source", "status")
PERMIT = ("code", "district", "facility", "permit_units", "permit_land_m2", "settled_units", "settled_land_m2")
_KEYS = ["code", "year", "channel"]
_BY_USER = {"source": "用户设定 || set by the user", "status": "estimated"}
# Source of the districts' planned persons, as the table `settlement` names it.
_COMPUTED = {
    "source": "落户计划：全市计划数按比例分到各区 || settlement plan: the city's figure shared between districts",
    "status": "estimated",
    "confidence": "default",
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement plan and what it rests on.

    Parameters
    ----------
    totals
        The city's figures: :data:`TOTALS`, persons by year and channel.
    plan, comparison
        As :mod:`landlink.linkage.settlement` computes them.
    permit
        Needs of residence-permit holders at the end of the last year beside those of the people settled in the years:
        :data:`PERMIT`, m². They are never added up.
    notes
        What the reader must know.
    """

    totals: pd.DataFrame
    plan: pd.DataFrame
    comparison: pd.DataFrame
    permit: pd.DataFrame
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """What districts' shares go by: ``code`` and ``claim`` (persons), whose figure it is, and of which year."""

    table: pd.DataFrame
    kind: str
    year: int


def plan_settlement(
    city: City,
    policy: Policy,
    years: Iterable[int],
    *,
    claim: str | None = None,
    weight: Decimal | None = None,
    total: int | None = None,
    shares: Mapping[str, Fraction] | None = None,
) -> Settlement:
    """Share the city's settled persons of some years out between its districts, and compare them with the actual ones.

    Parameters
    ----------
    years
        Years of the plan.
    claim
        What a district's share goes by: ``actual``, its settled people of the last year known before the first year of
        the plan (of the last year known at all where there is none), or ``residents``, of the same year. The former by
        default, where it is known.
    weight
        Weight of the priority districts on talent, in place of the policy's.
    total, shares
        The city's persons of all years together and the channels' shares, in place of the city's tables.

    Returns
    -------
    The plan. The city's figures are those of the table ``settlement_targets``; without it the sum of the districts'
    planned persons in ``settlement``.

    Raises
    ------
    DataError
        A year has no figure of the city, or an option is wrong.
    PolicyError
        The policy names a district that the city does not have.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> from landlink.policy import load_policy
    >>> made = plan_settlement(load_city("guangzhou"), load_policy("guangzhou-2018"), [2019], total=1_000)
    >>> int(made.plan["persons"].sum()), made.plan["channel"].unique().tolist()
    (1000, ['all'])
    """
    years = sorted(set(years))
    faults = Faults()
    with faults.collect():
        policy.check_districts(city.codes)
    with faults.collect():
        rules = {year: _with_weight(policy.on(f"{year}-12-31"), weight) for year in years}
    with faults.collect():
        totals = _totals(city, years) if total is None else _entered(total, years, shares or {})
    with faults.collect():
        claims = claims_of(city, years[0] if years else 0, claim)
    if not years:
        faults.add(Fault("option.years"))
    faults.raise_if_any()
    plan = settlement_plan(totals, claims.table, rules)
    actual = _actual(city, years)
    last = rules[years[-1]]
    permit = _permit(city, years[-1], last, plan)
    notes = (*_notes(totals, claims, rules, actual), *_permit_notes(city, years[-1], permit))
    return Settlement(totals, plan, compare(plan, actual), permit, notes)


def save_settlement(settlement: Settlement, city: City, folder: str | Path) -> list[Path]:
    """Write the plan, the comparison and the city's figures, and the plan as rows of the table ``settlement``.

    Raises
    ------
    OutputError
        The folder or a file in it cannot be written; nothing has been changed.
    """
    names = city.names("zh")
    tables = {
        "settlement_plan": settlement.plan,
        "settlement_comparison": settlement.comparison,
        "settlement_totals": settlement.totals,
    }
    files = {}
    for name, table in tables.items():
        if "code" in table:
            table = table.assign(district=table["code"].map(names).fillna(""))  # noqa: PLW2901 - the name beside the code
        files[f"{name}.csv"] = csv_bytes(table)
    rows = settlement.plan.assign(basis="planned", date=settlement.plan["year"].astype(str), **_COMPUTED)
    files["settlement.csv"] = csv_bytes(rows[[name for name in INPUTS["settlement"].names if name in rows]])
    if len(settlement.permit):
        files["permit_needs.csv"] = csv_bytes(settlement.permit)
    return write_files(Path(folder), files)


def claims_of(city: City, first: int, kind: str | None = None) -> Claims:
    """What the districts' shares of the city's persons go by, for a plan that begins in a year.

    Raises
    ------
    DataError
        An unknown kind, or no year in which every district is known.

    Examples
    --------
    >>> from landlink.city import load_city
    >>> claims = claims_of(load_city("guangzhou"), 2020)
    >>> claims.kind, claims.year, int(claims.table["claim"].sum())
    ('actual', 2019, 210518)
    """
    if kind is not None and kind not in CLAIMS:
        raise DataError(Fault("option.choice", {"option": "claim", "value": kind, "choices": " | ".join(CLAIMS)}))
    for name in CLAIMS if kind is None else (kind,):
        known = _settled(city) if name == "actual" else _residents(city)
        complete = {year: rows for year, rows in known if set(rows["code"]) >= set(city.codes)}
        if complete:
            year = max([year for year in complete if year < first] or complete)
            claim = complete[year].groupby("code")["persons"].sum().reindex(city.codes).astype("int64")
            return Claims(pd.DataFrame({"code": city.codes, "claim": claim.to_numpy()}), name, int(year))
    wanted = "settlement (actual)" if kind != "residents" else "population (resident)"
    raise DataError(Fault("data.year_missing", {"rows": wanted, "year": f"< {first}", "have": "—"}))


def _settled(city: City) -> Iterator[tuple[int, pd.DataFrame]]:
    """Actual settled persons of each year."""
    table = city.tables["settlement"]
    for year, rows in table[table["basis"] == "actual"].groupby("year"):
        yield int(str(year)), persons_once(rows)


def _residents(city: City) -> Iterator[tuple[int, pd.DataFrame]]:
    """Residents at the latest date of each year that one series alone describes."""
    table = city.tables["population"]
    residents = table[table["kind"] == "resident"]
    for year, rows in residents.groupby(residents["date"].str[:4]):
        latest = rows[rows["date"] == rows["date"].max()]
        if len(set(latest["series"])) == 1:
            yield int(str(year)), latest


def _totals(city: City, years: list[int]) -> pd.DataFrame:
    """The city's figures of each year: its own table's, else the sum of its districts' plans."""
    own = city.tables.get("settlement_targets", pd.DataFrame(columns=INPUTS["settlement_targets"].names))
    settlement = city.tables["settlement"]
    planned = settlement[settlement["basis"] == "planned"]
    faults = Faults()
    parts = []
    for year in years:
        stated = own[own["year"] == year]
        if len(stated):
            split = stated[stated["channel"] != WHOLE]
            parts.append((split if len(split) else stated)[list(TOTALS)])
            continue
        with faults.collect():
            parts.append(_sum_of_districts(city, planned, year))
    faults.raise_if_any()
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TOTALS))


def _sum_of_districts(city: City, planned: pd.DataFrame, year: int) -> pd.DataFrame:
    """Planned persons of all districts by channel, as a whole where one of them is not split.

    Raises
    ------
    DataError
        The year has no plan, or not of every district.
    """
    file = city.tables["settlement"].attrs["file"]
    rows = planned[planned["year"] == year]
    if rows.empty:
        have = ", ".join(sorted({str(known) for known in planned["year"]})) or "—"
        raise DataError(Fault("data.year_missing", {"rows": "settlement (planned)", "year": year, "have": have}, file))
    missing = [code for code in city.codes if code not in set(rows["code"])]
    if missing:
        values = {"rows": "settlement (planned)", "year": year}
        raise DataError(Fault("data.district_missing", {"code": code, **values}, file) for code in missing)
    once = channels_once(rows)
    if (once["channel"] == WHOLE).any():
        once = persons_once(rows).assign(channel=WHOLE)
    sums = once.groupby("channel", sort=False, as_index=False)["persons"].sum()
    origin = {"source": once["source"].iloc[0], "status": worst(once["status"])}
    return sums.assign(year=year, **origin)[list(TOTALS)]


def _entered(total: int, years: list[int], shares: Mapping[str, Fraction]) -> pd.DataFrame:
    """The city's figures that the user has entered."""
    return over_years(total, years, shares).assign(**_BY_USER)[list(TOTALS)]


def _actual(city: City, years: list[int]) -> pd.DataFrame:
    """Actual persons by district, year and channel, as a whole where channels are not known."""
    table = city.tables["settlement"]
    rows = table[(table["basis"] == "actual") & table["year"].isin(years)]
    return channels_once(rows).groupby(_KEYS, as_index=False)["persons"].sum()


def _with_weight(rules: Rules, weight: Decimal | None) -> Rules:
    """Rules with the user's weight in place of the policy's.

    Raises
    ------
    DataError
        The weight is out of its bounds.
    """
    if weight is None:
        return rules
    spec = PARAMETERS[WEIGHT]
    if not spec.allows(weight):
        raise DataError(Fault("option.range", {"option": "weight", "value": weight, "bounds": spec.bounds}))
    return rules.replace(Dated(WEIGHT, "", weight, spec.unit, USER, "", "default", "", "", 0))


def _notes(totals: pd.DataFrame, claims: Claims, rules: Mapping[int, Rules], actual: pd.DataFrame) -> Iterator[Note]:
    """What the reader must know of the city's figures, the districts' shares, and what is known to have happened."""
    status = worst(totals["status"])
    if status != "official":
        yield Note("settlement_totals", {"status": status})
    years = list(rules)
    whole = [year for year in years if (totals.loc[totals["year"] == year, "channel"] == WHOLE).all()]
    if whole:
        yield Note("settlement_whole", {"years": _listed(whole)})
    supported = set(totals.loc[totals["channel"] == SUPPORTED, "year"])
    weighted = [year for year, in_force in rules.items() if year in supported and _is_weighted(in_force)]
    if weighted:
        value = rules[weighted[-1]][WEIGHT]
        id_ = "settlement_weight_assumed" if value.confidence == "default" else "settlement_weight"
        yield Note(id_, {"years": _listed(weighted), "weight": value.display()})
    yield Note(f"settlement_claim_{claims.kind}", {"year": claims.year})
    if claims.year >= min(years):
        yield Note("settlement_claim_later", {"year": claims.year})
    known = set(actual["year"])
    only_whole = sorted(known - set(actual.loc[actual["channel"] != WHOLE, "year"]))
    if only_whole:
        yield Note("settlement_actual_whole", {"years": _listed(only_whole)})
    if unknown := [year for year in years if year not in known]:
        yield Note("settlement_actual_unknown", {"years": _listed(unknown)})


def _is_weighted(rules: Rules) -> bool:
    """True if the rules name priority districts and give them a weight of their own."""
    weight, priority = rules.get(WEIGHT), rules.get("priority.districts")
    return weight is not None and weight.number != 1 and priority is not None and bool(priority.codes)


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, years))


def _holders(city: City, year: int) -> pd.DataFrame:
    """Residence-permit holders of the latest year until one."""
    table = city.tables.get("permit_holders", pd.DataFrame(columns=INPUTS["permit_holders"].names))
    until = table[table["year"] <= year]
    return until[until["year"] == until["year"].max()]


def _permit(city: City, year: int, rules: Rules, plan: pd.DataFrame) -> pd.DataFrame:
    """Needs of permit holders beside those of the people whom the plan settles."""
    names, holders = city.names("zh"), _holders(city, year)
    central = rules["central.districts"].codes if rules.get("central.districts") is not None else ()
    need = permit_needs(holders.assign(district=holders["code"].map(names)), rules, central=central)
    if need.empty:
        return pd.DataFrame(columns=list(PERMIT))
    people = plan.groupby("code", as_index=False)["persons"].sum().rename(columns={"persons": "settled"})
    settled = needs(people.assign(district=people["code"].map(names)), rules, central=central)
    keys = ["code", "district", "facility"]
    both = need.merge(settled, on=keys, suffixes=("_permit", "_settled"))
    both = both.rename(
        columns={f"{of}_{who}": f"{who}_{of}" for of in ("units", "land_m2") for who in ("permit", "settled")}
    )
    return both[list(PERMIT)]


def _permit_notes(city: City, year: int, permit: pd.DataFrame) -> Iterator[Note]:
    holders = _holders(city, year)
    if holders.empty:
        return
    values = {"count": int(holders["persons"].sum()), "year": int(holders["year"].max())}
    yield Note("permit_apart" if len(permit) else "permit_no_standard", values)
