"""What arrived when: every batch with how many of its rows were new, late, repeated or out of order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from core.inventory.moves import load_model, versions_by_id
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.tables import ProductionBatch, ProductionDay, ProductionStream
from core.store.paging import Page


@dataclass(frozen=True)
class Arrival:
    """One batch as it came; `rows` are the new ones, `waiting` those whose inference has not come yet."""

    number: str
    kind: BatchKind
    version: str
    rows: int
    late: int
    out_of_order: int
    repeated: int
    waiting: int
    first_at: datetime | None
    last_at: datetime | None
    filename: str
    size: int
    digest: str
    entry: int
    through: str
    received_by: str
    received_at: datetime
    removed_at: datetime | None = None  # its file is gone
    removed_reason: str = ""
    removed_entry: int | None = None


@dataclass(frozen=True)
class Standing:
    """What has arrived in all; `checked_until` is the end of the newest chunk that was checked."""

    rows: int
    labelled: int
    late: int
    out_of_order: int
    repeated: int
    first_at: datetime | None
    last_at: datetime | None
    received_at: datetime | None
    checked_until: datetime | None


@dataclass(frozen=True)
class Day:
    """The inferences of one day, counted from 1 January 1970 in UTC, and how many of them have a label by now."""

    day: int
    rows: int
    labelled: int


def arrivals(session: Session, model: str, environment: str, *, since: datetime) -> tuple[Arrival, ...]:
    """Every batch that came since then, the newest first."""
    return arrivals_page(session, model, environment, since=since, limit=10_000).rows


def arrivals_page(
    session: Session, model: str, environment: str, *, since: datetime | None = None, limit: int = 50, offset: int = 0
) -> Page[Arrival]:
    """A page of the batches that came, the newest first."""
    chosen = select(ProductionBatch).where(
        ProductionBatch.model_id == load_model(session, model).id, ProductionBatch.environment == environment
    )
    if since is not None:
        chosen = chosen.where(col(ProductionBatch.received_at) >= since)
    total = session.exec(select(func.count()).select_from(chosen.subquery())).one()
    query = chosen.order_by(col(ProductionBatch.id).desc())
    unread = defer(ProductionBatch.scan)  # type: ignore[arg-type]
    found = session.exec(query.limit(limit).offset(offset).options(unread)).all()
    versions = versions_by_id(session, {row.version_id for row in found if row.version_id})
    names = {key: version.version for key, (_, version) in versions.items()}
    return Page(tuple(_told(row, names.get(row.version_id or 0, "")) for row in found), total)


def standing(session: Session, model: str, environment: str) -> Standing:
    """The totals of a stream; all nothing where nothing has come."""
    row = session.exec(
        select(ProductionStream).where(
            ProductionStream.model_id == load_model(session, model).id, ProductionStream.environment == environment
        )
    ).first()
    if row is None:
        return Standing(0, 0, 0, 0, 0, None, None, None, None)
    return Standing(
        row.rows,
        row.labelled_rows,
        row.late_rows,
        row.out_of_order_rows,
        row.repeated_rows,
        row.first_at,
        row.last_at,
        row.received_at,
        row.checked_until,
    )


def days(session: Session, model: str, environment: str) -> tuple[Day, ...]:
    """The days on which there are inferences, the oldest first."""
    query = (
        select(ProductionDay.day, func.sum(ProductionDay.rows), func.sum(ProductionDay.labelled_rows))
        .where(ProductionDay.model_id == load_model(session, model).id, ProductionDay.environment == environment)
        .group_by(col(ProductionDay.day))
        .order_by(col(ProductionDay.day))
    )
    return tuple(Day(day, int(rows), int(labelled)) for day, rows, labelled in session.exec(query))


def entry_of(session: Session, batch: str) -> int:
    """The ledger entry of a batch."""
    return session.exec(select(ProductionBatch.entry).where(ProductionBatch.number == batch)).one()


def _told(row: ProductionBatch, version: str) -> Arrival:
    return Arrival(
        number=row.number,
        kind=row.kind,
        version=version,
        rows=row.rows,
        late=row.late_rows,
        out_of_order=row.out_of_order_rows,
        repeated=row.repeated_rows,
        waiting=row.waiting,
        first_at=row.first_at,
        last_at=row.last_at,
        filename=row.filename,
        size=row.size,
        digest=row.digest,
        entry=row.entry,
        through=row.through,
        received_by=row.received_by,
        received_at=row.received_at,
        removed_at=row.removed_at,
        removed_reason=row.removed_reason,
        removed_entry=row.removed_entry,
    )
