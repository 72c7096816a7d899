"""Coverage as a CSV file: of all models, or item by item of one, handed out by a route of ours."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session

from core.coverage.queries import CoverageFilter, Narrow, coverage_list
from core.coverage.reading import ItemCoverage, ModelCoverage, model_coverage
from core.errors import Problem, Unreadable

ADDRESS = "/exports/coverage.csv"
EVERYTHING = 1_000_000
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def summary_address(wanted: CoverageFilter) -> str:
    """Where the list with these filters is handed out."""
    given = {
        "text": wanted.text,
        "pack": wanted.pack,
        "tier": wanted.tier,
        "line": wanted.business_line,
        "state": wanted.narrow,
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{ADDRESS}?{query}" if query else ADDRESS


def model_address(model: str, version: str | None) -> str:
    """Where one model is handed out item by item."""
    return f"{ADDRESS}?{urlencode({'model': model, **({'version': version} if version else {})})}"


def coverage_csv(session: Session, query: Mapping[str, str], *, at: datetime) -> str:
    """The file for this query of the address; raises `NotFound` or `Unreadable`."""
    if query.get("model"):
        return _written(_of_model(model_coverage(session, query["model"], at=at, version=query.get("version"))))
    return _written(_of_all(session, _filter(query), at))


def _filter(query: Mapping[str, str]) -> CoverageFilter:
    tier, state = query.get("tier", ""), query.get("state", "")
    if (tier and tier not in "1234") or (state and state not in set(Narrow)):
        raise Unreadable(
            [Problem("the address names a filter that there is not", found=f"{tier} {state}".strip()[:80])]
        )
    return CoverageFilter(
        text=query.get("text", "")[:200],
        pack=query.get("pack") or None,
        tier=int(tier) if tier else None,
        business_line=query.get("line") or None,
        narrow=Narrow(state) if state else None,
    )


def _of_all(session: Session, wanted: CoverageFilter, at: datetime) -> Iterable[Sequence[object]]:
    states = ("shown", "answered", "partly shown", "missing", "not applicable")
    yield ("model", "name", "tier", "owner", "pack", *states, "ends first")
    for row in coverage_list(session, wanted, at=at, limit=EVERYTHING, offset=0).page.rows:
        ends = row.summary.ends.isoformat() if row.summary.ends else ""
        for pack, one in row.summary.by_pack.items():
            counts = (one.shown, one.answered, one.partly, one.missing, one.not_applicable)
            yield (row.number, row.name, row.tier, row.owner, pack, *counts, ends)


def _of_model(found: ModelCoverage) -> Iterable[Sequence[object]]:
    yield (
        "model", "version", "pack", "pack version", "item", "title", "clause", "state", "shown by", "missing",
        "answer", "reason", "link", "ends",
    )  # fmt: skip
    version = found.version.version if found.version else ""
    for pack in found.packs:
        for one in pack.items:
            yield (found.model.number, version, pack.pack.id, pack.pack.version, *_item(one))


def _item(one: ItemCoverage) -> Sequence[object]:
    shown = "; ".join(f"{part.signal.words} {part.key}".strip() for part in one.looked_for if part.held)
    missing = "; ".join(part.signal.words for part in one.looked_for if not part.held)
    answer = one.answer
    return (
        one.item.id,
        one.item.title,
        one.item.clause,
        one.state,
        shown,
        missing,
        f"{answer.number} {answer.outcome}" if answer else "",
        answer.reason if answer else "",
        answer.link if answer else "",
        one.ends.isoformat() if one.ends else "",
    )


def _written(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(ACTIVE) else cell
