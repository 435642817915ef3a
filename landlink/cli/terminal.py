"""Tables in a terminal, aligned whether their cells are Chinese or Latin."""

import unicodedata
from collections.abc import Sequence


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells in right-aligned columns."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(" " * (width - _width(cell)) + cell for cell, width in zip(row, widths, strict=True)))


def _width(cell: str) -> int:
    """Terminal columns that a cell takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
