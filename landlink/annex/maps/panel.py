"""What stands around the map: title, legend, tables, locator map, and who made the sheet from what."""

from dataclasses import dataclass
from math import fsum

import shapely

from landlink.annex.maps.canvas import DARK, HAIR, LEADING, MM_PER_POINT, WIDTH, Ink
from landlink.annex.maps.frame import Box, Frame, degrees_minutes, fitted
from landlink.annex.maps.map_body import (
    CENTRE_DASHES,
    CENTRE_EDGE,
    CENTRE_WIDTH,
    CITY_DASHES,
    CITY_EDGE,
    CITY_WIDTH,
    EDGE,
    WIDTH_OF_EDGE,
    Land,
    city_outline,
)
from landlink.annex.maps.themes import Entry, Theme
from landlink.present.colors import OTHER_DISTRICT
from landlink.texts import text

_HEAD_SIZE, _TEXT_SIZE, _SMALL_SIZE, _TITLE_SIZE = 13.0, 9.5, 8.0, 24.0
_SWATCH, _PITCH, _PAD = (12.0, 5.4), 7.6, 4.0
_LOCATOR_HEIGHT, _ROW_HEIGHT, _LEAST_ROW, _ROW_LEADING = 54.0, 5.4, 4.0, 1.5
# Where in a table the names begin, as a share of its width.
_NAME_AT = 0.24
_TITLE_Y = 281.0
NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a sheet says of itself, in the order in which it stands: label and text."""

    title: str
    number: str
    lines: tuple[tuple[str, str], ...]


def draw_title(ink: Ink, imprint: Imprint, left: float) -> None:
    """Write the title above the map, made smaller where it has no room, and the number of the figure."""
    ink.text(left, _TITLE_Y, imprint.number, 14, bold=True, va="center_baseline", gid=NUMBER)
    room = WIDTH - 2 * (left + ink.width_of(imprint.number, 14, bold=True) + 6)
    size = min(_TITLE_SIZE, _TITLE_SIZE * room / ink.width_of(imprint.title, _TITLE_SIZE, bold=True))
    ink.text(WIDTH / 2, _TITLE_Y, imprint.title, size, bold=True, ha="center", va="center_baseline", gid="title")


def draw_panel(ink: Ink, box: Box, frame: Frame, land: Land, theme: Theme, imprint: Imprint) -> None:
    """Draw legend, table, locator map and imprint, from the top down and from the bottom up."""
    left, bottom, right, top = box
    ink.box(left, bottom, right, top, edge=DARK, width=0.7)
    foot = _draw_imprint(ink, box, imprint)
    if land.district is not None:
        foot = _draw_locator(ink, (left + _PAD, foot + 2, right - _PAD, foot + 2 + _LOCATOR_HEIGHT), frame, land)
    y = _draw_legend(ink, box, land, theme)
    if theme.cells:
        _draw_table(ink, (left + _PAD, foot + 3, right - _PAD, y - 2), land, theme)


def _draw_legend(ink: Ink, box: Box, land: Land, theme: Theme) -> float:
    """Draw the legend; the height at which it ends."""
    left, _, right, top = box
    y = top - 8
    ink.text((left + right) / 2, y, text("maps.legend.title", ink.lang), _HEAD_SIZE, bold=True, ha="center")
    y = _paragraph(ink, left + _PAD, y - 8, right - left - 2 * _PAD, theme.heading, _TEXT_SIZE, bold=True) - 1.5
    for entry in theme.legend:
        _draw_entry(ink, left + _PAD, right - _PAD, y - _PITCH / 2, entry)
        y -= _PITCH
    if land.district is not None and len(land.shapes) > 1:
        other = Entry("area", text("maps.legend.other", ink.lang), OTHER_DISTRICT)
        _draw_entry(ink, left + _PAD, right - _PAD, y - _PITCH / 2, other)
        y -= _PITCH
    lines = [
        (text("maps.legend.city_edge", ink.lang), CITY_EDGE, CITY_WIDTH, CITY_DASHES),
        (text("maps.legend.district_edge", ink.lang), EDGE, WIDTH_OF_EDGE, ()),
    ]
    if theme.centre:
        lines.append((text("maps.legend.centre", ink.lang), CENTRE_EDGE, CENTRE_WIDTH, CENTRE_DASHES))
    for label, color, width, dashes in lines:
        at = y - _PITCH / 2
        x = left + _PAD
        ink.line([(x, at), (x + _SWATCH[0], at)], color=color, width=width, dashes=dashes)
        ink.text(x + _SWATCH[0] + 3, at, label, _TEXT_SIZE, va="center_baseline")
        y -= _PITCH
    y -= 1.5
    for remark in theme.remarks:
        y = _paragraph(ink, left + _PAD, y - 1, right - left - 2 * _PAD, remark, _SMALL_SIZE) - 0.5
    return y


def _draw_entry(ink: Ink, x: float, right: float, y: float, entry: Entry) -> None:
    wide, high = _SWATCH
    if entry.kind == "mark":
        ink.mark(x + wide / 2, y, entry.marker, entry.color, size=3.6)
    elif entry.kind == "line":
        ink.line([(x, y), (x + wide, y)], color=entry.color, width=0.9, dashes=entry.dashes)
    else:
        corners = (x, y - high / 2, x + wide, y + high / 2)
        ink.box(*corners, face=entry.color, edge=entry.edge or EDGE, hatch=entry.hatch)
        ink.box(*corners, edge=EDGE)
    room = right - x - wide - 3
    size = _TEXT_SIZE * min(1, room / ink.width_of(entry.label, _TEXT_SIZE))
    ink.text(x + wide + 3, y, entry.label, size, va="center_baseline", gid="legend")


def _draw_table(ink: Ink, box: Box, land: Land, theme: Theme) -> None:
    """Table of districts, in rows as high as there is room for; of an edition's own where there is little, or none."""
    left, bottom, right, top = box
    if top - bottom < 2 * _LEAST_ROW:
        return
    codes = [code for code in land.shapes if code in theme.cells]
    if land.district is not None and (top - bottom) / (len(codes) + 1) < _LEAST_ROW:
        codes = [code for code in codes if code == land.district]
    head = (text("maps.table.code", ink.lang), text("maps.table.district", ink.lang), theme.column)
    pitch = min(_ROW_HEIGHT, (top - bottom) / (len(codes) + 1))
    size = min(_TEXT_SIZE - 0.5, pitch / MM_PER_POINT / _ROW_LEADING)
    y = top - pitch / 2
    for row in (head, *((code, land.names[code], theme.cells[code]) for code in codes)):
        bold = row is head or row[0] == land.district
        places = (left, left + (right - left) * _NAME_AT, right)
        for x, cell, ha in zip(places, row, ("left", "left", "right"), strict=True):
            ink.text(x, y, cell, size, bold=bold, ha=ha, va="center_baseline", gid="cell")
        rule = (DARK, 0.6) if row is head else (HAIR, 0.4)
        ink.line([(left, y - pitch / 2), (right, y - pitch / 2)], color=rule[0], width=rule[1])
        y -= pitch


