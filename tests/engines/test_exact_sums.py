"""Sums and bins are those of exact arithmetic, whatever the numbers and whatever order they come in."""

from fractions import Fraction
from itertools import pairwise
from math import inf, isfinite, isnan, nan
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from core.frames import engines
from core.metrics.drift.bounds import Bins, wasserstein_bounds
from core.metrics.drift.numbers import wasserstein
from tests.engines.conftest import EXAMPLE

ANY = st.lists(st.none() | st.floats(), min_size=1, max_size=40)
SEVERAL_TABLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FAR = [1e308, -1e308, 5e-324, 2.0**-1022, 1.7976931348623157e308, -0.0, 1.0, 1e-300]


def places(values: list[float | None], folder: Path) -> tuple[Path, pl.LazyFrame]:
    """The same column as a Parquet file, for DuckDB, and as a Polars table with its rows in another order."""
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    frame.write_parquet(folder / "x.parquet")
    return folder / "x.parquet", frame.reverse().lazy()


def finite(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None and isfinite(value)]


@SEVERAL_TABLES
@given(values=ANY)
@example(values=FAR)
@example(values=[1e16, 1.0, -1e16])
@example(values=[0.1] * 10)
@example(values=[nan, inf, None])
@example(values=[0.0, nan])  # Parquet's statistics leave NaN out, and DuckDB then skips comparisons
def test_a_sum_is_the_exact_sum_rounded_once(tmp_path: Path, values: list[float | None]) -> None:
    there = finite(values)
    exact = sum(map(Fraction, there), Fraction(0))
    mean = exact / len(there) if there else Fraction(0)
    spread = sum((Fraction(value) - mean) ** 2 for value in there)

    for found in (engines.column_sums(place, "x") for place in places(values, tmp_path)):
        assert (found.rows, found.n) == (len(values), len(there))
        assert found.missing == sum(value is None or isnan(value) for value in values)
        assert found.infinite == sum(value is not None and abs(value) == inf for value in values)
        assert found.distinct == len({value for value in values if value is not None and not isnan(value)})
        assert found.total == (as_double(exact) if there else None)
        assert found.mean == (float(mean) if there else None)
        assert (found.minimum, found.maximum) == ((min(there), max(there)) if there else (None, None))
        if found.squares is None:
            assert not there or as_double(spread) is None or float(spread) > 1e307
        elif spread > 1e-290:
            # The mean is rounded to a double before distances from it are taken.
            slack = len(there) * (float(mean) * 2.0**-52) ** 2
            assert found.squares == pytest.approx(float(spread), rel=1e-12, abs=slack)


