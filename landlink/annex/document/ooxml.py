"""Parts of a Word document that python-docx does not know: fields, bookmarks, and properties of tables."""

import re
from collections.abc import Iterator

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from landlink.errors import DataError, Fault

# A caption's number, by the name of its sequence, and a reference, by the name of its bookmark.
_SEQUENCE = re.compile(r"\s*SEQ\s+(\S+)")
_REFERENCE = re.compile(r"\s*REF\s+(\S+)")


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Add a field with what it shows until a program updates it."""
    for kind, content in (("begin", ""), ("", instruction), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run(content if kind == "shown" else "")
        if kind == "shown":
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.set(qn("xml:space"), "preserve")
            part.text = f" {content} "
        run._r.append(part)  # noqa: SLF001 - python-docx gives no other way to an element


def add_bookmark(paragraph: Paragraph, name: str, number: int, first: int) -> None:
    """Put a bookmark around the runs of a paragraph from the index ``first`` on."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for part in (start, end):
        part.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph.runs[first]._r.addprevious(start)  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def number_fields(body: BaseOxmlElement) -> None:
    """Number captions in their order, and let references show what they refer to.

    Programs do so when they update fields; a document is to be right before.

    Raises
    ------
    DataError
        A reference is to a table or figure that the document does not have.
    """
    counts: dict[str, int] = {}
    for instruction, shown in _fields(body):
        if match := _SEQUENCE.match(instruction):
            counts[match[1]] = counts.get(match[1], 0) + 1
            shown.text = str(counts[match[1]])
    marked = {start.get(qn("w:name")): _marked_text(start) for start in body.iter(qn("w:bookmarkStart"))}
    for instruction, shown in _fields(body):
        if match := _REFERENCE.match(instruction):
            if match[1] not in marked:
                raise DataError(Fault("document.reference_missing", {"name": match[1], "have": ", ".join(marked)}))
            shown.text = marked[match[1]]


def drop_empty_end(body: BaseOxmlElement) -> None:
    """Take away a last section without content, as it would be an empty page."""
    last, breaks = body.find(qn("w:sectPr")), body.findall(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:sectPr')}")
    if last is None or not breaks:
        return
    before = breaks[-1].getparent().getparent()
    after = list(before.itersiblings())[:-1]
    if not any(part.findall(f".//{qn('w:r')}") for part in after):
        for part in (*after, last):
            body.remove(part)
        body.append(breaks[-1])


def _fields(body: BaseOxmlElement) -> Iterator[tuple[str, BaseOxmlElement]]:
    """Instruction of each field with the text that it shows."""
    for begin in body.iter(qn("w:fldChar")):
        if begin.get(qn("w:fldCharType")) != "begin":
            continue
        instruction, after = "", False
        for run in begin.getparent().itersiblings(qn("w:r")):
            kinds = [part.get(qn("w:fldCharType")) for part in run.iter(qn("w:fldChar"))]
            instruction += "".join(part.text or "" for part in run.iter(qn("w:instrText")))
            if "end" in kinds:
                break
            texts = list(run.iter(qn("w:t")))
            if after and texts:
                yield instruction, texts[0]
                break
            after = after or "separate" in kinds


def text_of(part: BaseOxmlElement) -> str:
    """Text of a part of a document, as a reader sees it."""
    return "".join(text.text or "" for text in part.iter(qn("w:t")))


def _marked_text(start: BaseOxmlElement) -> str:
    """Text of a bookmark, from the element where it starts."""
    number, content = start.get(qn("w:id")), ""
    for part in start.itersiblings():
        if part.tag == qn("w:bookmarkEnd") and part.get(qn("w:id")) == number:
            break
        content += text_of(part)
    return content


def set_east_asian(element: BaseOxmlElement, latin: str, chinese: str) -> None:
    """Set the fonts of a style's or run's properties, in place of those of the document's theme."""
    fonts = element.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{name}"), font)


def shade(cell: BaseOxmlElement, color: str) -> None:
    """Shade a cell of a table."""
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        shading.set(qn(f"w:{name}"), value)
    cell.get_or_add_tcPr().append(shading)


def keep_row(row: BaseOxmlElement, *, head: bool) -> None:
    """Keep a row on one page; repeat it on each where it is the table's head."""
    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def set_cell_margins(table: BaseOxmlElement, margin: int) -> None:
    """Set the margins left and right of a table's cells, in twentieths of a point."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), str(margin))
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    table.tblPr.append(margins)
