"""Saved views of the inventory, and changes of many models at once, as rows."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from core.store.base import Row
from core.store.types import Instant, row_id


class SavedView(Row, table=True):
    """A narrowed list with its order and columns, kept under a name; `query` is the address's part after “?”."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    owner: str = Field(max_length=16)
    name: str = Field(max_length=80)
    query: str = Field(max_length=2000)
    shared: bool = Field(default=False, index=True)
    saved_at: datetime = Field(sa_type=Instant)
    revision: int = 1


class DefaultView(Row, table=True):
    """The view with which the inventory opens for a person."""

    __tablename__ = "default_view"

    person: str = Field(primary_key=True, max_length=16)
    view_id: int = Field(foreign_key="saved_view.id", index=True)


class BulkEdit(Row, table=True):
    """Many models changed in one act; `undoes` names the one that it took back."""

    __tablename__ = "bulk_edit"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    reason: str = Field(max_length=4000)
    undoes: str = Field(default="", max_length=16)
    made_by: str = Field(max_length=16)
    made_at: datetime = Field(sa_type=Instant)


class BulkEditRow(Row, table=True):
    """One field of one model in it, from what to what."""

    __tablename__ = "bulk_edit_row"
    __table_args__ = (UniqueConstraint("bulk_edit_id", "model", "field"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    bulk_edit_id: int = Field(foreign_key="bulk_edit.id")
    model: str = Field(max_length=16)
    field: str = Field(max_length=64)
    old: str
    new: str
