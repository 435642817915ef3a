"""Text of shapefiles, whose encoding is declared wrongly or not at all: read as bytes, decoded by what fits."""

from collections.abc import Iterable

import pandas as pd

# One byte, one character: text read so can be turned back into the bytes that stand in the file.
BYTES = "ISO-8859-1"
UTF8, GB = "utf-8", "gb18030"
# What a .cpg file may say for them; "ANSI 936" and "OEM" are common and not understood by GDAL.
_NAMES = {
    UTF8: ("UTF8", "65001", "ANSI65001"),
    GB: ("GBK", "GB2312", "GB18030", "936", "CP936", "ANSI936", "ANSI1252936", "MS936", "EUCCN", "54936"),
}
# The first plane of GB 2312: the 3,755 commonest characters, which true text is made of and mistaken text is not.
_COMMON = range(0xB0, 0xD8)
# A field ends after so many bytes, maybe within a character.
_TORN = 3


def declared(cpg: str) -> str | None:
    """Encoding that a .cpg file's text names, of those that are understood."""
    plain = "".join(filter(str.isalnum, cpg.upper()))
    return next((encoding for encoding, names in _NAMES.items() if plain in names), None)


def encoding_of(texts: Iterable[str], cpg: str | None) -> str | None:
    """Encoding of texts that were read as bytes.

    Parameters
    ----------
    texts
        Texts, each character standing for a byte.
    cpg
        What the .cpg file says, or None without one.

    Returns
    -------
    ``utf-8`` or ``gb18030``: the one in which all texts can be read, and of two such the one that gives common
    characters, then the declared one. None where neither fits.
    """
    foreign = {text.encode(BYTES) for text in texts if not text.isascii()}
    named = declared(cpg) if cpg else None
    order = [named] if named else []
    order += [encoding for encoding in (UTF8, GB) if encoding != named]
    decoded = {encoding: [_decode(text, encoding) for text in foreign] for encoding in order}
    fitting = [encoding for encoding in order if None not in decoded[encoding]]
    return max(fitting, key=lambda encoding: _commonness(decoded[encoding]), default=None)


def decode(text: str, encoding: str) -> str:
    """Text that was read as bytes; a character torn at the end of its field is left out."""
    return text if text.isascii() else _decode(text.encode(BYTES), encoding) or ""


def decode_column(column: "pd.Series[str]", encoding: str) -> "pd.Series[str]":
    """A column of such text; equal cells are decoded once."""
    known = {cell: decode(cell, encoding) for cell in column.dropna().unique()}
    return column.map(known)


def _decode(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        torn = error.start >= len(raw) - _TORN and error.start > 0
        return raw[: error.start].decode(encoding) if torn else None


def _commonness(texts: Iterable[str | None]) -> float:
    """Share of common characters among those beyond ASCII."""
    letters = [letter for text in texts for letter in text or "" if not letter.isascii()]
    common = sum(
        1
        for letter in letters
        if len(raw := letter.encode("gb2312", "replace")) > 1 and (raw[0] in _COMMON or raw[0] in (0xA1, 0xA3))
    )
    return round(common / len(letters), 2) if letters else 1.0
