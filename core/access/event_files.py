"""Events as a Parquet file: the columns of an event and no others, judged column by column, inputs as policy says."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.access.event_log import FEWEST, KNOWN, MICROSECONDS, MOST_DAYS, OPTIONAL, REQUIRED, Forms, Keys, kept_input
from core.access.rules import Actor
from core.errors import Problem, Unreadable
from core.ledger.batches.checking import checked
from core.ledger.batches.inputs import day_of, input_keys
from core.ledger.batches.rows import MOST_PROBLEMS, MOST_ROWS, SCHEMA, InputForm
from core.ledger.batches.service import Submission
from core.store import Store

TEXT = (pa.string(), pa.large_string(), pa.string_view())
AT_A_TIME, LONGEST_TEXT = 4096, 1 << 16
MOST_BYTES = 1 << 30  # of the columns, unpacked: a small file can hold a lot of nothing


def parquet_submission(store: Store, path: Path, *, forms: Forms, actor: Actor) -> Submission:
    """What a Parquet file holds, checked and ready to be recorded; raises `Unreadable` with lines and columns.

    `id` and `at` are required; `at` is a timestamp with a zone or a whole number of microseconds since 1970,
    `duration` a whole number of microseconds, every other column text, `input` a JSON object as text. Lines count
    from 1. A value that is missing is as if its column were.
    """
    table = _read(path)
    problems = list(_column_problems(table))
    if problems:
        raise Unreadable(problems)
    columns = {name: _filled(table, name) for name in ("id", *OPTIONAL) if name != "input"}
    columns["at"] = _moments(table.column("at"))
    columns["form"], columns["input"] = _inputs(store, table, columns, forms)
    whole = pa.table({field.name: columns[field.name].cast(field.type) for field in SCHEMA})
    return Submission(checked(whole), actor)


def _read(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path, read_dictionary=_texts(pq.read_schema(path))) as stored:
            _refuse_large(stored)
            table = _unpacked(_taken_in(stored))
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable([Problem(f"not a Parquet file: {str(error)[:200]}")]) from None
    return table


def _texts(schema: pa.Schema) -> list[str]:
    """The columns of text, which are taken in as the file has them: each text once, where it is repeated."""
    once = [name for name in schema.names if schema.names.count(name) == 1]
    return [name for name in once if name in KNOWN and schema.field(name).type in TEXT]


def _taken_in(stored: pq.ParquetFile) -> pa.Table:
    """The rows, a few thousand at a time, so that a file which says too little of its size is still stopped."""
    taken, size = list[pa.RecordBatch](), 0
    for batch in stored.iter_batches(batch_size=AT_A_TIME, use_threads=False):
        size += batch.nbytes
        if size > MOST_BYTES:
            raise _too_large(size)
        taken.append(batch)
    return pa.Table.from_batches(taken, stored.schema_arrow if not taken else None)


def _unpacked(table: pa.Table) -> pa.Table:
    """Texts that the file keeps once each are written out, where that is not too much."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            chunks = table.column(place).chunks
            longest = max((pc.max(pc.binary_length(one.dictionary)).as_py() or 0 for one in chunks), default=0)
            if longest > LONGEST_TEXT:
                found, expected = f"{longest:,} bytes", f"at most {LONGEST_TEXT:,}"
                raise Unreadable([Problem("text is too long", column=field.name, found=found, expected=expected)])
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    if table.nbytes > MOST_BYTES:
        raise _too_large(table.nbytes)
    return table


def _too_large(size: int) -> Unreadable:
    return Unreadable([Problem("larger than it may be", found=f"{size:,} bytes", expected=f"{MOST_BYTES:,}")])


def _refuse_large(stored: pq.ParquetFile) -> None:
    told = stored.metadata
    size = sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups))
    if not 0 < told.num_rows <= MOST_ROWS:
        raise Unreadable([Problem("rows out of range", found=f"{told.num_rows:,}", expected=f"1 to {MOST_ROWS:,}")])
    if size > MOST_BYTES:
        raise _too_large(size)


