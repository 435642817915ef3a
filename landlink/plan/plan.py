"""A plan: the chain run once on a city, a policy and a year's options, with everything it came from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Unpack

import geopandas as gpd
import pandas as pd

from landlink.city import City
from landlink.city.facts import Facts, central_share, district_facts
from landlink.errors import DataError, Fault, Faults
from landlink.linkage import ledger_budget, quota
from landlink.needs.land import grant, ledger, needs
from landlink.plan.options import Choices, Options, rules_in_force
from landlink.policy import Facility, Policy, Rules
from landlink.schema import INPUTS, RESULTS
from landlink.siting.sites import Siting
from landlink.texts import Lang, name_column, text


@dataclass(frozen=True, slots=True)
class Note:
    """A thing the reader of a plan must know; its text is ``model.note.<id>``."""

    id: str
    values: Mapping[str, object]

    def text(self, lang: Lang | None = None) -> str:
        """Text of the note."""
        shown = {
            key: text(f"model.{key}.{value}", lang) if key in ("item", "status") else value
            for key, value in self.values.items()
        }
        return text(f"model.note.{self.id}", lang, **shown)


@dataclass(frozen=True, slots=True)
class Plan:
    """One computed result; it is never changed.

    Parameters
    ----------
    rules
        Values in force for the year, the user's own choices among them.
    facilities
        Kinds of facility in the order in which land is granted.
    central
        Codes of the districts that lie in the central area, wholly or for the larger part.
    central_layer
        The central area is the city's layer, not the policy's list of districts.
    base
        The district facts the plan rests on.
    surplus
        Existing facilities' free capacity that was taken off the needs: ``code``, ``facility``, ``surplus_units``
        with source; empty where the city has none.
    quota, needs, ledger
        Result tables, as :data:`landlink.schema.RESULTS` declares them.
    districts
        Boundaries in EPSG:4490: ``code``, ``name``, ``name_en``, ``official_area_ha``.
    fingerprint
        SHA-256 of all that the tables come from: facts, sources, rules, options, boundaries and version; with sites,
        of these and the sites.
    siting
        Parcels chosen for the facilities; None until they are.
    """

    city_id: str
    city_title: Mapping[Lang, str]
    policy_id: str
    policy_title: Mapping[Lang, str]
    options: Options
    rules: Rules
    facilities: tuple[Facility, ...]
    central: tuple[str, ...]
    central_layer: bool
    base: Facts
    surplus: pd.DataFrame
    quota: pd.DataFrame
    needs: pd.DataFrame
    ledger: pd.DataFrame
    districts: gpd.GeoDataFrame
    notes: tuple[Note, ...]
    version: str
    fingerprint: str
    siting: Siting | None = None

    def table(self, name: str) -> pd.DataFrame:
        """Result table of a name.

        Raises
        ------
        DataError
            There is no such table.
        """
        if name not in RESULTS:
            raise DataError(Fault("option.choice", {"option": "table", "value": name, "choices": " | ".join(RESULTS)}))
        if name not in ("sites", "provision"):
            found: pd.DataFrame = getattr(self, name)
            return found
        columns = RESULTS[name].names
        return (
            pd.DataFrame(columns=columns) if self.siting is None else pd.DataFrame(getattr(self.siting, name))[columns]
        )

    def names(self, lang: Lang) -> dict[str, str]:
        """Names of the districts in a language, by code."""
        return dict(zip(self.districts["code"], self.districts[name_column(lang)], strict=True))

    def titles(self, lang: Lang) -> dict[str, str]:
        """Titles of the facilities in a language, by id, in the order in which land is granted."""
        return {facility.id: facility.title[lang] for facility in self.facilities}

    def totals(self) -> dict[str, int]:
        """Sums over all districts of the quota table's and the ledger's areas and of the settled population."""
        both = self.quota.merge(self.ledger.drop(columns=["district", "quota_m2", "stock_need_m2"]), on="code")
        names = ["settled", *(name for name in both if name.endswith("_m2"))]
        names = [name for name in names if name not in ("per_capita_stock_m2", "standard_m2")]
        return {name: int(both[name].sum()) for name in names}

    def with_siting(self, siting: Siting) -> "Plan":
        """Return the plan with sites, in place of those that it may have; its own tables stay as they are."""
        content = {
            "plan": siting.plan,
            "sites": siting.sites.drop(columns="geometry").to_dict("split", index=False),
            "provision": siting.provision.to_dict("split", index=False),
            "options": siting.options,
            "weights": siting.weights,
        }
        seal = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode())
        return replace(self, siting=siting, fingerprint=seal.hexdigest())


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
    >>> city = landlink.load_city("geodata/guangzhou")
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
    share = central_share(city)
    quotas = quota(base.table, rules, central_layer=share is not None)
    central = tuple(rules["central.districts"].codes if share is None else share.index[share > 0.5])  # noqa: PLR2004
    surplus = city.tables.get("facility_surplus", pd.DataFrame(columns=INPUTS["facility_surplus"].names))
    need = needs(quotas[["code", "district", "settled"]], rules, central=central, surplus=surplus)
    budget = ledger_budget(quotas, base.table)
    granted = grant(need, budget)
    districts = city.districts[["code", "name", "name_en", "official_area_ha", "geometry"]]
    return Plan(
        city.id,
        city.title,
        policy.id,
        policy.title,
        options,
        rules,
        policy.facilities,
        central,
        share is not None,
        base,
        surplus,
        quotas,
        granted,
        ledger(budget, granted),
        districts,
        _notes(base, central, central_layer=share is not None),
        version("landlink"),
        _fingerprint(city, policy, options, rules, base, surplus),
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
