"""Takes a request in: who asks and what is searched for go under the request's own key, the clock begins."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.grants import load_person
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refused, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.privacy.subjects.forgetting import identifiers_of, still_active
from core.privacy.subjects.matching import phrases_of
from core.privacy.subjects.rules import (
    CHANNELS,
    Regime,
    RequestFacts,
    RequestKind,
    RequestStatus,
    acknowledge_by,
    due,
    handle_refusals,
    read_refusals,
)
from core.privacy.subjects.sealing import RequestKeys
from core.privacy.subjects.tables import ErasureOrder, SubjectRequest
from core.store import Store
from core.store.numbers import next_number

LONGEST_NAME, LONGEST_CONTACT, LONGEST_NOTE = 300, 500, 4000


@dataclass(frozen=True)
class NewRequest:
    """What a person asks for. `terms` are identifiers that are searched for; of a user of Countersign, by `person`,
    name, user name and mail address are added."""

    kind: RequestKind
    regime: Regime
    channel: str
    received_at: datetime
    name: str
    contact: str
    terms: tuple[str, ...] = ()
    person: str = ""
    note: str = ""


@dataclass(frozen=True)
class Particulars:
    """Who asked, how to reach them, what is searched for, and what they said."""

    name: str
    contact: str
    terms: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Filed:
    """The number of the request, its ledger entry, and earlier requests of the same name and contact."""

    number: str
    entry: int
    earlier: tuple[str, ...]


def file_request(store: Store, ledger: Ledger, *, new: NewRequest, actor: Actor, at: datetime) -> Filed:
    """Put a request on record; nothing that names the person goes into the ledger. Raises `Refused`, `Unreadable`."""
    entity, keys = Entity("subject_request", "new"), RequestKeys(ledger.keyring.folder)
    with deciding(store, ledger, "file a subject request", entity=entity, actor=actor, at=at) as tx:
        if reasons := handle_refusals(actor):
            raise Refused(reasons)
        terms = _terms(tx.session, new)
        _check(new, terms, at)
        earlier, salt = _earlier(tx.session, new), secrets.token_bytes(16)
        number = _new_number(tx.session)
        said = {"name": new.name.strip(), "contact": new.contact.strip(), "terms": terms, "note": new.note.strip()}
        keys.destroy(number)  # of a transaction that was undone
        keys.make(number)
        row = SubjectRequest(
            number=number, kind=new.kind, regime=new.regime, channel=new.channel, person=new.person, salt=salt,
            reference=_reference(salt, new), sealed=keys.seal_text(number, json.dumps(said)), terms=len(terms),
            filed_by=actor.id, received_at=new.received_at,
            acknowledge_by=acknowledge_by(new.regime, new.received_at), due_at=due(new.regime, new.received_at),
        )  # fmt: skip
        tx.session.add(row)
        payload: dict[str, JsonValue] = {
            "kind": new.kind.value, "regime": new.regime.value, "channel": new.channel, "person": new.person,
            "due": row.due_at.isoformat(), "reference": row.reference,
        }  # fmt: skip
        entity = Entity("subject_request", number)
        recorded = ledger.record(tx, Event.SUBJECT_REQUEST_FILED, entity=entity, actor=actor, at=at, payload=payload)
        return Filed(number, recorded.index, earlier)


def particulars(session: Session, ledger: Ledger, number: str, *, actor: Actor) -> Particulars:
    """Who asked and what is searched for; raises `Refused`, and `NotFound` once the request has closed."""
    if reasons := read_refusals(actor):
        raise Refused(reasons)
    return unsealed(session, ledger, load_request(session, number))


def unsealed(_session: Session, ledger: Ledger, row: SubjectRequest) -> Particulars:
    """As `particulars`, for the work that somebody asked for."""
    if not row.sealed:
        raise NotFound("key of", row.number)
    said = json.loads(RequestKeys(ledger.keyring.folder).unseal_text(row.number, row.sealed))
    return Particulars(said["name"], said["contact"], tuple(said["terms"]), said["note"])


def load_request(session: Session, number: str, *, lock: bool = False) -> SubjectRequest:
    """The request with this number; raises `NotFound`."""
    query = select(SubjectRequest).where(SubjectRequest.number == number)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("subject request", number)
    return row


def facts_of(session: Session, row: SubjectRequest, *, at: datetime) -> RequestFacts:
    """What the rules have to know of a request."""
    return RequestFacts(
        number=row.number, kind=row.kind, regime=row.regime, status=row.status, filed_by=row.filed_by,
        person=row.person, person_active=bool(row.person) and still_active(session, row.person, at=at),
        acknowledged=row.acknowledged_at is not None, identified=row.identified_at is not None,
        searched=row.searched_at is not None, searching=row.searching, packaged=bool(row.package),
        handed_over=row.taken_at is not None, extended=row.extended_at is not None, proposed_by=row.proposed_by,
        identified_by=row.identified_by, erased=row.erased_at is not None, due_at=row.due_at,
    )  # fmt: skip


def standing(row: SubjectRequest) -> bool:
    """Whether the request waits for an answer."""
    return row.status in (RequestStatus.OPEN, RequestStatus.ERASING)


def _new_number(session: Session) -> str:
    """The next number; one of an order that was carried out again after a restore is not given a second time."""
    number = next_number(session, "SR")
    while session.exec(select(ErasureOrder.id).where(ErasureOrder.request == number)).first() is not None:
        number = next_number(session, "SR")
    return number


def _terms(session: Session, new: NewRequest) -> list[str]:
    own = identifiers_of(session, new.person) if new.person else ()
    if new.person:
        load_person(session, new.person)
    return list(dict.fromkeys(one.strip() for one in (*own, *new.terms) if one.strip()))


def _check(new: NewRequest, terms: list[str], at: datetime) -> None:
    problems = []
    texts = (("name", new.name, LONGEST_NAME), ("contact", new.contact, LONGEST_CONTACT))
    for column, text, most in texts:
        if not 1 <= len(text.strip()) <= most:
            expected = f"1 to {most:,} characters"
            problems.append(Problem("say who asks", column=column, found=f"{len(text.strip()):,}", expected=expected))
    if len(new.note) > LONGEST_NOTE:
        problems.append(Problem("too long", column="note", expected=f"at most {LONGEST_NOTE:,} characters"))
    if new.channel not in CHANNELS:
        problems.append(Problem("no way of receipt", column="channel", expected=", ".join(CHANNELS)))
    if new.received_at > at:
        problems.append(Problem("received in the future", column="received"))
    if problems:
        raise Unreadable(problems)
    phrases_of(terms)


def _earlier(session: Session, new: NewRequest) -> tuple[str, ...]:
    rows = session.exec(select(SubjectRequest).order_by(col(SubjectRequest.id)))
    return tuple(row.number for row in rows if hmac.compare_digest(_reference(row.salt, new), row.reference))


def _reference(salt: bytes, new: NewRequest) -> str:
    """By what a second request of the same person is told; without the salt it says nothing."""
    said = "\x1f".join(" ".join(text.casefold().split()) for text in (new.name, new.contact))
    return hmac.new(salt, said.encode(), hashlib.sha256).hexdigest()
