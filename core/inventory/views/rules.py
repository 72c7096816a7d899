"""Who keeps, shares, renames and deletes a saved view."""

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

CLAUSE = "saved views"
LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS = 80, 2000, 50


def keep_view_refusals(actor: Actor, *, owned: int = 0) -> tuple[Refusal, ...]:
    """Whoever reads the inventory keeps views of it, up to fifty."""
    reasons = list(permission_refusals(actor, Permission.RECORD_READ))
    if owned >= MOST_VIEWS:
        reasons.append(Refusal("too-many-views", f"You keep {owned} views already", CLAUSE, "Delete one first."))
    return tuple(reasons)


def share_view_refusals(actor: Actor, owner: str) -> tuple[Refusal, ...]:
    """A view is changed and shared by the person whose it is."""
    return (*permission_refusals(actor, Permission.RECORD_READ), *_not_mine(actor, owner))


def delete_view_refusals(actor: Actor, owner: str) -> tuple[Refusal, ...]:
    """A view is deleted by the person whose it is; an administrator also deletes one that is shared."""
    if Permission.PERSON_MANAGE in actor.permissions:
        return ()
    return share_view_refusals(actor, owner)


def _not_mine(actor: Actor, owner: str) -> tuple[Refusal, ...]:
    if actor.id == owner:
        return ()
    return (Refusal("not-yours", "This view belongs to somebody else", CLAUSE, "Save it under a name of your own."),)
