"""A job that fails is an alert of its own: one for each kind of work, gone when that kind succeeds again."""

import logging
from datetime import datetime

from app.composition import Workplace
from core.errors import GovernanceError
from core.monitoring.alerts.raising import AlertKind, Signal, open_alert, raise_alert, settle_alert
from core.policy.alerting.rules import Severity

log = logging.getLogger("countersign.alerting")


def note_failed_job(place: Workplace, kind: str, slot: str, error: str, *, at: datetime) -> None:
    """Raise the alert of this kind of work; what the job itself refused is told by the job and not here."""
    signal = Signal(
        AlertKind.CHECK_FAILED, _key(kind), Severity.HIGH, f"The work “{kind}” fails in the background",
        f"Slot {slot[:200]}: {error}",
    )  # fmt: skip
    try:
        with place.store.transaction() as tx:
            raise_alert(tx, place.ledger, signal, at=at)
    except GovernanceError as refused:  # a ledger that is held takes no entry; the log says it at least
        log.error("No alert was raised for the job %s: %s", kind, refused)


def note_done_job(place: Workplace, kind: str, *, at: datetime) -> None:
    """Note that this kind of work succeeds again, where an alert says that it failed."""
    with place.store.reading() as session:
        standing = open_alert(session, _key(kind))
    if standing is None or standing.recovered_at is not None:
        return
    with place.store.transaction() as tx:
        settle_alert(tx, place.ledger, _key(kind), said="The same kind of work was done again.", at=at)


def _key(kind: str) -> str:
    return f"job {kind}"
