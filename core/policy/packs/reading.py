"""Reads a pack that the organisation wrote, from TOML or JSON; whatever is wrong is refused with its line."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.errors import Problem, Unreadable
from core.policy.packs.positions import json_places
from core.policy.packs.shipped import packs
from core.policy.packs.signals import EXPECTED, parse_signal
from core.policy.packs.values import ANSWER, Pack, PackItem, SourceStatus
from core.policy.places import places_of
from core.policy.reader import Reader, Wrong

KINDS = ("record", "document", "check", "approval", "log", "answer")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LARGEST, MOST_ITEMS = 1_000_000, 1000  # characters of a text, items of a pack


@dataclass(frozen=True)
class OwnPack:
    """A pack as its text says it; `extends` names the shipped pack to which its items are added, empty for none."""

    pack: Pack
    extends: str
    form: str  # toml or json


def parse_pack(text: str) -> OwnPack:
    """The pack that this text says, JSON where it begins with a brace; raises `Unreadable` with every problem."""
    if len(text) > LARGEST:
        raise Unreadable([Problem("the text is too long for a pack", expected=f"at most {LARGEST} characters")])
    form = "json" if text.lstrip().startswith("{") else "toml"
    raw, places = _json(text) if form == "json" else _toml(text)
    reader = Reader(raw, "", Wrong(places))
    extends = reader.text("extends") if reader.has("extends") else ""
    pack = _pack(reader)
    reader.finish()
    _refuse_clashes(reader, pack, extends)
    if reader.wrong.problems:
        raise Unreadable(sorted(reader.wrong.problems, key=lambda problem: problem.line or 0))
    return OwnPack(pack, extends, form)


def _toml(text: str) -> tuple[object, Mapping[str, int]]:
    try:
        return tomllib.loads(text), places_of(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1  # otherwise it is the end that is wrong
        raise Unreadable([Problem(str(error), line=line)]) from error
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> Unreadable:
    return Unreadable([Problem("lists or tables lie in one another too deeply", line=1)])


def _json(text: str) -> tuple[object, Mapping[str, int]]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable([Problem(error.msg, line=error.lineno, column=f"character {error.colno}")]) from error
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(raw, dict):
        raise Unreadable([Problem("a pack is one object", line=1, expected="{ … }")])
    return raw, json_places(text, "item")


def _pack(reader: Reader) -> Pack:
    begins, ends, reviewed = (_day(reader, key) for key in ("in_force_from", "in_force_to", "reviewed_on"))
    pack_id, status = _name(reader, "id"), SourceStatus.OWN
    if reader.has("source_status"):
        status = reader.one_of("source_status", SourceStatus)
    return Pack(
        id=pack_id,
        version=_name(reader, "version"),
        title=_limited(reader, "title", 300),
        jurisdiction=_limited(reader, "jurisdiction", 200) if reader.has("jurisdiction") else "",
        in_force_from=begins.isoformat() if begins else None,
        in_force_to=ends.isoformat() if ends else None,
        superseded_by=_name(reader, "superseded_by") if reader.has("superseded_by") else None,
        source_status=status,
        sources=tuple(reader.words("sources")) if reader.has("sources") else (),
        status_note=reader.text("status_note") if reader.has("status_note") else "",
        reviewed_on=reviewed,
        items=tuple(_item(one, status, pack_id) for one in reader.tables("item")[:MOST_ITEMS]),
    )


def _item(reader: Reader, status: SourceStatus, pack_id: str) -> PackItem:
    kind = reader.text("evidence_kind") if reader.has("evidence_kind") else "answer"
    if kind not in KINDS:
        reader.refuse("“evidence_kind” is not known", "evidence_kind", found=kind, expected=", ".join(KINDS))
    return PackItem(
        id=_name(reader, "id"),
        title=_limited(reader, "title", 300),
        text=_limited(reader, "text", 4000),
        clause=_limited(reader, "clause", 300) if reader.has("clause") else "",
        evidence_kind=kind,
        shown_by=_shown_by(reader),
        only_if=_signal(reader, "only_if", reader.text("only_if")) if reader.has("only_if") else "",
        applies=_limited(reader, "applies", 300) if reader.has("applies") else "",
        standing=_limited(reader, "standing", 60) if reader.has("standing") else "",
        source_status=status,
        added_by=pack_id,
    )


def _shown_by(reader: Reader) -> tuple[str, ...]:
    if not reader.has("shown_by"):
        return (ANSWER,)
    return tuple(dict.fromkeys(_signal(reader, "shown_by", word) for word in reader.words("shown_by"))) or (ANSWER,)


def _signal(reader: Reader, key: str, word: str) -> str:
    if parse_signal(word) is None:
        reader.refuse(f"“{key}” names nothing that shows an item", key, found=word, expected=EXPECTED)
    return word


def _name(reader: Reader, key: str) -> str:
    value = reader.text(key)
    if value and not NAME.fullmatch(value):
        reader.refuse(f"“{key}” is not a short name", key, found=value[:80], expected="letters, digits, “.”, “-”, “_”")
    return value


def _limited(reader: Reader, key: str, longest: int) -> str:
    value = reader.text(key)
    if len(value) > longest:
        reader.refuse(f"“{key}” is too long", key, found=f"{len(value)} characters", expected=f"at most {longest}")
    return value


def _day(reader: Reader, key: str) -> date | None:
    if not reader.has(key):
        return None
    value = reader.left.pop(key)
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # a day that the month does not have
    reader.refuse(f"“{key}” is not a date", key, expected="year-month-day, for example 2026-11-26")
    return None


def _refuse_clashes(reader: Reader, pack: Pack, extends: str) -> None:
    shipped = packs()
    if pack.id in shipped:
        reader.refuse(
            f"“{pack.id}” ships with the product and is not edited", "id", expected="an id of your own, with “extends”"
        )
    if extends and extends not in shipped:
        reader.refuse("“extends” names no shipped pack", "extends", found=extends, expected=", ".join(shipped))
    if extends and pack.superseded_by:
        reader.refuse("items added to a pack end with it", "superseded_by")
    taken = {item.id for item in shipped[extends].items} if extends in shipped else set()
    for number, item in enumerate(pack.items, start=1):
        part = Reader({}, f"item {number}", reader.wrong)
        if item.id and item.id in taken:
            part.refuse(f"item {item.id} stands twice", "id")
        taken.add(item.id)