def _column_problems(table: pa.Table) -> Iterator[Problem]:
    for name in sorted(REQUIRED - set(table.column_names)):
        yield Problem("column is missing", column=name)
    for name in sorted(set(table.column_names)):
        if name not in KNOWN:
            yield Problem("column is not known", column=name, expected=", ".join(sorted(KNOWN)))
        elif table.column_names.count(name) > 1:
            yield Problem("column stands twice", column=name)
        else:
            yield from _type_problems(name, table.column(name))


def _type_problems(name: str, column: pa.ChunkedArray) -> Iterator[Problem]:
    kind = column.type
    if name == "at":
        fits, expected = kind == pa.int64() or (pa.types.is_timestamp(kind) and kind.tz), "timestamp with a zone, int64"
    elif name == "duration":
        fits, expected = pa.types.is_integer(kind), "int64"
    else:
        fits, expected = kind in TEXT, "string"
    if not fits:
        yield Problem("wrong type", column=name, found=str(kind), expected=expected)
    if name in REQUIRED and column.null_count:
        yield Problem("no value", column=name, line=pc.index(pc.is_null(column), True).as_py() + 1)


def _filled(table: pa.Table, name: str) -> pa.ChunkedArray:
    kind = SCHEMA.field(name).type
    if name not in table.column_names:
        return pa.chunked_array([pa.repeat(pa.scalar(OPTIONAL[name], kind), len(table))])
    return pc.fill_null(table.column(name).cast(kind), pa.scalar(OPTIONAL.get(name, ""), kind))


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type == pa.int64():
        least = pc.min(column).as_py()
        if least is not None and least < FEWEST:
            line = pc.index(column, least).as_py() + 1
            problem = Problem("not a moment", line=line, column="at", found=str(least), expected=MICROSECONDS)
            raise Unreadable([problem])
        return column
    try:
        return column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    except pa.ArrowInvalid:
        expected = "whole microseconds"
        raise Unreadable([Problem("time is finer than a microsecond", column="at", expected=expected)]) from None


def _inputs(
    store: Store, table: pa.Table, columns: dict[str, pa.ChunkedArray], forms: Forms
) -> tuple[pa.Array, pa.Array]:
    """The columns `form` and `input`, row by row only where there is an input to keep."""
    kept_as, kept = [InputForm.NONE.value] * len(table), [""] * len(table)
    given = table.column("input") if "input" in table.column_names else pa.chunked_array([pa.nulls(len(table))])
    lines = pc.indices_nonzero(pc.is_valid(given)).to_pylist()
    if lines:
        texts = given.take(pa.array(lines)).to_pylist()
        ids, models, moments = (columns[name].take(pa.array(lines)).to_pylist() for name in ("id", "model", "at"))
        known = {model: forms(model) for model in set(models)}
        keys = _keys(store, moments, [known[model] for model in models])
        problems = list[Problem]()
        for line, text, event, model, at in zip(lines, texts, ids, models, moments, strict=True):
            found = _kept(text, event, known[model], at, keys)
            if isinstance(found, str):
                problems.append(Problem(found, line=line + 1, column="input"))
                if len(problems) >= MOST_PROBLEMS:
                    break
            else:
                kept_as[line], kept[line] = found[0].value, found[1]
        if problems:
            raise Unreadable(problems)
    return pa.array(kept_as), pa.array(kept)


def _keys(store: Store, moments: list[int], forms: list[InputForm]) -> Keys:
    pairs = zip(moments, forms, strict=True)
    days = {day_of(at) for at, form in pairs if form is InputForm.COMMITMENT and 0 <= at < 2**53}
    if len(days) > MOST_DAYS:
        raise Unreadable([Problem("inputs of too many days", found=f"{len(days):,}", expected=f"at most {MOST_DAYS}")])
    return input_keys(store, days)


def _kept(text: str, event: str, form: InputForm, at: int, keys: Keys) -> tuple[InputForm, str] | str:
    if not 0 <= at < 2**53:
        return "no input without a time"
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f"not JSON: {error}"
    return kept_input(value, event, form, keys.get(day_of(at)))
