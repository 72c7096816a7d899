"""What a pipeline sends about saved views and edits of many models."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from app.api.wishes import Digest, Wish
from core.inventory.bulk import MOST, BulkWish


class ViewWish(Wish):
    """A view to be kept under a name."""

    name: str = Field(max_length=200)
    query: str = Field("", max_length=5000, examples=["tier=1&sort=Model"])
    shared: bool = False


class ViewEditWish(Wish):
    """Another name, and whether everybody sees it."""

    name: str = Field(max_length=200)
    shared: bool


class DefaultViewWish(Wish):
    """The view that the inventory opens with."""

    view: str | None = Field(None, description="Left out: with everything again", max_length=16)


class ModelsWish(Wish):
    """Which models, and what to set; what is left out stays as it is."""

    models: list[str] = Field(min_length=1, max_length=MOST, examples=[["M0001", "M0002"]])
    owner: str | None = Field(None, description="A person's number", max_length=16)
    business_line: str | None = Field(None, max_length=200)
    next_review: AwareDatetime | None = Field(None, description="Brought forward; it is put off only by doing it")
    add_packs: list[str] = Field([], max_length=50)
    remove_packs: list[str] = Field([], max_length=50)

    def entered(self) -> BulkWish:
        due: datetime | None = self.next_review
        return BulkWish(self.owner, self.business_line, due, tuple(self.add_packs), tuple(self.remove_packs))


class ModelsEditWish(ModelsWish):
    """An edit as it was previewed."""

    reason: str = Field(examples=["The line was reorganised in November."])
    expected: Digest = Field(description="Digest of the preview; 409 when a model changed since")


class UndoWish(Wish):
    """Taking an edit back, as it was previewed."""

    reason: str = Field(examples=["The line was not reorganised after all."])
    expected: Digest = Field(description="Digest of the preview; 409 when a model changed since")
