"""Labels of several classes: which there are, and a number for each way to write one."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from core.errors import Problem, Unreadable
from core.frames.cells import as_text, refuse_missing
from core.frames.source import Table
from core.metrics.cells import canonical

MOST_CLASSES = 100
MOST_SPELLINGS = 10_000


def classes_of(table: Table, *columns: str, also: Iterable[str] = ()) -> tuple[str, ...]:
    """The classes that occur in these columns, numbers in order and then text; those of `also` as written there.

    Labels compare as in `core.frames.cells.cells`. Makes the table `spelling` (text, class) of every way in which one
    is written. Raises Unreadable where there are no rows, a value is missing or there are more than 100 classes.
    """
    return shared_classes([(table, column) for column in columns], also=also)


def shared_classes(columns: Sequence[tuple[Table, str]], *, also: Iterable[str] = ()) -> tuple[str, ...]:
    """The same over columns of several tables in one engine."""
    found: dict[Decimal | str, str] = {canonical(text): text for text in also}
    spellings: set[str] = set()
    for table, column in columns:
        texts = _texts(table, column)
        spellings.update(texts)
        for text in texts:
            found.setdefault(canonical(text), text)
        if len(found) > MOST_CLASSES:
            expected = f"at most {MOST_CLASSES}; is it a quantity?"
            raise Unreadable([Problem("too many classes", column=column, found=f"{len(found)}", expected=expected)])
    order = sorted(found, key=_order)
    places = {key: at for at, key in enumerate(order)}
    _spell(columns[0][0], [(text, places[canonical(text)]) for text in sorted(spellings)])
    return tuple(found[key] for key in order)


def numbered(table: Table, columns: Sequence[str], more: Sequence[str] = ()) -> str:
    """A query of the classes y0, y1, … of these columns, whose values are all spelled, with more engine expressions."""
    keys = table.keys(*columns)
    names = [f"l{at}.class AS y{at}" for at in range(len(keys))]
    joins = [f"JOIN spelling AS l{at} ON CAST({key} AS VARCHAR) = l{at}.text" for at, key in enumerate(keys)]
    return f"SELECT {', '.join([*names, *more])} FROM {table.view} {' '.join(joins)}"  # noqa: S608  # names c0, c1, …


def _texts(table: Table, column: str) -> list[str]:
    values = table.groups([f"CAST({table.key(column)} AS VARCHAR)"], MOST_SPELLINGS)
    if not values:
        raise Unreadable([Problem("the file has no rows", line=1)])
    refuse_missing(table, [column], values)
    texts = [text for value, _ in values if (text := as_text(value)) is not None]
    return sorted(texts, key=lambda text: (len(text), text))


def _spell(table: Table, spelled: Sequence[tuple[str, int]]) -> None:
    table.connection.execute("CREATE OR REPLACE TEMP TABLE spelling (text VARCHAR, class INTEGER)")
    table.connection.execute(
        "INSERT INTO spelling SELECT unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS INTEGER[]))",
        [[text for text, _ in spelled], [at for _, at in spelled]],
    )


def _order(key: Decimal | str) -> tuple[bool, Decimal, str]:
    return (True, Decimal(0), key) if isinstance(key, str) else (False, key, "")
