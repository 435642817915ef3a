"""Map sheets as files: a PDF of a page each, and pictures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font, ttfFontProperty

from landlink.annex.fonts import SHIPPED
from landlink.annex.maps.embedding import truetype
from landlink.annex.maps.panel import NUMBER
from landlink.annex.maps.sheets import Sheet
from landlink.texts import Lang, text

# Fonts are embedded as TrueType. matplotlib takes this for all that it writes, hence one file at a time.
_TRUETYPE: Any = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "pdf.compression": 5}
_WRITING = Lock()


def write_pdf(sheets: Sequence[Sheet], path: str | Path, lang: Lang) -> None:
    """Write sheets as vector pages with their fonts embedded; the same sheets give the same bytes.

    Parameters
    ----------
    lang
        Language of the document's title.
    """
    metadata = {"Title": text("maps.book", lang), "Creator": "landlink", "CreationDate": None, "ModDate": None}
    with _WRITING:
        figures = [sheet.figure for sheet in sheets]
        _take_truetype(figures)
        with rc_context(_TRUETYPE), PdfPages(path, metadata=metadata) as pages:
            for figure in figures:
                FigureCanvasPdf(figure)
                pages.savefig(figure)


def png(sheet: Sheet, dpi: int = 150, *, numbered: bool = True) -> bytes:
    """Picture of a sheet.

    Parameters
    ----------
    dpi
        Pixels an inch.
    numbered
        With its number; a document gives it another one.
    """
    with _WRITING:
        figure = sheet.figure
        FigureCanvasAgg(figure)
        numbers = [artist for axes in figure.axes for artist in axes.texts if artist.get_gid() == NUMBER]
        for artist in numbers:
            artist.set_visible(numbered)
        content = BytesIO()
        figure.savefig(content, format="png", dpi=dpi, metadata={"Software": None})
        for artist in numbers:
            artist.set_visible(True)
    return content.getvalue()


def _take_truetype(figures: Iterable[Figure]) -> None:
    """Set characters that only a font with PostScript outlines has in a TrueType copy of that font."""
    for artist in (artist for figure in figures for axes in figure.axes for artist in axes.texts):
        font = artist.get_fontproperties().copy()
        families = list(font.get_family())
        characters = set(artist.get_text()) - {"\n"}
        for index, family in enumerate(families):
            if not characters:
                break
            path = findfont(FontProperties(family=[family], weight=font.get_weight()))
            known = {character for character in characters if get_font(path).get_char_index(ord(character))}
            if known and family not in SHIPPED:
                families[index] = _COPIES.family(str(path), getattr(path, "face_index", 0), known) or family
            characters -= known
        if families != font.get_family():
            font.set_family(families)
            artist.set_fontproperties(font)


class _Copies:
    """TrueType copies made so far, which last as long as the process."""

    def __init__(self) -> None:
        # Windows does not delete a font that is still open.
        self._folder = TemporaryDirectory(prefix="landlink-", ignore_cleanup_errors=True)
        self._families: dict[tuple[str, int], str] = {}
        self._signs: dict[tuple[str, int], set[str]] = defaultdict(set)

    def family(self, font: str, face: int, characters: AbstractSet[str]) -> str:
        """Name by which matplotlib knows a copy that has the characters; empty where the font is TrueType already."""
        key = font, face
        copied = self._signs[key]
        if self._families.get(key) != "" and not characters <= copied:
            copied |= characters
            name = f"landlink-{len(self._signs)}-{len(copied)}"
            target = Path(self._folder.name) / f"{name}.ttf"
            self._families[key] = name if truetype(font, face, copied, target) else ""
            if target.exists():
                fontManager.ttflist.append(replace(ttfFontProperty(get_font(target)), name=name))
        return self._families[key]


_COPIES = _Copies()
