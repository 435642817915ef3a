"""The sheet of parameters and district facts: each with its value, source, date, status and confidence."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.balance_sheet import rule_names
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.formulas import StepCells, literal, quoted
from landlink.annex.workbook.guards import allow_choices, allow_codes, allow_numbers, highlight_changed
from landlink.annex.workbook.layout import NEEDS, NEEDS_FIRST, letter
from landlink.annex.workbook.page import A4, GENERAL, HECTARES, SHARE, TWO, WHOLE, Align, Page, Role
from landlink.plan.formulas import FORMULAS
from landlink.plan.options import OVERRIDES
from landlink.policy import FACILITY_FIELDS, PARAMETERS, Dated, Step, Steps
from landlink.present.labels import (
    confidence_label,
    fact_label,
    fact_unit,
    origins_label,
    parameter_label,
    status_label,
    symbol,
)
from landlink.schema import FACTS
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
# Columns and their widths in characters.
_COLUMNS = {
    "item": 28,
    "sign": 5,
    "bound": 7.5,
    "value": 20,
    "unit": 9,
    "source": 30,
    "clause": 26,
    "confidence": 14.5,
    "date": 11.5,
    "status": 9,
    "note": 30,
    "in_plan": 16,
}
_WIDTHS = tuple(_COLUMNS.values())
# Columns of texts that begin at the left.
_LEFT = ("item", "source", "clause", "note")
_HEAD = 4  # row of the headings
_FIRST = 5  # first row below them
# From here on whole numbers of parameters have their thousands separated.
_LARGE = 1000


def write_basis(worksheet: Worksheet, contents: Contents) -> None:
    """Write the sheet, and note in the contents' inputs where the parameters stand."""
    _Writer(worksheet, contents).write()


def entered(value: float | None, unit: str) -> int | float | None:
    """Fact of a district as a planner enters it: areas in ha."""
    if value is None or pd.isna(value):
        return None
    if unit == "m2":
        return int(value) / 10_000
    return float(value) if unit in ("pct", "share") else int(value)


