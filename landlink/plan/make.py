"""Making a plan: facts → quota → needs → grants, run once for a city, a policy and a year's options."""

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from typing import Unpack

import pandas as pd

from landlink.city import City
from landlink.city.base import listed_years
from landlink.city.facts import Facts, district_facts, settlement_remarks, with_measured
from landlink.errors import Fault, Faults
from landlink.linkage import moved_by_base, quota, sources
from landlink.needs import grant, land_of_district, ledger, needs, uses
from landlink.needs.uses import outside
from landlink.plan.options import Choices, Options, rules_in_force
from landlink.plan.plan import Note, Plan
from landlink.policy import Policy, Rules, origins_counted
from landlink.schema import INPUTS, NEW_SOURCE, STATUSES, worst
from landlink.units import ha

# Share of a district's area inside the central area's layer from which standards for the central area hold in it.
MOSTLY_CENTRAL = 0.5


def make_plan(
    city: City,
    policy: Policy,
    options: Options | int,
    *,
    edits: pd.DataFrame | None = None,
    measured: pd.DataFrame | None = None,
    **choices: Unpack[Choices],
) -> Plan:
    """Compute a plan.

    Parameters
    ----------
    city, policy
        As :func:`landlink.load_city` and :func:`landlink.load_policy` return them.
    options
        Options, or the plan year alone.
    choices
        With a year, the other fields of :class:`landlink.plan.options.Options`: ``basis``, ``cap_ha``, ``rule``,
        ``adjust_pct``, ``offset_share``, ``base_year``.
    edits
        Values that replace the city's for this plan; see :func:`landlink.city.facts.district_facts`.
    measured
        Measured supply of the city's land, see :func:`landlink.supply.measured.measured`; without it available land is
        what the city's tables state.

    Raises
    ------
    DataError
        The city has no data for the year, an option or edit is wrong, or the supply is of another city.
    PolicyError
        The policy names a district the city does not have, or a value it needs is not in force.

    Examples
    --------
    >>> import landlink
    >>> city = landlink.load_city("guangzhou")
    >>> plan = make_plan(city, landlink.load_policy("guangzhou-2018"), 2020)
    >>> int(plan.quota["quota_m2"].sum())
    8304130
    """
    options = replace(options, **choices) if isinstance(options, Options) else Options(options, **choices)
    faults = Faults()
    with faults.collect():
        policy.check_districts(city.codes)
    with faults.collect():
        rules = rules_in_force(policy, options)
    origins = origins_counted(policy.on(f"{options.year}-12-31"))
    with faults.collect():
        base = district_facts(city, options.year, options.basis, edits, base_year=options.base_year, origins=origins)
    if measured is not None and set(measured["code"]) != set(city.codes):
        faults.add(Fault("plan.supply_of_other_city", {"city": city.id}))
    faults.raise_if_any()
    if measured is not None:
        base = with_measured(base, measured)
    share = base.central_share
    quotas, divisor = quota(base.table, rules, central_layer=share is not None, measured=measured)
    by_source = sources(quotas, base.table, measured)
    central = tuple(rules["central.districts"].codes if share is None else share.index[share > MOSTLY_CENTRAL])
    surplus, structure = (
        city.tables.get(name, pd.DataFrame(columns=INPUTS[name].names))
        for name in ("facility_surplus", "land_structure")
    )
    need = needs(quotas[["code", "district", "settled"]], rules, central=central, surplus=surplus)
    land = land_of_district(quotas, by_source)
    granted = grant(need, land)
    by_class = uses(land, granted, rules.facilities, structure)
    return Plan(
        city_id=city.id,
        city_title=city.title,
        policy_id=policy.id,
        policy_title=policy.title,
        options=options,
        rules=rules,
        facilities=rules.facilities,
        central=central,
        central_layer=share is not None,
        base=base,
        surplus=surplus,
        structure=structure,
        quota=quotas,
        sources=by_source,
        needs=granted,
        ledger=ledger(land, granted, by_class),
        uses=by_class,
        divisor=divisor,
        districts=city.districts[["code", "name", "name_en", "official_area_ha", "geometry"]],
        notes=(
            *(() if options.base_year is None else _base_notes(moved_by_base(quotas, base.pairs, rules))),
            *_notes(base, by_source, central, central_layer=share is not None),
            *_structure_notes(structure),
            *(Note(*r) for r in settlement_remarks(city, options.year, options.basis, base.sources, origins)),
        ),
        version=version("landlink"),
        fingerprint=_fingerprint(city, policy, options, rules, base, surplus, structure, measured),
    )


