"""Erases again, in a restored backup, everybody who was erased since it was made."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from core.access.rules import SYSTEM, Actor
from core.ledger.service import Ledger
from core.privacy.subjects.erasing import Erased, erase_found, finish_redactions
from core.privacy.subjects.holdings import Links
from core.privacy.subjects.orders import kept_orders
from core.privacy.subjects.places import Places
from core.privacy.subjects.rules import RequestStatus
from core.privacy.subjects.scanning import scan
from core.privacy.subjects.tables import ErasureOrder, SubjectRequest
from core.store import Store


@dataclass(frozen=True)
class Replayed:
    """One order that was carried out again, and what it came to."""

    request: str
    erased: Erased


def orders_to_replay(store: Store, places: Places) -> tuple[str, ...]:
    """The requests whose orders lie in `places.orders` and that this store has not carried out; cheap to ask."""
    orders = kept_orders(places.orders)
    if not orders:
        return ()
    with store.reading() as session:
        done = {(row.request, row.digest) for row in session.exec(select(ErasureOrder))}
        under_way = select(SubjectRequest.number).where(SubjectRequest.status == RequestStatus.ERASING)
        own = set(session.exec(under_way))  # a worker of this store is at it
    return tuple(one.request for one in orders if (one.request, one.digest) not in done and one.request not in own)


def replay_erasures(
    store: Store, ledger: Ledger, places: Places, *, actor: Actor = SYSTEM, at: datetime
) -> tuple[Replayed, ...]:
    """Carry out again every order of erasure that this store does not know, before anybody opens the installation.

    Call it after database, files and keys of a backup are back and the ledger may be written (it raises `LedgerHeld`
    while a checkpoint outside is ahead), with `places.orders` as it was *before* the restore, never as the backup has
    it. Each order matches by fingerprints, so nobody is named; each is an entry `erasure.replayed` of the ledger, and
    the particulars, files and events of the backup go as they did the first time. Calling it again does nothing. An
    order that cannot be read raises `Unreadable`, and nothing is opened on a guess.
    """
    wanted = set(orders_to_replay(store, places))
    finish_redactions(store, places)
    done = []
    for order in kept_orders(places.orders):
        if order.request in wanted:
            links = Links(prints=order.linked, key=order.prints.key)
            found = scan(store, places, order.matcher, links=links)
            erased = erase_found(store, ledger, places, found, order, order.matcher, replayed=True, actor=actor, at=at)
            _say_so(store, order.request, erased, at)
            done.append(Replayed(order.request, erased))
    return tuple(done)


def _say_so(store: Store, request: str, erased: Erased, at: datetime) -> None:
    """A request that the backup still has open is erased too."""
    with store.transaction() as tx:
        row = tx.session.exec(select(SubjectRequest).where(SubjectRequest.number == request)).first()
        if row is not None and row.status is RequestStatus.OPEN and row.erased_at is None:
            row.erased_at, row.erased_hits, row.revision = at, erased.places, row.revision + 1
            tx.session.add(row)
