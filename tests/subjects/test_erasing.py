"""A person who was planted everywhere is found everywhere, erased everywhere, and erased again after a restore."""

import shutil
from pathlib import Path

from sqlalchemy import delete, text
from sqlmodel import col, select

from core.access.redactions import redactions_of
from core.access.redactions.tables import FileRedaction
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.retention.removing_files import clear_files
from core.privacy.subjects.erasing import Erased, erase_found
from core.privacy.subjects.matching import Terms, phrases_of
from core.privacy.subjects.orders import keep_order, new_key, new_order
from core.privacy.subjects.replay import orders_to_replay, replay_erasures
from core.privacy.subjects.scanning import scan
from core.privacy.subjects.verifying import redaction_faults
from core.store.files import Redaction
from core.store.named import Folder, named_files
from core.validation.reproducing import reproduce
from core.validation.tables import Evidence
from tests.subjects.conftest import CUSTOMER, LATER, SPELT, TERMS, World, left_in

SHELVES = {"finding", "model", "draft"}


def erase(world: World) -> Erased:
    phrases = phrases_of(TERMS)
    matcher, key = Terms(phrases), new_key()
    found = scan(world.store, world.places, matcher)
    order = new_order("SR0001", "", phrases, key, found.links.known(key))
    keep_order(world.places.orders, order)
    return erase_found(
        world.store, world.ledger, world.places, found, order, matcher, actor=world.cast.approver, at=LATER
    )


def spelt_in_tables(world: World) -> list[str]:
    """Every text of the database that spells the person, whichever table holds it."""
    from core.privacy.subjects.texts import shelves

    found = []
    with world.store.reading() as session:
        for name in [*(shelf.name for shelf in shelves(world.store)), "log_payload", "person"]:
            for row in session.execute(text(f"SELECT * FROM {name}")):
                said = repr(tuple(row))
                found += [f"{name}: {one}" for one in SPELT if one in said or one.upper() in said]
    return found


def test_a_planted_person_is_found_in_every_store(small_world: World) -> None:
    found = scan(small_world.store, small_world.places, Terms(phrases_of(TERMS)))

    assert {cell.shelf.name for cell, _ in found.cells} >= SHELVES
    owners = sorted((hit.owner.what, hit.rows) for hit in found.files)
    assert owners == [
        ("evidence", 1), ("evidence as received", 1), ("export", 1), ("production data", 1), ("production data", 1),
    ]  # fmt: skip
    assert [event.event for event in found.events] == ["e-000003"]
    assert [entry.action for entry in found.entries] == ["production.refused"]


def test_an_erased_person_is_nowhere_and_the_ledger_verifies(world: World) -> None:
    assert spelt_in_tables(world)

    erased = erase(world)

    assert (erased.files, erased.events, erased.entries, erased.account) == (5, 1, 1, False)
    assert spelt_in_tables(world) == []
    folders = [world.places.evidence, world.places.events, world.places.exports]
    assert list(left_in([files.folder for files in folders])) == []
    assert world.verify() == []
    assert "subject.erased" in world.actions()


def test_the_file_of_the_database_holds_nothing_of_an_erased_person(small_world: World) -> None:
    database = Path(str(small_world.store.engine.url.database)).parent
    assert list(left_in([database]))

    erase(small_world)

    assert list(left_in([database])) == []


def test_other_peoples_rows_stay_as_they_were(small_world: World) -> None:
    before = small_world.line.all()

    erase(small_world)

    after = small_world.line.all()
    gone = before["region"].index(CUSTOMER)
    assert all(values == [one for n, one in enumerate(before[name]) if n != gone] for name, values in after.items())
    repeated = small_world.line.inferences(3, region=["north"] * 3).repeated
    assert repeated == 3  # the index follows from the rows that are left


def test_figures_stay_and_say_what_their_input_lost(small_world: World) -> None:
    run = small_world.bench.start()
    small_world.bench.perform(run)
    result = small_world.bench.run(run).result_digest

    erase(small_world)

    row = small_world.row(Evidence)
    with small_world.store.reading() as session:
        said = redactions_of(session, [row.table_digest])[row.table_digest]
    assert said.said == f"1 row erased by SR0001, ledger entry {said.entry}"
    again = reproduce(small_world.store, small_world.places.evidence, run=run)
    assert small_world.bench.run(run).result_digest == result
    assert [one.why for one in again.wrong_inputs] == [said.said]


