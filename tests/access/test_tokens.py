"""Tokens: within scope, within time, within their owner's roles, and gone when revoked."""

from datetime import timedelta

import pytest
from sqlmodel import select

from core.access.people import disable_person, withdraw_role
from core.access.queries import tokens
from core.access.rules import TOKEN_SCOPES, Actor, Permission, Role
from core.access.tables import Token
from core.access.tokens import LONGEST_LIFE, Issued, actor_for_token, issue_token, revoke_token
from core.errors import Refused
from core.ledger.tables import LogEntry, LogPayload
from tests.access.conftest import World

UPLOAD = frozenset({Permission.EVIDENCE_UPLOAD})
WEEK = timedelta(days=7)


def issued(world: World, owner: Actor, **wish: object) -> Issued:
    asked = {"name": "nightly build", "scopes": UPLOAD, "expires_at": world.at + WEEK, **wish}
    return issue_token(world.store, world.ledger, actor=owner, at=world.at, **asked)  # type: ignore[arg-type]


def test_a_token_acts_for_its_owner_within_its_scopes(world: World) -> None:
    dev = world.person("dev", Role.DEVELOPER)
    token = issued(world, dev)

    actor = actor_for_token(world.store, secret=token.secret, at=world.at)

    assert actor is not None
    assert (actor.id, actor.token, actor.permissions) == (dev.id, token.number, UPLOAD)


@pytest.mark.parametrize("secret", ["", "countersign_", "countersign_" + "A" * 43, "\x00", "é" * 40])
def test_an_unknown_secret_is_nobody(small_world: World, secret: str) -> None:
    issued(small_world, small_world.person("dev", Role.DEVELOPER))

    assert actor_for_token(small_world.store, secret=secret, at=small_world.at) is None


def test_only_the_digest_of_a_secret_is_kept(small_world: World) -> None:
    token = issued(small_world, small_world.person("dev", Role.DEVELOPER))

    with small_world.store.reading() as session:
        row = session.exec(select(Token)).one()
        kept = " ".join(str(value) for value in row.model_dump().values())
        ledger = " ".join(
            [*session.exec(select(LogEntry.body)), *(b or "" for b in session.exec(select(LogPayload.body)))]
        )

    secret = token.secret.removeprefix("countersign_")
    assert len(secret) == 43  # 256 bits in base64
    assert secret not in kept
    assert secret not in ledger


def test_a_token_ends_at_its_end(small_world: World) -> None:
    token = issued(small_world, small_world.person("dev", Role.DEVELOPER))

    assert actor_for_token(small_world.store, secret=token.secret, at=small_world.at + WEEK) is None


def test_a_revoked_token_is_nobody_at_once(world: World) -> None:
    dev = world.person("dev", Role.DEVELOPER)
    token = issued(world, dev)

    revoke_token(world.store, world.ledger, number=token.number, actor=dev, at=world.at)

    assert actor_for_token(world.store, secret=token.secret, at=world.at) is None


def test_a_token_loses_what_its_owner_loses(small_world: World) -> None:
    world = small_world
    dev = world.person("dev", Role.DEVELOPER)
    token = issued(world, dev)
    withdraw_role(
        world.store, world.ledger, person=dev.id, role=Role.DEVELOPER,
        reason="Changed department", actor=world.administrator, at=world.at,
    )  # fmt: skip

    actor = actor_for_token(world.store, secret=token.secret, at=world.at)

    assert actor is not None
    assert actor.permissions == frozenset()


def test_the_token_of_a_disabled_person_is_nobody(small_world: World) -> None:
    world = small_world
    dev = world.person("dev", Role.DEVELOPER)
    token = issued(world, dev)
    disable_person(
        world.store, world.ledger, person=dev.id, reason="Left the company", actor=world.administrator, at=world.at
    )

    assert actor_for_token(world.store, secret=token.secret, at=world.at) is None


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"scopes": frozenset()}, "token-scopes"),
        ({"scopes": frozenset({Permission.CHANGE_VOTE})}, "token-scope"),
        ({"scopes": frozenset({Permission.TOKEN_OWN})}, "token-scope"),
        ({"scopes": frozenset({Permission.PERSON_MANAGE})}, "token-scope"),
        ({"name": "  "}, "token-name"),
        ({"name": "x" * 201}, "token-name"),
    ],
)
def test_a_wish_beyond_the_rules_is_refused(small_world: World, wish: dict[str, object], code: str) -> None:
    dev = small_world.person("dev", Role.DEVELOPER)

    with pytest.raises(Refused) as refused:
        issued(small_world, dev, **wish)

    assert code in {refusal.code for refusal in refused.value.refusals}
    with small_world.store.reading() as session:
        assert tokens(session) == ()


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=-1), LONGEST_LIFE + timedelta(seconds=1)])
def test_a_token_lives_at_most_a_year(small_world: World, life: timedelta) -> None:
    dev = small_world.person("dev", Role.DEVELOPER)

    with pytest.raises(Refused):
        issued(small_world, dev, expires_at=small_world.at + life)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DEVELOPER])
def test_only_developers_have_tokens(small_world: World, role: Role) -> None:
    other = small_world.administrator if role is Role.ADMINISTRATOR else small_world.person("other", role)

    with pytest.raises(Refused):
        issued(small_world, other)


def test_a_token_cannot_issue_a_token(small_world: World) -> None:
    dev = small_world.person("dev", Role.DEVELOPER)
    token = issued(small_world, dev, scopes=TOKEN_SCOPES & dev.permissions)
    actor = actor_for_token(small_world.store, secret=token.secret, at=small_world.at)
    assert actor is not None

    with pytest.raises(Refused):
        issued(small_world, actor)


def test_somebody_elses_token_cannot_be_revoked(small_world: World) -> None:
    token = issued(small_world, small_world.person("dev", Role.DEVELOPER))
    other = small_world.person("other", Role.DEVELOPER)

    with pytest.raises(Refused):
        revoke_token(small_world.store, small_world.ledger, number=token.number, actor=other, at=small_world.at)

    assert actor_for_token(small_world.store, secret=token.secret, at=small_world.at) is not None


def test_the_last_use_is_noted(small_world: World) -> None:
    token = issued(small_world, small_world.person("dev", Role.DEVELOPER))
    later = small_world.at + timedelta(hours=1)

    actor_for_token(small_world.store, secret=token.secret, at=later)

    with small_world.store.reading() as session:
        assert tokens(session)[0].last_used_at == later
