"""What is kept of a stream: finds rows by id in the files that hold them, and tells a repeated row from another."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from core.access.personal_data import mask
from core.errors import NotFound, Problem
from core.ledger.batches.index import Hashes, Index, hashes_of, index_bytes
from core.monitoring.intake.rules import AT, ID, LABEL, MOST_PROBLEMS, BatchKind, refuse_unsound
from core.monitoring.intake.shaping import LINE
from core.monitoring.intake.tables import ProductionBatch
from core.store import EvidenceFiles

MOST_OPEN, AT_A_TIME = 20_000, 50_000
_VERIFIED: dict[tuple[Path, str], Index] = {}


@dataclass(frozen=True)
class Stream:
    """The production data of one model in one environment."""

    model_id: int
    environment: str


@dataclass(frozen=True)
class Asked:
    """Rows whose ids are looked for, with the hashes of their ids."""

    frame: pl.DataFrame
    hashes: Hashes

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "Asked":
        return cls(frame, hashed(frame[ID]))


def hashed(ids: pl.Series) -> Hashes:
    """Eight bytes for each id, which find it and prove nothing."""
    parts = [
        hashes_of(pa.chunked_array([ids.slice(start, AT_A_TIME).to_arrow().cast(pa.large_string())]))
        for start in range(0, len(ids), AT_A_TIME)  # in pieces, between which other threads come to run
    ]
    return np.concatenate(parts)


def index_for(hashes: Hashes) -> bytes:
    """The bytes of the index of a file whose ids have these hashes, in the order of its rows."""
    return index_bytes(hashes, [])


def batches_of(
    session: Session,
    stream: Stream,
    *kinds: BatchKind,
    after: int = 0,
    span: tuple[datetime, datetime] | None = None,
    removed: bool = False,
) -> Sequence[ProductionBatch]:
    """The batches of these kinds that hold rows, in the order in which they arrived.

    With a `span`, those whose inferences fall into it, both ends included. With `removed`, also those whose file
    retention removed: nothing of them can be read, but their rows keep their place.
    """
    query = select(ProductionBatch).where(
        ProductionBatch.model_id == stream.model_id,
        ProductionBatch.environment == stream.environment,
        col(ProductionBatch.kind).in_(kinds),
        col(ProductionBatch.id) > after,
        ProductionBatch.rows > 0,
    )
    if not removed:
        query = query.where(col(ProductionBatch.removed_at).is_(None))
    if span is not None:
        query = query.where(col(ProductionBatch.last_at) >= span[0], col(ProductionBatch.first_at) <= span[1])
    unread = defer(ProductionBatch.scan)  # type: ignore[arg-type]
    return session.exec(query.order_by(col(ProductionBatch.id)).options(unread)).all()


def rows_with(
    files: EvidenceFiles, batches: Sequence[ProductionBatch], asked: Asked, columns: Sequence[str] | None = None
) -> Iterator[tuple[ProductionBatch, pl.DataFrame]]:
    """Of each batch that holds some of the ids asked for, its rows of these ids."""
    for batch in batches:
        maybe = np.flatnonzero(_index(files, batch).may_hold(asked.hashes))
        if not maybe.size:
            continue
        wanted = asked.frame[ID].gather(maybe)
        with files.opened() as path:
            held = pl.read_parquet(path(batch.digest), columns=list(columns) if columns else None)
        found = held.join(wanted.to_frame(), on=ID, how="semi", maintain_order="left")
        if found.height:
            yield batch, found


def repeated(
    files: EvidenceFiles, batches: Sequence[ProductionBatch], asked: Asked, version_id: int | None
) -> pl.Series:
    """The ids that are on record with the same content; raises `Unreadable` for those with other content, by line."""
    known, problems = list[pl.Series](), list[Problem]()
    for batch, there in rows_with(files, batches, asked):
        pairs = asked.frame.join(there, on=ID, how="inner", suffix="\0kept")
        same = _same(pairs, asked.frame.columns, there.columns, batch.kind)
        if batch.kind is BatchKind.INFERENCES and batch.version_id != version_id:
            same = pl.Series([False]).new_from_index(0, pairs.height)
        known.append(pairs[ID].filter(same))
        for row in pairs.filter(~same).sort(LINE).head(MOST_PROBLEMS).iter_rows(named=True):
            found = f"{mask(row[ID])}, in {batch.number}"
            problems.append(Problem("id is on record with other content", row[LINE], ID, found))
    refuse_unsound(problems)
    return pl.concat(known) if known else pl.Series(ID, [], pl.String)


def without_doubles(frame: pl.DataFrame, kind: BatchKind) -> tuple[pl.DataFrame, int]:
    """Each id once, and how many rows were left out; raises `Unreadable` where two of one id differ."""
    if ID not in frame.columns or not frame[ID].is_duplicated().any():
        return frame, 0
    compared = [LABEL] if kind is BatchKind.LABELS else [name for name in frame.columns if name not in (LINE,)]
    ordered = frame.sort(LINE)
    first = ordered.unique(ID, keep="first", maintain_order=True)
    pairs = ordered.join(first, on=ID, how="inner", suffix="\0kept")
    differ = ~_same(pairs, [*compared, ID], [*compared, ID], kind)
    refuse_unsound(
        [
            Problem("id stands on an earlier line with other content", row[LINE], ID, mask(row[ID]))
            for row in pairs.filter(differ).head(MOST_PROBLEMS).iter_rows(named=True)
        ]
    )
    return frame.unique(ID, keep="first", maintain_order=True), frame.height - first.height


def _same(pairs: pl.DataFrame, ours: Sequence[str], theirs: Sequence[str], kind: BatchKind) -> pl.Series:
    """Of each pair whether both say the same; a column that one lacks is empty there."""
    left_out = {ID, LINE} | ({AT} if kind in (BatchKind.LABELS, BatchKind.ATTRIBUTES) else set())
    tests = []
    for name in sorted({*ours, *theirs} - left_out):
        mine = pairs[name] if name in ours else pl.Series(name, [None]).new_from_index(0, pairs.height)
        other = f"{name}\0kept" if name in ours else name
        kept = pairs[other] if name in theirs else pl.Series(name, [None]).new_from_index(0, pairs.height)
        tests.append(_equal(mine, kept))
    return (
        pairs.select(pl.all_horizontal(tests).alias("same"))["same"]
        if tests
        else pl.repeat(True, pairs.height, eager=True)
    )


def _equal(mine: pl.Series, kept: pl.Series) -> pl.Series:
    numbers = (mine.dtype.is_numeric() or mine.dtype == pl.Null) and (kept.dtype.is_numeric() or kept.dtype == pl.Null)
    common = pl.Float64 if numbers else pl.String
    return mine.cast(common).eq_missing(kept.cast(common))


def _index(files: EvidenceFiles, batch: ProductionBatch) -> Index:
    """The index of a file, verified once in a process; one that is missing or damaged is made anew."""
    key = (files.folder, batch.ids)
    if key not in _VERIFIED:
        path = _intact(files, batch.ids) or _made_anew(files, batch)
        if len(_VERIFIED) >= MOST_OPEN:
            _VERIFIED.clear()
        _VERIFIED[key] = Index(path, batch.rows)
    return _VERIFIED[key]


def _intact(files: EvidenceFiles, digest: str) -> Path | None:
    try:
        path = files.path(digest)
    except NotFound:
        return None
    with path.open("rb") as stream:
        return path if hashlib.file_digest(stream, "sha256").hexdigest() == digest else None


def _made_anew(files: EvidenceFiles, batch: ProductionBatch) -> Path:
    with files.opened() as path:
        ids = pq.read_table(path(batch.digest), columns=[ID]).column(ID)
    return files.path(files.add([index_for(hashes_of(pc.cast(ids, pa.large_string())))], durable=False).digest)
