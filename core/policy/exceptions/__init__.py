"""Policy exceptions: time-boxed permissions to stand outside one clause, and what they lift."""

from core.policy.exceptions.rules import Standing, covers
from core.policy.exceptions.standing import standing_exceptions

__all__ = ["Standing", "covers", "standing_exceptions"]
