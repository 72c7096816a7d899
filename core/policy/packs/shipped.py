"""The regulation packs that ship with the product: what each text asks for, with clause, status and date."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from core.policy.packs.values import Pack, PackItem, SourceStatus

Shown = tuple[tuple[str, ...], str]  # what shows an item, and what must be at hand for it to apply


@cache
def packs() -> dict[str, Pack]:
    """Every pack by id, in the order of the file."""
    raw = json.loads(_text("packs.json"))
    return {entry["id"]: _pack(entry, _evidence()[entry["id"]]) for entry in raw}


def _pack(entry: Mapping[str, object], evidence: Mapping[str, Shown]) -> Pack:
    status = SourceStatus(str(entry["source_status"]))
    raw = entry["items"]
    items = raw if isinstance(raw, list) else []
    sources = entry["sources"]
    return Pack(
        id=str(entry["id"]),
        version=str(entry["version"]),
        title=str(entry["title"]),
        jurisdiction=str(entry["jurisdiction"]),
        in_force_from=_optional(entry["in_force_from"]),
        in_force_to=_optional(entry["in_force_to"]),
        superseded_by=_optional(entry["superseded_by"]),
        source_status=status,
        sources=tuple(map(str, sources)) if isinstance(sources, list) else (),
        status_note=str(entry["status_note"]),
        reviewed_on=date.fromisoformat(str(entry["reviewed_on"])),
        items=tuple(_item(item, status, *evidence[item["id"]]) for item in items),
    )


def _item(item: Mapping[str, str], status: SourceStatus, shown_by: tuple[str, ...], only_if: str) -> PackItem:
    return PackItem(
        id=item["id"],
        title=item["title"],
        text=item["text"],
        clause=item["clause"],
        evidence_kind=item["evidence_kind"],
        shown_by=shown_by,
        only_if=only_if,
        applies=item.get("applies", ""),
        standing=item.get("standing", ""),
        source_status=SourceStatus(item.get("source_status", status)),
    )


@cache
def _evidence() -> Mapping[str, Mapping[str, Shown]]:
    raw = tomllib.loads(_text("pack_evidence.toml"))
    return {pack: {item: _shown(said) for item, said in items.items()} for pack, items in raw.items()}


def _shown(said: list[str] | Mapping[str, object]) -> Shown:
    if isinstance(said, list):
        return tuple(said), ""
    listed = said["shown_by"]
    return tuple(map(str, listed)) if isinstance(listed, list) else (), str(said["only_if"])


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _text(name: str) -> str:
    return files("core.policy").joinpath(f"data/{name}").read_text(encoding="utf-8")
