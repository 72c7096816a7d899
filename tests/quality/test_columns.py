"""What a file holds: counts as pandas has them, on real data and on planted defects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from statsmodels.stats.proportion import proportion_confint

from core.errors import Unreadable
from core.frames.quality import assess_quality
from core.metrics.quality import LabelKind
from tests.metrics.published import COMPAS
from tests.quality.files import EMPLOYMENT, EMPLOYMENT_2016, as_text, csv_file, parquet_file


def test_compas_has_no_defect_and_the_label_balance_of_its_source() -> None:
    found = assess_quality(COMPAS, label="label_value", prediction="score", row_id="entity_id")

    values = {figure.metric: figure.value for figure in found.figures}
    for metric in ("missing_share", "infinite_share", "duplicate_row_share", "duplicate_row_id_share"):
        assert values[metric] == 0
    assert (values["constant_columns"], values["duplicate_columns"], values["high_cardinality_columns"]) == (0, 0, 0)
    assert (found.positives, found.labelled, found.features) == (3251, 7214, ("race", "sex", "age_cat"))
    assert values["rarest_label_share"] == 3251 / 7214
    assert found.figure("rarest_label_share").interval == pytest.approx(
        proportion_confint(3251, 7214, method="wilson"), rel=1e-12
    )


def test_employment_is_counted_as_pandas_counts_it() -> None:
    frame = pd.read_parquet(EMPLOYMENT_2016)

    found = assess_quality(EMPLOYMENT_2016, **EMPLOYMENT)

    assert found.rows == len(frame)
    assert [column.name for column in found.columns] == list(frame.columns)
    for column in found.columns:
        assert (column.missing, column.distinct) == (frame[column.name].isna().sum(), frame[column.name].nunique())
    assert found.duplicate_rows == frame.duplicated().sum()


def test_the_same_data_as_text_gives_the_same_figures(tmp_path: Path) -> None:
    frame = pd.read_parquet(EMPLOYMENT_2016).head(2000)
    typed, text = parquet_file(tmp_path, frame, "typed.parquet"), parquet_file(tmp_path, as_text(frame), "text.parquet")

    assert assess_quality(typed, **EMPLOYMENT).figures == assess_quality(text, **EMPLOYMENT).figures


def test_each_planted_defect_is_found_where_it_was_planted(tmp_path: Path) -> None:
    rows = 200
    frame = pd.DataFrame(
        {
            "id": [*range(rows - 5), *range(5)],
            "y": [1] * 3 + [0] * (rows - 3),
            "gaps": [None] * 30 + [1.5] * (rows - 30),
            "infinite": [np.inf, -np.inf] + [float(value) for value in range(rows - 2)],
            "one": ["x"] * rows,
            "names": [f"person {place}" for place in range(rows)],
            "colour": ["red", "blue"] * (rows // 2),
        }
    )
    frame["again"] = frame["colour"]

    found = assess_quality(parquet_file(tmp_path, frame), label="y", row_id="id")

    said = {figure.metric: (figure.value, figure.subject) for figure in found.figures}
    assert said["missing_share"] == (0.15, "gaps")
    assert said["infinite_share"] == (0.01, "infinite")
    assert said["duplicate_row_id_share"] == (0.025, "id")
    assert said["constant_columns"] == (1, "one")
    assert said["duplicate_columns"] == (1, "again = colour")
    assert said["high_cardinality_columns"] == (1, "names")
    assert said["rarest_label_share"] == (0.015, "1")


def test_repeated_rows_are_those_beyond_the_first_whatever_their_number(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 1, 1, 2, 2, 3], "b": ["x", "x", "x", None, None, "z"]})

    found = assess_quality(parquet_file(tmp_path, frame))

    assert found.duplicate_rows == frame.duplicated().sum() == 3
    assert found.figure("duplicate_row_share").value == 0.5


def test_columns_that_differ_in_one_row_or_in_order_only_are_no_repetition(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x", "y", "z"], "b": ["y", "x", "z"], "c": ["x", "y", "w"], "d": ["x", "y", "z"]})

    found = assess_quality(parquet_file(tmp_path, frame))

    assert [(one.name, one.of) for one in found.repeated_columns] == [("d", "a")]


def test_a_number_repeats_a_text_that_writes_the_same_numbers(tmp_path: Path) -> None:
    table = pa.table({"a": [1.0, 2.5, None], "b": ["1", "2.50", " "]})

    found = assess_quality(parquet_file(tmp_path, table))

    assert [(one.name, one.of) for one in found.repeated_columns] == [("b", "a")]


def test_nan_written_out_among_numbers_is_missing_and_codes_with_a_line_are_text(tmp_path: Path) -> None:
    found = assess_quality(csv_file(tmp_path, "a,b\n1,1_2\nNaN,10_3\n2.5,1_2\n"))

    assert [(column.type, column.missing, column.distinct) for column in found.columns] == [
        ("number", 1, 2),
        ("text", 0, 2),
    ]


@pytest.mark.parametrize(
    ("labels", "kind", "counts"),
    [
        (["0", "1", "1"], LabelKind.BINARY, [("1", 2), ("0", 1)]),
        (["1", "1.0", "0"], LabelKind.BINARY, [("1", 2), ("0", 1)]),
        (["a", "b", "c", "c"], LabelKind.CLASSES, [("c", 2), ("a", 1), ("b", 1)]),
        (["1", "2", "3"], LabelKind.CLASSES, [("1", 1), ("2", 1), ("3", 1)]),
        (["1.5", "2", "3"], LabelKind.QUANTITY, []),
        ([str(value) for value in range(21)], LabelKind.QUANTITY, []),
        (["yes", "yes"], LabelKind.CONSTANT, [("yes", 2)]),
        ([f"label {value}" for value in range(51)], LabelKind.TOO_MANY, []),
    ],
)
def test_a_label_is_read_as_two_labels_classes_or_a_quantity(
    tmp_path: Path, labels: list[str], kind: LabelKind, counts: list[tuple[str, int]]
) -> None:
    found = assess_quality(csv_file(tmp_path, "y,x\n" + "".join(f"{label},1\n" for label in labels)), label="y")

    assert found.label is not None
    assert (found.label.kind, found.label.labelled) == (kind, len(labels))
    assert [(one.label, one.count) for one in found.label.counts] == counts
    assert (found.figure("rarest_label_share").value is None) == (kind not in (LabelKind.BINARY, LabelKind.CLASSES))


def test_quantiles_of_a_quantity_are_numpys_inverse_of_the_distribution_function(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=501).round(1)

    found = assess_quality(parquet_file(tmp_path, pd.DataFrame({"y": values})), label="y")

    assert found.label is not None
    for one in found.label.quantiles:
        assert one.value == np.quantile(values, one.share, method="inverted_cdf")


def test_rows_without_a_label_are_left_out_of_the_balance(tmp_path: Path) -> None:
    found = assess_quality(csv_file(tmp_path, "y,x\n1,1\n0,2\n,3\n1,4\n"), label="y", positive="1")

    assert (found.positives, found.labelled) == (2, 3)
    assert found.figure("rarest_label_share").value == pytest.approx(1 / 3)


def test_an_unknown_positive_label_or_column_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "y,x\n1,1\n0,2\n")

    with pytest.raises(Unreadable, match="the positive label is not in the data, found 2, expected 0 or 1"):
        assess_quality(path, label="y", positive="2")
    with pytest.raises(Unreadable, match="column “z”: no such column"):
        assess_quality(path, features=["z"])


def test_a_file_without_rows_says_so_in_every_figure(tmp_path: Path) -> None:
    found = assess_quality(csv_file(tmp_path, "y,x\n"), label="y", training=csv_file(tmp_path, "y,x\n", "t.csv"))

    assert found.rows == 0
    assert all(figure.value is None and figure.reason for figure in found.figures)
    assert found.figure("missing_share").reason == "The evidence has no rows"
