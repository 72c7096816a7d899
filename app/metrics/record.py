"""What the store says of the installation as a whole, whichever process is asked: work, messages, ledger, people."""

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.composition import Workplace, now
from app.worker import KINDS
from core.access.queries import sign_ins
from core.jobs.outbox.queries import standing
from core.jobs.outbox.tables import Delivery
from core.jobs.queries import counts, oldest_open
from core.jobs.workers import Heard, workers
from core.ledger.head import read_head
from core.monitoring.alerts.counting import open_by_severity
from core.monitoring.checks.queries import state_counts

KEPT = timedelta(seconds=5)
OTHER = "other"  # a kind of job that this version does not know


class RecordFigures(Collector):
    """Reads the store at most once in five seconds, however many scrapers there are."""

    def __init__(self, place: Workplace) -> None:
        self._place, self._lock = place, threading.Lock()
        self._read: tuple[datetime, tuple[Metric, ...]] | None = None

    def collect(self) -> Iterable[Metric]:
        """The figures of now, or of a moment ago."""
        with self._lock:
            at = now()
            if self._read is None or at - self._read[0] > KEPT:
                self._read = (at, tuple(self._found(at)))
            return self._read[1]

    def _found(self, at: datetime) -> Iterator[Metric]:
        up = Gauge("countersign_store_up", "Whether the store answered", value=1)
        try:
            with self._place.store.reading() as session:
                found = [*jobs(session, at), *messages(session, at), *ledger(session, at), *people(session, at)]
                found += [*monitored(session)]
        except SQLAlchemyError:  # the scraper is to learn of it, and to get what the process knows
            up = Gauge("countersign_store_up", "Whether the store answered", value=0)
            found = []
        yield up
        yield from found


def jobs(session: Session, at: datetime) -> Iterator[Metric]:
    """Background work and who does it."""
    many = Gauge("countersign_jobs", "Jobs that are queued, running or failed", labels=("kind", "status"))
    totals: dict[tuple[str, str], int] = {}
    for (kind, status), number in counts(session).items():
        key = (_known(kind), status.value)
        totals[key] = totals.get(key, 0) + number
    for key, number in sorted(totals.items()):
        many.add_metric(key, number)
    yield many
    oldest = Gauge(
        "countersign_job_oldest_seconds", "Since when the oldest that waits or runs was queued", labels=("kind",)
    )
    for kind, since in sorted(oldest_open(session).items()):
        if kind in KINDS:
            oldest.add_metric((kind,), _age(since, at))
    yield oldest
    yield from _workers(workers(session), at)


def _workers(heard: tuple[Heard, ...], at: datetime) -> Iterator[Metric]:
    family = Gauge("countersign_workers", "Workers of the last day", labels=("role", "state"))
    states: dict[tuple[str, str], int] = {}
    for one in heard:
        state = "stopped" if one.stopped_at else "alive" if one.alive(at) else "silent"
        states[one.role.value, state] = states.get((one.role.value, state), 0) + 1
    for key, number in sorted(states.items()):
        family.add_metric(key, number)
    yield family
    if heard:
        newest = max(one.seen_at for one in heard)
        yield Gauge(
            "countersign_worker_heartbeat_age_seconds", "Since when no worker was heard of", value=_age(newest, at)
        )


def messages(session: Session, at: datetime) -> Iterator[Metric]:
    """The outbox: what waits and what was given up."""
    family = Gauge("countersign_outbox_messages", "Messages that have not left", labels=("channel", "status"))
    found = standing(session)
    for one in found:
        family.add_metric((one.channel.value, one.status.value), one.many)
    yield family
    waiting = [one.oldest for one in found if one.status is Delivery.WAITING]
    age = _age(min(waiting), at) if waiting else 0
    yield Gauge("countersign_outbox_oldest_seconds", "Since when the oldest message waits", value=age)


def ledger(session: Session, at: datetime) -> Iterator[Metric]:
    """Its size and the age of its newest checkpoint, which is signed with every commit."""
    head = read_head(session)
    yield Gauge("countersign_ledger_entries", "Entries of the ledger", value=head.pending.size)
    if head.pending.size:
        yield Gauge(
            "countersign_ledger_checkpoint_age_seconds", "Age of the newest checkpoint", value=_age(head.last_at, at)
        )


def people(session: Session, at: datetime) -> Iterator[Metric]:
    """Sign-ins, as counts."""
    found = sign_ins(session, at=at)
    yield Counter("countersign_sign_ins", "Sign-ins that succeeded", value=found.total)
    yield Gauge("countersign_sign_in_failures", "Failed attempts that count towards a lockout", value=found.failures)
    yield Gauge("countersign_sessions_open", "People signed in", value=found.open)


def monitored(session: Session) -> Iterator[Metric]:
    """Alerts that are open, and models in production by the state of their monitoring."""
    alerts = Gauge("countersign_alerts_open", "Alerts that nobody has closed", labels=("severity",))
    for severity, number in open_by_severity(session).items():
        alerts.add_metric((severity.value,), number)
    yield alerts
    models = Gauge(
        "countersign_models_monitored", "Models in production by the state of their monitoring", labels=("state",)
    )
    for state, number in state_counts(session).items():
        models.add_metric((state.value,), number)
    yield models


def _known(kind: str) -> str:
    return kind if kind in KINDS else OTHER


def _age(since: datetime, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds())
