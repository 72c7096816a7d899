"""Opens access reviews, takes answers, and closes them: what nobody answered for expires."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.alerting import AccessAlert, ask_for_alert
from core.access.deciding import deciding
from core.access.people import end_grants, reason_refusals
from core.access.reviewing.tables import AccessReview, AccessReviewItem
from core.access.reviewing.weighing import facts_of, fate_of, grants_in_force, in_force, load_item, remark_on, reviewers
from core.access.rules import SYSTEM, Actor, Permission, Role, permission_refusals, reach_from
from core.access.rules.reviewing import CLAUSE, DUE, Answered, answer_refusals
from core.access.using import last_uses
from core.errors import NotFound, Refusal, Refused
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

MOST_AT_ONCE = 100


def against_opening(session: Session, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against opening a review now, before its time; the clock opens one by itself."""
    reasons = list(permission_refusals(actor, Permission.ACCESS_REVIEW)) if actor is not SYSTEM else []
    standing = session.exec(select(AccessReview.number).where(col(AccessReview.closed_at).is_(None))).first()
    if standing:
        reasons.append(Refusal("open", f"{standing} is under way", CLAUSE, "Answer and close it first."))
    return tuple(reasons)


def open_access_review(store: Store, ledger: Ledger, *, actor: Actor, at: datetime) -> str:
    """Ask about every grant in force of everybody active; answers with the number, `AR0001`. Raises `Refused`."""
    entity = Entity("access review", "new")
    with deciding(store, ledger, "open an access review", entity=entity, actor=actor, at=at) as tx:
        return open_review_in(tx, ledger, actor=actor, at=at)


def open_review_in(tx: Transaction, ledger: Ledger, *, actor: Actor, at: datetime) -> str:
    """As `open_access_review`, in the transaction of the caller."""
    number = next_number(tx.session, "AR")  # two at once wait here for each other
    _refuse(against_opening(tx.session, actor))
    review = AccessReview(number=number, opened_by=actor.id, opened_at=at, due_at=at + DUE)
    tx.session.add(review)
    tx.session.flush()
    grants = grants_in_force(tx.session, at=at)
    used = last_uses(tx.session, {grant.person for grant in grants})
    held: dict[str, frozenset[Role]] = {}
    for grant in grants:
        held[grant.person] = held.get(grant.person, frozenset()) | {grant.role}
    for grant in grants:
        tx.session.add(
            AccessReviewItem(
                review_id=review.id or 0, grant_id=grant.id or 0, person=grant.person, role=grant.role,
                reach=reach_from(grant.reach).words, reason=grant.reason, granted_by=grant.granted_by,
                confirmed_by=grant.confirmed_by, granted_at=grant.granted_at, ends_at=grant.ends_at,
                used_at=used.get(grant.person), remark=remark_on(grant, held[grant.person]),
            )
        )  # fmt: skip
    payload: dict[str, JsonValue] = {"grants": len(grants), "due": review.due_at.isoformat()}
    _record(tx, ledger, Event.ACCESS_REVIEW_OPENED, number, actor, at, payload)
    return number


