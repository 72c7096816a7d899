"""The use cases of the administrator: create and disable people, grant and withdraw roles."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select, update

from core.access.deciding import deciding
from core.access.grants import administrators, grants_of, load_person, roles_of
from core.access.grants_asked.asking import Wish, add_asked, asked_refusals
from core.access.links import make_link
from core.access.person_text import person_text
from core.access.reach.belonging import group_refusals
from core.access.rules import (
    EVERYWHERE,
    Actor,
    Permission,
    Reach,
    Role,
    grant_refusals,
    permission_refusals,
    reach_refusals,
)
from core.access.rules.granting import Basis, waits_for_second
from core.access.rules.services import answering_refusals, service_role_refusals
from core.access.tables import FormerName, Person, RoleGrant, ServiceAccount, SignInSession, Token
from core.errors import Problem, Refusal, Refused, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

SHORTEST_REASON = 10


@dataclass(frozen=True)
class Created:
    """The new person's number and the secret of the one-time link on which they choose their password."""

    number: str
    link: str


def manage_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot manage people."""
    return permission_refusals(actor, Permission.PERSON_MANAGE)


def create_person(
    store: Store, ledger: Ledger, *, username: str, name: str, email: str = "", actor: Actor, at: datetime
) -> Created:
    """Add a person without roles; they choose their password through the link. Raises Refused, Unreadable."""
    with deciding(store, ledger, "create a person", entity=Entity("person", "new"), actor=actor, at=at) as tx:
        _refuse(manage_refusals(actor))
        person = add_person(tx, username=username, name=name, email=email, at=at)
        _record(tx, ledger, Event.PERSON_ADDED, person.number, actor, at)
        return Created(person.number, make_link(tx, ledger, person=person.number, actor=actor, at=at))


def add_person(
    tx: Transaction, *, username: str, name: str, at: datetime, email: str = "", subject: str | None = None
) -> Person:
    """Check the record and add the row; the caller records it."""
    username, name, email = person_text(username, name, email)
    if tx.session.exec(select(Person).where(Person.username == username)).first():
        raise Unreadable([Problem("This user name is taken", column="user name")])
    number = next_number(tx.session, "P")
    person = Person(number=number, username=username, name=name, email=email, subject=subject, created_at=at)
    tx.session.add(person)
    tx.session.flush()
    return person


def rename(tx: Transaction, person: Person, name: str, *, at: datetime) -> bool:
    """Call the person so from now on, and keep what they were called; whether that is another name. The caller
    records it."""
    if name == person.name:
        return False
    tx.session.add(FormerName(person=person.number, name=person.name, until=at))
    person.name = name
    return True


def disable_refusals(actor: Actor, person: str) -> tuple[Refusal, ...]:
    """Why this actor cannot disable this person."""
    own = Refusal("own-account", "Nobody disables themselves", "segregation of duties", "Ask another administrator.")
    return (*manage_refusals(actor), *([own] if actor.id == person else []))


def disable_person(store: Store, ledger: Ledger, *, person: str, reason: str, actor: Actor, at: datetime) -> None:
    """End a person's access at once: sessions end, tokens are revoked, roles stay on record."""
    with deciding(store, ledger, "disable a person", entity=Entity("person", person), actor=actor, at=at) as tx:
        row = load_person(tx.session, person)
        _refuse((*disable_refusals(actor, person), *reason_refusals(reason)))
        if row.disabled_at is not None:
            return
        shut_out(tx, row, at=at)
        _record(tx, ledger, Event.PERSON_DISABLED, person, actor, at)


def shut_out(tx: Transaction, row: Person, *, at: datetime) -> None:
    """End a person's access at once; the caller has asked the rules and records it."""
    row.disabled_at = at
    end_sessions(tx.session, row.number, at=at)
    tx.session.exec(
        update(Token).where(col(Token.person) == row.number, col(Token.revoked_at).is_(None)).values(revoked_at=at)
    )


def grant_role(
    store: Store,
    ledger: Ledger,
    *,
    person: str,
    role: Role,
    reason: str,
    ends_at: datetime | None = None,
    reach: Reach = EVERYWHERE,
    actor: Actor,
    at: datetime,
) -> str | None:
    """Give a role with its reason and its reach, for good or until `ends_at`; raises Refused with every reason.

    A sensitive role waits for a second administrator: the answer is then the number under which they confirm it.
    """
    with deciding(store, ledger, "grant a role", entity=Entity("person", person), actor=actor, at=at) as tx:
        row = load_person(tx.session, person)
        held = roles_of(tx.session, person, at=at)
        reasons = [
            *grant_refusals(actor, person, held, role),
            *reach_refusals(role, reach),
            *group_refusals(tx.session, reach),
            *reason_refusals(reason),
            *service_refusals(tx.session, person, role),
        ]
        if row.disabled_at is not None:
            reasons.append(Refusal("disabled", "This person is disabled"))
        if ends_at is not None and ends_at <= at:
            reasons.append(Refusal("ended", "The role would end before it begins", way_out="Choose a later end."))
        waits = waits_for_second(role, len(administrators(tx.session, at=at)))
        _refuse([*reasons, *(asked_refusals(tx.session, person, role, at=at) if waits else ())])
        if waits:
            return add_asked(tx, ledger, Wish(person, role, reason, ends_at, reach), actor=actor, at=at)
        basis = Basis.ONLY_ADMINISTRATOR if role is Role.ADMINISTRATOR else Basis.GRANTED
        add_grant(
            tx, ledger, person=person, role=role, reason=reason, ends_at=ends_at, reach=reach, basis=basis,
            actor=actor, at=at,
        )  # fmt: skip
        return None


