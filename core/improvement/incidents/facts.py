"""Loads an incident with what its rules ask for, and puts what was done on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.errors import NotFound
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.rules import IncidentFacts
from core.improvement.incidents.tables import (
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentNote,
    IncidentReview,
)
from core.inventory.rules import Duty
from core.inventory.tables import Contribution, FieldChange, Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, linked
from core.store import Transaction

Kept = TypeVar("Kept", IncidentCause, IncidentReview)


@dataclass(frozen=True)
class Done:
    """The number of the incident or action, and the ledger entry that says what was done."""

    number: str
    entry: int


def load_incident(session: Session, number: str, *, to_change: bool = False) -> Incident:
    """The incident with this number, held until the transaction ends where it is `to_change`; raises `NotFound`."""
    query = select(Incident).where(Incident.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("incident", number)
    return row


def incident_facts(session: Session, row: Incident) -> IncidentFacts:
    """What the rules ask for."""
    actions = actions_of(session, row.number)
    review = newest(session, IncidentReview, row)
    containments = select(IncidentNote.id).where(
        IncidentNote.incident_id == row.id, col(IncidentNote.containment).is_not(None)
    )
    return IncidentFacts(
        status=row.status,
        commander=row.commander,
        commanders=commanders_of(session, row),
        tied=tied_to(session, row),
        has_cause=newest(session, IncidentCause, row) is not None,
        has_containment=session.exec(containments).first() is not None,
        actions=len(actions),
        pending=tuple(one.number for one in actions if one.status is ActionStatus.OPEN and not one.carried_over),
        reviewer=review.written_by if review else None,
    )


def newest(session: Session, kind: type[Kept], row: Incident) -> Kept | None:
    """The newest cause or review of the incident, or none."""
    return session.exec(select(kind).where(kind.incident_id == row.id).order_by(col(kind.id).desc()).limit(1)).first()


def commanders_of(session: Session, row: Incident) -> frozenset[str]:
    """Everybody who leads or ever led the response."""
    query = select(FieldChange.old).where(
        FieldChange.entity == row.number, FieldChange.entity_kind == "incident", FieldChange.field == "commander"
    )
    return frozenset(one for one in (row.commander, *session.exec(query).all()) if one)


def tied_to(session: Session, row: Incident) -> frozenset[str]:
    """Who owns or develops an affected model, or worked on an affected version."""
    models = select(IncidentAffected.model).where(IncidentAffected.incident_id == row.id)
    people: set[str | None] = set()
    for pair in session.exec(select(Model.owner, Model.developer).where(col(Model.number).in_(models))):
        people |= set(pair)
    query = (
        select(Contribution.person)
        .join(ModelVersion, col(ModelVersion.id) == col(Contribution.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .join(
            IncidentAffected,
            (col(IncidentAffected.model) == col(Model.number))
            & (col(IncidentAffected.version) == col(ModelVersion.version)),
        )
        .where(IncidentAffected.incident_id == row.id, Contribution.duty == Duty.DEVELOPMENT)
    )
    return frozenset(one for one in (*people, *session.exec(query).all()) if one)


def actions_of(session: Session, incident: str) -> tuple[CorrectiveAction, ...]:
    """The actions that are linked with the incident, the oldest first."""
    numbers = [
        one.ref.number
        for one in linked(session, Ref(RecordKind.INCIDENT, incident))
        if one.ref.kind is RecordKind.ACTION
    ]
    query = select(CorrectiveAction).where(col(CorrectiveAction.number).in_(numbers)).order_by(col(CorrectiveAction.id))
    return tuple(session.exec(query).all()) if numbers else ()


def recorded(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    number: str,
    payload: Mapping[str, JsonValue],
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put what was done with the incident on record; empty particulars are left out."""
    said = {name: value for name, value in payload.items() if value not in ("", None)}
    entity = Entity("incident", number)
    return Done(number, ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=said).index)


def refs_said(refs: Iterable[Ref]) -> str:
    """Records in one line of a ledger entry: `alert AL0007, change CR0003`."""
    return ", ".join(f"{one.kind.value} {one.number}" for one in refs)


def by_policy(actor: Actor) -> bool:
    """Whether the product itself acts, where a clause of the policy or a schedule decided."""
    return actor.id == SYSTEM.id
