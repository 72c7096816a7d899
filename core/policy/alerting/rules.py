"""Alerts as a policy knows them, as values: what raises them, how much they weigh, and when they are escalated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TIERS = frozenset({1, 2, 3, 4})
NOT_KNOWN = 1  # the tier by which an alert is judged whose model has none: what nobody knows may be grave


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


class Party(StrEnum):
    """Whom an escalation reaches; where a model has no such person, the approvers."""

    OWNER = "model owner"
    DEVELOPER = "model developer"
    VALIDATORS = "validators"
    APPROVERS = "approvers"


@dataclass(frozen=True)
class AlertWeight:
    """Alerts of these kinds, about models of these tiers, weigh at least `least` and at most `most`."""

    clause: str
    kinds: frozenset[AlertKind]
    tiers: frozenset[int] = TIERS
    least: Severity | None = None
    most: Severity | None = None

    def weighed(self, severity: Severity) -> Severity:
        """The severity within the bounds."""
        if self.least is not None and severity.rank < self.least.rank:
            return self.least
        if self.most is not None and severity.rank > self.most.rank:
            return self.most
        return severity


@dataclass(frozen=True)
class AlertEscalation:
    """An alert of these severities that nobody took in so many minutes is told to these people, and may weigh more."""

    clause: str
    severities: frozenset[Severity]
    minutes: int
    to: frozenset[Party]
    tiers: frozenset[int] = TIERS
    severity: Severity | None = None


HIGH_TIERS = frozenset({1, 2})
WEIGHTS = (
    AlertWeight(
        "built in 1", frozenset({AlertKind.UNKNOWN_MODEL, AlertKind.UNAPPROVED_VERSION}), HIGH_TIERS, Severity.HIGH
    ),
)
ESCALATIONS = (
    AlertEscalation("built in 2", frozenset({Severity.CRITICAL}), 30, frozenset({Party.OWNER, Party.VALIDATORS})),
    AlertEscalation("built in 3", frozenset({Severity.CRITICAL}), 120, frozenset({Party.APPROVERS})),
    AlertEscalation("built in 4", frozenset({Severity.HIGH}), 240, frozenset({Party.OWNER})),
    AlertEscalation(
        "built in 5", frozenset({Severity.HIGH}), 1440, frozenset({Party.APPROVERS}), HIGH_TIERS, Severity.CRITICAL
    ),
    AlertEscalation("built in 6", frozenset({Severity.MEDIUM}), 2880, frozenset({Party.OWNER})),
)


@dataclass(frozen=True)
class Alerting:
    """What a policy says of alerts; the weights and escalations here hold where its text names none.

    Alerts of one model and environment within `group_minutes` are one group; a message waits `wait_minutes` for others
    of its group, unless it is of a critical alert.
    """

    group_minutes: int = 60
    wait_minutes: int = 1
    weights: tuple[AlertWeight, ...] = WEIGHTS
    escalations: tuple[AlertEscalation, ...] = ESCALATIONS

    def weighed(self, kind: AlertKind, severity: Severity, tier: int | None) -> tuple[Severity, str]:
        """The severity as the policy has it, and the clause that changed it last; none where nothing did."""
        clause = ""
        for one in self.weights:
            if kind in one.kinds and (tier or NOT_KNOWN) in one.tiers:
                weighed = one.weighed(severity)
                severity, clause = weighed, one.clause if weighed is not severity else clause
        return severity, clause

    def steps(self, severity: Severity, tier: int | None) -> Sequence[AlertEscalation]:
        """The escalations of such an alert, the soonest first."""
        found = [one for one in self.escalations if severity in one.severities and (tier or NOT_KNOWN) in one.tiers]
        return sorted(found, key=lambda one: one.minutes)

    def next_step(self, severity: Severity, tier: int | None, passed: int) -> AlertEscalation | None:
        """The first escalation of such an alert after so many minutes, -1 for all; None when none is left."""
        return next((one for one in self.steps(severity, tier) if one.minutes > passed), None)
