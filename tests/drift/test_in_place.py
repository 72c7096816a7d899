"""A table that stays in its engine gives the drift of its rows, exactly or between bounds that hold it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.errors import Unreadable
from core.frames.drift import Options, drift
from core.frames.drift.warehouse import drift_in_place
from core.metrics.drift import ColumnDrift, Method
from tests.drift.builders import MA_2015, MA_2016, parquet

COLUMNS = ["age", "schooling", "race", "sex", "predicted_probability"]


def by_name(columns: tuple[ColumnDrift, ...]) -> dict[str, ColumnDrift]:
    return {column.column: column for column in columns}


def files(tmp_path: Path, shift: float = 0.0) -> tuple[Path, Path]:
    generator = np.random.default_rng(21)
    sides = [
        {
            "offset": generator.normal(1e6 + at * shift * 3_000, 3_000, 4_000),
            "wide": generator.lognormal(0, 2, 4_000) - at * shift,
            "codes": generator.integers(0, 6, 4_000).astype(float) + at * shift,
            "gaps": [None if row % (3 + at) == 0 else float(row % 7) for row in range(4_000)],
            "words": generator.choice(["a", "b", "c"], 4_000),
        }
        for at in range(2)
    ]
    return parquet(tmp_path / "reference.parquet", sides[0]), parquet(tmp_path / "current.parquet", sides[1])


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_a_table_of_polars_against_a_file_gives_the_verdict_of_the_rows(tmp_path: Path, shift: float) -> None:
    reference, current = files(tmp_path, shift)

    rows, places = drift(reference, current), drift_in_place(pl.scan_parquet(reference), current)

    assert (places.verdict, places.share) == (rows.verdict, rows.share)
    exact = by_name(rows.columns)
    for column in places.columns:
        expected = exact[column.column]
        assert (column.n, column.null_rate, column.drifted) == (expected.n, expected.null_rate, expected.drifted)
        if column.bounds is None:
            assert (column.score, column.p_value) == (expected.score, expected.p_value)
        else:
            assert column.bounds.low <= expected.score <= column.bounds.high
            assert column.bounds.high - column.bounds.low < 0.05


@pytest.mark.parametrize("method", [Method.PSI, Method.JENSEN_SHANNON])
def test_shares_in_bins_are_those_of_the_rows(tmp_path: Path, method: Method) -> None:
    reference, current = files(tmp_path, 1.0)
    options = Options(methods=dict.fromkeys(["offset", "wide", "codes", "gaps", "words"], method))

    rows = by_name(drift(reference, current, options=options).columns)
    places = by_name(drift_in_place(reference, pl.read_parquet(current), options=options).columns)

    assert {name: column.score for name, column in places.items()} == pytest.approx(
        {name: column.score for name, column in rows.items()}, rel=1e-12
    )


def test_employment_in_polars_drifts_as_in_its_files() -> None:
    tables = [pl.scan_parquet(path) for path in (MA_2015, MA_2016)]

    rows = drift(MA_2015, MA_2016, columns=COLUMNS, outputs=["predicted_probability"])
    places = drift_in_place(*tables, columns=COLUMNS, outputs=["predicted_probability"])

    assert [(check.name, check.verdict) for check in places.checks] == [
        (check.name, check.verdict) for check in rows.checks
    ]
    assert places.column("race").p_value == rows.column("race").p_value
    assert [column.drifted for column in places.columns] == [column.drifted for column in rows.columns]


def test_odd_columns_have_the_reasons_of_the_rows(tmp_path: Path) -> None:
    columns = {"constant": [1.0] * 60, "id": [f"a{at}" for at in range(60)], "few": [1.0, 2.0, 3.0, *[None] * 57]}
    reference = parquet(tmp_path / "reference.parquet", columns)
    current = parquet(tmp_path / "current.parquet", columns | {"constant": [1.0, 2.0] * 30})

    rows, places = drift(reference, current), drift_in_place(pl.read_parquet(reference), current)

    assert [column.unavailable for column in places.columns] == [column.unavailable for column in rows.columns]


def test_numbers_too_far_from_zero_for_the_bins_are_not_judged(tmp_path: Path) -> None:
    rows = np.random.default_rng(22).normal(1e9, 30, 400)
    path = parquet(tmp_path / "rows.parquet", {"x": rows})
    moved = parquet(tmp_path / "moved.parquet", {"x": rows[::-1] + 9})

    found = drift_in_place(pl.read_parquet(path), moved).column("x")

    assert found.drifted is None
    assert "The bins are too wide" in found.unavailable


def test_a_column_that_a_table_lacks_is_refused(tmp_path: Path) -> None:
    reference, current = files(tmp_path)

    with pytest.raises(Unreadable, match="no such column in both files"):
        drift_in_place(reference, current, options=Options(thresholds={"other": 0.2}))