def _base_notes(pairs: pd.DataFrame) -> list[Note]:
    """What the reader must know of base pairs other than the default.

    Parameters
    ----------
    pairs
        As :func:`landlink.linkage.moved_by_base` returns it.
    """
    other = pairs[pairs["default_year"].fillna(0) != pairs["base_year"]]
    compared = other[other["moved_m2"].notna()]
    alone = other[other["moved_m2"].isna()]
    notes = []
    if len(compared):
        area = f"{ha(int(compared['moved_m2'].sum())):+,}"
        values = {"default": listed_years(compared["default_year"]), "area_ha": area}
        notes.append(Note("base_moved", {"count": len(compared), "year": int(compared["base_year"].iloc[0]), **values}))
    if len(alone):
        notes.append(Note("base_alone", {"count": len(alone), "year": int(alone["base_year"].iloc[0])}))
    return notes


def _notes(base: Facts, by_source: pd.DataFrame, central: tuple[str, ...], *, central_layer: bool) -> tuple[Note, ...]:
    """What the reader must know: figures that are not official, and what is unknown."""
    notes = []
    if not central_layer:
        notes.append(Note("central_list" if central else "central_none", {}))
    for (item, status), rows in base.sources.groupby(["item", "status"], sort=False):
        if status != "official":
            notes.append(Note("not_official", {"item": item, "status": status, "count": len(rows)}))
    unknown = by_source[(by_source["land_source"] == NEW_SOURCE) & by_source["available_m2"].isna()]
    if len(unknown):
        notes.append(Note("unknown_new_capacity_m2", {"count": len(unknown)}))
    unverified = by_source[by_source["unverified_m2"] > 0]
    if len(unverified):
        area = f"{ha(int(unverified['unverified_m2'].sum())):,}"
        notes.append(Note("stock_unverified", {"count": unverified["code"].nunique(), "area_ha": area}))
    short = by_source[(by_source["land_source"] != NEW_SOURCE) & (by_source["short_m2"] > 0)]
    if len(short):
        area = f"{ha(int(short['short_m2'].sum())):,}"
        notes.append(Note("stock_short", {"count": short["code"].nunique(), "area_ha": area}))
    return tuple(notes)


def _structure_notes(structure: pd.DataFrame) -> list[Note]:
    """What the reader must know of the shares of classes of use: those outside the standard, and whose they are."""
    notes = []
    status = worst(structure["status"])
    if status != STATUSES[0]:
        notes.append(Note("structure_not_official", {"status": status}))
    unusual = [f"{use} {share:f} % ({least}–{most} %)" for use, share, (least, most) in outside(structure)]
    if unusual:
        notes.append(Note("structure_outside", {"classes": "; ".join(unusual)}))
    return notes


def _fingerprint(
    city: City,
    policy: Policy,
    options: Options,
    rules: Rules,
    base: Facts,
    surplus: pd.DataFrame,
    structure: pd.DataFrame,
    measured: pd.DataFrame | None,
) -> str:
    content = {
        "version": version("landlink"),
        "city": city.id,
        "policy": policy.id,
        "options": {name: str(getattr(options, name)) for name in Options.__slots__},
        "rules": sorted([value.parameter, value.since, value.display(), value.document.id] for value in rules.values()),
        "facts": json.loads(base.table.to_json(orient="split")),
        "sources": base.sources.sort_values(["item", "code"]).to_dict("split", index=False),
        "pairs": json.loads(base.pairs.to_json(orient="split")),
        "built_up": base.built_up.to_dict("split", index=False),
        "surplus": surplus.to_dict("split", index=False),
        "structure": structure.to_dict("split", index=False),
        "measured": None if measured is None else measured.to_dict("split", index=False),
        "boundaries": {
            code: hashlib.sha256(shape.wkb).hexdigest()
            for code, shape in zip(city.districts["code"], city.districts.geometry, strict=True)
        },
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
