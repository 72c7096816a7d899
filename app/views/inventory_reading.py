"""What the inventory page asks the store before it draws anything."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.lists.inventory import Wanted
from app.views.inventory import Choices
from core.inventory.groups.queries import group_names
from core.inventory.queries import (
    InventoryFilter,
    business_lines,
    developers,
    inventory_ids,
    model_count,
    owners,
    vendors,
)


@dataclass(frozen=True)
class Counts:
    """How many models match, how many there are, and how many of all have a review that is overdue."""

    total: int
    everything: int
    overdue: int


def choices(session: Session) -> Choices:
    """What the filters offer."""
    return Choices(
        business_lines(session), vendors(session), owners(session), developers(session), group_names(session)
    )


def found_with(session: Session, wanted: Wanted, at: datetime) -> Counts:
    """The figures of the count line."""
    _, total = inventory_ids(session, wanted.narrowed, limit=1, offset=0, sort=wanted.sort)
    _, overdue = inventory_ids(session, InventoryFilter(overdue_at=at, retired=False), limit=1, offset=0)
    return Counts(total, model_count(session), overdue)
