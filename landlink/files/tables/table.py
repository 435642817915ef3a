"""The table in a grid: its header, rows, totals and notes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from landlink.errors import DataError, Fault
from landlink.files.tables.cells import NUMBER, UNCACHED, Grid, decimal, letters
from landlink.files.tables.units import UNITS, adds_up, fits, heading, spelled

_YEAR = re.compile(r"(19|20)\d\d")
_UNIT_LINE = re.compile(r"(?:^|[\s(（]|计量|面积|数量)单位\s*[:：]\s*([^\s)）]+)")
_LABELLED = re.compile(
    r"([^(（]{0,4}单位(名称|负责人)?|填[报表].*|制表.*|编制.*|审核.*|.*(日期|时间|文号)|表\s*号|制定机关|有效期.*|联系.*|负责人)"
    r"\s*[:：].*",
    re.DOTALL,
)
_TITLE = re.compile(r"附?[表件]\s*[-\d一二三四五六七八九十.]+.{0,2}|.{4,}表\s*([(（].*[)）])?", re.DOTALL)
_FOOTNOTE = re.compile(
    r"(附?注|备注|说明|[资数]?[料据]?来源|填[报表].*|制表.*|编制.*|审核.*|复核.*|(单位|统计)?负责人.*|报出日期|联系.*)\d*"
    r"\s*[:：].*|[资数][料据]来源.*|[*※].*",
    re.DOTALL,
)
_TOTAL = re.compile(r"(全[市省区县国])?(合计|总计|共计|小计|总和)|全[市省区县国]|(sub|grand)?total|sum", re.IGNORECASE)
_NUMBERING = re.compile(r"\(?(\d{1,2}|[①-⑳])\)?(=.*)?|[甲乙丙丁戊己庚辛]|栏次")
# Rows of text within which a header starts.
_DEEPEST = 40
# Least share of the columns that a header heads.
_HEADED = 0.6
# Relative error of Excel's own sums.
_NOISE = Decimal("1e-12")
# Name and unit of each column, by its number from 1.
_Columns = dict[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file.

    Parameters
    ----------
    frame
        Text cells; columns are the headings without units, the index is the row in the file.
    name
        Name of the sheet; empty for a text file.
    header
        First row of the header.
    units
        By column, the unit as the header or the line above it writes it.
    total
        Row of the total that was recognised and removed.
    notes
        Questions on what looks wrong.
    """

    frame: pd.DataFrame
    name: str
    header: int
    units: Mapping[str, str]
    total: int | None = None
    notes: tuple[Fault, ...] = ()


def find_table(grid: Grid) -> Sheet:
    """Detect the table in a grid.

    Raises
    ------
    DataError
        The grid has no table, or everything that is wrong with it.
    """
    if (block := _header(grid)) is None:
        raise DataError(grid.fault("sheet.header_none"))
    body = _body(grid, block[1])
    if not body:
        raise DataError(grid.fault("sheet.no_rows", block[1]))
    columns, faults = _columns(grid, block, body)
    faults += _cell_faults(grid, columns, {*range(block[0], block[1] + 1), *body})
    faults += _fill_down(grid, columns, body)
    faults += _hidden(grid, columns, body)
    marked = {row: label for row in body if _TOTAL.fullmatch(label := _label(grid.rows[row]))}
    totals = [row for row in (body[0], body[-1]) if row in marked] if len(body) > 1 else []
    for row, label in marked.items():
        if row not in totals:
            faults.append(grid.fault("sheet.total_inside", row, label=label))
    if any(not fault.question for fault in faults):
        raise DataError(faults)
    kept = [row for row in body if row not in totals]
    for row in totals:
        faults += _compare(grid, columns, row, [other for other in kept if other not in marked])
    cells = {name: [grid.rows[row].get(column, "") for row in kept] for column, (name, _) in columns.items()}
    units = {name: unit for name, unit in columns.values() if unit}
    frame = pd.DataFrame(_percent(cells, units), index=pd.Index(kept, dtype="int64"), dtype=str)
    return Sheet(frame, grid.name, block[0], units, totals[0] if totals else None, tuple(faults))


def _cell_faults(grid: Grid, columns: _Columns, rows: set[int]) -> list[Fault]:
    faults = []
    for row, column in sorted(cell for cell in {*grid.bad} | grid.inexact if cell[0] in rows):
        name, cell = columns.get(column, ("", ""))[0], f"{letters(column)}{row}"
        error = grid.bad.get((row, column), "")
        if error == UNCACHED:
            faults.append(grid.fault("sheet.formula_uncached", row, name, cell=cell))
        elif error:
            faults.append(grid.fault("sheet.cell_error", row, name, cell=cell, value=error))
        else:
            faults.append(grid.fault("sheet.digits_lost", row, name, cell=cell, value=grid.rows[row][column]))
    return faults


