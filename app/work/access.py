"""What waits of access: grants to confirm, access reviews to answer, break-glass to review, unused accounts."""

from datetime import datetime

from sqlmodel import Session

from app.components.formats import counted
from app.work.tasks import MOST, State, Task, days_between, urgency
from core.access.break_glass.queries import to_review
from core.access.break_glass.service import against_reviewing
from core.access.dormant.queries import warned_accounts
from core.access.grants_asked.queries import asked_grants
from core.access.grants_asked.service import against_confirming
from core.access.queries import names
from core.access.reviewing.queries import NOBODY_YET, ItemFilter, items, open_review
from core.access.reviewing.service import against_answering
from core.access.rules import Actor, Permission
from core.inventory.groups.confirming import against_confirming_members
from core.inventory.groups.queries import asked_members

_SPACE = "\u00a0"


def grants_to_confirm(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Grants that another administrator asked for and that the reader may confirm."""
    if Permission.GRANT_CONFIRM not in actor.permissions:
        return []
    rows = [
        row for row in asked_grants(session, at=at, waiting=True, limit=MOST)
        if not against_confirming(session, row.number, actor, at=at)
    ]  # fmt: skip
    known = names(session) if rows else {}
    return [
        _task(
            f"Confirm the role {row.role} of {known.get(row.person, row.person)}", "/grants", (), row.asked_at,
            row.expires_at, urgency(row.expires_at, at, "Waiting"),
            f"Administrator; {known.get(row.asked_by, row.asked_by)} asked",
        )
        for row in rows
    ]  # fmt: skip


def models_to_let_in(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Models that another administrator asked to put into a group that a sensitive role reaches."""
    if Permission.GRANT_CONFIRM not in actor.permissions:
        return []
    rows = [
        row for row in asked_members(session, at=at, limit=MOST)
        if not against_confirming_members(session, row.number, actor, at=at)
    ]  # fmt: skip
    known = names(session) if rows else {}
    return [
        _task(
            f"Let {counted(len(row.models), 'model')} into group {row.group}", "/model_groups",
            (("group", row.group),), row.asked_at, row.expires_at, urgency(row.expires_at, at, "Waiting"),
            f"Administrator; {known.get(row.asked_by, row.asked_by)} asked",
        )
        for row in rows
    ]  # fmt: skip


def access_reviews_to_answer(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """The access review under way, as long as the reader may answer for a grant of it."""
    if Permission.ACCESS_REVIEW not in actor.permissions:
        return []
    review = open_review(session)
    if review is None or not review.open_items:
        return []
    rows = items(session, review.number, ItemFilter(answer=NOBODY_YET), limit=MOST)
    if all(against_answering(session, row.id, actor, keep=True, at=at) for row in rows):
        return []
    what = f"Answer access review {review.number} ({review.open_items} open)"
    query = (("review", review.number),)
    state = urgency(review.due_at, at, "Waiting")
    return [_task(what, "/access_review", query, review.opened_at, review.due_at, state, "Approver")]


def accesses_to_review(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Break-glass accesses that have ended and that the reader may judge."""
    if Permission.BREAK_GLASS_REVIEW not in actor.permissions:
        return []
    known = names(session)
    return [
        _task(
            f"Review break-glass access {row.number} of {known.get(row.person, row.person)}", "/break_glass",
            (("access", row.number),), row.ends_at, None, _waiting(row.ends_at, at), "Approver",
        )
        for row in to_review(session, at=at, limit=MOST)
        if not against_reviewing(session, row.number, actor, at=at)
    ]  # fmt: skip


def accounts_unused(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """For administrators: accounts that are blocked soon because nobody uses them."""
    if Permission.PERSON_MANAGE not in actor.permissions:
        return []
    return [
        _task(
            f"Account of {row.name}, unused since {days_between(row.since, at)} days", "/administration",
            (("person", row.person),), row.since, row.blocks_at, urgency(row.blocks_at, at, "Nearing"),
            "An account that nobody uses",
        )
        for row in warned_accounts(session, limit=MOST)
    ]  # fmt: skip


def _task(
    what: str, address: str, query: tuple[tuple[str, str], ...], since: datetime, due: datetime | None, state: State,
    why: str,
) -> Task:  # fmt: skip
    return Task(
        what=what, address=address, query=query, model="", model_name="", tier=None, since=since, due=due, state=state,
        why=why,
    )  # fmt: skip


def _waiting(since: datetime, at: datetime) -> State:
    days = days_between(since, at)
    return State("Waiting", f"{days}{_SPACE}d" if days else "")
