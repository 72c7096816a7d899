"""The words by which rows are found: full-text indexes that the database itself keeps, whoever writes the row.

SQLite has an FTS5 table `…_words` beside the table, kept by triggers; PostgreSQL a generated column `words` with a GIN
index. Both fold case and accents and find words by their beginning, so that a question has the same answer on both.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table
from sqlmodel import Session

MOST_WORDS, LONGEST_WORD = 8, 64
OURS = re.compile(r"(ix_)?(\w+_)?words(_(data|idx|docsize|config|content))?")


class Depth(IntEnum):
    """Where all the words stand: in what names the row, in its facts too, or anywhere."""

    TITLE = 1
    FACTS = 2
    PROSE = 3


@dataclass(frozen=True)
class Words:
    """The columns of a table that are searched, by how much a match in them says."""

    table: str
    title: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()

    def columns(self, depth: Depth = Depth.PROSE) -> tuple[str, ...]:
        """The columns down to this depth."""
        parts = (self.title, self.facts, self.prose)
        return tuple(name for part in parts[:depth] for name in part)


MODEL = Words("model", ("number", "name"), ("business_line", "vendor"), ("purpose", "users"))
VERSION = Words(
    "model_version",
    facts=("version", "code_reference", "artefact_digest"),
    prose=("intended_use", "limitations", "rationale"),
)
DATASET = Words("dataset", ("number", "name"), ("version", "source", "licence", "classification"), ("description",))
ASSET = Words("asset", ("number", "name"), prose=("description",))
SEARCHED = (MODEL, VERSION, DATASET, ASSET)


def of_words(name: str) -> bool:
    """Whether a table, column or index of the database belongs to the index of words."""
    return OURS.fullmatch(name) is not None


def words_in(text: str) -> tuple[str, ...]:
    """The words of a question, folded; signs and everything else that is no letter or digit part words."""
    found = re.findall(r"\w+", folded(text).replace("_", " "))
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in found))[:MOST_WORDS]


def folded(text: str) -> str:
    """Lower case without accents, so that “Müller” and “muller” are the same word."""
    taken_apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in taken_apart if not "\u0300" <= letter <= "\u036f").lower()


def matching(session: Session, searched: Words, words: Sequence[str], depth: Depth) -> Select[tuple[int]]:
    """The ids of the rows in which every word begins some word, down to this depth; no words match nothing."""
    if session.get_bind().dialect.name == "postgresql":
        asked = " & ".join(f"'{word}'{':*' if begun else ''}" for word, begun in _begun(words))
        rows, question = table(searched.table, column("id")), func.to_tsquery("simple", asked)
        return select(rows.c.id).where(*(part.op("@@")(question) for part in _parts(searched, depth)))
    index = table(f"{searched.table}_words", column("rowid"))
    ids = index.c.rowid.label("id")
    columns = searched.columns(depth)
    if not words or not columns:
        return select(ids).where(literal_column("0") == 1)
    asked = " AND ".join(f'"{word}"{" *" if begun else ""}' for word, begun in _begun(words))
    return select(ids).where(
        literal_column(f"{searched.table}_words").op("MATCH")(f"{{{' '.join(columns)}}} : ({asked})")
    )


def _parts(searched: Words, depth: Depth) -> list[ColumnElement[str]]:
    """What the words of a question must all be found in: the words of a row, and those down to this depth.

    The index of all words does not know how much each of them weighs; of versions a second one holds their facts.
    """
    words = f"{searched.table}.words"
    if depth is Depth.PROSE:
        return [literal_column(words)]
    down_to: ColumnElement[str] = literal_column(f"ts_filter({words}, '{{{','.join('abc'[:depth])}}}')")
    return [down_to] if searched is VERSION else [literal_column(words), down_to]


def facts_statements(dialect_name: str, *, drop: bool = False) -> tuple[str, ...]:
    """What makes, or drops, PostgreSQL's second index of versions, by their facts alone.

    Versions are most of what is searched; a word of their prose that many share is seldom one of their facts.
    """
    if dialect_name == "sqlite":
        return ()
    name = f"ix_{VERSION.table}_facts_words"
    made = f"CREATE INDEX {name} ON {VERSION.table} USING gin (ts_filter(words, '{{a,b}}'))"
    return (f"DROP INDEX {name}" if drop else made,)


def _begun(words: Sequence[str]) -> list[tuple[str, bool]]:
    """Each word, and whether it may be the beginning of another; one letter is a word, unless it is still typed."""
    return [(word, len(word) > 1 or 0 < at == len(words) - 1) for at, word in enumerate(words)]


def statements(dialect_name: str) -> tuple[str, ...]:
    """The CREATE statements for "sqlite" or "postgresql", run once the tables exist; they take stored rows in."""
    if dialect_name == "sqlite":
        return tuple(line for searched in SEARCHED for line in _sqlite(searched))
    return (FOLDED, *(line for searched in SEARCHED for line in _postgresql(searched)))


def drop_statements(dialect_name: str) -> tuple[str, ...]:
    """The inverse of `statements`."""
    if dialect_name == "sqlite":
        triggers = [f"{one.table}_words_{verb}" for one in SEARCHED for verb in ("insert", "delete", "update")]
        return (
            *(f"DROP TRIGGER {trigger}" for trigger in triggers),
            *(f"DROP TABLE {one.table}_words" for one in SEARCHED),
        )
    return (
        *(f"ALTER TABLE {one.table} DROP COLUMN words" for one in SEARCHED),
        "DROP FUNCTION countersign_folded(text)",
    )


def _sqlite(searched: Words) -> Iterator[str]:
    index, names = f"{searched.table}_words", ", ".join(searched.columns())
    new = ", ".join(f"NEW.{name}" for name in searched.columns())
    old = ", ".join(f"OLD.{name}" for name in searched.columns())
    add = f"INSERT INTO {index} (rowid, {names}) VALUES (NEW.id, {new});"  # noqa: S608  names of our own tables
    drop = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', OLD.id, {old});"  # noqa: S608
    yield (
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{searched.table}', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    yield f"INSERT INTO {index} ({index}) VALUES ('rebuild')"  # noqa: S608
    yield f"CREATE TRIGGER {index}_insert AFTER INSERT ON {searched.table} BEGIN {add} END"
    yield f"CREATE TRIGGER {index}_delete AFTER DELETE ON {searched.table} BEGIN {drop} END"
    yield f"CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON {searched.table} BEGIN {drop} {add} END"


# The same folding as `folded`; what is no letter or digit becomes a space, so that the parser sees words alone.
FOLDED = (
    "CREATE FUNCTION countersign_folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
    "SELECT regexp_replace(lower(regexp_replace(normalize($1, NFKD), '[\\u0300-\\u036f]', '', 'g')), "
    "'[^[:alnum:]]+', ' ', 'g') $$"
)


def _postgresql(searched: Words) -> Iterator[str]:
    parts = ((searched.title, "A"), (searched.facts, "B"), (searched.prose, "C"))
    vectors = (
        "setweight(to_tsvector('simple'::regconfig, countersign_folded("
        + " || ' ' || ".join(f"coalesce({name}, '')" for name in names)
        + f")), '{weight}')"
        for names, weight in parts
        if names
    )
    yield f"ALTER TABLE {searched.table} ADD COLUMN words tsvector GENERATED ALWAYS AS ({' || '.join(vectors)}) STORED"
    yield f"CREATE INDEX ix_{searched.table}_words ON {searched.table} USING gin (words)"
