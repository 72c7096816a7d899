"""Which rows of each table a person may read whose grants reach only some models: criteria with few levels."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, any_, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from core.access.reach.belonging import rows_of
from core.access.reach.open_tables import CLOSED
from core.access.reach.ways import WAYS, Down, Up, Way
from core.access.rules import Reach
from core.links import RecordKind
from core.links.known import TABLES

Columns = Mapping[str, ColumnElement[object]]
Special = Callable[["Visible", Columns], ColumnElement[bool]]
ENDS = {kind.value: name for kind, name in TABLES.items()} | {"discovery": "discovery", "quarantine": "quarantine"}
# read once in a session and then named one by one: what the rest hangs on, and what takes long to find
KEPT = frozenset({"model", "model_version", "asset", "dataset", "corrective_action", "audit", "review"})


class Visible:
    """What one person reads in one session; each list of what they may read is made when a statement first needs it."""

    def __init__(self, session: Session, person: str, reach: Reach, special: Mapping[str, Special]) -> None:
        self.person, self.reach = person, reach
        self._session, self._special = session, special
        self._kept: dict[tuple[str, str], Sequence[object]] = {}

    def readable(self, name: str, rows: Columns) -> ColumnElement[bool]:
        """As `rows`, by the list where the table is kept and finding out takes more than to look at the row."""
        if name in KEPT and name in self._special and name != "model":
            return self.among(rows["id"], name, "id")
        return self.rows(name, rows)

    def rows(self, name: str, rows: Columns) -> ColumnElement[bool]:
        """Which rows of the table the person may read; with the lists it needs nesting stays shallow.

        SQLite's parser takes a hundred levels at most, and one record leads to others over many.
        """
        special = self._special.get(name)
        if special is not None:
            return special(self, rows)
        if name in CLOSED or name not in WAYS:
            return false()  # a table that nobody has thought of shows nothing
        return or_(*(self.by(way, rows) for way in WAYS[name]))

    def by(self, way: Way, rows: Columns) -> ColumnElement[bool]:
        """Which rows lead this way to a model within reach."""
        if isinstance(way, Up):
            return self.among(rows[way.column], way.parent, way.key)
        if isinstance(way, Down):
            return self.among(rows[way.key], way.child, way.column)
        raise TypeError(f"{way} has a criterion of its own")

    def among(self, column: ColumnElement[object], name: str, key: str) -> ColumnElement[bool]:
        """Whether the column holds the `key` of a row of the table that the person may read."""
        if name in KEPT:
            return in_list(self._session, column, self.values(name, key))
        rows = rows_of(name)
        visible = self.rows(name, rows.c)  # type: ignore[arg-type]
        return column.in_(select(rows.c[key]).where(visible, rows.c[key].is_not(None)))

    def values(self, name: str, key: str) -> Sequence[object]:
        """This column of the rows of a kept table that the person may read."""
        if (name, key) not in self._kept:
            rows = rows_of(name)
            visible = self.rows(name, rows.c)  # type: ignore[arg-type]
            query = select(rows.c[key]).where(visible, rows.c[key].is_not(None)).distinct()
            self._kept[name, key] = self._session.connection().execute(query).scalars().all()
        return self._kept[name, key]

    def number_of(self, column: ColumnElement[object], names: Iterable[str]) -> ColumnElement[bool]:
        """Whether the column holds the number of a record that the person may read."""
        return or_(*(self.among(column, name, "number") for name in names))

    def linked(self, kind: ColumnElement[object], number: ColumnElement[object], but: str = "") -> ColumnElement[bool]:
        """Whether the record of this kind and number, at the end of a link, may be read."""
        known = [and_(kind == one, self.among(number, name, "number")) for one, name in ENDS.items() if one != but]
        model, version = rows_of("model"), rows_of("model_version")
        named = (
            select(model.c["number"] + " v" + version.c["version"])
            .join(version, version.c["model_id"] == model.c["id"])
            .where(self.among(model.c["id"], "model", "id"))
        )
        return or_(and_(kind == RecordKind.VERSION.value, number.in_(named)), *known)


def in_list(session: Session, column: ColumnElement[Any], values: Sequence[object]) -> ColumnElement[bool]:
    """Whether the column holds one of them; they are one parameter, however many they are."""
    if not values:
        return false()
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(literal(json.dumps(list(values)), Text)).table_valued("value")
        return column.in_(select(listed.c.value))
    numbers = isinstance(values[0], int)
    return column == any_(literal(list(values), ARRAY(BigInteger if numbers else Text)))
