"""Reads of the parts in a model: who has which now, who had it before, and the RACI view with names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.rules import Role
from core.access.tables import Person, RoleGrant
from core.inventory.people.rules import RACI, Answers, Column, CycleStep, Part
from core.inventory.tables import Assignment, Model


@dataclass(frozen=True)
class PartRow:
    """A person's part in a model, from when until when; `until` is None while it stands."""

    person: str
    part: Part
    since: datetime
    until: datetime | None
    reason: str
    assigned_by: str
    ended_reason: str


@dataclass(frozen=True)
class RaciView:
    """Who stands in each column, and what a column does in each step."""

    people: Mapping[Column, tuple[str, ...]]
    steps: Mapping[CycleStep, Mapping[Column, Answers]]

    @property
    def vacant(self) -> tuple[Column, ...]:
        """Columns that nobody fills."""
        return tuple(column for column in Column if not self.people[column])


def parts_of(session: Session, model: Model) -> tuple[PartRow, ...]:
    """Every part, those that stand first, then those that ended, newest first.

    Owner and developer of a model that was registered before parts were dated stand since its registration.
    """
    rows = session.exec(
        select(Assignment).where(Assignment.model_id == model.id).order_by(col(Assignment.since).desc())
    ).all()
    found = [
        PartRow(row.person, row.part, row.since, row.ended_at, row.reason, row.assigned_by, row.ended_reason)
        for row in rows
    ]
    for part, person in ((Part.OWNER, model.owner), (Part.DEVELOPER, model.developer)):
        if not any(row.part is part and row.person == person and row.until is None for row in found):
            found.append(PartRow(person, part, model.registered_at, None, "Registered so", model.registered_by, ""))
    order = list(Part)
    return tuple(sorted(found, key=lambda row: (row.until is not None, order.index(row.part))))


def raci(session: Session, model: Model, *, at: datetime) -> RaciView:
    """The RACI view of a model: its people by part, and every approver by role."""
    held = [row for row in parts_of(session, model) if row.until is None]
    people = {Column(part.value): tuple(dict.fromkeys(row.person for row in held if row.part is part)) for part in Part}
    return RaciView({**people, Column.APPROVER: _approvers(session, at)}, RACI)


def _approvers(session: Session, at: datetime) -> tuple[str, ...]:
    query = (
        select(Person.number)
        .join(RoleGrant, col(RoleGrant.person) == col(Person.number))
        .where(
            RoleGrant.role == Role.APPROVER,
            col(RoleGrant.withdrawn_at).is_(None),
            or_(col(RoleGrant.ends_at).is_(None), col(RoleGrant.ends_at) > at),
            col(Person.disabled_at).is_(None),
        )
        .distinct()
        .order_by(col(Person.number))
    )
    return tuple(session.exec(query).all())
