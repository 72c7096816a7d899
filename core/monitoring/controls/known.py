"""Which model and version of the inventory is meant by whoever answers, and whether it may answer there."""

from datetime import datetime

from sqlalchemy import case
from sqlmodel import Session, col, or_, select

from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.tables import Deployment, Environment
from core.inventory.importing.tables import RegistryModel, RegistryVersion
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion

APPROVED = frozenset({Stage.APPROVED, Stage.IN_PRODUCTION})


def known_model(session: Session, named: str) -> str | None:
    """The number of the model with this number, this name, or this name in a registry; None: nobody registered it."""
    theirs = select(RegistryModel.model_id).where(RegistryModel.name == named)
    query = select(Model.number).where(
        or_(Model.number == named, Model.name == named, col(Model.id).in_(theirs)),
    )
    return session.exec(
        query.order_by(case((col(Model.number) == named, 0), (col(Model.name) == named, 1), else_=2)).limit(1)
    ).first()


def known_version(session: Session, model_id: int, named: str) -> ModelVersion | None:
    """The version that is called so here, or in a registry; None: nobody registered it."""
    ours = select(ModelVersion).where(ModelVersion.model_id == model_id, ModelVersion.version == named)
    theirs = (
        select(ModelVersion)
        .join(RegistryVersion, col(RegistryVersion.version_id) == col(ModelVersion.id))
        .join(RegistryModel, col(RegistryModel.id) == col(RegistryVersion.registry_model_id))
        .where(RegistryModel.model_id == model_id, RegistryVersion.external == named)
        .order_by(col(ModelVersion.id).desc())
        .limit(1)
    )
    return session.exec(ours).first() or session.exec(theirs).first()


def may_answer(
    session: Session, version: ModelVersion, environment: str, *, first_at: datetime, last_at: datetime
) -> bool:
    """Whether the version is approved for this environment, or stood there when it gave these answers.

    What answers before it is approved may do so where nobody relies on it: in an environment that takes any version.
    """
    if version.stage in APPROVED or not takes_approved_only(session, environment):
        return True
    stood = select(Deployment.id).where(
        Deployment.version_id == version.id,
        Deployment.environment == environment,
        Deployment.since <= last_at,
        or_(col(Deployment.until).is_(None), col(Deployment.until) >= first_at),
    )
    return session.exec(stood.limit(1)).first() is not None


def takes_approved_only(session: Session, environment: str) -> bool:
    """Production does, and every further environment that serves people."""
    if environment == PRODUCTION:
        return True
    return bool(session.exec(select(Environment.serves).where(Environment.name == environment)).first())
