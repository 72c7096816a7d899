"""Policy exceptions: time-boxed permissions to stand outside one clause, and what they lift."""

from core.policy.exceptions.rules import Standing, covers, covers_missing
from core.policy.exceptions.standing import (
    AllStanding,
    all_standing,
    standing_exceptions,
    standing_exceptions_of,
)

__all__ = [
    "AllStanding",
    "Standing",
    "all_standing",
    "covers",
    "covers_missing",
    "standing_exceptions",
    "standing_exceptions_of",
]
