"""From whom a second factor is demanded."""

from collections.abc import Set
from enum import StrEnum

from core.access.rules.permissions import SENSITIVE_ROLES, Role


class Demand(StrEnum):
    """Who must have a second factor, of the people who sign in here."""

    OPTIONAL = "optional"
    SENSITIVE = "sensitive"
    REQUIRED = "required"


def factor_demanded(demand: Demand, roles: Set[Role]) -> bool:
    """Whether somebody with these roles must have one; a sensitive role in any way held counts."""
    if demand is Demand.SENSITIVE:
        return bool(roles & SENSITIVE_ROLES)
    return demand is Demand.REQUIRED
