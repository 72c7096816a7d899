"""Rehearses the way back when policy says that it is time, and raises an alert where it would not work."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Exists, and_, case, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.approval.rollout.returning import Rehearsed, rehearse
from core.approval.rollout.rules import drill_due
from core.inventory.deployments.rules import PRODUCTION, DrillOutcome, Ending
from core.inventory.deployments.tables import Deployment, Drill
from core.inventory.tables import Model, ProductionPointer
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.policy.rules import Phase
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.validation.rules import Severity

REHEARSAL_JOB = "rehearsal"  # slot: the day
HOUR = 2  # of the day, in UTC, from which on the rehearsals of that day are due
AGAIN_AFTER = timedelta(days=7)  # a rehearsal that failed is repeated then, unless a person does before


def due_rehearsals(at: datetime) -> tuple[str, ...]:
    """The slot of this day, once its hour has come."""
    return (f"{at:%Y-%m-%d}",) if at.hour >= HOUR else ()


def models_to_rehearse(session: Session, *, at: datetime) -> tuple[str, ...]:
    """The models in production that have somewhere to go back to and whose last rehearsal counts no longer.

    How long one counts is said by the policy in force for the model's tier. A model without a former version has no
    way back to rehearse; its page says so.
    """
    policy = policy_in_force(session, at=at).policy
    passed = case((col(Drill.outcome) == DrillOutcome.PASSED, Drill.at))
    query = (
        select(Model.number, Model.tier, func.max(passed), func.max(Drill.at))
        .join(ProductionPointer, col(ProductionPointer.model_id) == col(Model.id))
        .outerjoin(Drill, and_(col(Drill.model_id) == col(Model.id), col(Drill.environment) == PRODUCTION))
        .where(ProductionPointer.environment == PRODUCTION, _has_former())
        .group_by(col(Model.id), col(Model.number), col(Model.tier))
        .order_by(col(Model.number))
    )
    return tuple(
        number
        for number, tier, last, tried in session.execute(query).all()
        if _is_due(drill_due(policy.rehearsal_days(tier), last), tried, at)
    )


def _is_due(counts_until: datetime | None, tried: datetime | None, at: datetime) -> bool:
    lapsed = counts_until is None or counts_until <= at
    return lapsed and (tried is None or tried + AGAIN_AFTER <= at)


def _has_former() -> Exists:
    """As `way_back` finds it: another version stood in full, was superseded, and was never rolled back."""
    gone = aliased(Deployment)
    rolled_back = exists().where(
        gone.version_id == col(Deployment.version_id),  # type: ignore[arg-type]  # columns
        gone.environment == PRODUCTION,  # type: ignore[arg-type]
        gone.ended_as == Ending.ROLLED_BACK,  # type: ignore[arg-type]
    )
    return exists().where(
        col(Deployment.model_id) == col(Model.id),
        col(Deployment.environment) == PRODUCTION,
        col(Deployment.phase) == Phase.FULL,
        col(Deployment.ended_as) == Ending.SUPERSEDED,
        col(Deployment.version_id) != col(ProductionPointer.version_id),
        ~rolled_back,
    )


def rehearse_due(
    store: Store,
    ledger: Ledger,
    *,
    registry: Callable[[str], str | None] | None = None,
    alive: Callable[[], bool] = lambda: True,
    clock: Callable[[], datetime],
) -> tuple[Rehearsed, ...]:
    """Rehearse every way back that is due, each in its own transaction; a job that died goes on with the others."""
    with store.reading() as session:
        due = models_to_rehearse(session, at=clock())
    done: list[Rehearsed] = []
    for model in due:
        if not alive():
            break
        done.append(rehearse_now(store, ledger, model=model, registry=registry, at=clock()))
    return tuple(done)


def rehearse_now(
    store: Store, ledger: Ledger, *, model: str, registry: Callable[[str], str | None] | None = None, at: datetime
) -> Rehearsed:
    """Rehearse the way back of one model by the system; a failure raises an alert in the same transaction."""

    def told(tx: Transaction, drill: Rehearsed) -> None:
        key = f"rehearsal {model} {PRODUCTION}"
        if drill.outcome is DrillOutcome.PASSED:
            settle_alert(tx, ledger, key, said="The rehearsal passed.", at=at)
        else:
            raise_alert(tx, ledger, _signal(key, drill), at=at)

    return rehearse(store, ledger, model=model, registry=registry, also=told, actor=SYSTEM, at=at)


def _signal(key: str, drill: Rehearsed) -> Signal:
    return Signal(
        kind=AlertKind.ROLLBACK,
        key=key,
        severity=Severity.HIGH,
        title=f"The rehearsed return of {drill.model} failed",
        detail=f"From v{drill.current or '-'} to v{drill.former or '-'}: {' '.join(drill.found)}",
        model=drill.model,
        version=drill.current or "",
        environment=PRODUCTION,
        about=(Ref(RecordKind.MODEL, drill.model),),
    )
