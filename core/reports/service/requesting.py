"""Asks for an export, stops one that is not ready, and asks for one again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.audits.facts import load_audit
from core.errors import Problem, Refused, Unreadable
from core.improvement.incidents.facts import load_incident
from core.inventory.moves import load_model, load_version
from core.inventory.tables import ModelVersion
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.formats.kinds import KINDS, Format
from core.reports.formats.naming import stem
from core.reports.rules import ExportStatus, cancel_refusals, export_refusals
from core.reports.service.queries import asked_of, load_export
from core.reports.tables import Export
from core.reports.templates import TEMPLATES, report_problems
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import Store, Transaction
from core.store.numbers import next_number

EXPORT_JOB = "export"
KEPT = timedelta(days=30)
ASSESSING = frozenset({"dossier", "validation", "fairness", "coverage", "audit"})  # what OSCAL can hold
OF_A_VERSION = frozenset({"dossier"})  # what an ML-BOM can hold


@dataclass(frozen=True)
class Requested:
    """An export's number (`X0001`), and the ledger entry that says it was asked for."""

    export: str
    entry: int


def forms_of(template: str) -> tuple[Format, ...]:
    """The forms in which this report has something to say."""
    left = {Format.OSCAL: template in ASSESSING, Format.ML_BOM: template in OF_A_VERSION}
    return tuple(form for form in Format if left.get(form, True))


def of_every_version(asked: Asked, form: Format) -> bool:
    """Whether a bundle of this report about every version of a model is asked for."""
    template = TEMPLATES.get(asked.template)
    wanted = form is Format.BUNDLE and asked.subject.kind is SubjectKind.MODEL
    return wanted and template is not None and template.subjects == (SubjectKind.VERSION,)


def asked_problems(asked: Asked, form: Format, *, at: datetime) -> tuple[Problem, ...]:
    """Everything that is wrong with what was asked; empty means that it can be built."""
    told = asked
    if of_every_version(asked, form):
        told = replace(asked, subject=Subject(SubjectKind.VERSION, asked.subject.number, "each"))
    found = list(report_problems(told, at=at))
    if asked.template in TEMPLATES and form not in forms_of(asked.template):
        offered = ", ".join(forms_of(asked.template))
        found.append(
            Problem("this report has nothing to say in that form", column="format", found=form, expected=offered)
        )
    return tuple(found)


def request_export(
    store: Store, ledger: Ledger, *, asked: Asked, form: Format, actor: Actor, at: datetime, schedule: int | None = None
) -> Requested:
    """Queue a report in one form; raises `Unreadable` for what cannot be built, `NotFound` for what is not there."""
    entity = entity_of(asked.subject)
    with deciding(store, ledger, "make an export", entity=entity, actor=actor, at=at) as tx:
        problems = asked_problems(asked, form, at=at)
        if problems:
            raise Unreadable(problems)
        row = _row(tx.session, asked, form, actor, at)
        reasons = export_refusals(actor)
        if reasons:
            raise Refused(reasons)
        row.schedule_id = schedule
        return _queued(tx, ledger, row, asked, actor, at)


def repeat_export(store: Store, ledger: Ledger, *, export: str, actor: Actor, at: datetime) -> Requested:
    """Ask for the same again, of today: as of now, and for a period of the same length."""
    with store.reading() as session:
        row = load_export(session, export)
    asked = asked_of(row)
    since = None if asked.since is None else at - (asked.as_of - asked.since)
    return request_export(
        store, ledger, asked=replace(asked, as_of=at, since=since), form=row.format, actor=actor, at=at
    )


def cancel_export(store: Store, ledger: Ledger, *, export: str, actor: Actor, at: datetime) -> int:
    """Stop an export that is not ready; the worker notices at its next step. The index of the ledger's entry."""
    with deciding(store, ledger, "cancel an export", entity=Entity("export", export), actor=actor, at=at) as tx:
        row = load_export(tx.session, export)
        reasons = cancel_refusals(actor, export, row.status, row.requested_by)
        if reasons:
            raise Refused(reasons)
        row.status, row.step = ExportStatus.CANCELLED, ""
        tx.session.add(row)
        return ledger.record(
            tx, Event.EXPORT_CANCELLED, entity=Entity("export", export), actor=actor, at=at, payload={}
        ).index


def entity_of(subject: Subject) -> Entity:
    """What the ledger says that an export is about."""
    if subject.kind is SubjectKind.ORGANISATION:
        return Entity("inventory", "all")
    return Entity(subject.kind.value, " ".join(filter(None, (subject.number, subject.version))))


def _row(session: Session, asked: Asked, form: Format, actor: Actor, at: datetime) -> Export:
    subject = asked.subject
    model_id = version_id = None
    if subject.kind is SubjectKind.VERSION:
        model, version = load_version(session, subject.number, subject.version)
        model_id, version_id = model.id, version.id
    elif subject.kind is SubjectKind.MODEL:
        model_id = load_model(session, subject.number).id
    elif subject.kind is SubjectKind.AUDIT:
        load_audit(session, subject.number)
    elif subject.kind is SubjectKind.INCIDENT:
        load_incident(session, subject.number)
    return Export(
        number="",
        template=asked.template,
        subject_kind=subject.kind,
        subject_number=subject.number,
        subject_version=subject.version,
        model_id=model_id,
        version_id=version_id,
        as_of=asked.as_of,
        since=asked.since,
        format=form,
        filename="",
        requested_by=actor.id,
        requested_at=at,
        expires_at=at + KEPT,
    )


def _queued(tx: Transaction, ledger: Ledger, row: Export, asked: Asked, actor: Actor, at: datetime) -> Requested:
    row.number = next_number(tx.session, "X")
    row.filename = f"{stem(row.number, asked)}.{KINDS[row.format].ending}"
    tx.session.add(row)
    enqueue(tx, EXPORT_JOB, row.number, at=at)
    payload: dict[str, JsonValue] = {
        "export": row.number,
        "kind": row.format.value,
        "template": asked.template,
        "as_of": asked.as_of.isoformat(),
        "since": asked.since.isoformat() if asked.since else "",
    }
    entity = entity_of(asked.subject)
    entry = ledger.record(tx, Event.EXPORT_MADE, entity=entity, actor=actor, at=at, payload=payload)
    return Requested(row.number, entry.index)


def versions_of(session: Session, asked: Asked) -> tuple[Asked, ...]:
    """The report about each version that the model had by then, oldest first; raises `NotFound`."""
    model = load_model(session, asked.subject.number)
    rows = session.exec(
        select(ModelVersion.version)
        .where(ModelVersion.model_id == model.id, ModelVersion.created_at <= asked.as_of)
        .order_by(col(ModelVersion.id))
    ).all()
    return tuple(replace(asked, subject=Subject(SubjectKind.VERSION, model.number, version)) for version in rows)
