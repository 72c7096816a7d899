"""Reads production data back: a stretch of time or of rows, with the labels and attributes that have come by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from sqlmodel import Session, func, select

from core.inventory.moves import load_model, versions_by_id
from core.monitoring.intake.arrivals import Arrival, arrivals
from core.monitoring.intake.kept import Stream, batches_of
from core.monitoring.intake.rules import (
    AT,
    ID,
    LABEL,
    PREDICTION,
    SCORE,
    VERSION,
    BatchKind,
    MonitoredData,
)
from core.monitoring.intake.service import monitored
from core.monitoring.intake.tables import ProductionBatch
from core.policy.rules import Task
from core.store import EvidenceFiles
from core.store.types import instant, microseconds
from core.validation.removed import refuse_removed
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping
from core.validation.uploads.numbers import INTEGER, canonical, sound_numbers

__all__ = [
    "Arrival",
    "MonitoredData",
    "Span",
    "arrivals",
    "mapping_of",
    "read_span",
    "reference_rows",
    "rows_held",
    "rows_in",
]

RECEIVED_AT, LABELLED_AT = "received_at", "labelled_at"
ALWAYS = (ID, AT, VERSION, PREDICTION, SCORE, LABEL, LABELLED_AT, RECEIVED_AT)


@dataclass(frozen=True)
class Span:
    """The inferences of a model in one environment from `start` on and before `end`, of one version or of all."""

    model: str
    environment: str
    start: datetime
    end: datetime
    version: str | None = None


def mapping_of(session: Session, model: str, environment: str) -> MonitoredData | None:
    """What is declared to be monitored of this model there; none where nothing is."""
    return monitored(session, _stream(session, model, environment))


def rows_held(session: Session, model: str, environment: str) -> int:
    """How many inferences came in all, which is what `rows_in` counts through; those removed keep their place."""
    stream = _stream(session, model, environment)
    held = select(func.sum(ProductionBatch.rows)).where(
        ProductionBatch.model_id == stream.model_id,
        ProductionBatch.environment == stream.environment,
        ProductionBatch.kind == BatchKind.INFERENCES,
    )
    return int(session.exec(held).one() or 0)


def read_span(session: Session, files: EvidenceFiles, span: Span, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a stretch of time, sorted by time and id, each id once.

    Columns: id, at (int64, microseconds since 1970 in UTC), version, prediction, score, label (null where none has
    come), labelled_at and received_at (int64 as `at`), then features and attributes. Predictions and labels are texts,
    of which `1` and `1.0` are one, as are declared categories, and doubles where the declared task is regression.
    `columns` leaves out features and attributes that are not among them.
    """
    stream = _stream(session, span.model, span.environment)
    start, end = microseconds(span.start), microseconds(span.end) - 1
    chosen = batches_of(session, stream, BatchKind.INFERENCES, span=(span.start, instant(end)))
    names = _versions(session, chosen)
    if span.version is not None:
        chosen = [batch for batch in chosen if names[batch.version_id or 0] == span.version]
    within = pl.col(AT).is_between(start, end)
    with files.opened() as path:
        parts = [_read(path(batch.digest), batch, names, columns).filter(within).collect() for batch in chosen]
    return _table(session, files, stream, parts, columns)


def rows_in(
    session: Session, files: EvidenceFiles, model: str, environment: str, *, first: int, limit: int
) -> pa.Table:
    """As `read_span`, the rows from number `first` (counted from 0) on, at most `limit`, for chunks of rows.

    Rows count in the order in which their batches came, within a batch by time and id. So a row keeps its number
    whatever comes late, and a chunk of rows that was complete stays what it was. Rows that are removed are absent.
    """
    stream = _stream(session, model, environment)
    chosen, position = list[tuple[ProductionBatch, int, int]](), 0
    for batch in batches_of(session, stream, BatchKind.INFERENCES, removed=True):
        start, stop = max(first - position, 0), min(first + limit - position, batch.rows)
        if start < stop and batch.removed_at is None:
            chosen.append((batch, start, stop))
        position += batch.rows
    names = _versions(session, [batch for batch, _, _ in chosen])
    with files.opened() as path:
        parts = [
            _read(path(batch.digest), batch, names, None).slice(start, stop - start).collect()
            for batch, start, stop in chosen
        ]
    return _table(session, files, stream, parts, None)


def reference_rows(session: Session, files: EvidenceFiles, model: str, environment: str) -> pa.Table:
    """The rows that production is compared with, with the columns of `read_span`; `at` is null where they have none.

    What is declared counts, and without it the newest batch of reference data; there may be none.
    """
    stream = _stream(session, model, environment)
    declared = monitored(session, stream)
    named = declared.reference if declared else ""
    if not named or named.startswith("PB"):
        batch = _reference(session, stream, named)
        with files.opened() as path:
            rows = pl.read_parquet(path(batch.digest)) if batch else _empty()
        return _finished(rows, declared).to_arrow()
    evidence = session.exec(select(Evidence).where(Evidence.number == named)).one()
    refuse_removed([evidence])
    with files.opened() as path:
        held, typed = pl.read_parquet(path(evidence.table_digest)), _is_parquet(path(evidence.file_digest))
    frame = _renamed(held, ColumnMapping.from_json(evidence.mapping))
    if not typed:
        frame = frame.with_columns(_number(frame[name]) for name in frame.columns if name not in ALWAYS)
    return _finished(frame, declared).to_arrow()


def _reference(session: Session, stream: Stream, number: str) -> ProductionBatch | None:
    handed_in = batches_of(session, stream, BatchKind.REFERENCE)
    return next((batch for batch in reversed(handed_in) if number in ("", batch.number)), None)


