"""Escalates findings that are overdue: to the model's owner when the day has passed, to the approvers some days later.

Corrective actions remind and escalate by themselves, and deviations are announced by the run that finds them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import Session, col

from core.access.queries import people_with_role
from core.access.rules import SYSTEM, Role
from core.inventory.tables import Model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import Ref
from core.monitoring.alerts.handling import give, load_alert
from core.monitoring.alerts.noticing import tell_people
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.alerts.vocabulary import AlertAct
from core.policy.service import policy_in_force
from core.register.arms import AUDIT_FINDINGS, FINDINGS, Arm
from core.register.rows import hydrated
from core.register.tables import OverdueNotice
from core.register.values import Item, Kind, State
from core.store import Store, Transaction
from core.validation.rules import Severity

ESCALATION_JOB = "escalate overdue findings"
ESCALATED = (FINDINGS, AUDIT_FINDINGS)
MOST = 200  # of each kind and step in one run; the next hour goes on


class Step(IntEnum):
    """How far an overdue finding has been carried."""

    OWNER = 1  # of the model, or where there is none the approvers
    APPROVERS = 2


@dataclass(frozen=True)
class _Due:
    kind: Kind
    key: int
    number: str
    due_at: datetime
    step: Step


def overdue_waiting(session: Session, *, at: datetime) -> bool:
    """Whether a step is due that was not taken, or one was taken whose finding is not overdue any more."""
    return next(_due(session, at, most=1), None) is not None or bool(_settled(session, most=1))


def escalate_overdue(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """Take every step that is due, each once for a due date; how many there were.

    A transaction for each, so that one that cannot be written holds up no other.
    """
    with store.reading() as session:
        due, settled = list(_due(session, at, most=MOST)), _settled(session, most=MOST)
    taken = sum(_take(store, ledger, one, at) for one in due)
    for notice in settled:
        _settle(store, ledger, notice, at)
    return taken


def told_of(session: Session, person: str) -> tuple[Item, ...]:
    """The overdue findings that were carried to this person."""
    query = select(OverdueNotice).where(col(OverdueNotice.settled_at).is_(None)).order_by(col(OverdueNotice.due_at))
    wanted = {
        (Kind(one.kind), one.number)
        for one in session.execute(query.where(col(OverdueNotice.told).contains(person))).scalars()
        if person in one.told.split()
    }
    if not wanted:
        return ()
    keys = [
        (arm.kind, key)
        for arm in ESCALATED
        for key in session.execute(
            select(arm.key).where(arm.number.in_([number for kind, number in wanted if kind is arm.kind]))
        ).scalars()
    ]
    return tuple(one for one in hydrated(session, keys) if one.state in (State.OPEN, State.ANSWERED))


def _due(session: Session, at: datetime, *, most: int) -> Iterator[_Due]:
    days = policy_in_force(session, at=at).policy.escalation.escalate_days_after
    for step, before in ((Step.OWNER, at), (Step.APPROVERS, at - timedelta(days=days))):
        for arm in ESCALATED:
            query = (
                select(arm.key, arm.number, arm.due)
                .where(*arm.always, _to_do(arm), arm.due < before, ~_taken(arm, step))
                .order_by(arm.due)
                .limit(most)
            )
            for key, number, due_at in session.execute(query):
                yield _Due(arm.kind, key, number, due_at, step)


def _to_do(arm: Arm) -> ColumnElement[bool]:
    """What was remediated waits for somebody else, and its owner has done their part."""
    return arm.of_state(State.OPEN) | arm.of_state(State.ANSWERED)


def _taken(arm: Arm, step: Step) -> ColumnElement[bool]:
    return exists().where(
        col(OverdueNotice.kind) == arm.kind.value,
        col(OverdueNotice.number) == arm.number,
        col(OverdueNotice.due_at) == arm.due,
        col(OverdueNotice.step) == int(step),
    )


def _settled(session: Session, *, most: int) -> Sequence[OverdueNotice]:
    """Notices whose finding was remediated, closed or given more time since."""
    still = [
        exists().where(arm.number == col(OverdueNotice.number), arm.due == col(OverdueNotice.due_at), _to_do(arm))
        for arm in ESCALATED
    ]
    query = select(OverdueNotice).where(col(OverdueNotice.settled_at).is_(None), *(~one for one in still))
    return session.execute(query.limit(most)).scalars().all()


def _take(store: Store, ledger: Ledger, due: _Due, at: datetime) -> bool:
    with store.transaction() as tx:
        found = hydrated(tx.session, [(due.kind, due.key)])
        item = found[0] if found else None
        if item is None or item.due_at != due.due_at or item.state not in (State.OPEN, State.ANSWERED):
            return False
        if _is_taken(tx.session, due):
            return False
        told = _told(tx.session, item, due.step, at)
        alert = raise_alert(tx, ledger, _signal(item, due.step, at), at=at)
        notice = OverdueNotice(
            kind=due.kind.value, number=due.number, step=int(due.step), due_at=due.due_at, told=" ".join(told)[:400],
            alert=alert, noticed_at=at,
        )  # fmt: skip
        tx.session.add(notice)
        _carry(tx, alert, told, at)
        payload: dict[str, JsonValue] = {
            "step": int(due.step),
            "due": due.due_at.isoformat(),
            "to": " ".join(told),
            "alert": alert,
        }
        entity = Entity(due.kind.value, due.number)
        ledger.record(tx, Event.REGISTER_OVERDUE, entity=entity, actor=SYSTEM, at=at, payload=payload)
        return True


def _carry(tx: Transaction, alert: str, told: Sequence[str], at: datetime) -> None:
    """These people are told of the alert, and may handle it since."""
    row = load_alert(tx.session, alert)
    give(tx, row, told, at=at)
    tell_people(tx, row, AlertAct.ESCALATED, told, at=at)


def _is_taken(session: Session, due: _Due) -> bool:
    query = select(col(OverdueNotice.id)).where(
        col(OverdueNotice.kind) == due.kind.value,
        col(OverdueNotice.number) == due.number,
        col(OverdueNotice.due_at) == due.due_at,
        col(OverdueNotice.step) == int(due.step),
    )
    return session.execute(query).first() is not None


def _told(session: Session, item: Item, step: Step, at: datetime) -> tuple[str, ...]:
    """The model's owner at first, but for one who is to remediate it themselves; the approvers then."""
    owner = session.execute(select(col(Model.owner)).where(col(Model.number) == item.model)).scalar()
    if step is Step.OWNER and owner and owner != item.owner:
        return (owner,)
    return tuple(one for one in people_with_role(session, Role.APPROVER, at=at) if one != item.owner)


