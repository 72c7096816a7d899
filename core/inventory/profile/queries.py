"""Reads of what was decided about a model: risk factors, overrides of the tier, and which packs apply and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.profile.overrides import override_of
from core.inventory.profile.rules import Answer, Factor, OverrideStatus, RiskLevel, inherent_risk
from core.inventory.rules import materiality
from core.inventory.tables import Model, PackDecision, RiskFactor, TierOverride


@dataclass(frozen=True)
class FactorRow:
    """One factor as last assessed."""

    level: RiskLevel
    reason: str
    assessed_by: str
    assessed_at: datetime


@dataclass(frozen=True)
class PackRecord:
    """The newest confirmation of packs."""

    answers: frozenset[Answer]
    proposed: tuple[str, ...]
    confirmed: tuple[str, ...]
    reason: str
    confirmed_by: str
    confirmed_at: datetime


@dataclass(frozen=True)
class Profile:
    """What a model is and how much is at stake, as decided so far."""

    rule_tier: int
    override: TierOverride | None  # in force
    waiting: TierOverride | None
    overrides: tuple[TierOverride, ...]
    factors: Mapping[Factor, FactorRow]
    inherent: RiskLevel | None
    packs: PackRecord | None


def profile_of(session: Session, model: Model) -> Profile:
    """Everything that was decided about a model."""
    rows = session.exec(select(RiskFactor).where(RiskFactor.model_id == model.id)).all()
    factors = {row.factor: FactorRow(row.level, row.reason, row.assessed_by, row.assessed_at) for row in rows}
    overrides = session.exec(
        select(TierOverride).where(TierOverride.model_id == model.id).order_by(col(TierOverride.id).desc())
    ).all()
    return Profile(
        rule_tier=materiality(model.exposure, model.purpose_class),
        override=override_of(session, model, OverrideStatus.CONFIRMED),
        waiting=override_of(session, model, OverrideStatus.PROPOSED),
        overrides=tuple(overrides),
        factors=factors,
        inherent=inherent_risk({factor: row.level for factor, row in factors.items()}),
        packs=_packs(session, model),
    )


def tiers_waiting(session: Session, *, limit: int = 200) -> tuple[tuple[Model, TierOverride], ...]:
    """Proposals that nobody decided yet, with their models, oldest first."""
    query = (
        select(Model, TierOverride)
        .join(TierOverride, col(TierOverride.model_id) == col(Model.id))
        .where(TierOverride.status == OverrideStatus.PROPOSED, col(Model.retired_at).is_(None))
        .order_by(col(TierOverride.id))
        .limit(limit)
    )
    return tuple((model, waiting) for model, waiting in session.exec(query).all())


def _packs(session: Session, model: Model) -> PackRecord | None:
    row = session.exec(
        select(PackDecision).where(PackDecision.model_id == model.id).order_by(col(PackDecision.id).desc()).limit(1)
    ).first()
    if row is None:
        return None
    return PackRecord(
        answers=frozenset(Answer(one) for one in row.answers.split("\n") if one),
        proposed=tuple(row.proposed.split()),
        confirmed=tuple(row.confirmed.split()),
        reason=row.reason,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
    )
