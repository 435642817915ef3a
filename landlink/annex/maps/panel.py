"""What stands around the map: title, legend, tables, locator map, and who made the sheet from what."""

from dataclasses import dataclass
from math import fsum

import shapely

from landlink.annex.maps.canvas import DARK, HAIR, LEADING, MM_PER_POINT, WIDTH, Canvas
from landlink.annex.maps.frame import Box, Frame, degrees_minutes, fitted
from landlink.annex.maps.map_body import (
    CENTRE_DASHES,
    CENTRE_EDGE,
    CENTRE_WIDTH,
    CITY_DASHES,
    CITY_EDGE,
    CITY_WIDTH,
    EDGE,
    OTHER_EDGE,
    WIDTH_OF_EDGE,
    Districts,
    city_outline,
)
from landlink.annex.maps.themes import LegendEntry, Theme
from landlink.present.colors import OTHER_DISTRICT
from landlink.texts import text

# Sizes of the type.
_HEAD_SIZE = 13.0  # points: headings
_TEXT_SIZE = 9.5  # points: text
_SMALL_SIZE = 8.0  # points: notes and imprint
_TITLE_SIZE = 24.0  # points: the sheet's title
_NUMBER_SIZE = 14.0  # points: the sheet's number
# Height of the title on the sheet, mm.
_TITLE_Y = 281.0
# Distance of the panel's content from its edges, mm.
_PAD = 4.0
_SWATCH = (12.0, 5.4)  # mm: width and height of a legend's swatch
_LABEL_GAP = 3.0  # mm: from a swatch to its label
_PITCH = 7.6  # mm: from line to line of a legend
# Height of the locator map, mm.
_LOCATOR_HEIGHT = 54.0
_ROW_HEIGHT = 5.4  # mm: greatest height of a table's rows
_LEAST_ROW = 4.0  # mm: least height of a table's rows, below which the type is too small to read
_ROW_LEADING = 1.5  # height of a row as a multiple of the size of its type
# Where in a table the names begin, as a share of its width.
_NAME_AT = 0.24
# Distance between the lines of the imprint, mm.
_IMPRINT_GAP = 1.1
# Colours of the locator map.
_LOCATED = "#5f7f9f"  # the sheet's district
_NOT_LOCATED = "#f2f2f2"  # the other districts
_WINDOW_EDGE = "#b3261e"  # the map's window
# Group id of the sheet's number, which the document leaves out.
NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a sheet says of itself: title, number, and label and text of each line, in order."""

    title: str
    number: str
    lines: tuple[tuple[str, str], ...]


def draw_title(canvas: Canvas, imprint: Imprint, left: float) -> None:
    """Write the title above the map, made smaller where it has no room, and the number of the figure."""
    canvas.text(left, _TITLE_Y, imprint.number, _NUMBER_SIZE, bold=True, va="center_baseline", gid=NUMBER)
    room = WIDTH - 2 * (left + canvas.width_of(imprint.number, _NUMBER_SIZE, bold=True) + 6)
    size = min(_TITLE_SIZE, _TITLE_SIZE * room / canvas.width_of(imprint.title, _TITLE_SIZE, bold=True))
    canvas.text(WIDTH / 2, _TITLE_Y, imprint.title, size, bold=True, ha="center", va="center_baseline", gid="title")


def draw_panel(canvas: Canvas, box: Box, frame: Frame, districts: Districts, theme: Theme, imprint: Imprint) -> None:
    """Draw legend and table from the top down, imprint and locator map from the bottom up."""
    left, bottom, right, top = box
    canvas.box(left, bottom, right, top, edge=DARK, width=0.7)
    foot = _draw_imprint(canvas, box, imprint)
    if districts.district is not None:
        locator = (left + _PAD, foot + 2, right - _PAD, foot + 2 + _LOCATOR_HEIGHT)
        foot = _draw_locator(canvas, locator, frame, districts)
    y = _draw_legend(canvas, box, districts, theme)
    if theme.cells:
        _draw_table(canvas, (left + _PAD, foot + 3, right - _PAD, y - 2), districts, theme)


def projection_note(frame: Frame, canvas: Canvas) -> str:
    """Name of the projection with its central meridian."""
    return text("maps.projection", canvas.lang, meridian=degrees_minutes(frame.meridian))


def _draw_legend(canvas: Canvas, box: Box, districts: Districts, theme: Theme) -> float:
    """Draw the legend; the height at which it ends."""
    left, _, right, top = box
    x, width = left + _PAD, right - left - 2 * _PAD
    y = top - 8
    title = text("maps.legend.title", canvas.lang)
    canvas.text((left + right) / 2, y, title, _HEAD_SIZE, bold=True, ha="center")
    y = _paragraph(canvas, x, y - 8, width, theme.heading, _TEXT_SIZE, bold=True) - 1.5
    entries = list(theme.legend)
    if districts.district is not None and len(districts.shapes) > 1:
        entries.append(LegendEntry("area", text("maps.legend.other", canvas.lang), OTHER_DISTRICT))
    for entry in entries:
        _draw_entry(canvas, x, right - _PAD, y - _PITCH / 2, entry)
        y -= _PITCH
    lines = [
        (text("maps.legend.city_edge", canvas.lang), CITY_EDGE, CITY_WIDTH, CITY_DASHES),
        (text("maps.legend.district_edge", canvas.lang), EDGE, WIDTH_OF_EDGE, ()),
    ]
    if theme.centre:
        lines.append((text("maps.legend.centre", canvas.lang), CENTRE_EDGE, CENTRE_WIDTH, CENTRE_DASHES))
    for label, color, line_width, dashes in lines:
        middle = y - _PITCH / 2
        canvas.line([(x, middle), (x + _SWATCH[0], middle)], color=color, width=line_width, dashes=dashes)
        canvas.text(x + _SWATCH[0] + _LABEL_GAP, middle, label, _TEXT_SIZE, va="center_baseline")
        y -= _PITCH
    y -= 1.5
    for remark in theme.remarks:
        y = _paragraph(canvas, x, y - 1, width, remark, _SMALL_SIZE) - 0.5
    return y


def _draw_entry(canvas: Canvas, x: float, right: float, y: float, entry: LegendEntry) -> None:
    """Draw a line of the legend, its label made smaller where it has no room."""
    width, height = _SWATCH
    if entry.kind == "mark":
        canvas.mark(x + width / 2, y, entry.marker, entry.color, size=3.6)
    elif entry.kind == "line":
        canvas.line([(x, y), (x + width, y)], color=entry.color, width=0.9, dashes=entry.dashes)
    else:
        corners = (x, y - height / 2, x + width, y + height / 2)
        canvas.box(*corners, face=entry.color, edge=entry.edge or EDGE, hatch=entry.hatch)
        canvas.box(*corners, edge=EDGE)
    room = right - x - width - _LABEL_GAP
    size = _TEXT_SIZE * min(1, room / canvas.width_of(entry.label, _TEXT_SIZE))
    canvas.text(x + width + _LABEL_GAP, y, entry.label, size, va="center_baseline", gid="legend")


def _draw_table(canvas: Canvas, box: Box, districts: Districts, theme: Theme) -> None:
    """Table of districts, in rows as high as there is room for.

    A district's edition has its own row alone where there is little room, and no table where there is none.
    """
    left, bottom, right, top = box
    if top - bottom < 2 * _LEAST_ROW:
        return
    codes = [code for code in districts.shapes if code in theme.cells]
    if districts.district is not None and (top - bottom) / (len(codes) + 1) < _LEAST_ROW:
        codes = [code for code in codes if code == districts.district]
    head = (text("maps.table.code", canvas.lang), text("maps.table.district", canvas.lang), theme.column)
    pitch = min(_ROW_HEIGHT, (top - bottom) / (len(codes) + 1))
    size = min(_TEXT_SIZE - 0.5, pitch / MM_PER_POINT / _ROW_LEADING)
    xs = (left, left + (right - left) * _NAME_AT, right)
    y = top - pitch / 2
    for row in (head, *((code, districts.names[code], theme.cells[code]) for code in codes)):
        bold = row is head or row[0] == districts.district
        for x, cell, ha in zip(xs, row, ("left", "left", "right"), strict=True):
            canvas.text(x, y, cell, size, bold=bold, ha=ha, va="center_baseline", gid="cell")
        color, width = (DARK, 0.6) if row is head else (HAIR, 0.4)
        canvas.line([(left, y - pitch / 2), (right, y - pitch / 2)], color=color, width=width)
        y -= pitch


def _draw_imprint(canvas: Canvas, box: Box, imprint: Imprint) -> float:
    """Write the imprint at the panel's foot; the height at which it begins."""
    left, bottom, right, _ = box
    labels = [text("maps.label", canvas.lang, label=label) for label, _ in imprint.lines]
    indent = max(canvas.width_of(label, _SMALL_SIZE, bold=True) for label in labels) + 1
    step = _SMALL_SIZE * LEADING * MM_PER_POINT
    room = right - left - 2 * _PAD - indent
    blocks = [canvas.wrapped(content, _SMALL_SIZE, room) for _, content in imprint.lines]
    height = fsum(len(lines) * step + _IMPRINT_GAP for lines in blocks)
    top = bottom + _PAD + height
    canvas.line([(left, top + 1), (right, top + 1)], width=0.5)
    y = top - step / 2 - 0.6
    for label, lines in zip(labels, blocks, strict=True):
        canvas.text(left + _PAD, y, label, _SMALL_SIZE, bold=True, va="center_baseline")
        for line in lines:
            canvas.text(left + _PAD + indent, y, line, _SMALL_SIZE, va="center_baseline", gid="imprint")
            y -= step
        y -= _IMPRINT_GAP
    return top + 1


