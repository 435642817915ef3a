"""Making a plan: facts → quota → needs → grants, run once for a city, a policy and a year's options."""

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from typing import Unpack

import pandas as pd

from landlink.city import City
from landlink.city.facts import Facts, district_facts
from landlink.errors import Faults
from landlink.linkage import ledger_budget, quota
from landlink.needs import grant, ledger, needs
from landlink.plan.options import Choices, Options, rules_in_force
from landlink.plan.plan import Note, Plan
from landlink.policy import Policy, Rules
from landlink.schema import INPUTS

# Share of a district's area inside the central area's layer from which standards for the central area hold in it.
MOSTLY_CENTRAL = 0.5


def make_plan(
    city: City,
    policy: Policy,
    options: Options | int,
    *,
    edits: pd.DataFrame | None = None,
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
        ``adjust_pct``, ``offset_share``.
    edits
        Values that replace the city's for this plan; see :func:`landlink.city.facts.district_facts`.

    Raises
    ------
    DataError
        The city has no data for the year, or an option or edit is wrong.
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
    with faults.collect():
        base = district_facts(city, options.year, options.basis, edits)
    faults.raise_if_any()
    share = base.central_share
    quotas = quota(base.table, rules, central_layer=share is not None)
    central = tuple(rules["central.districts"].codes if share is None else share.index[share > MOSTLY_CENTRAL])
    surplus = city.tables.get("facility_surplus", pd.DataFrame(columns=INPUTS["facility_surplus"].names))
    need = needs(quotas[["code", "district", "settled"]], rules, central=central, surplus=surplus)
    budget = ledger_budget(quotas, base.table)
    granted = grant(need, budget)
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
        quota=quotas,
        needs=granted,
        ledger=ledger(budget, granted),
        districts=city.districts[["code", "name", "name_en", "official_area_ha", "geometry"]],
        notes=_notes(base, central, central_layer=share is not None),
        version=version("landlink"),
        fingerprint=_fingerprint(city, policy, options, rules, base, surplus),
    )


def _notes(base: Facts, central: tuple[str, ...], *, central_layer: bool) -> tuple[Note, ...]:
    """What the reader must know: figures that are not official, and what is unknown."""
    notes = []
    if not central_layer:
        notes.append(Note("central_list" if central else "central_none", {}))
    for (item, status), rows in base.sources.groupby(["item", "status"], sort=False):
        if status != "official":
            notes.append(Note("not_official", {"item": item, "status": status, "count": len(rows)}))
    for item in ("new_capacity_m2", "stock_available_m2"):
        unknown = int(base.table[item].isna().sum())
        if unknown:
            notes.append(Note(f"unknown_{item}", {"count": unknown}))
    return tuple(notes)


def _fingerprint(city: City, policy: Policy, options: Options, rules: Rules, base: Facts, surplus: pd.DataFrame) -> str:
    content = {
        "version": version("landlink"),
        "city": city.id,
        "policy": policy.id,
        "options": {name: str(getattr(options, name)) for name in Options.__slots__},
        "rules": sorted([value.parameter, value.since, value.display(), value.document.id] for value in rules.values()),
        "facts": json.loads(base.table.to_json(orient="split")),
        "sources": base.sources.sort_values(["item", "code"]).to_dict("split", index=False),
        "surplus": surplus.to_dict("split", index=False),
        "boundaries": {
            code: hashlib.sha256(shape.wkb).hexdigest()
            for code, shape in zip(city.districts["code"], city.districts.geometry, strict=True)
        },
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
