"""What a document can say of a plan: every value as text, by the name that templates call it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from landlink.annex.document.land_values import land_status, land_values
from landlink.annex.material import Material
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.policy import Dated
from landlink.present.labels import cuts_label, groups_label, parameter_label, parameter_value, source_label
from landlink.present.tables import column_status, decimals, fact_status
from landlink.schema import RESULTS, worst
from landlink.texts import Lang, listed, pick, text
from landlink.units import exact_ha, ha, shown_ha

Values = dict[str, Any]
# Areas of the quota table and the ledger, by the name that they have in a row.
_AREAS = (
    *("urban_land_m2", "entitlement_m2", "stock_need_m2", "demand_m2", "quota_m2", "cut_m2"),
    *("stock_met_m2", "budget_m2", "need_m2", "granted_m2", "deficit_m2", "unassigned_m2"),
)
_CHANNELS = {"talent": "talent", "points": "points", "by_policy": "policy"}


def values(plan: Plan, lang: Lang, district: str | None = None, material: Material | None = None) -> Values:
    """Return what a document says, but for its images, its compiler and its date.

    Areas are in ha, of facilities, parcels and sites exact to the m², of districts with two decimals that add up.

    Parameters
    ----------
    district
        Code of the district whose edition it is; rows of districts are then its own, totals the city's.
    """
    made = _Values(plan, lang, district, material)
    return {
        **made.names(),
        **made.linkage(),
        **made.districts(),
        **made.facilities(),
        **made.evaluation(),
        **made.data(),
        **land_values(plan, lang, district, material),
    }


class _Values:
    def __init__(self, plan: Plan, lang: Lang, district: str | None, material: Material | None) -> None:
        self.plan, self.lang, self.district, self.material = plan, lang, district, material
        self.text = partial(text, lang=lang)
        self.explainer = Explainer(plan, lang)
        self.known = plan.names(lang)
        self.unknown = self.text("document.unknown")

    def names(self) -> Values:
        """What the plan is called, and what it rests on."""
        plan, lang = self.plan, self.lang
        texts = {dated.document.id: dated.document for dated in plan.rules.values()}
        city = plan.city_title[lang]
        own = "" if self.district is None else self.known[self.district]
        return {
            "city": city,
            "district": own,
            "place": self.text("maps.place", city=city, district=own) if own else city,
            "year": plan.options.year,
            "policy": plan.policy_title[lang],
            "basis": self.text(f"model.basis.{plan.options.basis}"),
            "documents": [known.name(lang) for known in texts.values() if known.kind == "document"],
            "fingerprint": f"{plan.fingerprint[:16]}…",
            "version": plan.version,
        }

    def linkage(self) -> Values:
        """Standards and rules in force, and an example of their use."""
        rules = self.plan.rules
        standard = rules["linkage.standard"]
        cap = rules.get("balance.city_cap")
        share, adjustment = rules.get("stock.offset_share"), rules.get("linkage.adjustment")
        return {
            "steps": standard.display(),
            "standard_source": source_label(standard, self.lang),
            "adjustment": "0" if adjustment is None else adjustment.display(),
            "offset_share": "0" if share is None else share.display(),
            "rule": self.text(f"model.rule.{rules['balance.rule'].content}"),
            "cap": "" if cap is None else f"{cap.content:,}",
            "central": listed((self.known[code] for code in self.plan.central), self.lang) or self.unknown,
            "order": groups_label(self.plan, self.lang),
            "example": self._example(),
        }

    def _example(self) -> Values:
        """The district itself, or the one with the largest claim, in m²."""
        table = self.plan.quota.set_index("code")
        code = self.district or str(table["entitlement_m2"].where(table["demand_m2"] > 0).fillna(-1).idxmax())
        row = table.loc[code]
        areas = ("urban_land_m2", "entitlement_m2", "stock_need_m2", "demand_m2")
        return {
            "name": self.known[code],
            "settled": f"{row['settled']:,}",
            "urban_residents": f"{row['urban_residents']:,}",
            "per_capita": f"{row['per_capita_stock_m2']:,.2f}",
            "standard": f"{row['standard_m2']:,.2f}",
            **{name: f"{row[name]:,}" for name in areas},
        }

    def districts(self) -> Values:
        """Rows of districts and the city's totals, with settlement by channel where the material has it."""
        plan = self.plan
        table = plan.quota.merge(plan.ledger[["code", *plan.ledger.columns.difference(plan.quota.columns)]], on="code")
        shown = pd.DataFrame({"code": table["code"], "name": table["code"].map(self.known)})
        for name in _AREAS:
            shown[name.removesuffix("_m2")] = [f"{area:,}" for area in shown_ha(table[name])]
        for name in ("settled", "urban_residents"):
            shown[name] = [f"{persons:,}" for persons in table[name]]
        for name, column in (("per_capita", "per_capita_stock_m2"), ("standard", "standard_m2")):
            places = decimals(RESULTS["quota"][column])
            shown[name] = [f"{value:,.{places}f}" for value in table[column]]
        shown["cut_by"] = [cuts_label(cuts, self.lang) or self.unknown for cuts in table["cut_by"]]
        channels = self._channels()
        for name, kind in _CHANNELS.items():
            shown[name] = [self._persons(channels.get((code, kind))) for code in table["code"]]
        totals = plan.totals()
        land, people = int(table["urban_land_m2"].sum()), int(table["urban_residents"].sum())
        total = {name.removesuffix("_m2"): f"{ha(totals[name]):,}" for name in _AREAS} | {
            "name": self.text("document.city" if self.district else "document.total"),
            "settled": f"{totals['settled']:,}",
            "urban_residents": f"{people:,}",
            "per_capita": f"{land / people:,.2f}",
            "standard": self.unknown,
            "cut_by": self.unknown,
        }
        for name, kind in _CHANNELS.items():
            own = [persons for (_, channel), persons in channels.items() if channel == kind]
            total[name] = self._persons(sum(own) if own else None)
        rows: list[Values] = shown.to_dict("records")
        own_row = next((row for row in rows if row["code"] == self.district), None)
        return {
            "count": len(rows),
            "districts": rows if own_row is None else [own_row],
            "own": own_row or {},
            "total": total,
            "settlement_split": bool(channels),
        }

    def _channels(self) -> Mapping[tuple[str, str], int]:
        """Settled persons by district and channel; none where the plan's settled population is another."""
        if self.material is None:
            return {}
        rows = self.material.settlement[self.material.settlement["channel"] != "all"]
        sums = rows.groupby("code")["persons"].sum()
        settled = self.plan.quota.set_index("code")["settled"]
        if not sums.reindex(settled.index).eq(settled).all():
            return {}
        return {(row["code"], row["channel"]): int(row["persons"]) for row in rows.to_dict("records")}

    def _persons(self, persons: int | None) -> str:
        return self.unknown if persons is None else f"{persons:,}"

    def facilities(self) -> Values:
        """Units and land of each kind of facility, exact to the m²."""
        needs = self.plan.needs
        if self.district is not None:
            needs = needs[needs["code"] == self.district]
        areas = {"need": "land_m2", "granted": "granted_m2", "deficit": "deficit_m2"}
        rows = []
        for facility in self.plan.facilities:
            own = needs[needs["facility"] == facility.id]
            rows.append(
                {
                    "name": facility.title[self.lang],
                    "unit": facility.unit[self.lang],
                    "units": f"{int(own['units'].sum()):,}",
                    **{name: f"{exact_ha(own[column].sum()):,}" for name, column in areas.items()},
                }
            )
        total = {name: f"{exact_ha(needs[column].sum()):,}" for name, column in areas.items()}
        return {
            "facilities": rows,
            "facilities_total": {"name": self.text("document.total"), "units": "", "unit": "", **total},
        }

    def evaluation(self) -> Values:
        """Targets against statistics."""
        if self.material is None:
            return {"targets": []}
        return {
            "targets": [
                {
                    "name": self.text(f"model.parameter.target.{row['indicator']}"),
                    "unit": self.text(f"model.unit.{row['unit']}"),
                    "target": _number(row["target"], self.unknown),
                    "actual": _number(row["actual"], self.unknown),
                    "year": self.unknown if pd.isna(row["actual_year"]) else str(int(row["actual_year"])),
                    "reached": self.unknown
                    if row["reached"] is None
                    else self.text("document.status.yes" if row["reached"] else "document.status.no"),
                }
                for row in self.material.targets.to_dict("records")
            ]
        }

    def data(self) -> Values:
        """Notes, sources and assumptions, and the status of each table."""
        plan = self.plan
        rows = []
        for item, sources in plan.base.sources.groupby("item", sort=False):
            told = dict.fromkeys(pick(source, self.lang) for source in sources["source"])
            status = self.text(f"model.status.{worst(sources['status'])}")
            rows.append({"name": self.text(f"model.item.{item}"), "status": status, "source": "；".join(told)})
        columns = {name: column_status(self.explainer, name) for name in ("quota", "ledger", "needs")}
        of_table = {
            "status": columns["quota"]["per_capita_stock_m2"],
            "settlement": worst(status for (_, item), status in fact_status(plan).items() if item == "settled"),
            "quota": worst([*columns["quota"].values(), *columns["ledger"].values()]),
            "facilities": worst(columns["needs"].values()),
            **land_status(plan, self.material),
        }
        return {
            "notes": [note.text(self.lang) for note in plan.notes],
            "data": rows,
            "assumptions": [self._assumption(dated) for dated in plan.rules.values() if dated.confidence == "default"],
            "status": {name: nature(status, self.lang) for name, status in of_table.items()},
        }

    def _assumption(self, dated: Dated) -> Values:
        return {
            "name": parameter_label(dated.parameter, self.plan.titles(self.lang), self.lang),
            "value": parameter_value(dated, self.known, self.lang),
            "source": source_label(dated, self.lang),
        }


def nature(status: str, lang: Lang) -> str:
    """Status of a table's figures, as a note below it says."""
    return text("document.status.nature", lang, status=text(f"model.status.{status}", lang))


def _number(value: float | None, unknown: str) -> str:
    if value is None or pd.isna(value):
        return unknown
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
