"""Measures an import of a table and how long it holds the store: `python -m benchmarks.importing [--rows N …]`.

Four rows are one model with four versions, each with a training dataset of its own. Beside the import another writer
puts an entry on record every 20 ms; its longest wait is what everybody else feels.
"""

import argparse
import csv
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, event

from benchmarks.measuring import timed
from core.access.people import add_grant, add_person
from core.access.rules import SYSTEM, Actor, Role
from core.inventory.importing.service import TableImport, dry_run, import_table
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.service import default_policy_text, publish
from core.store import Store, open_store

START = datetime(2026, 11, 1, tzinfo=UTC)
ROW = {
    "Purpose": "Ranks applications for review.",
    "Business line": "Lending",
    "Exposure": "Medium",
    "Purpose class": "operational",
    "Intended use": "Ranking.",
    "Limitations": "None known.",
    "Rationale": "A further version.",
    "Training dataset version": "1",
    "Training dataset source": "Warehouse",
    "Test dataset version": "1",
    "Test dataset source": "Warehouse",
}


class Held(NamedTuple):
    """How long the write transaction of the import lasted, in seconds on the wall and of processor."""

    wall: float
    processor: float


class Watch:
    """Times every transaction of an engine that may write."""

    def __init__(self, store: Store) -> None:
        self.held: list[Held] = []
        self._began: dict[int, tuple[float, float]] = {}
        event.listen(store.engine, "begin", self._begin)
        event.listen(store.engine, "commit", self._end)
        event.listen(store.engine, "rollback", self._end)

    @property
    def longest(self) -> Held:
        return max(self.held)

    def _begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("countersign_reading"):
            self._began[id(connection)] = (time.perf_counter(), time.process_time())

    def _end(self, connection: Connection) -> None:
        began = self._began.pop(id(connection), None)
        if began is not None:
            self.held.append(Held(time.perf_counter() - began[0], time.process_time() - began[1]))


def main() -> None:
    """Write a table, look at it, import it, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000])
    args = parser.parse_args()
    print("| rows | dry run | import | store held | longest wait of another writer |")
    print("|---:|---:|---:|---:|---:|")
    for rows in args.rows:
        with tempfile.TemporaryDirectory(prefix="countersign-importing-") as folder:
            print(f"| {rows:,} | {measured(rows, Path(folder))} |", flush=True)


def measured(rows: int, folder: Path) -> str:
    """One import into a fresh store, as the cells of a line; processor time in brackets."""
    address = f"sqlite:///{folder / 'store.db'}"
    store, other = open_store(address), open_store(address)
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    actor = prepared(store, ledger)
    wish = TableImport(table(folder, rows, actor.id), "models.csv")
    looked, shown = timed(lambda: dry_run(store, ledger, wish=wish, actor=actor, at=START))
    watch, stop, waits = Watch(store), threading.Event(), [0.0]
    writer = threading.Thread(target=write, args=(other, ledger, actor, stop, waits))
    writer.start()
    made, _ = timed(lambda: import_table(store, ledger, wish=wish, expected=shown.plan.digest, actor=actor, at=START))
    stop.set()
    writer.join()
    held = watch.longest
    store.close()
    other.close()
    return f"{looked} | {made} | {held.wall:.3g} s ({held.processor:.3g} s) | {max(waits):.3g} s"


def prepared(store: Store, ledger: Ledger) -> Actor:
    """A policy, and somebody who owns and develops."""
    with store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=START)
        person = add_person(tx, username="olga", name="Olga", at=START)
        for role in (Role.OWNER, Role.DEVELOPER):
            add_grant(tx, ledger, person=person.number, role=role, reason="For the measure.", actor=SYSTEM, at=START)
    return Actor(person.number, frozenset({Role.OWNER, Role.DEVELOPER}))


def table(folder: Path, rows: int, person: str) -> Path:
    """A CSV file of so many versions."""
    path = folder / "models.csv"
    names = ["Model", "Version", "Owner", "Developer", "Training dataset", "Test dataset", *ROW]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for row in range(rows):
            model, version = divmod(row, 4)
            named = {"Model": f"Model {model}", "Version": f"1.{version}.0", "Owner": person, "Developer": person}
            data = {"Training dataset": f"data {row}", "Test dataset": f"test {model}"}
            writer.writerow(ROW | named | data)
    return path


def write(store: Store, ledger: Ledger, actor: Actor, stop: threading.Event, waits: list[float]) -> None:
    """Another writer; how long it waited each time."""
    while not stop.is_set():
        began = time.perf_counter()
        with store.transaction() as tx:
            ledger.record(tx, Event.SESSION_OPENED, entity=Entity("person", actor.id), actor=actor, at=START)
        waits.append(time.perf_counter() - began)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
