"""What a pack that replaces another changed: by a mapping that ships as data, or item by item of the same id."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from core.policy.packs.values import Pack, PackItem


class Fate(StrEnum):
    """What became of an item."""

    CHANGED = "changed"
    SAME = "unchanged"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ItemChange:
    """One line of a comparison: items of the old pack, what they became, and how the text differs."""

    fate: Fate
    old: PackItem | None
    new: tuple[PackItem, ...]
    change: str = ""


@dataclass(frozen=True)
class Match:
    """An item of an old pack and the items that took its place."""

    old: str
    new: tuple[str, ...]
    change: str


@cache
def successions() -> Mapping[tuple[str, str], tuple[Match, ...]]:
    """The mappings that ship, by old and new pack."""
    text = files("core.policy").joinpath("data/pack_successions.toml").read_text(encoding="utf-8")
    return {
        (old, one["by"]): tuple(Match(line["old"], tuple(line["new"]), line["change"]) for line in one["match"])
        for old, listed in tomllib.loads(text).items()
        for one in listed
    }


def compared(old: Pack, new: Pack) -> tuple[ItemChange, ...]:
    """Changed and unchanged items in the order of the old pack, then dropped ones, then new ones."""
    matches = successions().get((old.id, new.id)) or _by_id(old, new)
    kept = [_kept(match, old, new) for match in matches]
    matched = {match.old for match in matches}
    taken = {item for match in matches for item in match.new}
    dropped = [ItemChange(Fate.DROPPED, item, ()) for item in old.items if item.id not in matched]
    added = [ItemChange(Fate.NEW, None, (item,)) for item in new.items if item.id not in taken]
    return (*kept, *dropped, *added)


def _by_id(old: Pack, new: Pack) -> Sequence[Match]:
    """Two versions of one pack: items of the same id are one item."""
    pairs = [(item, new.item(item.id)) for item in old.items]
    return [Match(before.id, (after.id,), _difference(before, after)) for before, after in pairs if after]


def _difference(before: PackItem, after: PackItem) -> str:
    names = {"title": "title", "text": "text", "clause": "clause", "shown_by": "what shows it", "only_if": "condition"}
    changed = [said for name, said in names.items() if getattr(before, name) != getattr(after, name)]
    return f"Differs in {', '.join(changed)}." if changed else ""


def _kept(match: Match, old: Pack, new: Pack) -> ItemChange:
    items = tuple(item for item in map(new.item, match.new) if item is not None)
    return ItemChange(Fate.CHANGED if match.change else Fate.SAME, old.item(match.old), items, match.change)
