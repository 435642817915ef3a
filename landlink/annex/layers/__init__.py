"""Result layers (图层) of a plan: GeoPackage, shapefiles and file geodatabase."""

from landlink.annex.layers.esri import write_geodatabase, write_shapefiles
from landlink.annex.layers.geopackage import write_geopackage
from landlink.annex.layers.tables import layers

__all__ = ["layers", "write_geodatabase", "write_geopackage", "write_shapefiles"]
