"""The figures of production data against their limits: by model, by monitor, and every breach, as of the moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.inventory.tables import Model
from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorChunk, MonitorResult
from core.reports.history.ledger import Entry, sliced
from core.reports.layout.blocks import Block, Cell, Cited, Section, Source, Stacked
from core.reports.layout.words import NOTHING, badge, moment, number, sentence
from core.reports.templates.citing import Citing, block_or
from core.reports.templates.parts import columns_of
from core.reports.texts import monitoring as texts
from core.reports.values.report import Asked, SubjectKind


@dataclass(frozen=True)
class StreamLine:
    """What the checks of a model's production data in one environment came to in the period."""

    model: str
    environment: str
    chunks: int
    figures: int
    failed: int
    insufficient: int
    last_data: datetime


@dataclass(frozen=True)
class FigureLine:
    """A figure of a chunk against its limits; `entry` and `digest` are those of the check that gave it."""

    model: str
    environment: str
    clause: str
    kind: str
    metric: str
    title: str
    subject: str
    chunk: str  # with its revision: CH0003.1
    ends_at: datetime
    rows: int
    value: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict
    reason: str
    digest: str
    entry: int | None


@dataclass(frozen=True)
class MonitorLine:
    """A monitor: how often it was checked in the period, how often in breach, and its newest figure."""

    checks: int
    failed: int
    insufficient: int
    newest: FigureLine


@dataclass(frozen=True)
class Figures:
    """The figures of the period: of all models only monitors that were in breach are told one by one."""

    streams: tuple[StreamLine, ...]
    monitors: tuple[MonitorLine, ...]
    breaches: tuple[FigureLine, ...]


def read_figures(session: Session, asked: Asked, checks: Iterable[Entry]) -> Figures:
    """From the chunks that were checked in the period, each in the revision that stood at its end.

    What a check found is never changed, so that today's rows say it as it was; `checks` are the entries that bind it.
    """
    told = _entries(checks)
    streams = session.execute(_of_streams(asked)).all()
    groups = session.execute(_of_monitors(asked)).all()
    newest = _lines(session, [key for *_, key in groups], told)
    failed = select(col(MonitorResult.id)).where(*_of_period(asked), col(MonitorResult.verdict) == Verdict.FAIL)
    breaches = _lines(session, list(session.execute(_joined(failed)).scalars()), told)
    monitors = [MonitorLine(checks_, failed_, few, newest[key]) for checks_, failed_, few, key in groups]
    return Figures(
        tuple(StreamLine(*row) for row in streams),
        tuple(sorted(monitors, key=lambda one: (-one.failed, one.newest.model, one.newest.clause, one.newest.subject))),
        tuple(sorted(breaches.values(), key=lambda one: (one.ends_at, one.model, one.clause), reverse=True)),
    )


def _entries(checks: Iterable[Entry]) -> Mapping[str, int]:
    """By chunk and revision, the entry of its check; of very many chunks at once the entry names the first."""
    found: dict[str, int] = {}
    for entry in checks:
        chunks = entry.said.get("chunks")
        for one in chunks if isinstance(chunks, list) else ():
            if isinstance(one, dict):
                found[f"{one['number']}.{one['revision']}"] = entry.index
    return found


def _of_period(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    later = aliased(MonitorChunk)
    anew = exists().where(
        col(later.number) == col(MonitorChunk.number),
        col(later.revision) > col(MonitorChunk.revision),
        col(later.checked_at) <= asked.as_of,
    )
    found: list[ColumnElement[bool]] = [col(MonitorChunk.checked_at) <= asked.as_of, ~anew]
    if asked.since:
        found.append(col(MonitorChunk.checked_at) >= asked.since)
    if asked.subject.kind is SubjectKind.MODEL:
        found.append(col(Model.number) == asked.subject.number)
    return tuple(found)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(MonitorResult)
        .join(MonitorChunk, col(MonitorChunk.id) == col(MonitorResult.chunk_id))
        .join(Model, col(Model.id) == col(MonitorChunk.model_id))
    )


def _counts() -> tuple[ColumnElement[int], ...]:
    """Of figures: how many, in breach, and resting on too little."""
    verdict = col(MonitorResult.verdict)
    tallied = (func.sum(case((verdict == one, 1), else_=0)) for one in (Verdict.FAIL, Verdict.INSUFFICIENT))
    return func.count(), *tallied


def _of_streams(asked: Asked) -> Select[*tuple[Any, ...]]:
    by = (col(Model.number), col(MonitorChunk.environment))
    chunks = func.count(func.distinct(col(MonitorChunk.id)))
    query = _joined(select(*by, chunks, *_counts(), func.max(MonitorChunk.ends_at))).where(*_of_period(asked))
    return query.group_by(*by).order_by(*by)


