"""What a data set fails for, what leaves it open, and which figures a policy is given."""

import numpy as np
import pyarrow as pa
import pytest

from core.errors import Unreadable
from core.frames.drift import Options, drift
from core.metrics.drift import ColumnDrift, DriftResult, Kind, Method, concluded
from core.metrics.drift.measure import measure_counts, measure_numbers
from core.metrics.verdicts import Verdict
from tests.drift.builders import MA_2015, MA_2016, parquet


def a_column(name: str, p_value: float | None = 0.5, **changed: object) -> ColumnDrift:
    values: dict[str, object] = {
        "column": name,
        "type": Kind.CATEGORICAL,
        "method": Method.CHI_SQUARE,
        "threshold": 0.05,
        "score": p_value,
        "p_value": p_value,
        "drifted": None if p_value is None else p_value < 0.05,
        "n": (100, 90),
        "null_rate": (0.0, 0.0),
    }
    return ColumnDrift(**(values | changed))


def a_distance(name: str, score: float, chance: float | None = None) -> ColumnDrift:
    return a_column(
        name, None, type=Kind.NUMERIC, method=Method.WASSERSTEIN, threshold=0.1, score=score, chance=chance,
        drifted=chance is not None and chance < 0.05,
    )  # fmt: skip


def of(*columns: ColumnDrift, **options: object) -> DriftResult:
    return concluded(columns, rows=(100, 90), **options)


def checks(found: DriftResult) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.checks}


def figures(found: DriftResult) -> dict[str, tuple[float | None, str]]:
    return {figure.metric: (figure.value, figure.subject) for figure in found.figures}


def test_half_of_the_columns_drifting_fails_the_data() -> None:
    found = of(a_column("a", 1e-6), a_column("b", 0.4))

    assert (found.share, found.share_after_holm, found.verdict) == (0.5, 0.5, Verdict.FAIL)


def test_a_drift_that_the_number_of_columns_explains_does_not_fail_the_data() -> None:
    found = of(a_column("a", 0.04), a_column("b", 0.4))

    assert (found.share, found.share_after_holm, found.verdict) == (0.5, 0.0, Verdict.PASS)
    assert found.column("a").drifted
    assert found.column("a").holm_p_value == 0.08


def test_the_limit_is_a_share_of_the_columns() -> None:
    columns = [a_column("a", 1e-6), *(a_column(name) for name in "bcd")]

    assert of(*columns).verdict is Verdict.PASS
    assert of(*columns, share_threshold=0.25).verdict is Verdict.FAIL


def test_columns_that_cannot_be_judged_leave_open_what_they_could_turn() -> None:
    unknown = a_column("x", None, unavailable="The column has no value in the current data")

    assert of(a_column("a"), unknown).verdict is Verdict.INSUFFICIENT
    assert of(a_column("a"), a_column("b"), a_column("c"), unknown).verdict is Verdict.PASS
    assert of(a_column("a", 1e-9), a_column("b", 1e-9), unknown).verdict is Verdict.FAIL


def test_no_column_to_judge_is_no_pass() -> None:
    found = of(a_column("x", None, unavailable="Dates and times move on; they are not compared"))

    assert found.verdict is Verdict.INSUFFICIENT
    assert of().verdict is Verdict.INSUFFICIENT
    assert figures(found)["drifted_column_share"] == (None, "")


def test_a_changed_share_of_missing_values_fails_by_itself() -> None:
    found = of(a_column("a", null_rate=(0.1, 0.4), null_rate_p_value=1e-6), a_column("b"), a_column("c"))

    assert checks(found) == {"drifted_column_share": Verdict.PASS, "null_rate_change": Verdict.FAIL}
    assert figures(found)["null_rate_change"] == (pytest.approx(0.3), "a")


def test_missing_values_are_corrected_for_the_number_of_columns_as_well() -> None:
    columns = [a_column(f"c{at}", null_rate=(0.1, 0.16), null_rate_p_value=0.04) for at in range(3)]

    assert checks(of(*columns))["null_rate_change"] is Verdict.PASS


def test_an_output_that_drifts_fails_the_data_though_few_columns_do() -> None:
    columns = [a_distance("score", 0.3, 1e-6), *(a_column(name) for name in "abcd")]

    found = of(*columns, outputs=("score",))

    assert checks(of(*columns)) == {"drifted_column_share": Verdict.PASS, "null_rate_change": Verdict.PASS}
    assert checks(found)["prediction_drift"] is Verdict.FAIL
    assert figures(found)["prediction_drift"] == (0.3, "score")


