"""The workbook (附表) of a plan, whose computed cells are live formulas."""

from landlink.annex.workbook.workbook import workbook

__all__ = ["workbook"]
