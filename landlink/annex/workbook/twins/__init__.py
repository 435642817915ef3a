"""Excel twins: the live formula of each computed column, which gives the plan's own integers from the inputs."""

from landlink.annex.workbook.twins import needs, quota, sites, sources
from landlink.annex.workbook.twins.register import SOLVED, TWINS, Row, formula, value_notes, without_twin

__all__ = [
    "SOLVED",
    "TWINS",
    "Row",
    "formula",
    "needs",
    "quota",
    "sites",
    "sources",
    "value_notes",
    "without_twin",
]