class _Writer:
    """Writes the sheet from the top down; ``row`` is the next free row."""

    def __init__(self, worksheet: Worksheet, contents: Contents) -> None:
        plan, layout = contents.plan, contents.layout
        self.plan, self.layout, self.inputs = plan, layout, contents.inputs
        self.lang, self.head = contents.lang, contents.head
        self.page, self.row = Page(worksheet, contents.lang, _WIDTHS), _FIRST
        self.names, self.titles = contents.edition.names, contents.edition.titles
        self.counted_in = {facility.id: facility.unit[self.lang] for facility in plan.facilities}
        self.facts = plan.base.table.set_index("code")
        self.signs = allow_choices(worksheet, '"≥,>"', layout.lang)

    def write(self) -> None:
        """Write all sections."""
        page, lang = self.page, self.lang
        page.title(text("annex.basis.title", lang), self.head, "")
        for name in _COLUMNS:
            page.put(f"{_letter(name)}{_HEAD}", text(f"annex.basis.{name}", lang), "head")
        page.worksheet.row_dimensions[_HEAD].height = 20
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
        notes = [f"{number}. {note.text(lang)}" for number, note in enumerate(self.plan.notes, 1)]
        page.notes(self.row, [*notes, text("annex.note.inputs", lang), text("annex.note.protected", lang)])
        page.print_setup(A4, self.head, repeat=(_HEAD, _HEAD), freeze=f"B{_FIRST}")

    def _section(self, name: str) -> None:
        self.page.merged(self.row, text(f"annex.basis.section.{name}", self.lang), "head")
        self.page.worksheet.row_dimensions[self.row].height = 18
        self.row += 1

    def _line(
        self,
        item: str,
        value: object,
        *,
        role: Role = "figure",
        number_format: str = GENERAL,
        step: tuple[str | None, int | float | None] = (None, None),
        origin: Mapping[str, str] | None = None,
        in_plan: str = "",
    ) -> None:
        """Write one row.

        Parameters
        ----------
        role, number_format
            Of the value; all else is text.
        step
            Sign and lower bound of a step.
        origin
            Unit, source and the like, by column.
        in_plan
            Formula of what the value was in the plan.
        """
        contents: dict[str, object] = {"item": item, "sign": step[0], "bound": step[1], "value": value}
        contents |= {**(origin or {}), "in_plan": in_plan or None}
        texts = []
        for name, width in _COLUMNS.items():
            content = contents.get(name)
            cell = f"{_letter(name)}{self.row}"
            if name == "value":
                align: Align = "left" if role == "label" else "center"
                self.page.put(cell, content, role, number_format, align=align)
                width = sum(_WIDTHS[3:]) if role == "label" else width  # noqa: PLW2901 - a long text has more room
            else:
                can_change = role in ("input", "doubted") and name in ("sign", "bound") and content is not None
                align = "left" if name in _LEFT else "center"
                self.page.put(cell, content, "input" if can_change else "label", align=align)
            if isinstance(content, str) and not content.startswith("="):
                texts.append((content, width))
        self.page.fit(self.row, texts)
        self.row += 1

    def _long_line(self, label: str, value: str) -> None:
        """Write one row whose value takes the columns to the right as well."""
        self._line(label, value, role="label")
        self.page.worksheet.merge_cells(f"D{self.row - 1}:L{self.row - 1}")

    def _formulas(self) -> Iterator[tuple[str, str]]:
        """Computed columns with formula and clause, as their derivations give them."""
        for name, formula in FORMULAS.items():
            table, _, column = name.partition(".")
            if formula.clause:
                names = {
                    "table": text(f"model.table.{table}", self.lang),
                    "column": text(f"model.column.{column}", self.lang),
                }
                parts = {
                    "formula": text(f"model.formula.{name}", self.lang),
                    "clause": text(f"model.clause.{formula.clause}", self.lang),
                }
                yield text("annex.basis.of_table", self.lang, **names), text("annex.basis.formula", self.lang, **parts)

    def _rules(self) -> Iterator[Dated]:
        """Values in force; the city cap also where none is set, so that one can be entered."""
        yield from self.plan.rules.values()
        if self.plan.rules.get("balance.city_cap") is None:
            spec = PARAMETERS["balance.city_cap"]
            origin = next(iter(self.plan.rules.values())).document
            yield Dated("balance.city_cap", "", "", spec.unit, origin, "", "default", "", "", 0)

    def _rule(self, dated: Dated) -> None:
        label = parameter_label(dated.parameter, self.titles, self.lang)
        is_set = dated.content != ""
        origin = {
            "unit": self._unit(dated.unit, dated.parameter),
            "source": dated.document.name(self.lang) if is_set else text("annex.basis.unset", self.lang),
            "clause": pick(dated.clause, self.lang),
            "confidence": confidence_label(dated.confidence, self.lang) if is_set else "",
            "date": dated.since,
            "status": status_label(dated.status, self.lang) if is_set else "",
            "note": pick(dated.note, self.lang),
        }
        if isinstance(dated.content, Steps):
            self._steps(dated, label, origin)
            return
        if dated.parameter == "settled.origins":  # decides which persons are counted before the workbook begins
            self._line(label, origins_label(dated.choices, self.lang), role="label", origin=origin)
            return
        value, number_format = self._content(dated)
        cell = f"D{self.row}"
        self.inputs.values[dated.parameter] = self.layout.address("basis", "D", self.row)
        if dated.parameter in NAMES:
            self.page.define(NAMES[dated.parameter], cell)
        self._guard(dated, cell)
        shown: object = text("model.explain.none", self.lang) if value is None else value
        if not is_set:
            shown = origin["source"]
        was = self._was((dated.parameter, ""), [(cell, value)], shown)
        self._line(label, value, role=_role(dated), number_format=number_format, origin=origin, in_plan=was)

    def _guard(self, dated: Dated, cell: str) -> None:
        """Let a parameter's cell take only what the parameter may be."""
        worksheet = self.page.worksheet
        if dated.parameter == "balance.rule":
            first, *_, last = rule_names(self.layout)
            allow_choices(worksheet, f"{first}:{last.rpartition('!')[2]}", self.lang).add(cell)
        elif isinstance(dated.content, tuple):
            first_row, last_row = self.layout.quota_rows
            allow_codes(worksheet, cell, f"{self.layout.address('quota', 'A', first_row)}:$A${last_row}", self.lang)
        else:
            spec = PARAMETERS.get(dated.parameter) or FACILITY_FIELDS[dated.parameter.rpartition(".")[2]]
            allow_numbers(worksheet, cell, self.lang, "decimal", spec.minimum, spec.maximum)

    def _was(self, name: tuple[str, str], cells: Sequence[tuple[str, object]], shown: object) -> str:
        """Formula of what an input was in the plan, once one of its cells holds something else."""
        same = ",".join(f"{cell}={literal(value)}" for cell, value in cells)
        self.inputs.changed[name] = self.layout.address("basis", "L", self.row)
        return f'=IF(AND({same}),"",{literal(shown)})'

    def _steps(self, dated: Dated, label: str, origin: Mapping[str, str]) -> None:
        """One row a step, whose label tells the interval and follows its bounds."""
        steps = dated.steps.steps
        symbol_of_size = "l" if dated.parameter == "linkage.standard" else "n"
        cells = self.inputs.steps[dated.parameter] = []
        for number, step in enumerate(steps):
            row = self.row
            cells.append(StepCells(*(self.layout.address("basis", column, row) for column in "BCD")))
            if number < len(steps) - 1:
                interval = (
                    f'C{row}&IF(B{row}="≥"," ≤ "," < ")&{quoted(symbol_of_size)}'
                    f'&IF(B{row + 1}="≥"," < "," ≤ ")&C{row + 1}'
                )
            else:
                interval = f'{quoted(f"{symbol_of_size} ")}&B{row}&" "&C{row}'
            self.signs.add(f"B{row}")
            for column in "CD":
                allow_numbers(self.page.worksheet, f"{column}{row}", self.lang, "decimal")
            sign, bound, value = _sign(step), _plain(step.lower), _plain(step.value)
            in_plan = [(f"B{row}", sign), (f"C{row}", bound), (f"D{row}", value)]
            self._line(
                f"={quoted(f'{label}  ')}&{interval}",
                value,
                role=_role(dated),
                step=(sign, bound),
                origin=origin,
                in_plan=self._was((dated.parameter, str(number)), in_plan, f"{sign} {bound} → {value}"),
            )

    def _content(self, dated: Dated) -> tuple[object, str]:
        """Value of a rule as its cell holds it, and its number format."""
        content = dated.content
        if dated.parameter == "balance.rule":
            return text(f"model.rule.{content}", self.lang), GENERAL
        if isinstance(content, tuple):
            return "、 ".join(f"{code} {self.names[code]}" for code in content) or None, GENERAL
        if isinstance(content, Decimal):
            is_large = content == content.to_integral_value() and abs(content) >= _LARGE and dated.unit != "year"
            return _plain(content), WHOLE if is_large else GENERAL
        return content or None, GENERAL

    def _unit(self, unit: str, parameter: str) -> str:
        """Unit of a parameter; of a facility's, what the facility is counted in."""
        if parameter.startswith("facility.") and unit in ("m2/unit", "unit"):
            counted_in = self.counted_in[parameter.split(".")[1]]
            return text("annex.basis.per_unit", self.lang, unit=counted_in) if unit == "m2/unit" else counted_in
        return symbol(unit, self.lang)

    def _facts(self) -> Iterator[tuple[str, str, Mapping[str, str] | None]]:
        """Each district fact with its district and, where it has one, its source."""
        origins = {(row["code"], row["item"]): row for row in self.plan.base.sources.to_dict("records")}
        for item in FACTS:
            if item == "central_settled" and not self.plan.central_layer:
                continue
            for code in self.layout.codes:
                yield item, code, origins.get((code, item))

    def _fact(self, item: str, code: str, origin: Mapping[str, str] | None) -> None:
        """A fact's row: its value is the first annex's, where it is entered."""
        cell = self.layout.fact(item, code)
        unit = fact_unit(item)
        unknown = text("model.explain.none", self.lang)
        value = entered(self.facts.loc[code, item], FACTS[item].unit)
        self._line(
            self._of_district(code, fact_label(item, self.lang)),
            f'=IF({cell}="",{quoted(unknown)},{cell})',
            number_format={"ha": HECTARES, "pct": TWO, "share": SHARE}.get(unit, WHOLE),
            origin={"unit": symbol(unit, self.lang), **self._origin(origin)},
            in_plan=self._was((item, code), [(cell, value)], unknown if value is None else value),
        )

    def _surplus(self, record: Mapping[str, str]) -> None:
        """Surplus capacity's row: its value is the second annex's, where it is entered."""
        facility, units = record["facility"], int(record["surplus_units"])
        row = self.layout.needs_row(record["code"], facility)
        cell = self.layout.address("needs", letter(NEEDS, "surplus_units"), row)
        self._line(
            self._of_district(record["code"], self.titles[facility]),
            f"={cell}",
            number_format=WHOLE,
            origin={"unit": self.counted_in[facility], **self._origin(record)},
            in_plan=self._was((facility, record["code"]), [(cell, units)], units),
        )

    def _of_district(self, code: str, item: str) -> str:
        return text("annex.basis.of_district", self.lang, district=self.names[code], item=item)

    def _origin(self, origin: Mapping[str, str] | None) -> dict[str, str]:
        """Source of a fact by column; blank where there is none."""
        blank = dict.fromkeys(("source", "clause", "confidence", "date", "status", "note"), "")
        if origin is None:
            return blank
        return blank | {
            "source": pick(origin["source"], self.lang),
            "confidence": confidence_label(origin["confidence"], self.lang),
            "date": origin["date"],
            "status": status_label(origin["status"], self.lang),
        }

    def _more_surplus(self) -> None:
        """Count the districts' facilities with surplus capacity that the plan has none for."""
        first, last = NEEDS_FIRST, self.layout.needs_block(self.layout.codes[-1])[1]
        column = letter(NEEDS, "surplus_units")
        cells = f"{self.layout.address('needs', column, first)}:${column}${last}"
        in_plan = [
            self.layout.address("needs", column, self.layout.needs_row(code, facility))
            for code, facility in zip(self.plan.surplus["code"], self.plan.surplus["facility"], strict=True)
        ]
        count = f"COUNT({cells})" + (f"-COUNT({','.join(in_plan)})" if in_plan else "")
        was = self._was(("surplus", ""), [(f"D{self.row}", 0)], 0)
        self._line(text("annex.basis.more_surplus", self.lang), f"={count}", in_plan=was)

    def _changes(self) -> None:
        """Count the inputs that are no longer the plan's, and colour their rows."""
        last = self.row - 1
        self.page.define("changed_inputs", f"D{self.row}")
        count = f"=SUMPRODUCT(--(LEN($L${_FIRST}:$L${last})>0))"
        self._line(text("annex.basis.changed", self.lang), count, number_format=WHOLE)
        highlight_changed(self.page.worksheet, f"A{_FIRST}:L{last}", f"LEN($L{_FIRST})>0")

    def _identity(self) -> Iterator[tuple[str, str]]:
        """What the plan is of, what was chosen for it, and its fingerprint."""
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


def _letter(name: str) -> str:
    """Letter of a column of this sheet."""
    return chr(ord("A") + list(_COLUMNS).index(name))


def _role(dated: Dated) -> Role:
    return "input" if dated.confidence != "default" else "doubted"


def _sign(step: Step) -> str:
    return "≥" if step.lower_closed else ">"


def _plain(number: Decimal) -> int | float:
    """Number as a cell holds it."""
    return int(number) if number == number.to_integral_value() else float(number)
