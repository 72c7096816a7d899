"""The steps of a request: acknowledge, check who asks, extend, search, propose and confirm an erasure, answer."""

from collections.abc import Callable
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, Refusal, Refused
from core.jobs.service import enqueue
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger, Recorded
from core.monitoring.alerts.raising import settle_alert
from core.privacy.subjects import rules
from core.privacy.subjects.filing import facts_of, load_request
from core.privacy.subjects.places import Places
from core.privacy.subjects.rules import Ground, RequestFacts, RequestStatus
from core.privacy.subjects.sealing import RequestKeys
from core.privacy.subjects.tables import SubjectRequest
from core.store import Store, Transaction

SEARCH_JOB, ERASURE_JOB = "subject search", "subject erasure"
Asked = Callable[[RequestFacts], tuple[Refusal, ...]]
Change = Callable[[Transaction, SubjectRequest], dict[str, JsonValue]]


def acknowledge_request(store: Store, ledger: Ledger, *, request: str, actor: Actor, at: datetime) -> Recorded:
    """Put on record that the person was told of the receipt."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        row.acknowledged_at = at
        return {}

    asked: Asked = lambda facts: rules.acknowledge_refusals(facts, actor)  # noqa: E731
    return _step(store, ledger, Event.SUBJECT_REQUEST_ACKNOWLEDGED, request, asked, change, actor=actor, at=at)


def identify_requester(store: Store, ledger: Ledger, *, request: str, how: str, actor: Actor, at: datetime) -> Recorded:
    """Put on record how the identity of who asks was checked; `how` names the way, never a document's number."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        row.identity_how, row.identified_by, row.identified_at = how.strip(), actor.id, at
        return {"how": row.identity_how}

    asked: Asked = lambda facts: rules.identify_refusals(facts, actor, how)  # noqa: E731
    return _step(store, ledger, Event.SUBJECT_REQUEST_IDENTIFIED, request, asked, change, actor=actor, at=at)


def extend_request(store: Store, ledger: Ledger, *, request: str, reason: str, actor: Actor, at: datetime) -> Recorded:
    """Extend the time, once, by two months or 45 days; the person is told within the first term."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        row.extended_at, row.extension_reason = at, reason.strip()
        row.due_at = rules.due(row.regime, row.received_at, extended=True)
        return {"reason": row.extension_reason, "due": row.due_at.isoformat()}

    asked: Asked = lambda facts: rules.extend_refusals(facts, actor, reason, at)  # noqa: E731
    return _step(store, ledger, Event.SUBJECT_REQUEST_EXTENDED, request, asked, change, actor=actor, at=at)


def start_search(store: Store, ledger: Ledger, *, request: str, actor: Actor, at: datetime) -> None:
    """Have everything that is held searched in the background; what was found before is replaced."""
    entity = Entity("subject_request", request)
    with deciding(store, ledger, "search for a person", entity=entity, actor=actor, at=at) as tx:
        row = load_request(tx.session, request, lock=True)
        _refuse(rules.search_refusals(facts_of(tx.session, row, at=at), actor))
        row.searching, row.error, row.search_step, row.revision = True, "", "waits for a worker", row.revision + 1
        row.proposed_by = row.proposed_at = None  # whoever proposed had seen another result
        tx.session.add(row)
        enqueue(tx, SEARCH_JOB, f"{request} {row.revision}", at=at)


def propose_erasure(
    store: Store, ledger: Ledger, *, request: str, expected_revision: int, actor: Actor, at: datetime
) -> Recorded:
    """Propose to erase what was found, as it was read; a second person confirms."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        _unchanged(row, expected_revision)
        row.proposed_by, row.proposed_at = actor.id, at
        return {"hits": row.hits}

    asked: Asked = lambda facts: rules.propose_refusals(facts, actor)  # noqa: E731
    return _step(store, ledger, Event.SUBJECT_REQUEST_ERASURE_PROPOSED, request, asked, change, actor=actor, at=at)


