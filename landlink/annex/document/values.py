"""What a document can say of a plan: every value as text, by the name that templates call it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from landlink.annex.document.land_values import land_status, land_values
from landlink.annex.document.step_values import step_values
from landlink.annex.document.use_values import use_status, use_values
from landlink.annex.edition import Edition
from landlink.policy import Dated
from landlink.present.housing import housing_text
from landlink.present.labels import (
    cuts_label,
    groups_label,
    parameter_label,
    parameter_value,
    source_label,
    status_label,
    symbol,
)
from landlink.present.tables import column_status, decimals, fact_status
from landlink.schema import RESULTS, worst
from landlink.texts import listed, pick
from landlink.units import exact_ha, ha, shown_ha

Values = dict[str, Any]


def _columns(unit: str) -> tuple[str, ...]:
    """Columns of the quota table and the ledger that have a unit and are known of every district."""
    columns = [column for table in ("quota", "ledger") for column in RESULTS[table].columns if column.required]
    return tuple(dict.fromkeys(column.name for column in columns if column.unit == unit))


# Templates call an area by its column without the unit.
_AREAS = _columns("m2")
_PERSONS = _columns("person")
_PER_PERSON = {"per_capita": "per_capita_stock_m2", "standard": "standard_m2"}
# Areas of the example, in m².
_IN_EXAMPLE = ("urban_land_m2", "entitlement_m2", "stock_need_m2", "demand_m2")
# Channels of settlement by the name that templates call them.
_CHANNELS = {"talent": "talent", "points": "points", "by_policy": "policy"}
# Areas of a facility's needs by the name that templates call them.
_NEEDS = {"need": "land_m2", "granted": "granted_m2", "unverified": "unverified_m2", "deficit": "deficit_m2"}
# Digits of a fingerprint that are shown: enough to distinguish plans.
_SHORT = 16


def values(edition: Edition) -> Values:
    """What a document says, but for its images, its compiler and its date.

    Areas are in ha: of facilities, parcels and sites exact to the m², of districts with two decimals that add up. A
    district's edition has the rows of that district; totals are the city's.
    """
    subjects = _Values(edition)
    return {
        **subjects.names(),
        **subjects.linkage(),
        **subjects.districts(),
        **subjects.facilities(),
        **subjects.targets(),
        **subjects.data(),
        **land_values(edition),
        **use_values(edition),
        **step_values(edition),
    }


class _Values:
    """Values by subject."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.plan, self.lang = edition, edition.plan, edition.lang
        self.text = edition.text
        self.unknown = self.text("document.unknown")

    def names(self) -> Values:
        """What the plan is called, and what it rests on."""
        plan, lang, district = self.plan, self.lang, self.edition.district
        documents = {dated.document.id: dated.document for dated in plan.rules.values()}
        return {
            "city": self.edition.city,
            "district": "" if district is None else self.edition.names[district],
            "place": self.edition.territory,
            "year": plan.options.year,
            "policy": plan.policy_title[lang],
            "basis": self.text(f"model.basis.{plan.options.basis}"),
            "documents": [document.name(lang) for document in documents.values() if document.kind == "document"],
            "fingerprint": f"{plan.fingerprint[:_SHORT]}…",
            "version": plan.version,
        }

    def linkage(self) -> Values:
        """Standards and rules in force, and an example of their use."""
        rules, names = self.plan.rules, self.edition.names
        standard, cap = rules["linkage.standard"], rules.get("balance.city_cap")
        share, adjustment = rules.get("stock.offset_share"), rules.get("linkage.adjustment")
        return {
            "steps": standard.display(),
            "standard_source": source_label(standard, self.lang),
            "adjustment": "0" if adjustment is None else adjustment.display(),
            "offset_share": "0" if share is None else share.display(),
            "rule": self.text(f"model.rule.{rules['balance.rule'].choice}"),
            "cap": "" if cap is None else f"{cap.content:,}",
            "central": listed((names[code] for code in self.plan.central), self.lang) or self.unknown,
            "order": groups_label(self.plan, self.lang),
            "example": self._example(),
        }

    def _example(self) -> Values:
        """The edition's district, or the one with the largest entitlement among those that claim new land."""
        table = self.plan.quota.set_index("code")
        claiming = table["entitlement_m2"].where(table["demand_m2"] > 0).fillna(-1)
        code = self.edition.district or str(claiming.idxmax())
        row = table.loc[code]
        return {
            "name": self.edition.names[code],
            **{name: f"{row[name]:,}" for name in (*_PERSONS, *_IN_EXAMPLE)},
            **{name: f"{row[column]:,.2f}" for name, column in _PER_PERSON.items()},
        }

    def districts(self) -> Values:
        """Rows of districts and the city's totals, with settlement by channel where the material has it."""
        table, names = self.plan.by_district, self.edition.names
        shown = pd.DataFrame({"code": table["code"], "name": table["code"].map(names)})
        for name in _AREAS:
            shown[name.removesuffix("_m2")] = [f"{area:,}" for area in shown_ha(table[name])]
        for name in _PERSONS:
            shown[name] = [f"{persons:,}" for persons in table[name]]
        for name, column in _PER_PERSON.items():
            digits = decimals(RESULTS["quota"][column])
            shown[name] = [f"{value:,.{digits}f}" for value in table[column]]
        base_years = self.plan.base.pairs.set_index("code")["base_year"]
        shown["base_year"] = [str(base_years[code]) for code in table["code"]]
        shown["cut_by"] = [cuts_label(cuts, self.lang) or self.unknown for cuts in table["cut_by"]]
        channels = self._channels()
        for name, channel in _CHANNELS.items():
            shown[name] = [self._persons(channels.get((code, channel))) for code in table["code"]]
        rows: list[Values] = shown.to_dict("records")
        district = next((row for row in rows if row["code"] == self.edition.district), None)
        return {
            "count": len(rows),
            "districts": rows if district is None else [district],
            "own": district or {},
            "total": self._total(table, channels),
            "settlement_split": bool(channels),
        }

    def _total(self, table: pd.DataFrame, channels: Mapping[tuple[str, str], int]) -> Values:
        """The city's row.

        Parameters
        ----------
        table
            Quota table and ledger side by side.
        channels
            Settled persons by district and channel.
        """
        totals = self.plan.totals()
        total: Values = {name.removesuffix("_m2"): f"{ha(totals[name]):,}" for name in _AREAS}
        total |= {name: f"{int(table[name].sum()):,}" for name in _PERSONS}
        land, people = int(table["urban_land_m2"].sum()), int(table["urban_residents"].sum())
        total |= {
            "name": self.text("document.city" if self.edition.district else "document.total"),
            "per_capita": f"{land / people:,.2f}",
            "standard": self.unknown,
            "base_year": self.unknown,
            "cut_by": self.unknown,
        }
        for name, channel in _CHANNELS.items():
            persons = [persons for (_, of_channel), persons in channels.items() if of_channel == channel]
            total[name] = self._persons(sum(persons) if persons else None)
        return total

    def _channels(self) -> Mapping[tuple[str, str], int]:
        """Settled persons by district and channel; none where the plan's settled population is another."""
        material = self.edition.material
        if material is None:
            return {}
        rows = material.settlement[material.settlement["channel"] != "all"]
        sums = rows.groupby("code")["persons"].sum()
        settled = self.plan.quota.set_index("code")["settled"]
        if not sums.reindex(settled.index).eq(settled).all():
            return {}
        return {key: int(persons) for key, persons in rows.groupby(["code", "channel"])["persons"].sum().items()}

    def _persons(self, persons: int | None) -> str:
        return self.unknown if persons is None else f"{persons:,}"

    def facilities(self) -> Values:
        """Units and land of each kind of facility, exact to the m²."""
        needs = self.edition.rows(self.plan.needs)
        rows = []
        for facility in self.plan.facilities:
            of_facility = needs[needs["facility"] == facility.id]
            rows.append(
                {
                    "name": facility.title[self.lang],
                    "unit": facility.unit[self.lang],
                    "units": f"{int(of_facility['units'].sum()):,}",
                    **{name: f"{exact_ha(of_facility[column].sum()):,}" for name, column in _NEEDS.items()},
                }
            )
        total = {name: f"{exact_ha(needs[column].sum()):,}" for name, column in _NEEDS.items()}
        return {
            "housing": housing_text(self.plan, self.lang, self.edition.district),
            "facilities": rows,
            "facilities_total": {"name": self.text("document.total"), "units": "", "unit": "", **total},
        }

    def targets(self) -> Values:
        """Targets against statistics."""
        if self.edition.material is None:
            return {"targets": []}
        yes, no = self.text("document.status.yes"), self.text("document.status.no")
        return {
            "targets": [
                {
                    "name": self.text(f"model.parameter.target.{row['indicator']}"),
                    "unit": symbol(row["unit"], self.lang),
                    "target": _number(row["target"], self.unknown),
                    "actual": _number(row["actual"], self.unknown),
                    "year": self.unknown if pd.isna(row["actual_year"]) else str(int(row["actual_year"])),
                    "reached": self.unknown if row["reached"] is None else yes if row["reached"] else no,
                }
                for row in self.edition.material.targets.to_dict("records")
            ]
        }

    def data(self) -> Values:
        """Notes, sources and assumptions, and the status of each table."""
        plan = self.plan
        rows = []
        for item, sources in plan.base.sources.groupby("item", sort=False):
            names = dict.fromkeys(pick(source, self.lang) for source in sources["source"])
            status = status_label(worst(sources["status"]), self.lang)
            rows.append({"name": self.text(f"model.item.{item}"), "status": status, "source": "；".join(names)})
        return {
            "notes": [note.text(self.lang) for note in plan.notes],
            "data": rows,
            "assumptions": [self._assumption(dated) for dated in plan.rules.values() if dated.confidence == "default"],
            "status": {
                name: self.text("document.status.nature", status=status_label(status, self.lang))
                for name, status in self._table_status().items()
            },
        }

    def _table_status(self) -> dict[str, str]:
        """Status of each table of the document: the least official of its figures."""
        columns = {name: column_status(self.edition.explainer, name) for name in ("quota", "ledger", "needs")}
        settled = (status for (_, item), status in fact_status(self.plan).items() if item == "settled")
        return {
            "status": columns["quota"]["per_capita_stock_m2"],
            "settlement": worst(settled),
            "quota": worst([*columns["quota"].values(), *columns["ledger"].values()]),
            "facilities": worst(columns["needs"].values()),
            **land_status(self.edition),
            **use_status(self.edition),
        }

    def _assumption(self, dated: Dated) -> Values:
        return {
            "name": parameter_label(dated.parameter, self.edition.titles, self.lang),
            "value": parameter_value(dated, self.edition.names, self.lang),
            "source": source_label(dated, self.lang),
        }


def _number(value: float | None, unknown: str) -> str:
    """Number as people read it, with two decimals where it is not whole."""
    if value is None or pd.isna(value):
        return unknown
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
