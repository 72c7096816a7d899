"""An alert is raised once for as long as its condition lasts, however many see it, and what it came from is kept."""

import json
import threading
from datetime import timedelta

from sqlmodel import col, select

from core.ledger.queries import entries, entry
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, linked
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.alerts.tables import Alert, AlertStep
from core.monitoring.alerts.vocabulary import AlertAct
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON

HOUR = timedelta(hours=1)


def a_signal(**changed: object) -> Signal:
    values: dict[str, object] = {
        "kind": AlertKind.BREACH, "key": "breach M0001 production MO-1 ", "severity": Severity.MEDIUM,
        "title": "error_rate above 5 %", "detail": "error_rate was 7.2 % in chunk CH0001; at most 5 % is required.",
        "model": "M0001", "environment": "production", "about": (Ref(RecordKind.CHUNK, "CH0001"),),
    }  # fmt: skip
    return Signal(**(values | changed))  # type: ignore[arg-type]


def raised(store: Store, ledger: Ledger, *, after: timedelta = timedelta(), **changed: object) -> str:
    with store.transaction() as tx:
        return raise_alert(tx, ledger, a_signal(**changed), at=NOON + after)


def rows(store: Store) -> list[Alert]:
    with store.reading() as session:
        return list(session.exec(select(Alert).order_by(col(Alert.id))).all())


def acts(store: Store) -> list[AlertAct]:
    with store.reading() as session:
        return [row.act for row in session.exec(select(AlertStep).order_by(col(AlertStep.id)))]


def actions(store: Store) -> list[str]:
    with store.reading() as session:
        return [row.action for row in reversed(entries(session).rows)]


def test_one_condition_is_one_alert_that_counts(sqlite_store: Store, ledger: Ledger) -> None:
    numbers = [raised(sqlite_store, ledger, after=turn * HOUR) for turn in range(3)]

    (row,) = rows(sqlite_store)
    assert numbers == ["AL0001"] * 3
    assert (row.count, row.raised_at, row.seen_at) == (3, NOON, NOON + 2 * HOUR)
    assert acts(sqlite_store) == [AlertAct.RAISED, AlertAct.REPEATED, AlertAct.REPEATED]
    assert actions(sqlite_store) == ["alert.raised"]  # what says nothing new is counted and fills no ledger


def test_the_entry_names_the_alert_with_its_model_and_what_showed_it(sqlite_store: Store, ledger: Ledger) -> None:
    raised(sqlite_store, ledger)

    with sqlite_store.reading() as session:
        found = entry(session, 0)
        ends = linked(session, Ref(RecordKind.CHUNK, "CH0001"))
    said = json.loads(found.payload or "")
    assert (found.row.action, found.row.entity_id) == ("alert.raised", "M0001 AL0001")
    assert (said["kind"], said["severity"], said["about"]) == ("breach", "medium", ["chunk CH0001"])
    assert [one.ref for one in ends] == [Ref(RecordKind.ALERT, "AL0001")]


def test_a_repeat_that_shows_more_is_on_record_and_weight_only_grows(sqlite_store: Store, ledger: Ledger) -> None:
    raised(sqlite_store, ledger)
    raised(sqlite_store, ledger, about=(Ref(RecordKind.CHUNK, "CH0002"),), severity=Severity.CRITICAL)
    raised(sqlite_store, ledger, severity=Severity.LOW)

    (row,) = rows(sqlite_store)
    assert row.severity is Severity.CRITICAL
    assert actions(sqlite_store) == ["alert.raised", "alert.repeated"]


def test_a_recovery_is_noted_once_and_a_return_counts_on(sqlite_store: Store, ledger: Ledger) -> None:
    raised(sqlite_store, ledger)
    for _ in range(2):
        with sqlite_store.transaction() as tx:
            settle_alert(tx, ledger, a_signal().key, said="error_rate is 4.1 % again.", at=NOON + HOUR)
    recovered = rows(sqlite_store)[0].recovered_at
    raised(sqlite_store, ledger, after=2 * HOUR)

    (row,) = rows(sqlite_store)
    assert recovered == NOON + HOUR
    assert (row.count, row.recovered_at) == (2, None)
    assert acts(sqlite_store) == [AlertAct.RAISED, AlertAct.RECOVERED, AlertAct.CAME_BACK]
    assert actions(sqlite_store) == ["alert.raised", "alert.recovered", "alert.repeated"]


def test_what_nobody_raised_cannot_recover(sqlite_store: Store, ledger: Ledger) -> None:
    with sqlite_store.transaction() as tx:
        assert settle_alert(tx, ledger, "breach of nothing", said="Gone.", at=NOON) is None


def test_alerts_of_one_model_and_environment_within_an_hour_are_one_group(sqlite_store: Store, ledger: Ledger) -> None:
    raised(sqlite_store, ledger, key="one")
    raised(sqlite_store, ledger, key="two", after=HOUR / 2)
    raised(sqlite_store, ledger, key="three", environment="staging", after=HOUR / 2)
    raised(sqlite_store, ledger, key="four", after=HOUR)
    raised(sqlite_store, ledger, key="five", model="", environment="", kind=AlertKind.ACCESS)
    raised(sqlite_store, ledger, key="six", model="", environment="", kind=AlertKind.DEVIATION)

    assert [row.cluster for row in rows(sqlite_store)] == ["AL0001", "AL0001", "AL0003", "AL0004", "AL0005", "AL0006"]


def test_two_writers_at_once_make_one_alert_of_one_condition(store: Store, ledger: Ledger) -> None:
    numbers: list[str] = []
    begin = threading.Barrier(6)

    def work(writer: int) -> None:
        begin.wait()
        for turn in range(4):
            numbers.append(raised(store, ledger, about=(Ref(RecordKind.CHUNK, f"CH{writer}{turn}"),)))

    writers = [threading.Thread(target=work, args=(writer,)) for writer in range(6)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()

    (row,) = rows(store)
    assert numbers == ["AL0001"] * 24
    assert row.count == 24