def against_answering(session: Session, item: int, actor: Actor, *, keep: bool, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against answering for this grant, for the button as for the use case; raises `NotFound`."""
    row, review = load_item(session, item)
    return answer_refusals(facts_of(session, row, review, actor, at=at), actor, keep=keep)


def answer_for(
    store: Store,
    ledger: Ledger,
    *,
    review: str,
    items: Sequence[int],
    keep: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep these grants, or withdraw them at once, for one reason: all of them or, where one is refused, none.

    The last answer closes the review. Raises `NotFound`, `Refused`.
    """
    with deciding(store, ledger, "answer for a grant", entity=_entity(review), actor=actor, at=at) as tx:
        whole = tx.session.exec(select(AccessReview).where(AccessReview.number == review).with_for_update()).first()
        if whole is None:
            raise NotFound("access review", review)
        against = list(reason_refusals(reason))
        if not 0 < len(items) <= MOST_AT_ONCE:
            against.append(Refusal("items", f"Choose 1 to {MOST_AT_ONCE} grants", CLAUSE))
        answered: list[AccessReviewItem] = []
        for number in dict.fromkeys(items):
            row, of = load_item(tx.session, number)
            if of.number != review:
                raise NotFound(f"grant in {review}", number)
            reasons = answer_refusals(facts_of(tx.session, row, of, actor, at=at), actor, keep=keep)
            against += [_about(one, row) for one in reasons]
            if not reasons:
                _settle(tx, row, Answered.KEPT if keep else Answered.WITHDRAWN, reason.strip(), actor, at)
                answered.append(row)
                if not keep and in_force(tx.session, row.grant_id, at=at):
                    end_grants(tx, ledger, person=row.person, role=row.role, actor=actor, at=at)
        _refuse(tuple(against))
        payload: dict[str, JsonValue] = {
            "answer": (Answered.KEPT if keep else Answered.WITHDRAWN).value, "reason": reason.strip(),
            "grants": [f"{row.role} of {row.person}" for row in answered],
        }  # fmt: skip
        _record(tx, ledger, Event.ACCESS_REVIEW_ANSWERED, review, actor, at, payload)
        _close_if_done(tx, ledger, whole, actor=actor, at=at)


def close_due_reviews(tx: Transaction, ledger: Ledger, *, at: datetime) -> int:
    """Close what is due: grants that nobody answered for expire, those that must not are escalated; how many closed."""
    rows = tx.session.exec(
        select(AccessReview).where(col(AccessReview.closed_at).is_(None), AccessReview.due_at <= at).with_for_update()
    ).all()
    able = reviewers(tx.session, at=at) if rows else ()
    for review in rows:
        for row in _unanswered(tx.session, review):
            became = fate_of(tx.session, row, able, at=at)
            _settle(tx, row, became, "Nobody answered", SYSTEM, at)
            if became is Answered.EXPIRED:
                end_grants(tx, ledger, person=row.person, role=row.role, actor=SYSTEM, at=at)
        _close_if_done(tx, ledger, review, actor=SYSTEM, at=at)
    return len(rows)


def _unanswered(session: Session, review: AccessReview) -> Collection[AccessReviewItem]:
    query = select(AccessReviewItem).where(AccessReviewItem.review_id == review.id)
    return session.exec(query.where(col(AccessReviewItem.answer).is_(None)).order_by(col(AccessReviewItem.id))).all()


def _settle(tx: Transaction, row: AccessReviewItem, answer: Answered, reason: str, actor: Actor, at: datetime) -> None:
    row.answer, row.answered_by, row.answered_at, row.answer_reason = answer, actor.id, at, reason
    tx.session.add(row)
    tx.session.flush()


def _close_if_done(tx: Transaction, ledger: Ledger, review: AccessReview, *, actor: Actor, at: datetime) -> None:
    if _unanswered(tx.session, review):
        return
    review.closed_at = at
    tx.session.add(review)
    rows = tx.session.exec(select(AccessReviewItem).where(AccessReviewItem.review_id == review.id)).all()
    counts: dict[str, JsonValue] = {one.value: sum(row.answer is one for row in rows) for one in Answered}
    _record(tx, ledger, Event.ACCESS_REVIEW_CLOSED, review.number, actor, at, counts)
    if counts[Answered.ESCALATED.value]:
        ask_for_alert(tx, AccessAlert.REVIEW_ESCALATED, review.number, at=at)


def _about(reason: Refusal, row: AccessReviewItem) -> Refusal:
    said = f"{row.role} of {row.person}: {reason.message}"
    return Refusal(reason.code, said, reason.clause, reason.way_out)


def _entity(review: str) -> Entity:
    return Entity("access review", review)


def _record(
    tx: Transaction, ledger: Ledger, event: Event, review: str, actor: Actor, at: datetime, said: dict[str, JsonValue]
) -> None:
    ledger.record(tx, event, entity=_entity(review), actor=actor, at=at, payload=said)


def _refuse(reasons: "tuple[Refusal, ...]") -> None:
    if reasons:
        raise Refused(reasons)
