"""Events as pipelines hand them in: read strictly, their inputs committed to or masked, then put on record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from core.access.personal_data.masking import mask
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Unreadable
from core.ledger.batches.checking import checked
from core.ledger.batches.inputs import day_of, input_commitment, input_keys
from core.ledger.batches.rows import MOST_PROBLEMS, MOST_ROWS, SCHEMA, UNKNOWN_DURATION, EventKind, InputForm
from core.ledger.batches.service import Submission
from core.ledger.canonical import JsonValue, NotCanonical, number_text
from core.store import Store
from core.store.types import instant, microseconds

REQUIRED = frozenset({"id", "at"})
OPTIONAL: Mapping[str, object] = {
    "actor": "",
    "duration": UNKNOWN_DURATION,
    "input": None,
    "kind": EventKind.INFERENCE.value,
    "model": "",
    "output": "",
    "role": "",
    "source": "",
    "version": "",
}
KNOWN = REQUIRED | OPTIONAL.keys()
MOST_DAYS = 366
AHEAD = timedelta(days=1)
FEWEST = 946_684_800_000_000  # microseconds until the year 2000: a smaller number counts seconds or milliseconds
MICROSECONDS = "microseconds since 1970, as in 1795176000000000, and not seconds or milliseconds"
Keys: TypeAlias = Mapping[str, bytes | None]
Forms: TypeAlias = Callable[[str], InputForm]


@dataclass
class _Columns:
    """The columns as they fill, and what is wrong so far."""

    values: dict[str, list[object]]
    problems: list[Problem]


def record_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot record events."""
    return permission_refusals(actor, Permission.EVENT_RECORD)


def submission_of(store: Store, events: Sequence[object], *, forms: Forms, actor: Actor) -> Submission:
    """What is handed in as objects, checked and ready to be recorded; raises `Unreadable` with lines and fields.

    Each has `id` and `at` (ISO 8601 with zone, or microseconds since 1970), and may have `kind`, `model`, `version`,
    `actor`, `role`, `source`, `duration` (microseconds), `output` (text) and `input` (an object). Inputs are never
    kept as they are: `forms` tells of each model whether they are committed to, masked, or dropped.
    """
    if not 0 < len(events) <= MOST_ROWS:
        found, expected = f"{len(events):,}", f"1 to {MOST_ROWS:,}"
        raise Unreadable([Problem("events out of range", found=found, expected=expected)])
    keys = input_keys(store, _days(events, forms))
    columns = _Columns({name: [] for name in SCHEMA.names}, [])
    for line, event in enumerate(events, start=1):
        _take(columns, line, event, forms, keys)
        if len(columns.problems) >= MOST_PROBLEMS:
            break
    if columns.problems:
        raise Unreadable(columns.problems[:MOST_PROBLEMS])
    table = pa.table({field.name: pa.array(columns.values[field.name], field.type) for field in SCHEMA}, schema=SCHEMA)
    return Submission(checked(table), actor)


def refuse_ahead(submission: Submission, *, at: datetime) -> Submission:
    """The submission, unless an event of it is dated more than a day after now; raises `Unreadable`.

    Files go by the time of their newest event, so one that is dated years ahead would be kept for as long.
    """
    moments = submission.events.column("at")
    latest = int(pc.max(moments).as_py())
    if latest > microseconds(at + AHEAD):
        line, found = pc.index(moments, latest).as_py() + 1, f"{instant(latest):%Y-%m-%dT%H:%M:%SZ}"
        expected = "at most a day after the clock of the server"
        raise Unreadable([Problem("dated ahead", line=line, column="at", found=found, expected=expected)])
    return submission


def _days(events: Sequence[object], forms: Forms) -> set[str]:
    """The days of the events whose input is committed to; at most a year of them, or the table of keys would fill."""
    moments = (
        _moment(event.get("at"))
        for event in events
        if isinstance(event, dict)
        and event.get("input") is not None
        and forms(str(event.get("model") or "")) is InputForm.COMMITMENT
    )
    days = {day_of(moment) for moment in moments if moment is not None}
    if len(days) > MOST_DAYS:
        raise Unreadable([Problem("inputs of too many days", found=f"{len(days):,}", expected=f"at most {MOST_DAYS}")])
    return days


def _take(columns: _Columns, line: int, event: object, forms: Forms, keys: Keys) -> None:
    if not isinstance(event, dict):
        columns.problems.append(Problem("not an object", line=line))
        return
    wrong = [
        *(Problem("field is missing", line=line, column=name) for name in sorted(REQUIRED - event.keys())),
        *(Problem("field is not known", line=line, column=str(name)) for name in sorted(event.keys() - KNOWN, key=str)),
    ]
    row = {**OPTIONAL, **{name: value for name, value in event.items() if value is not None}}
    wrong += [
        Problem("not text", line=line, column=name, found=type(row[name]).__name__)
        for name in ("id", "kind", "model", "version", "actor", "role", "source", "output")
        if name in row and not isinstance(row[name], str)
    ]
    if type(row["duration"]) is not int or abs(row["duration"]) >= 2**53:
        wrong.append(Problem("not a whole number of microseconds", line=line, column="duration"))
    moment = _moment(row.get("at"))
    if "at" in event and moment is None:
        expected = MICROSECONDS if type(row["at"]) is int else ""
        wrong.append(
            Problem("not a moment with a zone", line=line, column="at", found=str(row["at"])[:40], expected=expected)
        )
    key = keys.get(day_of(moment)) if moment is not None else None
    kept = None if wrong else kept_input(row["input"], str(row["id"]), forms(row["model"]), key)
    if isinstance(kept, str):
        wrong.append(Problem(kept, line=line, column="input"))
    if wrong or kept is None or isinstance(kept, str):
        columns.problems += wrong
        return
    row |= {"at": moment, "form": kept[0].value, "input": kept[1]}
    for name, values in columns.values.items():
        values.append(row[name])


def _moment(given: object) -> int | None:
    if type(given) is int:
        return given if FEWEST <= given < 2**53 else None
    if not isinstance(given, str) or len(given) > 40:
        return None
    try:
        read = datetime.fromisoformat(given)
        return microseconds(read)
    except (ValueError, OverflowError):
        return None


def kept_input(given: object, event_id: str, form: InputForm, key: bytes | None) -> tuple[InputForm, str] | str:
    """How the input is kept, or what is wrong with it."""
    if given is None or form is InputForm.NONE:
        return InputForm.NONE, ""
    if not isinstance(given, dict):
        return "not an object"
    if form is InputForm.COMMITMENT and key is None:
        return "the key of this day's inputs was destroyed"
    if form is InputForm.MASKED or key is None:
        return InputForm.MASKED, mask(orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode())
    try:
        return InputForm.COMMITMENT, input_commitment(key, event_id, _without_floats(given))
    except NotCanonical as error:
        return str(error).rstrip(".")


def _without_floats(given: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Numbers with a fraction as text, in the form of RFC 8785: the ledger's profile knows integers only."""
    return {name: number_text(value) if isinstance(value, float) else value for name, value in given.items()}
