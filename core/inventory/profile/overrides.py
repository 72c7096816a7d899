"""The override of a model's tier that is in force, and what becomes of it when the rule gives another tier."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.inventory.profile.rules import OverrideStatus, tier_in_force
from core.inventory.tables import Model, TierOverride
from core.store import Transaction


def override_of(session: Session, model: Model, status: OverrideStatus) -> TierOverride | None:
    """The newest override of this status: the one in force where it is confirmed, the one that waits where proposed."""
    return session.exec(
        select(TierOverride)
        .where(TierOverride.model_id == model.id, TierOverride.status == status)
        .order_by(col(TierOverride.id).desc())
        .limit(1)
    ).first()


def tier_after(tx: Transaction, model: Model, rule_tier: int, *, actor: Actor, at: datetime) -> int:
    """The tier once the rule gives `rule_tier`; ends an override that is not the stricter one."""
    override = override_of(tx.session, model, OverrideStatus.CONFIRMED)
    tier = tier_in_force(rule_tier, override.tier if override else None)
    if override is not None and tier == rule_tier:
        end_override(tx, override, f"The rule gives tier {rule_tier}", actor=actor, at=at)
    return tier


def end_override(tx: Transaction, override: TierOverride, reason: str, *, actor: Actor, at: datetime) -> None:
    """End an override; the caller records what ended it."""
    override.status, override.ended_at, override.ended_by = OverrideStatus.ENDED, at, actor.acting_as
    override.ended_reason = reason
    tx.session.add(override)
    tx.session.flush()
