"""Joins labels and attributes with their inferences by id, whichever of them comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from core.monitoring.intake.kept import Asked, rows_with
from core.monitoring.intake.rules import AT, ID, BatchKind
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles
from core.store.types import instant

DAY = 86_400_000_000  # microseconds
DAYS = "\0day"


@dataclass(frozen=True)
class Joined:
    """Rows of a batch that found their inference: how many, between which moments, and by version and day."""

    rows: int
    first_at: datetime | None
    last_at: datetime | None
    days: dict[tuple[int, int], int]  # (version, day since 1970) to rows


NOTHING = Joined(0, None, None, {})


def joined_with(files: EvidenceFiles, inferences: Sequence[ProductionBatch], asked: Asked) -> Joined:
    """What of a batch of labels or attributes belongs to inferences that are on record."""
    found = NOTHING
    for batch, there in rows_with(files, inferences, asked, [ID, AT]):
        found = together(found, _told(there, batch.version_id or 0))
    return found


def waited_for(
    files: EvidenceFiles, waiting: Sequence[ProductionBatch], asked: Asked, version_id: int
) -> dict[int, Joined]:
    """By batch of labels or attributes that came before their inferences, what of it these inferences end."""
    found = {}
    for batch, there in rows_with(files, waiting, asked, [ID]):
        ours = asked.frame.select(ID, AT).join(there.select(ID), on=ID, how="semi")
        found[batch.id or 0] = _told(ours, version_id)
    return found


def days_of(frame: pl.DataFrame, version_id: int) -> dict[tuple[int, int], int]:
    """How many of these rows fall on each day."""
    counts = frame.select((pl.col(AT) // DAY).alias(DAYS)).group_by(DAYS).len()
    return {(version_id, int(day)): int(rows) for day, rows in counts.iter_rows()}


def together(one: Joined, other: Joined) -> Joined:
    """Both, which have no row in common."""
    days = {key: one.days.get(key, 0) + other.days.get(key, 0) for key in {*one.days, *other.days}}
    first = min((at for at in (one.first_at, other.first_at) if at), default=None)
    last = max((at for at in (one.last_at, other.last_at) if at), default=None)
    return Joined(one.rows + other.rows, first, last, days)


def is_joined(kind: BatchKind) -> bool:
    """Whether rows of this kind belong to inferences."""
    return kind in (BatchKind.LABELS, BatchKind.ATTRIBUTES)


def _told(rows: pl.DataFrame, version_id: int) -> Joined:
    if not rows.height:
        return NOTHING
    first, last = rows.select(pl.col(AT).min().alias("a"), pl.col(AT).max().alias("b")).row(0)
    return Joined(rows.height, instant(first), instant(last), days_of(rows, version_id))
