"""Plans reviews: by a person with scope and cadence, or by the schedule for a version that went live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor, Permission
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.improvement.keeping import TEXT, TITLE, check_texts, lacking, refuse
from core.improvement.reviews.acting import Done, allowed, recorded, save
from core.improvement.reviews.rules import (
    Act,
    ReviewKind,
    ReviewStatus,
    due_refusals,
    holder_refusals,
    plan_refusals,
    text_refusals,
)
from core.improvement.reviews.tables import Review
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.policy.rules import Phase
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number

LAUNCH_JOB = "plan post-launch reviews"
LONGEST_CADENCE = 366 * 2
MOST_MODELS = 200


@dataclass(frozen=True)
class NewReview:
    """A team review: the models of a business line, these models, or every model; again every so many days, or once."""

    title: str
    due_at: datetime
    holder: str
    business_line: str = ""
    models: Sequence[str] = ()
    every_days: int = 0


def plan_review(store: Store, ledger: Ledger, *, new: NewReview, actor: Actor, at: datetime) -> Done:
    """Plan a team review; whoever is to hold it can."""
    check_texts(TITLE, title=new.title)
    entity, of = Entity("review", "new"), [Entity("model", number) for number in new.models]
    with deciding(store, ledger, Act.PLAN, entity=entity, of=of, line=new.business_line, actor=actor, at=at) as tx:
        may_hold = not lacking(tx.session, [new.holder], Permission.REVIEW_HOLD, at=at)
        refuse(
            (
                *plan_refusals(actor),
                *text_refusals(title=new.title),
                *due_refusals(new.due_at, at),
                *holder_refusals(new.holder, may_hold=may_hold),
            )
        )
        _check(tx.session, new)
        row = Review(
            number=next_number(tx.session, "RV"), kind=ReviewKind.TEAM, title=new.title.strip(),
            business_line=new.business_line, models=" ".join(new.models), every_days=new.every_days, due_at=new.due_at,
            holder=new.holder, planned_by=actor.acting_as, planned_at=at,
        )  # fmt: skip
        return planned(tx, ledger, row, actor=actor, at=at)


def change_plan(
    store: Store,
    ledger: Ledger,
    *,
    review: str,
    due_at: datetime,
    holder: str,
    every_days: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Done:
    """Another day, another person, another cadence, with a reason."""
    check_texts(TEXT, reason=reason)
    _check_cadence(every_days)
    with deciding(store, ledger, Act.CHANGE, entity=Entity("review", review), actor=actor, at=at) as tx:
        may_hold = not lacking(tx.session, [holder], Permission.REVIEW_HOLD, at=at)
        reasons: tuple[Refusal, ...] = (
            *text_refusals(reason=reason),
            *due_refusals(due_at, at),
            *holder_refusals(holder, may_hold=may_hold),
        )
        row = allowed(tx, review, Act.CHANGE, actor, reasons)
        before = f"{row.due_at:%Y-%m-%d} {row.holder} every {row.every_days} days"
        save(tx, row, {"due_at": due_at, "holder": holder, "every_days": every_days})
        after = f"{due_at:%Y-%m-%d} {holder} every {every_days} days"
        payload = {"from": before, "to": after, "reason": reason.strip()}
        return recorded(tx, ledger, Event.REVIEW_CHANGED, row, dict(payload), actor=actor, at=at)


def cancel_review(store: Store, ledger: Ledger, *, review: str, reason: str, actor: Actor, at: datetime) -> Done:
    """It is not held, and no other follows it."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.CANCEL, entity=Entity("review", review), actor=actor, at=at) as tx:
        row = allowed(tx, review, Act.CANCEL, actor, text_refusals(reason=reason))
        ended = {"ended_by": actor.id, "ended_at": at, "ended_because": reason.strip()}
        save(tx, row, {"status": ReviewStatus.CANCELLED, **ended})
        return recorded(tx, ledger, Event.REVIEW_CANCELLED, row, {"reason": reason.strip()}, actor=actor, at=at)


