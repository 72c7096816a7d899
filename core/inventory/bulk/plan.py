"""What a bulk edit asks of each model, and what would become of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import Refusal
from core.inventory.history import Difference
from core.inventory.tables import Model

MOST = 500  # models in one act
NEXT_REVIEW = "next_review"
Target = Mapping[str, str | datetime | None]


@dataclass(frozen=True)
class BulkWish:
    """What to set; None leaves a field as it is. Packs are added to and taken from what each model has."""

    owner: str | None = None
    business_line: str | None = None
    next_review: datetime | None = None
    add_packs: tuple[str, ...] = ()
    remove_packs: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return self == BulkWish()

    def target(self, row: Model) -> Target:
        """What the fields of this model are to be."""
        wanted: dict[str, str | datetime | None] = {}
        if self.owner is not None:
            wanted["owner"] = self.owner
        if self.business_line is not None:
            wanted["business_line"] = self.business_line
        if self.add_packs or self.remove_packs:
            kept = [pack for pack in row.packs.split() if pack not in self.remove_packs]
            wanted["packs"] = " ".join(dict.fromkeys((*kept, *self.add_packs)))
        if self.next_review is not None:
            wanted[NEXT_REVIEW] = self.next_review
        return wanted


@dataclass(frozen=True)
class PlannedRow:
    """One model in the preview: what would change, or why it cannot; no change and no reason: it is so already."""

    number: str
    name: str
    revision: int
    changes: tuple[Difference, ...]
    refusals: tuple[Refusal, ...]


def plan_digest(wish: BulkWish, revisions: Mapping[str, int], *, undoes: str = "") -> str:
    """SHA-256 of what is asked, and of the revisions at which it was previewed: the same digest, the same preview."""
    due = wish.next_review.isoformat() if wish.next_review else None
    said = [wish.owner, wish.business_line, due, sorted(wish.add_packs), sorted(wish.remove_packs), undoes]
    return hashlib.sha256(json.dumps([said, sorted(revisions.items())]).encode()).hexdigest()


def review_refusals(now: datetime | None, wanted: datetime | None, at: datetime) -> tuple[Refusal, ...]:
    """A review is brought forward by hand; it is put off only by doing it (SR 26-2, periodic review)."""
    if wanted is not None and wanted < at:
        return (Refusal("review-past", "The review would be due in the past", "periodic review", "Name a later day."),)
    if now is not None and (wanted is None or wanted > now):
        return (
            Refusal(
                "review-later",
                f"The review is due on {now:%Y-%m-%d}, and is not put off by an edit",
                "periodic review",
                "Record the periodic review, which sets the next one.",
            ),
        )
    return ()
