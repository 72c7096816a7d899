"""What follows a decision, or waits for one: conditions to meet or verify, and notices to a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from core.access.rules import Actor, Permission
from core.approval.queries.rows import LONG_ENOUGH
from core.approval.rules import OPEN, ChangeStatus, ConditionAct, NoticeKind, condition_refusals
from core.approval.service.conditions import condition_facts
from core.approval.tables import ChangeRequest, Condition, ReviewNotice
from core.inventory.moves import facts_of_versions
from core.inventory.tables import Model, ModelVersion
from core.policy.rules import ChangeKind

IN_EFFECT = (ChangeStatus.APPROVED, ChangeStatus.EXECUTED)


@dataclass(frozen=True)
class ConditionTask:
    """A condition that waits for a person: `act` is what they may do with it now."""

    id: int
    text: str
    change: str
    model: str
    model_name: str
    version: str
    tier: int
    owner: str
    since: datetime
    due_at: datetime
    act: ConditionAct


@dataclass(frozen=True)
class NoticeRow:
    """A notice to a person about a change that still waits: why, since when, and when it was due."""

    id: int
    change: str
    kind: NoticeKind
    change_kind: ChangeKind
    lifts: str
    model: str
    model_name: str
    version: str
    tier: int
    due_at: datetime
    noticed_at: datetime


def condition_tasks(session: Session, actor: Actor) -> tuple[ConditionTask, ...]:
    """Conditions in effect that this person is to meet, or may verify, the soonest due first."""
    query = (
        select(Condition, ChangeRequest, Model, ModelVersion)
        .join(ChangeRequest, col(ChangeRequest.id) == col(Condition.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(ChangeRequest.status).in_(IN_EFFECT), col(Condition.verified_at).is_(None))
        .order_by(col(Condition.due_at), col(Condition.id))
        .limit(40)
    )
    mine = col(Condition.owner) == actor.id
    if Permission.CHANGE_VOTE in actor.permissions:
        query = query.where(or_(mine, col(Condition.done_at).is_not(None)))
    else:
        query = query.where(mine)
    rows = session.exec(query).all()
    parts = facts_of_versions(session, [version for *_, version in rows]) if rows else {}
    found = []
    for condition, change, model, version in rows:
        act = ConditionAct.REPORT if condition.done_at is None else ConditionAct.VERIFY
        facts = condition_facts(condition, change, model, parts[version.id or 0])
        if condition_refusals(facts, act, actor, text=LONG_ENOUGH):
            continue
        found.append(
            ConditionTask(
                id=condition.id or 0,
                text=condition.text,
                change=change.number,
                model=model.number,
                model_name=model.name,
                version=version.version,
                tier=model.tier,
                owner=condition.owner,
                since=condition.done_at or change.decided_at or change.requested_at,
                due_at=condition.due_at,
                act=act,
            )
        )
    return tuple(found)


def notices(
    session: Session, person: str, *, kind: NoticeKind | None = None, since: datetime | None = None
) -> tuple[NoticeRow, ...]:
    """Notices to this person about changes that wait still, for the due date that they have now; newest first."""
    query = (
        select(ReviewNotice, ChangeRequest, Model, ModelVersion)
        .join(ChangeRequest, col(ChangeRequest.id) == col(ReviewNotice.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            ReviewNotice.person == person,
            ReviewNotice.due_at == ChangeRequest.due_at,
            col(ChangeRequest.status).in_(OPEN),
            col(ChangeRequest.returned_at).is_(None),
        )
        .order_by(col(ReviewNotice.id).desc())
        .limit(200)
    )
    query = query.where(ReviewNotice.kind == kind) if kind else query
    query = query.where(col(ReviewNotice.noticed_at) > since) if since else query
    return tuple(
        NoticeRow(
            id=notice.id or 0,
            change=change.number,
            kind=notice.kind,
            change_kind=change.kind,
            lifts=change.lifts,
            model=model.number,
            model_name=model.name,
            version=version.version,
            tier=change.tier or model.tier,
            due_at=notice.due_at,
            noticed_at=notice.noticed_at,
        )
        for notice, change, model, version in session.exec(query).all()
    )
