"""The map of a sheet: districts, names, sites, graticule, frame, north arrow and scale bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from landlink.annex.maps import labels
from landlink.annex.maps.canvas import DARK, GREY, HAIR, LEADING, MM_PER_POINT, Ink
from landlink.annex.maps.frame import Bar, Frame, degrees_minutes, graticule, scale_bar
from landlink.annex.maps.themes import Theme
from landlink.present.colors import OTHER_DISTRICT
from landlink.texts import text

# From the inner neat line to the outer one, where the degrees stand.
RIM = 6.0
# Sizes of the type in points, and of a site's mark in mm.
NAME_SIZE, OTHER_SIZE, DEGREE_SIZE, BAR_SIZE, ID_SIZE, CAPTION_SIZE = 10.5, 8.5, 7.5, 8.0, 7.0, 12.0
SITE_SIZE = 3.4
CITY_EDGE, EDGE, CENTRE_EDGE = "#3c3c3c", "#6b6b6b", "#8a1c1c"
CITY_WIDTH, WIDTH_OF_EDGE, CENTRE_WIDTH = 1.5, 0.6, 1.4
CITY_DASHES, CENTRE_DASHES = (7.0, 1.6, 1.2, 1.6), (4.0, 2.0)
_ARROW = (11.0, 19.0)
_SEEN = 0.04  # mm
_CAPTION = (34.0, 11.0)
_KM = 1000


@dataclass(frozen=True, eq=False)
class Land:
    """Districts as the sheets of an edition draw them; two of them are one where they are the same object.

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


def draw_map(ink: Ink, frame: Frame, land: Land, theme: Theme) -> None:
    """Draw the map within its frame."""
    placed = _placed(land, frame)
    _draw_graticule(ink, frame)
    _draw_districts(ink, frame, land, theme, placed)
    marks = frame.on_page([shapely.Point(site.lon, site.lat) for site in theme.sites])
    points = [(float(mark.x), float(mark.y)) for mark in marks]
    for site, (x, y) in zip(theme.sites, points, strict=True):
        ink.mark(x, y, site.marker, site.color, size=SITE_SIZE, gid=f"site:{site.id}")
    arrow = _arrow_box(frame, [placed[code] for code in land.shown])
    _draw_arrow(ink, arrow)
    _draw_names(ink, frame, land, theme, placed, arrow, points)
    _draw_frame(ink, frame)
    if theme.caption:
        left, bottom, _, _ = frame.box
        ink.text(left + 4, bottom + 6, theme.caption, CAPTION_SIZE, bold=True, halo=True, gid="caption")


@lru_cache(maxsize=8)
def _placed(land: Land, frame: Frame) -> Mapping[str, shapely.Geometry]:
    """Districts on the page by code, without details that are not seen."""
    shapes = np.array(frame.on_page(list(land.shapes.values())), dtype=object)
    return dict(zip(land.shapes, shapely.coverage_simplify(shapes, _SEEN), strict=True))


@lru_cache(maxsize=16)
def _outline(land: Land, frame: Frame, *, central: bool = False) -> shapely.Geometry:
    """Outline on the page of the city, or of its central area."""
    inner = tuple(shape for code, shape in land.shapes.items() if code in land.central or not central)
    (placed,) = frame.on_page([city_outline(inner)])
    return shapely.simplify(placed, _SEEN)


def draw_scale(ink: Ink, frame: Frame, x: float, y: float) -> None:
    """Draw the numeric scale and the scale bar around a point below the map."""
    bar = scale_bar(frame)
    digits = f"{frame.scale:,}".replace(",", " ") if ink.lang == "zh" else f"{frame.scale:,}"
    ink.text(x, y + 4.2, text("maps.scale", ink.lang, scale=digits), 11, ha="center", bold=True, gid="scale")
    _draw_bar(ink, bar, x - bar.length / 2, y - 1.6)


@lru_cache(maxsize=8)
def city_outline(shapes: tuple[shapely.Geometry, ...]) -> shapely.Geometry:
    """Outline of several districts together; slivers between them are closed."""
    joined = shapely.union_all(shapes, grid_size=1e-6)
    parts = shapely.get_parts(joined)
    rings = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    slivers = [ring for ring in rings if shapely.area(shapely.buffer(ring, -2e-4)) == 0]
    return shapely.union_all([joined, *slivers])


