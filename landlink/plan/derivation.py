"""How a figure comes about: a tree of values, formulas, sources and clauses, made from the result tables themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from landlink.city.facts import UNITS
from landlink.errors import DataError, Fault
from landlink.plan.formulas import FORMULAS, HEADLINE, USED_BY
from landlink.plan.node import Node
from landlink.policy import RULES, Dated
from landlink.schema import RESULTS, worst
from landlink.texts import Lang, default_lang, listed, pick, text

if TYPE_CHECKING:
    from landlink.plan.plan import Plan


def explain(
    plan: "Plan",
    table: str,
    code: str,
    column: str | None = None,
    *,
    facility: str | None = None,
    site: str | None = None,
    lang: Lang | None = None,
) -> Node:
    """Derivation of one figure of a plan.

    Parameters
    ----------
    table
        ``quota``, ``needs``, ``ledger``, ``sites`` or ``provision``.
    code
        District code.
    column
        A computed column; the table's headline where it is not given.
    facility
        Facility, for ``needs`` and ``provision``.
    site
        Site, for ``sites``.

    Raises
    ------
    DataError
        There is no such table, row or column; the message lists what there is.
    """
    return Explainer(plan, lang).explain(table, code, column, facility=facility, site=site)


@dataclass(frozen=True, slots=True)
class _Row:
    """The row that a derivation starts from."""

    code: str
    facility: str = ""
    site: str = ""


# What a row of a table is known by, beside its district; other tables have one row a district.
_KEYS = {"needs": ("facility",), "provision": ("facility",), "sites": ("facility", "site")}


class Explainer:
    """Derivations of one plan in one language; several of them share what they have in common."""

    def __init__(self, plan: "Plan", lang: Lang | None = None) -> None:
        self.plan, self.lang = plan, lang or default_lang()
        self._text = partial(text, lang=self.lang)
        self._rows: dict[str, dict[_Row, dict[str, Any]]] = {
            name: {
                _Row(row["code"], **{key: row[key] for key in _KEYS.get(name, ())}): row
                for row in plan.table(name).to_dict("records")
            }
            for name in RESULTS
        }
        self._facts = {row["code"]: row for row in plan.base.table.to_dict("records")}
        self._names = plan.names(self.lang)
        self._sources = {(row["code"], row["item"]): row for row in plan.base.sources.to_dict("records")}
        self._surplus = {_Row(row["code"], row["facility"]): row for row in plan.surplus.to_dict("records")}
        self._standards = {standard.facility.id: standard for standard in plan.rules.standards}
        self._built: dict[tuple[str, _Row], Node] = {}

    def explain(
        self,
        table: str,
        code: str,
        column: str | None = None,
        *,
        facility: str | None = None,
        site: str | None = None,
    ) -> Node:
        """Derivation of one figure; see :func:`explain`."""
        if table not in self._rows:
            self.plan.table(table)
        column = column or HEADLINE[table]
        if f"{table}.{column}" not in FORMULAS:
            have = ", ".join(name.partition(".")[2] for name in FORMULAS if name.startswith(f"{table}."))
            raise DataError(Fault("explain.column_unknown", {"table": table, "column": column, "have": have}))
        if table == "sites":
            facility = next((row.facility for row in self._rows[table] if row.site == site), facility)
        row = _reduced(table, _Row(code, facility or "", site or ""))
        if row not in self._rows[table]:
            codes = list(self._facts)
            keys = _KEYS.get(table, ())
            known = {"": codes, "facility": list(self._standards), "site": [row.site for row in self._rows["sites"]]}
            have = ", ".join(known[keys[-1] if keys and code in codes else ""])
            name = " / ".join([code, *(str(getattr(row, key)) or "—" for key in keys)])
            raise DataError(Fault("explain.row_unknown", {"table": table, "row": name, "have": have}))
        return self._column(table, column, row)

    def _column(self, table: str, column: str, row: _Row) -> Node:
        row = _reduced(table, row)
        name = f"{table}.{column}"
        if (name, row) not in self._built:
            self._built[name, row] = self._build(table, column, row)
        return self._built[name, row]

    def _build(self, table: str, column: str, row: _Row) -> Node:
        formula = FORMULAS[f"{table}.{column}"]
        inputs = tuple(node for name in formula.inputs if (node := self._input(table, name, row)) is not None)
        if not formula.clause:
            return replace(inputs[0], id=f"{table}.{column}")
        value = self._rows[table][row][column]
        shown = _shown(value)
        if column == "cut_by":
            shown = listed((self._text(f"model.cut.{part}") for part in value.split("; ") if part), self.lang) or "—"
        return Node(
            f"{table}.{column}",
            self._text(f"model.column.{column}"),
            value,
            shown,
            self._standards[row.facility].facility.unit[self.lang]
            if column == "units"  # those of the facility
            else self._unit(RESULTS[table][column].unit),
            self._text(f"model.formula.{table}.{column}"),
            self._text(f"model.clause.{formula.clause}"),
            "",
            "",
            worst([node.status for node in inputs] + self._chosen_from(table)),
            "",
            inputs,
        )

    def _chosen_from(self, table: str) -> list[str]:
        """Status of the data that sites are chosen from, for figures that rest on them."""
        siting = self.plan.siting
        return [siting.data_status] if table in ("sites", "provision") and siting is not None else []

    def _input(self, table: str, name: str, row: _Row) -> Node | None:
        prefix, _, rest = name.partition(".")
        if not rest:
            return self._column(table, name, row)
        if prefix in RESULTS:
            return self._column(prefix, rest, row)
        if prefix == "base":
            return self._surplus_capacity(row) if rest == "surplus" else self._fact(rest, row.code)
        if prefix == "standard":
            return self._land_per_unit(table, row) if rest == "land" else self._field(rest, row.facility)
        if prefix == "sum":
            return self._sum(rest, row)
        return self._rule(name)

    def _fact(self, item: str, code: str) -> Node | None:
        value, origin = self._facts[code][item], self._sources.get((code, item))
        if item == "central_settled" and origin is None:
            return None
        known = not pd.isna(value)
        return self._leaf(
            f"base.{item}",
            self._text(f"model.item.{item}"),
            value if known else None,
            self._unit(UNITS[item]) if known else "",
            origin or {"source": "", "date": "", "status": "estimated", "confidence": "default"},
        )

    def _surplus_capacity(self, row: _Row) -> Node | None:
        found = self._surplus.get(row)
        if found is None:
            return None
        unit = self._standards[row.facility].facility.unit[self.lang]
        return self._leaf("base.surplus", self._text("model.explain.surplus"), found["surplus_units"], unit, found)

    def _leaf(self, id_: str, label: str, value: float | None, unit: str, origin: Mapping[str, Any]) -> Node:
        """An input, with where it comes from."""
        return Node(
            id_,
            label,
            value,
            self._text("model.explain.none") if value is None else _shown(value),
            unit,
            self._text("model.formula.input"),
            "",
            pick(origin["source"], self.lang),
            origin["date"],
            origin["status"],
            origin["confidence"],
        )

    def _rule(self, name: str) -> Node | None:
        dated = self.plan.rules.get(name)
        if dated is None or self.plan.rules["balance.rule"].content not in USED_BY.get(name, RULES):
            return None
        shown = dated.display()
        if name == "balance.rule":
            shown = self._text(f"model.rule.{shown}")
        elif isinstance(dated.content, tuple):
            shown = listed((self._names[code] for code in dated.content), self.lang) or "—"
        return self._parameter(dated, self._text(f"model.parameter.{name}"), shown)

    def _field(self, field: str, facility: str) -> Node | None:
        dated = self._standards[facility].fields.get(field)
        return (
            None if dated is None else self._parameter(dated, self._text(f"model.parameter.{field}"), dated.display())
        )

    def _parameter(self, dated: Dated, label: str, shown: str) -> Node:
        return Node(
            dated.parameter,
            label,
            dated.display(),
            shown,
            self._unit(dated.unit),
            self._text("model.formula.rule"),
            pick(dated.clause, self.lang),
            dated.document.name(self.lang),
            dated.since,
            dated.status,
            dated.confidence,
        )

    def _land_per_unit(self, table: str, row: _Row) -> Node:
        """Land of a unit: a field of the standard, its step by size, or floor area over floor area ratio."""
        standard = self._standards[row.facility]
        central = row.code in self.plan.central
        value = float(standard.land_per_unit(self._rows[table][row]["units"], central=central))
        field = standard.land_field(central=central)
        parts = [self._field(part, row.facility) for part in ((field,) if field else ("floor_per_unit", "far"))]
        inputs = tuple(node for node in parts if node is not None)
        if len(inputs) == 1 and inputs[0].shown == _shown(value):
            return inputs[0]
        return Node(
            "standard.land",
            self._text("model.parameter.land_per_unit"),
            value,
            _shown(value),
            self._unit("m2/unit"),
            self._text("model.explain.step") if field else " ÷ ".join(node.label for node in inputs),
            "",
            "",
            "",
            worst([node.status for node in inputs]),
            "",
            inputs,
        )

    def _sum(self, what: str, row: _Row) -> Node:
        """A sum over other rows: all districts' claims, a district's facilities, or the facilities before this one."""
        if what == "claims":
            label = self._text("model.explain.total_demand")
            parts = [
                replace(self._column("quota", "demand_m2", _Row(code, "")), label=self._names[code])
                for code in self._facts
            ]
            values = [self._within_capacity(code) for code in self._facts]
        elif what == "site_m2":
            label = self._text("model.column.site_m2")
            there = [other for other in self._rows["sites"] if (other.code, other.facility) == (row.code, row.facility)]
            parts = [replace(self._column("sites", what, other), label=other.site) for other in there]
            values = [int(str(part.value)) for part in parts]
        else:
            column = "land_m2" if what == "before" else what
            label = self._text("model.explain.before" if what == "before" else f"model.column.{column}")
            facilities = list(self._standards)
            counted = facilities[: facilities.index(row.facility)] if what == "before" else facilities
            parts = [
                replace(
                    self._column("needs", column, _Row(row.code, facility)),
                    label=self._standards[facility].facility.title[self.lang],
                )
                for facility in counted
            ]
            values = [int(str(part.value)) for part in parts]
        children = tuple(replace(part, inputs=()) for part in parts)
        status = worst([part.status for part in parts])
        total = sum(values)
        return Node(
            f"sum.{what}",
            label,
            total,
            _shown(total),
            self._unit("m2"),
            "Σ",
            "",
            "",
            "",
            status,
            "",
            children,
        )

    def _within_capacity(self, code: str) -> int:
        claim, capacity = (
            self._rows["quota"][_Row(code, "")]["demand_m2"],
            self._facts[code]["new_capacity_m2"],
        )
        return int(claim if pd.isna(capacity) else min(claim, capacity))

    def _unit(self, unit: str) -> str:
        return self._text(f"model.unit.{unit}") if unit else ""


def _reduced(table: str, row: _Row) -> _Row:
    """Row with no more than what the rows of a table are known by."""
    return _Row(row.code, **{key: getattr(row, key) for key in _KEYS.get(table, ())})


def _shown(value: float | str) -> str:
    """Value as people read it: thousands separated, four decimals at most."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "—"
    return f"{value:,.4f}".rstrip("0").rstrip(".")
