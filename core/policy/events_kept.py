"""Removes recorded events when the policy in force says that their time is over."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core.access.rules import SYSTEM
from core.ledger.batches.retention import Removed, past_keeping, remove_events
from core.ledger.service import Ledger
from core.policy.service import policy_in_force
from core.store import EvidenceFiles, Store

EVENTS_JOB = "events kept"


def kept_for(session: Session, *, at: datetime) -> timedelta:
    """How long events are kept, by the policy in force."""
    return timedelta(days=policy_in_force(session, at=at).policy.events.days)


def removal_is_due(session: Session, *, at: datetime) -> bool:
    """Whether there are events whose time is over."""
    return past_keeping(session, older_than=kept_for(session, at=at), at=at)


def remove_past_events(store: Store, ledger: Ledger, files: EvidenceFiles, *, at: datetime) -> Removed:
    """Remove files and keys past their time; each removal is on record first, and every proof that was given stays."""
    with store.reading() as session:
        older_than = kept_for(session, at=at)
    return remove_events(store, ledger, files, older_than=older_than, actor=SYSTEM, at=at)
