"""The change history of a model or of all: requests, fields, and what served where, in a period."""

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, Vote
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import FieldChange, Model, ModelVersion
from core.ledger.events import Event
from core.reports.history.ledger import ENTRY, Entry, of, since
from core.reports.history.tracing import FIELD_EVENTS, source_lines
from core.reports.templates.changes.data import (
    DECIDED,
    ChangeHistory,
    MonthLine,
    read_fields,
    read_requests,
    read_stays,
)
from core.reports.templates.changes.sections import (
    cards,
    field_section,
    month_section,
    request_section,
    statement,
    stay_section,
)
from core.reports.templates.citing import BY_CHANGE, Citing
from core.reports.templates.parts import document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import changes as texts
from core.reports.values.report import Asked, SubjectKind

VERSION = "change history 2"
TABLES = (Person, RoleGrant, Model, ModelVersion, ChangeRequest, Vote, FieldChange, Deployment)
OF_REQUESTS = (of(*DECIDED, *BY_CHANGE, Event.CHANGE_REQUESTED),)  # also from before the period
CITED = ("change", "model", "version", "dataset")


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """What changed in the period."""
    requests, fields, stays = read_requests(session, asked), read_fields(session, asked), read_stays(session, asked)
    changes = {one.number for one in requests} | {one.change for one in stays if one.change}
    entries = _entries(asked, frame, changes)
    named = {one.requested_by for one in requests} | {one.executed_by or "" for one in requests}
    people = people_of(session, named | {one.changed_by for one in fields} | {frame.generated_by})
    counted_months = tuple(MonthLine(*one) for one in frame.then.ledger.months(*_about(asked, frame)))
    data = ChangeHistory(
        scope_of(session, asked), asked.since, asked.as_of, requests, fields, stays, counted_months, people
    )
    citing = Citing(frame, people, source_lines(entries))
    sections = (
        request_section(data, citing), field_section(data, citing), stay_section(data, citing),
        month_section(data, citing),
    )  # fmt: skip
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=statement(data),
        cards=cards(data, citing), sections=sections, people=people,
    )  # fmt: skip
    return Built(document, data, tuple(one.index for one in entries))


def _about(asked: Asked, frame: Frame) -> tuple[ColumnElement[bool], ...]:
    """Entries of the period about the model, its versions and its changes; about everything for the organisation."""
    number = asked.subject.number
    if not number:
        return since(asked.since)
    changes = frame.then.session.exec(select(ChangeRequest.number)).all()
    return ((ENTRY.subject == number) | ENTRY.entity_id.in_(changes), *since(asked.since))


def _entries(asked: Asked, frame: Frame, changes: set[str]) -> list[Entry]:
    """Those entries that a figure can lead to, which of a whole organisation are about changes and the record alone."""
    wanted, ledger = _about(asked, frame), frame.then.ledger
    of_record = () if asked.subject.number else (ENTRY.entity_kind.in_(CITED),)
    found = [*ledger.entries(*wanted, *of_record, said=False), *ledger.about(changes, *OF_REQUESTS, said=False)]
    found += ledger.entries(*wanted, of(*FIELD_EVENTS))  # with the fields that each set
    return sorted({one.index: one for one in found}.values(), key=lambda one: one.index)


CHANGES = Template(
    "changes", texts.TITLE, VERSION, (SubjectKind.MODEL, SubjectKind.ORGANISATION), True, texts.WHAT, TABLES, build
)
