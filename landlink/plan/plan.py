"""A plan as data: what was put in, the result tables, and a fingerprint of everything they came from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from landlink.city.facts import Facts
from landlink.errors import DataError, Fault
from landlink.linkage import Divisor, moved_by_base, next_steps, scaled_to
from landlink.linkage.views import VIEWS
from landlink.plan.options import Options
from landlink.policy import Facility, Rules
from landlink.schema import RESULTS
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
    structure
        The city's shares of classes of use: ``use_class``, ``share_pct`` with source; empty where the city gives none.
    quota, sources, needs, ledger, uses
        Result tables, as :data:`landlink.schema.RESULTS` declares them.
    divisor
        Common divisor of the balancing.
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
    structure: pd.DataFrame
    quota: pd.DataFrame
    sources: pd.DataFrame
    needs: pd.DataFrame
    ledger: pd.DataFrame
    uses: pd.DataFrame
    divisor: Divisor
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
            table: pd.DataFrame = getattr(self, name)
            return table
        columns = RESULTS[name].names
        return (
            pd.DataFrame(columns=columns) if self.siting is None else pd.DataFrame(getattr(self.siting, name))[columns]
        )

    @property
    def pairs(self) -> pd.DataFrame:
        """Base pair of each district; see :func:`landlink.linkage.moved_by_base`."""
        return moved_by_base(self.quota, self.base.pairs, self.rules)

    @property
    def steps(self) -> pd.DataFrame:
        """Each district's distance to the next step; see :func:`landlink.linkage.next_steps`."""
        return next_steps(self.quota, self.rules)

    @property
    def scaled(self) -> pd.DataFrame:
        """Entitlements on the city's built-up area, see :func:`landlink.linkage.scaled_to`; no rows without it."""
        if self.base.built_up.empty:
            return pd.DataFrame(columns=VIEWS["scaled"].names)
        return scaled_to(self.quota, int(self.base.built_up["area_m2"].iloc[0]), self.rules)

    def names(self, lang: Lang) -> dict[str, str]:
        """Names of the districts in a language, by code."""
        return dict(zip(self.districts["code"], self.districts[name_column(lang)], strict=True))

    def titles(self, lang: Lang) -> dict[str, str]:
        """Titles of the facilities in a language, by id, in the order in which land is granted."""
        return {facility.id: facility.title[lang] for facility in self.facilities}

    @property
    def by_district(self) -> pd.DataFrame:
        """Quota table and ledger side by side: one row a district, columns that both have once."""
        return self.quota.merge(self.ledger[["code", *self.ledger.columns.difference(self.quota.columns)]], on="code")

    def totals(self) -> dict[str, int]:
        """Sums over all districts of the quota table's and the ledger's areas and of the settled population."""
        table = self.by_district
        names = ["settled", *(name for name in table if name.endswith("_m2"))]
        names = [name for name in names if name not in ("per_capita_stock_m2", "standard_m2", "supply_m2")]
        return {name: int(table[name].sum()) for name in names}

    def with_siting(self, siting: Siting) -> "Plan":
        """The plan with sites, in place of those that it may have; its own tables stay as they are."""
        content = {
            "plan": siting.plan,
            "sites": siting.sites.drop(columns="geometry").to_dict("split", index=False),
            "provision": siting.provision.to_dict("split", index=False),
            "options": siting.options,
            "weights": siting.weights,
        }
        seal = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode())
        return replace(self, siting=siting, fingerprint=seal.hexdigest())
