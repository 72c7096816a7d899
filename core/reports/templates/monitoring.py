"""The monitoring summary: recorded events, runs on drift and performance, and what served in a period."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.batches.tables import EventBatch
from core.ledger.events import Event
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction
from core.reports.charts.values import counts_chart
from core.reports.history.ledger import of, since
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Chart,
    Cited,
    Prose,
    Section,
    Source,
    Stacked,
    Statement,
    Tone,
)
from core.reports.layout.words import badge, count, counted, moment, precise, required, size
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.monitoring_alerts import AlertLine, CheckedCount, alert_section, alerts_of, checked_in
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.texts import monitoring as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, Gap, SubjectKind
from core.validation.tables import CheckResult, Evidence, Run

VERSION = "monitoring summary 2"
TABLES = (Person, RoleGrant, Model, ModelVersion, Deployment, Evidence, Run, CheckResult, EventBatch)
KINDS = (CheckKind.DRIFT.value, CheckKind.PERFORMANCE.value)


@dataclass(frozen=True)
class BatchLine:
    """A file of events."""

    number: str
    entry: int
    rows: int
    size: int
    digest: str
    first_at: datetime
    last_at: datetime
    recorded_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True)
class CheckLine:
    """One figure of a run on drift or performance."""

    run: str
    version: str
    kind: str
    metric: str
    subject: str
    value: float | None
    threshold: float | None
    direction: Direction | None
    verdict: Verdict
    finished_at: datetime
    result_digest: str


@dataclass(frozen=True)
class ServedLine:
    """A version stood in an environment."""

    version: str
    environment: str
    phase: str
    share: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class MonitoringSummary:
    """The summary as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    batches: tuple[BatchLine, ...]
    checks: tuple[CheckLine, ...]
    served: tuple[ServedLine, ...]
    alerts: tuple[AlertLine, ...]
    production: CheckedCount
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """What was on record of the period."""
    people = people_of(session, {frame.generated_by})
    data = MonitoringSummary(
        scope_of(session, asked), asked.since, asked.as_of, _batches(session, asked), _checks(session, asked),
        _served(session, asked), alerts_of(frame.then.ledger, asked), checked_in(frame.then.ledger, asked), people,
    )  # fmt: skip
    entries = list(frame.then.ledger.entries(of(Event.EVENTS_RECORDED, Event.RUN_FINISHED), *since(asked.since)))
    runs = {f"run {one.run}" for one in data.checks}
    lines = [one for one in source_lines(entries) if not one.thing.startswith("run ") or one.thing in runs]
    citing = Citing(frame, people, lines)
    gap = Section(texts.THRESHOLDS, (Prose(texts.GAP, quiet=True),))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=_statement(data),
        cards=_cards(data, citing),
        sections=(
            alert_section(data.alerts, citing), _event_section(data, citing), _check_section(data, citing),
            _served_section(data, citing), gap,
        ),
        people=people,
    )  # fmt: skip
    told = sorted(
        {line.entry for line in lines} | {one.entry for one in data.batches} | {one.entry for one in data.alerts}
    )
    return Built(document, data, tuple(told), gaps=(Gap(texts.THRESHOLDS, texts.GAP),))


def _batches(session: Session, asked: Asked) -> tuple[BatchLine, ...]:
    query = select(EventBatch).order_by(col(EventBatch.id).desc())
    query = query.where(col(EventBatch.last_at) >= asked.since) if asked.since else query
    return tuple(
        BatchLine(
            one.number, one.entry, one.rows, one.size, one.digest, one.first_at, one.last_at, one.recorded_at,
            one.removed_at,
        )
        for one in session.exec(query)
    )  # fmt: skip


def _checks(session: Session, asked: Asked) -> tuple[CheckLine, ...]:
    rows = session.exec(
        select(CheckResult, Run, Model.number, ModelVersion.version)
        .join(Run, col(Run.id) == col(CheckResult.run_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(CheckResult.kind).in_(KINDS))
        .order_by(col(Run.id).desc(), col(CheckResult.position))
    ).all()
    return tuple(
        CheckLine(
            run.number, f"{model} {version}", one.kind, one.metric, one.subject, one.value, one.threshold,
            Direction(one.direction) if one.direction else None, Verdict(one.verdict), run.finished_at,
            run.result_digest,
        )
        for one, run, model, version in rows
        if run.finished_at is not None and (asked.since is None or run.finished_at >= asked.since)
    )  # fmt: skip


def _served(session: Session, asked: Asked) -> tuple[ServedLine, ...]:
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .order_by(col(Deployment.since).desc(), col(Deployment.id).desc())
    ).all()
    return tuple(
        ServedLine(f"{model} {version}", one.environment, one.phase.value, one.share, one.since, one.until)
        for one, model, version in rows
        if asked.since is None or one.until is None or one.until >= asked.since
    )


