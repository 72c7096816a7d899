"""The heavy part of taking in a batch, done before anybody has to wait: what is new, and its file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlmodel import Session

from core.monitoring.intake.joining import NOTHING, Joined, is_joined, joined_with, together, waited_for
from core.monitoring.intake.kept import Asked, Stream, batches_of, index_for, repeated
from core.monitoring.intake.rules import ID, BatchKind
from core.monitoring.intake.shaping import parquet_of
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles, StoredFile


@dataclass
class Work:
    """Rows of one kind, and of one version where they are inferences.

    `look` is called once outside the transaction and once inside it, for what arrived in between: usually nothing.
    """

    kind: BatchKind
    version_id: int | None
    frame: pl.DataFrame
    sealing: bool = False  # as it holds sensitive attributes
    repeated: int = 0  # that stood twice in what came, or are on record
    joined: Joined = NOTHING
    ended: dict[int, Joined] = field(default_factory=dict)  # by the batch that waited for these inferences
    stored: StoredFile | None = None
    ids: str = ""
    _seen: int = 0
    _asked: Asked | None = None

    def look(self, session: Session, files: EvidenceFiles, stream: Stream) -> None:
        """Compare with the batches that came since the last look; raises `Unreadable` for ids with other content."""
        if self.kind is not BatchKind.REFERENCE and self.frame.height:
            newer = batches_of(session, stream, *BatchKind, after=self._seen)
            if self._leave_out(files, [batch for batch in newer if batch.kind is self.kind]) and self._seen:
                self.joined, self.ended = NOTHING, {}  # they counted rows that are left out now
                newer = batches_of(session, stream, *BatchKind)
            self._join(files, newer)
            self._seen = max((batch.id or 0 for batch in newer), default=self._seen)
        self._store(files)

    def _leave_out(self, files: EvidenceFiles, alike: Sequence[ProductionBatch]) -> bool:
        known = repeated(files, alike, self._ids(), self.version_id)
        if not known.len():
            return False
        fresh = self.frame.join(known.to_frame(), on=ID, how="anti", maintain_order="left")
        self.repeated += self.frame.height - fresh.height
        self.frame, self.stored, self._asked = fresh, None, None
        return True

    def _join(self, files: EvidenceFiles, newer: Sequence[ProductionBatch]) -> None:
        if not self.frame.height:
            return
        if is_joined(self.kind):
            inferences = [batch for batch in newer if batch.kind is BatchKind.INFERENCES]
            self.joined = together(self.joined, joined_with(files, inferences, self._ids()))
        else:
            waiting = [batch for batch in newer if batch.waiting]
            self.ended |= waited_for(files, waiting, self._ids(), self.version_id or 0)

    def _store(self, files: EvidenceFiles) -> None:
        if self.stored is None and self.frame.height:
            self.stored = files.add([parquet_of(self.frame)], sealing=self.sealing)
            if ID in self.frame.columns:
                self.ids = files.add([index_for(self._ids().hashes)], durable=False).digest

    def _ids(self) -> Asked:
        if self._asked is None:
            self._asked = Asked.of(self.frame)
        return self._asked
