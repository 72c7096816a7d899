"""What a pipeline sends about answers to items of packs, documents and templates."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from app.api.wishes import Wish
from core.coverage.rules import Outcome
from core.policy.packs.signals import DocumentKind


class AnswerWish(Wish):
    """An answer to an item of a pack."""

    model: str | None = Field(None, description="Left out: for the whole organisation", examples=["M0001"])
    pack: str = Field(examples=["sr-26-2"])
    item: str = Field(examples=["MRM-18"])
    outcome: Outcome
    reason: str = Field(examples=["Stated in the procedure of 3 November, section 4."])
    link: str = ""
    expires_at: AwareDatetime = Field(description="When it is to be looked at again, within three years")

    @property
    def until(self) -> datetime:
        return self.expires_at


class ReasonWish(Wish):
    """Why."""

    reason: str


class DocumentWish(Wish):
    """The next version of a document."""

    kind: DocumentKind
    body: str = Field(description="Markdown, kept to the byte")
    comment: str = Field("", description="What changed; needed from the second version on")
    expected_revision: int = Field(
        0, ge=0, le=10**9, description="The version that you saw, 0 for none; 409 for another one"
    )


class TemplateWish(Wish):
    """The next version of a template."""

    body: str
    reason: str
