"""The one gate: what each place does with the personal data of a text, and the net that no use case can pass by."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Enum, Table, insert, update
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, select

import core.every_table  # noqa: F401  every table of the store
from core.access.personal_data.entrances import PLACES, Entrance, Exempt, place_of
from core.access.personal_data.gate import screened
from core.access.personal_data.net import before_execute, looked_at
from core.access.personal_data.tables import PlaceSeen
from core.errors import Refused
from core.inventory.deployments.tables import Environment
from core.jobs.tables import Job
from core.ledger.events import Event
from core.ledger.screening import screened_particulars
from core.store import Store
from core.store.base import Row

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLANTED = {
    "e-mail address": "write to jane.roe@bank.example today",
    "telephone number": "call +44 20 7946 0958 first",
    "bank account (IBAN)": "paid from DE89 3704 0044 0532 0130 00",
    "payment card": "card 4111 1111 1111 1111 was used",
}
HARMLESS = (
    "The share fell from 0.4111111111111111 to 0.39 on 2026-11-26T12:00:00Z, clause 4.2.1 of P0003.",
    "Checkout of git@code.example:credit/scoring.git at 4f0c1d2e3b4a59687786950413223140.",
    "Column contact, e-mail address (60), such as x.xxxxxx@xxxxxxx.xxx.",
    "Rates of 3 models were heard before the court, 12 000 000 rows in 5 regions.",
)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_record_is_refused_with_kind_and_place_and_without_the_value(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        screened(PLANTED[kind], where=Entrance.RECORD, named="reason of a delegation")

    (reason,) = refused.value.refusals
    assert reason.message == f"The reason of a delegation holds personal data: {kind} (1)"
    assert not any(word in str(reason) for word in ("jane", "7946", "3704", "4111"))


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("where", [where for where in Entrance if where is not Entrance.RECORD])
def test_elsewhere_the_value_is_replaced_by_its_kind(kind: str, where: Entrance) -> None:
    passed = screened(PLANTED[kind], where=where)

    assert f"[{kind}]" in passed.text
    assert passed.held is (where is Entrance.NOTE)
    assert screened(passed.text, where=Entrance.RECORD).text == passed.text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_resembles_it_passes_as_it_is(text: str) -> None:
    assert screened(text, where=Entrance.RECORD).text == text
    assert screened(text, where=Entrance.RECORD).words == "no pattern found"


def _columns() -> Iterator[tuple[Table, str]]:
    for table in Row.metadata.sorted_tables:
        for column in table.columns:
            if column.type.compile(sqlite.dialect()).startswith(("VARCHAR", "TEXT")) and not isinstance(
                column.type, Enum
            ):
                yield table, column.name


def test_every_column_of_text_is_looked_at_or_is_exempt_with_a_reason() -> None:
    """A new table is looked at without a word; only a line in PLACES, with its reason, can take it out."""
    for table, column in _columns():
        place = place_of(table.name, column)
        assert (column in looked_at(table)) is not isinstance(place, Exempt), f"{table.name}.{column}"
    known = {table.name for table, _ in _columns()} | {f"{table.name}.{column}" for table, column in _columns()}
    assert PLACES.keys() <= known
    assert all(len(place.reason) > 8 for place in PLACES.values() if isinstance(place, Exempt))


def _row(note: str) -> Environment:
    return Environment(name="staging", note=note, added_by="P0001", added_at=NOON)


def _job(error: str) -> Job:
    return Job(kind="a kind", slot="a slot", error=error, queued_at=NOON)


WRITES: dict[str, Callable[[Session, str], object]] = {
    "a row": lambda session, text: session.add(_row(text)),
    "a statement": lambda session, text: session.execute(insert(Environment), _row(text).model_dump(exclude={"id"})),
    "many": lambda session, text: session.execute(insert(Environment), [_row(text).model_dump(exclude={"id"})]),
    "values": lambda session, text: session.execute(insert(Environment).values(_row(text).model_dump(exclude={"id"}))),
}
CHANGES: dict[str, Callable[[Session, Environment, str], object]] = {
    "a changed row": lambda _session, row, text: setattr(row, "note", text),
    "an update": lambda session, _row, text: session.execute(update(Environment).values(note=text)),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_record_with_personal_data_is_written_in_no_way(sqlite_store: Store, way: str) -> None:
    for text in PLANTED.values():
        with pytest.raises(Refused), sqlite_store.transaction() as tx:
            WRITES[way](tx.session, text)

    with sqlite_store.reading() as session:
        assert session.exec(select(Environment)).all() == []


@pytest.mark.parametrize("way", CHANGES)
def test_a_record_is_changed_to_personal_data_in_no_way(sqlite_store: Store, way: str) -> None:
    with sqlite_store.transaction() as tx:
        tx.session.add(_row("nobody"))
    for text in PLANTED.values():
        with pytest.raises(Refused), sqlite_store.transaction() as tx:
            CHANGES[way](tx.session, tx.session.exec(select(Environment)).one(), text)

    with sqlite_store.reading() as session:
        assert session.exec(select(Environment.note)).one() == "nobody"


def test_what_a_program_says_is_masked_in_the_row_and_in_every_statement(sqlite_store: Store) -> None:
    text, seen = " and ".join(PLANTED.values()), []
    with sqlite_store.transaction() as tx:
        row = _job(text)
        tx.session.add(row)
        tx.session.flush()
        seen.append(row.error)
    with sqlite_store.transaction() as tx:
        tx.session.execute(update(Job).values(error=text))
    with sqlite_store.transaction() as tx:
        tx.session.execute(insert(Job), [_job(text).model_dump(exclude={"id"}) | {"slot": "another"}])
    with sqlite_store.reading() as session:
        seen += session.exec(select(Job.error)).all()

        met = session.exec(select(PlaceSeen)).one()
    assert (met.entrance, met.place, met.places) == (Entrance.MACHINE, "error of a job", 4)
    assert len(seen) == 3
    assert all(f"[{kind}]" in error for error in seen for kind in PLANTED)
    assert not any("jane" in error or "4111" in error for error in seen)


def test_particulars_in_the_ledger_are_masked_before_they_are_committed_to() -> None:
    said = screened_particulars(
        Event.LINK_ENDED, {"reason": PLANTED["payment card"], "rows": [1, {"by": "a@b.example"}]}
    )

    assert said == {"reason": "card [payment card] was used", "rows": [1, {"by": "[e-mail address]"}]}


def test_planted_in_every_column_of_text_nothing_reaches_the_database_as_it_is() -> None:
    """Column by column over every table: refused, or masked before the statement is executed."""
    text, tried = " and ".join(PLANTED.values()), 0
    for table, column in _columns():
        if isinstance(place := place_of(table.name, column), Exempt):
            continue
        tried += 1
        if place is Entrance.RECORD:
            with pytest.raises(Refused):
                before_execute(None, insert(table), [{column: text}], {}, {})
            with pytest.raises(Refused):
                before_execute(None, update(table).values({column: text}), [], {}, {})
        else:
            _, (row,), _ = before_execute(None, insert(table), [{column: text}], {}, {})
            assert "jane" not in row[column]
            assert "[payment card]" in row[column]
    assert tried > 500
