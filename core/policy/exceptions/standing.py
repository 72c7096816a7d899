"""Which exceptions stand at a moment: for one version, or all of them by what they cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from core.policy.exceptions.rules import Standing
from core.policy.exceptions.tables import PolicyException


@dataclass(frozen=True)
class AllStanding:
    """Every exception in force, by the version that it was reviewed on or by the model of which it covers all."""

    of_version: Mapping[int, tuple[Standing, ...]]
    of_model: Mapping[int, tuple[Standing, ...]]

    def for_version(self, version_id: int, model_id: int) -> tuple[Standing, ...]:
        """Those that stand for this version of this model."""
        return (*self.of_version.get(version_id, ()), *self.of_model.get(model_id, ()))


def standing_exceptions(session: Session, *, version_id: int, model_id: int, at: datetime) -> tuple[Standing, ...]:
    """The exceptions in force for this version, or for every version of its model, the oldest first."""
    return standing_exceptions_of(session, {version_id: model_id}, at=at)[version_id]


def standing_exceptions_of(
    session: Session, versions: Mapping[int, int], *, at: datetime
) -> Mapping[int, tuple[Standing, ...]]:
    """As `standing_exceptions`, by version, of versions with their models; one statement for all of them."""
    of_version = col(PolicyException.version_id).in_(versions)
    of_model = and_(col(PolicyException.model_id).in_(set(versions.values())), col(PolicyException.whole_model))
    rows = session.exec(_in_force(at).where(or_(of_version, of_model))).all()
    found = [(row, standing) for row in rows if (standing := _standing(row))]
    return {
        version: tuple(
            standing
            for row, standing in found
            if row.version_id == version or (row.whole_model and row.model_id == model)
        )
        for version, model in versions.items()
    }


def all_standing(session: Session, *, at: datetime) -> AllStanding:
    """Every exception in force at this moment, in one read."""
    of_version: dict[int, tuple[Standing, ...]] = {}
    of_model: dict[int, tuple[Standing, ...]] = {}
    for row in session.exec(_in_force(at)).all():
        holder, key = (of_model, row.model_id) if row.whole_model else (of_version, row.version_id)
        standing = _standing(row)
        holder[key] = (*holder.get(key, ()), *((standing,) if standing else ()))
    return AllStanding(of_version, of_model)


def _in_force(at: datetime) -> SelectOfScalar[PolicyException]:
    return (
        select(PolicyException)
        .where(
            col(PolicyException.starts_at) <= at,
            col(PolicyException.ends_at) > at,
            or_(col(PolicyException.ended_at).is_(None), col(PolicyException.ended_at) > at),
        )
        .order_by(col(PolicyException.id))
    )


def _standing(row: PolicyException) -> Standing | None:
    if row.starts_at is None:
        return None
    lacking = frozenset(row.lacking.splitlines())
    return Standing(row.number, row.clause, row.direction, row.figure, row.starts_at, row.ends_at, lacking)
