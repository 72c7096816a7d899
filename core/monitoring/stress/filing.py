"""Begins a stress test, notes how far it is, and files what it came to with the verdicts of the policy in force."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import update
from sqlmodel import col

from core.access.rules import SYSTEM
from core.errors import GovernanceError
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import version_by_id
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.stress.gathering import Rows, rows_of
from core.monitoring.stress.judging import Judged, judged, overall
from core.monitoring.stress.outcome import StressOutcome, outcome_of, requests_frame
from core.monitoring.stress.plans import read_plan
from core.monitoring.stress.service import load_test
from core.monitoring.stress.values import StressPlan
from core.policy.service import policy_in_force
from core.store import EvidenceFiles, Store, Transaction
from core.validation.rules import Severity
from core.validation.stress.tables import PENDING, StressFigure, StressStatus, StressTest


class Ended(GovernanceError):
    """The test was cancelled, or another worker has it."""


@dataclass(frozen=True)
class Begun:
    """A test that a worker carries out now."""

    number: str
    plan: StressPlan
    digest: str
    rows: Rows


def begin(store: Store, files: EvidenceFiles, *, test: str, environment: str = PRODUCTION, at: datetime) -> Begun:
    """Mark the test as running and gather its rows; raises `Ended` when it is over, `Refused` without rows."""
    with store.transaction() as tx:
        row = load_test(tx.session, test)
        if row.status not in PENDING:
            raise Ended
        row.status, row.started_at, row.step = StressStatus.RUNNING, at, "Gathering rows"
        tx.session.add(row)
    plan = read_plan(row.plan)
    with store.reading() as session:
        model, version = version_by_id(session, row.version_id)
        rows = rows_of(session, files, model, version, environment, plan)
    return Begun(test, plan, row.plan_digest, rows)


def note_progress(store: Store, *, test: str, step: str, done: int) -> None:
    """How far the test is; raises `Ended` when somebody cancelled it."""
    with store.transaction() as tx:
        changed = tx.session.execute(
            update(StressTest)
            .where(col(StressTest.number) == test, col(StressTest.status) == StressStatus.RUNNING)
            .values(step=step[:200], requests_done=done)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
            raise Ended


def file_requests(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    begun: Begun,
    made: Sequence[Mapping[str, object]],
    *,
    at: datetime,
) -> StressOutcome:
    """Keep every request as a file, compute the figures and judge them; see `file_outcome`."""
    frame = requests_frame(made)
    stored = files.add([_parquet(frame)])
    outcome = outcome_of(begun.plan, begun.digest, len(begun.rows.inputs), frame, stored.digest)
    file_outcome(store, ledger, files, begun.number, outcome, at=at)
    return outcome


def file_outcome(
    store: Store, ledger: Ledger, files: EvidenceFiles, test: str, outcome: StressOutcome, *, at: datetime
) -> Verdict:
    """Store outcome, figures and verdicts with their entry in one transaction; a failed test raises an alert.

    The policy in force now judges. Raises `Ended` when the test is over.
    """
    stored = files.add([outcome.to_json()])
    with store.transaction() as tx:
        row = load_test(tx.session, test)
        if row.status not in PENDING:
            raise Ended
        model, version = version_by_id(tx.session, row.version_id)
        policy = policy_in_force(tx.session, at=at)
        found = judged(outcome, policy.policy.stress.judging(model.tier))
        row.verdict = overall(found)
        row.status, row.finished_at, row.step = StressStatus.FINISHED, at, ""
        row.policy_version_id, row.outcome_digest = policy.id, stored.digest
        row.requests_digest = outcome.requests_digest
        row.requests_done = sum(one.requests for one in outcome.phases) or row.requests_done
        tx.session.add(row)
        tx.session.add_all(_figure(row, position, one) for position, one in enumerate(found))
        tx.session.flush()
        payload: dict[str, JsonValue] = {
            "test": test, "outcome": stored.digest, "requests": outcome.requests_digest, "policy": policy.digest,
            "verdict": row.verdict.value,
            "failed": [one.clause.clause for one in found if one.judgement.verdict is Verdict.FAIL],
        }  # fmt: skip
        entity = Entity("version", f"{model.number} {version.version}")
        ledger.record(tx, Event.STRESS_FINISHED, entity=entity, actor=SYSTEM, at=at, payload=payload)
        _tell(tx, ledger, row, model, version, found, at)
        return row.verdict


def fail_stress_test(store: Store, ledger: Ledger, *, test: str, error: str, at: datetime) -> None:
    """Say why a test came to nothing; that is an alert of its own, never silence. One that is over stays as it is."""
    with store.transaction() as tx:
        row = load_test(tx.session, test)
        if row.status not in PENDING:
            return
        row.status, row.finished_at, row.error, row.step = StressStatus.FAILED, at, error[:2000], ""
        tx.session.add(row)
        tx.session.flush()
        model, version = version_by_id(tx.session, row.version_id)
        entity = Entity("version", f"{model.number} {version.version}")
        payload: dict[str, JsonValue] = {"test": test, "error": error[:1000]}
        ledger.record(tx, Event.STRESS_FAILED, entity=entity, actor=SYSTEM, at=at, payload=payload)
        signal = Signal(
            kind=AlertKind.CHECK_FAILED,
            key=f"stress test not done {model.number} {version.version}",
            severity=Severity.MEDIUM,
            title=f"Stress test {test} of {model.number} v{version.version} came to nothing",
            detail=error[:1000],
            model=model.number,
            version=version.version,
            about=(Ref(RecordKind.STRESS_TEST, test),),
        )
        raise_alert(tx, ledger, signal, at=at)


def _tell(
    tx: Transaction,
    ledger: Ledger,
    row: StressTest,
    model: Model,
    version: ModelVersion,
    found: Sequence[Judged],
    at: datetime,
) -> None:
    key = f"stress test {model.number} {version.version}"
    failed = [one for one in found if one.clause.required and one.judgement.verdict is Verdict.FAIL]
    settle_alert(
        tx, ledger, f"stress test not done {model.number} {version.version}", said=f"{row.number} was done.", at=at
    )
    if not failed:
        settle_alert(tx, ledger, key, said=f"{row.number} does not fail any more.", at=at)
        return
    said = "; ".join(f"clause {one.clause.clause}: {one.judgement.reason}" for one in failed)
    signal = Signal(
        kind=AlertKind.STRESS_TEST,
        key=key,
        severity=Severity.HIGH,
        title=f"{model.number} v{version.version} failed stress test {row.number}",
        detail=said[:2000],
        model=model.number,
        version=version.version,
        about=(Ref(RecordKind.STRESS_TEST, row.number),),
    )
    raise_alert(tx, ledger, signal, at=at)


def _figure(row: StressTest, position: int, one: Judged) -> StressFigure:
    interval = one.figure.interval
    return StressFigure(
        test_id=row.id or 0, position=position, clause=one.clause.clause, metric=one.clause.metric.value,
        subject=one.figure.subject[:120], value=one.figure.value, low=interval.low if interval else None,
        high=interval.high if interval else None, n=one.figure.n, method=one.figure.method[:200],
        threshold=one.clause.value, direction=one.clause.direction, required=one.clause.required,
        verdict=one.judgement.verdict, reason=one.judgement.reason[:1000],
    )  # fmt: skip


def _parquet(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.write_parquet(sink, compression="zstd", statistics=False)
    return sink.getvalue()
