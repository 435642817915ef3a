"""Coordinates and area on CGCS2000: every area is ellipsoidal, as the land survey (国土调查) defines it."""

from landlink.crs.area import area_m2, gauss_kruger, plane_area_m2
from landlink.crs.detect import Finding, detect
from landlink.crs.shifted import SHIFTED, Shifted, from_shifted, to_shifted
from landlink.crs.systems import CGCS2000, declare, plane_of, same_crs, to_cgcs2000, to_plane

__all__ = [
    "CGCS2000",
    "SHIFTED",
    "Finding",
    "Shifted",
    "area_m2",
    "declare",
    "detect",
    "from_shifted",
    "gauss_kruger",
    "plane_area_m2",
    "plane_of",
    "same_crs",
    "to_cgcs2000",
    "to_plane",
    "to_shifted",
]
