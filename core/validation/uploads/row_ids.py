"""Finds rows that stand twice by the hashes of their ids, in eight bytes a row; only suspects are read as text."""

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from core.errors import Problem
from core.validation.uploads.blocks import Block
from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.problems import shown


class RowIds:
    """The hashes of the ids of a table's rows, collected block by block."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._mapping = mapping
        self._hashes: list[pl.Series] = []

    def add(self, block: Block) -> None:
        """Remember the rows of a block."""
        if self._mapping.row_id is not None:
            self._hashes.append(self._ids(block).drop_nulls().hash())

    def repeated(self, again: Callable[[], Iterable[Block]]) -> Iterator[Problem]:
        """Each row whose id stood before; `again` reads the table anew, which happens only if hashes are equal."""
        suspects = self._suspects()
        if not len(suspects):
            return
        first: dict[str, int] = {}
        for block in again():
            ids = self._ids(block)
            for row in (ids.hash().is_in(suspects.implode()) & ids.is_not_null()).arg_true():
                text, line = str(ids[row]), block.lines[row]
                if (earlier := first.setdefault(text, line)) != line:
                    found = f"{shown(text)}, first on line {earlier}"
                    yield Problem("a row id stands twice", line, self._mapping.row_id, found, "each row once")

    def _suspects(self) -> pl.Series:
        if not self._hashes:
            return pl.Series(dtype=pl.UInt64)
        ordered = pl.concat(self._hashes, rechunk=False).sort()
        return ordered.filter(ordered == ordered.shift(1)).unique()

    def _ids(self, block: Block) -> pl.Series:
        """What may stand once: a row, or where rows are perturbed a row under a scenario."""
        assert self._mapping.row_id is not None
        ids = block.frame[self._mapping.row_id].cast(pl.String)
        scenario = self._mapping.scenario
        return ids if scenario is None else ids + ", " + block.frame[scenario].cast(pl.String)