def _draw_imprint(ink: Ink, box: Box, imprint: Imprint) -> float:
    """Write the imprint at the panel's foot; the height at which it begins."""
    left, bottom, right, _ = box
    labels = [text("maps.label", ink.lang, label=label) for label, _ in imprint.lines]
    indent = max(ink.width_of(label, _SMALL_SIZE, bold=True) for label in labels) + 1
    step = _SMALL_SIZE * LEADING * MM_PER_POINT
    room = right - left - 2 * _PAD - indent
    blocks = [ink.wrapped(told, _SMALL_SIZE, room) for _, told in imprint.lines]
    gap = 1.1
    height = fsum(len(lines) * step + gap for lines in blocks)
    top = bottom + _PAD + height
    ink.line([(left, top + 1), (right, top + 1)], width=0.5)
    y = top - step / 2 - 0.6
    for label, lines in zip(labels, blocks, strict=True):
        ink.text(left + _PAD, y, label, _SMALL_SIZE, bold=True, va="center_baseline")
        for line in lines:
            ink.text(left + _PAD + indent, y, line, _SMALL_SIZE, va="center_baseline", gid="imprint")
            y -= step
        y -= gap
    return top + 1


def _draw_locator(ink: Ink, box: Box, frame: Frame, land: Land) -> float:
    """Draw where in the city the district and the map's window lie; the height at which it begins."""
    left, bottom, right, top = box
    ink.text((left + right) / 2, top - 3, text("maps.locator", ink.lang), _TEXT_SIZE, bold=True, ha="center")
    shapes = tuple(land.shapes.values())
    inner = (left, bottom, right, top - 7)
    whole = fitted(shapes, inner, paper=frame.paper, margin=0.04, meridian=frame.meridian)
    for code, shape in zip(land.shapes, whole.on_page(shapes), strict=True):
        ink.area(shape, face="#5f7f9f" if code == land.district else "#f2f2f2", edge="#9a9a9a", width=0.3)
    (outline,) = whole.on_page([city_outline(shapes)])
    ink.area(outline, edge=CITY_EDGE, width=0.8)
    corners = shapely.MultiPoint(frame.corners)
    (window,) = whole.on_page([shapely.convex_hull(corners)])
    ink.area(window, edge="#b3261e", width=0.9, clip=inner, zorder=6)
    return top


def _paragraph(ink: Ink, x: float, y: float, width: float, told: str, size: float, *, bold: bool = False) -> float:
    """Write lines of text from a height down; the height below them."""
    step = size * LEADING * MM_PER_POINT
    for line in ink.wrapped(told, size, width):
        ink.text(x, y - step / 2, line, size, bold=bold, va="center_baseline", gid="paragraph")
        y -= step
    return y


def projection_note(frame: Frame, ink: Ink) -> str:
    """Name of the projection with its central meridian."""
    return text("maps.projection", ink.lang, meridian=degrees_minutes(frame.meridian))
