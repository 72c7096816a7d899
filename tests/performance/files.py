"""Files of predictions for the tests of performance."""

from pathlib import Path

import pandas as pd

from core.metrics.figure import Figure
from core.metrics.performance import PerformanceResult

ROOT = Path(__file__).parents[2]
EMPLOYMENT = ROOT / "app/example/data/employment_ma_2015.parquet"
EMPLOYMENT_LATER = ROOT / "app/example/data/employment_ma_2016.parquet"
SHARED = ROOT.parent / "shared" / "data"


def csv(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def parquet(folder: Path, name: str = "rows.parquet", **columns: object) -> Path:
    path = folder / name
    pd.DataFrame(columns).to_parquet(path)
    return path


def value(result: PerformanceResult, metric: str) -> float:
    found = result.figure(metric).value
    assert found is not None, metric
    return found


def named(figures: tuple[Figure, ...], metric: str) -> Figure:
    return next(figure for figure in figures if figure.metric == metric)
