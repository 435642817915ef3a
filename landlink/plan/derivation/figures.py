"""How a figure comes about: a tree of values, formulas, sources and clauses, made from the result tables themselves."""

from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from typing import Any

import pandas as pd

from landlink.city.facts import MEASURED
from landlink.errors import DataError, Fault
from landlink.plan.derivation.balancing import Balancing
from landlink.plan.derivation.classes import Classes
from landlink.plan.derivation.node import Node, shown
from landlink.plan.derivation.rows import (
    KEYS,
    NO_ORIGIN,
    ORIGIN,
    UNMEASURED,
    Head,
    Key,
    Origin,
    Rows,
    by_key,
    key_of,
    parsed,
)
from landlink.plan.formulas import FORMULAS, HEADLINE, columns_of
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES, Dated
from landlink.schema import (
    FACTS,
    LISTED,
    NEW_SOURCE,
    RESULTS,
    STOCK_SOURCES,
    USABLE_SOURCES,
    available,
    release_share,
)
from landlink.texts import Lang, default_lang, listed, text

# Columns of sources of land that are summed.
_OF_SOURCES = ("met_m2", "short_m2", "unverified_m2")
# Sums over the rows before one, with the columns that they add up.
_BEFORE = {"before": "land_m2", "met_before": "met_m2", "unverified_before": "unverified_m2"}
# Sums that differ by facility or source; the others are of a whole district.
_BY_PART = frozenset((*_BEFORE, "site_m2"))
# Rules that only some balancing rules read.
_SOMETIMES = {name for names in BALANCING_RULES.values() for name in names}


def explain(
    plan: Plan,
    table: str,
    code: str,
    column: str | None = None,
    *,
    facility: str | None = None,
    site: str | None = None,
    source: str | None = None,
    use_class: str | None = None,
    lang: Lang | None = None,
) -> Node:
    """Derivation of one figure of a plan.

    Parameters
    ----------
    table
        ``quota``, ``sources``, ``needs``, ``ledger``, ``uses``, ``sites`` or ``provision``.
    code
        District code.
    column
        A computed column; the table's headline where it is not given.
    facility
        Facility, for ``needs`` and ``provision``.
    site
        Site, for ``sites``.
    source
        Source of land, for ``sources``.
    use_class
        Class of use, for ``uses``.

    Raises
    ------
    DataError
        There is no such table, row or column; the message lists what there is.

    Examples
    --------
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> node = explain(plan, "quota", "440112", "entitlement_m2", lang="en")
    >>> [f"{part.label} {part.shown}" for part in node.inputs]
    ['Settled population 19,094', 'Standard 50']
    """
    row = {"facility": facility, "site": site, "source": source, "use_class": use_class}
    return Explainer(plan, lang).explain(table, code, column, **row)


