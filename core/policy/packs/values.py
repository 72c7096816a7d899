"""A regulation pack and its items as values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

RECHECK_AFTER = timedelta(days=90)  # several texts move monthly, so a reading of them grows old
ANSWER, ANSWER_ONCE = "answer", "answer for the organisation"


class SourceStatus(StrEnum):
    """How the text behind a pack or an item was read."""

    QUOTED = "quoted"  # copies of the primary text by third parties agree word for word
    SECONDARY = "secondary"  # from descriptions by others
    OWN = "own"  # the organisation's own text


SOURCE_WORDS = {
    SourceStatus.QUOTED: "Quoted: copies of the primary text by third parties agree word for word",
    SourceStatus.SECONDARY: "Secondary: from descriptions by others, not from the text itself",
    SourceStatus.OWN: "The organisation’s own text",
}


@dataclass(frozen=True)
class PackItem:
    """One demand of a regulation or standard.

    `shown_by` lists what shows it, all of it needed; `only_if` what must be at hand for it to apply. `applies` says
    from when, where that differs from the pack's date; `standing` marks what is no text of the source ("firm policy").
    `source_status` is the item's own; `added_by` names the pack of the organisation that added it, empty if it ships.
    """

    id: str
    title: str
    text: str
    clause: str
    evidence_kind: str
    shown_by: tuple[str, ...] = (ANSWER,)
    only_if: str = ""
    applies: str = ""
    standing: str = ""
    source_status: SourceStatus = SourceStatus.OWN
    added_by: str = ""

    @property
    def by_a_person(self) -> bool:
        """Whether nothing that is stored shows it, so that a person answers."""
        return set(self.shown_by) <= {ANSWER, ANSWER_ONCE}

    @property
    def once(self) -> bool:
        """Whether one answer holds for all models."""
        return ANSWER_ONCE in self.shown_by


@dataclass(frozen=True)
class Pack:
    """A regulation, guidance or standard; `superseded_by` names the pack that replaced it."""

    id: str
    version: str
    title: str
    jurisdiction: str
    in_force_from: str | None
    superseded_by: str | None
    source_status: SourceStatus
    items: tuple[PackItem, ...]
    in_force_to: str | None = None
    sources: tuple[str, ...] = ()
    status_note: str = ""
    reviewed_on: date | None = None

    def item(self, item_id: str) -> PackItem | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    @property
    def recheck_on(self) -> date | None:
        """From when on the pack has to be read against its sources again."""
        return self.reviewed_on + RECHECK_AFTER if self.reviewed_on else None

    def needs_recheck(self, on: date) -> bool:
        """Whether the last review is older than 90 days; a pack that was never reviewed needs it."""
        return self.recheck_on is None or on > self.recheck_on

    def in_force(self, on: date) -> bool:
        """Whether the pack is in force on this day, as far as its dates say."""
        begun = self.in_force_from is None or self.in_force_from <= on.isoformat()
        return begun and (self.in_force_to is None or on.isoformat() < self.in_force_to)

    def with_items(self, added: Iterable[PackItem]) -> "Pack":
        """The pack with items of the organisation behind its own."""
        return replace(self, items=(*self.items, *added))
