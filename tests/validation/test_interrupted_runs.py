"""Whatever happens to a run on its way, it is stored once or says why there is nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.inventory.moves import change, load_version
from core.jobs.service import LEASE, Lease, extend, finish, take
from core.ledger.service import Ledger
from core.store import Store
from core.validation import storing
from core.validation.rules import RunStatus
from core.validation.runs import cancel, fail_run
from core.validation.tables import Run
from tests.builders import NOON
from tests.validation.conftest import Bench, codes, lines, make_bench

AFTER = NOON + LEASE + timedelta(seconds=1)


def with_a_run(bench: Bench) -> Bench:
    """Evidence is handed in and R0001 waits."""
    bench.hand_in(lines(60))
    bench.start()
    return bench


@pytest.fixture
def started(small_bench: Bench) -> Bench:
    return with_a_run(small_bench)


@pytest.fixture
def started_on_both(bench: Bench) -> Bench:
    """As `started`, on SQLite and on PostgreSQL."""
    return with_a_run(bench)


def nothing_stored(bench: Bench) -> bool:
    run = bench.run("R0001")
    return (bench.checks(), bench.findings(), run.result, run.result_digest) == ([], [], "", "")


def cancel_it(bench: Bench) -> None:
    cancel(bench.store, bench.ledger, run="R0001", actor=bench.cast.developer, at=NOON)


def test_a_cancelled_run_is_not_performed(started: Bench) -> None:
    cancel_it(started)

    started.perform("R0001")

    assert started.run("R0001").status is RunStatus.CANCELLED
    assert nothing_stored(started)
    assert started.on_record()[2:] == ["run.cancelled"]


def test_a_run_cancelled_on_its_way_stores_nothing(started_on_both: Bench) -> None:
    started = started_on_both
    steps = list[int]()

    def alive() -> bool:
        steps.append(1)
        if len(steps) == 3:
            cancel_it(started)
        return True

    started.perform("R0001", alive=alive)

    assert len(steps) == 3
    assert started.run("R0001").status is RunStatus.CANCELLED
    assert nothing_stored(started)


def test_a_cancelled_run_can_be_started_again(started: Bench) -> None:
    cancel_it(started)

    started.perform(started.start())

    assert started.run("R0002").status is RunStatus.FINISHED


def test_a_run_that_has_ended_is_not_cancelled(started: Bench) -> None:
    started.perform("R0001")

    assert codes(lambda: cancel_it(started)) == ["run-ended"]

    assert started.on_record()[-1] == "act.refused"
    assert started.run("R0001").status is RunStatus.FINISHED


@pytest.mark.parametrize("role", ["owner", "validator", "approver", "auditor", "administrator"])
def test_others_cancel_nothing(started: Bench, role: str) -> None:
    actor = getattr(started.cast, role)

    assert codes(lambda: cancel(started.store, started.ledger, run="R0001", actor=actor, at=NOON)) == ["permission"]

    assert started.run("R0001").status is RunStatus.QUEUED


def test_the_run_of_a_worker_that_died_is_taken_again_and_stored_once(started_on_both: Bench) -> None:
    started = started_on_both
    dead = lease(started.store)
    with started.store.transaction() as tx:
        tx.session.execute(update(Run).values(status=RunStatus.RUNNING, step="Looking at data quality"))
    assert take(started.store, at=NOON) is None

    again = lease(started.store, AFTER)
    started.perform(again.slot, alive=lambda: extend(started.store, again, at=AFTER))
    assert finish(started.store, again, at=AFTER)
    checks = len(started.checks())
    started.perform(dead.slot, alive=lambda: extend(started.store, dead, at=AFTER))

    assert not finish(started.store, dead, at=AFTER)
    assert (len(started.checks()), started.on_record().count("run.finished")) == (checks, 1)
    assert started.run("R0001").status is RunStatus.FINISHED


def lease(store: Store, at: datetime = NOON) -> Lease:
    found = take(store, at=at)
    assert found is not None
    return found


def test_a_worker_that_lost_its_lease_stops_and_leaves_the_run_to_the_other(started: Bench) -> None:
    started.perform("R0001", alive=lambda: False)

    assert started.run("R0001").status is RunStatus.RUNNING
    assert nothing_stored(started)


def test_an_evidence_file_that_was_changed_on_disk_fails_the_run_in_words(started_on_both: Bench) -> None:
    started = started_on_both
    path = started.files.lies_at(started.evidence()[0].table_digest)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    started.perform("R0001")

    run = started.run("R0001")
    assert run.status is RunStatus.FAILED
    assert run.error.startswith("The evidence file E0001 changed meanwhile: expected ")
    assert nothing_stored(started)
    assert started.on_record()[2:] == ["run.failed"]


def test_an_evidence_file_that_is_gone_fails_the_run_in_words(started: Bench) -> None:
    started.files.lies_at(started.evidence()[0].table_digest).unlink()

    started.perform("R0001")

    assert started.run("R0001").status is RunStatus.FAILED
    assert "There is no evidence file" in started.run("R0001").error


def test_a_failed_run_can_be_started_again(started: Bench) -> None:
    fail_run(started.store, started.ledger, run="R0001", error="The disk was full.", at=NOON)

    started.perform(started.start())

    assert started.run("R0002").status is RunStatus.FINISHED


@pytest.mark.parametrize("end", ["perform", "cancel"])
def test_a_run_that_has_ended_does_not_fail_afterwards(started: Bench, end: str) -> None:
    started.perform("R0001") if end == "perform" else cancel_it(started)
    before = (started.run("R0001"), started.on_record())

    fail_run(started.store, started.ledger, run="R0001", error="Too late.", at=AFTER)

    assert (started.run("R0001"), started.on_record()) == before


def a_rival(bench: Bench, *, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Somebody whose change of the version commits while the run's result is being stored."""
    acted, real = list[int](), storing.digest_now

    def meanwhile(session, model, version):  # type: ignore[no-untyped-def]
        if len(acted) < times:
            acted.append(1)
            with bench.store.transaction() as tx:
                change(tx, load_version(tx.session, "M0001", "1.0.0")[1], {"limitations": f"Changed {len(acted)}."})
        return real(session, model, version)

    monkeypatch.setattr(storing, "digest_now", meanwhile)
    return acted


@pytest.fixture
def raced(postgresql_store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    """On PostgreSQL, where others may write while a result is being stored."""
    return with_a_run(make_bench(postgresql_store, ledger, tmp_path))


def test_a_result_that_met_another_change_is_stored_at_the_second_attempt(
    raced: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = raced
    acted = a_rival(bench, times=1, monkeypatch=monkeypatch)

    bench.perform("R0001")

    assert acted == [1]
    assert bench.run("R0001").status is RunStatus.FINISHED
    assert bench.row.limitations == "Changed 1."
    assert bench.on_record().count("run.finished") == 1
    assert len({check.position for check in bench.checks()}) == len(bench.checks())


def test_a_result_that_meets_changes_again_and_again_fails_and_stores_nothing(
    raced: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = raced
    a_rival(bench, times=5, monkeypatch=monkeypatch)

    bench.perform("R0001")

    assert bench.run("R0001").status is RunStatus.FAILED
    assert "The version changed meanwhile" in bench.run("R0001").error
    assert nothing_stored(bench)
