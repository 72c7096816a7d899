"""What stands against publishing a pack of the organisation."""

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST_REASON = 10


def publish_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor publishes no pack."""
    return permission_refusals(actor, Permission.PACK_PUBLISH)


def publish_pack_refusals(actor: Actor, *, reason: str, published: bool, moved: bool) -> tuple[Refusal, ...]:
    """As `publish_refusals`, and also: the reason, a version that exists, and items moved to another pack."""
    reasons = list(publish_refusals(actor))
    if len(reason.strip()) < SHORTEST_REASON:
        reasons.append(
            Refusal(
                "reason-missing",
                "The reason says too little",
                "regulation packs",
                f"Write at least {SHORTEST_REASON} characters on why this version is published.",
            )
        )
    if published:
        reasons.append(
            Refusal(
                "version-published",
                "This version of the pack is published and never changes",
                "regulation packs",
                "Give the text a new version.",
            )
        )
    if moved:
        reasons.append(
            Refusal(
                "extends-changed",
                "Earlier versions of this pack add to another pack, or stand alone",
                "regulation packs",
                "Publish it under an id of its own.",
            )
        )
    return tuple(reasons)
