"""The transaction in which batches of production data go on record: row, totals, ledger entry and the job of checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import polars as pl

from core.access.rules import Actor
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.intake.counting import add_days, end_waiting
from core.monitoring.intake.joining import days_of, is_joined
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import AT, BatchKind
from core.monitoring.intake.tables import ProductionBatch, ProductionStream
from core.monitoring.intake.work import Work
from core.monitoring.vocabulary import MONITOR_JOB
from core.store import Transaction
from core.store.numbers import next_number
from core.store.types import instant, microseconds

NOTHING_MORE: Mapping[str, JsonValue] = MappingProxyType({})


@dataclass(frozen=True)
class Received:
    """What became of rows that were handed in: the batches that hold them, and how many were new, late and so on."""

    batches: tuple[str, ...]
    rows: int
    repeated: int
    late: int
    out_of_order: int
    waiting: int  # labels or attributes whose inference has not come yet
    quarantined: tuple[str, ...] = ()  # what lies in quarantine of it
    held: int = 0  # rows that lie there


@dataclass(frozen=True)
class Sent:
    """What came with the rows: the name of their file, and the key of the call, both of which may be empty."""

    filename: str = ""
    key: str = ""
    first_line: int = 2  # on which the first row stood


@dataclass(frozen=True)
class Taking:
    """The transaction in which batches go on record."""

    tx: Transaction
    ledger: Ledger
    stream: Stream
    model: str
    sent: Sent
    scanned: str
    actor: Actor
    at: datetime

    def batch(
        self, work: Work, totals: ProductionStream, more: Mapping[str, JsonValue] = NOTHING_MORE
    ) -> ProductionBatch:
        """Put one batch on record, add it to the totals, and have it checked; its entry says `more` too."""
        row = self._row(work, totals)
        self._count(work, row, totals)
        row.entry = self._entry(row, more)
        self.tx.session.add_all([row, totals])
        self.tx.session.flush()
        if row.rows:
            slot = f"{self.model} {self.stream.environment} {row.number}"
            enqueue(self.tx, MONITOR_JOB, slot, at=self.at)
        return row

    def _row(self, work: Work, totals: ProductionStream) -> ProductionBatch:
        first, last = work.joined.first_at, work.joined.last_at
        if work.kind is BatchKind.INFERENCES and work.frame.height:
            first, last = instant(work.frame[AT].min()), instant(work.frame[AT].max())  # type: ignore[arg-type]
        before = work.frame[AT] if work.kind is BatchKind.INFERENCES else pl.Series([], dtype=pl.Int64)
        stored = work.stored
        return ProductionBatch(
            number=next_number(self.tx.session, "PB"),
            kind=work.kind,
            model_id=self.stream.model_id,
            version_id=work.version_id,
            environment=self.stream.environment,
            digest=stored.digest if stored else "",
            ids=work.ids if stored else "",
            size=stored.size if stored else 0,
            rows=work.frame.height,
            first_at=first,
            last_at=last,
            late_rows=_before(before, totals.checked_until),
            out_of_order_rows=_before(before, totals.last_at),
            repeated_rows=work.repeated,
            waiting=work.frame.height - work.joined.rows if is_joined(work.kind) else 0,
            filename=self.sent.filename,
            scan=self.scanned,
            key=self.sent.key,
            entry=0,
            through=self.actor.token or ("page" if self.actor.roles else "drop"),
            received_by=self.actor.id,
            received_at=self.at,
        )

    def _count(self, work: Work, row: ProductionBatch, totals: ProductionStream) -> None:
        totals.repeated_rows += row.repeated_rows
        totals.received_at = self.at
        if work.kind is BatchKind.INFERENCES:
            totals.rows += row.rows
            totals.late_rows += row.late_rows
            totals.out_of_order_rows += row.out_of_order_rows
            totals.first_at = min((at for at in (totals.first_at, row.first_at) if at), default=None)
            totals.last_at = max((at for at in (totals.last_at, row.last_at) if at), default=None)
            add_days(self.tx, self.stream, days_of(work.frame, work.version_id or 0), "rows")
        elif work.kind is BatchKind.LABELS:
            totals.labelled_rows += work.joined.rows
            add_days(self.tx, self.stream, work.joined.days, "labelled_rows")
        for batch_id, joined in work.ended.items():
            end_waiting(self.tx, batch_id, joined)
            if self.tx.session.get_one(ProductionBatch, batch_id).kind is BatchKind.LABELS:
                totals.labelled_rows += joined.rows
                add_days(self.tx, self.stream, joined.days, "labelled_rows")

    def _entry(self, row: ProductionBatch, more: Mapping[str, JsonValue]) -> int:
        payload: dict[str, JsonValue] = {
            "batch": row.number,
            "kind": row.kind.value,
            "environment": row.environment,
            "file": row.digest,
            "rows": row.rows,
            "repeated": row.repeated_rows,
            "late": row.late_rows,
            "out of order": row.out_of_order_rows,
            **more,
        }
        if row.first_at and row.last_at:
            payload |= {"first_at": microseconds(row.first_at), "last_at": microseconds(row.last_at)}
        entity = Entity("model", self.model)
        recorded = self.ledger.record(
            self.tx, Event.PRODUCTION_RECORDED, entity=entity, actor=self.actor, at=self.at, payload=payload
        )
        return recorded.index


def _before(moments: pl.Series, bound: datetime | None) -> int:
    return int((moments < microseconds(bound)).sum()) if bound else 0


def in_all(rows: Sequence[ProductionBatch]) -> Received:
    return Received(
        tuple(row.number for row in rows),
        sum(row.rows for row in rows),
        sum(row.repeated_rows for row in rows),
        sum(row.late_rows for row in rows),
        sum(row.out_of_order_rows for row in rows),
        sum(row.waiting for row in rows),
    )
