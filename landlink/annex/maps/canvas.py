"""Drawing on a page in millimetres from its lower left corner: text, lines, areas and marks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text

from landlink.annex.fonts import check_signs, fonts
from landlink.errors import DataError, Fault
from landlink.texts import Lang

# Width and height of the papers, mm.
PAPERS = {"A4": (297.0, 210.0), "A3": (420.0, 297.0), "A2": (594.0, 420.0), "A1": (841.0, 594.0)}
# The sheet that all lengths are stated for, mm: others are that one made larger or smaller.
WIDTH, HEIGHT = PAPERS["A3"]
MM_PER_INCH = 25.4  # mm
MM_PER_POINT = MM_PER_INCH / 72  # mm: 72 points an inch
# Distance from line to line of a text, as a share of the size of the type.
LEADING = 1.3
# Text and frames.
DARK = "#222222"
# Text that is not what the sheet is about.
GREY = "#6f6f6f"
# Graticule and rules of tables.
HAIR = "#b5b5b5"
# Resolution at which texts are measured, pixels an inch.
_MEASURED_AT = 288.0
# Marks that look larger or smaller than others of their size.
_MARK_SIZES = {"D": 0.8, "P": 1.1, "X": 1.1}
# Width of the rim of a mark, points.
_MARK_RIM = 0.6
# Sizes of the type to a width of the halo around it.
_HALO = 4.5
_CLOSING = " ，。；：、）》”"  # punctuation that stays with the character before it
_OPENING = "（《“"  # punctuation that stays with the character behind it
# First code of a Chinese character; those below are Latin.
_FIRST_WIDE = 0x2E80


class Canvas:
    """A page and what draws on it.

    Parameters
    ----------
    paper
        Name in :data:`PAPERS`.
    lang
        Language of the texts, which decides on the fonts.

    Raises
    ------
    DataError
        There is no such paper.
    """

    def __init__(self, paper: str, lang: Lang) -> None:
        check_paper(paper)
        self.lang = lang
        self.body, self.bold = fonts(lang)
        # Length on this paper of a length on A3.
        self.ratio = PAPERS[paper][0] / WIDTH
        # The height by the same ratio, some hundredths of a mm off the norm, so that the map's scale is one.
        size = (WIDTH * self.ratio / MM_PER_INCH, HEIGHT * self.ratio / MM_PER_INCH)
        self.figure = Figure(figsize=size, dpi=_MEASURED_AT, facecolor="white", layout=None)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(0, HEIGHT)
        self.axes.set_axis_off()

    def points(self, size: float) -> float:
        """Points on this paper of points on A3."""
        return size * self.ratio

    def width_of(self, string: str, size: float, *, bold: bool = False) -> float:
        """Width of a line of text in mm."""
        return _points_of(string, self.points(size), self.lang, bold=bold) * MM_PER_POINT / self.ratio

    def wrapped(self, string: str, size: float, width: float) -> list[str]:
        """Lines of a text that are no wider than a width, mm: broken between words, and between Chinese characters."""
        lines = [""]
        for word in _words(string):
            if lines[-1] and self.width_of((lines[-1] + word).rstrip(), size) > width:
                lines[-1] = lines[-1].rstrip()
                lines.append("")
            lines[-1] += word if lines[-1] else word.lstrip()
        return lines

    def text(
        self,
        x: float,
        y: float,
        string: str,
        size: float,
        *,
        bold: bool = False,
        color: str = DARK,
        ha: str = "left",
        va: str = "center",
        rotation: float = 0,
        halo: bool = False,
        zorder: float = 10,
        gid: str = "",
    ) -> Text:
        """Write one line of text, or several; a halo is drawn beneath it, so that the text itself stays text.

        Raises
        ------
        OutputError
            No installed font has one of its characters.
        """
        check_signs(string, self.lang)
        font = self._font(size, bold=bold)
        placed: dict[str, Any] = {"ha": ha, "va": va, "rotation": rotation, "linespacing": LEADING}
        if halo:
            around = Stroke(linewidth=self.points(size / _HALO), foreground="white", joinstyle="round")
            self.axes.text(
                x,
                y,
                string,
                fontproperties=font,
                path_effects=[around],
                zorder=zorder - 0.1,
                parse_math=False,
                **placed,
            )
        artist = self.axes.text(
            x, y, string, fontproperties=font, color=color, zorder=zorder, parse_math=False, **placed
        )
        artist.set_gid(gid or None)
        return artist

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        color: str = DARK,
        width: float = 0.6,
        dashes: tuple[float, ...] = (),
        zorder: float = 5,
        gid: str = "",
    ) -> None:
        """Draw a line through points."""
        xs, ys = zip(*points, strict=True)
        artist = Line2D(xs, ys, color=color, linewidth=self.points(width), zorder=zorder, solid_capstyle="butt")
        if dashes:
            artist.set_linestyle((0, dashes))
        artist.set_gid(gid or None)
        self.axes.add_artist(artist)

    def area(
        self,
        shape: shapely.Geometry,
        *,
        face: str = "none",
        edge: str = "none",
        width: float = 0.5,
        dashes: tuple[float, ...] = (),
        hatch: str = "",
        picture: bool = False,
        clip: tuple[float, float, float, float] | None = None,
        zorder: float = 2,
        gid: str = "",
    ) -> None:
        """Draw polygons or lines.

        Parameters
        ----------
        face, edge
            Colours; ``none`` where there is none.
        width
            Of the edge, points.
        picture
            Draw them as an image, which very many shapes are quicker as.
        clip
            Box that they are cut off at.
        """
        path = _path(shape)
        if path is None:
            return
        patch = PathPatch(
            path,
            facecolor=face,
            edgecolor=edge,
            linewidth=self.points(width) if edge != "none" else 0,
            linestyle=(0, dashes) if dashes else "-",
            joinstyle="round",
            zorder=zorder,
        )
        patch.set_gid(gid or None)
        patch.set_rasterized(picture)
        patch.set_antialiased(not picture)  # or seams between shapes side by side would show
        self._add(patch, clip)
        if hatch:
            color = edge if edge != "none" else GREY
            self._add(PathPatch(path, facecolor="none", edgecolor=color, linewidth=0, hatch=hatch, zorder=zorder), clip)

    def box(
        self, left: float, bottom: float, right: float, top: float, *, face: str = "none", edge: str = "none",
        width: float = 0.5, dashes: tuple[float, ...] = (), hatch: str = "", zorder: float = 2, gid: str = "",
    ) -> None:  # fmt: skip
        """Draw a rectangle."""
        shape = shapely.box(left, bottom, right, top)
        self.area(shape, face=face, edge=edge, width=width, dashes=dashes, hatch=hatch, zorder=zorder, gid=gid)

    def image(self, pixels: npt.NDArray[np.uint8], box: tuple[float, float, float, float], *, zorder: float) -> None:
        """Draw an image, its rows from the bottom up, into a box."""
        left, bottom, right, top = box
        self.axes.imshow(
            pixels, extent=(left, right, bottom, top), origin="lower", interpolation="none", zorder=zorder,
            aspect="auto", resample=False,
        )  # fmt: skip
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(0, HEIGHT)

    def mark(
        self, x: float, y: float, marker: str, color: str, *, size: float = 2.8, zorder: float = 7, gid: str = ""
    ) -> None:
        """Draw a mark of a size in mm."""
        wide = size * _MARK_SIZES.get(marker, 1.0)
        artist = Line2D(
            [x], [y], marker=marker, linestyle="none", markersize=self.points(wide / MM_PER_POINT),
            markerfacecolor=color, markeredgecolor="white", markeredgewidth=self.points(_MARK_RIM), zorder=zorder,
        )  # fmt: skip
        artist.set_gid(gid or None)
        self.axes.add_artist(artist)

    def _font(self, size: float, *, bold: bool) -> FontProperties:
        font = (self.bold if bold else self.body).copy()
        font.set_size(self.points(size))
        return font

    def _add(self, patch: PathPatch, clip: tuple[float, float, float, float] | None) -> None:
        self.axes.add_artist(patch)
        if clip is not None:
            left, bottom, right, top = clip
            corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
            patch.set_clip_path(Path(corners, closed=True), self.axes.transData)


def check_paper(name: str) -> None:
    """Refuse a name that is no paper of :data:`PAPERS`.

    Raises
    ------
    DataError
        There is no such paper.
    """
    if name not in PAPERS:
        raise DataError(Fault("option.choice", {"option": "paper", "value": name, "choices": " | ".join(PAPERS)}))


@lru_cache(maxsize=20_000)
def _points_of(string: str, size: float, lang: Lang, *, bold: bool) -> float:
    """Width of a line of text in points."""
    check_signs(string, lang)
    measuring: Any = RendererAgg(8, 8, _MEASURED_AT)  # type: ignore[no-untyped-call]
    font = fonts(lang)[1 if bold else 0].copy()
    font.set_size(size)
    wide, _, _ = measuring.get_text_width_height_descent(string, font, ismath=False)
    return float(wide) * 72 / _MEASURED_AT


def _words(string: str) -> list[str]:
    """Pieces that a line may be broken between; punctuation stays with what it closes or opens."""
    words: list[str] = []
    for character in string:
        last = words[-1][-1] if words else " "
        latin = not (_is_wide(character) or _is_wide(last) or last == " ")
        if words and (latin or character in _CLOSING or last in _OPENING):
            words[-1] += character
        else:
            words.append(character)
    return words


def _is_wide(character: str) -> bool:
    return ord(character) >= _FIRST_WIDE


def _path(shape: shapely.Geometry) -> Path | None:
    """Outline of polygons, with their holes, or of lines."""
    parts = [part for part in shapely.get_parts(shape, return_index=False) if not shapely.is_empty(part)]
    lines = []
    for part in parts:
        if part.geom_type == "Polygon":
            lines += [part.exterior, *part.interiors]
        elif part.geom_type == "LineString":
            lines.append(part)
    if not lines:
        return None
    points = [shapely.get_coordinates(line) for line in lines]
    codes = [np.r_[Path.MOVETO, np.full(len(line) - 1, Path.LINETO)] for line in points]
    return Path(np.concatenate(points), np.concatenate(codes).astype(Path.code_type))
