"""The documents that go with a plan: workbook, map sheets, layers and derivations, packed to be filed."""

from landlink.annex.gaps import Gap, gaps
from landlink.annex.layers import write_geopackage
from landlink.annex.manifest import Finding, verify
from landlink.annex.package import file_name, files, write_annex

__all__ = ["Finding", "Gap", "file_name", "files", "gaps", "verify", "write_annex", "write_geopackage"]
