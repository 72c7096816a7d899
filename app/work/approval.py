"""What waits in change control: votes to cast and approved changes to execute."""

from datetime import datetime

from sqlmodel import Session

from app.views.kinds import execution_of, title_of
from app.work.tasks import MOST, State, Task, expiry, urgency
from core.access.rules import Actor, Permission
from core.approval.queries import (
    ChangeRow,
    NoticeRow,
    condition_tasks,
    expiring_for,
    notices,
    to_execute,
    waiting_for,
)
from core.approval.rules import ConditionAct, NoticeKind


def reviews(session: Session, actor: Actor, at: datetime) -> tuple[list[Task], list[Task]]:
    """Open changes on which this person may vote, and those that escalated to them although others are to vote."""
    votes = waiting_for(session, actor)
    newest = {row.change: row for row in reversed(notices(session, actor.id))} if votes else {}
    to_vote_on = [
        _task(row, True, urgency(row.due_at, at, "In review"), _why_vote(row, newest.get(row.number))) for row in votes
    ]
    mine = {row.number for row in votes}
    told = notices(session, actor.id, kind=NoticeKind.ESCALATION)
    return to_vote_on, [_escalated(row, at) for row in told if row.change not in mine]


def _why_vote(row: ChangeRow, notice: NoticeRow | None) -> str:
    reminded = f"; {notice.kind} of {notice.noticed_at:%-d %b}" if notice else ""
    return f"Approver, {row.approvals} of {row.quorum} votes in{reminded}"


def _escalated(row: NoticeRow, at: datetime) -> Task:
    return Task(
        what=f"Press for a decision: {title_of(row.change_kind, f'v{row.version}', row.lifts)}",
        address="/approval",
        query=(("change", row.change),),
        model=row.model,
        model_name=row.model_name,
        tier=row.tier,
        since=row.noticed_at,
        due=row.due_at,
        state=urgency(row.due_at, at, "In review"),
        why="Escalated: the review is overdue, and you asked for it or own the model",
    )


def conditions_to_settle(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Conditions of approval that this person is to meet, or may verify."""
    return [
        Task(
            what=f"{'Meet' if row.act is ConditionAct.REPORT else 'Verify'} the condition: {row.text}",
            address="/approval",
            query=(("change", row.change),),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.since,
            due=row.due_at,
            state=urgency(row.due_at, at, "Condition" if row.act is ConditionAct.REPORT else "Remediated"),
            why=f"Condition of change {row.change}"
            + (", yours to meet" if row.act is ConditionAct.REPORT else ", reported as done; you may verify it"),
        )
        for row in condition_tasks(session, actor)
    ]


def exceptions_expiring(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Policy exceptions of this person's models that end within 30 days."""
    return [
        Task(
            what=f"Exception {row.number} from clause {row.clause}",
            address="/exceptions",
            query=(),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.starts_at or at,
            due=row.ends_at,
            state=expiry(row.ends_at, at),
            why="Meet the clause, or ask for an extension, which is reviewed anew",
        )
        for row in expiring_for(session, actor.id, at=at)
    ]


def changes_to_execute(session: Session, actor: Actor, at: datetime) -> list[Task]:
    """Approved changes that this person may bring into production."""
    if Permission.CHANGE_EXECUTE not in actor.permissions:
        return []
    return [
        _task(row, False, State("Approved"), "May execute, quorum reached")
        for row in to_execute(session, actor, at=at, most=MOST)
    ]


def _task(row: ChangeRow, waits_for_vote: bool, state: State, why: str) -> Task:
    subject = f"v{row.version}"
    return Task(
        what=(title_of if waits_for_vote else execution_of)(row.kind, subject, row.lifts),
        address="/approval",
        query=(("change", row.number),),
        model=row.model,
        model_name=row.model_name,
        tier=row.tier,
        since=row.requested_at if waits_for_vote else row.decided_at or row.requested_at,
        due=row.due_at if waits_for_vote else None,
        state=state,
        why=why,
    )
