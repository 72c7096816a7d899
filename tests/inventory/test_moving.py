"""A version moves only from where it was read, and its evidence digest stands for everything a decision rests on."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from core.errors import Conflict, NotFound
from core.inventory.evidence import evidence_digest
from core.inventory.moves import change, facts_of, load_version, move, record_part, version_by_id
from core.inventory.rules import Action, Duty, Line, Stage
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_person, a_version, an_actor


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


@pytest.fixture
def drafted(store: Store, cast: Cast) -> ModelVersion:
    model, version = a_version(store, cast)
    return loaded(store, model, version)


def loaded(store: Store, model: str = "M0001", version: str = "1.0.0") -> ModelVersion:
    with store.reading() as session:
        return load_version(session, model, version)[1]


def test_a_move_takes_the_version_along_the_table_and_counts_a_revision(store: Store, drafted: ModelVersion) -> None:
    with store.transaction() as tx:
        _, row = load_version(tx.session, "M0001", "1.0.0")
        assert move(tx, row, Action.START_VALIDATION) is Stage.IN_VALIDATION

    after = loaded(store)
    assert (after.stage, after.revision) == (Stage.IN_VALIDATION, drafted.revision + 1)
    assert after.evidence_digest == drafted.evidence_digest


def test_a_move_that_the_table_does_not_know_is_an_error(store: Store, drafted: ModelVersion) -> None:
    with pytest.raises(KeyError), store.transaction() as tx:
        move(tx, load_version(tx.session, "M0001", "1.0.0")[1], Action.APPROVE)

    assert loaded(store).revision == drafted.revision


@pytest.mark.parametrize(
    "meanwhile",
    [{"stage": Stage.IN_VALIDATION}, {"evidence_digest": "0" * 64}, {"rationale": "Another one."}],
    ids=lambda values: next(iter(values)),
)
def test_what_changed_since_it_was_read_is_a_conflict_and_stores_nothing(
    store: Store, drafted: ModelVersion, meanwhile: dict[str, object]
) -> None:
    with store.transaction() as tx:
        change(tx, load_version(tx.session, "M0001", "1.0.0")[1], meanwhile)

    def act_on_what_was_read() -> None:
        with store.transaction() as tx:
            stale = tx.session.merge(drafted, load=False)
            record_part(tx, stale, an_actor("P0077"), Duty.VALIDATION, NOON)
            move(tx, stale, Action.START_VALIDATION)

    with pytest.raises(Conflict, match="The version changed meanwhile: expected revision 1, found revision 2"):
        act_on_what_was_read()

    after = loaded(store)
    assert after.revision == 2
    assert all(getattr(after, name) == value for name, value in meanwhile.items())
    with store.reading() as session:
        assert facts_of(session, after).validators == frozenset()


def test_a_part_is_remembered_once_a_duty(store: Store, cast: Cast, drafted: ModelVersion) -> None:
    with store.transaction() as tx:
        row = load_version(tx.session, "M0001", "1.0.0")[1]
        for duty in (Duty.VALIDATION, Duty.VALIDATION, Duty.APPROVAL):
            record_part(tx, row, cast.validator, duty, NOON)

    with store.reading() as session:
        facts = facts_of(session, drafted)
        assert len(session.exec(select(Contribution)).all()) == 3
    assert facts.contributors == {cast.developer.id}
    assert facts.validators == facts.approvers == {cast.validator.id}


def test_parts_of_another_version_are_not_counted(store: Store, cast: Cast, drafted: ModelVersion) -> None:
    a_version(store, cast, model="M0001", version="1.1.0")
    other = a_person(store)
    with store.transaction() as tx:
        record_part(tx, load_version(tx.session, "M0001", "1.1.0")[1], other, Duty.APPROVAL, NOON)

    with store.reading() as session:
        assert facts_of(session, drafted).approvers == frozenset()


@pytest.mark.parametrize(("model", "version"), [("M0002", "1.0.0"), ("M0001", "9.0.0"), ("", "")])
def test_what_is_not_there_is_not_found(store: Store, drafted: ModelVersion, model: str, version: str) -> None:
    with store.reading() as session:
        with pytest.raises(NotFound):
            load_version(session, model, version)
        with pytest.raises(NotFound):
            version_by_id(session, 999)


# ---- the evidence digest

PARTS: dict[str, Callable[[Model, ModelVersion, Dataset], None]] = {
    "purpose": lambda model, version, data: setattr(model, "purpose", "Another purpose."),
    "tier": lambda model, version, data: setattr(model, "tier", 2),
    "packs": lambda model, version, data: setattr(model, "packs", "gdpr"),
    "version": lambda model, version, data: setattr(version, "version", "1.0.1"),
    "line": lambda model, version, data: setattr(version, "line", Line.EXPERIMENTAL),
    "intended use": lambda model, version, data: setattr(version, "intended_use", "Another use."),
    "limitations": lambda model, version, data: setattr(version, "limitations", "None."),
    "rationale": lambda model, version, data: setattr(version, "rationale", "Because."),
    "code": lambda model, version, data: setattr(version, "code_reference", "v2"),
    "artefact": lambda model, version, data: setattr(version, "artefact_digest", "0" * 64),
    "dataset": lambda model, version, data: setattr(data, "digest", "0" * 64),
    "other dataset": lambda model, version, data: setattr(version, "test_dataset_id", version.training_dataset_id),
}


@pytest.mark.parametrize("part", PARTS)
def test_the_evidence_digest_changes_with_each_part_of_the_record(sqlite_store: Store, part: str) -> None:
    a_version(sqlite_store, a_cast(sqlite_store))

    with sqlite_store.reading() as session:
        model, version = load_version(session, "M0001", "1.0.0")
        data = session.get(Dataset, version.training_dataset_id)
        assert data is not None
        before = evidence_digest(session, model, version)
        PARTS[part](model, version, data)
        after = evidence_digest(session, model, version)

    assert before != after


def test_the_evidence_digest_changes_with_tables_mapping_and_result(sqlite_store: Store) -> None:
    a_version(sqlite_store, a_cast(sqlite_store))

    with sqlite_store.reading() as session:
        model, version = load_version(session, "M0001", "1.0.0")
        digests = {
            evidence_digest(session, model, version, tables=tables, result=result)
            for tables in ((), ("a",), ("a", "b"), ("b", "a"), ("a b",), ("ab",))
            for result in ("", "a", "b")
        }

    assert len(digests) == 18


def test_the_evidence_digest_is_the_same_for_the_same_record(store: Store, drafted: ModelVersion) -> None:
    with store.reading() as session:
        model, version = load_version(session, "M0001", "1.0.0")

        assert evidence_digest(session, model, version) == drafted.evidence_digest
        assert len(drafted.evidence_digest) == 64


def test_a_version_with_parts_cannot_be_deleted(store: Store, drafted: ModelVersion) -> None:
    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.session.execute(delete(ModelVersion))
