"""The annexes on what goes with a plan: settlement by channel, supply by source, and targets against statistics."""

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.material import Material
from landlink.annex.workbook.guards import mark
from landlink.annex.workbook.layout import QUOTA, Layout, letter
from landlink.annex.workbook.page import A4, FOUR, GENERAL, TEXT, WHOLE, Page, Role
from landlink.plan.plan import Plan
from landlink.schema import CHANNELS, USABLE_SOURCES
from landlink.supply.developable import IN_USE, lost
from landlink.texts import Lang, listed, pick, text
from landlink.units import exact_ha

_FIRST = 5


class _Sheet:
    """A sheet with two rows of headings, a column of codes and one of districts."""

    def __init__(self, worksheet: Worksheet, plan: Plan, layout: Layout, widths: Sequence[float], title: str) -> None:
        self.plan, self.layout, self.lang = plan, layout, layout.lang
        self.page = Page(worksheet, layout.lang, widths)
        self.named = {"city": plan.city_title[layout.lang], "year": plan.options.year}
        self.names = plan.names(layout.lang)
        self.title = title

    def head(self, head: str, unit: str, columns: Sequence[tuple[str, str]]) -> None:
        """Write title and headings: label and unit of each column."""
        self.page.title(self.title, head, unit)
        self.headings(_FIRST - 2, columns)

    def headings(self, row: int, columns: Sequence[tuple[str, str]]) -> None:
        """Write two rows of headings: label and unit of each column."""
        for place, (label, unit) in enumerate(columns, 1):
            self.page.put(f"{get_column_letter(place)}{row}", label, "head")
            shown = text(f"model.unit.{unit or 'none'}", self.lang) or "—"
            self.page.put(f"{get_column_letter(place)}{row + 1}", shown, "head")
        self.page.fit(row, [(label, self.page.widths[place]) for place, (label, _) in enumerate(columns)], 30)

    def row(self, row: int, cells: Sequence[tuple[object, str]], role: Role | None = None) -> None:
        """Write a row of values, each with its number format; text stands in the middle."""
        texts = []
        for place, (value, shown) in enumerate(cells, 1):
            own: Role = role or ("label" if shown in (GENERAL, TEXT) else "figure")
            self.page.put(f"{get_column_letter(place)}{row}", value, own, shown)
            if isinstance(value, str) and not value.startswith("="):
                texts.append((value, self.page.widths[place - 1]))
        self.page.fit(row, texts, 16)

    def quota(self, code: str, column: str) -> str:
        """Cell of the calculation, in the unit of the plan."""
        return self.layout.address("calculation", letter(QUOTA, column), self.layout.quota_row(code))

    def note(self, row: int, notes: Sequence[str], head: str) -> None:
        """Write the notes below, and set the page."""
        numbered = [
            text("annex.note.numbered", self.lang, place=place, note=note) for place, note in enumerate(notes, 1)
        ]
        self.page.notes(row, numbered)
        self.page.print_setup(A4, head, repeat=(_FIRST - 2, _FIRST - 1), freeze=f"C{_FIRST}")


