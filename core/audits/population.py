"""What an audit looks at: a scope of models, and the populations from which a sample can be drawn."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import Session, col

from core.approval.rules import ChangeStatus
from core.approval.tables import ChangeRequest
from core.audits.sampling import Member
from core.inventory.tables import Model, ModelVersion, ProductionPointer

DECIDED = (ChangeStatus.APPROVED, ChangeStatus.EXECUTED, ChangeStatus.REJECTED)


class Population(StrEnum):
    """Of what a sample is drawn."""

    MODELS = "models"
    PRODUCTION = "versions in production"
    CHANGES = "changes decided in the period"


@dataclass(frozen=True)
class AuditScope:
    """Models by list, or by filter; empty is everything. Retired models are in it: they were in use in the period."""

    models: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    business_line: str = ""
    pack: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, stored: str) -> "AuditScope":
        """Read what `to_json` wrote."""
        said = json.loads(stored)
        return cls(tuple(said["models"]), tuple(said["tiers"]), said["business_line"], said["pack"])

    @property
    def words(self) -> str:
        """“models of tiers 1, 2; business line Lending; pack gdpr”."""
        if self.models:
            return "models " + ", ".join(self.models)
        of_tiers = f"models of {'tier' if len(self.tiers) == 1 else 'tiers'} {', '.join(map(str, self.tiers))}"
        parts = [of_tiers if self.tiers else "all models"]
        parts += [f"business line {self.business_line}"] if self.business_line else []
        parts += [f"pack {self.pack}"] if self.pack else []
        return "; ".join(parts)


def in_scope(scope: AuditScope) -> list[ColumnElement[bool]]:
    """The conditions on `model` that the scope stands for."""
    if scope.models:
        return [col(Model.number).in_(scope.models)]
    conditions: list[ColumnElement[bool]] = []
    if scope.tiers:
        conditions.append(col(Model.tier).in_(scope.tiers))
    if scope.business_line:
        conditions.append(col(Model.business_line) == scope.business_line)
    if scope.pack:
        packs, pack = col(Model.packs), scope.pack
        ends, inside = f" {pack}", f" {pack} "
        conditions.append(
            or_(
                packs == pack,
                packs.startswith(f"{pack} ", autoescape=True),
                packs.endswith(ends, autoescape=True),
                packs.contains(inside, autoescape=True),
            )
        )
    return conditions


def members(
    session: Session, scope: AuditScope, of: Population, period: tuple[datetime, datetime]
) -> tuple[Member, ...]:
    """Everything of this population in the scope, in one statement."""
    query = {Population.MODELS: _models, Population.PRODUCTION: _production, Population.CHANGES: _changes}[of](period)
    rows = session.execute(query.where(*in_scope(scope))).all()
    return tuple(Member(f"{model} {part}" if of is Population.PRODUCTION else part, tier, model)
                 for model, part, tier in rows)  # fmt: skip


def query_words(scope: AuditScope, of: Population, period: tuple[datetime, datetime]) -> str:
    """The population as it is recorded: “versions in production: models of tier 1”."""
    dates = f", {period[0]:%Y-%m-%d} to {period[1]:%Y-%m-%d}" if of is Population.CHANGES else ""
    return f"{of}{dates}: {scope.words}"


def _models(_period: tuple[datetime, datetime]) -> Select[str, str, int]:
    return select(col(Model.number), col(Model.number), col(Model.tier))


def _production(_period: tuple[datetime, datetime]) -> Select[str, str, int]:
    return (
        select(col(Model.number), col(ModelVersion.version), col(Model.tier))
        .join(ProductionPointer, col(ProductionPointer.model_id) == col(Model.id))
        .join(ModelVersion, col(ModelVersion.id) == col(ProductionPointer.version_id))
        .where(col(ProductionPointer.environment) == "production")
    )


def _changes(period: tuple[datetime, datetime]) -> Select[str, str, int]:
    return (
        select(col(Model.number), col(ChangeRequest.number), col(Model.tier))
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .where(
            col(ChangeRequest.status).in_(DECIDED),
            col(ChangeRequest.decided_at) >= period[0],
            col(ChangeRequest.decided_at) < period[1],
        )
    )
