"""Does the background work: takes a job under a lease, performs it, settles it. See `app.working` for who calls it."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError

from app.access_alerts import note_unraised, raise_access_alert
from app.access_watch import do_access_watch
from app.alerting.jobs import note_done_job, note_failed_job
from app.anchoring.due import queue_checkpoint
from app.assurance.drilling import begin_weekly, perform_drill
from app.assurance.watching import look_at_permissions
from app.backups import DRILL_JOB, run_drill
from app.compliance import run_due
from app.composition import Workplace, now
from app.data_keeping import note_unlooked, note_unremoved, note_what_came, remove_what_is_due
from app.delivery.outbox import deliver_once
from app.digest import send_digest
from app.drop import DROP_JOB, take_dropped
from app.production import (
    compare_versions,
    consider_production,
    note_uncompared,
    note_unconsidered,
    note_unrehearsed,
    rehearse_production,
)
from app.registries.syncing import look_now, note_failure
from app.stress.running import allowing, carry_out
from app.subjects import (
    REPLAY_JOB,
    erase_person,
    keep_request_clock,
    left_for_later,
    note_failed,
    replay,
    search_person,
)
from core.access.alerting import ACCESS_ALERT_JOB
from core.access.digests import DIGEST_JOB
from core.access.watching import ACCESS_JOB
from core.approval.service.noticing import NOTICE_JOB, notify_waiting
from core.approval.simulation.service import SIMULATION_JOB, fail_simulation, perform_simulation
from core.assurance.drill.service import ACCESS_DRILL_JOB, WEEKLY_JOB, fail_drill
from core.assurance.permissions.service import PERMISSION_JOB
from core.compliance.service import COMPLIANCE_JOB
from core.errors import GovernanceError
from core.improvement.comparisons.asking import COMPARISON_JOB
from core.improvement.reviews.planning import LAUNCH_JOB, plan_post_launch
from core.improvement.rollback.drills import REHEARSAL_JOB
from core.improvement.watching import INCIDENT_JOB, watch
from core.inventory.importing.background import IMPORT_JOB, fail_import, perform_import
from core.inventory.importing.registry.syncing import REGISTRY_JOB
from core.jobs.service import EVERY_KIND, GAVE_UP, LEASE, Lane, Lease, extend, finish, take
from core.ledger.anchors.service import ANCHOR_JOB
from core.monitoring.alerts.clock import ALERT_JOB, postpone, tick
from core.monitoring.checks.service import fail_monitor, perform_monitor
from core.monitoring.stress.filing import fail_stress_test
from core.monitoring.stress.scheduling import STRESS_CLOCK_JOB, note_slot, run_slot
from core.monitoring.stress.service import STRESS_JOB
from core.monitoring.vocabulary import MONITOR_JOB, ROLLBACK_JOB
from core.policy.events_kept import EVENTS_JOB, remove_past_events
from core.privacy.classes.noting import NOTING_JOB
from core.privacy.retention.removing import RETENTION_JOB
from core.privacy.subjects.steps import ERASURE_JOB, SEARCH_JOB
from core.privacy.subjects.taking import CLOCK_JOB
from core.register.escalating import ESCALATION_JOB, escalate_overdue
from core.reports.service import (
    EXPIRY_JOB,
    EXPORT_JOB,
    SCHEDULE_JOB,
    build_export,
    expire_exports,
    fail_export,
    note_schedule_failure,
    run_schedule,
)
from core.store import FULL, disk_is_full
from core.validation.runs import VALIDATION_JOB, fail_run, perform

UNKNOWN = "This version of Countersign does no work of this kind."
INTERNAL = "An internal error; the server's log has the details."
log = logging.getLogger("countersign.worker")


@dataclass(frozen=True)
class Kind:
    """How one kind of job is done, and how those who wait for it learn that it cannot be."""

    do: Callable[[Workplace, str, Callable[[], bool]], None]
    give_up: Callable[[Workplace, str, str], None]


def _validate(place: Workplace, run: str, alive: Callable[[], bool]) -> None:
    perform(place.store, place.ledger, place.files, run=run, clock=now, alive=alive)


def _fail_run(place: Workplace, run: str, error: str) -> None:
    fail_run(place.store, place.ledger, run=run, error=error, at=now())


def _export(place: Workplace, export: str, alive: Callable[[], bool]) -> None:
    build_export(place.store, place.ledger, place.exports, place.keys, export=export, clock=now, alive=alive)


def _fail_export(place: Workplace, export: str, error: str) -> None:
    fail_export(place.store, export=export, error=error[:1000])


def _scheduled_export(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    run_schedule(place.store, place.ledger, slot=slot, at=now())


def _fail_scheduled_export(place: Workplace, slot: str, error: str) -> None:
    note_schedule_failure(place.store, slot=slot, error=error)


def _expire(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    expire_exports(place.store, place.ledger, place.exports, at=now())


def _fail_expire(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Expired exports of %s were not removed: %s", slot, error)  # the next hour removes them


def _digest(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    send_digest(place, slot, at=now())


def _fail_digest(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Digest %s was not sent: %s", slot, error)  # tomorrow's holds the same and more


def _look(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    look_now(place, slot, at=now())


def _escalate(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    escalate_overdue(place.store, place.ledger, at=now())


def _plan_reviews(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    plan_post_launch(place.store, place.ledger, at=now())


def _left_for_later(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The register was not looked after in %s: %s", slot, error)  # the next hour does what is due then


def _notify(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    notify_waiting(place.store, place.ledger, at=now())


def _fail_notify(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Notices of %s were not stored: %s", slot, error)  # the next hour stores what is due then


def _anchor(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    queue_checkpoint(place, slot, at=now())


def _fail_anchor(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The checkpoint of %s was not queued: %s", slot, error)  # the next slot queues it


def _simulate(place: Workplace, simulation: str, alive: Callable[[], bool]) -> None:
    perform_simulation(place.store, place.ledger, simulation=simulation, clock=now, alive=alive)


def _fail_simulation(place: Workplace, simulation: str, error: str) -> None:
    fail_simulation(place.store, simulation=simulation, error=error)


def _check(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    run_due(place, at=now())


def _fail_check(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Compliance checks of %s were not run: %s", slot, error)  # the next hour runs what is due then


def _import(place: Workplace, job: str, alive: Callable[[], bool]) -> None:
    perform_import(place.store, place.ledger, place.imports, job=job, clock=now, alive=alive)


def _fail_import(place: Workplace, job: str, error: str) -> None:
    fail_import(place.store, place.imports, job=job, error=error, at=now())


def _monitor(place: Workplace, slot: str, alive: Callable[[], bool]) -> None:
    perform_monitor(place.store, place.ledger, place.files, slot=slot, clock=now, alive=alive)


def _fail_monitor(place: Workplace, slot: str, error: str) -> None:
    fail_monitor(place.store, place.ledger, slot=slot, error=error, at=now())


def _remove_events(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    remove_past_events(place.store, place.ledger, place.events, at=now())


def _fail_remove_events(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Events past their time were not removed on %s: %s", slot, error)  # the next day removes them


def _watch(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    watch(place.store, place.ledger, at=now())


def _fail_watch(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Clocks and actions of %s were not looked at: %s", slot, error)  # the next five minutes look again


def _alert_clock(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    tick(place.store, place.ledger, slot=slot, at=now())


def _postpone_alert(place: Workplace, slot: str, error: str) -> None:
    log.warning("The clock of alert %s was not kept: %s", slot, error)
    postpone(place.store, slot=slot, at=now())


def _take_dropped(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    take_dropped(place, at=now())


def _fail_take_dropped(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The drop folder was not emptied at %s: %s", slot, error)  # the next look takes what lies there


def _fail_drill(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The restore drill of %s was not done: %s", slot, error)  # an alert says so too


def _stress(place: Workplace, test: str, alive: Callable[[], bool]) -> None:
    carry_out(place, test, alive)


def _fail_stress(place: Workplace, test: str, error: str) -> None:
    fail_stress_test(place.store, place.ledger, test=test, error=error, at=now())


def _stress_slot(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    run_slot(place.store, place.ledger, slot=slot, allow=allowing(place), at=now())


def _fail_stress_slot(place: Workplace, slot: str, error: str) -> None:
    note_slot(place.store, schedule=slot.partition(" ")[0], said=error)


def _look_at_permissions(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    look_at_permissions(place, at=now())


def _fail_look(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Permissions were not looked at in %s: %s", slot, error)  # the next look sees what this one did not


def _access(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    do_access_watch(place)


def _fail_access(_place: Workplace, slot: str, error: str) -> None:
    log.warning("Access was not looked after in %s: %s", slot, error)  # the next hour or day does what is due then


def _access_alert(place: Workplace, slot: str, _alive: Callable[[], bool]) -> None:
    raise_access_alert(place, slot, at=now())


def _access_drill(place: Workplace, drill: str, alive: Callable[[], bool]) -> None:
    perform_drill(place, drill, alive=alive)


def _fail_access_drill(place: Workplace, drill: str, error: str) -> None:
    fail_drill(place.store, drill=drill, error=error, at=now())


def _weekly_drill(place: Workplace, _slot: str, _alive: Callable[[], bool]) -> None:
    begin_weekly(place, at=now())


def _fail_weekly_drill(_place: Workplace, slot: str, error: str) -> None:
    log.warning("The drill of access of %s was not begun: %s", slot, error)  # one that is under way says the same


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        VALIDATION_JOB: Kind(_validate, _fail_run),
        NOTICE_JOB: Kind(_notify, _fail_notify),
        EXPORT_JOB: Kind(_export, _fail_export),
        SCHEDULE_JOB: Kind(_scheduled_export, _fail_scheduled_export),
        EXPIRY_JOB: Kind(_expire, _fail_expire),
        DIGEST_JOB: Kind(_digest, _fail_digest),
        REGISTRY_JOB: Kind(_look, note_failure),
        EVENTS_JOB: Kind(_remove_events, _fail_remove_events),
        NOTING_JOB: Kind(note_what_came, note_unlooked),
        RETENTION_JOB: Kind(remove_what_is_due, note_unremoved),
        ANCHOR_JOB: Kind(_anchor, _fail_anchor),
        ESCALATION_JOB: Kind(_escalate, _left_for_later),
        LAUNCH_JOB: Kind(_plan_reviews, _left_for_later),
        ALERT_JOB: Kind(_alert_clock, _postpone_alert),
        SIMULATION_JOB: Kind(_simulate, _fail_simulation),
        COMPLIANCE_JOB: Kind(_check, _fail_check),
        INCIDENT_JOB: Kind(_watch, _fail_watch),
        MONITOR_JOB: Kind(_monitor, _fail_monitor),
        ACCESS_DRILL_JOB: Kind(_access_drill, _fail_access_drill),
        WEEKLY_JOB: Kind(_weekly_drill, _fail_weekly_drill),
        PERMISSION_JOB: Kind(_look_at_permissions, _fail_look),
        IMPORT_JOB: Kind(_import, _fail_import),
        DROP_JOB: Kind(_take_dropped, _fail_take_dropped),
        ROLLBACK_JOB: Kind(consider_production, note_unconsidered),
        DRILL_JOB: Kind(run_drill, _fail_drill),
        REHEARSAL_JOB: Kind(rehearse_production, note_unrehearsed),
        COMPARISON_JOB: Kind(compare_versions, note_uncompared),
        STRESS_JOB: Kind(_stress, _fail_stress),
        STRESS_CLOCK_JOB: Kind(_stress_slot, _fail_stress_slot),
        ACCESS_JOB: Kind(_access, _fail_access),
        ACCESS_ALERT_JOB: Kind(_access_alert, note_unraised),
        SEARCH_JOB: Kind(search_person, note_failed),
        ERASURE_JOB: Kind(erase_person, note_failed),
        CLOCK_JOB: Kind(keep_request_clock, left_for_later),
        REPLAY_JOB: Kind(replay, left_for_later),
    }
)


LONG = frozenset({STRESS_JOB, ACCESS_DRILL_JOB, SEARCH_JOB, ERASURE_JOB})
SHORT_LANE, LONG_LANE = Lane(LONG), Lane(LONG, others=False)


def work_once(
    place: Workplace, *, lane: Lane = EVERY_KIND, busy: Callable[[str, str], None] = lambda _kind, _slot: None
) -> bool:
    """Take one job and do it, or send one message; False when nothing waits. `busy` is told what is being done."""
    lease = take(place.store, lane=lane, at=now())
    if lease is None:
        return lane.others and deliver_once(place, at=now())
    busy(lease.kind, lease.slot)
    error = UNKNOWN if lease.kind not in KINDS else GAVE_UP if lease.given_up else _done(place, lease)
    told = lease.kind in KINDS and (lease.given_up or extend(place.store, lease, at=now()))  # else another has it now
    if error and told:
        KINDS[lease.kind].give_up(place, lease.slot, error)
    finish(place.store, lease, at=now(), error=error)
    if error in (GAVE_UP, INTERNAL, FULL):
        note_failed_job(place, lease.kind, lease.slot, error, at=now())
    elif not error:
        note_done_job(place, lease.kind, at=now())
    if lane.others:
        deliver_once(place, at=now())  # a long queue of jobs does not hold back what alerts have to tell
    return True


@contextmanager
def held(place: Workplace, lease: Lease, *, every: timedelta = LEASE / 4) -> Iterator[None]:
    """Extend the lease while the block works, so that no other worker takes up a job that only takes long."""
    ended = threading.Event()

    def hold() -> None:
        while not ended.wait(every.total_seconds()):
            try:
                if not extend(place.store, lease, at=now()):
                    return  # another worker has it by now; the job's own `alive` says so too
            except SQLAlchemyError:  # a store that is away for a moment: the next beat tries again
                log.warning("The lease of %s %s was not extended", lease.kind, lease.slot)

    keeper = threading.Thread(target=hold, name="countersign-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _done(place: Workplace, lease: Lease) -> str:
    """Do the job; what it came to in words when it came to nothing."""
    try:
        with held(place, lease):
            KINDS[lease.kind].do(place, lease.slot, lambda: extend(place.store, lease, at=now()))
    except GovernanceError as refused:
        return str(refused)
    except Exception as error:  # a job must not end the worker; the lease's row says what happened
        log.exception("Job %s %s failed", lease.kind, lease.slot)
        return FULL if disk_is_full(error) else INTERNAL
    return ""
