"""What was decided about going back by itself, which rollouts are held, and which rehearsals failed, as typed rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.approval.rollout.facts import UNFINISHED
from core.approval.rollout.tables import Rollout, RolloutHold
from core.approval.tables import ChangeRequest
from core.errors import NotFound
from core.improvement.rollback.rules import Outcome
from core.improvement.rollback.tables import RollbackDecision
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome
from core.inventory.deployments.tables import Drill
from core.inventory.moves import load_model
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.links import Linked, RecordKind, Ref, linked
from core.policy.rules import RollbackCondition
from core.policy.safeguards.rules import CanaryHold, RollbackGuard
from core.policy.service import policy_in_force
from core.store.paging import Page

Former = aliased(ModelVersion)


@dataclass(frozen=True)
class DecisionRow:
    """One decision; `chunks` failed in a row, the newest last, where `needed` are asked for."""

    number: str
    at: datetime
    outcome: Outcome
    clause: str
    said: str
    version: str
    former: str | None
    chunks: tuple[str, ...]
    needed: int
    against: tuple[str, ...]
    incident: str
    alert: str


@dataclass(frozen=True)
class DecisionPage:
    """One decision with its model, where it was made, under which policy, and what is linked with it."""

    row: DecisionRow
    model: str
    model_name: str
    environment: str
    policy_version_id: int
    links: tuple[Linked, ...]


@dataclass(frozen=True)
class RollbackPage:
    """What the policy in force says of this model's tier, and what was decided, newest first."""

    conditions: tuple[RollbackCondition, ...]
    guard: RollbackGuard
    canary: CanaryHold
    policy_version_id: int
    decisions: Page[DecisionRow]


@dataclass(frozen=True)
class HoldRow:
    """A breach that holds a rollout, or held it until `released_at`."""

    change: str
    model: str
    model_name: str
    tier: int
    version: str
    what: str
    monitor: str
    chunk: str
    severity: str
    share_before: int
    share: int
    held_at: datetime
    alert: str
    released_at: datetime | None
    released_by: str
    released_because: str


@dataclass(frozen=True)
class FailedDrill:
    """A model in production that has a former version and whose newest rehearsal failed."""

    model: str
    model_name: str
    tier: int
    version: str
    at: datetime
    found: tuple[str, ...]


def rollback_page(
    session: Session, model: str, environment: str = PRODUCTION, *, at: datetime, limit: int = 10, offset: int = 0
) -> RollbackPage:
    """The automatic side of a model's way back; raises `NotFound`."""
    row = load_model(session, model)
    policy = policy_in_force(session, at=at)
    return RollbackPage(
        conditions=tuple(one for one in policy.policy.rollback_conditions if row.tier in one.tiers),
        guard=policy.policy.rollback_guard,
        canary=policy.policy.canary_hold,
        policy_version_id=policy.id,
        decisions=decisions(session, model, environment, limit=limit, offset=offset),
    )


def decision(session: Session, number: str) -> DecisionPage:
    """One decision; raises `NotFound`."""
    query = _decisions().where(RollbackDecision.number == number)
    found = session.execute(query).first()
    if found is None:
        raise NotFound("decision about a rollback", number)
    row, model, version, former = found
    links = linked(session, Ref(RecordKind.ROLLBACK, number))
    return DecisionPage(
        _decision(row, version, former), model.number, model.name, row.environment, row.policy_version_id, links
    )


def decisions(
    session: Session, model: str, environment: str = PRODUCTION, *, limit: int = 25, offset: int = 0
) -> Page[DecisionRow]:
    """What was decided, newest first."""
    query = _decisions().where(Model.number == model, RollbackDecision.environment == environment)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    ordered = query.order_by(col(RollbackDecision.id).desc()).limit(limit).offset(offset)
    found = session.execute(ordered).all()
    return Page(tuple(_decision(row, version, former) for row, _, version, former in found), total)


