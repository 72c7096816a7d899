"""Plans that are carried out by the clock, on the version that serves an environment then."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.errors import GovernanceError, NotFound, Problem, Refused, Unreadable
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment, serving
from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.stress.plans import read_plan
from core.monitoring.stress.service import request_stress_test
from core.store import Store
from core.store.numbers import next_number
from core.validation.stress.tables import StressSchedule, StressSource

STRESS_CLOCK_JOB = "stress test by the clock"
MOST_DAYS = 366
SCHEDULE, UNSCHEDULE = "schedule a stress test", "end a stress test's schedule"


def schedule_stress_test(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    plan: str,
    every_days: int,
    allow: Callable[[str], object],
    environment: str = PRODUCTION,
    first_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> str:
    """Have this plan carried out every so many days from `first_at` (or now) on; the number of the schedule.

    Raises `Unreadable` for a plan with mistakes, or for days outside 1 to 366.
    """
    wanted = read_plan(plan)
    if wanted.address:
        allow(wanted.address)
    if not 1 <= every_days <= MOST_DAYS:
        expected = f"1 to {MOST_DAYS} days"
        raise Unreadable([Problem("how often is out of range", found=f"{every_days}", expected=expected)])
    with deciding(store, ledger, SCHEDULE, entity=Entity("model", model), actor=actor, at=at) as tx:
        if reasons := permission_refusals(actor, Permission.STRESS_RUN):
            raise Refused(reasons)
        row = load_model(tx.session, model)
        check_environment(tx.session, environment)
        made = StressSchedule(
            number=next_number(tx.session, "SS"),
            model_id=row.id or 0,
            environment=environment,
            name=wanted.name,
            plan=plan,
            plan_digest=hashlib.sha256(plan.encode()).hexdigest(),
            every_days=every_days,
            first_at=first_at or at,
            made_by=actor.id,
            made_at=at,
        )
        tx.session.add(made)
        payload: dict[str, JsonValue] = {
            "schedule": made.number, "plan": made.plan_digest, "name": made.name, "every_days": every_days,
            "environment": environment,
        }  # fmt: skip
        entity = Entity("model", model)
        ledger.record(tx, Event.STRESS_SCHEDULED, entity=entity, actor=actor, at=at, payload=payload)
        return made.number


def end_schedule(store: Store, ledger: Ledger, *, schedule: str, actor: Actor, at: datetime) -> None:
    """Have the plan carried out no more; tests that were carried out stay."""
    with deciding(store, ledger, UNSCHEDULE, entity=Entity("stress schedule", schedule), actor=actor, at=at) as tx:
        if reasons := permission_refusals(actor, Permission.STRESS_RUN):
            raise Refused(reasons)
        row = _load(tx.session, schedule)
        row.ended_at, row.ended_by = at, actor.acting_as
        tx.session.add(row)
        model = tx.session.get(Model, row.model_id)
        entity = Entity("model", model.number if model else "")
        ledger.record(tx, Event.STRESS_UNSCHEDULED, entity=entity, actor=actor, at=at, payload={"schedule": schedule})


def due_stress_tests(session: Session, *, at: datetime) -> Iterator[str]:
    """The newest slot of each schedule that has come, such as `SS0001 3`; the worker queues each once."""
    for row in session.exec(select(StressSchedule).where(col(StressSchedule.ended_at).is_(None))):
        if row.first_at <= at:
            yield f"{row.number} {(at - row.first_at) // timedelta(days=row.every_days)}"


def run_slot(store: Store, ledger: Ledger, *, slot: str, allow: Callable[[str], object], at: datetime) -> str | None:
    """Queue the test of a slot; None, with the reason kept, where there is nothing to test or it may not be tested."""
    with store.reading() as session:
        row = _load(session, slot.partition(" ")[0])
        model = session.get(Model, row.model_id)
        version = serving(session, row.model_id, row.environment)
    if row.ended_at is not None or model is None:
        return None
    if version is None:
        note_slot(store, schedule=row.number, said=f"No version of {model.number} serves {row.environment}.")
        return None
    try:
        found = request_stress_test(
            store,
            ledger,
            model=model.number,
            version=version.version,
            plan=row.plan,
            allow=allow,
            source=StressSource.SCHEDULE,
            schedule=row.id,
            actor=SYSTEM,
            at=at,
        )
    except GovernanceError as error:
        note_slot(store, schedule=row.number, said=str(error))
        return None
    note_slot(store, schedule=row.number, said="")
    return found


def note_slot(store: Store, *, schedule: str, said: str) -> None:
    """Keep why the last slot came to nothing; empty when it did not."""
    with store.transaction() as tx:
        row = _load(tx.session, schedule)
        row.said = said[:1000]
        tx.session.add(row)


def _load(session: Session, number: str) -> StressSchedule:
    row = session.exec(select(StressSchedule).where(StressSchedule.number == number)).first()
    if row is None:
        raise NotFound("stress schedule", number)
    return row