def _hidden(grid: Grid, columns: _Columns, body: Sequence[int]) -> list[Fault]:
    rows = ", ".join(str(row) for row in body if row in grid.hidden_rows)
    hidden = ", ".join(letters(column) for column in columns if column in grid.hidden_columns)
    return [grid.fault("sheet.hidden", rows=rows or "—", columns=hidden or "—")] if rows or hidden else []


def _header(grid: Grid) -> tuple[int, int] | None:
    """First and last row of the header: the first rows of text that head most of the columns."""
    rows = [row for row in sorted(grid.rows) if not _is_preamble(grid.rows[row])]
    width = max((len(grid.rows[row]) for row in rows), default=0)
    for first in rows[:_DEEPEST]:
        cells = grid.rows[first]
        if not _is_text(cells) or (len(cells) < min(2, width) and not _is_group(grid, first)):
            continue
        last = _header_end(grid, first)
        headed = {column for row in range(first, last + 1) for column in _spread(grid, row)}
        if len(headed) >= width * _HEADED:
            return first, last
    return None


def _header_end(grid: Grid, first: int) -> int:
    """Last row of a header whose first is known, from merged cells, gaps above sub-headings, and rows of units."""
    last = first
    while True:
        if spans := [area[2] for area in grid.merges if first <= area[0] <= last < area[2]]:
            last = max(spans)
            continue
        below, above = grid.rows.get(last + 1, {}), _spread(grid, last)
        if not below or not _is_text(below) or _is_preamble(below):
            return last
        blank = {column for column in below if not any(column in _spread(grid, row) for row in range(first, last + 1))}
        gaps = {column for column in below if column in above and column + 1 in blank}
        wide = [range(left, right + 1) for _, left, end, right in grid.merges if end == last and right > left]
        groups = gaps.union(*wide)
        # What names the rows stands first, so that a row that fills the first column too is data.
        start = min(above, default=0)
        is_sub = groups & set(below) and set(below) <= groups | blank and start not in below
        is_sub = is_sub or (set(above) <= set().union(*wide) and (set(below) <= set(above) or min(below) < start))
        if not is_sub and not all(heading(["-", cell])[1] for cell in below.values()):
            return last
        last += 1


def _is_preamble(cells: Mapping[int, str]) -> bool:
    """True if a row above a table is its title, or says who filled it in and in which units."""
    titled = len(cells) < 3 and any(map(_TITLE.fullmatch, cells.values()))  # noqa: PLR2004
    return titled or any(map(_LABELLED.fullmatch, cells.values()))


def _is_text(cells: Mapping[int, str]) -> bool:
    return not any(NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells.values())


def _is_group(grid: Grid, row: int) -> bool:
    """True if a row's only cell heads some of the columns, where a title would span from the first."""
    start = min(grid.rows.get(row + 1, {0: ""}))
    return any(top == row and right > left > start for top, left, _, right in grid.merges)


def _spread(grid: Grid, row: int) -> dict[int, str]:
    """Cells of a row of the header, merged ones in each of their columns and rows."""
    cells = dict(grid.rows.get(row, {}))
    for top, left, bottom, right in grid.merges:
        if top <= row <= bottom and (merged := grid.rows.get(top, {}).get(left)):
            cells.update(dict.fromkeys(range(left, min(right, grid.width) + 1), merged))
    return cells


def _columns(grid: Grid, block: tuple[int, int], body: Sequence[int]) -> tuple[_Columns, list[Fault]]:
    """Name and unit of each column with a heading."""
    first, last = block
    rows = [row for row in range(first, last + 1) if row in grid.rows]
    spread = [_spread(grid, row) for row in rows]
    filled = {column: row for row in reversed(body) for column in grid.rows[row]}
    above = " ".join(cell.replace("％", "%") for row in grid.rows if row < first for cell in grid.rows[row].values())
    general = [unit for line in _UNIT_LINE.findall(above) for unit in re.split("[、,，;；和]", line)]
    parts: dict[int, list[str]] = {}
    unmerged = len(rows) > 1 and not any(top == first and right > left for top, left, _, right in grid.merges)
    faults = [grid.fault("sheet.unit_line", name=unit) for unit in general if spelled(unit) not in UNITS]
    for column in sorted({*filled}.union(*spread)):
        headings = [cells.get(column, "") for cells in spread]
        if unmerged and headings[-1] and not any(headings[:-1]):
            left = max((other for other in spread[0] if other < column and other in spread[-1]), default=0)
            headings[0] = spread[0].get(left, "")
        if any(headings) and (column in filled or any(column in grid.rows[row] for row in rows)):
            parts[column] = [part for part in headings if part]
        elif not any(headings):
            row = filled[column]
            cell, value = f"{letters(column)}{row}", grid.rows[row][column]
            faults.append(grid.fault("sheet.header_missing", row, cell=cell, value=value))
    columns = {column: heading(headings) for column, headings in parts.items()}
    names = Counter(name for name, _ in columns.values())
    for column, (name, unit) in columns.items():
        cells = grid.column(column, body)
        fitting = [candidate for candidate in general if fits(candidate, name)]
        unique = f"{name}({unit})" if unit and names[name] > 1 else name
        if not unit and len(fitting) == 1 and cells and all(map(NUMBER.fullmatch, cells)):
            columns[column] = unique, fitting[0]
        else:
            columns[column] = unique, unit
    for name, count in Counter(name for name, _ in columns.values()).items():
        if count > 1:
            faults.append(grid.fault("sheet.header_twice", first, name, count=count))
    return columns, faults


