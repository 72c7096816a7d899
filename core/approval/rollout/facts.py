"""Loads an execution with all that a step of it rests on, one after another for each model."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.approval.code.facts import commits_of
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change, path_of
from core.approval.rollout.rules import Breach, ReturnFacts, RolloutFacts, RolloutStatus, plan_from, step_words
from core.approval.rollout.tables import Rollout, RolloutHold
from core.approval.rules import BRINGS
from core.approval.tables import ChangeRequest
from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.service import serving, slots_of
from core.inventory.deployments.tables import Deployment
from core.inventory.moves import facts_of
from core.inventory.tables import Model, ModelVersion
from core.policy.rules import Path, Phase
from core.store import Transaction
from core.validation.evidence import blocking_findings

UNFINISHED = (RolloutStatus.UNDER_WAY, RolloutStatus.HALTED)


@dataclass(frozen=True)
class Execution:
    """A change with the rollout that carries it out, if one is open."""

    record: ChangeRecord
    path: Path
    rollout: Rollout | None


def lock_model(tx: Transaction, model_id: int) -> None:
    """Let everything that moves a version of this model happen one after the other.

    Columns alone are read here: a row that was loaded before the lock would be seen as it was before it.
    """
    tx.session.execute(select(Model.id).where(Model.id == model_id).with_for_update()).one()


def lock_execution(tx: Transaction, change: str) -> Execution:
    """The change and its rollout, with its model locked before either is read; raises `NotFound`."""
    model_id = tx.session.execute(
        select(ModelVersion.model_id)
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .where(ChangeRequest.number == change)
    ).scalar_one_or_none()
    if model_id is None:
        raise NotFound("change request", change)
    lock_model(tx, model_id)
    return execution(tx.session, load_change(tx.session, change, to_decide=True))


def execution(session: Session, record: ChangeRecord) -> Execution:
    """The change with the path that its policy gives it, and its open rollout."""
    rollout = session.exec(
        select(Rollout)
        .where(Rollout.change_id == key_of(record.change), col(Rollout.status).in_(UNFINISHED))
        .execution_options(populate_existing=True)
    ).first()
    return Execution(record, path_of(session, record), rollout)


def rollout_facts(session: Session, found: Execution, person: str, at: datetime) -> RolloutFacts:
    """Everything that the rules of a rollout ask for."""
    record, rollout = found.record, found.rollout
    return RolloutFacts(
        change=change_facts(session, record, person, at=at),
        status=rollout.status if rollout else None,
        at=at,
        hold_until=rollout.hold_until if rollout else None,
        step_words=step_words(plan_from(rollout.plan)[rollout.step]) if rollout else "",
        other=_other(session, record),
        code_reviews=found.path.code_reviews,
        commits=commits_of(session, key_of(record.version)) if found.path.code_reviews else (),
        slots=slots_of(session),
        held=_breach(session, rollout),
    )


def open_hold(session: Session, rollout: Rollout) -> RolloutHold | None:
    """The breach for which this rollout is held, until it is released."""
    query = select(RolloutHold).where(RolloutHold.rollout_id == rollout.id, col(RolloutHold.released_at).is_(None))
    return session.exec(query.execution_options(populate_existing=True)).first()


def _breach(session: Session, rollout: Rollout | None) -> Breach | None:
    hold = open_hold(session, rollout) if rollout else None
    return Breach(hold.what, hold.chunk, hold.clause) if hold else None


def open_rollout(session: Session, model_id: int, environment: str = PRODUCTION) -> Rollout | None:
    """The rollout that holds the place of this model in this environment."""
    return session.exec(
        select(Rollout).where(
            Rollout.model_id == model_id, Rollout.environment == environment, col(Rollout.status).in_(UNFINISHED)
        )
    ).first()


@dataclass(frozen=True)
class WayBack:
    """The version that stands, and the last one before it whose approval may be gone back to."""

    model: Model
    current: ModelVersion | None
    former: ModelVersion | None
    facts: ReturnFacts


def way_back(session: Session, model: Model, environment: str = PRODUCTION, *, at: datetime) -> WayBack:
    """Where a rollback would lead: the newest version that stood in full, was superseded and not itself rolled back."""
    current = serving(session, key_of(model), environment)
    former = _former(session, model, current, environment)
    facts = ReturnFacts(
        current=current.version if current else None,
        former=former.version if former else None,
        version=facts_of(session, former) if former and environment == PRODUCTION else None,
        approval_stands=former is not None and _approval_stands(session, former),
        blocking_findings=blocking_findings(session, former, at=at) if former else (),
    )
    return WayBack(model, current, former, facts)


def _former(session: Session, model: Model, current: ModelVersion | None, environment: str) -> ModelVersion | None:
    if current is None:
        return None
    failed = select(Deployment.version_id).where(
        Deployment.model_id == model.id,
        Deployment.environment == environment,
        Deployment.ended_as == Ending.ROLLED_BACK,
    )
    return session.exec(
        select(ModelVersion)
        .join(Deployment, col(Deployment.version_id) == col(ModelVersion.id))
        .where(
            Deployment.model_id == model.id,
            Deployment.environment == environment,
            Deployment.phase == Phase.FULL,
            Deployment.ended_as == Ending.SUPERSEDED,
            Deployment.version_id != current.id,
            col(Deployment.version_id).not_in(failed),
        )
        .order_by(col(Deployment.until).desc(), col(Deployment.id).desc())
        .limit(1)
    ).first()


def _approval_stands(session: Session, version: ModelVersion) -> bool:
    """Whether a change that was executed approved this version on the evidence that it has now."""
    query = select(ChangeRequest.id).where(
        ChangeRequest.version_id == version.id,
        col(ChangeRequest.kind).in_(BRINGS),
        col(ChangeRequest.executed_at).is_not(None),
        ChangeRequest.approved_digest == version.evidence_digest,
    )
    return session.exec(query.limit(1)).first() is not None


def _other(session: Session, record: ChangeRecord) -> str | None:
    """The change whose rollout holds the place of this model, unless it is this one."""
    query = (
        select(ChangeRequest.number)
        .join(Rollout, col(Rollout.change_id) == col(ChangeRequest.id))
        .where(
            Rollout.model_id == record.model.id,
            Rollout.environment == PRODUCTION,
            col(Rollout.status).in_(UNFINISHED),
            ChangeRequest.id != record.change.id,
        )
    )
    return session.exec(query.limit(1)).first()
