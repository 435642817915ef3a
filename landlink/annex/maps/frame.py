"""The map's window on the page: projection, true scale, graticule and scale bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Proj

Box = tuple[float, float, float, float]

# The ellipsoid of CGCS2000 has the axes of GRS80.
GEOD = Geod(ellps="GRS80")
# Scales that a map may have, as digits before the zeros.
_SCALES = (1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9, 10)
# Lengths of a scale bar, as digits before the zeros, with the number of its parts.
_BARS = ((1.0, 5), (2.0, 4), (4.0, 4), (5.0, 5))
# Greatest length of a scale bar on the page, mm.
_LONGEST_BAR = 75.0
# Distances of meridians and parallels, minutes.
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300)
# Most meridians or parallels of a map: more would hide it.
_MOST_LINES = 7
# Points of a meridian's or parallel's course, which is a curve on the page.
_SAMPLES = 65
# Degrees that a meridian or parallel is drawn beyond the window, where it is clipped.
_BEYOND = 0.1
# Room that the degrees of a line need beside a corner of the frame, mm.
_CORNER = 6.0
_MM_PER_M = 1000  # mm


@dataclass(frozen=True)
class Frame:
    """A window of the map: part of the earth on a part of the page, in a transverse Mercator projection of CGCS2000.

    Parameters
    ----------
    box
        Left, bottom, right and top on the page, in mm of an A3 sheet.
    meridian
        Central meridian in degrees, where the projection is true to scale.
    east, north
        Middle of the window in the projection, in m.
    scale
        N of the scale 1:N.
    paper
        Length on paper of 1 mm of the A3 sheet.
    """

    box: Box
    meridian: float
    east: float
    north: float
    scale: int
    paper: float

    @cached_property
    def projection(self) -> Proj:
        """The projection, from degrees to m."""
        return tmerc(self.meridian)

    @property
    def mm_per_m(self) -> float:
        """Length on the A3 sheet, in mm, of 1 m of the projection."""
        return _MM_PER_M / self.scale / self.paper

    def on_page(self, shapes: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
        """Shapes in degrees as shapes on the page."""
        return [shapely.transform(shape, self._to_page) for shape in shapes]

    def in_degrees(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Longitudes and latitudes of points on the page."""
        left, bottom, right, top = self.box
        east = self.east + (x - (left + right) / 2) / self.mm_per_m
        north = self.north + (y - (bottom + top) / 2) / self.mm_per_m
        lons, lats = self.projection(east, north, inverse=True)
        return lons, lats

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the window."""
        lon, lat = self.projection(self.east, self.north, inverse=True)
        return float(lon), float(lat)

    @cached_property
    def corners(self) -> list[tuple[float, float]]:
        """Longitude and latitude of points around the window."""
        left, bottom, right, top = self.box
        halves = ((right - left) / 2 / self.mm_per_m, (top - bottom) / 2 / self.mm_per_m)
        around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        xs, ys = zip(*((self.east + x * halves[0], self.north + y * halves[1]) for x, y in around), strict=True)
        lons, lats = self.projection(xs, ys, inverse=True)
        return list(zip(lons, lats, strict=True))

    def _to_page(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        left, bottom, right, top = self.box
        xs, ys = self.projection(points[:, 0], points[:, 1])
        middle = ((left + right) / 2, (bottom + top) / 2)
        return np.column_stack(
            (middle[0] + (xs - self.east) * self.mm_per_m, middle[1] + (ys - self.north) * self.mm_per_m)
        )


@dataclass(frozen=True, slots=True)
class Graduation:
    """One meridian or parallel: degrees, its course on the page, and where it meets two sides of the frame.

    Parameters
    ----------
    ends
        Of a meridian the x at the bottom and at the top, of a parallel the y at the left and at the right, mm.
    """

    degrees: float
    course: shapely.LineString
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A scale bar: its length on the ground (m) and on the page (mm), and the number of its parts."""

    length_m: float
    length_mm: float
    parts: int


def tmerc(meridian: float) -> Proj:
    """Transverse Mercator projection (Gauss-Krüger) of the GRS80 ellipsoid, true to scale on a meridian."""
    return Proj(f"+proj=tmerc +lat_0=0 +lon_0={meridian:.10f} +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m")


