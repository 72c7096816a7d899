"""How a regulator's clock stands: what time is left, when it is near its end, and whether it was met."""

from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_NOTICE = timedelta(days=3)


class ClockState(StrEnum):
    """Where one clock of one incident stands."""

    UNDECIDED = "undecided"
    NOT_APPLICABLE = "does not apply"
    RUNNING = "running"
    NEARING = "nearing"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met late"


WORRYING = frozenset({ClockState.NEARING, ClockState.OVERDUE})
TICKING = frozenset({ClockState.RUNNING, *WORRYING})


def nearing_from(starts_at: datetime, due_at: datetime) -> datetime:
    """When a clock counts as near its end: for the last quarter of its time, at most three days."""
    return due_at - min((due_at - starts_at) / 4, LONGEST_NOTICE)


def clock_state(
    *, applies: bool | None, starts_at: datetime, due_at: datetime, notified_at: datetime | None, at: datetime
) -> ClockState:
    """The state at a moment; `applies` is None where nobody decided."""
    if applies is None:
        return ClockState.UNDECIDED
    if not applies:
        return ClockState.NOT_APPLICABLE
    if notified_at is not None:
        return ClockState.MET if notified_at <= due_at else ClockState.MET_LATE
    if at > due_at:
        return ClockState.OVERDUE
    return ClockState.NEARING if at >= nearing_from(starts_at, due_at) else ClockState.RUNNING
