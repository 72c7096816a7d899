"""Changes that wait for a person: on which they may vote, and which they may bring into production."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, union, union_all
from sqlmodel import Session, col

from core.access.rules import Actor
from core.approval.queries.lists import ChangeRow, change_row, rows_of, vote_stands
from core.approval.rules import ASIDE, OPEN, ChangeFacts, ChangeStatus, refusals
from core.approval.tables import ChangeRequest, Dissent, Vote
from core.inventory.moves import facts_of_versions
from core.inventory.rules import PERMISSION_OF, Action, Duty, Stage, VersionFacts
from core.inventory.tables import Contribution, ModelVersion
from core.policy.rules import ChangeKind
from core.validation.evidence import blocking_findings_of

MOST_WAITING = 50


def waiting_for(session: Session, actor: Actor) -> tuple[ChangeRow, ...]:
    """Changes on which this actor may vote now, soonest due first: those that the rules do not refuse."""
    in_review = or_(col(ModelVersion.stage) == Stage.IN_APPROVAL, col(ChangeRequest.kind).in_(ASIDE))
    wanted = [col(ChangeRequest.returned_at).is_(None), in_review, *_apart_from(actor)]
    return _allowed(session, sorted(OPEN), wanted, Action.VOTE_REJECT, actor)


def to_execute(
    session: Session, actor: Actor, *, at: datetime | None = None, most: int = MOST_WAITING
) -> tuple[ChangeRow, ...]:
    """Approved changes that this actor may bring into production, soonest due first.

    Without a moment no policy exception lifts a finding that stands against it.
    """
    wanted = [col(ChangeRequest.kind) != ChangeKind.POLICY_EXCEPTION]
    return _allowed(session, [ChangeStatus.APPROVED], wanted, Action.EXECUTE, actor, at=at, most=most)


def _apart_from(actor: Actor) -> list[ColumnElement[bool]]:
    """Nothing on which the actor has another part or has voted; the rules, which are asked still, would refuse it."""
    part = exists().where(
        col(Contribution.version_id) == col(ModelVersion.id),
        col(Contribution.person) == actor.id,
        col(Contribution.duty).in_((Duty.DEVELOPMENT, Duty.VALIDATION)),
    )
    vote = exists().where(col(Vote.change_id) == col(ChangeRequest.id), col(Vote.person) == actor.id, vote_stands())
    return [~part, ~vote]


def _allowed(
    session: Session,
    statuses: Sequence[ChangeStatus],
    wanted: Sequence[ColumnElement[bool]],
    action: Action,
    actor: Actor,
    *,
    at: datetime | None = None,
    most: int = MOST_WAITING,
) -> tuple[ChangeRow, ...]:
    """The soonest due of those that the rules do not refuse, at most so many; as many are looked at in one go."""
    if PERMISSION_OF[action] not in actor.permissions:
        return ()
    allowed: list[ChangeRow] = []
    seen = 0
    while len(allowed) < most:
        chosen = session.execute(_soonest(statuses, wanted, seen + most).limit(most).offset(seen)).scalars().all()
        seen += len(chosen)
        rows = rows_of(session, chosen)
        versions = [version for _, _, version, _ in rows]
        parts = facts_of_versions(session, versions)
        voters = _voters(session, chosen)
        blocking = blocking_findings_of(session, versions, at=at) if action is Action.EXECUTE else {}
        allowed += (
            change_row(change, model, version, approvals)
            for change, model, version, approvals in rows
            if not refusals(_facts(change, version, parts, voters, blocking), action, actor)
        )
        if len(chosen) < most:
            break
    return tuple(allowed[:most])


def _soonest(statuses: Sequence[ChangeStatus], wanted: Sequence[ColumnElement[bool]], most: int) -> Select[int]:
    """The ids of the soonest due; the changes of each status are read from the beginning of an index."""
    due, key = col(ChangeRequest.due_at), col(ChangeRequest.id)
    joined: Select[Any, Any] = select(due.label("due_at"), key.label("id")).join(
        ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id)
    )
    parts = [
        joined.where(col(ChangeRequest.status) == status, *wanted).order_by(due, key).limit(most).subquery()
        for status in statuses
    ]
    found = union_all(*(select(part.c.due_at, part.c.id) for part in parts)).subquery()
    return select(found.c.id).order_by(found.c.due_at, found.c.id)


def _facts(
    change: ChangeRequest,
    version: ModelVersion,
    parts: Mapping[int, VersionFacts],
    voters: Mapping[int, set[str]],
    blocking: Mapping[int, tuple[str, ...]],
) -> ChangeFacts:
    return ChangeFacts(
        version=parts[version.id or 0],
        status=change.status,
        evidence_digest=version.evidence_digest,
        concluded_digest=None,  # only a vote to approve asks for it
        approved_digest=change.approved_digest,
        blocking_findings=blocking.get(version.id or 0, ()),
        voters=frozenset(voters.get(change.id or 0, ())),
        kind=change.kind,
        requester=change.requested_by,
        returned=change.returned_at is not None,
        lifts=bool(change.lifts),
    )


def _voters(session: Session, changes: Sequence[int]) -> Mapping[int, set[str]]:
    """Everybody who is counted on these changes: who voted, for whom they voted, and who dissented."""
    votes = (
        select(col(Vote.change_id), who)
        .join(ChangeRequest, col(ChangeRequest.id) == col(Vote.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(col(Vote.change_id).in_(changes), who.is_not(None), vote_stands())
        for who in (col(Vote.person), col(Vote.on_behalf_of))
    )
    dissents = (
        select(col(Dissent.change_id), col(Dissent.person))
        .join(ChangeRequest, col(ChangeRequest.id) == col(Dissent.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(
            col(Dissent.change_id).in_(changes),
            col(Dissent.voided_at).is_(None),
            col(Dissent.evidence_digest) == col(ModelVersion.evidence_digest),
        )
    )
    found = defaultdict[int, set[str]](set)
    for change, person in session.execute(union(*votes, dissents)):
        found[change].add(person)
    return found
