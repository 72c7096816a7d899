"""Which files of events lie sealed: those with an input that can be read, as it may tell what a person is.

A commitment tells nothing without the key of its day, and the input; a masked text has lost patterns of personal data,
and no mask knows that a word is somebody's origin, faith or health. So every file with a masked input lies sealed.
"""

from collections.abc import Iterator

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.ledger.batches.rows import InputForm
from core.ledger.batches.tables import EventBatch
from core.store import EvidenceFiles

FORM = "form"


def is_readable(table: pa.Table) -> bool:
    """Whether an input in these rows can be read."""
    return bool(pc.any(pc.equal(table.column(FORM).cast(pa.string()), InputForm.MASKED.value)).as_py())


def read_rows(files: EvidenceFiles, digest: str, *, of: pa.ChunkedArray | None = None) -> pa.Table:
    """The rows of a file of events, sealed or not; `of` these ids only. Raises `NotFound` where it is gone."""
    with files.opened() as path:
        return pq.read_table(path(digest), filters=None if of is None else pc.field("id").isin(of))


def open_events(session: Session, files: EvidenceFiles) -> Iterator[str]:
    """The digests of files with inputs that can be read and that lie open, from before they were sealed."""
    for digest in session.exec(select(EventBatch.digest).where(col(EventBatch.removed_at).is_(None))).all():
        if files.holds(digest) and not files.sealed.holds(digest):
            with pq.ParquetFile(files.path(digest)) as stored:
                if any(_may_be_readable(stored, group) for group in range(stored.num_row_groups)):
                    yield digest


def _may_be_readable(stored: pq.ParquetFile, group: int) -> bool:
    """By the bounds that the file itself states of its forms; where it states none, by the column."""
    place = stored.schema_arrow.get_field_index(FORM)
    known = stored.metadata.row_group(group).column(place).statistics
    if known is not None and known.has_min_max:
        return bool(str(known.min) <= InputForm.MASKED.value <= str(known.max))
    return is_readable(stored.read_row_group(group, columns=[FORM]))
