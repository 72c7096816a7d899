"""A finished run with several kinds of evidence and an approved version before it, small enough to compute often."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.store import Store
from core.validation.reproducing import Reproduction, reproduce
from core.validation.rules import EvidenceKind
from core.validation.tables import Run
from core.validation.uploads import ColumnMapping
from tests.builders import a_version
from tests.validation.conftest import Bench, make_bench
from tests.validation.everything import BINARY, DISTURBED, REASONS, Row, binary_rows, disturbed, reasons, write

MAPPING = replace(BINARY, sensitive=("sex",), features=(), controls=(), audit_race=None)
ROWS = 60
SCENARIOS = [{"name": "more women", "kind": "reweight", "column": "sex", "weights": {"F": 3, "M": 1}}]


def a_run(store: Store, ledger: Ledger, folder: Path) -> Bench:
    """R0001 judged the approved version 1.0.0, R0002 judged 1.1.0 with a file of every kind."""
    approved = make_bench(store, ledger, folder)
    rows = binary_rows()[:ROWS]
    _hand_in(approved, EvidenceKind.PREDICTIONS, binary_rows(noise=0.1)[:ROWS])
    _hand_in(approved, EvidenceKind.ATTRIBUTIONS, reasons(rows, 9))
    approved.perform(approved.start())
    approved.set_stage(Stage.APPROVED)
    a_version(store, approved.cast, model=approved.model, version="1.1.0")
    bench = replace(approved, version="1.1.0")
    _hand_in(bench, EvidenceKind.PREDICTIONS, rows)
    _hand_in(bench, EvidenceKind.TRAINING, binary_rows(2, first=10_000)[:ROWS])
    _hand_in(bench, EvidenceKind.REFERENCE, binary_rows(4, first=20_000)[:ROWS])
    _hand_in(bench, EvidenceKind.BASELINE, binary_rows(noise=0.2)[:ROWS])
    _hand_in(bench, EvidenceKind.ATTRIBUTIONS, reasons(rows))
    _hand_in(bench, EvidenceKind.PERTURBED, disturbed(rows))
    bench.hand_in(
        json.dumps(SCENARIOS), ColumnMapping(), kind=EvidenceKind.SCENARIOS, filename="scenarios.json"
    )  # fmt: skip
    bench.perform(bench.start())
    return bench


def _hand_in(bench: Bench, kind: EvidenceKind, rows: list[Row]) -> None:
    meant = {EvidenceKind.ATTRIBUTIONS: REASONS, EvidenceKind.PERTURBED: DISTURBED}
    other = ColumnMapping(sensitive=("sex", "race"))
    mapping = MAPPING if kind in (EvidenceKind.PREDICTIONS, EvidenceKind.BASELINE) else meant.get(kind, other)
    bench.hand_in(write(bench.folder / "rows.csv", rows), mapping, kind=kind, filename=f"{kind}.csv")


def again(bench: Bench, run: str = "R0002") -> Reproduction:
    return reproduce(bench.store, bench.files, run=run)


@contextmanager
def changed_file(bench: Bench, digest: str, *, gone: bool = False) -> Iterator[None]:
    """One byte in the middle of the stored file is another while this lasts, or the file is gone."""
    path = bench.files.lies_at(digest)
    content = path.read_bytes()
    middle = len(content) // 2
    if gone:
        path.unlink()
    else:
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    try:
        yield
    finally:
        path.write_bytes(content)


@contextmanager
def changed_run(bench: Bench, number: str = "R0002", **values: str) -> Iterator[None]:
    """The run's row says otherwise while this lasts."""
    former = bench.run(number)
    _write(bench, number, values)
    try:
        yield
    finally:
        _write(bench, number, {name: getattr(former, name) for name in values})


def _write(bench: Bench, number: str, values: dict[str, str]) -> None:
    with bench.store.transaction() as tx:
        row = tx.session.get(Run, bench.run(number).id)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        tx.session.add(row)
