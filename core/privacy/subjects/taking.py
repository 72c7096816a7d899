"""Hands out the copy for a person, and clears away what has expired or was left by a crash."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor
from core.errors import Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.privacy.subjects.filing import facts_of, load_request
from core.privacy.subjects.places import Places
from core.privacy.subjects.queries import STANDING
from core.privacy.subjects.rules import download_refusals
from core.privacy.subjects.sealing import RequestKeys
from core.privacy.subjects.steps import alert_key
from core.privacy.subjects.tables import SubjectRequest
from core.store import Store
from core.validation.rules import Severity

CLOCK_JOB = "subject request clock"


@dataclass(frozen=True)
class Package:
    """The copy in the clear, which is kept nowhere, and what it is called."""

    filename: str
    content: bytes


def take_package(store: Store, ledger: Ledger, places: Places, *, request: str, actor: Actor, at: datetime) -> Package:
    """The copy for the person; who took it is on record. Raises `Refused`, `NotFound`."""
    entity = Entity("subject_request", request)
    with deciding(store, ledger, "take a copy for a person", entity=entity, actor=actor, at=at) as tx:
        row = load_request(tx.session, request, lock=True)
        reasons = download_refusals(facts_of(tx.session, row, at=at), actor, row.package_expires_at, at)
        if reasons:
            raise Refused(reasons)
        sealed = places.exports.path(row.package).read_bytes()
        content = RequestKeys(ledger.keyring.folder).unseal(request, sealed)
        row.taken_at, row.revision = at, row.revision + 1
        tx.session.add(row)
        ledger.record(
            tx, Event.SUBJECT_REQUEST_TAKEN, entity=entity, actor=actor, at=at, payload={"digest": row.package}
        )
    return Package(f"{request}.zip", content)


def due_for_clock(session: Session, *, at: datetime) -> bool:
    """Whether a request is overdue of which nobody was told, or something has expired or was left behind."""
    return bool(_overdue(session, at)) or bool(_expired(session, at))


def keep_clock(store: Store, ledger: Ledger, places: Places, *, at: datetime) -> int:
    """Raise an alert for each overdue request, once, and clear away what has expired; how many alerts."""
    with store.transaction() as tx:
        overdue = _overdue(tx.session, at)
        for row in overdue:
            row.overdue_at = at
            tx.session.add(row)
            entity = Entity("subject_request", row.number)
            payload = {"due": row.due_at.isoformat()}
            ledger.record(tx, Event.SUBJECT_REQUEST_OVERDUE, entity=entity, actor=SYSTEM, at=at, payload=payload)
            raise_alert(tx, ledger, _signal(row), at=at)
        expired = _expired(tx.session, at)
        digests = [row.package for row in expired]
        for row in expired:
            row.package, row.package_size = "", 0
            tx.session.add(row)
    for digest in digests:
        places.exports.remove(digest)
    for row in expired:
        if row.closed_at is not None:
            RequestKeys(ledger.keyring.folder).destroy(row.number)
    return len(overdue)


def _signal(row: SubjectRequest) -> Signal:
    return Signal(
        AlertKind.OVERDUE_ACTION,
        alert_key(row.number),
        Severity.HIGH,
        f"Request {row.number} for {row.kind.value} is overdue",
        f"{row.regime.value} gave until {row.due_at:%d %B %Y, %H:%M} UTC to answer.",
    )


def _overdue(session: Session, at: datetime) -> list[SubjectRequest]:
    query = select(SubjectRequest).where(
        col(SubjectRequest.status).in_(STANDING),
        col(SubjectRequest.due_at) < at,
        col(SubjectRequest.overdue_at).is_(None),
    )
    return list(session.exec(query.order_by(col(SubjectRequest.id))))


def _expired(session: Session, at: datetime) -> list[SubjectRequest]:
    """Requests whose copy has expired, or that are answered and still have one."""
    answered = col(SubjectRequest.status).not_in(STANDING)
    query = select(SubjectRequest).where(
        SubjectRequest.package != "", answered | (col(SubjectRequest.package_expires_at) <= at)
    )
    return list(session.exec(query))
