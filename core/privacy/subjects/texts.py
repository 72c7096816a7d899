"""Finds and masks a person in every text that the database holds, whatever table it is in."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, column, inspect, select, table, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.values import hits_in, without_person
from core.store import Store

NUMBERS = 16  # columns of at most this many signs hold numbers of records and people
AT_A_TIME = 2000
# the ledger and accounts have ways of their own, requests are sealed, indexes of words follow their tables
APART = re.compile(
    r"alembic_version|number_series|person|log_.*|subject_.*|erasure_order|file_redaction|.*_words(_.*)?"
)
PUBLISHED = {
    ("policy_version", "body"): "a published policy stands under its digest",
    ("regulation_pack", "body"): "a published pack stands under its digest",
    ("document_template", "body"): "a published template stands under its digest",
}


@dataclass(frozen=True)
class Shelf:
    """A table with the columns that find its rows, those that hold text, and the one that people call a row by."""

    name: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    number: str | None
    lengths: tuple[int | None, ...]


@dataclass(frozen=True)
class Cell:
    """A text of one row in which the person is named, how often, and the name of the record."""

    shelf: Shelf
    column: str
    key: tuple[object, ...]
    record: str
    hits: int

    @property
    def place(self) -> str:
        """In words: the table and the column."""
        return f"{self.shelf.name} · {self.column}".replace("_", " ")

    @property
    def kept(self) -> str:
        """Why the text stays as it is; empty where it is masked."""
        return PUBLISHED.get((self.shelf.name, self.column), "")


def shelves(store: Store) -> tuple[Shelf, ...]:
    """Every table of the database with texts, as the database itself says: a new one is searched from its first day."""
    looked = inspect(store.engine)
    columns, keys = looked.get_multi_columns(), looked.get_multi_pk_constraint()
    found = []
    for (schema, name), held in columns.items():
        key = tuple(keys[(schema, name)]["constrained_columns"])
        if APART.fullmatch(name) or not key:
            continue
        texts = {one["name"]: getattr(one["type"], "length", None) for one in held if isinstance(one["type"], String)}
        texts = {one: most for one, most in texts.items() if one not in key and not 0 < (most or 0) <= NUMBERS}
        number = next((one for one in ("number", "subject_number") if any(c["name"] == one for c in held)), None)
        if texts:
            found.append(Shelf(name, key, tuple(texts), number, tuple(texts.values())))
    return tuple(sorted(found, key=lambda shelf: shelf.name))


def cells_with(session: Session, shelf: Shelf, matcher: Matcher) -> Iterator[tuple[Cell, str]]:
    """Every text of the table in which the person is named, with the text."""
    wanted = (*shelf.keys, *([shelf.number] if shelf.number else []), *shelf.texts)
    begin = len(wanted) - len(shelf.texts)
    columns: list[ColumnElement[object]] = [column(name) for name in wanted]
    rows = session.execute(select(*columns).select_from(table(shelf.name)).execution_options(yield_per=AT_A_TIME))
    for row in rows:
        for name, value in zip(shelf.texts, row[begin:], strict=True):
            if isinstance(value, str) and (hits := hits_in(matcher, value)):
                key = tuple(row[: len(shelf.keys)])
                record = str(row[len(shelf.keys)] or "") if shelf.number else " ".join(map(str, key))
                yield Cell(shelf, name, key, record[:200], hits), value


def mask_cell(session: Session, cell: Cell, matcher: Matcher, mark: str) -> int:
    """Mask the person in one text; how often they were named, or 0 where the column can hold nothing else."""
    rows = table(cell.shelf.name, *(column(name) for name in (*cell.shelf.keys, cell.column)))
    mine: list[ColumnElement[bool]] = [
        rows.c[name] == value for name, value in zip(cell.shelf.keys, cell.key, strict=True)
    ]
    value = session.execute(select(rows.c[cell.column]).where(*mine).with_for_update()).scalar()
    said, hits = without_person(matcher, value or "", mark)
    if not hits:
        return 0
    longest = dict(zip(cell.shelf.texts, cell.shelf.lengths, strict=True))[cell.column]
    for changed in (said, f"{mark} {'-'.join(map(str, cell.key))}"):  # a second text where the first is taken
        try:
            with session.begin_nested():
                session.execute(update(rows).where(*mine).values({cell.column: changed[:longest]}))
        except IntegrityError:
            continue
        return hits
    return 0


def forget_words(store: Store, changed: Collection[str]) -> None:
    """Leave nothing of masked texts in the indexes of words, nor in pages of the changed tables that were let go of."""
    if store.engine.dialect.name == "sqlite":
        names = [name for name in inspect(store.engine).get_table_names() if name.endswith("_words")]
        with store.transaction() as tx:
            for name in names:
                tx.session.execute(text(f"INSERT INTO {name} ({name}) VALUES ('optimize')"))  # noqa: S608  ours
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in sorted(changed):
            connection.exec_driver_sql(f"VACUUM {name}")


def say_nothing(_step: str, _done: int, _total: int) -> None:
    """For those who do not follow how far it is."""


Say = Callable[[str, int, int], None]
