"""The sixth annex: the plan's targets against the statistics."""

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.page import GENERAL, WHOLE
from landlink.annex.workbook.table_page import FIRST, TablePage
from landlink.present.labels import status_label, symbol
from landlink.texts import pick, text

_COLUMNS = ("indicator", "unit", "target", "target_year", "actual", "actual_year", "reached", "reached_year")
# Widths of the columns, characters.
_WIDTHS = [26, 10, 12, 8, 12, 8, 9, 9, 34, 22, 9]
_YEAR = "0"  # number format of a year, without thousands separators
_RATE = "0.00"  # number format of a percentage


def write_targets(worksheet: Worksheet, contents: Contents) -> None:
    """Write targets against statistics."""
    lang, targets = contents.lang, contents.material.targets
    page = TablePage(worksheet, contents, "targets", _WIDTHS)
    page.begin(
        "",
        [
            *((text(f"annex.targets.{name}", lang), "") for name in _COLUMNS),
            (text("annex.targets.target_source", lang), ""),
            (text("annex.basis.source", lang), ""),
            (text("annex.basis.status", lang), ""),
        ],
    )
    yes, no = text("annex.targets.yes", lang), text("annex.targets.no", lang)
    for row, target in enumerate(targets.to_dict("records"), FIRST):
        is_known = not pd.isna(target["actual"])
        number_format = WHOLE if target["unit"] == "person" else _RATE
        page.row(
            row,
            [
                (text(f"model.parameter.target.{target['indicator']}", lang), GENERAL),
                (symbol(target["unit"], lang), GENERAL),
                (target["target"], number_format),
                (int(target["target_year"]), _YEAR),
                (target["actual"] if is_known else None, number_format),
                (int(target["actual_year"]) if is_known else None, _YEAR),
                (f'=IF(E{row}="","—",IF(ROUND(E{row},4)>=C{row},"{yes}","{no}"))', GENERAL),
                (None if pd.isna(target["reached_year"]) else int(target["reached_year"]), _YEAR),
                (pick(target["target_source"], lang), GENERAL),
                (pick(target["source"], lang), GENERAL),
                (status_label(target["status"], lang) if target["status"] else "—", GENERAL),
            ],
        )
    page.end(FIRST + len(targets) + 1, [text("annex.targets.note", lang)])
