"""Whatever a file holds, the result is finite, reads back, and counts as pandas does."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.frames.quality import assess_quality
from core.metrics.quality import QualityResult
from tests.quality.files import parquet_file

STORED = TypeAdapter(QualityResult)
TEXTS = st.none() | st.sampled_from(
    ["", " ", "\t", "a", "A", "é", "'", '"', "1", "1.0", "01", "NaN", "inf", "1_0", "true"]
)
KINDS: Sequence[tuple[pa.DataType, st.SearchStrategy[object]]] = (
    (pa.float64(), st.none() | st.sampled_from([0.0, -0.0, 1.5, -1.5, 1e308, 5e-324, math.inf, -math.inf, math.nan])),
    (pa.float32(), st.none() | st.floats(width=32)),
    (pa.int8(), st.none() | st.integers(-128, 127)),
    (pa.int64(), st.none() | st.sampled_from([0, 1, 2**63 - 1, -(2**63), 2**53 + 1])),
    (pa.uint64(), st.none() | st.sampled_from([0, 1, 2**64 - 1])),
    (pa.bool_(), st.none() | st.booleans()),
    (pa.string(), TEXTS),
    (pa.large_string(), TEXTS),
    (pa.date32(), st.none() | st.dates()),
    (pa.timestamp("us", "UTC"), st.none() | st.datetimes()),
    (pa.decimal128(10, 2), st.none() | st.decimals(-99, 99, places=2)),
    (pa.binary(), st.none() | st.binary(max_size=2)),
    (pa.null(), st.none()),
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 12))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    columns = {
        f"c{at}": pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)
        for at, (kind, values) in enumerate(kinds)
    }
    label = draw(
        st.sampled_from([st.sampled_from(["0", "1", None]), st.sampled_from("abc"), st.floats(-2, 2), st.just(1)])
    )
    return pa.table(columns | {"y": pa.array(draw(st.lists(label, min_size=rows, max_size=rows)))})


@given(tables(), tables())
@settings(max_examples=20, deadline=None)
def test_any_two_files_give_a_finite_result_that_reads_back(test: pa.Table, training: pa.Table) -> None:
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "test.parquet", Path(folder) / "training.parquet"
        pq.write_table(test, paths[0])
        pq.write_table(training, paths[1])

        found = assess_quality(paths[0], label="y", training=paths[1])

    text = STORED.dump_json(found)
    json.loads(text, parse_constant=pytest.fail)
    assert STORED.validate_json(text) == found
    assert found.rows == test.num_rows
    for figure in found.figures:
        assert (figure.value is None) == bool(figure.reason)
    for one in found.target:
        assert one.value is None or 0 <= one.value <= 1


@given(tables())
@settings(max_examples=15, deadline=None)
def test_a_file_leaks_in_full_into_itself_and_shows_it_nothing_new(table: pa.Table) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "test.parquet"
        pq.write_table(table, path)
        found = assess_quality(path, training=path)

    assert found.training is not None
    assert found.training.leaked == table.num_rows
    for change, column in zip(found.training.columns, found.columns, strict=True):
        assert not change.unseen
        assert not change.outside or column.infinite


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=30))
@settings(max_examples=15, deadline=None)
def test_text_is_counted_as_pandas_counts_it(rows: list[tuple[str | None, str | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype=object)
    blank = frame["a"].map(lambda value: value is None or not value.strip())

    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        pq.write_table(pa.table({name: pa.array(list(frame[name]), pa.string()) for name in frame}), path)
        found = assess_quality(path)

    column = found.columns[0]
    nan = (frame["a"] == "NaN").sum() if column.type in ("number", "empty") else 0
    assert column.missing == blank.sum() + nan
    assert column.distinct == frame["a"][~blank].nunique() - bool(nan)
    assert found.duplicate_rows == frame.duplicated().sum()


def test_ten_thousand_categories_and_one_row_are_no_trouble(tmp_path: Path) -> None:
    many = pd.DataFrame({"g": [f"k{at % 10_000}" for at in range(30_000)], "y": [at % 2 for at in range(30_000)]})
    one = pd.DataFrame({"g": ["a"], "y": [1]})

    found = assess_quality(parquet_file(tmp_path, many), label="y")
    single = assess_quality(parquet_file(tmp_path, one, "one.parquet"), label="y", training=tmp_path / "rows.parquet")

    assert (found.columns[0].distinct, found.columns[0].many_values) == (10_000, False)
    assert found.figure("target_leakage").value == 1  # the place in the cycle gives the label away
    assert single.figure("unseen_category_share").value == 1


def test_nullable_and_arrow_types_of_pandas_are_read_as_their_plain_kin(tmp_path: Path) -> None:
    nullable = pd.DataFrame(
        {
            "i": pd.array([1, None, 3, 3], "Int64"),
            "f": pd.array([0.5, None, 2.5, 2.5], "Float64"),
            "b": pd.array([True, None, False, False], "boolean"),
            "s": pd.array(["x", None, "y", "y"], "string[pyarrow]"),
        }
    )
    plain = nullable.astype({"i": "float64", "f": "float64", "b": object, "s": object})

    first = assess_quality(parquet_file(tmp_path, nullable, "nullable.parquet"))
    second = assess_quality(parquet_file(tmp_path, plain, "plain.parquet"))

    assert first == second
    assert [column.missing for column in first.columns] == [1, 1, 1, 1]
