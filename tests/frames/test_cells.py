"""What counts as the same label, what is missing, and which files cannot be counted."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import Unreadable
from core.frames.cells import cells, guess_positive, labels_of
from core.frames.source import open_table
from core.metrics.cells import Cells, Confusion, Normalisation, canonical, normalise
from tests.metrics.published import DATA


def csv_file(tmp_path: Path, text: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def parquet_file(tmp_path: Path, **columns: pa.Array) -> Path:
    path = tmp_path / "rows"  # evidence is stored by digest, without an ending
    pq.write_table(pa.table(columns), path)
    return path


def counted(path: Path, *, positive: str = "1", attributes: tuple[str, ...] = ("g",), **options) -> Cells:
    return cells(path, **{"label": "y", "prediction": "p", "positive": positive, "attributes": attributes, **options})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True),
        ("1", "+1e0", True),
        ("0", "-0.0", True),
        ("1", "01", False),
        ("1", "1 ", False),
        ("1", "true", False),
        ("yes", "Yes", False),
        ("1", "1_0", False),
        ("0x1", "1", False),
        ("nan", "nan", True),
        ("0.1", "0.1000000000000000055", False),
    ],
)
def test_numbers_are_one_label_however_written_and_text_is_itself(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same


@pytest.mark.parametrize("positive", ["1", "1.0"])
def test_a_label_1_meets_a_prediction_1_0(tmp_path: Path, positive: str) -> None:
    path = csv_file(tmp_path, "y,p,g\n1,1.0,a\n0,1.0,a\n1,0.0,a\n0,0.0,b\n")

    found = counted(path, positive=positive)

    assert found.confusion() == Confusion(1, 1, 1, 1)
    assert canonical(found.negative) == 0


def test_typed_columns_count_as_their_text_does(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        y=pa.array([1, 0, 1, 0], pa.int8()),
        p=pa.array([1.0, 1.0, 0.0, 0.0]),
        g=pa.array(["a", None, "a", "b"]).dictionary_encode(),
        h=pa.array([1.5, float("nan"), None, 2.5]),
    )

    found = counted(path, attributes=("g", "h"))

    assert found.confusion() == Confusion(1, 1, 1, 1)
    assert found.unknown == {"g": 1, "h": 2}
    assert set(found.tallies(("g", "h"))) == {("a", "1.5"), ("b", "2.5")}


def test_booleans_are_the_labels_true_and_false(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, y=pa.array([True, False]), p=pa.array([True, True]), g=pa.array(["a", "b"]))

    assert counted(path, positive="true").confusion() == Confusion(1, 1, 0, 0)
    with pytest.raises(Unreadable, match="positive label is not in the data"):
        counted(path, positive="1")


def test_sensitive_values_are_exact_text(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'y,p,g\n1,1,NA\n1,1,"a,\nb"\n0,0,a \n0,0,a\n0,0,01\n0,0,1\n')

    assert {values[0] for values in counted(path).tallies(("g",))} == {"NA", "a,\nb", "a ", "a", "01", "1"}


def test_columns_that_differ_in_case_alone_are_two(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "\ufeffy,p,Race,race\r\n1,1,a,b\r\n0,0,c,d\r\n")

    found = counted(path, attributes=("race", "Race"))

    assert set(found.tallies(("race", "Race"))) == {("b", "a"), ("d", "c")}


def test_a_file_name_is_never_a_pattern_or_a_piece_of_sql(tmp_path: Path) -> None:
    csv_file(tmp_path, "y,p,g\n1,1,wrong\n0,0,wrong\n", "a1.csv")
    path = csv_file(tmp_path, "y,p,g\n1,1,a\n0,0,b\n", "a[1]*'; DROP.csv")

    assert set(counted(path).tallies(("g",))) == {("a",), ("b",)}


def test_without_labels_there_are_predictions_only(tmp_path: Path) -> None:
    found = counted(csv_file(tmp_path, "p,g\n1,a\n0,a\n1,b\n"), label=None)

    assert not found.labelled
    assert found.confusion() is None
    assert found.total.predicted == 2


def test_a_cut_turns_scores_into_predictions(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p,g\nyes,0.5,a\nno,0.51,a\nyes,0.4999,a\nno,-2e0,b\n")

    found = counted(path, positive="yes", cut=0.5)

    assert found.confusion() == Confusion(1, 1, 1, 1)
    assert found.negative == "no"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("y,p,g\n1,1,a\n0,0,b\n", {"positive": "yes"}, "“y or p”: the positive label is not in the data, found 0, 1"),
        ("y,p,g\n1,low,a\n0,high,b\n", {}, "labels and predictions need two values, found 4 labels"),
        ("y,p,g\n1,1,a\n0,0,b\n2,1,b\n", {}, "found 3 labels (0, 1, 2)"),
        ("y,p,g\n1,1,a\n,0,b\n,1,b\n", {}, "line 3, column “y”: a label or prediction is missing, found 2 such rows"),
        ("y,p,g\n1,1,a\n0,1,b\n0, ,b\n", {}, "line 4, column “p”: a label or prediction is missing"),
        ("y,p,g\n1,1,a\n0,0,b\n", {"attributes": ("sex",)}, "column “sex”: no such column, expected y, p, g"),
        ("y,p,g\n1,1,a\n0,0,b\n", {"label": "Y"}, "column “Y”: no such column"),
        ("y,p,g\n", {}, "the file has no rows"),
        ("", {}, "line 1: the file is empty"),
        ("y,p,g\n1,1,a\n1,1,a,b\n", {}, "line 3: the file cannot be read"),
        ("y,p,g\n1,1,a\n1,1\n", {}, "line 3: the file cannot be read"),
        ("y,p,p\n1,1,a\n", {}, "column names must be given and differ, found p"),
        ("y,p,\n1,1,a\n", {}, "column names must be given and differ"),
        ("y,p,g\n1,0.5,a\n0,0,5,b\n", {"cut": 0.5}, "cannot be read"),
        ("y,p,g\n1,0.5,a\n0,high,b\n", {"cut": 0.5}, "line 3, column “p”: a score is no finite number"),
        ("y,p,g\n1,nan,a\n0,inf,b\n", {"cut": 0.5}, "line 2, column “p”: a score is no finite number, found 2"),
    ],
)
def test_a_file_that_cannot_be_counted_is_refused_with_its_place(
    tmp_path: Path, text: str, options: dict[str, object], words: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        counted(csv_file(tmp_path, text), **options)

    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="there is no such file, found none"):
        counted(tmp_path / "none.csv")


def test_a_parquet_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, y=pa.array([1, 0]), p=pa.array([1, 0]), g=pa.array(["a", "b"]))
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(Unreadable, match="cannot be read"):
        counted(path)


def test_nested_values_are_refused(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, y=pa.array([1]), p=pa.array([1]), g=pa.array([["a", "b"]]))

    with pytest.raises(Unreadable, match="column “g”: values that hold other values"):
        counted(path)


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (("0", "1"), "1"),
        (("0.0", "1.0"), "1.0"),
        (("0",), "1"),
        (("False", "True"), "True"),
        (("no", "yes"), None),
        (("0", "1", "2"), None),
        (("1", "2"), None),
        ((), None),
    ],
)
def test_only_zero_one_and_false_true_name_their_positive_label(labels: tuple[str, ...], positive: str | None) -> None:
    assert guess_positive(labels) == positive


def test_labels_are_listed_once_however_they_are_written(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p\n1,1.0\n0,0.0\n0,yes\n")

    assert labels_of(path, "y", "p") == ("0", "1", "yes")


def test_each_row_stands_for_its_count(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p,g,n\n1,1,a,3\n0,1,a,2.0\n1,0,b,1e1\n0,0,b,4\n1,1,c,0\n1,1,a,5\n")

    found = counted(path, count="n")

    assert found.confusion() == Confusion(8, 2, 10, 4)
    assert {values[0]: tally.n for values, tally in found.tallies(("g",)).items()} == {"a": 10, "b": 14}


def test_berkeley_is_counted_from_its_aggregate_rows() -> None:
    found = counted(
        DATA / "datasets_UCBAdmissions.csv",
        label=None,
        prediction="Admit",
        positive="Admitted",
        attributes=("Gender",),
        count="Freq",
    )

    assert {values[0]: (tally.predicted, tally.n) for values, tally in found.tallies(("Gender",)).items()} == {
        "Male": (1198, 2691),
        "Female": (557, 1835),
    }


def test_typed_counts_count_as_their_text_does(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        y=pa.array(["1", "0"]),
        p=pa.array(["1", "0"]),
        g=pa.array(["a", "b"]),
        n=pa.array([2**40, 3], pa.uint64()),
    )

    assert counted(path, count="n").rows == 2**40 + 3


@pytest.mark.parametrize("count", ["-1", "1.5", "", "many", "nan", "inf", "1e17"])
def test_a_count_that_is_no_whole_number_is_refused_with_its_place(tmp_path: Path, count: str) -> None:
    path = csv_file(tmp_path, f"y,p,g,n\n1,1,a,3\n0,0,b,{count}\n0,0,b,{count}\n")

    with pytest.raises(Unreadable) as refused:
        counted(path, count="n")

    assert "line 3, column “n”: a count is no whole number of at least 0, found 2 such rows" in str(refused.value)


def test_counts_that_are_all_nought_leave_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="the counts add up to no row"):
        counted(csv_file(tmp_path, "y,p,g,n\n1,1,a,0\n0,0,b,0\n"), count="n")


def test_one_label_against_the_rest_counts_every_other_label_as_not_positive(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p,g\n2,2.0,a\n2,1,a\n1,2,b\nhigh,1,b\n0,high,b\n")

    found = counted(path, positive="2", one_against_rest=True)

    assert found.confusion() == Confusion(1, 1, 1, 2)
    assert (found.positive, found.negative) == ("2", "not 2")
    assert found.rest == ("0", "1", "high")


def test_with_two_labels_there_is_no_rest(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p,g\n1,1,a\n0,0,b\n")

    assert counted(path, one_against_rest=True) == counted(path)


@pytest.mark.parametrize(
    ("text", "positive", "words"),
    [
        ("y,p,g\n2,1,a\n1,0,b\n", "3", "the positive label is not in the data, found 0, 1, 2"),
        ("y,p,g\n2,1,a\n1,0,b\n,0,b\n", "2", "line 4, column “y”: a label or prediction is missing"),
        ("y,p,g\n2,1,a\n1,0,b\n0, ,b\n", "2", "line 4, column “p”: a label or prediction is missing"),
        ("y,p,g\n" + "".join(f"{at},1,a\n" for at in range(1001)), "2", "column “y”: too many labels"),
    ],
)
def test_one_against_the_rest_forgives_no_missing_label(tmp_path: Path, text: str, positive: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        counted(csv_file(tmp_path, text), positive=positive, one_against_rest=True)

    assert words in str(refused.value)


def test_renamed_groups_are_counted_together_and_the_renaming_is_on_record(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,p,g,h\n1,1,W,x\n0,0,wh.,x\n1,0,B,x\n1,1,,x\n")

    found = normalise(counted(path, attributes=("g", "h")), "g", {"W": "White", "wh.": "White", "H": "Hispanic"})

    assert {values: tally.n for values, tally in found.tallies(("g",)).items()} == {("White",): 2, ("B",): 1}
    assert found.normalised == (Normalisation("g", {"W": "White", "wh.": "White"}),)
    assert found.unknown == {"g": 1, "h": 0}
    with pytest.raises(ValueError, match="needs a name"):
        normalise(found, "h", {"x": " "})


def test_not_a_number_is_seen_in_parquet_whose_statistics_leave_it_out(tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    pl.DataFrame({"x": [1.0, 2.0, float("nan"), float("nan")]}).write_parquet(path)

    with open_table(path) as table:
        assert (table.count("isnan(c0)"), table.count("c0 <= 2")) == (2, 2)
