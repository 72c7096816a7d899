"""Fields that are changed in place, from the history that is kept of every one of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import RowMapping, select

from core.inventory.profile.rules import Factor, RiskLevel, Scope
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.tables import Dataset, FieldChange, Model, ModelVersion, PeriodicReview, RiskFactor
from core.ledger.tables import table_of
from core.reports.history.ledger import sliced
from core.reports.history.loading import version_names
from core.reports.history.rewinding import Lost, Values, Work
from core.store.base import Row
from core.store.types import instant

CHANGE = table_of(FieldChange).c
Read = Callable[[str], object]
READ: Mapping[str, Read] = MappingProxyType(
    {"tier": int, "exposure": Exposure, "purpose_class": Purpose, "scope": Scope, "line": Line}
)
Reviewed: TypeAlias = tuple[Values, datetime]  # a model, and when it was reviewed
NEXT_REVIEW = "next_review"
ASIDE = frozenset({"retired", "stage", NEXT_REVIEW})  # told by columns of their own, by the ledger, and below


def take_back_fields(work: Work) -> None:
    """Every field of models, versions and datasets as it stood, and the risk factors."""
    named = _named(work)
    reviews: list[Reviewed] = []
    later: dict[str, dict[str, RowMapping]] = {}
    query = select(*CHANGE).where(CHANGE.changed_at > work.as_of).order_by(CHANGE.id)
    if work.model:
        entity = CHANGE.entity
        query = query.where(entity.in_(list(named)) if len(named) <= 500 else entity.is_not(None))
    for change in work.source.execute(query).mappings():
        later.setdefault(change["entity"], {}).setdefault(change["field"], change)
    for entity_, changes in later.items():
        row, values = named.get(entity_, (None, {}))
        if row is not None:
            _restore(row, values, changes, reviews)
    _as_reviewed(work, reviews, before=True)
    _factors(work)


def _named(work: Work) -> dict[str, tuple[type[Row], Values]]:
    names = version_names(work)
    found: dict[str, tuple[type[Row], Values]] = {str(one["number"]): (Model, one) for one in work.of(Model)}
    found |= {str(one["number"]): (Dataset, one) for one in work.of(Dataset)}
    return found | {names[one["id"]]: (ModelVersion, one) for one in work.of(ModelVersion)}


def _restore(row: type[Row], values: Values, changes: Mapping[str, RowMapping], reviews: list[Reviewed]) -> None:
    columns = table_of(row).c
    for field, change in changes.items():
        if field in columns and field not in ASIDE:
            values[field] = READ.get(field, str)(change["old"])
    if row is Model and NEXT_REVIEW in changes:
        _next_review(values, changes[NEXT_REVIEW], reviews)


def _next_review(model: Values, change: RowMapping, reviews: list[Reviewed]) -> None:
    """Bulk edits and retirements say the moment; a review says the day, and its own row when it was due."""
    old = change["old"]
    if not old:
        model[NEXT_REVIEW] = None
    elif old.isdecimal():
        model[NEXT_REVIEW] = instant(int(old))
    else:
        reviews.append((model, change["changed_at"]))


def _as_reviewed(work: Work, reviews: Sequence[Reviewed], *, before: bool) -> None:
    """The next review as the review of that time found it, or set it."""
    review = table_of(PeriodicReview).c
    query = select(review.model_id, review.reviewed_at, review.due_at if before else review.next_review)
    for part in sliced(reviews):
        rows = work.source.execute(query.where(review.model_id.in_([model["id"] for model, _ in part])))
        said = {(model, reviewed_at): due for model, reviewed_at, due in rows}
        for model, reviewed_at in part:
            model[NEXT_REVIEW] = said.get((model["id"], reviewed_at))


def without_review_date(work: Work, models: Sequence[Values]) -> None:
    """Models retired since, under a release that did not keep the date: as the last change by then said it."""
    last = _last(work, [str(one["number"]) for one in models], (NEXT_REVIEW,))
    reviews: list[Reviewed] = []
    for model in models:
        change = last.get((str(model["number"]), NEXT_REVIEW))
        said = change["new"] if change else ""
        if change and said.isdecimal():
            model[NEXT_REVIEW] = instant(int(said))
        elif change and said:
            reviews.append((model, change["changed_at"]))
        else:
            why = "the model was retired under an earlier release, which did not keep the date"
            work.lost.append(Lost(f"Next review of {model['number']}", why))
    _as_reviewed(work, reviews, before=False)


def _last(work: Work, entities: Sequence[str], fields: Collection[str]) -> dict[tuple[str, str], RowMapping]:
    """By record and field, the last change by then."""
    found: dict[tuple[str, str], RowMapping] = {}
    query = select(*CHANGE).where(CHANGE.field.in_(fields), CHANGE.changed_at <= work.as_of).order_by(CHANGE.id)
    for part in sliced(entities):
        rows = work.source.execute(query.where(CHANGE.entity.in_(part))).mappings()
        found |= {(change["entity"], change["field"]): change for change in rows}
    return found


def _factors(work: Work) -> None:
    """A factor as it was assessed last by then; one that was assessed for the first time later was not there."""
    numbers = {one["id"]: str(one["number"]) for one in work.of(Model)}
    anew = {numbers[one["model_id"]] for one in work.of(RiskFactor) if work.past(one["assessed_at"])}
    former = _last(work, sorted(anew), sorted(Factor))
    kept = []
    for one in work.of(RiskFactor):
        number, factor = numbers[one["model_id"]], one["factor"]
        if not work.past(one["assessed_at"]):
            kept.append(one)
            continue
        said = former.get((number, str(factor)))
        if said is not None:
            level, by = RiskLevel(said["new"]), said["changed_by"]
            one.update(level=level, reason=said["reason"], assessed_by=by, assessed_at=said["changed_at"])
            kept.append(one)
    if RiskFactor in work.rows:
        work.rows[RiskFactor] = kept
