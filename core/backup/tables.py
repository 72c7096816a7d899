"""The tables of a database as it is, whatever its schema: their columns that can be written, parents first."""

from dataclasses import dataclass

from sqlalchemy import Boolean, Connection, Inspector, inspect

from core.store.words import of_words

REVISION = "alembic_version"


@dataclass(frozen=True)
class Table:
    """One table: the columns that are not worked out by the database, its key, and which columns are yes or no."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    booleans: frozenset[str]


def tables_of(connection: Connection) -> tuple[Table, ...]:
    """Every table of ours but the schema's own number, each after the tables that it refers to."""
    seen = inspect(connection)
    in_order = [name for name, _ in seen.get_sorted_table_and_fkc_names() if name is not None]
    return tuple(_table(seen, name) for name in in_order if name != REVISION and not of_words(name))


def _table(seen: Inspector, name: str) -> Table:
    columns = [one for one in seen.get_columns(name) if "computed" not in one]
    return Table(
        name,
        tuple(one["name"] for one in columns),
        tuple(seen.get_pk_constraint(name)["constrained_columns"]),
        frozenset(one["name"] for one in columns if isinstance(one["type"], Boolean)),
    )
