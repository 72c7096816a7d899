"""Every kind of job: how it is done, and how those who wait for it learn that it cannot be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.access_alerts import note_unraised
from app.backups import DRILL_JOB, run_drill
from app.composition import Workplace
from app.data_keeping import (
    note_unlooked,
    note_unremoved,
    note_unsealed,
    note_what_came,
    remove_what_is_due,
    seal_what_lies_open,
)
from app.drop import DROP_JOB
from app.production import (
    compare_versions,
    consider_production,
    note_uncompared,
    note_unconsidered,
    note_unrehearsed,
    rehearse_production,
)
from app.registries.syncing import note_failure
from app.subjects import (
    REPLAY_JOB,
    erase_person,
    keep_request_clock,
    left_for_later,
    note_failed,
    replay,
    search_person,
)
from app.worker.doing import (
    access_drill_failed,
    access_failed,
    alert_postponed,
    anchor_failed,
    check_failed,
    digest_failed,
    do_access,
    do_access_alert,
    do_access_drill,
    do_alert_clock,
    do_anchor,
    do_check,
    do_digest,
    do_escalate,
    do_expire,
    do_export,
    do_import,
    do_look,
    do_look_at_permissions,
    do_monitor,
    do_notify,
    do_plan_reviews,
    do_remove_events,
    do_scheduled_export,
    do_simulate,
    do_stress,
    do_stress_slot,
    do_take_dropped,
    do_validate,
    do_watch,
    do_weekly_drill,
    drill_failed,
    expire_failed,
    export_failed,
    import_failed,
    look_failed,
    monitor_failed,
    notify_failed,
    register_left,
    remove_events_failed,
    run_failed,
    scheduled_export_failed,
    simulation_failed,
    stress_failed,
    stress_slot_failed,
    take_dropped_failed,
    watch_failed,
    weekly_drill_failed,
)
from core.access.alerting import ACCESS_ALERT_JOB
from core.access.digests import DIGEST_JOB
from core.access.watching import ACCESS_JOB
from core.approval.service.noticing import NOTICE_JOB
from core.approval.simulation.service import SIMULATION_JOB
from core.assurance.drill.service import ACCESS_DRILL_JOB, WEEKLY_JOB
from core.assurance.permissions.service import PERMISSION_JOB
from core.compliance.service import COMPLIANCE_JOB
from core.improvement.comparisons.asking import COMPARISON_JOB
from core.improvement.reviews.planning import LAUNCH_JOB
from core.improvement.rollback.drills import REHEARSAL_JOB
from core.improvement.watching import INCIDENT_JOB
from core.inventory.importing.background import IMPORT_JOB
from core.inventory.importing.registry.syncing import REGISTRY_JOB
from core.ledger.anchors.service import ANCHOR_JOB
from core.monitoring.alerts.clock import ALERT_JOB
from core.monitoring.stress.scheduling import STRESS_CLOCK_JOB
from core.monitoring.stress.service import STRESS_JOB
from core.monitoring.vocabulary import MONITOR_JOB, ROLLBACK_JOB
from core.policy.events_kept import EVENTS_JOB
from core.privacy.classes.noting import NOTING_JOB
from core.privacy.retention.removing import RETENTION_JOB
from core.privacy.sensitive.sealing import SEALING_JOB
from core.privacy.subjects.steps import ERASURE_JOB, SEARCH_JOB
from core.privacy.subjects.taking import CLOCK_JOB
from core.register.escalating import ESCALATION_JOB
from core.reports.service import (
    EXPIRY_JOB,
    EXPORT_JOB,
    SCHEDULE_JOB,
)
from core.validation.runs import VALIDATION_JOB


@dataclass(frozen=True)
class Kind:
    """How one kind of job is done, and how those who wait for it learn that it cannot be."""

    do: Callable[[Workplace, str, Callable[[], bool]], None]
    give_up: Callable[[Workplace, str, str], None]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        VALIDATION_JOB: Kind(do_validate, run_failed),
        NOTICE_JOB: Kind(do_notify, notify_failed),
        EXPORT_JOB: Kind(do_export, export_failed),
        SCHEDULE_JOB: Kind(do_scheduled_export, scheduled_export_failed),
        EXPIRY_JOB: Kind(do_expire, expire_failed),
        DIGEST_JOB: Kind(do_digest, digest_failed),
        REGISTRY_JOB: Kind(do_look, note_failure),
        EVENTS_JOB: Kind(do_remove_events, remove_events_failed),
        NOTING_JOB: Kind(note_what_came, note_unlooked),
        RETENTION_JOB: Kind(remove_what_is_due, note_unremoved),
        SEALING_JOB: Kind(seal_what_lies_open, note_unsealed),
        ANCHOR_JOB: Kind(do_anchor, anchor_failed),
        ESCALATION_JOB: Kind(do_escalate, register_left),
        LAUNCH_JOB: Kind(do_plan_reviews, register_left),
        ALERT_JOB: Kind(do_alert_clock, alert_postponed),
        SIMULATION_JOB: Kind(do_simulate, simulation_failed),
        COMPLIANCE_JOB: Kind(do_check, check_failed),
        INCIDENT_JOB: Kind(do_watch, watch_failed),
        MONITOR_JOB: Kind(do_monitor, monitor_failed),
        ACCESS_DRILL_JOB: Kind(do_access_drill, access_drill_failed),
        WEEKLY_JOB: Kind(do_weekly_drill, weekly_drill_failed),
        PERMISSION_JOB: Kind(do_look_at_permissions, look_failed),
        IMPORT_JOB: Kind(do_import, import_failed),
        DROP_JOB: Kind(do_take_dropped, take_dropped_failed),
        ROLLBACK_JOB: Kind(consider_production, note_unconsidered),
        DRILL_JOB: Kind(run_drill, drill_failed),
        REHEARSAL_JOB: Kind(rehearse_production, note_unrehearsed),
        COMPARISON_JOB: Kind(compare_versions, note_uncompared),
        STRESS_JOB: Kind(do_stress, stress_failed),
        STRESS_CLOCK_JOB: Kind(do_stress_slot, stress_slot_failed),
        ACCESS_JOB: Kind(do_access, access_failed),
        ACCESS_ALERT_JOB: Kind(do_access_alert, note_unraised),
        SEARCH_JOB: Kind(search_person, note_failed),
        ERASURE_JOB: Kind(erase_person, note_failed),
        CLOCK_JOB: Kind(keep_request_clock, left_for_later),
        REPLAY_JOB: Kind(replay, left_for_later),
    }
)
