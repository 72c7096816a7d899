"""Reads of reviews: the list by urgency, one whole, and what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from core.improvement.reviews.acting import load_review
from core.improvement.reviews.rules import ReviewKind, ReviewStatus
from core.improvement.reviews.scope import scope_said
from core.improvement.reviews.tables import Review, ReviewDecision
from core.inventory.tables import Model, ModelVersion
from core.links import Linked, RecordKind, Ref, linked
from core.store.paging import Page


@dataclass(frozen=True)
class ReviewFilter:
    """What the list is narrowed to; None and empty mean everything."""

    status: ReviewStatus | None = None
    kind: ReviewKind | None = None
    holder: str | None = None
    model: str | None = None  # its number
    overdue: bool = False
    pending: bool = False  # neither closed nor cancelled


@dataclass(frozen=True)
class ReviewRow:
    """One review in a list, with its scope in words and how much was decided."""

    review: Review
    scope: str
    decisions: int


@dataclass(frozen=True)
class WholeReview:
    """A review with its decisions, what it is linked with, and the one that follows it."""

    review: Review
    scope: str
    decisions: Sequence[ReviewDecision]
    linked: Sequence[Linked]
    next: str


def reviews(session: Session, narrowed: ReviewFilter, *, at: datetime, limit: int, offset: int) -> Page[ReviewRow]:
    """Those to be held first, by due date; then those to be signed off; then what is over, the newest first."""
    wanted = _conditions(narrowed, at)
    total = session.exec(select(func.count()).select_from(Review).where(*wanted)).one()
    standing = case(
        (col(Review.status) == ReviewStatus.PLANNED, 0), (col(Review.status) == ReviewStatus.HELD, 1), else_=2
    )
    ended = case((col(Review.ended_at).is_(None), None), else_=-col(Review.id))
    query = select(Review).where(*wanted).order_by(standing, ended, col(Review.due_at), col(Review.id))
    rows = session.exec(query.limit(limit).offset(offset)).all()
    return Page(_rows(session, rows), total)


def whole_review(session: Session, number: str) -> WholeReview:
    """The review with this number; raises `NotFound`."""
    row = load_review(session, number)
    decisions = select(ReviewDecision).where(ReviewDecision.review_id == row.id).order_by(col(ReviewDecision.position))
    following = session.exec(select(Review.number).where(Review.former == number)).first()
    links = linked(session, Ref(RecordKind.REVIEW, number))
    return WholeReview(row, scope_said(session, row), session.exec(decisions).all(), links, following or "")


def to_hold(session: Session, person: str, *, until: datetime, limit: int) -> Sequence[Review]:
    """Planned reviews that this person is to hold by `until`, due first."""
    query = select(Review).where(
        Review.status == ReviewStatus.PLANNED, Review.holder == person, col(Review.due_at) <= until
    )
    return session.exec(query.order_by(col(Review.due_at)).limit(limit)).all()


def held(session: Session, *, limit: int) -> Sequence[Review]:
    """Reviews that were held and are not signed off, the oldest first."""
    query = select(Review).where(Review.status == ReviewStatus.HELD)
    return session.exec(query.order_by(col(Review.held_at)).limit(limit)).all()


def _rows(session: Session, rows: Sequence[Review]) -> tuple[ReviewRow, ...]:
    query = select(ReviewDecision.review_id, func.count()).where(
        col(ReviewDecision.review_id).in_([row.id for row in rows])
    )
    counts = dict(session.exec(query.group_by(col(ReviewDecision.review_id))).all())
    return tuple(ReviewRow(row, scope_said(session, row), counts.get(row.id or 0, 0)) for row in rows)


def _conditions(narrowed: ReviewFilter, at: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.status:
        wanted.append(col(Review.status) == narrowed.status)
    if narrowed.kind:
        wanted.append(col(Review.kind) == narrowed.kind)
    if narrowed.holder:
        wanted.append(col(Review.holder) == narrowed.holder)
    if narrowed.overdue:
        wanted += [col(Review.status) == ReviewStatus.PLANNED, col(Review.due_at) < at]
    if narrowed.pending:
        wanted.append(col(Review.status).in_((ReviewStatus.PLANNED, ReviewStatus.HELD)))
    if narrowed.model:
        wanted.append(_about(narrowed.model))
    return wanted


def _about(number: str) -> ColumnElement[bool]:
    """Of a version of the model, of its business line, or naming it; one of every model is about it too."""
    versions = (
        select(ModelVersion.id).join(Model, col(Model.id) == col(ModelVersion.model_id)).where(Model.number == number)
    )
    line = select(Model.business_line).where(Model.number == number)
    team, models = col(Review.kind) == ReviewKind.TEAM, col(Review.models)
    unnamed = team & (models == "")
    return or_(
        col(Review.version_id).in_(versions),
        (" " + models + " ").contains(f" {number} ", autoescape=True),
        unnamed & col(Review.business_line).in_(line),
        unnamed & (col(Review.business_line) == ""),
    )
