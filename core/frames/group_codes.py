"""Groups of people as numbers in the engine, so that a value is missing, renamed or equal just as it is in cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames.cells import MOST_VALUES, as_text
from core.frames.source import Table, open_table

Values = tuple[str, ...]
Renamed = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Coded:
    """The rows beside the numbers of their groups.

    `source` is what to select from, with the columns c0, c1, … of the file; `number` the engine's expression of a
    group's number, NULL where one of its values is missing; `names` the values of each attribute, by their place.
    """

    source: str
    number: str
    names: tuple[Values, ...]

    def values(self, number: int) -> Values:
        """The group of this number."""
        found = []
        for names in reversed(self.names):
            number, place = divmod(number, len(names) or 1)
            found.append(names[place])
        return tuple(reversed(found))


def coded(table: Table, attributes: Sequence[str], renamed: Renamed | None = None) -> Coded:
    """Number the groups of these attributes; values compare as in `core.frames.cells.cells`.

    `renamed` gives, per attribute, values as written → as shown. Raises Unreadable where an attribute has more than 100
    values or is absent.
    """
    keys = table.keys(*attributes)
    names = tuple(
        _number_values(table, place, key, name, (renamed or {}).get(name, {}))
        for place, (key, name) in enumerate(zip(keys, attributes, strict=True))
    )
    joins = (
        f"LEFT JOIN codes_{place} ON {table.view}.{key} IS NOT DISTINCT FROM codes_{place}.raw"
        for place, key in enumerate(keys)
    )
    parts = (
        f"codes_{place}.code * {prod(len(later) or 1 for later in names[place + 1 :])}" for place in range(len(keys))
    )
    return Coded(f"{table.view} {' '.join(joins)}", " + ".join(parts), names)


def values_of(path: Path | str, attributes: Sequence[str], renamed: Renamed | None = None) -> dict[str, frozenset[str]]:
    """The values of each attribute as they are shown, missing ones aside. Raises Unreadable as `coded`."""
    with open_table(path) as table:
        names = coded(table, attributes, renamed).names
    return {attribute: frozenset(values) for attribute, values in zip(attributes, names, strict=True)}


def _number_values(table: Table, place: int, key: str, name: str, renamed: Mapping[str, str]) -> Values:
    """Make the table `codes_<place>` (raw, code) of one column; the names come in order."""
    connection = table.connection
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE raw_{place} AS SELECT raw, row_number() OVER () AS id "  # noqa: S608  # c0, c1, …
        f"FROM (SELECT DISTINCT {key} AS raw FROM {table.view} LIMIT {MOST_VALUES + 1})"
    )
    rows = connection.execute(f"SELECT raw, id FROM raw_{place}").fetchall()  # noqa: S608
    if len(rows) > MOST_VALUES:
        found, expected = f"{table.distinct(key)} values", f"at most {MOST_VALUES}: put measurements into bands first"
        raise Unreadable([Problem("too many groups", column=name, found=found, expected=expected)])
    texts = {int(number): as_text(raw) for raw, number in rows}
    shown = {number: None if text is None else renamed.get(text, text) for number, text in texts.items()}
    names = tuple(sorted({text for text in shown.values() if text is not None}))
    codes = [None if text is None else names.index(text) for text in shown.values()]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE codes_{place} AS SELECT raw, code FROM raw_{place} JOIN "  # noqa: S608
        "(SELECT unnest(CAST(? AS BIGINT[])) AS id, unnest(CAST(? AS BIGINT[])) AS code) USING (id)",
        [list(shown), codes],
    )
    return names
