"""The whole explanation of a table: attributions or surrogate, groups, last version and proxies."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from sklearn.metrics import roc_auc_score

from core.errors import Unreadable
from core.frames.explaining import explain_file
from core.frames.roles import Roles
from core.frames.slices import attributes_of
from core.frames.source import open_table
from core.frames.surrogate import screen
from core.metrics.explanation import ExplanationResult, Source
from tests.explanation.builders import COMPAS, EMPLOYMENT, attributions, long_form, planted, written

METRICS = {
    "top_feature_share",
    "surrogate_fidelity",
    "reason_rank_correlation",
    "importance_rank_correlation",
    "sensitive_attribute_auc",
}
PLANTED = ("income", "tenure", "noise", "postcode", "same")
ROLES = Roles(score="score", features=PLANTED, sensitive=("sex",), row_id="row_id")
STORED = TypeAdapter(ExplanationResult)


@pytest.fixture(scope="module")
def surrogate(tmp_path_factory: pytest.TempPathFactory) -> ExplanationResult:
    return explain_file(written(planted(), tmp_path_factory.mktemp("rows") / "rows.parquet"), ROLES)


def test_without_attributions_a_surrogate_explains_and_says_so(surrogate: ExplanationResult) -> None:
    assert (surrogate.source, surrogate.surrogate) == (Source.SURROGATE, True)
    assert surrogate.model is not None
    assert surrogate.model.fidelity is not None
    assert surrogate.model.fidelity > 0.9
    assert surrogate.importances[0].feature == "income"
    assert "by a surrogate of r_squared" in surrogate.figure("top_feature_share").method
    assert [one.feature for one in surrogate.model.partial_dependence][:2] == ["income", "tenure"]
    rising = [point.mean for point in surrogate.model.partial_dependence[0].points]
    assert rising[0] < 0.2 < 0.8 < rising[-1]


def test_every_metric_is_there_with_a_value_or_a_reason(surrogate: ExplanationResult) -> None:
    assert {figure.metric for figure in surrogate.figures} == METRICS
    assert all(bool(figure.reason) is (figure.value is None) for figure in surrogate.figures)


def test_a_result_is_stored_and_read_back_as_it_was(surrogate: ExplanationResult) -> None:
    assert STORED.validate_json(STORED.dump_json(surrogate)) == surrogate


def test_the_same_evidence_in_another_order_gives_the_same_explanation(
    surrogate: ExplanationResult, tmp_path: Path
) -> None:
    again = explain_file(written(planted(), tmp_path / "rows.parquet", seed=8), ROLES)

    assert again == surrogate


def test_the_planted_proxy_is_found(surrogate: ExplanationResult) -> None:
    (found,) = surrogate.screens

    assert found.auc is not None
    assert found.auc > 0.95
    assert (found.proxies[0].feature, found.proxies[0].measure) == ("postcode", "cramers_v")
    assert found.proxies[0].association > 0.9
    assert found.proxies[1].association < 0.2
    assert not found.among_features


def test_without_the_proxy_the_inputs_tell_nothing(tmp_path: Path) -> None:
    roles = Roles(score="score", features=("income", "tenure", "noise"), sensitive=("sex",))

    (found,) = explain_file(written(planted(), tmp_path / "rows.parquet"), roles).screens

    assert found.interval is not None
    assert found.interval.low < 0.5 + 0.03
    assert found.auc == pytest.approx(0.5, abs=0.06)


def test_an_attribute_among_the_inputs_is_named_and_does_not_predict_itself(tmp_path: Path) -> None:
    roles = Roles(score="score", features=("income", "noise", "sex"), sensitive=("sex",))

    (found,) = explain_file(written(planted(), tmp_path / "rows.parquet"), roles).screens

    assert found.among_features
    assert found.auc == pytest.approx(0.5, abs=0.06)


def test_the_area_over_several_values_is_the_macro_mean_of_scikit_learn() -> None:
    with open_table(EMPLOYMENT) as table:
        (attribute,) = attributes_of(table, ["race"])
        found, figure = screen(table, attribute, ["age", "schooling", "marital_status"])

    assert figure.value == pytest.approx(np.mean([one.auc for one in found.by_value]), abs=1e-12)
    assert len(found.by_value) == 5
    assert min(one.n for one in found.by_value) >= 30
    assert found.n + found.rare + found.missing == 10_000
    assert found.auc is not None
    assert 0.6 < found.auc < 0.75


def test_race_on_compas_is_not_told_by_sex_and_age_band() -> None:
    roles = Roles(prediction="score", positive="1", features=("sex", "age_cat"), sensitive=("race",))

    found = explain_file(COMPAS, roles)

    assert found.figure("sensitive_attribute_auc").value == pytest.approx(0.53, abs=0.04)
    assert found.source is None
    assert "imitates the model too poorly" in found.figure("top_feature_share").reason
    assert found.figure("surrogate_fidelity").value == pytest.approx(0.62, abs=0.06)


def test_ages_are_screened_in_quartile_bands() -> None:
    roles = Roles(score="predicted_probability", features=("age", "schooling"), sensitive=("age",))

    (found,) = explain_file(EMPLOYMENT, roles).screens

    assert [one.value for one in found.by_value] == ["over 21 to 42", "over 42 to 60", "over 60", "up to 21"]
    assert found.among_features


def test_the_row_ids_of_both_files_may_have_other_names(tmp_path: Path) -> None:
    wide = attributions()
    predictions = pd.DataFrame({"id": wide["row_id"], "score": 0.5, "g": wide["g"]})
    table = written(predictions, tmp_path / "p.parquet")
    path = written(wide.drop(columns="g"), tmp_path / "a.csv", seed=3)

    found = explain_file(table, Roles(score="score", sensitive=("g",), row_id="id"), attributions=path)

    assert (found.unmatched, [group.n for group in found.groups[0].groups]) == (0, [205, 195])


def test_attributions_without_row_ids_are_not_told_by_group(tmp_path: Path) -> None:
    table = written(planted(300), tmp_path / "p.parquet")
    path = written(attributions().drop(columns=["g", "row_id"]), tmp_path / "a.csv")

    found = explain_file(table, ROLES, attributions=path)

    reason = "The attributions and the predictions have no row ids in common"
    assert (found.groups[0].reason, found.figure("reason_rank_correlation", "sex").reason) == (reason, reason)


def test_groups_join_by_row_id_whatever_its_type(tmp_path: Path) -> None:
    wide = attributions()
    wide["c"] = np.where(wide["g"] == "x", 5.0, 0.5)
    groups = wide["g"]
    rows = wide.drop(columns="g").assign(row_id=wide["row_id"].astype(float))
    predictions = pd.DataFrame({"row_id": wide["row_id"].astype(str), "score": 0.5, "g": groups})
    table = written(predictions[:390], tmp_path / "p.parquet", seed=5)
    roles = Roles(score="score", sensitive=("g",), row_id="row_id")

    wide_found = explain_file(table, roles, attributions=written(rows, tmp_path / "a.parquet"))
    long_found = explain_file(
        table, roles, attributions=written(long_form(rows.assign(g=groups)), tmp_path / "a.csv", seed=2)
    )

    for found in (wide_found, long_found):
        (reasons,) = found.groups
        expected = rows[:390].groupby(groups[:390])["b"].apply(lambda values: values.abs().mean())
        assert found.unmatched == 10
        assert "10 cases of the attributions have no row among the predictions" in found.notes
        assert [group.value for group in reasons.groups] == ["x", "y"]
        assert [group.n for group in reasons.groups] == list(groups[:390].value_counts().sort_index())
        for group in reasons.groups:
            own = {one.feature: one.importance for one in group.importances}
            assert own["b"] == pytest.approx(expected[group.value], rel=1e-12)
        assert [group.top(1) for group in reasons.groups] == [("c",), ("b",)]
        assert found.figure("reason_rank_correlation").value is not None


def test_the_last_version_is_compared(tmp_path: Path) -> None:
    table = written(planted(), tmp_path / "p.parquet")
    now, before = written(attributions(), tmp_path / "now.csv"), written(attributions(seed=2), tmp_path / "then.json")

    found = explain_file(table, Roles(score="score", row_id="row_id"), attributions=now, previous=before)

    assert found.comparison is not None
    assert (found.comparison.common, found.comparison.spearman) == (3, 1.0)
    assert found.figure("importance_rank_correlation").interval == (1.0, 1.0)
    assert found.figure("surrogate_fidelity").reason == "Attributions were handed in, so no surrogate was needed"


def test_a_problem_names_the_file_it_stands_in(tmp_path: Path) -> None:
    table = written(planted(), tmp_path / "p.parquet")
    (tmp_path / "bad.csv").write_text("a,b\n1,x\n2,3\n", encoding="utf-8")
    good = written(attributions(), tmp_path / "a.csv")

    with pytest.raises(Unreadable, match="previous attributions: a value is no finite number"):
        explain_file(table, ROLES, attributions=good, previous=tmp_path / "bad.csv")
    with pytest.raises(Unreadable, match="line 2, column “b”: attributions: a value is no finite number"):
        explain_file(table, ROLES, attributions=tmp_path / "bad.csv")


@pytest.mark.parametrize("missing", ["feature", "attribute", "score"])
def test_a_column_that_is_not_there_is_refused(tmp_path: Path, missing: str) -> None:
    table = written(planted(300), tmp_path / "p.parquet")
    roles = Roles(
        score="none" if missing == "score" else "score",
        features=("none",) if missing == "feature" else ("income",),
        sensitive=("none",) if missing == "attribute" else ("sex",),
    )

    with pytest.raises(Unreadable, match="no such column"):
        explain_file(table, roles)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (planted(1), "1 rows are too few for a surrogate, which needs 100"),
        (planted(300).assign(sex=None), ""),
        (planted(300).assign(sex="Female"), ""),
    ],
)
def test_odd_tables_have_reasons_and_no_figures(tmp_path: Path, frame: pd.DataFrame, reason: str) -> None:
    found = explain_file(written(frame, tmp_path / "p.parquet"), ROLES)

    assert found.importances_reason == reason
    (screened,) = found.screens
    assert (screened.auc, bool(screened.reason)) == (None, True)
    assert STORED.validate_json(STORED.dump_json(found)) == found


def test_the_screen_follows_the_probabilities_it_says_it_does(tmp_path: Path) -> None:
    from core.frames.surrogate import encoding, features_of, screening

    frame = planted()
    with open_table(written(frame, tmp_path / "p.parquet")) as table:
        (attribute,) = attributes_of(table, ["sex"])
        expressions = encoding.expressions_of(table, ["postcode", "income"])
        sample = sample_with_group(table, expressions, attribute.expression)
        found, figure = screen(table, attribute, ["postcode", "income"])
        features = features_of(sample, expressions, ["postcode", "income"])
    groups = (sample.texts[screening.GROUP] == "Male").astype(np.int64)
    chances = screening._out_of_fold(sample, features, groups, 2)

    assert figure.value == pytest.approx(roc_auc_score(groups, chances[:, 1]), abs=1e-3)
    assert found.n == len(frame)


def sample_with_group(table, expressions, group):  # type: ignore[no-untyped-def]
    from core.frames.surrogate import sample_of, screening

    return sample_of(
        table, expressions.numbers, {**expressions.texts, screening.GROUP: group}, most=screening.MOST_ROWS
    )
