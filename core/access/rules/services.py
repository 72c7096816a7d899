"""Service accounts: what they may hold, who may answer for them, and how long their tokens last."""

from collections.abc import Set
from datetime import timedelta

from core.access.rules.permissions import SENSITIVE_ROLES, Role
from core.errors import Refusal

LONGEST_SERVICE_LIFE = timedelta(days=90)
LONGEST_OVERLAP = timedelta(days=7)  # in which both tokens of a rotation work
UNUSED_AFTER = timedelta(days=90)
ENDS_SOON = timedelta(days=14)
CLAUSE = "service accounts"


def service_role_refusals(role: Role, *, service: bool) -> tuple[Refusal, ...]:
    """Why a service account cannot hold this role: nobody is there who could decide."""
    if not service or role not in SENSITIVE_ROLES:
        return ()
    said = f"A service account never holds the role {role}"
    return (Refusal("service-sensitive", said, "segregation of duties", "Give the role to a person."),)


def answering_refusals(roles: Set[Role]) -> tuple[Refusal, ...]:
    """Why somebody with these roles cannot answer for a service account: it would develop for them what they decide."""
    sensitive = sorted(roles & SENSITIVE_ROLES)
    if not sensitive:
        return ()
    said = f"Who holds the role {' or '.join(sensitive)} does not answer for a service account"
    return (Refusal("service-owner", said, "segregation of duties", "Name somebody without such a role."),)


def overlap_refusals(overlap: timedelta) -> tuple[Refusal, ...]:
    """Why a former token cannot go on for this long beside the new one."""
    if timedelta() <= overlap <= LONGEST_OVERLAP:
        return ()
    return (Refusal("overlap", f"Both tokens work side by side for at most {LONGEST_OVERLAP.days} days", "access"),)
