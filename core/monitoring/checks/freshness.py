"""How old the newest inference and the newest label are, by the clock; what stays as it was is stored once a day."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.inventory.tables import ProductionPointer
from core.metrics.figure import Figure
from core.metrics.monitoring.limits import fixed, judged
from core.metrics.verdicts import Verdict
from core.monitoring.checks.checking import Checked, Found
from core.monitoring.checks.planning import Planned
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import MonitoredModel, ProductionBatch, ProductionStream
from core.policy.monitors.rules import Against, ChunkSize, ChunkUnit, Monitor, MonitorKind
from core.store.types import EPOCH

CLOCK = "clock"  # the size of a chunk that is a moment
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def check_freshness(session: Session, subject: Subject, *, seen_batch: int, at: datetime) -> Checked | None:
    """The figures of this moment; None where no clause asks, nothing is in production, or nothing changed today."""
    monitors = [one for one in subject.monitors if one.kind is MonitorKind.FRESHNESS]
    if not monitors or not _in_production(session, subject):
        return None
    since = {metric: _since(session, subject, metric) for metric in {one.metric for one in monitors}}
    found = tuple(_found(one, since[one.metric], at) for one in monitors)
    if not any(_is_news(session, subject, one, at) for one in found):
        return None
    position = (at - EPOCH) // MINUTE
    former = _former(session, subject, position)
    words = " ".join(f"{metric} {moment}" for metric, moment in sorted(since.items())) + f" {at}"
    return Checked(
        planned=Planned(
            ChunkSize(1, ChunkUnit.HOUR), position, former.revision if former else 0,
            former.number if former else "", seen_batch, cut=CLOCK,
        ),
        starts_at=at,
        ends_at=at,
        rows=0,
        labelled_rows=0,
        versions={},
        data_digest=hashlib.sha256(words.encode()).hexdigest(),
        reference_digest="",
        found=found,
        detail="{}",
    )  # fmt: skip


def _in_production(session: Session, subject: Subject) -> bool:
    query = select(ProductionPointer.id).where(
        ProductionPointer.model_id == subject.model_id, ProductionPointer.environment == subject.environment
    )
    return session.exec(query).first() is not None


def _since(session: Session, subject: Subject, metric: str) -> datetime | None:
    """When the newest inference was, or the newest labels came; where nothing ever came, since it was declared."""
    if metric == "label_age_hours":
        query = select(func.max(ProductionBatch.received_at)).where(
            ProductionBatch.model_id == subject.model_id,
            ProductionBatch.environment == subject.environment,
            ProductionBatch.kind == BatchKind.LABELS,
            ProductionBatch.rows > 0,
        )
        found: datetime | None = session.execute(query).scalar()
    else:
        found = session.exec(
            select(ProductionStream.last_at).where(
                ProductionStream.model_id == subject.model_id, ProductionStream.environment == subject.environment
            )
        ).first()
    if found is not None:
        return found
    return session.exec(
        select(MonitoredModel.declared_at).where(
            MonitoredModel.model_id == subject.model_id, MonitoredModel.environment == subject.environment
        )
    ).first()


def _found(monitor: Monitor, since: datetime | None, at: datetime) -> Found:
    held = monitor.threshold
    hours = max((at - since) / HOUR, 0.0) if since is not None else None
    figure = Figure(monitor.metric, hours, None, 1, reason="" if since else "Nothing ever came")
    limits = fixed(held.direction.value, held.value) if held.against is Against.FIXED and held.direction else None
    said = judged(figure, limits) if limits else None
    return Found(
        clause=monitor.clause,
        kind=monitor.kind,
        metric=monitor.metric,
        title=monitor.title,
        subject="",
        rows=1,
        value=hours,
        low=None,
        high=None,
        lower=limits.lower if limits else None,
        upper=limits.upper if limits else None,
        verdict=said.verdict if said else Verdict.INSUFFICIENT,
        severity=monitor.severity,
        reason=said.reason if said else "Freshness is held against a fixed number of hours",
        estimated=False,
    )


def _is_news(session: Session, subject: Subject, found: Found, at: datetime) -> bool:
    """Whether the verdict is another than the last one, or a day has passed since."""
    last = session.exec(
        select(MonitorResult)
        .where(
            MonitorResult.model_id == subject.model_id,
            MonitorResult.environment == subject.environment,
            MonitorResult.clause == found.clause,
            MonitorResult.subject == "",
            col(MonitorResult.newest).is_(True),
        )
        .order_by(col(MonitorResult.ends_at).desc())
        .limit(1)
    ).first()
    return last is None or last.verdict is not found.verdict or at - last.ends_at >= DAY


def _former(session: Session, subject: Subject, position: int) -> MonitorChunk | None:
    return session.exec(
        select(MonitorChunk).where(
            MonitorChunk.model_id == subject.model_id,
            MonitorChunk.environment == subject.environment,
            MonitorChunk.size == CLOCK,
            MonitorChunk.position == position,
            col(MonitorChunk.newest).is_(True),
        )
    ).first()
