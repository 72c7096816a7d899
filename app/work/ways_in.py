"""What waits for somebody around tokens: service accounts that stand still, and tokens that end soon."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import MOST, State, Task, expiry
from core.access.rules import Actor, Permission
from core.access.service_queries import service_accounts, tokens_ending


def service_accounts_without_owner(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """For administrators: accounts whose person has left, so that their tokens do nothing."""
    if Permission.PERSON_MANAGE not in actor.permissions:
        return []
    return [
        Task(
            what=f"Name who answers for the service account {row.name}",
            address="/service_accounts",
            query=(("account", row.number),),
            model="",
            model_name="",
            tier=None,
            since=row.created_at,
            due=None,
            state=State("Blocked"),
            why="Its tokens stand still since its person is disabled",
        )
        for row in service_accounts(session, at=at)
        if row.disabled_at is None and not row.owner_active
    ][:MOST]


def tokens_ending_soon(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """One's own tokens, and those of service accounts that one answers for, that end within 14 days."""
    return [
        Task(
            what=f"Token {row.number}" + (f" of {row.holder_name}" if row.holder != actor.id else ""),
            address="/account" if row.holder == actor.id else "/service_accounts",
            query=() if row.holder == actor.id else (("account", row.holder),),
            model="",
            model_name="",
            tier=None,
            since=row.created_at,
            due=row.expires_at,
            state=expiry(row.expires_at, at),
            why="Rotate it before what uses it stops",
        )
        for row in tokens_ending(session, person=actor.id, at=at)[:MOST]
    ]
