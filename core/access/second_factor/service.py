"""Sets up a second factor, renews its recovery codes, and takes it away."""

from datetime import datetime

from sqlmodel import Session, col, delete

from core.access.accounts import count_attempt, forgive
from core.access.deciding import deciding
from core.access.grants import load_person
from core.access.people import end_sessions, manage_refusals, reason_refusals
from core.access.rules import Actor
from core.access.second_factor.codes import factor_of, make_recovery_codes, step_of
from core.access.second_factor.proving import CODE_WRONG, Factors, against_proof, code_is_right
from core.access.signing import signing_refusals
from core.access.tables import RecoveryCode, SecondFactor
from core.access.telling import tell_person
from core.errors import Refusal, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

CLAUSE = "second factor"
_OWN = Refusal("own-factor", "Nobody takes away their own second factor as administrator", "segregation of duties",
               "Remove it on your account, or ask another administrator.")  # fmt: skip


def set_up_refusals(session: Session, *, session_id: str, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Why this actor cannot set up a second factor in this session."""
    reasons = []
    if actor.token:
        reasons.append(Refusal("token-factor", "A token has no second factor", "access", "Sign in as the person."))
    if load_person(session, actor.id).password_hash is None:
        said = "You sign in at your organisation's provider"
        reasons.append(Refusal("outside", said, CLAUSE, "Set up a second factor there."))
    if factor_of(session, actor.id) is not None:
        reasons.append(Refusal("factor-there", "You have a second factor", CLAUSE, "Remove it first."))
    return (*reasons, *signing_refusals(session, session_id=session_id, actor=actor, at=at))


def set_up(
    store: Store,
    ledger: Ledger,
    factors: Factors,
    *,
    secret: str,
    code: str,
    session_id: str,
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Keep the secret that the authenticator has read, proved by a code of it; answers with ten recovery codes.

    They are shown now and never again. Every other session ends: it was opened without the factor. Raises Refused,
    TooManyAttempts.
    """
    with store.reading() as session:
        username = load_person(session, actor.id).username
    count_attempt(store, username, at=at)
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "set up a second factor", entity=entity, actor=actor, at=at) as tx:
        reasons = [*set_up_refusals(tx.session, session_id=session_id, actor=actor, at=at)]
        step = step_of(secret, "".join(code.split()), at=at)
        if step is None:
            reasons.append(CODE_WRONG)
        if reasons or step is None:
            raise Refused(reasons)
        sealed = factors.key.sealed(actor.id, secret)
        tx.session.add(SecondFactor(person=actor.id, sealed=sealed, since=at, last_step=step))
        made = make_recovery_codes(tx, factors.key, actor.id, at=at)
        end_sessions(tx.session, actor.id, at=at, but=session_id)
        forgive(tx, username)
        ledger.record(tx, Event.SECOND_FACTOR_SET, entity=entity, actor=actor, at=at)
        said = f"Since {at:%d %B %Y, %H:%M} UTC your sign-in asks for a code of your authenticator."
        _tell(tx, actor.id, "a second factor is set up", said, factors=factors, at=at)
        return made


def renew_recovery_codes(
    store: Store, ledger: Ledger, factors: Factors, *, code: str, actor: Actor, at: datetime
) -> tuple[str, ...]:
    """Ten new recovery codes in place of the earlier ones, against a code. Raises Refused, TooManyAttempts."""
    with store.reading() as session:
        username = load_person(session, actor.id).username
    count_attempt(store, username, at=at)
    right = not actor.token and code_is_right(store, ledger, factors, person=actor.id, code=code, at=at)
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "renew recovery codes", entity=entity, actor=actor, at=at) as tx:
        if not right:
            raise Refused([CODE_WRONG])
        forgive(tx, username)
        made = make_recovery_codes(tx, factors.key, actor.id, at=at)
        ledger.record(tx, Event.RECOVERY_CODES_MADE, entity=entity, actor=actor, at=at)
        return made


def remove(
    store: Store, ledger: Ledger, factors: Factors, *, password: str, code: str, actor: Actor, at: datetime
) -> None:
    """Take one's own second factor away, against password and code. Raises Refused, TooManyAttempts."""
    reasons = against_proof(store, ledger, factors, person=actor.id, password=password, code=code, at=at)
    entity = Entity("person", actor.id)
    with deciding(store, ledger, "remove a second factor", entity=entity, actor=actor, at=at) as tx:
        if actor.token:
            reasons = (*reasons, Refusal("token-factor", "A token has no second factor", "access"))
        if reasons:
            raise Refused(reasons)
        _removed(tx, ledger, factors, actor.id, by="person", reason="", actor=actor, at=at)


def take_away_refusals(session: Session, actor: Actor, person: str) -> tuple[Refusal, ...]:
    """Why this actor cannot take away the second factor of this person."""
    reasons = list(manage_refusals(actor))
    if actor.id == person:
        reasons.append(_OWN)
    if factor_of(session, person) is None:
        reasons.append(Refusal("no-factor", "This person has no second factor", CLAUSE))
    return tuple(reasons)


def take_away(
    store: Store, ledger: Ledger, factors: Factors, *, person: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Take away the second factor of somebody who lost it; their sessions end, and they are told. Raises Refused."""
    entity = Entity("person", person)
    with deciding(store, ledger, "take away a second factor", entity=entity, actor=actor, at=at) as tx:
        load_person(tx.session, person)
        reasons = (*take_away_refusals(tx.session, actor, person), *reason_refusals(reason))
        if reasons:
            raise Refused(reasons)
        end_sessions(tx.session, person, at=at)
        _removed(tx, ledger, factors, person, by="administrator", reason=reason.strip(), actor=actor, at=at)


def _removed(
    tx: Transaction,
    ledger: Ledger,
    factors: Factors,
    person: str,
    *,
    by: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    tx.session.exec(delete(SecondFactor).where(col(SecondFactor.person) == person))
    tx.session.exec(delete(RecoveryCode).where(col(RecoveryCode.person) == person))
    payload = {"by": by, **({"reason": reason} if reason else {})}
    entity = Entity("person", person)
    ledger.record(tx, Event.SECOND_FACTOR_REMOVED, entity=entity, actor=actor, at=at, payload=payload)
    whose = "You have" if by == "person" else "An administrator has"
    said = f"{whose} removed the second factor of your account at {at:%d %B %Y, %H:%M} UTC."
    _tell(tx, person, "your second factor was removed", said, factors=factors, at=at)


def _tell(tx: Transaction, person: str, subject: str, text: str, *, factors: Factors, at: datetime) -> None:
    tell_person(tx, load_person(tx.session, person), subject, text, mail=factors.mail, at=at)
