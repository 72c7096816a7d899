"""What every rule of a routine check is given and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Cause(StrEnum):
    """Where a deviation is put right: the kind of thing that its key names."""

    VERSION = "version"
    MODEL = "model"
    CHANGE = "change"
    EXCEPTION = "exception"
    FINDING = "finding"
    AUDIT_FINDING = "audit finding"
    RUN = "run"
    DOCUMENTS = "documents"
    PACK = "pack of a model"
    PERSON = "person"
    AUDIT = "audit"
    MESSAGE = "message"
    LEDGER = "ledger"
    EVENTS = "events"
    BIAS_DATA = "bias-test data"
    DATA = "data"
    DRILL = "drill of access"
    ACCESS_REVIEW = "access review"
    BREAK_GLASS = "break-glass access"
    FILE = "file"


@dataclass(frozen=True)
class Settings:
    """The moment at which is judged, and the whole numbers that the organisation set."""

    at: datetime
    parameters: Mapping[str, int]

    def days(self, name: str) -> timedelta:
        """A parameter as a span of days."""
        return timedelta(days=self.parameters[name])

    def hours(self, name: str) -> timedelta:
        """A parameter as a span of hours."""
        return timedelta(hours=self.parameters[name])


@dataclass(frozen=True)
class Deviation:
    """What deviates, in words, and where it is put right.

    `subject` is the same at every run, so that a deviation is opened once; `owner` answers for it, empty where the
    catalogue's role does.
    """

    subject: str
    said: str
    cause: Cause
    key: str
    model: str = ""
    owner: str = ""


def days_late(due: datetime, at: datetime) -> str:
    """“3 days” since it was due; less than one day is “today”."""
    days = (at - due) // timedelta(days=1)
    return f"{days} {'day' if days == 1 else 'days'} ago" if days > 0 else "today"
