"""Chunks of production data whose rows retention removed: they are not checked again, and it is said why."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.metrics.monitoring.chunks import start_of
from core.monitoring.intake.kept import Stream, batches_of
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.policy.monitors.rules import ChunkSize


@dataclass(frozen=True)
class Removed:
    """A batch of inferences that is gone, and which rows of the stream it held, counted in their order of arrival."""

    batch: ProductionBatch
    first: int
    stop: int


@dataclass(frozen=True)
class Gone:
    """What retention removed of a stream."""

    batches: tuple[Removed, ...]

    @classmethod
    def of(cls, session: Session, stream: Stream) -> "Gone":
        """Of this stream; mostly nothing, which one statement tells."""
        gone = select(ProductionBatch.id).where(
            ProductionBatch.model_id == stream.model_id,
            ProductionBatch.environment == stream.environment,
            ProductionBatch.kind == BatchKind.INFERENCES,
            col(ProductionBatch.removed_at).is_not(None),
        )
        if session.exec(gone.limit(1)).first() is None:
            return cls(())
        return cls(tuple(_removed(session, stream)))

    def touches(self, size: ChunkSize, position: int) -> bool:
        """Whether rows of this chunk are gone."""
        return bool(self._in(size, position))

    def said(self, size: ChunkSize, position: int) -> str:
        """That rows of a chunk are gone, in words; empty where they are there."""
        found = self._in(size, position)
        if not found:
            return ""
        named = ", ".join(one.batch.number for one in found[:3]) + (f" and {len(found) - 3} more" if found[3:] else "")
        last = found[-1].batch
        when = f"{last.removed_at:%Y-%m-%d}" if last.removed_at else ""
        return f"Rows of it were removed at the end of their retention: {named}, on {when}, ledger entry " + str(
            last.removed_entry
        )

    def _in(self, size: ChunkSize, position: int) -> list[Removed]:
        if size.by_rows:
            first, stop = position * size.amount, (position + 1) * size.amount
            return [one for one in self.batches if one.first < stop and one.stop > first]
        starts = start_of(position, size.amount, size.unit)
        ends = start_of(position + 1, size.amount, size.unit)
        return [
            one
            for one in self.batches
            if one.batch.first_at and one.batch.last_at and one.batch.first_at < ends and one.batch.last_at >= starts
        ]


def _removed(session: Session, stream: Stream) -> Iterator[Removed]:
    position = 0
    for batch in batches_of(session, stream, BatchKind.INFERENCES, removed=True):
        if batch.removed_at is not None:
            yield Removed(batch, position, position + batch.rows)
        position += batch.rows
