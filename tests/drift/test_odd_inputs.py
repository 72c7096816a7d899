"""Columns that mislead a drift report are told apart: a correct figure, or none with the reason."""

from decimal import Decimal
from math import isfinite
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from core.errors import Unreadable
from core.frames.drift import Options, drift
from core.metrics.drift import ColumnDrift, DriftResult, Kind, Method
from core.metrics.verdicts import Verdict
from tests.drift.builders import parquet

NORMAL = np.random.default_rng(1).normal(size=(2, 400))


def compared(tmp_path: Path, reference: object, current: object, **options: object) -> ColumnDrift:
    paths = (parquet(tmp_path / f"{at}.parquet", {"x": values}) for at, values in enumerate((reference, current)))
    return drift(*paths, options=Options(**options)).column("x")


def pinned(method: Method) -> dict[str, dict[str, Method]]:
    return {"methods": {"x": method}}


def test_a_category_that_the_reference_lacks_has_the_p_value_of_a_two_sample_test(tmp_path) -> None:
    found = compared(tmp_path, ["a"] * 60 + ["b"] * 60, ["a"] * 60 + ["b"] * 59 + ["new"])

    expected = stats.chi2_contingency([[60, 60, 0], [60, 59, 1]], correction=False).pvalue
    assert found.p_value == pytest.approx(expected, rel=1e-12)
    assert found.drifted is False


def test_a_constant_reference_has_no_spread_to_measure_a_distance_in(tmp_path) -> None:
    found = compared(tmp_path, np.ones(400), NORMAL[0])

    assert (found.score, found.drifted) == (None, None)
    assert "no spread" in found.unavailable


def test_the_same_constant_on_both_sides_has_not_drifted(tmp_path) -> None:
    found = [
        compared(tmp_path, np.full(50, 7.0), np.full(40, 7.0), **pinned(method))
        for method in (Method.WASSERSTEIN, Method.KOLMOGOROV_SMIRNOV, Method.PSI, Method.JENSEN_SHANNON)
    ]

    assert [column.score for column in found] == [0.0, 1.0, 0.0, 0.0]
    assert not any(column.drifted for column in found)


def test_three_rows_are_too_few(tmp_path) -> None:
    found = compared(tmp_path, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0])

    assert found.drifted is None
    assert found.unavailable == "3 values, fewer than the 30 that a comparison needs"


@pytest.mark.parametrize("kind", [pa.float64(), pa.string(), pa.int64(), pa.bool_()])
def test_an_empty_column_is_not_available_and_its_gaps_are_reported(tmp_path, kind) -> None:
    full = pa.array([None, 1, 0, 1] * 20, pa.int64()).cast(kind)
    paths = [
        parquet(tmp_path / "reference.parquet", {"x": full}),
        parquet(tmp_path / "current.parquet", {"x": pa.array([None] * 80, kind)}),
    ]

    found = drift(*paths)

    column = found.column("x")
    assert (column.drifted, column.null_rate) == (None, (0.25, 1.0))
    assert column.unavailable == "The column has no value in the current data"
    assert column.null_rate_changed
    assert found.verdict is Verdict.FAIL


def test_infinite_numbers_are_counted_and_left_out(tmp_path) -> None:
    reference, current = NORMAL[0].copy(), NORMAL[1].copy()
    reference[:3], current[:5] = np.inf, -np.inf

    found = compared(tmp_path, reference, current)

    assert (found.infinite, found.n, found.null_rate) == ((3, 5), (397, 395), (0.0, 0.0))
    expected = stats.wasserstein_distance(reference[3:], current[5:]) / reference[3:].std()
    assert found.score == pytest.approx(expected, rel=1e-12)
    assert not found.null_rate_changed


def test_many_more_infinite_numbers_are_a_change_like_missing_ones(tmp_path) -> None:
    current = NORMAL[1].copy()
    current[:100] = np.inf

    found = compared(tmp_path, NORMAL[0], current)

    assert (found.null_rate, found.unusable_rate) == ((0.0, 0.0), (0.0, 0.25))
    assert found.null_rate_changed


