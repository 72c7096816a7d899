"""Bounds from bins hold the figure of the rows, whatever the rows are, and mostly settle the verdict."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.frames.drift import Options, drift
from core.metrics.drift import Method
from core.metrics.drift.bounds import Bins, smirnov_bounds, wasserstein_bounds
from core.metrics.drift.measure import measure_bins
from tests.drift.builders import parquet

NUMBERS = st.one_of(
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, 1.0, -1.0, 1e-9, 1e12, -3e12]),
    st.integers(-5, 5).map(float),
)
SAMPLES = st.lists(NUMBERS, min_size=1, max_size=60).map(np.array)
CUTS = st.lists(NUMBERS, max_size=8)


def in_bins(reference: np.ndarray, current: np.ndarray, cuts: list[float]) -> Bins:
    """Both samples between these cuts, as an engine would hand them over."""
    places = [np.digitize(side, sorted(set(cuts))) for side in (reference, current)]
    used = np.union1d(*places)
    chosen = [[side[place == at] for at in used] for side, place in zip((reference, current), places, strict=True)]
    both = [np.concatenate(pair) for pair in zip(*chosen, strict=True)]
    return Bins(
        low=np.array([values.min() for values in both]),
        high=np.array([values.max() for values in both]),
        reference=np.array([len(values) for values in chosen[0]]),
        current=np.array([len(values) for values in chosen[1]]),
        reference_sums=np.array([values.sum() for values in chosen[0]]),
        current_sums=np.array([values.sum() for values in chosen[1]]),
    )


@settings(max_examples=400, deadline=None)
@given(reference=SAMPLES, current=SAMPLES, cuts=CUTS)
def test_no_distance_of_rows_lies_outside_the_bounds_of_their_bins(reference, current, cuts) -> None:
    found = in_bins(reference, current, cuts)

    wasserstein, smirnov = wasserstein_bounds(found, 1.0), smirnov_bounds(found)

    assert wasserstein.low <= stats.wasserstein_distance(reference, current) <= wasserstein.high
    assert smirnov.low <= stats.ks_2samp(reference, current, method="asymp").statistic <= smirnov.high


@settings(max_examples=50, deadline=None)
@given(values=st.lists(NUMBERS, min_size=1, max_size=9, unique=True), data=st.data())
def test_bins_of_one_value_each_leave_nothing_open(values, data) -> None:
    rows = st.lists(st.sampled_from(values), min_size=1, max_size=40).map(np.array)
    reference, current = data.draw(rows), data.draw(rows)
    found = in_bins(reference, current, values)

    wasserstein, smirnov = wasserstein_bounds(found, 1.0), smirnov_bounds(found)

    expected = stats.wasserstein_distance(reference, current)
    largest = float(max(np.abs(values)))
    assert wasserstein.low == pytest.approx(expected, rel=1e-8, abs=3e-12 * largest)
    assert wasserstein.high == pytest.approx(expected, rel=1e-8, abs=3e-12 * largest)
    assert smirnov.high - smirnov.low <= 1e-8


SHAPES = {
    "normal": lambda generator, n: generator.normal(size=n),
    "far from zero": lambda generator, n: 1.7e9 + 1_000 * generator.normal(size=n),
    "lognormal": lambda generator, n: generator.lognormal(0, 2, n),
    "cauchy": lambda generator, n: generator.standard_cauchy(n),
    "ties": lambda generator, n: generator.integers(0, 50, n).astype(float),
    "mostly zero": lambda generator, n: np.where(generator.random(n) < 0.8, 0.0, generator.normal(size=n)),
    "tiny": lambda generator, n: generator.normal(size=n) * 1e-9,
}


def files(tmp_path: Path, shape: str, shift: float) -> tuple[Path, Path]:
    generator = np.random.default_rng(11)
    reference, current = SHAPES[shape](generator, 20_000), SHAPES[shape](generator, 11_000)
    current = current + shift * reference.std()
    return (
        parquet(tmp_path / "reference.parquet", {"x": reference}),
        parquet(tmp_path / "current.parquet", {"x": current}),
    )


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("shape", SHAPES)
def test_counts_in_the_engine_settle_wasserstein_as_the_rows_do(tmp_path, shape: str, shift: float) -> None:
    paths = files(tmp_path, shape, shift)

    exact, bounded = drift(*paths).column("x"), drift(*paths, options=Options(in_engine=True)).column("x")

    assert bounded.bounds is not None
    assert bounded.bounds.low <= exact.score <= bounded.bounds.high
    assert bounded.bounds.high - bounded.bounds.low <= 0.012
    assert bounded.drifted is exact.drifted


@pytest.mark.parametrize("shape", ["normal", "ties", "mostly zero", "far from zero"])
def test_counts_in_the_engine_bound_the_p_value_of_kolmogorov_smirnov(tmp_path, shape: str) -> None:
    paths = files(tmp_path, shape, 0.03)
    pinned = {"x": Method.KOLMOGOROV_SMIRNOV}

    exact = drift(*paths, options=Options(methods=pinned)).column("x")
    bounded = drift(*paths, options=Options(methods=pinned, in_engine=True)).column("x")

    assert bounded.bounds is not None
    assert bounded.bounds.low <= exact.score <= bounded.bounds.high
    assert bounded.drifted in (exact.drifted, None)


@pytest.mark.parametrize("method", [Method.PSI, Method.JENSEN_SHANNON])
@pytest.mark.parametrize("shape", ["normal", "lognormal", "ties"])
def test_bins_of_psi_and_jensen_shannon_are_counted_exactly_in_the_engine(tmp_path, shape: str, method: Method) -> None:
    paths = files(tmp_path, shape, 0.2)

    exact = drift(*paths, options=Options(methods={"x": method})).column("x")
    counted = drift(*paths, options=Options(methods={"x": method}, in_engine=True)).column("x")

    assert (counted.score, counted.drifted, counted.bounds) == (exact.score, exact.drifted, None)


def test_a_threshold_between_the_bounds_is_not_judged() -> None:
    sides = np.random.default_rng(2).normal([[0.0], [0.2]], size=(2, 5_000))
    found = in_bins(*sides, [0.0])
    bounds = wasserstein_bounds(found, 1.0)

    between = measure_bins(Method.WASSERSTEIN, found, threshold=(bounds.low + bounds.high) / 2, spread=1.0)
    below = measure_bins(Method.WASSERSTEIN, found, threshold=bounds.low * 0.9, spread=1.0)
    above = measure_bins(Method.WASSERSTEIN, found, threshold=bounds.high * 1.1, spread=1.0)

    assert (between.drifted, between.score) == (None, None)
    assert "on both sides of its threshold" in between.reason
    assert (below.drifted, above.drifted) == (True, False)


@pytest.mark.parametrize("in_engine", [False, True])
def test_a_score_has_the_same_bits_in_any_order_of_rows(tmp_path, in_engine: bool) -> None:
    generator = np.random.default_rng(4)
    reference, current = generator.lognormal(0, 1, (2, 20_000))
    there = [parquet(tmp_path / f"{at}.parquet", {"x": rows}) for at, rows in enumerate((reference, current))]
    back = [parquet(tmp_path / f"{at}b.parquet", {"x": rows[::-1]}) for at, rows in enumerate((reference, current))]

    found = [drift(*paths, options=Options(in_engine=in_engine)).column("x") for paths in (there, back, there)]

    assert found[0] == found[1] == found[2]