def write_settlement(worksheet: Worksheet, plan: Plan, layout: Layout, material: Material, *, head: str) -> None:
    """Write settlement by district and channel, compared with the plan's settled population."""
    lang, rows = layout.lang, material.settlement
    split = [channel for channel in CHANNELS[1:] if (rows["channel"] == channel).any()]
    widths = [9, 13, *[12] * len(split), 14, 14, 12, 14, 44, 14]
    sheet = _Sheet(worksheet, plan, layout, widths, "")
    sheet.title = text("annex.settlement.title", lang, **sheet.named)
    labels = {
        "talent": text("annex.settlement.talent", lang),
        "points": text("annex.settlement.points", lang),
        "policy": text("annex.settlement.policy", lang),
    }
    sheet.head(
        head,
        text("annex.settlement.unit", lang),
        [
            (text("model.column.code", lang), ""),
            (text("model.column.district", lang), ""),
            *((labels[channel], "person") for channel in split),
            (text("annex.print.total", lang), "person"),
            (text("annex.settlement.in_plan", lang), "person"),
            (text("annex.settlement.difference", lang), "person"),
            (text("annex.basis.status", lang), ""),
            (text("annex.basis.source", lang), ""),
            (text("annex.basis.date", lang), ""),
        ],
    )
    own = rows.set_index(["code", "channel"])["persons"]
    last = get_column_letter(2 + len(split))
    total, planned, difference = (get_column_letter(3 + len(split) + step) for step in range(3))
    for row, code in enumerate(layout.codes, _FIRST):
        here = rows[rows["code"] == code]
        whole = here.loc[here["channel"] == "all", "persons"]
        parts = [own.get((code, channel)) for channel in split]
        summed = f"=SUM(C{row}:{last}{row})" if split and len(here) > len(whole) else int(whole.sum())
        sheet.row(
            row,
            [
                (code, TEXT),
                (sheet.names[code], GENERAL),
                *((None if part is None else int(part), WHOLE) for part in parts),
                (summed, WHOLE),
                (f"={sheet.quota(code, 'settled')}", WHOLE),
                (f"={total}{row}-{planned}{row}", WHOLE),
                (
                    listed(dict.fromkeys(text(f"model.status.{status}", lang) for status in here["status"]), lang),
                    GENERAL,
                ),
                ("；".join(dict.fromkeys(pick(source, lang) for source in here["source"])), GENERAL),
                (listed(dict.fromkeys(here["date"]), lang), GENERAL),
            ],
        )
    end = _FIRST + len(layout.codes)
    sums = [
        f"=SUM({get_column_letter(place)}{_FIRST}:{get_column_letter(place)}{end - 1})"
        for place in range(3, 6 + len(split))
    ]
    sheet.row(
        end,
        [
            (None, GENERAL),
            (text("annex.print.total", lang), GENERAL),
            *((total, WHOLE) for total in sums),
            *[("—", GENERAL)] * 3,
        ],
        "total",
    )
    sheet.page.define("total_settled_by_channel", f"{total}{end}")
    mark(worksheet, f"{difference}{_FIRST}:{difference}{end}", "notEqual")
    notes = [text("annex.settlement.note.difference", lang)]
    if not split:
        notes.insert(0, text("annex.settlement.note.not_split", lang))
    sheet.note(end + 2, notes, head)


def write_supply(worksheet: Worksheet, plan: Plan, layout: Layout, material: Material, *, head: str) -> None:
    """Write developable land by district and source beside the plan's claims, and what constraints take."""
    lang, parcels = layout.lang, material.parcels
    if parcels is None:
        return
    taken = _taken(parcels, material, lang)
    sheet = _Sheet(worksheet, plan, layout, [8, 11, *[12] * max(10, len(taken) + 3)], "")
    sheet.title = text("annex.supply.title", lang, **sheet.named)
    sources = USABLE_SOURCES
    sheet.head(
        head,
        text("annex.print.unit_ha", lang),
        [
            (text("model.column.code", lang), ""),
            (text("model.column.district", lang), ""),
            *((text(f"model.land_source.{source}", lang), "ha") for source in sources),
            (text("annex.print.total", lang), "ha"),
            (text("model.column.quota_m2", lang), "ha"),
            (text("annex.supply.new_left", lang), "ha"),
            (text("model.column.stock_need_m2", lang), "ha"),
            (text("annex.supply.stock_left", lang), "ha"),
            (text("model.column.parcels", lang), ""),
        ],
    )
    areas = parcels.pivot_table(index="code", columns="land_source", values="developable_m2", aggfunc="sum")
    areas = areas.reindex(index=list(layout.codes), columns=list(sources)).fillna(0)
    counts = parcels[parcels["developable_m2"] > 0].groupby("code").size()
    for row, code in enumerate(layout.codes, _FIRST):
        sheet.row(
            row,
            [
                (code, TEXT),
                (sheet.names[code], GENERAL),
                *((float(exact_ha(areas.loc[code, source])), FOUR) for source in sources),
                (f"=SUM(C{row}:F{row})", FOUR),
                (f"={sheet.quota(code, 'quota_m2')}/10000", FOUR),
                (f"=ROUND(C{row}-H{row},4)", FOUR),
                (f"={sheet.quota(code, 'stock_need_m2')}/10000", FOUR),
                (f"=ROUND(D{row}+E{row}+F{row}-J{row},4)", FOUR),
                (int(counts.get(code, 0)), WHOLE),
            ],
        )
    end = _FIRST + len(layout.codes)
    sums = [(f"=SUM({name}{_FIRST}:{name}{end - 1})", WHOLE if name == "L" else FOUR) for name in "CDEFGHIJKL"]
    sheet.row(end, [(None, GENERAL), (text("annex.print.total", lang), GENERAL), *sums], "total")
    sheet.page.define("total_developable_ha", f"G{end}")
    for name in "IK":
        mark(worksheet, f"{name}{_FIRST}:{name}{end}", "lessThan")
    row = _losses(sheet, parcels, taken, end + 2, _FIRST)
    status = text(f"model.status.{material.land_status}", lang)
    notes = [text("annex.supply.note.status", lang, status=status), text("annex.supply.note.order", lang)]
    sheet.note(row + 1, [*notes, text("annex.note.exact", lang)], head)


