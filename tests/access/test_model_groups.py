"""Groups of models: who keeps them, and that nobody's sensitive role reaches further on one administrator's word."""

from dataclasses import fields
from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.grants import actor_of
from core.access.grants_asked.service import confirm_grant
from core.access.people import grant_role, withdraw_role
from core.access.reach.belonging import about_models
from core.access.rules import Actor, Permission, Reach, Role
from core.access.rules.granting import LIFE
from core.assurance.permissions.service import Watch
from core.errors import NotFound, Refused, Unreadable
from core.inventory.groups.confirming import confirm_members, decline_members, expire_asked_members
from core.inventory.groups.queries import (
    asked_members,
    group_record,
    groups,
    groups_of_model,
    members,
    reaching_grants,
)
from core.inventory.groups.service import end_group, make_group, put_in, rename_group, take_out
from core.inventory.groups.tables import ModelGroupMember
from core.inventory.queries import InventoryFilter, inventory
from core.inventory.tables import Model
from core.ledger.tables import LogEntry
from tests.access.conftest import World
from tests.builders import Cast, a_model

WHY = "They are reviewed together"


@pytest.fixture
def group(small_world: World) -> str:
    world, nobody = small_world, small_world.administrator
    for _ in range(3):
        a_model(world.store, Cast(*[nobody] * len(fields(Cast))))
    return make_group(
        world.store, world.ledger, name="Scorecards", purpose="Score people", actor=world.administrator, at=world.at
    )


def put(world: World, group: str, *models: str, by: Actor | None = None) -> str | None:
    return put_in(
        world.store, world.ledger, group=group, models=models, reason=WHY, actor=by or world.administrator, at=world.at
    )


def granted(world: World, role: Role, *groups: str, confirmed_by: Actor | None = None) -> Actor:
    """A person to whom the role is granted for these groups."""
    person = world.person(f"{role}-holder")
    asked = grant_role(
        world.store, world.ledger, person=person.id, role=role, reason=WHY, reach=Reach(groups=frozenset(groups)),
        actor=world.administrator, at=world.at,
    )  # fmt: skip
    if asked and confirmed_by:
        confirm_grant(world.store, world.ledger, grant=asked, actor=confirmed_by, at=world.at)
    with world.store.reading() as session:
        found = actor_of(session, person.id, at=world.at)
    assert found is not None
    return found


def may(world: World, actor: Actor, permission: Permission, model: str) -> bool:
    with world.store.reading() as session:
        return permission in actor.permissions_on(about_models(session, [model]))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {one.code for one in refused.value.refusals}


def test_a_grant_reaches_the_models_of_the_group_that_it_names(small_world: World, group: str) -> None:
    world = small_world
    put(world, group, "M0001", "m0002")

    owner = granted(world, Role.OWNER, group)

    with world.store.reading() as session:
        row, inside = group_record(session, group, at=world.at), members(session, group)
        (grant,) = reaching_grants(session, group, at=world.at)
        listed = inventory(session, InventoryFilter(group=group), limit=9, offset=0).rows
        assert groups_of_model(session, "M0001") == {group: "Scorecards"}
        entries = [*session.exec(select(LogEntry.action).order_by(LogEntry.idx))]
    assert (row.models, row.people, [one.number for one in inside]) == (2, 1, ["M0001", "M0002"])
    assert (grant.person, grant.role, grant.also) == (owner.id, Role.OWNER, "")
    assert [one.number for one in listed] == ["M0001", "M0002"]
    assert [may(world, owner, Permission.MODEL_EDIT, one) for one in ("M0001", "M0002", "M0003")] == [True, True, False]
    assert entries.count("model_group.joined") == 2


def test_a_model_joins_what_a_sensitive_role_reaches_when_a_second_administrator_agrees(
    small_world: World, group: str
) -> None:
    world = small_world
    second = world.person("second", Role.ADMINISTRATOR)
    put(world, group, "M0001")
    validator = granted(world, Role.VALIDATOR, group, confirmed_by=second)

    asked = put(world, group, "M0001", "M0002")
    before = may(world, validator, Permission.VALIDATION_CONCLUDE, "M0002")
    assert asked
    with pytest.raises(Refused) as own:
        confirm_members(world.store, world.ledger, asked=asked, actor=world.administrator, at=world.at)
    confirm_members(world.store, world.ledger, asked=asked, actor=second, at=world.at)
    with pytest.raises(Refused) as again:
        confirm_members(world.store, world.ledger, asked=asked, actor=second, at=world.at)

    assert asked == "GM0001"
    assert (before, may(world, validator, Permission.VALIDATION_CONCLUDE, "M0002")) == (False, True)
    assert codes(own) == {"own-asking"}
    assert codes(again) == {"decided"}


def test_it_waits_too_while_the_sensitive_role_itself_waits(small_world: World, group: str) -> None:
    granted(small_world, Role.APPROVER, group)

    assert put(small_world, group, "M0001") == "GM0001"


