"""A second administrator confirms or declines a grant that was asked for; unanswered ones expire."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.delegations import represented
from core.access.grants import actor_of, load_person, roles_of
from core.access.grants_asked.tables import AskedGrant
from core.access.people import add_grant, reason_refusals, service_refusals
from core.access.reach.belonging import group_refusals
from core.access.rules import SYSTEM, Actor, Permission, reach_from, reach_refusals
from core.access.rules.granting import AskedFacts, AskedStatus, Basis, confirm_refusals, decline_refusals
from core.errors import NotFound, Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def against_confirming(session: Session, grant: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against confirming it, for the button as for the use case; raises `NotFound`."""
    row = load_asked(session, grant)
    facts = _facts(session, row, actor, at=at)
    return (
        *confirm_refusals(facts, actor, at=at),
        *reach_refusals(row.role, reach_from(row.reach)),
        *group_refusals(session, reach_from(row.reach)),
        *service_refusals(session, row.person, row.role),
    )


def against_declining(session: Session, grant: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against declining it, or taking it back; raises `NotFound`."""
    return decline_refusals(_facts(session, load_asked(session, grant), actor, at=at), actor, at=at)


def confirm_grant(store: Store, ledger: Ledger, *, grant: str, actor: Actor, at: datetime) -> None:
    """Make the grant real, as a second administrator; raises `NotFound`, `Refused`."""
    with deciding(store, ledger, "confirm a grant", entity=Entity("grant", grant), actor=actor, at=at) as tx:
        row = _locked(tx, grant)
        _refuse(against_confirming(tx.session, grant, actor, at=at))
        _decided(tx, row, AskedStatus.CONFIRMED, "", actor=actor, at=at)
        payload = {"asked": grant, "role": row.role.value, "asked_by": row.asked_by}
        ledger.record(
            tx, Event.GRANT_CONFIRMED, entity=Entity("person", row.person), actor=actor, at=at, payload=payload
        )
        add_grant(
            tx, ledger, person=row.person, role=row.role, reason=row.reason, ends_at=row.ends_at,
            reach=reach_from(row.reach), basis=Basis.CONFIRMED, asked_by=row.asked_by, actor=actor, at=at,
        )  # fmt: skip


def decline_grant(store: Store, ledger: Ledger, *, grant: str, reason: str, actor: Actor, at: datetime) -> None:
    """Decline the grant with a reason, or take it back where one asked for it oneself; raises `NotFound`, `Refused`."""
    with deciding(store, ledger, "decline a grant", entity=Entity("grant", grant), actor=actor, at=at) as tx:
        row = _locked(tx, grant)
        against = decline_refusals(_facts(tx.session, row, actor, at=at), actor, at=at)
        _refuse((*against, *reason_refusals(reason)))
        status = AskedStatus.WITHDRAWN if actor.id == row.asked_by else AskedStatus.DECLINED
        _decided(tx, row, status, reason, actor=actor, at=at)
        payload = {"asked": grant, "role": row.role.value, "status": status.value, "reason": reason}
        ledger.record(
            tx, Event.GRANT_DECLINED, entity=Entity("person", row.person), actor=actor, at=at, payload=payload
        )


def expire_asked(tx: Transaction, ledger: Ledger, *, at: datetime) -> int:
    """Put on record which grants nobody answered in time; how many. They could not be confirmed any more before."""
    rows = tx.session.exec(
        select(AskedGrant)
        .where(AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at <= at)
        .order_by(col(AskedGrant.id))
    ).all()
    for row in rows:
        _decided(tx, row, AskedStatus.EXPIRED, "Nobody answered", actor=SYSTEM, at=at)
        payload = {"asked": row.number, "role": row.role.value, "status": AskedStatus.EXPIRED.value}
        ledger.record(
            tx, Event.GRANT_DECLINED, entity=Entity("person", row.person), actor=SYSTEM, at=at, payload=payload
        )
    return len(rows)


def load_asked(session: Session, grant: str) -> AskedGrant:
    """The grant with this number; raises NotFound."""
    row = session.exec(select(AskedGrant).where(AskedGrant.number == grant)).first()
    if row is None:
        raise NotFound("grant", grant)
    return row


def _locked(tx: Transaction, grant: str) -> AskedGrant:
    """The row that nobody else decides on meanwhile."""
    row = tx.session.exec(select(AskedGrant).where(AskedGrant.number == grant).with_for_update()).first()
    if row is None:
        raise NotFound("grant", grant)
    return row


def _facts(session: Session, row: AskedGrant, actor: Actor, *, at: datetime) -> AskedFacts:
    asker = actor_of(session, row.asked_by, at=at)
    return AskedFacts(
        person=row.person,
        role=row.role,
        asked_by=row.asked_by,
        status=row.status,
        expires_at=row.expires_at,
        ends_at=row.ends_at,
        held=roles_of(session, row.person, at=at),
        person_active=load_person(session, row.person).disabled_at is None,
        asker_manages=asker is not None and Permission.PERSON_MANAGE in asker.permissions,
        represented=represented(session, actor.id, at=at),
    )


def _decided(tx: Transaction, row: AskedGrant, status: AskedStatus, reason: str, *, actor: Actor, at: datetime) -> None:
    row.status, row.decided_by, row.decided_at, row.decision_reason = status, actor.id, at, reason
    tx.session.add(row)


def _refuse(reasons: "tuple[Refusal, ...]") -> None:
    if reasons:
        raise Refused(reasons)
