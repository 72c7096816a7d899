"""Reads chunks of production data, a stretch at a time, so that a large batch is opened once for many chunks."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from core.monitoring.intake.arrivals import Day, days
from core.monitoring.intake.kept import Stream, batches_of
from core.monitoring.intake.reading import Span, read_span, rows_in
from core.monitoring.intake.rules import AT, BatchKind
from core.store import EvidenceFiles, Store
from core.store.types import EPOCH, microseconds

BLOCK = 250_000  # rows that are read together


class Windows:
    """The inferences of one stream, with labels and attributes as far as they have come."""

    def __init__(self, store: Store, files: EvidenceFiles, model: str, stream: Stream) -> None:
        self._store, self._files, self._model, self._stream = store, files, model, stream
        self._batches: list[tuple[int, int]] | None = None
        self._days: tuple[Day, ...] | None = None
        self._first, self._rows = 0, pl.DataFrame()
        self._from, self._until, self._span = EPOCH, EPOCH, pl.DataFrame()

    def by_rows(self, position: int, amount: int, rows: int | None = None) -> pl.DataFrame:
        """The chunk of `amount` rows with this number, or the first `rows` of it, sorted by time and id."""
        first = position * amount
        stop = first + (amount if rows is None else rows)
        if not self._first <= first <= stop <= self._first + self._rows.height:  # the last one may have fewer
            self._rows, self._first = self._block(first, stop - first), first
        return self._rows[first - self._first : stop - self._first].sort(AT, maintain_order=True)

    def by_time(self, start: datetime, end: datetime) -> pl.DataFrame:
        """The rows from `start` on and before `end`."""
        if not self._from <= start <= end <= self._until:
            self._from, self._until = start, max(end, self._until_enough(start))
            with self._store.reading() as session:
                span = Span(self._model, self._stream.environment, self._from, self._until)
                self._span = _frame(read_span(session, self._files, span))
        moments = self._span[AT].to_numpy()
        low, high = np.searchsorted(moments, [microseconds(start), microseconds(end)], side="left")
        return self._span[int(low) : int(high)]

    def _block(self, first: int, amount: int) -> pl.DataFrame:
        """Rows that are in their order of arrival when they are sorted by time: those of one batch, or a chunk."""
        if self._batches is None:
            self._batches = self._bounds()
        within = next((stop for start, stop in self._batches if start <= first and first + amount <= stop), None)
        limit = amount if within is None else min(within - first, max(BLOCK, amount))
        with self._store.reading() as session:
            found = rows_in(session, self._files, self._model, self._stream.environment, first=first, limit=limit)
        return _frame(found)

    def _bounds(self) -> list[tuple[int, int]]:
        bounds, position = list[tuple[int, int]](), 0
        with self._store.reading() as session:
            for batch in batches_of(session, self._stream, BatchKind.INFERENCES, removed=True):
                bounds.append((position, position + batch.rows))
                position += batch.rows
        return bounds

    def _until_enough(self, start: datetime) -> datetime:
        """The end of the last day up to which a block is full."""
        if self._days is None:
            with self._store.reading() as session:
                self._days = days(session, self._model, self._stream.environment)
        first, total, until = (start - EPOCH).days, 0, start
        for one in self._days:
            if one.day < first:
                continue
            total += one.rows
            if total > BLOCK:
                break
            until = EPOCH + timedelta(days=one.day + 1)
        return until


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
