"""Keeps the totals of a stream and of its days, so that no page has to read the files."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from core.monitoring.intake.joining import Joined
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.tables import ProductionBatch, ProductionDay, ProductionStream
from core.store import Transaction


def locked(tx: Transaction, stream: Stream) -> ProductionStream:
    """The totals of this stream; others who add to it wait here."""
    insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = ProductionStream(model_id=stream.model_id, environment=stream.environment)
    values = first.model_dump(exclude={"id"})
    tx.session.execute(insert(ProductionStream).values(values).on_conflict_do_nothing())
    return tx.session.exec(
        select(ProductionStream)
        .where(ProductionStream.model_id == stream.model_id, ProductionStream.environment == stream.environment)
        .with_for_update()
    ).one()


def add_days(tx: Transaction, stream: Stream, days: Mapping[tuple[int, int], int], column: str) -> None:
    """Add to `rows` or `labelled_rows` of these versions and days."""
    if not days:
        return
    insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    empty = {"model_id": stream.model_id, "environment": stream.environment, "rows": 0, "labelled_rows": 0}
    values = [{**empty, "version_id": version, "day": day, column: rows} for (version, day), rows in days.items()]
    statement = insert(ProductionDay)
    own = col(getattr(ProductionDay, column))
    tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["model_id", "environment", "day", "version_id"],
            set_={column: own + statement.excluded[column]},
        ),
        values,
    )


def end_waiting(tx: Transaction, batch_id: int, joined: Joined) -> None:
    """Rows of a batch that waited have found their inference."""
    batch = tx.session.get_one(ProductionBatch, batch_id)
    first, last = _wider(batch.first_at, batch.last_at, joined)
    tx.session.execute(
        update(ProductionBatch)
        .where(col(ProductionBatch.id) == batch_id)
        .values(waiting=ProductionBatch.waiting - joined.rows, first_at=first, last_at=last)
    )


def _wider(first: datetime | None, last: datetime | None, joined: Joined) -> tuple[datetime | None, datetime | None]:
    firsts, lasts = [at for at in (first, joined.first_at) if at], [at for at in (last, joined.last_at) if at]
    return min(firsts, default=None), max(lasts, default=None)


def mark_checked(tx: Transaction, stream: Stream, until: datetime) -> None:
    """Chunks up to this moment were checked: what comes with an earlier time from now on is late."""
    row = locked(tx, stream)
    if row.checked_until is None or row.checked_until < until:
        row.checked_until = until
        tx.session.add(row)
        tx.session.flush()
