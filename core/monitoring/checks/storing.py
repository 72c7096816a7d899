"""Puts checked chunks on record: one transaction with its ledger entry, its alerts and what follows from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from core.access.rules import SYSTEM, Actor
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.metrics.verdicts import Verdict
from core.monitoring.checks.alerting import signal_breaches
from core.monitoring.checks.checking import Checked, Found
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorChunk, MonitorResult, MonitorSlot
from core.monitoring.intake.counting import mark_checked
from core.monitoring.intake.kept import Stream
from core.monitoring.vocabulary import ROLLBACK_JOB
from core.store import Transaction
from core.store.numbers import next_numbers

MOST_NAMED = 200  # chunks of one ledger entry


@dataclass(frozen=True)
class Stored:
    """A chunk that went on record with its number and revision."""

    number: str
    revision: int
    checked: Checked


def locked_slot(tx: Transaction, model_id: int, environment: str) -> MonitorSlot:
    """Where the model stands; other workers that check it wait here."""
    build = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = MonitorSlot(model_id=model_id, environment=environment).model_dump(exclude={"id"})
    tx.session.execute(build(MonitorSlot).values(values).on_conflict_do_nothing())
    query = select(MonitorSlot).where(MonitorSlot.model_id == model_id, MonitorSlot.environment == environment)
    return tx.session.exec(query.with_for_update()).one()


def store_checked(
    tx: Transaction,
    ledger: Ledger,
    subject: Subject,
    checked: Sequence[Checked],
    *,
    actor: Actor = SYSTEM,
    at: datetime,
) -> tuple[Stored, ...]:
    """Store what is new among these; a chunk that another worker stored meanwhile, or whose data are the same, is not.

    So a chunk has one result a revision, and a breach one alert, however often a worker died over it.
    """
    locked_slot(tx, subject.model_id, subject.environment)
    fresh = [(one, former) for one in checked if _is_new(former := _former(tx, subject, one), one)]
    _note_seen(tx, subject, checked, [one for one, _ in fresh])
    if not fresh:
        return ()
    drawn = iter(next_numbers(tx.session, "CH", sum(former is None for _, former in fresh)))
    stored = tuple(_store(tx, subject, one, former, drawn, at) for one, former in fresh)
    _mark(tx, subject, stored)
    entity = Entity("model", subject.model.number)
    ledger.record(tx, Event.MONITOR_CHECKED, entity=entity, actor=actor, at=at, payload=_payload(subject, stored))
    signal_breaches(tx, ledger, subject, [(one.number, one.checked) for one in stored], at=at)
    _ask_for_rollback(tx, subject, stored, at)
    return stored


def _former(tx: Transaction, subject: Subject, one: Checked) -> MonitorChunk | None:
    return tx.session.exec(
        select(MonitorChunk).where(
            MonitorChunk.model_id == subject.model_id,
            MonitorChunk.environment == subject.environment,
            MonitorChunk.size == one.planned.words,
            MonitorChunk.position == one.planned.position,
            col(MonitorChunk.newest).is_(True),
        )
    ).first()


def _is_new(former: MonitorChunk | None, one: Checked) -> bool:
    """Whether it says something that is not on record."""
    if former is None:
        return one.planned.former == 0
    return former.revision == one.planned.former and former.data_digest != one.data_digest


def _note_seen(tx: Transaction, subject: Subject, checked: Sequence[Checked], fresh: Sequence[Checked]) -> None:
    """What came later said nothing new of these chunks: they need not be looked at again for it."""
    for one in checked:
        if one.planned.former and not any(one is other for other in fresh):
            tx.session.execute(
                update(MonitorChunk)
                .where(
                    col(MonitorChunk.number) == one.planned.number,
                    col(MonitorChunk.revision) == one.planned.former,
                    col(MonitorChunk.seen_batch) < one.planned.seen_batch,
                )
                .values(seen_batch=one.planned.seen_batch)
            )


def _store(
    tx: Transaction, subject: Subject, one: Checked, former: MonitorChunk | None, drawn: Iterator[str], at: datetime
) -> Stored:
    if former is not None:
        for table, which in ((MonitorChunk, MonitorChunk.id), (MonitorResult, MonitorResult.chunk_id)):
            tx.session.execute(update(table).where(col(which) == former.id).values(newest=False))
    row = MonitorChunk(
        number=former.number if former else next(drawn),
        model_id=subject.model_id,
        environment=subject.environment,
        size=one.planned.words,
        position=one.planned.position,
        revision=former.revision + 1 if former else 1,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        rows=one.rows,
        labelled_rows=one.labelled_rows,
        versions=orjson.dumps(dict(one.versions)).decode(),
        data_digest=one.data_digest,
        reference_digest=one.reference_digest,
        figures_digest=one.figures_digest,
        policy_version_id=subject.policy.id,
        detail=one.detail,
        seen_batch=one.planned.seen_batch,
        checked_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    if one.found:
        tx.session.execute(insert(MonitorResult), [_values(row, found) for found in one.found])
    return Stored(row.number, row.revision, one)


def _values(row: MonitorChunk, found: Found) -> dict[str, object]:
    return {
        **asdict(found),
        "kind": found.kind.value,
        "chunk_id": row.id,
        "model_id": row.model_id,
        "environment": row.environment,
        "newest": True,
        "ends_at": row.ends_at,
    }


def _mark(tx: Transaction, subject: Subject, stored: Sequence[Stored]) -> None:
    """From now on what lies before the end of these chunks of time is late."""
    ends = [one.checked.ends_at for one in stored if not one.checked.planned.size.by_rows and one.checked.rows]
    if ends:
        mark_checked(tx, Stream(subject.model_id, subject.environment), max(ends))


def _payload(subject: Subject, stored: Sequence[Stored]) -> Mapping[str, JsonValue]:
    found = [one for chunk in stored for one in chunk.checked.found]
    return {
        "environment": subject.environment,
        "policy": subject.policy.digest,
        "reference": stored[0].checked.reference_digest,
        "chunks": [
            {
                "number": one.number,
                "revision": one.revision,
                "rows": one.checked.rows,
                "data": one.checked.data_digest,
                "figures": one.checked.figures_digest,
            }
            for one in stored[:MOST_NAMED]
        ],
        "figures": len(found),
        "failed": sum(one.verdict is Verdict.FAIL for one in found),
        "insufficient": sum(one.verdict is Verdict.INSUFFICIENT for one in found),
    }


def _ask_for_rollback(tx: Transaction, subject: Subject, stored: Sequence[Stored], at: datetime) -> None:
    """Have it decided whether a version goes back or is held: after a breach, and after each metric the policy names.

    Where a canary gave rows too, its own are held against the monitors, so it is asked after each such chunk.
    """
    metrics = {one.metric for one in subject.policy.policy.rollback_conditions}
    for chunk in stored:
        checked = chunk.checked
        if checked.failed or len(checked.versions) > 1 or any(one.metric in metrics for one in checked.found):
            revision = f".{chunk.revision}" if chunk.revision > 1 else ""
            enqueue(tx, ROLLBACK_JOB, f"{subject.words} {chunk.number}{revision}", at=at)
