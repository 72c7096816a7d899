"""What the API answers about finding things: search results, saved views, and edits of many models."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from app.api.problems import RefusalDetail
from core.inventory.queries import FoundKind


class FoundView(BaseModel):
    """One thing that a search found."""

    kind: FoundKind
    number: str = Field(description="Of a version: its model's number and its own", examples=["D0004", "M0001 1.2.0"])
    name: str
    model: str | None = Field(description="The model of a model or version")
    version: str | None
    field: str | None = Field(description="In which field the words stand")
    extract: str = Field(description="The text around them, as it was written")


class SearchResults(BaseModel):
    """What was found, best match first."""

    results: list[FoundView]
    total: int
    more: bool = Field(description="More match than are counted")
    limit: int
    offset: int


class ViewLine(BaseModel):
    """A saved view of the inventory, as the token's owner sees it."""

    view: str = Field(examples=["V0001"])
    name: str
    query: str = Field(
        description="What stands in the address behind the question mark", examples=["tier=1&sort=Model"]
    )
    owner: str
    shared: bool
    mine: bool
    default: bool = Field(description="The inventory opens with it for the token's owner")


class ViewList(BaseModel):
    """The views of the token's owner and those that are shared, their own first."""

    views: list[ViewLine]


class ViewKept(Recorded):
    """A view that was saved, changed or deleted."""

    view: str


class FieldDifference(BaseModel):
    """A field that would change, as text; a review in microseconds since 1970."""

    field: str
    old: str
    new: str


class PlannedChange(BaseModel):
    """What an edit would do to one model; no change and no reason against it: it is so already."""

    model: str
    name: str
    revision: int
    changes: list[FieldDifference]
    refusals: list[RefusalDetail]


class EditPlan(BaseModel):
    """A preview; nothing is stored."""

    digest: str = Field(description="Of the wish and the revisions that it was made for: send it as `expected`")
    possible: bool = Field(description="Nothing stands against a model, and something would change")
    models: list[PlannedChange]


class EditMade(Recorded):
    """An edit of many models."""

    edit: str = Field(examples=["BE0001"])


class EditView(BaseModel):
    """An edit on record."""

    edit: str
    reason: str
    made_by: str
    made_at: datetime
    models: int
    undoes: str | None
    undone_by: str | None