def test_an_erased_person_is_erased_again_from_a_restored_backup(small_world: World, tmp_path: Path) -> None:
    database = Path(str(small_world.store.engine.url.database))
    names = ("evidence", "events", "exports")
    small_world.store.close()
    shutil.copytree(database.parent, tmp_path / "backup" / "database")
    for name in names:
        shutil.copytree(tmp_path / name, tmp_path / "backup" / name)
    erase(small_world)
    small_world.store.close()
    shutil.rmtree(database.parent)
    shutil.copytree(tmp_path / "backup" / "database", database.parent)
    for name in names:
        shutil.rmtree(tmp_path / name)
        shutil.copytree(tmp_path / "backup" / name, tmp_path / name)
    assert spelt_in_tables(small_world)
    assert orders_to_replay(small_world.store, small_world.places) == ("SR0001",)

    replayed = replay_erasures(small_world.store, small_world.ledger, small_world.places, at=LATER)

    assert [(one.request, one.erased.files, one.erased.events) for one in replayed] == [("SR0001", 5, 1)]
    assert spelt_in_tables(small_world) == []
    assert list(left_in([database.parent, *(tmp_path / name for name in names)])) == []
    assert small_world.verify() == []
    assert replay_erasures(small_world.store, small_world.ledger, small_world.places, at=LATER) == ()


def test_an_order_of_erasure_names_nobody(small_world: World) -> None:
    erase(small_world)

    assert list(left_in([small_world.places.orders])) == []


def test_a_redaction_without_its_entry_and_an_entry_without_its_redaction_are_found(small_world: World) -> None:
    erase(small_world)
    files = small_world.places.evidence

    def faults() -> list[str]:
        with small_world.store.reading() as session:
            return list(redaction_faults(session, small_world.places))

    assert faults() == []
    other = files.add([b"another file"]).digest
    files.redact(Redaction(other, "", "SR0009", 3, 1))
    assert faults() == [f"evidence {other[:8]} has a note of an erasure that is not on record"]
    with small_world.store.transaction() as tx:
        former = tx.session.exec(select(FileRedaction.former).where(FileRedaction.folder == "evidence")).first()
        tx.session.execute(delete(FileRedaction).where(col(FileRedaction.former) == former))
    assert len(faults()) == 3


def test_what_stands_for_a_file_goes_when_the_last_record_that_names_it_is_removed(small_world: World) -> None:
    erase(small_world)
    store, files, row = small_world.store, small_world.places.evidence, small_world.row(Evidence)
    stands = [files.stands_for(one) for one in (row.file_digest, row.table_digest)]
    with store.transaction() as tx:
        removed = tx.session.get_one(Evidence, row.id)
        removed.removed_at = LATER
        twin = Evidence(**{**removed.model_dump(exclude={"id"}), "number": "E0099", "removed_at": None})
        tx.session.add(twin)

    assert clear_files(store, files) == 0
    with store.transaction() as tx:
        tx.session.merge(twin).removed_at = LATER
    assert clear_files(store, files) == 2

    assert not any(files.holds(one) for one in stands)
    with store.reading() as session:
        assert redaction_faults(session, small_world.places) == ()
    assert files.holds(files.stands_for(held_batch(small_world)))


def test_a_file_that_stands_for_another_and_is_missing_is_told(small_world: World) -> None:
    erase(small_world)
    files, former = small_world.places.evidence, small_world.row(Evidence).table_digest
    files.remove(files.stands_for(former))

    with small_world.store.reading() as session:
        faults = redaction_faults(session, small_world.places)

    assert faults == (f"evidence {former[:8]}: the file that stands for it is missing",)


def held_batch(world: World) -> str:
    """The digest of production data from which the person was erased."""
    with world.store.reading() as session:
        return session.exec(select(ProductionBatch.digest).order_by(col(ProductionBatch.id))).first() or ""


def test_a_backup_after_an_erasure_lacks_no_file(small_world: World) -> None:
    erase(small_world)

    with small_world.store.engine.connect() as connection:
        needed = named_files(connection).needed
    folders = {Folder.EVIDENCE: small_world.places.evidence, Folder.EVENTS: small_world.places.events}
    assert [one for folder, files in folders.items() for one in needed[folder] if one and not files.holds(one)] == []
