"""People read sensitive attributes with a purpose, which is on record; nobody reads them in passing."""

import json
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from core.access.rules import Actor, Permission, Role
from core.errors import NotFound, Refused
from core.ledger.queries import entries, entry
from core.ledger.verify import verify_store
from core.monitoring.intake.rules import BatchKind
from core.privacy.sensitive.queries import readings_of, sealed_batches, sealed_evidence
from core.privacy.sensitive.reading import Read, read_attributes, take_attributes
from core.privacy.sensitive.rules import ReadIn
from core.store import EvidenceFiles
from tests.builders import NOON, an_actor
from tests.production_data.conftest import Line, inferences
from tests.validation.conftest import MAPPING, Bench

PURPOSE = "Whether the groups were coded alike in both files."
VALIDATOR = an_actor("P0009", Role.VALIDATOR)


def handed_in(bench: Bench, rows: int = 60) -> str:
    lines = [f"{n % 2},{(n // 2) % 2},{'FM'[n % 3 == 0]},=C{n:03d},{n}" for n in range(rows)]
    content = "\n".join(["label,prediction,sex,case,income", *lines]) + "\n"
    return bench.hand_in(content, replace(MAPPING, row_id="case")).evidence


def a_line(bench: Bench) -> Line:
    line = Line(bench.store, bench.ledger, bench.files, bench.cast)
    line.take(BatchKind.INFERENCES, inferences(3))
    ids = pa.array([f"i-{n:05d}" for n in range(3)])
    line.take(BatchKind.ATTRIBUTES, pa.table({"id": ids, "religion": pa.array(["a", "b", None])}))
    return line


def read(bench: Bench, record: str, *, purpose: str = PURPOSE, actor: Actor = VALIDATOR) -> Read:
    return read_attributes(bench.store, bench.ledger, bench.files, record=record, purpose=purpose, actor=actor, at=NOON)


def newest(bench: Bench) -> tuple[str, dict[str, object]]:
    with bench.store.reading() as session:
        row = entries(session, limit=1).rows[0]
        found = entry(session, row.index)
    return row.action, json.loads(found.payload or "{}")


def test_a_reading_shows_row_ids_and_attributes_and_is_on_record(bench: Bench) -> None:
    record = handed_in(bench)

    found = read(bench, record)

    assert (found.number, found.rows.columns, found.rows.attributes) == ("RA0001", ("case", "sex"), ("sex",))
    assert (len(found.rows.rows), found.rows.total, found.rows.rows[0]) == (50, 60, ("=C000", "M"))
    action, said = newest(bench)
    assert action == "attributes.read"
    assert (said["record"], said["purpose"], said["way"], said["rows"]) == (record, PURPOSE, "page", 50)
    with bench.store.reading() as session:
        (one,) = readings_of(session, [record]).rows
        assert verify_store(session, bench.ledger.vkey).passed
    assert (one.person, one.purpose, one.columns, one.way) == ("P0009", PURPOSE, ("sex",), ReadIn.PAGE)


def test_a_file_is_a_reading_of_its_own_and_harmless_in_a_spreadsheet(small_bench: Bench) -> None:
    number = read(small_bench, handed_in(small_bench)).number

    found = take_attributes(
        small_bench.store, small_bench.ledger, small_bench.files, reading=number, actor=VALIDATOR,
        at=NOON + timedelta(minutes=14),
    )  # fmt: skip

    assert found.filename == "E0001-RA0002.csv"
    lines = found.content.splitlines()
    assert (lines[0], lines[1], len(lines)) == ("case,sex", "'=C000,M", 61)
    assert newest(small_bench)[1]["way"] == "file"
    with small_bench.store.reading() as session:
        assert readings_of(session, ["E0001"]).total == 2


def test_attributes_of_production_data_are_read_the_same_way(small_bench: Bench) -> None:
    line = a_line(small_bench)
    with small_bench.store.reading() as session:
        (record,) = sealed_batches(session, line.files, line.model, "production")

    assert read(small_bench, record).rows.rows == (("i-00000", "a"), ("i-00001", "b"), ("i-00002", ""))
    with pytest.raises(NotFound, match="sensitive attribute"):
        read(small_bench, "PB0001")


@pytest.mark.parametrize(
    ("actor", "purpose", "said"),
    [
        (an_actor("P0003", Role.AUDITOR), PURPOSE, "role"),
        (an_actor("P0003", Role.APPROVER), PURPOSE, "role"),
        (an_actor("P0003", Role.ADMINISTRATOR), PURPOSE, "role"),
        (VALIDATOR, "  because ", "without a purpose"),
        (VALIDATOR, "For Jo, jo.doe@kunden.de", "personal data"),
        (
            Actor("P0009", frozenset({Role.VALIDATOR}), token="T0001", scopes=frozenset({Permission.SENSITIVE_READ})),
            PURPOSE,
            "A token reads no sensitive attributes",
        ),
    ],
    ids=["auditor", "approver", "administrator", "no purpose", "a person named", "token"],
)
def test_nobody_else_reads_them_and_the_refusal_is_on_record(
    small_bench: Bench, actor: Actor, purpose: str, said: str
) -> None:
    record = handed_in(small_bench)

    with pytest.raises(Refused, match=said):
        read(small_bench, record, actor=actor, purpose=purpose)

    assert newest(small_bench)[0] == "act.refused"
    with small_bench.store.reading() as session:
        assert readings_of(session, [record]).total == 0


def test_a_file_is_handed_to_the_reader_alone_and_soon(small_bench: Bench) -> None:
    number = read(small_bench, handed_in(small_bench)).number

    for actor, later, said in (
        (an_actor("P0010", Role.VALIDATOR), timedelta(minutes=1), "Another person"),
        (VALIDATOR, timedelta(minutes=16), "within 15 minutes"),
        (an_actor("P0009", Role.AUDITOR), timedelta(minutes=1), "role"),
    ):
        with pytest.raises(Refused, match=said):
            take_attributes(
                small_bench.store, small_bench.ledger, small_bench.files, reading=number, actor=actor, at=NOON + later
            )


def test_computing_is_no_reading(small_bench: Bench) -> None:
    record = handed_in(small_bench)

    small_bench.perform(small_bench.start())
    line = a_line(small_bench)
    line.all()

    with small_bench.store.reading() as session:
        assert sealed_evidence(session, EvidenceFiles(small_bench.folder / "evidence"), [record]) == (record,)
        assert readings_of(session, [record, "PB0001", "PB0002"]).total == 0
        assert "attributes.read" not in {row.action for row in entries(session, limit=50).rows}
