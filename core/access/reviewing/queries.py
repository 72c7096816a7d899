"""Access reviews and their items, as pages, exports and the API read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from core.access.reviewing.tables import AccessReview, AccessReviewItem
from core.access.rules import Role
from core.access.rules.reviewing import Answered
from core.errors import NotFound

NOBODY_YET = "not answered"


@dataclass(frozen=True)
class ReviewRow:
    """A review with its progress: how many grants it asks about, and how many were answered in which way."""

    number: str
    opened_by: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    items: int
    open_items: int
    kept: int
    withdrawn: int
    expired: int
    escalated: int

    def state(self, at: datetime) -> str:
        """The word of the status vocabulary."""
        if self.closed_at is not None:
            return "Closed"
        return "Overdue" if at >= self.due_at else "Under way"


@dataclass(frozen=True)
class ItemRow:
    """A grant as it was when the review opened; `answer` is none while nobody answered."""

    id: int
    review: str
    grant: int
    person: str
    role: Role
    reach: str
    reason: str
    granted_by: str
    confirmed_by: str | None
    granted_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    remark: str
    answer: Answered | None
    answered_by: str | None
    answered_at: datetime | None
    answer_reason: str


@dataclass(frozen=True)
class ItemFilter:
    """Which items: of a role, with an answer or without one, with text in number or reason."""

    role: Role | None = None
    answer: str = ""
    person: str = ""


def reviews(session: Session, *, offset: int = 0, limit: int = 50) -> tuple[ReviewRow, ...]:
    """Reviews, the newest first."""
    query = select(AccessReview).order_by(col(AccessReview.id).desc()).offset(offset).limit(limit)
    rows = session.exec(query).all()
    counts = _counts(session, [row.id or 0 for row in rows])
    return tuple(_review(row, counts.get(row.id or 0, {})) for row in rows)


def review_count(session: Session) -> int:
    """How many there are."""
    return session.exec(select(func.count()).select_from(AccessReview)).one()


def review(session: Session, number: str) -> ReviewRow:
    """One review; raises `NotFound`."""
    row = load_review(session, number)
    return _review(row, _counts(session, [row.id or 0]).get(row.id or 0, {}))


def open_review(session: Session) -> ReviewRow | None:
    """The review that is under way; there is at most one."""
    row = session.exec(select(AccessReview).where(col(AccessReview.closed_at).is_(None))).first()
    return None if row is None else _review(row, _counts(session, [row.id or 0]).get(row.id or 0, {}))


def load_review(session: Session, number: str) -> AccessReview:
    """The row with this number; raises `NotFound`."""
    row = session.exec(select(AccessReview).where(AccessReview.number == number)).first()
    if row is None:
        raise NotFound("access review", number)
    return row


def items(
    session: Session, number: str, narrowed: ItemFilter | None = None, *, offset: int = 0, limit: int = 50
) -> tuple[ItemRow, ...]:
    """The grants of a review: what is not answered first, then by role and person."""
    unanswered_first = (col(AccessReviewItem.answer).is_not(None), col(AccessReviewItem.role))
    query = (
        select(AccessReviewItem)
        .where(AccessReviewItem.review_id == load_review(session, number).id, *_narrowing(narrowed or ItemFilter()))
        .order_by(*unanswered_first, col(AccessReviewItem.person))
    )
    return tuple(_item(row, number) for row in session.exec(query.offset(offset).limit(limit)))


def item_count(session: Session, number: str, narrowed: ItemFilter | None = None) -> int:
    """How many grants match."""
    query = select(func.count()).select_from(AccessReviewItem)
    query = query.where(AccessReviewItem.review_id == load_review(session, number).id)
    return session.exec(query.where(*_narrowing(narrowed or ItemFilter()))).one()


def escalated_items(session: Session, number: str) -> tuple[ItemRow, ...]:
    """The grants that nobody answered for and that stay in force all the same."""
    return items(session, number, ItemFilter(answer=Answered.ESCALATED), limit=20)


def _narrowing(narrowed: ItemFilter) -> tuple[ColumnElement[bool], ...]:
    answer = col(AccessReviewItem.answer)
    found: list[ColumnElement[bool]] = []
    if narrowed.role is not None:
        found.append(col(AccessReviewItem.role) == narrowed.role)
    if narrowed.answer == NOBODY_YET:
        found.append(answer.is_(None))
    elif narrowed.answer in set(Answered):
        found.append(answer == Answered(narrowed.answer))
    if narrowed.person:
        found.append(col(AccessReviewItem.person) == narrowed.person.upper())
    return tuple(found)


def _counts(session: Session, reviews: list[int]) -> dict[int, dict[Answered | None, int]]:
    rows = session.execute(
        select(col(AccessReviewItem.review_id), col(AccessReviewItem.answer), func.count())
        .where(col(AccessReviewItem.review_id).in_(reviews))
        .group_by(col(AccessReviewItem.review_id), col(AccessReviewItem.answer))
    )
    found: dict[int, dict[Answered | None, int]] = {}
    for review_id, answer, count in rows:
        found.setdefault(review_id, {})[answer] = count
    return found


def _review(row: AccessReview, counts: dict[Answered | None, int]) -> ReviewRow:
    return ReviewRow(
        number=row.number,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        items=sum(counts.values()),
        open_items=counts.get(None, 0),
        kept=counts.get(Answered.KEPT, 0),
        withdrawn=counts.get(Answered.WITHDRAWN, 0),
        expired=counts.get(Answered.EXPIRED, 0),
        escalated=counts.get(Answered.ESCALATED, 0),
    )


def _item(row: AccessReviewItem, review: str) -> ItemRow:
    return ItemRow(
        id=row.id or 0, review=review, grant=row.grant_id, person=row.person, role=row.role, reach=row.reach,
        reason=row.reason, granted_by=row.granted_by, confirmed_by=row.confirmed_by, granted_at=row.granted_at,
        ends_at=row.ends_at, used_at=row.used_at, remark=row.remark, answer=row.answer, answered_by=row.answered_by,
        answered_at=row.answered_at, answer_reason=row.answer_reason,
    )  # fmt: skip
