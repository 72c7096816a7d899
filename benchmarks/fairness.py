"""Fairness from counts beside Fairlearn on rows: the same 84 figures, the same bits, and what each takes.

Run: python -m benchmarks.fairness [--rows 10000 100000 …] [--peer-limit ROWS] [--seed N]
"""

import argparse
import os
import platform
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import fairlearn
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from fairlearn import metrics
from sklearn.metrics import accuracy_score

from benchmarks.measuring import Took, most_resident, timed
from core.frames.cells import cells
from core.metrics.fairness import assess
from core.metrics.fairness.rates import group_rates

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
ATTRIBUTES = ("race", "sex")
RACES = {
    "White": 0.5,
    "Black": 0.2,
    "Hispanic": 0.15,
    "Asian": 0.09,
    "Native American": 0.02,
    "Pacific Islander": 0.01,
    "Other": 0.03,
}
METRICS = {
    "selection_rate": metrics.selection_rate,
    "true_positive_rate": metrics.true_positive_rate,
    "false_positive_rate": metrics.false_positive_rate,
    "true_negative_rate": metrics.true_negative_rate,
    "false_negative_rate": metrics.false_negative_rate,
    "accuracy": accuracy_score,
}
Figures = dict[tuple[str, ...], tuple[float, ...]]


class Line(NamedTuple):
    """One size: what the figures take by each way, and the whole assessment with intervals and tests."""

    rows: int
    peer: Took | None
    ours: Took
    whole: Took


def generate(path: Path, rows: int, seed: int) -> None:
    """Predictions with seven races, two sexes and rates that differ by both; the same for the same seed."""
    generator = np.random.default_rng(seed)
    race, sex = generator.choice(len(RACES), rows, p=list(RACES.values())), generator.random(rows) < 0.48
    truth = generator.random(rows) < 0.40 + 0.02 * race
    predicted = generator.random(rows) < 0.20 + 0.35 * truth + 0.03 * race - 0.05 * sex
    columns = {
        "y_true": pa.array(truth.astype(np.int8)),
        "y_pred": pa.array(predicted.astype(np.int8)),
        "race": pa.DictionaryArray.from_arrays(race.astype(np.int8), list(RACES)).cast(pa.string()),
        "sex": pa.DictionaryArray.from_arrays(sex.astype(np.int8), ["Male", "Female"]).cast(pa.string()),
    }
    pq.write_table(pa.table(columns), path, compression="zstd")


def on_counts(path: Path) -> Figures:
    """Our way, the file included: one group-by, then Fairlearn on weighted cells."""
    counted = cells(path, label="y_true", prediction="y_pred", positive="1", attributes=ATTRIBUTES)
    tallies = counted.tallies(ATTRIBUTES)
    rates = group_rates(list(tallies.values()), favourable_is_positive=True, metrics=tuple(METRICS))
    return {
        values: tuple(float(found[name].value or 0.0) for name in METRICS)
        for values, found in zip(tallies, rates, strict=True)
    }


def on_rows(frame: pd.DataFrame) -> Figures:
    """The peer's way on rows that are in memory already, so that reading the file is not held against it."""
    found = metrics.MetricFrame(
        metrics=METRICS,
        y_true=frame["y_true"],
        y_pred=frame["y_pred"],
        sensitive_features=frame[list(ATTRIBUTES)],
    ).by_group
    return {values: tuple(float(row[name]) for name in METRICS) for values, row in found.iterrows()}


def whole(path: Path) -> None:
    """Everything a report shows: three comparisons, intervals, tests and 10,000 bootstrap draws each."""
    assess(cells(path, label="y_true", prediction="y_pred", positive="1", attributes=ATTRIBUTES))


def bits(values: tuple[float, ...]) -> tuple[str, ...]:
    """Floating point numbers as what they are in memory."""
    return tuple(value.hex() for value in values)


def measure(rows: int, peer_limit: int, seed: int) -> Line:
    """Both ways on one file; stops if a single bit of any figure differs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.parquet"
        generate(path, rows, seed)
        ours, figures = timed(lambda: on_counts(path), 5)
        with_everything, _ = timed(lambda: whole(path), 3)
        if rows > peer_limit:
            return Line(rows, None, ours, with_everything)
        frame = pd.read_parquet(path)
        peer, expected = timed(lambda: on_rows(frame))
        if [bits(figures[group]) for group in sorted(figures)] != [bits(expected[group]) for group in sorted(expected)]:
            raise SystemExit(f"{rows} rows: the figures differ from Fairlearn's")
        return Line(rows, peer, ours, with_everything)


HEAD = """| rows | Fairlearn on rows | ours, file included | ratio | bits | whole assessment |
|---:|---:|---:|---:|---|---:|"""


def row(line: Line) -> str:
    """A measurement as a row of Markdown: wall seconds, processor seconds in brackets."""
    if line.peer is None:
        return f"| {line.rows:,} | not run | {line.ours} | | | {line.whole} |"
    ratio = f"{line.peer.wall / line.ours.wall:,.0f}x ({line.peer.processor / line.ours.processor:,.0f}x)"
    return f"| {line.rows:,} | {line.peer} | {line.ours} | {ratio} | equal | {line.whole} |"


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--peer-limit", type=int, default=10_000_000, help="no peer beyond this many rows")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    print(
        f"Six metrics over fourteen groups; Fairlearn {fairlearn.__version__}, DuckDB {duckdb.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores. Wall seconds, processor seconds in brackets.\n"
    )
    warm = measure(1_000, 0, args.seed)  # loads the libraries before the clock starts
    assert warm.rows
    print(HEAD)
    for rows in args.rows:
        print(row(measure(rows, args.peer_limit, args.seed)), flush=True)
    print(f"\nLargest resident memory of the process: {most_resident():.1f} GB")


if __name__ == "__main__":
    main()
