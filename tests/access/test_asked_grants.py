"""Grants of sensitive roles wait for a second administrator, who asks about people and roles as they are then."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.grants import grants_of, roles_of
from core.access.grants_asked.queries import asked_grants
from core.access.grants_asked.service import confirm_grant, decline_grant, expire_asked
from core.access.people import disable_person, grant_role, withdraw_role
from core.access.rules import Actor, Role
from core.access.rules.granting import LIFE, AskedStatus, Basis
from core.access.tables import Delegation
from core.errors import NotFound, Refused
from core.ledger.tables import LogEntry
from tests.access.conftest import World

REASON = "Needed for the work"


def asked(world: World, person: Actor, role: Role = Role.VALIDATOR, *, by: Actor | None = None) -> str:
    number = grant_role(
        world.store, world.ledger, person=person.id, role=role, reason=REASON, actor=by or world.administrator,
        at=world.at,
    )  # fmt: skip
    assert number is not None
    return number


def confirm(world: World, grant: str, actor: Actor, *, after: timedelta = timedelta(hours=1)) -> None:
    confirm_grant(world.store, world.ledger, grant=grant, actor=actor, at=world.at + after)


def refused_codes(world: World, grant: str, actor: Actor, *, after: timedelta = timedelta(hours=1)) -> set[str]:
    with pytest.raises(Refused) as refused:
        confirm(world, grant, actor, after=after)
    return {reason.code for reason in refused.value.refusals}


def roles(world: World, person: Actor) -> frozenset[Role]:
    with world.store.reading() as session:
        return roles_of(session, person.id, at=world.at + LIFE)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.VALIDATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_a_sensitive_role_is_given_by_one_administrator_and_confirmed_by_a_second(
    small_world: World, role: Role
) -> None:
    world = small_world
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")

    number = asked(world, ana, role)
    before = roles(world, ana)
    confirm(world, number, second)

    with world.store.reading() as session:
        (grant,) = grants_of(session, ana.id, at=world.at + LIFE)
        written = [*session.exec(select(LogEntry.action).order_by(LogEntry.idx))]
    assert (before, grant.role) == (frozenset(), role)
    assert (grant.granted_by, grant.confirmed_by, grant.basis) == (
        world.administrator.id, second.id, Basis.CONFIRMED,
    )  # fmt: skip
    assert written[-3:] == ["grant.asked", "grant.confirmed", "role.granted"]


@pytest.mark.parametrize("role", [Role.OWNER, Role.DEVELOPER])
def test_other_roles_are_given_at_once(small_world: World, role: Role) -> None:
    world = small_world
    ana = world.person("ana")

    waits = grant_role(
        world.store, world.ledger, person=ana.id, role=role, reason=REASON, actor=world.administrator, at=world.at
    )

    assert (waits, roles(world, ana)) == (None, {role})


def test_the_only_administrator_makes_a_second_one_alone_and_that_is_on_record(world: World) -> None:
    ana, ben = world.person("ana"), world.person("ben")

    grant_role(
        world.store, world.ledger, person=ana.id, role=Role.ADMINISTRATOR, reason=REASON, actor=world.administrator,
        at=world.at,
    )  # fmt: skip
    third = asked(world, ben, Role.ADMINISTRATOR)

    with world.store.reading() as session:
        (grant,) = grants_of(session, ana.id, at=world.at)
    assert grant.basis == Basis.ONLY_ADMINISTRATOR
    assert third == "GR0001"
    assert roles(world, ben) == frozenset()


def test_the_only_administrator_gives_no_other_sensitive_role_alone(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")

    number = asked(world, ana, Role.APPROVER)

    assert refused_codes(world, number, world.administrator) == {"own-asking"}


def test_neither_who_asked_nor_the_person_concerned_confirms(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")
    number = asked(world, ana)

    assert "own-asking" in refused_codes(world, number, world.administrator)
    assert refused_codes(world, number, Actor(ana.id, frozenset({Role.ADMINISTRATOR}))) == {"own-grant"}


@pytest.mark.parametrize("forwards", [True, False])
def test_whoever_acts_for_them_does_not_confirm(small_world: World, forwards: bool) -> None:
    world = small_world
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")
    number = asked(world, ana)
    pair = (ana.id, second.id) if forwards else (second.id, world.administrator.id)
    with world.store.transaction() as tx:
        tx.session.add(
            Delegation(
                approver=pair[0], delegate=pair[1], reason=REASON, starts_at=world.at,
                ends_at=world.at + timedelta(days=2), given_at=world.at,
            )
        )  # fmt: skip

    assert refused_codes(world, number, second) == {"acting-for"}
    confirm(world, number, second, after=timedelta(days=3))  # the delegation has ended


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_confirms(small_world: World, role: Role) -> None:
    world = small_world
    number = asked(world, world.person("ana"))

    assert refused_codes(world, number, world.person("other", role)) == {"permission"}


def test_pairs_of_roles_are_asked_about_again_at_the_confirmation(small_world: World) -> None:
    world = small_world
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")
    number = asked(world, ana, Role.AUDITOR)
    grant_role(world.store, world.ledger, person=ana.id, role=Role.DEVELOPER, reason=REASON, actor=second, at=world.at)

    assert refused_codes(world, number, second) == {"toxic-pair"}
    assert roles(world, ana) == {Role.DEVELOPER}


def test_people_are_asked_about_again_at_the_confirmation(small_world: World) -> None:
    world = small_world
    second, third = world.person("second", Role.ADMINISTRATOR), world.person("third", Role.ADMINISTRATOR)
    ana, ben = world.person("ana"), world.person("ben")
    for_ana, for_ben = asked(world, ana), asked(world, ben, by=third)
    disable_person(world.store, world.ledger, person=ana.id, reason=REASON, actor=second, at=world.at)
    withdraw_role(
        world.store, world.ledger, person=third.id, role=Role.ADMINISTRATOR, reason=REASON, actor=second, at=world.at
    )

    assert refused_codes(world, for_ana, second) == {"disabled"}
    assert refused_codes(world, for_ben, second) == {"asker"}


def test_a_grant_is_confirmed_once_and_asked_for_once(small_world: World) -> None:
    world = small_world
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")
    number = asked(world, ana)
    with pytest.raises(Refused) as twice:
        asked(world, ana)
    confirm(world, number, second)

    assert {reason.code for reason in twice.value.refusals} == {"asked"}
    assert refused_codes(world, number, second) == {"decided", "held"}
    with pytest.raises(NotFound):
        confirm(world, "GR0099", second)


def test_an_unanswered_grant_expires_after_fourteen_days(world: World) -> None:
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")
    number, end = asked(world, ana), world.at + LIFE

    assert refused_codes(world, number, second, after=LIFE) == {"decided"}  # whether or not the job has run
    with world.store.transaction() as tx:
        early = expire_asked(tx, world.ledger, at=end - timedelta(seconds=1))
        late = expire_asked(tx, world.ledger, at=end)
    with world.store.reading() as session:
        (row,) = asked_grants(session, at=end)
    assert (early, late, row.status, timedelta(days=14)) == (0, 1, AskedStatus.EXPIRED, LIFE)


@pytest.mark.parametrize(("by_asker", "status"), [(True, AskedStatus.WITHDRAWN), (False, AskedStatus.DECLINED)])
def test_a_grant_is_declined_or_taken_back_with_a_reason(
    small_world: World, by_asker: bool, status: AskedStatus
) -> None:
    world = small_world
    second, ana = world.person("second", Role.ADMINISTRATOR), world.person("ana")
    number = asked(world, ana)
    actor = world.administrator if by_asker else second
    with pytest.raises(Refused) as short:
        decline_grant(world.store, world.ledger, grant=number, reason="no", actor=actor, at=world.at)

    decline_grant(world.store, world.ledger, grant=number, reason="She has left", actor=actor, at=world.at)

    with world.store.reading() as session:
        (row,) = asked_grants(session, at=world.at)
    assert {reason.code for reason in short.value.refusals} == {"reason"}
    assert (row.status, row.decided_by, row.decision_reason) == (status, actor.id, "She has left")
    assert "decided" in refused_codes(world, number, second)
