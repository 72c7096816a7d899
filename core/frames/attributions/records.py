"""Attributions in JSON, written as a table so that one engine reads every format."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.frames.json_text import Item, Json, looks_like_json, read_items

MOST_PROBLEMS = 20


@contextmanager
def as_table(path: Path | str) -> Iterator[Path]:
    """The file itself if it is Parquet or CSV; JSON as a temporary Parquet file of texts.

    JSON is a list of objects with the same keys, one for each row, or one object of feature to importance.
    """
    source = Path(path)
    if not source.is_file() or not looks_like_json(source):
        yield source
        return
    with TemporaryDirectory(prefix="countersign-") as folder:
        table = Path(folder) / "attributions.parquet"
        pq.write_table(_table(read_items(source)), table)
        yield table


def _table(items: Sequence[Item]) -> "pa.Table":
    if not items:
        raise Unreadable([Problem("the list has no items", line=1)])
    first = items[0].value
    if len(items) == 1 and isinstance(first, dict) and first and all(_is_number(value) for value in first.values()):
        names, values = list(first), [_text(value) for value in first.values()]
        return pa.table({"feature": pa.array(names, pa.string()), "importance": pa.array(values, pa.string())})
    return _rows(items, list(first) if isinstance(first, dict) else [])


def _rows(items: Sequence[Item], names: list[str]) -> "pa.Table":
    problems: list[Problem] = []
    columns: dict[str, list[str | None]] = {name: [] for name in names}
    for item in items:
        problems += _problems(item, names)
        if len(problems) >= MOST_PROBLEMS:
            break
        if isinstance(item.value, dict):
            for name in names:
                columns[name].append(_text(item.value.get(name)))
    if problems or not names:
        raise Unreadable(problems or [Problem("an item is no object with values", line=items[0].line)])
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _problems(item: Item, names: list[str]) -> list[Problem]:
    if not isinstance(item.value, dict):
        return [Problem("an item is no object", line=item.line, found=type(item.value).__name__)]
    if set(item.value) != set(names):
        found, expected = ", ".join(item.value)[:200], ", ".join(names)[:200]
        return [Problem("an item has other keys than the first", line=item.line, found=found, expected=expected)]
    nested = [name for name, value in item.value.items() if isinstance(value, dict | list)]
    return [Problem("values that hold other values are not supported", line=item.line, column=name) for name in nested]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Json) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
