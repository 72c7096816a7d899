"""Warns accounts that nobody uses, keeps them from signing in, and lets people in again."""

import json
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.dormant.queries import Unused, unused_accounts
from core.access.dormant.tables import Dormancy
from core.access.grants import administrators, load_person
from core.access.people import reason_refusals, shut_out
from core.access.rules import SYSTEM, Actor
from core.access.rules.dormancy import WARNED_BEFORE, blocked, enable_refusals
from core.errors import Refusal, Refused
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

TOPIC = "account.unused"


def look_at_unused(tx: Transaction, ledger: Ledger, *, limit: timedelta, mail: str = "", at: datetime) -> int:
    """Warn and block what is due, each once; how many. `mail` is the address to sign in at, empty without mail."""
    done = 0
    for one in unused_accounts(tx.session, limit=limit, at=at):
        row = _of(tx.session, one)
        if row is None:
            row = Dormancy(
                person=one.person, since=one.since, warned_at=at, blocks_at=max(one.blocks_at, at + WARNED_BEFORE)
            )
            tx.session.add(row)
            tx.session.flush()
            _warn(tx, ledger, one, row.blocks_at, mail, at)
            done += 1
        last = administrators(tx.session, at=at) == {one.person}
        if row.blocked_at is None and at >= row.blocks_at and blocked(one.use, last_administrator=last):
            row.blocked_at = at
            tx.session.add(row)
            shut_out(tx, load_person(tx.session, one.person), at=at)
            payload = {"by": "dormant", "since": one.since.astimezone(UTC).isoformat(), "days": str(limit.days)}
            entity = Entity("person", one.person)
            ledger.record(tx, Event.PERSON_DISABLED, entity=entity, actor=SYSTEM, at=at, payload=payload)
            done += 1
    return done


def against_enabling(session: Session, person: str, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against letting this person in again; raises `NotFound`."""
    return enable_refusals(actor, person, disabled=load_person(session, person).disabled_at is not None)


def enable_person(store: Store, ledger: Ledger, *, person: str, reason: str, actor: Actor, at: datetime) -> None:
    """Let a person in again, dormant or disabled by hand; tokens stay revoked. Raises `Refused`."""
    entity = Entity("person", person)
    with deciding(store, ledger, "enable a person", entity=entity, actor=actor, at=at) as tx:
        reasons = (*against_enabling(tx.session, person, actor), *reason_refusals(reason))
        if reasons:
            raise Refused(reasons)
        row = load_person(tx.session, person)
        row.disabled_at, row.enabled_at = None, at
        tx.session.add(row)
        payload = {"reason": reason.strip()}
        ledger.record(tx, Event.PERSON_ENABLED, entity=entity, actor=actor, at=at, payload=payload)


def _of(session: Session, one: Unused) -> Dormancy | None:
    return session.exec(select(Dormancy).where(Dormancy.person == one.person, Dormancy.since == one.since)).first()


def _warn(tx: Transaction, ledger: Ledger, one: Unused, ends: datetime, mail: str, at: datetime) -> None:
    payload = {"since": one.since.astimezone(UTC).isoformat(), "blocked_at": ends.astimezone(UTC).isoformat()}
    ledger.record(tx, Event.ACCOUNT_WARNED, entity=Entity("person", one.person), actor=SYSTEM, at=at, payload=payload)
    if mail and one.email:
        said = {
            "subject": "Countersign: your account is not used",
            "text": f"You last used your account on {one.since:%Y-%m-%d}. Sign in at {mail}/ before {ends:%Y-%m-%d}, "
            "or it is closed until an administrator opens it again.",
        }
        enqueue_message(tx, Channel.MAIL, one.person, TOPIC, json.dumps(said, ensure_ascii=False), at=at)
