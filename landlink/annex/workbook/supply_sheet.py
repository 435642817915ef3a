"""The fifth annex: developable land by district and source beside the plan's ledger, and what constraints take."""

from collections.abc import Mapping

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.material import Material
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.guards import highlight
from landlink.annex.workbook.page import FOUR, GENERAL, TEXT, WHOLE
from landlink.annex.workbook.table_page import FIRST, TablePage
from landlink.present.labels import status_label
from landlink.present.supply import loss_label
from landlink.schema import USABLE_SOURCES
from landlink.supply.developable import IN_USE, lost
from landlink.texts import Lang, pick, text
from landlink.units import exact_ha

# Columns by what they hold: code, district, the sources of land, then these; those of the ledger first.
_CLAIMS = ("quota_m2", "stock_need_m2", "stock_met_m2", "stock_short_m2", "stock_unverified_m2")
_BEHIND = ("total", *_CLAIMS, "parcels")
_LETTERS = {
    name: get_column_letter(number) for number, name in enumerate(("code", "district", *USABLE_SOURCES, *_BEHIND), 1)
}
_WIDTH = 12  # characters: width of a column of areas
_LEAST = 11  # columns at least, so that headings and notes have room
# Half a unit of the areas shown, ha: what differs by less is the same.
_SAME = "0.00005"


def write_supply(worksheet: Worksheet, contents: Contents) -> None:
    """Write developable land by district and source beside the plan's claims, and what constraints take."""
    lang, material = contents.lang, contents.material
    parcels = material.parcels
    if parcels is None:
        raise ValueError("the sheet of supply needs parcels")
    losses = _losses(parcels, material, lang)
    widths = [8, 11, *[_WIDTH] * max(_LEAST, len(losses) + 3)]
    page = TablePage(worksheet, contents, "supply", widths)
    page.begin(
        text("annex.print.unit_ha", lang),
        [
            (text("model.column.code", lang), ""),
            (text("model.column.district", lang), ""),
            *((text(f"model.land_source.{source}", lang), "ha") for source in USABLE_SOURCES),
            (text("annex.print.total", lang), "ha"),
            *((text(f"model.column.{name}", lang), "ha") for name in _CLAIMS),
            (text("model.column.parcels", lang), ""),
        ],
    )
    areas = parcels.pivot_table(index="code", columns="land_source", values="developable_m2", aggfunc="sum")
    areas = areas.reindex(index=list(page.layout.codes), columns=list(USABLE_SOURCES)).fillna(0)
    counts = parcels[parcels["developable_m2"] > 0].groupby("code").size()
    for row, code in enumerate(page.layout.codes, FIRST):
        _district(page, row, code, areas.loc[code], int(counts.get(code, 0)))
    end = FIRST + len(page.layout.codes)
    summed = [_LETTERS[name] for name in (*USABLE_SOURCES, *_BEHIND)]
    sums = [(f"=SUM({name}{FIRST}:{name}{end - 1})", WHOLE if name == _LETTERS["parcels"] else FOUR) for name in summed]
    page.row(end, [(None, GENERAL), (text("annex.print.total", lang), GENERAL), *sums], "total")
    page.define("total_developable_ha", f"{_LETTERS['total']}{end}")
    for name in ("stock_short_m2", "stock_unverified_m2"):
        highlight(worksheet, f"{_LETTERS[name]}{FIRST}:{_LETTERS[name]}{end}", "greaterThan")
    row = _write_losses(page, parcels, losses, end + 2)
    status = text("annex.supply.note.status", lang, status=status_label(material.land_status, lang))
    page.end(row + 1, [status, text("annex.supply.note.order", lang), text("annex.note.exact", lang)])


def _district(page: TablePage, row: int, code: str, areas: pd.Series, parcels: int) -> None:
    """A district's land by source, in ha, and beside it what the plan's ledger holds.

    Parameters
    ----------
    areas
        Developable area by source, m².
    parcels
        Number of parcels with land to develop.
    """
    cell = {name: f"{name_letter}{row}" for name, name_letter in _LETTERS.items()}
    page.row(
        row,
        [
            (code, TEXT),
            (page.names[code], GENERAL),
            *((float(exact_ha(areas[source])), FOUR) for source in USABLE_SOURCES),
            (f"=SUM({cell[USABLE_SOURCES[0]]}:{cell[USABLE_SOURCES[-1]]})", FOUR),
            *((f"={page.calculated(code, name)}/10000", FOUR) for name in _CLAIMS),
            (parcels, WHOLE),
        ],
    )


def _write_losses(page: TablePage, parcels: pd.DataFrame, losses: Mapping[str, str], row: int) -> int:
    """Write what is taken of the parcels' area, in order, down to what can be developed; return the next row.

    What is left is compared with the total of the table above.

    Parameters
    ----------
    losses
        Label of each column of what is taken.
    """
    lang = page.lang
    columns = [text("model.column.gross_m2", lang), *losses.values(), text("model.column.developable_m2", lang)]
    last = get_column_letter(2 + len(columns))
    page.merged(row, text("annex.supply.losses", lang), "head", last=3 + len(columns))
    names = [(text("model.column.code", lang), ""), (text("model.column.district", lang), "")]
    check = (text("annex.supply.check", lang), "")
    page.headings(row + 1, [*names, *((label, "ha") for label in columns), check])
    areas = parcels.groupby("code")[["gross_m2", *losses]].sum().reindex(page.layout.codes).fillna(0)
    same, differs = text("annex.supply.same", lang), text("annex.supply.differs", lang)
    start = row + 3
    total = start + len(areas)

    def compared(number: int) -> tuple[object, str]:
        above = f"{_LETTERS['total']}{number - start + FIRST}"
        return f'=IF(ABS({last}{number}-{above})<{_SAME},"{same}","{differs}")', GENERAL

    for number, code in enumerate(page.layout.codes, start):
        taken = [(float(exact_ha(areas.loc[code, name])), FOUR) for name in areas]
        left = f"=ROUND(C{number}-SUM(D{number}:{get_column_letter(1 + len(columns))}{number}),4)"
        page.row(number, [(code, TEXT), (page.names[code], GENERAL), *taken, (left, FOUR), compared(number)])
    letters = [get_column_letter(3 + index) for index in range(len(columns))]
    sums = [(f"=SUM({name}{start}:{name}{total - 1})", FOUR) for name in letters]
    label = (text("annex.print.total", lang), GENERAL)
    page.row(total, [(None, GENERAL), label, *sums, compared(total)], "total")
    return total + 1


def _losses(parcels: pd.DataFrame, material: Material, lang: Lang) -> dict[str, str]:
    """Label of each column of what is in use and of what constraints take, in order."""
    titles = {IN_USE: text("model.column.lost_in_use_m2", lang)}
    titles |= {row["constraint"]: pick(row["title"], lang) for row in material.constraints.to_dict("records")}
    return {lost(name): loss_label(name, title, lang) for name, title in titles.items() if lost(name) in parcels}
