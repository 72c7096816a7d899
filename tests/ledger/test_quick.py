"""The quick verification agrees with the whole one on what it checks, at every size around a chunk."""

import pytest
from ledger_builders import fill, put
from sqlalchemy import text

from core.ledger import quick
from core.ledger.guards import drop_statements
from core.ledger.quick import verify_entries
from core.ledger.service import Ledger
from core.store import Store


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "CHUNK", 8)


def failed(store: Store, ledger: Ledger, vkey: str = "") -> dict[str, str]:
    with store.reading() as session:
        report = verify_entries(session, vkey or ledger.vkey)
    return {step.name: step.detail for step in report.failures}


def attacked(store: Store, statement: str) -> None:
    with store.transaction() as tx:
        for one in (*drop_statements(store.engine.dialect.name), statement):
            tx.session.connection().exec_driver_sql(one)


def test_a_log_of_any_size_verifies(sqlite_store: Store, ledger: Ledger) -> None:
    for size in range(1, 27):
        put(sqlite_store, ledger)
        with sqlite_store.reading() as session:
            report = verify_entries(session, ledger.vkey)
        assert (report.passed, report.size) == (True, size), report.failures


def test_an_empty_log_is_not_taken_for_a_verified_one(store: Store, ledger: Ledger) -> None:
    assert set(failed(store, ledger)) == {"checkpoint", "root"}


def test_an_edited_body_is_named(store: Store, ledger: Ledger) -> None:
    fill(store, ledger, 19)
    attacked(store, "UPDATE log_entry SET body = replace(body, 'M0011', 'M0099') WHERE idx = 11")

    found = failed(store, ledger)

    assert found["leaves"] == "entry 11: its leaf is not the hash of its body"
    assert "root" in found


def test_a_deleted_entry_leaves_a_gap(store: Store, ledger: Ledger) -> None:
    fill(store, ledger, 19)
    attacked(store, "DELETE FROM log_entry WHERE idx = 9")

    found = failed(store, ledger)

    assert found["order"].startswith("entry 10 stands where entry 9 belongs")
    assert "shorter" in found["root"]


def test_a_checkpoint_that_is_gone_leaves_entries_uncovered(store: Store, ledger: Ledger) -> None:
    fill(store, ledger, 19)
    attacked(store, "DELETE FROM log_checkpoint WHERE size > 12")

    assert failed(store, ledger) == {"root": "entries 12 to 18 are under no checkpoint"}


def test_another_key_verifies_nothing(sqlite_store: Store, ledger: Ledger) -> None:
    fill(sqlite_store, ledger, 3)

    assert set(failed(sqlite_store, ledger, "x+00000000+AAAA")) == {"verifier key", "root"}
    with sqlite_store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM log_entry")).scalar_one() == 3
