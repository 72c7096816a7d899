"""Reads requests for pages: which wait and by when, and what was found for one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.rules import Actor
from core.errors import Refused
from core.privacy.subjects.filing import facts_of, load_request, standing
from core.privacy.subjects.rules import RequestFacts, RequestStatus, read_refusals
from core.privacy.subjects.tables import ErasureOrder, SubjectFound, SubjectRequest
from core.store.paging import Page

STANDING = (RequestStatus.OPEN, RequestStatus.ERASING)


@dataclass(frozen=True)
class RequestFilter:
    """Which requests are shown."""

    open_only: bool = False


@dataclass(frozen=True)
class RequestRow:
    """A request as a list shows it; `next_step` in words, empty once it is answered."""

    row: SubjectRequest
    overdue: bool
    next_step: str


@dataclass(frozen=True)
class PlaceFound:
    """One kind of place: in how many records the person was found there, how often, and what an erasure does."""

    place: str
    records: tuple[str, ...]
    hits: int
    treatment: str
    reason: str


@dataclass(frozen=True)
class RequestPage:
    """One request with what the rules know of it, and what was found by kind of place."""

    row: SubjectRequest
    facts: RequestFacts
    found: tuple[PlaceFound, ...]
    order: ErasureOrder | None
    overdue: bool


def requests_page(
    session: Session, narrowed: RequestFilter, *, actor: Actor, at: datetime, limit: int, offset: int
) -> Page[RequestRow]:
    """Requests that wait, the most urgent first, then those that were answered; raises `Refused`."""
    _may_read(actor)
    query = select(SubjectRequest)
    if narrowed.open_only:
        query = query.where(col(SubjectRequest.status).in_(STANDING))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    answered = col(SubjectRequest.status).not_in(STANDING)
    rows = session.exec(
        query.order_by(answered, col(SubjectRequest.due_at), col(SubjectRequest.id)).limit(limit).offset(offset)
    )
    return Page(tuple(request_row(session, row, at=at) for row in rows), total)


def request_row(session: Session, row: SubjectRequest, *, at: datetime) -> RequestRow:
    """A request with its next step."""
    overdue = standing(row) and at > row.due_at
    return RequestRow(row, overdue, next_step(facts_of(session, row, at=at)))


def request_page(session: Session, number: str, *, actor: Actor, at: datetime) -> RequestPage:
    """One request; raises `NotFound`, `Refused`."""
    _may_read(actor)
    row = load_request(session, number)
    found = session.exec(select(SubjectFound).where(SubjectFound.request_id == row.id).order_by(col(SubjectFound.id)))
    grouped: dict[tuple[str, str, str], list[SubjectFound]] = {}
    for one in found:
        grouped.setdefault((one.place, one.treatment.value, one.reason), []).append(one)
    places = tuple(
        PlaceFound(place, tuple(dict.fromkeys(one.record for one in lines)), sum(one.hits for one in lines), what, why)
        for (place, what, why), lines in grouped.items()
    )
    order = session.exec(select(ErasureOrder).where(ErasureOrder.request == number)).first()
    overdue = standing(row) and at > row.due_at
    return RequestPage(row, facts_of(session, row, at=at), places, order, overdue)


@dataclass(frozen=True)
class Progress:
    """How far the background work on a request is, `total` 0 where that is not known yet."""

    erasing: bool
    step: str
    done: int
    total: int


def work_under_way(session: Session, number: str) -> Progress | None:
    """The search or the erasure that runs or waits for a worker; None when nothing does."""
    row = session.exec(select(SubjectRequest).where(SubjectRequest.number == number)).first()
    erasing = row is not None and row.status is RequestStatus.ERASING
    if row is None or not (row.searching or erasing):
        return None
    return Progress(erasing, row.search_step, row.steps_done, row.steps_total)


def waiting(session: Session) -> int:
    """How many requests wait for an answer."""
    query = select(func.count(col(SubjectRequest.id))).where(col(SubjectRequest.status).in_(STANDING))
    return session.exec(query).one()


def next_step(facts: RequestFacts) -> str:
    """What is to be done next, in words."""
    if facts.status is RequestStatus.ERASING:
        return "Erasure under way"
    if facts.status is not RequestStatus.OPEN:
        return ""
    if not facts.identified:
        return "Check who asks"
    if facts.kind.value in ("correction", "restriction"):
        return "Answer"
    if facts.searching:
        return "Search under way"
    if not facts.searched:
        return "Search"
    if facts.kind.value == "access":
        return "Answer" if facts.handed_over else "Hand the copy over"
    if facts.erased:
        return "Answer"
    return "Confirm the erasure" if facts.proposed_by else "Propose the erasure"


def _may_read(actor: Actor) -> None:
    if reasons := read_refusals(actor):
        raise Refused(reasons)