def _body(grid: Grid, last: int) -> list[int]:
    """Rows between the header, with the numbers of the columns below it, and the notes below the table."""
    body = [row for row in sorted(grid.rows) if row > last]
    lines = {row: [cell for _, cell in sorted(grid.rows[row].items())] for row in body}
    if len(body) > 1 and _is_numbering(lines[body[0]], lines[body[1]]):
        del body[0]
    end = len(body)
    for index in reversed(range(len(body))):
        cells = lines[body[index]]
        if _FOOTNOTE.fullmatch(cells[0]) and not any(map(NUMBER.fullmatch, cells)):
            end = index
        elif len(cells) > 1 or NUMBER.fullmatch(cells[0]):
            break
    return body[:end]


def _is_numbering(cells: Sequence[str], below: Sequence[str]) -> bool:
    """True if cells number the columns, as 甲 乙 1 2 or (1) (2) (3)=(1)+(2) do, rather than being data."""
    matches = [_NUMBERING.fullmatch(cell) for cell in cells]
    numbers = [int(unicodedata.normalize("NFKC", match[1])) for match in matches if match and match[1]]
    numerous = len(cells) > 2 or (len(numbers) > 1 and not any(map(str.isdecimal, cells)))  # noqa: PLR2004
    return (
        numerous
        and all(matches)
        and numbers == list(range(1, len(numbers) + 1))
        and below[0] not in ("2", "(2)", "②", "乙")
    )


def _fill_down(grid: Grid, columns: _Columns, body: Sequence[int]) -> list[Fault]:
    """Fill cells merged over several rows; a measure that is so repeated is questioned."""
    faults, rows = [], set(body)
    for top, left, bottom, _ in sorted(grid.merges):
        cell = grid.rows.get(top, {}).get(left)
        if top not in rows or not cell:
            continue
        filled = [row for row in range(top + 1, min(bottom, body[-1]) + 1) if row in rows]
        for row in filled:
            grid.rows[row][left] = cell
        name, unit = columns.get(left, ("", ""))
        if filled and NUMBER.fullmatch(cell) and adds_up(name, unit):
            faults.append(grid.fault("sheet.merged_number", top, name, value=cell, last=filled[-1]))
    return faults


def _label(cells: Mapping[int, str]) -> str:
    """First words of a row, without spaces and punctuation."""
    words = (cell for _, cell in sorted(cells.items()) if not NUMBER.fullmatch(cell))
    return re.sub(r"[\s:：()（）]", "", next(words, ""))


def _compare(grid: Grid, columns: _Columns, total: int, body: Sequence[int]) -> Iterator[Fault]:
    """Question totals that differ from the sums of their columns by more than rounding."""
    for column, (name, unit) in columns.items():
        stated = grid.rows[total].get(column, "")
        cells = grid.column(column, body)
        if not (adds_up(name, unit) and cells and all(map(NUMBER.fullmatch, [stated, *cells]))):
            continue
        if any(cell.endswith("%") for cell in [stated, *cells]):
            continue
        added, total_stated = sum(map(Decimal, cells), Decimal()), Decimal(stated)
        last = max(map(_decimals, cells))
        coarser = 0 < _decimals(stated) < last
        tolerance = len(cells) * _half_digit(last) + (_half_digit(_decimals(stated)) if coarser else 0)
        if abs(added - total_stated) > tolerance + abs(total_stated) * _NOISE:
            yield grid.fault("sheet.total_differs", total, name, stated=stated, sum=decimal(added))


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _half_digit(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


def _percent(cells: Mapping[str, list[str]], units: dict[str, str]) -> dict[str, list[str]]:
    """Columns whose % is moved from the cells to the unit, where all cells or the header have it."""
    plain = {}
    for name, column in cells.items():
        shares = [cell.endswith("%") and NUMBER.fullmatch(cell) is not None for cell in column if cell]
        headed = spelled(units.get(name, "")) == "%"
        if any(shares) and (headed or (all(shares) and name not in units)):
            units[name] = units.get(name, "%")
            plain[name] = [cell.removesuffix("%") for cell in column]
        else:
            plain[name] = column
    return plain