def as_double(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


@SEVERAL_TABLES
@given(values=ANY, pieces=st.sampled_from([1, 8, 4096]))
@example(values=FAR, pieces=16)
@example(values=[0.0, nan], pieces=1)
@example(values=[2.0**at for at in range(-60, 60)], pieces=2)
def test_every_number_is_in_one_bin_of_its_size(tmp_path: Path, values: list[float | None], pieces: int) -> None:
    there = finite(values)

    first, second = (engines.log_bin_sums(place, "x", per_octave=pieces) for place in places(values, tmp_path))

    assert first == second
    assert sum(found.n for found in first) == len(there)
    for found in first:
        low, high = (-inf if found.low is None else found.low), (inf if found.high is None else found.high)
        inside = [value for value in there if (low <= value < high if low >= 0 and high > 0 else low < value <= high)]
        inside = [value for value in there if value == 0.0] if low == high == 0 else [v for v in inside if v != 0.0]
        assert (found.n, found.minimum, found.maximum) == (len(inside), min(inside), max(inside))
        assert found.total == as_double(sum(map(Fraction, inside), Fraction(0)))
        if min(abs(low), abs(high)) >= 2.0**-1022 and isfinite(high - low):
            assert high - low <= min(abs(low), abs(high)) / pieces
    assert all(lower.high <= upper.low for lower, upper in pairwise(first) if lower.high is not None is not upper.low)


@SEVERAL_TABLES
@given(values=ANY, edges=st.sets(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=9))
def test_bins_between_edges_are_numpys_histogram(tmp_path: Path, values: list[float | None], edges: set[float]) -> None:
    rising = sorted(edges)
    expected = [sum(a <= value < b for value in finite(values)) for a, b in pairwise([-inf, *rising, inf])]

    for place in places(values, tmp_path):
        found = engines.bin_sums(place, "x", rising)

        assert [part.n for part in found] == expected
        inner = [value for value in finite(values) if value < rising[-1]]  # numpy's last bin includes its upper edge
        assert [part.n for part in found[1:-1]] == list(np.histogram(inner, bins=rising)[0])


def test_bins_in_the_engine_bound_the_distance_of_the_rows() -> None:
    before, after = EXAMPLE / "employment_ma_2015.parquet", EXAMPLE / "employment_ma_2016.parquet"
    column = "predicted_probability"
    samples = [np.sort(pl.read_parquet(path)[column].to_numpy()) for path in (before, after)]
    spread = (engines.column_sums(before, column).variance or 0.0) ** 0.5
    sides = [{part.low: part for part in engines.log_bin_sums(path, column)} for path in (before, after)]
    lows = sorted({*sides[0], *sides[1]})
    both = [[side[low] for side in sides if low in side] for low in lows]
    counts = [np.array([side[low].n if low in side else 0 for low in lows]) for side in sides]
    sums = [np.array([side[low].total if low in side else 0.0 for low in lows]) for side in sides]
    low, high = (np.array([end(pair) for pair in both]) for end in (lowest, highest))

    bounds = wasserstein_bounds(Bins(low, high, *counts, *sums), spread)

    assert bounds.low <= wasserstein(*samples) <= bounds.high
    assert bounds.high < 0.1


def lowest(parts: list[engines.BinSum]) -> float:
    return min(part.minimum for part in parts if part.minimum is not None)


def highest(parts: list[engines.BinSum]) -> float:
    return max(part.maximum for part in parts if part.maximum is not None)


@pytest.mark.parametrize("edges", [[], [1.0, 1.0], [2.0, 1.0], [nan], [0.0, inf], list(range(513))])
def test_edges_that_do_not_rise_are_a_mistake(edges: list[float]) -> None:
    with pytest.raises(ValueError, match="finite edges"):
        engines.bin_sums(pl.DataFrame({"x": [1.0]}), "x", edges)


@pytest.mark.parametrize("pieces", [0, 3, -2, 8192])
def test_octaves_are_cut_in_a_power_of_two(pieces: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        engines.log_bin_sums(pl.DataFrame({"x": [1.0]}), "x", per_octave=pieces)


@pytest.mark.parametrize("source", [[1, 2], {"x": [1]}, None, 7])
def test_what_is_no_table_is_a_mistake(source: object) -> None:
    with pytest.raises(TypeError, match="no path and no table"):
        engines.column_sums(source, "x")  # type: ignore[arg-type]


def test_more_categories_than_can_be_told_apart_are_refused() -> None:
    table = pl.DataFrame({"id": range(100_001)})

    with pytest.raises(Unreadable, match="too many categories"):
        engines.category_counts(table, "id")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", " 2.5 ", "-3e2", ".5", "007"], -289.0),
        (["1", "1_000"], None),
        (["1", "inf"], None),
        (["0x1"], None),
        (["9" * 200, "1"], float("9" * 200)),
        (["9" * 201], None),
        (["1e99", "1e-99"], 1e99),
        (["1e100"], None),
        (["", "  ", None], None),
    ],
)
def test_text_is_a_number_where_every_engine_reads_the_same(
    tmp_path: Path, values: list[str | None], expected: float | None
) -> None:
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.String)})
    frame.write_parquet(tmp_path / "x.parquet")

    first, second = engines.column_sums(tmp_path / "x.parquet", "x"), engines.column_sums(frame, "x")

    assert first == second
    assert first.total == expected
    assert (first.n == 0) is (expected is None)
