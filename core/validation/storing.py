"""Stores what a run came to: verdicts and findings together with the result, or the reason for which there is none."""

import hashlib
from datetime import datetime

from sqlmodel import Session, select

from core.access.rules import SYSTEM
from core.errors import GovernanceError, NotFound
from core.inventory.moves import change, version_by_id
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.policy.rules import Policy
from core.store import Store, Transaction
from core.validation.evidence import digest_now
from core.validation.figures import keep_figures
from core.validation.findings.raising import entity_of, open_finding
from core.validation.inputs import inputs_of
from core.validation.judging import Judged, judge_all
from core.validation.results import ValidationResult, to_json
from core.validation.rules import PENDING, FindingStatus, RunStatus, Severity
from core.validation.tables import CheckResult, Finding, Run

SEVERITY = {Verdict.FAIL: Severity.HIGH, Verdict.INSUFFICIENT: Severity.MEDIUM}


class Cancelled(GovernanceError):
    """The run was cancelled, or another worker has it."""


def load_run(session: Session, number: str) -> Run:
    """The run with this number; raises `NotFound`."""
    row = session.exec(select(Run).where(Run.number == number)).first()
    if row is None:
        raise NotFound("validation run", number)
    return row


def store_result(
    store: Store, ledger: Ledger, number: str, result: ValidationResult, policy: Policy, *, at: datetime
) -> None:
    """All verdicts or none; `Cancelled` when the run has ended, `Conflict` when the version changed meanwhile."""
    stored = to_json(result)
    with store.transaction() as tx:
        run = load_run(tx.session, number)
        if run.status not in PENDING:
            raise Cancelled
        model, version = version_by_id(tx.session, run.version_id)
        judged = judge_all(result, policy, inputs_of(tx.session, run).tier or model.tier)
        run.result, run.result_digest = stored.decode(), hashlib.sha256(stored).hexdigest()
        settle(tx, run, RunStatus.FINISHED, at=at)
        keep_figures(tx, run.id or 0, result)
        tx.session.add_all(_check(run, position, one) for position, one in enumerate(judged))
        tx.session.flush()
        change(tx, version, {"evidence_digest": digest_now(tx.session, model, version)})
        payload: dict[str, JsonValue] = {
            "run": number,
            "result": run.result_digest,
            "digest": version.evidence_digest,
            "required checks failed": sum(one.verdict is Verdict.FAIL and one.required for one in judged),
        }
        ledger.record(tx, Event.RUN_FINISHED, entity=entity_of(model, version), actor=SYSTEM, at=at, payload=payload)
        _open_findings(tx, ledger, model, version, run, judged, at=at)


def fail_run(store: Store, ledger: Ledger, *, run: str, error: str, at: datetime) -> None:
    """Say why a run came to nothing; one that has ended stays as it is."""
    with store.transaction() as tx:
        row = load_run(tx.session, run)
        if row.status not in PENDING:
            return
        model, version = version_by_id(tx.session, row.version_id)
        row.error = error
        settle(tx, row, RunStatus.FAILED, at=at)
        payload = {"run": run, "error": error[:1000]}
        ledger.record(tx, Event.RUN_FAILED, entity=entity_of(model, version), actor=SYSTEM, at=at, payload=payload)


def settle(tx: Transaction, run: Run, status: RunStatus, *, at: datetime) -> None:
    """End the run within a transaction."""
    run.status, run.finished_at, run.steps_done = status, at, run.steps_total
    tx.session.add(run)


def _check(run: Run, position: int, one: Judged) -> CheckResult:
    return CheckResult(
        run_id=run.id or 0,
        position=position,
        kind=one.threshold.kind.value,
        metric=one.threshold.metric,
        subject=one.subject[:400],
        value=one.value,
        low=one.interval.low if one.interval else None,
        high=one.interval.high if one.interval else None,
        threshold=one.threshold.value,
        direction=one.threshold.direction.value,
        required=one.required,
        verdict=one.verdict,
        reason=one.reason[:1000],
        clause=one.threshold.clause,
    )


def _open_findings(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    version: ModelVersion,
    run: Run,
    judged: tuple[Judged, ...],
    *,
    at: datetime,
) -> None:
    """A required check that failed opens a high finding, one without enough evidence a medium one; never twice."""
    known = _open_keys(tx.session, version)
    for one in judged:
        key = f"{one.threshold.metric} {one.subject}".strip()[:500]
        if one.required and one.verdict in SEVERITY and key not in known:
            about = f", {one.subject}" if one.subject else ""
            word = "failed" if one.verdict is Verdict.FAIL else "has not enough evidence"
            open_finding(
                tx,
                ledger,
                model,
                version,
                title=f"{one.threshold.title}{about} {word}"[:300],
                detail=f"{one.reason} (clause {one.threshold.clause}, {run.number}).",
                severity=SEVERITY[one.verdict],
                actor=SYSTEM,
                at=at,
                run_id=run.id,
                check_key=key,
                about=(Ref(RecordKind.RUN, run.number),),
            )


def _open_keys(session: Session, version: ModelVersion) -> set[str]:
    """The checks whose finding is not closed yet."""
    still = select(Finding.check_key).where(
        Finding.version_id == version.id, Finding.status != FindingStatus.VERIFIED_CLOSED
    )
    return set(session.exec(still).all())