def test_whose_role_it_would_widen_does_not_let_models_in(small_world: World, group: str) -> None:
    world = small_world
    second = world.person("second", Role.ADMINISTRATOR)
    holder = granted(world, Role.AUDITOR, group, confirmed_by=second)
    asked = put(world, group, "M0001")

    with pytest.raises(Refused) as refused:  # as if a provider's groups had made them administrator too
        confirm_members(
            world.store, world.ledger, asked=asked or "", actor=Actor(holder.id, frozenset({Role.ADMINISTRATOR})),
            at=world.at,
        )  # fmt: skip

    assert codes(refused) == {"own-grant"}


def test_what_nobody_answered_expires_and_what_is_declined_says_why(small_world: World, group: str) -> None:
    world = small_world
    second = world.person("second", Role.ADMINISTRATOR)
    granted(world, Role.VALIDATOR, group, confirmed_by=second)
    first, other = put(world, group, "M0001"), put(world, group, "M0002")
    assert first
    assert other

    with pytest.raises(Refused) as unsaid:
        decline_members(world.store, world.ledger, asked=first, reason="no", actor=second, at=world.at)
    decline_members(world.store, world.ledger, asked=first, reason="Not one of them", actor=second, at=world.at)
    with world.store.transaction() as tx:
        expired = expire_asked_members(tx, world.ledger, at=world.at + LIFE)
    with pytest.raises(Refused) as late:
        confirm_members(world.store, world.ledger, asked=other, actor=second, at=world.at + LIFE)

    with world.store.reading() as session:
        assert (asked_members(session, at=world.at), members(session, group)) == ((), ())
    assert (codes(unsaid), codes(late), expired) == ({"reason"}, {"decided"}, 1)


@pytest.mark.parametrize("role", [Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER, Role.AUDITOR])
def test_only_administrators_keep_groups(small_world: World, group: str, role: Role) -> None:
    world, someone = small_world, small_world.person("someone", role)
    acts = (
        lambda: make_group(world.store, world.ledger, name="B", purpose="B", actor=someone, at=world.at),
        lambda: rename_group(world.store, world.ledger, group=group, name="B", purpose="B", actor=someone, at=world.at),
        lambda: put(world, group, "M0001", by=someone),
        lambda: take_out(
            world.store, world.ledger, group=group, models=["M0001"], reason=WHY, actor=someone, at=world.at
        ),
        lambda: end_group(world.store, world.ledger, group=group, reason=WHY, actor=someone, at=world.at),
    )

    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert "permission" in codes(refused)


def test_a_group_that_grants_name_does_not_end_and_one_that_ended_is_named_by_none(
    small_world: World, group: str
) -> None:
    world = small_world
    put(world, group, "M0001")
    owner = granted(world, Role.OWNER, group)

    with pytest.raises(Refused) as named:
        end_group(world.store, world.ledger, group=group, reason=WHY, actor=world.administrator, at=world.at)
    withdraw_role(
        world.store, world.ledger, person=owner.id, role=Role.OWNER, reason=WHY, actor=world.administrator, at=world.at
    )
    end_group(world.store, world.ledger, group=group, reason=WHY, actor=world.administrator, at=world.at)
    with pytest.raises(Refused) as ended:
        granted(world, Role.DEVELOPER, group)
    with pytest.raises(Refused) as closed:
        put(world, group, "M0002")
    with pytest.raises(Refused) as never:
        granted(world, Role.APPROVER, "MG0099")

    with world.store.reading() as session:
        assert (groups(session, at=world.at), len(groups(session, at=world.at, ended=True))) == ((), 1)
    assert codes(named) == {"group-reached"}
    assert (codes(ended), codes(closed), codes(never)) == ({"reach-group"}, {"group-ended"}, {"reach-group"})


def test_input_that_is_none_is_said_and_nothing_is_stored(small_world: World, group: str) -> None:
    world = small_world
    with pytest.raises(Unreadable, match="M0099"):
        put(world, group, "M0001", "M0099")
    with pytest.raises(Unreadable, match="has this name"):
        make_group(world.store, world.ledger, name=" Scorecards ", purpose="x", actor=world.administrator, at=world.at)
    with pytest.raises(NotFound):
        put(world, "MG0099", "M0001")
    with pytest.raises(Refused) as twice:
        take_out(
            world.store, world.ledger, group=group, models=["M0001"], reason=WHY, actor=world.administrator, at=world.at
        )

    with world.store.reading() as session:
        assert members(session, group) == ()
    assert codes(twice) == {"not-in-group"}


def test_a_model_that_was_put_in_behind_the_use_cases_is_seen_by_the_permission_monitor(
    small_world: World, group: str
) -> None:
    world, watch = small_world, Watch()
    second = world.person("second", Role.ADMINISTRATOR)
    granted(world, Role.VALIDATOR, group, confirmed_by=second)
    put_in_by_hand, at = "M0003", world.at + timedelta(minutes=1)

    with world.store.reading() as session:
        assert watch.differences(session, at=at) == ()
    with world.store.transaction() as tx:
        model = tx.session.exec(select(Model).where(Model.number == put_in_by_hand)).one()
        tx.session.add(ModelGroupMember(group_id=1, model_id=model.id or 0, added_by="P0001", added_at=at))
    seen = watch.look(world.store, world.ledger, at=at)

    (difference,) = seen.standing
    assert difference.said == f"M0003 is in group {group}, and no entry put it there"
    assert (difference.opens, difference.sensitive) == (True, True)
