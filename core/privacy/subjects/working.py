"""The work behind a request: the search with its copy for the person, and the erasure that two people decided on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from core.access.grants import actor_of
from core.access.rules import SYSTEM, Actor
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.privacy.subjects.erasing import erase_found
from core.privacy.subjects.filing import load_request, unsealed
from core.privacy.subjects.matching import Terms, phrases_of
from core.privacy.subjects.orders import keep_order, kept_orders, new_key, new_order
from core.privacy.subjects.packing import copy_of, packed
from core.privacy.subjects.places import Places
from core.privacy.subjects.rules import RequestKind, RequestStatus, Treatment
from core.privacy.subjects.scanning import Scan, scan
from core.privacy.subjects.sealing import RequestKeys
from core.privacy.subjects.tables import SubjectFound, SubjectRequest
from core.store import Store

EXPIRES_AFTER = timedelta(days=30)
NOTED_EVERY = 20  # steps


class Stopped(Exception):
    """The worker lost its lease; another does the work."""


def perform_search(
    store: Store,
    ledger: Ledger,
    places: Places,
    *,
    slot: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool],
) -> None:
    """Search everything for the request of this slot; `SubjectFound` says where the person was found, and how often."""
    request = slot.partition(" ")[0]
    with store.reading() as session:
        row = load_request(session, request)
        if not row.searching:
            return
        terms = phrases_of(unsealed(session, ledger, row).terms)
    matcher = Terms(terms)
    found = scan(store, places, matcher, say=_Progress(store, request, alive))
    package = _package(store, ledger, places, row, found, matcher, clock()) if row.kind is RequestKind.ACCESS else None
    former = row.package
    with store.transaction() as tx:
        row = load_request(tx.session, request, lock=True)
        tx.session.execute(delete(SubjectFound).where(col(SubjectFound.request_id) == row.id))
        tx.session.add_all(_found(row, found))
        if row.person:
            tx.session.add(_of_account(row))
        at = clock()
        row.searching, row.searched_at, row.hits = False, at, found.hits
        row.search_step, row.steps_done, row.steps_total, row.revision = "", 0, 0, row.revision + 1
        actor = _asker(tx.session, row, at)
        entity = Entity("subject_request", request)
        payload: dict[str, JsonValue] = {"places": len(_found(row, found)), "hits": found.hits}
        ledger.record(tx, Event.SUBJECT_REQUEST_SEARCHED, entity=entity, actor=actor, at=at, payload=payload)
        if package is not None:
            row.package, row.package_size = package
            row.package_expires_at, row.taken_at = at + EXPIRES_AFTER, None
            said: dict[str, JsonValue] = {"digest": row.package, "size": row.package_size}
            ledger.record(tx, Event.SUBJECT_REQUEST_COPIED, entity=entity, actor=actor, at=at, payload=said)
        tx.session.add(row)
    if former and package and former != package[0]:
        places.exports.remove(former)


def perform_erasure(
    store: Store,
    ledger: Ledger,
    places: Places,
    *,
    slot: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool],
) -> None:
    """Erase the person of the request of this slot; taken up again after a crash, it ends what was begun."""
    request = slot.partition(" ")[0]
    with store.reading() as session:
        row = load_request(session, request)
        if row.status is not RequestStatus.ERASING:
            return
        terms = phrases_of(unsealed(session, ledger, row).terms)
        actor = _asker(session, row, clock())
    matcher = Terms(terms)
    found = scan(store, places, matcher, say=_Progress(store, request, alive))
    begun = next((one for one in kept_orders(places.orders) if one.request == request), None)
    key = begun.prints.key if begun else new_key()  # an order that was kept before stays the order of this request
    linked = found.links.known(key)
    if begun:
        linked = {
            one: begun.linked.get(one, frozenset()) | linked.get(one, frozenset()) for one in {*begun.linked, *linked}
        }
    order = new_order(request, row.person, terms, key, linked)
    keep_order(places.orders, order)
    erased = erase_found(store, ledger, places, found, order, matcher, actor=actor, at=clock())
    with store.transaction() as tx:
        row = load_request(tx.session, request, lock=True)
        row.status, row.erased_at, row.erased_hits = RequestStatus.OPEN, clock(), erased.places
        row.search_step, row.error, row.revision = "", "", row.revision + 1
        tx.session.add(row)


def fail_work(store: Store, *, slot: str, error: str) -> None:
    """Say on the request why its search or erasure was not done; an erasure that failed is confirmed anew."""
    with store.transaction() as tx:
        row = load_request(tx.session, slot.partition(" ")[0], lock=True)
        row.searching, row.error, row.search_step = False, error[:1000], ""
        if row.status is RequestStatus.ERASING:
            row.status, row.confirmed_by, row.confirmed_at = RequestStatus.OPEN, None, None
        row.revision += 1
        tx.session.add(row)


def _package(
    store: Store, ledger: Ledger, places: Places, row: SubjectRequest, found: Scan, matcher: Terms, at: datetime
) -> tuple[str, int]:
    """Keep the copy, encrypted under the request's key; its digest and size."""
    with store.reading() as session:
        copy = copy_of(session, places, found, matcher, request=row.number, person=row.person, at=at)
    sealed = RequestKeys(ledger.keyring.folder).seal(row.number, packed(copy))
    stored = places.exports.add([sealed])
    return stored.digest, stored.size


