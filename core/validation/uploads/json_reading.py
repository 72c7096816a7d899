"""JSON that is evidence: importances or attributions as a table, and scenario files as the text they are."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from core.errors import Problem, Unreadable
from core.validation.uploads.limits import Limits
from core.validation.uploads.names import name_problems
from core.validation.uploads.problems import shown
from core.validation.uploads.strict_json import Json, loads

LARGEST = 64 << 20
MOST_KEYS = 2_000


def looks_like_json(path: Path) -> bool:
    """Whether the first sign of the file opens an object or an array."""
    with path.open("rb") as stream:
        return stream.read(1 << 12).lstrip(b" \t\r\n")[:1] in (b"{", b"[")


def read_json(path: Path) -> Json:
    """The value in the file, read strictly; raises `Unreadable` with its place, or where it is over 64 MiB."""
    size = path.stat().st_size
    if size > LARGEST:
        raise Unreadable([Problem("the file is too large for JSON", None, None, f"{size} bytes", "CSV or Parquet")])
    return loads(path.read_bytes())


def json_to_parquet(source: Path, destination: Path) -> int:
    """Write an object {feature: importance} or an array of flat objects as a table; returns its rows.

    Every object has the same keys; values are numbers or text. Raises `Unreadable` with the first place that differs.
    """
    value = read_json(source)
    if isinstance(value, dict):
        items: list[Json] = [{"feature": name, "importance": number} for name, number in value.items()]
    else:
        items = value if isinstance(value, list) else []
    if not items:
        raise Unreadable([Problem("no rows", None, None, type(value).__name__, "an object, or an array of objects")])
    keys = _keys(items[0], 1)
    if wrong := name_problems(keys, Limits()):
        raise Unreadable([replace(problem, line=None) for problem in wrong])
    rows = [_row(item, place, keys) for place, item in enumerate(items, start=1)]
    frame = pl.DataFrame({key: _column(key, [row[key] for row in rows]) for key in keys})
    frame.write_parquet(destination, compression="zstd")
    return frame.height


def _keys(item: Json, place: int) -> tuple[str, ...]:
    if not isinstance(item, dict) or not 0 < len(item) <= MOST_KEYS:
        raise Unreadable([Problem(f"item {place} is not an object with 1 to {MOST_KEYS} keys", found=shown(str(item)))])
    return tuple(item)


def _row(item: Json, place: int, keys: tuple[str, ...]) -> dict[str, str | int | float | None]:
    if not isinstance(item, dict) or set(item) != set(keys):
        found = ", ".join(shown(key) for key in item) if isinstance(item, dict) else type(item).__name__
        raise Unreadable([Problem(f"item {place} has other keys than the first", None, None, found, ", ".join(keys))])
    row: dict[str, str | int | float | None] = {}
    for key, value in item.items():
        if isinstance(value, bool | dict | list):
            raise Unreadable([Problem(f"item {place} holds no number or text", None, key, type(value).__name__)])
        if isinstance(value, str) and "\0" in value:
            raise Unreadable([Problem(f"item {place} holds a NUL character", None, key, expected="text")])
        row[key] = None if value == "" else value  # as in CSV, nothing written is a missing value
    return row


def _column(key: str, values: list[str | int | float | None]) -> pl.Series:
    if any(isinstance(value, str) for value in values):
        return pl.Series(key, [None if value is None else str(value) for value in values], pl.String)
    return pl.Series(key, [None if value is None else float(value) for value in values], pl.Float64)
