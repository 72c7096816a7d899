"""Fields that are changed in place, from the history that is kept of every one of them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import RowMapping, select

from core.inventory.profile.rules import Factor, RiskLevel, Scope
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.tables import Dataset, FieldChange, Model, ModelVersion, PeriodicReview, RiskFactor
from core.ledger.tables import table_of
from core.reports.history.loading import version_names
from core.reports.history.rewinding import Lost, Values, Work
from core.store.base import Row
from core.store.types import instant

CHANGE = table_of(FieldChange).c
Read = Callable[[str], object]
READ: Mapping[str, Read] = MappingProxyType(
    {"tier": int, "exposure": Exposure, "purpose_class": Purpose, "scope": Scope, "line": Line}
)
FACTORS = frozenset(Factor)
NEXT_REVIEW = "next_review"
ASIDE = frozenset({"retired", "stage", NEXT_REVIEW})  # told by columns of their own, by the ledger, and below


def take_back_fields(work: Work) -> None:
    """Every field of models, versions and datasets as it stood, and the risk factors."""
    named = _named(work)
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
            _restore(work, row, values, changes)
    _factors(work, later)


def _named(work: Work) -> dict[str, tuple[type[Row], Values]]:
    names = version_names(work)
    found: dict[str, tuple[type[Row], Values]] = {str(one["number"]): (Model, one) for one in work.of(Model)}
    found |= {str(one["number"]): (Dataset, one) for one in work.of(Dataset)}
    return found | {names[one["id"]]: (ModelVersion, one) for one in work.of(ModelVersion)}


def _restore(work: Work, row: type[Row], values: Values, changes: Mapping[str, RowMapping]) -> None:
    columns = table_of(row).c
    for field, change in changes.items():
        if field in columns and field not in ASIDE:
            values[field] = READ.get(field, str)(change["old"])
    if row is Model and NEXT_REVIEW in changes:
        _next_review(work, values, changes[NEXT_REVIEW])


def _next_review(work: Work, model: Values, change: RowMapping) -> None:
    """Bulk edits and retirements say the moment; a review says the day, and its own row when it was due."""
    old = change["old"]
    if not old:
        model[NEXT_REVIEW] = None
    elif old.isdecimal():
        model[NEXT_REVIEW] = instant(int(old))
    else:
        review = table_of(PeriodicReview).c
        due = select(review.due_at).where(review.model_id == model["id"], review.reviewed_at == change["changed_at"])
        model[NEXT_REVIEW] = work.source.execute(due).scalar()


def without_review_date(work: Work, model: Values) -> None:
    """A model retired since, under a release that did not keep the date: as the last change by then said it."""
    last = select(*CHANGE).where(
        CHANGE.entity == model["number"], CHANGE.field == NEXT_REVIEW, CHANGE.changed_at <= work.as_of
    )
    change = work.source.execute(last.order_by(CHANGE.id.desc()).limit(1)).mappings().first()
    said = change["new"] if change else ""
    if change and said.isdecimal():
        model[NEXT_REVIEW] = instant(int(said))
    elif change and said:
        review = table_of(PeriodicReview).c
        due = select(review.next_review).where(
            review.model_id == model["id"], review.reviewed_at == change["changed_at"]
        )
        model[NEXT_REVIEW] = work.source.execute(due).scalar()
    else:
        why = "the model was retired under an earlier release, which did not keep the date"
        work.lost.append(Lost(f"Next review of {model['number']}", why))


def _factors(work: Work, later: Mapping[str, Mapping[str, RowMapping]]) -> None:
    """A factor as it was assessed last by then; one that was assessed for the first time later was not there."""
    numbers = {one["id"]: str(one["number"]) for one in work.of(Model)}
    kept = []
    for one in work.of(RiskFactor):
        number, factor = numbers[one["model_id"]], one["factor"]
        if not work.past(one["assessed_at"]):
            kept.append(one)
            continue
        former = select(*CHANGE).where(
            CHANGE.entity == number, CHANGE.field == str(factor), CHANGE.changed_at <= work.as_of
        )
        said = work.source.execute(former.order_by(CHANGE.id.desc()).limit(1)).mappings().first()
        if said is not None:
            level, by = RiskLevel(said["new"]), said["changed_by"]
            one.update(level=level, reason=said["reason"], assessed_by=by, assessed_at=said["changed_at"])
            kept.append(one)
    if RiskFactor in work.rows:
        work.rows[RiskFactor] = kept
