"""Samples and files that the drift tests share."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLE = Path(__file__).resolve().parents[2] / "app" / "example" / "data"
MA_2015 = EXAMPLE / "employment_ma_2015.parquet"
MA_2016 = EXAMPLE / "employment_ma_2016.parquet"


def parquet(path: Path, columns: Mapping[str, Sequence[object] | np.ndarray | pa.Array]) -> Path:
    pq.write_table(pa.table(dict(columns)), path)
    return path


def adversarial(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of unequal length from one of the shapes that break a careless implementation."""
    generator = np.random.default_rng(seed)
    n, m = (int(size) for size in generator.integers(30, 3_000, 2))
    if seed % 5 == 0:
        m = n
    shapes = (
        lambda size: generator.normal(size=size),
        lambda size: generator.integers(0, 4, size).astype(float),
        lambda size: generator.integers(0, 60, size).astype(float),
        lambda size: generator.standard_cauchy(size),
        lambda size: generator.lognormal(0, 3, size),
        lambda size: np.where(generator.random(size) < 0.7, 0.0, generator.normal(size=size)),
        lambda size: 1e9 + generator.normal(size=size),
        lambda size: generator.normal(size=size) * 1e-6,
    )
    shape = shapes[seed % len(shapes)]
    return np.sort(shape(n)), np.sort(shape(m) + generator.choice([0.0, 0.3, 2.0]))
