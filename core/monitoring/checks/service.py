"""Runs the checks of production data: when data arrive, by the clock, or because somebody asks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import ALLOWED, SYSTEM, Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.checks.alerting import settle_unasked
from core.monitoring.checks.checking import Checked, Checker
from core.monitoring.checks.freshness import check_freshness
from core.monitoring.checks.planning import Plan, plan
from core.monitoring.checks.standing import stand
from core.monitoring.checks.storing import Stored, locked_slot, store_checked
from core.monitoring.checks.subject import Subject, subject_of
from core.monitoring.checks.tables import MonitorSlot, MonitorState
from core.monitoring.checks.windows import Windows
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.tables import MonitoredModel
from core.monitoring.vocabulary import MONITOR_JOB
from core.store import EvidenceFiles, Store, Transaction
from core.store.types import microseconds
from core.validation.rules import Severity

AT_ONCE = 10  # chunks of one transaction
ACT = "run the checks"
ASKED, UNFINISHED = "asked-", "unfinished-"  # before the moment, in the slot of a job
NOT_DECLARED = "What is monitored of this model is not declared, so its data are not checked."


@dataclass(frozen=True)
class Ran:
    """What a run came to: chunks that went on record, and how many of their figures failed."""

    chunks: tuple[str, ...] = ()
    figures: int = 0
    failed: int = 0
    note: str = ""

    def __add__(self, other: "Ran") -> "Ran":
        note = self.note or other.note
        return Ran(self.chunks + other.chunks, self.figures + other.figures, self.failed + other.failed, note)


def perform_monitor(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    slot: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> Ran:
    """Check everything that is due for the model and environment of a slot: its batch, or what came before and after.

    Work that another worker did, or did half before it died, is not done again.
    """
    model, environment, what = parts_of(slot)
    unfinished = what.startswith(UNFINISHED)
    return _run(store, ledger, files, model, environment, SYSTEM, clock, alive, unfinished=unfinished)


def ask_monitor(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    environment: str = PRODUCTION,
    unfinished: bool = False,
    actor: Actor,
    at: datetime,
) -> str:
    """Have a worker check what is due; the slot of its job. `Refused` without the permission.

    With `unfinished`, what there is of the last chunk of rows is checked too.
    """
    entity = Entity("model", model)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        _may_run(tx.session, model, environment, actor)
        slot = f"{model} {environment} {UNFINISHED if unfinished else ASKED}{microseconds(at)}"
        enqueue(tx, MONITOR_JOB, slot, at=at)
        payload: dict[str, JsonValue] = {"environment": environment, "unfinished": unfinished}
        ledger.record(tx, Event.MONITOR_ASKED, entity=entity, actor=actor, at=at, payload=payload)
        return slot


def check_now(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    model: str,
    environment: str = PRODUCTION,
    unfinished: bool = False,
    actor: Actor,
    clock: Callable[[], datetime],
) -> Ran:
    """Check at once what is due, in this process; `Refused` without the permission.

    With `unfinished`, what there is of the last chunk of rows is checked too.
    """
    with deciding(store, ledger, ACT, entity=Entity("model", model), actor=actor, at=clock()) as tx:
        _may_run(tx.session, model, environment, actor)
    return _run(store, ledger, files, model, environment, actor, clock, lambda: True, unfinished=unfinished)


def _may_run(session: Session, model: str, environment: str, actor: Actor) -> None:
    load_model(session, model)
    if reasons := run_refusals(actor):
        raise Refused(reasons)
    check_environment(session, environment)


def run_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """What stands against running checks at once."""
    return ALLOWED if actor == SYSTEM else permission_refusals(actor, Permission.MONITOR_RUN)


def fail_monitor(store: Store, ledger: Ledger, *, slot: str, error: str, at: datetime) -> None:
    """Say that a model could not be checked: an alert of its own, and where the model stands."""
    model, environment, _ = parts_of(slot)
    with store.transaction() as tx:
        row = load_model(tx.session, model)
        stands = locked_slot(tx, row.id or 0, environment)
        stands.state, stands.error = MonitorState.CHECK_FAILED, error[:1000]
        tx.session.add(stands)
        signal = Signal(
            kind=AlertKind.CHECK_FAILED,
            key=failed_key(model, environment),
            severity=Severity.HIGH,
            title="Production data could not be checked",
            detail=error[:2000],
            model=model,
            environment=environment,
        )
        raise_alert(tx, ledger, signal, at=at)


def failed_key(model: str, environment: str) -> str:
    """The condition that a model cannot be checked."""
    return f"check failed {model} {environment}"


def parts_of(slot: str) -> tuple[str, str, str]:
    """Model, environment, and the batch or the moment for which a job was queued."""
    model, rest = slot.split(" ", 1)
    environment, _, what = rest.rpartition(" ")
    return model, environment, what


def _run(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    model: str,
    environment: str,
    actor: Actor,
    clock: Callable[[], datetime],
    alive: Callable[[], bool],
    *,
    unfinished: bool = False,
) -> Ran:
    began = clock()
    with store.reading() as session:
        subject = subject_of(session, files, model, environment, at=began)
        due = plan(session, subject, at=began, unfinished=unfinished) if subject else None
    if subject is None or due is None:
        return Ran(note=NOT_DECLARED)
    done = Ran()
    with store.reading() as session:
        for group in _checked(session, store, files, subject, due):
            with store.transaction() as tx:
                stored = store_checked(tx, ledger, subject, group, actor=actor, at=clock())
            done += _told(stored)
            if not alive():
                return done
    with store.transaction() as tx:
        return done + _finish(tx, ledger, subject, due, actor, began, clock())


def _checked(
    session: Session, store: Store, files: EvidenceFiles, subject: Subject, due: Plan
) -> Iterator[Sequence[Checked]]:
    """The chunks that are due, checked, some at a time."""
    windows = Windows(store, files, subject.model.number, Stream(subject.model_id, subject.environment))
    checker = Checker(session, subject, windows)
    for first in range(0, len(due.chunks), AT_ONCE):
        yield [checker.check(one) for one in due.chunks[first : first + AT_ONCE]]


def _finish(
    tx: Transaction, ledger: Ledger, subject: Subject, due: Plan, actor: Actor, began: datetime, at: datetime
) -> Ran:
    """Freshness by the clock, where the model stands now, and an end to the alert that it could not be checked."""
    fresh = check_freshness(tx.session, subject, seen_batch=due.seen_batch, at=began)
    stored = store_checked(tx, ledger, subject, [fresh], actor=actor, at=at) if fresh else ()
    slot = locked_slot(tx, subject.model_id, subject.environment)
    slot.seen_batch = max(slot.seen_batch, due.seen_batch)
    slot.last_data_at, slot.received_at = due.last_at, due.received_at
    slot.last_run_at, slot.clock_at, slot.error = at, began, ""
    stand(tx.session, slot, subject)
    tx.session.add(slot)
    settle_unasked(tx, ledger, subject, at=at)
    settle_alert(tx, ledger, failed_key(subject.model.number, subject.environment), said="It was checked.", at=at)
    return _told(stored)


def _told(stored: Sequence[Stored]) -> Ran:
    return Ran(
        tuple(one.number for one in stored),
        sum(len(one.checked.found) for one in stored),
        sum(one.checked.failed for one in stored),
    )


def due_by_clock(session: Session, *, at: datetime) -> tuple[str, ...]:
    """Slots of models whose data have not been looked at in this hour: for what ends, or fails to come, by the clock.

    Models are spread over the hour by their number, so that they do not all come due together.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    declared = (
        select(Model.number, MonitoredModel.environment, Model.id, MonitorSlot.clock_at)
        .join(Model, col(Model.id) == col(MonitoredModel.model_id))
        .outerjoin(
            MonitorSlot,
            (col(MonitorSlot.model_id) == col(MonitoredModel.model_id))
            & (col(MonitorSlot.environment) == col(MonitoredModel.environment)),
        )
        .where(
            col(Model.retired_at).is_(None),
            or_(col(MonitorSlot.clock_at).is_(None), col(MonitorSlot.clock_at) < hour),
            col(MonitoredModel.model_id) % 60 <= at.minute,
        )
        .order_by(col(Model.id))
    )
    rows = session.exec(declared).all()
    return tuple(f"{number} {environment} {hour:%Y-%m-%dT%H}" for number, environment, _, _ in rows)
