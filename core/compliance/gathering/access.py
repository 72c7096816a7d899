"""Facts about looking at access: the newest access review, and break-glass accesses that nobody judged."""

from sqlmodel import Session, col, func, select

from core.access.break_glass.tables import BreakGlass
from core.access.reviewing.tables import AccessReview
from core.access.tables import RoleGrant
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import AccessReviewed, EndedAccess

REVIEWS = "access review"


def access_reviews(session: Session, _reading: Reading) -> Read[AccessReviewed]:
    """The newest review and any other that is still open; without a review, the oldest grant in force."""
    rows = session.exec(
        select(AccessReview).where(
            (col(AccessReview.id) == select(func.max(AccessReview.id)).scalar_subquery())
            | col(AccessReview.closed_at).is_(None)
        )
    ).all()
    facts = tuple(
        AccessReviewed(REVIEWS, row.number, row.opened_at, row.due_at if row.closed_at is None else None)
        for row in rows
    )
    if facts:
        return Read(facts, said=f"{facts[-1].number} of {facts[-1].begun:%Y-%m-%d}")
    oldest = session.exec(select(func.min(RoleGrant.granted_at)).where(col(RoleGrant.withdrawn_at).is_(None))).one()
    if oldest is None:
        return Read((), said="Nobody holds a role", judged=False)
    return Read((AccessReviewed(REVIEWS, "none", oldest),), said="No access review yet")


def ended_accesses(session: Session, reading: Reading) -> Read[EndedAccess]:
    """Every break-glass access that ended and waits for its review; all are counted."""
    waiting = select(col(BreakGlass.number), col(BreakGlass.person), col(BreakGlass.ends_at)).where(
        col(BreakGlass.ends_at) <= reading.at, col(BreakGlass.sound).is_(None)
    )
    facts = tuple(EndedAccess(*row) for row in session.execute(waiting))
    every = session.execute(select(func.count()).select_from(BreakGlass)).scalar_one()
    return Read(facts, examined=every, said=f"{every} accesses, {len(facts)} not judged")
