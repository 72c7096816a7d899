"""Loads an incident with what its rules ask for."""

from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.rules import IncidentFacts
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.tables import (
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentNote,
    IncidentReview,
)
from core.improvement.incidents.ticking import clocks_of
from core.inventory.rules import Duty
from core.inventory.tables import Contribution, FieldChange, Model, ModelVersion
from core.links import RecordKind, Ref, linked

Kept = TypeVar("Kept", IncidentCause, IncidentReview)


def load_incident(session: Session, number: str, *, to_change: bool = False) -> Incident:
    """The incident with this number, held until the transaction ends where it is `to_change`; raises `NotFound`."""
    query = select(Incident).where(Incident.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("incident", number)
    return row


def incident_facts(session: Session, row: Incident, *, at: datetime) -> IncidentFacts:
    """What the rules ask for at this moment."""
    clocks = clocks_of(session, row, at=at)
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
        undecided=tuple(one.title for one in clocks if one.state is ClockState.UNDECIDED),
        running=tuple(one.title for one in clocks if one.ticks),
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
