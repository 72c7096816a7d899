"""Performance of a file beside scikit-learn and statsmodels on rows in memory: the same figures, and what each takes.

Run: python -m benchmarks.performance [--rows 100000 1000000 …] [--peer-limit ROWS] [--seed N]
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sklearn
import statsmodels.api as statsmodels
from scipy.special import logit
from sklearn import metrics

from benchmarks.measuring import Took, most_resident, timed
from core.frames.pairing import compare_files
from core.frames.performance import assess_performance
from core.frames.roles import Roles, Task
from core.metrics.performance import PerformanceResult

Figures = dict[str, float]
ROWS = (100_000, 1_000_000)
RELATIVE, FITTED = 1e-12, 1e-8
CLASSES = ("a", "b", "c", "d")
BINARY = Roles("y", None, "s", "1", row_id="id")
SEVERAL = Roles("y", "p", task=Task.MULTICLASS)
QUANTITY = Roles("y", "p", task=Task.REGRESSION)


def two_classes(path: Path, rows: int, seed: int) -> None:
    """Scores that nearly all differ, well ranked and a little too sure."""
    generator = np.random.default_rng(seed)
    line = generator.normal(-0.5, 1.5, rows)
    truth = generator.random(rows) < 1 / (1 + np.exp(-line))
    scores = 1 / (1 + np.exp(-1.2 * line - 0.1))
    pq.write_table(pa.table({"id": np.arange(rows), "y": truth.astype(np.int8), "s": scores}), path)


def several_classes(path: Path, rows: int, seed: int) -> None:
    """Four classes with a probability each."""
    generator = np.random.default_rng(seed)
    truth = generator.choice(4, rows, p=(0.4, 0.3, 0.2, 0.1))
    raw = np.exp(generator.normal(size=(rows, 4)) + 1.5 * (truth[:, None] == np.arange(4)))
    chances = raw / raw.sum(axis=1, keepdims=True)
    names = np.array(CLASSES)
    columns = {f"p_{name}": chances[:, at] for at, name in enumerate(CLASSES)}
    pq.write_table(pa.table({"y": names[truth], "p": names[chances.argmax(axis=1)], **columns}), path)


def quantities(path: Path, rows: int, seed: int) -> None:
    """Positive actual values and predictions with errors in proportion."""
    generator = np.random.default_rng(seed)
    truth = generator.lognormal(3, 0.7, rows)
    pq.write_table(pa.table({"y": truth, "p": truth * generator.lognormal(0.02, 0.2, rows)}), path)


def sklearn_two(frame: pd.DataFrame) -> Figures:
    """The same figures by scikit-learn, and the fit of calibration by statsmodels; of rows in memory."""
    truth, scores = frame["y"].to_numpy(), frame["s"].to_numpy()
    guess = scores >= 0.5
    rates = metrics.roc_curve(truth, scores)
    lines = statsmodels.add_constant(logit(scores))
    fit = statsmodels.GLM(truth, lines, family=statsmodels.families.Binomial()).fit(tol=1e-13)
    return {
        "accuracy": metrics.accuracy_score(truth, guess),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, guess),
        "precision": metrics.precision_score(truth, guess),
        "recall": metrics.recall_score(truth, guess),
        "f1_score": metrics.f1_score(truth, guess),
        "matthews_correlation_coefficient": metrics.matthews_corrcoef(truth, guess),
        "roc_auc": metrics.roc_auc_score(truth, scores),
        "pr_auc": metrics.average_precision_score(truth, scores),
        "kolmogorov_smirnov": float((rates[1] - rates[0]).max()),
        "brier_score": metrics.brier_score_loss(truth, scores),
        "log_loss": metrics.log_loss(truth, scores),
        "calibration_slope": fit.params[1],
    }


def sklearn_several(frame: pd.DataFrame) -> Figures:
    """The same figures by scikit-learn on rows in memory."""
    truth, guess = frame["y"].to_numpy(dtype=str), frame["p"].to_numpy(dtype=str)
    chances = frame[[f"p_{name}" for name in CLASSES]].to_numpy()
    averaged = {
        f"{average}_{metric}": getattr(metrics, f"{metric}_score")(truth, guess, average=average)
        for average in ("macro", "weighted")
        for metric in ("precision", "recall", "f1")
    }
    return {
        "accuracy": metrics.accuracy_score(truth, guess),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, guess),
        "matthews_correlation_coefficient": metrics.matthews_corrcoef(truth, guess),
        "roc_auc": metrics.roc_auc_score(truth, chances, multi_class="ovr"),
        "log_loss": metrics.log_loss(truth, chances),
        "brier_score": metrics.brier_score_loss(truth, chances),
        **averaged,
    }


def sklearn_quantities(frame: pd.DataFrame) -> Figures:
    """The same figures by scikit-learn on rows in memory."""
    truth, guess = frame["y"].to_numpy(), frame["p"].to_numpy()
    return {
        "mean_absolute_error": metrics.mean_absolute_error(truth, guess),
        "root_mean_squared_error": metrics.root_mean_squared_error(truth, guess),
        "r_squared": metrics.r2_score(truth, guess),
        "median_absolute_error": metrics.median_absolute_error(truth, guess),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(truth, guess),
    }


class Kind(NamedTuple):
    """One kind of model: its file, our way with intervals and tables, and the peer's figures."""

    name: str
    generate: Callable[[Path, int, int], None]
    ours: Callable[[Path], PerformanceResult]
    peer: Callable[[pd.DataFrame], Figures]


