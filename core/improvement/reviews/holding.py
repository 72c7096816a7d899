"""Holds a review on an agenda that is frozen with it, writes minutes and decisions, and signs it off."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission
from core.access.tables import Person
from core.errors import NotFound
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, open_action
from core.improvement.keeping import TEXT, check_texts, lacking
from core.improvement.reviews.acting import Done, allowed, recorded, save
from core.improvement.reviews.planning import planned
from core.improvement.reviews.rules import (
    Act,
    ReviewKind,
    ReviewStatus,
    decision_refusals,
    text_refusals,
)
from core.improvement.reviews.scope import model_numbers
from core.improvement.reviews.tables import Review, ReviewDecision
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.rules import Severity

LONGEST_MINUTES, MOST_LINKED = 20_000, 50


@dataclass(frozen=True)
class Decision:
    """What was decided, who sees to it, and where there is a day by which, the kind of action that is made of it."""

    text: str
    owner: str
    due_at: datetime | None = None
    kind: ActionKind = ActionKind.CORRECTIVE
    severity: Severity = Severity.MEDIUM


def hold_within(
    tx: Transaction,
    ledger: Ledger,
    review: str,
    *,
    agenda: str,
    since: datetime | None,
    attendees: Sequence[str],
    actor: Actor,
    at: datetime,
) -> Done:
    """Hold it in this transaction: the agenda, as JSON, stays as it is now; `attendees` are people by number."""
    present = list(dict.fromkeys((actor.id, *attendees)))
    row = allowed(tx, review, Act.HOLD, actor)
    _require_people(tx.session, present)
    digest = hashlib.sha256(agenda.encode()).hexdigest()
    values = {
        "status": ReviewStatus.HELD, "held_by": actor.id, "held_at": at, "since": since, "agenda": agenda,
        "agenda_digest": digest, "attendees": " ".join(present),
    }  # fmt: skip
    save(tx, row, values)
    payload = {"agenda": digest, "present": " ".join(present), "since": since.isoformat() if since else ""}
    return recorded(tx, ledger, Event.REVIEW_HELD, row, dict(payload), actor=actor, at=at)


def write_minutes(store: Store, ledger: Ledger, *, review: str, text: str, actor: Actor, at: datetime) -> Done:
    """What was said; it can be written anew until the review is signed off."""
    check_texts(LONGEST_MINUTES, minutes=text)
    with deciding(store, ledger, Act.WRITE, entity=Entity("review", review), actor=actor, at=at) as tx:
        row = allowed(tx, review, Act.WRITE, actor, text_refusals(minutes=text))
        save(tx, row, {"minutes": text.strip(), "minutes_by": actor.id})
        return recorded(tx, ledger, Event.REVIEW_MINUTED, row, {"text": text.strip()}, actor=actor, at=at)


def decide(store: Store, ledger: Ledger, *, review: str, decision: Decision, actor: Actor, at: datetime) -> Done:
    """Record a decision with its owner; one with a due date becomes an action that is followed up."""
    check_texts(TEXT, decision=decision.text)
    with deciding(store, ledger, Act.DECIDE, entity=Entity("review", review), actor=actor, at=at) as tx:
        may_act = not lacking(tx.session, [decision.owner], Permission.RECORD_READ, at=at)
        reasons = (*text_refusals(decision=decision.text), *decision_refusals(decision.owner, may_act=may_act))
        row = allowed(tx, review, Act.DECIDE, actor, reasons)
        action = _action(tx, ledger, row, decision, decision.due_at, actor, at) if decision.due_at else ""
        tx.session.add(
            ReviewDecision(
                review_id=row.id or 0, position=_next_position(tx.session, row), text=decision.text.strip(),
                owner=decision.owner, due_at=decision.due_at, action=action, decided_by=actor.id, decided_at=at,
            )
        )  # fmt: skip
        save(tx, row, {})
        payload = {"text": decision.text.strip(), "owner": decision.owner, "action": action}
        return recorded(tx, ledger, Event.REVIEW_DECIDED, row, dict(payload), actor=actor, at=at)


def sign_off(store: Store, ledger: Ledger, *, review: str, note: str, actor: Actor, at: datetime) -> Done:
    """Another person than who held it or wrote the minutes closes it; the next of its series is planned with it."""
    check_texts(TEXT, note=note)
    with deciding(store, ledger, Act.CLOSE, entity=Entity("review", review), actor=actor, at=at) as tx:
        row = allowed(tx, review, Act.CLOSE, actor, text_refusals(note=note))
        ended = {"ended_by": actor.id, "ended_at": at, "ended_because": note.strip()}
        save(tx, row, {"status": ReviewStatus.CLOSED, **ended})
        following = _following(tx, ledger, row, actor, at)
        payload = {"note": note.strip(), "next": following}
        return recorded(tx, ledger, Event.REVIEW_SIGNED_OFF, row, dict(payload), actor=actor, at=at)


def _action(
    tx: Transaction, ledger: Ledger, row: Review, decision: Decision, due: datetime, actor: Actor, at: datetime
) -> str:
    title = decision.text.strip().splitlines()[0][:300]
    models = tx.session.execute(model_numbers(row).limit(MOST_LINKED + 1)).scalars().all()
    named = models if len(models) <= MOST_LINKED else ()  # of a larger scope the action is of the review alone
    about = (Ref(RecordKind.REVIEW, row.number), *(Ref(RecordKind.MODEL, number) for number in named))
    new = NewAction(decision.kind, title, decision.owner, due, about, decision.severity, decision.text.strip())
    return open_action(tx, ledger, new, actor=actor, at=at)


def _following(tx: Transaction, ledger: Ledger, row: Review, actor: Actor, at: datetime) -> str:
    """The next team review of the series: so many days after this one was held, never in the past."""
    if row.kind is not ReviewKind.TEAM or not row.every_days or row.held_at is None:
        return ""
    cadence = timedelta(days=row.every_days)
    coming = Review(
        number=next_number(tx.session, "RV"), kind=row.kind, title=row.title, business_line=row.business_line,
        models=row.models, every_days=row.every_days, due_at=max(row.held_at + cadence, at + timedelta(days=1)),
        holder=row.holder, planned_by=actor.acting_as, planned_at=at, former=row.number,
    )  # fmt: skip
    return planned(tx, ledger, coming, actor=actor, at=at).number


def _next_position(session: Session, row: Review) -> int:
    last = session.exec(select(func.max(ReviewDecision.position)).where(ReviewDecision.review_id == row.id)).one()
    return (last or 0) + 1


def _require_people(session: Session, numbers: Sequence[str]) -> None:
    known = set(session.exec(select(Person.number).where(col(Person.number).in_(numbers))).all())
    for number in numbers:
        if number not in known:
            raise NotFound("person", number)
