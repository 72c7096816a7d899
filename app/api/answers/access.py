"""What the API answers about grants, access reviews and break-glass access; people stand by number."""

from datetime import datetime

from pydantic import BaseModel, Field

from core.access.granted import GrantState
from core.access.rules import Role
from core.access.rules.reviewing import Answered


class GrantView(BaseModel):
    """A role of a person: why, how far, since when, until when and on whose word."""

    grant: int
    person: str = Field(examples=["P0007"])
    role: Role
    reach: str = Field(description="In words")
    reason: str
    granted_by: str
    confirmed_by: str | None = Field(description="The second administrator, where the role is sensitive")
    granted_at: datetime
    ends_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    basis: str = Field(description="On whose word, for example `confirmed` or `identity provider`; may be empty")
    conflicts: list[str] = Field(description="Pairs of roles of this person that may not meet")


class GrantList(BaseModel):
    """Grants in a state."""

    grants: list[GrantView]
    state: GrantState
    total: int
    limit: int
    offset: int


class AccessReviewLine(BaseModel):
    """One access review with its progress."""

    review: str = Field(examples=["AR0001"])
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    grants: int
    not_answered: int
    kept: int
    withdrawn: int
    expired: int
    escalated: int


class AccessReviewList(BaseModel):
    """Access reviews, the newest first."""

    reviews: list[AccessReviewLine]
    total: int
    limit: int
    offset: int


class ReviewedGrant(BaseModel):
    """A grant as it was when the review opened, and what was answered."""

    grant: int
    person: str
    role: Role
    reach: str
    reason: str
    granted_by: str
    confirmed_by: str | None
    granted_at: datetime
    ends_at: datetime | None
    used_at: datetime | None = Field(description="When the account was last used")
    remark: str
    answer: Answered | None
    answered_by: str | None
    answered_at: datetime | None
    answer_reason: str


class AccessReviewView(AccessReviewLine):
    """A review with a page of its grants."""

    items: list[ReviewedGrant]
    limit: int
    offset: int


class BreakGlassView(BaseModel):
    """A break-glass access; `sound` is none until somebody else has reviewed it."""

    access: str = Field(examples=["BG0001"])
    person: str
    acting_as: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    ended_by: str | None = Field(description="None where it ended by time")
    pages: int = Field(description="Entries of the ledger about pages opened under it")
    reviewed_by: str | None
    reviewed_at: datetime | None
    sound: bool | None
    review: str


class BreakGlassList(BaseModel):
    """Break-glass accesses, the newest first."""

    accesses: list[BreakGlassView]
    total: int
    limit: int
    offset: int


class ModelGroupLine(BaseModel):
    """A group of models; `people` is how many people's grants name it."""

    group: str = Field(examples=["MG0001"])
    name: str
    purpose: str
    size: int = Field(description="How many models are in it")
    people: int
    made_by: str
    made_at: datetime
    ended_at: datetime | None


class ModelGroupList(BaseModel):
    """Groups of models by name."""

    groups: list[ModelGroupLine]
    total: int
    limit: int
    offset: int


class ModelOfGroup(BaseModel):
    """A model in a group."""

    model: str = Field(examples=["M0217"])
    name: str
    business_line: str
    tier: int
    put_in_by: str
    put_in_at: datetime


class GrantOfGroup(BaseModel):
    """A grant that names the group: in force, or waiting for a second administrator as `asked` says."""

    person: str
    role: Role
    also_reaches: str = Field(description="In words; empty: this group alone")
    ends_at: datetime | None
    asked: str | None = Field(examples=["GR0001"])


class ModelGroupView(ModelGroupLine):
    """A group with a page of its models and every grant that names it."""

    models: list[ModelOfGroup]
    grants: list[GrantOfGroup]
    limit: int
    offset: int