def _losses(sheet: _Sheet, parcels: pd.DataFrame, taken: Mapping[str, str], row: int, first: int) -> int:
    """What is taken of the parcels' area, in order, down to what can be developed; return the next row.

    Parameters
    ----------
    taken
        Columns of what is taken with their labels.
    first
        Row of the first district in the table above, whose column G these areas come to.
    """
    page, lang = sheet.page, sheet.lang
    columns = [text("model.column.gross_m2", lang), *taken.values(), text("model.column.developable_m2", lang)]
    end = get_column_letter(2 + len(columns))
    page.merged(row, text("annex.supply.losses", lang), "head", last=3 + len(columns))
    names = [(text("model.column.code", lang), ""), (text("model.column.district", lang), "")]
    check = text("annex.supply.check", lang)
    sheet.headings(row + 1, [*names, *((label, "ha") for label in columns), (check, "")])
    areas = parcels.groupby("code")[["gross_m2", *taken]].sum().reindex(sheet.layout.codes).fillna(0)
    same, differs = (text(f"annex.supply.{name}", lang) for name in ("same", "differs"))
    start = row + 3
    total = start + len(areas)

    def compared(place: int) -> tuple[object, str]:
        return f'=IF(ABS({end}{place}-G{place - start + first})<0.00005,"{same}","{differs}")', GENERAL

    for place, code in enumerate(sheet.layout.codes, start):
        own = [(float(exact_ha(areas.loc[code, name])), FOUR) for name in areas]
        left = f"=ROUND(C{place}-SUM(D{place}:{get_column_letter(1 + len(columns))}{place}),4)"
        sheet.row(place, [(code, TEXT), (sheet.names[code], GENERAL), *own, (left, FOUR), compared(place)])
    letters = [get_column_letter(3 + number) for number in range(len(columns))]
    sums = [(f"=SUM({name}{start}:{name}{total - 1})", FOUR) for name in letters]
    label = text("annex.print.total", lang)
    sheet.row(total, [(None, GENERAL), (label, GENERAL), *sums, compared(total)], "total")
    return total + 1


def _taken(parcels: pd.DataFrame, material: Material, lang: Lang) -> dict[str, str]:
    """Columns of what is in use and of what constraints take, in order, with their labels."""
    labels = {
        rule["constraint"]: text("model.column.lost", lang, constraint=pick(rule["title"], lang))
        for rule in material.constraints.to_dict("records")
    }
    all_labels = {IN_USE: text("model.column.lost_in_use_m2", lang), **labels}
    return {lost(name): label for name, label in all_labels.items() if lost(name) in parcels}


def write_targets(worksheet: Worksheet, plan: Plan, layout: Layout, material: Material, *, head: str) -> None:
    """Write targets against statistics."""
    lang = layout.lang
    sheet = _Sheet(worksheet, plan, layout, [26, 10, 12, 8, 12, 8, 9, 9, 34, 22, 9], "")
    sheet.title = text("annex.targets.title", lang, **sheet.named)
    columns = ("indicator", "unit", "target", "target_year", "actual", "actual_year", "reached", "reached_year")
    sheet.head(
        head,
        "",
        [
            *((text(f"annex.targets.{name}", lang), "") for name in columns),
            (text("annex.targets.target_source", lang), ""),
            (text("annex.basis.source", lang), ""),
            (text("annex.basis.status", lang), ""),
        ],
    )
    yes, no = (text(f"annex.targets.{name}", lang) for name in ("yes", "no"))
    for row, found in enumerate(material.targets.to_dict("records"), _FIRST):
        known = not pd.isna(found["actual"])
        shown = WHOLE if found["unit"] == "person" else "0.00"
        sheet.row(
            row,
            [
                (text(f"model.parameter.target.{found['indicator']}", lang), GENERAL),
                (text(f"model.unit.{found['unit']}", lang), GENERAL),
                (found["target"], shown),
                (int(found["target_year"]), "0"),
                (found["actual"] if known else None, shown),
                (int(found["actual_year"]) if known else None, "0"),
                (f'=IF(E{row}="","—",IF(ROUND(E{row},4)>=C{row},"{yes}","{no}"))', GENERAL),
                (None if pd.isna(found["reached_year"]) else int(found["reached_year"]), "0"),
                (pick(found["target_source"], lang), GENERAL),
                (pick(found["source"], lang), GENERAL),
                (text(f"model.status.{found['status']}", lang) if found["status"] else "—", GENERAL),
            ],
        )
    end = _FIRST + len(material.targets)
    sheet.note(end + 1, [text("annex.targets.note", lang)], head)
