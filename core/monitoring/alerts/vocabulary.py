"""The words of alerts: where one stands, what happened to it, and why it was closed."""

from enum import StrEnum


class AlertStatus(StrEnum):
    """Where an alert stands; snoozed, escalated and recovered are said beside it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertAct(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    REPEATED = "repeated"
    RECOVERED = "recovered"
    CAME_BACK = "came back"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    ESCALATED = "escalated"
    TOLD = "told"  # a message left for a channel
    CLOSED = "closed"


class Cause(StrEnum):
    """Why an alert was closed."""

    MODEL = "the model"
    DATA = "the data it was given"
    UPSTREAM = "a system before it"
    DEPLOYMENT = "its deployment"
    EXPECTED = "an expected change"
    THRESHOLD = "the threshold"
    FALSE_ALARM = "a false alarm"
    DUPLICATE = "a duplicate"
    OTHER = "something else"
