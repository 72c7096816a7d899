"""Sessions and outside identities: read again every time, ended at once, never opened twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from core.access.alerting import ACCESS_ALERT_JOB
from core.access.browsers import family_of
from core.access.grants_asked.tables import AskedGrant
from core.access.people import disable_person, withdraw_role
from core.access.queries import open_sessions, person_record
from core.access.rules import EVERYWHERE, Actor, Belonging, Permission, Reach, Role
from core.access.sessions import (
    OutsideIdentity,
    actor_for_session,
    end_all_sessions,
    end_session,
    open_session,
    person_from_provider,
)
from core.access.tables import Person, RoleGrant
from core.assurance.permissions.service import Watch
from core.errors import Refused
from core.jobs.tables import Job
from core.ledger.tables import LogEntry
from tests.access.conftest import World

LENGTH = timedelta(hours=8)


def opened(world: World, person: Actor, session_id: str = "s1") -> str:
    with world.store.transaction() as tx:
        open_session(tx, world.ledger, session_id=session_id, person=person.id, length=LENGTH, at=world.at)
    return session_id


def behind(world: World, session_id: str, person: Actor, *, later: timedelta = timedelta(0)) -> Actor | None:
    return actor_for_session(world.store, session_id=session_id, person=person.id, at=world.at + later)


def identity(subject: str = "u1", **said: object) -> OutsideIdentity:
    given = {"issuer": "https://idp.example", "subject": subject, "name": "Una Outside", **said}
    if isinstance(given.get("roles"), frozenset):
        given["roles"] = dict.fromkeys(given["roles"], EVERYWHERE)
    return OutsideIdentity(**given)  # type: ignore[arg-type]


def arrive(world: World, who: OutsideIdentity, session_id: str = "o1") -> Actor | None:
    return person_from_provider(
        world.store, world.ledger, identity=who, session_id=session_id, length=LENGTH, at=world.at
    )


@pytest.mark.row("role revoked during a session")
def test_a_session_carries_the_roles_of_this_moment(world: World) -> None:
    ana = world.person("ana", Role.APPROVER)
    session_id = opened(world, ana)
    before = behind(world, session_id, ana)

    withdraw_role(
        world.store, world.ledger, person=ana.id, role=Role.APPROVER,
        reason="Changed department", actor=world.administrator, at=world.at,
    )  # fmt: skip

    after = behind(world, session_id, ana)
    assert before is not None
    assert after is not None
    assert (before.roles, after.roles) == ({Role.APPROVER}, frozenset())


def test_a_session_ends_at_its_end(small_world: World) -> None:
    ana = small_world.person("ana")
    session_id = opened(small_world, ana)

    assert behind(small_world, session_id, ana, later=LENGTH - timedelta(seconds=1)) is not None
    assert behind(small_world, session_id, ana, later=LENGTH) is None


def test_a_session_opens_only_for_its_own_person(small_world: World) -> None:
    ana, ben = small_world.person("ana"), small_world.person("ben")
    session_id = opened(small_world, ana)

    assert behind(small_world, session_id, ben) is None
    assert behind(small_world, "unknown", ana) is None


def test_an_ended_session_gives_nobody(world: World) -> None:
    ana = world.person("ana")
    session_id = opened(world, ana)

    end_session(world.store, world.ledger, session_id=session_id, actor=ana, at=world.at)

    assert behind(world, session_id, ana) is None


def test_disabling_somebody_ends_every_session(world: World) -> None:
    ana = world.person("ana")
    first, second = opened(world, ana), opened(world, ana, "s2")

    disable_person(
        world.store, world.ledger, person=ana.id, reason="Left the company", actor=world.administrator, at=world.at
    )

    assert behind(world, first, ana) is None
    assert behind(world, second, ana) is None
    with world.store.reading() as session:
        assert open_sessions(session, person=ana.id, at=world.at) == ()


def test_somebody_elses_session_cannot_be_ended(small_world: World) -> None:
    ana, ben = small_world.person("ana"), small_world.person("ben", Role.APPROVER)
    session_id = opened(small_world, ana)

    with pytest.raises(Refused):
        end_session(small_world.store, small_world.ledger, session_id=session_id, actor=ben, at=small_world.at)

    assert behind(small_world, session_id, ana) is not None


def test_an_administrator_can_end_any_session(small_world: World) -> None:
    ana = small_world.person("ana")
    session_id = opened(small_world, ana)

    end_session(
        small_world.store, small_world.ledger, session_id=session_id, actor=small_world.administrator, at=small_world.at
    )

    assert behind(small_world, session_id, ana) is None


def test_somebody_from_outside_is_added_at_the_first_sign_in(world: World) -> None:
    actor = arrive(world, identity(roles=frozenset({Role.VALIDATOR})))

    assert actor is not None
    assert actor.roles == {Role.VALIDATOR}
    again = arrive(world, identity(roles=frozenset({Role.APPROVER})), "o2")
    assert again is not None
    assert (again.id, again.roles) == (actor.id, {Role.APPROVER})


def test_without_groups_roles_come_from_the_store(small_world: World) -> None:
    actor = arrive(small_world, identity())

    assert actor is not None
    assert actor.roles == frozenset()


def test_a_toxic_pair_from_groups_gives_no_decision(small_world: World) -> None:
    actor = arrive(small_world, identity(roles=frozenset({Role.ADMINISTRATOR, Role.APPROVER})))

    assert actor is not None
    assert Permission.CHANGE_VOTE not in actor.permissions


def test_a_role_from_groups_reaches_as_far_as_they_say_and_no_further_after_they_say_less(small_world: World) -> None:
    world, loans, cards = small_world, Reach(lines=frozenset({"Loans"})), Reach(lines=frozenset({"Cards"}))
    here, there = (Belonging("Loans"),), (Belonging("Cards"),)

    wide = arrive(world, identity(roles={Role.VALIDATOR: loans.with_(cards)}), "o1")
    narrow = arrive(world, identity(roles={Role.VALIDATOR: loans}), "o2")
    same = arrive(world, identity(roles={Role.VALIDATOR: loans}), "o3")

    assert wide
    assert narrow
    assert same == narrow
    assert [Permission.FINDING_RAISE in one.permissions_on(there) for one in (wide, narrow)] == [True, False]
    assert Permission.FINDING_RAISE in narrow.permissions_on(here)
    assert (narrow.reach, Permission.POLICY_DRAFT in narrow.permissions_on(())) == (loans, False)
    with world.store.reading() as session:
        rows = session.exec(select(RoleGrant).where(RoleGrant.person == narrow.id)).all()
        assert [row.withdrawn_at is None for row in rows] == [False, True]
        assert Watch().differences(session, at=world.at) == ()


def test_a_pair_from_groups_that_may_not_meet_is_cut_even_where_both_reach_different_lines(small_world: World) -> None:
    loans, cards = Reach(lines=frozenset({"Loans"})), Reach(lines=frozenset({"Cards"}))

    actor = arrive(small_world, identity(roles={Role.AUDITOR: loans, Role.VALIDATOR: cards}))

    assert actor
    assert Permission.FINDING_RAISE not in actor.permissions_on((Belonging("Cards"),))
    with small_world.store.reading() as session:
        assert any(job.kind == ACCESS_ALERT_JOB for job in session.exec(select(Job)))


def test_an_outside_session_that_was_ended_does_not_open_again(world: World) -> None:
    actor = arrive(world, identity())
    assert actor is not None

    end_session(world.store, world.ledger, session_id="o1", actor=actor, at=world.at)

    assert arrive(world, identity()) is None


def test_an_outside_user_name_never_takes_over_an_account(small_world: World) -> None:
    ana = small_world.person("ana", Role.APPROVER)

    actor = arrive(small_world, identity(username="ana"))

    assert actor is not None
    assert actor.id != ana.id
    assert actor.roles == frozenset()


def test_the_same_subject_of_another_issuer_is_another_person(small_world: World) -> None:
    first = arrive(small_world, identity())
    second = arrive(small_world, identity(issuer="https://other.example"), "o2")

    assert first is not None
    assert second is not None
    assert first.id != second.id


def test_a_disabled_person_stays_out_whatever_the_provider_says(small_world: World) -> None:
    world = small_world
    actor = arrive(world, identity(roles=frozenset({Role.OWNER})))
    assert actor is not None
    disable_person(
        world.store, world.ledger, person=actor.id, reason="Left the company", actor=world.administrator, at=world.at
    )

    assert arrive(world, identity(roles=frozenset({Role.OWNER})), "o2") is None


def test_a_named_subject_becomes_the_first_administrator_once(sqlite_store, ledger, at) -> None:  # type: ignore[no-untyped-def]
    first = person_from_provider(
        sqlite_store, ledger, identity=identity(may_be_first_administrator=True), session_id="a", length=LENGTH, at=at
    )
    second = person_from_provider(
        sqlite_store, ledger, identity=identity("u2", may_be_first_administrator=True),
        session_id="b", length=LENGTH, at=at,
    )  # fmt: skip

    assert first is not None
    assert second is not None
    assert (first.roles, second.roles) == ({Role.ADMINISTRATOR}, frozenset())


def test_a_change_of_name_at_the_provider_is_followed(small_world: World) -> None:
    actor = arrive(small_world, identity())
    assert actor is not None

    arrive(small_world, identity(name="Una Married"), "o2")

    with small_world.store.reading() as session:
        assert person_record(session, actor.id, at=small_world.at).name == "Una Married"
        assert len(session.exec(select(Person).where(Person.subject == identity().key)).all()) == 1


def test_a_session_that_nobody_uses_ends(small_world: World) -> None:
    ana = small_world.person("ana")
    session_id, idle = opened(small_world, ana), timedelta(minutes=30)

    def used(minutes: int) -> bool:
        at = small_world.at + timedelta(minutes=minutes)
        found = actor_for_session(small_world.store, session_id=session_id, person=ana.id, idle=idle, at=at)
        with small_world.store.reading() as session:
            assert bool(open_sessions(session, person=ana.id, idle=idle, at=at)) is (found is not None)
        return found is not None

    assert [used(minutes) for minutes in (29, 58, 88, 89, 60)] == [True, True, False, False, True]


def test_use_is_noted_to_the_minute(world: World) -> None:
    ana = world.person("ana")
    session_id = opened(world, ana)

    def seen() -> timedelta:
        with world.store.reading() as session:
            return open_sessions(session, person=ana.id, at=world.at)[0].seen_at - world.at

    behind(world, session_id, ana, later=timedelta(seconds=59))
    before = seen()
    behind(world, session_id, ana, later=timedelta(minutes=3, seconds=7))

    assert (before, seen()) == (timedelta(0), timedelta(minutes=3, seconds=7))


def test_all_other_sessions_end_at_once_and_each_is_on_record(small_world: World) -> None:
    ana, ben = small_world.person("ana"), small_world.person("ben")
    mine, other, third = opened(small_world, ana), opened(small_world, ana, "s2"), opened(small_world, ana, "s3")
    bens = opened(small_world, ben, "s4")

    ended = end_all_sessions(
        small_world.store, small_world.ledger, person=ana.id, but=mine, actor=ana, at=small_world.at
    )

    assert ended == 2
    assert behind(small_world, mine, ana) is not None
    assert behind(small_world, bens, ben) is not None
    assert behind(small_world, other, ana) is behind(small_world, third, ana) is None
    with small_world.store.reading() as session:
        assert session.exec(select(func.count()).where(LogEntry.action == "session.ended")).one() == 2


@pytest.mark.parametrize("act", [end_session, end_all_sessions])
def test_a_token_ends_no_session(small_world: World, act: Callable[..., object]) -> None:
    ana = small_world.person("ana")
    session_id = opened(small_world, ana)
    what = {"session_id": session_id} if act is end_session else {"person": ana.id}

    with pytest.raises(Refused):
        act(small_world.store, small_world.ledger, **what, actor=replace(ana, token="T0001"), at=small_world.at)

    assert behind(small_world, session_id, ana) is not None


def test_sessions_of_others_are_ended_by_administrators_alone(small_world: World) -> None:
    ana, ben = small_world.person("ana"), small_world.person("ben", Role.OWNER)
    session_id = opened(small_world, ana)

    with pytest.raises(Refused):
        end_all_sessions(small_world.store, small_world.ledger, person=ana.id, actor=ben, at=small_world.at)
    assert behind(small_world, session_id, ana) is not None

    actor = small_world.administrator
    assert end_all_sessions(small_world.store, small_world.ledger, person=ana.id, actor=actor, at=small_world.at) == 1
    assert behind(small_world, session_id, ana) is None


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Safari/605.1", "Safari"),
        ("<script>alert(1)</script>", "Another browser"),
        ("", ""),
    ],
)
def test_of_a_browser_only_the_family_is_kept(agent: str, family: str) -> None:
    assert family_of(agent) == family


def test_a_pair_that_a_provider_brings_is_harmless_on_record_and_alerted_until_it_is_over(small_world: World) -> None:
    world = small_world
    both = identity(roles=frozenset({Role.ADMINISTRATOR, Role.APPROVER}))

    actor = arrive(world, both, "o1")
    arrive(world, both, "o2")
    arrive(world, identity(roles=frozenset({Role.APPROVER})), "o3")

    assert actor is not None
    with world.store.reading() as session:
        bases = set(session.exec(select(RoleGrant.basis).where(RoleGrant.person == actor.id)))
        waits = session.exec(select(AskedGrant)).all()
        alerts = [
            slot.rpartition(" ")[0]
            for slot in session.exec(select(Job.slot).where(Job.kind == ACCESS_ALERT_JOB).order_by(col(Job.id)))
        ]
    assert Permission.CHANGE_VOTE not in actor.permissions
    assert (bases, list(waits)) == ({"identity provider"}, [])  # the provider is the authority
    assert alerts == [f"toxic-pair {actor.id}", f"apart {actor.id}"]
