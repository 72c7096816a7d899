"""The second migration on a store in use: every row of the first schema stays what it was, and the way back is safe."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from core.ledger.service import Ledger
from core.store import Store
from core.store.migrations import configuration
from core.validation.evidence import current_evidence, latest_run, run_is_current
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.validation.conftest import Bench, lines, make_bench

TABLES = ("model", "model_version", "dataset", "evidence", "run", "check_result", "finding", "log_entry", "log_payload")
NEW = {"evidence": {"kind"}, "run": {"inputs", "inputs_digest"}, "dataset": {"declared_schema"}}


def columns(store: Store, table: str) -> set[str]:
    return {column["name"] for column in inspect(store.engine).get_columns(table)}


def rows(store: Store, table: str, names: set[str]) -> list[tuple[object, ...]]:
    """What these columns hold of every row, in the order of its keys."""
    with store.reading() as session:
        found = session.execute(text(f"SELECT {', '.join(sorted(names))} FROM {table}"))  # our own names
        return sorted((tuple(row) for row in found), key=repr)


def back_to_the_first(store: Store) -> None:
    command.downgrade(configuration(store.engine), "0001")


@pytest.fixture
def used(store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    """A validated file in a store of the first schema."""
    bench = make_bench(store, ledger, tmp_path)
    bench.hand_in(lines(60))
    bench.perform(bench.start())
    back_to_the_first(store)
    return bench


def test_an_upgrade_keeps_every_row_and_makes_all_evidence_predictions(used: Bench) -> None:
    assert {table: columns(used.store, table) & new for table, new in NEW.items()} == {key: set() for key in NEW}
    tables = [table for table in TABLES if inspect(used.store.engine).has_table(table)]
    first = {table: columns(used.store, table) for table in tables}
    before = {table: rows(used.store, table, first[table]) for table in tables}

    used.store.upgrade()

    assert {table: rows(used.store, table, first[table]) for table in tables} == before
    assert all(before[table] for table in ("evidence", "run", "check_result", "dataset", "log_entry"))
    assert [row.kind for row in used.evidence()] == [EvidenceKind.PREDICTIONS]
    assert (used.run("R0001").inputs, used.run("R0001").inputs_digest) == ("", "")
    with used.store.reading() as session:
        evidence = current_evidence(session, used.row)
        assert evidence is not None
        assert evidence.number == "E0001"
        run = latest_run(session, used.row)
        assert run is not None
        assert run_is_current(session, used.row, run), "what was validated before is validated after it"
    with pytest.raises(IntegrityError), used.store.transaction() as tx:
        tx.session.execute(text("UPDATE evidence SET kind = 'gossip'"))


def test_on_the_way_back_no_further_file_passes_for_predictions(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    bench = make_bench(store, ledger, tmp_path)
    bench.hand_in(lines(60))
    bench.hand_in(lines(80), ColumnMapping(), kind=EvidenceKind.TRAINING)

    back_to_the_first(store)
    with store.reading() as session:
        query = text("SELECT number FROM evidence WHERE replaced_at IS NULL")
        at_hand = list(session.execute(query).scalars())
    store.upgrade()

    assert at_hand == ["E0001"]
    assert len(bench.evidence()) == 2
