"""Scenario files are read strictly; inputs are disturbed on a surrogate, weights on the predictions themselves."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, demographic_parity_ratio, selection_rate
from sklearn.metrics import accuracy_score

from core.errors import Unreadable
from core.frames.roles import Roles, Task
from core.frames.scenarios import ScenarioKind, read_scenarios
from core.frames.source import open_table
from core.frames.stressing import stress_file
from core.frames.surrogate import Fitted, imitate
from core.frames.surrogate.imitating import TRUTH
from core.metrics.robustness import Origin, RobustnessResult, WeightedCell, reweigh
from tests.explanation.builders import COMPAS, planted, written

FEATURES = ("income", "tenure", "noise", "postcode")
ROLES = Roles("label", "prediction", "score", "1", features=FEATURES, sensitive=("sex",), row_id="row_id")


def scenarios(tmp_path: Path, *found: dict[str, object]) -> Path:
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps([{"name": f"n{at}", **one} for at, one in enumerate(found)]), encoding="utf-8")
    return path


def refused(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "scenarios.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as error:
        read_scenarios(path)
    return [str(problem) for problem in error.value.problems]


def test_every_kind_is_read_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(
        """[
  {"name": "a", "kind": "shift", "column": "x", "amount": -2},
  {"name": "b", "kind": "scale", "columns": ["x", "y"], "amount": 1.5},
  {"name": "c", "kind": "missing", "column": "x"},
  {"name": "d", "kind": "extreme", "column": "x", "quantile": 0.99},
  {"name": "e", "kind": "category", "column": "t", "value": 5},
  {"name": "f", "kind": "reweight", "column": "sex", "weights": {"F": 2, "M": 0}}
]""",
        encoding="utf-8",
    )

    found = read_scenarios(path)

    assert [one.kind for one in found] == list(ScenarioKind)
    assert [one.line for one in found] == [2, 3, 4, 5, 6, 7]
    assert (found[0].amount, found[1].columns, found[2].amount) == (-2.0, ("x", "y"), 1.0)
    assert (found[3].quantile, found[4].value, found[5].weights) == (0.99, "5", {"F": 2.0, "M": 0.0})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "line 1: the number of scenarios, found 0, expected 1 to 100"),
        ('[\n"a"]', "line 2: a scenario is no object, found str"),
        ('[{"name": "a", "kind": "flip", "column": "x"}]', "line 1, column “kind”: no such kind, found flip"),
        ('[{"kind": "missing", "column": "x"}]', "line 1, column “name”: the text is missing or too long"),
        ('[{"name": "a", "kind": "missing"}]', "line 1, column “column”: one of “column” and “columns” is needed"),
        ('[{"name": "a", "kind": "missing", "columns": ["x", "x"]}]', "line 1, column “columns”: not names of columns"),
        ('[{"name": "a", "kind": "shift", "column": "x"}]', "line 1, column “amount”: the number is missing or out of"),
        ('[{"name": "a", "kind": "shift", "column": "x", "amount": true}]', "line 1, column “amount”: the number is"),
        ('[{"name": "a", "kind": "shift", "column": "x", "amount": NaN}]', "line 1: NaN is no JSON number"),
        ('[{"name": "a", "kind": "missing", "column": "x", "amount": 1.5}]', "line 1, column “amount”: the number is"),
        (
            '[{"name": "a", "kind": "extreme", "column": "x", "quantile": 2}]',
            "line 1, column “quantile”: the number is",
        ),
        (
            '[{"name": "a", "kind": "missing", "column": "x", "ammount": 1}]',
            "line 1, column “ammount”: a missing scenario",
        ),
        ('[{"name": "a", "kind": "reweight", "column": "x", "weights": {}}]', "line 1, column “weights”: no weights"),
        (
            '[{"name": "a", "kind": "reweight", "column": "x", "weights": {"u": -1}}]',
            "line 1, column “weights”: the weight",
        ),
        (
            '[{"name": "a", "kind": "reweight", "columns": ["x", "y"], "weights": {"u": 1}}]',
            "line 1, column “column”: a re-weighting takes one column",
        ),
        (
            '[{"name": "a", "kind": "missing", "column": "x"},\n{"name": "a", "kind": "missing", "column": "x"}]',
            "line 2: the name “a” stands twice, first on line 1",
        ),
        ('[{"name": "a", "name": "b"}]', "line 1: the key “name” stands twice"),
        ('[{"name": "a"},\n{"kind" "shift"}]', "line 2: expecting ':' delimiter"),
        (
            f'[{{"name": "a", "kind": "shift", "column": "x", "amount": 1{"0" * 400}}}]',
            "line 1: an integer beyond 2^53 - 1",
        ),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert any(problem.startswith(said) for problem in refused(tmp_path, text))


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = '[{"name": "", "kind": "shift", "column": "x"},\n{"name": "b", "kind": "nothing", "column": 3}]'

    assert [problem.split(":")[0] for problem in refused(tmp_path, text)] == [
        "line 1, column “name”", "line 1, column “amount”", "line 2, column “kind”", "line 2, column “column”",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(planted(), tmp_path_factory.mktemp("planted") / "rows.parquet")


@pytest.fixture(scope="module")
def stressed(table: Path, tmp_path_factory: pytest.TempPathFactory) -> RobustnessResult:
    path = scenarios(
        tmp_path_factory.mktemp("scenarios"),
        {"kind": "shift", "column": "income", "amount": 0},
        {"kind": "shift", "column": "income", "amount": 50},
        {"kind": "shift", "column": "noise", "amount": 0.01},
        {"kind": "missing", "column": "postcode"},
        {"kind": "missing", "column": "income", "amount": 0.5},
        {"kind": "extreme", "column": "income", "quantile": 0},
        {"kind": "category", "column": "postcode", "value": "unheard of"},
        {"kind": "shift", "column": "postcode", "amount": 1},
        {"kind": "category", "column": "income", "value": "rich"},
        {"kind": "scale", "column": "sex", "amount": 2},
    )
    return stress_file(table, ROLES, scenarios=path)


def test_disturbed_inputs_are_answered_by_a_surrogate_that_is_marked(stressed: RobustnessResult) -> None:
    known = [one for one in stressed.scenarios if one.n]

    assert len(known) == 7
    assert all(one.origin is Origin.SURROGATE and (one.fidelity or 0) > 0.9 for one in known)
    assert "by a surrogate" in stressed.figure("prediction_flip_rate").method


def test_nothing_changes_when_nothing_is_disturbed(stressed: RobustnessResult) -> None:
    still = stressed.scenarios[0]

    assert (still.flips, still.score_change, still.drop, still.p_value) == (0, 0.0, 0.0, 1.0)


def test_everybody_rich_is_everybody_selected(table: Path, stressed: RobustnessResult) -> None:
    with open_table(table) as opened:
        fitted = imitate(opened, ROLES, decisions=True)
    assert isinstance(fitted, Fitted)
    before = fitted.predict(fitted.x)
    truth = fitted.sample.numbers[TRUTH][fitted.sample.holdout]
    rich = fitted.x.copy()
    rich[:, fitted.features.names.index("income")] += 50
    after = fitted.predict(rich)

    one = stressed.scenarios[1]

    assert one.n == len(before)
    assert one.flips == int((before != after).sum())
    assert (one.before, one.after) == (accuracy_score(truth, before), accuracy_score(truth, after))
    assert one.lost == int(((before == truth) & (after != truth)).sum())
    assert one.flip_rate == pytest.approx((before == 0).mean(), abs=0.05)


def test_what_matters_little_moves_little(stressed: RobustnessResult) -> None:
    rates = [one.flip_rate for one in stressed.scenarios]

    assert max(rates[2] or 0, rates[3] or 0, rates[6] or 0) < 0.05
    assert 0.1 < (rates[4] or 0) < (rates[5] or 0)


def test_a_scenario_that_does_not_apply_has_its_reason(stressed: RobustnessResult) -> None:
    reasons = [one.unavailable["flip_rate"] for one in stressed.scenarios[7:]]

    assert reasons == [
        "“postcode” is text, to which shift does not apply",
        "“income” is a number, and “rich” is none",
        "“sex” is not among the features that the surrogate learned from",
    ]


def test_the_same_evidence_in_another_order_gives_the_same_answers(table: Path, tmp_path: Path) -> None:
    path = scenarios(tmp_path, {"kind": "missing", "column": "income", "amount": 0.3})
    again = written(planted(), tmp_path / "rows.parquet", seed=6)

    assert stress_file(table, ROLES, scenarios=path) == stress_file(again, ROLES, scenarios=path)


def test_scores_alone_and_numbers_are_stressed_too(table: Path, tmp_path: Path) -> None:
    path = scenarios(tmp_path, {"kind": "shift", "column": "income", "amount": 2})

    (scored,) = stress_file(table, Roles("label", None, "score", "1", features=FEATURES), scenarios=path).scenarios
    numbers = Roles("score", "score", task=Task.REGRESSION, features=FEATURES)
    (numeric,) = stress_file(table, numbers, scenarios=path).scenarios

    assert (scored.flip_rate or 0) > 0.3
    assert (scored.before or 0) > 0.75
    assert (numeric.flips, numeric.after is not None) == (None, True)
    assert (numeric.after or 0) > (numeric.before or 0)


def test_an_unfaithful_surrogate_answers_nothing(tmp_path: Path) -> None:
    frame = planted()
    frame["prediction"] = np.random.default_rng(1).integers(0, 2, len(frame))
    path = scenarios(tmp_path, {"kind": "missing", "column": "income"})

    found = stress_file(written(frame, tmp_path / "rows.parquet"), ROLES, scenarios=path)

    assert found.figure("prediction_flip_rate").value is None
    assert found.figure("performance_drop").reason.startswith("The surrogate imitates the model too poorly")


def test_without_features_a_scenario_has_a_reason(table: Path, tmp_path: Path) -> None:
    path = scenarios(tmp_path, {"kind": "missing", "column": "income"})

    found = stress_file(table, Roles("label", "prediction"), scenarios=path)

    assert found.figure("prediction_flip_rate").reason == "No features are named, so there is nothing to explain from"


def test_a_scenario_on_a_column_that_is_not_there_is_refused(table: Path, tmp_path: Path) -> None:
    path = scenarios(tmp_path, {"kind": "missing", "column": "incme"})

    with pytest.raises(Unreadable, match="line 1, column “incme”: scenarios: no such column among the predictions"):
        stress_file(table, ROLES, scenarios=path)


def test_re_weighting_compas_equals_fairlearn_with_sample_weights(tmp_path: Path) -> None:
    weights = {"Female": 4, "Male": 0.5}
    path = scenarios(tmp_path, {"kind": "reweight", "column": "sex", "weights": weights})
    frame = pd.read_csv(COMPAS)
    weight = frame["sex"].map(weights)
    roles = Roles("label_value", "score", positive="1", sensitive=("race", "sex"))

    (found,) = stress_file(COMPAS, roles, scenarios=path).reweightings

    y, p = frame["label_value"], frame["score"].astype(int)
    assert found.accuracy_before == pytest.approx(accuracy_score(y, p))
    assert found.accuracy_after == pytest.approx(accuracy_score(y, p, sample_weight=weight))
    assert found.selection_rate_after == pytest.approx(selection_rate(y, p, sample_weight=weight))
    sex, race = found.impacts
    assert sex.ratio_before == sex.ratio_after
    assert sex.ratio_before == pytest.approx(demographic_parity_ratio(y, p, sensitive_features=frame["sex"]))
    rates = MetricFrame(
        metrics=selection_rate,
        y_true=y,
        y_pred=p,
        sensitive_features=frame["race"],
        sample_params={"sample_weight": weight},
    ).by_group
    assert {group.value: group.selection_rate_after for group in race.groups} == pytest.approx(rates.to_dict())
    judged = rates.drop("Native American")  # 18 rows
    assert race.ratio_after == pytest.approx(judged.min() / judged.max())
    assert sum(group.share_after for group in sex.groups) == pytest.approx(1)


def test_weights_of_nobody_are_said() -> None:
    cells = [WeightedCell(("u",), True, True, 40), WeightedCell((None,), False, False, 60)]

    strange = reweigh("a", "g", {"v": 2.0}, ["g"], cells)
    nothing = reweigh("b", "g", {"u": 0.0}, ["g"], cells[:1])

    assert (strange.reason, strange.accuracy_after) == ("No row has the g “v”", 0.4)
    assert (nothing.reason, nothing.accuracy_after) == ("Every row has weight zero", None)
    assert nothing.impacts[0].reason == "Fewer than two groups have 30 rows that count"
