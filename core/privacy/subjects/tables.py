"""Subject requests, what was found, and the orders of erasure, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field

from core.privacy.subjects.rules import Regime, RequestKind, RequestStatus, Treatment
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class SubjectRequest(Row, table=True):
    """One request of a person whose data are held.

    Who asked, how to reach them and what is searched for lies in `sealed`, under a key of this request alone that is
    destroyed when it closes. `reference` is a salted hash, by which a second request of the same person is told.
    """

    __tablename__ = "subject_request"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    kind: RequestKind = Field(sa_type=choice(RequestKind))
    regime: Regime = Field(sa_type=choice(Regime))
    status: RequestStatus = Field(default=RequestStatus.OPEN, sa_type=choice(RequestStatus), index=True)
    channel: str = Field(max_length=40)
    person: str = Field(default="", max_length=16)  # a user of Countersign, by number
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reference: str = Field(max_length=64)
    sealed: str = ""  # emptied when the request closes
    terms: int = 0  # how many identifiers are searched for
    filed_by: str = Field(max_length=16)
    received_at: datetime = Field(sa_type=Instant)
    acknowledge_by: datetime | None = Field(default=None, sa_type=Instant)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant, index=True)
    extended_at: datetime | None = Field(default=None, sa_type=Instant)
    extension_reason: str = Field(default="", max_length=2000)
    identity_how: str = Field(default="", max_length=500)
    identified_by: str | None = Field(default=None, max_length=16)
    identified_at: datetime | None = Field(default=None, sa_type=Instant)
    searching: bool = False
    searched_at: datetime | None = Field(default=None, sa_type=Instant)
    search_step: str = Field(default="", max_length=200)
    steps_done: int = 0
    steps_total: int = 0
    hits: int = 0
    error: str = Field(default="", max_length=1000)
    package: str = Field(default="", max_length=64)  # digest of the encrypted package for the person
    package_size: int = 0
    package_expires_at: datetime | None = Field(default=None, sa_type=Instant)
    taken_at: datetime | None = Field(default=None, sa_type=Instant)  # when somebody last took it away
    proposed_by: str | None = Field(default=None, max_length=16)
    proposed_at: datetime | None = Field(default=None, sa_type=Instant)
    confirmed_by: str | None = Field(default=None, max_length=16)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)
    erased_hits: int = 0
    ground: str = Field(default="", max_length=40)  # a Ground, where it was refused
    outcome: str = Field(default="", max_length=4000)  # what was done or why not, without personal data
    closed_by: str | None = Field(default=None, max_length=16)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    overdue_at: datetime | None = Field(default=None, sa_type=Instant)  # when an alert was raised for it
    revision: int = 1


class SubjectFound(Row, table=True):
    """A place in which the person was found, with how often, and what an erasure does there; never the value."""

    __tablename__ = "subject_found"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    request_id: int = Field(foreign_key="subject_request.id", index=True)
    place: str = Field(max_length=200)
    record: str = Field(default="", max_length=200)  # the number of the record, or the digest of the file
    model: str = Field(default="", max_length=16)
    hits: int
    treatment: Treatment = Field(sa_type=choice(Treatment))
    reason: str = Field(default="", max_length=500)


class ErasureOrder(Row, table=True):
    """An erasure that this store has carried out; the order itself lies in a file apart, for backups."""

    __tablename__ = "erasure_order"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    request: str = Field(unique=True, max_length=16)
    digest: str = Field(max_length=64)  # SHA-256 of the order
    entry: int = Field(sa_column=Column(BigInteger, nullable=False))
    hits: int = 0
    replayed: bool = False  # carried out again on a restored backup
    carried_out_at: datetime = Field(sa_type=Instant)
