"""Takes in production data exactly once: heavy work first, then one short transaction with its ledger entry."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.personal_data import scan, standing_blocks
from core.access.rules import Actor
from core.errors import Problem, Refused, Unreadable
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model, load_version
from core.ledger.service import Entity, Ledger
from core.monitoring.intake.counting import locked
from core.monitoring.intake.kept import Stream, without_doubles
from core.monitoring.intake.rules import VERSION, BatchKind, MonitoredData, report_refusals
from core.monitoring.intake.shaping import LINE, shaped
from core.monitoring.intake.tables import MonitoredModel
from core.monitoring.intake.taking import Received, Sent, Taking, in_all
from core.monitoring.intake.work import Work
from core.store import EvidenceFiles, Store

ACT = "production.report"
ALONE = Sent()


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
    entity = Entity("model", model)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at):
        if reasons := report_refusals(actor):
            raise Refused(reasons)
    with store.reading() as session:
        stream = Stream(load_model(session, model).id or 0, environment)
        check_environment(session, environment)
        declared = monitored(session, stream)
        label = declared.label if declared else "label"
        frame = shaped(rows, kind, label=label, first_line=sent.first_line, at=at)
        frame, doubled = without_doubles(frame, kind)
        works = [_work(session, model, kind, *part) for part in _parts(frame, kind, version)]
    works[0].repeated += doubled
    scanned = _scanned(store, ledger, frame, declared, entity=entity, actor=actor, at=at)
    with store.reading() as session:
        for work in works:
            work.look(session, files, stream)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        totals = locked(tx, stream)
        for work in works:
            work.look(tx.session, files, stream)
        taking = Taking(tx, ledger, stream, model, sent, scanned, actor, at)
        return in_all([taking.batch(work, totals) for work in works])


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


def _work(session: Session, model: str, kind: BatchKind, version: str | None, frame: pl.DataFrame) -> Work:
    version_id = load_version(session, model, version)[1].id if version else None
    return Work(kind, version_id, frame)


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
    found = scan(frame.drop(LINE), sensitive=declared.sensitive if declared else ())
    if blocks := standing_blocks(found, declared.because if declared else {}):
        with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at):
            raise Refused(blocks)
    return found.to_json()
