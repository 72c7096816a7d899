"""Reminders and escalations: which change waits for whom, each said once for one due date."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.grants import actor_of
from core.access.queries import people_with_role
from core.access.rules import SYSTEM, Role
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change
from core.approval.rules import ASIDE, OPEN, NoticeKind, notice_due, refusals
from core.approval.tables import ChangeRequest, ReviewNotice
from core.inventory.rules import Action, Stage
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.service import policy_by_id
from core.store import Store, Transaction

NOTICE_JOB = "notify of waiting reviews"
EVENT_OF = {NoticeKind.REMINDER: Event.REVIEW_REMINDED, NoticeKind.ESCALATION: Event.REVIEW_ESCALATED}


def notify_waiting(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """Store the notices that are due at this moment, each once; answers with how many are new.

    A reminder goes to every approver who may vote still; an escalation also to the requester and the model's owner.
    One transaction a change, so that one that cannot be read holds up no other.
    """
    with store.reading() as session:
        numbers = session.exec(
            select(ChangeRequest.number)
            .where(col(ChangeRequest.status).in_(OPEN), col(ChangeRequest.returned_at).is_(None))
            .order_by(col(ChangeRequest.due_at))
        ).all()
    return sum(_notify(store, ledger, number, at) for number in numbers)


def _notify(store: Store, ledger: Ledger, number: str, at: datetime) -> int:
    with store.transaction() as tx:
        record = load_change(tx.session, number, to_decide=True)
        kind = _due(tx.session, record, at)
        if kind is None:
            return 0
        told = _told(tx.session, record, kind)
        people = [person for person in _audience(tx.session, record, kind, at) if person not in told]
        if not people:
            return 0
        _store(tx, record, kind, people, at)
        payload = {"due": record.change.due_at.isoformat(), "to": " ".join(people)}
        entity = Entity("change", number)
        ledger.record(tx, EVENT_OF[kind], entity=entity, actor=SYSTEM, at=at, payload=payload)
        return len(people)


def _due(session: Session, record: ChangeRecord, at: datetime) -> NoticeKind | None:
    """The notice that this change calls for, if it is with its approvers."""
    with_approvers = record.change.kind in ASIDE or record.version.stage is Stage.IN_APPROVAL
    if not with_approvers or record.change.status not in OPEN or record.change.returned_at is not None:
        return None
    said = policy_by_id(session, record.change.policy_version_id).policy.escalation
    return notice_due(
        record.change.due_at,
        at,
        remind_days_before=said.remind_days_before,
        escalate_days_after=said.escalate_days_after,
    )


def _audience(session: Session, record: ChangeRecord, kind: NoticeKind, at: datetime) -> Iterable[str]:
    """Who is told: approvers who may vote, and at an escalation those whose request it is."""
    approvers = people_with_role(session, Role.APPROVER, at=at)
    facts = change_facts(session, record, "", at=at)
    for person in approvers:
        actor = actor_of(session, person, at=at)
        if actor is not None and not refusals(facts, Action.VOTE_REJECT, actor):
            yield person
    if kind is NoticeKind.ESCALATION:
        yield from sorted({record.change.requested_by, record.model.owner} - set(approvers))


def _told(session: Session, record: ChangeRecord, kind: NoticeKind) -> frozenset[str]:
    return frozenset(
        session.exec(
            select(ReviewNotice.person).where(
                ReviewNotice.change_id == record.change.id,
                ReviewNotice.kind == kind,
                ReviewNotice.due_at == record.change.due_at,
            )
        )
    )


def _store(tx: Transaction, record: ChangeRecord, kind: NoticeKind, people: Iterable[str], at: datetime) -> None:
    tx.session.add_all(
        ReviewNotice(
            change_id=key_of(record.change), kind=kind, person=person, due_at=record.change.due_at, noticed_at=at
        )
        for person in people
    )
    tx.session.flush()
