"""Which chunks are to be checked: those that are complete by now, and those of which more has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from core.metrics.monitoring.chunks import position_of, start_of
from core.monitoring.checks.gone import Gone
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorChunk, MonitorSlot
from core.monitoring.intake.arrivals import days
from core.monitoring.intake.kept import Stream, batches_of
from core.monitoring.intake.reading import rows_held
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import MetricPoint, MetricSeries, ProductionBatch, ProductionStream
from core.policy.monitors.rules import ChunkSize, MonitorKind

GRACE = timedelta(hours=1)  # data of a stretch of time may come so long after its end before it is checked
MOST_EMPTY = 400  # chunks in a row without data that are checked
MOST_AT_FIRST = 1_000  # chunks of one size, the newest ones, where monitoring begins on data that are there
BEGINNING = timedelta(microseconds=1)


@dataclass(frozen=True)
class Planned:
    """A chunk to check; `former` is the revision that stands, 0 where there is none."""

    size: ChunkSize
    position: int
    former: int
    number: str
    seen_batch: int
    cut: str = ""  # how it was cut, where that is not its size

    @property
    def words(self) -> str:
        return self.cut or str(self.size)


@dataclass(frozen=True)
class Plan:
    """What a run has to do, from what had come when it looked."""

    chunks: tuple[Planned, ...]
    seen_batch: int
    first_at: datetime | None
    last_at: datetime | None
    received_at: datetime | None


@dataclass(frozen=True)
class _Known:
    first_at: datetime | None
    last_at: datetime | None
    received_at: datetime | None
    newer: Sequence[ProductionBatch]
    seen: int


def plan(session: Session, subject: Subject, *, at: datetime, unfinished: bool = False) -> Plan:
    """Everything that is due for one model and environment, the oldest first within each size.

    With `unfinished`, what has come of the last chunk of rows is checked as well; the rest makes a revision of it.
    """
    known = _known(session, subject)
    found = [one for size in subject.sizes() for one in _of_size(session, subject, size, known, at, unfinished)]
    return Plan(tuple(found), known.seen, known.first_at, known.last_at, known.received_at)


def slot_of(session: Session, model_id: int, environment: str) -> MonitorSlot | None:
    """Where the model stands."""
    return session.exec(
        select(MonitorSlot).where(MonitorSlot.model_id == model_id, MonitorSlot.environment == environment)
    ).first()


def _known(session: Session, subject: Subject) -> _Known:
    stream = Stream(subject.model_id, subject.environment)
    slot = slot_of(session, subject.model_id, subject.environment)
    seen = slot.seen_batch if slot else 0
    totals = session.exec(
        select(ProductionStream).where(
            ProductionStream.model_id == stream.model_id, ProductionStream.environment == stream.environment
        )
    ).first()
    kinds = (BatchKind.INFERENCES, BatchKind.LABELS, BatchKind.ATTRIBUTES)
    newer = [one for one in batches_of(session, stream, *kinds, after=seen) if one.first_at is not None]
    newest = max((one.id or 0 for one in newer), default=seen)
    points = _points(session, subject)
    return _Known(
        min((one for one in (totals.first_at if totals else None, points[0]) if one), default=None),
        max((one for one in (totals.last_at if totals else None, points[1]) if one), default=None),
        max((one for one in (totals.received_at if totals else None, points[2]) if one), default=None),
        newer,
        newest,
    )


def _points(session: Session, subject: Subject) -> tuple[datetime | None, datetime | None, datetime | None]:
    """From when to when there are points of the series that are checked, and when the last one came."""
    names = {one.metric for one in subject.monitors if one.kind is MonitorKind.METRIC}
    if not names:
        return None, None, None
    query = (
        select(func.min(MetricPoint.at), func.max(MetricPoint.at), func.max(MetricPoint.received_at))
        .join(MetricSeries, col(MetricSeries.id) == col(MetricPoint.series_id))
        .where(
            MetricSeries.model_id == subject.model_id,
            MetricSeries.environment == subject.environment,
            col(MetricSeries.name).in_(names),
        )
    )
    first, last, received = session.exec(query).one()
    return first, last, received


def _of_size(
    session: Session, subject: Subject, size: ChunkSize, known: _Known, at: datetime, unfinished: bool
) -> Iterator[Planned]:
    stands = _standing(session, subject, size)
    if size.by_rows:
        new, late = _new_rows(session, subject, size, stands, unfinished), set[int]()
    else:
        new = _new_times(session, subject, size, known, stands, at)
        late = _never_checked(session, subject, size, known, stands)
    more = _touched(session, subject, size, known)
    more |= _completed(session, subject, size) if size.by_rows else {}
    removed = Gone.of(session, Stream(subject.model_id, subject.environment))
    for position in sorted({*new, *more, *late}):
        if removed.touches(size, position):
            continue  # what stands of it was measured while its rows were there
        former = more.get(position)
        yield Planned(
            size,
            position,
            former.revision if former else 0,
            former.number if former else "",
            known.seen,
        )


def _standing(session: Session, subject: Subject, size: ChunkSize) -> int | None:
    """The position of the last chunk of this size that was checked."""
    found: int | None = session.execute(select(func.max(MonitorChunk.position)).where(*_these(subject, size))).scalar()
    return found


def _new_rows(
    session: Session, subject: Subject, size: ChunkSize, stands: int | None, unfinished: bool
) -> Sequence[int]:
    rows = rows_held(session, subject.model.number, subject.environment)
    complete = -(-rows // size.amount) if unfinished else rows // size.amount
    first = max(complete - MOST_AT_FIRST, 0) if stands is None else stands + 1
    return range(first, complete)


def _new_times(
    session: Session, subject: Subject, size: ChunkSize, known: _Known, stands: int | None, at: datetime
) -> Sequence[int]:
    """From the chunk after the last one up to the last that is over: by what came later, or by the clock.

    After the last data only chunks that ended since the last of them came are empty; what is handed in long after it
    happened does not make every day since an empty one.
    """
    if known.first_at is None or known.last_at is None or known.received_at is None:
        return ()
    over = position_of(at - GRACE, size.amount, size.unit)
    last = position_of(known.last_at, size.amount, size.unit)
    first = position_of(known.first_at, size.amount, size.unit)
    begin = max(first, last - MOST_AT_FIRST) if stands is None else stands + 1
    closed = [*range(begin, last), *([last] if begin <= last < over else [])]
    trailing = [
        position
        for position in range(max(begin, last + 1), min(over, last + 1 + MOST_EMPTY))
        if start_of(position + 1, size.amount, size.unit) > known.received_at
    ]
    return [*_not_too_empty(session, subject, size, closed), *trailing]


def _not_too_empty(session: Session, subject: Subject, size: ChunkSize, positions: Sequence[int]) -> Sequence[int]:
    """All of them, or only those of days with data where they are very many."""
    if len(positions) <= MOST_EMPTY:
        return positions
    held = {one.day for one in days(session, subject.model.number, subject.environment)}
    epoch = start_of(0, 1, "day")
    return [
        position
        for position in positions
        if any(
            day in held
            for day in range(
                (start_of(position, size.amount, size.unit) - epoch).days,
                (start_of(position + 1, size.amount, size.unit) - BEGINNING - epoch).days + 1,
            )
        )
    ]


def _touched(session: Session, subject: Subject, size: ChunkSize, known: _Known) -> dict[int, MonitorChunk]:
    """Chunks that stand and of which more has come: labels, attributes, or for chunks of time late inferences."""
    found: dict[int, MonitorChunk] = {}
    for batch in known.newer:
        if size.by_rows and batch.kind is BatchKind.INFERENCES:
            continue
        query = select(MonitorChunk).where(
            *_these(subject, size),
            col(MonitorChunk.newest).is_(True),
            col(MonitorChunk.starts_at) <= batch.last_at,
            col(MonitorChunk.ends_at) >= batch.first_at,
            col(MonitorChunk.seen_batch) < batch.id,
        )
        found |= {row.position: row for row in session.exec(query).all()}
    return found


def _completed(session: Session, subject: Subject, size: ChunkSize) -> dict[int, MonitorChunk]:
    """Chunks of rows that were checked before they were whole, and of which more has come."""
    query = select(MonitorChunk).where(
        *_these(subject, size), col(MonitorChunk.newest).is_(True), col(MonitorChunk.rows) < size.amount
    )
    rows = rows_held(session, subject.model.number, subject.environment)
    found = session.exec(query).all()
    return {row.position: row for row in found if rows > row.position * size.amount + row.rows}


def _never_checked(session: Session, subject: Subject, size: ChunkSize, known: _Known, stands: int | None) -> set[int]:
    """Chunks of time before the last one checked, in which the first data came late."""
    if stands is None:
        return set()
    late: set[int] = set()
    for batch in known.newer:
        if batch.kind is BatchKind.INFERENCES and batch.first_at and batch.last_at:
            first = position_of(batch.first_at, size.amount, size.unit)
            last = min(position_of(batch.last_at, size.amount, size.unit), stands)
            late |= set(range(max(first, last - MOST_AT_FIRST), last + 1))
    if not late:
        return late
    between = col(MonitorChunk.position).between(min(late), max(late))
    checked: set[int] = set(session.exec(select(MonitorChunk.position).where(*_these(subject, size), between)))
    return late - checked


def _these(subject: Subject, size: ChunkSize) -> tuple[ColumnElement[bool], ...]:
    return (
        col(MonitorChunk.model_id) == subject.model_id,
        col(MonitorChunk.environment) == subject.environment,
        col(MonitorChunk.size) == str(size),
    )
