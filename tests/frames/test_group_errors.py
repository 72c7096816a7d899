"""Numeric predictions by group: sums that no order of rows and no large offset can blur."""

import statistics
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from core.frames.group_errors import group_numbers
from core.frames.source import open_table
from core.metrics.fairness.numbers import NumberSums


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path / "rows")
    return path / "rows"


def measured(path: Path, *attributes: str, **options) -> tuple[dict[tuple[str, ...], NumberSums], int]:
    with open_table(path) as table:
        return group_numbers(table, attributes, **{"prediction": "p", "label": "a", **options})


def test_whole_numbers_are_summed_without_rounding(tmp_path: Path) -> None:
    path = parquet(tmp_path, p=[3, 5, 10, 7], a=[1, 5, 12, 7], g=["x", "x", "x", "y"])

    found, missing = measured(path, "g")

    errors = found["x",].error
    assert (errors.n, errors.total, errors.squares) == (3, 0, 8)
    assert (found["x",].absolute.total, found["x",].squared.total) == (4, 8)
    assert (found["y",].prediction.mean, missing) == (7, 0)


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e12])
def test_mean_and_spread_are_exact_whatever_the_offset(tmp_path: Path, offset: float) -> None:
    generator = np.random.default_rng(1)
    p = generator.normal(offset, 3, 4000)
    group = np.where(generator.random(4000) < 0.3, "x", "y")

    found, _ = measured(parquet(tmp_path, p=p, a=p - generator.normal(0, 1, 4000), g=group), "g")

    for name in "xy":
        own = [float(one) for one in p[group == name]]
        # Python's statistics computes with fractions; numpy's own variance is wrong from the ninth digit at 1e12.
        assert float(found[name,].prediction.mean) == pytest.approx(statistics.mean(own), rel=1e-15)
        assert float(found[name,].prediction.variance) == pytest.approx(statistics.variance(own), rel=1e-14)


def test_equal_numbers_have_no_spread_at_all(tmp_path: Path) -> None:
    found, _ = measured(parquet(tmp_path, p=[0.1] * 7 + [0.7] * 3, a=[0.3] * 10, g=["x"] * 7 + ["y"] * 3), "g")

    assert found["x",].prediction.variance == 0
    assert found["x",].prediction.mean == Fraction(0.1)


def test_one_far_number_leaves_the_other_group_as_it_is(tmp_path: Path) -> None:
    found, _ = measured(parquet(tmp_path, p=[1e100, 1.0, 1.0, 2.0], g=["x", "x", "y", "y"]), "g", label=None)

    assert found["y",].prediction.variance == Fraction(1, 2)
    assert found["y",].error is None


def test_each_row_stands_for_its_count_and_missing_groups_are_counted(tmp_path: Path) -> None:
    path = parquet(tmp_path, p=[1.0, 2.0, 9.0, 4.0], a=[1.0] * 4, g=["x", "x", None, "y"], n=[2, 3, 5, 0])

    found, missing = measured(path, "g", count="n")

    assert (found["x",].prediction.n, found["x",].prediction.total) == (5, 8)
    assert (set(found), missing) == ({("x",)}, 5)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"p": ["1", "much"]}, "line 3, column “p”: a value is no finite number, found 1 such rows"),
        ({"a": ["1", ""]}, "line 3, column “a”: a value is no finite number"),
        ({"p": ["inf", "1"]}, "line 2, column “p”"),
        ({"p": [1.0, float("nan")]}, "line 3, column “p”: a value is no finite number"),
        ({"p": [1.0, None]}, "line 3, column “p”: a value is no finite number"),
        ({"p": ["1e300", "1"]}, "column “a”: numbers lie too far apart to be squared"),
        ({"p": ["1.7e308", "-1.7e308"], "g": ["x", "x"]}, "numbers lie too far apart"),
    ],
)
def test_what_is_no_number_is_refused_with_its_place(tmp_path: Path, columns: dict[str, list], words: str) -> None:
    path = parquet(tmp_path, **{"p": ["1", "2"], "a": ["1", "2"], "g": ["x", "y"], **columns})

    with pytest.raises(Unreadable) as refused:
        measured(path, "g")

    assert words in str(refused.value)


NUMBERS = st.floats(-1e9, 1e9) | st.sampled_from([0.0, -0.0, 0.1, 5e-324, 1e9])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["x", "y", None])), min_size=1, max_size=50), st.randoms())
def test_no_order_of_rows_changes_a_bit(tmp_path_factory, rows, random) -> None:
    folder = tmp_path_factory.mktemp("numbers")

    def found(given_rows):
        p, a, g = zip(*given_rows, strict=True)
        return measured(parquet(folder, p=pa.array(p), a=pa.array(a), g=pa.array(g, pa.string())), "g")

    first = found(rows)
    random.shuffle(rows)

    assert found(rows) == first
    for values, sums in first[0].items():
        own = [p for p, _, g in rows if g == values[0]]
        exact = sum(Fraction(one) for one in own) / len(own)
        assert float(sums.prediction.mean) == pytest.approx(float(exact), rel=1e-12, abs=1e-9 * max(map(abs, own)))
