"""What a pipeline sends about the records around models: parts, links, and changes of fields."""

from pydantic import Field, JsonValue

from app.api.wishes import Wish
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.rules import AssetKind, Relation


class AssetWish(Wish):
    """A prompt, workflow, decision point or vendor."""

    kind: AssetKind
    name: str = Field(examples=["Outreach letter"])
    owner: str | None = Field(None, description="A person's number; left out: the owner of the token")
    description: str = ""
    details: dict[str, str] = Field({}, description="Fields of the kind, such as `trigger` and `outcome` of a workflow")
    text: str = Field("", description="First version of the text of a prompt or workflow, kept to the byte")

    def entered(self, person: str) -> NewAsset:
        return NewAsset(self.kind, self.name, self.owner or person, self.description, self.details, self.text)


class TextWish(Wish):
    """The next version of a text."""

    text: str
    rationale: str = Field(description="What changed and why")
    expected_version: int | None = Field(
        None, ge=0, le=10**9, description="The newest version that you saw; 409 for another one"
    )


class EditWish(Wish):
    """A change of fields, kept with the reason; what is left out stays as it is."""

    changes: dict[str, JsonValue] = Field(min_length=1, examples=[{"users": "Branches", "exposure": "high"}])
    reason: str = Field(examples=["The annual review found it out of date."])
    expected_revision: int | None = Field(
        None, ge=1, le=10**9, description="The revision that you saw; 409 for another one"
    )


class PartEditWish(Wish):
    """A change of a part's fields, which are all text."""

    changes: dict[str, str] = Field(min_length=1, examples=[{"retention": "Until 2031"}])
    reason: str = Field(examples=["The retention schedule changed."])
    expected_revision: int | None = Field(
        None, ge=1, le=10**9, description="The revision that you saw; 409 for another one"
    )


class LinkWish(Wish):
    """One record bears on another."""

    source: str = Field(description="Number of the record that is needed", examples=["M0001"])
    relation: Relation
    target: str = Field(description="Number of the record that needs it", examples=["W0001"])
    note: str = ""


class EndWish(Wish):
    """Why a link no longer holds."""

    reason: str
