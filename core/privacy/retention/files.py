"""Files of validations and rows in quarantine whose time ends, in one list."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core.privacy.retention.evidence import evidence_endings
from core.privacy.retention.planning import NOTICE, FileEnding
from core.privacy.retention.quarantine import quarantine_endings


def file_endings(session: Session, *, at: datetime, within: timedelta = NOTICE) -> tuple[FileEnding, ...]:
    """What ends within this time from `at`, or has ended, the first to end first."""
    found = (
        *evidence_endings(session, at=at, within=within),
        *quarantine_endings(session, at=at, within=within),
    )
    return tuple(sorted(found, key=lambda one: (one.ends_at, one.record)))
