"""The net under every use case: no row reaches the store before its texts have passed the gate.

A use case needs no call of its own, and a new one cannot forget it: rows are looked at as they are flushed, statements
as they are executed. Importing this module spreads the net over every session and engine of the process.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Enum, Insert, String, Table, TypeDecorator, Update, event
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import flag_modified, get_history

from core.access.personal_data.entrances import HANDLING, Entrance, Exempt, in_words, place_of
from core.access.personal_data.gate import screened, worth_a_look
from core.access.personal_data.noting import MET, RELEASED, Met, note_left
from core.errors import Refusal, Refused
from core.ledger.screening import screen_particulars_by
from core.store.base import Row


@cache
def looked_at(table: Table) -> Mapping[str, Entrance]:
    """The columns of text by key, with what each is; without those that are exempt and those with a closed choice."""
    if table.metadata is not Row.metadata:
        return {}
    places = {column.key: place_of(table.name, column.name) for column in table.columns if _is_text(column.type)}
    return {key: place for key, place in places.items() if not isinstance(place, Exempt)}


def _is_text(kind: object) -> bool:
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    return isinstance(inner, String) and not isinstance(inner, Enum)


def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    refusals: list[Refusal] = []
    for row in [*session.new, *session.dirty]:
        table = getattr(row, "__table__", None)
        if isinstance(table, Table):
            _look_at(session, row, table, refusals)
    if refusals:
        raise Refused(refusals)


def _look_at(session: Session, row: Any, table: Table, refusals: list[Refusal]) -> None:
    for key, place in looked_at(table).items():
        value = row.__dict__.get(key)
        if not isinstance(value, str) or not worth_a_look(value) or not get_history(row, key).has_changes():
            continue
        named = in_words(table.name, key)
        try:
            passed = screened(value, where=place, named=named)
        except Refused as refused:
            refusals += refused.refusals
            continue
        if passed.findings:
            setattr(row, key, passed.text)
            flag_modified(row, key)
            handling = HANDLING[place]
            found = Met(row, table.name, key, named, place, handling, passed.findings, value, passed.text)
            session.info.setdefault(MET, []).append(found)


def _passed(value: str, place: Entrance, named: str, refusals: list[Refusal]) -> str:
    try:
        return screened(value, where=place, named=named).text
    except Refused as refused:
        refusals += refused.refusals
        return value


def before_execute(
    _connection: Connection | None,
    statement: Any,
    many: Sequence[Mapping[str, Any]],
    one: Mapping[str, Any],
    options: Mapping[str, Any],
) -> tuple[Any, Sequence[Mapping[str, Any]], Mapping[str, Any]]:
    if not isinstance(statement, Insert | Update) or not isinstance(statement.table, Table):
        return statement, many, one
    places = looked_at(statement.table)
    if not places or options.get(RELEASED):  # a person decided that this text may stand
        return statement, many, one
    refusals: list[Refusal] = []
    inline = dict(_changed(statement.table, places, _inline(statement), refusals))
    many = [_row(statement.table, places, values, refusals) for values in many]
    one = _row(statement.table, places, one, refusals) if one else one
    if refusals:
        raise Refused(refusals)
    return statement.values(inline) if inline else statement, many, one


def _inline(statement: Insert | Update) -> Iterator[tuple[str, object]]:
    """What stands in the statement itself, by column."""
    for column, value in (getattr(statement, "_values", None) or {}).items():
        yield getattr(column, "key", str(column)), getattr(value, "value", value)


def _row(
    table: Table, places: Mapping[str, Entrance], values: Mapping[str, Any], refusals: list[Refusal]
) -> Mapping[str, Any]:
    changed = dict(_changed(table, places, values.items(), refusals))
    return {**values, **changed} if changed else values


def _changed(
    table: Table, places: Mapping[str, Entrance], values: Any, refusals: list[Refusal]
) -> Iterator[tuple[str, str]]:
    for key, value in values:
        place = places.get(key)
        if place is not None and isinstance(value, str) and worth_a_look(value):
            passed = _passed(value, place, in_words(table.name, key), refusals)
            if passed != value:
                yield key, passed


def masked_particulars(text: str) -> str:
    """A text among the particulars of a ledger entry, with personal data replaced by its kind."""
    return screened(text, where=Entrance.LEDGER).text


event.listen(Session, "before_flush", _before_flush)
event.listen(Session, "before_commit", note_left)
event.listen(Engine, "before_execute", before_execute, retval=True)
screen_particulars_by(masked_particulars)
