"""Values that are planted at every entrance and looked for at every exit."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.store import Store
from core.store.base import Row

EMAIL, PHONE, IBAN, CARD = (
    "jane.roe@bank.example",
    "+44 20 7946 0958",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
)
PLANTED = (EMAIL, PHONE, IBAN, CARD)
TEXT = f"Ask {EMAIL}, {PHONE}, about {IBAN} and {CARD}."
TRACES = ("jane.roe", "7946 0958", "79460958", "0044 0532", "1111 1111", "11111111111")  # of them, however cut


def traces(text: str) -> list[str]:
    """What of the planted values stands in the text."""
    return [trace for trace in TRACES if trace in text]


def stored(store: Store) -> Iterator[tuple[str, str]]:
    """Every text of the store with its table and column."""
    with store.reading() as session:
        for table in Row.metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                for name, value in row.items():
                    if isinstance(value, str):
                        yield f"{table.name}.{name}", value
                    elif isinstance(value, bytes):
                        yield f"{table.name}.{name}", value.decode("latin-1")


def kept(store: Store, *folders: Path) -> Mapping[str, list[str]]:
    """Where in the store and in these folders something of the planted values lies; empty where nothing does."""
    found = {place: traces(text) for place, text in stored(store) if traces(text)}
    for folder in folders:
        for path in (
            one for one in folder.rglob("*") if one.is_file() and one.suffix not in {".db", ".db-wal", ".db-shm"}
        ):
            if here := traces(path.read_bytes().decode("latin-1")):
                found[path.name] = here
    return found