def _draw_locator(canvas: Canvas, box: Box, frame: Frame, districts: Districts) -> float:
    """Draw where in the city the district and the map's window lie; the height at which it begins."""
    left, bottom, right, top = box
    title = text("maps.locator", canvas.lang)
    canvas.text((left + right) / 2, top - 3, title, _TEXT_SIZE, bold=True, ha="center")
    shapes = tuple(districts.shapes.values())
    inner = (left, bottom, right, top - 7)
    city = fitted(shapes, inner, paper=frame.paper, margin=0.04, meridian=frame.meridian)
    for code, shape in zip(districts.shapes, city.on_page(shapes), strict=True):
        face = _LOCATED if code == districts.district else _NOT_LOCATED
        canvas.area(shape, face=face, edge=OTHER_EDGE, width=0.3)
    (outline,) = city.on_page([city_outline(shapes)])
    canvas.area(outline, edge=CITY_EDGE, width=0.8)
    corners = shapely.MultiPoint(frame.corners)
    (window,) = city.on_page([shapely.convex_hull(corners)])
    canvas.area(window, edge=_WINDOW_EDGE, width=0.9, clip=inner, zorder=6)
    return top


def _paragraph(
    canvas: Canvas, x: float, y: float, width: float, string: str, size: float, *, bold: bool = False
) -> float:
    """Write lines of text from a height down; the height below them."""
    step = size * LEADING * MM_PER_POINT
    for line in canvas.wrapped(string, size, width):
        canvas.text(x, y - step / 2, line, size, bold=bold, va="center_baseline", gid="paragraph")
        y -= step
    return y
