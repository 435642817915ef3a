"""Result layers (图层) of a plan: GeoPackage, shapefiles and file geodatabase."""

from landlink.annex.layers.tables import write_geopackage

__all__ = ["write_geopackage"]
