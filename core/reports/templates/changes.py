"""The change history of a model or of all: requests, fields, and what served where, in a period."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.approval.rules import ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Vote
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import FieldChange, Model, ModelVersion
from core.ledger.events import Event
from core.policy.rules import ChangeKind
from core.reports.charts.values import counts_chart
from core.reports.history.ledger import ENTRY, Entry, since
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import Badge, Block, Cell, Chart, Section, Stacked, Statement, Tone
from core.reports.layout.words import badge, counted, moment, or_nothing, sentence
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.texts import changes as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind
from core.store.types import instant

VERSION = "change history 1"
TABLES = (Person, RoleGrant, Model, ModelVersion, ChangeRequest, Vote, FieldChange, Deployment)
CITED = ("change", "model", "version", "dataset")
DECIDED = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN)


@dataclass(frozen=True)
class RequestLine:
    """A change request as it stood."""

    number: str
    version: str
    kind: ChangeKind
    status: ChangeStatus
    requested_by: str
    requested_at: datetime
    decided_at: datetime | None
    executed_by: str | None
    executed_at: datetime | None
    approvals: int
    rejections: int


@dataclass(frozen=True)
class FieldLine:
    """One field of one record changed."""

    record: str
    kind: str
    field: str
    old: str
    new: str
    reason: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class StayLine:
    """A version served an environment."""

    version: str
    environment: str
    phase: str
    share: int
    since: datetime
    until: datetime | None
    ended_as: str


@dataclass(frozen=True)
class MonthLine:
    """Entries of one month in UTC."""

    month: str
    entries: int


@dataclass(frozen=True)
class ChangeHistory:
    """The history as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    requests: tuple[RequestLine, ...]
    fields: tuple[FieldLine, ...]
    stays: tuple[StayLine, ...]
    months: tuple[MonthLine, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """What changed in the period."""
    entries = _entries(asked, frame)
    requests, fields, stays = _requests(session, asked), _fields(session, asked), _stays(session, asked)
    named = {one.requested_by for one in requests} | {one.executed_by or "" for one in requests}
    people = people_of(session, named | {one.changed_by for one in fields} | {frame.generated_by})
    counted_months = tuple(MonthLine(*one) for one in frame.then.ledger.months(*_about(asked, frame)))
    data = ChangeHistory(
        scope_of(session, asked), asked.since, asked.as_of, requests, fields, stays, counted_months, people
    )
    citing = Citing(frame, people, source_lines(entries))
    sections = (
        _request_section(data, citing), _field_section(data, citing), _stay_section(data, citing),
        _month_section(data, citing),
    )  # fmt: skip
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=_statement(data),
        cards=_cards(data, citing), sections=sections, people=people,
    )  # fmt: skip
    return Built(document, data, tuple(one.index for one in entries))


def _about(asked: Asked, frame: Frame) -> tuple[ColumnElement[bool], ...]:
    """Entries of the period about the model, its versions and its changes; about everything for the organisation."""
    number = asked.subject.number
    if not number:
        return since(asked.since)
    changes = frame.then.session.exec(select(ChangeRequest.number)).all()
    return ((ENTRY.subject == number) | ENTRY.entity_id.in_(changes), *since(asked.since))


def _entries(asked: Asked, frame: Frame) -> list[Entry]:
    """Those entries that a figure can lead to, which of a whole organisation are about changes and the record alone."""
    wanted = _about(asked, frame)
    of_record = () if asked.subject.number else (ENTRY.entity_kind.in_(CITED),)
    return list(frame.then.ledger.entries(*wanted, *of_record, said=False))


def _within(asked: Asked, *times: datetime | None) -> bool:
    return asked.since is None or any(one is not None and one >= asked.since for one in times)


def _requests(session: Session, asked: Asked) -> tuple[RequestLine, ...]:
    votes = Counter(
        (vote.change_id, vote.choice) for vote in session.exec(select(Vote).where(col(Vote.voided_at).is_(None)))
    )
    rows = session.exec(
        select(ChangeRequest, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .order_by(col(ChangeRequest.id).desc())
    ).all()
    return tuple(
        RequestLine(
            row.number, f"{model} {version}", row.kind, row.status, row.requested_by, row.requested_at, row.decided_at,
            row.executed_by, row.executed_at, votes[row.id or 0, Choice.APPROVE], votes[row.id or 0, Choice.REJECT],
        )
        for row, model, version in rows
        if _within(asked, row.requested_at, row.decided_at, row.executed_at)
    )  # fmt: skip


def _fields(session: Session, asked: Asked) -> tuple[FieldLine, ...]:
    """Of the inventory: how incidents and actions went on is told by their own report."""
    query = select(FieldChange).where(col(FieldChange.entity_kind).not_in(("incident", "action")))
    query = query.order_by(col(FieldChange.id).desc())
    query = query.where(col(FieldChange.changed_at) >= asked.since) if asked.since else query
    return tuple(
        FieldLine(row.entity, row.entity_kind, row.field, row.old, row.new, row.reason, row.changed_by, row.changed_at)
        for row in session.exec(query)
    )


def _stays(session: Session, asked: Asked) -> tuple[StayLine, ...]:
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .order_by(col(Deployment.since).desc(), col(Deployment.id).desc())
    ).all()
    return tuple(
        StayLine(
            f"{model} {version}", row.environment, row.phase.value, row.share, row.since, row.until,
            row.ended_as.value if row.ended_as else "",
        )
        for row, model, version in rows
        if _within(asked, row.since, row.until)
    )  # fmt: skip


