"""Reads of coverage for pages: the summary list with totals by pack, and one model item by item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core.coverage.summary import Counts, ModelSummary, summary
from core.coverage.tables import CoverageAnswer
from core.inventory.tables import Model
from core.store.paging import Page

SOON = timedelta(days=90)


class Narrow(StrEnum):
    """What a model in the list has to be like."""

    WANTING = "something missing"
    COVERED = "nothing missing"
    ENDING = "ending in 90 days"


@dataclass(frozen=True)
class CoverageFilter:
    """What the summary is narrowed to; None and empty mean everything."""

    text: str = ""
    pack: str | None = None
    tier: int | None = None
    business_line: str | None = None
    narrow: Narrow | None = None


@dataclass(frozen=True)
class CoverageRow:
    """One model in the summary."""

    number: str
    name: str
    tier: int
    owner: str
    summary: ModelSummary


@dataclass(frozen=True)
class CoverageList:
    """One page of the summary, and over all that match: models and counts by pack."""

    page: Page[CoverageRow]
    totals: Mapping[str, Counts]
    models: Mapping[str, int]


def coverage_list(session: Session, narrowed: CoverageFilter, *, at: datetime, limit: int, offset: int) -> CoverageList:
    """Models in use with at least one pack, most items missing first; totals over all that match."""
    everything = summary(session, at=at)
    ids = session.exec(select(Model.id).where(*_conditions(narrowed)).order_by(col(Model.id))).all()
    matching = [(key, one) for key in ids if key is not None and (one := _of(everything, key, narrowed, at))]
    matching.sort(key=lambda pair: (-pair[1].total.wanting, pair[0]))
    shown = matching[offset : offset + limit]
    totals, models = _totals(matching)
    return CoverageList(Page(_rows(session, shown), len(matching)), totals, models)


def _of(
    everything: Mapping[int, ModelSummary], key: int, narrowed: CoverageFilter, at: datetime
) -> ModelSummary | None:
    """The model as the filter shows it: with one pack alone where one was chosen; None where it does not match."""
    found = everything.get(key)
    if found is None or not found.by_pack:
        return None
    if narrowed.pack:
        if narrowed.pack not in found.by_pack:
            return None
        counts = found.by_pack[narrowed.pack]
        found = ModelSummary({narrowed.pack: counts}, counts, found.ends)
    return found if narrowed.narrow is None or _is(found, narrowed.narrow, at) else None


def _is(found: ModelSummary, narrow: Narrow, at: datetime) -> bool:
    if narrow is Narrow.ENDING:
        return found.ends is not None and found.ends <= at + SOON
    return (found.total.wanting > 0) is (narrow is Narrow.WANTING)


def _totals(matching: Sequence[tuple[int, ModelSummary]]) -> tuple[Mapping[str, Counts], Mapping[str, int]]:
    alike = Counter((pack, counts) for _, one in matching for pack, counts in one.by_pack.items())
    totals: dict[str, Counts] = {}
    models: Counter[str] = Counter()
    for (pack, counts), times in alike.items():
        totals[pack] = totals.get(pack, Counts()) + counts * times
        models[pack] += times
    return totals, models


def _rows(session: Session, shown: Sequence[tuple[int, ModelSummary]]) -> tuple[CoverageRow, ...]:
    found = session.exec(select(Model).where(col(Model.id).in_([key for key, _ in shown]))).all()
    by_id = {row.id: row for row in found}
    return tuple(
        CoverageRow(row.number, row.name, row.tier, row.owner, one)
        for key, one in shown
        if (row := by_id.get(key)) is not None
    )


def _conditions(narrowed: CoverageFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Model.retired_at).is_(None)]
    if narrowed.text:
        texts = (col(Model.name), col(Model.number))
        conditions.append(or_(*(text.icontains(narrowed.text, autoescape=True) for text in texts)))
    if narrowed.tier:
        conditions.append(col(Model.tier) == narrowed.tier)
    if narrowed.business_line:
        conditions.append(col(Model.business_line) == narrowed.business_line)
    return conditions


def answers_on_record(
    session: Session,
    *,
    model: str | None = None,
    pack: str | None = None,
    item: str | None = None,
    limit: int,
    offset: int,
) -> Page[tuple[CoverageAnswer, str | None]]:
    """Answers with the number of their model, newest first; of a model without those for the whole organisation."""
    query = select(CoverageAnswer, col(Model.number)).outerjoin(Model, col(Model.id) == col(CoverageAnswer.model_id))
    query = query.where(Model.number == model) if model else query
    query = query.where(CoverageAnswer.pack == pack) if pack else query
    query = query.where(CoverageAnswer.item == item) if item else query
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = session.execute(query.order_by(col(CoverageAnswer.id).desc()).limit(limit).offset(offset)).all()
    return Page(tuple((row, number) for row, number in rows), total)
