"""Figures and chunks of one model in one environment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from core.errors import NotFound
from core.inventory.tables import Model
from core.metrics.verdicts import Verdict
from core.monitoring.checks.queries.rows import (
    ChunkPage,
    ChunkRow,
    ResultRow,
    chunk_row,
    detail_of,
    result_row,
)
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.monitoring.checks.tables import MonitorState as MonitorState
from core.policy.tables import PolicyVersion
from core.store.paging import Page


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
    return tuple(result_row(*row) for row in reversed(found))


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
    return tuple(result_row(*row) for row in session.execute(query).all())


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
    return Page(tuple(chunk_row(row, counted.get(row.id or 0, (0, 0))) for row in rows), total)


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
        row=chunk_row(row, _counted(session, [row.id or 0]).get(row.id or 0, (0, 0))),
        results=tuple(result_row(*one) for one in session.execute(figures).all()),
        columns=columns,
        groups=groups,
        revisions=tuple(sorted(one[0].revision for one in found)),
        data_digest=row.data_digest,
        reference_digest=row.reference_digest,
        figures_digest=row.figures_digest,
        policy=f"{policy.name} {policy.version}",
        policy_version_id=row.policy_version_id,
    )


def _results() -> Select[MonitorResult, MonitorChunk]:
    joined: Select[MonitorResult, MonitorChunk] = select(MonitorResult, MonitorChunk)
    return joined.join(MonitorChunk, col(MonitorChunk.id) == col(MonitorResult.chunk_id))


def results_by_id(session: Session, ids: Sequence[int]) -> Mapping[int, ResultRow]:
    if not ids:
        return {}
    rows = session.execute(_results().where(col(MonitorResult.id).in_(ids))).all()
    return {row[0].id: result_row(*row) for row in rows}


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
