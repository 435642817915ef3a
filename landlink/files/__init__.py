"""Reading planners' files and writing results whole or not at all."""

from landlink.files.output import check_writable, csv_bytes, write_files
from landlink.files.save import save_layer, shapefile_names
from landlink.files.vector import layer_names, read_layer

__all__ = ["check_writable", "csv_bytes", "layer_names", "read_layer", "save_layer", "shapefile_names", "write_files"]
