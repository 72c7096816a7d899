"""Makes of a table of events what is kept of it: the Parquet file, the root over its rows, its index and its counts."""

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.ledger.batches.index import hashes_of, index_bytes
from core.ledger.batches.tree import Level, leaves_of, levels_over
from core.ledger.batches.writing import written

AT_A_TIME = 25_000  # rows that are written as bytes, then hashed: more of them need more memory and are no faster
WORTH_A_THREAD = 5_000
ROW_GROUP = 2048  # a proof reads one group; smaller ones make the file larger and no read faster
FEW_VALUES = ["actor", "form", "kind", "model", "role", "source", "version"]
WHOLE_NUMBERS = {"at": "DELTA_BINARY_PACKED", "duration": "DELTA_BINARY_PACKED"}
DAY = 86_400_000_000  # microseconds
COUNTED = ("day", "kind", "model", "version", "role")
P, T = ParamSpec("P"), TypeVar("T")


@dataclass(frozen=True)
class Prepared:
    """A table of events, ready to be put on record; `counts` are rows of day, kind, model, version, role and count."""

    table: pa.Table
    parquet: bytes
    root: bytes
    index: bytes
    counts: list[dict[str, object]]
    first_at: int
    last_at: int


class _AtOnce(Executor):
    """Does what it is given straight away: for few rows a second thread costs more than it gives."""

    def submit(self, work, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # as the class above it
        done: Future[object] = Future()
        done.set_result(work(*args, **kwargs))
        return done


def prepared(table: pa.Table) -> Prepared:
    """The work that needs no store: bytes and hashes in this thread, the file in a second one beside it.

    The second one is to hold the interpreter's lock seldom: for each turn it would wait five milliseconds for it.
    """
    with _AtOnce() if len(table) < WORTH_A_THREAD else ThreadPoolExecutor(1) as helper:
        parquet = helper.submit(parquet_of, table)
        hashes = helper.submit(hashes_of, table.column("id"))
        counts = helper.submit(counts_of, table)
        slices = (table.slice(at, AT_A_TIME) for at in range(0, len(table), AT_A_TIME))
        leaves = [leaf for part in slices for leaf in leaves_of(written(part))]
        levels: list[Level] = list(levels_over(leaves))
        span = pc.min_max(table.column("at")).as_py()
        return Prepared(
            table,
            parquet.result(),
            levels[-1][0],
            index_bytes(hashes.result(), levels),
            counts.result(),
            span["min"],
            span["max"],
        )


def parquet_of(table: pa.Table) -> bytes:
    """The file that is kept."""
    sink = pa.BufferOutputStream()  # into a file of Python's each page would be written under its lock
    pq.write_table(
        table,
        sink,
        compression="zstd",
        row_group_size=ROW_GROUP,
        use_dictionary=FEW_VALUES,
        write_statistics=False,
        column_encoding=WHOLE_NUMBERS,
    )
    return bytes(sink.getvalue())


def counts_of(table: pa.Table) -> list[dict[str, object]]:
    """How many events there are by day, kind, model, version and role, to find and to chart them by."""
    frame = pl.from_arrow(table.select(["at", "kind", "model", "version", "role"]))
    assert isinstance(frame, pl.DataFrame)
    days = (pl.col("at") // DAY).cast(pl.Int32).alias("day")
    return frame.with_columns(days).group_by(*COUNTED).agg(pl.len().alias("rows")).sort(*COUNTED).to_dicts()
