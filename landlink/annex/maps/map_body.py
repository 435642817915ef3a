"""The map of a sheet: districts, names, sites, graticule, frame, north arrow and scale bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from landlink.annex.maps.canvas import DARK, GREY, HAIR, LEADING, MM_PER_POINT, Canvas
from landlink.annex.maps.frame import Bar, Frame, degrees_minutes, graticule, scale_bar
from landlink.annex.maps.placement import Name, PlacedName, place_beside, place_names
from landlink.annex.maps.themes import Theme
from landlink.present.colors import OTHER_DISTRICT
from landlink.texts import text

# From the inner neat line to the outer one, where the degrees stand, mm.
RIM = 6.0
# Sizes of the type.
NAME_SIZE = 10.5  # points: names of the districts that the sheet is about
OTHER_SIZE = 8.5  # points: names of other districts, smaller
DEGREE_SIZE = 7.5  # points: degrees on the frame
BAR_SIZE = 8.0  # points: scale bar
ID_SIZE = 7.0  # points: ids of sites, which stand close together
CAPTION_SIZE = 12.0  # points: captions of a sheet's two maps
# Size of a site's mark, mm.
SITE_SIZE = 3.4
# Boundary of the city.
CITY_EDGE = "#3c3c3c"
CITY_WIDTH = 1.5  # points
CITY_DASHES = (7.0, 1.6, 1.2, 1.6)  # line widths: dash, gap, dot, gap
EDGE = "#6b6b6b"  # boundary of a district
OTHER_EDGE = "#9a9a9a"  # boundary of a district that the sheet is not about
WIDTH_OF_EDGE = 0.6  # points: less than the city's
# Boundary of the central area.
CENTRE_EDGE = "#8a1c1c"
CENTRE_WIDTH = 1.4  # points
CENTRE_DASHES = (4.0, 2.0)  # line widths: dash, gap
_ARROW = (11.0, 19.0)  # mm: width and height of the north arrow
_ARROW_GAP = 3.0  # mm: from the north arrow to the frame
# Width and height that are kept free for a caption, mm.
_CAPTION = (34.0, 11.0)
# Distance of names from the frame, mm.
_NAME_GAP = 1.5
# Details of outlines below this are not seen, mm.
_SEEN = 0.04
_JOINED = 1e-6  # degrees, 0.1 m: precision to which outlines are joined
_SLIVER = 2e-4  # degrees, 20 m: twice the width below which a hole in the joined outlines is a sliver
_M_PER_KM = 1000  # m
# Order of drawing (matplotlib's zorder), the higher above the lower.
_GRATICULE = 1
_OTHERS = 2
_DISTRICTS = 2.5
_UNDERLAYS = 3
_EDGES = 3.9
_OUTLINES = 4
_LEADERS = 6
_ARROWS = 8
_FRAME = 9


@dataclass(frozen=True, eq=False)
class Districts:
    """Districts as the sheets of an edition draw them; the same object stands for the same drawing in caches.

    Parameters
    ----------
    shapes
        By code, in degrees.
    names
        By code, in the sheet's language.
    central
        Codes of the central area.
    district
        The district that the edition is of; None for the city.
    """

    shapes: Mapping[str, shapely.Geometry]
    names: Mapping[str, str]
    central: tuple[str, ...]
    district: str | None

    @property
    def shown(self) -> list[str]:
        """Codes of the districts that the edition is about."""
        return list(self.shapes) if self.district is None else [self.district]


def draw_map(canvas: Canvas, frame: Frame, districts: Districts, theme: Theme) -> None:
    """Draw the map within its frame."""
    shapes = _on_page(districts, frame)
    _draw_graticule(canvas, frame)
    _draw_districts(canvas, frame, districts, theme, shapes)
    points = frame.on_page([shapely.Point(site.lon, site.lat) for site in theme.sites])
    marks = [(float(point.x), float(point.y)) for point in points]
    for site, (x, y) in zip(theme.sites, marks, strict=True):
        canvas.mark(x, y, site.marker, site.color, size=SITE_SIZE, gid=f"site:{site.id}")
    arrow = _arrow_box(frame, [shapes[code] for code in districts.shown])
    _draw_arrow(canvas, arrow)
    _draw_names(canvas, frame, districts, theme, arrow, marks)
    _draw_frame(canvas, frame)
    if theme.caption:
        left, bottom, _, _ = frame.box
        canvas.text(left + 4, bottom + 6, theme.caption, CAPTION_SIZE, bold=True, halo=True, gid="caption")


def draw_scale(canvas: Canvas, frame: Frame, x: float, y: float) -> None:
    """Draw the numeric scale and the scale bar around a point below the map."""
    bar = scale_bar(frame)
    digits = f"{frame.scale:,}".replace(",", " ") if canvas.lang == "zh" else f"{frame.scale:,}"
    canvas.text(x, y + 4.2, text("maps.scale", canvas.lang, scale=digits), 11, ha="center", bold=True, gid="scale")
    _draw_bar(canvas, bar, x - bar.length_mm / 2, y - 1.6)


@lru_cache(maxsize=8)
def city_outline(shapes: tuple[shapely.Geometry, ...]) -> shapely.Geometry:
    """Outline of several districts together, in degrees; slivers between them are closed."""
    joined = shapely.union_all(shapes, grid_size=_JOINED)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(joined) for ring in part.interiors]
    slivers = [hole for hole in holes if shapely.area(shapely.buffer(hole, -_SLIVER)) == 0]
    return shapely.union_all([joined, *slivers])


@lru_cache(maxsize=8)
def _on_page(districts: Districts, frame: Frame) -> Mapping[str, shapely.Geometry]:
    """Districts on the page by code, without details that are not seen."""
    shapes = np.array(frame.on_page(list(districts.shapes.values())), dtype=object)
    return dict(zip(districts.shapes, shapely.coverage_simplify(shapes, _SEEN), strict=True))


@lru_cache(maxsize=16)
def _outline(districts: Districts, frame: Frame, *, central: bool = False) -> shapely.Geometry:
    """Outline on the page of the city, or of its central area."""
    shapes = tuple(shape for code, shape in districts.shapes.items() if code in districts.central or not central)
    (outline,) = frame.on_page([city_outline(shapes)])
    return shapely.simplify(outline, _SEEN)


def _draw_districts(
    canvas: Canvas, frame: Frame, districts: Districts, theme: Theme, shapes: Mapping[str, shapely.Geometry]
) -> None:
    """Draw districts in their colours, what lies beneath their names, and outlines."""
    shown = districts.shown
    for code, shape in shapes.items():
        canvas.area(
            shape,
            face=theme.colors[code] if code in shown else OTHER_DISTRICT,
            edge=EDGE if code in shown else OTHER_EDGE,
            width=WIDTH_OF_EDGE,
            clip=frame.box,
            gid=f"district:{code}",
            zorder=_DISTRICTS if code in shown else _OTHERS,
        )
    for index, underlay in enumerate(theme.underlays):
        underlay.draw(canvas, frame, frame.box, _UNDERLAYS + index / 100)
    if theme.underlays:
        for code in shown:
            canvas.area(shapes[code], edge=EDGE, width=WIDTH_OF_EDGE, clip=frame.box, zorder=_EDGES)
    outlines: list[tuple[shapely.Geometry, str, float, tuple[float, ...]]]
    outlines = [(_outline(districts, frame), CITY_EDGE, CITY_WIDTH, CITY_DASHES)]
    if districts.district is not None:
        outlines.append((shapes[districts.district], DARK, CITY_WIDTH, ()))
    if theme.centre:
        outlines.append((_outline(districts, frame, central=True), CENTRE_EDGE, CENTRE_WIDTH, CENTRE_DASHES))
    for outline, color, width, dashes in outlines:
        canvas.area(outline, edge=color, width=width, dashes=dashes, clip=frame.box, zorder=_OUTLINES)


def _draw_names(
    canvas: Canvas,
    frame: Frame,
    districts: Districts,
    theme: Theme,
    arrow: shapely.Polygon,
    marks: Sequence[tuple[float, float]],
) -> None:
    """Write names and figures of districts, and of a district's edition the ids of its sites."""
    sizes = []
    for code in districts.shapes:
        shown = code in districts.shown
        lines, size = _lines(districts, theme, code), NAME_SIZE if shown else OTHER_SIZE
        widths = [canvas.width_of(line, size, bold=shown and index == 0) for index, line in enumerate(lines)]
        sizes.append((max(widths) + 0.6, len(lines) * size * LEADING * MM_PER_POINT))
    names = _names(districts, frame, tuple(sizes), tuple(marks), has_caption=theme.caption != "")
    if districts.district is not None:
        taken = [arrow, *(name.box for name in names.values())]
        _draw_site_ids(canvas, theme, _window(frame), taken, marks)
    for code, name in names.items():
        _draw_name(canvas, name, _lines(districts, theme, code), shown=code in districts.shown)


