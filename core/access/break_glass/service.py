"""Opens, uses, ends and reviews break-glass access; it ends by itself with its time, which every read asks about."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.access.alerting import AccessAlert, ask_for_alert
from core.access.break_glass.queries import open_access, opened_before
from core.access.break_glass.tables import BreakGlass, BreakGlassPage
from core.access.deciding import deciding
from core.access.delegations import represented
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.access.rules.break_glass import (
    LENGTH,
    AccessFacts,
    break_glass_reason_refusals,
    end_refusals,
    open_refusals,
    review_refusals,
)
from core.access.signing import signing_refusals
from core.errors import NotFound, Refusal, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_PAGE = 200
_MINUTE = timedelta(minutes=1)


def against_opening(session: Session, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against opening an access, for the button as for the use case; the reason and proof come later."""
    opened = open_access(session, actor.id, at=at)
    standing = replace(actor, break_glass=opened)
    return open_refusals(standing, opened_before(session, actor.id), at=at)


def open_break_glass(store: Store, ledger: Ledger, *, reason: str, session_id: str, actor: Actor, at: datetime) -> str:
    """Let the actor read everything for an hour from now, and nothing but read; answers with the number, `BG0001`.

    The person has just shown in this session that it is they. Whoever hears of alerts is told. Raises `Refused`.
    """
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "open break-glass access", entity=entity, actor=actor, at=at) as tx:
        number = next_number(tx.session, "BG")  # two at once wait here for each other
        _refuse(
            (
                *against_opening(tx.session, actor, at=at),
                *break_glass_reason_refusals(reason),
                *signing_refusals(tx.session, session_id=session_id, actor=actor, at=at),
            )
        )
        row = BreakGlass(
            number=number, person=actor.id, roles=actor.role_words, reason=reason.strip(), opened_at=at,
            ends_at=at + LENGTH,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        payload: dict[str, JsonValue] = {"person": actor.id, "reason": row.reason, "until": row.ends_at.isoformat()}
        _record(tx, ledger, Event.BREAK_GLASS_OPENED, number, actor, at, payload)
        ask_for_alert(tx, AccessAlert.BREAK_GLASS, number, at=at)
        return number


def note_page(store: Store, ledger: Ledger, *, page: str, actor: Actor, at: datetime) -> None:
    """Put on record that a page is shown under the actor's open access, at most once a minute for each page."""
    with store.reading() as session:  # most redraws find the page noted and need no writer's lock
        row = session.exec(select(BreakGlass).where(BreakGlass.number == actor.break_glass)).first()
        if row is None or at >= row.ends_at:
            return
        minute, shown = (at - row.opened_at) // _MINUTE, page[:LONGEST_PAGE]
        if session.get(BreakGlassPage, (row.number, shown, minute)) is not None:
            return
    with store.transaction() as tx:
        insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        noted = insert(BreakGlassPage).values(access=row.number, page=shown, minute=minute, at=at)
        added = noted.on_conflict_do_nothing(index_elements=["access", "page", "minute"])
        if tx.session.execute(added.returning(col(BreakGlassPage.minute))).first() is None:
            return
        tx.session.execute(update(BreakGlass).where(col(BreakGlass.id) == row.id).values(pages=BreakGlass.pages + 1))
        _record(tx, ledger, Event.BREAK_GLASS_USED, row.number, actor, at, {"page": shown})


def against_ending(session: Session, access: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against ending this access now."""
    row = _load(session, access)
    return end_refusals(_facts(session, row, actor, at=at), actor)


def end_break_glass(store: Store, ledger: Ledger, *, access: str, actor: Actor, at: datetime, reason: str = "") -> None:
    """End one's own access before its time, or revoke another's as administrator with a reason; raises `Refused`."""
    with deciding(store, ledger, "end break-glass access", entity=_entity(access), actor=actor, at=at) as tx:
        row = _locked(tx, access)
        own = row.person == actor.id
        _refuse((*against_ending(tx.session, access, actor, at=at), *(() if own else reason_refusals(reason))))
        row.ends_at, row.ended_by, row.end_reason = at, actor.id, reason.strip()
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"by": "person" if own else "administrator", "reason": reason.strip()}
        _record(tx, ledger, Event.BREAK_GLASS_ENDED, access, actor, at, payload)


def against_reviewing(session: Session, access: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against judging this access."""
    row = _load(session, access)
    return review_refusals(_facts(session, row, actor, at=at), actor)


def review_break_glass(
    store: Store, ledger: Ledger, *, access: str, sound: bool, text: str, actor: Actor, at: datetime
) -> None:
    """Judge an access that has ended as sound or not, with the grounds; what is not sound raises an alert."""
    with deciding(store, ledger, "review break-glass access", entity=_entity(access), actor=actor, at=at) as tx:
        row = _locked(tx, access)
        _refuse((*against_reviewing(tx.session, access, actor, at=at), *reason_refusals(text)))
        row.sound, row.review, row.reviewed_by, row.reviewed_at = sound, text.strip(), actor.id, at
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"sound": sound, "said": row.review, "person": row.person}
        _record(tx, ledger, Event.BREAK_GLASS_REVIEWED, access, actor, at, payload)
        if not sound:
            ask_for_alert(tx, AccessAlert.NOT_SOUND, access, at=at)


def _load(session: Session, access: str) -> BreakGlass:
    row = session.exec(select(BreakGlass).where(BreakGlass.number == access)).first()
    if row is None:
        raise NotFound("break-glass access", access)
    return row


def _locked(tx: Transaction, access: str) -> BreakGlass:
    """The row that nobody else changes meanwhile."""
    row = tx.session.exec(select(BreakGlass).where(BreakGlass.number == access).with_for_update()).first()
    if row is None:
        raise NotFound("break-glass access", access)
    return row


def _facts(session: Session, row: BreakGlass, actor: Actor, *, at: datetime) -> AccessFacts:
    return AccessFacts(
        number=row.number,
        person=row.person,
        ended=at >= row.ends_at,
        reviewed=row.sound is not None,
        represented=represented(session, actor.id, at=at),
    )


def _entity(access: str) -> Entity:
    return Entity("access", access)


def _record(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    access: str,
    actor: Actor,
    at: datetime,
    payload: dict[str, JsonValue],
) -> None:
    ledger.record(tx, event, entity=_entity(access), actor=actor, at=at, payload=payload)


def _refuse(reasons: "tuple[Refusal, ...]") -> None:
    if reasons:
        raise Refused(reasons)
