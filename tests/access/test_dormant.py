"""Dormant accounts: warned after 75 days without use, kept out after 90, let in again by an administrator."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.accounts import WrongCredentials, sign_in
from core.access.dormant.queries import blocked_accounts, unused_accounts
from core.access.dormant.service import enable_person
from core.access.grants import administrators, load_person
from core.access.rules import Actor, Permission, Role
from core.access.sessions import open_session
from core.access.tokens import actor_for_token, issue_token
from core.access.watching import Cadence, watch_access
from core.errors import Refused
from core.jobs.outbox.tables import OutboxMessage
from core.ledger.tables import LogEntry
from tests.access.conftest import PASSWORD, World

DAY = timedelta(days=1)
CADENCE = Cadence(timedelta(days=36500), timedelta(days=90), mail="https://countersign.example")
REASON = "Back from parental leave"


def watch(world: World, days: int) -> int:
    return watch_access(world.store, world.ledger, CADENCE, at=world.at + days * DAY)


def use(world: World, person: Actor, days: int) -> None:
    with world.store.transaction() as tx:
        open_session(
            tx, world.ledger, session_id=f"{person.id} {days}", person=person.id, length=DAY, at=world.at + days * DAY
        )


def gets_in(world: World, username: str, days: int) -> bool:
    try:
        sign_in(world.store, username=username, password=PASSWORD, at=world.at + days * DAY)
    except WrongCredentials:
        return False
    return True


def warned(world: World) -> list[str]:
    with world.store.reading() as session:
        return list(session.exec(select(OutboxMessage.receiver)))


def test_an_unused_account_is_warned_after_75_days_and_kept_out_after_90(world: World) -> None:
    ana = world.person("ana", Role.OWNER)
    with world.store.transaction() as tx:
        load_person(tx.session, ana.id).email = "ana@countersign.example"
    use(world, ana, 10)

    early, warns, again, late = watch(world, 84), watch(world, 85), watch(world, 99), watch(world, 100)

    with world.store.reading() as session:
        (blocked,) = blocked_accounts(session)
        actions = list(session.exec(select(LogEntry.action).order_by(LogEntry.idx)))  # type: ignore[arg-type]
        body = json.loads(session.exec(select(OutboxMessage.body)).one())
    assert (early, warns, again, late) == (1, 1, 0, 1)  # the first is the administrator, who is warned too
    assert warned(world) == [ana.id]
    assert "https://countersign.example/" in body["text"]
    assert (blocked.person, blocked.since) == (ana.id, world.at + 10 * DAY)
    assert actions[-1] == "person.disabled"
    assert not gets_in(world, "ana", 100)


def test_who_never_signed_in_counts_from_their_making(small_world: World) -> None:
    world = small_world
    use(world, world.administrator, 50)
    late = world.person("late", Role.OWNER)

    watch(world, 75)
    watch(world, 89)
    assert gets_in(world, "late", 89)
    watch(world, 90)

    assert not gets_in(world, "late", 90)
    with world.store.reading() as session:
        assert load_person(session, late.id).disabled_at == world.at + 90 * DAY


def test_a_token_that_is_used_keeps_the_account_open(small_world: World) -> None:
    world = small_world
    use(world, world.administrator, 80)
    pipeline = world.person("pipeline", Role.DEVELOPER)
    token = issue_token(
        world.store, world.ledger, name="nightly", scopes=frozenset({Permission.EVIDENCE_UPLOAD}),
        expires_at=world.at + 200 * DAY, actor=pipeline, at=world.at,
    )  # fmt: skip

    assert actor_for_token(world.store, secret=token.secret, at=world.at + 60 * DAY) is not None
    assert watch(world, 134) == 0
    assert watch(world, 135) == 1


def test_the_last_administrator_is_warned_and_never_kept_out(world: World) -> None:
    watch(world, 75)
    watch(world, 400)

    with world.store.reading() as session:
        assert administrators(session, at=world.at + 400 * DAY) == {world.administrator.id}
        (one,) = unused_accounts(session, limit=CADENCE.dormant, at=world.at + 400 * DAY)
    assert one.blocked_at is None


def test_of_two_unused_administrators_one_stays(small_world: World) -> None:
    world = small_world
    world.person("second", Role.ADMINISTRATOR)

    watch(world, 75)
    watch(world, 90)

    with world.store.reading() as session:
        assert len(administrators(session, at=world.at + 90 * DAY)) == 1


def test_nobody_is_kept_out_without_a_warning_of_fifteen_days(small_world: World) -> None:
    world = small_world
    use(world, world.administrator, 190)
    world.person("ana", Role.OWNER)

    watch(world, 200)  # the worker was down for months
    after, later = gets_in(world, "ana", 200), watch(world, 215)

    assert (after, later) == (True, 1)


def test_an_administrator_lets_somebody_in_again_with_a_reason(small_world: World) -> None:
    world = small_world
    ana = world.person("ana", Role.OWNER)
    use(world, world.administrator, 90)
    watch(world, 75)
    watch(world, 90)
    at = world.at + 91 * DAY
    with pytest.raises(Refused) as short:
        enable_person(world.store, world.ledger, person=ana.id, reason="ok", actor=world.administrator, at=at)
    with pytest.raises(Refused) as other:
        enable_person(world.store, world.ledger, person=ana.id, reason=REASON, actor=ana, at=at)

    enable_person(world.store, world.ledger, person=ana.id, reason=REASON, actor=world.administrator, at=at)

    with pytest.raises(Refused) as twice:
        enable_person(world.store, world.ledger, person=ana.id, reason=REASON, actor=world.administrator, at=at)
    codes = [{reason.code for reason in one.value.refusals} for one in (short, other, twice)]
    assert codes == [{"reason"}, {"permission", "own-account"}, {"enabled"}]
    assert gets_in(world, "ana", 91)
    assert watch(world, 91 + 74) == 1  # the administrator, who has not been here since day 90
