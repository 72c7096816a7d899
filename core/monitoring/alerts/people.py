"""The people of an alert: with a part in its model, those it was given to, and those whom an escalation reaches."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.grants import actor_of
from core.access.queries import people_with_role
from core.access.rules import Role
from core.inventory.people.rules import Part
from core.inventory.tables import Assignment, Model
from core.monitoring.alerts.rules import AlertFacts
from core.monitoring.alerts.tables import Alert, AlertPerson
from core.monitoring.alerts.vocabulary import AlertStatus
from core.policy.alerting.rules import Party

IN_THE_MODEL = frozenset({Part.OWNER, Part.DEVELOPER, Part.VALIDATOR})
ROLES = {Party.VALIDATORS: Role.VALIDATOR, Party.APPROVERS: Role.APPROVER}


def facts_of(session: Session, row: Alert) -> AlertFacts:
    """What bears on an act."""
    given = session.exec(select(AlertPerson.person).where(AlertPerson.alert_id == row.id)).all()
    people = {*given, *people_of_model(session, row.model), row.assignee} - {""}
    return AlertFacts(
        row.number,
        row.severity,
        row.model,
        frozenset(people),
        closed=row.closed_at is not None,
        acknowledged=row.status is AlertStatus.ACKNOWLEDGED,
        snoozed=row.snoozed_until is not None,
    )


def people_of_model(session: Session, model: str) -> frozenset[str]:
    """Owner, developer and everybody who owns, develops or validates it today."""
    found = session.exec(select(Model).where(Model.number == model)).first() if model else None
    if found is None:
        return frozenset()
    parts = session.exec(
        select(Assignment.person).where(
            Assignment.model_id == found.id,
            col(Assignment.ended_at).is_(None),
            col(Assignment.part).in_(IN_THE_MODEL),
        )
    ).all()
    return frozenset({found.owner, found.developer, *parts})


def party_of(session: Session, row: Alert, parties: Iterable[Party], *, at: datetime) -> tuple[str, ...]:
    """The numbers of these people of the alert; where its model has no such person, the approvers."""
    found: set[str] = set()
    model = session.exec(select(Model).where(Model.number == row.model)).first() if row.model else None
    for party in parties:
        named = (
            people_with_role(session, ROLES[party], at=at) if party in ROLES else _of_model(session, model, party, at)
        )
        found.update(named or people_with_role(session, Role.APPROVER, at=at))
    return tuple(sorted(found))


def _of_model(session: Session, model: Model | None, party: Party, at: datetime) -> tuple[str, ...]:
    if model is None:
        return ()
    number = model.owner if party is Party.OWNER else model.developer
    return (number,) if number and actor_of(session, number, at=at) is not None else ()
