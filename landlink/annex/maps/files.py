"""Map sheets as files: a PDF of a page each, and pictures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.text import Text

from landlink.annex.maps.embedding import truetype
from landlink.annex.maps.sheets import Sheet
from landlink.texts import Lang, text

# Fonts are embedded as TrueType, which matplotlib can only be told for all that it writes: one file at a time.
_TRUETYPE: Any = {"pdf.fonttype": 42, "pdf.use14corefonts": False, "pdf.compression": 6}
_WRITING = Lock()


def write_pdf(sheets: Sequence[Sheet], path: str | Path, lang: Lang) -> None:
    """Write sheets as vector pages with their fonts embedded; the same sheets give the same bytes.

    Parameters
    ----------
    lang
        Language of the document's title.
    """
    told = {"Title": text("maps.book", lang), "Creator": "landlink", "CreationDate": None, "ModDate": None}
    figures = [sheet.draw() for sheet in sheets]
    # Windows does not delete a font that is still open.
    with TemporaryDirectory(prefix="landlink-", ignore_cleanup_errors=True) as folder:
        _take_truetype(figures, Path(folder))
        with _WRITING, rc_context(_TRUETYPE), PdfPages(path, metadata=told) as pages:
            for figure in figures:
                FigureCanvasPdf(figure)
                pages.savefig(figure)


def png(sheet: Sheet, dpi: int = 150) -> bytes:
    """Picture of a sheet, at a resolution in pixels an inch."""
    figure = sheet.draw()
    FigureCanvasAgg(figure)
    held = BytesIO()
    figure.savefig(held, format="png", dpi=dpi, metadata={"Software": None})
    return held.getvalue()


def _take_truetype(figures: Iterable[Figure], folder: Path) -> None:
    """Set the figures' texts in TrueType copies of their fonts, where these have other outlines and all the signs."""
    texts = defaultdict(list)
    for figure in figures:
        for artist in figure.findobj(Text):
            if isinstance(artist, Text) and artist.get_text():
                texts[findfont(artist.get_fontproperties())].append(artist)
    for place, (font, artists) in enumerate(texts.items()):
        target = folder / f"{place}.ttf"
        signs = {sign for artist in artists for sign in artist.get_text()} - {"\n"}
        known = truetype(str(font), getattr(font, "face_index", 0), signs, target)
        for artist in artists:
            if set(artist.get_text()) <= known | {"\n"} and known:
                size = artist.get_fontsize()
                artist.set_fontproperties(FontProperties(fname=target, size=size))