def fitted(shapes: Sequence[shapely.Geometry], box: Box, *, paper: float, margin: float, meridian: float) -> Frame:
    """Window in which shapes have room, at the largest usual scale.

    Parameters
    ----------
    shapes
        In degrees.
    box
        Left, bottom, right and top of the window on the page, mm of an A3 sheet.
    paper
        Length on paper of 1 mm of the A3 sheet.
    margin
        Share of the window's sides that is left free on each side.
    meridian
        Central meridian of the projection, degrees.
    """
    project = tmerc(meridian)
    projected = shapely.transform(
        shapely.geometrycollections(list(shapes)), lambda points: np.column_stack(project(points[:, 0], points[:, 1]))
    )
    west, south, east, north = shapely.bounds(projected)
    left, bottom, right, top = box
    free = 1 - 2 * margin
    least = max((east - west) / (right - left), (north - south) / (top - bottom)) / free / paper * _MM_PER_M
    power = 10 ** floor(log10(least))
    digits = next(scale for scale in _SCALES if scale * power >= least * (1 - 1e-9))
    return Frame(box, meridian, float(west + east) / 2, float(south + north) / 2, round(digits * power), paper)


def middle_meridian(shapes: Sequence[shapely.Geometry]) -> float:
    """Meridian through the middle of shapes in degrees, to the minute."""
    west, _, east, _ = shapely.total_bounds(list(shapes))
    return round(float(west + east) * 30) / 60


def graticule(frame: Frame) -> tuple[list[Graduation], list[Graduation]]:
    """Meridians and parallels through the window, at round minutes."""
    lons, lats = zip(*frame.corners, strict=True)
    left, bottom, right, top = frame.box
    span = max(max(lons) - min(lons), max(lats) - min(lats)) * 60
    step = next((step for step in _STEPS if span / step <= _MOST_LINES), _STEPS[-1])
    all_lons = np.linspace(min(lons) - _BEYOND, max(lons) + _BEYOND, _SAMPLES)
    all_lats = np.linspace(min(lats) - _BEYOND, max(lats) + _BEYOND, _SAMPLES)
    meridians, parallels = [], []
    for degrees in _rounds(min(lons), max(lons), step):
        (course,) = frame.on_page([shapely.linestrings(np.full(_SAMPLES, degrees), all_lats)])
        xs, ys = shapely.get_coordinates(course).T
        ends = (float(np.interp(bottom, ys, xs)), float(np.interp(top, ys, xs)))
        if all(left + _CORNER < x < right - _CORNER for x in ends):
            meridians.append(Graduation(degrees, course, ends))
    for degrees in _rounds(min(lats), max(lats), step):
        (course,) = frame.on_page([shapely.linestrings(all_lons, np.full(_SAMPLES, degrees))])
        xs, ys = shapely.get_coordinates(course).T
        ends = (float(np.interp(left, xs, ys)), float(np.interp(right, xs, ys)))
        if all(bottom + _CORNER < y < top - _CORNER for y in ends):
            parallels.append(Graduation(degrees, course, ends))
    return meridians, parallels


def degrees_minutes(degrees: float) -> str:
    """Degrees and minutes.

    Examples
    --------
    >>> degrees_minutes(113.0833)
    '113°05′'
    """
    minutes = round(degrees * 60)
    return f"{minutes // 60}°{minutes % 60:02}′"


def scale_bar(frame: Frame) -> Bar:
    """Scale bar of a round length, measured along the ellipsoid through the middle of the window from west to east."""
    most_m = _LONGEST_BAR / frame.mm_per_m
    power = 10.0 ** floor(log10(most_m))
    digits, parts = max(bar for bar in _BARS if bar[0] * power <= most_m)
    length_m = digits * power
    lon, lat = frame.centre
    ends = [GEOD.fwd(lon, lat, azimuth, length_m / 2)[:2] for azimuth in (270, 90)]
    (west, south), (east, north) = (frame.projection(*end) for end in ends)
    return Bar(length_m, float(np.hypot(east - west, north - south)) * frame.mm_per_m, parts)


def _rounds(low: float, high: float, step: int) -> list[float]:
    """Multiples of a step in minutes between two degrees, as degrees."""
    return [minutes * step / 60 for minutes in range(ceil(low * 60 / step), floor(high * 60 / step) + 1)]
