"""What a file holds, which rows repeat, which rows two files share, and how scores spread."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import Unreadable
from core.frames.profile import ColumnType, column_profiles, duplicate_rows, shared_rows
from core.frames.scores import score_histogram, score_sums
from tests.metrics.published import COMPAS


def csv_file(tmp_path: Path, text: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_of_compas_are_profiled_as_pandas_sees_them() -> None:
    frame = pd.read_csv(COMPAS)

    profiles = {profile.name: profile for profile in column_profiles(COMPAS)}

    assert list(profiles) == list(frame.columns)
    for name, profile in profiles.items():
        assert (profile.rows, profile.missing, profile.distinct) == (7214, 0, frame[name].nunique())
    assert profiles["entity_id"].mean == pytest.approx(frame["entity_id"].mean(), rel=1e-15)
    assert (profiles["entity_id"].minimum, profiles["entity_id"].maximum) == (1, 11001)
    assert profiles["race"].type is ColumnType.TEXT


def test_missing_constant_and_infinite_values_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    table = {
        "number": pa.array([1.0, float("nan"), None, float("inf")]),
        "text": pa.array(["a", " ", "", None]),
        "constant": pa.array(["x"] * 4),
        "empty": pa.array([None] * 4, pa.string()),
        "flag": pa.array([True, False, None, True]),
        "day": pa.array([0, 1, 2, 3], pa.date32()),
    }
    pq.write_table(pa.table(table), path)

    found = {profile.name: profile for profile in column_profiles(path)}

    number = found["number"]
    assert (number.missing, number.infinite, number.distinct, number.mean) == (2, 1, 2, 1.0)
    assert (found["text"].missing, found["text"].distinct, found["text"].constant) == (3, 1, False)
    assert found["constant"].constant
    assert (found["empty"].type, found["empty"].constant) == (ColumnType.EMPTY, True)
    assert (found["flag"].type, found["flag"].missing_share) == (ColumnType.BOOLEAN, 0.25)
    assert (found["day"].minimum, found["day"].maximum) == ("1970-01-01", "1970-01-04")


def test_text_that_is_a_number_throughout_is_a_number_and_else_text(tmp_path: Path) -> None:
    found = column_profiles(csv_file(tmp_path, "a,b\n1,1\n2.5,x\n-3e2,2\n"))

    assert [profile.type for profile in found] == [ColumnType.NUMBER, ColumnType.TEXT]
    assert (found[0].minimum, found[0].maximum) == (-300.0, 2.5)


def test_repeated_rows_are_those_beyond_the_first(tmp_path: Path) -> None:
    assert duplicate_rows(csv_file(tmp_path, "a,b\n1,x\n1,x\n1,x\n1,\n1,\n2,x\n")) == 3
    assert duplicate_rows(csv_file(tmp_path, "a,b\n")) == 0


def test_rows_shared_by_training_and_test_data_are_counted_across_types(tmp_path: Path) -> None:
    test = csv_file(tmp_path, "id,a,b\n1,1,x\n2,2,y\n3,,z\n4,1,x\n")
    training = tmp_path / "training.parquet"
    pq.write_table(pa.table({"b": ["x", "z", "q"], "a": [1.0, None, 7.0]}), training)

    found = shared_rows(test, training, ["a", "b"])

    assert (found.rows, found.shared, found.share) == (4, 3, 0.75)


def test_values_that_run_into_each_other_are_not_shared(tmp_path: Path) -> None:
    first = csv_file(tmp_path, 'a,b\n"x,y",z\nxy,\n', "first.csv")
    second = csv_file(tmp_path, 'a,b\nx,"y,z"\nx,y\n', "second.csv")

    assert shared_rows(first, second, ["a", "b"]).shared == 0


def test_a_column_that_one_file_lacks_is_refused(tmp_path: Path) -> None:
    first, second = csv_file(tmp_path, "a\n1\n", "first.csv"), csv_file(tmp_path, "b\n1\n", "second.csv")

    with pytest.raises(Unreadable, match="column “a”: no such column"):
        shared_rows(first, second, ["a"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y,s\n1,0.5\n0,x\n", "line 3, column “s”: a score is no finite number"),
        ("y,s\n1,0.5\n0,\n", "line 3, column “s”: a score is no finite number"),
        ("y,s\n1,0.5\n,0.5\n", "line 3, column “y”: a label or prediction is missing"),
        ("y,s\n2,0.5\n0,0.5\n", "the positive label is not in the data, found 0, 2, expected 1"),
        ("y,s\n1,0.5\n0,0.5\n2,0.1\n", "labels need two values"),
        ("y,s\n", "the file has no rows"),
    ],
)
def test_scores_that_cannot_be_ranked_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        score_sums(csv_file(tmp_path, text), label="y", score="s", positive="1")

    assert words in str(refused.value)


def test_a_histogram_holds_every_score_once_with_the_last_edge_inside(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,s\n1,0\n0,0.05\n1,0.5\n0,0.999\n1,1\n")

    bins = score_histogram(path, label="y", score="s", positive="1", bins=20)

    assert (bins[0].low, bins[-1].high) == (0.0, 1.0)
    assert Counter({at: b.positives + b.negatives for at, b in enumerate(bins)}) == {0: 1, 1: 1, 10: 1, 19: 2} | {
        at: 0 for at in range(20) if at not in (0, 1, 10, 19)
    }


def test_a_histogram_of_scores_beyond_one_spans_their_own_range(tmp_path: Path) -> None:
    bins = score_histogram(csv_file(tmp_path, "y,s\n1,-2\n0,6\n1,2\n"), label="y", score="s", positive="1", bins=4)

    assert [(b.low, b.high) for b in bins] == [(-2, 0), (0, 2), (2, 4), (4, 6)]
    assert [b.positives + b.negatives for b in bins] == [1, 0, 1, 1]