def _draw_districts(ink: Ink, frame: Frame, land: Land, theme: Theme, placed: Mapping[str, shapely.Geometry]) -> None:
    for code, shape in placed.items():
        shown = code in land.shown
        color = theme.colors[code] if shown else OTHER_DISTRICT
        ink.area(
            shape, face=color, edge=EDGE if shown else "#9a9a9a", width=WIDTH_OF_EDGE,
            clip=frame.box, gid=f"district:{code}", zorder=2.5 if shown else 2,
        )  # fmt: skip
    for place, ground in enumerate(theme.grounds):
        ground.draw(ink, frame, frame.box, 3 + place / 100)
    if theme.grounds:
        for code in land.shown:
            ink.area(placed[code], edge=EDGE, width=WIDTH_OF_EDGE, clip=frame.box, zorder=3.9)
    outlines: list[tuple[shapely.Geometry, str, float, tuple[float, ...]]]
    outlines = [(_outline(land, frame), CITY_EDGE, CITY_WIDTH, CITY_DASHES)]
    if land.district is not None:
        outlines.append((placed[land.district], DARK, CITY_WIDTH, ()))
    if theme.centre:
        outlines.append((_outline(land, frame, central=True), CENTRE_EDGE, CENTRE_WIDTH, CENTRE_DASHES))
    for outline, color, width, dashes in outlines:
        ink.area(outline, edge=color, width=width, dashes=dashes, clip=frame.box, zorder=4)


def _draw_names(
    ink: Ink,
    frame: Frame,
    land: Land,
    theme: Theme,
    placed: Mapping[str, shapely.Geometry],
    arrow: shapely.Polygon,
    marks: Sequence[tuple[float, float]],
) -> None:
    sizes = []
    for code in placed:
        shown = code in land.shown
        lines, size = _lines(land, theme, code), NAME_SIZE if shown else OTHER_SIZE
        wide = max(ink.width_of(line, size, bold=shown and not at) for at, line in enumerate(lines))
        sizes.append((wide + 0.6, len(lines) * size * LEADING * MM_PER_POINT))
    placed_names = _placed_names(land, frame, tuple(sizes), tuple(marks), captioned=theme.caption != "")
    if land.district is not None:
        _draw_site_ids(ink, theme, _window(frame), [arrow, *(found.box for found in placed_names.values())], marks)
    for code, found in placed_names.items():
        shown = code in land.shown
        size = found.size * (NAME_SIZE if shown else OTHER_SIZE)
        if found.leader is not None:
            course = [(float(x), float(y)) for x, y in shapely.get_coordinates(found.leader)]
            ink.line(course, color=DARK, width=0.5, zorder=6, gid=f"leader:{code}")
            ink.mark(*course[0], "o", DARK, size=1.1, zorder=6)
        step = size * LEADING * MM_PER_POINT
        lines = _lines(land, theme, code)
        for at, line in enumerate(lines):
            y = found.y + ((len(lines) - 1) / 2 - at) * step
            ink.text(
                found.x, y, line, size if not at else size - 0.5, bold=shown and not at,
                color=DARK if shown else GREY, ha="center", va="center_baseline", halo=True,
                gid=f"figure:{code}" if at else f"name:{code}",
            )  # fmt: skip


@lru_cache(maxsize=32)
def _placed_names(
    land: Land,
    frame: Frame,
    sizes: tuple[tuple[float, float], ...],
    marks: tuple[tuple[float, float], ...],
    *,
    captioned: bool,
) -> Mapping[str, labels.Placed]:
    """Places of names of a size in mm; many sheets have the same."""
    placed = _placed(land, frame)
    wanted = [
        labels.Label(code, shape, wide, high, leader=code in land.shown)
        for (code, shape), (wide, high) in zip(placed.items(), sizes, strict=True)
    ]
    # What the sheet is about chooses first, and among these the small ones.
    wanted.sort(key=lambda label: (label.code not in land.shown, shapely.area(label.shape), label.code))
    arrow = _arrow_box(frame, [placed[code] for code in land.shown])
    left, bottom, _, _ = frame.box
    caption = [shapely.box(left, bottom, left + _CAPTION[0], bottom + _CAPTION[1])] if captioned else []
    return labels.place(wanted, _window(frame), [arrow, *caption], marks)


def _window(frame: Frame) -> shapely.Polygon:
    """Part of the map that names must lie in."""
    left, bottom, right, top = frame.box
    return shapely.box(left + 1.5, bottom + 1.5, right - 1.5, top - 1.5)


