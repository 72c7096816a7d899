"""Reads regulation packs and coverage, and what stands in the cycle, for pipelines and other systems."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.answers.coverage import (
    AnswerLine,
    CoverageLine,
    CoverageSummary,
    Evidence,
    ItemState,
    ItemView,
    ModelCoverage,
    PackCoverage,
    PackLine,
    PackList,
    PackState,
    PackView,
)
from app.api.caller import Reader
from core.coverage import queries, reading
from core.coverage.summary import Counts
from core.coverage.tables import CoverageAnswer
from core.policy.packs.service import known_packs, pack_by_id
from core.policy.packs.values import Pack

router = APIRouter(tags=["Regulation"])


@router.get("/packs", operation_id="list_packs")
def packs(reader: Reader) -> PackList:
    """Every regulation pack, those that ship and the organisation's own. No legal advice. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return PackList(packs=[_line(pack) for pack in known_packs(session).values()])


@router.get("/packs/{pack}", operation_id="read_pack")
def pack(pack: str, reader: Reader) -> PackView:
    """A pack with its sources and items, and what shows each item. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = pack_by_id(session, pack)
    demands = [
        ItemView(
            item=item.id,
            title=item.title,
            text=item.text,
            clause=item.clause,
            evidence_kind=item.evidence_kind,
            applies=item.applies,
            standing=item.standing,
            source_status=item.source_status,
            added_by=item.added_by,
            shown_by=list(item.shown_by),
            only_if=item.only_if,
        )
        for item in found.items
    ]
    return PackView(
        **_line(found).model_dump(), status_note=found.status_note, sources=list(found.sources), demands=demands
    )


@router.get("/coverage", operation_id="list_coverage")
def coverage(
    reader: Reader,
    text: Annotated[str, Query(max_length=200, description="In name or number")] = "",
    pack: Annotated[str | None, Query(max_length=60)] = None,
    tier: Annotated[int | None, Query(ge=1, le=4)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> CoverageSummary:
    """How the packs are covered, a page of models at a time, most items missing first. Scope: `record:read`."""
    narrowed = queries.CoverageFilter(text=text, pack=pack, tier=tier)
    with reader.place.store.reading() as session:
        found = queries.coverage_list(session, narrowed, at=reader.at, limit=limit, offset=offset)
    lines = [
        CoverageLine(
            model=row.number,
            name=row.name,
            tier=row.tier,
            packs=[_state(name, counts) for name, counts in row.summary.by_pack.items()],
            ends_first=row.summary.ends,
        )
        for row in found.page.rows
    ]
    totals = [_state(name, counts) for name, counts in found.totals.items()]
    return CoverageSummary(models=lines, totals=totals, total=found.page.total, limit=limit, offset=offset)


@router.get("/models/{model}/coverage", operation_id="read_coverage")
def model_coverage(
    model: str,
    reader: Reader,
    version: Annotated[str | None, Query(max_length=32, description="Otherwise the one that counts")] = None,
    pack: Annotated[str | None, Query(max_length=60, description="Otherwise all that apply")] = None,
) -> ModelCoverage:
    """What shows each item of each pack for a model, and what is missing. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        found = reading.model_coverage(session, model, at=reader.at, version=version, pack=pack)
    return ModelCoverage(
        model=found.model.number,
        version=found.version.version if found.version else None,
        packs=[_pack(one) for one in found.packs],
    )


def _line(pack: Pack) -> PackLine:
    return PackLine(
        pack=pack.id,
        version=pack.version,
        title=pack.title,
        jurisdiction=pack.jurisdiction,
        in_force_from=pack.in_force_from,
        in_force_to=pack.in_force_to,
        superseded_by=pack.superseded_by,
        source_status=pack.source_status,
        reviewed_on=pack.reviewed_on,
        recheck_on=pack.recheck_on,
        items=len(pack.items),
    )


def _state(pack: str, counts: Counts) -> PackState:
    return PackState(
        pack=pack,
        shown=counts.shown,
        answered=counts.answered,
        partly_shown=counts.partly,
        missing=counts.missing,
        not_applicable=counts.not_applicable,
    )


def _pack(one: reading.PackCoverage) -> PackCoverage:
    items = [_item(item) for item in one.items]
    return PackCoverage(**_state(one.pack.id, one.counts).model_dump(), version=one.pack.version, items=items)


def _item(one: reading.ItemCoverage) -> ItemState:
    return ItemState(
        item=one.item.id,
        title=one.item.title,
        state=one.state,
        evidence=[
            Evidence(what=part.signal.said, held=part.held, key=part.key, until=part.until) for part in one.looked_for
        ],
        approved_on=one.approved_on,
        answer=_answer(one.answer) if one.answer else None,
        ends=one.ends,
    )


def _answer(row: CoverageAnswer) -> AnswerLine:
    return AnswerLine(
        answer=row.number,
        outcome=row.outcome,
        reason=row.reason,
        link=row.link,
        given_by=row.given_by,
        given_at=row.given_at,
        expires_at=row.expires_at,
        for_all_models=row.model_id is None,
    )
