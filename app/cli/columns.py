"""Rows of words as columns of a terminal."""

from collections.abc import Sequence


def columns_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row, each column as wide as its longest word."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
