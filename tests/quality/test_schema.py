"""The declared schema: read strictly, and each way in which evidence breaks it counted and placed."""

import json
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from core.frames.quality import assess_quality
from core.metrics.quality import (
    DeclaredColumn,
    DeclaredType,
    Role,
    Schema,
    SchemaCheck,
    Violation,
    ViolationKind,
    parse_schema,
    schema_json,
)
from tests.metrics.published import COMPAS
from tests.quality.files import csv_file, parquet_file

COMPAS_SCHEMA = """{"columns": [
    {"name": "entity_id", "type": "integer", "minimum": 1, "role": "row_id"},
    {"name": "score", "type": "integer", "values": [0, 1], "role": "prediction"},
    {"name": "label_value", "type": "boolean", "role": "label"},
    {"name": "race", "type": "text", "role": "sensitive",
     "values": ["African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other"]},
    {"name": "sex", "type": "text", "values": ["Female", "Male"], "role": "sensitive"},
    {"name": "age_cat", "type": "text", "unit": "years", "role": "feature"}]}"""


def check(path: Path, *columns: DeclaredColumn, is_open: bool = False) -> SchemaCheck:
    found = assess_quality(path, schema=Schema(columns, is_open)).schema
    assert found is not None
    return found


def test_compas_keeps_what_its_columns_declare_and_features_follow_the_declared_roles() -> None:
    found = assess_quality(COMPAS, label="label_value", schema=parse_schema(COMPAS_SCHEMA))

    assert found.schema == SchemaCheck(declared=6, violations=())
    assert found.figure("schema_violations").value == 0
    assert found.features == ("age_cat",)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (DeclaredType.INTEGER, ["1", "-2", "3.0", "1e3"], ["1.5", "x", "1_000", "inf", "true"]),
        (DeclaredType.NUMBER, ["1", "-2.5", "1e-3", ".5"], ["1,5", "x", "inf", "-Infinity", "0x1f"]),
        (DeclaredType.BOOLEAN, ["true", "FALSE", "0", "1", "1.0"], ["yes", "2", "t"]),
        (
            DeclaredType.DATE,
            ["2026-01-31", "2026-01-31T10:00:00", "2024-02-29"],
            ["31.01.2026", "2026-02-30", "2026-1-1", "20260131", "now"],
        ),
        (DeclaredType.TEXT, ["x", "1", "2026-01-31"], []),
    ],
)
def test_values_of_another_type_are_counted_with_their_first_line(
    tmp_path: Path, kind: DeclaredType, good: list[str], bad: list[str]
) -> None:
    path = csv_file(tmp_path, "a\n" + "".join(f'"{value}"\n' for value in (*good, *bad)))

    found = check(path, DeclaredColumn("a", kind))

    wrong = Violation("a", ViolationKind.WRONG_TYPE, len(bad), len(good) + 2, kind.value)
    assert found.violations == ((wrong,) if bad else ())


@pytest.mark.parametrize(
    ("values", "kind", "fits"),
    [
        (pa.array([1, 2]), DeclaredType.INTEGER, True),
        (pa.array([1.0, 2.0]), DeclaredType.INTEGER, True),
        (pa.array([1.5]), DeclaredType.INTEGER, False),
        (pa.array([True]), DeclaredType.INTEGER, False),
        (pa.array([True]), DeclaredType.BOOLEAN, True),
        (pa.array([0, 1]), DeclaredType.BOOLEAN, True),
        (pa.array([date(2026, 1, 1)]), DeclaredType.DATE, True),
        (pa.array([datetime(2026, 1, 1)]), DeclaredType.DATE, True),  # noqa: DTZ001  # a column without a zone
        (pa.array([20260101]), DeclaredType.DATE, False),
        (pa.array([1.5]).cast(pa.decimal128(5, 2)), DeclaredType.NUMBER, True),
        (pa.array(["a"]).dictionary_encode(), DeclaredType.TEXT, True),
        (pa.array([date(2026, 1, 1)]), DeclaredType.NUMBER, False),
    ],
)
def test_typed_columns_are_held_to_the_same_types(
    tmp_path: Path, values: pa.Array, kind: DeclaredType, fits: bool
) -> None:
    found = check(parquet_file(tmp_path, pa.table({"a": values})), DeclaredColumn("a", kind))

    assert (not found.violations) == fits


