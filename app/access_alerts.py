"""Raises the alerts that access asks for: break-glass access, pairs that may not meet, grants nobody answered for."""

import logging
from datetime import datetime

from app.components.formats import moment
from app.composition import Workplace
from core.access.alerting import AccessAlert, parse_slot
from core.access.break_glass.queries import access
from core.access.grants import roles_of
from core.access.reviewing.queries import escalated_items
from core.access.rules import met
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.policy.alerting.rules import Severity
from core.store import Transaction

log = logging.getLogger("countersign.access")


def raise_access_alert(place: Workplace, slot: str, *, at: datetime) -> None:
    """Do the job of this slot; people are named by number, reasons stay on the page of the access."""
    kind, subject = parse_slot(slot)
    with place.store.transaction() as tx:
        if kind is AccessAlert.APART:
            settle_alert(tx, place.ledger, _toxic(subject), said="The roles no longer meet.", at=at)
            return
        signal = _signal(tx, kind, subject, at)
        if signal is not None:
            raise_alert(tx, place.ledger, signal, at=at)


def note_unraised(_place: Workplace, slot: str, error: str) -> None:
    """The worker raises an alert about the kind of work that failed; the log says which."""
    log.error("The alert of access %s was not raised: %s", slot, error)


def _signal(tx: Transaction, kind: AccessAlert, subject: str, at: datetime) -> Signal | None:
    match kind:
        case AccessAlert.BREAK_GLASS:
            row = access(tx.session, subject)
            title = f"{row.person} opened break-glass access {subject}"
            who = f"{row.person} ({row.roles})"
            said = f"{who} may read everything until {moment(row.ends_at)}. The reason is on its page."
            return Signal(AlertKind.ACCESS, f"break-glass {subject}", Severity.HIGH, title, said)
        case AccessAlert.NOT_SOUND:
            row = access(tx.session, subject)
            title = f"Break-glass access {subject} of {row.person} was not sound"
            said = f"{row.reviewed_by} found on review that it was not. The grounds are on its page."
            return Signal(AlertKind.ACCESS, f"break-glass not sound {subject}", Severity.CRITICAL, title, said)
        case AccessAlert.REVIEW_ESCALATED:
            items = escalated_items(tx.session, subject)
            named = ", ".join(f"{item.role} of {item.person}" for item in items)
            title = f"Access review {subject} closed with grants that nobody answered for"
            said = f"They stay in force, because without them nobody could manage people or review: {named}."
            return Signal(AlertKind.ACCESS, f"access review {subject}", Severity.HIGH, title, said)
        case _:
            pairs = met(roles_of(tx.session, subject, at=at))
            if not pairs:
                return None  # apart again by now
            title = f"The identity provider gives {subject} roles that may not meet"
            said = f"{'; '.join(pairs)}. Permissions are cut, so that the pair is harmless; end one of the groups."
            return Signal(AlertKind.ACCESS, _toxic(subject), Severity.HIGH, title, said)


def _toxic(person: str) -> str:
    return f"toxic pair {person}"
