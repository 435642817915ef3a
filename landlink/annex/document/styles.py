"""Page, styles and numbering of the document by GB/T 9704-2012 (党政机关公文格式), as far as it fits a plan."""

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from landlink.annex.document.ooxml import add_field, set_east_asian
from landlink.texts import Lang

WIDTH = 156  # mm: of the text on an upright page (GB/T 9704 5.2), 210 less the margins of 28 and 26
LANDSCAPE_WIDTH = 225  # mm: of the text on a page in landscape
# Font of Latin letters and digits.
LATIN = {"zh": "Times New Roman", "en": "Arial"}
# Width and height of the page, mm.
_A4 = (210, 297)
# Margins of an upright page, mm (GB/T 9704 5.2).
_MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}
# Margins of a page in landscape, mm: narrower, so that its tables find room.
_LANDSCAPE_MARGINS = {"top": 20, "bottom": 15, "left": 23, "right": 23}
# Chinese font by role (GB/T 9704; 方正小标宋 for titles).
_FONTS = {"title": "方正小标宋简体", "head": "黑体", "second": "楷体", "body": "仿宋", "table": "宋体"}
# Font that a program takes where it lacks the first.
_OTHER_NAMES = {"方正小标宋简体": "宋体", "仿宋": "仿宋_GB2312", "楷体": "楷体_GB2312"}
# Id of the headings' numbering, beyond those of the blank document.
_NUMBERING = 90


def blank(lang: Lang) -> Docx:
    """Empty document with page, styles and numbering."""
    document = Document()
    _page(document.sections[0])
    _styles(document, lang)
    _number_headings(document, lang)
    _name_fonts(document)
    return document


def begin_landscape(document: Docx) -> None:
    """Begin a section in landscape."""
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(_A4[1]), Mm(_A4[0])
    for side, margin in _LANDSCAPE_MARGINS.items():
        setattr(section, f"{side}_margin", Mm(margin))
    section.header_distance, section.footer_distance = Mm(10), Mm(7)


def _page(section: Section) -> None:
    section.page_width, section.page_height = Mm(_A4[0]), Mm(_A4[1])
    for side, margin in _MARGINS.items():
        setattr(section, f"{side}_margin", Mm(margin))
    section.header_distance, section.footer_distance = Mm(20), Mm(24)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    add_field(footer, "PAGE", "1")
    footer.add_run(" —")


def _styles(document: Docx, lang: Lang) -> None:
    chinese = lang == "zh"
    body = 16 if chinese else 11
    _style(
        document, "Normal", "body", body, lang, line=28 if chinese else 16, indent=2 if chinese else 0, side="justify"
    )
    _style(document, "Title", "title", 22, lang, line=36, side="center", after=12)
    _style(document, "Subtitle", "second", 14, lang, line=24, side="center")
    _style(document, "Heading 1", "head", body, lang, line=28, before=10, bold=not chinese, indent=2 if chinese else 0)
    _style(document, "Heading 2", "second", body, lang, line=28, before=4, bold=not chinese, indent=2 if chinese else 0)
    _style(document, "List Bullet", "body", body, lang, line=28 if chinese else 16)
    bullets = document.styles["List Bullet"].paragraph_format
    bullets.left_indent, bullets.first_line_indent = Pt(2 * body), Pt(-body)
    _style(document, "Caption", "head", 12 if chinese else 10, lang, line=22, side="center", before=6)
    _style(document, "Header", "table", 9, lang, side="center")
    _style(document, "Footer", "table", 14 if chinese else 10, lang, side="center")
    for name, size, side in (("Table Text", 9 if chinese else 8, "center"), ("Note", 10.5 if chinese else 8, "left")):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
        before, after = (2, 8) if name == "Note" else (1.5, 1.5)
        _style(document, name, "table", size, lang, side=side, before=before, after=after)
    for name in ("Figure", "Formula"):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
        _style(document, name, "body", 12, lang, side="center", before=4, after=4)
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["Figure"].paragraph_format.keep_with_next = True


def _style(
    document: Docx,
    name: str,
    role: str,
    size: float,
    lang: Lang,
    *,
    side: str = "left",
    line: float | None = None,
    before: float = 0,
    after: float = 0,
    indent: int = 0,
    bold: bool = False,
) -> None:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)  # noqa: S101 - tells the type checker what the names are of
    set_east_asian(style.element.get_or_add_rPr(), LATIN[lang], _FONTS[role])
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    form = style.paragraph_format
    form.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[side]
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.first_line_indent = Pt(indent * size)
    form.left_indent = Pt(0)
    if line is None:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        form.line_spacing = Pt(line)
    borders = style.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        style.element.pPr.remove(borders)


def _number_headings(document: Docx, lang: Lang) -> None:
    """Let headings and lists number themselves: 一、 and （一） in Chinese, 1 and 1.1 in English."""
    levels = {
        "zh": (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）")),
        "en": (("decimal", "%1"), ("decimal", "%1.%2")),
    }[lang]
    follow = "nothing" if lang == "zh" else "space"
    level_xml = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="Heading{level + 1}"/>'
        f'<w:suff w:val="{follow}"/><w:lvlText w:val="{shown}"/><w:lvlJc w:val="left"/></w:lvl>'
        for level, (kind, shown) in enumerate(levels)
    )
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERING}">'
        f'<w:multiLevelType w:val="multilevel"/>{level_xml}</w:abstractNum>'
    )
    numbering.insert(0, abstract)  # all of them stand before the first use of one
    instance = parse_xml(
        f'<w:num {nsdecls("w")} w:numId="{_NUMBERING}"><w:abstractNumId w:val="{_NUMBERING}"/></w:num>'
    )
    numbering.append(instance)
    for level in (0, 1):
        numbered = document.styles[f"Heading {level + 1}"].element.get_or_add_pPr().get_or_add_numPr()
        numbered.get_or_add_ilvl().val, numbered.get_or_add_numId().val = level, _NUMBERING


def _name_fonts(document: Docx) -> None:
    """Name the font that programs take where they lack one."""
    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/fontTable"))
    alternatives = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _OTHER_NAMES.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", alternatives.encode() + b"</w:fonts>")  # noqa: SLF001