KINDS = (
    Kind("two classes", two_classes, lambda path: assess_performance(path, BINARY), sklearn_two),
    Kind(
        "four classes",
        several_classes,
        lambda path: assess_performance(path, SEVERAL, probabilities={name: f"p_{name}" for name in CLASSES}),
        sklearn_several,
    ),
    Kind("a quantity", quantities, lambda path: assess_performance(path, QUANTITY), sklearn_quantities),
)


def differing(found: PerformanceResult, expected: Figures) -> list[str]:
    """The figures that are not the peer's."""
    return [
        metric
        for metric, value in expected.items()
        if not abs((found.figure(metric).value or 0.0) - value)
        <= (FITTED if metric == "calibration_slope" else RELATIVE * abs(value))
    ]


def measure(kind: Kind, rows: int, peer_limit: int, seed: int) -> str:
    """Both ways on one file as a row of Markdown; stops if a figure differs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.parquet"
        kind.generate(path, rows, seed)
        ours, found = timed(lambda: kind.ours(path), 3)
        if rows > peer_limit:
            return f"| {kind.name} | {rows:,} | not run | {ours} | | |"
        frame = pd.read_parquet(path)
        peer, expected = timed(lambda: kind.peer(frame))
        if wrong := differing(found, expected):
            raise SystemExit(f"{kind.name}, {rows} rows: {', '.join(wrong)} differ from the peer's")
        ratio = f"{peer.wall / ours.wall:.1f}x ({peer.processor / ours.processor:.1f}x)"
        return f"| {kind.name} | {rows:,} | {peer} | {ours} | {ratio} | {len(expected)} equal |"


def paired(rows: int, seed: int) -> Took:
    """Two files of the same rows, compared in pairs."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{at}.parquet" for at in range(2)]
        two_classes(paths[0], rows, seed)
        table = pq.read_table(paths[0])
        dulled = np.clip(table["s"].to_numpy() * 0.9 + 0.04, 0.01, 0.99)
        pq.write_table(table.set_column(2, "s", pa.array(dulled)), paths[1])
        took, found = timed(lambda: compare_files(paths[0], BINARY, paths[1], BINARY, name="baseline"))
        if found.paired != rows:
            raise SystemExit(f"{found.paired} of {rows} rows were paired")
        return took


def main() -> None:
    """Measure each kind and size and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--peer-limit", type=int, default=1_000_000, help="no peer beyond this many rows")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    print(
        f"scikit-learn {sklearn.__version__} (and statsmodels for the slope) on rows in memory, figures alone; ours "
        f"from the file, with intervals, bins, curves and thresholds. DuckDB {duckdb.__version__}, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores. Wall seconds, processor seconds in brackets; equal is "
        f"within {RELATIVE:g}, the fitted slope within {FITTED:g}.\n"
    )
    for kind in KINDS:
        measure(kind, 1_000, 1_000, args.seed)  # loads the libraries before the clock starts
    print("| model of | rows | scikit-learn | ours | ratio | figures |\n|---|---:|---:|---:|---:|---|")
    for kind in KINDS:
        for rows in args.rows:
            print(measure(kind, rows, args.peer_limit, args.seed), flush=True)
    print("\n| two models of two classes, paired by row id | ours |\n|---|---:|")
    for rows in args.rows:
        print(f"| {rows:,} rows each | {paired(rows, args.seed)} |", flush=True)
    print(f"\nLargest resident memory of the process: {most_resident():.1f} GB")


if __name__ == "__main__":
    main()