def _draw_name(canvas: Canvas, name: PlacedName, lines: Sequence[str], *, shown: bool) -> None:
    """Write a district's name and, below it, its figure, with the line to the district where there is one."""
    size = name.size * (NAME_SIZE if shown else OTHER_SIZE)
    if name.leader is not None:
        course = [(float(x), float(y)) for x, y in shapely.get_coordinates(name.leader)]
        canvas.line(course, color=DARK, width=0.5, zorder=_LEADERS, gid=f"leader:{name.code}")
        canvas.mark(*course[0], "o", DARK, size=1.1, zorder=_LEADERS)
    step = size * LEADING * MM_PER_POINT
    for index, line in enumerate(lines):
        canvas.text(
            name.x,
            name.y + ((len(lines) - 1) / 2 - index) * step,
            line,
            size - 0.5 if index else size,
            bold=shown and index == 0,
            color=DARK if shown else GREY,
            ha="center",
            va="center_baseline",
            halo=True,
            gid=f"figure:{name.code}" if index else f"name:{name.code}",
        )


@lru_cache(maxsize=32)
def _names(
    districts: Districts,
    frame: Frame,
    sizes: tuple[tuple[float, float], ...],
    marks: tuple[tuple[float, float], ...],
    *,
    has_caption: bool,
) -> Mapping[str, PlacedName]:
    """Names with their positions; many sheets have the same.

    Parameters
    ----------
    sizes
        Width and height of each district's name, mm.
    """
    shapes, shown = _on_page(districts, frame), districts.shown
    names = [
        Name(code, shape, width, height, leader=code in shown)
        for (code, shape), (width, height) in zip(shapes.items(), sizes, strict=True)
    ]
    # What the sheet is about chooses first, and among these the small ones.
    names.sort(key=lambda name: (name.code not in shown, shapely.area(name.shape), name.code))
    taken = [_arrow_box(frame, [shapes[code] for code in shown])]
    if has_caption:
        left, bottom, _, _ = frame.box
        taken.append(shapely.box(left, bottom, left + _CAPTION[0], bottom + _CAPTION[1]))
    return place_names(names, _window(frame), taken, marks)


