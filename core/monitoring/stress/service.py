"""Asks for a stress test, and cancels one."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor
from core.errors import NotFound, Refused
from core.inventory.moves import load_version, version_by_id
from core.inventory.tables import ModelVersion
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.stress.plans import planned_requests, read_plan
from core.store import Store
from core.store.numbers import next_number
from core.validation.stress.rules import cancel_refusals, stress_refusals
from core.validation.stress.tables import PENDING, StressSource, StressStatus, StressTest

STRESS_JOB = "stress test"
RUN, CANCEL = "run a stress test", "cancel a stress test"


def request_stress_test(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    plan: str,
    allow: Callable[[str], object],
    source: StressSource = StressSource.PAGE,
    schedule: int | None = None,
    actor: Actor,
    at: datetime,
) -> str:
    """Queue a test of this version by this plan (TOML); its number.

    `allow` raises `Unreadable` for an address to which no load may go. Raises `Unreadable` with every mistake of the
    plan and its line, or `Refused`; then nothing is queued.
    """
    wanted = read_plan(plan)
    if wanted.address:
        allow(wanted.address)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, RUN, entity=entity, actor=actor, at=at) as tx:
        _, row = load_version(tx.session, model, version)
        by_clock = schedule is not None and actor == SYSTEM
        pending = pending_test(tx.session, row)
        reasons = stress_refusals(actor, row.stage, pending)
        if by_clock:
            reasons = tuple(one for one in reasons if one.code != "permission")
        if reasons:
            raise Refused(reasons)
        test = StressTest(
            number=next_number(tx.session, "ST"),
            version_id=row.id or 0,
            schedule_id=schedule,
            source=source,
            name=wanted.name,
            plan=plan,
            plan_digest=hashlib.sha256(plan.encode()).hexdigest(),
            requests_planned=planned_requests(wanted),
            requested_by=actor.id,
            requested_at=at,
        )
        tx.session.add(test)
        enqueue(tx, STRESS_JOB, test.number, at=at)
        payload: dict[str, JsonValue] = {
            "test": test.number, "plan": test.plan_digest, "name": test.name, "target": wanted.address or "surrogate",
            "source": source.value,
        }  # fmt: skip
        ledger.record(tx, Event.STRESS_REQUESTED, entity=entity, actor=actor, at=at, payload=payload)
        return test.number


def pending_test(session: Session, version: ModelVersion) -> str:
    """The number of the test of this version that has not ended; empty when there is none."""
    query = select(StressTest.number).where(StressTest.version_id == version.id, col(StressTest.status).in_(PENDING))
    return session.exec(query.limit(1)).first() or ""


def cancel_stress_test(store: Store, ledger: Ledger, *, test: str, actor: Actor, at: datetime) -> None:
    """Stop a test that has not ended; the worker ends the load within a second or two."""
    with deciding(store, ledger, CANCEL, entity=Entity("stress test", test), actor=actor, at=at) as tx:
        row = load_test(tx.session, test)
        reasons = cancel_refusals(actor, "" if row.status in PENDING else row.status.value)
        if reasons:
            raise Refused(reasons)
        row.status, row.finished_at, row.step = StressStatus.CANCELLED, at, ""
        tx.session.add(row)
        model, version = version_by_id(tx.session, row.version_id)
        entity = Entity("version", f"{model.number} {version.version}")
        ledger.record(tx, Event.STRESS_CANCELLED, entity=entity, actor=actor, at=at, payload={"test": test})


def load_test(session: Session, number: str) -> StressTest:
    row = session.exec(select(StressTest).where(StressTest.number == number)).first()
    if row is None:
        raise NotFound("stress test", number)
    return row
