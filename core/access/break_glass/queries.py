"""Break-glass accesses, as sessions and pages read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.break_glass.tables import BreakGlass, BreakGlassPage
from core.errors import NotFound


@dataclass(frozen=True)
class AccessRow:
    """A break-glass access; `ended_by` is none where it ended by time, `sound` where nobody has reviewed it yet."""

    number: str
    person: str
    roles: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    ended_by: str | None
    end_reason: str
    pages: int
    reviewed_by: str | None
    reviewed_at: datetime | None
    sound: bool | None
    review: str

    def open(self, at: datetime) -> bool:
        """Whether it gives access now."""
        return at < self.ends_at

    def state(self, at: datetime) -> str:
        """The word of the status vocabulary."""
        if self.open(at):
            return "Open"
        if self.sound is None:
            return "Waiting"
        return "Sound" if self.sound else "Not sound"


@dataclass(frozen=True)
class PageRow:
    """A page that was opened under an access, and when."""

    page: str
    at: datetime


def open_access(session: Session, person: str, *, at: datetime) -> str:
    """The number of this person's access that is open at this moment; empty without one."""
    return (
        session.exec(
            select(BreakGlass.number).where(
                BreakGlass.person == person, col(BreakGlass.opened_at) <= at, col(BreakGlass.ends_at) > at
            )
        ).first()
        or ""
    )


def access(session: Session, number: str) -> AccessRow:
    """One access; raises `NotFound`."""
    row = session.exec(select(BreakGlass).where(BreakGlass.number == number)).first()
    if row is None:
        raise NotFound("break-glass access", number)
    return row_of(row)


def accesses(session: Session, *, person: str = "", offset: int = 0, limit: int = 50) -> tuple[AccessRow, ...]:
    """Accesses of everybody, or of one person, the newest first."""
    query = select(BreakGlass).order_by(col(BreakGlass.id).desc()).offset(offset).limit(limit)
    query = query.where(BreakGlass.person == person) if person else query
    return tuple(row_of(row) for row in session.exec(query))


def access_count(session: Session, *, person: str = "") -> int:
    """How many there are."""
    query = select(func.count()).select_from(BreakGlass)
    return session.exec(query.where(BreakGlass.person == person) if person else query).one()


def to_review(session: Session, *, at: datetime, limit: int = 100) -> tuple[AccessRow, ...]:
    """Accesses that have ended and that nobody has judged, the longest waiting first."""
    query = select(BreakGlass).where(col(BreakGlass.ends_at) <= at, col(BreakGlass.sound).is_(None))
    return tuple(row_of(row) for row in session.exec(query.order_by(col(BreakGlass.ends_at)).limit(limit)))


def open_now(session: Session, *, at: datetime) -> tuple[AccessRow, ...]:
    """Everything that is open at this moment, the newest first."""
    query = select(BreakGlass).where(col(BreakGlass.ends_at) > at, col(BreakGlass.opened_at) <= at)
    return tuple(row_of(row) for row in session.exec(query.order_by(col(BreakGlass.id).desc()).limit(100)))


def opened_before(session: Session, person: str) -> tuple[datetime, ...]:
    """When this person last opened accesses, the newest first."""
    query = select(BreakGlass.opened_at).where(BreakGlass.person == person).order_by(col(BreakGlass.id).desc())
    return tuple(session.exec(query.limit(10)))


def pages_opened(session: Session, number: str, *, limit: int = 200) -> tuple[PageRow, ...]:
    """Which pages were opened under this access, in their order."""
    query = select(BreakGlassPage).where(BreakGlassPage.access == number).order_by(col(BreakGlassPage.at)).limit(limit)
    return tuple(PageRow(row.page, row.at) for row in session.exec(query))


def row_of(row: BreakGlass) -> AccessRow:
    """The row as read."""
    return AccessRow(
        number=row.number, person=row.person, roles=row.roles, reason=row.reason, opened_at=row.opened_at,
        ends_at=row.ends_at, ended_by=row.ended_by, end_reason=row.end_reason, pages=row.pages,
        reviewed_by=row.reviewed_by, reviewed_at=row.reviewed_at, sound=row.sound, review=row.review,
    )  # fmt: skip
