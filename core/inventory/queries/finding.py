"""What a search finds over everything in the inventory: best match first, and the words where it was found."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from core.inventory.parts.rules import AssetKind
from core.inventory.queries.narrowing import text_condition
from core.inventory.tables import Asset, Dataset, Model, ModelVersion
from core.store.paging import Page
from core.store.words import ASSET, DATASET, MODEL, VERSION, Depth, Words, folded, matching, words_in

MOST = 1_000  # results that can be paged to; more are told apart by more words
LONGEST_EXTRACT = 160
WORD = re.compile(r"\w+")


class FoundKind(StrEnum):
    """What can be found."""

    MODEL = "model"
    VERSION = "version"
    DATASET = "dataset"
    PROMPT = "prompt"
    WORKFLOW = "workflow"
    DECISION_POINT = "decision point"
    VENDOR = "vendor"


@dataclass(frozen=True)
class Found:
    """One result: its number and name, the model and version to open, and what matched.

    `field` names where the words stand; `extract` is that text in pieces, each with whether it is a searched word.
    """

    kind: FoundKind
    number: str
    name: str
    model: str
    version: str
    field: str
    extract: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class _Searched:
    kind: FoundKind
    words: Words
    row: type[Model] | type[ModelVersion] | type[Dataset] | type[Asset]


KINDS = (
    _Searched(FoundKind.MODEL, MODEL, Model),
    _Searched(FoundKind.VERSION, VERSION, ModelVersion),
    _Searched(FoundKind.DATASET, DATASET, Dataset),
    *(_Searched(FoundKind(kind.value), ASSET, Asset) for kind in AssetKind),
)
BY_KIND = {searched.kind: searched for searched in KINDS}


def find(session: Session, text: str, *, kind: FoundKind | None = None, limit: int, offset: int) -> Page[Found]:
    """Results of one kind or of all, what the words name before what they describe, then the newest.

    Every word must begin a word of the result. Counting stops at 1,000 of a kind (`more`).
    """
    until = min(offset + limit, MOST)
    total, ranked = 0, list[tuple[Depth, int, int, _Searched]]()
    for place, one in enumerate([BY_KIND[kind]] if kind else KINDS):
        matches = _some(session, _all(session, one, text))
        total += len(matches)
        ranked += ((depth, place, -key, one) for depth, key in _ranked(session, one, text, matches, until))
    chosen = [(one, -minus) for _, _, minus, one in sorted(ranked, key=lambda found: found[:3])[offset:until]]
    return Page(_found(session, chosen, words_in(text)), min(total, MOST), more=total > MOST)


def how_many(session: Session, text: str) -> Mapping[FoundKind, int]:
    """How many of each kind match, counted up to 1,001."""
    return {one.kind: len(_some(session, _all(session, one, text))) for one in KINDS}


def _some(session: Session, ids: Any) -> frozenset[int]:
    """All that match, or 1,001 of them: whatever comes first, as an order would have to look at every match."""
    return frozenset(session.execute(ids.limit(MOST + 1)).scalars())


def _all(session: Session, one: _Searched, text: str) -> Any:
    if one.kind is FoundKind.MODEL:
        return select(col(Model.id).label("id")).where(text_condition(session, text))
    return _at(session, one, words_in(text), Depth.PROSE)


def _at(session: Session, one: _Searched, words: Sequence[str], depth: Depth) -> Any:
    ids = matching(session, one.words, words, depth)
    if one.words is not ASSET:
        return ids
    return select(col(Asset.id).label("id")).where(Asset.kind == AssetKind(one.kind.value), col(Asset.id).in_(ids))


def _ranked(session: Session, one: _Searched, text: str, matches: Set[int], most: int) -> Iterable[tuple[Depth, int]]:
    """Depth and id of the best matches: of each depth the newest are enough, as each depth holds the one above it."""
    best: dict[int, Depth] = {}
    words = words_in(text)
    for depth in Depth if matches else ():
        if not one.words.columns(depth) or not words:
            continue
        if depth is Depth.PROSE:
            found = _newest(session, _all(session, one, text), matches, most)
        else:
            ids = _at(session, one, words, depth)
            found = _newest(session, ids, _some(session, ids), most)
        for key in found:
            best.setdefault(key, depth)
        if len(best) >= most:
            break
    return [(depth, key) for key, depth in best.items()]


def _newest(session: Session, ids: Any, some: Set[int], most: int) -> Sequence[int]:
    """The newest matches: few are sorted here; of many, the first that are met from the newest on."""
    if len(some) <= MOST:
        return sorted(some, reverse=True)[:most]
    found = ids.subquery()
    return session.execute(select(found.c.id).order_by(found.c.id.desc()).limit(most)).scalars().all()


def _found(session: Session, chosen: Sequence[tuple[_Searched, int]], words: Sequence[str]) -> tuple[Found, ...]:
    rows: dict[tuple[str, int], Any] = {}
    for kind in {one.row for one, _ in chosen}:
        keys = [key for one, key in chosen if one.row is kind]
        found: Any = session.exec(select(kind).where(col(kind.id).in_(keys))).all()
        rows |= {(kind.__name__, row.id or 0): row for row in found}
    models = _models_of(session, [row for row in rows.values() if isinstance(row, ModelVersion)])
    return tuple(_result(one, rows[one.row.__name__, key], models, words) for one, key in chosen)


def _models_of(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, Model]:
    wanted = {version.model_id for version in versions}
    return {row.id or 0: row for row in session.exec(select(Model).where(col(Model.id).in_(wanted)))} if wanted else {}


def _result(one: _Searched, row: Any, models: Mapping[int, Model], words: Sequence[str]) -> Found:
    field, extract = _matched([(name, getattr(row, name)) for name in one.words.columns()], words)
    if isinstance(row, ModelVersion):
        model = models[row.model_id]
        name = f"{model.name}, v{row.version}"
        return Found(one.kind, f"{model.number} {row.version}", name, model.number, row.version, field, extract)
    model_number = row.number if isinstance(row, Model) else ""
    return Found(one.kind, row.number, row.name, model_number, "", field, extract)


def _matched(fields: Sequence[tuple[str, str]], words: Sequence[str]) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """The field that holds most of the words, and the part of it around the first of them."""
    hits = [(name, text, _hits(text, words)) for name, text in fields]
    name, text, found = max(hits, key=lambda hit: len({word for _, word in hit[2]}))
    if not found:
        return "", ()
    first = max(0, found[0][0].start() - LONGEST_EXTRACT // 3)
    last = min(len(text), first + LONGEST_EXTRACT)
    pieces, at = [("…", False)] if first else [], first
    for match, _ in found:
        if match.end() <= last:
            pieces += [(text[at : match.start()], False), (match.group(), True)]
            at = match.end()
    pieces += [(text[at:last], False), *([("…", False)] if last < len(text) else [])]
    return name, tuple(piece for piece in pieces if piece[0])


def _hits(text: str, words: Sequence[str]) -> list[tuple[re.Match[str], str]]:
    """The words of a text that begin with a searched one, and with which."""
    found = []
    for match in WORD.finditer(text):
        parts = words_in(match.group()) or (folded(match.group()),)
        begun = next((word for word in words if any(_begins(part, word) for part in parts)), None)
        if begun is not None:
            found.append((match, begun))
    return found


def _begins(part: str, word: str) -> bool:
    return part.startswith(word) if len(word) > 1 else part == word