def test_an_output_that_one_file_lacks_is_no_pass() -> None:
    found = of(a_column("a"), outputs=("score",), only_in_reference=("score",))

    assert checks(found)["prediction_drift"] is Verdict.INSUFFICIENT
    assert figures(found)["prediction_drift"] == (None, "score")


def test_the_worst_drift_is_a_multiple_of_its_threshold_among_distances_only() -> None:
    found = of(a_distance("near", 0.05), a_distance("far", 0.25, 1e-9), a_column("test", 1e-12))

    assert figures(found)["worst_drift_over_threshold"] == (2.5, "far")


def test_a_distance_that_chance_gives_is_neither_drift_nor_the_worst_of_it() -> None:
    found = of(a_distance("near", 0.05), a_distance("chance", 0.2, 0.3))

    assert (found.column("chance").drifted, found.share) == (False, 0.0)
    assert figures(found)["worst_drift_over_threshold"] == (0.5, "near")


def test_a_small_sample_at_its_threshold_is_held_against_chance() -> None:
    generator = np.random.default_rng(8)
    few, many = (np.sort(generator.normal(size=(2, size)), axis=1) for size in (40, 4_000))
    counts = np.array([6, 4, 5, 5]), np.array([4, 6, 6, 4])

    small = measure_numbers(Method.WASSERSTEIN, *few, threshold=0.1)
    shifted = measure_numbers(Method.WASSERSTEIN, few[0], few[1] + 2, threshold=0.1)
    slight = measure_numbers(Method.WASSERSTEIN, many[0], many[1] + 0.15, threshold=0.1)
    shares = measure_counts(Method.JENSEN_SHANNON, *counts, threshold=0.1)

    assert small.score is not None
    assert small.score >= 0.1
    assert (small.drifted, shifted.drifted, slight.drifted, shares.drifted) == (False, True, True, False)
    assert "chance" in small.note


def test_an_explosion_of_outliers_is_seen_where_a_rank_test_is_blind(tmp_path) -> None:
    generator = np.random.default_rng(9)
    reference, current = generator.normal(size=(2, 10_000))
    current[:60] = 100.0
    paths = [parquet(tmp_path / f"{at}.parquet", {"x": rows}) for at, rows in enumerate((reference, current))]

    by_distance = drift(*paths).column("x")
    by_rank = drift(*paths, options=Options(methods={"x": Method.KOLMOGOROV_SMIRNOV})).column("x")

    assert (by_distance.drifted, by_rank.drifted) == (True, False)


def test_a_method_does_not_depend_on_the_number_of_rows(tmp_path) -> None:
    generator = np.random.default_rng(10)
    methods = set()
    for rows in (999, 1_000, 1_001, 5_000):
        columns = {"x": generator.normal(size=rows), "c": generator.choice(list("ab"), rows)}
        path = parquet(tmp_path / f"{rows}.parquet", columns)
        methods.add(tuple(column.method for column in drift(path, path).columns))

    assert methods == {(Method.WASSERSTEIN, Method.CHI_SQUARE)}


def test_columns_of_one_file_only_are_named(tmp_path) -> None:
    paths = [
        parquet(tmp_path / "reference.parquet", {"both": [1.0] * 40, "old": [1] * 40}),
        parquet(tmp_path / "current.parquet", {"new": [1] * 40, "both": [1.0] * 40}),
    ]

    found = drift(*paths)

    assert ([column.column for column in found.columns], found.only_in_reference, found.only_in_current) == (
        ["both"],
        ("old",),
        ("new",),
    )


def test_options_for_columns_that_are_not_there_are_refused_all_at_once() -> None:
    options = Options(methods={"agee": Method.PSI}, thresholds={"rase": 0.2})

    with pytest.raises(Unreadable) as refused:
        drift(MA_2015, MA_2016, outputs=("scored",), options=options)

    assert [problem.column for problem in refused.value.problems] == ["agee", "rase", "scored"]


def test_a_chart_has_at_most_twenty_parts_and_every_row(tmp_path) -> None:
    generator = np.random.default_rng(12)
    columns = {
        "wide": generator.standard_cauchy(5_000),
        "few": generator.integers(0, 9, 5_000),
        "many": pa.array([f"c{code}" for code in generator.integers(0, 300, 5_000)]),
    }
    path = parquet(tmp_path / "rows.parquet", columns)

    found = drift(path, path)

    parts = {column.column: column.distribution for column in found.columns}
    assert {name: len(one) for name, one in parts.items()} == {"wide": 20, "few": 9, "many": 16}
    assert all(sum(part.reference for part in one) == 5_000 for one in parts.values())
    assert (parts["wide"][0].low, parts["wide"][-1].high) == (columns["wide"].min(), columns["wide"].max())
