"""Data quality in the engine beside Evidently's DataSummaryPreset: the same counts, and what each takes.

Run: python -m benchmarks.quality [--rows 100000 1000000 …] [--peer-limit ROWS] [--seed N]
"""

import argparse
import os
import platform
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import evidently
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataSummaryPreset

from benchmarks.measuring import Took, most_resident, timed
from core.frames.quality import assess_quality
from core.metrics.quality import QualityResult

ROWS = (100_000, 1_000_000)
NUMBERS, WHOLE, CATEGORIES = 10, (5, 100, 5_000, 1_000_000), (3, 30, 300, 3_000)
Counts = dict[str, float]


class Line(NamedTuple):
    """One size: the summary by each way; ours besides with label and target screen, and with training data too."""

    rows: int
    peer: Took | None
    ours: Took
    screened: Took
    compared: Took


def generate(path: Path, rows: int, seed: int) -> None:
    """Twenty columns: numbers with up to 9 % missing, whole numbers, categories, a constant and a label."""
    generator = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {}
    for at in range(NUMBERS):
        columns[f"x{at}"] = pa.array(generator.normal(size=rows), mask=generator.random(rows) < 0.01 * at)
    for at, most in enumerate(WHOLE):
        columns[f"n{at}"] = pa.array(generator.integers(0, most, rows))
    for at, most in enumerate(CATEGORIES):
        columns[f"t{at}"] = pa.array([f"k{value}" for value in generator.integers(0, most, rows)])
    columns["one"] = pa.array(np.ones(rows))
    columns["label"] = pa.array((generator.random(rows) < 0.3).astype(np.int8))
    table = pa.table(columns)
    table = pa.concat_tables(
        [table.slice(0, rows - rows // 100), table.slice(0, rows // 100)]
    )  # one in a hundred twice
    pq.write_table(table, path, compression="zstd")


def on_file(path: Path) -> Counts:
    """Our way, the file included."""
    found = assess_quality(path)
    return counts_of(found)


def counts_of(found: QualityResult) -> Counts:
    """What both ways count: rows, repeated rows, constant columns, and by column missing values, range and values."""
    counts: Counts = {
        "rows": found.rows,
        "duplicate rows": found.duplicate_rows,
        "constant columns": len(found.constant_columns),
    }
    for column in found.columns:
        counts[f"missing {column.name}"] = column.missing
        if column.type == "number":
            counts[f"lowest {column.name}"], counts[f"highest {column.name}"] = (
                float(column.lowest),
                float(column.highest),
            )
        else:
            counts[f"values {column.name}"] = column.distinct
    return counts


def on_frame(frame: pd.DataFrame) -> Counts:
    """The peer's way on rows that are in memory already, so that reading the file is not held against it."""
    text = [name for name in frame.columns if name.startswith("t")]
    definition = DataDefinition(
        numerical_columns=[name for name in frame.columns if name not in text], categorical_columns=text
    )
    run = Report([DataSummaryPreset()]).run(Dataset.from_pandas(frame, data_definition=definition), None)
    values = {metric["metric_name"]: metric["value"] for metric in run.dict()["metrics"]}
    counts: Counts = {
        "rows": values["RowCount()"],
        "duplicate rows": values["DuplicatedRowCount()"],
        "constant columns": values["ConstantColumnsCount()"],
    }
    for name in frame.columns:
        counts[f"missing {name}"] = values[f"MissingValueCount(column={name})"]["count"]
        if name in text:
            counts[f"values {name}"] = len(values[f"UniqueValueCount(column={name})"]["counts"])
        else:
            counts[f"lowest {name}"] = values[f"MinValue(column={name})"]
            counts[f"highest {name}"] = values[f"MaxValue(column={name})"]
    return counts


def measure(rows: int, peer_limit: int, seed: int) -> Line:
    """Both ways on one file; stops if a count differs."""
    with tempfile.TemporaryDirectory() as folder:
        path, training = Path(folder) / "test.parquet", Path(folder) / "training.parquet"
        generate(path, rows, seed)
        generate(training, rows, seed + 1)
        ours, counts = timed(lambda: on_file(path), 2)
        screened, _ = timed(lambda: assess_quality(path, label="label"))
        compared, _ = timed(lambda: assess_quality(path, label="label", training=training))
        if rows > peer_limit:
            return Line(rows, None, ours, screened, compared)
        frame = pd.read_parquet(path)
        peer, expected = timed(lambda: on_frame(frame))
        different = [name for name in expected | counts if expected.get(name) != counts.get(name)]
        if different:
            raise SystemExit(f"{rows} rows: {', '.join(different[:5])} differ from Evidently's")
        return Line(rows, peer, ours, screened, compared)


HEAD = """| rows | Evidently on rows | ours, file included | ratio | counts | with target screen | and training data |
|---:|---:|---:|---:|---|---:|---:|"""


def row(line: Line) -> str:
    """A measurement as a row of Markdown: wall seconds, processor seconds in brackets."""
    rest = f"{line.screened} | {line.compared} |"
    if line.peer is None:
        return f"| {line.rows:,} | not run | {line.ours} | | | {rest}"
    ratio = f"{line.peer.wall / line.ours.wall:.1f}x ({line.peer.processor / line.ours.processor:.1f}x)"
    return f"| {line.rows:,} | {line.peer} | {line.ours} | {ratio} | equal | {rest}"


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--peer-limit", type=int, default=1_000_000, help="no peer beyond this many rows")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    print(
        f"Twenty columns; Evidently {evidently.__version__}, DuckDB {duckdb.__version__}, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores. Wall seconds, processor seconds in brackets.\n"
    )
    measure(1_000, 1_000, args.seed)  # loads the libraries before the clock starts
    print(HEAD)
    for rows in args.rows:
        print(row(measure(rows, args.peer_limit, args.seed)), flush=True)
    largest = most_resident()
    print(f"\nLargest resident memory of the process, the peer included: {largest:.1f} GB")


if __name__ == "__main__":
    main()
