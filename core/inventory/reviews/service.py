"""The use case that records a periodic review as done, and the reads of reviews."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused, Unreadable
from core.inventory.changing.service import Changed, apply
from core.inventory.checking import retired_refusals
from core.inventory.history import Difference
from core.inventory.intake import LONG, text_problems
from core.inventory.moves import load_model
from core.inventory.reviews.rules import ReviewOutcome, latest_next, review_refusals
from core.inventory.tables import Model, PeriodicReview
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.service import policy_in_force
from core.store import Store


@dataclass(frozen=True)
class ReviewRow:
    """One periodic review that was done; `due_at` is when it was due, None where no date was set."""

    outcome: ReviewOutcome
    summary: str
    due_at: datetime | None
    next_review: datetime
    reviewed_by: str
    reviewed_at: datetime


def against_review(actor: Actor, model: Model) -> tuple[Refusal, ...]:
    """Why this actor cannot record a review of this model."""
    return (*permission_refusals(actor, Permission.MODEL_REVIEW), *retired_refusals(model))


def cadence_months(session: Session, model: Model, *, at: datetime) -> int:
    """How many months lie between reviews of this model, by the policy in force and its tier."""
    return policy_in_force(session, at=at).policy.review_months(model.tier)


def review_done(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    outcome: ReviewOutcome,
    summary: str,
    next_review: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Record a periodic review with its outcome; the next is due by the policy's cadence, or earlier where said."""
    with deciding(store, ledger, "record a review", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        tx.session.refresh(row, with_for_update={"key_share": True})
        problems = list(text_problems("summary", summary, longest=LONG, required=False))
        if problems:
            raise Unreadable(problems)
        months = cadence_months(tx.session, row, at=at)
        following = next_review or latest_next(at, months)
        reasons = (
            *against_review(actor, row),
            *review_refusals(summary, following, reviewed_at=at, months=months),
        )
        if reasons:
            raise Refused(reasons)
        tx.session.add(
            PeriodicReview(
                model_id=row.id or 0,
                outcome=outcome,
                summary=summary,
                due_at=row.next_review,
                next_review=following,
                reviewed_by=actor.id,
                reviewed_at=at,
            )
        )
        found = [Difference("next_review", _said(row.next_review), _said(following))]
        why = f"Periodic review: {outcome}. {summary.strip()}"
        return apply(
            tx, ledger, row, {"next_review": following}, found, reason=why, actor=actor, at=at,
            event=Event.MODEL_REVIEWED,
        )  # fmt: skip


def reviews_of(session: Session, model: Model) -> tuple[ReviewRow, ...]:
    """The reviews of a model that were done, newest first."""
    rows = session.exec(
        select(PeriodicReview).where(PeriodicReview.model_id == model.id).order_by(col(PeriodicReview.id).desc())
    ).all()
    return tuple(
        ReviewRow(row.outcome, row.summary, row.due_at, row.next_review, row.reviewed_by, row.reviewed_at)
        for row in rows
    )


def _said(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
