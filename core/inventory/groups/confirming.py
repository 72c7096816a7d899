"""A second administrator lets models into a group that a sensitive role reaches, or declines it."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.delegations import represented
from core.access.grants import actor_of
from core.access.people import reason_refusals
from core.access.rules import SYSTEM, Actor, Permission
from core.access.rules.granting import AskedStatus
from core.errors import NotFound, Refusal
from core.inventory.groups.rules import AskedMembersFacts, confirm_members_refusals, decline_members_refusals
from core.inventory.groups.service import facts_of, join, numbers_in, refuse
from core.inventory.groups.tables import AskedMembers, ModelGroup
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def against_confirming_members(session: Session, asked: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against it, for the button as for the use case; raises `NotFound`."""
    return confirm_members_refusals(_facts(session, *_loaded(session, asked), actor, at=at), actor, at=at)


def against_declining_members(session: Session, asked: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against declining it, or taking it back; raises `NotFound`."""
    return decline_members_refusals(_facts(session, *_loaded(session, asked), actor, at=at), actor, at=at)


def confirm_members(store: Store, ledger: Ledger, *, asked: str, actor: Actor, at: datetime) -> None:
    """Let the models into the group, as a second administrator; raises `NotFound`, `Refused`."""
    act = "confirm models of a group"
    with deciding(store, ledger, act, entity=Entity("model group", asked), actor=actor, at=at) as tx:
        row, group = _loaded(tx.session, asked, lock=True)
        refuse(confirm_members_refusals(_facts(tx.session, row, group, actor, at=at), actor, at=at))
        _decided(tx, ledger, row, group, AskedStatus.CONFIRMED, "", actor=actor, at=at)
        inside = numbers_in(tx.session, group)
        joining = [one for one in row.models.split() if one not in inside]
        join(tx, ledger, group, joining, reason=row.reason, actor=actor, at=at)


def decline_members(store: Store, ledger: Ledger, *, asked: str, reason: str, actor: Actor, at: datetime) -> None:
    """Decline it with a reason, or take it back where one asked for it oneself; raises `NotFound`, `Refused`."""
    act = "decline models of a group"
    with deciding(store, ledger, act, entity=Entity("model group", asked), actor=actor, at=at) as tx:
        row, group = _loaded(tx.session, asked, lock=True)
        against = decline_members_refusals(_facts(tx.session, row, group, actor, at=at), actor, at=at)
        refuse((*against, *reason_refusals(reason)))
        status = AskedStatus.WITHDRAWN if actor.id == row.asked_by else AskedStatus.DECLINED
        _decided(tx, ledger, row, group, status, reason, actor=actor, at=at)


def members_expired(session: Session, *, at: datetime) -> bool:
    """Whether a request that nobody answered waits to go on record."""
    due = select(AskedMembers.id).where(AskedMembers.status == AskedStatus.WAITING, AskedMembers.expires_at <= at)
    return session.exec(due.limit(1)).first() is not None


def expire_asked_members(tx: Transaction, ledger: Ledger, *, at: datetime) -> int:
    """Put on record what nobody answered in time; how many. It could not be confirmed any more before."""
    due = (
        select(AskedMembers, ModelGroup)
        .join(ModelGroup, col(ModelGroup.id) == col(AskedMembers.group_id))
        .where(AskedMembers.status == AskedStatus.WAITING, AskedMembers.expires_at <= at)
        .order_by(col(AskedMembers.id))
        .with_for_update(of=AskedMembers)
    )
    rows = tx.session.exec(due).all()
    for row, group in rows:
        _decided(tx, ledger, row, group, AskedStatus.EXPIRED, "Nobody answered", actor=SYSTEM, at=at)
    return len(rows)


def _loaded(session: Session, asked: str, *, lock: bool = False) -> tuple[AskedMembers, ModelGroup]:
    query = (
        select(AskedMembers, ModelGroup)
        .join(ModelGroup, col(ModelGroup.id) == col(AskedMembers.group_id))
        .where(AskedMembers.number == asked)
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound("request for models of a group", asked)
    return found[0], found[1]


def _facts(session: Session, row: AskedMembers, group: ModelGroup, actor: Actor, *, at: datetime) -> AskedMembersFacts:
    asker = actor_of(session, row.asked_by, at=at)
    return AskedMembersFacts(
        number=row.number,
        asked_by=row.asked_by,
        status=row.status,
        expires_at=row.expires_at,
        group=facts_of(session, group, at=at),
        asker_manages=asker is not None and Permission.PERSON_MANAGE in asker.permissions,
        represented=represented(session, actor.id, at=at),
    )


def _decided(
    tx: Transaction,
    ledger: Ledger,
    row: AskedMembers,
    group: ModelGroup,
    status: AskedStatus,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    row.status, row.decided_by, row.decided_at, row.decision_reason = status, actor.id, at, reason
    tx.session.add(row)
    said = {"asked": row.number, "models": row.models, "status": status.value, "reason": reason}
    entity = Entity("model group", group.number)
    ledger.record(tx, Event.MODEL_GROUP_DECIDED, entity=entity, actor=actor, at=at, payload=said)
