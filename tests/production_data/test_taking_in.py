"""Production data is taken in exactly once, whatever comes twice, late or before what it belongs to."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from sqlmodel import select

from core.access.rules import Role
from core.errors import Refused, Unreadable
from core.jobs.tables import Job
from core.ledger.queries import entries
from core.monitoring.controls.screening.finding import MANY, draws
from core.monitoring.intake.arrivals import arrivals, days, standing
from core.monitoring.intake.counting import mark_checked
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.reading import rows_held, rows_in
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.shaping import SCANNED_HERE
from core.monitoring.intake.taking import Received
from core.monitoring.vocabulary import MONITOR_JOB
from core.store.types import instant
from tests.builders import NOON, a_version, an_actor
from tests.production_data.conftest import HOUR, START, Line, inferences, labels


def test_rows_are_read_back_with_the_labels_that_came_later(line: Line) -> None:
    received = line.inferences(6)
    line.labels(3, first=1, at=NOON + timedelta(hours=1))

    rows = line.all()

    assert (received.rows, received.repeated, received.late, received.out_of_order) == (6, 0, 0, 0)
    assert rows["id"] == [f"i-{n:05d}" for n in range(6)]
    assert rows["at"] == [START + n * HOUR for n in range(6)]
    assert rows["version"] == ["1.0.0"] * 6
    assert rows["prediction"] == ["1", "0", "0", "1", "0", "0"]
    assert rows["label"] == [None, "0", "0", "0", None, None]
    assert rows["labelled_at"][0] is None
    assert rows["labelled_at"][1] == rows["received_at"][1] + HOUR
    assert rows["region"] == ["south", "north"] * 3
    with line.store.reading() as session:
        found = standing(session, line.model, "production")
        assert (found.rows, found.labelled) == (6, 3)
        assert [(day.rows, day.labelled) for day in days(session, line.model, "production")] == [(6, 3)]


def test_labels_that_come_before_their_inference_wait_for_it(line: Line) -> None:
    first = line.labels(4)
    line.inferences(2)
    line.inferences(2, first=2)

    assert first.waiting == 4
    assert line.all()["label"] == ["1", "0", "0", "0"]
    with line.store.reading() as session:
        assert standing(session, line.model, "production").labelled == 4
        assert [(one.kind, one.waiting) for one in arrivals(session, line.model, "production", since=NOON)][-1] == (
            BatchKind.LABELS,
            0,
        )


def test_a_row_that_is_on_record_is_counted_and_left_out(line: Line) -> None:
    line.inferences(4)
    again = line.inferences(4, first=2)
    whole = line.inferences(6)

    assert (again.rows, again.repeated) == (2, 2)
    assert (whole.rows, whole.repeated) == (0, 6)
    assert len(line.all()["id"]) == 6
    with line.store.reading() as session:
        assert standing(session, line.model, "production").repeated == 8
        assert len(session.exec(select(Job).where(Job.kind == MONITOR_JOB)).all()) == 2


def test_the_same_numbers_in_another_type_are_the_same_content(small_line: Line) -> None:
    small_line.inferences(2, prediction=[1, 0], income=[1000, 1001])

    again = small_line.inferences(2, prediction=["1", "0"], income=[1000.0, 1001.0])

    assert again.repeated == 2


def test_an_id_with_other_content_is_refused_by_its_line(line: Line) -> None:
    line.inferences(4)

    with pytest.raises(
        Unreadable, match=r"line 3, column “id”: id is on record with other content.*i-00003, in PB0001"
    ):
        line.inferences(2, first=2, score=[0.2, 0.9])
    with pytest.raises(Unreadable, match="line 2"):
        line.inferences(1, at=NOON, first=0, region=["west"])

    assert len(line.all()["id"]) == 4


def test_a_label_that_comes_again_otherwise_is_refused(small_line: Line) -> None:
    small_line.inferences(4)
    small_line.labels(4)

    assert small_line.labels(4, at=NOON + timedelta(days=1)).repeated == 4
    with pytest.raises(Unreadable, match="line 3"):
        small_line.labels(2, label=[1, 1])


def test_an_id_twice_in_one_batch_counts_once_or_is_refused(small_line: Line) -> None:
    twice = pa.concat_tables([inferences(2), inferences(1)])

    assert small_line.take(BatchKind.INFERENCES, twice).repeated == 1
    with pytest.raises(Unreadable, match="line 4, column “id”: id stands on an earlier line with other content"):
        small_line.take(
            BatchKind.INFERENCES, pa.concat_tables([inferences(2, first=7), inferences(1, first=7, score=[0.1])])
        )


def test_late_rows_and_rows_out_of_order_are_counted(line: Line) -> None:
    line.inferences(10, first=10)
    with line.store.transaction() as tx:
        mark_checked(tx, Stream(1, "production"), instant(START + 5 * HOUR))

    early = line.inferences(10)

    assert (early.rows, early.out_of_order, early.late) == (10, 10, 5)
    assert line.all()["id"] == [f"i-{n:05d}" for n in range(20)]
    with line.store.reading() as session:
        found = standing(session, line.model, "production")
        assert (found.late, found.out_of_order) == (5, 10)


def test_a_row_keeps_its_number_whatever_comes_late(small_line: Line) -> None:
    small_line.inferences(4, first=4)

    def chunk() -> list[str]:
        with small_line.store.reading() as session:
            found = rows_in(session, small_line.files, small_line.model, "production", first=1, limit=2)
            return list(found.column("id").to_pylist())

    before = chunk()
    small_line.inferences(4)

    assert before == chunk() == ["i-00005", "i-00006"]
    with small_line.store.reading() as session:
        assert rows_held(session, small_line.model, "production") == 8
        across = rows_in(session, small_line.files, small_line.model, "production", first=3, limit=2)
        assert across.column("id").to_pylist() == ["i-00000", "i-00007"]


def test_attributes_are_kept_apart_and_joined_by_id(small_line: Line) -> None:
    small_line.inferences(3)
    small_line.take(BatchKind.ATTRIBUTES, pa.table({"id": ["i-00001", "i-00002"], "sex": ["female", "male"]}))

    assert small_line.all()["sex"] == [None, "female", "male"]


def test_a_file_of_several_versions_becomes_a_batch_of_each(small_line: Line) -> None:
    a_version(small_line.store, small_line.cast, model=small_line.model, version="1.1.0")
    versions = ["1.1.0", "1.0.0", "1.1.0"]

    received = small_line.take(BatchKind.INFERENCES, inferences(3, version=versions), version=None)

    assert received.batches == ("PB0001", "PB0002")
    assert small_line.all()["version"] == versions
    assert small_line.all(version="1.1.0")["id"] == ["i-00000", "i-00002"]


def test_each_batch_has_one_entry_that_names_its_file(line: Line) -> None:
    line.inferences(3)
    line.labels(3)

    with line.store.reading() as session:
        actions = [row.action for row in entries(session, limit=9).rows if row.action.startswith("production")]
        newest, _ = arrivals(session, line.model, "production", since=NOON)
    assert actions == ["production.recorded"] * 2
    assert line.files.path(newest.digest).is_file()


NO_INFERENCES = [
    (inferences(2, at=None), "column “at”: column is missing"),
    (inferences(2, at=["2026-11-01T10:00:00Z", "2026-11-01 10:00"]), "line 3, column “at”: not a moment"),
    (inferences(2, at=[START, START * 2]), "line 3, column “at”: lies in the future"),
    (inferences(2, id=["", "x"]), "line 2, column “id”: not an id"),
    (inferences(2, score=["0.1", "high"]), "line 3, column “score”: not a number, found “high”"),
    (inferences(2, prediction=None, score=None), "neither a prediction nor a score"),
    (inferences(2, latency_ms=[1.0, -1.0]), "less than nothing"),
    (inferences(2, region=[["a"], ["b"]]), "holds no single values"),
    (inferences(2, label=[0, 1]), "labels arrive by themselves"),
    (inferences(2, received_at=[0, 1]), "kept for what Countersign adds"),
    (inferences(0), "rows out of range"),
]


def test_what_is_no_inference_is_refused_by_line_and_column(small_line: Line) -> None:
    for table, words in NO_INFERENCES:
        with pytest.raises(Unreadable, match=words):
            small_line.take(BatchKind.INFERENCES, table)

    with small_line.store.reading() as session:
        assert arrivals(session, small_line.model, "production", since=NOON) == ()


def test_labels_hold_nothing_else(small_line: Line) -> None:
    with pytest.raises(Unreadable, match="column “income”: column is not known in labels"):
        small_line.take(BatchKind.LABELS, labels(1, income=[1]))
    with pytest.raises(Unreadable, match="line 2, column “label”: no label"):
        small_line.take(BatchKind.LABELS, labels(1, label=[None]))


def test_inferences_need_a_version(small_line: Line) -> None:
    with pytest.raises(Unreadable, match="no version is named"):
        small_line.take(BatchKind.INFERENCES, inferences(1), version=None)
    with pytest.raises(Unreadable, match="line 2, column “version”: another version than was named"):
        small_line.take(BatchKind.INFERENCES, inferences(1, version=["2.0.0"]))


def test_personal_data_is_not_taken_in(small_line: Line) -> None:
    names = ["Ada Lovelace", "Grace Hopper", "Mary Jackson"]

    with pytest.raises(Refused, match="Column “customer_name” holds personal data"):
        small_line.inferences(3, customer_name=names)

    assert small_line.all()["id"] == []


def test_who_may_not_report_is_refused(small_line: Line) -> None:
    with pytest.raises(Refused, match="developer"):
        small_line.take(BatchKind.INFERENCES, inferences(1), actor=an_actor("P0009", Role.AUDITOR))


def test_pipelines_that_send_the_same_rows_at_once_put_them_on_record_once(line: Line) -> None:
    gate = threading.Barrier(4)

    def send(turn: int) -> Received:
        gate.wait()
        return line.inferences(20) if turn % 2 else line.labels(20)

    with ThreadPoolExecutor(4) as pool:
        received = list(pool.map(send, range(4)))

    assert sum(one.rows for one in received) == 40
    assert sum(one.repeated for one in received) == 40
    assert line.all()["label"] == [str(int(n % 4 == 0)) for n in range(20)]
    with line.store.reading() as session:
        found = standing(session, line.model, "production")
        assert (found.rows, found.labelled) == (20, 20)
        assert sum(one.waiting for one in arrivals(session, line.model, "production", since=NOON)) == 0


def test_many_rows_are_looked_through_in_a_process_of_their_own(small_line: Line) -> None:
    count = SCANNED_HERE + 1
    table = pa.table({"id": [f"i-{n}" for n in range(count)], "contact": ["jane.doe@example.org"] * count})

    with pytest.raises(Refused, match="Column “contact” holds personal data"):
        small_line.take(BatchKind.ATTRIBUTES, table)


def test_many_ids_draw_the_numbers_that_each_draws_alone() -> None:
    ids = [f"é-{n}" for n in range(MANY + 1)]

    together = draws("seed", "clause 1", ids)

    assert together[:3] + together[-1:] == [draws("seed", "clause 1", [one])[0] for one in (*ids[:3], ids[-1])]
    assert all(0 <= one < 1 for one in together)