def test_missing_values_are_no_drift_of_the_rest_and_a_change_by_themselves(tmp_path) -> None:
    with_gaps = pa.array([None if at % 2 else value for at, value in enumerate(NORMAL[0])])

    found = compared(tmp_path, NORMAL[0], with_gaps)

    assert found.drifted is False
    assert (found.null_rate, found.null_rate_changed) == ((0.0, 0.5), True)


def test_a_change_of_missing_values_that_chance_explains_is_none(tmp_path) -> None:
    def with_gaps(count: int) -> pa.Array:
        return pa.array([None] * count + [1.0, 2.0] * ((60 - count) // 2))

    found = compared(tmp_path, with_gaps(4), with_gaps(8), minimum_rows=10)

    assert found.null_rate_change == pytest.approx(4 / 60)
    assert not found.null_rate_changed


@pytest.mark.parametrize(
    ("kind", "as_kind"),
    [
        (pa.int8(), int),
        (pa.uint8(), int),
        (pa.uint64(), int),
        (pa.float32(), float),
        (pa.decimal128(9, 3), Decimal),
        (pa.string(), str),
        (pa.large_string(), str),
        (pa.dictionary(pa.int8(), pa.string()), str),
    ],
    ids=str,
)
def test_a_shift_is_seen_in_every_type_that_holds_numbers(tmp_path, kind, as_kind) -> None:
    generator = np.random.default_rng(6)
    reference, current = generator.integers(0, 40, 500), generator.integers(60, 100, 500)
    arrays = [pa.array([None, *map(as_kind, side.tolist())], kind) for side in (reference, current)]

    found = compared(tmp_path, *arrays)

    assert (found.type, found.n, found.drifted) == (Kind.NUMERIC, (500, 500), True)
    expected = stats.wasserstein_distance(reference, current) / reference.std()
    assert found.score == pytest.approx(expected, rel=1e-12)


def test_categories_meet_however_their_numbers_are_stored(tmp_path) -> None:
    codes = [1, 2, 3] * 30
    stored = [pa.array(codes, pa.int8()), pa.array(codes, pa.float64()), pa.array(map(str, codes), pa.string())]

    found = [compared(tmp_path, one, other, types={"x": Kind.CATEGORICAL}) for one in stored for other in stored]

    assert {(column.p_value, len(column.distribution)) for column in found} == {(1.0, 3)}


def test_text_with_leading_zeros_stays_apart_as_a_category(tmp_path) -> None:
    found = compared(tmp_path, ["01", "1"] * 30, ["01", "1"] * 30, types={"x": Kind.CATEGORICAL})

    assert [part.label for part in found.distribution] == ["01", "1"]


def test_truth_values_meet_their_words(tmp_path) -> None:
    found = compared(tmp_path, pa.array([True, False] * 30), ["True", "False"] * 30)

    assert (found.type, found.p_value) == (Kind.CATEGORICAL, 1.0)


def test_a_column_that_turned_from_numbers_to_text_is_not_compared(tmp_path) -> None:
    found = compared(tmp_path, ["1", "2"] * 30, ["1", "n/a"] * 30)

    assert (found.type, found.drifted) == (Kind.NUMERIC, None)
    assert found.unavailable == ("Not every value is a number: the reference holds numbers, the current data text")


def test_values_that_never_repeat_are_an_identifier(tmp_path) -> None:
    found = compared(tmp_path, [f"a{at}" for at in range(90)], [f"b{at}" for at in range(90)])

    assert (found.drifted, found.distribution) == (None, ())
    assert "identifier" in found.unavailable


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us"), pa.string()], ids=str)
def test_dates_are_not_compared(tmp_path, kind) -> None:
    days = [
        pa.array([(first + at) % 50 + first for at in range(80)], pa.int32()).cast(pa.date32()) for first in (0, 90)
    ]

    found = compared(tmp_path, *(day.cast(kind) for day in days))

    assert (found.drifted, found.unavailable) == (None, "Dates and times move on; they are not compared")


def test_ten_thousand_categories_are_counted(tmp_path) -> None:
    generator = np.random.default_rng(2)
    rows = [[f"c{code}" for code in generator.integers(0, 10_000, 60_000)] for _ in range(2)]

    found = compared(tmp_path, *rows)

    names = sorted({*rows[0], *rows[1]})
    table = [np.bincount(np.searchsorted(names, side), minlength=len(names)) for side in rows]
    assert found.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-12)
    assert found.drifted is False
    assert [part.label for part in found.distribution][-1] == "other"
    assert sum(part.current for part in found.distribution) == 60_000


def test_numbers_too_large_to_subtract_have_a_reason(tmp_path) -> None:
    huge = np.array([1e308, -1e308] * 30)

    found = compared(tmp_path, huge, huge[::-1].copy() * 0.5)

    assert (found.score, found.unavailable) == (None, "The values are too large to be subtracted")


def test_numbers_too_far_apart_to_cut_into_bins_have_a_reason(tmp_path) -> None:
    huge = np.linspace(1.0, 1.7, 60) * 1e308

    found = compared(tmp_path, huge, -huge, **pinned(Method.PSI))

    assert (found.score, found.unavailable) == (
        None,
        "The values span a range too large or too small to be cut into bins",
    )


def test_a_method_for_numbers_is_refused_for_text(tmp_path) -> None:
    with pytest.raises(Unreadable, match="wasserstein does not compare categorical columns"):
        compared(tmp_path, ["a", "b"] * 30, ["a", "b"] * 30, **pinned(Method.WASSERSTEIN))


def test_a_pinned_chi_square_takes_numbers_as_categories(tmp_path) -> None:
    found = compared(tmp_path, [1, 2] * 30, [1, 2] * 30, **pinned(Method.CHI_SQUARE))

    assert (found.type, found.p_value) == (Kind.CATEGORICAL, 1.0)


def test_a_file_without_rows_is_unreadable(tmp_path) -> None:
    with pytest.raises(Unreadable, match="the current data has no rows"):
        compared(tmp_path, [1.0], pa.array([], pa.float64()))


VALUES = st.one_of(
    st.none(),
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, float("inf"), float("nan"), 1e308, -1e308, 5e-324]),
)
COLUMNS = st.one_of(
    st.lists(VALUES, min_size=1, max_size=60).map(lambda rows: pa.array(rows, pa.float64())),
    st.lists(st.one_of(st.none(), st.integers(0, 255)), min_size=1, max_size=60).map(
        lambda rows: pa.array(rows, pa.uint8())
    ),
    st.lists(st.sampled_from(["", " ", "1", "01", "inf", "nan", "NaN", "é", "a", None]), min_size=1, max_size=60).map(
        lambda rows: pa.array(rows, pa.string())
    ),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=60).map(lambda rows: pa.array(rows, pa.bool_())),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reference=COLUMNS, current=COLUMNS, method=st.sampled_from([None, Method.PSI, Method.JENSEN_SHANNON]))
def test_whatever_a_column_holds_there_is_a_finite_score_or_a_reason(tmp_path, reference, current, method) -> None:
    paths = [
        parquet(tmp_path / "reference.parquet", {"x": reference}), parquet(tmp_path / "current.parquet", {"x": current})
    ]  # fmt: skip

    found = drift(*paths, options=Options(minimum_rows=1, methods={"x": method} if method else {}))

    column = found.column("x")
    if column.score is None:
        assert (column.drifted, bool(column.unavailable)) == (None, True)
    else:
        assert isfinite(column.score)
        assert column.drifted in (True, False)
        assert sum(part.reference for part in column.distribution) in (column.n[0], 0)
    adapter = TypeAdapter(DriftResult)
    assert adapter.validate_json(adapter.dump_json(found)) == found
