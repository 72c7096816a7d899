"""Scores by group from one pass of the engine: areas, bins and thresholds as scikit-learn and counting by hand give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.errors import Unreadable
from core.frames.group_scores import group_scores
from core.frames.scores import score_sums
from core.frames.source import open_table
from core.metrics.fairness.scoring import GroupSums
from core.metrics.scores import area_under_curve, delong
from tests.metrics.published import ROOT

EMPLOYMENT = ROOT / "app/example/data/employment_ma_2015.parquet"


def scored(path: Path | str, *attributes: str, **options) -> dict[tuple[str, ...], GroupSums]:
    chosen = {"label": "y", "score": "s", "positive": "1", **options}
    with open_table(path) as table:
        return group_scores(table, attributes, **chosen)


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path / "rows")
    return path / "rows"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_parquet(EMPLOYMENT)


@pytest.fixture(scope="module")
def employment() -> dict[tuple[str, ...], GroupSums]:
    return scored(EMPLOYMENT, "sex", "race", label="employed", score="predicted_probability")


def test_every_area_is_that_of_scikit_learn_on_the_rows_of_the_group(frame, employment) -> None:
    for values, rows in frame.groupby(["sex", "race"]):
        area = area_under_curve(employment[values].ranks)
        if rows["employed"].nunique() == 2:
            assert float(area) == pytest.approx(
                roc_auc_score(rows["employed"], rows["predicted_probability"]), rel=1e-12
            )
        else:
            assert area is None


def test_every_mean_is_that_of_the_rows_of_the_group(frame, employment) -> None:
    for values, rows in frame.groupby(["sex", "race"]):
        sums = employment[values]
        gap = rows["employed"] - rows["predicted_probability"]
        assert float(sums.score.mean) == pytest.approx(rows["predicted_probability"].mean(), rel=1e-12)
        assert float(sums.gap.mean) == pytest.approx(gap.mean(), rel=1e-9, abs=1e-12)
        if len(rows) > 1:
            assert float(sums.gap.variance) == pytest.approx(gap.var(), rel=1e-9)


def test_the_counts_at_each_threshold_are_those_of_the_rows(frame, employment) -> None:
    rows = frame[(frame["sex"] == "Female") & (frame["race"] == "Asian")]
    score, truth = rows["predicted_probability"].to_numpy(), rows["employed"].to_numpy() == 1

    cuts = employment["Female", "Asian"].ranks.cuts

    assert [cut.threshold for cut in cuts] == [at / 100 for at in range(101)]
    for cut in cuts:
        flagged = score >= cut.threshold
        assert cut.true_positives == (flagged & truth).sum()
        assert cut.false_positives == (flagged & ~truth).sum()
        assert cut.false_negatives + cut.true_negatives == (~flagged).sum()


def test_a_file_of_one_group_has_the_sums_of_the_whole_file(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    score = np.round(generator.random(500), 2)
    path = parquet(tmp_path, y=(generator.random(500) < score).astype(int), s=score, g=["a"] * 500)

    found = scored(path, "g")["a",].ranks

    whole = score_sums(path, label="y", score="s", positive="1")
    for part in ("positives", "negatives", "wins", "positive_squares", "negative_squares", "cuts"):
        assert getattr(found, part) == getattr(whole, part)
    assert found.reliability == tuple(one for one in whole.reliability if one.n)
    assert delong(found) == delong(whole)


def test_scores_beyond_0_to_1_have_areas_and_thresholds_but_no_bins(tmp_path: Path) -> None:
    path = parquet(tmp_path, y=[1, 0, 1, 0], s=[10.0, -3.0, 2.5, 2.5], g=["a", "a", "b", "b"])

    found = scored(path, "g")

    assert area_under_curve(found["a",].ranks) == 1
    assert area_under_curve(found["b",].ranks) == pytest.approx(0.5)
    assert (found["a",].score, found["a",].ranks.reliability) == (None, ())
    cuts = found["b",].ranks.cuts
    assert (cuts[0].threshold, cuts[-1].threshold, len(cuts)) == (-3.0, 10.0, 101)
    assert (cuts[0].true_positives, cuts[-1].true_positives) == (1, 0)


def test_a_score_on_a_threshold_is_selected_at_it(tmp_path: Path) -> None:
    path = parquet(tmp_path, y=[1, 1, 1], s=[0.29, 0.57, np.nextafter(0.57, 0)], g=["a", "a", "a"])

    cuts = scored(path, "g")["a",].ranks.cuts

    assert [cuts[at].true_positives for at in (28, 29, 30, 56, 57, 58)] == [3, 3, 2, 2, 1, 0]


def test_without_labels_there_are_scores_and_thresholds(tmp_path: Path) -> None:
    path = parquet(tmp_path, s=[0.2, 0.8, 0.5], g=["a", "a", "b"])

    found = scored(path, "g", label=None)

    assert not found["a",].labelled
    assert float(found["a",].score.mean) == 0.5
    assert [cut.false_positives for cut in found["a",].ranks.cuts][::50] == [2, 1, 0]


def test_each_row_stands_for_its_count(tmp_path: Path) -> None:
    y, s, g, n = [1, 0, 1, 0, 1], [0.9, 0.4, 0.4, 0.2, 0.7], ["a", "a", "a", "a", "b"], [3, 2, 1, 4, 0]
    counted = parquet(tmp_path, y=y, s=s, g=g, n=[str(one) for one in n])
    found = scored(counted, "g", count="n")
    whole = parquet(tmp_path, **{name: np.repeat(column, n) for name, column in (("y", y), ("s", s), ("g", g))})

    assert found == scored(whole, "g")
    assert set(found) == {("a",)}


def test_counts_of_millions_are_ranked_without_overflow(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    y, s = generator.integers(0, 2, 300), np.round(generator.random(300), 2)
    light = scored(parquet(tmp_path, y=y, s=s, g=["a"] * 300), "g")["a",]

    heavy = scored(parquet(tmp_path, y=y, s=s, g=["a"] * 300, n=[10**9] * 300), "g", count="n")["a",]

    assert area_under_curve(heavy.ranks) == area_under_curve(light.ranks)
    assert heavy.ranks.wins == light.ranks.wins * 10**18
    assert heavy.ranks.positive_squares == light.ranks.positive_squares * 10**27
    assert heavy.ranks.negative_squares == light.ranks.negative_squares * 10**27
    assert (heavy.score.mean, heavy.gap.mean) == (light.score.mean, light.gap.mean)


def test_more_scores_than_one_batch_holds_are_ranked_as_scikit_learn_does(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    s = generator.random(200_000)
    y, g = (generator.random(200_000) < s).astype(int), generator.choice(["a", "b"], 200_000)

    found = scored(parquet(tmp_path, y=y, s=s, g=g), "g")

    for name in "ab":
        ranks = found[name,].ranks
        assert float(area_under_curve(ranks)) == pytest.approx(roc_auc_score(y[g == name], s[g == name]), rel=1e-12)
        assert sum(one.n for one in ranks.reliability) == ranks.n == (g == name).sum()


def test_one_label_is_ranked_against_the_rest(tmp_path: Path) -> None:
    path = parquet(tmp_path, y=["2", "1", "0", "2.0"], s=[0.9, 0.4, 0.3, 0.35], g=["a"] * 4)

    found = scored(path, "g", positive="2", one_against_rest=True)["a",].ranks

    assert (found.positives, found.negatives) == (2, 2)
    assert area_under_curve(found) == pytest.approx(roc_auc_score([1, 0, 0, 1], [0.9, 0.4, 0.3, 0.35]))


def test_values_are_missing_renamed_and_equal_as_in_cells(tmp_path: Path) -> None:
    path = parquet(
        tmp_path, y=[1, 0, 1, 0, 1], s=[0.1] * 5, g=["W", "wh.", " ", None, "B"], h=[1.5, 1.5, 1.5, 1.5, float("nan")]
    )

    found = scored(path, "g", "h", renamed={"g": {"W": "White", "wh.": "White"}})

    assert {values: sums.ranks.n for values, sums in found.items()} == {("White", "1.5"): 2}


def test_typed_attributes_are_the_groups_that_their_text_names(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        y=[True, False, True],
        s=pa.array([0.9, 0.5, 0.2], pa.float32()),
        g=pa.array(["a", "b", "a"]).dictionary_encode(),
        h=[True, True, None],
    )

    found = scored(path, "g", "h", positive="true")

    assert {values: sums.ranks.n for values, sums in found.items()} == {("a", "true"): 1, ("b", "true"): 1}


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"s": ["0.1", "high"]}, {}, "line 3, column “s”: a score is no finite number"),
        ({"y": ["1", None]}, {}, "line 3, column “y”: a label or prediction is missing"),
        ({"y": ["a", "b"]}, {}, "the positive label is not in the data"),
        ({"n": ["1", "-1"]}, {"count": "n"}, "line 3, column “n”: a count is no whole number"),
        ({}, {"score": "p"}, "column “p”: no such column"),
    ],
)
def test_a_file_whose_scores_cannot_be_compared_is_refused_with_its_place(
    tmp_path: Path, columns: dict[str, list], options: dict[str, str], words: str
) -> None:
    path = parquet(tmp_path, **{"y": ["1", "0"], "s": ["0.1", "0.2"], "g": ["a", "b"], **columns})

    with pytest.raises(Unreadable) as refused:
        scored(path, "g", **options)

    assert words in str(refused.value)


def test_a_measurement_as_attribute_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, y=[0, 1] * 5000, s=[0.5] * 10_000, g=list(range(10_000)))

    with pytest.raises(Unreadable, match="10000 values, expected at most 100"):
        scored(path, "g")


SCORES = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.3, 0.1 + 0.2, 0.5, 1.0]),
    st.floats(0, 1),
    st.floats(allow_nan=False, allow_infinity=False),
)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), SCORES, st.sampled_from(["a", "b", None])), min_size=1, max_size=60), st.randoms()
)
def test_ties_and_odd_scores_give_scikit_learns_area_in_any_order(tmp_path_factory, rows, random) -> None:
    rows = [(True, 0.5, "a"), (False, 0.5, "a"), *rows]
    folder = tmp_path_factory.mktemp("scores")

    def found(given_rows):
        truth, score, group = zip(*given_rows, strict=True)
        return scored(parquet(folder, y=[int(one) for one in truth], s=list(score), g=list(group)), "g")

    first = found(rows)
    random.shuffle(rows)

    assert found(rows) == first
    for values, sums in first.items():
        own = [(truth, score) for truth, score, group in rows if group == values[0]]
        assert sums.ranks.n == len(own)
        if len({truth for truth, _ in own}) == 2:
            expected = roc_auc_score([truth for truth, _ in own], [score for _, score in own])
            assert float(area_under_curve(sums.ranks)) == pytest.approx(expected, rel=1e-12)
