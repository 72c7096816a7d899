"""Without drift an alarm is as rare as its level says, where Evidently's defaults raise it nearly always."""

import numpy as np
import pytest

from core.metrics.drift import THRESHOLDS, Method, concluded
from core.metrics.drift.measure import measure_counts, measure_numbers
from tests.drift.test_verdicts import a_column

TRIALS = 200
MOST = 0.10  # four standard errors above 5 % at so few trials


@pytest.mark.parametrize("categories", [3, 10, 50, 200])
@pytest.mark.parametrize("method", [Method.CHI_SQUARE, Method.PSI, Method.JENSEN_SHANNON])
def test_categories_without_drift_raise_few_alarms(categories: int, method: Method) -> None:
    generator = np.random.default_rng(31)
    tables = generator.multinomial(1_000, np.full(categories, 1 / categories), size=(TRIALS, 2))

    alarms = [measure_counts(method, *table, threshold=THRESHOLDS[method]).drifted for table in tables]

    assert np.mean(alarms) <= MOST


def test_numbers_without_drift_raise_few_alarms_by_distance() -> None:
    generator = np.random.default_rng(32)
    samples = np.sort(generator.normal(size=(60, 2, 300)), axis=2)

    found = [measure_numbers(Method.WASSERSTEIN, *pair, threshold=0.1) for pair in samples]

    past_threshold = np.mean([one.score >= 0.1 for one in found])
    assert past_threshold > 0.3
    assert np.mean([one.drifted for one in found]) <= 0.17


def test_a_file_of_many_columns_without_drift_rarely_fails() -> None:
    generator = np.random.default_rng(33)

    failed = [
        concluded([a_column(str(at), p_value) for at, p_value in enumerate(columns)], rows=(100, 90)).verdict == "fail"
        for columns in generator.random((400, 2))
    ]

    assert np.mean(failed) <= 0.09
