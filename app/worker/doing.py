"""What doing a job of each kind is, and what is said when it cannot be done."""

import logging
from collections.abc import Callable

from app.access_alerts import raise_access_alert
from app.access_watch import do_access_watch
from app.anchoring.due import queue_checkpoint
from app.assurance.drilling import begin_weekly, perform_drill
from app.assurance.watching import look_at_permissions
from app.compliance import run_due
from app.composition import Workplace, now
from app.digest import send_digest
from app.drop import take_dropped
from app.registries.syncing import look_now
from app.stress.running import allowing, carry_out
from core.approval.service.noticing import notify_waiting
from core.approval.simulation.service import fail_simulation, perform_simulation
from core.assurance.drill.service import fail_drill
from core.improvement.reviews.planning import plan_post_launch
from core.improvement.watching import watch
from core.inventory.importing.background import fail_import, perform_import
from core.monitoring.alerts.clock import postpone, tick
from core.monitoring.checks.service import fail_monitor, perform_monitor
from core.monitoring.stress.filing import fail_stress_test
from core.monitoring.stress.scheduling import note_slot, run_slot
from core.policy.events_kept import remove_past_events
from core.register.escalating import escalate_overdue
from core.reports.service import (
    build_export,
    expire_exports,
    fail_export,
    note_schedule_failure,
    run_schedule,
)
from core.validation.runs import fail_run, perform

log = logging.getLogger("countersign.worker")


def do_validate(place: Workplace, run: str, alive: Callable[[], bool]) -> None:
    perform(place.store, place.ledger, place.files, run=run, clock=now, alive=alive)


def run_failed(place: Workplace, run: str, error: str) -> None:
    fail_run(place.store, place.ledger, run=run, error=error, at=now())


def do_export(place: Workplace, export: str, alive: Callable[[], bool]) -> None:
    build_export(place.store, place.ledger, place.exports, place.keys, export=export, clock=now, alive=alive)


def export_failed(place: Workplace, export: str, error: str) -> None:
    fail_export(place.store, export=export, error=error[:1000])


def do_scheduled_export(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    run_schedule(place.store, place.ledger, slot=slot, at=now())


def scheduled_export_failed(place: Workplace, slot: str, error: str) -> None:
    note_schedule_failure(place.store, slot=slot, error=error)


def do_expire(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    expire_exports(place.store, place.ledger, place.exports, at=now())


def expire_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Expired exports of %s were not removed: %s", slot, error)  # the next hour removes them


def do_digest(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    send_digest(place, slot, at=now())


def digest_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Digest %s was not sent: %s", slot, error)  # tomorrow's holds the same and more


def do_look(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    look_now(place, slot, at=now())


def do_escalate(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    escalate_overdue(place.store, place.ledger, at=now())


def do_plan_reviews(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    plan_post_launch(place.store, place.ledger, at=now())


def register_left(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The register was not looked after in %s: %s", slot, error)  # the next hour does what is due then


def do_notify(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    notify_waiting(place.store, place.ledger, at=now())


def notify_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Notices of %s were not stored: %s", slot, error)  # the next hour stores what is due then


def do_anchor(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    queue_checkpoint(place, slot, at=now())


def anchor_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The checkpoint of %s was not queued: %s", slot, error)  # the next slot queues it


def do_simulate(place: Workplace, simulation: str, alive: Callable[[], bool]) -> None:
    perform_simulation(place.store, place.ledger, simulation=simulation, clock=now, alive=alive)


def simulation_failed(place: Workplace, simulation: str, error: str) -> None:
    fail_simulation(place.store, simulation=simulation, error=error)


def do_check(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    run_due(place, at=now())


def check_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Compliance checks of %s were not run: %s", slot, error)  # the next hour runs what is due then


def do_import(place: Workplace, job: str, alive: Callable[[], bool]) -> None:
    perform_import(place.store, place.ledger, place.imports, job=job, clock=now, alive=alive)


def import_failed(place: Workplace, job: str, error: str) -> None:
    fail_import(place.store, place.imports, job=job, error=error, at=now())


def do_monitor(place: Workplace, slot: str, alive: Callable[[], bool]) -> None:
    perform_monitor(place.store, place.ledger, place.files, slot=slot, clock=now, alive=alive)


def monitor_failed(place: Workplace, slot: str, error: str) -> None:
    fail_monitor(place.store, place.ledger, slot=slot, error=error, at=now())


def do_remove_events(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    remove_past_events(place.store, place.ledger, place.events, at=now())


def remove_events_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Events past their time were not removed on %s: %s", slot, error)  # the next day removes them


def do_watch(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    watch(place.store, place.ledger, at=now())


def watch_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Clocks and actions of %s were not looked at: %s", slot, error)  # the next five minutes look again


def do_alert_clock(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    tick(place.store, place.ledger, slot=slot, at=now())


def alert_postponed(place: Workplace, slot: str, error: str) -> None:
    log.warning("The clock of alert %s was not kept: %s", slot, error)
    postpone(place.store, slot=slot, at=now())


def do_take_dropped(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    take_dropped(place, at=now())


def take_dropped_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The drop folder was not emptied at %s: %s", slot, error)  # the next look takes what lies there


def drill_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The restore drill of %s was not done: %s", slot, error)  # an alert says so too


def do_stress(place: Workplace, test: str, alive: Callable[[], bool]) -> None:
    carry_out(place, test, alive)


def stress_failed(place: Workplace, test: str, error: str) -> None:
    fail_stress_test(place.store, place.ledger, test=test, error=error, at=now())


def do_stress_slot(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    run_slot(place.store, place.ledger, slot=slot, allow=allowing(place), at=now())


def stress_slot_failed(place: Workplace, slot: str, error: str) -> None:
    note_slot(place.store, schedule=slot.partition(" ")[0], said=error)


def do_look_at_permissions(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    look_at_permissions(place, at=now())


def look_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Permissions were not looked at in %s: %s", slot, error)  # the next look sees what this one did not


def do_access(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    do_access_watch(place)


def access_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Access was not looked after in %s: %s", slot, error)  # the next hour or day does what is due then


def do_access_alert(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    raise_access_alert(place, slot, at=now())


def do_access_drill(place: Workplace, drill: str, alive: Callable[[], bool]) -> None:
    perform_drill(place, drill, alive=alive)


def access_drill_failed(place: Workplace, drill: str, error: str) -> None:
    fail_drill(place.store, drill=drill, error=error, at=now())


def do_weekly_drill(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    begin_weekly(place, at=now())


def weekly_drill_failed(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The drill of access of %s was not begun: %s", slot, error)  # one that is under way says the same
