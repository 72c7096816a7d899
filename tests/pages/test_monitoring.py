"""Monitoring: the worst first under its answer, a model's series, a bad chunk down to its columns and groups."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.components.status import status
from app.composition import Workplace
from core.access.rules import SYSTEM
from core.inventory.rules import Stage
from core.inventory.tables import Model, ProductionPointer
from core.jobs.service import enqueue, finish, take
from core.jobs.tables import Job, JobStatus, WorkerRole
from core.jobs.workers import join
from core.ledger.events import Event
from core.ledger.queries import entries
from core.ledger.service import Entity
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.checks.tables import MonitorChunk, MonitorResult, MonitorSlot, MonitorState
from core.policy.tables import PolicyVersion
from core.validation.rules import Severity
from core.validation.runs import VALIDATION_JOB
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, button, column, today, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICE = "notify of waiting reviews"
DETAIL = {
    "columns": [
        {"column": name, "kind": "numeric", "drift": drift, "missing": 0.02, "reference_missing": 0.01,
         "labels": ["to 20", "over 20"], "shares": [0.3, 0.7], "reference_shares": [0.6, 0.4]}
        for name, drift in (("age", 0.11), ("<b>income</b>", 0.42))
    ],
    "groups": [
        {"attribute": "sex", "group": name, "rows": 500, "selection_rate": rate, "labelled_rows": 480, "accuracy": 0.9,
         "true_positive_rate": 0.7, "false_positive_rate": 0.1}
        for name, rate in (("female", 0.41), ("male", 0.52))
    ],
}  # fmt: skip


@pytest.fixture
def in_use(cast: Cast, place: Workplace) -> Callable[..., str]:
    """Puts a version into production with three chunks of one monitor, the last of which has this figure."""

    def put(value: float, state: MonitorState, name: str = "", last_data: timedelta = HOUR) -> str:
        number, _ = a_version(place.store, cast, stage=Stage.APPROVED)
        at = today()
        with place.store.transaction() as tx:
            model = tx.session.exec(select(Model).where(Model.number == number)).one()
            model.name = name or model.name
            tx.session.add(model)
            _chunks(tx.session, model, value, state, at, at - last_data)
        return number

    return put


def _chunks(session: Session, model: Model, value: float, state: MonitorState, at: datetime, last: datetime) -> None:
    from core.inventory.tables import ModelVersion

    version = session.exec(select(ModelVersion).where(ModelVersion.model_id == model.id)).one()
    policy = session.exec(select(PolicyVersion)).first()
    assert policy is not None
    session.add(
        ProductionPointer(model_id=model.id or 0, version_id=version.id or 0, since=at - 3 * DAY, moved_by="system")
    )
    for place, found in enumerate((0.91, 0.92, value)):
        ends = last - (2 - place) * DAY
        row = MonitorChunk(
            number=f"CH{model.id}{place}", model_id=model.id or 0, environment="production", size="1000 rows",
            position=place, starts_at=ends - DAY, ends_at=ends, rows=1000, labelled_rows=900,
            versions=json.dumps({version.version: 1000}), data_digest="a" * 64, reference_digest="b" * 64,
            figures_digest="c" * 64, policy_version_id=policy.id or 0, detail=json.dumps(DETAIL), checked_at=ends,
            seen_batch=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
        verdict = Verdict.FAIL if found < 0.893 else Verdict.PASS
        result = MonitorResult(
            chunk_id=row.id or 0, model_id=model.id or 0, environment="production", clause="20.2", kind="performance",
            metric="roc_auc", title="Area under the ROC curve", ends_at=ends, rows=900, value=found, low=found - 0.02,
            high=found + 0.02, lower=0.893, verdict=verdict, severity="high",
            reason="Below the threshold" if verdict is Verdict.FAIL else "",
        )  # fmt: skip
        session.add(result)
        session.flush()
    slot = MonitorSlot(model_id=model.id or 0, environment="production", state=state, last_data_at=last, last_run_at=at)
    slot.worst_result_id, slot.series = result.id, json.dumps([0.91, 0.92, value])
    session.add(slot)


def test_nothing_in_production_says_what_to_do(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.owner, "monitoring")

    assert "No model is in production, and none hands in data." in words(at)
    assert "Nothing is monitored yet." in words(at)


def test_the_worst_comes_first_with_its_figure_against_its_threshold(
    desk: Desk, cast: Cast, in_use: Callable[..., str]
) -> None:
    in_use(0.93, MonitorState.CALM, "Calm model")
    in_use(0.91, MonitorState.NO_DATA, "Silent model", 4 * DAY)
    in_use(0.861, MonitorState.BREACH, "Broken *model*")

    at = desk.open(cast.owner, "monitoring")

    assert "1 of 3 models in production breaches a monitor; 1 has no data in time." in words(at).replace("**", "")
    assert [cell.partition("]")[0][1:] for cell in column(at, "Model")] == [
        "Broken *model*",
        "Silent model",
        "Calm model",
    ]
    assert column(at, "Now") == ["0.861", "0.910", "0.930"]
    assert column(at, "Threshold") == ["≥ 0.893"] * 3
    assert "Late" in column(at, "Last data")[1]
    assert column(at, "Trend")[0].startswith("![3 chunks, from 0.910 to 0.861](data:image/svg+xml")
    assert column(at, "Trend")[1].startswith("No data since")


def test_filters_narrow_the_table_and_not_the_answer(desk: Desk, cast: Cast, in_use: Callable[..., str]) -> None:
    in_use(0.93, MonitorState.CALM, "Calm model")
    in_use(0.861, MonitorState.BREACH, "Broken model")

    healthy = desk.open(cast.owner, "monitoring", state="Healthy")
    others = desk.open(cast.auditor, "monitoring", whose="Mine")

    assert [cell.partition("]")[0][1:] for cell in column(healthy, "Model")] == ["Calm model"]
    assert "1 of 2 models in production breaches a monitor" in words(healthy).replace("**", "")
    assert "No model matches these filters." in words(others)


def test_an_open_alert_stands_in_the_row_of_its_model(
    desk: Desk, cast: Cast, place: Workplace, in_use: Callable[..., str]
) -> None:
    model = in_use(0.861, MonitorState.BREACH)
    with place.store.transaction() as tx:
        for key, severity in (("one", Severity.LOW), ("two", Severity.HIGH)):
            signal = Signal(AlertKind.BREACH, key, severity, "Error rate", "", model, "1.0.0", "production")
            number = raise_alert(tx, place.ledger, signal, at=today())

    at = desk.open(cast.owner, "monitoring")

    assert number in column(at, "Alerts")[0]  # the gravest
    assert "All 2" in column(at, "Alerts")[0]


def test_a_model_shows_its_monitors_its_series_and_the_chunks_behind_it(
    desk: Desk, cast: Cast, in_use: Callable[..., str]
) -> None:
    model = in_use(0.861, MonitorState.BREACH)

    at = desk.open(cast.validator, "monitored", model=model)

    assert "1 of 1 figure is in breach" in words(at).replace("**", "")
    assert column(at, "Now") == ["0.861 (0.841 to 0.881)"]
    assert column(at, "Verdict", table=1) == [status("Breach"), status("Passed"), status("Passed")]
    assert "1 breach in 3 chunks of this time" in words(at)
    said = at.get("plotly_chart")[0].proto.alt.replace("\u00a0", " ")
    assert said.startswith("Area under the ROC curve by chunk")
    assert "3 chunks from 0.861 to 0.920, newest 0.861 against ≥ 0.893; 1 breach: CH" in said


def test_a_model_without_checks_says_what_to_do(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.APPROVED)

    at = desk.open(cast.validator, "monitored", model=model)

    assert "Nothing was checked yet." in words(at)


def test_a_bad_chunk_leads_to_its_columns_by_drift_and_its_groups(
    desk: Desk, cast: Cast, place: Workplace, in_use: Callable[..., str]
) -> None:
    in_use(0.861, MonitorState.BREACH)
    with place.store.reading() as session:
        number = session.exec(select(MonitorChunk.number).where(MonitorChunk.position == 2)).one()

    at = desk.open(cast.auditor, "chunk", chunk=number)

    assert "Area under the ROC curve is 0.861; the policy requires at least 0.893." in words(at)
    assert column(at, "Column", table=1) == ["<b>income</b>", "age"]  # the furthest first, letter by letter
    assert "Of 100 cases of sex male, 52 are selected; of female, 41." in words(at)
    assert "a" * 64 in words(at)
    button(at, "Compute again").click().run()
    assert "Computed again: Its data are not declared any more." in words(at)


def test_a_chunk_that_is_not_there_is_said(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.auditor, "chunk", chunk="CH9999")

    assert "There is no chunk" in words(at)


@pytest.fixture
def failed_job(place: Workplace) -> str:
    """A notice that failed, a validation that failed, and a worker that lives."""
    at = today()
    for kind, slot in ((NOTICE, "2026-11-26 09"), (VALIDATION_JOB, "R0001")):
        with place.store.transaction() as tx:
            enqueue(tx, kind, slot, at=at)
        lease = take(place.store, at=at)
        assert lease is not None
        finish(place.store, lease, at=at, error="The mail server was away")
    join(place.store, WorkerRole.PROCESS, at=at)
    return "2026-11-26 09"


def test_the_schedule_says_what_failed_and_who_works(desk: Desk, cast: Cast, failed_job: str) -> None:
    at = desk.open(cast.auditor, "monitor_schedule")

    assert "1 worker is alive; nothing runs or waits." in words(at).replace("**", "")
    assert "2 jobs failed in the last seven days." in words(at)
    assert column(at, "State")[:2] == [status("Failed")] * 2
    assert "process of its own" in column(at, "Where", table=1)[0]
    assert button(at, "Run again").disabled  # an auditor changes nothing


def test_a_failed_job_is_run_again_with_a_reason_that_stays_on_record(
    desk: Desk, cast: Cast, place: Workplace, failed_job: str
) -> None:
    at = desk.open(cast.owner, "monitor_schedule", kind="Notices of reviews that wait")

    at.text_input(key="again_reason").set_value("The mail server is back")
    button(at, "Run again").click().run()

    with place.store.reading() as session:
        stored = session.exec(select(Job).where(Job.slot == failed_job)).one()
        (entry,) = entries(session, action=Event.JOB_RUN_AGAIN).rows
    assert (stored.status, stored.attempts) == (JobStatus.QUEUED, 0)
    assert entry.entity_id == f"{NOTICE} {failed_job}"
    assert "waits again" in words(at)


def test_a_validation_is_asked_for_anew_where_it_belongs(desk: Desk, cast: Cast, failed_job: str) -> None:
    at = desk.open(cast.owner, "monitor_schedule", kind="Validations")

    assert button(at, "Run again").disabled
    assert "Ask for it anew on the page of that record" in button(at, "Run again").help


def test_the_schedule_tells_the_last_backup_and_the_last_restore_drill(desk: Desk, cast: Cast) -> None:
    place = desk.place
    assert "No backup is on record" in words(desk.open(cast.auditor, "monitor_schedule"))
    made = {"entries": 300, "files": 51, "absent": 1, "keys_sealed": True}
    drilled = {"passed": True, "backup_ms": 2100, "restore_ms": 3400, "faults": ""}
    with place.store.transaction() as tx:
        for event, entity, payload in (
            (Event.BACKUP_MADE, Entity("backup", "backup-20261126T140204Z"), made),
            (Event.BACKUP_DRILLED, Entity("restore drill", "2026-W48"), drilled),
        ):
            place.ledger.record(tx, event, entity=entity, actor=SYSTEM, at=today(), payload=payload)  # type: ignore[arg-type]

    at = desk.open(cast.auditor, "monitor_schedule")
    said = " ".join(str(cell) for one in at.table for cell in one.value.to_numpy().ravel())

    assert "20261126T140204Z" in said
    assert "missing or damaged" in said
    assert "backup in 2.1 s, check and restore in 3.4 s" in said
