"""What stands open in the last step of the cycle: actions, incidents and review meetings of every model."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Select, and_, case, func, select, union
from sqlmodel import Session, col

from core.coverage.gathering import Scope
from core.improvement.actions.rules import ActionStatus
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.rules.life import FINAL, IncidentStatus
from core.improvement.incidents.tables import Incident, IncidentAffected, IncidentReview
from core.improvement.reviews.rules import ReviewStatus
from core.improvement.reviews.tables import Review
from core.inventory.tables import Model, ModelVersion
from core.links import RecordKind
from core.links.tables import RecordLink
from core.validation.tables import Finding

Part: TypeAlias = Iterator[tuple[int, dict[str, object]]]
OVER = (IncidentStatus.RESOLVED, IncidentStatus.IN_REVIEW, IncidentStatus.CLOSED)


def actions(session: Session, scope: Scope) -> Part:
    """Of each model the actions that came from it, its incidents or its findings."""
    about, pairs = _actions_of_models().subquery(), scope.pairs
    pending = col(CorrectiveAction.status) != ActionStatus.VERIFIED
    due = case((col(CorrectiveAction.status) == ActionStatus.OPEN, col(CorrectiveAction.due_at)), else_=None)
    query = (
        select(pairs.c.model, func.count(), func.sum(case((pending, 1), else_=0)), func.min(due))
        .join(Model, col(Model.id) == pairs.c.model)
        .join(about, about.c.model == col(Model.number))
        .join(CorrectiveAction, col(CorrectiveAction.number) == about.c.action)
        .group_by(pairs.c.model)
    )
    for model, count, open_, first in session.execute(query):
        yield model, {"actions": count, "open_actions": int(open_), "action_due": first}


def _actions_of_models() -> Select[str, str]:
    """Numbers of models with those of their actions, each pair once."""
    link, action = RecordLink, col(RecordLink.to_number)
    kind, of_action = col(link.from_kind), col(link.to_kind) == RecordKind.ACTION.value
    models = select(col(link.from_number), action).where(of_action, kind == RecordKind.MODEL.value)
    incidents = (
        select(col(Incident.model), action)
        .join(link, col(link.from_number) == col(Incident.number))
        .where(of_action, kind == RecordKind.INCIDENT.value)
    )
    findings = (
        select(col(Model.number), action)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(Finding, col(Finding.version_id) == col(ModelVersion.id))
        .join(link, col(link.from_number) == col(Finding.number))
        .where(of_action, kind == RecordKind.FINDING.value)
    )
    pairs = union(models, incidents, findings).subquery().c
    return select(pairs[0].label("model"), pairs[1].label("action"))


def incidents(session: Session, scope: Scope) -> Part:
    """Of each model the incidents that it is part of, duplicates apart."""
    pairs = scope.pairs
    affected = select(col(IncidentAffected.incident_id), col(IncidentAffected.model))
    incident, of = union(affected, select(col(Incident.id), col(Incident.model))).subquery().c
    reviewed = select(col(IncidentReview.incident_id)).distinct()
    open_, number = col(Incident.status).not_in(FINAL), col(Incident.number)
    looked_at = col(Incident.id).in_(reviewed)
    unled = case((and_(open_, col(Incident.commander).is_(None)), number))
    missed = case((and_(col(Incident.status).in_(OVER), ~looked_at), number))
    query = (
        select(
            pairs.c.model, func.count(), func.sum(case((open_, 1), else_=0)), func.min(unled), func.min(missed),
            func.max(case((looked_at, number))),
        )
        .join(Model, col(Model.id) == pairs.c.model)
        .join(of.table, of == col(Model.number))
        .join(Incident, col(Incident.id) == incident)
        .where(col(Incident.status) != IncidentStatus.DUPLICATE)
        .group_by(pairs.c.model)
    )  # fmt: skip
    for model, count, pending, nobody, without, last in session.execute(query):
        yield model, {
            "incidents": count, "open_incidents": int(pending), "unled": nobody or "", "unreviewed": without or "",
            "reviewed": last or "",
        }  # fmt: skip


def review_meetings(session: Session, scope: Scope) -> Part:
    """Of each model the review that is due first, and the newest that was held.

    Reviews are few, so they are read and laid over the models here rather than joined in the database.
    """
    ids, lines, numbers = _models(session, scope)
    planned: dict[int, tuple[datetime, str]] = {}
    done: dict[int, str] = {}
    wanted = (ReviewStatus.PLANNED, ReviewStatus.HELD, ReviewStatus.CLOSED)
    query = (
        select(Review, col(ModelVersion.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Review.version_id), isouter=True)
        .where(col(Review.status).in_(wanted))
        .order_by(col(Review.id))
    )
    for row, of_version in session.execute(query):
        for model in _about(row, of_version, ids, lines, numbers):
            if row.status is ReviewStatus.PLANNED:
                planned[model] = min(planned.get(model, (row.due_at, row.number)), (row.due_at, row.number))
            else:
                done[model] = row.number
    for model in planned.keys() | done.keys():
        due, number = planned.get(model, (None, ""))
        yield model, {"next_review_held": due, "review": number, "last_review": done.get(model, "")}


def _models(session: Session, scope: Scope) -> tuple[set[int], dict[str, set[int]], dict[str, int]]:
    pairs = scope.pairs
    query = select(pairs.c.model, col(Model.number), col(Model.business_line))
    ids: set[int] = set()
    lines: dict[str, set[int]] = {}
    numbers: dict[str, int] = {}
    for model, number, line in session.execute(query.join(Model, col(Model.id) == pairs.c.model)):
        ids.add(model)
        lines.setdefault(line, set()).add(model)
        numbers[number] = model
    return ids, lines, numbers


def _about(
    row: Review, of_version: int | None, ids: set[int], lines: dict[str, set[int]], numbers: dict[str, int]
) -> set[int]:
    if of_version is not None:
        return {of_version} & ids
    if row.models:
        return {numbers[number] for number in row.models.split() if number in numbers}
    return lines.get(row.business_line, set()) if row.business_line else ids
