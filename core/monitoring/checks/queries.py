"""Reads of checks for pages, the API and the rollback conditions, as typed rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Subquery, case, func, or_, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorChunk, MonitorResult, MonitorSlot
from core.monitoring.checks.tables import MonitorState as MonitorState
from core.policy.tables import PolicyVersion
from core.store.paging import Page
from core.store.types import choice

URGENCY = (
    MonitorState.CHECK_FAILED,
    MonitorState.BREACH,
    MonitorState.NO_DATA,
    MonitorState.INSUFFICIENT,
    MonitorState.WAITING,
    MonitorState.CALM,
)


@dataclass(frozen=True)
class ResultRow:
    """One figure of a chunk and what it was held against; `estimated` ones were found without labels.

    `rows` are those that the figure rests on; `lower` and `upper` are its thresholds, None where there is none.
    """

    chunk: str
    revision: int
    position: int
    size: str
    starts_at: datetime
    ends_at: datetime
    clause: str
    kind: str
    metric: str
    title: str
    subject: str
    rows: int
    chunk_rows: int
    labelled_rows: int
    value: float | None
    low: float | None
    high: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict
    severity: str
    reason: str
    estimated: bool
    versions: Mapping[str, int]
    policy_version_id: int
    checked_at: datetime


@dataclass(frozen=True)
class ChunkRow:
    """A chunk in a list; `versions` has its rows by version."""

    number: str
    revision: int
    position: int
    size: str
    starts_at: datetime
    ends_at: datetime
    rows: int
    labelled_rows: int
    versions: Mapping[str, int]
    checked_at: datetime
    failed: int  # figures
    insufficient: int


@dataclass(frozen=True)
class ColumnDetail:
    """One column of a chunk beside the reference: how far it moved, what is missing, and its shares by part."""

    column: str
    kind: str
    drift: float | None
    missing: float
    reference_missing: float
    labels: tuple[str, ...]
    shares: tuple[float, ...]
    reference_shares: tuple[float, ...]


@dataclass(frozen=True)
class GroupDetail:
    """One group of a sensitive attribute in a chunk; rates without labels are None."""

    attribute: str
    group: str
    rows: int
    selection_rate: float | None
    labelled_rows: int
    accuracy: float | None
    true_positive_rate: float | None
    false_positive_rate: float | None


@dataclass(frozen=True)
class ChunkPage:
    """One revision of a chunk with all its figures, columns and groups."""

    model: str
    model_name: str
    environment: str
    row: ChunkRow
    results: tuple[ResultRow, ...]
    columns: tuple[ColumnDetail, ...]
    groups: tuple[GroupDetail, ...]
    revisions: tuple[int, ...]
    data_digest: str
    reference_digest: str
    figures_digest: str
    policy: str
    policy_version_id: int


@dataclass(frozen=True)
class ModelState:
    """Where one model in production stands: its worst check, and the last values of it, oldest first."""

    model: str
    name: str
    tier: int
    owner: str
    environment: str
    version: str | None
    since: datetime | None  # the version stands there
    state: MonitorState
    last_data_at: datetime | None
    last_run_at: datetime | None
    error: str
    worst: ResultRow | None
    series: tuple[float | None, ...]


def results(
    session: Session,
    model: str,
    environment: str,
    *,
    clause: str | None = None,
    metric: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    all_revisions: bool = False,
    limit: int | None = None,
) -> tuple[ResultRow, ...]:
    """Figures of chunks that end within (since, until], oldest first; with a `limit`, the newest so many."""
    wanted: list[ColumnElement[bool]] = [col(Model.number) == model, col(MonitorResult.environment) == environment]
    named = ((MonitorResult.clause, clause), (MonitorResult.metric, metric), (MonitorResult.subject, subject))
    wanted += [col(column) == value for column, value in named if value is not None]
    if since is not None:
        wanted.append(col(MonitorResult.ends_at) > since)
    if until is not None:
        wanted.append(col(MonitorResult.ends_at) <= until)
    if not all_revisions:
        wanted.append(col(MonitorResult.newest).is_(True))
    query = _results().join(Model, col(Model.id) == col(MonitorResult.model_id)).where(*wanted)
    query = query.order_by(col(MonitorResult.ends_at).desc(), col(MonitorChunk.revision).desc(), col(MonitorResult.id))
    found = session.execute(query if limit is None else query.limit(limit)).all()
    return tuple(_result(*row) for row in reversed(found))


def newest_by_clause(session: Session, model: str, environment: str) -> tuple[ResultRow, ...]:
    """The figures of the newest chunk of each clause, by clause and subject."""
    last = (
        select(col(MonitorResult.clause).label("clause"), func.max(MonitorResult.ends_at).label("ends"))
        .join(Model, col(Model.id) == col(MonitorResult.model_id))
        .where(Model.number == model, MonitorResult.environment == environment, col(MonitorResult.newest))
        .group_by(col(MonitorResult.clause))
        .subquery()
    )
    query = (
        _results()
        .join(Model, col(Model.id) == col(MonitorResult.model_id))
        .join(last, (last.c.clause == MonitorResult.clause) & (last.c.ends == MonitorResult.ends_at))
        .where(Model.number == model, MonitorResult.environment == environment, col(MonitorResult.newest))
        .order_by(col(MonitorResult.id))
    )
    return tuple(_result(*row) for row in session.execute(query).all())


def chunks(
    session: Session, model: str, environment: str, *, size: str | None = None, limit: int = 50, offset: int = 0
) -> Page[ChunkRow]:
    """Chunks in their newest revision, newest first."""
    wanted = [col(Model.number) == model, col(MonitorChunk.environment) == environment, col(MonitorChunk.newest)]
    wanted += [col(MonitorChunk.size) == size] if size is not None else []
    joined = select(MonitorChunk).join(Model, col(Model.id) == col(MonitorChunk.model_id)).where(*wanted)
    total = session.execute(select(func.count()).select_from(joined.subquery())).scalar_one()
    ordered = joined.order_by(col(MonitorChunk.ends_at).desc(), col(MonitorChunk.id).desc())
    rows = session.exec(ordered.limit(limit).offset(offset)).all()
    counted = _counted(session, [row.id for row in rows if row.id is not None])
    return Page(tuple(_chunk(row, counted.get(row.id or 0, (0, 0))) for row in rows), total)


def chunk(session: Session, number: str, revision: int | None = None) -> ChunkPage:
    """One chunk, in its newest revision where none is named; raises `NotFound`."""
    query = select(MonitorChunk, Model, PolicyVersion).join(Model, col(Model.id) == col(MonitorChunk.model_id))
    query = query.join(PolicyVersion, col(PolicyVersion.id) == col(MonitorChunk.policy_version_id))
    query = query.where(MonitorChunk.number == number).order_by(col(MonitorChunk.revision).desc())
    found = session.exec(query).all()
    chosen = next((one for one in found if revision in (None, one[0].revision)), None)
    if chosen is None or chosen[0].id is None:
        raise NotFound("chunk", number if revision is None else f"{number}, revision {revision}")
    row, model, policy = chosen
    figures = _results().where(MonitorResult.chunk_id == row.id).order_by(col(MonitorResult.id))
    columns, groups = detail_of(row.detail)
    return ChunkPage(
        model=model.number,
        model_name=model.name,
        environment=row.environment,
        row=_chunk(row, _counted(session, [row.id or 0]).get(row.id or 0, (0, 0))),
        results=tuple(_result(*one) for one in session.execute(figures).all()),
        columns=columns,
        groups=groups,
        revisions=tuple(sorted(one[0].revision for one in found)),
        data_digest=row.data_digest,
        reference_digest=row.reference_digest,
        figures_digest=row.figures_digest,
        policy=f"{policy.name} {policy.version}",
        policy_version_id=row.policy_version_id,
    )


def overview(
    session: Session,
    *,
    states: Sequence[MonitorState] = (),
    environment: str | None = None,
    tier: int | None = None,
    line: str | None = None,
    person: str | None = None,
    text: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Page[ModelState]:
    """Every model that is in production or hands in data, the most urgent first; narrowed and paged in SQL.

    `line` is a business line, `person` the number of a model's owner or developer.
    """
    places = _places()
    state = _state_column()
    query = (
        select(Model, places.c.environment, col(ModelVersion.version), MonitorSlot)
        .add_columns(col(ProductionPointer.since))
        .select_from(places)
        .join(Model, col(Model.id) == places.c.model_id)
        .outerjoin(
            MonitorSlot,
            (col(MonitorSlot.model_id) == places.c.model_id) & (col(MonitorSlot.environment) == places.c.environment),
        )
        .outerjoin(
            ProductionPointer,
            (col(ProductionPointer.model_id) == places.c.model_id)
            & (col(ProductionPointer.environment) == places.c.environment),
        )
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(ProductionPointer.version_id))
    )
    if states:
        query = query.where(state.in_(states))
    if environment is not None:
        query = query.where(places.c.environment == environment)
    if tier is not None:
        query = query.where(col(Model.tier) == tier)
    if line is not None:
        query = query.where(col(Model.business_line) == line)
    if person is not None:
        query = query.where(or_(col(Model.owner) == person, col(Model.developer) == person))
    if text.strip():
        wanted = text.strip()
        query = query.where(or_(col(Model.name).icontains(wanted, autoescape=True), col(Model.number) == wanted))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    urgency = case(*((state == one, place) for place, one in enumerate(URGENCY)), else_=len(URGENCY))
    rows = session.execute(
        query.order_by(urgency, col(Model.tier), col(Model.number), places.c.environment).limit(limit).offset(offset)
    ).all()
    worst = _by_id(session, [slot.worst_result_id for _, _, _, slot, _ in rows if slot and slot.worst_result_id])
    return Page(tuple(_state(worst, *row) for row in rows), total)


def state_counts(session: Session, *, environment: str | None = None) -> Mapping[MonitorState, int]:
    """How many models stand in each state."""
    places = _places()
    state = _state_column()
    query = (
        select(state, func.count())
        .select_from(places)
        .outerjoin(
            MonitorSlot,
            (col(MonitorSlot.model_id) == places.c.model_id) & (col(MonitorSlot.environment) == places.c.environment),
        )
        .group_by(state)
    )
    if environment is not None:
        query = query.where(places.c.environment == environment)
    found = {MonitorState(key): count for key, count in session.execute(query).all()}
    return {one: found.get(one, 0) for one in URGENCY}


def model_states(session: Session, model: str) -> tuple[ModelState, ...]:
    """Where one model stands, in each environment; empty where it is nowhere in production and no data came."""
    known = session.exec(select(Model).where(Model.number == model)).first()
    if known is None:
        raise NotFound("model", model)
    page = overview(session, text=model, limit=100)
    return tuple(one for one in page.rows if one.model == model)


def environments_of(session: Session, model: str) -> tuple[str, ...]:
    """Where the model is in production or hands in data, production first."""
    found = {one.environment for one in model_states(session, model)}
    return tuple(sorted(found, key=lambda name: (name != PRODUCTION, name)))


def detail_of(text: str) -> tuple[tuple[ColumnDetail, ...], tuple[GroupDetail, ...]]:
    """Columns and groups as a chunk keeps them."""
    raw = orjson.loads(text)
    columns = tuple(
        ColumnDetail(**{**one, "labels": tuple(one["labels"]), "shares": tuple(one["shares"]),
                        "reference_shares": tuple(one["reference_shares"])})
        for one in raw.get("columns", [])
    )  # fmt: skip
    return columns, tuple(GroupDetail(**one) for one in raw.get("groups", []))


def _state_column() -> ColumnElement[MonitorState]:
    return func.coalesce(col(MonitorSlot.state), MonitorState.WAITING, type_=choice(MonitorState))


def _places() -> Subquery:
    """Every model in production, and every other environment from which its data came."""
    produced = select(col(ProductionPointer.model_id), col(ProductionPointer.environment)).where(
        ProductionPointer.environment == PRODUCTION
    )
    return union(produced, select(col(MonitorSlot.model_id), col(MonitorSlot.environment))).subquery()


def _results() -> Select[MonitorResult, MonitorChunk]:
    joined: Select[MonitorResult, MonitorChunk] = select(MonitorResult, MonitorChunk)
    return joined.join(MonitorChunk, col(MonitorChunk.id) == col(MonitorResult.chunk_id))


def _by_id(session: Session, ids: Sequence[int]) -> Mapping[int, ResultRow]:
    if not ids:
        return {}
    rows = session.execute(_results().where(col(MonitorResult.id).in_(ids))).all()
    return {row[0].id: _result(*row) for row in rows}


def _counted(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """By chunk, how many figures failed and how many are insufficient evidence."""
    query = (
        select(MonitorResult.chunk_id, MonitorResult.verdict, func.count())
        .where(col(MonitorResult.chunk_id).in_(ids))
        .group_by(col(MonitorResult.chunk_id), col(MonitorResult.verdict))
    )
    found: dict[int, dict[Verdict, int]] = {}
    for key, verdict, count in session.execute(query).all():
        found.setdefault(key, {})[verdict] = count
    return {key: (one.get(Verdict.FAIL, 0), one.get(Verdict.INSUFFICIENT, 0)) for key, one in found.items()}


def _result(row: MonitorResult, of: MonitorChunk) -> ResultRow:
    return ResultRow(
        chunk=of.number,
        revision=of.revision,
        position=of.position,
        size=of.size,
        starts_at=of.starts_at,
        ends_at=of.ends_at,
        clause=row.clause,
        kind=row.kind,
        metric=row.metric,
        title=row.title,
        subject=row.subject,
        rows=row.rows,
        chunk_rows=of.rows,
        labelled_rows=of.labelled_rows,
        value=row.value,
        low=row.low,
        high=row.high,
        lower=row.lower,
        upper=row.upper,
        verdict=row.verdict,
        severity=row.severity,
        reason=row.reason,
        estimated=row.estimated,
        versions=orjson.loads(of.versions),
        policy_version_id=of.policy_version_id,
        checked_at=of.checked_at,
    )


def _chunk(row: MonitorChunk, counted: tuple[int, int]) -> ChunkRow:
    return ChunkRow(
        number=row.number,
        revision=row.revision,
        position=row.position,
        size=row.size,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rows=row.rows,
        labelled_rows=row.labelled_rows,
        versions=orjson.loads(row.versions),
        checked_at=row.checked_at,
        failed=counted[0],
        insufficient=counted[1],
    )


def _state(
    worst: Mapping[int, ResultRow],
    model: Model,
    environment: str,
    version: str | None,
    slot: MonitorSlot | None,
    since: datetime | None,
) -> ModelState:
    return ModelState(
        model=model.number,
        name=model.name,
        tier=model.tier,
        owner=model.owner,
        environment=environment,
        version=version,
        since=since,
        state=slot.state if slot else MonitorState.WAITING,
        last_data_at=slot.last_data_at if slot else None,
        last_run_at=slot.last_run_at if slot else None,
        error=slot.error if slot else "",
        worst=worst.get(slot.worst_result_id) if slot and slot.worst_result_id else None,
        series=tuple(orjson.loads(slot.series)) if slot else (),
    )
