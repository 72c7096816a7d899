"""Dormant accounts: unused for so long that nobody would notice a stranger in them."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

LIMIT = timedelta(days=90)
WARNED_BEFORE = timedelta(days=15)
CLAUSE = "dormant accounts"


class Use(StrEnum):
    """How an account stands by its last use."""

    IN_USE = "in use"
    NEARING = "nearing"
    DORMANT = "dormant"


def standing(since: datetime, limit: timedelta, *, at: datetime) -> Use:
    """`since` is the last sign-in or use of a token, or when the account was made or enabled, whichever is newest."""
    if at >= since + limit:
        return Use.DORMANT
    return Use.NEARING if at >= since + limit - WARNED_BEFORE else Use.IN_USE


def blocked(use: Use, *, last_administrator: bool) -> bool:
    """Whether sign-in is to be blocked now; the last administrator is never locked out."""
    return use is Use.DORMANT and not last_administrator


def enable_refusals(actor: Actor, person: str, *, disabled: bool) -> tuple[Refusal, ...]:
    """Why this actor cannot let a person in again."""
    reasons = list(permission_refusals(actor, Permission.PERSON_MANAGE))
    if actor.id == person:
        reasons.append(Refusal("own-account", "Nobody enables themselves", "segregation of duties"))
    if not disabled:
        reasons.append(Refusal("enabled", "This person is not disabled", CLAUSE))
    return tuple(reasons)
