"""People and their roles: who may add, grant, withdraw and disable, and what stays on record."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.accounts import sign_in
from core.access.grants import roles_of
from core.access.links import LIFE, LinkSpent
from core.access.people import create_person, disable_person, grant_role, withdraw_role
from core.access.queries import names, people, people_count, person_record
from core.access.rules import Actor, Role
from core.access.setup import give_link, make_first_link, redeem_link
from core.errors import NotFound, Refused, Unreadable
from core.ledger.tables import LogEntry, LogPayload
from tests.access.conftest import PASSWORD, World


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in refused.value.refusals}


def actions(world: World) -> list[str]:
    with world.store.reading() as session:
        return list(session.exec(select(LogEntry.action).order_by(LogEntry.idx)))


def test_the_first_link_makes_an_administrator_and_no_second_one(world: World) -> None:
    with world.store.reading() as session:
        held = roles_of(session, world.administrator.id, at=world.at)

    assert held == {Role.ADMINISTRATOR}
    assert make_first_link(world.store, world.ledger, at=world.at) is None


def test_a_link_works_once(small_world: World) -> None:
    world = small_world
    created = create_person(
        world.store, world.ledger, username="ana", name="Ana", actor=world.administrator, at=world.at
    )
    redeem_link(world.store, world.ledger, secret=created.link, password=PASSWORD, at=world.at)

    with pytest.raises(LinkSpent):
        redeem_link(world.store, world.ledger, secret=created.link, password=PASSWORD, at=world.at)


def test_a_link_that_expired_is_refused(small_world: World) -> None:
    world = small_world
    created = create_person(
        world.store, world.ledger, username="ana", name="Ana", actor=world.administrator, at=world.at
    )

    with pytest.raises(LinkSpent):
        redeem_link(world.store, world.ledger, secret=created.link, password=PASSWORD, at=world.at + LIFE)


def test_a_newer_first_link_voids_the_older(sqlite_store, ledger, at) -> None:  # type: ignore[no-untyped-def]
    older = make_first_link(sqlite_store, ledger, at=at)
    make_first_link(sqlite_store, ledger, at=at)
    assert older is not None

    with pytest.raises(LinkSpent):
        redeem_link(sqlite_store, ledger, secret=older, password=PASSWORD, username="ida", name="Ida", at=at)


def test_a_link_survives_a_password_that_is_refused(small_world: World) -> None:
    world = small_world
    created = create_person(
        world.store, world.ledger, username="ana", name="Ana", actor=world.administrator, at=world.at
    )
    with pytest.raises(Refused) as refused:
        redeem_link(world.store, world.ledger, secret=created.link, password="short", at=world.at)

    actor = redeem_link(world.store, world.ledger, secret=created.link, password=PASSWORD, at=world.at)

    assert "password-short" in codes(refused)
    assert actor.id == created.number


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_adds_people(small_world: World, role: Role) -> None:
    world = small_world
    other = world.person("other", role)

    with pytest.raises(Refused) as refused:
        create_person(world.store, world.ledger, username="new", name="New", actor=other, at=world.at)

    assert codes(refused) == {"permission"}
    assert actions(world)[-1] == "act.refused"


@pytest.mark.parametrize(
    ("username", "name"),
    [("", "Ana"), ("a b", "Ana"), ("ana", " "), ("FIRST", "Ana"), ("ana", "x" * 201), ("a\u202eb", "Ana")],
)
def test_an_incomplete_record_is_refused_with_its_reason(small_world: World, username: str, name: str) -> None:
    world = small_world

    with pytest.raises(Unreadable):
        create_person(world.store, world.ledger, username=username, name=name, actor=world.administrator, at=world.at)

    with world.store.reading() as session:
        assert people_count(session) == 1


def test_nobody_grants_a_role_to_themselves(world: World) -> None:
    with pytest.raises(Refused) as refused:
        grant_role(
            world.store, world.ledger, person=world.administrator.id, role=Role.OWNER,
            reason="Because I want to", actor=world.administrator, at=world.at,
        )  # fmt: skip

    assert {"own-grant", "toxic-pair"} <= codes(refused)


def test_an_auditor_cannot_become_a_developer(small_world: World) -> None:
    world = small_world
    auditor = world.person("auditor", Role.AUDITOR)

    with pytest.raises(Refused) as refused:
        grant_role(
            world.store, world.ledger, person=auditor.id, role=Role.DEVELOPER,
            reason="A second job", actor=world.administrator, at=world.at,
        )  # fmt: skip

    assert codes(refused) == {"toxic-pair"}


def test_a_grant_needs_a_reason_and_an_end_after_its_beginning(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")

    with pytest.raises(Refused) as refused:
        grant_role(
            world.store, world.ledger, person=ana.id, role=Role.OWNER,
            reason="why", ends_at=world.at, actor=world.administrator, at=world.at,
        )  # fmt: skip

    assert codes(refused) == {"reason", "ended"}


def test_a_role_ends_at_its_end(small_world: World) -> None:
    world = small_world
    ana = world.person("ana")
    end = world.at + timedelta(days=1)
    grant_role(
        world.store, world.ledger, person=ana.id, role=Role.OWNER,
        reason="Deputy for a day", ends_at=end, actor=world.administrator, at=world.at,
    )  # fmt: skip

    with world.store.reading() as session:
        before = roles_of(session, ana.id, at=end - timedelta(microseconds=1))
        after = roles_of(session, ana.id, at=end)

    assert (before, after) == ({Role.OWNER}, frozenset())


def test_a_withdrawn_role_stays_on_record(world: World) -> None:
    ana = world.person("ana", Role.VALIDATOR)

    withdraw_role(
        world.store, world.ledger, person=ana.id, role=Role.VALIDATOR,
        reason="Moved to development", actor=world.administrator, at=world.at,
    )  # fmt: skip

    with world.store.reading() as session:
        assert person_record(session, ana.id, at=world.at).roles == ()
    assert actions(world)[-1] == "role.withdrawn"


def test_an_administrator_cannot_withdraw_their_own_role(small_world: World) -> None:
    world = small_world

    with pytest.raises(Refused) as refused:
        withdraw_role(
            world.store, world.ledger, person=world.administrator.id, role=Role.ADMINISTRATOR,
            reason="I am leaving today", actor=world.administrator, at=world.at,
        )  # fmt: skip

    assert codes(refused) == {"own-role"}


def test_nobody_disables_themselves(small_world: World) -> None:
    world = small_world

    with pytest.raises(Refused) as refused:
        disable_person(
            world.store, world.ledger, person=world.administrator.id,
            reason="I am leaving today", actor=world.administrator, at=world.at,
        )  # fmt: skip

    assert codes(refused) == {"own-account"}


def test_a_role_cannot_be_granted_to_somebody_unknown(small_world: World) -> None:
    world = small_world

    with pytest.raises(NotFound):
        grant_role(
            world.store, world.ledger, person="P9999", role=Role.OWNER,
            reason="Needed for the work", actor=world.administrator, at=world.at,
        )  # fmt: skip


def test_an_actor_from_outside_the_store_has_no_say(small_world: World) -> None:
    world = small_world

    with pytest.raises(Refused):
        create_person(world.store, world.ledger, username="x", name="X", actor=Actor("P0042"), at=world.at)


def test_people_are_listed_with_roles_and_found_by_name(world: World) -> None:
    world.person("ana", Role.APPROVER)
    world.person("ben", Role.DEVELOPER, Role.OWNER)

    with world.store.reading() as session:
        found = people(session, at=world.at, search="BEN")
        known = names(session)

    assert [(row.name, [grant.role for grant in row.roles]) for row in found] == [("Ben", [Role.DEVELOPER, Role.OWNER])]
    assert known["P0002"] == "Ana"


def test_a_search_for_a_wildcard_finds_only_the_letter(small_world: World) -> None:
    small_world.person("ana")

    with small_world.store.reading() as session:
        assert people_count(session, search="%") == 0


def test_the_ledger_holds_no_name_and_no_mail_address(small_world: World) -> None:
    world = small_world
    create_person(
        world.store, world.ledger, username="zelda.quist", name="Zelda Quist", email="zelda@example.org",
        actor=world.administrator, at=world.at,
    )  # fmt: skip

    with world.store.reading() as session:
        written = " ".join(
            [*session.exec(select(LogEntry.body)), *(body or "" for body in session.exec(select(LogPayload.body)))]
        )

    assert "zelda" not in written.casefold()
    assert "quist" not in written.casefold()


def test_a_new_link_sets_a_new_password_and_voids_the_former_link(small_world: World) -> None:
    world, ana = small_world, small_world.person("ana")
    first, second = (
        give_link(world.store, world.ledger, person=ana.id, actor=world.administrator, at=world.at) for _ in range(2)
    )

    with pytest.raises(LinkSpent):
        redeem_link(world.store, world.ledger, secret=first, password="another long password", at=world.at)
    redeem_link(world.store, world.ledger, secret=second, password="another long password", at=world.at)

    assert sign_in(world.store, username="ana", password="another long password", at=world.at) == ana.id


def test_a_link_is_given_by_administrators_alone_and_never_for_the_disabled(small_world: World) -> None:
    world, ana, ben = small_world, small_world.person("ana"), small_world.person("ben", Role.OWNER)
    with pytest.raises(Refused):
        give_link(world.store, world.ledger, person=ana.id, actor=ben, at=world.at)
    disable_person(
        world.store, world.ledger, person=ana.id, reason="Left the company", actor=world.administrator, at=world.at
    )

    with pytest.raises(Refused, match="disabled"):
        give_link(world.store, world.ledger, person=ana.id, actor=world.administrator, at=world.at)
