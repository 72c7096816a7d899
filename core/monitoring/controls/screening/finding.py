"""Finds the rows in which a control finds something: one column at a time, each as a whole."""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from core.access.personal_data.masking import holds, mask_kinds
from core.access.personal_data.patterns import IN_TEXT
from core.access.personal_data.rules import Kind
from core.access.personal_data.spelling import ROUNDABOUT
from core.policy.controls.patterns import words_pattern
from core.policy.controls.rules import Control, ControlKind

MASKED = "[masked]"


def rows_found(control: Control, cells: pl.Series) -> pl.Series:
    """True for each cell in which this control finds something; an empty cell is found by “required” alone."""
    match control.kind:
        case ControlKind.REQUIRED:
            return _is_empty(cells)
        case ControlKind.RANGE:
            return _outside(control, cells)
        case ControlKind.VOCABULARY:
            return _unknown(control, cells)
        case ControlKind.SCORE_BAND:
            return ~_outside(control, cells) & cells.is_not_null()
        case ControlKind.LENGTH:
            return (_text(cells).str.len_chars() > control.longest).fill_null(False)
        case ControlKind.PATTERN:
            matches = _text(cells).str.contains(control.pattern)
            return (~matches if control.must_match else matches).fill_null(False)
        case ControlKind.WORDS:
            return _text(cells).str.contains(words_pattern(control.values)).fill_null(False)
        case ControlKind.PERSONAL_DATA:
            return _personal(control, _text(cells))
    raise ValueError(control.kind)


def masked(control: Control, cells: pl.Series) -> pl.Series:
    """The cells without what this control finds in them."""
    text = _text(cells)
    if control.kind is ControlKind.PATTERN:
        return text.str.replace_all(control.pattern, MASKED)
    if control.kind is ControlKind.WORDS:
        return text.str.replace_all(words_pattern(control.values), MASKED)
    kinds = _kinds(control)
    return _each(text, kinds, lambda cell: mask_kinds(cell, kinds), text)


MANY = 20_000
_DRAWN = """
    SELECT CAST('0x' || substr(sha256(? || id), 1, 16) AS UBIGINT)::DOUBLE / 18446744073709551616.0 AS drawn FROM given
"""


def draws(seed: str, clause: str, ids: Sequence[str]) -> list[float]:
    """A number from 0 to 1 for each id: the first eight bytes of SHA-256 of seed, clause and id, over 2 to the 64th.

    Whoever has the seed draws the same sample again with any tool.
    """
    prefix = f"{seed} {clause} "
    if len(ids) > MANY:
        return _drawn_together(prefix, ids)
    return [int.from_bytes(hashlib.sha256((prefix + one).encode()).digest()[:8]) / 2**64 for one in ids]


def _drawn_together(prefix: str, ids: Sequence[str]) -> list[float]:
    """The same numbers from the engine, which lets pages of this process go on meanwhile."""
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"id": pa.array(ids, pa.string())}))
        found = connection.execute(_DRAWN, [prefix]).fetchnumpy()["drawn"]
    return list(map(float, found))


def _is_empty(cells: pl.Series) -> pl.Series:
    empty = cells.is_null()
    if cells.dtype == pl.String:
        return empty | (cells.str.strip_chars() == "").fill_null(False)
    return empty | cells.is_nan().fill_null(False) if cells.dtype.is_float() else empty


def _outside(control: Control, cells: pl.Series) -> pl.Series:
    """Neither between the bounds nor empty; what is no number lies outside."""
    numbers = cells.cast(pl.Float64, strict=False)
    inside = numbers.is_not_nan()
    if control.low is not None:
        inside &= numbers >= control.low
    if control.high is not None:
        inside &= numbers <= control.high
    return cells.is_not_null() & ~inside.fill_null(False)


def _unknown(control: Control, cells: pl.Series) -> pl.Series:
    """Numbers are compared as numbers, so that 1 and 1.0 are one word."""
    if cells.dtype.is_numeric():
        numbers = pl.Series(list(control.values), dtype=pl.String).cast(pl.Float64, strict=False).drop_nulls()
        return cells.is_not_null() & ~cells.cast(pl.Float64).is_in(numbers.implode()).fill_null(False)
    words = pl.Series(list(control.values), dtype=pl.String)
    return cells.is_not_null() & ~_text(cells).is_in(words.implode()).fill_null(False)


def _personal(control: Control, text: pl.Series) -> pl.Series:
    kinds = _kinds(control)
    nothing = pl.repeat(False, len(text), dtype=pl.Boolean, eager=True)
    return _each(text, kinds, lambda cell: holds(cell, kinds), nothing)


def _each(text: pl.Series, kinds: frozenset[Kind], judge: Callable[[str], object], otherwise: pl.Series) -> pl.Series:
    """What is said of each cell worth a closer look, once for all that are the same; `otherwise` of all others."""
    places = _candidates(text, kinds).arg_true()
    if not len(places):
        return otherwise
    cells = text.gather(places)
    distinct = cells.unique()
    answers = pl.Series([judge(str(cell)) for cell in distinct], dtype=otherwise.dtype)
    return otherwise.clone().scatter(places, cells.replace_strict(distinct, answers, return_dtype=otherwise.dtype))


def _candidates(text: pl.Series, kinds: frozenset[Kind]) -> pl.Series:
    """Cells worth a closer look: those that a needle finds, and those that are written in a roundabout way."""
    return text.str.contains(_needle(kinds)).fill_null(False)


@lru_cache(maxsize=64)
def _needle(kinds: frozenset[Kind]) -> str:
    needles = [pattern.needle for pattern in IN_TEXT if pattern.kind in kinds]
    return "|".join(f"(?:{needle})" for needle in [*needles, ROUNDABOUT])


def _kinds(control: Control) -> frozenset[Kind]:
    return frozenset(Kind(value) for value in control.values)


def _text(cells: pl.Series) -> pl.Series:
    return cells if cells.dtype == pl.String else cells.cast(pl.String)
