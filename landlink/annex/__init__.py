"""The documents that go with a plan: explanation, workbook, map sheets, layers and derivations, packed to be filed."""

from landlink.annex.bundle import files, write_annex
from landlink.annex.document import read_template, template
from landlink.annex.edition import Edition, Filing
from landlink.annex.filing import check_annex, file_name
from landlink.annex.gaps import Gap, gaps
from landlink.annex.layers import write_geopackage
from landlink.annex.manifest import Finding, verify
from landlink.annex.material import Material, material, survey

__all__ = [
    "Edition",
    "Filing",
    "Finding",
    "Gap",
    "Material",
    "check_annex",
    "file_name",
    "files",
    "gaps",
    "material",
    "read_template",
    "survey",
    "template",
    "verify",
    "write_annex",
    "write_geopackage",
]
