"""A row has one sequence of bytes, that of RFC 8785, and one root, that of RFC 6962; anything else is refused."""

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unreadable
from core.ledger.batches.checking import checked
from core.ledger.batches.rows import LONGEST, MOST_ROWS, NAMES, SCHEMA
from core.ledger.batches.tree import leaves_of, proof_of, root_of
from core.ledger.batches.writing import bodies, written
from core.ledger.merkle import included, leaf_hash, tree_root
from tests.event_batches.conftest import START, events

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8))
def test_a_row_is_written_as_the_standard_says(rows: list[tuple[str, str, str]]) -> None:
    table = events(
        len(rows), model=[row[0] for row in rows], output=[row[1] for row in rows], source=[row[2] for row in rows]
    )

    for body, row in zip(bodies(checked(table)), table.to_pylist(), strict=True):
        assert body == rfc8785.dumps({**row, "v": 1})


@pytest.mark.parametrize("text", ['"', "\\", "\n", "\x01", "\x1f", "\x7f", "é", "\u2028", "😀", "</script>"])
def test_odd_characters_are_written_as_the_standard_says(text: str) -> None:
    table = events(3, output=["plain", text, text + text])

    assert bodies(checked(table)) == [rfc8785.dumps({**row, "v": 1}) for row in table.to_pylist()]


@pytest.mark.parametrize("count", [*range(1, 34), 100, 1000])
def test_the_root_is_that_of_the_ledgers_own_tree(count: int) -> None:
    leaves = leaves_of(written(events(count)))

    assert leaves == [leaf_hash(body) for body in bodies(events(count))]
    assert root_of(leaves) == tree_root(leaves)
    for index in {0, count // 2, count - 1}:
        assert included(leaves[index], index, proof_of(leaves, index), count, root_of(leaves))


def test_no_rows_have_the_root_of_the_empty_tree() -> None:
    assert root_of([]) == tree_root([])


def with_column(name: str, values: list[object], kind: pa.DataType | None = None) -> pa.Table:
    table = events(3)
    return table.set_column(NAMES.index(name), name, pa.array(values, kind))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (events(0), "rows out of range, found 0, expected 1 to 100,000"),
        (events(3).drop_columns(["model"]), "column “model”: column is missing"),
        (events(3).append_column("colour", pa.array(["red"] * 3)), "column “colour”: column is not known"),
        (with_column("at", ["now"] * 3), "column “at”: wrong type, found string, expected int64"),
        (with_column("model", [1, 2, 3]), "column “model”: wrong type, found int64, expected string"),
        (with_column("model", ["a", None, "b"]), "line 2, column “model”: no value"),
        (with_column("at", [START, -1, START]), "line 2, column “at”: out of range, found -1"),
        (with_column("at", [START, START, 2**53]), "line 3, column “at”: out of range"),
        (with_column("duration", [1, -2, 3]), "line 2, column “duration”: out of range, found -2"),
        (with_column("id", ["a", "b b", "c"]), "line 2, column “id”: out of range, found b b"),
        (with_column("id", ["a", "", "c"]), "line 2, column “id”: out of range"),
        (with_column("id", ["a", "b", "a"]), "line 3, column “id”: id stands on an earlier line too, found a"),
        (with_column("kind", ["inference", "guess", "pipeline"]), "line 2, column “kind”: out of range, found guess"),
        (with_column("form", ["none", "plain", "none"]), "line 2, column “form”: out of range, found plain"),
        (with_column("output", ["a", "b\0c", "d"]), "line 2, column “output”: out of range"),
        (with_column("output", ["a", "b" * 4001, "d"]), "line 2, column “output”: out of range"),
    ],
)
def test_what_is_no_event_is_named_by_line_and_column(table: pa.Table, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        checked(table)

    assert any(said in str(problem) for problem in refused.value.problems), list(map(str, refused.value.problems))


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Unreadable, match="rows out of range"):
        checked(pa.concat_tables([events(MOST_ROWS), events(1, first=MOST_ROWS)]))


def test_the_longest_texts_are_taken_and_longer_ones_are_not() -> None:
    for name, longest in LONGEST.items():
        if name.value in {"form", "kind", "id"}:
            continue
        assert checked(with_column(name.value, ["é" * longest, "b", "c"])).num_rows == 3
        with pytest.raises(Unreadable):
            checked(with_column(name.value, ["é" * (longest + 1), "b", "c"]))


def test_large_strings_are_strings_too() -> None:
    fields = [pa.field(one.name, pa.large_string() if one.type == pa.string() else one.type) for one in SCHEMA]
    table = events(3).cast(pa.schema(fields))

    assert bodies(checked(table)) == bodies(events(3))
    assert orjson.loads(bodies(checked(table))[0])["id"] == "e-000000"
