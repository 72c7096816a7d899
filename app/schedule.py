"""What is due by the clock: every kind of scheduled work is queued once for each of its slots."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.access_watch import due_access
from app.anchoring.due import due_checkpoints
from app.assurance.drilling import due_drills
from app.assurance.watching import due_permission_looks
from app.backups import DRILL_JOB, due_restore_drills
from app.compliance import due_compliance
from app.composition import Workplace
from app.data_keeping import due_notings, due_retention, due_sealing
from app.digest import due_digests
from app.drop import DROP_JOB, due_drops
from app.event_retention import due_removals
from app.incidents import due_watches
from app.notices import due_notices
from app.register_schedule import due_escalations, due_launches
from app.registries.syncing import due_looks
from app.subjects import REPLAY_JOB, due_clocks, due_replays
from core.access.digests import DIGEST_JOB
from core.access.watching import ACCESS_JOB
from core.approval.service.noticing import NOTICE_JOB
from core.assurance.drill.service import WEEKLY_JOB
from core.assurance.permissions.service import PERMISSION_JOB
from core.compliance.service import COMPLIANCE_JOB
from core.improvement.reviews.planning import LAUNCH_JOB
from core.improvement.rollback.drills import REHEARSAL_JOB, due_rehearsals
from core.improvement.watching import INCIDENT_JOB
from core.inventory.importing.registry.syncing import REGISTRY_JOB
from core.jobs.service import enqueue
from core.ledger.anchors.service import ANCHOR_JOB
from core.monitoring.alerts.clock import ALERT_JOB, due_alerts
from core.monitoring.checks.service import due_by_clock
from core.monitoring.stress.scheduling import STRESS_CLOCK_JOB, due_stress_tests
from core.monitoring.vocabulary import MONITOR_JOB
from core.policy.events_kept import EVENTS_JOB
from core.privacy.classes.noting import NOTING_JOB
from core.privacy.retention.removing import RETENTION_JOB
from core.privacy.sensitive.sealing import SEALING_JOB
from core.privacy.subjects.taking import CLOCK_JOB
from core.register.escalating import ESCALATION_JOB
from core.reports.service import EXPIRY_JOB, SCHEDULE_JOB, due_schedules, expiries_due

LOOKS_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Scheduled:
    """A kind of work and the slots that are due at a moment, for example `P0007 2026-11-26`.

    A slot that was queued before is not queued again, so a kind may name the same slot at every look.
    """

    kind: str
    slots: Callable[[Workplace, datetime], Iterable[str]]


def _due_exports(place: Workplace, at: datetime) -> Iterable[str]:
    with place.store.reading() as session:
        return due_schedules(session, at=at)


def _due_removals(place: Workplace, at: datetime) -> Iterable[str]:
    with place.store.reading() as session:
        return expiries_due(session, at=at)


def _due_alerts(place: Workplace, at: datetime) -> Iterable[str]:
    with place.store.reading() as session:
        return due_alerts(session, at=at)


def _due_stress_tests(place: Workplace, at: datetime) -> Iterable[str]:
    with place.store.reading() as session:
        return tuple(due_stress_tests(session, at=at))


def _due_monitors(place: Workplace, at: datetime) -> Iterable[str]:
    with place.store.reading() as session:
        return due_by_clock(session, at=at)


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled(DIGEST_JOB, due_digests),
    Scheduled(REGISTRY_JOB, due_looks),
    Scheduled(NOTICE_JOB, due_notices),
    Scheduled(EVENTS_JOB, due_removals),
    Scheduled(SCHEDULE_JOB, _due_exports),
    Scheduled(NOTING_JOB, due_notings),
    Scheduled(RETENTION_JOB, due_retention),
    Scheduled(SEALING_JOB, due_sealing),
    Scheduled(EXPIRY_JOB, _due_removals),
    Scheduled(COMPLIANCE_JOB, due_compliance),
    Scheduled(ESCALATION_JOB, due_escalations),
    Scheduled(LAUNCH_JOB, due_launches),
    Scheduled(ANCHOR_JOB, due_checkpoints),
    Scheduled(STRESS_CLOCK_JOB, _due_stress_tests),
    Scheduled(INCIDENT_JOB, due_watches),
    Scheduled(MONITOR_JOB, _due_monitors),
    Scheduled(ALERT_JOB, _due_alerts),
    Scheduled(DROP_JOB, due_drops),
    Scheduled(PERMISSION_JOB, due_permission_looks),
    Scheduled(ACCESS_JOB, due_access),
    Scheduled(DRILL_JOB, due_restore_drills),
    Scheduled(CLOCK_JOB, due_clocks),
    Scheduled(REPLAY_JOB, due_replays),
    Scheduled(WEEKLY_JOB, due_drills),
    Scheduled(REHEARSAL_JOB, lambda _place, at: due_rehearsals(at)),
)


class Timetable:
    """Looks at the schedule every half minute, whoever asks it more often."""

    def __init__(self, schedule: tuple[Scheduled, ...] | None = None) -> None:
        self._schedule = SCHEDULE if schedule is None else schedule
        self._looks_next: datetime | None = None

    def queue_due(self, place: Workplace, *, at: datetime) -> None:
        """Queue what is due; does nothing within half a minute of the last look."""
        if self._looks_next is not None and at < self._looks_next <= at + LOOKS_EVERY:  # else the clock was set back
            return
        self._looks_next = at + LOOKS_EVERY
        for one in self._schedule:
            slots = list(one.slots(place, at))
            if slots:
                with place.store.transaction() as tx:
                    for slot in slots:
                        enqueue(tx, one.kind, slot, at=at)
