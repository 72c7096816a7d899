"""Takes in production data exactly once: heavy work first, then one short transaction with its ledger entry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.personal_data import standing_blocks
from core.access.personal_data.taught import lessons, put_up, taught
from core.access.rules import Actor
from core.errors import Problem, Refused, Unreadable
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model, load_version
from core.inventory.tables import Model, ModelVersion
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.gate import Passed, alert_unapproved, gate_of, passed, settle
from core.monitoring.controls.known import known_model, known_version
from core.monitoring.controls.unknown import Stranger, hold_unknown
from core.monitoring.intake.counting import locked
from core.monitoring.intake.kept import Stream, without_doubles
from core.monitoring.intake.rules import AT, ID, VERSION, BatchKind, MonitoredData, is_sealed, report_refusals
from core.monitoring.intake.shaping import LINE, looked_through, shaped
from core.monitoring.intake.tables import MonitoredModel
from core.monitoring.intake.taking import Received, Sent, Taking, in_all
from core.monitoring.intake.work import Work
from core.store import EvidenceFiles, Store, Transaction

ACT = "production.report"
ALONE = Sent()
NOTHING_RECEIVED = Received((), 0, 0, 0, 0, 0)


def record_production(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    model: str,
    kind: BatchKind,
    rows: pa.Table,
    version: str | None = None,
    environment: str = PRODUCTION,
    sent: Sent = ALONE,
    actor: Actor,
    at: datetime,
) -> Received:
    """Take in rows of one kind; those on record with the same content are counted and left out.

    Inferences need a version: `version`, or a column of that name, by which they are parted. Raises `Unreadable` with
    line and column of what is wrong, `Refused` where personal data or the actor's permissions stand against it; then
    nothing is stored.
    """
    with deciding(store, ledger, ACT, entity=Entity("model", model), actor=actor, at=at):
        if reasons := report_refusals(actor):
            raise Refused(reasons)
    handed = Handed(model, kind, rows, version, environment, sent)
    return take_in(store, ledger, files, handed, actor=actor, at=at)


@dataclass(frozen=True)
class Handed:
    """Rows of one kind as they were handed in; `model` and `version` as whoever answered was named."""

    model: str
    kind: BatchKind
    rows: pa.Table
    version: str | None = None
    environment: str = PRODUCTION
    sent: Sent = ALONE


def take_in(
    store: Store, ledger: Ledger, files: EvidenceFiles, handed: Handed, *, actor: Actor, at: datetime
) -> Received:
    """As `record_production`, for whoever was asked already whether they may.

    Rows of a model or a version that nobody registered, and rows that a control refuses, lie in quarantine afterwards.
    """
    coming = _coming(store, files, handed, at=at)
    received = NOTHING_RECEIVED
    if coming.model is not None and coming.works:
        received = _taken(store, ledger, files, handed, coming, coming.model, actor=actor, at=at)
    number = coming.model.number if coming.model else ""
    for named, frame in coming.strangers:
        who = Stranger(handed.model, named, handed.environment, number)
        held = hold_unknown(store, ledger, files, frame, who, kind=handed.kind.value,
                            model_id=coming.model.id if coming.model else None, actor=actor, at=at)  # fmt: skip
        received = replace(received, quarantined=(*received.quarantined, held), held=received.held + frame.height)
    return received


@dataclass(frozen=True)
class _Coming:
    """What came, parted: rows to keep with what the gate says of them, and rows of those whom nobody registered."""

    model: Model | None
    declared: MonitoredData | None
    works: list[Work]
    gated: list[tuple[Passed, ModelVersion]]  # of inferences, one for each work
    strangers: list[tuple[str, pl.DataFrame]]


def _coming(store: Store, files: EvidenceFiles, handed: Handed, *, at: datetime) -> _Coming:
    with store.reading() as session:
        check_environment(session, handed.environment)
        number = known_model(session, handed.model)
        model = load_model(session, number) if number else None
        declared = monitored(session, Stream(model.id or 0, handed.environment)) if model else None
        label = declared.label if declared else "label"
        frame = shaped(handed.rows, handed.kind, label=label, first_line=handed.sent.first_line, at=at)
        frame, doubled = without_doubles(frame, handed.kind)
        parts = _parts(frame, handed.kind, handed.version)
        if model is None:
            return _Coming(None, None, [], [], [(named or "", part) for named, part in parts])
        if handed.kind is not BatchKind.INFERENCES:
            works = [_work(session, model.number, handed.kind, declared, *part) for part in parts]
            works[0].repeated += doubled
            return _Coming(model, declared, works, [], [])
        found = [(named or "", known_version(session, model.id or 0, named or ""), part) for named, part in parts]
        gate = gate_of(session, model, handed.environment, declared, at=at)
    gated = [(passed(files, gate, one.version, part), one) for _, one, part in found if one is not None]
    works = [Work(handed.kind, one.id, said.kept, is_sealed(handed.kind, said.kept.columns, declared))
             for said, one in gated]  # fmt: skip
    if works:
        works[0].repeated += doubled
    return _Coming(model, declared, works, gated, [(named, part) for named, one, part in found if one is None])


def _taken(
    store: Store, ledger: Ledger, files: EvidenceFiles, handed: Handed, coming: _Coming, model: Model, *, actor: Actor,
    at: datetime,
) -> Received:  # fmt: skip
    entity, stream = Entity("model", model.number), Stream(model.id or 0, handed.environment)
    everything = pl.concat([work.frame for work in coming.works])
    scanned = _scanned(store, ledger, everything, coming.declared, entity=entity, actor=actor, at=at)
    with store.reading() as session:
        for work in coming.works:
            work.look(session, files, stream)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        totals = locked(tx, stream)
        for work in coming.works:
            work.look(tx.session, files, stream)
        taking = Taking(tx, ledger, stream, model.number, handed.sent, scanned, actor, at)
        if not coming.gated:
            return in_all([taking.batch(work, totals) for work in coming.works])
        pairs = list(zip(coming.works, coming.gated, strict=True))
        rows = [None if said.held else taking.batch(work, totals, said.said) for work, (said, _) in pairs]
        received = in_all([row for row in rows if row is not None])
        for (work, one), row in zip(pairs, rows, strict=True):
            received = _settled(tx, ledger, received, one, work, row.number if row else "", actor=actor, at=at)
        return received


def _settled(
    tx: Transaction, ledger: Ledger, received: Received, one: tuple[Passed, ModelVersion], work: Work, batch: str, *,
    actor: Actor, at: datetime,
) -> Received:  # fmt: skip
    """With what the gate found on record, and an alert where the version may not answer there."""
    said, version = one
    ids, flagged = work.frame[ID], [flag.id for flag in said.screening.flags]
    fresh = set(ids.filter(ids.is_in(flagged)))
    numbers = settle(tx, ledger, said, version, batch, fresh, actor=actor, at=at)
    gate = said.gate
    if work.frame.height:
        alert_unapproved(tx, ledger, gate.model, version, gate.environment, work.frame[AT], at=at)
    held = sum(what.rows for what in (said.refused, said.held) if what)
    return replace(received, quarantined=(*received.quarantined, *numbers), held=received.held + held)


def monitored(session: Session, stream: Stream) -> MonitoredData | None:
    """What is declared of this stream."""
    row = session.exec(
        select(MonitoredModel.mapping).where(
            MonitoredModel.model_id == stream.model_id, MonitoredModel.environment == stream.environment
        )
    ).first()
    return MonitoredData.from_json(row) if row else None


def _parts(frame: pl.DataFrame, kind: BatchKind, version: str | None) -> Sequence[tuple[str | None, pl.DataFrame]]:
    """The rows of each version, for inferences; all of them otherwise."""
    if kind is not BatchKind.INFERENCES:
        return [(version if kind is BatchKind.REFERENCE else None, frame)]
    if VERSION not in frame.columns:
        if version is None:
            raise Unreadable([Problem("no version is named", 1, VERSION, expected="a version, or a column of them")])
        return [(version, frame)]
    if version is not None:
        wrong = frame.filter(pl.col(VERSION) != version)
        if wrong.height:
            found = str(wrong[VERSION][0])
            raise Unreadable([Problem("another version than was named", int(wrong[LINE][0]), VERSION, found, version)])
    parts = frame.partition_by(VERSION, as_dict=True, maintain_order=True, include_key=False)
    return [(str(key), part) for (key,), part in sorted(parts.items(), key=lambda item: str(item[0]))]


def _work(
    session: Session, model: str, kind: BatchKind, declared: MonitoredData | None, version: str | None,
    frame: pl.DataFrame,
) -> Work:  # fmt: skip
    version_id = load_version(session, model, version)[1].id if version else None
    return Work(kind, version_id, frame, is_sealed(kind, frame.columns, declared))


def _scanned(
    store: Store,
    ledger: Ledger,
    frame: pl.DataFrame,
    declared: MonitoredData | None,
    *,
    entity: Entity,
    actor: Actor,
    at: datetime,
) -> str:
    """What looks like personal data; raises `Refused` where it stops the intake."""
    because = declared.because if declared else {}
    with store.reading() as session:
        decided = lessons(session, (entity.id,), at=at)
    found = taught(looked_through(frame, declared.sensitive if declared else ()), decided)
    if blocks := standing_blocks(found, because):
        with store.transaction() as tx:
            where = f"production data of {entity.id}"
            put_up(tx.session, found, scope=entity.id, where=where, besides=because, by=actor.id, at=at)
        with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at):
            raise Refused(blocks)
    return found.to_json()