def _draw_site_ids(
    ink: Ink,
    theme: Theme,
    window: shapely.Polygon,
    taken: Sequence[shapely.Polygon],
    marks: Sequence[tuple[float, float]],
) -> None:
    """Write beside each site the name that the table of sites has for it, where there is room."""
    high = ID_SIZE * LEADING * MM_PER_POINT
    sizes = [(ink.width_of(site.id, ID_SIZE), high) for site in theme.sites]
    boxes = labels.beside(marks, sizes, window, taken, SITE_SIZE / 2)
    for site, box in zip(theme.sites, boxes, strict=True):
        if box is not None:
            at = shapely.centroid(box)
            ink.text(at.x, at.y, site.id, ID_SIZE, ha="center", va="center_baseline", halo=True, gid=f"id:{site.id}")


def _lines(land: Land, theme: Theme, code: str) -> list[str]:
    """Name of a district, and its figure where the sheet is about it."""
    figure = theme.figures.get(code) if code in land.shown else None
    return [land.names[code], *([figure] if figure else [])]


def _draw_graticule(ink: Ink, frame: Frame) -> None:
    left, bottom, right, top = frame.box
    meridians, parallels = graticule(frame)
    for graduation in (*meridians, *parallels):
        ink.area(graduation.course, edge=HAIR, width=0.35, clip=frame.box, zorder=1)
    rim = RIM / 2
    for meridian in meridians:
        for x, y, tick in zip(meridian.meets, (bottom - rim, top + rim), (bottom, top), strict=True):
            ink.text(x, y, degrees_minutes(meridian.degrees), DEGREE_SIZE, ha="center", va="center_baseline")
            ink.line([(x, tick), (x, tick + np.sign(y - tick) * 1.0)], width=0.5)
    for parallel in parallels:
        for y, x, tick in zip(parallel.meets, (left - rim, right + rim), (left, right), strict=True):
            ink.text(x, y, degrees_minutes(parallel.degrees), DEGREE_SIZE, ha="center", rotation=90)
            ink.line([(tick, y), (tick + np.sign(x - tick) * 1.0, y)], width=0.5)


def _draw_frame(ink: Ink, frame: Frame) -> None:
    """Inner neat line and, beyond the degrees, the outer one."""
    left, bottom, right, top = frame.box
    ink.box(left, bottom, right, top, edge=DARK, width=0.7, zorder=9)
    ink.box(left - RIM, bottom - RIM, right + RIM, top + RIM, edge=DARK, width=2.0, zorder=9, gid="neat-line")


def _arrow_box(frame: Frame, shapes: Sequence[shapely.Geometry]) -> shapely.Polygon:
    """Upper corner in which the north arrow hides least, the right one where there is a choice."""
    left, _, right, top = frame.box
    wide, high = _ARROW
    pad = 3.0
    corners = [
        shapely.box(right - pad - wide, top - pad - high, right - pad, top - pad),
        shapely.box(left + pad, top - pad - high, left + pad + wide, top - pad),
    ]
    land = shapely.union_all(list(shapes))
    return min(corners, key=lambda corner: float(shapely.area(shapely.intersection(corner, land))))


def _draw_arrow(ink: Ink, box: shapely.Polygon) -> None:
    left, bottom, right, top = shapely.bounds(box)
    x, foot, tip = (left + right) / 2, bottom + 1.0, top - 5.5
    waist = foot + 3.2
    dark = shapely.Polygon([(x, tip), (x - 3.6, foot), (x, waist)])
    light = shapely.Polygon([(x, tip), (x + 3.6, foot), (x, waist)])
    ink.area(dark, face=DARK, edge=DARK, width=0.6, zorder=8)
    ink.area(light, face="white", edge=DARK, width=0.6, zorder=8)
    ink.text(x, top - 2.6, text("maps.north", ink.lang), 11, bold=True, ha="center", va="center_baseline", halo=True)


def _draw_bar(ink: Ink, bar: Bar, left: float, y: float) -> None:
    part = bar.length / bar.parts
    for place in range(bar.parts):
        face = "white" if place % 2 else DARK
        ink.box(left + place * part, y, left + (place + 1) * part, y + 1.4, face=face, edge=DARK, width=0.4)
    ink.box(left, y, left + bar.length, y + 1.4, edge=DARK, width=0.6, gid="scale-bar")
    for place in range(bar.parts + 1):
        shown = f"{bar.metres / _KM * place / bar.parts:g}"
        ink.text(left + place * part, y - 2.4, shown, BAR_SIZE, ha="center", va="center_baseline")
    ink.text(left + bar.length + 4, y - 2.4, text("maps.km", ink.lang), BAR_SIZE, va="center_baseline")