def _of_monitors(asked: Asked) -> Select[*tuple[Any, ...]]:
    by = (col(Model.number), col(MonitorResult.environment), col(MonitorResult.clause), col(MonitorResult.metric))
    by_ = (*by, col(MonitorResult.subject))
    query = _joined(select(*_counts(), func.max(MonitorResult.id))).where(*_of_period(asked)).group_by(*by_)
    if asked.subject.kind is not SubjectKind.MODEL:
        query = query.having(_counts()[1] > 0)
    return query


def _lines(session: Session, keys: Sequence[int], told: Mapping[str, int]) -> dict[int, FigureLine]:
    found: dict[int, FigureLine] = {}
    for part in sliced(keys):
        query = _joined(select(MonitorResult, MonitorChunk, col(Model.number))).where(col(MonitorResult.id).in_(part))
        for row, chunk, model in session.execute(query):
            name = f"{chunk.number}.{chunk.revision}"
            found[row.id] = FigureLine(
                model, row.environment, row.clause, row.kind, row.metric, row.title, row.subject, name, row.ends_at,
                row.rows, row.value, row.lower, row.upper, row.verdict, row.reason, chunk.figures_digest,
                told.get(name),
            )  # fmt: skip
    return found


def figure_section(data: Figures, citing: Citing) -> Section:
    """By model and environment, then by monitor, then each breach."""
    return Section(texts.FIGURES, (_streams(data, citing), _monitors(data, citing), _breaches(data, citing)))


def _streams(data: Figures, citing: Citing) -> Block:
    rows = tuple(
        (
            one.model,
            one.environment,
            *(
                citing.number(value, f"figures / streams / {one.model} / {one.environment} / {name}")
                for name, value in (
                    ("chunks", one.chunks), ("figures", one.figures), ("failed", one.failed),
                    ("insufficient", one.insufficient),
                )
            ),
            citing.said(moment(one.last_data), f"figures / streams / {one.model} / {one.environment} / last_data"),
        )
        for one in data.streams
    )  # fmt: skip
    columns = columns_of(texts.STREAMS_COLUMNS, 1, 1.4, 0.8, 0.9, 0.9, 1.3, 1.7, right=(2, 3, 4, 5, 6))
    return block_or(texts.STREAMS_CAPTION, columns, rows, texts.NO_FIGURES)


def _monitors(data: Figures, citing: Citing) -> Block:
    rows = tuple(
        (
            Stacked(one.newest.model, one.newest.environment),
            Stacked(one.newest.title, f"{one.newest.subject}; clause {one.newest.clause}".removeprefix("; ")),
            citing.number(one.checks, f"{_path(one.newest)} / checks"),
            citing.number(one.failed, f"{_path(one.newest)} / failed"),
            _value(one.newest),
            _limits(one.newest),
            badge(one.newest.verdict),
        )
        for one in data.monitors
    )
    columns = columns_of(texts.MONITORS_COLUMNS, 1.2, 3, 0.8, 0.9, 1.1, 1.6, 1.8, right=(2, 3, 4, 5))
    return block_or(texts.MONITORS_CAPTION, columns, rows, texts.NO_MONITORS)


def _breaches(data: Figures, citing: Citing) -> Block:
    rows = tuple(
        (
            Stacked(one.model, one.environment),
            Stacked(one.title, f"{one.subject}; clause {one.clause}".removeprefix("; ")),
            Stacked(one.chunk, sentence(one.kind)),
            _cited(moment(one.ends_at), one, "ends_at"),
            _value(one),
            _limits(one),
        )
        for one in data.breaches
    )
    columns = columns_of(texts.BREACHES_COLUMNS, 1.2, 3, 1.2, 1.7, 1.1, 1.6, right=(3, 4, 5))
    return block_or(texts.BREACHES_CAPTION, columns, rows, texts.NO_BREACHES)


def _path(one: FigureLine) -> str:
    return f"figures / monitors / {one.model} / {one.environment} / {one.clause} / {one.subject}".removesuffix(" / ")


def _cited(shown: str, one: FigureLine, path: str) -> Cell:
    """What a check found: its digest is that of the figures of the chunk, which the entry of the check binds."""
    if shown == NOTHING:
        return shown
    where = " / ".join(part for part in (one.metric, one.subject, path) if part)
    return Cited(shown, Source(f"chunk {one.chunk} / {where}", one.digest, one.entry))


def _value(one: FigureLine) -> Cell:
    return _cited(number(one.value, 3), one, "value")


def _limits(one: FigureLine) -> Cell:
    lower, upper = (NOTHING if limit is None else f"{limit:.4g}" for limit in (one.lower, one.upper))
    if one.lower is None and one.upper is None:
        return NOTHING
    if one.upper is None:
        return _cited(texts.AT_LEAST.format(limit=lower), one, "lower")
    if one.lower is None:
        return _cited(texts.AT_MOST.format(limit=upper), one, "upper")
    return _cited(texts.WITHIN.format(lower=lower, upper=upper), one, "lower to upper")
