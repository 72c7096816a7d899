"""The ledger's checks: full, onward from what was verified last, and length; each against a store that was tampered."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from core.access.rules import SYSTEM
from core.compliance.queries import figures_of, results_of
from core.compliance.service import _judged
from core.compliance.settings import set_check, standings
from core.compliance.vocabulary import Outcome
from core.ledger.guards import drop_statements
from core.ledger.service import Entity, Event, Ledger
from core.store import Store
from tests.builders import NOON
from tests.compliance.test_running import REASON, World

KEY = "ledger-verifies"


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return onward(World(sqlite_store, ledger))


def onward(world: World) -> World:
    """A ledger of 40 entries, verified in full; from here on only what comes is."""
    grow(world, 40)
    set_check(
        world.store, world.ledger, check=KEY, on=True, every_hours=24, parameters={"full_below": 0, "full_days": 7},
        reason=REASON, actor=world.cast.approver, at=NOON,
    )  # fmt: skip
    assert world.outcome(KEY)[0] is Outcome.HOLDS
    return world


def grow(world: World, count: int) -> None:
    for number in range(count):
        with world.store.transaction() as tx:
            entity = Entity("model", f"M{number:04d}")
            world.ledger.record(tx, Event.MODEL_CHANGED, entity=entity, actor=SYSTEM, at=NOON, payload={"n": number})


@contextmanager
def without_guards(world: World) -> Iterator[Session]:
    """As somebody who has the database's own rights."""
    with world.behind_the_back() as session:
        for statement in drop_statements(session.get_bind().dialect.name):
            session.execute(text(statement))
        yield session


def said(world: World) -> str:
    with world.store.reading() as session:
        return results_of(session, KEY, limit=1, offset=0).rows[0][0].said


def test_a_verification_goes_on_from_the_last_one_and_says_how_long_it_took(store: Store, ledger: Ledger) -> None:
    """On both databases; after a week everything is read again."""
    world = onward(World(store, ledger))
    assert said(world).startswith("all entries in ")
    grow(world, 3)

    assert world.outcome(KEY) == (Outcome.HOLDS, [])
    with store.reading() as session:
        newest, former = (row for row, _ in results_of(session, KEY, limit=2, offset=0).rows)
    first, second = figures_of(former), figures_of(newest)
    # the run before put one entry on record itself, after it had read
    assert newest.said.startswith(f"4 entries since the checkpoint of {first['size']} in 0.")
    assert (second["size"], second["full_at"]) == (int(str(first["size"])) + 4, first["full_at"])
    assert float(str(second["seconds"])) >= 0
    world.at = NOON + timedelta(days=7)
    assert world.outcome(KEY)[0] is Outcome.HOLDS
    assert said(world).startswith("all entries in ")


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("UPDATE log_entry SET body = replace(body, 'M0003', 'M0009') WHERE idx = 46", "its leaf is not the hash"),
        ("UPDATE log_payload SET body = 'another' WHERE entry_id = 46", "its payload is not the one"),
        ("UPDATE log_payload SET body = NULL WHERE entry_id = 46", "its payload is not the one"),
        ("DELETE FROM log_entry WHERE idx = 46", "stands where entry 46 belongs"),
        ("UPDATE log_checkpoint SET note = replace(note, '—', '-') WHERE size = 47", "quotes a checkpoint"),
        ("UPDATE log_head SET size = 40", "cannot be read|fewer than|bytes where a tree"),
        ("UPDATE log_tile SET hashes = zeroblob(512) WHERE level = 0 AND idx = 2", "not those that were verified"),
    ],
)  # fmt: skip
def test_what_is_changed_after_the_verified_checkpoint_is_found(world: World, attack: str, found: str) -> None:
    grow(world, 5)
    with without_guards(world) as session:
        session.execute(text(attack))

    (one,) = world.run(KEY).checks if "log_head" not in attack else _failed_run(world)
    assert one.outcome in (Outcome.DEVIATES, Outcome.FAILED), attack
    words = one.said + " ".join(deviation.said for deviation in one.deviations)
    assert re.search(found, words), words


def _failed_run(world: World):  # type: ignore[no-untyped-def]
    """Nothing can be put on record any more, so the check alone is asked."""
    with world.store.reading() as session:
        standing = standings(session)[KEY]
    return (_judged(world.store, world.ledger, standing, NOON, lambda: NOON),)


def test_a_full_verification_finds_what_lies_before(world: World) -> None:
    """What an onward one does not read again: a payload of long ago."""
    with without_guards(world) as session:
        session.execute(text("UPDATE log_payload SET body = 'another' WHERE entry_id = 3"))
    assert world.outcome(KEY)[0] is Outcome.HOLDS

    world.at = NOON + timedelta(days=7)
    (one,) = world.run(KEY).checks
    assert one.outcome is Outcome.DEVIATES
    assert "step 11, payloads" in one.deviations[0].said
    world.at += timedelta(days=1)  # after a failure everything is read again until it holds
    assert "all entries" in world.run(KEY).checks[0].said


def test_a_ledger_that_became_shorter_is_found(world: World) -> None:
    world.run("ledger-not-shortened")
    with without_guards(world) as session:
        session.execute(text("DELETE FROM log_entry WHERE idx = 7"))

    (one,) = world.run("ledger-not-shortened").checks
    assert one.outcome is Outcome.DEVIATES
    assert "entries are stored where the ledger's head counts" in one.deviations[0].said
