"""The use cases after an incident: the post-incident review, and closing it."""

from dataclasses import dataclass
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Problem, Unreadable
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, recorded
from core.improvement.incidents.rules import refusals, text_refusals
from core.improvement.incidents.rules.life import Act, IncidentStatus
from core.improvement.incidents.tables import IncidentReview
from core.improvement.keeping import TEXT, check_texts, refuse, save
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store


@dataclass(frozen=True)
class Review:
    """A post-incident review: what happened, what went well, what was learnt, what was decided, and who was there."""

    held_at: datetime
    present: str
    happened: str
    went_well: str
    lessons: str
    decisions: str


def write_review(store: Store, ledger: Ledger, *, incident: str, review: Review, actor: Actor, at: datetime) -> Done:
    """Write the review, or write it anew; the former stays on record."""
    _check(review, at)
    with deciding(store, ledger, Act.REVIEW, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        texts = {
            "what_happened": review.happened, "what_went_well": review.went_well, "lessons": review.lessons,
            "decisions": review.decisions,
        }  # fmt: skip
        refuse((*refusals(incident_facts(tx.session, row, at=at), Act.REVIEW, actor), *text_refusals(**texts)))
        if row.status is not IncidentStatus.IN_REVIEW:
            save(tx, row, {"status": IncidentStatus.IN_REVIEW}, actor=actor, at=at)
        payload = {"held_at": review.held_at.isoformat(), "present": review.present.strip(), **texts}
        done = recorded(tx, ledger, Event.INCIDENT_REVIEWED, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentReview(
                incident_id=row.id or 0, held_at=review.held_at, present=review.present.strip(),
                happened=review.happened.strip(), went_well=review.went_well.strip(), lessons=review.lessons.strip(),
                decisions=review.decisions.strip(), written_by=actor.id, written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        return done


def close_incident(store: Store, ledger: Ledger, *, incident: str, conclusion: str, actor: Actor, at: datetime) -> Done:
    """Close it: reviewed, every action done or carried over, every duty to notify decided on and met."""
    check_texts(TEXT, conclusion=conclusion)
    with deciding(store, ledger, Act.CLOSE, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = load_incident(tx.session, incident, to_change=True)
        facts = incident_facts(tx.session, row, at=at)
        refuse((*refusals(facts, Act.CLOSE, actor), *text_refusals(conclusion=conclusion)))
        values = {
            "status": IncidentStatus.CLOSED, "closed_at": at, "closed_by": actor.id, "conclusion": conclusion.strip(),
        }  # fmt: skip
        save(tx, row, values, actor=actor, at=at)
        payload = {"conclusion": conclusion.strip()}
        return recorded(tx, ledger, Event.INCIDENT_CLOSED, incident, dict(payload), actor=actor, at=at)


def _check(review: Review, at: datetime) -> None:
    check_texts(1000, present=review.present)
    check_texts(
        TEXT, happened=review.happened, went_well=review.went_well, lessons=review.lessons, decisions=review.decisions
    )
    problems = [] if review.present.strip() else [Problem("is empty", column="present", expected="who was there")]
    if review.held_at > at:
        problems.append(Problem("lies ahead", column="held_at", found=f"{review.held_at:%Y-%m-%d %H:%M %Z}"))
    if problems:
        raise Unreadable(problems)