def _window(frame: Frame) -> shapely.Polygon:
    """Part of the map that names must lie in."""
    left, bottom, right, top = frame.box
    return shapely.box(left + _NAME_GAP, bottom + _NAME_GAP, right - _NAME_GAP, top - _NAME_GAP)


def _draw_site_ids(
    canvas: Canvas,
    theme: Theme,
    window: shapely.Polygon,
    taken: Sequence[shapely.Polygon],
    marks: Sequence[tuple[float, float]],
) -> None:
    """Write beside each site its id in the table of sites, where there is room."""
    height = ID_SIZE * LEADING * MM_PER_POINT
    sizes = [(canvas.width_of(site.id, ID_SIZE), height) for site in theme.sites]
    for site, box in zip(theme.sites, place_beside(marks, sizes, window, taken, SITE_SIZE / 2), strict=True):
        if box is not None:
            middle = shapely.centroid(box)
            canvas.text(
                middle.x, middle.y, site.id, ID_SIZE, ha="center", va="center_baseline", halo=True, gid=f"id:{site.id}"
            )


def _lines(districts: Districts, theme: Theme, code: str) -> list[str]:
    """Name of a district, and its figure where the sheet is about it."""
    figure = theme.figures.get(code) if code in districts.shown else None
    return [districts.names[code], *([figure] if figure else [])]


