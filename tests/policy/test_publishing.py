"""A published policy never changes, and takes effect on its date."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from core.access.rules import SYSTEM, Actor
from core.errors import NotFound, Unreadable
from core.ledger.queries import entries, entry
from core.ledger.service import Ledger
from core.policy.queries import policy_page
from core.policy.service import default_policy_text, policy_by_id, policy_in_force, publish
from core.policy.tables import PolicyVersion
from core.store import Store
from tests.builders import NOON, a_policy

DEFAULT = default_policy_text()
DAY = timedelta(days=1)


def text_of(version: str) -> str:
    return DEFAULT.replace("2026.1", version)


def test_a_policy_is_stored_as_it_was_written_and_its_digest_is_on_record(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        published = publish(tx, ledger, DEFAULT, actor=SYSTEM, at=NOON)

    with store.reading() as session:
        row = session.exec(select(PolicyVersion)).one()
        recorded = entry(session, 0)
    assert row.body == DEFAULT
    assert row.digest == published.digest == hashlib.sha256(DEFAULT.encode()).hexdigest()
    assert recorded.row.action == "policy.published"
    assert published.digest in (recorded.payload or "")


def test_what_was_published_before_lengths_were_limited_is_read_as_before(sqlite_store: Store) -> None:
    clause = "4.2 Approval of material\\nchanges"
    published = a_policy(sqlite_store, DEFAULT.replace('clause = "2.1"', f'clause = "{clause}"', 1))

    with sqlite_store.reading() as session:
        assert policy_by_id(session, published.id).policy.thresholds[0].clause == clause.replace("\\n", "\n")
        page = policy_page(session, published.id, Actor("P0001"), at=NOON)
    assert page.policy.thresholds[0].clause.startswith("4.2 Approval")


def test_a_version_is_published_once_even_with_the_same_words(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        publish(tx, ledger, DEFAULT, actor=SYSTEM, at=NOON)

    for text in (DEFAULT, DEFAULT.replace("value = 0.80", "value = 0.10")):
        with pytest.raises(Unreadable, match="this version of the policy is published"), store.transaction() as tx:
            publish(tx, ledger, text, actor=SYSTEM, at=NOON + DAY)

    with store.reading() as session:
        assert session.exec(select(PolicyVersion.body)).all() == [DEFAULT]
        assert entries(session).total == 1


def test_the_database_too_refuses_a_second_policy_of_the_same_version(store: Store) -> None:
    published = a_policy(store)

    with store.reading() as session:
        first = session.get(PolicyVersion, published.id)
    assert first is not None

    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.session.add(PolicyVersion(**first.model_dump(exclude={"id", "digest"}), digest="0" * 64))


def test_a_policy_that_cannot_be_read_is_not_published(store: Store, ledger: Ledger) -> None:
    with pytest.raises(Unreadable), store.transaction() as tx:
        publish(tx, ledger, DEFAULT.replace("value = 0.80", "value = nan"), actor=SYSTEM, at=NOON)

    with store.reading() as session:
        assert session.exec(select(PolicyVersion)).first() is None
        assert entries(session).total == 0


def test_the_policy_in_force_is_the_latest_that_has_taken_effect(store: Store, ledger: Ledger) -> None:
    for day, version in ((0, "2026.1"), (2, "2026.2"), (2, "2026.3"), (5, "2026.4")):
        with store.transaction() as tx:
            publish(tx, ledger, text_of(version), actor=SYSTEM, at=NOON + day * DAY)

    with store.reading() as session:
        found = [policy_in_force(session, at=NOON + day * DAY).version for day in (0, 1, 2, 4, 5, 900)]

    assert found == ["2026.1", "2026.1", "2026.3", "2026.3", "2026.4", "2026.4"]


def test_before_the_first_policy_none_is_in_force(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        publish(tx, ledger, DEFAULT, actor=SYSTEM, at=NOON)

    with store.reading() as session, pytest.raises(NotFound, match="policy in force at"):
        policy_in_force(session, at=NOON - timedelta(microseconds=1))


def test_an_older_policy_is_still_found_by_its_row(store: Store, ledger: Ledger) -> None:
    with store.transaction() as tx:
        first = publish(tx, ledger, DEFAULT, actor=SYSTEM, at=NOON)
        publish(tx, ledger, text_of("2026.2"), actor=SYSTEM, at=NOON)

    with store.reading() as session:
        assert policy_by_id(session, first.id) == first
        with pytest.raises(NotFound):
            policy_by_id(session, 99)