def _found(row: SubjectRequest, found: Scan) -> list[SubjectFound]:
    """Places with counts; of texts one a table, column and record."""
    key = row.id or 0
    lines = [
        SubjectFound(
            request_id=key, place=cell.place, record=cell.record, hits=cell.hits, reason=cell.kept,
            treatment=Treatment.KEPT if cell.kept else Treatment.MASKED,
        )
        for cell, _ in found.cells
    ]  # fmt: skip
    lines += [
        SubjectFound(request_id=key, place=one.place, record=one.number, hits=one.hits, treatment=Treatment.MASKED)
        for one in found.held
    ]
    lines += [
        SubjectFound(
            request_id=key, place=hit.owner.what, record=hit.owner.record or hit.digest, model=hit.owner.model,
            hits=hit.rows, treatment=hit.treatment,
        )
        for hit in found.files
    ]  # fmt: skip
    lines += [
        SubjectFound(
            request_id=key, place="recorded event", record=one.batch, model=one.model[:16], hits=1,
            treatment=Treatment.EMPTIED,
        )
        for one in found.events
    ]  # fmt: skip
    lines += [
        SubjectFound(
            request_id=key, place=f"ledger · {one.action}", record=f"entry {one.index}", hits=one.hits, reason=one.kept,
            treatment=Treatment.KEPT if one.kept else Treatment.EMPTIED,
        )
        for one in found.entries
    ]  # fmt: skip
    return lines


def _of_account(row: SubjectRequest) -> SubjectFound:
    return SubjectFound(
        request_id=row.id or 0, place="account", record=row.person, hits=1, treatment=Treatment.ACCOUNT,
        reason="the number stays, so that what they decided stays decided by somebody",
    )  # fmt: skip


def _asker(session: Session, row: SubjectRequest, at: datetime) -> Actor:
    """Who decided on the work, by their roles now; the system where they have left."""
    return actor_of(session, row.confirmed_by or row.identified_by or "", at=at) or SYSTEM


class _Progress:
    """Notes now and then how far the work is, and ends it where the lease is lost."""

    def __init__(self, store: Store, request: str, alive: Callable[[], bool]) -> None:
        self._store, self._request, self._alive, self._seen = store, request, alive, 0

    def __call__(self, step: str, done: int, total: int) -> None:
        self._seen += 1
        if self._seen % NOTED_EVERY:
            return
        if not self._alive():
            raise Stopped
        with self._store.transaction() as tx:
            row = load_request(tx.session, self._request)
            row.search_step, row.steps_done, row.steps_total = step[:200], done, total
            tx.session.add(row)
