"""Alerts as a policy knows them, as values: what raises them, how much they weigh, and when they are escalated."""

from enum import StrEnum


class Severity(StrEnum):
    """How much a finding, an alert or an incident weighs; high and critical findings stop a version."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


class AlertKind(StrEnum):
    """What an alert tells of."""

    BREACH = "breach"
    UNKNOWN_MODEL = "unknown model"
    UNAPPROVED_VERSION = "unapproved version"
    CHECK_FAILED = "check failed"
    NO_DATA = "no data"
    CONTROL = "control"  # of a stream: a pattern, a range or a vocabulary that does not hold
    FLAGGED_OUTPUT = "flagged output"
    STRESS_TEST = "stress test"
    CANARY_HOLD = "canary hold"
    ROLLBACK = "rollback"
    INCIDENT_CLOCK = "incident clock"
    OVERDUE_ACTION = "overdue action"
    DEVIATION = "deviation"
    ACCESS = "access"
