"""How a stay of a version in an environment ends, and what an environment may be called."""

import re
from enum import StrEnum

from core.errors import Problem

PRODUCTION = "production"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Ending(StrEnum):
    """Why a version no longer stands where it stood."""

    ADVANCED = "advanced"  # the next step of its own rollout took its place
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled back"
    ABORTED = "aborted"
    RETIRED = "retired"


class DrillOutcome(StrEnum):
    """What a rehearsed rollback came to."""

    PASSED = "passed"
    FAILED = "failed"


def name_problems(name: str) -> tuple[Problem, ...]:
    """Why this cannot name an environment: lower-case words of letters and digits, joined by hyphens."""
    if len(name) <= 40 and NAME.fullmatch(name):
        return ()
    return (Problem("not a name for an environment", column="name", found=name[:60], expected="such as staging-eu"),)
