"""Opens and ends stays of versions in environments, and keeps the pointer of each environment beside them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.tables import Deployment, Environment
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.policy.rules import Phase
from core.store import Transaction


@dataclass(frozen=True)
class Stay:
    """What a new stay says of itself, beside the version and the place."""

    phase: Phase
    share: int
    change: str = ""
    slot: str = ""
    reason: str = ""
    ending: Ending = Ending.SUPERSEDED  # of the stay in the same phase whose place it takes
    because: str = ""


def check_environment(session: Session, name: str) -> None:
    """Raise `NotFound` unless there is an environment of this name."""
    if name != PRODUCTION and session.exec(select(Environment.id).where(Environment.name == name)).first() is None:
        raise NotFound("environment", name)


def slots_of(session: Session, environment: str = PRODUCTION) -> tuple[str, ...]:
    """The environments that take turns in serving this one, by name."""
    query = select(Environment.name).where(Environment.slot_of == environment)
    return tuple(session.exec(query.order_by(col(Environment.name))).all())


def standing(session: Session, model_id: int, environment: str, phase: Phase) -> Deployment | None:
    """The stay in this phase that has not ended."""
    return session.exec(
        select(Deployment)
        .where(
            Deployment.model_id == model_id,
            Deployment.environment == environment,
            Deployment.phase == phase,
            col(Deployment.until).is_(None),
        )
        .execution_options(populate_existing=True)
    ).first()


def serving(session: Session, model_id: int, environment: str = PRODUCTION) -> ModelVersion | None:
    """The version to which the pointer of the environment leads."""
    return session.exec(
        select(ModelVersion)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(ProductionPointer.model_id == model_id, ProductionPointer.environment == environment)
    ).first()


def open_stay(
    tx: Transaction, model: Model, version: ModelVersion, environment: str, stay: Stay, *, actor: Actor, at: datetime
) -> Deployment:
    """Let the version stand there; a stay in the same phase ends, and in full the pointer moves with it."""
    if model.id is None or version.id is None:
        raise NotFound("stored row of", "Model")
    before = standing(tx.session, model.id, environment, stay.phase)
    in_full = stay.phase is Phase.FULL
    former = serving(tx.session, model.id, environment)
    if before is not None:
        end_stay(tx, before, stay.ending, because=stay.because, actor=actor, at=at)
    row = Deployment(
        model_id=model.id,
        version_id=version.id,
        replaced_version_id=former.id if former and former.id != version.id else None,
        environment=environment,
        phase=stay.phase,
        share=stay.share,
        slot=stay.slot,
        change=stay.change,
        reason=stay.reason,
        since=at,
        moved_by=actor.acting_as,
    )
    tx.session.add(row)
    if in_full:
        _point(tx, model.id, version.id, environment, actor, at)
    tx.session.flush()
    return row


def end_stay(
    tx: Transaction, row: Deployment, ending: Ending, *, because: str = "", actor: Actor, at: datetime
) -> None:
    """The version no longer stands there; a stay never ends before it began."""
    row.until, row.ended_as = max(at, row.since), ending
    row.ended_by, row.ended_because = actor.acting_as, because
    tx.session.add(row)
    tx.session.flush()


def unpoint(tx: Transaction, model_id: int, environment: str) -> None:
    """Nothing serves there any more."""
    pointer = _pointer(tx.session, model_id, environment)
    if pointer is not None:
        tx.session.delete(pointer)
        tx.session.flush()


def _point(tx: Transaction, model_id: int, version_id: int, environment: str, actor: Actor, at: datetime) -> None:
    pointer = _pointer(tx.session, model_id, environment)
    if pointer is None:
        pointer = ProductionPointer(
            model_id=model_id, environment=environment, version_id=version_id, since=at, moved_by=actor.acting_as
        )
    pointer.version_id, pointer.since, pointer.moved_by = version_id, at, actor.acting_as
    tx.session.add(pointer)


def _pointer(session: Session, model_id: int, environment: str) -> ProductionPointer | None:
    return session.exec(
        select(ProductionPointer)
        .where(ProductionPointer.model_id == model_id, ProductionPointer.environment == environment)
        .execution_options(populate_existing=True)
    ).first()
