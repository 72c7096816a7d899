"""Tells people of a rollback that happened by itself or was held back: an incident, an alert, and the links between."""

from collections.abc import Sequence
from datetime import datetime

from core.access.rules import SYSTEM
from core.approval.rollout.facts import WayBack
from core.errors import Refusal
from core.improvement.incidents.containing import note_containment
from core.improvement.incidents.declaring import NewIncident, declare_within
from core.improvement.rollback.rules import Run
from core.improvement.rollback.tables import RollbackDecision
from core.ledger.service import Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import Transaction
from core.validation.rules import Severity

LINKED = 20  # chunks of a long row that a decision is linked with, the newest


def declare(tx: Transaction, ledger: Ledger, row: RollbackDecision, run: Run, back: WayBack, *, at: datetime) -> str:
    """Declare the incident from which the version is rolled back; its number."""
    here = Ref(RecordKind.ROLLBACK, row.number)
    _link_chunks(tx, here, run, at)
    new = NewIncident(
        title=_title(back),
        severity=run.severity,
        what=_what(row, run, back),
        model=back.model.number,
        versions=(back.facts.current or "",),
        environment=row.environment,
        about=(here,),
    )
    return declare_within(tx, ledger, new, actor=SYSTEM, at=at)


def tell_returned(
    tx: Transaction, ledger: Ledger, row: RollbackDecision, run: Run, back: WayBack, *, at: datetime
) -> str:
    """Note the rollback as what contained its incident, and raise the alert; its number."""
    here = Ref(RecordKind.ROLLBACK, row.number)
    note_containment(tx, ledger, row.incident, f"Decision {row.number}: {_title(back)}.", here, actor=SYSTEM, at=at)
    signal = Signal(
        kind=AlertKind.ROLLBACK,
        key=f"rollback {back.model.number} {row.environment}",
        severity=run.severity,
        title=_title(back),
        detail=_what(row, run, back),
        model=back.model.number,
        version=back.facts.current or "",
        environment=row.environment,
        about=(here, Ref(RecordKind.INCIDENT, row.incident)),
    )
    return raise_alert(tx, ledger, signal, at=at)


def _title(back: WayBack) -> str:
    return f"{back.model.number} v{back.facts.current} was rolled back to v{back.facts.former} by policy"


def _what(row: RollbackDecision, run: Run, back: WayBack) -> str:
    return (
        f"{run.said}, in {len(run.chunks)} chunks in a row: {', '.join(run.chunks[-LINKED:])}. Clause {row.clause} of "
        f"the policy asks for {row.needed}. v{back.facts.former} stands in {row.environment} again."
    )


def tell_held_back(
    tx: Transaction,
    ledger: Ledger,
    row: RollbackDecision,
    run: Run,
    back: WayBack,
    against: Sequence[Refusal],
    *,
    at: datetime,
) -> str:
    """Raise the alert that a person has to decide, with every reason; its number."""
    model, here = back.model.number, Ref(RecordKind.ROLLBACK, row.number)
    _link_chunks(tx, here, run, at)
    reasons = " ".join(str(reason) for reason in against)
    signal = Signal(
        kind=AlertKind.ROLLBACK,
        key=f"rollback {model} {row.environment}",
        severity=Severity.CRITICAL,
        title=f"{model} v{back.facts.current} was not rolled back although clause {row.clause} asks for it",
        detail=f"{run.said}, in {len(run.chunks)} chunks in a row. Held back: {reasons}",
        model=model,
        version=back.facts.current or "",
        environment=row.environment,
        about=(here,),
    )
    return raise_alert(tx, ledger, signal, at=at)


def _link_chunks(tx: Transaction, here: Ref, run: Run, at: datetime) -> None:
    for chunk in run.chunks[-LINKED:]:
        link(tx, Ref(RecordKind.CHUNK, chunk), here, by=SYSTEM.acting_as, at=at)
