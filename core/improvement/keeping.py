"""What incidents and corrective actions share: every change of a field is kept, and people are asked for their part."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.rules import PERMISSIONS, Actor, Permission
from core.access.tables import Person, RoleGrant
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.tables import Incident
from core.inventory.history import Difference, write_history
from core.ledger.service import Entity
from core.store import Transaction
from core.store.types import microseconds

TITLE, TEXT, SHORT = 300, 4000, 300  # characters


def refuse(reasons: Iterable[Refusal]) -> None:
    """Raise them where there are any."""
    found = tuple(reasons)
    if found:
        raise Refused(found)


def check_texts(most: int, **texts: str) -> None:
    """Raise `Unreadable` for every text that is longer than `most` characters."""
    problems = [
        Problem("too long", column=name, found=f"{len(text):,} characters", expected=f"at most {most:,}")
        for name, text in texts.items()
        if len(text) > most
    ]
    if problems:
        raise Unreadable(problems)


def save(
    tx: Transaction,
    row: Incident | CorrectiveAction,
    values: Mapping[str, object],
    *,
    reason: str = "",
    expected: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Compare-and-set on the revision, and keep what each field was; raises `Conflict`.

    The history of the fields is what takes the record back to a moment in a report.
    """
    if expected is not None and expected != row.revision:
        raise Conflict(f"revision {expected}", f"revision {row.revision}", row.number)
    table, session = type(row), tx.session
    before = {name: _said(getattr(row, name)) for name in values}
    done = session.execute(
        update(table)
        .where(col(table.id) == row.id, col(table.revision) == row.revision)
        .values(revision=row.revision + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {row.revision}", "a newer one", row.number)
    session.refresh(row)
    changed = [Difference(name, old, new) for name, old in before.items() if (new := _said(getattr(row, name))) != old]
    entity = Entity("incident" if isinstance(row, Incident) else "action", row.number)
    write_history(tx, entity, changed, reason=reason[:TEXT], revision=row.revision, actor=actor, at=at)


def lacking(session: Session, people: Iterable[str], permission: Permission, *, at: datetime) -> tuple[str, ...]:
    """Those who are not active or hold no role that carries the permission."""
    asked, ends = sorted(set(people)), col(RoleGrant.ends_at)
    roles = [role for role, held in PERMISSIONS.items() if permission in held]
    query = (
        select(RoleGrant.person)
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(
            col(RoleGrant.person).in_(asked), col(RoleGrant.role).in_(roles), col(RoleGrant.withdrawn_at).is_(None),
            ends.is_(None) | (ends > at), col(Person.disabled_at).is_(None),
        )
    )  # fmt: skip
    holders = set(session.exec(query).all())
    return tuple(one for one in asked if one not in holders)


def _said(value: object) -> str:
    """A value as the history keeps it: a moment as microseconds, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(microseconds(value))
    return str(value.value if isinstance(value, Enum) else value)
