"""Text of shapefiles whose encoding is declared wrongly or not at all: read as bytes, decoded by what fits it."""

from collections.abc import Iterable

import pandas as pd

# One byte a character, so that text read with it can be turned back into the bytes of the file.
BYTES = "ISO-8859-1"
# Encodings of planners' files; GB 18030 holds GBK and GB 2312.
UTF8 = "utf-8"
GB = "gb18030"
# Spellings of both in .cpg files; "ANSI 936" and "OEM" are common and not understood by GDAL.
_NAMES = {
    UTF8: ("UTF8", "65001", "ANSI65001"),
    GB: ("GBK", "GB2312", "GB18030", "936", "CP936", "ANSI936", "ANSI1252936", "MS936", "EUCCN", "54936"),
}
# First bytes of level 1 of GB 2312: the 3,755 most common characters, rare in text that is decoded wrongly.
_COMMON = range(0xB0, 0xD8)
# DBF fields have a fixed byte width, so up to 3 bytes of a truncated character may be left at their end.
_TORN = 3
# First bytes of GB 2312's punctuation and of its full-width letters.
_SIGNS = (0xA1, 0xA3)


def declared(cpg: str) -> str | None:
    """Encoding that a .cpg file names; None if it is neither of the two.

    Examples
    --------
    >>> declared("ANSI 936")
    'gb18030'
    """
    plain = "".join(filter(str.isalnum, cpg.upper()))
    return next((encoding for encoding, names in _NAMES.items() if plain in names), None)


def encoding_of(texts: Iterable[str], cpg: str | None) -> str | None:
    """Encoding of texts that were read as bytes.

    Parameters
    ----------
    texts
        Texts, each character standing for a byte.
    cpg
        Content of the .cpg file; None without one.

    Returns
    -------
    ``utf-8`` or ``gb18030``: the one in which all texts can be read, and of two such the one that gives more common
    characters, then the declared one. None where neither fits.

    Examples
    --------
    >>> encoding_of([text.encode("gbk").decode(BYTES) for text in ("天河区", "越秀区")], None)
    'gb18030'
    """
    foreign = {text.encode(BYTES) for text in texts if not text.isascii()}
    named = declared(cpg) if cpg else None
    order = [named] if named else []
    order += [encoding for encoding in (UTF8, GB) if encoding != named]
    decoded = {encoding: [_decode(text, encoding) for text in foreign] for encoding in order}
    fitting = [encoding for encoding in order if None not in decoded[encoding]]
    return max(fitting, key=lambda encoding: _commonness(decoded[encoding]), default=None)


def decode(text: str, encoding: str) -> str:
    """Text that was read as bytes; a character truncated at the end of its field is left out."""
    return text if text.isascii() else _decode(text.encode(BYTES), encoding) or ""


def decode_column(column: "pd.Series[str]", encoding: str) -> "pd.Series[str]":
    """A column of text that was read as bytes; equal cells are decoded once."""
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
        if len(raw := letter.encode("gb2312", "replace")) > 1 and (raw[0] in _COMMON or raw[0] in _SIGNS)
    )
    return round(common / len(letters), 2) if letters else 1.0
