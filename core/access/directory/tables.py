"""What the directory says of people and of its groups, as rows; nothing of it is deleted, only marked as gone."""

from datetime import datetime

from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant


class DirectoryUser(Row, table=True):
    """A person whom the directory brought: how it names them, and whether it has taken them back."""

    __tablename__ = "directory_user"

    person: str = Field(primary_key=True, foreign_key="person.number", max_length=16)
    external_id: str | None = Field(default=None, index=True, max_length=200)
    user_name: str = Field(max_length=200)  # as written there; `person.username` is the same, folded
    said: str = Field(max_length=8000)  # the attributes that it keeps here, as JSON, so that it reads what it wrote
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    revision: int = 1
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)


class DirectoryGroup(Row, table=True):
    """A group of the directory; its name decides for which role it stands."""

    __tablename__ = "directory_group"

    number: str = Field(primary_key=True, max_length=16)
    external_id: str | None = Field(default=None, max_length=200)
    name: str = Field(index=True, max_length=200)
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    revision: int = 1
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)


class DirectoryMember(Row, table=True):
    """A person in a group, at this moment; the ledger says who was in it before."""

    __tablename__ = "directory_member"

    group: str = Field(primary_key=True, foreign_key="directory_group.number", max_length=16)
    person: str = Field(primary_key=True, foreign_key="person.number", index=True, max_length=16)
