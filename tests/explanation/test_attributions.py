"""Attributions in three shapes and formats give the same sums; what is wrong in them is refused with its place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from core.frames.attributions import Shape, contributions, open_attributions, residual_variance
from core.metrics.explanation import Contribution, importances, top_feature_share
from tests.explanation.builders import attributions, long_form, written


def summed(path: Path, **options: object) -> tuple[Contribution, ...]:
    with open_attributions(path, **options) as found:  # type: ignore[arg-type]
        return contributions(found)


def refused(path: Path) -> list[str]:
    with pytest.raises(Unreadable) as error, open_attributions(path):
        pass
    return [str(problem) for problem in error.value.problems]


def text(tmp_path: Path, content: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_the_additive_example_by_hand(tmp_path: Path) -> None:
    # f(x) = 2 x₁ − x₂ has the SHAP values 2 (x₁ − x̄₁) and −(x₂ − x̄₂): for x = (0,4), (1,1), (2,1) these are
    # −2, 0, 2 and −2, 1, 1; each case adds up to f(x) less the mean of f.
    path = text(tmp_path, "row_id,x1,x2\n1,-2,-2\n2,0,1\n3,2,1\n")

    one, other = importances(summed(path))

    assert (one.feature, one.importance, one.signed, one.rank) == ("x1", 4 / 3, 0.0, 1)
    assert (other.feature, other.importance, other.signed, other.rank) == ("x2", 4 / 3, 0.0, 1)
    assert (one.share, other.share) == (0.5, 0.5)


@pytest.mark.parametrize("name", ["wide.csv", "wide.parquet", "wide.json", "long.csv", "long.parquet", "long.json"])
def test_every_shape_and_format_gives_the_sums_of_pandas(tmp_path: Path, name: str) -> None:
    wide = attributions()
    frame = wide if name.startswith("wide") else long_form(wide)

    found = {one.feature: one for one in summed(written(frame, tmp_path / name, seed=4), sensitive=("g",))}

    assert set(found) == {"a", "b", "tiny"}
    for feature, one in found.items():
        size = wide[feature].abs()
        assert one.n == len(wide)
        assert one.size == pytest.approx(size.mean(), rel=1e-12)
        assert one.signed == pytest.approx(wide[feature].mean(), rel=1e-9)
        assert one.variance == pytest.approx(size.var(), rel=1e-9)


def test_sums_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    wide = attributions()
    orders = [
        summed(written(frame, tmp_path / f"{name}{seed}.parquet", seed=seed))
        for name, frame in (("w", wide), ("l", long_form(wide)))
        for seed in (1, 2, 3)
    ]

    assert orders[0] == orders[1] == orders[2]
    assert orders[3] == orders[4] == orders[5]


def test_the_share_of_the_first_feature_has_the_interval_of_a_ratio_of_means(tmp_path: Path) -> None:
    wide = attributions()
    path = written(wide, tmp_path / "wide.parquet")
    with open_attributions(path) as found:
        first = importances(contributions(found))[0]
        variance = residual_variance(found, first.feature, first.share or 0)

    figure = top_feature_share((first,), n=len(wide), residual_variance=variance)

    sizes = wide[["a", "b", "tiny"]].abs()
    draw = np.random.default_rng(9)
    again = [
        sample["b"].sum() / sample.to_numpy().sum()
        for sample in (sizes.iloc[draw.integers(len(sizes), size=len(sizes))] for _ in range(400))
    ]
    low, high = np.quantile(again, [0.025, 0.975])
    assert (figure.value, figure.subject) == (pytest.approx(sizes["b"].sum() / sizes.to_numpy().sum()), "b")
    assert figure.interval == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


def test_importances_are_told_from_values_by_content(tmp_path: Path) -> None:
    for path in (
        text(tmp_path, "feature,importance\nage,0.7\nincome,-0.1\n"),
        text(tmp_path, '{"age": 0.7, "income": -0.1}', "a.json"),
    ):
        with open_attributions(path) as found:
            one, other = contributions(found)
            assert found.shape is Shape.IMPORTANCES
        assert one == Contribution("age", 0, 0.7, 0.7)
        assert other == Contribution("income", 0, 0.1, -0.1)


def test_a_feature_of_numbers_may_be_called_feature(tmp_path: Path) -> None:
    with open_attributions(text(tmp_path, "feature,x\n1,2\n3,4\n")) as found:
        assert (found.shape, found.features) == (Shape.WIDE, ("feature", "x"))


def test_base_values_and_comments_are_no_features(tmp_path: Path) -> None:
    path = text(tmp_path, "row_id,x,base_value,comment,g\n1,0.5,3,fine,u\n2,-0.5,3,odd,v\n")

    with open_attributions(path, sensitive=("g",)) as found:
        assert found.features == ("x",)
        assert found.groups == ("g",)
        assert found.left_out == ("base_value", "comment")


def test_nullable_and_arrow_types_are_read_as_the_numbers_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = {
        "row_id": pa.array([1, 2], pa.uint8()),
        "f": pa.array([1.5, -2.5], pa.float32()),
        "i": pa.array([1, -3], pa.int16()),
        "d": pa.array(["0.25", "-0.75"], pa.large_string()),
    }
    pq.write_table(pa.table(table), path)

    assert [(one.feature, one.size) for one in summed(path)] == [("f", 2.0), ("i", 2.0), ("d", 0.5)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n3,x\n", "line 3, column “b”: a value is no finite number, found 1 such rows"),
        ("a,b\n1,2\n,4\n", "line 3, column “a”: a value is no finite number, found 1 such rows"),
        (
            "a,b\n1,1e101\n3,4\n",
            "line 2, column “b”: a value is no finite number, found 1 such rows, expected a number of",
        ),
        ("a,b\n1,inf\n3,4\n", "line 2, column “b”: a value is no finite number, found 1 such rows"),
        ("a,b\n1,1_000\n3,4\n", "line 2, column “b”: a value is no finite number, found 1 such rows"),
        ("row_id,a\n1,2\n,3\n", "line 3, column “row_id”: a row id is missing, found 1 such rows"),
        ("row_id,a\n1,2\n2,2\n1,3\n", "line 4, column “row_id”: a row id stands twice, found 1 stand more than once"),
        ("feature,importance\na,1\na,2\n", "line 3, column “feature”: a feature stands twice"),
        ("feature,importance\na,1\n,2\n", "line 3, column “feature”: a feature has no name"),
        ("feature,importance\na,much\n", "line 2, column “importance”: a value is no finite number"),
        ("row_id,feature,value\n1,a,1\n1,a,2\n", "line 3, column “row_id”: a feature stands twice for the same row id"),
        (
            "row_id,feature,value\n1,a,1\n2,b,2\n",
            "column “feature”: feature “a” lacks cases, found 1, expected 2 cases",
        ),
        ("feature,value\na,1\n", "a column is missing beside the features, found feature, value"),
        ("x,y\nu,v\n", "there are no attributions, found x, y"),
        ("a,b\n", "the file has no rows"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    assert any(problem.startswith(said) or said in problem for problem in refused(text(tmp_path, content)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"a": 1},\n {"b": 1}]', "line 2: an item has other keys than the first, found b, expected a"),
        ('[{"a": 1},\n\n 7]', "line 3: an item is no object"),
        ('[{"a": 1,\n "a": 2}]', "line 1: the key “a” stands twice"),
        ('[{"a": NaN}]', "line 1: NaN is no JSON number"),
        ('[{"a": 1e999}]', "line 1: a number too large to hold"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: the list does not go on or end"),
        ('[{"a": 1}] x', "line 1: text after the value"),
        ('[{"a": {"b": 1}}]', "line 1, column “a”: values that hold other values are not supported"),
        ("[]", "line 1: the list has no items"),
        ('[{"a": 1},\n{"a": }]', "line 2: expecting value"),
        ("[" * 100_000, "line 1: too many levels"),
    ],
)
def test_wrong_json_is_refused_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    assert refused(text(tmp_path, content, "a.json"))[0].startswith(said)


def test_json_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"a": 1},\n{"a": "\xff"}]')

    assert refused(path) == ["line 2: the text is not UTF-8"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv") == ["there is no such file, found none.csv"]


sizes = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 5e-324, -1e-300, 1e100, -1e100]), st.floats(min_value=-1e100, max_value=1e100)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(sizes, min_size=1, max_size=8))
def test_any_finite_values_have_finite_sums(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    path = tmp_path_factory.mktemp("odd") / "a.parquet"
    pd.DataFrame({"x": values, "y": [1.0] * len(values)}).to_parquet(path)

    with open_attributions(path) as found:
        x, y = contributions(found)
        first = importances((x, y))[0]
        variance = residual_variance(found, first.feature, first.share or 0)

    assert x.size == pytest.approx(np.mean(np.abs(values)), rel=1e-9, abs=5e-324)
    assert (y.size, y.signed, y.n) == (1.0, 1.0, len(values))
    assert all(np.isfinite(number) for one in importances((x, y)) for number in (one.share, *(one.interval or ())))
    assert variance is None or np.isfinite(variance)


def test_all_zeros_have_no_share_and_a_reason(tmp_path: Path) -> None:
    found = importances(summed(text(tmp_path, "a,b\n0,0\n0,0\n")))

    figure = top_feature_share(found, n=2)

    assert [one.share for one in found] == [None, None]
    assert (figure.value, figure.reason) == (None, "Every importance is zero")
