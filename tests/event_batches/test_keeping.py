"""Kept as policy says: inputs by tier, removal by the clock, and erasure of one event by who may."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from sqlmodel import select

from app.composition import Workplace, open_workplace
from app.event_retention import due_removals
from app.settings import load
from app.worker import KINDS
from core.access.event_erasure import destroy_inputs, erase_particulars
from core.access.event_files import parquet_submission
from core.access.rules import Actor, Role
from core.access.verification import verified
from core.errors import NotFound, Refused, Unreadable
from core.ledger.batches.inputs import input_keys
from core.ledger.batches.places import index_of
from core.ledger.batches.queries import BatchFilter, batches, event_proof, find_event, volume
from core.ledger.batches.retention import sweep_stray
from core.ledger.batches.rows import SHORTEST_DAYS, InputForm
from core.ledger.batches.service import Submission, record_together
from core.ledger.batches.tables import EventBatch, EventInputKey
from core.ledger.batches.verify import verify_events
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.policy.events_kept import EVENTS_JOB, remove_past_events
from core.policy.keeping.rules import LEAST_DAYS, EventKeeping, KeptInput
from core.store import EvidenceFiles, Store
from tests.builders import NOON, Cast, a_cast
from tests.event_batches.conftest import PIPELINE, events

REASON = "Asked for by the person concerned."


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return open_workplace(load({"COUNTERSIGN_DATA_DIR": str(tmp_path / "data")}), installed_at=NOON)


@pytest.fixture
def cast(place: Workplace) -> Cast:
    return a_cast(place.store)


def record(place: Workplace, table: pa.Table) -> None:
    record_together(place.store, place.ledger, place.events, [Submission(table, PIPELINE)], at=NOON)


def failing(place: Workplace) -> list[str]:
    with place.store.reading() as session:
        return [step.detail for step in verify_events(session, place.events) if not step.passed]


def test_policy_and_ledger_name_the_same_least_time() -> None:
    assert LEAST_DAYS == SHORTEST_DAYS
    assert {one.value for one in KeptInput} == {"commitment", "masked", "none"}
    assert EventKeeping().days >= LEAST_DAYS


def test_events_are_removed_by_the_clock_when_the_policy_says_so(place: Workplace) -> None:
    record(place, events(10))
    later = NOON + timedelta(days=367)

    assert list(due_removals(place, NOON + timedelta(days=366))) == []
    assert list(due_removals(place, later)) == ["2027-11-22"]
    assert EVENTS_JOB in KINDS
    removed = remove_past_events(place.store, place.ledger, place.events, at=later)

    assert (removed.batches, removed.rows) == (1, 10)
    assert list(due_removals(place, later)) == []
    with place.store.reading() as session:
        (entry,) = entries(session, action="events.removed").rows
        assert (entry.actor, entry.entity_id) == ("system", "B0001")
        assert [one.rows for one in volume(session)] == [10]
    assert failing(place) == []


def test_what_a_broken_intake_left_goes_and_nothing_else_does(place: Workplace) -> None:
    record(place, events(10))
    stray = place.events.add([b"PAR1 of an intake that was broken off"])

    with place.store.reading() as session:
        assert sweep_stray(session, place.events, left_since=datetime.now(UTC) - timedelta(days=1)) == 0
        assert sweep_stray(session, place.events, left_since=datetime.now(UTC) + timedelta(days=1)) == 1
        assert find_event(session, place.events, "e-000003").line == 3
    with pytest.raises(NotFound):
        place.events.path(stray.digest)
    assert failing(place) == []


@pytest.mark.parametrize("form", ["none", "masked"])
def test_one_event_is_erased_and_every_other_proof_stands(place: Workplace, cast: Cast, form: str) -> None:
    """Also of a file that lies sealed, and stays so."""
    record(place, events(40, form=form, input='{"faith":"x"}' if form == "masked" else ""))

    erase_particulars(
        place.store, place.ledger, place.events, event="e-000007", reason=REASON, actor=cast.administrator, at=NOON
    )

    assert failing(place) == []
    with place.store.reading() as session:
        (batch,) = session.exec(select(EventBatch)).all()
        assert place.events.sealed.holds(batch.digest) == (form == "masked")
        assert find_event(session, place.events, "e-000007").erased
        assert b"approve" not in find_event(session, place.events, "e-000007").body
        for name in ("e-000006", "e-000008", "e-000039"):
            assert event_proof(session, place.events, name)
        with pytest.raises(NotFound):
            event_proof(session, place.events, "e-000007")
        assert [row.erased for row in batches(session).rows] == [1]
    again = record_together(place.store, place.ledger, place.events, [Submission(events(40), PIPELINE)], at=NOON)
    assert again == [None], "an erased event that is sent again stays erased"


def test_nothing_of_an_erased_event_is_left_in_the_files(place: Workplace, cast: Cast) -> None:
    record(place, events(3, output=["approve", "SECRET OUTPUT", "approve"]))

    erase_particulars(
        place.store, place.ledger, place.events, event="e-000001", reason=REASON, actor=cast.administrator, at=NOON
    )

    for path in place.events.folder.rglob("*"):
        if path.is_file() and path.read_bytes()[:4] == b"PAR1":
            assert "SECRET OUTPUT" not in pq.read_table(path).column("output").to_pylist()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_erases(place: Workplace, cast: Cast, role: Role) -> None:
    record(place, events(3))
    somebody = Actor("P0009", frozenset({role}))

    with pytest.raises(Refused):
        erase_particulars(
            place.store, place.ledger, place.events, event="e-000001", reason=REASON, actor=somebody, at=NOON
        )
    with pytest.raises(Refused):
        destroy_inputs(place.store, place.ledger, place.events, day=NOON.date(), reason=REASON, actor=somebody, at=NOON)
    with place.store.reading() as session:
        assert not find_event(session, place.events, "e-000001").erased


def test_an_erasure_needs_a_reason(place: Workplace, cast: Cast) -> None:
    record(place, events(3))

    with pytest.raises(Unreadable, match="say why"):
        erase_particulars(
            place.store, place.ledger, place.events, event="e-000001", reason="no", actor=cast.administrator, at=NOON
        )


def test_what_was_erased_without_its_entry_is_found(place: Workplace, cast: Cast) -> None:
    record(place, events(3))
    with place.store.reading() as session:
        (batch,) = session.exec(select(EventBatch)).all()
    from core.ledger.batches.erasing import without
    from core.ledger.batches.preparing import parquet_of

    table = without(pq.read_table(place.events.path(batch.digest)), 1)
    stored = place.events.add([parquet_of(table)])
    with place.store.transaction() as tx:
        row = tx.session.exec(select(EventBatch)).one()
        place.events.remove(row.digest)
        row.digest = stored.digest
        tx.session.add(row)

    assert any("B0001" in detail for detail in failing(place))


def test_a_key_destroyed_without_its_entry_is_found(place: Workplace, cast: Cast) -> None:
    input_keys(place.store, {"2026-11-20", "2026-11-21"})
    destroy_inputs(
        place.store, place.ledger, place.events, day=NOON.date(), reason=REASON, actor=cast.administrator, at=NOON
    )
    assert failing(place) == []

    with place.store.transaction() as tx:
        row = tx.session.get(EventInputKey, "2026-11-21")
        assert row is not None
        row.key = None
        tx.session.add(row)
    assert failing(place) == ["the input key of 2026-11-21 was destroyed, and no entry says so"]


def test_a_lost_or_damaged_index_is_made_anew_and_a_wrong_one_is_found(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(place, events(40))
    with place.store.reading() as session:
        (batch,) = session.exec(select(EventBatch)).all()
        monkeypatch.setattr("core.ledger.batches.places._VERIFIED", {})
        place.events.path(batch.ids).write_bytes(b"\0" * 8)
        assert find_event(session, place.events, "e-000031").line == 31
        monkeypatch.setattr("core.ledger.batches.places._VERIFIED", {})
        place.events.remove(batch.ids)
        assert find_event(session, place.events, "e-000031").line == 31
        assert index_of(session, place.events, batch)
    with place.store.transaction() as tx:
        row = tx.session.exec(select(EventBatch)).one()
        row.ids = "0" * 64
        tx.session.add(row)
    assert failing(place) == ["B0001, whose index is not that of its rows"]


def test_files_that_were_not_looked_at_do_not_count_as_verified(place: Workplace) -> None:
    record(place, events(3))

    assert verified(place.store, place.ledger, place.events, actor=PIPELINE, at=NOON).passed
    assert not verified(place.store, place.ledger, None, actor=PIPELINE, at=NOON).passed


def test_progress_tells_how_many_events_were_recomputed(place: Workplace) -> None:
    record(place, events(3))
    record(place, events(4, first=10))
    told: list[tuple[int, int]] = []

    verified(place.store, place.ledger, place.events, progress=lambda *one: told.append(one), actor=PIPELINE, at=NOON)

    assert told == [(3, 7), (7, 7)]


def test_one_sender_shares_a_file_and_another_has_their_own(
    sqlite_store: Store, ledger: Ledger, files: EvidenceFiles
) -> None:
    other = Actor("P0002", token="T0002")
    handed_in = [Submission(events(2, first=n * 2), PIPELINE) for n in range(3)] + [
        Submission(events(2, first=9), other)
    ]

    outcomes = record_together(sqlite_store, ledger, files, handed_in, at=NOON)

    assert [one.number for one in outcomes if one and not isinstance(one, Unreadable)] == ["B0001"] * 3 + ["B0002"]
    with sqlite_store.reading() as session:
        assert [(row.rows, row.recorded_by) for row in batches(session).rows] == [(2, "T0002"), (6, "T0001")]
        assert batches(session, BatchFilter(kind="pipeline")).total == 0
        assert batches(session, BatchFilter(model="M0001", since=NOON.date())).total == 2


PARQUET = {
    "id": pa.array(["a", "b"]),
    "at": pa.array([NOON, NOON], pa.timestamp("us", "UTC")),
    "output": pa.array(["yes", None]),
}


def parquet(path: Path, **columns: pa.Array | None) -> Path:
    pq.write_table(pa.table({name: one for name, one in {**PARQUET, **columns}.items() if one is not None}), path)
    return path


def test_parquet_is_taken_with_defaults_where_a_column_is_missing(place: Workplace, tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", input=pa.array(['{"age": 41}', None]))

    taken = parquet_submission(place.store, path, forms=lambda _model: InputForm.COMMITMENT, actor=PIPELINE)

    first, second = taken.events.to_pylist()
    assert (first["form"], len(first["input"]), second["form"], second["output"]) == ("commitment", 64, "none", "")
    assert (first["kind"], first["duration"]) == ("inference", -1)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"id": None}, "column “id”: column is missing"),
        ({"colour": pa.array(["red", "red"])}, "column “colour”: column is not known"),
        ({"at": pa.array([NOON, NOON], pa.timestamp("us"))}, "column “at”: wrong type, found timestamp[us]"),
        ({"at": pa.array([1795176000000000, -1])}, "line 2, column “at”: not a moment, found -1"),
        ({"at": pa.array([1795730101, 1795730102])}, "line 1, column “at”: not a moment, found 1795730101, expected"),
        ({"at": pa.array([NOON, None], pa.timestamp("us", "UTC"))}, "line 2, column “at”: no value"),
        ({"at": pa.array([1, 2], pa.timestamp("ns", "UTC"))}, "column “at”: time is finer than a microsecond"),
        ({"duration": pa.array([1.5, 2.5])}, "column “duration”: wrong type, found double, expected int64"),
        ({"kind": pa.array(["guess", "inference"])}, "line 1, column “kind”: out of range, found guess"),
        ({"input": pa.array(["{}", "{"])}, "line 2, column “input”: not JSON"),
        ({"input": pa.array(["[]", "{}"])}, "line 1, column “input”: not an object"),
        ({"id": pa.array(["a", "a"])}, "line 2, column “id”: id stands on an earlier line too"),
    ],
)
def test_what_is_wrong_in_a_parquet_file_is_named_by_line_and_column(
    place: Workplace, tmp_path: Path, columns: dict[str, pa.Array | None], said: str
) -> None:
    path = parquet(tmp_path / "a.parquet", **columns)

    with pytest.raises(Unreadable) as refused:
        parquet_submission(place.store, path, forms=lambda _model: InputForm.COMMITMENT, actor=PIPELINE)

    assert any(said in str(problem) for problem in refused.value.problems), list(map(str, refused.value.problems))


@pytest.mark.parametrize("said", [True, False])
def test_a_small_file_that_unpacks_to_a_large_one_is_refused(place: Workplace, tmp_path: Path, said: bool) -> None:
    rows, long = 20_000, "x" * 200_000
    outputs = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([long]))
    ids, moments = pa.array([f"e-{n}" for n in range(rows)]), pa.array([1] * rows)
    table = pa.table({"id": ids, "at": moments, "output": outputs})
    pq.write_table(table, tmp_path / "a.parquet", store_schema=said)  # whether it says that it keeps each text once
    assert (tmp_path / "a.parquet").stat().st_size < 1 << 20

    with pytest.raises(Unreadable, match="text is too long, found 200,000 bytes"):
        parquet_submission(place.store, tmp_path / "a.parquet", forms=lambda _model: InputForm.NONE, actor=PIPELINE)


def test_text_that_is_no_text_is_refused(place: Workplace, tmp_path: Path) -> None:
    valid, ends, _ = pa.array(["ab", "cd"]).buffers()
    odd = pa.Array.from_buffers(pa.string(), 2, [valid, ends, pa.py_buffer(b"\xff\xfe\xfd\xfc")])
    path = parquet(tmp_path / "a.parquet", output=odd)

    with pytest.raises(Unreadable, match="not a Parquet file"):
        parquet_submission(place.store, path, forms=lambda _model: InputForm.NONE, actor=PIPELINE)