def launched(session: Session, *, at: datetime) -> list[str]:
    """Versions, as `M0001 1.0.0`, that serve in full and whose post-launch review is to come but not planned."""
    return [f"{model.number} {version.version}" for model, version, _ in _launched(session, at)]


def plan_post_launch(store: Store, ledger: Ledger, *, at: datetime) -> int:
    """Plan the review of every version that went live, so many days later as the policy says; how many are new.

    A version whose day has passed already, as on the day this began to be asked, gets none.
    """
    with store.transaction() as tx:
        found = _launched(tx.session, at)
        for model, version, due in found:
            row = Review(
                number=next_number(tx.session, "RV"), kind=ReviewKind.POST_LAUNCH,
                title=f"Post-launch review of {model.name} {version.version}"[:TITLE], version_id=version.id,
                due_at=due, holder=model.owner, planned_by=SYSTEM.id, planned_at=at,
            )  # fmt: skip
            planned(tx, ledger, row, actor=SYSTEM, at=at, about=Ref(RecordKind.VERSION, _named(model, version)))
        return len(found)


def planned(
    tx: Transaction, ledger: Ledger, row: Review, *, actor: Actor, at: datetime, about: Ref | None = None
) -> Done:
    """Store a planned review in this transaction; it is linked with the one before it, and with what it is about."""
    tx.session.add(row)
    tx.session.flush()
    here = Ref(RecordKind.REVIEW, row.number)
    if about:
        link(tx, about, here, by=actor.acting_as, at=at)
    if row.former:
        link(tx, Ref(RecordKind.REVIEW, row.former), here, by=actor.acting_as, at=at)
    payload = {
        "kind": row.kind.value, "title": row.title, "line": row.business_line, "models": row.models,
        "due": row.due_at.isoformat(), "holder": row.holder, "every_days": row.every_days, "former": row.former,
    }  # fmt: skip
    return recorded(tx, ledger, Event.REVIEW_PLANNED, row, dict(payload), actor=actor, at=at)


def _launched(session: Session, at: datetime) -> list[tuple[Model, ModelVersion, datetime]]:
    policy = policy_in_force(session, at=at).policy
    days = {tier: policy.post_launch_days(tier) for tier in (1, 2, 3, 4)}
    known = select(Review.version_id).where(col(Review.version_id).is_not(None))
    query = (
        select(Model, ModelVersion, Deployment.since)
        .join(Deployment, col(Deployment.model_id) == col(Model.id))
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .where(
            Deployment.environment == PRODUCTION,
            Deployment.phase == Phase.FULL,
            col(Deployment.until).is_(None),
            col(Deployment.since) > at - timedelta(days=max(days.values())),
            col(ModelVersion.id).not_in(known),
        )
        .order_by(col(Deployment.id))
    )
    rows = [(model, version, since + timedelta(days=days[model.tier])) for model, version, since in session.exec(query)]
    return [row for row in rows if row[2] > at]


def _named(model: Model, version: ModelVersion) -> str:
    return f"{model.number} v{version.version}"


def _check(session: Session, new: NewReview) -> None:
    """Raises `Unreadable` for a scope that cannot be, `NotFound` for a model that is not there."""
    _check_cadence(new.every_days)
    problems = []
    if new.business_line and new.models:
        problems.append(Problem("a review is of a business line or of models", column="scope", found="both"))
    if len(new.models) > MOST_MODELS:
        found = f"{len(new.models)} models"
        problems.append(Problem("too many models", column="models", found=found, expected=f"at most {MOST_MODELS}"))
    if problems:
        raise Unreadable(problems)
    known = set(session.exec(select(Model.number).where(col(Model.number).in_(new.models))).all())
    for number in new.models:
        if number not in known:
            raise NotFound("model", number)


def _check_cadence(every_days: int) -> None:
    if not 0 <= every_days <= LONGEST_CADENCE:
        expected = f"0 for once, or up to {LONGEST_CADENCE}"
        raise Unreadable([Problem("not a cadence", column="every days", found=str(every_days), expected=expected)])
