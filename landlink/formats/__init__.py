"""Reading planners' files and writing results whole or not at all."""

from landlink.formats.output import csv_bytes, write_files
from landlink.formats.save import save_layer, shapefile_names
from landlink.formats.vector import layer_names, read_layer

__all__ = ["csv_bytes", "layer_names", "read_layer", "save_layer", "shapefile_names", "write_files"]
