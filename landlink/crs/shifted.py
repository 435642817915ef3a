"""The shifted coordinates of Chinese web maps: GCJ-02 (高德, 腾讯) and BD-09 (百度), in both directions.

The formulas are published by users of these maps and are not official. The converters of Amap and Baidu agree with
them to some centimetres.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Shifted = Literal["GCJ-02", "BD-09"]
SHIFTED: tuple[Shifted, ...] = ("GCJ-02", "BD-09")

# Krasovsky's ellipsoid, on which the shift is defined.
_A = 6_378_245.0  # m: semi-major axis
_E2 = 0.006_693_421_622_965_943  # first eccentricity squared
# Radians to a degree times 3,000: frequency of BD-09's ripple.
_BAIDU = np.pi * 3000 / 180
# Error at which the inverse stops, degrees: 0.1 µm.
_CLOSE = 1e-12
# Rounds of the inverse; each leaves about a thousandth of the error before.
_ROUNDS = 10


def to_shifted(points: Floats, system: Shifted) -> Floats:
    """WGS 84 (or CGCS2000) to GCJ-02 or BD-09.

    Parameters
    ----------
    points
        Longitude and latitude, degrees, shape (n, 2). Points outside the box in which web maps shift stay.

    Returns
    -------
    Degrees, shape (n, 2).

    Examples
    --------
    天安门:

    >>> to_shifted(np.array([[116.39128, 39.90734]]), "GCJ-02").round(4).tolist()
    [[116.3975, 39.9087]]
    """
    return _forward(system)(points)


def from_shifted(points: Floats, system: Shifted) -> Floats:
    """GCJ-02 or BD-09 to WGS 84 (or CGCS2000), the inverse of :func:`to_shifted` to less than a micrometre.

    Parameters
    ----------
    points
        Longitude and latitude, degrees, shape (n, 2).

    Returns
    -------
    Degrees, shape (n, 2).
    """
    if system == "BD-09":
        points = _inverse(_baidu, points)
    return _inverse(_gcj, points)


def unshift(shapes: npt.NDArray[np.object_], system: Shifted) -> npt.NDArray[np.object_]:
    """Shapes in GCJ-02 or BD-09 degrees as shapes in WGS 84 degrees."""
    moved: npt.NDArray[np.object_] = shapely.transform(shapes, lambda points: from_shifted(points, system))
    return moved


def _forward(system: Shifted) -> Callable[[Floats], Floats]:
    return _gcj if system == "GCJ-02" else lambda points: _baidu(_gcj(points))


def _inverse(forward: Callable[[Floats], Floats], moved: Floats) -> Floats:
    """Points that a map moves to the given ones, by fixed-point iteration: a shift hardly varies over its length."""
    points = moved.copy()
    for _ in range(_ROUNDS):
        error = forward(points) - moved
        points -= error
        if not error.size or np.abs(error).max() < _CLOSE:
            break
    return points


def _gcj(points: Floats) -> Floats:
    longitude, latitude = points.T
    inside = (longitude >= 72.004) & (longitude <= 137.8347) & (latitude >= 0.8293) & (latitude <= 55.8271)  # noqa: PLR2004
    x, y = longitude - 105, latitude - 35
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(latitude)
    w2 = 1 - _E2 * np.sin(phi) ** 2
    meridian, parallel = _A * (1 - _E2) / w2**1.5, _A / np.sqrt(w2) * np.cos(phi)
    shift = np.stack([np.degrees(east / parallel), np.degrees(north / meridian)], axis=1)
    return points + np.where(inside[:, None], shift, 0.0)


def _baidu(points: Floats) -> Floats:
    x, y = points.T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return np.stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006], axis=1)
