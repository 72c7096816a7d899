"""Pull requests, reviews, results of continuous integration, and the commit behind each version, as rows."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from core.approval.code.rules import CheckState, ReviewState, Source
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class CodeChange(Row, table=True):
    """A pull request, or merge request, of a repository."""

    __tablename__ = "code_change"
    __table_args__ = (UniqueConstraint("repository", "number"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    repository: str = Field(max_length=300)
    number: int
    title: str = Field(default="", max_length=500)
    author: str = Field(default="", max_length=200)
    head: str = Field(default="", max_length=64)  # the newest commit of its branch
    merged_as: str = Field(default="", max_length=64)  # the commit that it became; empty until it is merged
    source: Source = Field(sa_type=choice(Source))
    told_at: datetime = Field(sa_type=Instant)


class CodeReview(Row, table=True):
    """What one reviewer said last of a pull request."""

    __tablename__ = "code_review"
    __table_args__ = (UniqueConstraint("change_id", "reviewer"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    change_id: int = Field(foreign_key="code_change.id")
    reviewer: str = Field(max_length=200)
    state: ReviewState = Field(sa_type=choice(ReviewState))
    at: datetime = Field(sa_type=Instant)
    source: Source = Field(sa_type=choice(Source))


class CodeCheck(Row, table=True):
    """The newest result of one check of continuous integration on a commit."""

    __tablename__ = "code_check"
    __table_args__ = (UniqueConstraint("repository", "revision", "name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    repository: str = Field(max_length=300)
    revision: str = Field(max_length=64)
    name: str = Field(max_length=300)
    state: CheckState = Field(sa_type=choice(CheckState))
    at: datetime = Field(sa_type=Instant)
    source: Source = Field(sa_type=choice(Source))


class VersionCode(Row, table=True):
    """The commit from which a version was made, as its pipeline said; the newest for each repository counts."""

    __tablename__ = "version_code"
    __table_args__ = (Index("ix_version_code_version", "version_id", "repository"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    version_id: int = Field(foreign_key="model_version.id")
    repository: str = Field(max_length=300)
    revision: str = Field(max_length=64)
    number: int | None = None  # of the pull request, if there was one
    told_by: str = Field(max_length=16)
    told_at: datetime = Field(sa_type=Instant)
