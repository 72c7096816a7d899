"""Who and what stood where, now or at any moment before, and the history of it, as typed rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, String, and_, case, cast, func, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.inventory.deployments.rules import PRODUCTION, DrillOutcome, Ending
from core.inventory.deployments.tables import Deployment, Drill, Environment, Restriction
from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.policy.rules import Phase
from core.store.paging import Page

Replaced = aliased(ModelVersion)


@dataclass(frozen=True)
class StayRow:
    """One stay of a version in an environment; people are numbers, `until` is None while it stands."""

    environment: str
    version: str
    phase: Phase
    share: int
    since: datetime
    moved_by: str
    replaced: str | None
    change: str
    slot: str
    reason: str
    until: datetime | None
    ended_as: Ending | None
    ended_by: str
    ended_because: str
    stage: Stage  # of the version, today
    evidence_digest: str
    artefact_digest: str

    @property
    def words(self) -> str:
        """The version and its part: “1.0.0”, “canary 1.1.0 10 %”, “shadow 1.1.0”."""
        return stay_words(self.version, self.phase, self.share)


@dataclass(frozen=True)
class RestrictionRow:
    """A bound on the use of a model; `until` is None while it is in force, else `lifted_change` ended it."""

    text: str
    version: str | None
    change: str
    since: datetime
    set_by: str
    until: datetime | None = None
    lifted_by: str = ""
    lifted_change: str = ""


@dataclass(frozen=True)
class DrillRow:
    """A rehearsal of the way back."""

    at: datetime
    by: str
    environment: str
    current: str | None
    former: str | None
    outcome: DrillOutcome
    found: tuple[str, ...]
    microseconds: int


def stay_words(version: str, phase: Phase, share: int) -> str:
    """A version and the part that it has in production."""
    return {Phase.FULL: version, Phase.SHADOW: f"shadow {version}"}.get(phase, f"canary {version} {share} %")


def in_production_at(
    session: Session, model: str, *, at: datetime, environment: str = PRODUCTION
) -> tuple[StayRow, ...]:
    """Who brought what into this environment, as it stood at this moment: one statement; full first.

    A stay counts from the moment it began and no longer at the moment it ended. Empty: nothing stood there.
    """
    query = _stays().where(
        Model.number == model,
        Deployment.environment == environment,
        Deployment.since <= at,
        or_(col(Deployment.until).is_(None), col(Deployment.until) > at),
    )
    found = session.execute(query.order_by(col(Deployment.share).desc(), col(Deployment.id))).all()
    return tuple(_stay(*row) for row in found)


def stays(
    session: Session, model: str, *, environment: str | None = None, limit: int = 25, offset: int = 0
) -> Page[StayRow]:
    """The history of a model's stays, newest first."""
    query = _stays().where(Model.number == model)
    if environment is not None:
        query = query.where(Deployment.environment == environment)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    ordered = query.order_by(col(Deployment.since).desc(), col(Deployment.id).desc()).limit(limit).offset(offset)
    return Page(tuple(_stay(*row) for row in session.execute(ordered).all()), total)


def beside_production() -> ScalarSelect[str]:
    """In words what is in canary or shadow in production, as a part of a query of models: “canary 1.1.0 10 %”."""
    share = case((col(Deployment.share) > 0, literal(" ") + cast(Deployment.share, String) + literal(" %")), else_="")
    return (
        select(cast(Deployment.phase, String) + literal(" ") + col(ModelVersion.version) + share)
        .select_from(Deployment)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .where(
            Deployment.model_id == Model.id,
            Deployment.environment == PRODUCTION,
            Deployment.phase != Phase.FULL,
            col(Deployment.until).is_(None),
        )
        .order_by(col(Deployment.share).desc())
        .limit(1)
        .correlate(Model)
        .scalar_subquery()
    )


def restrictions(session: Session, model: str, *, at: datetime) -> tuple[RestrictionRow, ...]:
    """The bounds on the use of the model that were in force at this moment, oldest first."""
    still = or_(col(Restriction.until).is_(None), col(Restriction.until) > at)
    found = session.execute(_bounds(model).where(Restriction.since <= at, still)).all()
    return tuple(_bound(row, version) for row, version in found)


