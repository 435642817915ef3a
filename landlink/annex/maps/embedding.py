"""Fonts as a PDF can embed them for every reader: TrueType outlines, of the characters that are used alone."""

from collections.abc import Collection
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

# Largest distance between old and new outline, units of which an em has some thousand.
_ERROR = 0.5
# Fields of the table maxp that only TrueType has.
_MAXP = (
    *("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
    *("maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints"),
    *("maxCompositeContours", "maxComponentDepth"),
)


def truetype(path: str, face: int, characters: Collection[str], target: Path) -> bool:
    """Write the characters of a font with PostScript outlines, of a collection too, as a TrueType font.

    matplotlib embeds PostScript outlines in a way that PDF readers warn of, TrueType ones as readers expect.

    Parameters
    ----------
    face
        Index of the font in its collection, 0 where it is in none.
    characters
        Characters to be kept, all of which the font has.

    Returns
    -------
    False, and no file, where the font's outlines are TrueType already.
    """
    options = subset.Options(font_number=face, notdef_outline=True, hinting=False, recalc_timestamp=False)
    font = subset.load_font(path, options)
    if "CFF " not in font:
        font.close()
        return False
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    _convert(font)
    font.save(target)
    font.close()
    return True


def _convert(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones, and the tables that say so."""
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    for name in ("CFF ", "VORG"):
        if name in font:
            del font[name]
    for name in order:
        glyphs[name].recalcBounds(table)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyphs[name], "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in _MAXP:
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    font["head"].glyphDataFormat = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
