"""Drift of two files: the same scores as Evidently, what each way takes, and how often each raises a false alarm.

Run: python -m benchmarks.drift [--rows 100000 1000000 …] [--columns N] [--peer-limit ROWS] [--trials N] [--seed N]
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.drift_alarms import alarm_tables
from benchmarks.measuring import Took, most_resident, timed
from core.frames.drift import Options, drift
from core.metrics.drift import Kind, Method

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
CATEGORIES = ("north", "east", "south", "west", "unknown")
EQUAL = 1e-12
ROUNDING = 1e-16


class Line(NamedTuple):
    """One size: Evidently's list of columns, its preset, ours, ours by counts in the engine; None was not run."""

    rows: int
    listed: Took | None
    preset: Took | None
    ours: Took
    in_engine: Took
    memory: float


def generate(folder: Path, rows: int, columns: int, seed: int) -> tuple[Path, Path]:
    """Reference and current data, four numeric columns for each categorical one, some of them drifting."""
    generator = np.random.default_rng(seed)
    paths = folder / "reference.parquet", folder / "current.parquet"
    for moved, path in enumerate(paths):
        table = {f"x{at}": pa.array(_values(generator, rows, at, moved)) for at in range(columns)}
        pq.write_table(pa.table(table), path, compression="zstd")
    return paths


def _values(generator: np.random.Generator, rows: int, at: int, moved: int) -> np.ndarray | list[str]:
    shift = 0.03 * (at % 7) * moved
    if at % 5 == 4:
        odds = np.array([4.0, 3.0, 2.0, 1.0, 0.2 + shift])
        return np.array(CATEGORIES)[generator.choice(len(odds), rows, p=odds / odds.sum())]
    if at % 5 == 3:
        return generator.integers(0, 80, rows) + int(at % 2 and moved)
    return generator.lognormal(size=rows) + shift if at % 5 == 2 else generator.normal(shift, size=rows)


def pinned(columns: int) -> Options:
    """The same methods on both sides: Evidently has no two-sample test of categories, so these are by distance."""
    methods = {f"x{at}": Method.JENSEN_SHANNON for at in range(columns) if at % 5 == 4}
    return Options(methods=methods)


def ours(paths: tuple[Path, Path], columns: int, *, in_engine: bool = False) -> dict[str, float | None]:
    """Our way, both files included."""
    options = pinned(columns)
    options = Options(methods=options.methods, in_engine=in_engine)
    return {column.column: column.score for column in drift(*paths, options=options).columns}


def of_evidently(paths: tuple[Path, Path], columns: int) -> tuple[Took, Took, dict[str, float]]:
    """Evidently on rows that are in memory already: a pinned list of columns, then its preset."""
    import pandas as pd
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift
    from evidently.presets import DataDriftPreset

    kinds = {f"x{at}": Kind.CATEGORICAL if at % 5 == 4 else Kind.NUMERIC for at in range(columns)}
    definition = DataDefinition(
        numerical_columns=[name for name, kind in kinds.items() if kind is Kind.NUMERIC],
        categorical_columns=[name for name, kind in kinds.items() if kind is Kind.CATEGORICAL],
    )
    frames = [pd.read_parquet(path) for path in paths]
    reference, current = (Dataset.from_pandas(frame, data_definition=definition) for frame in frames)
    metrics = [
        ValueDrift(column=name, method="wasserstein" if kind is Kind.NUMERIC else "jensenshannon")
        for name, kind in kinds.items()
    ]
    listed, found = timed(lambda: Report(metrics).run(current, reference).dict())
    preset = DataDriftPreset(num_method="wasserstein", cat_method="jensenshannon")
    whole, _ = timed(lambda: Report([preset]).run(current, reference).dict())
    scores = {name: float(one["value"]) for name, one in zip(kinds, found["metrics"], strict=True)}
    return listed, whole, scores


def measure(rows: int, columns: int, peer_limit: int, seed: int) -> Line:
    """Every way on the same two files; stops if one score differs from Evidently's by more than 1e-12 of it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = generate(Path(folder), rows, columns, seed)
        took, scores = timed(lambda: ours(paths, columns), 3 if rows <= 1_000_000 else 1)
        in_engine, _ = timed(lambda: ours(paths, columns, in_engine=True))
        memory = alone(paths, columns)
        if rows > peer_limit:
            return Line(rows, None, None, took, in_engine, memory)
        listed, preset, expected = of_evidently(paths, columns)
    for name, score in expected.items():
        found = scores[name]
        # Evidently takes the root of a difference of sums near 1: near 0 the rounding of these is all that differs.
        if found is None or abs(found - score) > EQUAL * abs(score) + ROUNDING / max(abs(score), ROUNDING**0.5):
            raise SystemExit(f"{rows} rows: {name} is {found!r}, Evidently says {score!r}")
    return Line(rows, listed, preset, took, in_engine, memory)


def alone(paths: tuple[Path, Path], columns: int) -> float:
    """The largest resident memory, in GB, of a process that does nothing but compare the two files our way."""
    command = [sys.executable, "-m", "benchmarks.drift", "--alone", *map(str, paths), "--columns", str(columns)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return float(said)


NAMES = (
    "rows, each file",
    "Evidently, list",
    "Evidently, preset",
    "ours, files included",
    "ratio to list",
    "to preset",
    "scores",
    "ours, counted in the engine",
    "our memory",
)
HEAD = f"| {' | '.join(NAMES)} |\n|{'---:|' * len(NAMES)}"


def row(line: Line) -> str:
    """A measurement as a row of Markdown: wall seconds, processor seconds in brackets."""
    tail = f"{line.in_engine} | {line.memory:.2f} GB |"
    if line.listed is None or line.preset is None:
        return f"| {line.rows:,} | not run | not run | {line.ours} | | | | {tail}"
    ratios = [
        f"{peer.wall / line.ours.wall:,.0f}x ({peer.processor / line.ours.processor:,.0f}x)"
        for peer in (line.listed, line.preset)
    ]
    return f"| {line.rows:,} | {line.listed} | {line.preset} | {line.ours} | {' | '.join(ratios)} | equal | {tail}"


def main() -> None:
    """Measure each size, then the alarms, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--peer-limit", type=int, default=1_000_000, help="no peer beyond this many rows")
    parser.add_argument("--trials", type=int, default=400, help="files without drift, for each line")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--alone", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        ours(tuple(args.alone), args.columns)
        print(most_resident())
        return
    warnings.simplefilter("ignore")
    if args.rows:
        _sizes(args)
    if args.trials:
        print(alarm_tables(args.trials, args.seed))


def _sizes(args: argparse.Namespace) -> None:
    import evidently

    print(
        f"{args.columns} columns, four of five numeric (Wasserstein), the fifth of categories (Jensen–Shannon); "
        f"Evidently {evidently.__version__}, DuckDB {duckdb.__version__}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores. Wall seconds, processor seconds in brackets.\n"
    )
    measure(1_000, 5, 1_000, args.seed)  # loads the libraries before the clock starts
    print(HEAD)
    for rows in args.rows:
        print(row(measure(rows, args.columns, args.peer_limit, args.seed)), flush=True)
    print()


if __name__ == "__main__":
    main()
