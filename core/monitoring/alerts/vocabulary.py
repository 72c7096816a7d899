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


class ChannelKind(StrEnum):
    """How a channel reaches whom it tells."""

    PEOPLE = "people"  # mail to people by their part or role
    ADDRESSES = "addresses"  # mail to these addresses
    WEBHOOK = "webhook"  # one that is set up under Administration
    SERVICE = "service"  # Slack, Teams or another service that Apprise knows


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
