"""The regulation packs that ship with the product: what each text asks for, with clause, status and date."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class PackItem:
    """One demand of a regulation or standard."""

    id: str
    title: str
    text: str
    clause: str
    evidence_kind: str


@dataclass(frozen=True)
class Pack:
    """A regulation, guidance or standard; `superseded_by` names the pack that replaced it."""

    id: str
    version: str
    title: str
    jurisdiction: str
    in_force_from: str | None
    superseded_by: str | None
    source_status: str
    items: tuple[PackItem, ...]

    def item(self, item_id: str) -> PackItem | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)


@cache
def packs() -> dict[str, Pack]:
    """Every pack by id, in the order of the file."""
    raw = json.loads(files("core.policy").joinpath("data/packs.json").read_text(encoding="utf-8"))
    return {
        entry["id"]: Pack(
            id=entry["id"],
            version=entry["version"],
            title=entry["title"],
            jurisdiction=entry["jurisdiction"],
            in_force_from=entry["in_force_from"],
            superseded_by=entry["superseded_by"],
            source_status=entry["source_status"],
            items=tuple(
                PackItem(item["id"], item["title"], item["text"], item["clause"], item["evidence_kind"])
                for item in entry["items"]
            ),
        )
        for entry in raw
    }
