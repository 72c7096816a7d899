"""Attacks on the stored ledger by someone who holds the database: each is caught, and the entry at fault is named."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_builders import ACTOR, NOON, fill, put
from sqlalchemy import text
from sqlmodel import Session, select

from core.ledger.checkpoints import Checkpoint
from core.ledger.guards import drop_statements, statements
from core.ledger.merkle import leaf_hash, tree_root
from core.ledger.notes import Signer
from core.ledger.queries import latest_checkpoint
from core.ledger.report import Report
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.ledger.tiles import Pending
from core.ledger.verify import verify_store
from core.store import Store
from tests.conftest import put_back

UNSAID = "entry 4: its payload was erased, and no entry says so"
SALT_OF_5 = "(SELECT salt FROM log_payload WHERE entry_id = 5)"
COUNT = 37  # two complete tiles and a part of a third


@pytest.fixture
def ledger(one_ledger: Ledger) -> Ledger:
    return one_ledger


@pytest.fixture
def log(store: Store, ledger: Ledger, filled: Path) -> Iterator[Store]:
    """A log of 37 entries whose guards an administrator has removed; they are put back, for a new schema takes long."""
    kind = store.engine.dialect.name
    if kind == "sqlite":
        put_back(filled, store)
    else:
        fill(store, ledger, COUNT)
    run(store, drop_statements(kind))
    yield store
    if kind == "postgresql":
        run(store, statements(kind))


def run(store: Store, statements: Iterable[str]) -> None:
    with store.transaction() as tx:
        for statement in statements:
            tx.session.connection().exec_driver_sql(statement)


def verified(store: Store, ledger: Ledger, saved: str | None = None) -> Report:
    with store.reading() as session:
        return verify_store(session, ledger.vkey, saved_checkpoint=saved)


def failed(store: Store, ledger: Ledger, saved: str | None = None) -> dict[str, str]:
    return {step.name: step.detail for step in verified(store, ledger, saved).failures}


def attack(store: Store, *statements: str, **values: object) -> None:
    with store.transaction() as tx:
        for statement in statements:
            tx.session.execute(text(statement), values)


def body_of(session: Session, index: int) -> str:
    return session.exec(select(LogEntry.body).where(LogEntry.idx == index)).one()


def rewrite(store: Store, index: int, change: Callable[[str], str], *, leaf: bool = True) -> None:
    """Edit a body, and its leaf unless told otherwise."""
    with store.transaction() as tx:
        body = change(body_of(tx.session, index))
        values = {"body": body, "leaf": leaf_hash(body.encode()), "idx": index}
        assignments = "body = :body, leaf = :leaf" if leaf else "body = :body"
        tx.session.execute(text(f"UPDATE log_entry SET {assignments} WHERE idx = :idx"), values)


def rebuild_tree(store: Store) -> None:
    """Make leaves, tiles and head fit the bodies again, as a careful attacker would."""
    with store.transaction() as tx:
        session, pending = tx.session, Pending()
        session.execute(text("DELETE FROM log_tile"))
        for idx, body in session.execute(text("SELECT idx, body FROM log_entry ORDER BY idx")).all():
            leaf = leaf_hash(body.encode())
            session.execute(text("UPDATE log_entry SET leaf = :leaf WHERE idx = :idx"), {"leaf": leaf, "idx": idx})
            for tile in pending.append(leaf):
                row = {"level": tile.level, "idx": tile.idx, "hashes": tile.hashes}
                session.execute(text("INSERT INTO log_tile (level, idx, hashes) VALUES (:level, :idx, :hashes)"), row)
        head = {"size": pending.size, "frontier": pending.to_bytes()}
        session.execute(text("UPDATE log_head SET size = :size, frontier = :frontier"), head)


def resign(store: Store, signer: Signer) -> None:
    """Sign what the tables say now, as if it had always been so."""
    with store.transaction() as tx:
        session = tx.session
        bodies = session.exec(select(LogEntry.body).order_by(LogEntry.idx)).all()  # type: ignore[arg-type]
        root = tree_root([leaf_hash(body.encode()) for body in bodies])
        note = Checkpoint(signer.name, len(bodies), root).note(signer)
        digest = hashlib.sha256(note.encode()).hexdigest()
        session.execute(
            text("UPDATE log_checkpoint SET note = :note WHERE size = :size"), {"note": note, "size": len(bodies)}
        )
        session.execute(text("UPDATE log_head SET checkpoint_digest = :digest"), {"digest": digest})


def other_signer(name: str = "countersign.test/ledger") -> Signer:
    return Signer(name, Ed25519PrivateKey.generate())


def renamed(body: str) -> str:
    return body.replace('"actor":"P0001"', '"actor":"P0666"')


def test_an_untouched_ledger_verifies(log: Store, ledger: Ledger) -> None:
    report = verified(log, ledger)

    assert report.passed, report.failures
    assert report.size == COUNT
    assert [step.number for step in report.steps] == list(range(1, 14))


def test_an_empty_ledger_is_not_taken_for_a_verified_one(store: Store, ledger: Ledger) -> None:
    assert set(failed(store, ledger)) == {"checkpoint", "root"}


def test_an_edited_body_is_caught_by_its_leaf_and_named(log: Store, ledger: Ledger) -> None:
    rewrite(log, 5, renamed, leaf=False)

    found = failed(log, ledger)

    assert found["leaves"] == "entry 5: its leaf is not the hash of its body"
    assert "root" in found


def test_an_edited_body_with_its_leaf_is_caught_by_the_tree_and_named(log: Store, ledger: Ledger) -> None:
    rewrite(log, 5, renamed)

    found = failed(log, ledger)

    assert "tile 0 of level 0 differs at entry 5" in found["stored tree"]
    assert "root" in found
    assert "leaves" not in found


def test_an_edited_entry_at_the_open_end_is_named_too(log: Store, ledger: Ledger) -> None:
    rewrite(log, 36, renamed)

    assert "differs at entry 36" in failed(log, ledger)["stored tree"]


def test_an_edit_of_everything_but_the_checkpoints_is_caught_by_them(log: Store, ledger: Ledger) -> None:
    rewrite(log, 5, renamed)
    rebuild_tree(log)

    found = failed(log, ledger)

    assert set(found) == {"root", "earlier checkpoints"}
    assert found["earlier checkpoints"].startswith("the checkpoint of 6 entries does not fit them")


@pytest.mark.parametrize("index", [0, 17, 36])
def test_a_flipped_bit_is_caught_in_the_entry_where_it_flipped(log: Store, ledger: Ledger, index: int) -> None:
    rewrite(log, index, lambda body: body.replace("developer", "deweloper"), leaf=False)

    assert f"entry {index}:" in failed(log, ledger)["leaves"]


def test_a_body_that_is_no_text_any_more_is_caught(sqlite_store: Store, ledger: Ledger) -> None:
    fill(sqlite_store, ledger, 3)
    with sqlite_store.transaction() as tx:
        for statement in drop_statements("sqlite"):
            tx.session.execute(text(statement))
        for name in ("action", "actor", "at", "entity_id"):
            tx.session.execute(text(f"DROP INDEX ix_log_entry_{name}"))
        body = body_of(tx.session, 1)
        broken = body.replace("developer", "d\u00e9veloper").encode("latin-1")
        tx.session.connection().exec_driver_sql("UPDATE log_entry SET body = CAST(? AS TEXT) WHERE idx = 1", (broken,))

    assert "entry 1:" in failed(sqlite_store, ledger)["canonical form"]


def test_a_deleted_entry_leaves_a_gap(log: Store, ledger: Ledger) -> None:
    attack(log, "DELETE FROM log_entry WHERE idx = 7")

    found = failed(log, ledger)

    assert "entry 8 stands where entry 7 belongs" in found["order"]
    assert "shorter than its checkpoint: 36 entries, not 37" in found["root"]
    assert found["payloads"] == "there is a payload of entry 7, but no such entry"


def test_renumbering_after_a_deletion_does_not_hide_it(log: Store, ledger: Ledger) -> None:
    attack(log, "DELETE FROM log_payload WHERE entry_id = 36", "DELETE FROM log_entry WHERE idx = 20")
    attack(log, *(f"UPDATE log_entry SET idx = {index - 1} WHERE idx = {index}" for index in range(21, COUNT)))
    rebuild_tree(log)

    found = failed(log, ledger)

    assert "order" not in found
    assert "shorter than its checkpoint" in found["root"]
    assert "the checkpoint of 21 entries does not fit them" in found["earlier checkpoints"]


def test_swapped_entries_are_caught(log: Store, ledger: Ledger) -> None:
    attack(
        log,
        "UPDATE log_entry SET idx = 999 WHERE idx = 3",
        "UPDATE log_entry SET idx = 3 WHERE idx = 4",
        "UPDATE log_entry SET idx = 4 WHERE idx = 999",
    )

    found = failed(log, ledger)

    assert found["times"] == "entry 4 is dated before the entry in front of it"
    assert "differs at entry 3" in found["stored tree"]
    assert "root" in found


def test_a_truncated_log_is_shorter_than_its_checkpoint(log: Store, ledger: Ledger) -> None:
    attack(log, "DELETE FROM log_entry WHERE idx >= 30", "DELETE FROM log_payload WHERE entry_id >= 30")
    rebuild_tree(log)

    found = failed(log, ledger)

    assert "shorter than its checkpoint: 30 entries, not 37" in found["root"]
    assert "there is a checkpoint of 31 entries, but no such log" in found["earlier checkpoints"]


def test_a_log_truncated_with_its_checkpoints_is_caught_by_the_auditors_copy(log: Store, ledger: Ledger) -> None:
    with log.reading() as session:
        saved = latest_checkpoint(session)
    assert saved is not None
    attack(log, "DELETE FROM log_entry WHERE idx >= 30", "DELETE FROM log_payload WHERE entry_id >= 30")
    attack(log, "DELETE FROM log_checkpoint WHERE size > 30")
    rebuild_tree(log)
    with log.reading() as session:
        note = latest_checkpoint(session)
        body = body_of(session, 29)
    assert note is not None
    last = {"digest": hashlib.sha256(note.note.encode()).hexdigest(), "at": body.split('"at":')[1].split(",")[0]}
    attack(log, "UPDATE log_head SET checkpoint_digest = :digest, last_at = CAST(:at AS BIGINT)", **last)

    assert failed(log, ledger) == {}
    assert failed(log, ledger, saved.note) == {"saved checkpoint": "the log has 30 entries, the saved checkpoint 37"}


def test_a_log_rewritten_under_another_key_is_not_signed_by_ours(log: Store, ledger: Ledger) -> None:
    rewrite(log, 5, renamed)
    rebuild_tree(log)
    resign(log, other_signer())

    assert "is not signed by countersign.test/ledger" in failed(log, ledger)["checkpoint"]


def test_a_log_of_another_name_signed_by_our_key_is_refused(log: Store, ledger: Ledger) -> None:
    signer = ledger.keyring.current
    with log.transaction() as tx:
        note = signer.sign(f"elsewhere.test/ledger\n{COUNT}\n{'A' * 43}=\n")
        tx.session.execute(text("UPDATE log_checkpoint SET note = :note WHERE size = 37"), {"note": note})

    assert "is of the log 'elsewhere.test/ledger'" in failed(log, ledger)["checkpoint"]


def test_a_log_rewritten_under_the_real_key_is_caught_by_the_auditors_copy(log: Store, ledger: Ledger) -> None:
    with log.reading() as session:
        saved = latest_checkpoint(session)
    assert saved is not None
    rewrite(log, 36, renamed)
    rebuild_tree(log)
    resign(log, ledger.keyring.current)

    assert failed(log, ledger) == {}
    expected = "the first 37 entries are not those that were signed then"
    assert failed(log, ledger, saved.note) == {"saved checkpoint": expected}


@pytest.mark.parametrize("saved", ["", "nonsense", "countersign.test/ledger\n1\nAAAA\n\n— x AAAAAAAA\n"])
def test_a_saved_checkpoint_that_cannot_be_read_never_counts_as_checked(log: Store, ledger: Ledger, saved: str) -> None:
    assert set(failed(log, ledger, saved)) == {"saved checkpoint"}


@pytest.mark.parametrize("moved", [-timedelta(days=1), timedelta(days=365)])
def test_a_backdated_or_future_dated_entry_breaks_the_order_of_times(
    log: Store, ledger: Ledger, moved: timedelta
) -> None:
    index, moment = 10, NOON + timedelta(seconds=10)
    old = int(moment.timestamp()) * 1_000_000
    new = old + int(moved.total_seconds()) * 1_000_000

    rewrite(log, index, lambda body: body.replace(f'"at":{old}', f'"at":{new}'))

    at_fault = index if moved < timedelta(0) else index + 1
    assert f"entry {at_fault} is dated before the entry in front of it" in failed(log, ledger)["times"]


@pytest.mark.parametrize(
    ("statement", "step", "detail"),
    [
        (
            "UPDATE log_payload SET body = '{\"number\":9}' WHERE entry_id = 4",
            "payloads",
            "entry 4: its payload or salt",
        ),
        (f"UPDATE log_payload SET salt = {SALT_OF_5} WHERE entry_id = 4", "payloads", "entry 4: its payload or salt"),
        ("DELETE FROM log_payload WHERE entry_id = 4", "payloads", "entry 4: its payload is missing"),
        ("UPDATE log_payload SET salt = NULL, body = NULL WHERE entry_id = 4", "erasures", UNSAID),
        ("UPDATE log_payload SET salt = NULL WHERE entry_id = 4", "erasures", UNSAID),
        (
            "INSERT INTO log_payload VALUES (99, NULL, NULL, '')",
            "payloads",
            "there is a payload of entry 99, but no such",
        ),
    ],
)
def test_a_payload_that_was_touched_is_named(
    log: Store, ledger: Ledger, statement: str, step: str, detail: str
) -> None:
    with log.transaction() as tx:
        tx.session.connection().exec_driver_sql(statement)

    found = failed(log, ledger)

    assert set(found) == {step}
    assert found[step].startswith(detail)


def test_payloads_swapped_between_entries_are_named(log: Store, ledger: Ledger) -> None:
    attack(
        log,
        "UPDATE log_payload SET entry_id = 999 WHERE entry_id = 4",
        "UPDATE log_payload SET entry_id = 4 WHERE entry_id = 5",
        "UPDATE log_payload SET entry_id = 5 WHERE entry_id = 999",
    )

    assert "entry 4" in failed(log, ledger)["payloads"]
    assert "entry 5" in failed(log, ledger)["payloads"]


def test_an_erasure_on_record_verifies(log: Store, ledger: Ledger) -> None:
    with log.transaction() as tx:
        ledger.erase(tx, 4, reason="request", actor=ACTOR, at=NOON)

    assert failed(log, ledger) == {}


def test_an_erasure_on_record_that_was_not_carried_out_is_named(log: Store, ledger: Ledger) -> None:
    with log.reading() as session:
        salt, body = session.execute(text("SELECT salt, body FROM log_payload WHERE entry_id = 4")).one()
    with log.transaction() as tx:
        ledger.erase(tx, 4, reason="request", actor=ACTOR, at=NOON)
    attack(log, "UPDATE log_payload SET salt = :salt, body = :body WHERE entry_id = 4", salt=salt, body=body)

    assert failed(log, ledger)["erasures"].startswith("entry 4: its payload is on record as erased")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda body: body.replace(":", ": ", 1), "white space"),
        (lambda body: body.replace('"role":', '"role":"x","role":'), "duplicate key"),
        (lambda body: body.replace('"v":1', '"v":1.0'), "float"),
        (lambda body: body.replace('"v":1', '"v":2'), "unknown version"),
        (lambda body: body.replace('"v":1', '"v":1,"w":1'), "additional field"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_spelling_of_an_entry_is_named(
    log: Store, ledger: Ledger, change: Callable[[str], str], name: str
) -> None:
    rewrite(log, 3, change)

    assert failed(log, ledger)["canonical form"].startswith("entry 3:"), name


def test_a_replayed_entry_is_named(log: Store, ledger: Ledger) -> None:
    statement = "ALTER TABLE log_entry DROP CONSTRAINT uq_log_entry_event_id"
    if log.engine.dialect.name == "sqlite":
        drop_unique_of_sqlite(log)
    else:
        attack(log, statement)
    attack(log, "INSERT INTO log_entry (idx, body, leaf) SELECT 37, body, leaf FROM log_entry WHERE idx = 36")

    found = failed(log, ledger)

    assert "is on record already" in found["event ids"]
    assert "entries 37 to 37 are under no checkpoint" in found["root"]


def drop_unique_of_sqlite(store: Store) -> None:
    """A table without the constraint in place of the real one, as someone with the file could make it."""
    attack(
        store,
        "CREATE TABLE copied AS SELECT idx, body, leaf FROM log_entry",
        "DROP TABLE log_entry",
        "ALTER TABLE copied RENAME TO log_entry",
    )


@pytest.mark.parametrize("size", [1, 20, 36])
def test_a_deleted_checkpoint_is_missed_by_the_entry_after_it(log: Store, ledger: Ledger, size: int) -> None:
    attack(log, f"DELETE FROM log_checkpoint WHERE size = {size}")

    assert f"entry {size} quotes a checkpoint that is missing" in failed(log, ledger)["earlier checkpoints"]


def test_a_deleted_newest_checkpoint_leaves_its_entry_uncovered(log: Store, ledger: Ledger) -> None:
    attack(log, "DELETE FROM log_checkpoint WHERE size = 37")

    found = failed(log, ledger)

    assert "entries 36 to 36 are under no checkpoint" in found["root"]
    assert "says the head" in found["earlier checkpoints"]


def test_an_entry_appended_behind_the_applications_back_is_under_no_checkpoint(log: Store, ledger: Ledger) -> None:
    with log.transaction() as tx:
        body = body_of(tx.session, 36).replace('"id":"M0036"', '"id":"M0037"')
        event = body.split('"id":"')[2].split('"')[0]
        body = body.replace(event, "f" * 32)
        values = {"body": body, "leaf": leaf_hash(body.encode())}
        tx.session.execute(text("INSERT INTO log_entry (idx, body, leaf) VALUES (37, :body, :leaf)"), values)

    assert "entries 37 to 37 are under no checkpoint" in failed(log, ledger)["root"]


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("DELETE FROM log_tile WHERE idx = 1", "tile 1 of level 0 is missing"),
        ("UPDATE log_tile SET idx = 7 WHERE idx = 1", "tile 7 of level 0 covers entries that are not there"),
        ("UPDATE log_head SET size = 36", "head: The head holds 224 bytes where a tree of 36 leaves needs 192."),
        ("DELETE FROM log_head", "the head does not follow from the entries (0 entries, not 37)"),
        ("UPDATE log_head SET last_at = last_at + 1", "the head holds another time than the last entry"),
    ],
)
def test_a_changed_tree_is_named(log: Store, ledger: Ledger, statement: str, detail: str) -> None:
    attack(log, statement)

    assert detail in failed(log, ledger)["stored tree"]


def test_a_key_that_is_not_the_ledgers_verifies_nothing(log: Store) -> None:
    with log.reading() as session:
        report = verify_store(session, other_signer().vkey)

    assert {"checkpoint", "root"} == {step.name for step in report.failures}


def test_text_that_is_no_key_verifies_nothing(log: Store) -> None:
    with log.reading() as session:
        report = verify_store(session, "not a key")

    assert {"verifier key", "checkpoint", "root"} == {step.name for step in report.failures}


def test_entries_written_after_an_attack_do_not_heal_it(log: Store, ledger: Ledger) -> None:
    rewrite(log, 5, renamed)
    put(log, ledger)

    assert {"root", "stored tree", "earlier checkpoints"} <= set(failed(log, ledger))
