"""Which models are looked at, each at one version: the one in production, or else the newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Subquery, and_, func, select, true
from sqlmodel import col

from core.inventory.tables import Model, ModelVersion, ProductionPointer


class Held(NamedTuple):
    """A signal at hand for a model: `key` is the number of what shows it, `until` when it ends, None for never."""

    model: int
    word: str
    key: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Scope:
    """The pairs of model and version, as a subquery with the columns `model` and `version`."""

    pairs: Subquery

    @classmethod
    def of(cls, models: Sequence[int] | None = None, *, version: int | None = None) -> "Scope":
        """All models, these, or one at this `version`; a model without a version has None there."""
        if version is not None:
            return cls(
                select(col(ModelVersion.model_id).label("model"), col(ModelVersion.id).label("version"))
                .where(col(ModelVersion.id) == version)
                .subquery("scope")
            )
        newest = (
            select(func.max(ModelVersion.id))
            .where(col(ModelVersion.model_id) == col(Model.id))
            .correlate(Model)
            .scalar_subquery()
        )
        in_production = and_(
            col(ProductionPointer.model_id) == col(Model.id), col(ProductionPointer.environment) == "production"
        )
        return cls(
            select(
                col(Model.id).label("model"),
                func.coalesce(col(ProductionPointer.version_id), newest).label("version"),
            )
            .outerjoin(ProductionPointer, in_production)
            .where(true() if models is None else col(Model.id).in_(models))
            .subquery("scope")
        )
