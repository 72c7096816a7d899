"""The rules of the inventory: the life of a version, how material its model is, and which number follows."""

from core.inventory.rules.life import (
    BY_ACTION,
    CLOSED,
    DUTY_OF,
    MOVES,
    PERMISSION_OF,
    TOWARDS_PRODUCTION,
    Action,
    Duty,
    Line,
    Move,
    Stage,
    VersionFacts,
    duty_refusals,
    line_refusals,
    move_refusals,
    stage_refusals,
)
from core.inventory.rules.materiality import (
    TIERS,
    Exposure,
    Purpose,
    materiality,
)
from core.inventory.rules.numbers import (
    parse_version,
    version_refusals,
)

__all__ = [
    "BY_ACTION",
    "CLOSED",
    "DUTY_OF",
    "MOVES",
    "PERMISSION_OF",
    "TIERS",
    "TOWARDS_PRODUCTION",
    "Action",
    "Duty",
    "Exposure",
    "Line",
    "Move",
    "Purpose",
    "Stage",
    "VersionFacts",
    "duty_refusals",
    "line_refusals",
    "materiality",
    "move_refusals",
    "parse_version",
    "stage_refusals",
    "version_refusals",
]
