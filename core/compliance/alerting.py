"""Raises an alert where a check deviates or fails, and notes when it holds again: one a check, however many deviate."""

from collections.abc import Sequence
from datetime import datetime

from core.compliance.catalogue import CheckText
from core.compliance.reconciling import Reconciled, open_subjects
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.store import Transaction

MOST = 20  # deviations that an alert is linked with, and that its words name


def alert_of(tx: Transaction, ledger: Ledger, run: str, done: Sequence[Reconciled], *, at: datetime) -> None:
    """Raise what deviates anew and settle what holds again; after the run's own entry."""
    for one in done:
        key = f"deviation {one.text.key}"
        if one.opened:
            raise_alert(tx, ledger, _signal(key, run, one), at=at)
        elif one.closed and not open_subjects(tx.session, one.text.key):
            settle_alert(tx, ledger, key, said=f"The check holds again in run {run}.", at=at)


def alert_of_failed(
    tx: Transaction, ledger: Ledger, run: str, said: Sequence[tuple[CheckText, str | None]], *, at: datetime
) -> None:
    """Raise an alert for each check that could not be computed, and settle those that could; None where it could."""
    for text, why in said:
        key = f"compliance check {text.key}"
        if why is None:
            settle_alert(tx, ledger, key, said=f"The check was computed in run {run}.", at=at)
        else:
            title = f"The check “{text.title}” could not be computed"
            raise_alert(
                tx, ledger, Signal(AlertKind.CHECK_FAILED, key, text.severity, title, f"Run {run}: {why}"), at=at
            )


def _signal(key: str, run: str, one: Reconciled) -> Signal:
    count = len(one.opened)
    named = ", ".join(f"{row.number}{f' of {row.model}' if row.model else ''}" for row in one.opened[:MOST])
    more = f" and {count - MOST} more" if count > MOST else ""
    models = {row.model for row in one.opened}
    return Signal(
        kind=AlertKind.DEVIATION,
        key=key,
        severity=one.text.severity,
        title=f"{one.text.title}: {count} deviation{'s' if count > 1 else ''} found",
        detail=f"Run {run} opened {named}{more}.",
        model=models.pop() if len(models) == 1 else "",
        about=tuple(Ref(RecordKind.DEVIATION, row.number) for row in one.opened[:MOST]),
    )