def _signal(item: Item, step: Step, at: datetime) -> Signal:
    heavier = step is Step.APPROVERS and item.severity is not Severity.CRITICAL
    severity = list(Severity)[item.severity.rank + 1] if heavier else item.severity
    days = max((at - item.due_at).days, 0) if item.due_at else 0
    late = "today" if not days else f"{days} day ago" if days == 1 else f"{days} days ago"
    return Signal(
        AlertKind.OVERDUE_ACTION, _key(item.kind.value, item.number), severity,
        f"{item.kind.value.capitalize()} {item.number} is overdue",
        f"It weighs {item.severity} and was due {late}.", item.model, item.version,
        about=(Ref(item.kind.record, item.number),),
    )  # fmt: skip


def _key(kind: str, number: str) -> str:
    return f"overdue {kind} {number}"


def _settle(store: Store, ledger: Ledger, notice: OverdueNotice, at: datetime) -> None:
    with store.transaction() as tx:
        row = tx.session.get_one(OverdueNotice, notice.id)
        if row.settled_at is not None:
            return
        row.settled_at = at
        tx.session.add(row)
        if not _others(tx, row):
            said = f"{row.number} was remediated, closed or given more time."
            settle_alert(tx, ledger, _key(row.kind, row.number), said=said, at=at)


def _others(tx: Transaction, row: OverdueNotice) -> bool:
    """Whether a notice of a later due date of the same finding stands."""
    query = select(col(OverdueNotice.id)).where(
        col(OverdueNotice.kind) == row.kind,
        col(OverdueNotice.number) == row.number,
        col(OverdueNotice.due_at) > row.due_at,
        col(OverdueNotice.settled_at).is_(None),
    )
    return tx.session.execute(query).first() is not None