def service_refusals(session: Session, person: str, role: Role) -> tuple[Refusal, ...]:
    """What stands against the role because this is a service account, or because the person answers for one."""
    reasons = service_role_refusals(role, service=session.get(ServiceAccount, person) is not None)
    answers = session.exec(select(ServiceAccount.person).where(ServiceAccount.owner == person).limit(1)).first()
    return (*reasons, *(answering_refusals({role}) if answers else ()))


def add_grant(
    tx: Transaction,
    ledger: Ledger,
    *,
    person: str,
    role: Role,
    reason: str,
    ends_at: datetime | None = None,
    reach: Reach = EVERYWHERE,
    basis: Basis = Basis.GRANTED,
    asked_by: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write a grant and its ledger entry; the caller has asked the rules.

    With `asked_by` another gives it, and the actor is the second administrator who confirms it.
    """
    row = RoleGrant(
        person=person, role=role, reason=reason, granted_by=asked_by or actor.id, granted_at=at, ends_at=ends_at,
        reach=reach.text, basis=basis.value, confirmed_by=actor.id if asked_by else None,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    _record(tx, ledger, Event.ROLE_GRANTED, person, actor, at, **granted_words(row))


def granted_words(row: RoleGrant) -> dict[str, str]:
    """What the ledger keeps of a grant, so that the table can be held against it: an end that is empty is none."""
    ends = row.ends_at.astimezone(UTC).isoformat() if row.ends_at else ""
    return {
        "role": row.role.value, "grant": str(row.id), "ends_at": ends, "reach": row.reach, "basis": row.basis,
        "by": row.granted_by,
    }  # fmt: skip


def withdraw_refusals(actor: Actor, person: str, held: frozenset[Role], role: Role) -> tuple[Refusal, ...]:
    """Why this actor cannot withdraw this role; an administrator cannot lock everybody out."""
    reasons = list(manage_refusals(actor))
    if role not in held:
        reasons.append(Refusal("not-held", f"This person does not hold the role {role}"))
    if actor.id == person and role is Role.ADMINISTRATOR:
        reasons.append(
            Refusal(
                "own-role",
                "Nobody withdraws their own role of administrator",
                "segregation of duties",
                "Ask another administrator.",
            )
        )
    return tuple(reasons)


def withdraw_role(
    store: Store, ledger: Ledger, *, person: str, role: Role, reason: str, actor: Actor, at: datetime
) -> None:
    """End a role now; the grant stays on record."""
    with deciding(store, ledger, "withdraw a role", entity=Entity("person", person), actor=actor, at=at) as tx:
        held = roles_of(tx.session, person, at=at)
        _refuse((*withdraw_refusals(actor, person, held, role), *reason_refusals(reason)))
        end_grants(tx, ledger, person=person, role=role, actor=actor, at=at)


def end_grants(tx: Transaction, ledger: Ledger, *, person: str, role: Role, actor: Actor, at: datetime) -> None:
    """End the grants of a role and write the ledger entry; the caller has asked the rules."""
    ended = [grant for grant in grants_of(tx.session, person, at=at) if grant.role is role]
    for grant in ended:
        grant.withdrawn_by, grant.withdrawn_at = actor.id, at
    said = {"role": role.value, "grants": " ".join(str(grant.id) for grant in ended)}
    _record(tx, ledger, Event.ROLE_WITHDRAWN, person, actor, at, **said)


def end_sessions(session: Session, person: str, *, at: datetime, but: str = "") -> None:
    """End every open session of a person, except one."""
    session.exec(
        update(SignInSession)
        .where(col(SignInSession.person) == person, col(SignInSession.ended_at).is_(None), col(SignInSession.id) != but)
        .values(ended_at=at)
    )


def reason_refusals(reason: str) -> tuple[Refusal, ...]:
    """Why a reason is too short to be understood later."""
    if len(reason.strip()) >= SHORTEST_REASON:
        return ()
    return (Refusal("reason", f"The reason has fewer than {SHORTEST_REASON} characters", way_out="Say why."),)


def _record(
    tx: Transaction, ledger: Ledger, event: Event, person: str, actor: Actor, at: datetime, **payload: str
) -> None:
    ledger.record(tx, event, entity=Entity("person", person), actor=actor, at=at, payload=payload)


def _refuse(reasons: "tuple[Refusal, ...] | list[Refusal]") -> None:
    if reasons:
        raise Refused(reasons)
