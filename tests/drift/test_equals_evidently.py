"""Every measure has the value that Evidently 0.7 and scipy give on the same data."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial import distance

from core.frames.drift import Options, drift
from core.metrics.drift import Kind, Method
from core.metrics.drift.numbers import binned, kolmogorov_smirnov, wasserstein
from core.metrics.drift.shares import chi_square, jensen_shannon, psi
from tests.drift.builders import MA_2015, MA_2016, adversarial, parquet
from tests.drift.evidently_scores import of_evidently

EVIDENTLYS = {
    Method.WASSERSTEIN: "wasserstein",
    Method.KOLMOGOROV_SMIRNOV: "ks",
    Method.PSI: "psi",
    Method.JENSEN_SHANNON: "jensenshannon",
}
THE_SAME = 1e-12
BIKES = Path(__file__).resolve().parents[3] / "shared" / "data" / "bike_sharing" / "hour.csv"


@pytest.mark.parametrize("seed", range(40))
def test_numbers_give_the_scores_of_evidently(seed: int) -> None:
    reference, current = adversarial(seed)

    counts = binned(reference, current)
    assert counts is not None
    found = wasserstein(reference, current), psi(*counts), jensen_shannon(*counts)

    expected = [of_evidently(test, reference, current) for test in ("wasserstein", "psi", "jensenshannon")]
    # Evidently adds in the order of the rows; a distance near 0 is a difference of sums near 1: the absolute part.
    assert found == pytest.approx(expected, rel=THE_SAME, abs=1e-15)


@pytest.mark.parametrize("seed", range(12))
def test_kolmogorov_smirnov_has_the_statistic_and_p_value_of_scipy(seed: int) -> None:
    reference, current = adversarial(seed)

    found = kolmogorov_smirnov(reference, current)

    expected = stats.ks_2samp(reference, current)
    assert found == pytest.approx((expected.statistic, expected.pvalue), rel=THE_SAME)


def test_kolmogorov_smirnov_beyond_ten_thousand_rows_is_the_asymptotic_one_of_scipy() -> None:
    generator = np.random.default_rng(5)
    reference = np.sort(generator.normal(size=12_000).round(2))
    current = np.sort(generator.normal(size=9_001).round(2) + 0.02)

    found = kolmogorov_smirnov(reference, current)

    expected = stats.ks_2samp(reference, current)
    assert found.p_value > 1e-10
    assert found == pytest.approx((expected.statistic, expected.pvalue), rel=THE_SAME)


@pytest.mark.parametrize("seed", range(8))
def test_categories_give_the_values_of_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    table = generator.poisson(generator.exponential(30, size=(1, 40)), size=(2, 40))
    table = table[:, table.sum(axis=0) > 0]

    found = chi_square(table[0], table[1])

    expected = stats.chi2_contingency(table, correction=False)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=THE_SAME)
    assert found.degrees == expected.dof
    assert jensen_shannon(table[0], table[1]) == pytest.approx(distance.jensenshannon(*table), rel=THE_SAME)


@pytest.fixture(scope="module")
def employment() -> dict[str, dict[str, float]]:
    """Evidently's own report on the employment data, each column by each method."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evidently import BinaryClassification, DataDefinition, Dataset, Report
        from evidently.metrics import ValueDrift
    frames = [pd.read_parquet(path) for path in (MA_2015, MA_2016)]
    numbers = ["age", "schooling", "predicted_probability"]
    for frame in frames:
        frame[numbers] = frame[numbers].astype(float)  # stored as text, as in every upload
    definition = DataDefinition(
        numerical_columns=numbers,
        categorical_columns=["race", "sex"],
        classification=[BinaryClassification(target="employed", prediction_labels="prediction", pos_label=1)],
    )
    reference, current = (Dataset.from_pandas(frame, data_definition=definition) for frame in frames)
    asked = [(name, method) for method in EVIDENTLYS for name in numbers]
    asked += [(name, method) for method in (Method.PSI, Method.JENSEN_SHANNON) for name in ("race", "sex")]
    report = Report([ValueDrift(column=name, method=EVIDENTLYS[method]) for name, method in asked])
    values = [float(metric["value"]) for metric in report.run(current, reference).dict()["metrics"]]
    found: dict[str, dict[str, float]] = {}
    for (name, method), value in zip(asked, values, strict=True):
        found.setdefault(name, {})[method] = value
    return found


@pytest.mark.parametrize("method", EVIDENTLYS)
def test_employment_data_give_the_report_of_evidently(employment, method: Method) -> None:
    columns = [name for name, values in employment.items() if method in values]

    found = drift(MA_2015, MA_2016, columns=columns, options=Options(methods=dict.fromkeys(columns, method)))

    scores = {column.column: column.score for column in found.columns}
    assert scores == pytest.approx({name: employment[name][method] for name in columns}, rel=THE_SAME)


def test_a_month_of_bicycle_hire_against_the_next_drifts_as_in_evidently(tmp_path) -> None:
    if not BIKES.is_file():
        pytest.skip("the bicycle data are not beside the repository")
    frame = pd.read_csv(BIKES)
    months = [frame[(frame["yr"] == 0) & (frame["mnth"] == month)] for month in (1, 2)]
    names = ["temp", "atemp", "hum", "windspeed", "casual", "registered", "cnt"]
    paths = [
        parquet(tmp_path / f"{at}.parquet", {n: month[n].to_numpy() for n in names}) for at, month in enumerate(months)
    ]

    found = drift(*paths)

    scores = {column.column: column.score for column in found.columns}
    expected = {name: of_evidently("wasserstein", months[0][name], months[1][name]) for name in names}
    assert scores == pytest.approx(expected, rel=THE_SAME)
    assert found.column("temp").drifted


def test_whole_numbers_are_cut_as_evidently_cuts_them(tmp_path) -> None:
    generator = np.random.default_rng(3)
    reference, current = generator.integers(0, 22, 3_000), generator.integers(0, 23, 4_000)
    paths = [parquet(tmp_path / f"{at}.parquet", {"x": rows}) for at, rows in enumerate((reference, current))]

    found = drift(*paths, options=Options(methods={"x": Method.PSI})).column("x")

    assert found.score == pytest.approx(of_evidently("psi", reference, current), rel=THE_SAME)


def test_numbers_as_text_give_the_score_of_the_numbers(tmp_path) -> None:
    reference, current = adversarial(16)
    as_text = [
        parquet(tmp_path / f"{at}.parquet", {"x": [repr(float(one)) for one in rows]})
        for at, rows in enumerate((reference, current))
    ]

    found = drift(*as_text).column("x")

    assert (found.type, found.method) == (Kind.NUMERIC, Method.WASSERSTEIN)
    assert found.score == pytest.approx(of_evidently("wasserstein", reference, current), rel=THE_SAME)
