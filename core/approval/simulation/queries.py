"""Reads of simulations for pages and the API."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.approval.simulation.tables import SimulatedVersion
from core.approval.simulation.values import CHANGES, SUMMARY, ChangedVerdict, Summary
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion
from core.policy.life import SimulationStatus
from core.policy.tables import PolicySimulation
from core.store.paging import Page
from core.validation.tables import Run


@dataclass(frozen=True)
class SimulationRow:
    """A simulation: which text, how far it is, and what it says once it has finished."""

    id: int
    number: str
    digest: str
    against_id: int
    status: SimulationStatus
    step: str
    steps_done: int
    steps_total: int
    error: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    summary: Summary | None


@dataclass(frozen=True)
class SimulatedRow:
    """A version whose verdicts would change."""

    model: str
    model_name: str
    tier: int
    version: str
    stage: Stage
    in_production: bool
    run: str
    before: str
    after: str
    changes: tuple[ChangedVerdict, ...]


def newest_simulation(session: Session, draft_id: int) -> SimulationRow | None:
    """The newest simulation of a draft, whichever text of it."""
    query = select(PolicySimulation).where(col(PolicySimulation.draft_id) == draft_id)
    row = session.execute(query.order_by(col(PolicySimulation.id).desc()).limit(1)).scalars().first()
    return _row(row) if row else None


def simulation(session: Session, number: str) -> SimulationRow | None:
    """The simulation with this number, or None."""
    row = session.execute(select(PolicySimulation).where(col(PolicySimulation.number) == number)).scalars().first()
    return _row(row) if row else None


def simulated_versions(
    session: Session, simulation_id: int, *, limit: int, offset: int, production_only: bool = False
) -> Page[SimulatedRow]:
    """Versions whose verdicts would change, gravest first."""
    wanted = [col(SimulatedVersion.simulation_id) == simulation_id]
    wanted += [col(SimulatedVersion.in_production).is_(True)] if production_only else []
    total = session.execute(select(func.count(col(SimulatedVersion.id))).where(*wanted)).scalar_one()
    query = (
        select(SimulatedVersion, Model, ModelVersion, col(Run.number))
        .join(ModelVersion, col(ModelVersion.id) == col(SimulatedVersion.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .join(Run, col(Run.id) == col(SimulatedVersion.run_id))
        .where(*wanted)
        .order_by(col(SimulatedVersion.position))
    )
    rows = session.execute(query.limit(limit).offset(offset)).all()
    return Page(
        tuple(
            SimulatedRow(
                model=model.number,
                model_name=model.name,
                tier=model.tier,
                version=version.version,
                stage=version.stage,
                in_production=one.in_production,
                run=run,
                before=one.before,
                after=one.after,
                changes=CHANGES.validate_json(one.changes),
            )
            for one, model, version, run in rows
        ),
        total,
    )


def _row(row: PolicySimulation) -> SimulationRow:
    return SimulationRow(
        id=row.id or 0,
        number=row.number,
        digest=row.digest,
        against_id=row.against_id,
        status=row.status,
        step=row.step,
        steps_done=row.steps_done,
        steps_total=row.steps_total,
        error=row.error,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        summary=SUMMARY.validate_json(row.summary) if row.summary else None,
    )