def _statement(data: ChangeHistory) -> Statement:
    executed = sum(one.executed_at is not None for one in data.requests)
    said = texts.STATEMENT.format(
        requests=counted(len(data.requests), "change"), executed=executed, fields=counted(len(data.fields), "field")
    )
    quiet = not (data.requests or data.fields or data.stays)
    return Statement(Badge(texts.QUIET if quiet else texts.ACTIVE, Tone.NONE if quiet else Tone.UNDER_WAY), said)


def _cards(data: ChangeHistory, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (len(data.requests), "requests"),
        (sum(one.executed_at is not None for one in data.requests), "requests / with executed_at"),
        (len(data.fields), "fields"),
        (sum(one.entries for one in data.months), "months / sum of entries"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _request_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.number,
            Stacked(one.version, sentence(one.kind.value)),
            badge(one.status),
            citing.cited(
                Stacked(moment(one.requested_at), citing.name(one.requested_by)), f"change {one.number}",
                "requested_at", Event.CHANGE_REQUESTED,
            ),
            citing.moment(one.decided_at, f"change {one.number}", "decided_at", *DECIDED),
            citing.moment(one.executed_at, f"change {one.number}", "executed_at", Event.CHANGE_EXECUTED),
            citing.said(
                f"{one.approvals} for, {one.rejections} against", f"requests / number {one.number} / approvals"
            ),
        )
        for one in data.requests
    )  # fmt: skip
    columns = columns_of(texts.REQUESTS_COLUMNS, 0.9, 1.5, 1.2, 1.8, 1.6, 1.6, 1.3, right=(3, 4, 5))
    return table_or(texts.REQUESTS, texts.REQUESTS_CAPTION, columns, rows, texts.NO_REQUESTS)


def _field_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.record,
            one.field.replace("_", " "),
            citing.cited(_shown(one.field, one.old), f"{one.kind} {one.record}", one.field),
            citing.cited(_shown(one.field, one.new), f"{one.kind} {one.record}", one.field),
            citing.cited(
                Stacked(moment(one.changed_at), citing.name(one.changed_by)), f"{one.kind} {one.record}", one.field
            ),
            or_nothing(one.reason),
        )
        for one in data.fields
    )
    columns = columns_of(texts.FIELDS_COLUMNS, 1, 1.1, 1.8, 1.8, 1.7, 2, right=(4,))
    return table_or(texts.FIELDS, texts.FIELDS_CAPTION, columns, rows, texts.NO_FIELDS)


def _shown(field: str, value: str) -> str:
    """A value as it was kept; a moment is kept in microseconds and shown as a time."""
    return moment(instant(int(value))) if field == "next_review" and value.isdecimal() else or_nothing(value)


def _stay_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.version,
            Stacked(one.environment, one.phase),
            citing.cited(f"{one.share} %", f"version {one.version}", f"stays / {one.environment} / share"),
            citing.moment(one.since, f"version {one.version}", f"stays / {one.environment} / since"),
            citing.moment(one.until, f"version {one.version}", f"stays / {one.environment} / until"),
            or_nothing(one.ended_as),
        )
        for one in data.stays
    )
    columns = columns_of(texts.STAYS_COLUMNS, 1.4, 1.5, 0.8, 1.7, 1.7, 1.2, right=(2, 3, 4))
    return table_or(texts.STAYS, texts.STAYS_CAPTION, columns, rows, texts.NO_STAYS)


def _month_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (one.month, citing.number(one.entries, f"months / month {one.month} / entries")) for one in data.months
    )
    blocks: list[Block] = [
        block_or(texts.EVENTS_CAPTION, columns_of(texts.EVENTS_COLUMNS, 2, 1, right=(1,)), rows, texts.NO_EVENTS)
    ]
    shown = tuple((one.month, one.entries) for one in data.months[-24:])
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.EVENTS, tuple(blocks))


CHANGES = Template(
    "changes", texts.TITLE, VERSION, (SubjectKind.MODEL, SubjectKind.ORGANISATION), True, texts.WHAT, TABLES, build
)
