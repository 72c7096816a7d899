"""The target leakage screen: scikit-learn and scipy on real data, planted leaks, and no alarm from identifiers."""

from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, kruskal, spearmanr
from sklearn.metrics import roc_auc_score

from core.frames.quality import assess_quality
from core.metrics.quality import Measure, QualityResult, Reading, SingleFeature
from tests.metrics.published import COMPAS
from tests.quality.files import EMPLOYMENT, EMPLOYMENT_2016, csv_file, parquet_file


def feature(found: QualityResult, name: str) -> SingleFeature:
    return next(one for one in found.target if one.name == name)


def pair_out(categories: list[object], labels: list[int]) -> float:
    """Leave-pair-out area by its definition: each pair judged by the categories' means without the two rows."""

    def mean(rows: list[int], category: object) -> float | None:
        own = [labels[row] for row in rows if categories[row] == category]
        return sum(own) / len(own) if own else None

    won, pairs = 0.0, 0
    for positive, negative in product(*([at for at, y in enumerate(labels) if y == side] for side in (1, 0))):
        rest = [row for row in range(len(labels)) if row not in (positive, negative)]
        overall = sum(labels[row] for row in rest) / len(rest)
        high, low = (mean(rest, categories[row]) for row in (positive, negative))
        high, low = overall if high is None else high, overall if low is None else low
        won += 0.5 if abs(high - low) < 1e-12 else float(high > low)
        pairs += 1
    return won / pairs


def test_numbers_of_employment_rank_as_scikit_learn_ranks_them() -> None:
    frame = pd.read_parquet(EMPLOYMENT_2016)

    found = assess_quality(EMPLOYMENT_2016, **EMPLOYMENT)

    for name in ("age", "schooling"):
        area = roc_auc_score(frame["employed"], frame[name].astype(float))
        one = feature(found, name)
        assert (one.measure, one.reading) == (Measure.AREA, Reading.RANKS)
        assert one.value == pytest.approx(max(area, 1 - area), abs=1e-12)
        assert one.interval is not None
        assert one.interval.low < one.value < one.interval.high
    assert found.figure("target_leakage").subject == "schooling"


def test_categories_are_ranked_by_their_share_with_the_compared_pair_left_out(tmp_path: Path) -> None:
    generator = np.random.default_rng(11)
    categories = [
        str(value) for value in generator.choice(["a", "b", "c", "d", "e"], 60, p=[0.5, 0.3, 0.15, 0.03, 0.02])
    ]
    labels = [int(value) for value in generator.random(60) < [0.3 + 0.3 * (one == "b") for one in categories]]

    found = assess_quality(parquet_file(tmp_path, pd.DataFrame({"g": categories, "y": labels})), label="y")

    assert feature(found, "g").value == pytest.approx(pair_out(list(categories), labels), abs=1e-12)


def test_with_many_rows_in_each_category_the_area_is_that_of_the_categories_shares() -> None:
    frame = pd.read_csv(COMPAS)

    found = assess_quality(COMPAS, label="label_value", prediction="score", row_id="entity_id")

    for name in ("race", "sex", "age_cat"):
        shares = frame.groupby(name)["label_value"].transform("mean")
        assert feature(found, name).value == pytest.approx(roc_auc_score(frame["label_value"], shares), abs=2e-3)


@pytest.mark.parametrize(
    ("leak", "reading"),
    [
        (lambda y, g: y * 2.0 + g.random(len(y)), Reading.RANKS),
        (lambda y, g: -y * 2.0 + g.random(len(y)), Reading.RANKS),
        (lambda y, g: np.where(y == 1, "granted", "refused"), Reading.CATEGORIES),
        (lambda y, g: np.where(y == 1, g.choice([1, 4], len(y)), g.choice([2, 3], len(y))), Reading.CATEGORIES),
        (lambda y, g: np.where(y == 1, g.random(len(y)), np.nan), Reading.MISSING),
        (
            lambda y, g: pd.to_datetime("2026-01-01") + pd.to_timedelta(y * 100 + g.integers(0, 99, len(y)), "D"),
            Reading.RANKS,
        ),
    ],
)
def test_a_feature_that_gives_the_label_away_is_found_in_whatever_way_it_does(
    tmp_path: Path, leak: object, reading: Reading
) -> None:
    generator = np.random.default_rng(2)
    labels = (generator.random(400) < 0.3).astype(int)
    frame = pd.DataFrame({"leak": leak(labels, generator), "noise": generator.random(400), "y": labels})  # type: ignore[operator]

    found = assess_quality(parquet_file(tmp_path, frame), label="y")

    figure = found.figure("target_leakage")
    assert (figure.value, figure.subject) == (1, "leak")
    assert feature(found, "leak").reading is reading
    assert (feature(found, "noise").value or 0) < 0.6


