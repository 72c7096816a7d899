"""Judges one column: patterns in its cells, what its name announces, and whether most of its cells agree."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.access.personal_data.finding import Finder
from core.access.personal_data.headers import header_kind
from core.access.personal_data.patterns import IN_TEXT, PATTERNS, Pattern
from core.access.personal_data.rules import LEVELS, ColumnFinding, Kind, Level
from core.access.personal_data.spelling import is_roundabout, plain_spelling, shape

HEADER_SHARE = 0.3  # with a header that announces the kind, this share of the filled cells is enough
FEWEST_VOTERS = 5
# What values look like under a header that names something no check digit confirms.
_SHAPES: Mapping[Kind, tuple[re.Pattern[str], float]] = {
    Kind.NAME: (re.compile(r"[^\W\d_][^\W\d_'’.\- ]*(?:[ ,.'’\-]{1,2}[^\W\d_]+){0,4}\.?"), 0.8),
    Kind.ADDRESS: (re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{6,}", re.DOTALL), 0.5),
    Kind.BIRTH: (re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d{6}"), 0.5),
    Kind.NATIONAL_ID: (re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 ./\-]{5,18}"), 0.8),
    Kind.SPECIAL: (re.compile(r".+", re.DOTALL), 0.0),
}


@dataclass(frozen=True)
class _Values:
    """The distinct values of a column as written, in plain spelling, and how many cells hold each."""

    written: pl.Series
    plain: pl.Series
    counts: pl.Series

    @property
    def filled(self) -> int:
        return int(self.counts.sum())


def finding_of(name: str, cells: pl.Series, *, free_text: bool) -> ColumnFinding:
    """What one column holds; `cells` in row order, the first on line 2."""
    announced, texts = header_kind(name), _as_text(cells)
    values = _values(texts)
    hits = _hits(values, announced) if values.filled else {}
    kinds = {kind: _cells(values, places) for kind, places in hits.items()}
    if free_text:
        kinds.setdefault(Kind.FREE_TEXT, values.filled)
    level = max((LEVELS[kind] for kind in kinds), key=tuple(Level).index, default=Level.NONE)
    places = set().union(*hits.values()) if hits else set()
    example = min(places, default=None)
    return ColumnFinding(
        column=name,
        kinds=kinds,
        level=level,
        share=_cells(values, places) / values.filled if values.filled else 0.0,
        first_line=_first_line(texts, values, places),
        masked_example=shape(str(values.plain[example])) if example is not None else "",
    )


def is_free_text(cells: pl.Series) -> bool:
    """True where people write sentences: long cells of several words, most of them different."""
    if cells.dtype != pl.String:
        return False
    filled = cells.drop_nulls()
    if not len(filled):
        return False
    long = (filled.str.len_chars() > 30) & (filled.str.count_matches(" ", literal=True) >= 4)
    return int(long.sum()) > 0.1 * len(filled) and filled.n_unique() > min(20, len(filled) // 2)


def _as_text(cells: pl.Series) -> pl.Series:
    """Cells as text; fractions hold no pattern and become null, whole numbers lose their decimal point."""
    if cells.dtype.is_float():
        whole = cells.is_finite() & (cells == cells.round()) & (cells.abs() < 2**53)
        cells = cells.set(~whole.fill_null(False), None).cast(pl.Int64)
    return cells.cast(pl.String).rename("value")


def _values(texts: pl.Series) -> _Values:
    runs = texts.drop_nulls().sort().rle().struct  # in order, so that samples repeat; counting by hash takes twice this
    written, counts = runs.field("value"), runs.field("len")
    odd = is_roundabout(written).arg_true()
    respelled = pl.Series([plain_spelling(str(text)) for text in written.gather(odd)], dtype=pl.String)
    plain = written.clone().scatter(odd, respelled) if len(odd) else written
    return _Values(written, plain, counts)


def _hits(values: _Values, announced: Kind | None) -> dict[Kind, set[int]]:
    """By kind, the places among the distinct values that hold it."""
    finder = Finder(values.plain)
    hits: dict[Kind, set[int]] = {}
    for pattern in PATTERNS:
        if pattern.weak and pattern.vote is None and announced is not pattern.kind:
            continue
        places = finder.places(pattern)
        amid_words = {place for place in places if pattern in IN_TEXT and finder.amid_words(place)}
        counted = places if not pattern.weak or _agree(values, places, pattern, announced) else amid_words
        if counted:
            hits.setdefault(pattern.kind, set()).update(counted)
            finder.take(counted, pattern)
    if announced is not None and announced in _SHAPES and not hits:
        places = _shaped(values, announced)
        hits |= {announced: places} if places else {}
    return hits


def _agree(values: _Values, places: set[int], pattern: Pattern, announced: Kind | None) -> bool:
    share = _cells(values, places) / values.filled
    if announced is pattern.kind and share >= HEADER_SHARE:
        return True
    return pattern.vote is not None and len(places) >= FEWEST_VOTERS and share >= pattern.vote


def _shaped(values: _Values, announced: Kind) -> set[int]:
    pattern, share = _SHAPES[announced]
    places = {place for place, text in enumerate(values.plain) if pattern.fullmatch(str(text).strip())}
    few = announced is Kind.NAME and len(places) < min(FEWEST_VOTERS, values.filled)
    return set() if few or _cells(values, places) < share * values.filled else places


def _cells(values: _Values, places: set[int]) -> int:
    return int(values.counts.gather(sorted(places)).sum()) if places else 0


def _first_line(texts: pl.Series, values: _Values, places: set[int]) -> int | None:
    if not places:
        return None
    first = texts.is_in(values.written.gather(sorted(places)).implode()).arg_max()
    return None if first is None else first + 2
