"""What an event is, as a row of a Parquet file and as the canonical bytes that its proof covers."""

import hashlib
from enum import StrEnum

import pyarrow as pa  # type: ignore[import-untyped]

FORM = 1  # of the row, so that a later one can be told from it
FORM_KEY = "v"
MOST_ROWS = 100_000
MOST_PROBLEMS = 20
SHORTEST_DAYS = 184  # EU AI Act, articles 19 and 26: logs are kept for at least six months


class EventKind(StrEnum):
    """What kind of thing happened."""

    INFERENCE = "inference"
    PIPELINE = "pipeline"
    ACTIVITY = "activity"


class InputForm(StrEnum):
    """How the input of an event is kept."""

    NONE = "none"
    COMMITMENT = "commitment"  # HMAC-SHA256 of it: whoever has the input can show that it was this one
    MASKED = "masked"  # as text from which personal data was taken
    ERASED = "erased"  # the event's particulars were taken out; nobody can hand in such a one


TAKEN = (InputForm.NONE, InputForm.COMMITMENT, InputForm.MASKED)


class OfEvent(StrEnum):
    """The columns, in the order of their names, in which the canonical JSON has them."""

    ACTOR = "actor"
    AT = "at"
    DURATION = "duration"
    FORM = "form"
    ID = "id"
    INPUT = "input"
    KIND = "kind"
    MODEL = "model"
    OUTPUT = "output"
    ROLE = "role"
    SOURCE = "source"
    VERSION = "version"


WHOLE = {OfEvent.AT, OfEvent.DURATION}
LONGEST = {
    OfEvent.ACTOR: 64,
    OfEvent.FORM: 16,
    OfEvent.ID: 64,
    OfEvent.INPUT: 4000,
    OfEvent.KIND: 16,
    OfEvent.MODEL: 200,
    OfEvent.OUTPUT: 4000,
    OfEvent.ROLE: 200,
    OfEvent.SOURCE: 200,
    OfEvent.VERSION: 64,
}
SCHEMA = pa.schema([pa.field(name.value, pa.int64() if name in WHOLE else pa.string(), False) for name in OfEvent])
SCHEMA_TEXT = ";".join(f"{field.name}:{field.type}" for field in SCHEMA)
SCHEMA_DIGEST = hashlib.sha256(SCHEMA_TEXT.encode()).hexdigest()
NAMES = tuple(name.value for name in OfEvent)
KEYS = (*NAMES[:-1], FORM_KEY, NAMES[-1])  # the canonical order, with the version of this form
UNKNOWN_DURATION = -1
