"""The workbook (附表) of a plan, whose computed cells are live formulas."""

from landlink.annex.workbook.book import workbook

__all__ = ["workbook"]
