"""Map sheets as files: a PDF of a page each, and pictures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from string import printable, whitespace
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from landlink.annex.maps.embedding import truetype
from landlink.annex.maps.panel import NUMBER
from landlink.annex.maps.sheets import Sheet
from landlink.texts import LANGS, Lang, catalogue, text

# Fonts are embedded as TrueType, which matplotlib can only be told for all that it writes: one file at a time.
_TRUETYPE: Any = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "pdf.compression": 5}
_WRITING = Lock()


def write_pdf(sheets: Sequence[Sheet], path: str | Path, lang: Lang) -> None:
    """Write sheets as vector pages with their fonts embedded; the same sheets give the same bytes.

    Parameters
    ----------
    lang
        Language of the document's title.
    """
    told = {"Title": text("maps.book", lang), "Creator": "landlink", "CreationDate": None, "ModDate": None}
    with _WRITING:
        figures = [sheet.figure for sheet in sheets]
        _take_truetype(figures)
        with rc_context(_TRUETYPE), PdfPages(path, metadata=told) as pages:
            for figure in figures:
                FigureCanvasPdf(figure)
                pages.savefig(figure)


def png(sheet: Sheet, dpi: int = 150, *, numbered: bool = True) -> bytes:
    """Picture of a sheet, at a resolution in pixels an inch; without its number where it gets another one."""
    with _WRITING:
        figure = sheet.figure
        FigureCanvasAgg(figure)
        numbers = [told for axes in figure.axes for told in axes.texts if told.get_gid() == NUMBER]
        for told in numbers:
            told.set_visible(numbered)
        held = BytesIO()
        figure.savefig(held, format="png", dpi=dpi, metadata={"Software": None})
        for told in numbers:
            told.set_visible(True)
    return held.getvalue()


def _take_truetype(figures: Iterable[Figure]) -> None:
    """Set the figures' texts in TrueType copies of their fonts, where these have other outlines and all the signs."""
    texts = defaultdict(list)
    for figure in figures:
        for artist in (artist for axes in figure.axes for artist in axes.texts if artist.get_text()):
            texts[findfont(artist.get_fontproperties())].append(artist)
    for font, artists in texts.items():
        signs = {sign for artist in artists for sign in artist.get_text()} - {"\n"}
        copy = _COPIES.of(str(font), getattr(font, "face_index", 0), signs)
        for artist in artists:
            if copy is not None and set(artist.get_text()) <= copy.signs | {"\n"}:
                artist.set_fontproperties(FontProperties(fname=copy.path, size=artist.get_fontsize()))


@dataclass(frozen=True, slots=True)
class _Copy:
    """TrueType copy of a font with some of its signs."""

    path: Path
    signs: AbstractSet[str]


class _Copies:
    """TrueType copies made so far, which last as long as the process: editions share most signs."""

    def __init__(self) -> None:
        # Windows does not delete a font that is still open.
        self._folder = TemporaryDirectory(prefix="landlink-", ignore_cleanup_errors=True)
        self._made: dict[tuple[str, int], _Copy] = {}
        self._asked: dict[tuple[str, int], set[str]] = defaultdict(set)

    def of(self, font: str, face: int, signs: AbstractSet[str]) -> _Copy | None:
        """Copy of a font that has the signs, as far as the font has them; None where it is TrueType already."""
        key, asked = (font, face), self._asked[font, face]
        if not signs <= asked:
            asked |= signs | _common()
            target = Path(self._folder.name) / f"{len(self._asked)}-{len(asked)}.ttf"
            self._made[key] = _Copy(target, truetype(font, face, asked, target))
        made = self._made[key]
        return made if made.signs else None


@cache
def _common() -> frozenset[str]:
    """Signs of all texts that map sheets have, and digits and letters."""
    told = (message for lang in LANGS for name, message in catalogue(lang).items() if name.startswith("maps."))
    return frozenset("".join(told) + printable) - set(whitespace) | {" "}


_COPIES = _Copies()
