"""The evidence against the training data: pandas, scipy and statsmodels say the same."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from core.frames.quality import assess_quality
from core.metrics.quality import ColumnChange, QualityResult
from tests.quality.files import EMPLOYMENT, EMPLOYMENT_2015, EMPLOYMENT_2016, as_text, csv_file, parquet_file

FEATURES = ["age", "schooling", "marital_status", "sex", "race"]


def change(found: QualityResult, name: str) -> ColumnChange:
    assert found.training is not None
    return next(one for one in found.training.columns if one.name == name)


def test_employment_rows_of_two_years_meet_as_pandas_joins_them_and_no_more_than_by_chance() -> None:
    test, training = (pd.read_parquet(path) for path in (EMPLOYMENT_2016, EMPLOYMENT_2015))
    times = training.groupby(FEATURES, dropna=False).size()

    found = assess_quality(EMPLOYMENT_2016, training=EMPLOYMENT_2015, **EMPLOYMENT)

    assert found.training is not None
    joined = test.merge(training[FEATURES].drop_duplicates(), on=FEATURES)
    assert found.training.leaked == len(joined)
    assert found.training.training_distinct == len(times)
    assert found.training.distinct == len(test[FEATURES].drop_duplicates())
    assert found.training.chance == pytest.approx(1 - (times == 1).sum() / len(training), rel=1e-15)
    assert found.figure("leaked_row_share").value == len(joined) / len(test)
    beyond = found.figure("leaked_row_share_beyond_chance").value
    assert beyond is not None
    assert abs(beyond) < 0.01  # another year of the same survey, from which nothing leaked
    assert any("91.7% of rows would meet one" in warning for warning in found.warnings)


def test_rows_copied_into_training_are_found_among_rows_that_are_all_different(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    test = pd.DataFrame({"a": generator.normal(size=500), "b": generator.choice(["x", "y", "é"], 500)})
    training = pd.concat([test.head(40), pd.DataFrame({"a": generator.normal(size=500), "b": "x"})])
    training["b"] = training["b"].astype("category")

    found = assess_quality(parquet_file(tmp_path, test), training=parquet_file(tmp_path, training, "training.parquet"))

    figure = found.figure("leaked_row_share")
    assert (figure.value, figure.n) == (0.08, 500)
    assert found.figure("leaked_row_share_beyond_chance").value == 0.08
    assert found.warnings == ()


def test_rows_meet_across_types_and_spellings(tmp_path: Path) -> None:
    table = pa.table(
        {
            "single": pa.array([0.1, 0.25, None], pa.float32()),
            "whole": pa.array([1, 2**53 - 1, 3], pa.int64()),
            "flag": pa.array([True, False, None]),
            "code": pa.array(["007", "12345678901234567", " x "]),
            "exact": pa.array([1, 2, None], pa.decimal128(10, 2)),
        }
    )
    training = csv_file(
        tmp_path,
        "single,whole,flag,code,exact\n0.10,1.0,True,007,1\n.25,9007199254740991,false,12345678901234567,2.00\n,3,,x,\n",
    )

    found = assess_quality(parquet_file(tmp_path, table), training=training)

    assert found.training is not None
    assert found.training.leaked == 3


@pytest.mark.parametrize(
    ("here", "there"),
    [("007", "7"), ("12345678901234567", "12345678901234568"), ("1_0", "10"), ("1.5", "1.50001"), ("Yes", "yes")],
)
def test_different_values_do_not_meet(tmp_path: Path, here: str, there: str) -> None:
    test, training = csv_file(tmp_path, f"a,b\n{here},x\n"), csv_file(tmp_path, f"a,b\n{there},x\n", "training.csv")

    found = assess_quality(test, training=training)

    assert found.training is not None
    assert found.training.leaked == 0


def test_identifiers_and_outputs_do_not_keep_rows_apart(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "id,x,y,p\n1,5,1,1\n2,6,0,1\n3,7,1,0\n")
    training = csv_file(tmp_path, "id,x,y\n3,5,0\n4,6,0\n5,9,1\n", "training.csv")

    found = assess_quality(test, label="y", prediction="p", row_id="id", training=training)

    assert found.training is not None
    assert (found.training.compared, found.training.leaked) == (("x",), 2)
    assert found.figure("shared_row_id_share").value == pytest.approx(1 / 3)
    assert found.training.only_here == ("p",)


def test_missing_values_that_training_never_had_are_tested_and_corrected_for_many_columns(tmp_path: Path) -> None:
    def frame(rows: int, gaps: dict[str, int]) -> pd.DataFrame:
        return pd.DataFrame(
            {name: [None] * count + [float(at) for at in range(rows - count)] for name, count in gaps.items()}
        )

    test = parquet_file(tmp_path, frame(400, {"a": 60, "b": 2, "c": 0}))
    training = parquet_file(tmp_path, frame(1000, {"a": 50, "b": 1, "c": 0}), "training.parquet")

    found = assess_quality(test, training=training)

    figure = found.figure("missing_share_change")
    assert (figure.value, figure.subject) == (pytest.approx(0.1), "a")
    assert figure.interval == pytest.approx(
        confint_proportions_2indep(60, 400, 50, 1000, compare="diff", method="newcomb"), rel=1e-9
    )
    p_values = [
        proportions_ztest([60, 50], [400, 1000])[1],
        fisher_exact([[2, 398], [1, 999]]).pvalue,
        1.0,
    ]
    assert [change(found, name).p_value for name in "abc"] == pytest.approx(p_values, rel=1e-9)
    assert [change(found, name).holm_p_value for name in "abc"] == pytest.approx(
        list(multipletests(p_values, method="holm")[1]), rel=1e-9
    )
    assert f"p = {p_values[0]:.3g}" in figure.method


def test_fewer_missing_values_than_in_training_are_a_change_too_with_the_interval_on_its_side(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "a,b\n" + "1,x\n" * 100)
    training = csv_file(tmp_path, "a,b\n" + "1,x\n" * 60 + ",x\n" * 40, "training.csv")

    figure = assess_quality(test, training=training).figure("missing_share_change")

    assert figure.value == pytest.approx(0.4)
    assert figure.interval is not None
    assert figure.interval.low < 0.4 < figure.interval.high


def test_numbers_out_of_range_and_unseen_values_are_counted_in_rows(tmp_path: Path) -> None:
    test = pd.DataFrame({"x": [0.0, 1, 2, 3, np.inf, None], "colour": ["red", "Red", "blue", "blue", " red ", None]})
    training = pd.DataFrame({"x": [1.0, 2, np.inf], "colour": ["red", "green", "green"]})
    paths = parquet_file(tmp_path, test), parquet_file(tmp_path, training, "training.parquet")

    found = assess_quality(paths[0], training=paths[1])

    assert change(found, "x").outside == 3  # 0, 3 and infinity lie beyond 1 to 2
    assert (change(found, "x").training_lowest, change(found, "x").training_highest) == (1, 2)
    assert (change(found, "colour").unseen, change(found, "colour").unseen_values) == (3, 2)
    assert found.figure("out_of_training_range_share").value == 0.5
    assert (found.figure("unseen_category_share").value, found.figure("unseen_category_share").subject) == (
        0.5,
        "colour",
    )


def test_employment_ages_and_categories_are_those_of_the_year_before() -> None:
    test, training = (pd.read_parquet(path) for path in (EMPLOYMENT_2016, EMPLOYMENT_2015))

    found = assess_quality(EMPLOYMENT_2016, training=EMPLOYMENT_2015, **EMPLOYMENT)

    beyond = (test["age"] < training["age"].min()) | (test["age"] > training["age"].max())
    assert change(found, "age").outside == beyond.sum()
    assert change(found, "race").unseen == (~test["race"].isin(training["race"])).sum()


def test_names_are_no_categories_that_training_could_know(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "name\n" + "".join(f"a{at}\n" for at in range(60)))
    training = csv_file(tmp_path, "name\n" + "".join(f"b{at}\n" for at in range(60)), "training.csv")

    found = assess_quality(test, training=training)

    assert change(found, "name").unseen is None
    assert found.figure("unseen_category_share").reason == "No categories stand in both files"


def test_a_column_of_another_type_than_in_training_is_named(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "a,b\n1,x\n2,y\n")
    training = csv_file(tmp_path, "a,b\none,x\n2,y\n", "training.csv")

    found = assess_quality(test, training=training)

    assert (found.figure("changed_type_columns").value, found.figure("changed_type_columns").subject) == (1, "a")


def test_training_data_without_a_common_column_gives_no_figure_but_the_reason(tmp_path: Path) -> None:
    found = assess_quality(csv_file(tmp_path, "a\n1\n"), training=csv_file(tmp_path, "b\n1\n", "training.csv"))

    assert found.figure("leaked_row_share").reason == "No column stands in both files"
    assert found.warnings == ("The training data lacks 1 of 1 features: a",)


def test_the_order_and_storage_of_rows_change_nothing(tmp_path: Path) -> None:
    frame, training = (pd.read_parquet(path).head(3000) for path in (EMPLOYMENT_2016, EMPLOYMENT_2015))
    known = parquet_file(tmp_path, training, "training.parquet")
    shuffled = as_text(training.sample(frac=1, random_state=1))

    first = assess_quality(parquet_file(tmp_path, frame), training=known, **EMPLOYMENT)
    second = assess_quality(
        parquet_file(tmp_path, frame.sample(frac=1, random_state=2), "again.parquet"),
        training=parquet_file(tmp_path, shuffled, "shuffled.parquet"),
        **EMPLOYMENT,
    )

    assert first == second