def test_columns_that_are_missing_or_not_declared_are_named_unless_the_schema_is_open(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,b\n1,2\n")
    declared = DeclaredColumn("a", DeclaredType.INTEGER), DeclaredColumn("c", DeclaredType.TEXT)

    assert check(path, *declared).violations == (
        Violation("c", ViolationKind.MISSING_COLUMN),
        Violation("b", ViolationKind.UNEXPECTED_COLUMN),
    )
    assert check(path, *declared, is_open=True).violations == (Violation("c", ViolationKind.MISSING_COLUMN),)
    assert (
        check(path, declared[0], DeclaredColumn("c", DeclaredType.TEXT, required=False), is_open=True).violations == ()
    )


def test_columns_with_a_meaning_of_their_own_need_no_declaration(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,y,p,s,id\n1,1,1,.5,7\n")
    schema = Schema((DeclaredColumn("a", DeclaredType.INTEGER),))

    found = assess_quality(path, label="y", prediction="p", score="s", row_id="id", schema=schema)

    assert found.schema == SchemaCheck(1, ())


def test_missing_values_break_a_declaration_unless_they_are_allowed(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'a,b\n1,x\n,y\n" ",z\nNaN,w\n')

    assert check(path, DeclaredColumn("a", DeclaredType.NUMBER), is_open=True).violations == (
        Violation("a", ViolationKind.NULL, 3, 3, "a value in every row"),
    )
    assert check(path, DeclaredColumn("a", DeclaredType.NUMBER, nullable=True), is_open=True).violations == ()


@pytest.mark.parametrize(
    ("kind", "low", "high", "values", "line", "rows", "words"),
    [
        (DeclaredType.INTEGER, 0.0, 10.0, ["0", "10", "11", "-1"], 4, 2, "0 to 10"),
        (DeclaredType.NUMBER, None, 1.0, ["1", "1.0000001", ""], 3, 1, "at most 1"),
        (DeclaredType.NUMBER, 0.5, None, [".5", "0.49", "x"], 3, 1, "at least 0.5"),
        (DeclaredType.DATE, "2026-01-01", "2026-12-31", ["2026-01-01", "2025-12-31", "2027-01-01"], 3, 2, None),
    ],
)
def test_values_out_of_range_are_counted_and_bounds_are_inside(
    tmp_path: Path,
    kind: DeclaredType,
    low: float | str | None,
    high: float | str | None,
    values: list[str],
    line: int,
    rows: int,
    words: str | None,
) -> None:
    path = csv_file(tmp_path, "a,b\n" + "".join(f"{value},x\n" for value in values))

    found = check(path, DeclaredColumn("a", kind, nullable=True, minimum=low, maximum=high), is_open=True)

    expected = Violation("a", ViolationKind.OUT_OF_RANGE, rows, line, words or f"{low} to {high}")
    assert [one for one in found.violations if one.kind is ViolationKind.OUT_OF_RANGE] == [expected]


def test_values_that_are_not_allowed_are_counted_numbers_by_value_and_text_by_the_letter(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "number,text\n1,Male\n1.0,Female\n2.0,male\n3,Female\n")
    declared = (
        DeclaredColumn("number", DeclaredType.NUMBER, values=("1", "2")),
        DeclaredColumn("text", DeclaredType.TEXT, values=("Male", "Female")),
    )

    assert check(path, *declared).violations == (
        Violation("number", ViolationKind.NOT_ALLOWED, 1, 5, "one of 2 values"),
        Violation("text", ViolationKind.NOT_ALLOWED, 1, 4, "one of 2 values"),
    )


def test_pandera_style_counts_on_a_thousand_rows_agree_with_pandas(tmp_path: Path) -> None:
    frame = pd.read_csv(COMPAS).head(1000)
    path = parquet_file(tmp_path, frame)

    found = check(path, DeclaredColumn("entity_id", DeclaredType.INTEGER, maximum=500.0), is_open=True)

    beyond = frame["entity_id"] > 500
    assert found.violations == (
        Violation("entity_id", ViolationKind.OUT_OF_RANGE, beyond.sum(), int(beyond.argmax()) + 2, "at most 500"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the schema is no JSON"),
        ("[]", "the schema is not an object"),
        ('{"columns": []}', "“columns” is no list of declared columns"),
        ('{"columns": 5}', "“columns” is no list of declared columns"),
        ('{"columns": [{"name": "a", "type": "text"}], "more": 1}', "the key is not known, found more"),
        ('{"columns": [{"name": "a", "type": "text"}], "open": 1}', "“open” is neither true nor false, found 1"),
        ('{"columns": [5]}', "column “number 1”: the column has no name"),
        ('{"columns": [{"name": " ", "type": "text"}]}', "the column has no name"),
        ('{"columns": [{"name": 5, "type": "text"}]}', "column “number 1”: “name” is no text, found 5"),
        ('{"columns": [{"name": "a"}]}', "column “a”: “type” is missing or not known, found None"),
        (
            '{"columns": [{"name": "a", "type": "float"}]}',
            "found 'float', expected integer, number, text, boolean, date",
        ),
        (
            '{"columns": [{"name": "a", "type": "text", "nulable": true}]}',
            "column “a”: the key is not known, found nulable",
        ),
        ('{"columns": [{"name": "a", "type": "text", "type": "text"}]}', "a key is repeated, found type"),
        (
            '{"columns": [{"name": "a", "type": "text", "minimum": 1}]}',
            "column “a”: “minimum” does not fit the type text",
        ),
        ('{"columns": [{"name": "a", "type": "number", "minimum": "1"}]}', "“minimum” does not fit the type number"),
        ('{"columns": [{"name": "a", "type": "number", "minimum": true}]}', "“minimum” does not fit the type number"),
        ('{"columns": [{"name": "a", "type": "number", "minimum": NaN}]}', "JSON has no such number, found NaN"),
        ('{"columns": [{"name": "a", "type": "number", "minimum": 1e999}]}', "“minimum” does not fit the type number"),
        ('{"columns": [{"name": "a", "type": "number", "minimum": 1' + "0" * 400 + "}]}", "“minimum” does not fit"),
        ('{"columns": [{"name": "a", "type": "number", "minimum": 1' + "0" * 5000 + "}]}", "too large to read"),
        (
            '{"columns": [{"name": "a", "type": "number", "minimum": 2, "maximum": 1}]}',
            "the minimum lies above the maximum",
        ),
        ('{"columns": [{"name": "a", "type": "date", "minimum": "1.1.2026"}]}', "expected a date as 2026-01-31"),
        ('{"columns": [{"name": "a", "type": "date", "minimum": "2026-02-30"}]}', "expected a date as 2026-01-31"),
        (
            '{"columns": [{"name": "a", "type": "date", "minimum": "2026-02-01", "maximum": "2026-01-01"}]}',
            "the minimum lies above the maximum",
        ),
        ('{"columns": [{"name": "a", "type": "text", "values": []}]}', "“values” is no list of values"),
        ('{"columns": [{"name": "a", "type": "text", "values": [[]]}]}', "“values” holds more than texts"),
        ('{"columns": [{"name": "a", "type": "text", "values": ["x", "x"]}]}', "“values” repeats a value"),
        ('{"columns": [{"name": "a", "type": "text", "role": "target"}]}', "“role” is missing or not known"),
        ('{"columns": [{"name": "a", "type": "text"}, {"name": "a", "type": "text"}]}', "declared more than once"),
        ('{"columns": [{"name": "\\ud800", "type": "text"}]}', "the schema is not UTF-8"),
        (b"\xff", "the schema is not UTF-8"),
        ('{"columns": ' + "[" * 100_000, "too large to read"),
        (" " * 1_000_001, "the schema is too long"),
    ],
)
def test_a_schema_that_says_anything_else_is_refused_with_its_place(text: str | bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_schema(text)

    assert words in str(refused.value)


def test_every_problem_of_a_schema_is_said_at_once_and_a_syntax_error_with_its_line() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_schema('{"columns": [{"name": "a", "type": "x"}, {"name": "b", "type": "text", "unit": 5}], "z": 1}')
    assert len(refused.value.problems) == 3

    with pytest.raises(Unreadable, match="line 2"):
        parse_schema('{"columns":\n oops}')


columns = st.builds(
    DeclaredColumn,
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip),
    type=st.just(DeclaredType.NUMBER),
    required=st.booleans(),
    nullable=st.booleans(),
    minimum=st.none() | st.floats(-5, 0),
    maximum=st.none() | st.floats(0, 5),
    values=st.lists(st.text("abc", min_size=1), max_size=3, unique=True).map(tuple),
    unit=st.text("kg ", max_size=3),
    role=st.sampled_from(Role),
)


@given(st.lists(columns, min_size=1, max_size=4, unique_by=lambda column: column.name), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_schema_written_as_json_reads_back_as_itself(declared: list[DeclaredColumn], is_open: bool) -> None:
    schema = Schema(tuple(declared), is_open)

    assert parse_schema(schema_json(schema)) == schema
    assert parse_schema(schema_json(schema).encode()) == schema


def test_a_column_name_in_another_case_is_another_column(tmp_path: Path) -> None:
    found = check(csv_file(tmp_path, "Race,race\nx,y\n"), DeclaredColumn("RACE", DeclaredType.TEXT), is_open=True)

    assert found.violations == (Violation("RACE", ViolationKind.MISSING_COLUMN),)


def test_the_json_of_a_schema_leaves_out_what_is_not_declared() -> None:
    written = json.loads(schema_json(Schema((DeclaredColumn("a", DeclaredType.INTEGER),))))

    assert written == {
        "columns": [{"name": "a", "type": "integer", "required": True, "nullable": False, "role": "other"}],
        "open": False,
    }
