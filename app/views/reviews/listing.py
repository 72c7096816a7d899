"""The list of reviews: filters, what waits in one line, one row a review."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day
from app.components.me import Me
from app.components.status import word
from app.views.model_reading import person_name
from app.work.tasks import urgency
from core.improvement.reviews.queries import ReviewFilter, ReviewRow
from core.improvement.reviews.rules import ReviewKind, ReviewStatus
from core.improvement.reviews.tables import Review

PENDING, OVERDUE = "not over", "overdue"
FILTERS = {"status": ALL, "kind": ALL, "model_number": "", "whose": "Anybody"}


def narrowed_by(viewer: Me) -> ReviewFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        chosen = choose("State", [PENDING, OVERDUE, *ReviewStatus], key="status", width=150)
        kind = choose("Kind", list(ReviewKind), key="kind", width=190)
        model = search("Model", key="model_number", placeholder="M0001", width=110)
        mine = choose("Held by", ["me"], key="whose", every="Anybody", width=130)
        clear_filters(FILTERS)
    return ReviewFilter(
        status=ReviewStatus(chosen) if chosen in set(ReviewStatus) else None,
        kind=ReviewKind(kind) if kind else None,
        holder=viewer.number if mine else None,
        model=model.upper() or None,
        overdue=chosen == OVERDUE,
        pending=chosen == PENDING,
    )


def first_line(to_hold: int, overdue: int, to_sign: int) -> str:
    """“**3 reviews** are to be held, 1 of them overdue; 1 waits for its sign-off.”"""
    if not to_hold and not to_sign:
        return "**No review waits.**"
    late = f", {count(overdue)} of them overdue" if overdue else ""
    verb = "is" if to_hold == 1 else "are"
    signing = f"; {counted(to_sign, 'waits', 'wait')} for the sign-off" if to_sign else ""
    return f"**{counted(to_hold, 'review')}** {verb} to be held{late}{signing}."


def reviews_table(rows: Sequence[ReviewRow], known: Mapping[str, str], at: datetime) -> None:
    """One row a review; those to be held first, due first."""
    table(
        [
            {
                "Number": one.review.number,
                "Review": link(one.review.title, "/review", review=one.review.number),
                "Kind": word(one.review.kind),
                "About": plain(one.scope),
                "Held by": plain(person_name(one.review.held_by or one.review.holder, known)),
                "Every": f"{one.review.every_days}\u00a0d" if one.review.every_days else NOTHING,
                "Due": day(one.review.due_at, today=at),
                "Held": day(one.review.held_at, today=at),
                "Decisions": count(one.decisions or None),
                "State": state(one.review, at),
            }
            for one in rows
        ],
        alt="Reviews, those to be held first by due date, then those to be signed off, then what is over",
        right=["Every", "Due", "Held", "Decisions"],
        unbroken=["Number", "Held by"],
    )


def state(row: Review, at: datetime) -> str:
    """Overdue or due soon before a planned review's own word."""
    if row.status is ReviewStatus.PLANNED:
        return status(*urgency(row.due_at, at, row.status))
    if row.status is ReviewStatus.HELD:
        return status("Waiting", "for sign-off")
    return status(row.status)


def nothing_found(everything: int) -> None:
    """No review at all, or none with these filters."""
    if not everything:
        why = "Plan one for a team, a business line or some models; a version that went live gets its own by itself."
        with empty("No review is planned.", why):
            return
    with empty("No review matches these filters.", f"{counted(everything, 'review')}, 0 with these filters."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
