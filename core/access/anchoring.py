"""Administrators say where checkpoints are sent, hand the ledger over to a new key, and let it go on after a loss."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Refused, Unreadable
from core.ledger.anchors.cosignatures import Witness
from core.ledger.anchors.holding import Hold, hold_of
from core.ledger.anchors.service import destination, queue_anchor
from core.ledger.anchors.standing import look_again
from core.ledger.anchors.succession import hand_over, take_up
from core.ledger.anchors.tables import AnchorDestination, Outside
from core.ledger.anchors.timestamps import read_certificates
from core.ledger.events import Event
from core.ledger.notes import NoteRefused
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

SHORTEST, LONGEST = 5, 7 * 24 * 60  # minutes between two checkpoints
CLAUSE = "anchors"
OF_A_WITNESS = "what `countersign witness key` prints there"


@dataclass(frozen=True)
class Anchored:
    """The number of a place, and the ledger entry that says what was done."""

    number: str
    entry: int


@dataclass(frozen=True)
class NewKey:
    """The verifier key that is to be pinned from now on, and the entry that names it."""

    vkey: str
    entry: int


def anchor_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot change where checkpoints go, or the ledger's key."""
    return permission_refusals(actor, Permission.ANCHOR_MANAGE)


def add_destination(
    store: Store, ledger: Ledger, *, kind: Outside, address: str, key: str, every: int, actor: Actor, at: datetime
) -> Anchored:
    """Send checkpoints there from now on, every so many minutes.

    Whoever calls has asked whether the installation allows the address. Raises `Unreadable` for a key or an address
    of another form than its kind takes.
    """
    address, key = address.strip(), key.strip()
    _check(kind, address, key, every)
    with deciding(store, ledger, "add a place", entity=Entity("anchor", "new"), actor=actor, at=at) as tx:
        reasons = [*anchor_refusals(actor), *_known(tx, kind, address)]
        if reasons:
            raise Refused(reasons)
        number = next_number(tx.session, "AN")
        tx.session.add(
            AnchorDestination(
                number=number, kind=kind, address=address, key=key, every=every, added_by=actor.acting_as, added_at=at
            )
        )
        entry = ledger.record(
            tx, Event.ANCHOR_ADDED, entity=Entity("anchor", number), actor=actor, at=at,
            payload={"kind": kind.value, "address": address, "key": key, "minutes": every},
        )  # fmt: skip
        queue_anchor(tx, number, at=at)
        return Anchored(number, entry.index)


def close_destination(store: Store, ledger: Ledger, *, number: str, actor: Actor, at: datetime) -> Anchored:
    """Send nothing there any more; what arrived stays on record."""
    with deciding(store, ledger, "close a place", entity=Entity("anchor", number), actor=actor, at=at) as tx:
        row = _open(tx, number, actor)
        row.closed_at = at
        tx.session.add(row)
        return _changed(tx, ledger, number, "closed", actor, at)


def send_now(store: Store, ledger: Ledger, *, number: str, actor: Actor, at: datetime) -> Anchored:
    """Let the newest checkpoint leave for this place at once."""
    with deciding(store, ledger, "send a checkpoint", entity=Entity("anchor", number), actor=actor, at=at) as tx:
        _open(tx, number, actor)
        queue_anchor(tx, number, at=at)
        return _changed(tx, ledger, number, "sent on demand", actor, at)


def rotate_key(
    store: Store, ledger: Ledger, *, reason: str, compromised: bool = False, actor: Actor, at: datetime
) -> NewKey:
    """Hand the ledger over to a new key; after a compromise nobody follows the former one."""
    _check_reason(reason)
    event = Event.LEDGER_KEY_REPLACED if compromised else Event.LEDGER_KEY_ROTATED
    with deciding(store, ledger, "rotate the key", entity=Entity("ledger", ledger.origin), actor=actor, at=at) as tx:
        if anchor_refusals(actor):
            raise Refused(anchor_refusals(actor))
        entry = hand_over(tx, ledger, event, payload={"reason": reason}, actor=actor, at=at)
    take_up(store, ledger, actor=actor, at=at)
    return NewKey(ledger.vkey, entry.index)


def resume_refusals(actor: Actor, hold: Hold | None) -> tuple[Refusal, ...]:
    """Why the ledger does not go on under a new name: no permission, or nothing holds it."""
    reasons = list(anchor_refusals(actor))
    if hold is None:
        reasons.append(Refusal("not-held", "Nothing holds the ledger: this store continues what is outside", CLAUSE))
    return tuple(reasons)


def resume(store: Store, ledger: Ledger, *, reason: str, actor: Actor, at: datetime) -> NewKey:
    """After a loss that cannot be undone: go on under a new name and key, with an entry that states the loss.

    Whoever pinned the former key is told, and has to accept the new one.
    """
    _check_reason(reason)
    hold = look_again(store, ledger)
    reasons = resume_refusals(actor, hold)
    if reasons or hold is None:
        raise Refused(reasons)
    with store.transaction() as tx:
        entry = hand_over(
            tx,
            ledger,
            Event.LEDGER_RESUMED,
            payload={
                "reason": reason,
                "where": hold.where,
                "outside": hold.note,
                "entries_outside": hold.outside,
                "entries_here": hold.here,
                "forked": hold.forked,
            },
            actor=actor,
            at=at,
        )
    take_up(store, ledger, actor=actor, at=at)
    return NewKey(ledger.vkey, entry.index)


def held(ledger: Ledger) -> Hold | None:
    """What holds the ledger, if anything does."""
    return hold_of(ledger.keyring.folder)


def _open(tx: Transaction, number: str, actor: Actor) -> AnchorDestination:
    row = destination(tx.session, number)
    reasons = list(anchor_refusals(actor))
    if row.closed_at is not None:
        reasons.append(Refusal("place-closed", f"{number} is closed", CLAUSE))
    if reasons:
        raise Refused(reasons)
    return row


def _changed(tx: Transaction, ledger: Ledger, number: str, change: str, actor: Actor, at: datetime) -> Anchored:
    entity = Entity("anchor", number)
    entry = ledger.record(tx, Event.ANCHOR_CHANGED, entity=entity, actor=actor, at=at, payload={"change": change})
    return Anchored(number, entry.index)


def _known(tx: Transaction, kind: Outside, address: str) -> list[Refusal]:
    same = select(AnchorDestination.number).where(
        AnchorDestination.kind == kind,
        AnchorDestination.address == address,
        col(AnchorDestination.closed_at).is_(None),
    )
    number = tx.session.exec(same).first()
    return [Refusal("place-known", f"{number} is this place already", CLAUSE)] if number else []


def _check(kind: Outside, address: str, key: str, every: int) -> None:
    if not SHORTEST <= every <= LONGEST:
        raise Unreadable([Problem("out of bounds", column="every", found=str(every), expected="5 minutes to a week")])
    if not address or len(address) > 1000 or not address.isprintable():
        raise Unreadable([Problem("not an address", column="address", expected="1 to 1,000 printable characters")])
    if kind is Outside.MAILBOX and (address.count("@") != 1 or " " in address):
        raise Unreadable([Problem("not a mailbox", column="address", found=address[:80], expected="name@host")])
    if kind is Outside.WITNESS:
        try:
            Witness.parse(key)
        except NoteRefused as error:
            raise Unreadable([Problem(str(error).rstrip("."), column="key", expected=OF_A_WITNESS)]) from error
    if kind is Outside.AUTHORITY:
        read_certificates(key)


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > 1000:
        raise Unreadable([Problem("no reason", column="reason", expected="1 to 1,000 characters")])
