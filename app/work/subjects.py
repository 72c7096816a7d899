"""Subject requests that wait for somebody: their next step, and erasures to confirm."""

from datetime import datetime

from sqlmodel import Session

from app.work.tasks import LOOKED_AT, Task, urgency
from core.access.rules import Actor, Permission
from core.privacy.subjects.filing import facts_of
from core.privacy.subjects.queries import RequestFilter, RequestRow, requests_page
from core.privacy.subjects.rules import RequestStatus, confirm_refusals, handle_refusals, read_refusals


def requests_to_handle(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Open requests with a next step of those who handle them."""
    if handle_refusals(actor):
        return []
    rows = requests_page(session, RequestFilter(open_only=True), actor=actor, at=at, limit=LOOKED_AT, offset=0).rows
    mine = [row for row in rows if row.row.status is RequestStatus.OPEN and row.row.person != actor.id]
    return [_task(row, row.next_step, at, "You handle requests") for row in mine if not row.row.proposed_by]


def erasures_to_confirm(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Erasures that somebody else proposed."""
    if Permission.SUBJECT_REQUEST_CONFIRM not in actor.permissions or read_refusals(actor):
        return []
    rows = requests_page(session, RequestFilter(open_only=True), actor=actor, at=at, limit=LOOKED_AT, offset=0).rows
    return [
        _task(row, "Confirm the erasure", at, "Somebody else proposed it")
        for row in rows
        if row.row.proposed_by
        and not row.row.erased_at
        and not confirm_refusals(facts_of(session, row.row, at=at), actor)
    ]


def _task(row: RequestRow, what: str, at: datetime, why: str) -> Task:
    one = row.row
    state = urgency(one.due_at, at, "Open")
    said = f"{what}: request {one.number} for {one.kind.value}"
    return Task(
        said, "/subject_request", (("request", one.number),), "", "", None, one.received_at, one.due_at, state, why
    )
