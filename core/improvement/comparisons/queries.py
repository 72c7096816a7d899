"""Comparisons as pages and pipelines read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.access.rules import Actor
from core.errors import NotFound, Refusal
from core.improvement.comparisons.measuring import STEPS
from core.improvement.comparisons.promoting import against_promotion
from core.improvement.comparisons.results import ComparisonResult
from core.improvement.comparisons.rules import ComparisonStatus, Recommendation, SourceKind
from core.improvement.comparisons.tables import Comparison
from core.inventory.moves import load_model
from core.inventory.rules import Line
from core.inventory.tables import Model, ModelVersion
from core.policy.service import policy_by_id
from core.store.paging import Page

Champion, Challenger = aliased(ModelVersion), aliased(ModelVersion)


@dataclass(frozen=True)
class ComparisonRow:
    """One comparison in a list; people are numbers."""

    number: str
    model: str
    model_name: str
    champion: str
    challenger: str
    experimental: bool
    source: SourceKind
    champion_from: str  # an environment, or the number of the evidence
    challenger_from: str
    starts_at: datetime | None
    ends_at: datetime | None
    status: ComparisonStatus
    pairs: int | None
    recommendation: Recommendation | None
    change: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class ComparisonPage:
    """One comparison with its answer, if there is one, and what stands against the promotion for the viewer."""

    row: ComparisonRow
    step: str
    steps_done: int
    steps_total: int
    error: str
    policy: str
    policy_version_id: int
    champion_digest: str
    challenger_digest: str
    result_digest: str
    result: ComparisonResult | None
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Choice:
    """A version that can be compared, with its stage in words and whether it is experimental."""

    version: str
    stage: str
    experimental: bool


def comparisons(session: Session, *, model: str | None = None, limit: int = 25, offset: int = 0) -> Page[ComparisonRow]:
    """Those of one model or of all, newest first."""
    query = _rows()
    if model is not None:
        query = query.where(Model.number == model)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    ordered = query.order_by(col(Comparison.id).desc()).limit(limit).offset(offset)
    return Page(tuple(_row(*found) for found in session.execute(ordered).all()), total)


def comparison(session: Session, number: str, viewer: Actor) -> ComparisonPage:
    """One of them as `viewer` sees it; raises `NotFound`."""
    found = session.execute(_rows().where(Comparison.number == number)).first()
    if found is None:
        raise NotFound("comparison", number)
    row: Comparison = found[0]
    policy = policy_by_id(session, row.policy_version_id)
    return ComparisonPage(
        row=_row(*found),
        step=row.step,
        steps_done=row.steps_done,
        steps_total=len(STEPS),
        error=row.error,
        policy=f"{policy.policy.name} {policy.policy.version}",
        policy_version_id=policy.id,
        champion_digest=row.champion_digest,
        challenger_digest=row.challenger_digest,
        result_digest=row.result_digest,
        result=ComparisonResult.from_json(row.result) if row.result else None,
        refusals=against_promotion(session, row, viewer),
    )


def choices(session: Session, model: str, *, limit: int = 50) -> tuple[Choice, ...]:
    """The versions of a model, newest first; raises `NotFound`."""
    key = load_model(session, model).id
    query = select(ModelVersion).where(ModelVersion.model_id == key).order_by(col(ModelVersion.id).desc()).limit(limit)
    return tuple(
        Choice(one.version, one.stage.value, one.line is Line.EXPERIMENTAL) for one in session.exec(query).all()
    )


def _rows() -> Select[Comparison, Model, ModelVersion, ModelVersion]:
    return (
        select(Comparison, Model, Champion, Challenger)
        .join(Model, col(Model.id) == col(Comparison.model_id))
        .join(Champion, col(Champion.id) == col(Comparison.champion_id))
        .join(Challenger, col(Challenger.id) == col(Comparison.challenger_id))
    )


def _row(row: Comparison, model: Model, champion: ModelVersion, challenger: ModelVersion) -> ComparisonRow:
    return ComparisonRow(
        number=row.number,
        model=model.number,
        model_name=model.name,
        champion=champion.version,
        challenger=challenger.version,
        experimental=challenger.line is Line.EXPERIMENTAL,
        source=row.source,
        champion_from=row.champion_environment or row.champion_evidence,
        challenger_from=row.challenger_environment or row.challenger_evidence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        pairs=row.pairs,
        recommendation=row.recommendation,
        change=row.change,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
    )


@dataclass(frozen=True)
class Progress:
    """How far a comparison is: the step at which it is, and how many of all are done."""

    status: ComparisonStatus
    step: str
    done: int
    total: int


def progress(session: Session, number: str) -> Progress:
    """As little as whoever watches needs; raises `NotFound`."""
    query = select(Comparison.status, Comparison.step, Comparison.steps_done).where(Comparison.number == number)
    found = session.execute(query).first()
    if found is None:
        raise NotFound("comparison", number)
    return Progress(found[0], found[1], found[2], len(STEPS))