def _decisions() -> Select[RollbackDecision, Model, str, str]:
    return (
        select(RollbackDecision, Model, col(ModelVersion.version), col(Former.version))
        .join(Model, col(Model.id) == col(RollbackDecision.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(RollbackDecision.version_id))
        .outerjoin(Former, col(Former.id) == col(RollbackDecision.former_version_id))
    )


def holds_of(session: Session, change: str, *, limit: int = 20) -> tuple[HoldRow, ...]:
    """The breaches that hold or held the rollout of this change, newest first."""
    query = _holds().where(ChangeRequest.number == change).order_by(col(RolloutHold.id).desc()).limit(limit)
    return tuple(_hold(*found) for found in session.execute(query).all())


def open_holds(session: Session, changes: Sequence[str]) -> tuple[HoldRow, ...]:
    """The breaches that hold the rollouts of these changes now."""
    query = _holds().where(
        col(ChangeRequest.number).in_(changes),
        col(RolloutHold.released_at).is_(None),
        col(Rollout.status).in_(UNFINISHED),
    )
    return tuple(_hold(*found) for found in session.execute(query).all())


def failed_drills(session: Session, *, owner: str, limit: int = 15) -> tuple[FailedDrill, ...]:
    """Models of this owner in production whose newest rehearsal failed, where there is a version to go back to."""
    newest = _newest_drills()
    query = (
        select(Model, Drill, col(ModelVersion.version))
        .join(Drill, col(Drill.model_id) == col(Model.id))
        .join(newest, newest.c.id == Drill.id)
        .join(ProductionPointer, col(ProductionPointer.model_id) == col(Model.id))
        .join(ModelVersion, col(ModelVersion.id) == col(ProductionPointer.version_id))
        .where(
            ProductionPointer.environment == PRODUCTION,
            Drill.outcome == DrillOutcome.FAILED,
            col(Drill.to_version_id).is_not(None),
            Model.owner == owner,
        )
        .order_by(col(Drill.at))
        .limit(limit)
    )
    return tuple(
        FailedDrill(model.number, model.name, model.tier, version, drill.at, tuple(drill.found.splitlines()))
        for model, drill, version in session.execute(query).all()
    )


def _newest_drills() -> Subquery:
    """The last rehearsal of each model in production."""
    query = select(func.max(Drill.id).label("id")).where(Drill.environment == PRODUCTION)
    return query.group_by(col(Drill.model_id)).subquery()


def _holds() -> Select[RolloutHold, ChangeRequest, Model, ModelVersion]:
    return (
        select(RolloutHold, ChangeRequest, Model, ModelVersion)
        .join(Rollout, col(Rollout.id) == col(RolloutHold.rollout_id))
        .join(ChangeRequest, col(ChangeRequest.id) == col(Rollout.change_id))
        .join(Model, col(Model.id) == col(Rollout.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Rollout.version_id))
    )


def _hold(row: RolloutHold, change: ChangeRequest, model: Model, version: ModelVersion) -> HoldRow:
    return HoldRow(
        change=change.number,
        model=model.number,
        model_name=model.name,
        tier=model.tier,
        version=version.version,
        what=row.what,
        monitor=row.monitor,
        chunk=row.chunk,
        severity=row.severity,
        share_before=row.share_before,
        share=row.share,
        held_at=row.held_at,
        alert=row.alert,
        released_at=row.released_at,
        released_by=row.released_by,
        released_because=row.released_because,
    )


def _decision(row: RollbackDecision, version: str, former: str | None) -> DecisionRow:
    return DecisionRow(
        number=row.number,
        at=row.at,
        outcome=row.outcome,
        clause=row.clause,
        said=row.said,
        version=version,
        former=former,
        chunks=tuple(row.chunks.splitlines()),
        needed=row.needed,
        against=tuple(row.against.splitlines()),
        incident=row.incident,
        alert=row.alert,
    )
