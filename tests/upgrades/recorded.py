"""Stores as earlier releases wrote them: the rows of their example workspace, recorded with their own code."""

import json
import lzma
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from core.store.migrations import upgrade

FOLDER = Path(__file__).resolve().parents[1] / "data" / "schemas"
RELEASED = tuple(sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.json.xz")))
Value = int | float | str | bytes | None


@dataclass(frozen=True)
class Rows:
    """What one table held."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class Recorded:
    """A store of one schema, and the key that signed its ledger."""

    revision: str
    vkey: str
    tables: Mapping[str, Rows]

    def lay_down(self, path: Path) -> Path:
        """As an SQLite file with the schema that its migrations make."""
        engine = create_engine(f"sqlite:///{path}")
        upgrade(engine, self.revision)
        engine.dispose()
        with closing(sqlite3.connect(path)) as sink, sink:
            for name, table in self.tables.items():
                columns = ", ".join(f'"{column}"' for column in table.columns)
                places = ", ".join("?" * len(table.columns))
                sink.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({places})', table.rows)
        return path


def recorded(revision: str) -> Recorded:
    """The store of this schema."""
    said = json.loads(lzma.decompress((FOLDER / f"{revision}.json.xz").read_bytes()))
    tables = {
        name: Rows(table["columns"], [tuple(map(_value, row)) for row in table["rows"]])
        for name, table in said["tables"].items()
    }
    return Recorded(said["revision"], said["vkey"], tables)


def _value(said: object) -> Value:
    return bytes.fromhex(said["hex"]) if isinstance(said, dict) else said  # type: ignore[return-value]
