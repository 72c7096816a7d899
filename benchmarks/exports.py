"""What exports take from the store to the signed file: one dossier with a history, and a bundle of every version.

Run: python -m benchmarks.exports [--versions N] [--entries N] [--times N]
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.access.queries import names
from core.access.rules import SYSTEM, Actor, Role
from core.inventory.queries import InventoryFilter, inventory, model_page
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.formats.kinds import Format
from core.reports.keys import open_keys
from core.reports.service import build_export, load_export, request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.seeding import Sizes, organisation, seed
from core.store import EvidenceFiles, Store, open_store
from tests.builders import a_policy

YEARS = 5
AT = datetime(2026, 11, 23, 9, 38, tzinfo=UTC)
MODELS = 2


class Bench:
    """A generated organisation with five years behind it, and who asks."""

    def __init__(self, folder: Path, versions: int, entries: int) -> None:
        organisation.HISTORY = timedelta(days=YEARS * 365)
        self.store: Store = open_store(f"sqlite:///{folder / 'store.db'}")
        self.store.upgrade()
        self.ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
        self.exports = EvidenceFiles(folder / "exports")
        self.keys = open_keys(folder / "signing", origin="countersign.test", at=AT)
        a_policy(self.store, at=AT - organisation.HISTORY)
        with self.store.transaction() as tx:
            entity, begin = Entity("installation", "first"), AT - organisation.HISTORY
            self.ledger.record(tx, Event.INSTALLATION_CREATED, entity=entity, actor=SYSTEM, at=begin)
        seed(self.store, self.ledger, Sizes(MODELS, MODELS * versions, entries), number=1, at=AT)
        with self.store.reading() as session:
            self.model = inventory(session, InventoryFilter(), limit=1, offset=0).rows[0].number
            self.version = model_page(session, self.model).versions[0].version
            self.actor = Actor(next(iter(names(session))), frozenset({Role.AUDITOR}))
        self._seconds = 0

    def export(self, subject: Subject, form: Format) -> tuple[float, int, Path]:
        """Seconds from asking to the file that is kept, its size, and where it lies."""
        self._seconds += 1
        at = AT + timedelta(seconds=self._seconds)
        begin = time.perf_counter()
        made = request_export(
            self.store, self.ledger, asked=Asked("dossier", subject, at), form=form, actor=self.actor, at=at
        )
        build_export(self.store, self.ledger, self.exports, self.keys, export=made.export, clock=lambda: at)
        took = time.perf_counter() - begin
        with self.store.reading() as session:
            row = load_export(session, made.export)
        return took, row.size, self.exports.path(row.digest)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=100, help="of one model; default: 100")
    parser.add_argument("--entries", type=int, default=20_000, help="in the ledger; default: 20,000")
    parser.add_argument("--times", type=int, default=5, help="each dossier; the bundle is made once")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), args.versions, args.entries)
        one = Subject(SubjectKind.VERSION, bench.model, bench.version)
        rows = [_measured(bench, f"dossier, {form.value}", one, form, args.times)
                for form in (Format.PDF, Format.HTML, Format.XLSX, Format.JSON, Format.BUNDLE)]  # fmt: skip
        every = Subject(SubjectKind.MODEL, bench.model)
        rows.append(_measured(bench, f"bundle of {args.versions:,} dossiers", every, Format.BUNDLE, 1))
        _, _, path = bench.export(one, Format.JSON)
        lines = len(json.loads(path.read_bytes())["data"]["history"])
    print(
        f"{YEARS} years, {args.entries:,} ledger entries, {lines:,} of them about the version, {platform.machine()}, "
    )
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}.\n")
    print("| from asking to the kept file | median | slowest | size |\n|---|---:|---:|---:|")
    for row in rows:
        print(row)


def _measured(bench: Bench, name: str, subject: Subject, form: Format, times: int) -> str:
    taken = [bench.export(subject, form) for _ in range(times)]
    seconds, size = [took for took, _, _ in taken], taken[-1][1]
    return f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s | {size / 1e6:.2f} MB |"


if __name__ == "__main__":
    main()
