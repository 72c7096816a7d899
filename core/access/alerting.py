"""What happens in access asks for an alert through a job, because alerts are raised a layer above."""

from datetime import datetime
from enum import StrEnum

from core.jobs.service import enqueue
from core.store import Transaction
from core.store.types import microseconds

ACCESS_ALERT_JOB = "access alert"


class AccessAlert(StrEnum):
    """What people are alerted to."""

    BREAK_GLASS = "break-glass"  # an access was opened
    NOT_SOUND = "not-sound"  # its review found it was not
    TOXIC_PAIR = "toxic-pair"  # a provider brought roles that may not meet
    APART = "apart"  # it no longer does
    REVIEW_ESCALATED = "review-escalated"  # grants nobody answered for, which do not expire


def ask_for_alert(tx: Transaction, kind: AccessAlert, subject: str, *, at: datetime) -> None:
    """Queue the alert with the change it tells of; the same kind about the same subject at one moment is one."""
    enqueue(tx, ACCESS_ALERT_JOB, f"{kind} {subject} {microseconds(at)}", at=at)


def parse_slot(slot: str) -> tuple[AccessAlert, str]:
    """What the job of this slot is about; raises ValueError."""
    kind, subject, _at = slot.split(" ")
    return AccessAlert(kind), subject
