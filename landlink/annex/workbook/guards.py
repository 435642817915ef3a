"""What may be entered into a cell, and cells that stand out where their figure asks for attention."""

from decimal import Decimal
from typing import Literal

from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from landlink.texts import Lang, text

_RED = PatternFill("solid", bgColor="F8CBAD")
_AMBER = PatternFill("solid", bgColor="FFC000")
# Districts have fewer people, and cities less land in ha.
MOST = Decimal(100_000_000)


def bound(
    worksheet: Worksheet,
    cells: str,
    lang: Lang,
    kind: Literal["whole", "decimal"],
    least: Decimal = Decimal(0),
    most: Decimal | None = None,
) -> None:
    """Let cells take numbers between bounds alone, and say so where another is entered; they may be empty.

    Parameters
    ----------
    kind
        Whole numbers, or decimal ones.
    """
    most = MOST if most is None else most
    told = {"least": f"{least:,f}", "most": f"{most:,f}"}
    message = text("annex.guard.whole", lang, **told) if kind == "whole" else text("annex.guard.decimal", lang, **told)
    guard = DataValidation(kind, operator="between", formula1=f"{least:f}", formula2=f"{most:f}", allow_blank=True)
    _told(worksheet, guard, message, lang).add(cells)


def choose(worksheet: Worksheet, choices: str, lang: Lang) -> DataValidation:
    """Return a guard that lets cells take one of a list's values alone, and says so where another is entered."""
    return _told(
        worksheet, DataValidation("list", formula1=choices, allow_blank=False), text("annex.guard.choice", lang), lang
    )


def list_codes(worksheet: Worksheet, cell: str, codes: str, lang: Lang) -> None:
    """Let a cell take a list of districts, by the codes that other cells hold; it may be empty."""
    known, parts = f"SUMPRODUCT(--ISNUMBER(SEARCH({codes},{cell})))", f'LEN({cell})-LEN(SUBSTITUTE({cell},"、",""))+1'
    guard = DataValidation("custom", formula1=f"{known}={parts}", allow_blank=True)
    _told(worksheet, guard, text("annex.guard.codes", lang), lang).add(cell)


def _told(worksheet: Worksheet, guard: DataValidation, message: str, lang: Lang) -> DataValidation:
    """Tell what may be entered where a cell is chosen, and again where something else is entered."""
    guard.showErrorMessage = guard.showInputMessage = True
    guard.errorTitle, guard.error = text("annex.guard.title", lang), message
    guard.promptTitle, guard.prompt = text("annex.guard.prompt", lang), message
    worksheet.add_data_validation(guard)
    return guard


def mark_changed(worksheet: Worksheet, cells: str, changed: str) -> None:
    """Colour inputs that are no longer the plan's.

    Parameters
    ----------
    changed
        Condition for the first of the cells; addresses without ``$`` move on with the cells.
    """
    worksheet.conditional_formatting.add(cells, FormulaRule([changed], fill=_AMBER))


def mark(worksheet: Worksheet, cells: str, operator: Literal["notEqual", "lessThan", "greaterThan"]) -> None:
    """Colour cells whose number compares so with zero."""
    worksheet.conditional_formatting.add(cells, CellIsRule(operator, ["0"], fill=_RED))