def lifted_restrictions(session: Session, model: str, *, limit: int = 50) -> tuple[RestrictionRow, ...]:
    """The bounds that were in force once, the last lifted first."""
    query = _bounds(model).where(col(Restriction.until).is_not(None)).order_by(None)
    found = session.execute(query.order_by(col(Restriction.until).desc(), col(Restriction.id).desc()).limit(limit))
    return tuple(_bound(row, version) for row, version in found.all())


def restriction_of(session: Session, change: str) -> Restriction | None:
    """The bound that this change put in force, or None; a change of another kind put none."""
    return session.exec(select(Restriction).where(Restriction.change == change)).first()


def _bounds(model: str) -> Select[Restriction, str | None]:
    return (
        select(Restriction, col(ModelVersion.version))
        .join(Model, col(Model.id) == col(Restriction.model_id))
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(Restriction.version_id))
        .where(Model.number == model)
        .order_by(col(Restriction.id))
    )


def _bound(row: Restriction, version: str | None) -> RestrictionRow:
    return RestrictionRow(
        row.text, version, row.change, row.since, row.set_by, row.until, row.lifted_by, row.lifted_change
    )


def last_drills(session: Session, model: str, environment: str = PRODUCTION, *, limit: int = 5) -> tuple[DrillRow, ...]:
    """The newest rehearsals of the way back."""
    current, former = aliased(ModelVersion), aliased(ModelVersion)
    query = (
        select(Drill, col(current.version), col(former.version))
        .join(Model, col(Model.id) == col(Drill.model_id))
        .outerjoin(current, col(current.id) == col(Drill.from_version_id))
        .outerjoin(former, col(former.id) == col(Drill.to_version_id))
        .where(Model.number == model, Drill.environment == environment)
        .order_by(col(Drill.id).desc())
        .limit(limit)
    )
    return tuple(
        DrillRow(
            row.at, row.by, row.environment, from_, to, row.outcome, tuple(row.found.splitlines()), row.microseconds
        )
        for row, from_, to in session.execute(query).all()
    )


@dataclass(frozen=True)
class RegistryLink:
    """A registry that holds a model, and the number there of the version that serves; None: it does not hold it."""

    server: str
    name: str
    version: str | None


def serving_in_registries(session: Session, model: str, environment: str) -> tuple[RegistryLink, ...]:
    """Where the model is registered, with the version to which the pointer of the environment leads."""
    query = (
        select(RegistryModel.server, RegistryModel.name, RegistryVersion.external)
        .join(Model, col(Model.id) == col(RegistryModel.model_id))
        .join(ProductionPointer, col(ProductionPointer.model_id) == col(Model.id))
        .outerjoin(
            RegistryVersion,
            and_(
                col(RegistryVersion.registry_model_id) == col(RegistryModel.id),
                col(RegistryVersion.version_id) == col(ProductionPointer.version_id),
            ),
        )
        .where(
            Model.number == model,
            ProductionPointer.environment == environment,
            col(RegistryModel.gone_at).is_(None),
        )
        .order_by(col(RegistryModel.id))
    )
    return tuple(RegistryLink(server, name, external) for server, name, external in session.execute(query).all())


def environments(session: Session) -> tuple[str, ...]:
    """Production, then every further environment by name."""
    return (PRODUCTION, *session.exec(select(Environment.name).order_by(col(Environment.name))).all())


def environment_rows(session: Session) -> tuple[Environment, ...]:
    """Every further environment by name, for the administration page."""
    return tuple(session.exec(select(Environment).order_by(col(Environment.name))).all())


def _stays() -> Select[Deployment, ModelVersion, str]:
    return (
        select(Deployment, ModelVersion, col(Replaced.version))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .outerjoin(Replaced, col(Replaced.id) == col(Deployment.replaced_version_id))
    )


def _stay(row: Deployment, version: ModelVersion, replaced: str | None) -> StayRow:
    return StayRow(
        environment=row.environment,
        version=version.version,
        phase=row.phase,
        share=row.share,
        since=row.since,
        moved_by=row.moved_by,
        replaced=replaced,
        change=row.change,
        slot=row.slot,
        reason=row.reason,
        until=row.until,
        ended_as=row.ended_as,
        ended_by=row.ended_by,
        ended_because=row.ended_because,
        stage=version.stage,
        evidence_digest=version.evidence_digest,
        artefact_digest=version.artefact_digest,
    )