def _failed(data: MonitoringSummary) -> int:
    return sum(one.verdict is Verdict.FAIL for one in data.checks)


def _statement(data: MonitoringSummary) -> Statement:
    events, failed = sum(one.rows for one in data.batches), _failed(data)
    said = texts.STATEMENT.format(
        events=counted(events, "event"), files=counted(len(data.batches), "file"),
        checks=counted(len(data.checks), "check"), failed=failed, alerts=counted(len(data.alerts), "alert"),
        figures=counted(data.production.figures, "figure"), breaches=data.production.failed,
    )  # fmt: skip
    if failed or data.production.failed:
        return Statement(Badge(texts.FAILED, Tone.STOPS), said)
    known = bool(data.batches or data.checks or data.production.figures)
    return Statement(Badge(texts.SEEN if known else texts.QUIET, Tone.GOOD if known else Tone.NONE), said)


def _cards(data: MonitoringSummary, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (sum(one.rows for one in data.batches), "batches / sum of rows"),
        (len(data.batches), "batches"),
        (len(data.checks), "checks"),
        (_failed(data), "checks / verdict fail"),
        (data.production.figures, "production / figures"),
        (data.production.failed, "production / failed"),
        (len(data.alerts), "alerts"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _of_file(shown: str, one: BatchLine, path: str) -> Cell:
    return Cited(shown, Source(f"events {one.number} / {path}", one.digest, one.entry))


def _event_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.number,
            _of_file(count(one.rows), one, "rows"),
            _of_file(size(one.size), one, "size"),
            _of_file(moment(one.first_at), one, "first_at"),
            _of_file(moment(one.last_at), one, "last_at"),
            _of_file(moment(one.recorded_at), one, "recorded_at"),
            texts.REMOVED if one.removed_at else texts.KEPT,
        )
        for one in data.batches
    )
    columns = columns_of(texts.EVENTS_COLUMNS, 1, 1, 0.9, 1.5, 1.5, 1.5, 1.4, right=(1, 2, 3, 4, 5))
    months = Counter[str]()
    for one in data.batches:
        months[f"{one.first_at.astimezone(UTC):%Y-%m}"] += one.rows
    shown = tuple(sorted(months.items()))[-24:]
    blocks: list[Block] = [block_or(texts.EVENTS_CAPTION, columns, rows, texts.NO_EVENTS)]
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.EVENTS, (*blocks, Prose(texts.EVENTS_ARE, quiet=True)))


def _check_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.run,
            one.version,
            Stacked(f"{one.kind}: {one.metric}", one.subject),
            citing.cited(
                precise(one.value, one.threshold), f"run {one.run}", f"{one.kind} / {one.metric} / {one.subject}",
                digest=one.result_digest,
            ),
            citing.cited(
                required(one.direction, one.threshold), f"run {one.run}", f"{one.kind} / {one.metric} / threshold",
                digest=one.result_digest,
            ),
            badge(one.verdict),
            citing.moment(one.finished_at, f"run {one.run}", "finished_at"),
        )
        for one in data.checks
    )  # fmt: skip
    columns = columns_of(texts.CHECKS_COLUMNS, 0.8, 1.2, 2.4, 1, 1.3, 1.5, 1.5, right=(3, 4, 6))
    return table_or(texts.CHECKS, texts.CHECKS_CAPTION, columns, rows, texts.NO_CHECKS)


def _served_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.version,
            Stacked(one.environment, one.phase),
            citing.said(f"{one.share} %", f"served / version {one.version} / share"),
            citing.said(moment(one.since), f"served / version {one.version} / since"),
            citing.said(moment(one.until), f"served / version {one.version} / until"),
        )
        for one in data.served
    )
    columns = columns_of(texts.SERVED_COLUMNS, 1.5, 1.6, 0.8, 1.7, 1.7, right=(2, 3, 4))
    return table_or(texts.SERVED, texts.SERVED_CAPTION, columns, rows, texts.NO_SERVED)


MONITORING = Template(
    "monitoring", texts.TITLE, VERSION, (SubjectKind.ORGANISATION, SubjectKind.MODEL), True, texts.WHAT, TABLES, build
)
