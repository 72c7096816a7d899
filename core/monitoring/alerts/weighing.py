"""What the policy in force says of alerts of a model."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, select

from core.errors import NotFound
from core.inventory.tables import Model
from core.monitoring.alerts.tables import Alert
from core.monitoring.alerts.vocabulary import AlertStatus
from core.policy.alerting.rules import Alerting, AlertKind, Severity
from core.policy.service import policy_in_force


@dataclass(frozen=True)
class Weighing:
    """What the policy says, and the tier of the model; None where it has none, or there is no model."""

    alerting: Alerting = field(default_factory=Alerting)
    tier: int | None = None

    @property
    def together(self) -> timedelta:
        """Alerts of one model and environment within this time are one group."""
        return timedelta(minutes=self.alerting.group_minutes)

    @property
    def wait(self) -> timedelta:
        """How long a message waits for others of its group."""
        return timedelta(minutes=self.alerting.wait_minutes)

    def weighed(self, kind: AlertKind, severity: Severity) -> tuple[Severity, str]:
        """The severity as the policy has it, and the clause behind it."""
        return self.alerting.weighed(kind, severity, self.tier)

    def set_clock(self, row: Alert) -> None:
        """Set when it is escalated next: never while somebody has it, it is snoozed, or its condition is gone."""
        taken = row.status is not AlertStatus.OPEN or row.snoozed_until is not None or row.recovered_at is not None
        step = None if taken else self.alerting.next_step(row.severity, self.tier, row.waited)
        row.escalate_at = None if step is None else row.waits_since + timedelta(minutes=step.minutes)


def weighing_of(session: Session, model: str, *, at: datetime) -> Weighing:
    """For alerts of this model, or of none."""
    tier = session.exec(select(Model.tier).where(Model.number == model)).first() if model else None
    try:
        return Weighing(policy_in_force(session, at=at).policy.alerting, tier)
    except NotFound:  # no policy is in force yet: what is built in holds
        return Weighing(tier=tier)
