"""What may be entered into a cell, and cells that stand out where their figure asks for attention."""

from decimal import Decimal
from typing import Literal

from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from landlink.texts import Lang, text

# A figure that asks for attention.
_RED = PatternFill("solid", bgColor="F8CBAD")
# An input that is no longer the plan's.
_AMBER = PatternFill("solid", bgColor="FFC000")
# Districts have fewer people, and cities less land in ha.
MOST = Decimal(100_000_000)


def allow_numbers(
    worksheet: Worksheet,
    cells: str,
    lang: Lang,
    kind: Literal["whole", "decimal"],
    least: Decimal = Decimal(0),
    most: Decimal | None = None,
) -> None:
    """Let cells take only numbers between bounds, and say so where another is entered; they may be empty.

    Parameters
    ----------
    kind
        Whole numbers, or decimal ones.
    most
        Upper bound; :data:`MOST` where it is not given.
    """
    most = MOST if most is None else most
    bounds = {"least": f"{least:,f}", "most": f"{most:,f}"}
    whole, decimal = text("annex.guard.whole", lang, **bounds), text("annex.guard.decimal", lang, **bounds)
    guard = DataValidation(kind, operator="between", formula1=f"{least:f}", formula2=f"{most:f}", allow_blank=True)
    _explained(worksheet, guard, whole if kind == "whole" else decimal, lang).add(cells)


def allow_choices(worksheet: Worksheet, choices: str, lang: Lang) -> DataValidation:
    """Guard that lets the cells added to it take only values of a list, and says so where another is entered."""
    guard = DataValidation("list", formula1=choices, allow_blank=False)
    return _explained(worksheet, guard, text("annex.guard.choice", lang), lang)


def allow_codes(worksheet: Worksheet, cell: str, codes: str, lang: Lang) -> None:
    """Let a cell take a list of districts, by the codes that other cells hold; it may be empty."""
    matches, parts = f"SUMPRODUCT(--ISNUMBER(SEARCH({codes},{cell})))", f'LEN({cell})-LEN(SUBSTITUTE({cell},"、",""))+1'
    guard = DataValidation("custom", formula1=f"{matches}={parts}", allow_blank=True)
    _explained(worksheet, guard, text("annex.guard.codes", lang), lang).add(cell)


def _explained(worksheet: Worksheet, guard: DataValidation, message: str, lang: Lang) -> DataValidation:
    """Say what may be entered where a cell is chosen, and again where something else is entered."""
    guard.showErrorMessage = guard.showInputMessage = True
    guard.errorTitle, guard.error = text("annex.guard.title", lang), message
    guard.promptTitle, guard.prompt = text("annex.guard.prompt", lang), message
    worksheet.add_data_validation(guard)
    return guard


def highlight_changed(worksheet: Worksheet, cells: str, changed: str) -> None:
    """Colour inputs that are no longer the plan's.

    Parameters
    ----------
    changed
        Condition for the first of the cells; addresses without ``$`` move on with the cells.
    """
    worksheet.conditional_formatting.add(cells, FormulaRule([changed], fill=_AMBER))


def highlight(worksheet: Worksheet, cells: str, operator: Literal["notEqual", "lessThan", "greaterThan"]) -> None:
    """Colour cells whose number compares so with zero."""
    worksheet.conditional_formatting.add(cells, CellIsRule(operator, ["0"], fill=_RED))
