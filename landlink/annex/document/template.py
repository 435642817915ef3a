"""The template that documents are made from: a Word document with placeholders, which users may edit."""

import io
import re
from functools import cache
from importlib.resources import files
from math import fsum

from docx.document import Document as Docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph

from landlink.annex.document.ooxml import add_bookmark, add_field, narrow, repeated, shaded
from landlink.annex.document.styles import WIDTH, blank, lie
from landlink.annex.document.tables import TABLES, Column, Table
from landlink.annex.undated import undated
from landlink.texts import Lang, text

_STYLES = {
    "% ": "Title",
    "%% ": "Subtitle",
    "# ": "Heading 1",
    "## ": "Heading 2",
    "- ": "List Bullet",
    ": ": "Note",
    "$$ ": "Formula",
}
_REFERENCE = re.compile(r"\[(表|图):(\w+)\]")
_KINDS = {"表": "table", "图": "figure"}
_LABELS = {"table": "document.table", "figure": "document.figure"}
_HEAD = "DDE6EE"
_MARGIN = 45  # of a cell, in twentieths of a point


@cache
def template(lang: Lang) -> bytes:
    """Return the template that comes with landlink, as a docx file.

    Its text is written in ``zh.md`` and ``en.md`` beside this module: ``#`` and ``##`` headings, ``-`` list items,
    ``:`` notes, ``^`` the header, ``|name|`` a table, ``!name|`` a chart, ``!!image|caption`` an image on a
    lying page, ``$$`` a formula, ``[表:name]`` and ``[图:name]`` references, ``=====`` the pages that lie; all else
    are paragraphs.
    """
    made = blank(lang)
    writer = _Writer(made, lang)
    for line in files(__package__).joinpath(f"{lang}.md").read_text(encoding="utf-8").splitlines():
        if line:
            writer.write(line)
    made.core_properties.title = text("document.title", lang)
    made.core_properties.author = "landlink"
    held = io.BytesIO()
    made.save(held)
    return undated(held.getvalue())


class _Writer:
    """Writes the lines of the template's text."""

    def __init__(self, made: Docx, lang: Lang) -> None:
        self.made, self.lang, self.marks = made, lang, 0

    def write(self, line: str) -> None:
        """Write one line."""
        if line == "=====":
            lie(self.made)
        elif line.startswith("^ "):
            self.made.sections[0].header.paragraphs[0].add_run(line.removeprefix("^ "))
        elif line.startswith("|"):
            self._table(TABLES[line.strip("|")])
        elif line.startswith("!!"):
            image, _, caption = line.removeprefix("!!").partition("|")
            self._figure(image, caption)
        elif line.startswith("!"):
            name = line.strip("!|")
            self._figure(f"{{{{ charts.{name} }}}}", text(f"document.figures.{name}", self.lang), f"figure_{name}")
        else:
            mark = next((mark for mark in _STYLES if line.startswith(mark)), "")
            self._text(self.made.add_paragraph(style=_STYLES.get(mark, "Normal")), line.removeprefix(mark))

    def _text(self, paragraph: Paragraph, line: str) -> None:
        """Write a line with its references."""
        for place, part in enumerate(_REFERENCE.split(line)):
            if place % 3 == 0:
                paragraph.add_run(part)
            elif place % 3 == 1:
                kind = part
            else:
                label = text(_LABELS[_KINDS[kind]], self.lang)
                add_field(paragraph, f"REF {_KINDS[kind]}_{part} \\h", f"{label}0")

    def _caption(self, kind: str, title: str, bookmark: str) -> None:
        paragraph = self.made.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = kind == "table"
        label = text(_LABELS[kind], self.lang)
        paragraph.add_run(label)
        add_field(paragraph, f"SEQ {label.strip()} \\* ARABIC", "0")
        if bookmark:
            self.marks += 1
            add_bookmark(paragraph, bookmark, self.marks, 0)
        paragraph.add_run(text("document.caption", self.lang, title=title))

    def _figure(self, image: str, title: str, bookmark: str = "") -> None:
        self.made.add_paragraph(image, style="Figure")
        self._caption("figure", title, bookmark)

    def _table(self, table: Table) -> None:
        if table.name == "settlement":
            self._settlement(table)
            return
        self._caption("table", text(f"document.tables.{table.name}", self.lang), f"table_{table.name}")
        self._grid(table, table.columns)

    def _settlement(self, table: Table) -> None:
        """The table with its channels where the data have them, and without."""
        self._caption("table", text("document.tables.settlement", self.lang), "table_settlement")
        self.made.add_paragraph("{%p if settlement_split %}")
        self._grid(table, table.columns)
        self.made.add_paragraph("{%p else %}")
        self._grid(table, (table.columns[0], table.columns[-1]))
        self.made.add_paragraph("{%p endif %}")

    def _grid(self, table: Table, columns: tuple[Column, ...]) -> None:
        """Head, one row that repeats, and total."""
        rows = [
            [f"{{%tr for row in {table.rows} %}}"],
            [f"{{{{ row.{column.value} }}}}" for column in columns],
            ["{%tr endfor %}"],
        ]
        if table.total:
            own = [f"{{{{ {table.total}.{column.value} }}}}" for column in columns[1:]]
            rows.append([f"{{{{ {table.total}.name }}}}", *own])
        grid = self.made.add_table(len(rows) + 1, len(columns), style="Table Grid")
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        narrow(grid._tbl, _MARGIN)  # noqa: SLF001
        whole = fsum(column.share for column in columns)
        for place, column in enumerate(columns):
            grid.columns[place].width = Mm(round(WIDTH * column.share / whole, 1))
            for cell in grid.columns[place].cells:
                cell.width = Mm(round(WIDTH * column.share / whole, 1))
            shaded(grid.cell(0, place)._tc, _HEAD)  # noqa: SLF001 - shading has no name in python-docx
            _cell(grid, 0, place, self._heading(column)).paragraph_format.keep_with_next = True
        for number, row in enumerate(rows, 1):
            for place, content in enumerate(row):
                cell = _cell(grid, number, place, content)
                cell.paragraph_format.keep_with_next = not table.long and number < len(rows)
                if place > 0 and columns[place].unit:
                    cell.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, line in enumerate(grid.rows):
            repeated(line._tr, head=number == 0)  # noqa: SLF001

    def _heading(self, column: Column) -> str:
        label = text(column.heading, self.lang)
        unit = text(f"model.unit.{column.unit or 'none'}", self.lang)
        return f"{label}\n" + text("document.unit", self.lang, unit=unit) if unit else label


def _cell(grid: DocxTable, row: int, place: int, content: str) -> Paragraph:
    paragraph: Paragraph = grid.cell(row, place).paragraphs[0]
    paragraph.style = "Table Text"
    paragraph.add_run(content)
    return paragraph
