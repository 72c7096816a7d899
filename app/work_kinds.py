"""Kinds of background work in the words of the schedule: what each does, when it is due, and when next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from app.backups import DRILL_JOB
from app.drop import DROP_JOB
from app.settings import Settings
from app.subjects import REPLAY_JOB
from core.access.alerting import ACCESS_ALERT_JOB
from core.access.digests import DIGEST_JOB
from core.access.watching import ACCESS_JOB
from core.approval.service.noticing import NOTICE_JOB
from core.approval.simulation.service import SIMULATION_JOB
from core.assurance.drill.service import ACCESS_DRILL_JOB, WEEKLY_JOB
from core.assurance.permissions.service import PERMISSION_JOB
from core.backup.drilling import DAY, HOUR
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
from core.reports.service import EXPIRY_JOB, EXPORT_JOB, SCHEDULE_JOB
from core.store.types import EPOCH
from core.validation.runs import VALIDATION_JOB

Next = Callable[[Settings, datetime], datetime | None]


def _no_clock(_settings: Settings, _at: datetime) -> datetime | None:
    return None


def _next_hour(_settings: Settings, at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _next_day(_settings: Settings, at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _next_look(settings: Settings, at: datetime) -> datetime | None:
    every = settings.mlflow_sync
    if every is None or not settings.mlflow_servers:
        return None
    return EPOCH + every * ((at - EPOCH) // every + 1)


def _next_drill(_settings: Settings, at: datetime) -> datetime:
    sunday = _next_day(_settings, at).replace(hour=HOUR)
    return sunday + timedelta(days=(DAY - sunday.weekday()) % 7)


@dataclass(frozen=True)
class WorkKind:
    """A kind in words; `elsewhere`: each job belongs to a record, on whose page it is asked for anew."""

    title: str
    due: str
    next_at: Next = _no_clock
    elsewhere: bool = False


ASKED = "when somebody asks"
KINDS_IN_WORDS: Mapping[str, WorkKind] = MappingProxyType(
    {
        MONITOR_JOB: WorkKind("Checks of production data", "when data arrive, and every hour", _next_hour),
        ROLLBACK_JOB: WorkKind("Conditions of rollback", "after each chunk that was checked"),
        ALERT_JOB: WorkKind("Escalation, snoozes and digests of alerts", "every minute with open alerts"),
        INCIDENT_JOB: WorkKind("Clocks of incidents and actions", "every hour with open ones", _next_hour),
        DROP_JOB: WorkKind("Files that were dropped", "every minute, where a folder is named"),
        DRILL_JOB: WorkKind("Restore drill", "every Sunday", _next_drill),
        REHEARSAL_JOB: WorkKind("Rehearsals of the way back", "every day", _next_day),
        STRESS_CLOCK_JOB: WorkKind("Stress tests that are due", "as their schedules say"),
        STRESS_JOB: WorkKind("Stress tests", ASKED, elsewhere=True),
        COMPARISON_JOB: WorkKind("Comparisons with a challenger", ASKED, elsewhere=True),
        COMPLIANCE_JOB: WorkKind("Compliance checks", "every hour in which one is due", _next_hour),
        NOTICE_JOB: WorkKind("Notices of reviews that wait", "every hour with open changes", _next_hour),
        DIGEST_JOB: WorkKind("Digests of My work", "every day for those who want one", _next_day),
        REGISTRY_JOB: WorkKind("Looks at MLflow servers", "by the setting", _next_look),
        ANCHOR_JOB: WorkKind("Checkpoints to places outside", "as each place says"),
        EVENTS_JOB: WorkKind("Removal of events past their time", "every day", _next_day),
        RETENTION_JOB: WorkKind("Removal of data past their time", "every day", _next_day),
        SEALING_JOB: WorkKind("Sealing of files with sensitive attributes", "every day", _next_day),
        NOTING_JOB: WorkKind("Looks at the columns of what came", "every hour with some", _next_hour),
        SCHEDULE_JOB: WorkKind("Exports on a schedule", "as their schedules say"),
        EXPIRY_JOB: WorkKind("Removal of expired exports", "every hour with some", _next_hour),
        VALIDATION_JOB: WorkKind("Validations", ASKED, elsewhere=True),
        EXPORT_JOB: WorkKind("Exports", ASKED, elsewhere=True),
        SIMULATION_JOB: WorkKind("Simulations of a policy", ASKED, elsewhere=True),
        SEARCH_JOB: WorkKind("Searches for a person", ASKED, elsewhere=True),
        ERASURE_JOB: WorkKind("Erasures of a person", "when a second person confirms", elsewhere=True),
        CLOCK_JOB: WorkKind("Clocks of subject requests", "every 15 minutes with an overdue one"),
        REPLAY_JOB: WorkKind("Erasures carried out again", "after a backup was restored"),
        IMPORT_JOB: WorkKind("Imports", ASKED, elsewhere=True),
        ESCALATION_JOB: WorkKind("Escalation of overdue findings", "every hour with an overdue one", _next_hour),
        LAUNCH_JOB: WorkKind("Reviews planned after a launch", "every hour with a launch"),
        PERMISSION_JOB: WorkKind(
            "Permissions against the ledger",
            "every half minute, kept every 10 minutes",
        ),
        ACCESS_JOB: WorkKind("Reviews of access, dormant accounts", "every day", _next_day),
        ACCESS_ALERT_JOB: WorkKind("Alerts about access", "when break-glass opens or rights change"),
        ACCESS_DRILL_JOB: WorkKind("Drills of access", ASKED, elsewhere=True),
        WEEKLY_JOB: WorkKind("Drills of access by the clock", "every week"),
    }
)
ELSEWHERE = frozenset(kind for kind, one in KINDS_IN_WORDS.items() if one.elsewhere)


def kind_in_words(kind: str) -> WorkKind:
    """The kind in words; one of another version of the product, which has none here, goes by its name."""
    return KINDS_IN_WORDS.get(kind, WorkKind(f"{kind[:1].upper()}{kind[1:]}", "–"))