def confirm_erasure(
    store: Store, ledger: Ledger, *, request: str, expected_revision: int, actor: Actor, at: datetime
) -> Recorded:
    """Confirm what another person proposed; the erasure is done in the background and cannot be taken back."""

    def change(tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        _unchanged(row, expected_revision)
        row.confirmed_by, row.confirmed_at, row.status, row.error = actor.id, at, RequestStatus.ERASING, ""
        enqueue(tx, ERASURE_JOB, f"{request} {row.revision}", at=at)
        return {"proposed_by": row.proposed_by or ""}

    asked: Asked = lambda facts: rules.confirm_refusals(facts, actor)  # noqa: E731
    return _step(store, ledger, Event.SUBJECT_REQUEST_ERASURE_CONFIRMED, request, asked, change, actor=actor, at=at)


def refuse_request(
    store: Store, ledger: Ledger, places: Places, *, request: str, ground: Ground, why: str, actor: Actor, at: datetime
) -> Recorded:
    """Refuse on one of the grounds that the law gives; what was kept about who asked is destroyed."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        row.ground = ground.value
        _close(row, RequestStatus.REFUSED, why, actor, at)
        return {"ground": ground.value, "clause": rules.GROUNDS[ground].clauses[row.regime], "why": row.outcome}

    asked: Asked = lambda facts: rules.refuse_refusals(facts, ground, why, actor)  # noqa: E731
    recorded = _step(store, ledger, Event.SUBJECT_REQUEST_REFUSED, request, asked, change, actor=actor, at=at)
    _forget_request(store, ledger, places, request)
    return recorded


def withdraw_request(
    store: Store, ledger: Ledger, places: Places, *, request: str, how: str, actor: Actor, at: datetime
) -> Recorded:
    """Put on record that the person no longer asks; what was kept about them for it is destroyed."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        _close(row, RequestStatus.WITHDRAWN, how, actor, at)
        return {"how": row.outcome}

    asked: Asked = lambda facts: rules.withdraw_refusals(facts, how, actor)  # noqa: E731
    recorded = _step(store, ledger, Event.SUBJECT_REQUEST_WITHDRAWN, request, asked, change, actor=actor, at=at)
    _forget_request(store, ledger, places, request)
    return recorded


def close_request(
    store: Store, ledger: Ledger, places: Places, *, request: str, outcome: str, actor: Actor, at: datetime
) -> Recorded:
    """Put on record that the person was answered, and how; the key of what was kept for it is destroyed."""

    def change(_tx: Transaction, row: SubjectRequest) -> dict[str, JsonValue]:
        _close(row, RequestStatus.CLOSED, outcome, actor, at)
        return {"outcome": row.outcome, "late": at > row.due_at}

    asked: Asked = lambda facts: rules.close_refusals(facts, outcome, actor)  # noqa: E731
    recorded = _step(store, ledger, Event.SUBJECT_REQUEST_CLOSED, request, asked, change, actor=actor, at=at)
    _forget_request(store, ledger, places, request)
    return recorded


def _step(
    store: Store,
    ledger: Ledger,
    event: Event,
    request: str,
    asked: Asked,
    change: Change,
    *,
    actor: Actor,
    at: datetime,
) -> Recorded:
    entity = Entity("subject_request", request)
    with deciding(store, ledger, event.value, entity=entity, actor=actor, at=at) as tx:
        row = load_request(tx.session, request, lock=True)
        _refuse(asked(facts_of(tx.session, row, at=at)))
        payload = change(tx, row)
        row.revision += 1
        tx.session.add(row)
        if row.closed_at is not None and row.overdue_at is not None:
            settle_alert(tx, ledger, alert_key(request), said="The request was answered.", at=at)
        return ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload or None)


def alert_key(request: str) -> str:
    """What names the alert that a request is overdue."""
    return f"subject request {request}"


def _close(row: SubjectRequest, status: RequestStatus, said: str, actor: Actor, at: datetime) -> None:
    row.status, row.outcome, row.closed_by, row.closed_at = status, said.strip(), actor.id, at
    row.sealed = ""


def _forget_request(store: Store, ledger: Ledger, places: Places, request: str) -> None:
    """Destroy the key and the copy that was made; a crash before leaves them to `sweep_closed`."""
    RequestKeys(ledger.keyring.folder).destroy(request)
    with store.reading() as session:
        package = load_request(session, request).package
    if package:
        places.exports.remove(package)


def _unchanged(row: SubjectRequest, expected: int) -> None:
    if row.revision != expected:
        raise Conflict(f"revision {expected}", f"revision {row.revision}", f"Request {row.number}")


def _refuse(reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
