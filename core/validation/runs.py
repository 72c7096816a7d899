"""Validation runs: started once for the same evidence and policy, performed in the background, verdicts stored."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, GovernanceError, Refusal, Refused
from core.inventory.moves import load_version, move, record_part, version_by_id
from core.inventory.rules import Action, Duty
from core.jobs.service import enqueue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import Policy
from core.policy.service import policy_by_id, policy_in_force
from core.store import EvidenceFiles, Store
from core.store.numbers import next_number
from core.store.sealed_form import CannotBeUnsealed
from core.validation.computing import COMPUTED, Files, compute
from core.validation.evidence import current_evidence, latest_run, validation_facts
from core.validation.findings.raising import entity_of
from core.validation.inputs import RunInputs, inputs_now, inputs_of
from core.validation.results import ValidationResult, from_json
from core.validation.rules import PENDING, RunStatus, refusals
from core.validation.storing import Cancelled, fail_run, load_run, settle, store_result
from core.validation.tables import Run

__all__ = ["STEPS", "VALIDATION_JOB", "Cancelled", "Started", "cancel", "fail_run", "load_run", "perform", "start"]

VALIDATION_JOB = "validation"
STEPS = len(COMPUTED) + 1  # those of the computation, and judging


@dataclass(frozen=True)
class Started:
    """The run's number and the ledger entry that says it was started."""

    run: str
    entry: int


def start(store: Store, ledger: Ledger, *, model: str, version: str, actor: Actor, at: datetime) -> Started:
    """Queue a validation of the evidence at hand under the policy in force; the version is in validation from now."""
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, Action.START_VALIDATION, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        policy = policy_in_force(tx.session, at=at)
        inputs = inputs_now(tx.session, model_row, row, policy)
        evidence = current_evidence(tx.session, row)
        reasons = [*refusals(validation_facts(tx.session, row), Action.START_VALIDATION, actor)]
        last = latest_run(tx.session, row)
        if evidence and last and last.inputs_digest == inputs.digest:
            reasons.append(
                Refusal(
                    "computed",
                    f"{last.number} judged this evidence under this policy",
                    "validation",
                    "Read its report.",
                )
            )
        if reasons or evidence is None or evidence.id is None or row.id is None:
            raise Refused(reasons)
        run = Run(
            number=next_number(tx.session, "R"),
            version_id=row.id,
            evidence_id=evidence.id,
            policy_version_id=policy.id,
            inputs=inputs.to_json(),
            inputs_digest=inputs.digest,
            steps_total=STEPS,
            requested_by=actor.id,
            requested_at=at,
        )
        tx.session.add(run)
        enqueue(tx, VALIDATION_JOB, run.number, at=at)
        record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        stage = move(tx, row, Action.START_VALIDATION)
        payload = {
            "run": run.number,
            "evidence": evidence.number,
            "inputs": inputs.digest,
            "policy": policy.digest,
            "stage": stage.value,
        }
        recorded = ledger.record(tx, Event.RUN_STARTED, entity=entity, actor=actor, at=at, payload=payload)
        return Started(run.number, recorded.index)


def cancel(store: Store, ledger: Ledger, *, run: str, actor: Actor, at: datetime) -> None:
    """Stop a run that has not finished; the worker notices before it would store anything."""
    with deciding(store, ledger, "cancel a validation", entity=Entity("run", run), actor=actor, at=at) as tx:
        row = load_run(tx.session, run)
        model, version = version_by_id(tx.session, row.version_id)
        reasons = [
            reason
            for reason in refusals(validation_facts(tx.session, version), Action.START_VALIDATION, actor)
            if reason.code != "run-pending"
        ]
        if row.status not in PENDING:
            reasons.append(Refusal("run-ended", f"{run} is {row.status}", "validation"))
        if reasons:
            raise Refused(reasons)
        settle(tx, row, RunStatus.CANCELLED, at=at)
        payload = {"run": run}
        ledger.record(tx, Event.RUN_CANCELLED, entity=entity_of(model, version), actor=actor, at=at, payload=payload)


def perform(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    run: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Compute, judge and store a queued run, all verdicts or none; `alive` holds the worker's lease.

    A run that was cancelled or that another worker finished is left as it is.
    """
    with store.reading() as session:
        row = load_run(session, run)
        inputs = inputs_of(session, row)
        policy = policy_by_id(session, row.policy_version_id).policy
        known = _computed_before(session, row)
    if row.status not in PENDING:
        return
    steps = _Steps(store, run, alive)
    try:
        with files.opened() as path:
            result = known or compute(intact(files, path, inputs), inputs, policy, steps)
        steps("Judging against the policy")
        _store(store, ledger, run, result, policy, clock)
    except Cancelled:
        return
    except GovernanceError as error:
        fail_run(store, ledger, run=run, error=str(error), at=clock())


def _store(
    store: Store,
    ledger: Ledger,
    run: str,
    result: ValidationResult,
    policy: Policy,
    clock: Callable[[], datetime],
) -> None:
    """Once more when somebody acted on the version at the same moment: that says nothing against the figures."""
    try:
        store_result(store, ledger, run, result, policy, at=clock())
    except Conflict:
        store_result(store, ledger, run, result, policy, at=clock())


class _Steps:
    """Says each step to whoever watches, and stops when the run was cancelled."""

    def __init__(self, store: Store, run: str, alive: Callable[[], bool]) -> None:
        self._store, self._run, self._alive, self._done = store, run, alive, 0

    def __call__(self, step: str) -> None:
        values = {"status": RunStatus.RUNNING, "step": step, "steps_done": self._done}
        with self._store.transaction() as tx:
            still = update(Run).where(col(Run.number) == self._run, col(Run.status).in_(PENDING)).values(**values)
            if tx.session.execute(still).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
                raise Cancelled
        if not self._alive():
            raise Cancelled
        self._done += 1


def _computed_before(session: Session, run: Run) -> ValidationResult | None:
    """The result of a run that had the very same inputs: figures are computed once for the same digests."""
    if not run.inputs_digest:
        return None
    twin = select(Run.result).where(
        Run.inputs_digest == run.inputs_digest, Run.status == RunStatus.FINISHED, Run.result != ""
    )
    found = session.exec(twin.limit(1)).first()
    return from_json(found) if found else None


def intact(files: EvidenceFiles, path: Files, inputs: RunInputs) -> Files:
    """Where the files lie whose content still has the digest it was handed in with; raises `Conflict` for another.

    For a file from which a person was erased, the one without their rows stands.
    """
    for one in (*inputs.evidence, *inputs.approved):
        try:
            found = digest_of(path(one.table))
        except CannotBeUnsealed:
            found = "unopened"
        if found != files.stands_for(one.table):
            raise Conflict(one.table[:8], found[:8], f"The evidence file {one.evidence}")
    return path


def digest_of(path: Path) -> str:
    """SHA-256 of the file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
