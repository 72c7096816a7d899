"""Reads both sides: the ledger's entries on access from a position on, and the tables that open doors."""

from collections.abc import Iterator
from datetime import datetime

import orjson
from sqlalchemy import null, select
from sqlmodel import Session, col

from core.access.sessions import known_as
from core.access.tables import Person, RoleGrant, SignInSession, Token
from core.approval.tables import FunctionGrant
from core.assurance.permissions.replaying import REPLAYED, Payload, replay
from core.assurance.permissions.rules import Grant, Said, SessionOpened, TokenGiven
from core.inventory.groups.tables import ModelGroup, ModelGroupMember
from core.inventory.tables import Model
from core.ledger.tables import LogEntry, LogHead, LogPayload, table_of

ENTRY, PAYLOAD = table_of(LogEntry).c, table_of(LogPayload).c
AT_ONCE = 5000  # rows that are fetched at a time


def catch_up(session: Session, said: Said, position: int) -> int:
    """Replay every entry on access from `position` on; the position after the last entry of the ledger."""
    size = session.execute(select(col(LogHead.size))).scalar() or 0
    for action, entity, payload in _entries(session, position, size):
        replay(said, action, entity, payload)
    return max(size, position)


def live(session: Session, *, at: datetime) -> Said:
    """The tables as they stand; of sessions those that are open."""
    found = Said()
    disabled = col(Person.disabled_at).is_not(None)
    found.people = {number: bool(gone) for number, gone in session.execute(select(col(Person.number), disabled))}
    for row in session.execute(_ROLES):
        found.grants[f"role {row.id}"] = Grant(
            row.person, f"role {row.what}", row.ends_at, withdrawn=row.withdrawn_at is not None, reach=row.reach
        )
    for row in session.execute(_FUNCTIONS):
        found.grants[f"function {row.id}"] = Grant(
            row.person, f"function {row.what}", row.ends_at, withdrawn=row.withdrawn_at is not None
        )
    for row in session.execute(_TOKENS):
        scopes = frozenset(row.scopes.split())
        found.tokens[row.number] = TokenGiven(row.person, scopes, row.expires_at, row.revoked_at is not None)
    for row in session.execute(_SESSIONS.where(_SESSION.expires_at > at)):
        found.sessions[known_as(row.id)] = SessionOpened(row.person, row.expires_at)
    found.members = {f"{group} {model}" for group, model in session.execute(_MEMBERS)}
    return found


def _entries(session: Session, first: int, size: int) -> Iterator[tuple[str, str, Payload | None]]:
    query = (
        select(ENTRY.action, ENTRY.entity_id, PAYLOAD.entry_id, PAYLOAD.body)
        .select_from(table_of(LogEntry).outerjoin(table_of(LogPayload), PAYLOAD.entry_id == ENTRY.idx))
        .where(ENTRY.idx >= first, ENTRY.idx < size, ENTRY.action.in_(REPLAYED))
        .order_by(ENTRY.idx)
    )
    for action, entity, kept, body in session.execute(query).yield_per(AT_ONCE):
        if body is not None:
            yield action, entity, orjson.loads(body)
        else:
            yield action, entity, {} if kept is None else None


_GRANT = table_of(RoleGrant).c
_ROLES = select(
    _GRANT.id, _GRANT.person, _GRANT.role.label("what"), _GRANT.ends_at, _GRANT.withdrawn_at,
    (_GRANT.reach if "reach" in _GRANT else null()).label("reach"),
)  # fmt: skip
_FUNCTION = table_of(FunctionGrant).c
_FUNCTIONS = select(
    _FUNCTION.id, _FUNCTION.person, _FUNCTION.function.label("what"), _FUNCTION.ends_at, _FUNCTION.withdrawn_at
)
_TOKEN = table_of(Token).c
_TOKENS = select(_TOKEN.number, _TOKEN.person, _TOKEN.scopes, _TOKEN.expires_at, _TOKEN.revoked_at)
_SESSION = table_of(SignInSession).c
_SESSIONS = select(_SESSION.id, _SESSION.person, _SESSION.expires_at).where(_SESSION.ended_at.is_(None))
_MEMBERS = (
    select(col(ModelGroup.number), col(Model.number))
    .join(ModelGroupMember, col(ModelGroupMember.group_id) == col(ModelGroup.id))
    .join(Model, col(Model.id) == col(ModelGroupMember.model_id))
)
