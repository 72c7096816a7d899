"""The incident report: one incident whole, or those of a model or the organisation with findings and returns beside."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.queries import IncidentFilter, IncidentRow, incidents
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import FINAL
from core.improvement.incidents.tables import (
    ClockRule,
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentClock,
    IncidentInformed,
    IncidentNote,
    IncidentNotification,
    IncidentReview,
)
from core.inventory.deployments.rules import Ending
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.links.queries import linked_with
from core.links.tables import RecordKind, RecordLink
from core.reports.history.ledger import ENTRY, of, since
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import Badge, Cell, Section, Stacked, Statement, Tone
from core.reports.layout.words import NOTHING, badge, counted, or_nothing
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.incident_data import action_lines, incident_data, people_in
from core.reports.templates.incident_sections import TONES, actions, cards, pending, sections, statement
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import incident as texts
from core.reports.values.incident import BesideLine, IncidentLine, IncidentsReport
from core.reports.values.report import Asked, SubjectKind
from core.validation.rules import FindingStatus
from core.validation.tables import Finding

VERSION = "incident report 3"
TABLES = (
    Person, RoleGrant, Model, ModelVersion, Finding, Deployment, Incident, IncidentAffected, IncidentNote,
    IncidentInformed, IncidentCause, IncidentReview, IncidentClock, IncidentNotification, ClockRule, CorrectiveAction,
    RecordLink,
)  # fmt: skip
MOST = 100_000


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """As it stood; raises `NotFound` for an incident that was not declared by then."""
    return (_one if asked.subject.kind is SubjectKind.INCIDENT else _several)(session, asked, frame)


def _one(session: Session, asked: Asked, frame: Frame) -> Built:
    data = incident_data(session, asked, frame)
    things = {data.number, *(one.number for one in data.actions)}
    own = ENTRY.entity_kind.in_(("incident", "action"))
    entries = frame.then.ledger.about(things, own, said=False)
    citing = Citing(frame, data.people, source_lines(entries))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, people=data.people,
        scope=texts.INCIDENT.format(number=data.number, title=data.title), statement=statement(data),
        cards=cards(data, citing), sections=sections(data, citing),
    )  # fmt: skip
    indexes = {one.index for one in entries} | {one.entry for one in data.events}
    return Built(document, data, tuple(sorted(indexes)))


def _several(session: Session, asked: Asked, frame: Frame) -> Built:
    data = _data(session, asked, frame)
    things = {one.number for one in data.incidents} | {one.number for one in data.actions}
    own = ENTRY.entity_kind.in_(("incident", "action"))
    ledger = frame.then.ledger
    beside = ledger.entries(of(Event.FINDING_RAISED, Event.PRODUCTION_RETURNED), *since(asked.since))
    entries = sorted([*ledger.about(things, own, said=False), *beside], key=lambda one: one.index)
    citing = Citing(frame, data.people, source_lines(entries))
    is_open = [one for one in data.incidents if one.status not in FINAL]
    values = (
        (len(data.incidents), "incidents"), (len(is_open), "incidents / open"),
        (len(pending(data.actions)), "actions / status open"), (data.pending, "pending"),
    )  # fmt: skip
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, people=data.people,
        statement=_statement(data, len(is_open)),
        cards=tuple((title, citing.number(*one)) for title, one in zip(texts.SEVERAL_CARDS, values, strict=True)),
        sections=(
            _incidents(data, citing), Section(texts.ACTIONS, actions(data.actions, citing)), _beside(data, citing),
        ),
    )  # fmt: skip
    return Built(document, data, tuple(one.index for one in entries))


def _data(session: Session, asked: Asked, frame: Frame) -> IncidentsReport:
    number = asked.subject.number if asked.subject.kind is SubjectKind.MODEL else ""
    found = incidents(session, IncidentFilter(model=number), at=asked.as_of, limit=MOST, offset=0).rows
    rows = [row for row in found if _within(row, asked.since)]
    links = linked_with(session, RecordKind.INCIDENT, [row.incident.number for row in rows])
    wanted = {one.ref.number for many in links.values() for one in many if one.ref.kind is RecordKind.ACTION}
    query = select(CorrectiveAction).where(col(CorrectiveAction.number).in_(wanted)).order_by(col(CorrectiveAction.id))
    of_them = session.exec(query).all() if wanted else []
    beside, open_findings = _on_record(session, asked)
    people = people_in(of_them) | {row.incident.commander or "" for row in rows} | {frame.generated_by}
    return IncidentsReport(
        scope_of(session, asked), asked.since, asked.as_of, tuple(_line(row) for row in rows),
        action_lines(of_them, asked.as_of), beside, open_findings, people_of(session, people),
    )  # fmt: skip


def _within(row: IncidentRow, begin: datetime | None) -> bool:
    """Declared in the period, or open in it."""
    ended = row.incident.closed_at
    return begin is None or ended is None or ended >= begin


def _line(row: IncidentRow) -> IncidentLine:
    one, states = row.incident, [clock.state for clock in row.clocks]
    return IncidentLine(
        one.number, one.title, one.severity, one.status, row.affected, one.commander, one.aware_at, one.declared_at,
        sum(clock.ticks for clock in row.clocks), states.count(ClockState.OVERDUE), row.actions, row.pending,
    )  # fmt: skip


def _statement(data: IncidentsReport, is_open: int) -> Statement:
    if not data.incidents:
        return Statement(Badge(texts.NOTHING, Tone.NONE), texts.QUIET)
    said = texts.SEVERAL.format(
        incidents=counted(len(data.incidents), "incident"), open=is_open, actions=counted(len(data.actions), "action"),
        pending=len(pending(data.actions)),
    )  # fmt: skip
    return Statement(Badge(texts.OPEN, Tone.ATTENTION) if is_open else Badge(texts.OVER, Tone.GOOD), said)


def _incidents(data: IncidentsReport, citing: Citing) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Stacked(one.number, one.title), badge(one.severity),
            Badge(one.status.value.capitalize(), TONES[one.status]),
            or_nothing(", ".join(one.affected)), citing.name(one.commander) if one.commander else NOTHING,
            citing.moment(one.aware_at, f"incident {one.number}", "aware_at", Event.INCIDENT_DECLARED),
            citing.number(one.running, f"incidents / {one.number} / running"),
            citing.said(f"{one.actions} ({one.pending} open)", f"incidents / {one.number} / actions"),
        )
        for one in data.incidents
    )  # fmt: skip
    columns = columns_of(texts.INCIDENTS_COLUMNS, 2.6, 1, 1.1, 1.4, 1.3, 1.5, 0.7, 1, right=(5, 6, 7))
    return table_or(texts.INCIDENTS, texts.INCIDENTS_CAPTION, columns, rows, texts.QUIET)


def _on_record(session: Session, asked: Asked) -> tuple[tuple[BesideLine, ...], int]:
    found = session.exec(select(Finding).order_by(col(Finding.id))).all()
    lines = [BesideLine(f"finding {one.number}", one.title, one.raised_at, one.status.value) for one in found]
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .where(Deployment.ended_as == Ending.ROLLED_BACK)
    ).all()
    lines += [
        BesideLine(
            f"model {model}", f"{model} {version}. {texts.ROLLED_BACK.format(environment=row.environment)}", row.until,
            row.ended_as.value,
        )
        for row, model, version in rows
        if row.until is not None and row.ended_as is not None
    ]  # fmt: skip
    within = [one for one in lines if asked.since is None or one.at >= asked.since]
    not_closed = sum(one.status is not FindingStatus.VERIFIED_CLOSED for one in found)
    return tuple(sorted(within, key=lambda one: (one.at, one.thing), reverse=True)), not_closed


def _beside(data: IncidentsReport, citing: Citing) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{one.thing}: {one.what}",
            citing.act(one.at, one.thing, "at", Event.FINDING_RAISED, Event.PRODUCTION_RETURNED, Event.CHANGE_EXECUTED),
            badge(one.status),
        )
        for one in data.beside
    )
    columns = columns_of(texts.BESIDE_COLUMNS, 4, 1.6, 1.4, right=(1,))
    return table_or(texts.BESIDE, texts.BESIDE_CAPTION, columns, rows, texts.NO_BESIDE)


INCIDENT = Template(
    "incident", texts.TITLE, VERSION, (SubjectKind.INCIDENT, SubjectKind.MODEL, SubjectKind.ORGANISATION), True,
    texts.WHAT, TABLES, build,
)  # fmt: skip
