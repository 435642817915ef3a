"""The sheet of parameters and district facts: each with its value, source, date, status and confidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.formulas import StepCells, quoted
from landlink.annex.workbook.guards import bound, choose, list_codes, mark_changed
from landlink.annex.workbook.layout import NEEDS, NEEDS_FIRST, QUOTA, Layout, letter
from landlink.annex.workbook.page import A4, GENERAL, HECTARES, TWO, WHOLE, Page, Role
from landlink.city.facts import UNITS
from landlink.plan.formulas import FORMULAS
from landlink.plan.options import OVERRIDES
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES, FACILITY_FIELDS, PARAMETERS, Dated, Step, Steps
from landlink.present.labels import parameter_label
from landlink.texts import pick, text

# Names by which formulas, and whoever reads them, call the main parameters.
NAMES = {
    "linkage.adjustment": "standard_adjustment_pct",
    "stock.offset_share": "stock_offset_share",
    "balance.city_cap": "city_cap_ha",
    "balance.rule": "balancing_rule",
    "balance.floor_share": "guaranteed_share",
    "priority.weight": "priority_weight",
    "priority.districts": "priority_districts",
    "central.districts": "central_districts",
}
_WIDTHS = (28, 5, 7.5, 20, 9, 30, 26, 14.5, 11.5, 9, 30, 16)
_HEADS = (
    *("item", "sign", "bound", "value", "unit", "source"),
    *("clause", "confidence", "date", "status", "note", "in_plan"),
)
_FIRST = 5


@dataclass(slots=True)
class Inputs:
    """Cells of the parameters: a plain one's value, and the steps of one that has them.

    ``changed`` holds the cells that tell what an input was in the plan, once it is another: by parameter, by district
    fact and code, by facility and code.
    """

    values: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[StepCells]] = field(default_factory=dict)
    changed: dict[tuple[str, str], str] = field(default_factory=dict)

    def number(self, name: str, default: str) -> str:
        """Cell of a parameter, or a default where the policy does not set it."""
        return self.values.get(name, default)


def write_basis(worksheet: Worksheet, plan: Plan, layout: Layout, *, head: str) -> Inputs:
    """Write the sheet and return where the parameters stand."""
    return _Writer(worksheet, plan, layout).write(head)


class _Writer:
    def __init__(self, worksheet: Worksheet, plan: Plan, layout: Layout) -> None:
        self.plan, self.layout, self.lang = plan, layout, layout.lang
        self.page, self.row, self.inputs = Page(worksheet, layout.lang, _WIDTHS), _FIRST, Inputs()
        self.names: Mapping[str, str] = plan.names(self.lang)
        self.titles: Mapping[str, str] = plan.titles(self.lang)
        self.facts = plan.base.table.set_index("code")
        self.signs = choose(worksheet, '"≥,>"', layout.lang)

    def write(self, head: str) -> Inputs:
        page, lang = self.page, self.lang
        page.title(text("annex.basis.title", lang), head, "")
        for place, name in enumerate(_HEADS):
            page.put(f"{chr(65 + place)}4", text(f"annex.basis.{name}", lang), "head")
        page.worksheet.row_dimensions[4].height = 20
        self._section("parameters")
        for dated in self._rules():
            self._rule(dated)
        self._section("facts")
        for item, code, origin in self._facts():
            self._fact(item, code, origin)
        self._section("surplus")
        for record in self.plan.surplus.to_dict("records"):
            self._surplus(record)
        self._more_surplus()
        self._section("formulas")
        for label, value in self._formulas():
            self._long_line(label, value)
        self._section("plan")
        for label, value in self._identity():
            self._long_line(label, value)
        self._changes()
        self._section("notes")
        notes = [f"{place}. {note.text(lang)}" for place, note in enumerate(self.plan.notes, 1)]
        page.notes(self.row, [*notes, text("annex.note.inputs", lang), text("annex.note.protected", lang)])
        page.print_setup(A4, head, repeat=(4, 4), freeze=f"B{_FIRST}")
        return self.inputs

    def _section(self, name: str) -> None:
        self.page.merged(self.row, text(f"annex.basis.section.{name}", self.lang), "head")
        self.page.worksheet.row_dimensions[self.row].height = 18
        self.row += 1

    def _line(self, values: tuple[object, ...], role: Role = "figure", shown: str = GENERAL, was: str = "") -> None:
        """Write one row; ``role`` and ``shown`` are the value's, ``was`` tells the plan's, all else is text."""
        values = (*values, was or None)
        texts = []
        for place, value in enumerate(values):
            cell = f"{chr(65 + place)}{self.row}"
            if place == 3:  # noqa: PLR2004 - the value's own column
                self.page.put(cell, value, role, shown, side="left" if role == "label" else "center")
                if isinstance(value, str) and not value.startswith("="):
                    texts.append((value, sum(_WIDTHS[3:]) if role == "label" else _WIDTHS[place]))
                continue
            known = role in ("input", "doubted") and place in (1, 2) and value is not None
            self.page.put(
                cell, value, "input" if known else "label", side="left" if place in (0, 5, 6, 10) else "center"
            )
            if isinstance(value, str) and not value.startswith("="):
                texts.append((value, _WIDTHS[place]))
        self.page.fit(self.row, texts)
        self.row += 1

    def _long_line(self, label: str, value: str) -> None:
        """Write one row whose value takes the columns to the right as well."""
        self._line((label, None, None, value, None, None, None, None, None, None, None), "label")
        self.page.worksheet.merge_cells(f"D{self.row - 1}:L{self.row - 1}")

    def _formulas(self) -> Iterator[tuple[str, str]]:
        """Computed columns with formula and clause, as their derivations give them."""
        for name, formula in FORMULAS.items():
            table, _, column = name.partition(".")
            if formula.clause:
                label = text(
                    "annex.basis.of_table",
                    self.lang,
                    table=text(f"model.table.{table}", self.lang),
                    column=text(f"model.column.{column}", self.lang),
                )
                clause = text(f"model.clause.{formula.clause}", self.lang)
                told = {"formula": text(f"model.formula.{name}", self.lang), "clause": clause}
                yield label, text("annex.basis.formula", self.lang, **told)

    def _rules(self) -> Iterator[Dated]:
        """Values in force; the city cap also where none is set, so that one can be entered."""
        yield from self.plan.rules.values()
        if self.plan.rules.get("balance.city_cap") is None:
            spec = PARAMETERS["balance.city_cap"]
            origin = next(iter(self.plan.rules.values())).document
            yield Dated("balance.city_cap", "", "", spec.unit, origin, "", "default", "", "", 0)

    def _rule(self, dated: Dated) -> None:
        label = parameter_label(dated.parameter, self.titles, self.lang)
        unset = dated.content == ""
        origin = (
            self._unit(dated.unit, dated.parameter),
            text("annex.basis.unset", self.lang) if unset else dated.document.name(self.lang),
            pick(dated.clause, self.lang),
            "" if unset else text(f"model.confidence.{dated.confidence}", self.lang),
            dated.since,
            "" if unset else text(f"model.status.{dated.status}", self.lang),
            pick(dated.note, self.lang),
        )
        if isinstance(dated.content, Steps):
            self._steps(dated, label, origin)
            return
        value, shown = self._content(dated)
        self.inputs.values[dated.parameter] = self.layout.address("basis", "D", self.row)
        if dated.parameter in NAMES:
            self.page.define(NAMES[dated.parameter], f"D{self.row}")
        if isinstance(dated.content, tuple):
            first, last = self.layout.quota_rows
            codes = f"{self.layout.address('quota', 'A', first)}:$A${last}"
            list_codes(self.page.worksheet, f"D{self.row}", codes, self.lang)
        elif dated.parameter != "balance.rule":
            spec = PARAMETERS.get(dated.parameter) or FACILITY_FIELDS[dated.parameter.rpartition(".")[2]]
            bound(self.page.worksheet, f"D{self.row}", self.lang, "decimal", spec.minimum, spec.maximum)
        shown_then = origin[1] if unset else text("model.explain.none", self.lang) if value is None else value
        was = self._was((dated.parameter, ""), [(f"D{self.row}", value)], shown_then)
        role: Role = "input" if dated.confidence != "default" else "doubted"
        self._line((label, None, None, value, *origin), role, shown, was)

    def _was(self, name: tuple[str, str], cells: Sequence[tuple[str, object]], shown: object) -> str:
        """Formula of what an input was in the plan, once one of its cells holds something else."""
        same = ",".join(f"{cell}={_literal(value)}" for cell, value in cells)
        self.inputs.changed[name] = self.layout.address("basis", "L", self.row)
        return f'=IF(AND({same}),"",{_literal(shown)})'

    def _steps(self, dated: Dated, label: str, origin: tuple[str, ...]) -> None:
        """One row a step, whose label tells the interval and follows its bounds."""
        steps = dated.steps.steps
        symbol = "l" if dated.parameter == "linkage.standard" else "n"
        cells = self.inputs.steps[dated.parameter] = []
        for place, step in enumerate(steps):
            row = self.row
            cells.append(StepCells(*(self.layout.address("basis", column, row) for column in "BCD")))
            if place < len(steps) - 1:
                interval = (
                    f'C{row}&IF(B{row}="≥"," ≤ "," < ")&{quoted(symbol)}&IF(B{row + 1}="≥"," < "," ≤ ")&C{row + 1}'
                )
            else:
                interval = f'{quoted(f"{symbol} ")}&B{row}&" "&C{row}'
            self.signs.add(f"B{row}")
            for column in "CD":
                bound(self.page.worksheet, f"{column}{row}", self.lang, "decimal")
            name = f"={quoted(f'{label}  ')}&{interval}"
            role: Role = "input" if dated.confidence != "default" else "doubted"
            held = _sign(step), _plain(step.lower), _plain(step.value)
            was = [(f"{column}{row}", value) for column, value in zip("BCD", held, strict=True)]
            shown = f"{held[0]} {held[1]} → {held[2]}"
            self._line((name, *held, *origin), role, was=self._was((dated.parameter, str(place)), was, shown))

    def _content(self, dated: Dated) -> tuple[object, str]:
        """Value of a rule as its cell holds it, and its number format."""
        content = dated.content
        if dated.parameter == "balance.rule":
            rules = (
                self.layout.address("balance", "J", 4),
                self.layout.address("balance", "J", 3 + len(BALANCING_RULES)),
            )
            listed = f"{rules[0]}:{rules[1].rpartition('!')[2]}"
            choose(self.page.worksheet, listed, self.lang).add(f"D{self.row}")
            return text(f"model.rule.{content}", self.lang), GENERAL
        if isinstance(content, tuple):
            return "、 ".join(f"{code} {self.names[code]}" for code in content) or None, GENERAL
        if isinstance(content, Decimal):
            years = dated.unit == "year"
            large = content == content.to_integral_value() and abs(content) >= 1000 and not years  # noqa: PLR2004
            return _plain(content), WHOLE if large else GENERAL
        return content or None, GENERAL

    def _unit(self, unit: str, parameter: str) -> str:
        if parameter.startswith("facility.") and unit in ("m2/unit", "unit"):
            facility = parameter.split(".")[1]
            counted = next(known.unit[self.lang] for known in self.plan.facilities if known.id == facility)
            return text("annex.basis.per_unit", self.lang, unit=counted) if unit == "m2/unit" else counted
        return text(f"model.unit.{unit}", self.lang) if unit else ""

    def _facts(self) -> Iterator[tuple[str, str, Mapping[str, str] | None]]:
        origins = {(row["code"], row["item"]): row for row in self.plan.base.sources.to_dict("records")}
        for item in UNITS:
            if item == "central_settled" and not self.plan.central_layer:
                continue
            for code in self.layout.codes:
                yield item, code, origins.get((code, item))

    def _fact(self, item: str, code: str, origin: Mapping[str, str] | None) -> None:
        """A fact's row: its value is the first annex's, where it is entered."""
        cell = self.layout.address("quota", letter(QUOTA, item), self.layout.quota_row(code))
        unit = "ha" if UNITS[item] == "m2" else UNITS[item]
        value = f'=IF({cell}="",{quoted(text("model.explain.none", self.lang))},{cell})'
        shown = {"ha": HECTARES, "pct": TWO}.get(unit, WHOLE)
        told = ("", "", "", "", "")
        if origin is not None:
            told = (
                pick(origin["source"], self.lang),
                "",
                text(f"model.confidence.{origin['confidence']}", self.lang),
                origin["date"],
                text(f"model.status.{origin['status']}", self.lang),
            )
        label = text("annex.basis.of_district", self.lang, district=self.names[code], item=self._item(item))
        given = entered(self.facts.loc[code, item], UNITS[item])
        none = text("model.explain.none", self.lang)
        was = self._was((item, code), [(cell, given)], none if given is None else given)
        self._line((label, None, None, value, text(f"model.unit.{unit}", self.lang), *told, ""), "figure", shown, was)

    def _item(self, item: str) -> str:
        return text(f"model.item.{item}", self.lang)

    def _surplus(self, record: Mapping[str, str]) -> None:
        facility = next(known for known in self.plan.facilities if known.id == record["facility"])
        cell = self.layout.address("needs", "D", self.layout.needs_row(record["code"], facility.id))
        label = text(
            "annex.basis.of_district", self.lang, district=self.names[record["code"]], item=facility.title[self.lang]
        )
        told = (
            pick(record["source"], self.lang),
            "",
            text(f"model.confidence.{record['confidence']}", self.lang),
            record["date"],
            text(f"model.status.{record['status']}", self.lang),
        )
        given = int(record["surplus_units"])
        was = self._was((facility.id, record["code"]), [(cell, given)], given)
        self._line((label, None, None, f"={cell}", facility.unit[self.lang], *told, ""), "figure", WHOLE, was)

    def _more_surplus(self) -> None:
        """Count the districts' facilities with surplus capacity that the plan has none for."""
        first, last = NEEDS_FIRST, self.layout.needs_block(self.layout.codes[-1])[1]
        column = letter(NEEDS, "surplus_units")
        cells = f"{self.layout.address('needs', column, first)}:${column}${last}"
        known = [
            self.layout.address("needs", column, self.layout.needs_row(code, facility))
            for code, facility in zip(self.plan.surplus["code"], self.plan.surplus["facility"], strict=True)
        ]
        counted = f"COUNT({cells})" + (f"-COUNT({','.join(known)})" if known else "")
        was = self._was(("surplus", ""), [(f"D{self.row}", 0)], 0)
        none = (None,) * 7
        self._line((text("annex.basis.more_surplus", self.lang), None, None, f"={counted}", *none), was=was)

    def _changes(self) -> None:
        """Count the inputs that are no longer the plan's, and colour their rows."""
        last = self.row - 1
        count = f"=SUMPRODUCT(--(LEN($L${_FIRST}:$L${last})>0))"
        self.page.define("changed_inputs", f"D{self.row}")
        self._line((text("annex.basis.changed", self.lang), None, None, count, *(None,) * 7), shown=WHOLE)
        mark_changed(self.page.worksheet, f"A{_FIRST}:L{last}", f"LEN($L{_FIRST})>0")

    def _identity(self) -> Iterator[tuple[str, str]]:
        plan, lang, options = self.plan, self.lang, self.plan.options
        yield text("annex.basis.city", lang), plan.city_title[lang]
        yield text("annex.basis.policy", lang), f"{plan.policy_title[lang]} [{plan.policy_id}]"
        yield text("annex.basis.year", lang), str(options.year)
        yield text("annex.basis.settlement", lang), text(f"model.basis.{options.basis}", lang)
        chosen = options.overrides()
        for option, parameter in OVERRIDES.items():
            value = chosen.get(option, text("annex.basis.by_policy", lang))
            shown = text(f"model.rule.{value}", lang) if option == "rule" and option in chosen else str(value)
            yield text(f"model.parameter.{parameter}", lang), shown
        yield text("annex.basis.fingerprint", lang), plan.fingerprint
        yield text("annex.basis.version", lang), f"landlink {plan.version}"


def entered(value: float | None, unit: str) -> int | float | None:
    """Fact of a district as a planner enters it: areas in ha."""
    if value is None or pd.isna(value):
        return None
    if unit == "m2":
        return int(value) / 10_000
    return float(value) if unit == "pct" else int(value)


def _literal(value: object) -> str:
    """Value as a formula writes it; nothing is what an empty cell equals."""
    return quoted("" if value is None else value) if value is None or isinstance(value, str) else repr(value)


def _sign(step: Step) -> str:
    return "≥" if step.lower_closed else ">"


def _plain(number: Decimal) -> int | float:
    """Number as a cell holds it."""
    return int(number) if number == number.to_integral_value() else float(number)
