"""The worst slice is pandas' worst slice, with its interval and a correction for having looked at many."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from core.errors import Unreadable
from core.frames.roles import Roles, Task
from core.frames.stressing import stress_file
from core.metrics.robustness import Condition, RobustnessResult, SliceSums, worst_slices
from tests.explanation.builders import COMPAS, EMPLOYMENT, written

RACE_SEX_AGE = ("race", "sex", "age_cat")


@pytest.fixture(scope="module")
def compas() -> RobustnessResult:
    return stress_file(COMPAS, Roles("label_value", "score", positive="1", sensitive=RACE_SEX_AGE))


def by_pandas(frame: pd.DataFrame, names: tuple[str, ...], minimum: int = 50) -> dict[str, tuple[int, int]]:
    found = {}
    wrong = frame["label_value"] != frame["score"]
    for size in (1, 2):
        for chosen in combinations(names, size):
            for values, own in wrong.groupby([frame[name] for name in chosen]):
                if len(own) >= minimum:
                    pairs = zip(chosen, values if isinstance(values, tuple) else (values,), strict=True)
                    found[", ".join(f"{name} = {value}" for name, value in pairs)] = (len(own), int(own.sum()))
    return found


def test_every_slice_of_compas_is_counted_as_pandas_counts_it(compas: RobustnessResult) -> None:
    frame = pd.read_csv(COMPAS)
    expected = by_pandas(frame, RACE_SEX_AGE)

    assert compas.searched == len(expected)
    assert compas.loss == pytest.approx((frame["label_value"] != frame["score"]).mean())
    for one in compas.slices:
        n, errors = expected[one.name]
        assert (one.n, one.errors) == (n, errors)
        assert one.loss == errors / n


def test_the_worst_slice_of_compas_has_the_highest_lower_bound(compas: RobustnessResult) -> None:
    frame = pd.read_csv(COMPAS)
    rows, wrong = len(frame), int((frame["label_value"] != frame["score"]).sum())
    lows = {}
    for name, (n, errors) in by_pandas(frame, RACE_SEX_AGE).items():
        low, _ = confint_proportions_2indep(errors, n, wrong - errors, rows - n, compare="diff", method="newcomb")
        lows[name] = (rows - n) / rows * low

    worst = compas.slices[0]

    assert worst.name == max(lows, key=lambda name: lows[name])
    assert worst.interval is not None
    assert worst.interval.low == pytest.approx(lows[worst.name], abs=1e-12)
    figure = compas.figure("worst_slice_accuracy")
    right = worst.n - (worst.errors or 0)
    assert (figure.value, figure.subject, figure.n) == (right / worst.n, worst.name, worst.n)
    assert figure.interval == pytest.approx(proportion_confint(right, worst.n, method="wilson"), abs=1e-12)


def test_p_values_are_corrected_for_every_slice_that_was_searched(compas: RobustnessResult) -> None:
    frame = pd.read_csv(COMPAS)
    rows, wrong = len(frame), int((frame["label_value"] != frame["score"]).sum())
    names, raw = [], []
    for name, (n, errors) in by_pandas(frame, RACE_SEX_AGE).items():
        rest, others = rows - n, wrong - errors
        expected = min(n, rest) * min(wrong, rows - wrong) / rows
        if expected < 5 or min(n, rest) < 30:
            raw.append(fisher_exact([[errors, n - errors], [others, rest - others]]).pvalue)
        else:
            raw.append(proportions_ztest([errors, others], [n, rest])[1])
        names.append(name)
    adjusted = dict(zip(names, multipletests(raw, method="holm")[1], strict=True))

    for one in compas.slices:
        assert one.holm_p_value == pytest.approx(adjusted[one.name], rel=1e-9)


def test_a_planted_slice_is_found_under_noise(tmp_path: Path) -> None:
    draw = np.random.default_rng(11)
    frame = pd.DataFrame({name: draw.choice(["u", "v", "w"], 6_000) for name in ("a", "b", "c")})
    frame["age"] = draw.integers(18, 80, 6_000)
    planted = (frame["a"] == "u") & (frame["b"] == "w")
    frame["y"] = draw.integers(0, 2, 6_000)
    frame["p"] = np.where(draw.random(6_000) < np.where(planted, 0.3, 0.1), 1 - frame["y"], frame["y"])
    roles = Roles("y", "p", positive="1")

    found = [
        stress_file(written(frame, tmp_path / f"{seed}.parquet", seed=seed), roles, slices=("a", "b", "c", "age"))
        for seed in (1, 2)
    ]

    assert found[0].slices[0].name == "a = u, b = w"
    assert found[0].slices[0].holm_p_value == pytest.approx(0, abs=1e-6)
    assert found[0] == found[1]
    assert {one.attribute for slice_ in found[0].slices for one in slice_.conditions} <= {"a", "b", "c", "age"}


def test_ages_come_in_quartile_bands_and_missing_values_are_a_slice() -> None:
    frame = pd.read_parquet(EMPLOYMENT)
    roles = Roles("employed", "prediction", positive="1", sensitive=("age",))

    found = stress_file(EMPLOYMENT, roles, minimum_slice=1)

    cuts = [21, 42, 60]
    bands = pd.cut(frame["age"], [-np.inf, *cuts, np.inf]).value_counts(sort=False)
    assert found.searched == len(bands)
    names = ["age = up to 21", "age = over 21 to 42", "age = over 42 to 60", "age = over 60"]
    by_name = dict(zip(names, bands, strict=True))
    assert all(one.n == by_name[one.name] for one in found.slices)


def test_missing_values_are_a_slice_of_their_own(tmp_path: Path) -> None:
    frame = pd.DataFrame({"g": ["x", None, ""] * 40, "y": [1, 0, 1] * 40, "p": [1, 1, 1] * 40})

    found = stress_file(written(frame, tmp_path / "r.parquet"), Roles("y", "p", sensitive=("g",)), minimum_slice=10)

    assert (found.slices[0].name, found.slices[0].n) == ("g = (missing)", 80)


def test_numbers_have_an_error_ratio(tmp_path: Path) -> None:
    draw = np.random.default_rng(12)
    frame = pd.DataFrame({"g": draw.choice(["x", "y", "z"], 3_000), "y": draw.normal(size=3_000)})
    frame["p"] = frame["y"] + draw.normal(scale=np.where(frame["g"] == "z", 2.0, 1.0))
    roles = Roles("y", "p", task=Task.REGRESSION, sensitive=("g",))

    found = [stress_file(written(frame, tmp_path / f"{seed}.parquet", seed=seed), roles) for seed in (1, 2)]

    error = (frame["y"] - frame["p"]).abs()
    figure = found[0].figure("worst_slice_error_ratio")
    assert found[0] == found[1]
    assert (figure.subject, figure.value) == ("g = z", pytest.approx(error[frame["g"] == "z"].mean() / error.mean()))
    chosen = draw.integers(3_000, size=(1_000, 3_000))
    own = (frame["g"] == "z").to_numpy()
    again = [error.to_numpy()[one][own[one]].mean() / error.to_numpy()[one].mean() for one in chosen]
    low, high = np.quantile(again, [0.025, 0.975])
    assert figure.interval == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))


def test_slices_of_three_attributes_are_searched_when_asked(compas: RobustnessResult) -> None:
    deeper = stress_file(COMPAS, Roles("label_value", "score", positive="1", sensitive=RACE_SEX_AGE), depth=3)

    assert deeper.searched > compas.searched
    assert deeper.loss == compas.loss


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        (Roles(prediction="p", sensitive=("g",)), "There is no label column, so errors cannot be counted"),
        (Roles(label="y", sensitive=("g",)), "There is no prediction or score"),
        (Roles(label="y", prediction="p"), "No attribute is named to look for slices in"),
        (Roles(label="y", prediction="p", sensitive=("g",)), "No slice has the rows that a comparison needs"),
        (
            Roles(label="w", score="s", sensitive=("g",)),
            "No positive label is named, so a score is neither right nor wrong",
        ),
    ],
)
def test_where_no_slice_can_be_there_is_a_reason(tmp_path: Path, roles: Roles, reason: str) -> None:
    frame = pd.DataFrame({"y": [0, 1], "w": ["no", "maybe"], "p": [0, 1], "s": [0.1, 0.9], "g": ["a", "b"]})

    found = stress_file(written(frame, tmp_path / "r.parquet"), roles)

    assert (found.slices, found.slices_reason) == ((), reason)
    assert found.figure("worst_slice_accuracy").reason == reason


def test_ten_thousand_values_are_not_searched_and_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"serial": [f"s{at}" for at in range(10_000)], "y": 1, "p": [0, 1] * 5_000})

    found = stress_file(written(frame, tmp_path / "r.parquet"), Roles("y", "p", sensitive=("serial",)))

    assert found.notes == (
        "Not searched for slices: serial. 10000 values are too many for groups; put them into bands",
    )
    assert found.slices == ()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"y": [1, None], "p": [1, 1]}), "a label or prediction is missing"),
        (pd.DataFrame({"y": [1, 0], "q": [1, 1]}), "no such column"),
    ],
)
def test_a_table_that_cannot_be_judged_is_refused(tmp_path: Path, frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        stress_file(written(frame, tmp_path / "r.parquet"), Roles("y", "p"))


counts = st.tuples(st.integers(1, 60), st.integers(0, 60)).map(lambda pair: (pair[0], min(pair)))


@settings(max_examples=40, deadline=None)
@given(st.lists(counts, min_size=1, max_size=5))
def test_any_counts_give_finite_numbers_or_none(groups: list[tuple[int, int]]) -> None:
    slices = [SliceSums((Condition("g", str(at)),), n, float(bad), float(bad)) for at, (n, bad) in enumerate(groups)]
    rows, errors = sum(n for n, _ in groups), float(sum(bad for _, bad in groups))
    overall = SliceSums((), rows, errors, errors)

    for numbers in (False, True):
        found, figure = worst_slices(slices, overall, numbers=numbers)
        known = [figure.value, *(figure.interval or ())]
        known += [value for one in found for value in (one.difference, one.p_value, *(one.interval or ()))]
        assert all(value is None or np.isfinite(value) for value in known)
        assert bool(figure.reason) is (figure.value is None)
        assert (len(found) == 0) is (len(groups) == 1)
