"""What may be entered into a cell, and cells that stand out where their figure asks for attention."""

from decimal import Decimal
from typing import Literal

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from landlink.texts import Lang, text

_RED = PatternFill("solid", bgColor="F8CBAD")
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
    guard = DataValidation(
        kind,
        operator="between",
        formula1=f"{least:f}",
        formula2=f"{most:f}",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=text("annex.guard.title", lang),
        error=message,
    )
    guard.add(cells)
    worksheet.add_data_validation(guard)


def choose(worksheet: Worksheet, choices: str, lang: Lang) -> DataValidation:
    """Return a guard that lets cells take one of a list's values alone, and says so where another is entered."""
    guard = DataValidation(
        "list",
        formula1=choices,
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=text("annex.guard.title", lang),
        error=text("annex.guard.choice", lang),
    )
    worksheet.add_data_validation(guard)
    return guard


def mark(worksheet: Worksheet, cells: str, operator: Literal["notEqual", "lessThan", "greaterThan"]) -> None:
    """Colour cells whose number compares so with zero."""
    worksheet.conditional_formatting.add(cells, CellIsRule(operator, ["0"], fill=_RED))