class Explainer:
    """Derivations of one plan in one language; figures share the nodes that they have in common."""

    def __init__(self, plan: Plan, lang: Lang | None = None) -> None:
        self.plan, self.lang = plan, lang or default_lang()
        self._text = cache(partial(text, lang=self.lang))
        self._rows = {name: Rows(plan.table(name), name) for name in RESULTS}
        self._facts = Rows(plan.base.table, "facts")
        self._names = plan.names(self.lang)
        self._sources = by_key(plan.base.sources, "item")
        self._surplus = by_key(plan.surplus, "facility")
        self._surplus_units = dict(zip(self._surplus, plan.surplus["surplus_units"], strict=True))
        self._titles = plan.titles(self.lang)
        self._standards = {standard.facility.id: standard for standard in plan.rules.standards}
        self._balancing = BALANCING_RULES[plan.rules["balance.rule"].choice]
        self._heads = {(table, column): self._head(table, column) for table in RESULTS for column in columns_of(table)}
        # Nodes that several figures have in common are built once.
        self._fact, self._rule, self._field = cache(self._build_fact), cache(self._build_rule), cache(self._build_field)
        self._land_per_unit, self._sum = cache(self._build_land_per_unit), cache(self._build_sum)
        self._divisor = Balancing(plan.divisor, self.lang, self._column)
        self._classes = Classes(plan, self.lang, self._column)

    def explain(
        self,
        table: str,
        code: str,
        column: str | None = None,
        *,
        facility: str | None = None,
        site: str | None = None,
        source: str | None = None,
        use_class: str | None = None,
    ) -> Node:
        """Derivation of one figure; see :func:`explain`."""
        if table not in self._rows:
            self.plan.table(table)
        column = column or HEADLINE[table]
        if f"{table}.{column}" not in FORMULAS:
            values = {"table": table, "column": column, "have": ", ".join(columns_of(table))}
            raise DataError(Fault("explain.column_unknown", values))
        if table == "sites":
            facility = next((key[1] for key in self._rows[table].index if key[2] == site), facility)
        part = {"sources": source, "uses": use_class}.get(table, facility)
        key = key_of(table, (code, part or "", site or ""))
        if key not in self._rows[table].index:
            raise DataError(self._unknown(table, key))
        return self._column(table, column, key)

    def _unknown(self, table: str, key: Key) -> Fault:
        """Fault of a row that the table does not have."""
        parts = KEYS.get(table, ("code",))
        known = {
            "code": list(self._names),
            "facility": list(self._standards),
            "land_source": list(USABLE_SOURCES),
            "use_class": list(dict.fromkeys(self.plan.uses["use_class"])),
            "site": [row[2] for row in self._rows["sites"].index],
        }
        have = known[parts[-1] if key[0] in self._names else "code"]
        name = " / ".join([key[0], *(part or "—" for part in key[1 : len(parts)])])
        return Fault("explain.row_unknown", {"table": table, "row": name, "have": ", ".join(have)})

    def _head(self, table: str, column: str) -> Head:
        name = f"{table}.{column}"
        formula = FORMULAS[name]
        unit = RESULTS[table][column].unit
        unused = (
            "list:" if self.plan.central_layer else "layer:",
            "shares:" if self.plan.uses.empty else "rest:",
        )
        return Head(
            name,
            self._text(f"model.column.{column}"),
            self._unit(unit),
            self._text(f"model.formula.{name}") if formula.clause else "",
            self._text(f"model.clause.{formula.clause}") if formula.clause else "",
            tuple(parsed(part, table) for part in formula.inputs if not part.startswith(unused)),
        )

    def _column(self, table: str, column: str, key: Key) -> Node:
        rows = self._rows[table]
        row = rows.index[key]
        node = rows.nodes[column][row]
        if node is None:
            node = rows.nodes[column][row] = self._figure(table, column, key, rows.values[column][row])
        return node

    def _figure(self, table: str, column: str, key: Key, value: Any) -> Node:
        head = self._heads[table, column]
        other_land = "stock" if key[1] == NEW_SOURCE else "new"
        inputs = tuple(
            node
            for land, prefix, name in head.inputs
            if land != other_land and (node := self._input(table, prefix, name, key)) is not None
        )
        if not head.clause:
            return replace(inputs[0], id=head.name)
        return Node.computed(
            head.name,
            head.label,
            LISTED.join(value) if isinstance(value, tuple) else value,
            self._cut_by(value) if isinstance(value, tuple) else shown(value),
            unit=self._standards[key[1]].facility.unit[self.lang] if column == "units" else head.unit,
            formula=head.formula,
            clause=head.clause,
            inputs=inputs,
            rests_on=self._rests_on(table, column, key),
        )

    def _rests_on(self, table: str, column: str, key: Key) -> tuple[str, ...]:
        """Statuses of what a figure rests on beside its inputs: the sites' data, the step of the standard."""
        if table in ("sites", "provision") and self.plan.siting is not None:
            return (self.plan.siting.data_status,)
        if column == "standard_m2":
            row, values = self._rows[table].index[key], self._rows[table].values
            per_capita = Fraction(int(values["urban_land_m2"][row]), int(values["urban_residents"][row]))
            return (self.plan.rules["linkage.standard"].status_at(per_capita),)
        return ()

    def _cut_by(self, cuts: tuple[str, ...]) -> str:
        return listed((self._text(f"model.cut.{cut}") for cut in cuts), self.lang) or "—"

    def _input(self, table: str, prefix: str, name: str, key: Key) -> Node | None:
        """Node of an input, by what its name begins with; see :data:`landlink.plan.formulas.FORMULAS`."""
        if prefix in RESULTS:
            return self._column(prefix, name, key_of(prefix, key))
        match prefix, name:
            case "base", "surplus":
                node = self._surplus_capacity(key)
            case "base", _:
                node = self._fact(name, key[0])
            case "standard", "land":
                node = self._land(table, key)
            case "standard", _:
                node = self._field(name, key[1])
            case "land", _:
                node = self._source_land(name, key)
            case "class", _:
                node = self._classes.node(name, key[0], key[1])
            case "divisor", _:
                node = self._divisor.node(name, key[0])
            case "sum", "others":
                node = self._divisor.others(key[0])
            case "sum", _:
                node = self._sum(name, key[0], key[1] if name in _BY_PART else "")
            case _:
                node = self._rule(f"{prefix}.{name}")
        return node

    def _build_fact(self, item: str, code: str) -> Node:
        value = self._facts.values[item][self._facts.index[code, "", ""]]
        # Persons inside a central area that the settlement table states come from its row.
        origin = self._sources.get((code, item)) or (item == "central_settled" and self._sources[code, "settled"])
        known = not pd.isna(value)
        return self._from_data(
            f"base.{item}",
            self._text(f"model.item.{item}"),
            value if known else None,
            self._unit(FACTS[item].unit) if known else "",
            origin or NO_ORIGIN,
        )

    def _surplus_capacity(self, key: Key) -> Node | None:
        origin = self._surplus.get(key[:2])
        if origin is None:
            return None
        unit, count = self._standards[key[1]].facility.unit[self.lang], int(self._surplus_units[key[:2]])
        return self._from_data("base.surplus", self._text("model.explain.surplus"), count, unit, origin)

    def _from_data(self, id_: str, label: str, value: float | None, unit: str, origin: Origin) -> Node:
        as_text = self._text("model.explain.none") if value is None else shown(value)
        stated = dict(zip(ORIGIN, origin, strict=True))
        return Node.input(id_, label, value, as_text, unit=unit, origin=stated, lang=self.lang)

    def _build_rule(self, name: str) -> Node | None:
        dated = self.plan.rules.get(name)
        if dated is None or (name in _SOMETIMES and name not in self._balancing):
            return None
        as_text = dated.display()
        if name == "balance.rule":
            as_text = self._text(f"model.rule.{as_text}")
        elif isinstance(dated.content, tuple):
            as_text = listed((self._names[code] for code in dated.content), self.lang) or "—"
        return self._parameter(dated, self._text(f"model.parameter.{name}"), as_text)

    def _build_field(self, field: str, facility: str) -> Node | None:
        dated = self._standards[facility].fields.get(field)
        if dated is None:
            return None
        return self._parameter(dated, self._text(f"model.parameter.{field}"), dated.display())

    def _parameter(self, dated: Dated, label: str, as_text: str) -> Node:
        origin = {
            "source": dated.document.name(self.lang),
            "date": dated.since,
            "status": dated.status,
            "confidence": dated.confidence,
            "clause": dated.clause,
        }
        formula = self._text("model.formula.rule")
        return Node.input(
            dated.parameter,
            label,
            dated.display(),
            as_text,
            unit=self._unit(dated.unit),
            origin=origin,
            lang=self.lang,
            formula=formula,
        )

    def _land(self, table: str, key: Key) -> Node:
        rows = self._rows[table]
        return self._land_per_unit(key[1], rows.values["units"][rows.index[key]], key[0] in self.plan.central)

    def _build_land_per_unit(self, facility: str, units: int, central: bool) -> Node:  # noqa: FBT001 - cached by position
        """Land of a unit: a field of the standard, its step by size, or floor area over floor area ratio."""
        standard = self._standards[facility]
        value = float(standard.land_per_unit(units, central=central))
        field = standard.land_field(central=central)
        fields = (field,) if field else ("floor_per_unit", "far")
        inputs = tuple(node for name in fields if (node := self._field(name, facility)) is not None)
        if len(inputs) == 1 and inputs[0].shown == shown(value):
            return inputs[0]
        return Node.computed(
            "standard.land",
            self._text("model.parameter.land_per_unit"),
            value,
            shown(value),
            unit=self._unit("m2/unit"),
            formula=self._text("model.explain.step") if field else " ÷ ".join(node.label for node in inputs),
            inputs=inputs,
            rests_on=(standard.fields[field].status_at(Fraction(units)),) if field else (),
        )

    def _build_sum(self, column: str, code: str, part: str) -> Node:
        """A sum over a district's facilities or sources of stock land, those before one, or the sites of one."""
        if column == "site_m2":
            sites = [site for site in self._rows["sites"].index if site[:2] == (code, part)]
            parts = [self._addend("sites", column, site, site[2]) for site in sites]
            return self._total("sum.site_m2", self._text("model.column.site_m2"), parts)
        added = _BEFORE.get(column, column)
        of_sources = added in _OF_SOURCES
        table, rows = ("sources", list(STOCK_SOURCES)) if of_sources else ("needs", list(self._standards))
        if part:
            rows = rows[: rows.index(part)]
        parts = [self._addend(table, added, (code, row, ""), self._row_title(row)) for row in rows]
        label = "model.explain.before" if column == "before" else f"model.column.{added}"
        return self._total(f"sum.{column}", self._text(label), parts)

    def _row_title(self, row: str) -> str:
        return self._titles.get(row) or self._text(f"model.land_source.{row}")

    def _total(self, id_: str, label: str, parts: list[Node]) -> Node:
        total = sum(part.whole for part in parts)
        unit = self._unit("m2")
        return Node.computed(id_, label, total, shown(total), unit=unit, formula="Σ", inputs=tuple(parts))

    def _addend(self, table: str, column: str, key: Key, label: str) -> Node:
        """A figure among those that a sum adds up: under the label of its row, its own derivation left out."""
        rows = self._rows[table]
        row = rows.index[key]
        node = rows.addends[column][row]
        if node is None:
            node = rows.addends[column][row] = self._column(table, column, key).leaf(label)
        return node

    def _source_land(self, name: str, key: Key) -> Node | None:
        """What is known of a source's land: measured, the share of it that can be had, what the city states."""
        source = NEW_SOURCE if name == "new" else key[1]
        if name == "share":
            return None if source == NEW_SOURCE else self._fact(release_share(source), key[0])
        if name == "stated":
            return self._fact("new_capacity_m2" if source == NEW_SOURCE else available(source), key[0])
        rows = self._rows["sources"]
        row = rows.index[key[0], source, ""]
        column = "most_m2" if name == "most" else "measured_m2"
        value, label = rows.values[column][row], self._text(f"model.column.{column}")
        if name == "new" and rows.values["complete"][row] != "yes":
            value = None
        unit, area = ("", None) if value is None else (self._unit("m2"), int(value))
        return self._from_data(f"land.{name}", label, area, unit, self._sources.get((key[0], MEASURED), UNMEASURED))

    def _unit(self, unit: str) -> str:
        return self._text(f"model.unit.{unit}") if unit else ""
