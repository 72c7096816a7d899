"""A table in pieces: so many rows at a time, each with the line it stands on."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

BLOCK_ROWS = 20_000


@dataclass(frozen=True)
class Block:
    """Some rows in order; `lines[i]` is the line of row i, counting from 1 with the header as line 1.

    Cells of CSV are text, exactly as written, and null where nothing was written; cells of Parquet keep their type.
    """

    lines: Sequence[int]
    frame: pl.DataFrame