def test_an_identifier_and_a_constant_say_nothing(tmp_path: Path) -> None:
    labels = [0, 1] * 100
    frame = pd.DataFrame({"name": [f"n{at}" for at in range(200)], "one": "x", "none": [None] * 200, "y": labels})

    found = assess_quality(parquet_file(tmp_path, frame), label="y")

    assert feature(found, "name").value == 0.5
    assert feature(found, "one").reason == "The column has one value only"
    assert feature(found, "none").reason == "The column is empty"


def test_a_category_without_meaning_stays_at_chance_on_average(tmp_path: Path) -> None:
    generator = np.random.default_rng(8)
    columns = {f"g{at}": generator.choice([f"k{value}" for value in range(100)], 400) for at in range(60)}
    frame = pd.DataFrame(columns | {"y": (generator.random(400) < 0.4).astype(int)})

    found = assess_quality(parquet_file(tmp_path, frame), label="y")

    assert np.mean([one.value for one in found.target]) == pytest.approx(0.5, abs=0.01)


def test_several_labels_are_judged_by_cramers_v_without_its_bias(tmp_path: Path) -> None:
    frame = pd.read_parquet(EMPLOYMENT_2016)
    table = pd.crosstab(frame["sex"], frame["race"])

    found = assess_quality(EMPLOYMENT_2016, label="race", features=["sex", "marital_status"])

    for name in ("sex", "marital_status"):
        table = pd.crosstab(frame[name], frame["race"])
        assert feature(found, name).measure is Measure.CRAMER
        assert feature(found, name).value == pytest.approx(bergsma(table), rel=1e-9)


def bergsma(table: pd.DataFrame) -> float:
    """The corrected V by the paper's formula on scipy's chi-square."""
    n, (rows, columns) = table.to_numpy().sum(), table.shape
    phi = max(0.0, chi2_contingency(table, correction=False).statistic / n - (rows - 1) * (columns - 1) / (n - 1))
    return sqrt(phi / min(rows - (rows - 1) ** 2 / (n - 1) - 1, columns - (columns - 1) ** 2 / (n - 1) - 1))


def test_numbers_stand_in_bands_against_several_labels(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    leak = generator.normal(size=3000)
    frame = pd.DataFrame(
        {"leak": leak, "noise": generator.normal(size=3000), "y": pd.qcut(leak, 4, labels=list("abcd"))}
    )

    found = assess_quality(parquet_file(tmp_path, frame), label="y")

    assert (feature(found, "leak").value, feature(found, "leak").reading) == (
        pytest.approx(1, abs=0.005),
        Reading.BANDS,
    )
    assert (feature(found, "noise").value or 0) < 0.1


def test_a_quantity_is_judged_by_scipys_rank_correlation_and_correlation_ratio() -> None:
    frame = pd.read_parquet(EMPLOYMENT_2016)

    found = assess_quality(EMPLOYMENT_2016, label="predicted_probability", features=["age", "race"])

    age, race = feature(found, "age"), feature(found, "race")
    assert age.measure is Measure.SPEARMAN
    assert age.value == pytest.approx(abs(spearmanr(frame["age"], frame["predicted_probability"]).statistic), abs=1e-12)
    groups = [values for _, values in frame.groupby("race")["predicted_probability"]]
    explained = kruskal(*groups).statistic / (len(frame) - 1)
    expected = sqrt(1 - (1 - explained) * (len(frame) - 1) / (len(frame) - len(groups)))
    assert race.measure is Measure.CORRELATION_RATIO
    assert race.value == pytest.approx(expected, rel=1e-9)


def test_pairs_with_a_missing_value_are_left_out_of_the_rank_correlation(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    x, y = generator.normal(size=300), generator.normal(size=300)
    x[::7], y[::11] = np.nan, np.nan
    y += np.nan_to_num(x).round(1)

    found = assess_quality(parquet_file(tmp_path, pd.DataFrame({"x": x, "y": y})), label="y")

    expected = spearmanr(x, y, nan_policy="omit").statistic
    assert feature(found, "x").value == pytest.approx(abs(expected), abs=1e-12)
    assert feature(found, "x").n == (~np.isnan(x) & ~np.isnan(y)).sum()


def test_without_a_label_or_with_one_label_nothing_is_screened_and_the_reason_is_said(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,x\n1,2\n1,3\n")

    assert assess_quality(path).figure("target_leakage").reason == "There is no label column"
    found = assess_quality(path, label="y")
    assert (found.target, found.figure("target_leakage").reason) == (
        (),
        "Every row has the same label, or none has one",
    )


def test_only_features_are_screened() -> None:
    found = assess_quality(COMPAS, label="label_value", prediction="score", features=["sex", "label_value"])

    assert [one.name for one in found.target] == ["sex"]
