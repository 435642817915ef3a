"""What the commands share: how they are added, and tables in a terminal."""

import argparse
import unicodedata
from collections.abc import Callable, Sequence

from landlink.texts import Lang

Command = Callable[[argparse.Namespace, Lang], int | None]
Adder = Callable[[str, Command], argparse.ArgumentParser]
Say = Callable[[str], str]


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells in columns, flush right."""
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(" " * (width - _width(cell)) + cell for cell, width in zip(row, widths, strict=True)))


def _width(cell: str) -> int:
    """Columns a cell takes in a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
