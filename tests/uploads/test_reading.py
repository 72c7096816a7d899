"""CSV of any content comes back cell by cell, and the confined reader of Parquet fails without a trace."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from core.validation.uploads import ColumnMapping, Limits, Preflight, preflight, to_parquet

CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
ROWS = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8)


def _written(rows: list[tuple[str, str]], delimiter: str, line_end: str) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    return sink.getvalue().encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, delimiter=st.sampled_from([",", "\t", "|"]), line_end=st.sampled_from(["\n", "\r\n"]))
def test_every_cell_comes_back_as_it_was_written(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, line_end: str
) -> None:
    source, table = tmp_path / "upload", tmp_path / "table.parquet"
    source.write_bytes(_written([*rows, ("x", "y")], delimiter, line_end))  # words, so that no column is decimal commas

    to_parquet(source, table, preflight(source, filename="x.csv"), ColumnMapping())

    assert pl.read_parquet(table).rows() == [(a or None, b or None) for a, b in [*rows, ("x", "y")]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "upload"
    source.write_bytes(content)

    try:
        outcome: Preflight | Unreadable = preflight(source, filename="x.csv")
    except Unreadable as refusal:
        outcome = refusal

    assert outcome.problems if isinstance(outcome, Unreadable) else outcome.rows > 0


@pytest.fixture
def parquet(tmp_path: Path) -> tuple[Path, Preflight]:
    source = tmp_path / "upload"
    pl.DataFrame({"a": [f"{row}-{row * row}" for row in range(5_000)]}).write_parquet(source)
    return source, preflight(source, filename="x.parquet")


def test_a_reader_without_memory_refuses(parquet: tuple[Path, Preflight]) -> None:
    with pytest.raises(Unreadable, match="needs more"):
        preflight(parquet[0], filename="x.parquet", limits=Limits(child_memory=64 << 20))


def test_a_reader_without_room_to_write_leaves_nothing(parquet: tuple[Path, Preflight]) -> None:
    source, found = parquet

    with pytest.raises(Unreadable):
        to_parquet(source, source.with_name("table.parquet"), found, ColumnMapping(), limits=Limits(child_output=1_000))

    assert [path.name for path in source.parent.iterdir()] == ["upload"]


def test_a_file_over_the_size_limit_is_not_read(parquet: tuple[Path, Preflight]) -> None:
    with pytest.raises(Unreadable, match="the file is too large"):
        preflight(parquet[0], filename="x.parquet", limits=Limits(size=100))


def test_the_reader_gets_none_of_our_environment(
    parquet: tuple[Path, Preflight], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/nowhere/hostile.so")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere/hostile.py")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")  # with it, no Python starts

    assert preflight(parquet[0], filename="x.parquet").rows == 5_000
