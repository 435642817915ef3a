"""The fourth annex: settled population by district and channel, compared with the plan's."""

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.guards import highlight
from landlink.annex.workbook.page import GENERAL, TEXT, WHOLE
from landlink.annex.workbook.table_page import FIRST, TablePage
from landlink.present.labels import status_label
from landlink.schema import CHANNELS
from landlink.texts import listed, pick, text

# The channel of a row that is not split.
_ALL, *_PARTS = CHANNELS


def write_settlement(worksheet: Worksheet, contents: Contents) -> None:
    """Write settlement by district and channel, compared with the plan's settled population."""
    lang, rows = contents.lang, contents.material.settlement
    channels = [channel for channel in _PARTS if (rows["channel"] == channel).any()]
    widths = [9, 13, *[12] * len(channels), 14, 14, 12, 14, 44, 14]
    page = TablePage(worksheet, contents, "settlement", widths)
    page.begin(
        text("annex.settlement.unit", lang),
        [
            (text("model.column.code", lang), ""),
            (text("model.column.district", lang), ""),
            *((text(f"annex.settlement.{channel}", lang), "person") for channel in channels),
            (text("annex.print.total", lang), "person"),
            (text("annex.settlement.in_plan", lang), "person"),
            (text("annex.settlement.difference", lang), "person"),
            (text("annex.basis.status", lang), ""),
            (text("annex.basis.source", lang), ""),
            (text("annex.basis.date", lang), ""),
        ],
    )
    persons = rows.groupby(["code", "channel"])["persons"].sum()
    last_channel = get_column_letter(2 + len(channels))
    total, planned, difference = (get_column_letter(3 + len(channels) + step) for step in range(3))
    for row, code in enumerate(page.layout.codes, FIRST):
        records = rows[rows["code"] == code]
        unsplit = records.loc[records["channel"] == _ALL, "persons"]
        is_split = channels and len(records) > len(unsplit)
        parts = [persons.get((code, channel)) for channel in channels]
        statuses = dict.fromkeys(status_label(status, lang) for status in records["status"])
        sources = dict.fromkeys(pick(source, lang) for source in records["source"])
        page.row(
            row,
            [
                (code, TEXT),
                (page.names[code], GENERAL),
                *((None if part is None else int(part), WHOLE) for part in parts),
                (f"=SUM(C{row}:{last_channel}{row})" if is_split else int(unsplit.sum()), WHOLE),
                (f"={page.calculated(code, 'settled')}", WHOLE),
                (f"={total}{row}-{planned}{row}", WHOLE),
                (listed(statuses, lang), GENERAL),
                ("；".join(sources), GENERAL),
                (listed(dict.fromkeys(records["date"]), lang), GENERAL),
            ],
        )
    end = FIRST + len(page.layout.codes)
    summed = [get_column_letter(number) for number in range(3, 6 + len(channels))]
    page.row(
        end,
        [
            (None, GENERAL),
            (text("annex.print.total", lang), GENERAL),
            *((f"=SUM({name}{FIRST}:{name}{end - 1})", WHOLE) for name in summed),
            *[("—", GENERAL)] * 3,
        ],
        "total",
    )
    page.define("total_settled_by_channel", f"{total}{end}")
    highlight(worksheet, f"{difference}{FIRST}:{difference}{end}", "notEqual")
    notes = [text("annex.settlement.note.difference", lang)]
    if not channels:
        notes.insert(0, text("annex.settlement.note.not_split", lang))
    page.end(end + 2, notes)
