"""What every act on a review shares: load it, ask the rules, save by compare-and-set, put it on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refusal
from core.improvement.keeping import refuse
from core.improvement.reviews.rules import Act, ReviewFacts, review_refusals
from core.improvement.reviews.tables import Review
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Transaction


@dataclass(frozen=True)
class Done:
    """An act that is on record: the review, and the index of its entry."""

    number: str
    entry: int


def load_review(session: Session, number: str, *, to_change: bool = False) -> Review:
    """The review with this number, held until the transaction ends where it is `to_change`; raises `NotFound`."""
    query = select(Review).where(Review.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("review", number)
    return row


def review_facts(row: Review) -> ReviewFacts:
    """What the rules ask for."""
    return ReviewFacts(row.status, row.held_by, row.minutes_by)


def allowed(tx: Transaction, number: str, act: Act, actor: Actor, further: tuple[Refusal, ...] = ()) -> Review:
    """The review, where nothing stands against the act and none of the `further` reasons is there."""
    row = load_review(tx.session, number, to_change=True)
    refuse((*review_refusals(review_facts(row), act, actor), *further))
    return row


def save(tx: Transaction, row: Review, values: Mapping[str, object]) -> None:
    """Compare-and-set on the revision; raises `Conflict`."""
    revision = row.revision
    done = tx.session.execute(
        update(Review)
        .where(col(Review.id) == row.id, col(Review.revision) == revision)
        .values(**values, revision=revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {revision}", "a newer one", f"Review {row.number}")
    tx.session.refresh(row)


def recorded(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    row: Review,
    payload: Mapping[str, JsonValue],
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put it on record, without what is empty."""
    said = {name: value for name, value in payload.items() if value != ""}
    entry = ledger.record(tx, event, entity=Entity("review", row.number), actor=actor, at=at, payload=said)
    return Done(row.number, entry.index)
