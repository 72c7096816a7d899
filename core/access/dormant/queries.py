"""Which accounts nobody uses, since when, and which of them were blocked for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.dormant.tables import Dormancy
from core.access.rules.dormancy import Use, standing
from core.access.tables import Person
from core.access.using import last_uses


@dataclass(frozen=True)
class Unused:
    """An account that nobody used for long: since when, and when it is, or was, blocked."""

    person: str
    name: str
    email: str
    since: datetime
    blocks_at: datetime
    use: Use
    blocked_at: datetime | None


def unused_accounts(session: Session, *, limit: timedelta, at: datetime) -> tuple[Unused, ...]:
    """Active accounts that are warned or dormant by now, the longest unused first."""
    people = session.exec(select(Person).where(col(Person.disabled_at).is_(None))).all()
    used = last_uses(session)
    found = []
    for person in people:
        since = max(filter(None, (used.get(person.number), person.created_at, person.enabled_at)))
        use = standing(since, limit, at=at)
        if use is not Use.IN_USE:
            found.append(Unused(person.number, person.name, person.email, since, since + limit, use, None))
    return tuple(sorted(found, key=lambda one: one.since))


def blocked_accounts(session: Session, *, limit: int = 200) -> tuple[Unused, ...]:
    """Accounts that were blocked as dormant and that nobody let in again, the newest first."""
    rows = session.exec(
        select(Dormancy, Person)
        .join(Person, col(Person.number) == col(Dormancy.person))
        .where(col(Dormancy.blocked_at).is_not(None), Person.disabled_at == Dormancy.blocked_at)
        .order_by(col(Dormancy.id).desc())
        .limit(limit)
    ).all()
    return tuple(
        Unused(
            person.number, person.name, person.email, row.since, row.blocked_at or row.since, Use.DORMANT,
            row.blocked_at,
        )
        for row, person in rows
    )  # fmt: skip


def warned_accounts(session: Session, *, limit: int = 100) -> tuple[Unused, ...]:
    """Accounts that were warned, are still unused and are blocked next, the first to be blocked first."""
    rows = session.exec(
        select(Dormancy, Person)
        .join(Person, col(Person.number) == col(Dormancy.person))
        .where(col(Dormancy.blocked_at).is_(None), col(Person.disabled_at).is_(None))
        .order_by(col(Dormancy.blocks_at))
        .limit(limit)
    ).all()
    used = last_uses(session, {person.number for _, person in rows})
    return tuple(
        Unused(person.number, person.name, person.email, row.since, row.blocks_at, Use.NEARING, None)
        for row, person in rows
        if max(filter(None, (used.get(person.number), person.created_at, person.enabled_at))) <= row.since
    )
