"""Writes down that a grant was asked for; the caller has asked the rules."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.access.grants_asked.tables import AskedGrant
from core.access.rules import Actor, Reach, Role
from core.access.rules.granting import LIFE, AskedStatus
from core.errors import Refusal
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction
from core.store.numbers import next_number


def asked_refusals(session: Session, person: str, role: Role, *, at: datetime) -> tuple[Refusal, ...]:
    """Why the role cannot be asked for again: it waits already."""
    waiting = session.exec(
        select(AskedGrant.number).where(
            AskedGrant.person == person, AskedGrant.role == role,
            AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at > at,
        )
    ).first()  # fmt: skip
    if waiting is None:
        return ()
    said = f"{waiting} asks for this role already"
    return (Refusal("asked", said, "segregation of duties", "Let a second administrator confirm or decline it."),)


@dataclass(frozen=True)
class Wish:
    """What is asked for: a role for a person, with reason, end and reach."""

    person: str
    role: Role
    reason: str
    ends_at: datetime | None
    reach: Reach


def add_asked(tx: Transaction, ledger: Ledger, wish: Wish, *, actor: Actor, at: datetime) -> str:
    """Write the row and its ledger entry; answers with its number, such as GR0001."""
    row = AskedGrant(
        number=next_number(tx.session, "GR"), person=wish.person, role=wish.role, reason=wish.reason,
        ends_at=wish.ends_at, reach=wish.reach.text, asked_by=actor.id, asked_at=at, expires_at=at + LIFE,
        status=AskedStatus.WAITING,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    payload = {
        "asked": row.number, "role": row.role.value, "reason": row.reason, "reach": row.reach,
        "until": row.ends_at.isoformat() if row.ends_at else "",
    }  # fmt: skip
    ledger.record(tx, Event.GRANT_ASKED, entity=Entity("person", row.person), actor=actor, at=at, payload=payload)
    return row.number