def _draw_graticule(canvas: Canvas, frame: Frame) -> None:
    left, bottom, right, top = frame.box
    meridians, parallels = graticule(frame)
    for graduation in (*meridians, *parallels):
        canvas.area(graduation.course, edge=HAIR, width=0.35, clip=frame.box, zorder=_GRATICULE)
    rim = RIM / 2
    for meridian in meridians:
        for x, y, edge in zip(meridian.ends, (bottom - rim, top + rim), (bottom, top), strict=True):
            canvas.text(x, y, degrees_minutes(meridian.degrees), DEGREE_SIZE, ha="center", va="center_baseline")
            canvas.line([(x, edge), (x, edge + np.sign(y - edge) * 1.0)], width=0.5)
    for parallel in parallels:
        for y, x, edge in zip(parallel.ends, (left - rim, right + rim), (left, right), strict=True):
            canvas.text(x, y, degrees_minutes(parallel.degrees), DEGREE_SIZE, ha="center", rotation=90)
            canvas.line([(edge, y), (edge + np.sign(x - edge) * 1.0, y)], width=0.5)


def _draw_frame(canvas: Canvas, frame: Frame) -> None:
    """Inner neat line and, beyond the degrees, the outer one."""
    left, bottom, right, top = frame.box
    canvas.box(left, bottom, right, top, edge=DARK, width=0.7, zorder=_FRAME)
    outer = (left - RIM, bottom - RIM, right + RIM, top + RIM)
    canvas.box(*outer, edge=DARK, width=2.0, zorder=_FRAME, gid="neat-line")


def _arrow_box(frame: Frame, shapes: Sequence[shapely.Geometry]) -> shapely.Polygon:
    """Upper corner in which the north arrow hides least, the right one where there is a choice."""
    left, _, right, top = frame.box
    width, height = _ARROW
    high, low = top - _ARROW_GAP, top - _ARROW_GAP - height
    corners = [
        shapely.box(right - _ARROW_GAP - width, low, right - _ARROW_GAP, high),
        shapely.box(left + _ARROW_GAP, low, left + _ARROW_GAP + width, high),
    ]
    land = shapely.union_all(list(shapes))
    return min(corners, key=lambda corner: float(shapely.area(shapely.intersection(corner, land))))


def _draw_arrow(canvas: Canvas, box: shapely.Polygon) -> None:
    left, bottom, right, top = shapely.bounds(box)
    x, foot, tip = (left + right) / 2, bottom + 1.0, top - 5.5
    waist = foot + 3.2
    dark = shapely.Polygon([(x, tip), (x - 3.6, foot), (x, waist)])
    light = shapely.Polygon([(x, tip), (x + 3.6, foot), (x, waist)])
    canvas.area(dark, face=DARK, edge=DARK, width=0.6, zorder=_ARROWS)
    canvas.area(light, face="white", edge=DARK, width=0.6, zorder=_ARROWS)
    north = text("maps.north", canvas.lang)
    canvas.text(x, top - 2.6, north, 11, bold=True, ha="center", va="center_baseline", halo=True)


def _draw_bar(canvas: Canvas, bar: Bar, left: float, y: float) -> None:
    part = bar.length_mm / bar.parts
    for number in range(bar.parts):
        face = "white" if number % 2 else DARK
        canvas.box(left + number * part, y, left + (number + 1) * part, y + 1.4, face=face, edge=DARK, width=0.4)
    canvas.box(left, y, left + bar.length_mm, y + 1.4, edge=DARK, width=0.6, gid="scale-bar")
    for number in range(bar.parts + 1):
        shown = f"{bar.length_m / _M_PER_KM * number / bar.parts:g}"
        canvas.text(left + number * part, y - 2.4, shown, BAR_SIZE, ha="center", va="center_baseline")
    kilometres = text("maps.km", canvas.lang)
    canvas.text(left + bar.length_mm + 4, y - 2.4, kilometres, BAR_SIZE, va="center_baseline")
