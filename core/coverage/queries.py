"""Reads of coverage for pages: the summary list with totals by pack, and one model item by item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.coverage.summary import Counts, ModelSummary, summary
from core.coverage.tables import CoverageAnswer
from core.inventory.queries.in_use import in_use, page_in_use
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
    """Models in use with at least one pack, most items missing first; totals over all that match.

    Where one pack is chosen, a model is shown, counted and ordered with that pack alone.
    """
    everything = summary(session, at=at)
    ids = in_use(session, text=narrowed.text, tier=narrowed.tier, business_line=narrowed.business_line)
    found = ((key, everything[key]) for key in ids if key in everything)
    matching = [(key, one) for key, one in found if _matches(one, narrowed, at)]
    matching.sort(key=lambda pair: -_counts(pair[1], narrowed.pack).wanting)  # of as many, who was registered first
    page = page_in_use(session, matching, limit=limit, offset=offset)
    rows = tuple(
        CoverageRow(model.number, model.name, model.tier, model.owner, _shown(one, narrowed.pack))
        for model, one in page.rows
    )
    totals, models = _totals(matching, narrowed.pack)
    return CoverageList(Page(rows, page.total), totals, models)


def _counts(found: ModelSummary, pack: str | None) -> Counts:
    return found.by_pack[pack] if pack else found.total


def _shown(found: ModelSummary, pack: str | None) -> ModelSummary:
    return ModelSummary({pack: found.by_pack[pack]}, found.by_pack[pack], found.ends) if pack else found


def _matches(found: ModelSummary, narrowed: CoverageFilter, at: datetime) -> bool:
    if not found.by_pack or (narrowed.pack and narrowed.pack not in found.by_pack):
        return False
    if narrowed.narrow is None:
        return True
    if narrowed.narrow is Narrow.ENDING:
        return found.ends is not None and found.ends <= at + SOON
    return (_counts(found, narrowed.pack).wanting > 0) is (narrowed.narrow is Narrow.WANTING)


def _totals(
    matching: Sequence[tuple[int, ModelSummary]], pack: str | None
) -> tuple[Mapping[str, Counts], Mapping[str, int]]:
    """Many models share their counts, so each of these is added up once; told apart by what they are, not by value."""
    shared = {id(one.by_pack): one.by_pack for _, one in matching}
    totals: dict[str, Counts] = {}
    models: Counter[str] = Counter()
    for key, times in Counter(id(one.by_pack) for _, one in matching).items():
        for name, counts in shared[key].items():
            if pack in (None, name):
                totals[name] = totals.get(name, Counts()) + counts * times
                models[name] += times
    return totals, models


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
