"""Facts about the installation: roles, events that were removed, messages and work that wait, the ledger's length."""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from core.access.tables import Person, RoleGrant
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import Drilled, Head, Outgoing, PersonRoles, RemovedEvents, SentOutside
from core.jobs.outbox.tables import Delivery, OutboxMessage
from core.jobs.tables import Job, JobStatus
from core.ledger.anchors.tables import AnchorDestination, LogAnchor
from core.ledger.batches.tables import EventBatch
from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogHead, LogPayload
from core.policy.service import policy_by_id
from core.policy.tables import PolicyVersion

LEDGER = "ledger"


def roles(session: Session, reading: Reading) -> Read[PersonRoles]:
    """The roles in force of everybody who is active and holds one."""
    ends = col(RoleGrant.ends_at)
    query = (
        select(col(RoleGrant.person), col(RoleGrant.role))
        .join(Person, col(Person.number) == col(RoleGrant.person))
        .where(
            col(RoleGrant.withdrawn_at).is_(None), col(Person.disabled_at).is_(None),
            or_(ends.is_(None), ends > reading.at),
        )
    )  # fmt: skip
    held: dict[str, set[str]] = defaultdict(set)
    for person, role in session.execute(query):
        held[person].add(role.value)
    return Read(tuple(PersonRoles(person, tuple(sorted(found))) for person, found in held.items()))


def removed_events(session: Session, _reading: Reading) -> Read[RemovedEvents]:
    """Every file of events that retention removed; files that are kept are counted."""
    query = select(col(EventBatch.number), col(EventBatch.last_at), col(EventBatch.removed_at)).where(
        col(EventBatch.removed_at).is_not(None)
    )
    demanded = _days_demanded(session)
    found = tuple(
        RemovedEvents(number, last, gone, demanded(gone)) for number, last, gone in session.execute(query) if gone
    )
    files = session.execute(select(func.count()).select_from(EventBatch)).scalar_one()
    return Read(found, examined=files, said=f"{files} files of events, {len(found)} removed")


def _days_demanded(session: Session) -> Callable[[datetime], int]:
    """How many days the policy in force at a moment asks events to be kept; 0 before the first one."""
    query = (
        select(col(PolicyVersion.effective_from), col(PolicyVersion.id))
        .where(col(PolicyVersion.withdrawn_at).is_(None))
        .order_by(col(PolicyVersion.effective_from), col(PolicyVersion.id))
    )
    begins = [(since, policy_by_id(session, key).policy.events.days) for since, key in session.execute(query) if key]

    def demanded(at: datetime) -> int:
        return next((days for since, days in reversed(begins) if since <= at), 0)

    return demanded


def outgoing(session: Session, _reading: Reading) -> Read[Outgoing]:
    """Every message that did not arrive, and every job that nobody finished."""
    messages = select(
        col(OutboxMessage.number), col(OutboxMessage.channel), col(OutboxMessage.receiver),
        col(OutboxMessage.queued_at), col(OutboxMessage.status),
    ).where(col(OutboxMessage.status) != Delivery.DELIVERED)  # fmt: skip
    jobs = select(col(Job.kind), col(Job.slot), col(Job.queued_at)).where(
        col(Job.status).in_((JobStatus.QUEUED, JobStatus.RUNNING))
    )
    waiting = [
        Outgoing(number, f"A {channel.value} message to {receiver}", since, status is Delivery.GIVEN_UP)
        for number, channel, receiver, since, status in session.execute(messages)
    ]
    waiting += [
        Outgoing(f"{kind} {slot}"[:200], f"The job “{kind}” {slot}", at, False)
        for kind, slot, at in session.execute(jobs)
    ]
    return Read(tuple(waiting), said=f"{len(waiting)} under way or given up")


def outside(session: Session, _reading: Reading) -> Read[SentOutside]:
    """Every place outside that is in use, with the newest checkpoint that arrived there."""
    size = session.execute(select(col(LogHead.size))).scalar() or 0
    query = (
        select(
            col(AnchorDestination.number), col(AnchorDestination.kind), col(AnchorDestination.added_at),
            func.max(LogAnchor.at), func.max(LogAnchor.size),
        )
        .outerjoin(LogAnchor, col(LogAnchor.destination) == col(AnchorDestination.number))
        .where(col(AnchorDestination.closed_at).is_(None))
        .group_by(col(AnchorDestination.number), col(AnchorDestination.kind), col(AnchorDestination.added_at))
    )  # fmt: skip
    facts = tuple(
        SentOutside(number, kind.value, since, newest, (arrived or 0) < size)
        for number, kind, since, newest, arrived in session.execute(query)
    )
    return Read(facts, said="" if facts else "No place outside is set up", judged=bool(facts))


def drilled(session: Session, _reading: Reading) -> Read[Drilled]:
    """The last drill of access as the ledger tells it: each cell that it names as different, or that there is none."""
    query = (
        select(col(LogEntry.entity_id), col(LogEntry.at), col(LogPayload.body))
        .outerjoin(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(col(LogEntry.action) == Event.ACCESS_DRILL_MADE.value)
        .order_by(col(LogEntry.idx).desc())
        .limit(1)
    )
    last = session.execute(query).first()
    if last is None:
        return Read((), said="No drill of access was run yet", judged=False)
    number, at, body = last
    said = json.loads(body) if body else {}
    cells = tuple(Drilled(str(cell)[:200], number, at, str(cell)) for cell in said.get("differing", ()))
    facts = cells or (Drilled("drill of access", number, at),)
    return Read(facts, examined=said.get("cells"), said=f"{number} of {at:%Y-%m-%d}")


def length(session: Session, reading: Reading) -> Read[Head]:
    """The entries stored, the head's count, and the largest size that a run of this check has seen."""
    stored = session.execute(select(func.count()).select_from(LogEntry)).scalar_one()
    size = session.execute(select(col(LogHead.size))).scalar() or 0
    seen = int(str(reading.earlier.get("seen", 0)))
    fact = Head(LEDGER, stored, size, seen)
    return Read((fact,), examined=stored, figures={"seen": max(seen, size)}, said=f"{size} entries")