def _renamed(frame: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """A file of a validation, with the names that production data has."""
    named = {PREDICTION: mapping.prediction, SCORE: mapping.score, LABEL: mapping.label, ID: mapping.row_id}
    rest = [name for name in frame.columns if name not in named.values() and name not in named]
    return frame.select(
        *(pl.col(theirs).alias(ours) for ours, theirs in named.items() if theirs is not None),
        *(pl.col(name) for name in rest),
    )


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _number(cells: pl.Series) -> pl.Series:
    """A column of texts that are all numbers, as numbers: of CSV, an upload keeps the text of what nobody declared."""
    if cells.dtype != pl.String or not sound_numbers(cells).fill_null(True).all():
        return cells
    if cells.str.contains(r"^[+-]?0[0-9]").any():  # codes with leading zeros are none
        return cells
    return cells.cast(pl.Int64 if cells.str.contains(INTEGER).fill_null(True).all() else pl.Float64)


def _stream(session: Session, model: str, environment: str) -> Stream:
    return Stream(load_model(session, model).id or 0, environment)


def _versions(session: Session, batches: Sequence[ProductionBatch]) -> dict[int, str]:
    found = versions_by_id(session, {batch.version_id for batch in batches if batch.version_id})
    return {key: version.version for key, (_, version) in found.items()}


def _read(path: Path, batch: ProductionBatch, names: dict[int, str], columns: Sequence[str] | None) -> pl.LazyFrame:
    """The rows of a batch, of which what follows decides how much is read."""
    held = pl.scan_parquet(path)
    wanted = [name for name in held.collect_schema().names() if columns is None or name in columns or name in ALWAYS]
    return held.select(wanted).with_columns(
        pl.lit(names[batch.version_id or 0]).alias(VERSION),
        pl.lit(microseconds(batch.received_at)).alias(RECEIVED_AT),
    )


def _table(
    session: Session,
    files: EvidenceFiles,
    stream: Stream,
    parts: Sequence[pl.DataFrame],
    columns: Sequence[str] | None,
) -> pa.Table:
    """The parts as one, with labels and attributes."""
    rows = pl.concat(parts, how="diagonal_relaxed") if parts else _empty()
    if rows.height:
        first, last = rows.select(pl.col(AT).min().alias("first"), pl.col(AT).max().alias("last")).row(0)
        for kind in (BatchKind.LABELS, BatchKind.ATTRIBUTES):
            batches = batches_of(session, stream, kind, span=(instant(first), instant(last)))
            if batches:
                rows = _beside(rows, [_belonging(files, batch, rows, columns) for batch in batches])
    return _finished(rows, monitored(session, stream)).sort([AT, ID]).to_arrow()


def _belonging(
    files: EvidenceFiles, batch: ProductionBatch, rows: pl.DataFrame, columns: Sequence[str] | None
) -> pl.DataFrame:
    """What of a batch of labels or attributes belongs to these rows."""
    with files.opened() as path:
        held = pl.read_parquet(path(batch.digest)).join(rows.select(ID), on=ID, how="semi")
    if batch.kind is BatchKind.LABELS:
        came = pl.lit(microseconds(batch.received_at))
        moment = pl.coalesce(pl.col(AT), came) if AT in held.columns else came
        return held.select(ID, LABEL, moment.alias(LABELLED_AT))
    return held.select(name for name in held.columns if name != AT and (columns is None or name in {ID, *columns}))


def _beside(rows: pl.DataFrame, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Each row with what belongs to it; a column that both have keeps the value of the row where there is one."""
    joined = rows.join(pl.concat(parts, how="diagonal_relaxed"), on=ID, how="left", suffix="\0joined")
    both = [name for name in joined.columns if name.endswith("\0joined")]
    merged = [pl.coalesce(name.removesuffix("\0joined"), name).alias(name.removesuffix("\0joined")) for name in both]
    return joined.with_columns(merged).drop(both)


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema={ID: pl.String, AT: pl.Int64, VERSION: pl.String, RECEIVED_AT: pl.Int64})


def _finished(rows: pl.DataFrame, declared: MonitoredData | None) -> pl.DataFrame:
    """With every column that is always there, in order, and of the types that are promised."""
    absent = [pl.lit(None).alias(name) for name in ALWAYS if name not in rows.columns]
    rows = rows.with_columns(absent)
    types = {ID: pl.String, AT: pl.Int64, VERSION: pl.String, SCORE: pl.Float64}
    types |= {LABELLED_AT: pl.Int64, RECEIVED_AT: pl.Int64}
    casts = [pl.col(name).cast(kind) for name, kind in types.items()]
    number = declared is not None and declared.task is Task.REGRESSION
    outcomes = [_outcome(rows[name], number=number).alias(name) for name in (PREDICTION, LABEL)]
    rest = [name for name in rows.columns if name not in ALWAYS]
    named = set(declared.categorical) if declared else set()
    outcomes += [_outcome(rows[name], number=False).alias(name) for name in rest if name in named]
    return rows.with_columns(*casts, *outcomes).select(*ALWAYS, *rest)


def _outcome(values: pl.Series, *, number: bool) -> pl.Series:
    """What was predicted or happened, or a category: a double, or a text in the one spelling of its value."""
    if number:
        return values.cast(pl.Float64)
    texts = values.cast(pl.String)
    spelt = {text: canonical(text) for text in texts.drop_nulls().unique().to_list()}
    different = {text: one for text, one in spelt.items() if text != one}
    return texts.replace(different) if different else texts
