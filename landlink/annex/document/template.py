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

from landlink.annex.document.ooxml import add_bookmark, add_field, keep_row, set_cell_margins, shade
from landlink.annex.document.styles import WIDTH, begin_landscape, blank
from landlink.annex.document.tables import TABLES, Column, Table
from landlink.annex.undated import undated
from landlink.present.labels import symbol
from landlink.texts import Lang, text

# Style of a line by how it begins.
_STYLES = {
    "% ": "Title",
    "%% ": "Subtitle",
    "# ": "Heading 1",
    "## ": "Heading 2",
    "- ": "List Bullet",
    ": ": "Note",
    "$$ ": "Formula",
}
# A reference to a table or figure in a line.
_REFERENCE = re.compile(r"\[(表|图):(\w+)\]")
_KINDS = {"表": "table", "图": "figure"}
_LABELS = {"table": "document.table", "figure": "document.figure"}
# Colour of a table's head.
_HEAD = "DDE6EE"
# Margin of a cell, twentieths of a point.
_MARGIN = 45


@cache
def template(lang: Lang) -> bytes:
    """Template that comes with landlink, as a docx file.

    Its text is written in ``zh.md`` and ``en.md`` beside this module: ``#`` and ``##`` headings, ``-`` list items,
    ``:`` notes, ``^`` the header, ``|name|`` a table, ``!name|`` a chart, ``!!image|caption`` an image on a
    landscape page, ``$$`` a formula, ``[表:name]`` and ``[图:name]`` references, ``=====`` the landscape pages;
    all else are paragraphs.
    """
    document = blank(lang)
    writer = _Writer(document, lang)
    for line in files(__package__).joinpath(f"{lang}.md").read_text(encoding="utf-8").splitlines():
        if line:
            writer.write(line)
    document.core_properties.title = text("document.title", lang)
    document.core_properties.author = "landlink"
    content = io.BytesIO()
    document.save(content)
    return undated(content.getvalue())


class _Writer:
    """Writes the lines of the template's text."""

    def __init__(self, document: Docx, lang: Lang) -> None:
        self.document, self.lang, self.bookmarks = document, lang, 0

    def write(self, line: str) -> None:
        """Write one line."""
        if line == "=====":
            begin_landscape(self.document)
        elif line.startswith("^ "):
            self.document.sections[0].header.paragraphs[0].add_run(line.removeprefix("^ "))
        elif line.startswith("|"):
            self._table(TABLES[line.strip("|")])
        elif line.startswith("!!"):
            image, _, caption = line.removeprefix("!!").partition("|")
            self._figure(image, caption)
        elif line.startswith("!"):
            name = line.strip("!|")
            self._figure(f"{{{{ charts.{name} }}}}", text(f"document.figures.{name}", self.lang), f"figure_{name}")
        else:
            prefix = next((prefix for prefix in _STYLES if line.startswith(prefix)), "")
            self._text(self.document.add_paragraph(style=_STYLES.get(prefix, "Normal")), line.removeprefix(prefix))

    def _text(self, paragraph: Paragraph, line: str) -> None:
        """Write a line with its references."""
        end = 0
        for reference in _REFERENCE.finditer(line):
            paragraph.add_run(line[end : reference.start()])
            kind, name = _KINDS[reference[1]], reference[2]
            add_field(paragraph, f"REF {kind}_{name} \\h", f"{text(_LABELS[kind], self.lang)}0")
            end = reference.end()
        paragraph.add_run(line[end:])

    def _caption(self, kind: str, title: str, bookmark: str) -> None:
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = kind == "table"
        label = text(_LABELS[kind], self.lang)
        paragraph.add_run(label)
        add_field(paragraph, f"SEQ {label.strip()} \\* ARABIC", "0")
        if bookmark:
            self.bookmarks += 1
            add_bookmark(paragraph, bookmark, self.bookmarks, 0)
        paragraph.add_run(text("document.caption", self.lang, title=title))

    def _figure(self, image: str, title: str, bookmark: str = "") -> None:
        self.document.add_paragraph(image, style="Figure")
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
        self.document.add_paragraph("{%p if settlement_split %}")
        self._grid(table, table.columns)
        self.document.add_paragraph("{%p else %}")
        self._grid(table, (table.columns[0], table.columns[-1]))
        self.document.add_paragraph("{%p endif %}")

    def _grid(self, table: Table, columns: tuple[Column, ...]) -> None:
        """Head, one row that repeats, and total."""
        rows = [
            [f"{{%tr for row in {table.rows} %}}"],
            [f"{{{{ row.{column.value} }}}}" for column in columns],
            ["{%tr endfor %}"],
        ]
        if table.total:
            names = ["name", *(column.value for column in columns[1:])]
            rows.append([f"{{{{ {table.total}.{name} }}}}" for name in names])
        grid = self.document.add_table(len(rows) + 1, len(columns), style="Table Grid")
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        set_cell_margins(grid._tbl, _MARGIN)  # noqa: SLF001
        whole = fsum(column.share for column in columns)
        for index, column in enumerate(columns):
            grid.columns[index].width = Mm(round(WIDTH * column.share / whole, 1))
            for cell in grid.columns[index].cells:
                cell.width = Mm(round(WIDTH * column.share / whole, 1))
            shade(grid.cell(0, index)._tc, _HEAD)  # noqa: SLF001 - python-docx does not know shading
            _cell(grid, 0, index, self._heading(column)).paragraph_format.keep_with_next = True
        for number, row in enumerate(rows, 1):
            for index, content in enumerate(row):
                cell = _cell(grid, number, index, content)
                cell.paragraph_format.keep_with_next = not table.long and number < len(rows)
                if index > 0 and columns[index].unit:
                    cell.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, line in enumerate(grid.rows):
            keep_row(line._tr, head=number == 0)  # noqa: SLF001

    def _heading(self, column: Column) -> str:
        label, unit = text(column.heading, self.lang), symbol(column.unit, self.lang)
        return f"{label}\n" + text("document.unit", self.lang, unit=unit) if unit else label


def _cell(grid: DocxTable, row: int, column: int, content: str) -> Paragraph:
    """Write a cell and return its paragraph."""
    paragraph: Paragraph = grid.cell(row, column).paragraphs[0]
    paragraph.style = "Table Text"
    paragraph.add_run(content)
    return paragraph
